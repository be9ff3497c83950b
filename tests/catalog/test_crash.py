"""Promise 2: the process may end at any instant; the last published state stays readable, byte for byte, and the next run
ends where it would have ended.

A story is told once undisturbed. Then a child process is forked for every boundary of it (half-written file, write, fsync,
rename, unlink, writing SQL statement, savepoint, commit) and ends itself there, without cleaning up. What a reader sees afterwards
must be the state before the story or the state after it. Then the story is told again, and must end well. Many boundaries leave
the same installation, to the last file and the last value of the database: what follows from one of them follows from all.
"""

import os
import random
import shutil
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, event, make_url

from catalog.entries import Edition
from catalog.files import Files
from catalog.plan import PlanState
from catalog.rendering import SYNTAXES
from catalog.store import Store
from schemas.errors import DecisionRefused, Gone
from schemas.model import SourceReference
from schemas.upstream import TABLE
from schemas.values import Text
from tests.catalog.world import NO_GUARDS, START, Clock, World, bench, database_url, declaration, renderer
from tests.forking import forked
from tests.neighbours import SOURCE as NEIGHBOUR
from tests.neighbours import listing, named, row_of

CRASHED = 9
BAUHOF = SourceReference(name="bauhof", title="Bauhof")
SOURCES = ("gruenamt", "bauhof", "lager", NEIGHBOUR.name)
AT_ONCE = replace(NO_GUARDS, remove_after=timedelta(0))
CHANGED = replace(named("radwege"), title=Text(de="Radwege, neu"))
LAGER = SourceReference(name="lager", title="Lager")
Story = Callable[[World], None]


@dataclass(frozen=True)
class Place:
    """Where one installation lies."""

    url: str
    folder: Path

    @property
    def database(self) -> str:
        return str(make_url(self.url).database)

    def open(self, days: float = 1) -> World:
        clock = Clock(START + timedelta(days=days))
        return World(store=Store(self.url, clock=clock), folder=self.folder, clock=clock, run=90)


class Boundaries:
    """Counts the boundaries that are passed, and ends the process at one of them."""

    def __init__(self, fatal: int | None) -> None:
        self.passed = 0
        self._fatal = fatal

    def __call__(self, *_: object, **__: object) -> None:
        self.passed += 1
        if self.passed == self._fatal:
            os._exit(CRASHED)

    def install(self) -> None:
        """Only ever in a forked child."""
        for name in ("replace", "fsync", "unlink"):
            setattr(os, name, self._before(getattr(os, name)))
        Path.open = self._torn(Path.open)  # type: ignore[method-assign, assignment]  # a child that lives for one story
        event.listen(Engine, "before_cursor_execute", self._before_statement)
        event.listen(Engine, "commit", self)

    def _before_statement(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.lstrip().startswith("SELECT"):  # between two questions nothing happens
            self()

    def _before(self, function: Callable[..., object]) -> Callable[..., object]:
        def wrapped(*arguments: object, **more: object) -> object:
            self()
            return function(*arguments, **more)

        return wrapped

    def _torn(self, function: Callable[..., object]) -> Callable[..., object]:
        def opened(path: Path, mode: str = "r", *arguments: object, **more: object) -> object:
            file = function(path, mode, *arguments, **more)
            return _Torn(file, self) if "w" in mode else file

        return opened


class _Torn:
    """A file that is written in two halves, with a boundary before, between and after."""

    def __init__(self, file: object, boundary: Boundaries) -> None:
        self._file = file
        self._boundary = boundary

    def __enter__(self) -> "_Torn":
        self._boundary()
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()  # type: ignore[attr-defined]  # whatever Path.open gave
        self._boundary()

    def write(self, content: bytes) -> None:
        half = len(content) // 2
        self._file.write(content[:half])  # type: ignore[attr-defined]  # as above
        self._file.flush()  # type: ignore[attr-defined]  # as above
        self._boundary()
        self._file.write(content[half:])  # type: ignore[attr-defined]  # as above

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


def _tell(story: Story, place: Place, fatal: int | None = None) -> int | None:
    """The story in a forked child: number of boundaries it passed, None when it ended itself at `fatal`."""
    reading, writing = os.pipe()
    child = forked()
    if child == 0:
        try:
            boundaries = Boundaries(fatal)
            boundaries.install()
            story(place.open())
            os.write(writing, str(boundaries.passed).encode())
        except BaseException:  # noqa: BLE001  # the child must end here, whatever happens: pytest must not run twice
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        passed = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, CRASHED), f"the story failed: {code}"
    return int(passed) if code == 0 else None


