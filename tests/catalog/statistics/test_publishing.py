"""A release is an edition of its data set; both are published, or neither."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import openpyxl
import pytest

from catalog.entries import ChangeKind
from catalog.publish import Publisher
from catalog.statistics.errors import ReleaseRefused, UnknownStatistic
from dcat.render import renderer
from schemas.errors import DecisionRefused, Gone, UnknownDataset
from schemas.statistics import Cell, Release
from schemas.values import Licence, Text
from tests.api.web.world import World, new_world
from tests.api.web.world import site as site_of
from tests.catalog.statistics.world import AT, CUBE, cells_of, changed, release_of


@pytest.fixture
def world(tmp_path: Path, url: str) -> Iterator[World]:
    """On SQLite and on PostgreSQL."""
    world = new_world(tmp_path, database=url)
    yield world
    world.close()


def second() -> Release:
    def later(cell: Cell) -> Cell:
        return replace(cell, value=cell.value + 5) if cell.value is not None else cell

    return changed(release_of(), later, name="2026-11-22", number=2, at=AT + timedelta(days=2), reason=Text(de="Nachtrag"))


def test_a_release_is_an_edition_of_the_data_set_named_like_the_cube(world: World) -> None:
    world.publisher.publish_release(release_of(), by="anna", role="releaser")

    dataset = world.store.dataset("teilnehmende").dataset
    edition = world.store.edition("teilnehmende", 1)
    assert (dataset.kind, dataset.edition, dataset.rows, dataset.licence) == ("statistics", 1, len(cells_of()), Licence.DL_ZERO_2)
    assert dataset.columns.field_names[-2:] == ("teilnehmende", "status")
    assert "Geheimhaltung (round5/1)" in dataset.provenance.de
    assert dataset.temporal is not None
    assert [str(each) for each in (dataset.temporal.start, dataset.temporal.end)] == ["2025-07", "2026-06"]
    assert {"csv", "json", "ndjson", "xlsx", "parquet", "excel-de.csv"} == set(edition.files)
    assert edition.reason.de == "Ende der ersten Phase"
    assert [each.kind for each in world.store.changes()] == [ChangeKind.CREATED]
    assert world.store.missing_fragments(world.renderer.key) == ()
    (decision,) = world.store.decisions()
    assert (decision.who, decision.what, decision.target) == ("anna", "release", "teilnehmende, 2026-11-20")


def test_its_files_hold_every_cell_and_say_what_protects_them(world: World) -> None:
    world.publisher.publish_release(release_of())

    files = world.store.edition("teilnehmende", 1).files
    question = f"SELECT count(*), count(teilnehmende) FROM read_parquet('{world.files.path(files['parquet'].sha256)}')"
    with duckdb.connect() as connection:
        read = connection.execute(question).fetchall()
    numbers = sum(each.value is not None for each in cells_of())
    assert read == [(len(cells_of()), numbers)]
    with world.files.path(files["xlsx"].sha256).open("rb") as content:
        assert "Hinweise" in openpyxl.load_workbook(content).sheetnames


def test_the_next_release_is_the_next_edition_and_the_first_stays(world: World) -> None:
    world.publisher.publish_release(release_of())
    before = world.store.edition("teilnehmende", 1)
    revision = world.store.revision()

    world.publisher.publish_release(second())

    assert world.store.edition("teilnehmende", 1) == before
    assert world.store.dataset("teilnehmende").dataset.edition == 2
    assert [each.kind for each in world.store.changes()] == [ChangeKind.CREATED, ChangeKind.EDITION]
    assert world.store.revision() == revision + 1
    assert (world.store.totals().datasets, world.store.totals().rows) == (1, len(cells_of()))


def test_a_correction_with_the_same_numbers_is_an_edition_too(world: World) -> None:
    world.publisher.publish_release(release_of())

    world.publisher.publish_release(replace(second(), cells=release_of().cells))

    assert [each.number for each in world.store.editions("teilnehmende")] == [2, 1]


def test_what_is_published_cannot_be_published_again(world: World) -> None:
    world.publisher.publish_release(release_of())
    revision, editions = world.store.revision(), world.store.editions("teilnehmende")

    for again in (release_of(), replace(second(), name="2026-11-20")):
        with pytest.raises(ReleaseRefused):
            world.publisher.publish_release(again)

    assert (world.store.revision(), world.store.editions("teilnehmende")) == (revision, editions)
    assert [each.cells for each in world.store.all_releases("teilnehmende")] == [release_of().cells]


def test_a_release_that_the_catalogue_cannot_take_is_not_kept(world: World) -> None:
    """A title of nothing is refused by the shapes."""
    with pytest.raises(ReleaseRefused):
        world.publisher.publish_release(release_of(replace(CUBE, title=Text(de=""))))

    assert world.store.all_releases("teilnehmende") == ()
    with pytest.raises(UnknownDataset):
        world.store.dataset("teilnehmende")


def test_a_name_that_another_data_set_has_is_refused(world: World) -> None:
    world.publisher.publish_release(release_of())
    with world.store.database.write() as connection:
        connection.exec_driver_sql("UPDATE dataset SET table_name = 'project'")

    with pytest.raises(ReleaseRefused, match="anderen Datensatz"):
        world.publisher.publish_release(second())


def test_a_demonstration_is_in_nothing_that_machines_harvest(world: World) -> None:
    world.publisher.publish_release(release_of(replace(CUBE, demonstration=True)))

    assert world.store.datasets() == ()
    assert world.store.changes() == ()
    assert world.store.totals().datasets == 0
    assert world.store.newest_release("teilnehmende").cube.demonstration


def test_the_description_follows_configuration_and_the_numbers_stay(world: World) -> None:
    world.publisher.publish_release(release_of())
    moved = replace(world.site, licence=Licence.CC_BY_4, publisher=replace(world.site.publisher, name="Kaiserslautern"))
    publisher = Publisher(
        world.store,
        world.files,
        world.files,
        site=moved,
        curation=world.folder / "curation",
        renderer=renderer(moved),
        clock=lambda: AT + timedelta(days=3),
    )
    edition = world.store.edition("teilnehmende", 1)

    assert publisher.refresh() == ("teilnehmende",)
    assert publisher.refresh() == ()

    entry = world.store.dataset("teilnehmende")
    assert entry.dataset.publisher.name == "Kaiserslautern"
    assert (entry.dataset.licence, entry.dataset.attribution) == (Licence.DL_ZERO_2, ""), "that of the day of the release"
    assert world.store.edition("teilnehmende", 1) == edition
    assert [each.kind for each in world.store.changes()] == [ChangeKind.CREATED, ChangeKind.METADATA]


def test_a_refresh_without_change_changes_nothing(world: World) -> None:
    world.publisher.publish_release(release_of())
    revision = world.store.revision()

    assert world.publisher.refresh() == ()
    assert world.store.revision() == revision
    assert world.store.dataset("teilnehmende").dataset.rows == len(cells_of())


def test_a_withdrawn_release_is_shown_to_nobody_but_known_to_the_audit(world: World) -> None:
    world.publisher.publish_release(release_of())
    world.publisher.publish_release(second())

    world.publisher.withdraw("teilnehmende", edition=1, reason="Falsch gezählt", by="anna")

    with pytest.raises(Gone):
        world.store.release("teilnehmende", "2026-11-20")
    assert world.store.newest_release("teilnehmende").number == 2
    assert [each.withdrawn_reason for each in world.store.releases("teilnehmende")] == ["", "Falsch gezählt"]
    assert [each.number for each in world.store.all_releases("teilnehmende")] == [1, 2]


def test_a_withdrawn_statistic_is_gone_under_all_its_addresses(world: World) -> None:
    world.publisher.publish_release(release_of())

    world.publisher.withdraw("teilnehmende", reason="Rechtsgrundlage fehlt", by="anna")

    assert world.store.statistics() == ()
    for ask in (lambda: world.store.newest_release("teilnehmende"), lambda: world.store.releases("teilnehmende")):
        with pytest.raises(Gone):
            ask()
    with pytest.raises(ReleaseRefused):
        world.publisher.publish_release(second())


def test_single_numbers_are_not_withdrawn_but_corrected(world: World) -> None:
    world.publisher.publish_release(release_of())

    with pytest.raises(DecisionRefused, match="neuen Stand"):
        world.publisher.withdraw("teilnehmende", row="_T/_T/_T", reason="falsch", by="anna")

    assert world.store.dataset("teilnehmende").dataset.edition == 1


def test_nothing_is_said_of_what_does_not_exist(world: World) -> None:
    with pytest.raises(UnknownStatistic):
        world.store.newest_release("teilnehmende")


assert site_of().official is False
