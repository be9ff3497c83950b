"""Every format is read back with a reader we did not write."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter.worksheet import Worksheet

from catalog.formats import About, Cells, excel_csv, formats_of, read_rows, write
from catalog.formats import spreadsheet as xlsx
from catalog.formats.cells import cells
from catalog.formats.german_csv import neutral
from catalog.formats.pieces import joined
from catalog.formats.worksheet import DataSheet
from schemas.errors import WrongValue
from schemas.row import Value
from schemas.table import Table, common_tables, descriptor_from_table
from schemas.values import FileFormat
from tests.catalog.shapes_of_rows import ABOUT, ROWS, STATIONS, field, table, tables_with_rows

Rows = list[dict[str, Value]]


def canonical(of: Table, rows: Rows) -> bytes:
    return write(FileFormat.CSV, of, rows, about=ABOUT)


def workbook(of: Table, rows: Rows, about: About = ABOUT) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(write(FileFormat.XLSX, of, rows, about=about)))


def from_parquet(content: bytes, folder: Path, select: str = "*") -> list[tuple[Any, ...]]:
    path = folder / "data.parquet"
    path.write_bytes(content)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(f"SELECT {select} FROM read_parquet('{path}')").fetchall()


# --- canonical CSV


def test_canonical_csv_is_plain_and_quotes_only_what_must_be_quoted() -> None:
    content = canonical(STATIONS, ROWS).decode()

    assert content == (
        "id,name,since,depth,visitors,open,longitude,latitude,changed_at\n"
        "a,Fahrradstraße „West“,2023-06,1.5,1200,true,7.76278,49.46028,2026-11-22T04:00:00Z\n"
        'b,"sagt: ""ja"",\nauch morgen",2023-06-12,-0.0000001,0,false,,,2026-07-01T22:30:00Z\n'
        "c,,2023,,,,7,49,\n"
    )


@given(tables_with_rows())
def test_reading_gives_back_what_was_written(case: tuple[Table, Rows]) -> None:
    of, rows = case

    assert read_rows(canonical(of, rows), of) == rows


@given(tables_with_rows())
def test_writing_again_what_was_read_gives_the_same_bytes(case: tuple[Table, Rows]) -> None:
    of, rows = case
    content = canonical(of, rows)

    assert canonical(of, read_rows(content, of)) == content


@given(tables_with_rows())
def test_the_reader_of_the_standard_library_sees_the_same_cells(case: tuple[Table, Rows]) -> None:
    of, rows = case
    lines = list(csv.reader(io.StringIO(canonical(of, rows).decode(), newline=""), strict=True))

    assert [len(line) for line in lines] == [len(of.fields)] * (len(rows) + 1)
    assert [[text == "" for text in line] for line in lines[1:]] == [[row[name] is None for name in of.field_names] for row in rows]
    of_text = [n for n, each in enumerate(of.fields) if each.type == "string"]
    assert [[line[n] or None for n in of_text] for line in lines[1:]] == [[row[f"f{n}"] for n in of_text] for row in rows]


@given(tables_with_rows())
def test_no_number_is_in_exponent_form(case: tuple[Table, Rows]) -> None:
    of, rows = case
    numbers = [each for each in of.fields if each.type in ("number", "integer")]
    rows = [{each.name: row[each.name] for each in numbers} for row in rows]

    body = canonical(table(*numbers, key=()), rows).decode().split("\n", 1)[1]

    assert set(body) <= set('0123456789.-,\n"')


def test_whole_numbers_are_written_alike_whether_int_or_float() -> None:
    of = table(field("id"), field("x", "number"))

    assert canonical(of, [{"id": "a", "x": 12}, {"id": "b", "x": -0.0}]) == canonical(of, [{"id": "a", "x": 12.0}, {"id": "b", "x": 0}])


def test_frictionless_finds_nothing_to_complain_about() -> None:
    resource = frictionless.Resource(
        canonical(STATIONS, ROWS),
        format="csv",
        encoding="utf-8",
        dialect=frictionless.Dialect.from_descriptor({"header": True, "headerRows": [1], "csv": {"delimiter": ","}}),
        schema=frictionless.Schema.from_descriptor(descriptor_from_table(STATIONS)),
    )

    assert resource.validate().flatten() == []


@pytest.mark.parametrize(
    ("field_name", "value"),
    [
        ("visitors", "12"),
        ("visitors", 1.5),
        ("visitors", True),
        ("depth", float("nan")),
        ("depth", float("inf")),
        ("depth", 2**53 + 1),
        ("depth", "1,5"),
        ("open", "ja"),
        ("name", 7),
        ("name", "\ud800"),
    ],
)
@pytest.mark.parametrize("format", list(FileFormat))
def test_a_value_of_another_type_is_refused_by_every_format(format: FileFormat, field_name: str, value: Value) -> None:
    with pytest.raises(WrongValue, match="Zeile 1"):
        write(format, STATIONS, [{"id": "a", field_name: value}], about=ABOUT)


def test_a_field_that_the_table_does_not_have_is_refused() -> None:
    with pytest.raises(WrongValue, match="unbekannt"):
        canonical(STATIONS, [{"id": "a", "nmae": "Tippfehler"}])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"id,name\n",
        b"\xef\xbb\xbfid,x\na,1\n",
        b"id;x\na;1\n",
        b"id,x\na,1,2\n",
        b"id,x\na\n",
        b"id,x\na,1e5\n",
        b"id,x\na,NaN\n",
        b"id,x\na, 1\n",
        "id,x\na,٣\n".encode(),
        b"id,x\n\xe4,1\n",
        b'id,x\n"a,1\n',
        b"id,x\na,1\n\n",
    ],
)
def test_reading_refuses_what_was_never_written(content: bytes) -> None:
    with pytest.raises(WrongValue):
        read_rows(content, table(field("id"), field("x", "number")))


def test_a_cell_longer_than_the_standard_readers_limit_is_read() -> None:
    of = table(field("id"))
    rows: Rows = [{"id": "ä" * 200_000}]

    assert read_rows(canonical(of, rows), of) == rows


# --- Excel dialect


def test_excel_dialect_speaks_german() -> None:
    content = excel_csv(STATIONS, ROWS)

    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))
    assert lines == [
        ["Id", "Straße", "Seit", "Tiefe", "Besuche", "Offen", "Länge", "Breite", "Geändert"],
        ["a", "Fahrradstraße „West“", "06.2023", "1,5", "1200", "ja", "7,76278", "49,46028", "22.11.2026 05:00:00"],
        ["b", 'sagt: "ja",\nauch morgen', "12.06.2023", "-0,0000001", "0", "nein", "", "", "02.07.2026 00:30:00"],
        ["c", "", "2023", "", "", "", "7", "49", ""],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+49 631", "-5", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x";"y")', "＝1"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    of = table(field("id"), field("name", title="=1+1"))

    cell = list(csv.reader(io.StringIO(excel_csv(of, [{"id": "a", "name": text}]).decode("utf-8-sig"), newline=""), delimiter=";"))

    assert cell[1] == ["a", "'" + text]
    assert cell[0][1] == "'=1+1"


def test_a_negative_number_is_no_formula() -> None:
    of = table(field("id"), field("x", "number"))

    assert b"a;-1,5\r\n" in excel_csv(of, [{"id": "a", "x": -1.5}])


def test_two_columns_with_one_title_are_told_apart() -> None:
    of = table(field("id"), field("start", title="Datum"), field("end", title="Datum"))

    assert excel_csv(of, []).decode("utf-8-sig") == "Id;Datum (start);Datum (end)\r\n"


# --- JSON


@given(tables_with_rows())
def test_json_and_ndjson_hold_the_same_rows(case: tuple[Table, Rows]) -> None:
    of, rows = case
    array = json.loads(write(FileFormat.JSON, of, rows, about=ABOUT))
    lines = write(FileFormat.NDJSON, of, rows, about=ABOUT).decode().split("\n")

    assert array == rows
    assert [json.loads(line) for line in lines[:-1]] == rows
    assert lines[-1] == ""


# --- XLSX


def test_xlsx_has_data_columns_and_origin() -> None:
    book = workbook(STATIONS, ROWS)

    assert book.sheetnames == ["Daten", "Spalten", "Quelle und Lizenz"]
    data = list(book["Daten"].iter_rows(values_only=True))
    assert data[0] == STATIONS.field_names
    assert data[1] == tuple(ROWS[0].values())
    assert book["Daten"].freeze_panes == "A2"
    columns = list(book["Spalten"].iter_rows(values_only=True))
    assert [line[0] for line in columns[1:]] == list(STATIONS.field_names)
    assert columns[2][1:5] == ("Straße", "Was name bedeutet.", "name (en)", "What name means.")
    about = [line[2] for line in book["Quelle und Lizenz"].iter_rows(values_only=True)]
    assert {"Stadt Musterstadt", ABOUT.licence.text_url, "Messnetz (http://127.0.0.1/messnetz)"} <= set(about)
    assert "3 vom / of 25.07.2026 12:30 (Europe/Berlin)" in about


@pytest.mark.parametrize("text", ["=1+1", "http://example.org", "mailto:a@example.org", "{=A1}", "007", "1e5", "_x0041_", " a ", "-5"])
def test_xlsx_text_stays_text(text: str) -> None:
    sheet = workbook(STATIONS, [{"id": "a", "name": text}])["Daten"]

    assert (sheet["B2"].data_type, sheet["B2"].value, sheet["B2"].hyperlink) == ("s", text, None)


def test_xlsx_marks_a_text_that_looks_like_a_formula_so_that_editing_keeps_it_text() -> None:
    sheet = workbook(STATIONS, [{"id": "a", "name": "=1+1"}, {"id": "b", "name": "eins"}])["Daten"]

    assert [sheet["B2"].quotePrefix, sheet["B3"].quotePrefix] == [True, False]


def test_xlsx_keeps_every_digit_of_a_long_number() -> None:
    sheet = workbook(STATIONS, [{"id": "a", "visitors": 12345678901234567890}])["Daten"]

    assert sheet["E2"].value == "12345678901234567890"


def test_xlsx_says_so_when_a_text_is_too_long_for_a_cell() -> None:
    value = workbook(STATIONS, [{"id": "a", "name": "x" * 40_000}])["Daten"]["B2"].value

    assert isinstance(value, str)
    assert len(value) == 32_767
    assert "gekürzt" in value


def test_xlsx_continues_on_another_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_ROWS_A_SHEET", 2)
    book = workbook(STATIONS, ROWS)

    assert book.sheetnames[:2] == ["Daten", "Daten 2"]
    assert [book["Daten"].max_row, book["Daten 2"].max_row] == [3, 2]


# --- Parquet


def test_parquet_columns_are_typed(tmp_path: Path) -> None:
    content = write(FileFormat.PARQUET, STATIONS, ROWS, about=ABOUT)

    rows = from_parquet(content, tmp_path, "* REPLACE (changed_at::VARCHAR AS changed_at)")
    assert rows[0] == (*list(ROWS[0].values())[:-1], "2026-11-22 04:00:00+00")
    assert rows[2] == ("c", None, "2023", None, None, None, 7.0, 49.0, None)
    path = tmp_path / "data.parquet"
    types = duckdb.connect().execute(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()
    assert [line[1] for line in types] == [
        "VARCHAR",
        "VARCHAR",
        "VARCHAR",
        "DOUBLE",
        "BIGINT",
        "BOOLEAN",
        "DOUBLE",
        "DOUBLE",
        "TIMESTAMP WITH TIME ZONE",
    ]


@settings(max_examples=20)
@given(tables_with_rows())
def test_parquet_holds_the_rows_in_their_order(case: tuple[Table, Rows]) -> None:
    of, rows = case
    plain = [each for each in of.fields if each.type in ("string", "number", "boolean")]
    with tempfile.TemporaryDirectory() as folder:
        content = write(FileFormat.PARQUET, of, rows, about=ABOUT)
        found = from_parquet(content, Path(folder), ", ".join(each.name for each in plain) or "f0::VARCHAR")

    if plain:
        assert found == [tuple(row[each.name] for each in plain) for row in rows]
    assert len(found) == len(rows)


def test_parquet_turns_a_column_into_text_rather_than_guess(tmp_path: Path) -> None:
    of = table(field("id"), field("at", "datetime"), field("n", "integer"))
    rows: Rows = [{"id": "a", "at": "2026-01-01T10:00:00", "n": 2**70}]

    assert from_parquet(write(FileFormat.PARQUET, of, rows, about=ABOUT), tmp_path) == [("a", "2026-01-01T10:00:00", str(2**70))]


def test_parquet_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    write(FileFormat.PARQUET, STATIONS, ROWS, about=ABOUT)

    assert list(tmp_path.iterdir()) == []


# --- XLSX, as XlsxWriter itself writes it


def cell_by_cell(sheet: Any, lines: Any, *, literal: Any) -> None:
    """What `DataSheet.fill` stands in for."""
    for row, line in enumerate(lines, start=1):
        for column, value in enumerate(line):
            if isinstance(value, bool):
                sheet.write_boolean(row, column, value)
            elif isinstance(value, str):
                sheet.write_string(row, column, xlsx.fitting(value), literal if neutral(value) is not value else None)
            elif value is not None and abs(value) < 10**15:
                sheet.write_number(row, column, value)
            elif value is not None:
                sheet.write_string(row, column, str(value))


def same_as_cell_by_cell(of: Table, rows: Rows) -> bool:
    ours = write(FileFormat.XLSX, of, rows, about=ABOUT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DataSheet, "fill", cell_by_cell)
        patch.setattr(DataSheet, "_write_rows", Worksheet._write_rows)
        return ours == write(FileFormat.XLSX, of, rows, about=ABOUT)


@settings(max_examples=30)
@given(tables_with_rows())
def test_a_workbook_has_the_bytes_that_xlsxwriter_gives_cell_by_cell(case: tuple[Table, Rows]) -> None:
    assert same_as_cell_by_cell(*case)


def test_a_workbook_of_gaps_oddities_and_many_rows_has_the_same_bytes_too() -> None:
    of = table(field("id"), field("text"), field("n", "number"), field("i", "integer"), field("b", "boolean"))
    odd = ("=1+1", " vorn", "a\nb", "<r>&</r>", "_x0041_", "\x01", "😀" * 20_000, "x" * 40_000, None, "=1+1", "😀" * 9_000)
    full: Rows = [{"id": f"k{n}", "text": odd[n % len(odd)], "n": n / 7, "i": 10**15 - 1 + n % 2, "b": n % 3 == 0} for n in range(40)]
    empty: Rows = [{}] * 40

    ends: Rows = [{"n": 1.5}, *empty, {"b": True}]
    for rows in (full, empty, [*empty, full[3], *empty], ends, full[:15], full[:16], full[:17]):
        assert same_as_cell_by_cell(of, rows)


# --- rows that are checked once


@settings(max_examples=20)
@given(tables_with_rows())
def test_rows_with_cells_are_written_like_any_others(case: tuple[Table, Rows]) -> None:
    of, rows = case
    made = Cells(of, iter(rows))

    assert list(made) == made[:]
    assert len(made) == len(rows)
    for format in (FileFormat.CSV, FileFormat.JSON, FileFormat.NDJSON):
        assert write(format, of, made, about=ABOUT) == write(format, of, rows, about=ABOUT)
    assert excel_csv(of, made) == excel_csv(of, rows)


def test_cells_of_one_table_do_not_count_for_another() -> None:
    made = Cells(table(field("id"), field("n", "integer")), [{"id": "a", "n": 1}])

    with pytest.raises(WrongValue):
        canonical(table(field("id"), field("n")), made[:])
    assert write(FileFormat.CSV, table(field("n", "integer"), field("id")), made, about=ABOUT) == b"n,id\n1,a\n"


def test_parquet_of_many_rows_is_put_together_in_their_order(tmp_path: Path) -> None:
    """DuckDB is given a few thousand at once."""
    of = table(field("id"), field("n", "integer"), *(field(f"f{n}") for n in range(50)))
    rows: Rows = [{"id": f"k{n}", "n": n if n % 7 else None} for n in range(2_500)]

    found = from_parquet(write(FileFormat.PARQUET, of, rows, about=ABOUT), tmp_path, "id, n")
    assert found == [(each["id"], each["n"]) for each in rows]


@given(st.lists(st.text(max_size=3), max_size=1_200), st.sampled_from(("", ",\n")))
@settings(max_examples=20)
def test_pieces_are_joined_as_a_text_is(pieces: list[str], between: str) -> None:
    pieces = [each.encode(errors="ignore").decode() for each in pieces * 3]

    assert joined(iter(pieces), before="[", between=between, after="]").decode() == "[" + between.join(pieces) + "]"


# --- GeoJSON


def test_geojson_has_a_point_where_there_is_a_position() -> None:
    content = json.loads(write(FileFormat.GEOJSON, STATIONS, ROWS, about=ABOUT))

    assert content["type"] == "FeatureCollection"
    assert [each["type"] for each in content["features"]] == ["Feature"] * 3
    assert [each["geometry"] for each in content["features"]] == [
        {"type": "Point", "coordinates": [7.76278, 49.46028]},
        None,
        {"type": "Point", "coordinates": [7, 49]},
    ]
    assert [each["id"] for each in content["features"]] == ["a", "b", "c"]
    assert content["features"][0]["properties"] == ROWS[0]
    assert content["license"] == ABOUT.licence.iri


def test_geojson_draws_no_point_outside_the_world() -> None:
    rows: Rows = [{"id": "a", "longitude": 7.0, "latitude": 97.0}, {"id": "b", "longitude": 7.0}]
    content = json.loads(write(FileFormat.GEOJSON, STATIONS, rows, about=ABOUT))

    assert [each["geometry"] for each in content["features"]] == [None, None]


def test_geojson_only_for_tables_with_a_position() -> None:
    flat = table(field("id"), field("x", "number", "longitude"))

    assert FileFormat.GEOJSON in formats_of(STATIONS)
    assert FileFormat.GEOJSON not in formats_of(flat)
    with pytest.raises(KeyError):
        write(FileFormat.GEOJSON, flat, [], about=ABOUT)


# --- all


@pytest.mark.parametrize("format", list(FileFormat))
def test_a_table_without_rows_is_still_a_file(format: FileFormat) -> None:
    content = write(format, STATIONS, [], about=ABOUT)

    assert content or format is FileFormat.NDJSON


@pytest.mark.parametrize("name", sorted(common_tables()))
def test_every_table_of_the_common_model_can_be_written_in_all_its_formats(name: str) -> None:
    published = common_tables()[name].published()
    row: dict[str, Value] = dict.fromkeys(published.field_names)

    for format in formats_of(published):
        assert write(format, published, [row], about=ABOUT)
    assert excel_csv(published, [row]).count(b"\r\n") == 2


@pytest.mark.parametrize("format", list(FileFormat))
def test_an_empty_text_is_null(format: FileFormat) -> None:
    empty = write(format, STATIONS, [{"id": "a", "name": "", "depth": ""}], about=ABOUT)

    assert empty == write(format, STATIONS, [{"id": "a"}], about=ABOUT)
    assert cells(STATIONS, [{"id": ""}]) == [(None,) * 9]


_DIGESTS = """
import hashlib
from catalog.formats import excel_csv, write
from schemas.values import FileFormat
from tests.catalog.shapes_of_rows import ABOUT, ROWS, STATIONS
for format in FileFormat:
    print(hashlib.sha256(write(format, STATIONS, ROWS, about=ABOUT)).hexdigest())
print(hashlib.sha256(excel_csv(STATIONS, ROWS)).hexdigest())
"""


def test_another_process_at_another_time_in_another_zone_writes_the_same_bytes() -> None:
    here = [hashlib.sha256(write(each, STATIONS, ROWS, about=ABOUT)).hexdigest() for each in FileFormat]
    here.append(hashlib.sha256(excel_csv(STATIONS, ROWS)).hexdigest())
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONPATH": str(root)}

    there = subprocess.run(
        [sys.executable, "-c", _DIGESTS], cwd=root, env=environment, capture_output=True, text=True, check=True, timeout=60
    )

    assert there.stdout.split() == here
