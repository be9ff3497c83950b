"""Publishing one changed data set costs the same in a catalogue of 10 and of 200: counted in what SQLite does, not in seconds."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import event

from benchmarks.catalogue import multiply
from catalog import tables
from catalog.rendering import SYNTAXES
from catalog.store import Store
from dcat.feed import numbers_on, page_of
from tests.catalog.world import SOURCE, START, Clock, World, bench, declaration, renderer

numbers = count(1)


class Work:
    """What SQLite did: statements, and instructions of its virtual machine, which grow with every line it looks at."""

    def __init__(self) -> None:
        self.statements = 0
        self.instructions = 0

    def statement(self, *_: object) -> None:
        self.statements += 1

    def instruction(self) -> int:
        self.instructions += 1
        return 0


@contextmanager
def counted(store: Store) -> Iterator[Work]:
    work, engine = Work(), store.database.engine

    def watch(connection: object, *_: object) -> None:
        connection.set_progress_handler(work.instruction, 1)  # type: ignore[attr-defined]  # a connection of sqlite3

    engine.dispose()
    event.listen(engine, "connect", watch)
    event.listen(engine, "before_cursor_execute", work.statement)
    try:
        yield work
    finally:
        event.remove(engine, "connect", watch)
        event.remove(engine, "before_cursor_execute", work.statement)
        engine.dispose()


@pytest.fixture
def city(sqlite_url: str, clock: Clock, tmp_path: Path) -> Iterator[Callable[[int], World]]:
    """A catalogue of any size, in line with its configuration, whose first data set can be published again."""
    store = Store(sqlite_url, clock=clock)

    def of(size: int) -> World:
        world = World(store=store, folder=tmp_path, clock=clock)
        if not store.known_datasets():
            world.harvest(bench("b1"), bench("b2"))
        multiply(store, "baenke", size)
        world.publisher.refresh([SOURCE])
        world.harvest(bench("b1"), bench("b2"), bench("b3"))  # what the planner of SQLite learns, it has learned
        return world

    yield of
    store.close()


def test_publishing_one_changed_data_set(city: Callable[[int], World]) -> None:
    def act(world: World) -> None:
        world.harvest(bench("b1", f"Platz {next(numbers)}"), bench("b2"), bench("b3"))

    require_the_same_work(city, act)


def test_publishing_a_new_data_set(city: Callable[[int], World]) -> None:
    def act(world: World) -> None:
        number = next(numbers)
        world.harvest(bench("x", table=f"neu_{number}"), of=declaration(f"neu-{number}", f"neu_{number}"))

    require_the_same_work(city, act)


def test_refreshing_when_nothing_has_changed(city: Callable[[int], World]) -> None:
    def act(world: World) -> None:
        assert world.publisher.refresh([SOURCE]) == ()

    require_the_same_work(city, act)


def test_refreshing_one_curated_title(city: Callable[[int], World]) -> None:
    def act(world: World) -> None:
        (world.folder / "curation").mkdir(exist_ok=True)
        title = f'[title]\nde = "Stand {next(numbers)}"\nwho = "Amt"\nwhy = "Satzung"\n'
        (world.curation / "baenke-5.toml").write_text(title, encoding="utf-8")
        assert world.publisher.refresh([SOURCE]) == ("baenke-5",)

    require_the_same_work(city, act)


def test_what_a_reader_asks_the_store_for_one_feed_page(city: Callable[[int], World]) -> None:
    def act(world: World) -> None:
        assert world.store.totals().datasets == world.store.last_number()
        assert world.store.missing_fragments("r1") == ()
        assert len(world.store.fragments("ttl", "r1", 1, 10)) == 10
        assert len(world.store.fragments("ttl", "r1", 1, 10, START - timedelta(days=9999))) == 10
        assert len(world.store.datasets_named(["baenke-3", "baenke-7"])) == 2

    require_the_same_work(city, act)


def test_the_counting_notices_work_that_grows(city: Callable[[int], World]) -> None:
    """Negative control."""
    with pytest.raises(AssertionError):
        require_the_same_work(city, lambda world: world.store.datasets())


def require_the_same_work(city: Callable[[int], World], act: Callable[[World], object]) -> None:
    done = []
    for size in (10, 200):
        world = city(size)
        act(world)  # once before: what is only done the first time is not counted
        world.clock.pass_days(1)
        with counted(world.store) as work:
            act(world)
        done.append(work)
    small, large = done
    assert large.statements == small.statements
    assert large.instructions <= small.instructions * 1.05 + 50


def test_removing_a_row_that_others_might_point_to(city: Callable[[int], World]) -> None:
    def act(world: World) -> None:
        world.harvest(bench("b1"), bench("b2"), bench("b3"), bench("b4"))
        world.harvest(bench("b1"), bench("b2"), bench("b3"))
        world.clock.pass_days(8)
        world.harvest(bench("b1"), bench("b2"), bench("b3"))
        assert len(world.store.published(SOURCE.name, "bench")) == 3

    require_the_same_work(city, act)


@contextmanager
def written(store: Store) -> Iterator[Counter[tuple[str, str]]]:
    """(table, what) -> how many lines were written, counted by triggers: what SQLite does and not what it was asked to."""
    tables_ = [each.name for each in tables.metadata.sorted_tables]
    counts: Counter[tuple[str, str]] = Counter()
    with store.database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE written (name TEXT, what TEXT, dataset TEXT)")
        for name in tables_:
            for what, line in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
                whose = f"{line}.dataset" if name == "fragment" else "''"
                body = f"INSERT INTO written VALUES ('{name}', '{what}', {whose})"
                connection.exec_driver_sql(f"CREATE TRIGGER count_{name}_{what} AFTER {what} ON {name} BEGIN {body}; END")
    try:
        yield counts
    finally:
        with store.database.write() as connection:
            for name, what, dataset in connection.exec_driver_sql("SELECT name, what, dataset FROM written"):
                counts[name, f"{what} {dataset}".strip()] += 1
            for name in tables_:
                for what in ("INSERT", "UPDATE", "DELETE"):
                    connection.exec_driver_sql(f"DROP TRIGGER count_{name}_{what}")
            connection.exec_driver_sql("DROP TABLE written")


def test_publishing_one_changed_data_set_writes_the_same_lines_in_a_catalogue_of_10_and_of_400(city: Callable[[int], World]) -> None:
    """And fragments of that data set only: one page of the feed changes."""
    found = []
    for size in (10, 400):
        world = city(size)
        assert world.store.totals().datasets == size
        before = _pages(world.store)
        world.clock.pass_days(1)
        with written(world.store) as lines:
            world.harvest(bench("b1", f"Platz {next(numbers)}"), bench("b2"), bench("b3"))
            world.publisher.refresh([SOURCE])
        found.append(lines)
        assert [page for page, content in _pages(world.store).items() if content != before[page]] == [1]

    small, large = found
    assert large == small
    assert {what for name, what in small if name == "fragment"} == {"DELETE baenke", "INSERT baenke"}
    assert small["fragment", "INSERT baenke"] == len(SYNTAXES)
    assert sum(small.values()) < 40


def _pages(store: Store) -> dict[int, tuple[bytes, ...]]:
    last = page_of(store.last_number())
    return {page: store.fragments("ttl", "r1", *numbers_on(page)) for page in range(1, last + 1)}


def test_the_lines_written_show_a_refresh_of_everything(city: Callable[[int], World]) -> None:
    """Negative control: another renderer writes every data set's fragments."""
    world = city(10)
    world.renderer = renderer("r2")
    with written(world.store) as lines:
        world.publisher.refresh([SOURCE])

    assert sum(count for (name, _), count in lines.items() if name == "fragment") >= 10 * len(SYNTAXES)


def test_asking_who_has_to_go_when_nobody_has(city: Callable[[int], World]) -> None:
    def act(world: World) -> None:
        assert world.publisher.end_announced() == ()

    require_the_same_work(city, act)
