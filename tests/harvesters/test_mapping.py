"""Mappings: what they can say, and what is refused before anything is read."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.mapping import Mappings, TableMapping, load_mapping, mapping_from, matches
from harvesters.reading import Layout
from harvesters.record import Problem, Record
from harvesters.rowmap import RowMap, row_from
from schemas.errors import DisclosureError, MappingError
from schemas.row import Quarantined, Row
from schemas.table import common_tables


def block(**more: Any) -> dict[str, Any]:
    columns = {"id": "id", "title": "titel", "status": {"constant": "running"}}
    return {"table": "project", "file": "a.csv", "columns": {**columns, **more.pop("columns", {})}, **more}


def mapping(*blocks: dict[str, Any], **more: Any) -> Mappings:
    return mapping_from({"table": list(blocks or [block()]), **more}, "m.toml")


def row(fields: dict[str, object], *problems: Problem, **columns: Any) -> Row | Quarantined | None:
    found: TableMapping = mapping(block(columns=columns)).table[0]
    how = RowMap(table=common_tables()["project"], rules=found.columns)
    record = Record({"id": "p1", "titel": "Park", **fields}, origin="a.csv", tables=["project"], row=7, problems=problems)
    return row_from(record, how)


def value(fields: dict[str, object], field: str, rule: Any) -> object:
    found = row(fields, **{field: rule})
    assert isinstance(found, Row), found
    return found.values[field]


def test_columns_are_renamed_and_the_rest_is_empty_in_the_order_of_the_table() -> None:
    found = row({})

    assert isinstance(found, Row)
    assert (found.key, found.values["title"], found.values["status"], found.values["note"]) == ("p1", "Park", "running", None)
    assert tuple(found.values) == common_tables()["project"].field_names


@pytest.mark.parametrize(
    ("cell", "field", "rule", "expected"),
    [
        ("06.2023", "start", "x", "2023-06"),
        ("ja", "smart_city_model_project", "x", True),
        ("läuft", "status", {"column": "x", "codes": {"läuft": "running"}}, "running"),
        ("", "topic", {"column": "x", "codes": {"": "other"}}, "other"),
        ("", "topic", {"column": "x", "codes": {"a": "other"}}, None),
        ("a, b;c,,", "partners", {"column": "x", "split": ","}, "a; b;c"),
        (" , ", "partners", {"column": "x", "split": ","}, None),
        ("01.2023 - 02.2024", "start", {"column": "x", "part": 0, "separator": "-"}, "2023-01"),
        ("01.2023 - 02.2024", "end", {"column": "x", "part": 1, "separator": "-"}, "2024-02"),
        ("01.2023", "end", {"column": "x", "part": 1, "separator": "-"}, None),
        ("Straße 1", "id", {"template": "{x}-{titel}"}, "strasse-1-park"),
        ("", "id", {"template": "{x}-{titel}"}, "park"),
        ("2023", "note", {"column": "x", "parse": "date"}, "2023"),
    ],
)
def test_rules_give_values(cell: str, field: str, rule: Any, expected: object) -> None:
    assert value({"x": cell}, field, rule) == expected


def test_a_source_url_is_no_field_of_the_table() -> None:
    found = row({"url": "https://example.org"}, source_url="url")

    assert isinstance(found, Row)
    assert found.source_url == "https://example.org"
    assert "source_url" not in found.values


def test_every_value_that_cannot_be_read_is_named_and_none_is_quoted() -> None:
    found = row({"a": "irgendwann", "b": "unklar"}, start="a", status={"column": "b", "codes": {"läuft": "running"}})

    assert isinstance(found, Quarantined)
    assert (found.key, found.acceptable) == ("p1", False)
    assert [(each.code, each.field, each.row, each.origin) for each in found.findings] == [
        ("type-error", "status", 7, "a.csv"),
        ("type-error", "start", 7, "a.csv"),
    ]
    assert not any("irgendwann" in each.message or "unklar" in each.message for each in found.findings)


def test_a_row_without_key_is_refused_and_one_without_anything_is_no_row() -> None:
    nameless, empty = row({"id": ""}), row({"id": "", "titel": ""})

    assert isinstance(nameless, Quarantined)
    assert (nameless.key, nameless.findings[0].code) == ("", "missing-key")
    assert empty is None


def test_the_same_broken_record_has_the_same_digest_and_another_has_another() -> None:
    problem = Problem(code="ragged-row", message="…")
    one, same, other = row({}, problem), row({}, problem), row({"titel": "Wald"}, problem)

    assert isinstance(one, Quarantined)
    assert isinstance(same, Quarantined)
    assert isinstance(other, Quarantined)
    assert one.digest == same.digest != other.digest


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"table": "nonsense"}, "diese Tabelle gibt es nicht"),
        ({"file": "../a.csv"}, "nur Dateien im Ordner"),
        ({"file": "/etc/passwd"}, "nur Dateien im Ordner"),
        ({"file": "https://example.org/a.csv"}, "nur Dateien im Ordner"),
        ({"key": "title"}, "der Schlüssel der Tabelle ist id"),
        ({"nonsense": 1}, "nonsense ist unbekannt"),
        ({"dialect": {"delimeter": ";"}}, "dialect.delimeter ist unbekannt"),
        ({"dialect": {"delimiter": ";;"}}, "dialect.delimiter ist zu lang"),
        ({"dialect": {"encoding": "utf-99"}}, "utf-99"),
        ({"dialect": {"decimal": ",", "thousands": ","}}, "gleich"),
        ({"dialect": {"header_row": 0}}, "header_row ist zu klein"),
        ({"merged": "first"}, "merged muss einer dieser Werte sein: 'fill'"),
        ({"stacked": True}, "stacked muss einer dieser Werte sein: 'read'"),
        ({"footer": 3}, "footer muss Text sein"),
        ({"columns": {"note": {"column": "a", "parse": "excel"}}}, "columns.note.parse muss einer dieser Werte sein"),
        ({"columns": {"nonsense": "x"}}, "kein Feld nonsense"),
        ({"columns": {"note": {}}}, "genau eines von column, constant und template"),
        ({"columns": {"note": {"column": "a", "template": "{a}"}}}, "genau eines"),
        ({"columns": {"note": {"constant": "a", "parse": "text"}}}, "gehören zu einer column"),
        ({"columns": {"note": {"column": "a", "part": 0}}}, "gehören zusammen"),
        ({"columns": {"note": {"column": "a", "parse": "guess"}}}, "columns.note.parse muss einer dieser Werte sein"),
        ({"columns": {"note": {"template": "ohne"}}}, "geschweiften Klammern"),
        ({"columns": {"note": {"template": "{a!r}"}}}, "geschweiften Klammern"),
        ({"columns": {"note": {"template": "{a"}}}, "geschweifte Klammer"),
        ({"columns": {"status": {"constant": "rennt"}}}, "'rennt' steht nicht in der Werteliste"),
        ({"columns": {"status": {"column": "s", "codes": {"a": "rennt"}}}}, "'rennt' steht nicht in der Werteliste"),
        ({"columns": {"note": {"constant": 7}}}, "passt nicht zum Typ string"),
        ({"columns": {"smart_city_model_project": {"column": "a", "parse": "date"}}}, "keinen Wert vom Typ boolean"),
        ({"skip": {"titel": "redundant"}}, "wird übernommen und übergangen"),
        ({"skip": {"x": "secret"}}, "skip.x muss einer dieser Werte sein"),
    ],
)
def test_a_mapping_that_cannot_work_names_file_and_key(change: dict[str, Any], message: str) -> None:
    with pytest.raises(MappingError, match=r"m\.toml") as caught:
        mapping(block(**change))

    assert message in str(caught.value)
    assert "table[1]" in str(caught.value) or "übergangen" in message


def test_required_fields_need_a_source() -> None:
    incomplete = {"table": "project", "file": "a.csv", "columns": {"title": "titel"}}

    with pytest.raises(MappingError, match="Pflichtfelder ohne Spalte: id, status"):
        mapping(incomplete)


@pytest.mark.parametrize(
    "change",
    [
        {"columns": {"note": "E-Mail"}},
        {"columns": {"id": {"template": "{titel}-{username}"}}},
        {"columns": {"note": "kontakt"}, "skip": {"kontakt": "identifier"}},
        {"columns": {"note": "wunsch"}, "skip": {"wunsch": "free-text"}},
    ],
)
def test_personal_columns_cannot_reach_a_public_table(change: dict[str, Any]) -> None:
    with pytest.raises(DisclosureError, match=r"m\.toml"):
        mapping(block(**change))


def test_what_one_block_marks_as_personal_another_block_of_the_file_cannot_take() -> None:
    with pytest.raises(DisclosureError, match="kontakt"):
        mapping(block(columns={"note": "kontakt"}), block(skip={"kontakt": "identifier"}))


def test_blocks_of_one_file_agree_on_its_dialect() -> None:
    with pytest.raises(MappingError, match="dialect"):
        mapping(block(), block(dialect={"delimiter": ";"}))


def test_what_is_left_out_is_left_to_the_file_and_what_is_given_is_pinned() -> None:
    free = mapping(block()).table[0].layout
    pinned = mapping(block(dialect={"encoding": "cp1252", "decimal": ","}, footer="", merged="fill", stacked="read")).table[0].layout

    assert free == Layout()
    assert pinned == Layout(encoding="cp1252", decimal=",", footer="", merged="fill", stacked="read")


def test_a_file_that_is_no_toml_or_missing_is_named_without_its_folder(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text("table = [", encoding="utf-8")

    for name in ("m.toml", "missing.toml"):
        with pytest.raises(MappingError, match=name) as caught:
            load_mapping(tmp_path / name)
        assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "address", "expected"),
    [
        ("a.csv", "a.csv", True),
        ("a.csv", "b/a.csv", False),
        ("*.csv", "a.csv", True),
        ("*.csv", "b/a.csv", False),
        ("*/a?.csv", "b/a1.csv", True),
        ("a.csv", "axcsv", False),
        ("[a].csv", "a.csv", False),
        ("*.csv", "A.CSV", False),
    ],
)
def test_patterns_stay_in_their_folder(pattern: str, address: str, expected: bool) -> None:
    assert matches(pattern, address) is expected


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab{}/.;*", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["table", "file", "columns", "id", "column"]), inner),
    max_leaves=6,
)


@given(st.sampled_from(["table", "file", "sheet", "dialect", "key", "columns", "skip"]), _JSON)
def test_any_content_is_accepted_or_refused_as_a_mapping_error(key: str, content: object) -> None:
    try:
        mapping({**block(), key: content})
    except MappingError as error:
        assert "m.toml" in str(error)  # noqa: PT017  both outcomes are right; another exception is not


STATION = {"id": "nr", "station_id": "nr", "name": "nr", "observed_property": {"constant": "Regen"}, "status": {"constant": "active"}}


def station(x: object, y: object, crs: str) -> Row | Quarantined | None:
    columns = {**STATION, "longitude": "rechts", "latitude": "hoch"}
    found = mapping({"table": "station", "file": "a.csv", "crs": crs, "columns": columns}).table[0]
    record = Record({"nr": "m1", "rechts": x, "hoch": y}, origin="a.csv", tables=["station"], row=2)
    return row_from(record, RowMap(table=common_tables()["station"], rules=found.columns, crs=found.crs))


@pytest.mark.parametrize(
    ("x", "y", "crs", "basis"),
    [
        ("410759.6724", "5477621.3672", "EPSG:25832", None),
        ("410759.6724", "5477621.3672", "urn:adv:crs:ETRS89_UTM32", None),
        ("32410759.6724", "5477621.3672", "EPSG:4647", None),
        ("5477621.3672", "410759.6724", "EPSG:25832", "Achsen der Quelle vertauscht gelesen"),
        ("3410799.195", "5479373.359", "EPSG:31467", "aus Gauß-Krüger"),
    ],
)
def test_a_list_may_be_in_the_coordinates_of_a_german_office(x: str, y: str, crs: str, basis: str | None) -> None:
    found = station(x, y, crs)

    assert isinstance(found, Row), found
    assert found.values["longitude"] == pytest.approx(7.7689, abs=5e-6)
    assert found.values["latitude"] == pytest.approx(49.4447, abs=5e-6)
    assert str(found.values["position_basis"] or "").startswith(basis or "")
    assert (found.values["position_basis"] is None) is (basis is None)


def test_coordinates_that_lie_elsewhere_cost_their_row_and_no_position_is_none() -> None:
    elsewhere, nowhere = station("410759", "5477621", "EPSG:31466"), station(None, None, "EPSG:25832")

    assert isinstance(elsewhere, Quarantined)
    assert [(each.code, each.field) for each in elsewhere.findings] == [("misplaced", "longitude")]
    assert "EPSG:25832" in elsewhere.findings[0].message
    assert isinstance(nowhere, Row)
    assert (nowhere.values["longitude"], nowhere.values["latitude"]) == (None, None)


def test_a_system_that_nobody_knows_or_that_has_no_columns_is_refused() -> None:
    with pytest.raises(MappingError, match="Koordinatensystem »EPSG:1«"):
        station(1, 2, "EPSG:1")
    with pytest.raises(MappingError, match="crs gehört zu longitude"):
        mapping({"table": "station", "file": "a.csv", "crs": "EPSG:25832", "columns": STATION})
