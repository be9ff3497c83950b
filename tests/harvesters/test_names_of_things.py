"""Names that lead to ids in a mapping, and lists of words."""

from typing import Any

import pytest

from harvesters.mapping import mapping_from
from harvesters.record import Record
from harvesters.rowmap import RowMap, row_from
from schemas.aliases import Aliases, Named
from schemas.row import Quarantined, Row
from schemas.table import common_tables

ALIASES = Aliases(
    [
        Named(id="stadt-raum-wir", table="project", names=("Stadt.Raum.Wir.", "Dritter Ort")),
        Named(id="dritter-ort-umfrage", table="process", names=("Umfrage Dritter Ort",)),
        Named(id="stadtdialog", table="project", names=("Dialog Zivilgesellschaft",), confirmed=False),
    ]
)
PROCESS = common_tables()["process"]


def row(**fields: str) -> Row | Quarantined | None:
    columns: dict[str, Any] = {
        "id": {"column": "id", "parse": "alias"},
        "project_id": {"column": "projekt", "parse": "alias"},
        "title": "titel",
        "mode": {"constant": "hybrid"},
        "method": {"constant": "survey"},
    }
    (block,) = mapping_from({"table": [{"table": "process", "file": "a.csv", "columns": columns}]}, "m.toml").table
    record = Record({"id": "u1", "titel": "Umfrage", "projekt": ""} | fields, origin="a.csv", tables=["process"], row=2)
    return row_from(record, RowMap(table=PROCESS, rules=block.columns, aliases=ALIASES))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Dritter Ort", "stadt-raum-wir"),
        ("stadt raum wir", "stadt-raum-wir"),
        ("stadt-raum-wir", "stadt-raum-wir"),
        ("radweg", "radweg"),
        ("", None),
    ],
)
def test_a_name_leads_to_the_id_and_an_id_to_itself(written: str, expected: str | None) -> None:
    found = row(projekt=written)

    assert isinstance(found, Row)
    assert found.values["project_id"] == expected


def test_the_key_of_a_row_may_be_a_name_too() -> None:
    found = row(id="Umfrage Dritter Ort")

    assert isinstance(found, Row)
    assert found.key == "dritter-ort-umfrage"


@pytest.mark.parametrize("written", ["Dritter Ort", "stadt raum wir", "stadt-raum-wir"])
def test_another_spelling_makes_no_other_key(written: str) -> None:
    rules: dict[str, Any] = {"id": {"template": "{Projekt}-{Nr}"}, "title": "Nr", "project_id": {"column": "Projekt", "parse": "alias"}}
    rules |= {"mode": {"constant": "hybrid"}, "method": {"constant": "survey"}}
    (block,) = mapping_from({"table": [{"table": "process", "file": "a.csv", "columns": rules}]}, "m.toml").table
    how = RowMap(table=PROCESS, rules=block.columns, aliases=ALIASES)

    found = row_from(Record({"Projekt": written, "Nr": "7"}, origin="a.csv", tables=["process"], row=2), how)

    assert isinstance(found, Row)
    assert found.key == "stadt-raum-wir-7"


@pytest.mark.parametrize("written", ["Vierter Ort", "Dialog Zivilgesellschaft", "Umfrage Dritter Ort"])
def test_a_name_that_is_unknown_unconfirmed_or_of_another_table_is_an_error_of_its_row(written: str) -> None:
    found = row(projekt=written)

    assert isinstance(found, Quarantined)
    assert [(each.field, "Liste der Namen" in each.message, written in each.message) for each in found.findings] == [
        ("project_id", True, False)
    ]


def test_each_part_of_a_list_is_a_word_of_the_list_of_codes() -> None:
    rule = {"column": "wege", "split": ";", "codes": {"Papier": "paper", "Internet": "web"}}
    fields = {"id": "id", "title": "id", "kind": {"constant": "umfrage"}, "mode": {"constant": "hybrid"}, "channels": rule}
    (block,) = mapping_from({"table": [{"table": "format", "file": "a.csv", "columns": fields}]}, "m.toml").table
    how = RowMap(table=common_tables()["format"], rules=block.columns)

    def channels(cell: str) -> object:
        found = row_from(Record({"id": "f1", "wege": cell}, origin="a.csv", tables=["format"], row=2), how)
        return found.values["channels"] if isinstance(found, Row) else found

    assert channels("Internet; Papier;") == "web; paper"
    assert channels("") is None
    assert isinstance(channels("Internet; Rauchzeichen"), Quarantined)
