"""No published row points to one that is neither published nor withdrawn, whatever is refused; and nothing published is lost."""

import shutil
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import tables
from catalog.entries import Applied
from catalog.plan import Intake, SeenTable
from catalog.planning import make_plan
from catalog.references import in_order
from catalog.store import Store
from schemas.declaration import Declaration
from schemas.model import SourceReference
from schemas.row import Row
from schemas.table import ForeignKey, Table
from tests.catalog.world import BENCHES, NO_GUARDS, SOURCE, Clock, World, declaration, renderer

OTHER = SourceReference(name="bauhof", title="Bauhof")


def pointing(table: str, *targets: str) -> Declaration:
    """A table whose rows name a row of each target."""
    fields = [BENCHES.fields[0], *(replace(BENCHES.fields[1], name=f"to_{each}") for each in targets)]
    own = Table(
        name=table,
        title=BENCHES.title,
        description=BENCHES.description,
        fields=tuple(fields),
        key=("id",),
        foreign_keys=tuple(ForeignKey(field=f"to_{each}", table=each) for each in targets),
    )
    return replace(declaration(f"daten-{table}", table), table=own, temporal_fields=())


def row(table: str, key: str, note: str = "", **targets: str | None) -> Row:
    values = {"id": key, **{f"to_{each}": target for each, target in targets.items()}}
    return Row(table=table, key=key, values=values, source_url=f"https://example.org/{note}" if note else "")


def publish(world: World, tables: Mapping[Declaration, Iterable[Row]], source: SourceReference = SOURCE) -> Applied:
    """One run of a source that shows these tables."""
    world.run += 1
    seen = tuple(SeenTable(declaration=of, rows=tuple(rows)) for of, rows in tables.items())
    plan = make_plan(
        Intake(source=source, run=world.run, at=world.clock(), tables=seen),
        published={each.table.name: world.store.published(source.name, each.table.name) for each in tables},
        known_datasets=world.store.known_datasets(),
        guards=NO_GUARDS,
        base=world.store.fingerprint(source.name),
    )
    return world.publisher.apply(world.save(plan))


def states(world: World, table: str, source: SourceReference = SOURCE) -> dict[str, str]:
    return {each.row.key: each.state.value for each in world.store.published(source.name, table)}


def waiting(world: World) -> set[tuple[str, str, str]]:
    return {(each.table, each.key, each.findings[0].code) for each in world.store.quarantine()}


PROJECTS = pointing("vorhaben")
EVENTS = pointing("termin", "vorhaben")


def refuse(world: World, *names: str) -> None:
    world.renderer = renderer(refuse=lambda dataset: dataset.name in names)


def test_a_row_that_points_to_a_refused_one_waits_and_the_rest_goes_on(world: World) -> None:
    publish(world, {PROJECTS: [row("vorhaben", "p1")]})
    refuse(world, PROJECTS.name)

    events = [row("termin", "e1", vorhaben="p1"), row("termin", "e2", vorhaben="p2"), row("termin", "e3", vorhaben=None)]
    applied = publish(world, {PROJECTS: [row("vorhaben", "p1"), row("vorhaben", "p2")], EVENTS: events})

    assert states(world, "vorhaben") == {"p1": "current"}
    assert states(world, "termin") == {"e1": "current", "e3": "current"}
    assert list(applied.refused) == [PROJECTS.name]
    assert [(each.key, each.findings[0].field) for each in applied.waiting] == [("e2", "to_vorhaben")]
    assert waiting(world) == {("vorhaben", "", "shape"), ("termin", "e2", "foreign-key")}
    assert (applied.newly_waiting, [each.declaration.name for each in applied.tables]) == (2, [EVENTS.name])


