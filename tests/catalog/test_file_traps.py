"""Known traps of Frictionless 5.21 in files and packages (engines measured, section 2): what klar does, and beside it what Frictionless
does when it is left alone. A control that fails says that a newer Frictionless has mended the trap."""

import json
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import frictionless
import pytest
from frictionless.resources import TableResource

from catalog import limited
from catalog.checks import Report, check_rows, validate_file
from catalog.formats.canonical_csv import write_csv
from catalog.limited import GIGABYTE, LimitExceeded
from schemas.errors import SourceError
from schemas.row import Row
from schemas.table import Table, common_tables, table_from_descriptor
from tests.catalog import poison

PROJECT = common_tables()["project"]
DIALECT = {"header": True, "headerRows": [1], "csv": {"delimiter": ","}}


def probe(**described: Any) -> Table:
    fields = [
        {"name": name, "title": name, "description": name, "klar:disclosure": "public", **each}
        for name, each in {"id": {"type": "string"}, **described}.items()
    ]
    return table_from_descriptor("probe", {"title": "Probe", "description": "Probe", "primaryKey": "id", "fields": fields})


MEASURE = probe(
    size={"type": "number"},
    count={"type": "integer"},
    day={"type": "date"},
    moment={"type": "datetime"},
    word={"type": "string", "constraints": {"pattern": "a|b"}},
)


def package(folder: Path, content: str = "id,name\n1,Nord\n", *, schema: object = None, **resource: Any) -> Path:
    (folder / "data.csv").write_text(content, encoding="utf-8")
    known = schema or {"fields": [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"}]}
    described = {"name": "orte", "path": "data.csv", "schema": known, "dialect": DIALECT, **resource}
    path = folder / "datapackage.json"
    path.write_text(json.dumps({"name": "orte", "resources": [described]}), encoding="utf-8")
    return path


def judged(path: Path, table: Table | None = None, **limits: Any) -> Report:
    return validate_file(path, table=table, language="de", **limits)


def naive(path: Path) -> Any:
    """Frictionless, left alone with a package."""
    return frictionless.Package.from_descriptor(json.loads(path.read_bytes()), basepath=str(path.parent)).validate()


def rules(report: Report) -> list[tuple[str, int | None, str]]:
    return [(each.rule, each.row, each.field) for each in report.errors]


# --- values that mean something else --------------------------------------------------------------------------------------------


def test_a_date_that_would_have_to_be_guessed_is_refused(tmp_path: Path) -> None:
    schema = {"fields": [{"name": "id", "type": "string"}, {"name": "day", "type": "date", "format": "any"}]}
    path = package(tmp_path, "id,day\nx,05.01.2024\n", schema=schema)
    with pytest.raises(SourceError, match=r"»day«.*05\.01\.2024"):
        judged(path)

    (row,) = frictionless.Package(str(path)).get_table_resource("orte").read_rows()
    assert row["day"] == date(2024, 5, 1)  # the fifth of January has become the first of May


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("size", "NaN"),
        ("size", "Infinity"),
        ("size", "-INF"),
        ("count", "1_000"),
        ("count", "٣"),
        ("day", "2024-1-5"),
        ("moment", "2024-01-05T10:00:00"),
    ],
)
def test_values_that_are_none_are_errors_of_their_cell(tmp_path: Path, name: str, text: str) -> None:
    names = ("size", "count", "day", "moment")
    path = tmp_path / "probe.csv"
    path.write_text(f"id,{','.join(names)}\nx,{','.join(text if each == name else '' for each in names)}\ny,1.5,2,,\n", encoding="utf-8")

    assert rules(judged(path, MEASURE)) == [("type-error", 2, name)]
    descriptor = {"fields": [{"name": "id"}, *({"name": each, "type": MEASURE.field(each).type} for each in names)]}
    left_alone = frictionless.Resource(str(path.name), basepath=str(tmp_path), schema=frictionless.Schema.from_descriptor(descriptor))
    assert left_alone.validate().valid


def test_a_number_that_is_none_is_an_error_of_a_package_too(tmp_path: Path) -> None:
    schema = {"fields": [{"name": "id", "type": "string"}, {"name": "size", "type": "number"}]}
    path = package(tmp_path, "id,size\nx,NaN\ny,1.5\n", schema=schema)

    assert rules(judged(path)) == [("type-error", 2, "size")]
    assert naive(path).valid


def test_a_nul_character_is_an_error_of_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("id,title,status\nx1,Baum\0haus,running\nx2,Baum,running\n", encoding="utf-8")

    assert rules(judged(path, PROJECT)) == [("type-error", 2, "title")]
    assert frictionless.Resource("p.csv", basepath=str(tmp_path)).validate().valid


