"""Files that hide a large one in a small one: each is refused with a sentence that names the limit, and the harvesting process stays
small."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from catalog import limited
from catalog.dialect import LONGEST_CELL
from harvesters.reading import BrokenFile, Layout, read_sheet
from harvesters.reading.workbook import grid_of
from schemas.errors import LimitExceeded
from tests.harvesters.offices import ods, plain_ods, row, table, typed, with_member, xlsx

_MEGABYTE = 1024 * 1024
_OPEN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_CLOSE = b"</sheetData></worksheet>"
Write = Callable[[IO[bytes]], None]


def repeated(piece: bytes, times: int, *, before: bytes = b"", after: bytes = b"") -> Write:
    def write(member: IO[bytes]) -> None:
        member.write(before)
        for _ in range(times):
            member.write(piece)
        member.write(after)

    return write


def worksheet(write: Write) -> bytes:
    return with_member(xlsx([("id",), ("a",)]), "xl/worksheets/sheet1.xml", write)


def far_row(number: int) -> bytes:
    return worksheet(repeated(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (number, number), 1, before=_OPEN, after=_CLOSE))


#: Made where they are read: unfolded they have half a gigabyte together.
BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a sheet of 200 MB": ("a.xlsx", lambda: worksheet(repeated(b" " * _MEGABYTE, 200, before=_OPEN)), "100 MB"),
    "shared strings of 150 MB": (
        "a.xlsx",
        lambda: with_member(xlsx([("id",)]), "xl/sharedStrings.xml", repeated(b"<si><t>ab</t></si>" * 1000, 8_740)),
        "100 MB",
    ),
    "an ODS of 200 MB": (
        "a.ods",
        lambda: with_member(plain_ods([("id",)]), "content.xml", repeated(b" " * _MEGABYTE, 200)),
        "100 MB",
    ),
    "a row far below": ("a.xlsx", lambda: far_row(10**9), "1.048.576 Zeilen"),
    "one long cell": (
        "a.xlsx",
        lambda: worksheet(
            repeated(b"x" * 10_000, 11, before=_OPEN + b'<row r="1"><c r="A1" t="inlineStr"><is><t>', after=b"</t></is></c></row>" + _CLOSE)
        ),
        "100.000 Zeichen",
    ),
    "one long cell in an ODS": ("a.ods", lambda: plain_ods([("id",), ("x" * (LONGEST_CELL + 1),)]), "100.000 Zeichen"),
    "a value in each cell there is": (
        "a.ods",
        lambda: ods(
            table(
                row(
                    typed("float", "1", attributes='table:number-columns-repeated="16384"'),
                    attributes='table:number-rows-repeated="1048576"',
                )
            )
        ),
        "2.000.000 gefüllte Zellen",
    ),
    "more columns than there are": (
        "a.ods",
        lambda: ods(table(row(typed("float", "1", attributes='table:number-columns-repeated="99999"')))),
        "16.384",
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_file_that_unfolds_is_refused_with_the_limit(name: str) -> None:
    address, make, limit = BOMBS[name]
    content = make()

    assert len(content) < _MEGABYTE
    with pytest.raises(BrokenFile, match=limit.replace(".", r"\.")) as caught:
        read_sheet(address, content, Layout())
    assert caught.value.code in ("too-large", "cell-too-long")


def test_a_declared_size_beyond_all_measure_means_nothing() -> None:
    before = _OPEN.replace(b"<sheetData>", b'<dimension ref="A1:XFD1000000000"/><sheetData>')
    content = worksheet(repeated(b'<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>', 1, before=before, after=_CLOSE))

    assert read_sheet("a.xlsx", content, Layout()).header == ("id",)


def test_what_takes_more_memory_than_the_child_has_is_an_error_that_names_it() -> None:
    """Empty cells count for nothing until they have filled the memory."""
    content = worksheet(repeated(b'<c r="A1"/>' * 1000, 2000, before=_OPEN + b"<row>", after=b"</row>" + _CLOSE))

    with pytest.raises(LimitExceeded, match="300 MB Arbeitsspeicher"):
        limited.call(grid_of, "xlsx", content, "", memory=300 * _MEGABYTE, seconds=60.0)


def test_what_takes_more_computing_than_it_may_is_an_error_that_names_it() -> None:
    content = worksheet(repeated(b"<row>" * 1000, 2000, before=_OPEN))

    # On a busy machine it is the waiting that ends first.
    with pytest.raises(LimitExceeded, match=r"(1 Sekunde|5 Sekunden)\."):
        limited.call(grid_of, "xlsx", content, "", memory=_MEGABYTE * 1024, seconds=1.0)


_PEAK = """
import json, resource, sys
from harvesters.reading import BrokenFile, Layout, read_sheet

content = {content}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    for line in read_sheet({name!r}, content, Layout()).lines:
        pass
    told = "nothing"
except BrokenFile as error:
    told = error.code
print(json.dumps([told, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024]))
"""


def peak(content: str, name: str = "a.csv") -> tuple[str, int]:
    """(code of the error, megabytes on top of the file itself) of reading in a process of its own. `content`: an expression."""
    script = _PEAK.format(content=content, name=name)
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    told, more = json.loads(ended.stdout)
    return told, more


@pytest.mark.parametrize(
    "content",
    [
        "b'id,name\\na,'.ljust(300_000_000, b'x')",
        "b'id,name\\na,\"'.ljust(300_000_000, b'x')",
        "b'id,name\\na,\"' + b'xxxxxxx\\n' * 10_000_000",
    ],
)
def test_a_cell_of_300_megabytes_is_refused_without_being_held_again(content: str) -> None:
    told, more = peak(content)

    assert told in ("too-large", "cell-too-long")
    assert more < 60


def test_a_long_file_is_read_in_little_memory() -> None:
    told, more = peak("b'id,name\\n' + b'a,bcdefgh\\n' * 300_000")

    assert (told, more < 60) == ("nothing", True)


def test_a_harvesting_process_does_not_grow_with_what_is_unpacked_elsewhere(tmp_path: Path) -> None:
    before, after = _OPEN + b'<row r="1"><c r="A1" t="inlineStr"><is><t>', b"</t></is></c></row>" + _CLOSE
    (tmp_path / "a.xlsx").write_bytes(worksheet(repeated(b"x" * _MEGABYTE, 90, before=before, after=after)))

    told, more = peak(f"open({str(tmp_path / 'a.xlsx')!r}, 'rb').read()", "a.xlsx")

    assert told == "cell-too-long"
    assert more < 40
