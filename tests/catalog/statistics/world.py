"""A small statistic and its releases, built by hand: every kind of cell is in there."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from catalog.statistics.about import Account
from catalog.statistics.releases import expected_keys
from schemas.model import Agent, Contact, Site
from schemas.place import KAISERSLAUTERN
from schemas.statistics import TOTAL, UNKNOWN, Category, Cell, CellStatus, Cube, Dimension, Key, Profile, Release, Role, Unit
from schemas.values import Language, Licence, Text

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
BASE_URL = "https://daten.example"

HALF_YEAR = Dimension(
    name="halbjahr",
    title=Text(de="Halbjahr", en="Half-year"),
    categories=tuple(Category(code=code, title=Text(de=f"{code[-1]}. Halbjahr {code[:4]}", en=code)) for code in ("2025-S2", "2026-S1")),
    role=Role.TIME,
)
DISTRICT = Dimension(
    name="ortsbezirk",
    title=Text(de="Ortsbezirk", en="District"),
    categories=(
        Category(code="01", title=Text(de="Dansenberg")),
        Category(code="02", title=Text(de="Erfenbach, Nord")),
        Category(code=UNKNOWN, title=Text(de="ohne Angabe", en="not stated")),
    ),
    role=Role.GEO,
    person_attribute=True,
)
AGE = Dimension(
    name="alter",
    title=Text(de="Altersgruppe", en="Age group"),
    categories=(
        Category(code="u30", title=Text(de="unter 30", en="under 30")),
        Category(code="30-59", title=Text(de="30 bis 59", en="30 to 59")),
        Category(code="60", title=Text(de="60 und älter", en="60 and older")),
    ),
    person_attribute=True,
)
CUBE = Cube(
    name="teilnehmende",
    title=Text(de="Teilnehmende an Beteiligungen", en="Participants"),
    notes=Text(de="Wer mehrmals teilnimmt, zählt je Verfahren einmal.", en="Counted once per process."),
    measure="teilnehmende",
    measure_title=Text(de="Teilnehmende", en="Participants"),
    unit=Unit.PERSONS,
    dimensions=(HALF_YEAR, DISTRICT, AGE),
    tables=((), ("halbjahr",), ("ortsbezirk",), ("alter",), ("halbjahr", "alter"), ("halbjahr", "ortsbezirk")),
    profile=Profile.ROUND5,
    base_population=Text(de="Alle, die an einem Verfahren teilgenommen haben.", en="Everybody who took part in a process."),
    default_table=("halbjahr", "alter"),
)
#: What has no number, and why.
MISSING: Mapping[Key, CellStatus] = {
    (TOTAL, "02", TOTAL): CellStatus.WITHHELD,
    ("2025-S2", TOTAL, "u30"): CellStatus.WITHHELD,
    ("2025-S2", TOTAL, "60"): CellStatus.NOT_COLLECTED,
    ("2026-S1", TOTAL, "60"): CellStatus.NOT_EVALUATED,
    ("2025-S2", "02", TOTAL): CellStatus.WITHHELD,
}


def site(**more: object) -> Site:
    content: dict[str, object] = {
        "base_url": BASE_URL,
        "uri_base": BASE_URL,
        "title": "Offene Daten Kaiserslautern",
        "publisher": Agent(name="Stadt Kaiserslautern", homepage="https://www.kaiserslautern.de/"),
        "contact": Contact(name="Offene Daten", email="opendata@example.org"),
        "licence": Licence.DL_ZERO_2,
        "contributor_id": "http://dcat-ap.de/def/contributors/openGovernmentDataPortalRheinlandPfalz",
        "place": KAISERSLAUTERN,
        "languages": (Language.GERMAN, Language.ENGLISH),
        **more,
    }
    return Site(**content)  # type: ignore[arg-type]  # test shorthand


def value_of(cube: Cube, key: Key) -> int:
    """Some multiple of 5 that differs between neighbours and needs no addition."""
    places = [0 if code == TOTAL else 1 + dimension.codes.index(code) for dimension, code in zip(cube.dimensions, key, strict=True)]
    weights = (1, 4, 16)
    return 5 * (100 - sum(place * weight for place, weight in zip(places, weights, strict=False)))


def cells_of(cube: Cube = CUBE, missing: Mapping[Key, CellStatus] = MISSING, values: Mapping[Key, int] | None = None) -> tuple[Cell, ...]:
    def cell(key: Key) -> Cell:
        if key in missing:
            return Cell(key=key, value=None, status=missing[key])
        return Cell(key=key, value=(values or {}).get(key, value_of(cube, key)))

    return tuple(map(cell, expected_keys(cube)))


def release_of(cube: Cube = CUBE, **more: Any) -> Release:
    content: dict[str, Any] = {
        "cube": cube,
        "name": "2026-11-20",
        "number": 1,
        "at": AT,
        "reason": Text(de="Ende der ersten Phase", en="End of the first phase"),
        "cells": more.pop("cells", None) or cells_of(cube),
        "rules": "round5/1",
        "merged": {},
        **more,
    }
    return Release(**content)


def changed(release: Release, change: Callable[[Cell], Cell], **more: Any) -> Release:
    return replace(release, cells=tuple(map(change, release.cells)), **more)


def account_of(release: Release | None = None, **more: object) -> Account:
    return Account(release=release or release_of(), site=site(**more))
