"""Rows: which field, which kind, and never the value."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from schemas.declaration import city_wide
from schemas.personal_data import Detector, RowReader, personal_findings, text_findings
from schemas.personal_data.version import rules_digest
from schemas.row import Row, Value
from schemas.table import Disclosure, Field, Table, common_tables
from schemas.values import Text
from tests.schemas.example import TABLES, rows_of

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
        field("record", kind="json"),
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


@pytest.mark.parametrize(
    "record",
    [
        r'{"note": "Frau M\u00fcller"}',
        '{"notes": [{"de": "Grüße an"}, {"de": "Frau Müller"}]}',
        '{"Frau Müller": true}',
        '["Frau Müller", "Frau Müller"]',
        '{"abgeschnitten": "Frau Müller',
    ],
)
def test_a_document_is_searched_text_by_text_however_it_is_written(record: str) -> None:
    assert codes(row(record=record)) == [("record", "personal-salutation")]


def test_texts_of_a_document_are_not_read_together() -> None:
    assert codes(row(record='{"a": "Mein Name ist", "b": "Stadtpark", "c": "0631", "d": 3652250, "e": true}')) == []


def test_a_number_in_a_document_is_searched_too() -> None:
    assert codes(row(record='{"contact": "0631 3652250"}')) == [("record", "personal-phone")]
    assert codes(row(record='{"mein konto": "DE02120300000000202051"}')) == [("record", "personal-iban")]


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


@pytest.mark.parametrize("table", TABLES)
def test_no_row_of_the_bundled_example_is_held_up(table: str) -> None:
    found = [
        (row.key, each.field, each.code) for row in rows_of(table) for each in personal_findings(common_tables()[table], row, DETECTOR)
    ]

    assert found == []
    assert rows_of(table)


def test_what_the_program_itself_says_of_its_data_sets_is_nobodys() -> None:
    """Titles, descriptions and keywords of every table and data set: publication looks through them, too."""
    texts = [(name, text) for name, declared in city_wide().items() for text in _texts_of(declared)]
    texts += [(table.name, text) for table in common_tables().values() for text in _texts_of(table)]

    assert len(texts) > 500
    assert text_findings(DETECTOR, texts) == ()


def _texts_of(thing: Any) -> Iterator[str]:
    """Every text in a declaration, however deep."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, Mapping):
        yield from (text for each in thing.values() for text in _texts_of(each))
    elif isinstance(thing, tuple | list | frozenset):
        yield from (text for each in thing for text in _texts_of(each))
    elif is_dataclass(thing) and not isinstance(thing, type):
        yield from (text for each in fields(thing) for text in _texts_of(getattr(thing, each.name)))


OFFICE = Detector(
    venues=("Rathaus, Willy-Brandt-Platz 1, 67657 Kaiserslautern",),
    hosts=("kaiserslautern.example",),
    public=("opendata@example.org", "0631 365-0"),
)


@pytest.mark.parametrize(
    "text",
    [
        "Herausgeber: Stadt Kaiserslautern, Willy-Brandt-Platz 1, 67657 Kaiserslautern, Tel. 0631 365-0",
        "Rathaus&nbsp;Nord: Willy-Brandt-Platz&nbsp;1, 67657&nbsp;Kaiserslautern",
        "Fragen an info@kaiserslautern.example oder an opendata@example.org",
        '<a href="mailto:opendata@example.org">opendata@example.org</a>',
        "mailto:opendata@example.org?subject=Bänke",
    ],
)
def test_offices_and_their_mailboxes_may_stand_in_a_description(text: str) -> None:
    assert text_findings(OFFICE, [("description", text)]) == ()
    assert text_findings(DETECTOR, [("description", text)]) != (), "control: without the allow-list there is something to find"


@pytest.mark.parametrize(
    "text",
    [
        "anna.muster@kaiserslautern.example",
        "info@kaiserslautern.example.net",
        "Willy-Brandt-Platz 11, 67657 Kaiserslautern",
        "0631 365-0123",
    ],
)
def test_what_only_resembles_an_office_is_found(text: str) -> None:
    assert text_findings(OFFICE, [("description", text)]) != ()


def test_the_fingerprint_changes_with_whatever_changes_a_finding() -> None:
    plain = Detector()

    assert plain.fingerprint == Detector().fingerprint
    others = [
        Detector(venues=("Musterstraße 1, 67655 Kaiserslautern",)),
        Detector(hosts=("example.org",)),
        Detector(mailboxes=("info",)),
        Detector(public=("0631 365-0",)),
        Detector(public=("opendata@example.org",)),
    ]
    assert len({plain.fingerprint, *(each.fingerprint for each in others)}) == 6


def test_the_order_in_the_configuration_changes_no_fingerprint() -> None:
    one, other = Detector(hosts=("a.example", "b.example")), Detector(hosts=("b.example", "a.example"))

    assert one.fingerprint == other.fingerprint


def test_the_fingerprint_is_the_same_in_every_process() -> None:
    code = "from schemas.personal_data import Detector; print(Detector(hosts=('b', 'a'), public=('x', 'y')).fingerprint)"

    told = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True, timeout=60
        ).stdout.strip()
        for seed in ("1", "2")
    }

    assert told == {Detector(hosts=("a", "b"), public=("y", "x")).fingerprint}


def test_a_changed_rule_changes_the_fingerprint(tmp_path: Path) -> None:
    for name, content in (("old", "a = 1"), ("same", "a = 1"), ("new", "a = 2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mail.py").write_text(content, encoding="utf-8")

    old, same, new = (rules_digest(tmp_path / name) for name in ("old", "same", "new"))

    assert old == same != new
    assert rules_digest() not in (old, new)


def test_many_rows_are_read_like_each_of_them() -> None:
    """A text that was read before is not read again, and stands for the same field of the same title only."""
    reader = RowReader(DETECTOR)
    rows = [
        row("n1", remark="Bank am Stiftsplatz", reached="365-2250"),
        row("n2", remark="365-2250", reached="nie"),
        row("n3", remark="Frau Muster, anna@example.org", reached="365-2250"),
        row("n4", remark="Bank am Stiftsplatz", number=3652250),
        row("n3", remark="Frau Muster, anna@example.org", source_url="https://example.org/user/anna"),
    ]

    assert [reader.findings(NOTES, each) for each in rows] == [personal_findings(NOTES, each, DETECTOR) for each in rows]
    assert [bool(reader.findings(NOTES, each)) for each in rows] == [True, False, True, False, True]
