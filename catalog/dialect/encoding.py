"""How the text of a file is stored: judged over all of its bytes, in blocks, and only as far as it is certain.

What German offices send is UTF-8, UTF-16 (Excel's "Unicode-Text") or Windows-1252. Windows-1252 gives some meaning to almost any byte, so a
file that is no UTF-8 is Windows-1252 only if it reads like a text of western Europe. What does not is refused with the line of the first
byte that tells: a file of MS-DOS (cp850) or a half converted one would otherwise pass as garbage.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from catalog.dialect.broken import BrokenFile

_BLOCK = 1024 * 1024
_SAMPLE = 64 * 1024
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
#: Bytes that are no letter or sign of German, French, Polish … in Windows-1252, but are one in the code pages it is mixed up with:
#: ¤ (€ in ISO 8859-15), Â Ã (halves of UTF-8), Ð Þ ð þ ÿ (Turkish letters, binary data), and the five bytes that mean nothing.
_FOREIGN = re.compile(rb"[\xa4\xc2\xc3\xd0\xde\xf0\xfe\xff\x81\x8d\x8f\x90\x9d]")
#: Signs and capitals amid small letters: „ ” ™ § Ž Ÿ Š stand where MS-DOS and old Macs keep ä ö Ö ß Ä ü ä.
_AMID = re.compile(rb"(?<=[a-z])[\x84\x94\x99\xa7\x8e\x9f\x8a](?=[a-z])")
#: The beginning of a character in UTF-8, and then the file ends.
_CUT_OFF = re.compile(rb"[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2}")
_UMLAUT = re.compile(rb"[\xe4\xf6\xfc\xdf\xc4\xd6\xdc]")
#: UTF-8 of letters with accents, of dashes, quotation marks and €. In Windows-1252 these are Ã¤, â€ž: nobody writes them.
_UTF8_PIECE = re.compile(rb"[\xc2\xc3][\x80-\xbf]|\xe2[\x80-\x82][\x80-\xbf]")


@dataclass(frozen=True, kw_only=True)
class Encoding:
    name: str  #: of Python's codec
    evidence: str  #: German, continues »Kodierung … (…)«


def encoding_of(content: bytes) -> Encoding:
    """`utf-8`, `utf-8-sig`, `utf-16`, `utf-16-le`, `utf-16-be` or `cp1252`. Raises BrokenFile that names the line that leaves it open."""
    if content.startswith(_UTF32):
        raise BrokenFile("encoding", "Die Datei ist in UTF-32 gespeichert; bitte als CSV UTF-8 speichern.", row=1)
    if content.startswith(_UTF16):
        require_decodable(content, "utf-16")
        return Encoding(name="utf-16", evidence="Marke am Anfang der Datei")
    if (unmarked := _utf16_without_mark(content)) is not None:
        require_decodable(content, unmarked)
        return Encoding(name=unmarked, evidence="jedes zweite Byte ist null")
    bad = first_bad_byte(content, "utf-8")
    if bad is None:
        marked = content.startswith(codecs.BOM_UTF8)
        return Encoding(name="utf-8-sig" if marked else "utf-8", evidence="gültig von Anfang bis Ende")
    _require_windows(content, bad)
    return Encoding(name="cp1252", evidence=f"kein UTF-8, zuerst in Zeile {line_at(content, bad)}")


def require_decodable(content: bytes, encoding: str) -> None:
    """Raises BrokenFile that names the line of the first byte that is not of this encoding."""
    if content.startswith(_UTF16) and not encoding.startswith("utf-16"):
        raise BrokenFile("encoding", f"Die Datei ist in UTF-16 gespeichert, erwartet wird {encoding}.", row=1)
    bad = first_bad_byte(content, encoding)
    if bad is not None:
        row = line_at(content, bad, encoding)
        raise BrokenFile("encoding", f"Die Datei ist nicht in {encoding} gespeichert (Zeile {row}).", row=row)


def first_bad_byte(content: bytes, encoding: str) -> int | None:
    """Its offset; None when all can be decoded. Holds no more than a block of text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(content)
    for start in range(0, max(len(content), 1), _BLOCK):
        block = view[start : start + _BLOCK]
        try:
            decoder.decode(block, final=start + _BLOCK >= len(content))
        except UnicodeDecodeError as error:
            carried = len(error.object) - len(block)  # the beginning of a character in the block before
            return start + error.start - carried
    return None


def line_at(content: bytes, offset: int, encoding: str = "utf-8") -> int:
    """The line in which this byte stands, counted from 1. Not the row: a line end inside quotes counts."""
    if encoding.startswith("utf-16"):
        before = content[: offset - offset % 2].decode(encoding, errors="replace")
        return 1 + len(re.findall(r"\r\n|\r|\n", before))
    return 1 + (content.count(b"\n", 0, offset) or content.count(b"\r", 0, offset))


def _utf16_without_mark(content: bytes) -> str | None:
    """Text of western Europe in UTF-16 has a zero in almost every other byte; other text has next to none."""
    sample = content[:_SAMPLE]
    if len(sample) < 4 or len(content) % 2:
        return None
    units = len(sample) // 2
    first, second = sample[0::2].count(0) / units, sample[1::2].count(0) / units
    if second > 0.5 and first < 0.05:
        return "utf-16-le"
    return "utf-16-be" if first > 0.5 and second < 0.05 else None


def _require_windows(content: bytes, bad: int) -> None:
    """Raises BrokenFile unless this is a text in Windows-1252."""
    if _CUT_OFF.fullmatch(content[bad:]):
        row = line_at(content, bad)
        raise BrokenFile("encoding", f"Die Datei endet in Zeile {row} mitten in einem Zeichen: ist sie abgebrochen?", row=row)
    if (piece := next(_finds(_UTF8_PIECE, content), None)) is not None:
        row, first = line_at(content, bad), line_at(content, piece)
        message = f"Die Datei mischt UTF-8 (wie in Zeile {first}) und eine andere Kodierung (Zeile {row}); bitte neu als UTF-8 speichern."
        raise BrokenFile("encoding", message, row=row)
    if (foreign := next(_finds(_FOREIGN, content), None)) is not None:
        row = line_at(content, foreign)
        message = (
            f"Die Kodierung der Datei ist nicht zu erkennen: Byte {content[foreign]:02X} in Zeile {row} passt weder "
            "zu UTF-8 noch zu einem deutschen Text in Windows-1252. Bitte als UTF-8 speichern oder encoding in der Zuordnung angeben."
        )
        raise BrokenFile("encoding", message, row=row)
    odd = next(_finds(_AMID, content), None)
    if odd is not None and sum(1 for _ in _finds(_AMID, content)) > sum(1 for _ in _finds(_UMLAUT, content)):
        row = line_at(content, odd)
        message = (
            f"Die Datei sieht nach einer alten Kodierung aus (MS-DOS oder Mac, Zeile {row}). Bitte als UTF-8 speichern oder die Kodierung "
            'in der Zuordnung angeben, etwa encoding = "cp850".'
        )
        raise BrokenFile("encoding", message, row=row)


def _finds(pattern: re.Pattern[bytes], content: bytes) -> Iterator[int]:
    return (each.start() for each in pattern.finditer(content))