def test_an_open_quote_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text('id,title,status\nx,Eins,running\ny,"Zwei,running\nz,Drei,running\n', encoding="utf-8")

    (error,) = judged(path, PROJECT).errors
    assert (error.rule, error.row) == ("broken-quotes", 3)
    # Left alone, two rows have become one cell, and what is wrong is that this row is short.
    left_alone = TableResource("p.csv", basepath=str(tmp_path), dialect=frictionless.Dialect.from_descriptor(DIALECT))
    assert len(left_alone.read_rows()) == 2


def test_spaces_before_values_are_kept() -> None:
    """A quoted word after a comma and a space is the habit of the file, thinks Frictionless, and cuts such spaces off everywhere."""
    table = probe(word={"type": "string", "constraints": {"pattern": "a|b"}})
    words = {'Der Platz, "Stadtpark", ist offen': "a", "y": " a"}
    rows = [Row(table="probe", key=key, values={"id": key, "word": word}) for key, word in words.items()]

    assert {index: [each.field for each in found] for index, found in check_rows(table, rows).items()} == {1: ["word"]}
    left_alone = TableResource(
        data=write_csv(table, [each.values for each in rows]), format="csv", dialect=frictionless.Dialect.from_descriptor(DIALECT)
    )
    assert [row["word"] for row in left_alone.read_rows()] == ["a", "a"]


@pytest.mark.parametrize("value", ["ax", "xb"])
def test_a_pattern_holds_for_the_whole_value(tmp_path: Path, value: str) -> None:
    path = tmp_path / "probe.csv"
    path.write_text(f"id,word\nx,{value}\ny,b\n", encoding="utf-8")

    assert rules(judged(path, MEASURE)) == [("constraint-error", 2, "word")]


# --- what Frictionless breaks off at --------------------------------------------------------------------------------------------

AWARE = {"fields": [{"name": "id"}, {"name": "at", "type": "datetime", "constraints": {"minimum": "2024-01-01T00:00:00Z"}}]}
BAD_PATTERN = {"fields": [{"name": "id"}, {"name": "at", "constraints": {"pattern": "(["}}]}


@pytest.mark.parametrize("schema", [AWARE, BAD_PATTERN], ids=["naive against aware", "bad pattern"])
def test_where_frictionless_breaks_off_the_report_says_so(tmp_path: Path, schema: dict[str, Any]) -> None:
    path = package(tmp_path, "id,at\nx,2024-01-05T10:00:00\n", schema=schema)

    report = judged(path)

    assert not report.valid
    assert all("brach ab" in each.message or "pattern" in each.message for each in report.errors), report.text()


def test_left_alone_frictionless_raises(tmp_path: Path) -> None:
    path = package(tmp_path, "id,at\nx,2024-01-05T10:00:00\n", schema=AWARE)

    with pytest.raises(TypeError, match="naive"):
        naive(path)


# --- patterns, sizes ------------------------------------------------------------------------------------------------------------


def test_a_pattern_that_backtracks_is_stopped(tmp_path: Path) -> None:
    """Twice as long with every character: 28 took 7.5 s, 60 would take a thousand years."""
    schema = {"fields": [{"name": "id", "constraints": {"pattern": "(a+)+b"}}]}
    (tmp_path / "long").mkdir()
    long, short = package(tmp_path / "long", f"id\n{'a' * 60}\n", schema=schema), package(tmp_path, "id\naab\nx\n", schema=schema)

    assert rules(judged(short)) == [("constraint-error", 3, "id")]
    with pytest.raises(LimitExceeded, match=r"datapackage\.json: .*länger als"):
        judged(long, seconds=1)
    with pytest.raises(LimitExceeded, match="länger als"):
        limited.call(naive, long, memory=GIGABYTE, seconds=1)


def test_rows_under_a_pattern_that_backtracks_are_an_error_of_their_table() -> None:
    table = probe(word={"type": "string", "constraints": {"pattern": "(a+)+b"}})
    rows = [Row(table="probe", key=name, values={"id": name, "word": word}) for name, word in (("x", "aab"), ("y", "a" * 60))]

    assert check_rows(table, rows[:1]) == {}
    with pytest.raises(LimitExceeded, match=r"Tabelle »Probe«: .*länger als"):
        check_rows(table, rows, seconds=1)


