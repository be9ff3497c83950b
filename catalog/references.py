"""References between published rows: which changes of a plan have to wait so that none of them leads nowhere.

A row whose target is not published waits, and the last good version of it stays; a row that is gone from its source stays as long
as another one points to it. What was withdrawn may be pointed to for ever: its absence is the city's own word.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from sqlalchemy import Column, Connection, select

from catalog import tables
from catalog.codec import loads
from catalog.entries import Status
from catalog.outline import WRITES, Mark, Outline, Place, mark_of, targets_of
from catalog.plan import Change, RowChange, RowState, TablePlan
from schemas.declaration import Declaration
from schemas.row import Finding, Quarantined, Value
from schemas.table import Table

_d = tables.dataset.c
_row = tables.row.c
_withdrawn = tables.withdrawn_row.c
_ADDS = (Change.CREATE,)
_meta = tables.meta.c
_REFERS, _ALL_NOTED = "refers:", "refers"  #: keys in `meta`: tables that refer to one, and that all published ones are noted
_AT_ONCE = 500  #: keys of one question

Waiting = Mapping[Place, Finding]  #: changes that must not be published yet, and why


def in_order(planned: Iterable[Table]) -> list[Table]:
    """What others refer to comes first; else as planned."""
    by_name = {each.name: each for each in planned}
    ordered: dict[str, Table] = {}
    begun: set[str] = set()

    def visit(name: str) -> None:
        if name in begun or name not in by_name:
            return
        begun.add(name)
        for key in by_name[name].foreign_keys:
            visit(key.table)
        ordered[name] = by_name[name]

    for name in by_name:
        visit(name)
    return list(ordered.values())


class References:
    """What a plan does to references, read before its changes are written."""

    def __init__(self, connection: Connection, source: str, outlines: Mapping[str, Outline]) -> None:
        """`outlines`: by table. `source`: its name."""
        self._connection = connection
        self._source = source
        self._outlines = outlines
        self._targets = {(each.name, key): found for each in outlines.values() for key, found in each.targets.items()}
        removed = {(each.name, key) for each in outlines.values() for key, mark in each.marks.items() if mark.change is Change.REMOVE}
        self._pointers = _pointers(connection, [each.head.declaration.table for each in outlines.values()], removed)
        self._there = self._places_there()

    def waiting(self, refused: Collection[str]) -> Waiting:
        """What has to wait when nothing of the tables `refused` is published."""
        reasons: dict[Place, Finding] = {}
        self._add_rows_without_target(reasons, refused)
        self._add_rows_still_needed(reasons, refused)
        return reasons

    def without(self, table: TablePlan, waiting: Waiting) -> TablePlan:
        """The table's changes that may be published. A published row whose new state waits is marked stale, as after a check."""
        name = table.declaration.table.name
        held = {key: finding for (of, key), finding in waiting.items() if of == name}
        if not held:
            return table
        states = _states(self._connection, name, held)
        changes = [each for each in table.changes if each.key not in held]
        refused = [each for each in table.changes if each.key in held]
        changes += [
            RowChange(change=Change.STALE, key=each.key)
            for each in refused
            if each.change in (Change.UPDATE, Change.RETURN) and states.get(each.key) != RowState.STALE.value
        ]
        items = tuple(_item(name, each.key, mark_of(each), held[each.key]) for each in refused)
        return replace(table, changes=tuple(changes), quarantined=(*table.quarantined, *items))

    def items(self, waiting: Waiting) -> dict[str, list[Quarantined]]:
        """Table -> what the Prüfliste says of it."""
        found: dict[str, list[Quarantined]] = defaultdict(list)
        for place, finding in waiting.items():
            found[place[0]].append(_item(*place, self._marked(place), finding))
        return found

    def _mark(self, place: Place) -> Mark | None:
        """What the plan does to it."""
        outline = self._outlines.get(place[0])
        return None if outline is None else outline.marks.get(place[1])

    def _marked(self, place: Place) -> Mark:
        return self._outlines[place[0]].marks[place[1]]

    def _places_there(self) -> set[Place]:
        """Of all targets, those that are published, or withdrawn for ever."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for found in self._targets.values():
            for _, (table, key) in found:
                wanted[table].add(key)
        gone = _withdrawn_tables(self._connection, wanted)
        there = {(table, key) for table in gone for key in wanted[table]}
        for table in wanted.keys() - gone:
            there |= {(table, key) for key in _known(self._connection, _row.table_name, _row.key, table, wanted[table])}
            there |= {(table, key) for key in _known(self._connection, _withdrawn.table_name, _withdrawn.key, table, wanted[table])}
        return there

    def _add_rows_without_target(self, reasons: dict[Place, Finding], refused: Collection[str]) -> None:
        pointing: dict[Place, list[Place]] = defaultdict(list)
        unsure: list[Place] = []
        for place, found in self._targets.items():
            if place[0] in refused:
                continue
            unsure.append(place)
            for _, target in found:
                pointing[target].append(place)
        while unsure:
            place = unsure.pop()
            broken = next((each for each in self._targets[place] if not self._will_be_there(each[1], reasons, refused)), None)
            if place not in reasons and broken is not None:
                reasons[place] = self._dangling(place, *broken)
                if self._marked(place).change in _ADDS:
                    unsure += pointing[place]

    def _will_be_there(self, target: Place, reasons: Mapping[Place, Finding], refused: Collection[str]) -> bool:
        if target in self._there:
            return True
        change = self._mark(target)
        return change is not None and change.change in _ADDS and target[0] not in refused and target not in reasons

    def _add_rows_still_needed(self, reasons: dict[Place, Finding], refused: Collection[str]) -> None:
        needed = [target for place, found in self._targets.items() if self._happens(place, reasons, refused) for _, target in found]
        needed += [target for place, found in self._pointers.items() if not self._goes(place, reasons, refused) for target in found]
        while needed:
            place = needed.pop()
            change = self._mark(place)
            if change is None or change.change is not Change.REMOVE or not self._happens(place, reasons, refused):
                continue
            reasons[place] = self._still_needed(place)
            needed += self._pointers.get(place, ())

    def _happens(self, place: Place, reasons: Mapping[Place, Finding], refused: Collection[str]) -> bool:
        return place[0] not in refused and place not in reasons

    def _goes(self, place: Place, reasons: Mapping[Place, Finding], refused: Collection[str]) -> bool:
        """Whether the published version of a row is removed or replaced by this plan."""
        change = self._mark(place)
        return change is not None and change.change in (*WRITES, Change.REMOVE) and self._happens(place, reasons, refused)

    def _dangling(self, place: Place, field: str, target: Place) -> Finding:
        message = f"Der Verweis führt ins Leere: Die Zeile der Tabelle »{target[0]}«, auf die er zeigt, ist nicht veröffentlicht."
        return self._finding(place, "foreign-key", message, field)

    def _still_needed(self, place: Place) -> Finding:
        message = "Diese Zeile fehlt in der Quelle; sie bleibt, weil veröffentlichte Zeilen noch auf sie verweisen."
        return self._finding(place, "still-referenced", message)

    def _finding(self, place: Place, code: str, message: str, field: str = "") -> Finding:
        origin = self._marked(place).origin
        return Finding(code=code, message=message, source=self._source, origin=origin, table=place[0], key=place[1], field=field)


def _pointers(connection: Connection, planned: Sequence[Table], removed: Collection[Place]) -> dict[Place, list[Place]]:
    """Published row -> the rows to be removed that it points to, whatever its source."""
    found: dict[Place, list[Place]] = {}
    for table in _referring(connection, planned, {name for name, _ in removed}):
        for key, content in connection.execute(select(_row.key, _row.content).where(_row.table_name == table.name)):
            values: dict[str, Value] = json.loads(content)
            if pointed := [target for _, target in targets_of(table, values) if target in removed]:
                found[(table.name, key)] = pointed
    return found


def _referring(connection: Connection, planned: Sequence[Table], targets: Collection[str]) -> list[Table]:
    """Every table with a foreign key to one of these: as published, or as planned now."""
    if not targets:
        return []
    names = {name for target in targets for name in _noted(connection, target)}
    stored = connection.execute(select(_d.declaration).where(_d.table_name.in_(sorted(names)), _d.declaration != "")).scalars()
    found = {each.name: each for each in (loads(Declaration, text).table for text in stored)}
    for each in planned:
        found.setdefault(each.name, each)
    return [each for each in found.values() if any(key.table in targets for key in each.foreign_keys)]


def note_references(connection: Connection, table: Table) -> None:
    """Which tables a published one refers to: kept in `meta`, because looking through all declarations takes seconds when there are
    many. What was noted once stays; whoever reads it looks at the declaration."""
    for target in {key.table for key in table.foreign_keys}:
        names = _noted(connection, target)
        if table.name not in names:
            _write(connection, _REFERS + target, json.dumps(sorted([*names, table.name])))


def _noted(connection: Connection, target: str) -> list[str]:
    """Tables that ever referred to this one."""
    if connection.execute(select(_meta.key).where(_meta.key == _ALL_NOTED)).first() is None:
        _note_all(connection)
    found = connection.execute(select(_meta.value).where(_meta.key == _REFERS + target)).scalar_one_or_none()
    names: list[str] = [] if found is None else json.loads(found)
    return names


def _note_all(connection: Connection) -> None:
    """Once, in a catalogue that an older version has written."""
    found: dict[str, set[str]] = defaultdict(set)
    for text in connection.execute(select(_d.declaration).where(_d.declaration.contains('"foreign_keys":[{'))).scalars():
        table = loads(Declaration, text).table
        for key in table.foreign_keys:
            found[key.table].add(table.name)
    for target, names in found.items():
        _write(connection, _REFERS + target, json.dumps(sorted(names)))
    _write(connection, _ALL_NOTED, "1")


def _write(connection: Connection, key: str, value: str) -> None:
    if connection.execute(tables.meta.update().where(_meta.key == key).values(value=value)).rowcount == 0:
        connection.execute(tables.meta.insert().values(key=key, value=value))


def _withdrawn_tables(connection: Connection, names: Iterable[str]) -> set[str]:
    where = _d.table_name.in_(sorted(names)) & (_d.status == Status.WITHDRAWN.value)
    return set(connection.execute(select(_d.table_name).where(where)).scalars())


def _known(connection: Connection, of: Column[str], column: Column[str], table: str, keys: Collection[str]) -> Iterator[str]:
    for some in _portions(keys):
        yield from connection.execute(select(column).where(of == table, column.in_(some))).scalars()


def _states(connection: Connection, table: str, keys: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in _portions(keys):
        found |= {
            each.key: each.state
            for each in connection.execute(select(_row.key, _row.state).where(_row.table_name == table, _row.key.in_(some)))
        }
    return found


def _portions(keys: Iterable[str]) -> Iterator[list[str]]:
    """Databases limit the values of one question."""
    waiting = iter(keys)
    while some := list(islice(waiting, _AT_ONCE)):
        yield some


def _item(table: str, key: str, mark: Mark, finding: Finding) -> Quarantined:
    return Quarantined(table=table, key=key, digest=mark.digest.hex(), findings=(finding,))