def public_state(place: Place) -> dict[str, object]:
    """Everything a reader can see. Fails when a file is missing or is not what its name says."""
    world = place.open()
    store = world.store
    try:
        names = sorted(store.known_datasets())
        return {
            "revision": store.revision(),
            "datasets": [(each.dataset, each.digest, each.fragment_keys) for each in store.datasets()],
            "tombstones": store.tombstones(),
            "editions": {name: _editions(store, world.files, name) for name in names},
            "fragments": {(syntax, key): store.fragments(syntax, key, 1, 99) for syntax in SYNTAXES for key in _keys(store)},
            "changes": store.changes(),
            "rows": [store.published(source, table) for source in SOURCES for table in ("bench", "tisch", "hocker", TABLE)],
        }
    finally:
        store.close()


def _keys(store: Store) -> list[str]:
    complete = [key for key in ("r1", "r2") if not store.missing_fragments(key)]
    assert complete, "the feed can always be served under one key"
    return complete


def _editions(store: Store, files: Files, name: str) -> list[tuple[Edition, dict[str, str]]]:
    try:
        editions = store.editions(name)
    except Gone:
        return []
    return [(each, {extension: _verified(files, file.sha256) for extension, file in each.files.items()}) for each in editions]


def _verified(files: Files, name: str) -> str:
    found = sha256(files.read(name)).hexdigest()
    assert found == name
    return found


def _prepared(world: World) -> None:
    """One edition of two data sets; an open plan with every kind of change, and one of a second source; a removed row later.
    Of a third one it is announced that it goes; of the second the only row is missing. Of a neighbour's data sets one is missing there,
    and of another it is announced that it goes."""
    world.run = 0
    world.harvest(bench("b1"), bench("b2", "Volkspark"), bench("b3", "Bahnhof"), bench("b4"))
    world.harvest(bench("t1", table="tisch"), of=declaration("tische", "tisch"), source=BAUHOF)
    world.harvest(bench("b1"), bench("b2", "Volkspark"), bench("b4"))
    world.clock.pass_days(8)
    benches = world.plan([bench("b1", "Rathaus"), bench("b5", built="2024"), bench("b2", "Volkspark")])
    tables = world.plan([bench("s1", table="stuhl")], of=declaration("stuehle", "stuhl"))
    world.save(replace(benches, tables=benches.tables + tables.tables))
    _empty_tables(world)
    stools = declaration("hocker", "hocker")
    world.harvest(bench("h1", table="hocker"), of=stools, source=LAGER)
    world.harvest(of=stools, source=LAGER)
    world.clock.pass_days(8)
    world.harvest(of=stools, source=LAGER)
    for found in (("radwege", "baumkataster", "brunnen"), ("radwege", "baumkataster"), ("radwege",)):
        world.harvest(*(row_of(named(each)) for each in found), of=listing(), source=NEIGHBOUR, guards=AT_ONCE)


def _apply(world: World) -> None:
    (stored,) = world.store.plans() or (None,)
    if stored is not None:
        world.publisher.apply(stored.id)
    assert world.store.plan(4).state is PlanState.APPLIED


def _withdraw_row(world: World) -> None:
    if "b2" not in world.store.withdrawn("bench"):
        world.publisher.withdraw("baenke", row="b2", reason="Name", by="anna")
    world.publisher.refresh()
    assert not any(b"Volkspark" in path.read_bytes() for path in (world.folder / "files").rglob("*") if path.is_file())


def _withdraw_dataset(world: World) -> None:
    try:
        world.publisher.withdraw("tische", reason="Name", by="anna")
    except Gone:
        world.publisher.refresh()