def test_a_cell_of_300_mb_is_refused_before_it_takes_two_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    with path.open("wb") as file:
        file.write(b"id,title,status\nx,")
        for _ in range(300):
            file.write(b"y" * 10**6)
        file.write(b",running\n")

    (error,) = judged(path, PROJECT).errors
    assert (error.rule, error.row) == ("too-large", 2)
    # Left alone, Frictionless takes what it can get, and then reports a fault of the file that it cannot name.
    assert limited.call(poison.notes, path, memory=GIGABYTE // 2, seconds=60) == [("source-error", "")]


def test_a_file_that_does_not_fit_names_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(f"[{','.join(['{}'] * 2_000_000)}]", encoding="ascii")

    with pytest.raises(LimitExceeded, match=r"p\.json: .*mehr als 150 MB Arbeitsspeicher"):
        judged(path, PROJECT, memory=150 * 1024**2)


def test_where_frictionless_mistakes_missing_memory_for_a_fault_the_limit_is_named(tmp_path: Path) -> None:
    path = package(tmp_path)
    path.with_name("data.csv").write_bytes(b"id,name\n1," + b"y" * 30_000_000 + b"\n")

    with pytest.raises(LimitExceeded, match="mehr als 120 MB Arbeitsspeicher"):
        judged(path, memory=120 * 1024**2)


def bomb(path: Path, megabytes: int) -> Path:
    """A workbook whose one cell is that large, in a two-thousandth of the space."""
    sheet = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    head = '<c r="A1" t="inlineStr"><is><t>id</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in _WORKBOOK.items():
            archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as member:
            member.write((sheet + head).encode())
            for _ in range(megabytes):
                member.write(b"a" * 1024 * 1024)
            member.write(b"</t></is></c></row></sheetData></worksheet>")
    return path


_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_WORKBOOK = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>',
}


def test_a_small_workbook_that_inflates_to_200_mb_is_refused(tmp_path: Path) -> None:
    path = bomb(tmp_path / "p.xlsx", 200)

    assert path.stat().st_size < 250_000
    with pytest.raises(LimitExceeded, match=r"p\.xlsx: .*hundertmal so groß \(200 MB\)"):
        judged(path)


def test_left_alone_frictionless_inflates_a_workbook_and_finds_it_valid(tmp_path: Path) -> None:
    bomb(tmp_path / "p.xlsx", 20)
    assert frictionless.Resource("p.xlsx", basepath=str(tmp_path)).validate().valid

    small = bomb(tmp_path / "q.xlsx", 1)
    assert judged(small).valid  # what shrinks well but is small is no attack


# --- descriptions that lead elsewhere -------------------------------------------------------------------------------------------


class _Counted(BaseHTTPRequestHandler):
    hits: list[str]

    def do_GET(self) -> None:
        self.hits.append(self.path)
        content = b"id,name\n1,Nord\n" if self.path.endswith(".csv") else b'{"fields": [{"name": "id"}, {"name": "name"}]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    handler = type("Counted", (_Counted,), {"hits": []})
    with HTTPServer(("127.0.0.1", 0), handler) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def hits(server: HTTPServer) -> list[str]:
    return server.RequestHandlerClass.hits  # type: ignore[attr-defined,no-any-return]  # of the class made above


ELSEWHERE: dict[str, dict[str, Any]] = {
    "data": {"path": "http://127.0.0.1:PORT/a.csv"},
    "data, in parts": {"path": ["data.csv", "http://127.0.0.1:PORT/a.csv"]},
    "more data": {"extrapaths": ["http://127.0.0.1:PORT/a.csv"]},
    "schema": {"schema": "http://127.0.0.1:PORT/s.json"},
    "dialect": {"dialect": "http://127.0.0.1:PORT/d.json"},
    "profile": {"profile": "http://127.0.0.1:PORT/p.json"},
    "version 2 profile": {"$schema": "http://127.0.0.1:PORT/p.json"},
    "profile of the schema": {"schema": {"$schema": "http://127.0.0.1:PORT/p.json", "fields": [{"name": "id"}, {"name": "name"}]}},
    "reference in a schema": {
        "schema": {"fields": [{"name": "id", "constraints": {"jsonSchema": {"$ref": "http://127.0.0.1:PORT/r.json"}}}, {"name": "name"}]}
    },
    "scheme": {"path": "data.csv", "scheme": "http"},
    "file address": {"path": "file:///etc/passwd"},
    "absolute": {"path": "/etc/passwd"},
    "above": {"path": "../data.csv"},
    "above, later": {"path": "a/../../data.csv"},
    "home": {"path": "~/data.csv", "format": "csv", "scheme": "file", "compression": "gz"},
    "pattern": {"path": "*.csv"},
    "database": {"path": "sqlite:////etc/passwd"},
    "archive": {"path": "data.csv", "compression": "zip", "innerpath": "a.csv"},
}


