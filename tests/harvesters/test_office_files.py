"""Tables as people make them (titles, footers, merged cells, tables below each other), in CSV, XLSX and ODS alike."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from harvesters.reading import BrokenFile, Layout, Line, Note, Sheet, Wanted, read_sheet
from harvesters.reading.workbook import grid_of
from tests.harvesters.offices import ods, plain_ods, row, table, text, typed, xlsx, zipped

WANTED = Wanted(columns=frozenset({"Kennung", "Titel", "Zahl"}), numbers=frozenset({"Zahl"}), needed=(frozenset({"Kennung", "Titel"}),))
Rows = Sequence[Sequence[Any]]
HEADER = ("Kennung", "Titel", "Zahl")
FORMS = ("csv", "xlsx", "ods")


def made(form: str, rows: Rows) -> bytes:
    if form == "xlsx":
        return xlsx(rows)
    if form == "ods":
        return plain_ods(rows)
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=";", lineterminator="\r\n").writerows(["" if each is None else each for each in cells] for cells in rows)
    return target.getvalue().encode("cp1252")


def read(form: str, rows: Rows | bytes, wanted: Wanted = WANTED, **layout: Any) -> tuple[list[Line], list[Note]]:
    content = rows if isinstance(rows, bytes) else made(form, rows)
    sheet = read_sheet(f"liste.{form}", content, Layout(**layout), wanted)
    found = list(sheet.lines)
    return [each for each in found if isinstance(each, Line)], [*sheet.notes, *(each for each in found if isinstance(each, Note))]


def broken(form: str, rows: Rows | bytes, wanted: Wanted = WANTED, **layout: Any) -> BrokenFile:
    with pytest.raises(BrokenFile) as caught:
        read(form, rows, wanted, **layout)
    return caught.value


def keys(lines: Sequence[Line]) -> list[str]:
    return [str(each.cells[0]) for each in lines]


def sheet_of(content: bytes, name: str = "a.xlsx", **layout: Any) -> Sheet:
    return read_sheet(name, content, Layout(**layout), Wanted())


# --- titles, footers


@pytest.mark.parametrize("form", FORMS)
def test_titles_above_the_header_are_no_data_and_are_reported(form: str) -> None:
    rows = [("Projekte der Stadt – Übersicht",), (None,), HEADER, ("p1", "Park", 1), ("p2", "Bäume", 2)]

    lines, notes = read(form, rows)

    assert [(each.row, each.cells[0]) for each in lines] == [(4, "p1"), (5, "p2")]
    assert [each.code for each in notes] == ["detected-dialect"]
    assert "Kopfzeile in Zeile 3" in notes[0].message
    assert "2 Zeilen darüber" in notes[0].message


@pytest.mark.parametrize("form", FORMS)
def test_a_footer_below_a_blank_row_is_left_out_counted_and_reported(form: str) -> None:
    rows = [
        HEADER,
        ("p1", "Park", 1),
        ("p2", "Bäume", 2),
        (None,),
        ("Summe", None, 3),
        (None,),
        ("Quelle: Stadt Kaiserslautern",),
        ("Stand 2023",),
    ]

    lines, notes = read(form, rows)

    assert keys(lines) == ["p1", "p2"]
    (footer,) = [each for each in notes if each.code == "footer"]
    assert footer.row == 5
    assert "3 Zeilen" in footer.message
    assert "5 bis 8" in footer.message


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "last",
    [
        [("p3", "Radweg", 3)],
        [("p3", None, 3)],
        [("Quelle: Amt", None, None), ("p3", "Radweg", 3)],
        [("Summe der Teile", "ein Projekt, das so heißt", 3)],
    ],
)
def test_what_could_be_data_below_a_blank_row_is_data(form: str, last: Rows) -> None:
    rows = [HEADER, ("p1", "Park", 1), (None,), *last]

    lines, notes = read(form, rows)

    assert keys(lines) == ["p1", *(str(each[0]) for each in last)]
    assert "footer" not in {each.code for each in notes}


def test_a_sum_right_below_the_data_waits_for_a_person() -> None:
    rows = [HEADER, ("p1", "Park", 1), ("Summe", "alle", 3)]

    lines, _ = read("csv", rows)
    trusted, _ = read("csv", rows, footer="")

    assert [[each.code for each in line.problems] for line in lines] == [[], ["footer-like"]]
    assert [line.problems for line in trusted] == [(), ()]


def test_a_pinned_footer_begins_where_the_mapping_says() -> None:
    rows = [HEADER, ("p1", "Park", 1), ("Zusammen", None, 1), ("außerdem", None, None)]

    lines, notes = read("csv", rows, footer="Zusammen")

    assert keys(lines) == ["p1"]
    assert "2 Zeilen" in notes[-1].message


def test_a_pinned_footer_takes_no_data_with_it() -> None:
    error = broken("csv", [HEADER, ("p1", "Park", 1), ("Zusammen", None, 1), ("p2", "Bäume", 2)], footer="Zusammen")

    assert (error.code, error.row) == ("data-below-footer", 4)


# --- tables below each other


@pytest.mark.parametrize("form", FORMS)
def test_a_header_that_comes_again_names_its_row_or_is_read_over(form: str) -> None:
    rows = [HEADER, ("p1", "Park", 1), (None,), HEADER, ("p2", "Bäume", 2)]

    error = broken(form, rows)
    lines, notes = read(form, rows, stacked="read")

    assert (error.code, error.row) == ("stacked-tables", 4)
    assert 'stacked = "read"' in error.detail
    assert keys(lines) == ["p1", "p2"]
    assert [each.row for each in notes if each.code == "stacked-tables"] == [4]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("second", [("Straße", "Ort", "Baujahr"), ("Kennung", "Titel", "Beginn"), ("Kennung", "Zahl", None)])
def test_another_table_below_names_its_row(form: str, second: Rows) -> None:
    error = broken(form, [HEADER, ("p1", "Park", 1), (None,), second, ("a", "b", "c")], stacked="read")

    assert (error.code, error.row) == ("stacked-tables", 4)


def test_a_gap_in_a_table_of_texts_is_just_a_gap() -> None:
    names = ("Kennung", "Titel", "Text")
    wanted = Wanted(columns=frozenset(names), needed=(frozenset({"Kennung"}),))

    lines, _ = read("csv", [names, ("p1", "Park", "schön"), (None,), ("p2", "Bäume", "grün")], wanted)

    assert keys(lines) == ["p1", "p2"]


# --- merged cells


def merged_xlsx() -> bytes:
    rows = [("Übersicht", None, None), HEADER, ("p1", "Park", 1), (None, "Wiese", 2), ("p3", "Bäume", 3)]

    def arrange(sheet: Any, _: Any) -> None:
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("A3:A4")

    return xlsx(rows, arrange)


def merged_ods() -> bytes:
    spanned, covered = 'table:number-rows-spanned="2" table:number-columns-spanned="1"', "<table:covered-table-cell/>"
    return ods(
        table(
            row(text("Übersicht", 'table:number-columns-spanned="3" table:number-rows-spanned="1"'), covered, covered),
            row(*map(text, HEADER)),
            row(text("p1", spanned), text("Park"), typed("float", "1")),
            row(covered, text("Wiese"), typed("float", "2")),
            row(text("p3"), text("Bäume"), typed("float", "3")),
        )
    )


@pytest.mark.parametrize(("form", "content"), [("xlsx", merged_xlsx()), ("ods", merged_ods())])
def test_merged_cells_are_an_error_that_names_them_unless_the_mapping_fills_them(form: str, content: bytes) -> None:
    error = broken(form, content)
    lines, _ = read(form, content, merged="fill")

    assert (error.code, error.row) == ("merged-cells", 3)
    assert "A3:A4" in error.detail
    assert "A1" not in error.detail  # a title is nobody's data
    assert [each.cells for each in lines] == [("p1", "Park", 1), ("p1", "Wiese", 2), ("p3", "Bäume", 3)]


def test_a_footer_may_be_merged_and_merged_empty_cells_hold_nothing() -> None:
    rows = [HEADER, ("p1", "Park", 1), ("p2", None, None), (None,), ("Quelle: Amt", None, None)]

    def arrange(sheet: Any, _: Any) -> None:
        sheet.merge_cells("B3:C3")
        sheet.merge_cells("A5:C5")

    lines, notes = read("xlsx", xlsx(rows, arrange))

    assert keys(lines) == ["p1", "p2"]
    assert "footer" in {each.code for each in notes}


# --- numbers, dates


@pytest.mark.parametrize("form", FORMS)
def test_texts_that_are_numbers_show_how_they_are_written(form: str) -> None:
    sheet = read_sheet(f"a.{form}", made(form, [HEADER, ("p1", "Park", "1.234,5"), ("p2", "Bäume", "2.000")]), Layout(), WANTED)

    assert sheet.numbers.plain("2.000") == "2000"
    assert sheet.notes[0].code == "detected-dialect"
    assert "1.234,5" in sheet.notes[0].message


@pytest.mark.parametrize("form", FORMS)
def test_a_number_that_may_be_either_is_reported_and_not_guessed(form: str) -> None:
    content = made(form, [HEADER, ("p1", "Park", "1.234")])

    undecided = read_sheet(f"a.{form}", content, Layout(), WANTED)
    pinned = read_sheet(f"a.{form}", content, Layout(decimal=",", thousands="."), WANTED)

    assert undecided.numbers.undecided
    assert "nicht zu erkennen" in undecided.notes[0].message
    assert pinned.numbers.plain("1.234") == "1234"


def test_a_workbook_that_counts_from_1904_says_so() -> None:
    def arrange(_: Any, book: Any) -> None:
        book.epoch = openpyxl_1904()

    assert sheet_of(xlsx([("id",), ("a",)], arrange)).numbers.epoch == 1904
    assert sheet_of(xlsx([("id",), ("a",)])).numbers.epoch == 1900


def openpyxl_1904() -> datetime:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904  # the one place that needs it

    return CALENDAR_MAC_1904


def test_cells_that_show_percent_are_reported_where_they_become_numbers() -> None:
    def arrange(sheet: Any, _: Any) -> None:
        sheet["C2"].number_format = "0.0%"

    in_xlsx = read("xlsx", xlsx([HEADER, ("p1", "Park", 0.125)], arrange))
    in_ods = read("ods", ods(table(row(*map(text, HEADER)), row(text("p1"), text("Park"), typed("percentage", "0.125", "12,5 %")))))

    for lines, notes in (in_xlsx, in_ods):
        assert lines[0].cells[2] == 0.125
        assert [each.code for each in notes] == ["percent-cells"]
        assert "»Zahl«" in notes[0].message


# --- hidden


def test_what_is_hidden_is_read_and_reported() -> None:
    def arrange(sheet: Any, book: Any) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True
        book.create_sheet("intern").sheet_state = "hidden"

    lines, notes = read("xlsx", xlsx([HEADER, ("p1", "Park", 1), ("p2", "Bäume", 2)], arrange), sheet="Tabelle1")

    assert keys(lines) == ["p1", "p2"]
    assert [each.code for each in notes] == ["hidden", "hidden"]
    assert "Zeilen 3; Spalten B (»Titel«)" in notes[0].message
    assert "intern" in notes[1].message


def test_what_is_hidden_in_an_ods_is_reported_too() -> None:
    style = '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
    content = ods(
        table(
            '<table:table-column/><table:table-column table:visibility="collapse"/>',
            row(*map(text, HEADER)),
            row(text("p1"), text("Park"), typed("float", "1"), attributes='table:visibility="filter"'),
        )
        + table(row(text("x")), name="intern", attributes='table:style-name="ta2"'),
        styles=style,
    )

    lines, notes = read("ods", content, sheet="Tabelle1")

    assert keys(lines) == ["p1"]
    assert "Zeilen 2; Spalten B (»Titel«)" in notes[0].message
    assert "intern" in notes[1].message
    with pytest.raises(BrokenFile, match=r"intern \(ausgeblendet\)"):
        read("ods", content)


# --- ODS


def test_cells_of_an_ods_keep_their_types() -> None:
    cells = (
        typed("float", "1.5", "1,5"),
        typed("float", "7", "7"),
        typed("currency", "3", "3,00 €"),
        typed("boolean", "true", "WAHR"),
        typed("date", "2023-06-12", "12.06.23"),
        typed("date", "2023-06-12T17:30:00"),
        typed("time", "PT17H30M00S", "17:30"),
        text("a  b"),
    )
    content = ods(table(row(*(text(f"s{number}") for number in range(len(cells)))), row(*cells)))

    (line,) = sheet_of(content, "a.ods").lines

    moment = datetime(2023, 6, 12, 17, 30, tzinfo=UTC)
    assert isinstance(line, Line)
    assert line.cells == (1.5, 7, 3, True, date(2023, 6, 12), moment.replace(tzinfo=None), moment.time(), "a  b")


def test_texts_of_an_ods_have_their_spaces_and_lines_and_no_remarks() -> None:
    cell = (
        '<table:table-cell office:value-type="string">'
        "<office:annotation><dc:creator>x</dc:creator><text:p>eine Notiz</text:p></office:annotation>"
        '<text:p>a<text:s text:c="3"/>b<text:tab/>c</text:p><text:p>d <text:span>e</text:span></text:p></table:table-cell>'
    )

    (line,) = sheet_of(ods(table(row(text("id")), row(cell))), "a.ods").lines

    assert isinstance(line, Line)
    assert line.cells == ("a   b\tc\nd e",)


def test_errors_and_formulas_without_result_in_an_ods_are_not_empty_cells() -> None:
    error = text("#DIV/0!", 'table:formula="of:=1/0" calcext:value-type="error"')
    older = text("Err:502", 'table:formula="of:=X()"')
    formula = '<table:table-cell table:formula="of:=1+1"/>'
    content = ods(
        table(row(text("id"), text("n")), *(row(text(key), each) for key, each in zip("abc", (error, older, formula), strict=True)))
    )

    lines = list(sheet_of(content, "a.ods").lines)

    codes = [[each.code for each in line.problems] for line in lines if isinstance(line, Line)]
    assert codes == [["cell-error"], ["cell-error"], ["formula-without-value"]]


def test_cells_repeated_to_the_end_of_the_sheet_are_no_table() -> None:
    content = ods(
        table(
            row(text("id"), '<table:table-cell table:number-columns-repeated="16383"/>'),
            row(text("a")),
            row('<table:table-cell table:number-columns-repeated="16384"/>', attributes='table:number-rows-repeated="1048574"'),
        )
    )

    assert [each.row for each in sheet_of(content, "a.ods").lines] == [2]


def test_values_repeated_in_an_ods_are_as_many_cells() -> None:
    content = ods(
        table(
            row(text("a"), text("b"), text("c")),
            row(typed("float", "1", attributes='table:number-columns-repeated="3"'), attributes='table:number-rows-repeated="2"'),
        )
    )

    assert [each.cells for each in sheet_of(content, "a.ods").lines if isinstance(each, Line)] == [(1, 1, 1), (1, 1, 1)]


def test_an_ods_with_several_sheets_wants_a_name() -> None:
    content = ods(table(row(text("id")), row(text("a"))) + table(row(text("nr")), row(text("b")), name="Zwei"))

    with pytest.raises(BrokenFile, match="Tabelle1, Zwei"):
        sheet_of(content, "a.ods")
    assert sheet_of(content, "a.ods", sheet="Zwei").header == ("nr",)


def test_old_excel_files_are_refused_with_a_way_out() -> None:
    """The library at hand gives error cells of .xls as empty ones: a value would vanish without a word."""
    with pytest.raises(BrokenFile, match="XLSX oder ODS"):
        sheet_of(b"\xd0\xcf\x11\xe0", "a.xls")


# --- nothing is lost

_TEXTS = st.sampled_from(
    ["", "", "", "p1", "p2", "Summe", "Quelle: Amt", "Kennung", "Titel", "Zahl", "12", "1.234,5", "ein Satz mit Leerzeichen", "06.2023"]
)


@given(st.lists(st.lists(_TEXTS, min_size=3, max_size=3), max_size=9), st.sampled_from([None, "", "Summe"]), st.sampled_from(["", "read"]))
def test_every_row_is_handed_on_or_counted_or_the_file_is_refused(rows: list[list[str]], footer: str | None, stacked: str) -> None:
    try:
        lines, notes = read("csv", [HEADER, *rows], footer=footer, stacked=stacked, header_row=1, delimiter=";")
    except BrokenFile as error:
        assert error.row  # noqa: PT017  either outcome is right, as long as it names the row
        return

    assert len(lines) + sum(each.rows for each in notes) == sum(any(cells) for cells in rows)
    complete = [each for each in rows if all(each[:2]) and tuple(each) != HEADER]
    assert [line.cells for line in lines if all(line.cells[:2])] == [tuple(each) for each in complete]


# --- against another reader

_CELLS = (
    st.none()
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e9, 1e9).map(lambda each: round(each, 3))
    | st.text("abcäß€ ,;\"'<&", min_size=1).map(str.strip)
)
_GRIDS = st.lists(st.lists(_CELLS, min_size=1, max_size=5), min_size=1, max_size=6)


def by_calamine(content: bytes) -> dict[tuple[int, int], object]:
    (sheet,) = (python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0),)
    return {
        (row, column): cell
        for row, cells in enumerate(sheet.to_python(skip_empty_area=False), start=1)
        for column, cell in enumerate(cells, start=1)
        if cell != ""
    }


@given(_GRIDS, st.sampled_from(["xlsx", "ods"]))
def test_what_two_independent_readers_find_in_a_workbook_is_the_same(rows: list[list[object]], form: str) -> None:
    rows = [[None if each == "" else each for each in cells] for cells in rows]
    content = xlsx(rows) if form == "xlsx" else plain_ods(rows)

    grid = grid_of(form, content, "")

    found = {(line.row, column): cell for line in grid.rows for column, cell in enumerate(line.cells, start=1) if cell is not None}
    assert found == by_calamine(content)


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=8))
def test_a_damaged_ods_is_read_or_refused(position: int, noise: bytes) -> None:
    content = bytearray(plain_ods([("id", "n"), ("a", 1)]))
    position %= len(content)
    content[position : position + len(noise)] = noise
    try:
        grid_of("ods", bytes(content), "")
    except BrokenFile as error:
        assert error.code  # noqa: PT017  either outcome is right; another exception is not


@given(st.text("<>/abc:=\"' &;", max_size=60))
def test_any_xml_in_an_ods_is_read_or_refused(body: str) -> None:
    try:
        grid_of("ods", ods(body), "")
    except BrokenFile as error:
        assert error.code  # noqa: PT017  either outcome is right; another exception is not


def test_entities_in_an_ods_are_refused() -> None:
    content = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><office:document-content/>'

    for encoded in (content.encode(), content.encode("utf-16")):
        with pytest.raises(BrokenFile, match="DOCTYPE"):
            grid_of("ods", zipped({"mimetype": "x", "content.xml": encoded}), "")