def test_what_waited_is_published_and_off_the_list_when_the_refusal_is_over(world: World) -> None:
    tables = {PROJECTS: [row("vorhaben", "p1")], EVENTS: [row("termin", "e1", vorhaben="p1")]}
    refuse(world, PROJECTS.name)
    publish(world, tables)
    again = publish(world, tables)
    assert waiting(world) == {("vorhaben", "", "shape"), ("termin", "e1", "foreign-key")}
    assert again.newly_waiting == 0

    refuse(world)
    publish(world, tables)

    assert (states(world, "vorhaben"), states(world, "termin")) == ({"p1": "current"}, {"e1": "current"})
    assert waiting(world) == set()


def test_a_changed_row_that_must_wait_keeps_its_last_good_version_marked_stale(world: World) -> None:
    publish(world, {PROJECTS: [row("vorhaben", "p1")], EVENTS: [row("termin", "e1", vorhaben="p1")]})
    refuse(world, PROJECTS.name)

    for _ in range(2):
        publish(world, {PROJECTS: [row("vorhaben", "p1"), row("vorhaben", "p2")], EVENTS: [row("termin", "e1", vorhaben="p2")]})

    (published,) = world.store.published(SOURCE.name, "termin")
    assert (published.row.values["to_vorhaben"], published.state.value) == ("p1", "stale")
    assert len(world.store.editions(EVENTS.name)) == 2, "marked once"


def test_a_refusal_that_comes_late_undoes_what_points_to_it(world: World) -> None:
    """Two tables that point to each other: whichever comes first, the other may be refused after it."""
    ones, others = pointing("eins", "zwei"), pointing("zwei", "eins")
    refuse(world, others.name)

    publish(world, {ones: [row("eins", "a", zwei="b"), row("eins", "c", zwei=None)], others: [row("zwei", "b", eins="a")]})

    assert (states(world, "eins"), states(world, "zwei")) == ({"c": "current"}, {})
    assert [each.edition for each in world.store.changes()] == [1], "what was undone left no trace"


def test_a_chain_of_rows_waits_as_a_whole(world: World) -> None:
    stages = pointing("phase", "termin")
    refuse(world, PROJECTS.name)

    publish(
        world,
        {
            stages: [row("phase", "s1", termin="e1")],
            EVENTS: [row("termin", "e1", vorhaben="p1")],
            PROJECTS: [row("vorhaben", "p1")],
        },
    )

    assert waiting(world) == {("vorhaben", "", "shape"), ("termin", "e1", "foreign-key"), ("phase", "s1", "foreign-key")}
    assert world.store.datasets() == ()


def test_a_row_that_others_point_to_is_removed_only_with_them(world: World) -> None:
    publish(world, {PROJECTS: [row("vorhaben", "p1"), row("vorhaben", "p2")]})
    publish(world, {EVENTS: [row("termin", "e1", vorhaben="p1")]}, source=OTHER)
    publish(world, {PROJECTS: []})
    world.clock.pass_days(8)

    applied = publish(world, {PROJECTS: []})

    assert states(world, "vorhaben") == {"p1": "missing"}
    assert [(each.key, each.findings[0].code) for each in applied.waiting] == [("p1", "still-referenced")]

    publish(world, {EVENTS: []}, source=OTHER)
    world.clock.pass_days(8)
    publish(world, {EVENTS: []}, source=OTHER)
    publish(world, {PROJECTS: []})
    assert states(world, "vorhaben") == {}
    assert waiting(world) == set()


def test_a_plan_that_was_approved_late_publishes_nothing_that_points_to_what_is_gone(world: World) -> None:
    publish(world, {PROJECTS: [row("vorhaben", "p1"), row("vorhaben", "p2")]}, source=OTHER)
    seen = SeenTable(declaration=EVENTS, rows=(row("termin", "e1", vorhaben="p1"), row("termin", "e2", vorhaben="p2")))
    intake = Intake(source=SOURCE, run=1, at=world.clock(), tables=(seen,))
    late = world.save(make_plan(intake, published={}, known_datasets=(), guards=NO_GUARDS, base=world.store.fingerprint(SOURCE.name)))
    publish(world, {PROJECTS: [row("vorhaben", "p2")]}, source=OTHER)
    world.clock.pass_days(8)
    publish(world, {PROJECTS: [row("vorhaben", "p2")]}, source=OTHER)

    world.publisher.apply(late, by="anna")

    assert states(world, "termin") == {"e2": "current"}


