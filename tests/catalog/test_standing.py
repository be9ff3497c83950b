"""Refreshing looks only at data sets that something has changed for; and at all of those."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from catalog import standing, tables
from schemas.model import SourceReference
from schemas.personal_data import Detector
from tests.catalog.world import SOURCE, World, bench, declaration, renderer, site

OTHER = SourceReference(name="bauhof", title="Bauhof")
EVERYTHING = None


@pytest.fixture
def city(world: World) -> World:
    """Three data sets, the last one of another source, all in line."""
    for name in ("eins", "zwei"):
        world.harvest(bench("x", table=name), of=declaration(name, name))
        world.harvest(bench("y", table=name), bench("x", table=name), of=declaration(name, name))
    world.harvest(bench("x", table="drei"), of=declaration("drei", "drei"), source=OTHER)
    curate(world, "zwei", "Zwei")
    world.publisher.refresh([SOURCE, OTHER])
    return world


def curate(world: World, name: str, title: str) -> None:
    world.curation.mkdir(exist_ok=True)
    (world.curation / f"{name}.toml").write_text(f'[title]\nde = "{title}"\nwho = "Amt"\nwhy = "Satzung"\n', encoding="utf-8")


def due(world: World) -> tuple[str, ...] | None:
    with world.store.database.read() as connection:
        return standing.due(connection, world.publisher._press, world.clock.now)


def title(world: World, name: str) -> str:
    return world.store.dataset(name).dataset.title.de


def test_when_nothing_has_changed_nothing_is_looked_at(city: World) -> None:
    assert due(city) == ()
    assert city.publisher.refresh([SOURCE, OTHER]) == ()


def test_before_the_first_refresh_everything_is_looked_at(world: World) -> None:
    world.harvest(bench("b1"))

    assert due(world) is EVERYTHING


@pytest.mark.parametrize(
    "change",
    [
        lambda world: setattr(world, "site", site(title="Neu")),
        lambda world: setattr(world, "site", site(official=True)),
        lambda world: setattr(world, "renderer", renderer("r2")),
        lambda world: setattr(world, "detector", Detector()),
    ],
)
def test_what_concerns_every_data_set_makes_all_be_looked_at(city: World, change: Callable[[World], None]) -> None:
    change(city)
    assert due(city) is EVERYTHING

    city.publisher.refresh([SOURCE, OTHER])
    assert due(city) == ()
    assert city.store.missing_fragments(city.renderer.key) == ()


def test_a_changed_curation_concerns_its_data_set(city: World) -> None:
    curate(city, "eins", "Eins")
    curate(city, "zwei", "Anders")

    assert due(city) == ("eins", "zwei")
    assert city.publisher.refresh() == ("eins", "zwei")
    assert (title(city, "eins"), title(city, "zwei"), due(city)) == ("Eins", "Anders", ())


def test_a_curation_that_is_gone_concerns_its_data_set(city: World) -> None:
    (city.curation / "zwei.toml").unlink()

    assert city.publisher.refresh() == ("zwei",)
    assert (title(city, "zwei"), due(city)) == ("Bänke", ())


def test_a_source_with_another_title_concerns_the_data_sets_it_gave_rows_to(city: World) -> None:
    assert city.publisher.refresh([replace(OTHER, title="Betriebshof")]) == ("drei",)
    assert city.publisher.refresh([replace(SOURCE, title="Amt für Grünes")]) == ("eins", "zwei")


def test_a_source_that_a_plan_renamed_is_followed_by_its_other_data_sets(city: World) -> None:
    city.harvest(bench("x", table="eins"), of=declaration("eins", "eins"), source=replace(SOURCE, title="Amt für Grünes"))

    city.publisher.refresh()

    assert city.store.dataset("zwei").dataset.sources[0].title == "Amt für Grünes"


def test_a_data_set_that_could_not_be_brought_in_line_is_tried_again(city: World) -> None:
    (city.curation / "zwei.toml").write_text("kein TOML", encoding="utf-8")

    city.publisher.refresh()
    assert due(city) == ("zwei",)
    assert city.publisher.refresh() == ()

    curate(city, "zwei", "Gemendet")
    assert city.publisher.refresh() == ("zwei",)
    assert due(city) == ()


def test_what_another_configuration_published_is_brought_back_in_line(city: World) -> None:
    city.site = site(title="Neu", official=True)
    city.harvest(bench("x", "Bahnhof", table="drei"), of=declaration("drei", "drei"), source=OTHER)
    city.site = site()

    city.publisher.refresh()

    assert not city.store.dataset("drei").dataset.official


def test_what_was_published_by_a_curation_that_is_gone_again_is_looked_at(city: World) -> None:
    curate(city, "drei", "Drei")
    city.harvest(bench("x", "Bahnhof", table="drei"), of=declaration("drei", "drei"), source=OTHER)
    (city.curation / "drei.toml").unlink()

    city.publisher.refresh()

    assert title(city, "drei") == "Bänke"


def test_a_refresh_that_was_cut_off_is_done_again(city: World) -> None:
    city.site = site(official=True)
    with city.store.database.write() as connection:
        standing.begin(connection, city.publisher._press, city.clock.now)

    assert due(city) is EVERYTHING
    assert city.publisher.refresh() == ("eins", "zwei", "drei")


def test_what_another_version_has_noted_counts_for_nothing(city: World) -> None:
    where = tables.meta.c.key == "standing"
    with city.store.database.write() as connection:
        assert connection.execute(select(tables.meta.c.value).where(where)).scalar_one()
        connection.execute(tables.meta.update().where(where).values(value='{"rules": 1, "unknown": 2}'))

    assert due(city) is EVERYTHING


def test_a_publisher_that_a_person_chose_is_followed_when_the_organisations_change(city: World) -> None:
    bodies = declaration("organisationen", "organisation")
    city.harvest(bench("x", table="organisation"), of=bodies, source=OTHER)

    assert due(city) == ("zwei",), "any curation may name an organisation"
