"""Fragments for a moved address can be made from what is published, by anybody who may write to the store."""

from dataclasses import replace

import pytest
from sqlalchemy import event

from catalog.entries import NotRendered
from catalog.rendering import SYNTAXES
from catalog.rerendering import render_missing
from catalog.store import Store
from schemas.errors import Unwritable
from tests.catalog.world import SOURCE, World, bench, declaration, renderer


@pytest.fixture
def city(world: World) -> World:
    world.harvest(bench("b1"))
    world.harvest(bench("t1", table="tisch"), of=declaration("tische", "tisch"))
    world.publisher.refresh([SOURCE])
    return world


def test_what_is_missing_is_rendered_and_nothing_else_changes(city: World) -> None:
    entries, changes = city.store.datasets(), city.store.changes()
    published = {syntax: city.store.fragments(syntax, "r1", 1, 9) for syntax in SYNTAXES}
    with pytest.raises(NotRendered):
        city.store.fragments("ttl", "r2", 1, 9)

    assert render_missing(city.store, renderer("r2")) == ("baenke", "tische")

    assert [(each.dataset, each.digest) for each in city.store.datasets()] == [(each.dataset, each.digest) for each in entries]
    assert city.store.changes() == changes
    assert city.store.missing_fragments("r2") == ()
    assert {syntax: city.store.fragments(syntax, "r1", 1, 9) for syntax in SYNTAXES} == published
    assert all(b" r2 " in each for each in city.store.fragments("ttl", "r2", 1, 9))


def test_doing_it_again_changes_nothing(city: World) -> None:
    before = city.store.revision()
    render_missing(city.store, renderer("r2"))
    once = city.store.revision()

    assert render_missing(city.store, renderer("r2")) == ()
    assert (once > before, city.store.revision()) == (True, once), "finished answers are made anew once"


def test_the_next_refresh_comes_to_the_same_bytes(city: World) -> None:
    render_missing(city.store, renderer("r2"))
    by_server = city.store.fragments("ttl", "r2", 1, 9)
    city.renderer = renderer("r2")
    city.publisher.refresh([SOURCE])

    assert city.store.fragments("ttl", "r2", 1, 9) == by_server
    assert city.store.missing_fragments("r2") == ()


def test_half_a_data_set_is_rendered_whole(city: World) -> None:
    with city.store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM fragment WHERE dataset = 'tische' AND syntax = 'nt'")
        connection.exec_driver_sql("DELETE FROM meta WHERE key = 'standing'")

    assert render_missing(city.store, renderer("r1")) == ("tische",)
    assert city.store.missing_fragments("r1") == ()


def test_one_that_is_refused_keeps_the_feed_closed_and_is_said(city: World, caplog: pytest.LogCaptureFixture) -> None:
    strict = renderer("r2", refuse=lambda dataset: dataset.name == "tische")

    assert render_missing(city.store, strict) == ("baenke",)

    assert city.store.missing_fragments("r2") == ("tische",)
    assert [each.message for each in caplog.records] == ["tische: Form verletzt."]


def test_who_may_only_read_is_told_so_and_nothing_is_lost(city: World) -> None:
    reader = _reader(city)

    with pytest.raises(Unwritable):
        render_missing(reader, renderer("r2"))
    reader.close()

    assert city.store.missing_fragments("r2") == ("baenke", "tische")
    assert city.store.missing_fragments("r1") == ()


def _reader(city: World) -> Store:
    """The same database for somebody who may not write to it."""
    engine = city.store.database.engine
    if city.store.database.is_sqlite:
        store = Store(str(engine.url), clock=city.clock)
        event.listen(store.database.engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only = ON"))
        return store
    with city.store.database.write() as connection:
        connection.exec_driver_sql("DROP ROLE IF EXISTS klar_reader")
        connection.exec_driver_sql("CREATE ROLE klar_reader LOGIN")
        connection.exec_driver_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO klar_reader")
    return Store(engine.url.set(username="klar_reader").render_as_string(hide_password=False), clock=city.clock)


def test_removed_data_sets_are_left_alone(city: World) -> None:
    city.notice = city.notice * 0
    city.harvest(of=declaration("tische", "tisch"))
    city.clock.pass_days(8)
    city.harvest(of=declaration("tische", "tisch"))

    assert render_missing(city.store, replace(renderer("r2"))) == ("baenke",)
