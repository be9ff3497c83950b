"""Rules that hold for every city-wide data set."""

import re

import pytest

from schemas.declaration import Declaration, city_wide, declaration_of_table
from schemas.errors import ConfigurationError
from schemas.table import common_tables

NAMES = {
    "projekte": "project",
    "beteiligungsverfahren": "process",
    "beteiligungsergebnisse": "result",
    "veranstaltungen": "event",
    "ratsbeschluesse": "decision",
    "messstellen": "station",
    "plattformkennzahlen": "platform_figure",
    "ortsbezirke": "district",
    "organisationen": "organisation",
    "berichtete-zahlen": "figure",
    "uebernommene-datensaetze": "upstream_dataset",
    "phasen-und-formate": "format",
    "fragen-und-antworten": "qa_item",
    "umsetzung": "measure_item",
}
KINDS = {"participation", "project", "sensor", "council", "statistics", "other"}
every_data_set = pytest.mark.parametrize("name", sorted(NAMES))


def test_the_fourteen_city_wide_data_sets_are_declared_and_every_table_has_one() -> None:
    assert {each.name: each.table.name for each in city_wide().values()} == NAMES
    assert {declaration_of_table(table).table.name for table in common_tables()} == set(common_tables())


@every_data_set
def test_titles_and_texts_are_there_in_both_languages(name: str) -> None:
    declared = city_wide()[name]

    for text in (declared.title, declared.description, declared.provenance, *declared.keywords):
        assert text.de.strip() == text.de != ""
        assert text.en.strip() == text.en != ""
    assert len(declared.title.de) < 90
    assert 150 < len(declared.description.de) < 900


@every_data_set
def test_titles_name_neither_place_nor_time(name: str) -> None:
    """Konvention 19 of the DCAT-AP.de handbook: place and time have properties of their own."""
    for title in (city_wide()[name].title.de, city_wide()[name].title.en):
        assert not re.search(r"kaiserslautern|lautrer|\bKL\b|rheinland|pfalz|\d{4}", title, re.IGNORECASE)


@every_data_set
def test_the_licence_is_said_to_cover_the_compilation_only(name: str) -> None:
    provenance = city_wide()[name].provenance

    assert "Lizenz gilt nur für diese Zusammenstellung" in provenance.de
    assert "licence covers this compilation only" in provenance.en


@every_data_set
def test_texts_are_plain_without_markup_or_line_breaks(name: str) -> None:
    declared = city_wide()[name]

    for text in (declared.description, declared.provenance):
        assert not re.search(r"[\n*_#<>`]|  ", text.de + text.en)


@every_data_set
def test_themes_keywords_kind_and_temporal_fields_fit(name: str) -> None:
    declared = city_wide()[name]

    assert 1 <= len(declared.themes) <= 3
    assert len({keyword.de for keyword in declared.keywords}) == len(declared.keywords) >= 3
    assert declared.kind in KINDS
    assert {declared.table.field(each).kind for each in declared.temporal_fields} <= {"partial-date"}


def test_the_catalogue_says_that_eight_model_projects_were_announced_and_seven_are_named() -> None:
    description = city_wide()["projekte"].description

    assert "acht" in description.de
    assert "sieben" in description.de
    assert "seven" in description.en


@pytest.mark.parametrize("name", ["editions", "data", "a", "Projekte", "straße", "-x", "x" * 101])
def test_names_that_cannot_be_part_of_a_uri_are_refused(name: str) -> None:
    with pytest.raises(ConfigurationError):
        _named(name)


@pytest.mark.parametrize("name", ["ab", "projekte-2", "a_b", "x" * 100])
def test_names_that_can_be_part_of_a_uri_are_taken(name: str) -> None:
    assert _named(name).name == name


def _named(name: str) -> Declaration:
    model = city_wide()["projekte"]
    return Declaration(
        name=name,
        table=model.table,
        title=model.title,
        description=model.description,
        themes=model.themes,
        keywords=model.keywords,
        frequency=model.frequency,
        kind=model.kind,
        provenance=model.provenance,
    )
