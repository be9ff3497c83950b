"""Which column is meant by which field: by its name, by the field's titles, by words that offices use instead."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from harvesters.mapping import SOURCE_URL
from harvesters.parsing import slug
from schemas.declaration import declaration_of_table
from schemas.rules import identifying
from schemas.table import Code, Field, Table

_NAME, _TITLE, _WORD = 3, 2, 1
#: Field -> what its column is called in lists of offices, as `slug` writes it. Titles of the schema need not stand here.
_WORDS: Mapping[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "id": "kennung nr nummer lfd-nr laufende-nummer schluessel projektnummer",
        "title": "titel name bezeichnung projekt projektname verfahren veranstaltung veranstaltungstitel thema",
        "name": "name bezeichnung gebiet station stationsname organisation",
        "start": "beginn start von startdatum anfang datum date start-date",
        "end": "ende bis enddatum end-date",
        "date": "datum zeitpunkt stichtag",
        "start_time": "uhrzeit beginn-uhrzeit zeit time",
        "summary": "beschreibung inhalt kurztext",
        "former_titles": "fruehere-namen alte-namen",
        "status": "status stand",
        "mode": "format form durchfuehrung",
        "method": "methode verfahrensart art-des-verfahrens",
        "kind": "art typ",
        "website": "url link homepage internet internetseite process-url",
        "source_title": "quelle quellenangabe",
        SOURCE_URL: "adresse-der-quelle quelle-url quellenlink link-zur-quelle",
        "source_date": "stand-der-quelle quellenstand",
        "source_date_basis": "herkunft-des-stands herkunft-des-datums",
        "note": "bemerkung bemerkungen anmerkungen kommentar notiz",
        "participants": "teilnehmer teilnehmerzahl teilnehmerinnen-und-teilnehmer anzahl-teilnehmende",
        "attendees": "teilnehmer teilnehmerzahl besucher besucherzahl gaeste",
        "place": "ort standort veranstaltungsort place-name",
        "district_id": "district stadtteil bezirk ortsteil",
        "district_basis": "herkunft-ortsbezirk",
        "parent_project_id": "teil-von",
        "longitude": "laenge lon lng long laengengrad",
        "latitude": "breite lat breitengrad",
        "population": "einwohner einwohnerinnen-und-einwohner bevoelkerung",
        "population_date": "stichtag",
        "postal_code": "plz",
        "ags": "ags gemeindeschluessel",
        "code": "schluessel",
        "area_km2": "flaeche-in-km2 flaeche-km2",
        "polygon_area_km2": "flaeche-aus-grenzen-in-km2",
        "lead_organisation": "traeger federfuehrend zustaendig",
        "partners": "partner kooperationspartner",
        "programme": "programm foerderung",
        "outcome": "result beschluss entscheidung",
        "votes_yes": "ja",
        "votes_no": "nein",
        "votes_abstain": "enthaltung",
    }.items()
}


@dataclass(frozen=True, kw_only=True)
class Match:
    """What a header gives a table: field -> column."""

    table: Table
    columns: Mapping[str, str]
    score: int


def best_matches(header: Sequence[str], tables: Sequence[Table], file: str) -> list[Match]:
    """The best first. `file`: its name may be the data set's."""
    found = [match(header, table, file) for table in tables]
    return sorted(found, key=lambda each: -each.score)


def match(header: Sequence[str], table: Table, file: str) -> Match:
    """Each column for one field at most, each field from one column; the surest matches first. Columns that name persons for none."""
    open_columns = [each for each in header if not identifying(each)]
    targets: dict[str, Field | None] = {**{each.name: each for each in table.fields}, SOURCE_URL: None}
    pairs = [
        (level, target, column) for target, field in targets.items() for column in open_columns if (level := _level(column, target, field))
    ]
    columns: dict[str, str] = {}
    score = 0
    for level, target, column in sorted(pairs, key=lambda each: (-each[0], header.index(each[2]))):
        if target not in columns and column not in columns.values():
            columns[target] = column
            score += level
    needed = [each.name for each in table.fields if each.required and each.name not in table.key]
    score += 3 if all(each in columns for each in needed) else 0
    score += 4 if _is_named(table, file) else 0
    in_order = {name: columns[name] for name in (*table.field_names, SOURCE_URL) if name in columns}
    return Match(table=table, columns=in_order, score=score)


def code_of(text: str, codes: Sequence[Code]) -> str | None:
    """The code that a value means: by itself, by one of its titles, or by words that only its title has (»genannt«)."""
    wanted = slug(text)
    if not wanted:
        return None
    for each in codes:
        if wanted in (slug(each.value), slug(each.title.de), slug(each.title.en)):
            return each.value
    words = set(wanted.split("-"))
    partly = [each.value for each in codes if words <= set(slug(each.title.de).split("-")) or words <= set(slug(each.title.en).split("-"))]
    return partly[0] if len(partly) == 1 else None


def _level(column: str, target: str, field: Field | None) -> int:
    names = {slug(column), slug(re.split(r"[(/\[]", column)[0])} - {""}
    if slug(target) in names:
        return _NAME
    if field is not None and names & {slug(field.title.de), slug(field.title.en)}:
        return _TITLE
    return _WORD if names & _WORDS.get(target, frozenset()) else 0


def _is_named(table: Table, file: str) -> bool:
    stem = slug(PurePosixPath(file).stem)
    return any(name and (stem == name or stem.startswith(f"{name}-")) for name in _names(table))


def _names(table: Table) -> set[str]:
    declared = declaration_of_table(table.name)
    return {slug(each) for each in (table.name, table.title.de, table.title.en, declared.name, declared.title.de)}
