"""Rules beyond the Table Schema: each finds what it is for and nothing else."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.place import KAISERSLAUTERN, inside_city
from schemas.row import Row, Value
from schemas.rules import IDENTIFYING_COLUMNS, identifying, is_acceptable, row_findings
from schemas.table import Disclosure, Field, Table, common_tables
from schemas.values import Text


def row(table: str, /, source_url: str = "", **values: Value) -> Row:
    fields = common_tables()[table].field_names
    assert set(values) <= set(fields)
    return Row(table=table, key="x", values={name: values.get(name) for name in fields}, source_url=source_url, origin="datei.csv")


def codes(table: str, /, source_url: str = "", **values: Value) -> list[tuple[str, str]]:
    return [(each.field, each.code) for each in row_findings(common_tables()[table], row(table, source_url, **values))]


@pytest.mark.parametrize("table", sorted(common_tables()))
def test_an_empty_row_breaks_no_rule(table: str) -> None:
    assert codes(table) == []


def test_a_finding_names_the_place_and_never_the_value() -> None:
    (finding,) = row_findings(common_tables()["process"], row("process", title="Treffen mit \x07 Gast"))

    assert (finding.table, finding.key, finding.field, finding.origin) == ("process", "x", "title", "datei.csv")
    assert "Gast" not in finding.message


@pytest.mark.parametrize("date", ["2023", "2023-06", "2024-02-29"])
def test_dates_that_exist_pass(date: str) -> None:
    assert codes("process", start=date) == []


@pytest.mark.parametrize("date", ["2023-02-29", "2023-13", "12.06.2023", "bald"])
def test_dates_that_do_not_exist_are_found(date: str) -> None:
    assert codes("process", start=date) == [("start", "impossible-date")]


@pytest.mark.parametrize(
    ("table", "start", "end"),
    [("project", "start", "end"), ("event", "start", "end"), ("station", "since", "until"), ("organisation", "valid_from", "valid_to")],
)
def test_an_end_before_the_start_is_found(table: str, start: str, end: str) -> None:
    assert codes(table, **{start: "2023-06-12", end: "2023-06-11"}) == [(end, "end-before-start")]
    assert codes(table, **{start: "2023-06-12", end: "2023-05"}) == [(end, "end-before-start")]


@pytest.mark.parametrize("end", ["2023-06-12", "2023-06", "2023", "2024", None])
def test_an_end_that_may_lie_after_the_start_passes(end: str | None) -> None:
    assert codes("project", start="2023-06-12", end=end) == []


def test_positions_in_the_city_pass_and_swapped_axes_are_found() -> None:
    assert codes("station", longitude=7.7689, latitude=49.4447) == []
    assert codes("station", longitude=49.4447, latitude=7.7689) == [("longitude", "implausible-position")]
    assert codes("station", longitude=0, latitude=0) == [("longitude", "implausible-position")]
    assert codes("station", longitude=410000.5, latitude=5477000.0) == [("longitude", "implausible-position")]


def test_half_a_position_is_found() -> None:
    assert codes("station", longitude=7.7689) == [("longitude", "half-position")]
    assert codes("district", latitude=49.4447) == [("longitude", "half-position")]


def test_a_table_without_coordinates_has_no_position() -> None:
    assert codes("project", title="7.7689") == []


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(allow_nan=True, allow_infinity=True))
def test_whatever_lies_in_the_boundary_box_lies_in_the_city_box(longitude: float, latitude: float) -> None:
    assert KAISERSLAUTERN.bbox is not None
    west, south, east, north = KAISERSLAUTERN.bbox
    if west <= longitude <= east and south <= latitude <= north:
        assert inside_city(longitude, latitude)
    if math.isnan(longitude) or math.isinf(latitude):
        assert not inside_city(longitude, latitude)


def test_the_centre_lies_in_the_box_and_places_far_away_do_not() -> None:
    assert KAISERSLAUTERN.centroid is not None
    assert inside_city(*KAISERSLAUTERN.centroid)
    assert not inside_city(8.2473, 49.9929)  # Mainz
    for longitude, latitude in [(7.5, 49.44), (8.1, 49.44), (7.77, 49.3), (7.77, 49.6), (math.nan, 49.44), (7.77, math.nan)]:
        assert not inside_city(longitude, latitude)


@pytest.mark.parametrize("text", ["Zeile\x00", "\x1b[31mrot", "weiter\x85", "falsch\u202erum", "\ud800", "\uffff", "\x7f"])
def test_invisible_characters_are_found(text: str) -> None:
    assert codes("project", title=text) == [("title", "control-character")]


@pytest.mark.parametrize("text", ["zwei\nZeilen", "Spalte\tSpalte", "Straße – „Grün“ 😀", "e\u0301", "geschützt\u00a0leer"])
def test_ordinary_text_passes(text: str) -> None:
    assert codes("project", title=text) == []


@pytest.mark.parametrize("address", ["http://a.example", "https://a.example/b?c#d", "HTTPS://a.example/ü"])
def test_web_addresses_pass(address: str) -> None:
    assert codes("project", website=address, source_url=address) == []


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "ftp://a.example/x",
        "www.a.example",
        "https://",
        "https:///x",
        "https://a b",
        "data:text/html,x",
        "file:///etc",
    ],
)
def test_other_addresses_are_found(address: str) -> None:
    assert codes("project", website=address) == [("website", "not-a-web-address")]
    assert codes("project", source_url=address) == [("source_url", "not-a-web-address")]


def test_a_text_that_is_no_address_field_may_hold_anything() -> None:
    assert codes("project", note="javascript:alert(1)") == []


@pytest.mark.parametrize("count", [0, 1, 3, 4])
def test_small_counts_of_persons_wait_for_a_person(count: int) -> None:
    assert codes("process", participants=count) == [("participants", "small-person-count")]
    assert codes("event", attendees=count, registrations=count) == [
        ("registrations", "small-person-count"),
        ("attendees", "small-person-count"),
    ]
    assert codes("district", population=count) == [("population", "small-person-count")]


@pytest.mark.parametrize("count", [5, 13, 893])
def test_larger_counts_of_persons_pass(count: int) -> None:
    assert codes("process", participants=count, registered_users=count) == []


def test_small_counts_of_other_things_pass() -> None:
    assert codes("process", contributions=1, votes=1) == []
    assert codes("decision", votes_yes=28, votes_no=2, votes_abstain=1) == []
    assert codes("event", capacity=3) == []
    assert codes("result", rank=1, share_percent=2.5) == []


@pytest.mark.parametrize(
    ("unit", "found"),
    [("persons", True), ("registrations", True), ("seats", False), ("items", False), ("votes", False), ("percent", False), (None, False)],
)
def test_the_unit_in_the_same_row_decides_whether_a_number_counts_persons(unit: str | None, found: bool) -> None:
    assert bool(codes("figure", value=3.0, unit=unit)) is found
    assert bool(codes("platform_figure", value=4, unit=unit)) is found
    assert bool(codes("result", count=3, count_unit=unit)) is found


def test_a_list_with_its_own_schema_is_checked_by_its_units() -> None:
    own = Table(
        name="liste",
        title=Text(de="Liste"),
        description=Text(de="Liste."),
        key=("id",),
        fields=(_number("personen", "persons"), _number("baenke", "items")),
    )

    found = row_findings(own, Row(table="liste", key="1", values={"personen": 2, "baenke": 2}))

    assert [each.field for each in found] == ["personen"]


def _number(name: str, unit: str) -> Field:
    return Field(name=name, type="integer", title=Text(de=name), description=Text(de=name), disclosure=Disclosure.PUBLIC, unit=unit)


def test_only_what_a_person_can_judge_is_acceptable() -> None:
    assert is_acceptable("small-person-count")
    assert is_acceptable("implausible-position")
    for code in ("impossible-date", "end-before-start", "half-position", "control-character", "not-a-web-address", "type-error", ""):
        assert not is_acceptable(code)


@pytest.mark.parametrize(
    "column",
    [
        "Vorname",
        " E-Mail ",
        "author_email",
        "Submitter ID",
        "attribute_3",
        "users.email",
        "firstName",
        "ipaddr",
        "Telefon",
        "contactName",
        "Kontakt E-Mail",
        "IP-Adresse",
    ],
)
def test_columns_that_name_persons_are_recognised(column: str) -> None:
    assert identifying(column)


@pytest.mark.parametrize(
    "column",
    [
        "name",
        "title",
        "Kennung",
        "longitude",
        "participants",
        "description",
        "Ort",
        "attribute",
        "email_count",
        "Federführung",
        "Bereich",
        "source_url",
    ],
)
def test_other_columns_are_not(column: str) -> None:
    assert not identifying(column)


def test_every_listed_column_is_recognised_in_any_case() -> None:
    for column in IDENTIFYING_COLUMNS:
        assert identifying(column)
        assert identifying(column.upper())
        assert identifying(column.replace("_", " ").title())


def test_no_field_of_the_common_model_is_called_like_a_column_that_names_persons() -> None:
    for table in common_tables().values():
        assert not [name for name in table.field_names if identifying(name)]
