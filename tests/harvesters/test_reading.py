"""Files as offices drop them: good ones are read, broken ones say where and why, and nothing takes for ever."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.reading import LONGEST_CELL, BrokenFile, Layout, Line, read_sheet

PLAIN = Layout(encoding="utf-8", delimiter=",", quote='"', header_row=1, decimal=".", thousands="")
SEMICOLON = replace(PLAIN, delimiter=";")


def lines(content: bytes | str, name: str = "a.csv", layout: Layout | None = None) -> list[Line]:
    raw = content if isinstance(content, bytes) else content.encode()
    return [each for each in read_sheet(name, raw, layout or PLAIN).lines if isinstance(each, Line)]


def broken(content: bytes | str, name: str = "a.csv", layout: Layout | None = None) -> BrokenFile:
    with pytest.raises(BrokenFile) as caught:
        lines(content, name, layout)
    return caught.value


def workbook(*rows: Sequence[Any], sheets: Sequence[str] = ("Tabelle1",)) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def codes(line: Line) -> list[tuple[str, str]]:
    return [(each.code, each.field) for each in line.problems]


def test_rows_have_the_numbers_a_table_program_shows() -> None:
    found = lines('id,name\na,"zwei\nZeilen"\n\n,\nb,\n')

    assert [(each.row, each.cells) for each in found] == [(2, ("a", "zwei\nZeilen")), (5, ("b", ""))]


@pytest.mark.parametrize("content", ["\ufeffid;name\r\na;Bäume\r\n", "id;name\ra;Bäume", "id;name\na;Bäume"])
def test_marks_line_ends_and_a_missing_last_one_make_no_difference(content: str) -> None:
    assert [each.cells for each in lines(content, layout=SEMICOLON)] == [("a", "Bäume")]


def test_a_declared_encoding_and_header_row_are_used() -> None:
    content = "Bericht 2023\n\nid;name\na;Müller – Söhne €\n".encode("cp1252")

    assert [each.cells for each in lines(content, layout=replace(SEMICOLON, encoding="cp1252", header_row=3))] == [
        ("a", "Müller – Söhne €")
    ]


def test_a_wrong_encoding_is_an_error_with_its_line_and_no_garbage() -> None:
    error = broken("id,name\na,b\nc,Müller\n".encode("cp1252"))

    assert (error.code, error.row) == ("encoding", 3)


def test_a_bad_byte_far_down_is_found() -> None:
    error = broken(b"id,name\n" + b"a,b\n" * 200_000 + b"c,\xff\n")

    assert (error.code, error.row) == ("encoding", 200_002)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b" \r\n \n", "empty-file"),
        (b",,\n", "empty-file"),
        (b"\xff\xfei\x00d\x00", "encoding"),
        (b"<!DOCTYPE html><html>", "not-a-table"),
        (b"\n <html><body>Wartung</body></html>", "not-a-table"),
        (b'<?xml version="1.0"?><a/>', "not-a-table"),
        (b"id,name,id\n", "header"),
        (b"id,,name\n", "header"),
        (b'id,name\na,"offen\nb,c\n', "broken-quotes"),
        (b'id,name\na,"offen\nb,"c"\n', "broken-quotes"),
        (b"id,name\na," + b"x" * (LONGEST_CELL + 1) + b"\n", "cell-too-long"),
    ],
)
def test_a_broken_csv_file_says_what_is_wrong(content: bytes, code: str) -> None:
    error = broken(content)

    assert error.code == code
    assert error.detail


def test_the_limit_of_a_cell_holds_whatever_other_libraries_set() -> None:
    before = csv.field_size_limit(2**31 - 1)  # Frictionless does so when it is imported
    try:
        assert broken(b"id,name\na," + b"x" * (LONGEST_CELL + 1)).code == "cell-too-long"
        assert csv.field_size_limit() == 2**31 - 1
    finally:
        csv.field_size_limit(before)


def test_a_ragged_row_and_a_null_character_concern_their_row_only() -> None:
    found = lines("id,name\na\nb,c,d\ne,f\0\ng,h\n")

    assert [codes(each) for each in found] == [[("ragged-row", "")], [("ragged-row", "")], [("control-character", "name")], []]


def test_empty_columns_at_the_end_are_none_but_a_cell_too_many_may_have_shifted_the_others() -> None:
    found = lines("id,name,,\na,b,,\nc,d\ne,f,,x\ng,h,\n")

    assert [codes(each) for each in found] == [[], [], [("ragged-row", "")], [("ragged-row", "")]]
    assert [codes(each) for each in lines("id,name\na,b,\n")] == [[("ragged-row", "")]]


def test_half_a_file_gives_its_whole_rows() -> None:
    content = "id,name,stand\n" + "".join(f"{number},n,2023\n" for number in range(10))

    found = lines(content[:-6])

    assert len([each for each in found if not each.problems]) == 9
    assert codes(found[-1]) == [("ragged-row", "")]


def test_unknown_formats_are_named_not_guessed() -> None:
    assert broken(b"x", "liste.xls").code == "unknown-format"


def test_cells_of_a_workbook_keep_their_types() -> None:
    moment = datetime(2023, 6, 12)  # noqa: DTZ001  Excel knows no zones
    found = lines(workbook(["id", "n", "when", "ok", None], ["a", 1.5, moment, True], [None], ["b", 2, None, False]), "a.xlsx")

    assert [(each.row, each.cells) for each in found] == [(2, ("a", 1.5, moment, True)), (4, ("b", 2, None, False))]


def test_a_workbook_with_several_sheets_wants_a_name() -> None:
    content = workbook(["id"], ["a"], sheets=("Daten", "Legende"))

    assert broken(content, "a.xlsx").code == "sheet-missing"
    assert broken(content, "a.xlsx", Layout(sheet="Blatt")).code == "sheet-missing"
    assert len(lines(content, "a.xlsx", Layout(sheet="Daten"))) == 1


def test_a_formula_without_result_and_an_error_cell_are_not_empty_cells() -> None:
    content = workbook(["id", "n"], ["a", "=1+1"], ["b", "#N/A"], ["c", 3])

    found = lines(content, "a.xlsx")

    assert [codes(each) for each in found] == [[("formula-without-value", "n")], [("cell-error", "n")], []]


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/worksheets/sheet1.xml", "w") as member:
        for _ in range(201):
            member.write(b" " * 1024 * 1024)

    assert len(content.getvalue()) < 300_000
    assert broken(content.getvalue(), "a.xlsx").code == "too-large"


def test_entities_in_a_workbook_are_refused() -> None:
    source, target = io.BytesIO(workbook(["id"], ["a"])), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for each in old.infolist():
            text = old.read(each)
            if each.filename.endswith("sheet1.xml"):
                text = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>' + text.split(b"?>", 1)[-1]
            new.writestr(each, text)

    assert broken(target.getvalue(), "a.xlsx").code == "not-a-table"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"id,name\n", b"\0" * 100])
def test_what_is_no_workbook_says_so(content: bytes) -> None:
    assert broken(content, "a.xlsx").code in ("not-a-table", "empty-file")


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_is_read_or_refused(position: int, noise: bytes) -> None:
    content = bytearray(workbook(["id", "n"], ["a", 1]))
    position %= len(content)
    content[position : position + len(noise)] = noise
    try:
        lines(bytes(content), "a.xlsx")
    except BrokenFile as error:
        assert error.code  # noqa: PT017  either outcome is right; another exception is not


def test_json_is_a_list_of_objects_wherever_it_stands() -> None:
    content = json.dumps({"data": {"items": [{"id": "a", "tags": ["x", "y"]}, {"id": "b", "n": 1}]}})

    found = read_sheet("a.json", content.encode(), Layout(records="data.items"))

    assert found.header == ("id", "tags", "n")
    assert [each.cells for each in found.lines if isinstance(each, Line)] == [("a", "x; y", None), ("b", None, 1)]


def test_a_nested_value_and_a_stray_entry_concern_their_record_only() -> None:
    found = lines(json.dumps([{"id": "a", "n": {"x": 1}}, 7, {"id": "b"}]), "a.json")

    assert [each.row for each in found] == [1, 2, 3]
    assert codes(found[0]) == [("nested-value", "n")]
    assert {code for code, _ in codes(found[1])} == {"not-an-object"}
    assert codes(found[2]) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b'[{"id": "a"}, {"id"', "not-json"),
        (b'{"status": "maintenance"}', "not-a-table"),
        (b'[{"n": NaN}]', "not-json"),
        (b'[{"n": 1, "n": 2}]', "not-json"),
        (b"[" * 100_000, "not-json"),
        ("[{'id': 'ü'}]".encode("latin-1"), "encoding"),
    ],
)
def test_broken_json_says_what_is_wrong(content: bytes, code: str) -> None:
    assert broken(content, "a.json").code == code


@given(st.binary(max_size=200), st.sampled_from(["a.csv", "a.json", "a.xlsx"]))
def test_any_bytes_are_read_or_refused(content: bytes, name: str) -> None:
    try:
        found = lines(content, name)
    except BrokenFile:
        return
    assert all(isinstance(each, Line) for each in found)


@given(st.lists(st.tuples(st.text("abc,;\"'\n äß"), st.text('xyz \n"')), max_size=6))
def test_what_a_csv_writer_wrote_is_read_back(rows: list[tuple[str, str]]) -> None:
    target = io.StringIO(newline="")
    csv.writer(target).writerows([("one", "two"), *rows])

    found = lines(target.getvalue())

    expected = [row for row in rows if any(cell.strip() for cell in row)]
    assert [each.cells for each in found] == expected
