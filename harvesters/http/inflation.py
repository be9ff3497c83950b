"""Content-Encoding, undone piece by piece: a bomb is noticed at the cap, not after it went off."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

from harvesters.http.faults import Fault, HttpError

#: What we ask for. Brotli and zstd are not asked for and therefore refused.
ACCEPTED = "gzip, deflate"
_PIECE = 256 * 1024
#: An answer is one gzip member, rarely a few. A million empty ones would cost time without ever reaching a size cap.
_MOST_MEMBERS = 1000
_GZIP = 16 + zlib.MAX_WBITS


class _Decoder(Protocol):
    """`zlib.decompressobj`, which has no public type."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


def inflated(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Pieces of at most 256 KB. Raises HttpError: an encoding we did not ask for, damaged or half content."""
    match encoding.strip().lower():
        case "" | "identity":
            yield from pieces
        case "gzip" | "x-gzip":
            yield from _gunzipped(pieces)
        case "deflate":
            yield from _deflated(pieces)
        case other:
            raise HttpError(Fault.ENCODING, f"Die Antwort ist gepackt als »{other[:40]}«, was niemand verlangt hat.")


def _gunzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    decoder: _Decoder = zlib.decompressobj(_GZIP)
    members, started = 1, False
    for piece in pieces:
        rest = piece
        while rest:
            if decoder.eof:
                rest = rest.lstrip(b"\0")  # padding
                if not rest:
                    break
                members += 1
                decoder = _next_member(members)
            started = True
            yield from _steps(decoder, rest)
            rest = decoder.unused_data
    _require_end(decoder, started)


def _next_member(members: int) -> _Decoder:
    if members > _MOST_MEMBERS:
        raise HttpError(Fault.ENCODING, "Die gepackte Antwort besteht aus zu vielen Teilen.")
    return zlib.decompressobj(_GZIP)


def _deflated(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """RFC 9110 says zlib; some servers send the raw stream. The first byte tells."""
    decoder: _Decoder | None = None
    for piece in filter(None, pieces):
        if decoder is None:
            decoder = zlib.decompressobj(zlib.MAX_WBITS if piece[0] & 0x0F == 8 else -zlib.MAX_WBITS)
        behind = piece
        if not decoder.eof:
            yield from _steps(decoder, piece)
            behind = decoder.unused_data
        if behind.strip(b"\0"):
            raise HttpError(Fault.ENCODING, "Hinter der gepackten Antwort steht noch etwas.")
    if decoder is not None:
        _require_end(decoder, started=True)


def _steps(decoder: _Decoder, content: bytes) -> Iterator[bytes]:
    """All that one piece of input gives. zlib may hold back output after the last byte of input: a full piece is asked again."""
    while True:
        try:
            piece = decoder.decompress(content, _PIECE)
        except zlib.error as error:
            raise HttpError(Fault.ENCODING, "Die gepackte Antwort ist beschädigt.") from error
        yield piece
        content = decoder.unconsumed_tail
        if decoder.eof or (not content and len(piece) < _PIECE):
            return


def _require_end(decoder: _Decoder, started: bool) -> None:
    if started and not decoder.eof:
        raise HttpError(Fault.INTERRUPTED, "Die gepackte Antwort bricht ab.")