def test_what_points_to_something_withdrawn_is_published(world: World) -> None:
    publish(world, {PROJECTS: [row("vorhaben", "p1"), row("vorhaben", "p2")]})
    world.publisher.withdraw(PROJECTS.name, row="p1", reason="Name", by="anna")
    publish(world, {EVENTS: [row("termin", "e1", vorhaben="p1")]})
    world.publisher.withdraw(PROJECTS.name, reason="Name", by="anna")

    publish(world, {EVENTS: [row("termin", "e1", vorhaben="p1"), row("termin", "e2", vorhaben="p2")]})

    assert states(world, "termin") == {"e1": "current", "e2": "current"}


def test_a_source_that_takes_back_what_waited_has_nothing_waiting(world: World) -> None:
    refuse(world, PROJECTS.name)
    publish(world, {PROJECTS: [row("vorhaben", "p1")], EVENTS: [row("termin", "e1", vorhaben="p1")]})
    assert waiting(world)

    world.store.save_quarantine(SOURCE.name, 2, [], ["vorhaben", "termin"], settled=["vorhaben", "termin"])

    assert waiting(world) == set()


def test_tables_come_after_those_they_point_to_and_else_as_planned(world: World) -> None:
    a, b, c = pointing("a", "c"), pointing("b"), pointing("c", "a")
    seen = tuple(SeenTable(declaration=each, rows=()) for each in (a, b, c))
    intake = Intake(source=SOURCE, run=1, at=world.clock(), tables=seen)

    plan = make_plan(intake, published={}, known_datasets=(), guards=NO_GUARDS, base="")

    assert [each.name for each in in_order(each.declaration.table for each in plan.tables)] == ["c", "a", "b"]


# --- whatever the graph, whatever is refused

TABLES = ("t0", "t1", "t2")
KEYS = ("k0", "k1", "k2")
SOURCES = (SOURCE, OTHER)
points = st.none() | st.sampled_from(KEYS)
contents = st.dictionaries(st.sampled_from(KEYS), st.tuples(*([points] * len(TABLES)), st.sampled_from(["", "neu"])), max_size=3)


@dataclass(frozen=True)
class Step:
    source: int
    tables: Mapping[str, Mapping[str, tuple[str | None, ...]]]
    refused: frozenset[str]
    days: int
    withdrawn: tuple[str, str] | None


steps = st.builds(
    Step,
    source=st.integers(0, 1),
    tables=st.dictionaries(st.sampled_from(TABLES), contents, min_size=1),
    refused=st.frozensets(st.sampled_from(TABLES), max_size=2),
    days=st.sampled_from([0, 1, 8]),
    withdrawn=st.none() | st.none() | st.none() | st.tuples(st.sampled_from(TABLES), st.sampled_from(KEYS)),
)
graphs = st.fixed_dictionaries({each: st.lists(st.sampled_from(TABLES), unique=True, max_size=3) for each in TABLES})


@dataclass
class Observer:
    """Reads what is published past the code under test."""

    world: World
    declarations: Mapping[str, Declaration]
    withdrawn: set[tuple[str, str]] = field(default_factory=set)

    def rows(self) -> dict[tuple[str, str], Row]:
        found = (self.world.store.published(source.name, table) for source in SOURCES for table in TABLES)
        return {(each.row.table, each.row.key): each.row for rows in found for each in rows}

    def require_no_dangling(self) -> None:
        rows = self.rows()
        for (table, key), each in rows.items():
            for reference in self.declarations[table].table.foreign_keys:
                target = each.values.get(reference.field)
                place = (reference.table, str(target))
                assert target is None or place in rows or place in self.withdrawn, f"{table}/{key} points to {place}"

    def require_files_and_list(self, refused: Collection[str]) -> None:
        for table in TABLES:
            keys = {key for of, key in self.rows() if of == table}
            name = self.declarations[table].name
            if keys:
                dataset = self.world.store.dataset(name).dataset
                assert dataset.rows == len(keys) == self.world.content(name).count("\n") - 1


