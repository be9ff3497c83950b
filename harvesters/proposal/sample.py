"""What a file shows before there is a mapping for it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from catalog.dialect import BrokenFile, Detected, Numbers, Pins, detect
from catalog.dialect.detection import numbers_in
from catalog.dialect.encoding import encoding_of
from catalog.dialect.records import text_of
from harvesters.parsing import Cell
from harvesters.reading import Layout, Line, Sheet, read_sheet
from harvesters.reading.lines import blank

#: Rows looked at for codes and kinds of values.
_ROWS = 20_000
#: How deep the list of records may stand in a JSON document.
_DEEPEST = 3


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A file as it reads without a mapping. `trouble`: why reading stopped early, "" if it did not."""

    name: str
    header: tuple[str, ...]
    header_row: int  #: 0 in JSON
    rows: Sequence[Sequence[Cell]]
    numbers: Numbers
    detected: Detected | None = None  #: CSV
    sheet: str = ""
    records: str = ""
    report: str = ""  #: German: what was found out about the file
    trouble: str = ""

    def column(self, name: str) -> list[Cell]:
        """Its cells that hold something."""
        place = self.header.index(name)
        return [each[place] for each in self.rows if not blank(each[place])]

    @cached_property
    def texts(self) -> Mapping[str, frozenset[str]]:
        """Column -> the different values that stand in it, as text."""
        return {name: frozenset(str(each).strip() for each in self.column(name)) for name in self.header}


def sample_of(name: str, content: bytes, *, sheet: str = "") -> Sample:
    """`name`: of the file, with its suffix. `sheet`: of a workbook with several. Raises BrokenFile, LimitExceeded."""
    suffix = PurePosixPath(name).suffix.lower()
    detected = detect(content, number_columns=()) if suffix not in (".xlsx", ".xlsm", ".ods", ".json", ".geojson") else None
    records = _records_in(content) if suffix in (".json", ".geojson") else ""
    read = read_sheet(name, content, Layout(sheet=sheet, records=records))
    rows, trouble = _rows(read)
    texts = ([each if isinstance(each, str) else "" for each in cells] for cells in rows)
    return Sample(
        name=PurePosixPath(name).name,
        header=read.header,
        header_row=read.header_row,
        rows=rows,
        numbers=numbers_in(texts, read.header, Pins(), None),
        detected=detected,
        sheet=sheet,
        records=records,
        report=detected.sentence if detected else " ".join(each.message for each in read.notes),
        trouble=trouble,
    )


def _rows(read: Sheet) -> tuple[list[Sequence[Cell]], str]:
    found: list[Sequence[Cell]] = []
    try:
        for each in read.lines:
            if isinstance(each, Line):
                found.append(each.cells)
            if len(found) >= _ROWS:
                break
    except BrokenFile as error:
        return found, error.detail
    return found, ""


def _records_in(content: bytes) -> str:
    """Where the longest list of objects stands: "" for the document itself. What is no JSON is the reader's to report."""
    try:
        document = json.loads(text_of(content, encoding_of(content).name).read())
    except (ValueError, RecursionError):
        return ""
    found = dict(_lists(document, ()))
    return max(found, key=lambda each: found[each], default="")


def _lists(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        yield ".".join(path), len(value)
    elif isinstance(value, dict) and len(path) < _DEEPEST:
        for name, each in value.items():
            if isinstance(name, str) and name and "." not in name:
                yield from _lists(each, (*path, name))
