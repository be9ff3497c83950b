"""How much of our time and memory one source gets."""

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds, bytes and counts. The defaults carry a year of participation many times over."""

    connect: float = 10  #: until a connection stands, name and handshake included
    read: float = 30  #: without a single byte
    total: float = 300  #: one request from the first to the last byte, its redirects included
    patience: float = 900  #: one address, all attempts and waits included
    longest_wait: float = 120  #: before one more attempt; who asks for more is asked again by a later run
    attempts: int = 4
    redirects: int = 5
    wire: int = 100 * MB  #: bytes of one answer as sent
    size: int = 100 * MB  #: bytes of one answer when inflated
    run_requests: int = 10_000  #: of one run: pages that never end do
    run_seconds: float = 3600  #: of one run
    run_bytes: int = 1024 * MB  #: of one run, inflated


class Budget:
    """What is left for the request under way. `now` is a monotonic clock."""

    def __init__(self, limits: Limits) -> None:
        self.wire = limits.wire
        self._until = 0.0
        self._bytes = 0

    def start(self, until: float) -> None:
        self._until, self._bytes = until, 0

    def left(self, now: float) -> float:
        """Seconds; never quite zero, which a socket would take for "do not block"."""
        return max(self._until - now, 0.001)

    def is_over(self, now: float) -> bool:
        return now >= self._until

    def count(self, size: int) -> bool:
        """Whether the wire's cap still holds with these bytes."""
        self._bytes += size
        return self._bytes <= self.wire


def size_text(size: int) -> str:
    """Bytes for people."""
    return f"{size // MB} MB" if size >= MB else f"{size} Byte"