def _tell(world: World, observer: Observer, step: Step) -> None:
    source = SOURCES[step.source]
    world.clock.pass_days(step.days)
    names = {observer.declarations[each].name for each in step.refused}
    world.renderer = renderer(refuse=lambda dataset: dataset.name in names)
    mine = {table: {each.row.key: each for each in world.store.published(source.name, table)} for table in TABLES}
    taken = {table: world.store.taken(source.name, table) for table in TABLES}
    tables = {}
    for table, rows in step.tables.items():
        of = observer.declarations[table]
        targets = [each.table for each in of.table.foreign_keys]
        tables[of] = [
            row(table, key, str(note), **{each: pointers[TABLES.index(each)] for each in targets})
            for key, (*pointers, note) in rows.items()
            if key not in taken[table] and key not in world.store.withdrawn(table)
        ]
    publish(world, tables, source)
    _require_nothing_lost(world, source, mine, step)


def _require_nothing_lost(world: World, source: SourceReference, before: Mapping[str, Mapping[str, object]], step: Step) -> None:
    for table, rows in before.items():
        now = states(world, table, source)
        for key in rows:
            shown = key in step.tables.get(table, {})
            assert key in now or (table in step.tables and not shown and table not in step.refused), f"{table}/{key} is lost"


@settings(max_examples=40)
@given(graph=graphs, story=st.lists(steps, min_size=2, max_size=5))
def test_after_every_plan_each_reference_leads_somewhere(sqlite_template: Path, graph: dict[str, list[str]], story: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copyfile(sqlite_template, folder / "klar.db")
        clock = Clock()
        store = Store(f"sqlite:///{folder / 'klar.db'}", clock=clock)
        world = World(store=store, folder=folder, clock=clock)
        observer = Observer(world, {table: pointing(table, *targets) for table, targets in graph.items()})
        try:
            for step in story:
                _tell(world, observer, step)
                observer.require_no_dangling()
                observer.require_files_and_list(step.refused)
                if step.withdrawn in observer.rows() and step.withdrawn is not None and len(states(world, step.withdrawn[0])) > 1:
                    world.renderer = renderer()
                    table, key = step.withdrawn
                    world.publisher.withdraw(observer.declarations[table].name, row=key, reason="Test", by="anna")
                    observer.withdrawn.add(step.withdrawn)
                    observer.require_no_dangling()
        finally:
            store.close()


def test_the_observer_notices_a_reference_that_leads_nowhere(world: World) -> None:
    """Negative control: without the check of references the row would be published."""
    declarations = {"vorhaben": PROJECTS, "termin": replace(EVENTS, table=replace(EVENTS.table, foreign_keys=()))}
    publish(world, {declarations["termin"]: [row("termin", "e1", vorhaben="p1")]})
    rows = {("termin", "e1"): row("termin", "e1", vorhaben="p1")}

    class Told(Observer):
        def rows(self) -> dict[tuple[str, str], Row]:
            return rows

    with pytest.raises(AssertionError, match="e1 points to"):
        Told(world, {"vorhaben": PROJECTS, "termin": EVENTS}).require_no_dangling()


def test_a_catalogue_of_an_older_version_is_looked_through_once_for_references(world: World) -> None:
    publish(world, {PROJECTS: [row("vorhaben", "p1")]})
    publish(world, {EVENTS: [row("termin", "e1", vorhaben="p1")]}, source=OTHER)
    with world.store.database.write() as connection:
        connection.execute(tables.meta.delete().where(tables.meta.c.key.startswith("refers")))
    publish(world, {PROJECTS: []})
    world.clock.pass_days(8)

    publish(world, {PROJECTS: []})

    assert states(world, "vorhaben") == {"p1": "missing"}
