"""Frictionless as judge: of rows before they are published, and of files that somebody wants to drop."""

import json
from pathlib import Path

import openpyxl
import pytest

from catalog.checks import check_rows, validate_file
from schemas.errors import SourceError
from schemas.row import Row, Value
from schemas.table import common_tables

PROJECT = common_tables()["project"]
DISTRICT = common_tables()["district"]


def row(**values: Value) -> Row:
    given: dict[str, Value] = {"id": "stadtpark", "title": "Stadtpark", "status": "running", **values}
    return Row(table="project", key=str(given["id"]), values={name: given.get(name) for name in PROJECT.field_names})


def test_good_rows_have_no_findings() -> None:
    assert check_rows(PROJECT, [row(), row(id="radweg", start="2023-06", smart_city_model_project=True)]) == {}
    assert check_rows(PROJECT, []) == {}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("id", "Mit Leerzeichen", "constraint-error"),
        ("title", "", "constraint-error"),
        ("status", "vielleicht", "constraint-error"),
        ("start", "12.06.2023", "constraint-error"),
    ],
)
def test_a_bad_value_is_found_in_its_row_and_field_without_being_quoted(field: str, value: str, code: str) -> None:
    found = check_rows(PROJECT, [row(id="a1"), row(id="a2") if field == "id" else row(id="a2", **{field: value}), row(id="a3")])
    if field == "id":
        found = check_rows(PROJECT, [row(id="a1"), row(id=value)])

    assert set(found) == {1}
    assert [(each.code, each.field) for each in found[1]] == [(code, field)]
    assert not value or value not in found[1][0].message


def test_many_bad_rows_are_all_told_apart() -> None:
    rows = [row(id=f"p{number}", status="running" if number % 2 else "falsch") for number in range(3000)]

    assert set(check_rows(PROJECT, rows)) == set(range(0, 3000, 2))


def test_a_file_of_the_model_is_judged_column_by_name(tmp_path: Path) -> None:
    path = tmp_path / "projekte.csv"
    path.write_text("title,id,status\nStadtpark,stadtpark,running\nRadweg,radweg,unklar\n", encoding="utf-8")

    report = validate_file(path, table=PROJECT, language="de")

    (error,) = report.errors
    assert (error.file, error.row, error.field, error.rule, error.value) == ("projekte.csv", 3, "status", "constraint-error", "unklar")
    assert "projekte.csv, Zeile 3, Feld status" in report.text()


