"""Rows: which field, which kind, and never the value."""

import pytest

from schemas.personal_data import Detector, personal_findings, text_findings
from schemas.row import Row, Value
from schemas.table import Disclosure, Field, Table, common_tables
from schemas.values import Text
from tests.schemas.example import rows_of

DETECTOR = Detector()


def field(name: str, type: str = "string", title: str = "", kind: str = "") -> Field:
    return Field(name=name, type=type, title=Text(de=title or name), description=Text(de="-"), disclosure=Disclosure.PUBLIC, kind=kind)


NOTES = Table(
    name="note",
    title=Text(de="Notizen"),
    description=Text(de="-"),
    fields=(
        field("id"),
        field("remark", title="Bemerkung"),
        field("reached", title="Telefon"),
        field("day", "date"),
        field("number", "integer", title="Telefon"),
        field("page", kind="uri"),
    ),
    key=("id",),
)


def row(key: str = "n1", source_url: str = "", origin: str = "notizen.csv", **values: Value) -> Row:
    return Row(table="note", key=key, values={"id": key} | values, source_url=source_url, origin=origin)


def codes(row: Row) -> list[tuple[str, str]]:
    return [(each.field, each.code) for each in personal_findings(NOTES, row, DETECTOR)]


def test_a_clean_row_has_no_findings() -> None:
    assert codes(row(remark="Bank am Stiftsplatz", reached="nie", day="2023-06-12", number=123456, page="https://example.org/bank")) == []


def test_findings_name_field_and_kind_in_the_order_of_the_fields() -> None:
    found = codes(row(page="https://example.org/user/anna", remark="Frau Muster, anna@example.org", reached="365-2250"))

    assert found == [
        ("remark", "personal-salutation"),
        ("remark", "personal-email"),
        ("reached", "personal-phone"),
        ("page", "personal-link"),
    ]


def test_a_kind_is_reported_once_per_field() -> None:
    assert codes(row(remark="a.muster@example.org, b.muster@example.org")) == [("remark", "personal-email")]


def test_a_finding_holds_neither_value_nor_what_stands_around_it() -> None:
    remark = "Der Antrag von Anna, anna.muster@example.org, Tel. 030 23125017, Musterstraße 12, 67655 Kaiserslautern"

    findings = personal_findings(NOTES, row(remark=remark), DETECTOR)

    assert len(findings) == 3
    shown = " ".join(str(vars(each)) for each in findings)
    assert not [word for word in remark.replace(",", " ").split() if len(word) > 3 and word in shown]


def test_a_personal_key_or_file_name_is_masked_in_the_finding() -> None:
    (finding,) = personal_findings(NOTES, row(key="anna@example.org", origin="antrag-anna@example.org.csv"), DETECTOR)

    assert (finding.field, finding.key, finding.origin) == ("id", "[E-Mail-Adresse]", "[E-Mail-Adresse]")


def test_the_address_of_the_source_is_checked_too() -> None:
    assert codes(row(source_url="https://anna:geheim@example.org/")) == [("source_url", "personal-link")]


def test_numbers_are_checked_for_what_they_are_not_for_what_their_column_is_called() -> None:
    assert codes(row(number=36574261809)) == [("number", "personal-tax-id")]
    assert codes(row(number=3652250)) == []


def test_every_finding_speaks_german_to_a_person() -> None:
    (finding,) = personal_findings(NOTES, row(remark="anna@example.org"), DETECTOR)

    assert "E-Mail-Adresse" in finding.message
    assert (finding.table, finding.origin) == ("note", "notizen.csv")


def test_texts_that_are_no_rows_are_checked_the_same_way() -> None:
    findings = text_findings(DETECTOR, (("title", "Umfrage"), ("description", "Fragen an Herrn Muster")), origin="datapackage.json")

    assert [(each.field, each.code, each.origin) for each in findings] == [("description", "personal-salutation", "datapackage.json")]


@pytest.mark.parametrize("table", sorted(common_tables()))
def test_no_row_of_the_bundled_example_is_held_up(table: str) -> None:
    found = [
        (row.key, each.field, each.code) for row in rows_of(table) for each in personal_findings(common_tables()[table], row, DETECTOR)
    ]

    assert found == []
    assert rows_of(table)