@pytest.mark.parametrize("given", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_package_that_points_elsewhere_is_refused_and_nobody_is_asked(tmp_path: Path, server: HTTPServer, given: dict[str, Any]) -> None:
    aimed = json.loads(json.dumps(given).replace("PORT", str(server.server_port)))

    with pytest.raises(SourceError, match=r"datapackage\.json"):
        judged(package(tmp_path, **aimed))

    assert hits(server) == []


@pytest.mark.parametrize("key", ["profile", "$schema"])
def test_a_profile_of_the_package_itself_is_not_fetched_either(tmp_path: Path, server: HTTPServer, key: str) -> None:
    path = package(tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), key: f"http://127.0.0.1:{server.server_port}/p.json"}), encoding="utf-8")

    with pytest.raises(SourceError, match=key.strip("$")):
        judged(path)

    assert hits(server) == []


@pytest.mark.parametrize("name", ["data", "schema"])
def test_left_alone_frictionless_asks(tmp_path: Path, server: HTTPServer, name: str) -> None:
    aimed = json.loads(json.dumps(ELSEWHERE[name]).replace("PORT", str(server.server_port)))

    naive(package(tmp_path, **aimed))

    assert hits(server)


def test_what_the_descriptions_check_forgets_the_child_refuses(tmp_path: Path, server: HTTPServer) -> None:
    path = package(tmp_path, path=f"http://127.0.0.1:{server.server_port}/a.csv")

    report = limited.call(poison.errors_of_package, path, memory=GIGABYTE, seconds=60)

    assert report
    assert hits(server) == []


def test_profiles_of_the_standard_are_known_without_asking(tmp_path: Path) -> None:
    path = package(tmp_path, profile="tabular-data-resource")
    content = {**json.loads(path.read_text()), "$schema": "https://datapackage.org/profiles/2.0/datapackage.json"}
    path.write_text(json.dumps(content), encoding="utf-8")

    assert judged(path).valid


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("id,name\n1,geheim\n", encoding="utf-8")
    folder = tmp_path / "package"
    folder.mkdir()
    path = package(folder, path="link.csv")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(SourceError, match=r"link\.csv"):
        judged(path)
    assert [task.stats["rows"] for task in naive(path).tasks] == [1]

    (folder / "link.csv").unlink()
    (folder / "link.csv").symlink_to(folder / "data.csv")
    assert judged(path).valid


def test_a_linked_folder_is_no_way_out_either(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.csv").write_text("id,name\n1,geheim\n", encoding="utf-8")
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "sub").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(SourceError, match=r"sub/a\.csv"):
        judged(package(folder, path="sub/a.csv"))


def test_a_real_database_is_not_opened(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with sqlite3.connect(database) as connection:
        connection.execute("create table person (name text)")
        connection.execute("insert into person values ('geheim')")
    connection.close()
    folder = tmp_path / "package"
    folder.mkdir()
    resource: dict[str, Any] = {"path": f"sqlite:///{database}", "format": "sqlite", "dialect": {"sql": {"table": "person"}}}
    path = package(folder, schema={"fields": [{"name": "name"}]}, **resource)

    with pytest.raises(SourceError, match="sqlite"):
        judged(path)
    with pytest.raises(PermissionError, match="sqlite3"):  # the child would not open it either
        limited.call(poison.errors_of_package, path, memory=GIGABYTE, seconds=60)
    assert [task.stats["rows"] for task in naive(path).tasks] == [1]


def test_what_is_no_table_is_left_out_and_said(tmp_path: Path) -> None:
    path = package(tmp_path)
    content = json.loads(path.read_text())
    content["resources"] += [
        {"name": "a", "path": "a.zip"},
        {"name": "b", "path": "b.pdf"},
        {"name": "c", "path": "data.csv", "format": "sql"},
    ]
    path.write_text(json.dumps(content), encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "id\n" + "x\n" * 10)

    report = judged(path)

    assert report.valid
    assert "Nicht geprüft, weil keine Tabelle: a.zip, b.pdf, data.csv." in report.text()


# --- trust ----------------------------------------------------------------------------------------------------------------------


def test_nothing_that_klar_calls_makes_frictionless_trust(tmp_path: Path) -> None:
    for given in ({}, {"path": "/etc/passwd"}, {"schema": "http://127.0.0.1:9/s.json"}):
        try:
            judged(package(tmp_path, **given))
        except SourceError:
            continue
        finally:
            assert limited.call(poison.trust, memory=GIGABYTE, seconds=60) is False
    check_rows(PROJECT, [Row(table="project", key="x", values=dict.fromkeys(PROJECT.field_names))])
    assert limited.call(poison.trust, memory=GIGABYTE, seconds=60) is False


def test_left_alone_frictionless_keeps_trusting_after_an_error() -> None:
    limited.call(poison.trust_and_fail, memory=GIGABYTE, seconds=60)
    try:
        assert limited.call(poison.trust, memory=GIGABYTE, seconds=60) is True
    finally:
        limited._SHELF.clear()