def test_the_report_can_be_english(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("id,title,status\nx1,,running\n", encoding="utf-8")

    assert "p.csv, row 2, field title" in validate_file(path, table=PROJECT, language="en").text()


def test_columns_the_table_does_not_know_and_required_ones_that_are_missing_are_named(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("id,title,geheim\nx1,Titel,1\n", encoding="utf-8")

    report = validate_file(path, table=PROJECT, language="de")

    assert {(each.rule, each.field) for each in report.errors} >= {("extra-label", "geheim"), ("missing-label", "status")}


@pytest.mark.parametrize("text", ["id;title;status\nx1;Bäume – 5 €;running\n", "id,title,status\r\nx1,Bäume – 5 €,running\r\n"])
def test_german_office_files_are_read_as_they_are(tmp_path: Path, text: str) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(text.encode("cp1252"))

    report = validate_file(path, table=PROJECT, language="de")

    assert report.valid, report.text()
    assert "Windows-1252" in report.text()


def test_xlsx_and_json_are_judged_too(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line in (["id", "title", "status"], ["x1", "Eins", "running"], ["x2", "Zwei", "falsch"]):
        sheet.append(line)
    book.save(tmp_path / "p.xlsx")
    (tmp_path / "p.json").write_text(json.dumps([{"id": "x1", "title": "Eins", "status": "falsch"}]), encoding="utf-8")

    assert [(each.row, each.value) for each in validate_file(tmp_path / "p.xlsx", table=PROJECT, language="de").errors] == [(3, "falsch")]
    assert [(each.row, each.value) for each in validate_file(tmp_path / "p.json", table=PROJECT, language="de").errors] == [(2, "falsch")]


def test_a_report_that_stops_early_says_so(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("id,title,status\n" + "".join(f"x{number},T,falsch\n" for number in range(50)), encoding="utf-8")

    report = validate_file(path, table=PROJECT, language="de", limit=10)

    assert report.limit_reached
    assert "Nach 10 Fehlern abgebrochen" in report.text()
    assert not validate_file(path, table=PROJECT, language="de", limit=100).limit_reached


def test_a_published_file_with_its_provenance_columns_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "ortsbezirke.csv"
    names = DISTRICT.published().field_names
    given = {
        "id": "nord",
        "name": "Nord",
        "kind": "local-district",
        "source": "orte",
        "changed_at": "2026-11-22T04:00:00Z",
        "changed_run": "1",
    }
    given["row_state"] = "current"
    path.write_text(",".join(names) + "\n" + ",".join(given.get(name, "") for name in names) + "\n", encoding="utf-8")

    report = validate_file(path, table=DISTRICT, language="de")

    assert report.valid, report.text()


def _package(folder: Path, **resource: object) -> Path:
    (folder / "data.csv").write_text("id,name\n1,Nord\n", encoding="utf-8")
    schema = {"fields": [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"}]}
    content = {"name": "orte", "resources": [{"name": "orte", "path": "data.csv", "schema": schema, **resource}]}
    path = folder / "datapackage.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_data_package_is_judged_with_its_files(tmp_path: Path) -> None:
    path = _package(tmp_path)
    assert validate_file(path, table=None, language="de").valid

    (tmp_path / "data.csv").write_text("id,name\neins,Nord\n", encoding="utf-8")
    assert [each.rule for each in validate_file(path, table=None, language="de").errors] == ["type-error"]


@pytest.mark.parametrize(
    "resource",
    [
        {"path": "http://127.0.0.1:9/data.csv"},
        {"path": "/etc/passwd"},
        {"path": "../data.csv"},
        {"path": "sqlite:////etc/passwd"},
        {"schema": "http://127.0.0.1:9/schema.json"},
        {"dialect": "dialect.json"},
        {"extrapaths": ["../more.csv"]},
    ],
)
def test_a_data_package_that_points_elsewhere_is_refused(tmp_path: Path, resource: dict[str, object]) -> None:
    with pytest.raises(SourceError):
        validate_file(_package(tmp_path, **resource), table=None, language="de")


def test_what_is_no_table_is_refused_or_reported(tmp_path: Path) -> None:
    (tmp_path / "p.pdf").write_bytes(b"%PDF")
    with pytest.raises(SourceError, match=r"\.pdf"):
        validate_file(tmp_path / "p.pdf", table=None, language="de")

    (tmp_path / "b.json").write_bytes(b"{")
    with pytest.raises(SourceError, match="kein JSON"):
        validate_file(tmp_path / "b.json", table=PROJECT, language="de")
    for name, content in {"a.csv": b"", "c.xlsx": b"not a workbook"}.items():
        (tmp_path / name).write_bytes(content)
        assert not validate_file(tmp_path / name, table=PROJECT, language="de").valid, name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"[" * 200_000),
        ("datapackage.json", b'{"resources":[{"name":"a","path":5}]}'),
        ("datapackage.json", b'{"resources":[{"name":"a","path":"a.csv","schema":{"fields":"boom"}}]}'),
    ],
)
def test_odd_files_are_refused_with_a_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n", encoding="utf-8")
    (tmp_path / name).write_bytes(content)

    with pytest.raises(SourceError, match=name):
        validate_file(tmp_path / name, table=None, language="de")


def test_old_line_ends_and_utf_16_are_read(tmp_path: Path) -> None:
    (tmp_path / "cr.csv").write_bytes(b"id;title;status\rx1;Eins;running\r")
    (tmp_path / "u.csv").write_bytes("id;title;status\nx1;Bäume;running\n".encode("utf-16"))

    assert validate_file(tmp_path / "cr.csv", table=PROJECT, language="de").valid
    assert "UTF-16" in validate_file(tmp_path / "u.csv", table=PROJECT, language="de").text()
