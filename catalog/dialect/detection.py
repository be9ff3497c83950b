"""What a CSV file is like, found out from its bytes: pure, the same for harvesting, checking and writing a first mapping."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from catalog.dialect.broken import BrokenFile
from catalog.dialect.encoding import Encoding, encoding_of, require_decodable
from catalog.dialect.header import SEARCHED, HeaderRow, header_row, trimmed
from catalog.dialect.numbers import Numbers, Tally, is_number
from catalog.dialect.records import records, text_of
from catalog.dialect.separator import Separator, separator_of

#: Characters that the separator is looked for in.
_SAMPLE = 256 * 1024
#: Codec -> how people call it.
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 mit Marke",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 ohne Marke",
    "utf-16-be": "UTF-16 (BE) ohne Marke",
    "cp1252": "Windows-1252",
}
_DELIMITERS = {";": "Semikolon", ",": "Komma", "\t": "Tabulator", "|": "senkrechter Strich"}
_LINE_ENDS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}


@dataclass(frozen=True, kw_only=True)
class Pins:
    """What somebody has decided; None: find out."""

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header_row: int | None = None
    decimal: str | None = None
    thousands: str | None = None

    @property
    def pins_numbers(self) -> bool:
        return self.decimal is not None and self.thousands is not None


@dataclass(frozen=True, kw_only=True)
class Detected:
    """What holds for a file: found out, or pinned."""

    encoding: str  #: of Python's codec
    delimiter: str
    quote: str
    line_end: str  #: "\r\n", "\n", "\r", or "" in a file of one line
    header_row: int  #: counted from 1
    numbers: Numbers
    findings: tuple[str, ...]  #: German: what was found out, on what evidence; nothing that was pinned
    is_plain: bool  #: nothing was found out but UTF-8, commas, a header in row 1 and numbers like 1234.5

    @property
    def sentence(self) -> str:
        """What was found out, in German. "" if all was pinned. Quotes no cell."""
        return f"Erkannt: {', '.join(self.findings)}." if self.findings else ""


def detect(
    content: bytes, pins: Pins | None = None, *, columns: Collection[str] = (), number_columns: Collection[str] | None = None
) -> Detected:
    """What holds for the bytes of a CSV file. `columns`: names that the header should hold, if a mapping or a table tells.
    `number_columns`: in which of them numbers stand; None: wherever nothing else does.

    Looking at numbers takes a walk through the file. Broken records end it and are the reader's to report. Raises BrokenFile when the
    encoding cannot be told.
    """
    pins = pins or Pins()
    encoding = _encoding(content, pins.encoding)
    sample = text_of(content, encoding.name).read(_SAMPLE)
    whole = len(sample) < _SAMPLE
    separator = separator_of(sample, whole=whole, columns=columns, delimiter=pins.delimiter, quote=pins.quote)
    found = _Found(content, encoding, separator)
    header = found.header(columns) if pins.header_row is None else HeaderRow(row=pins.header_row, evidence="")
    numbers = _numbers(found, header, pins, number_columns)
    ends = _line_end(sample)
    return Detected(
        encoding=encoding.name,
        delimiter=separator.delimiter,
        quote=separator.quote,
        line_end=ends,
        header_row=header.row,
        numbers=numbers,
        findings=tuple(_findings(pins, encoding, separator, header, numbers, ends)),
        is_plain=_is_plain(pins, encoding, separator, header, numbers),
    )


def numbers_in(rows: Iterable[Sequence[str]], header: Sequence[str], pins: Pins, number_columns: Collection[str] | None) -> Numbers:
    """How numbers are written in these rows below a header. `number_columns` None: in columns where nothing but numbers stands."""
    if pins.decimal is not None and pins.thousands is not None:
        return Numbers(decimal=pins.decimal, thousands=pins.thousands)
    if number_columns is None:
        tally = _guessed(rows)
    else:
        places = [place for place, name in enumerate(header) if name in number_columns]
        tally = Tally()
        if places:
            for cells in rows:
                tally.add(cells[place] for place in places if place < len(cells))
    return tally.numbers(decimal=pins.decimal, thousands=pins.thousands)


def _guessed(rows: Iterable[Sequence[str]]) -> Tally:
    tallies: defaultdict[int, Tally] = defaultdict(Tally)
    texts: set[int] = set()
    for cells in rows:
        for place, cell in enumerate(cells):
            if place in texts or not cell.strip():
                continue
            if is_number(cell):
                tallies[place].add([cell])
            else:
                texts.add(place)
    together = Tally()
    for place, tally in tallies.items():
        if place not in texts:
            together.merge(tally)
    return together


@dataclass(frozen=True)
class _Found:
    """A file whose encoding and separator are known."""

    content: bytes
    encoding: Encoding
    separator: Separator

    @property
    def rows(self) -> Iterator[list[str]]:
        """As far as they can be read."""
        with suppress(BrokenFile):
            yield from records(self.content, self.encoding.name, self.separator.delimiter, self.separator.quote)

    def header(self, columns: Collection[str]) -> HeaderRow:
        return header_row(list(islice(self.rows, SEARCHED * 2)), columns)


def _encoding(content: bytes, pinned: str | None) -> Encoding:
    if pinned is None:
        return encoding_of(content)
    require_decodable(content, pinned)
    return Encoding(name=pinned, evidence="")


def _numbers(found: _Found, header: HeaderRow, pins: Pins, number_columns: Collection[str] | None) -> Numbers:
    if pins.pins_numbers or (number_columns is not None and not number_columns):
        return numbers_in((), (), pins, ())
    rows = found.rows
    names = trimmed(next(islice(rows, header.row - 1, header.row), []))
    return numbers_in(rows, names, pins, number_columns)


def _line_end(sample: str) -> str:
    counts: Mapping[str, int] = {each: len(re.findall(pattern, sample)) for each, pattern in _ENDS.items()}
    best = max(counts, key=lambda each: counts[each])
    return best if counts[best] else ""


_ENDS = {"\r\n": "\r\n", "\n": "(?<!\r)\n", "\r": "\r(?!\n)"}


def _findings(pins: Pins, encoding: Encoding, separator: Separator, header: HeaderRow, numbers: Numbers, ends: str) -> Iterator[str]:
    if pins.encoding is None:
        yield f"Kodierung {ENCODINGS[encoding.name]} ({encoding.evidence})"
    if pins.delimiter is None:
        quoted = ", Texte in Apostrophen" if separator.quote == "'" and pins.quote is None else ""
        yield f"Trennzeichen {_DELIMITERS[separator.delimiter]} ({separator.evidence}){quoted}"
    if pins.header_row is None:
        yield header_finding(header)
    if ends == "\r" and pins.encoding is None:
        yield f"Zeilenenden {_LINE_ENDS[ends]}"
    yield from number_findings(pins, numbers)


def _above(row: int) -> str:
    return {1: "", 2: "; die Zeile darüber gehört nicht zur Tabelle"}.get(row, f"; die {row - 1} Zeilen darüber gehören nicht zur Tabelle")


def number_findings(pins: Pins, numbers: Numbers) -> Iterator[str]:
    """What was found out about numbers, in German: nothing where nothing depends on it."""
    if numbers.undecided:
        yield (
            f"wie Zahlen geschrieben sind, ist nicht zu erkennen ({numbers.evidence}): mehrdeutige wie 1.234 werden nicht gelesen, bis "
            "decimal und thousands in der Zuordnung stehen"
        )
    elif numbers.evidence and not pins.pins_numbers:
        yield f"Zahlen wie {numbers.example} ({numbers.evidence})"


def header_finding(header: HeaderRow) -> str:
    """Where the header was found, in German."""
    return f"Kopfzeile in Zeile {header.row} ({header.evidence}{_above(header.row)})"


def _is_plain(pins: Pins, encoding: Encoding, separator: Separator, header: HeaderRow, numbers: Numbers) -> bool:
    return (
        (pins.encoding is not None or encoding.name in ("utf-8", "utf-8-sig"))
        and (pins.delimiter is not None or separator.delimiter == ",")
        and (pins.quote is not None or separator.quote == '"')
        and (pins.header_row is not None or header.row == 1)
        and numbers_are_plain(pins, numbers)
    )


def numbers_are_plain(pins: Pins, numbers: Numbers) -> bool:
    return pins.pins_numbers or not (
        numbers.undecided or (pins.thousands is None and numbers.thousands) or (numbers.evidence and numbers.decimal == ",")
    )
