"""Releases are written once and read as they were written."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from catalog import tables
from catalog.statistics.differences import cell_changes, changes_csv
from catalog.statistics.errors import DamagedRelease, ReleaseRefused, UnknownRelease, UnknownStatistic
from catalog.statistics.releases import keep_release
from catalog.store import Store
from schemas.errors import ConfigurationError
from schemas.statistics import TOTAL, Category, Cell, CellStatus, Release, ReportedTotal
from schemas.values import Text
from tests.catalog.statistics.world import AGE, AT, CUBE, MISSING, cells_of, release_of
from tests.stores import empty_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(empty_store(tmp_path / "klar.db"))
    yield store
    store.close()


def keep(store: Store, *releases: Release) -> None:
    with store.database.write() as connection:
        for each in releases:
            keep_release(connection, each)


def later(days: int, number: int, name: str = "", **more: Any) -> Release:
    at = AT + timedelta(days=days)
    return release_of(name=name or at.date().isoformat(), number=number, at=at, **more)


def test_a_release_is_read_as_it_was_written(store: Store) -> None:
    reported = ReportedTotal(key=(TOTAL,) * 3, value=893, qualifier="exact", source="Rheinpfalz")
    release = release_of(merged={"ortsbezirk": Text(de="kleine Ortsbezirke", en="small ones")}, reported=(reported,))

    keep(store, release)

    assert store.release("teilnehmende", "2026-11-20") == release
    assert store.newest_release("teilnehmende") == release
    assert store.all_releases("teilnehmende") == (release,)


@pytest.mark.parametrize(
    "again", [{}, {"reason": Text(de="anders")}, {"number": 2}, {"name": "2026-11-20-2"}, {"number": 3, "name": "2026-11-20-2"}]
)
def test_a_name_and_a_number_are_given_once_and_in_order(store: Store, again: dict[str, Any]) -> None:
    keep(store, release_of())

    with pytest.raises(ReleaseRefused):
        keep(store, release_of(**again))

    assert store.all_releases("teilnehmende") == (release_of(),)


def test_a_second_release_of_a_day_gets_the_next_name(store: Store) -> None:
    keep(store, release_of())
    assert store.next_release("teilnehmende", AT) == ("2026-11-20-2", 2)
    keep(store, release_of(name="2026-11-20-2", number=2))

    assert store.next_release("teilnehmende", AT) == ("2026-11-20-3", 3)
    assert store.next_release("teilnehmende", AT + timedelta(days=1)) == ("2026-11-21", 3)
    assert store.next_release("andere", AT) == ("2026-11-20", 1)


def test_the_day_of_a_release_is_that_of_kaiserslautern(store: Store) -> None:
    assert store.next_release("teilnehmende", datetime(2026, 11, 20, 23, 30, tzinfo=UTC)) == ("2026-11-21", 1)


def test_no_release_is_older_than_the_one_before(store: Store) -> None:
    keep(store, later(2, 1))

    with pytest.raises(ReleaseRefused, match="jünger"):
        keep(store, later(1, 2))


def test_the_database_refuses_the_same_name_even_past_all_checks(store: Store) -> None:
    keep(store, release_of())
    values = {"cube": "teilnehmende", "name": "2026-11-20", "number": 7, "at": AT, "content": b"", "sha256": ""}

    with pytest.raises(IntegrityError), store.database.write() as connection:
        connection.execute(tables.release.insert().values(values))
    with pytest.raises(IntegrityError), store.database.write() as connection:
        connection.execute(tables.release.insert().values({**values, "name": "other", "number": 1}))


@pytest.mark.parametrize("content", [b"", b"no zlib", zlib.compress(b"{}"), zlib.compress(b"other")])
def test_a_release_that_was_tampered_with_is_not_shown(store: Store, content: bytes) -> None:
    keep(store, release_of())
    with store.database.write() as connection:
        connection.execute(text("UPDATE release SET content = :content"), {"content": content})

    with pytest.raises(DamagedRelease):
        store.newest_release("teilnehmende")
    with pytest.raises(DamagedRelease):
        store.all_releases("teilnehmende")


def test_cells_must_be_those_of_the_planned_tables(store: Store) -> None:
    cells = cells_of()
    stray = Cell(key=(TOTAL, "01", "60"), value=5)

    for wrong in (cells[1:], (*cells, stray), (*cells, cells[0]), (*cells[:-1], stray)):
        with pytest.raises(ReleaseRefused, match="geplanten Tabellen"):
            keep(store, release_of(cells=wrong))


def test_a_cell_has_either_a_number_or_a_reason(store: Store) -> None:
    key = (TOTAL,) * 3
    for wrong in (Cell(key=key, value=3, status=CellStatus.WITHHELD), Cell(key=key, value=None)):
        with pytest.raises(ReleaseRefused, match="Zahl und Grund"):
            keep(store, release_of(cells=(wrong, *cells_of()[1:])))


def test_names_that_no_data_set_can_have_are_refused(store: Store) -> None:
    for name in ("data", "Teilnehmende", "a b", "../x"):
        with pytest.raises(ConfigurationError):
            keep(store, release_of(replace(CUBE, name=name)))


def test_a_demonstration_never_becomes_real(store: Store) -> None:
    keep(store, release_of(replace(CUBE, demonstration=True)))

    with pytest.raises(ReleaseRefused, match="Demonstration"):
        keep(store, later(1, 2))


def test_as_of_is_the_end_of_the_day_in_kaiserslautern(store: Store) -> None:
    keep(store, release_of(), later(2, 2), release_of(name="2026-11-22-2", number=3, at=AT + timedelta(days=2, hours=1)))

    found = {day: store.release_as_of("teilnehmende", date(2026, 11, day)).name for day in (20, 21, 22, 30)}
    assert found == {20: "2026-11-20", 21: "2026-11-20", 22: "2026-11-22-2", 30: "2026-11-22-2"}
    with pytest.raises(UnknownRelease):
        store.release_as_of("teilnehmende", date(2026, 11, 19))


def test_what_does_not_exist_is_named_with_what_does(store: Store) -> None:
    keep(store, release_of())

    with pytest.raises(UnknownStatistic) as statistic:
        store.releases("teilnehmer")
    with pytest.raises(UnknownRelease) as release:
        store.release("teilnehmende", "2026-11-21")
    assert (statistic.value.known, release.value.known) == (("teilnehmende",), ("2026-11-20",))


def test_the_difference_names_numbers_and_reasons() -> None:
    before = release_of()
    values = dict.fromkeys(MISSING, 25)
    after = later(2, 2, cells=cells_of(missing={("2026-S1", TOTAL, "60"): CellStatus.WITHHELD}, values=values))

    changes = cell_changes(before, after)

    assert {each.kind for each in changes} == {"changed"}
    assert len(changes) == len(MISSING)
    assert [(each.before.status, each.after.status) for each in changes if each.before and each.after and each.after.value is None] == [
        (CellStatus.NOT_EVALUATED, CellStatus.WITHHELD)
    ]
    assert cell_changes(after, after) == ()


def test_a_category_more_or_less_is_a_cell_more_or_less() -> None:
    older = replace(AGE, categories=(*AGE.categories, Category(code="90", title=Text(de="90 und älter"))))
    wide = replace(CUBE, dimensions=(*CUBE.dimensions[:2], older))
    cells = {each.key: each for each in cells_of(wide)}

    changes = cell_changes(
        release_of(wide, cells=tuple(cells.values())), later(2, 2, cells=tuple(c for k, c in cells.items() if k[2] != "90"))
    )

    assert {(each.kind, each.codes["alter"]) for each in changes} == {("removed", "90")}
    lines = changes_csv(release_of(wide), later(2, 2)).decode().splitlines()
    assert any(line.startswith("removed,_T,Insgesamt,_T,Insgesamt,90,90 und älter,") for line in lines)


def test_a_dimension_less_takes_its_cells_along_and_keeps_the_totals() -> None:
    narrow = replace(
        CUBE, dimensions=CUBE.dimensions[:2], tables=tuple(each for each in CUBE.tables if "alter" not in each), default_table=("halbjahr",)
    )
    before = release_of()
    after = later(
        2, 2, cells=tuple(Cell(key=each.key[:2], value=each.value, status=each.status) for each in before.cells if each.key[2] == TOTAL)
    )
    after = replace(after, cube=narrow)

    changes = cell_changes(before, after)

    assert {each.kind for each in changes} == {"removed"}
    assert {each.codes["alter"] for each in changes} == set(AGE.codes)
    assert len(changes) == len(AGE.codes) * 3
