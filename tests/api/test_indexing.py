"""The search follows the store by its change log, and reads only what has changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from api.indexing import PublishedCatalogue, index_published
from catalog.files import Files
from catalog.search import Query, Search
from catalog.store import Store
from schemas.values import Text
from tests.catalog.world import START, Clock, World, bench, declaration, renderer, site
from tests.stores import empty_store


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = Clock()
    store = Store(empty_store(tmp_path / "klar.db"), clock=clock)
    world = World(store=store, folder=tmp_path, clock=clock)
    for name in ("eins", "zwei", "drei"):
        world.harvest(bench("x", table=name), of=declaration(name, name, title=titled(name)))
    yield world
    store.close()


def titled(name: str) -> Text:
    return Text(de=f"Liste {name}")


def catch_up(world: World, index: Search) -> bool:
    return index_published(index, world.store, world.files, site())


def names(index: Search, text: str = "") -> set[str]:
    return set(index.find(Query(text=text), now=START).names)


def forget_files(world: World) -> None:
    """From here on nobody can read what is published so far."""
    for each in world.files.path("0" * 64).parent.parent.rglob("*"):
        if each.is_file():
            each.unlink()


def test_a_catch_up_reads_no_rows_of_data_sets_that_did_not_change(world: World) -> None:
    index = Search(world.folder / "search")
    catch_up(world, index)
    forget_files(world)

    world.harvest(bench("x", "Bahnhof", table="zwei"), of=declaration("zwei", "zwei", title=titled("neu")))

    assert catch_up(world, index)
    assert (index.revision, names(index, "neu"), names(index)) == (world.store.revision(), {"zwei"}, {"eins", "zwei", "drei"})
    with pytest.raises(OSError, match="No such file"):
        list(PublishedCatalogue(world.store, world.files, site()).documents(None))


def test_withdrawn_and_removed_data_sets_are_followed(world: World) -> None:
    index = Search(world.folder / "search")
    catch_up(world, index)
    forget_files(world)

    world.publisher.withdraw("eins", reason="Name", by="anna")
    world.harvest(of=declaration("drei", "drei"))
    world.clock.pass_days(9)
    world.harvest(of=declaration("drei", "drei"))

    assert catch_up(world, index)
    assert names(index) == {"zwei", "drei"}, "its end is announced"
    world.clock.pass_days(31)
    assert world.publisher.end_announced() == ("drei",)
    assert catch_up(world, index)
    assert names(index) == {"zwei"}


def test_a_revision_that_changed_no_data_set_reads_nothing(world: World) -> None:
    index = Search(world.folder / "search")
    catch_up(world, index)
    forget_files(world)
    world.renderer = renderer("r2")
    world.publisher.refresh()

    assert catch_up(world, index)
    assert index.revision == world.store.revision()


def test_a_restored_backup_is_noticed(world: World, tmp_path: Path) -> None:
    index, backup = Search(world.folder / "search"), tmp_path / "backup.db"
    with closing(sqlite3.connect(tmp_path / "klar.db")) as original, closing(sqlite3.connect(backup)) as copy:
        original.backup(copy)
    world.harvest(bench("x", "Bahnhof", table="zwei"), of=declaration("zwei", "zwei", title=titled("verworfen")))
    catch_up(world, index)

    store = Store(f"sqlite:///{backup}", clock=world.clock)
    restored = World(store=store, folder=world.folder, clock=world.clock)
    restored.clock.pass_days(1)
    restored.harvest(bench("x", "Rathaus", table="eins"), of=declaration("eins", "eins", title=titled("Rathausbank")))
    assert restored.store.revision() == index.revision, "the number tells nothing"

    index = Search(world.folder / "search")  # of a process that was started since
    assert catch_up(restored, index)
    assert (names(index, "verworfen"), names(index, "Rathausbank")) == (set(), {"eins"})
    store.close()


def test_files_are_where_the_test_looks_for_them(world: World) -> None:
    assert isinstance(world.files, Files)
    assert any(each.is_file() for each in world.files.path("0" * 64).parent.parent.rglob("*"))