def _render_anew(world: World) -> None:
    world.renderer = renderer("r2")
    world.publisher.refresh()


def _announce(world: World) -> None:
    """The last row of a data set is removed: that it will go is announced."""
    world.clock.now = START + timedelta(days=30)
    if world.store.dataset("tische").dataset.removal is None:
        _empty_tables(world)
    assert world.store.dataset("tische").dataset.removal is not None


def _end(world: World) -> None:
    """What was announced is done, of a data set of our own and of a neighbour's."""
    world.clock.now = START + timedelta(days=60)
    world.publisher.end_announced()
    assert sorted(each.name for each in world.store.tombstones()) == ["brunnen", "hocker"]


def _empty_tables(world: World) -> None:
    world.harvest(of=declaration("tische", "tisch"), source=BAUHOF)


def _adopt(world: World) -> None:
    """Of a neighbour's data sets one comes, one changes, of one it is announced that it goes."""
    world.clock.now = START + timedelta(days=30)
    world.harvest(*map(row_of, (CHANGED, named("spielplaetze"))), of=listing(), source=NEIGHBOUR, guards=AT_ONCE)
    assert world.store.dataset("radwege").dataset.title == CHANGED.title
    assert world.store.dataset("baumkataster").dataset.removal is not None


STORIES = {
    "apply": _apply,
    "withdraw a row": _withdraw_row,
    "withdraw a data set": _withdraw_dataset,
    "render anew": _render_anew,
    "announce a removal": _announce,
    "end what was announced": _end,
    "adopt a neighbour's data sets": _adopt,
}


