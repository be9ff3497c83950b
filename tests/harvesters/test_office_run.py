"""Office files from the drop folder to the catalogue, and packages from the web: what was found out or left out stands in the run's
report."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.plan import Outcome, RunRecord
from harvesters.mapping import Rule
from harvesters.parsing import NumberStyle
from harvesters.record import Record
from harvesters.rowmap import RowMap, row_from
from schemas.errors import ConfigurationError
from schemas.row import Quarantined, Row
from schemas.table import Table, table_from_descriptor
from tests.harvesters.http.servers import reply, serving, to
from tests.harvesters.offices import plain_ods, with_member, xlsx
from tests.harvesters.test_packages import field, package, resource
from tests.harvesters.test_run_http import quick, run
from tests.harvesters.world import MAPPING, Intake, intake

TITLED = (
    "Projekte der Stadt;;;;;\r\nStand: 31.12.2023;;;;;\r\n\r\nid;title;status;start;note;quelle\r\n"
    "p1;Bürgerpark – Süd;läuft;12.06.2023;;\r\np2;Radweg;fertig;06.2023;;\r\n;;;;;\r\nQuelle: Referat Stadtentwicklung;;;;;\r\n"
)


def codes(record: RunRecord) -> list[str]:
    return [each.code for each in record.findings]


def title(made: Intake, key: str) -> object:
    return next(each.row.values["title"] for each in made.store.published("projekte", "project") if each.row.key == key)


def test_an_office_file_is_read_and_the_run_says_how(tmp_path: Path) -> None:
    made = intake(tmp_path)
    made.drop("projekte.csv", TITLED.encode("cp1252"))

    record = made.run()

    assert record.outcome is Outcome.OK
    assert set(made.published()) == {"p1", "p2"}
    assert title(made, "p1") == "Bürgerpark – Süd"
    assert codes(record) == ["detected-dialect", "footer"]
    assert all(each.origin == "projekte.csv" and "projekte.csv" in each.message for each in record.findings)
    for part in ("Windows-1252", "Semikolon", "Zeile 4"):
        assert part in record.findings[0].message


def test_a_plain_file_has_nothing_to_report(tmp_path: Path) -> None:
    made = intake(tmp_path)
    made.projects("p1,Stadtpark,läuft,12.06.2023,,")

    assert made.run().findings == ()


def test_what_the_mapping_pins_overrides_what_the_file_seems_to_be(tmp_path: Path) -> None:
    made = intake(tmp_path)
    made.map(
        MAPPING.replace('file = "projekte.csv"', 'file = "projekte.csv"\ndialect = { encoding = "utf-8", delimiter = ";", header_row = 4 }')
    )
    made.drop("projekte.csv", TITLED.encode("cp1252"))

    failed = made.run()
    made.drop("projekte.csv", TITLED.encode())
    done = made.run()

    assert (failed.outcome, codes(failed)) == (Outcome.FAILED, ["encoding"])
    assert (done.outcome, codes(done)) == (Outcome.OK, ["footer"])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (TITLED.encode("cp850", "replace"), "encoding"),
        (b"id,title,status,start,note,quelle\n" + "p1,Bäume,läuft,2023,,\n".encode() + b"p2,\xff,fertig,2023,,\n", "encoding"),
        (TITLED.encode() + TITLED.encode(), "stacked-tables"),
        (b'id,title,status,start,note,quelle\np1,"offen,fertig,,,\n', "broken-quotes"),
    ],
)
def test_what_cannot_be_told_changes_nothing(tmp_path: Path, content: bytes, code: str) -> None:
    made = intake(tmp_path)
    made.projects("p1,Stadtpark,läuft,12.06.2023,,")
    made.run()
    made.drop("projekte.csv", content)

    record = made.run(days=30)

    assert record.outcome in (Outcome.FAILED, Outcome.PARTIAL)
    assert code in codes(record)
    assert made.published() == {"p1": "current"}


def bomb() -> bytes:
    def write(member: Any) -> None:
        for _ in range(200):
            member.write(b" " * 1024 * 1024)

    return with_member(xlsx([("id",)]), "xl/worksheets/sheet1.xml", write)


def test_a_workbook_that_unfolds_is_a_finding_that_names_the_limit(tmp_path: Path) -> None:
    made = intake(tmp_path)
    made.map(MAPPING.replace("projekte.csv", "projekte.xlsx"))
    made.drop("projekte.xlsx", bomb())

    record = made.run()

    assert (record.outcome, codes(record)) == (Outcome.FAILED, ["too-large"])
    assert "100 MB" in record.findings[0].message


ROWS: Sequence[Sequence[object]] = [
    ("id", "title", "status", "start", "note", "quelle"),
    ("p1", "Stadtpark", "läuft", 45089, None, None),
    ("p2", "Radweg", "fertig", 1, None, None),
]


@pytest.mark.parametrize(("name", "content"), [("projekte.xlsx", xlsx(ROWS)), ("projekte.ods", plain_ods(ROWS))])
def test_workbooks_are_read_with_the_days_they_count(tmp_path: Path, name: str, content: bytes) -> None:
    made = intake(tmp_path)
    made.map(MAPPING.replace("projekte.csv", name).replace('parse = "date"', 'parse = "excel-date"'))
    made.drop(name, content)

    record = made.run()

    starts = {each.row.key: each.row.values["start"] for each in made.store.published("projekte", "project")}
    assert record.outcome is Outcome.OK
    assert starts == {"p1": "2023-06-12", "p2": "1900-01-01"}


# --- one row

TABLE: Table = table_from_descriptor(
    "probe",
    {
        "title": "Probe",
        "description": "Probe",
        "primaryKey": "id",
        "fields": [field("id"), field("zahl", type="number"), field("am", type="datetime")],
    },
)


def one(style: NumberStyle, **cells: object) -> Row | Quarantined | None:
    how = RowMap(table=TABLE, rules={name: Rule(column=name) for name in TABLE.field_names}, numbers=style)
    return row_from(Record({"id": "a", "zahl": None, "am": None, **cells}, origin="a.csv", tables=["probe"], row=2), how)


@pytest.mark.parametrize("style", [NumberStyle(undecided=True), NumberStyle(), NumberStyle(decimal=",", thousands=".")])
def test_one_and_a_half_is_never_fifteen(style: NumberStyle) -> None:
    found = one(style, zahl="1.5")

    assert isinstance(found, Quarantined) or (found is not None and found.values["zahl"] == 1.5)


def test_an_ambiguous_number_waits_and_says_what_the_mapping_needs() -> None:
    found = one(NumberStyle(undecided=True), zahl="1.234")
    clear = one(NumberStyle(undecided=True), zahl="1.234,5")

    assert isinstance(found, Quarantined)
    assert "decimal und thousands" in found.findings[0].message
    assert isinstance(clear, Row)
    assert clear.values["zahl"] == 1234.5


def test_a_time_without_zone_is_refused_from_a_workbook_too() -> None:
    found = one(NumberStyle(), am=datetime(2026, 11, 22, 4))  # noqa: DTZ001  Excel knows no zones

    assert isinstance(found, Quarantined)
    assert "ohne Zeitzone" in found.findings[0].message


# --- packages in the web


def test_a_package_in_the_web_becomes_data_sets(tmp_path: Path) -> None:
    descriptor = package(resource(path="daten/fir men.csv"))
    routes = {
        "/opendata/datapackage.json": reply(json.dumps(descriptor), Content_Type="application/json"),
        "/opendata/daten/fir%20men.csv": reply("id,name,zahl\na,Bäckerei,1\nb,Café,2\n"),
    }
    with serving(routes) as server:
        made, web = from_web(tmp_path, server.url("/opendata/datapackage.json")), quick(tmp_path)

        record = run(made, web)
        again = run(made, web)

    assert (record.outcome, again.outcome) == (Outcome.OK, Outcome.UNCHANGED)
    assert {each.row.key for each in made.store.published("projekte", "betriebe")} == {"a", "b"}


@pytest.mark.parametrize(
    "path", ["http://127.0.0.1:1/a.csv", "//example.org/a.csv", "/a.csv", "../a.csv", "%2e%2e/a.csv", "a\\b.csv", "file:a.csv"]
)
def test_a_package_in_the_web_reaches_no_further_than_one_in_a_folder(tmp_path: Path, path: str) -> None:
    with serving({"/d/datapackage.json": reply(json.dumps(package(resource(path=path))))}) as server:
        record = run(from_web(tmp_path, server.url("/d/datapackage.json")), quick(tmp_path))
        asked = [each.target for each in server.requests]

    assert (record.outcome, codes(record)) == (Outcome.FAILED, ["package"])
    assert asked == ["/d/datapackage.json"]


def test_a_resource_may_not_redirect_to_a_host_nobody_permitted(tmp_path: Path) -> None:
    routes = {
        "/datapackage.json": reply(json.dumps(package(resource(path="a.csv")))),
        "/a.csv": to("http://169.254.169.254/latest/meta-data"),
    }
    with serving(routes) as server:
        record = run(from_web(tmp_path, server.url("/datapackage.json")), quick(tmp_path))

    assert (record.outcome, codes(record)) == (Outcome.FAILED, ["unreadable-file"])


def test_a_question_mark_in_a_path_is_part_of_the_name(tmp_path: Path) -> None:
    with serving({"/datapackage.json": reply(json.dumps(package(resource(path="a.csv?x=1#y"))))}) as server:
        run(from_web(tmp_path, server.url("/datapackage.json")), quick(tmp_path))

    assert server.requests[-1].target == "/a.csv%3Fx%3D1%23y"


def test_an_address_that_is_neither_files_nor_a_description_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"datapackage\.json"):
        run(from_web(tmp_path, "https://example.org/daten/"), quick(tmp_path))


def from_web(folder: Path, url: str) -> Intake:
    made = intake(folder)
    made.source = replace(made.source, url=url, allow_private=("127.0.0.1",), options={})
    return made