class Installations:
    """Copies of one prepared installation, on one of the databases."""

    def __init__(self, folder: Path, template: str | Path, server: str | None) -> None:
        self._folder = folder
        self._server = server
        self._template = template
        self.prepared = self._new(template)
        world = replace(self.prepared.open(0), run=0)
        _prepared(world)
        world.store.close()

    def copy(self) -> Place:
        place = self._new(self.prepared.database if self._server else self.prepared.folder / "klar.db")
        shutil.copytree(self.prepared.folder, place.folder, dirs_exist_ok=True)
        return place

    def drop(self, place: Place) -> None:
        shutil.rmtree(place.folder)
        if self._server:
            with psycopg.connect(self._server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {place.database} WITH (FORCE)".encode())

    def _new(self, template: str | Path) -> Place:
        name = f"crash_{uuid4().hex}"
        folder = self._folder / name
        folder.mkdir()
        if self._server is None:
            shutil.copyfile(template, folder / "klar.db")
            return Place(f"sqlite:///{folder / 'klar.db'}", folder)
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return Place(database_url(self._server, name), folder)


@pytest.fixture(scope="module")
def on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Installations:
    return Installations(tmp_path_factory.mktemp("crash"), sqlite_template, None)


@pytest.fixture(scope="module")
def on_postgres(postgres_server: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory) -> Installations:
    return Installations(tmp_path_factory.mktemp("crash"), postgres_template, postgres_server)


def _contents(place: Place) -> tuple[object, ...]:
    """Every file, and every value the database gives, also to those who look past the store."""
    database = {place.folder / f"klar.db{each}" for each in ("", "-wal", "-shm")}
    files = sorted(each for each in place.folder.rglob("*") if each.is_file() and each not in database)
    return (
        *((each.relative_to(place.folder).as_posix(), sha256(each.read_bytes()).hexdigest()) for each in files),
        *(_rows_of_sqlite(place) if place.url.startswith("sqlite") else _rows_of_postgres(place)),
    )


def _rows_of_sqlite(place: Place) -> Iterator[str]:
    with closing(sqlite3.connect(place.database)) as connection:
        yield from connection.iterdump()


def _rows_of_postgres(place: Place) -> Iterator[tuple[object, ...]]:
    """With the sequences: a number that was taken is gone, whatever became of its transaction."""
    with psycopg.connect(make_url(place.url).set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        for (name,) in tables:
            found = connection.execute(sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(name))).fetchall()
            yield name, *found
        yield from connection.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1").fetchall()


def _crash_everywhere(installations: Installations, story: Story, step: int = 1) -> Iterator[str]:
    """What the crash at each boundary left: "before" or "after". Asserts that it was one of them, and that all ends well."""
    before = public_state(installations.prepared)
    undisturbed = installations.copy()
    count = _tell(story, undisturbed)
    after = public_state(undisturbed)
    assert count is not None
    assert after != before
    known: dict[tuple[object, ...], str] = {}
    for fatal in range(1, count + 1, step):
        place = installations.copy()
        assert _tell(story, place, fatal) is None, f"boundary {fatal} was not reached"
        contents = _contents(place)
        if contents not in known:
            left = public_state(place)
            assert left in (before, after), f"boundary {fatal} of {count}"
            _tell(story, place)
            assert public_state(place) == after, f"after boundary {fatal} of {count}, told again"
            known[contents] = "before" if left == before else "after"
        yield known[contents]
        installations.drop(place)
    assert len(known) > 1 or step > 1  # a few of a short story may all lie on one side
    print(f"{count} boundaries, {len(known)} installations left by them")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", STORIES)
def test_a_crash_at_any_boundary_leaves_the_last_state_and_the_next_run_ends_well(on_sqlite: Installations, name: str) -> None:
    left = list(_crash_everywhere(on_sqlite, STORIES[name]))

    assert left == sorted(left, reverse=True), "one moment divides before and after: the commit"
    assert left[0] == "before"


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", STORIES)
def test_the_same_on_postgres_at_every_seventh_boundary(on_postgres: Installations, name: str) -> None:
    left = list(_crash_everywhere(on_postgres, STORIES[name], step=7))

    assert left == sorted(left, reverse=True)
    assert left[0] == "before"


def test_the_check_notices_a_torn_edition_and_a_short_feed(on_sqlite: Installations) -> None:
    """Negative control: an installation damaged as a careless publisher might leave it."""
    torn, unnamed = on_sqlite.copy(), on_sqlite.copy()
    path = next(each for each in sorted((torn.folder / "files").rglob("*")) if each.is_file())
    path.write_bytes(path.read_bytes()[:-1])
    world = unnamed.open()
    with world.store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM fragment WHERE dataset = 'tische'")
    world.store.close()

    with pytest.raises(AssertionError):
        public_state(torn)
    with pytest.raises(AssertionError, match="feed"):
        public_state(unnamed)


def test_killed_at_random_moments_again_and_again(on_sqlite: Installations) -> None:
    place = on_sqlite.copy()
    moments = random.Random(22)  # not for secrets: the same moments on every machine
    finished = 0
    for turn in range(15):
        before = public_state(place)
        child = forked()
        if child == 0:
            try:
                _one_more_edition(place, turn)
            finally:
                os._exit(0)
        time.sleep(moments.uniform(0.0, 0.12))
        os.kill(child, signal.SIGKILL)
        finished += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        left = public_state(place)
        _require_grown(before, left)

    _one_more_edition(place, 99)
    world = place.open()
    assert "Platz 99" in world.content()
    world.store.close()


def _one_more_edition(place: Place, turn: int) -> None:
    world = place.open(days=2)
    world.harvest(*(bench(f"b{number}", f"Platz {turn}") for number in (1, 2, 4)))
    world.store.close()


def _require_grown(before: dict[str, object], left: dict[str, object]) -> None:
    """Nothing that was published is gone or different; at most one edition came."""
    old, new = before["editions"], left["editions"]
    assert isinstance(old, dict)
    assert isinstance(new, dict)
    for name in old:
        added = len(new[name]) - len(old[name])
        assert added in (0, 1)
        assert new[name][added:] == old[name]


def test_a_decided_plan_is_not_applied_twice(on_sqlite: Installations) -> None:
    place = on_sqlite.copy()
    _tell(_apply, place)
    world = place.open()

    with pytest.raises(DecisionRefused):
        world.publisher.apply(4)
    world.store.close()
