"""Rows about single persons on their way into the vault: judged like public ones, compared with what lies there, kept under pseudonyms.

What is wrong with a row is said without a word of it: rule, field of our own schema, file and line. Nothing of it is in a plan, in the
archive or in a message, and no name of a row leaves the vault.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.plan import Hold, Part
from catalog.planning import Numbers, guard_holds, part_hold
from catalog.store import Store
from catalog.vault import Keyed, Shift, Vault
from harvesters.comparing import Before, Changes
from harvesters.harvester import SourceConfig
from harvesters.lifespan import Lifespan
from harvesters.private_rows import PrivateRow
from harvesters.sorting import PROCESS, Arriving, Sorting
from harvesters.walking import Walk
from schemas.errors import SourceError
from schemas.row import Finding, Quarantined, Value, text_of_values
from schemas.table import PERSON, Table


@dataclass(frozen=True, kw_only=True)
class Deposit:
    """What a run would change of one table in the vault."""

    table: Table
    shift: Shift
    created: int
    unchanged: int
    refused: tuple[Quarantined, ...] = ()
    findings: tuple[Finding, ...] = ()
    holds: tuple[Hold, ...] = ()
    kept_back: tuple[Hold, ...] = ()  #: lists whose absence counts for nothing; everything else of the table changes
    complete: bool = True  #: everything there is of the table was read

    @property
    def changes(self) -> bool:
        return not self.holds and bool(self.shift.put or self.shift.miss or self.shift.remove)

    @property
    def counts(self) -> Counter[str]:
        return Counter(
            vault_created=self.created,
            vault_updated=len(self.shift.put) - self.created,
            vault_unchanged=self.unchanged,
            vault_missing=len(self.shift.miss),
            vault_removed=len(self.shift.remove),
            quarantined=len(self.refused),
        )


class Depositing:
    """Everything one walk read for the vault. Asks store and vault, changes neither."""

    def __init__(self, walk: Walk, source: SourceConfig, *, store: Store, vault: Vault, lifespan: Lifespan, now: datetime) -> None:
        self._walk = walk
        self._source = source
        self._store = store
        self._vault = vault
        self._lifespan = lifespan
        self._now = now
        self._keys: dict[str, Keyed] = {}  #: a process has one secret, also for tables that bring its first rows in one run

    def deposits(self) -> tuple[Deposit, ...]:
        """By table. One that could not be read or judged as a whole is not among them: of it nothing changes."""
        return tuple(found for table in self._walk.microdata.values() if (found := self._deposit(table)) is not None)

    def _deposit(self, table: Table) -> Deposit | None:
        if table.name in self._walk.unreadable:
            return None
        sorting = Sorting(table, self._walk)
        before = Before(self._vault.standing_microdata(table.name, self._source.name), self._walk.windows.get(table.name))
        try:
            changes = self._changes(sorting, before)
        except SourceError as error:
            self._walk.failures.append(self._walk.own(Finding(code="not-judged", message=error.detail, table=table.name)))
            return None
        return self._compared(sorting, changes, before)

    def _changes(self, sorting: Sorting, before: Before) -> Changes:
        """Some rows at a time, so that no more of them are unpacked. Raises SourceError when they could not be judged."""
        name, changes = sorting.table.name, Changes()
        for read, values in sorting.batches(
            barred=self._vault.barred_microdata(name),
            taken=self._vault.microdata_keys_of_others(name, self._source.name),
            targets=self._targets(sorting.table),
        ):
            rows = self._alive(sorting, read, values)
            sorting.refuse_wrong([each for each in rows if not before.says(each)])
            changes.note(rows, before, sorting.refused_keys)
        return changes

    def _keyed(self, processes: Collection[str]) -> dict[str, Keyed]:
        self._keys |= self._vault.keyed(sorted({*processes} - self._keys.keys()))
        return {each: self._keys[each] for each in sorted(processes)}

    def _alive(self, sorting: Sorting, read: Sequence[PrivateRow], values: Sequence[Mapping[str, Value]]) -> list[Arriving]:
        """Rows under pseudonyms, each with the day it has to be gone by; not those whose time is over when they come."""
        table, rows = sorting.table, []
        persons = tuple(each.name for each in table.fields if each.kind == PERSON)
        keys = self._keyed({_process(each) for each in values})
        for row, said in zip(read, values, strict=True):
            process = _process(said)
            until = self._lifespan.of(process, said, table, keys[process])
            if until is None or until <= self._now:
                sorting.left_out["retention-over"] += 1
                continue
            kept = _under_pseudonym(said, persons, keys[process])
            content = row.content if kept is said else text_of_values(kept)
            rows.append(Arriving(read=row, process=process, values=kept, content=content, keep_until=until))
        return rows

    def _compared(self, sorting: Sorting, changes: Changes, before: Before) -> Deposit:
        table = sorting.table
        missing = before.without(sorting)
        absent = missing if self._means_absence(sorting) else {}
        kept_back, unsure = self._kept_back(table, absent)
        sure = {key: since for key, since in absent.items() if key not in unsure}
        remove_after = self._source.guards.remove_after
        return Deposit(
            table=table,
            shift=Shift(
                keys={process: self._keys[process] for process in sorted(changes.processes)},
                put=changes.put,
                keep=changes.renewed,
                miss=[key for key, since in sure.items() if since is None],
                remove=[key for key, since in sure.items() if since and self._now - since >= remove_after],
            ),
            created=changes.created,
            unchanged=changes.unchanged,
            refused=sorting.refused,
            findings=tuple(map(self._walk.own, sorting.findings())),
            holds=tuple(self._holds(sorting, before, len(missing))),
            kept_back=kept_back,
            complete=self._walk.is_complete(table.name),
        )

    def _kept_back(self, table: Table, absent: Mapping[str, object]) -> tuple[tuple[Hold, ...], frozenset[str]]:
        """Lists that are suddenly empty, or nearly, and the keys of what is absent from them. Nobody approves a change of the vault, so
        only these rows stay: a list that has ended for good must not stop all others."""
        parts = self._walk.parts.get(table.name, ()) if absent else ()
        expected: Counter[Part] = Counter()
        own: dict[Part, set[str]] = defaultdict(set)
        window = self._walk.windows.get(table.name)
        for each in self._vault.standing_microdata(table.name, self._source.name) if parts else ():
            values = each.values
            for part in parts:
                if part.covers(values) and (window is None or window.covers(values)):
                    expected[part] += 1
                    own[part] |= {each.key} & absent.keys()
        held = {
            part: hold
            for part in parts
            if own[part] and (hold := part_hold(table, part, expected[part], len(own[part]), self._source.guards)) is not None
        }
        return tuple(held.values()), frozenset(key for part in held for key in own[part])

    def _means_absence(self, sorting: Sorting) -> bool:
        return self._walk.is_complete(sorting.table.name) and not sorting.nameless

    def _holds(self, sorting: Sorting, before: Before, missing: int) -> Iterator[Hold]:
        numbers = Numbers(
            expected=before.expected,
            seen=sorting.seen,
            missing=missing,
            settled=not before and not sorting.seen and bool(self._vault.destroyed()),
        )
        if self._walk.is_complete(sorting.table.name):
            yield from guard_holds(sorting.table, numbers, self._source.guards)

    def _targets(self, table: Table) -> dict[str, frozenset[str]]:
        """Field -> keys it may hold. A table whose data set was withdrawn asks nothing."""
        gone = self._store.withdrawn_tables()
        return {
            each.field: self._store.keys(each.table) | self._store.withdrawn(each.table)
            for each in table.foreign_keys
            if each.table not in gone
        }


def _process(values: Mapping[str, Value]) -> str:
    return str(values.get(PROCESS) or "")


def _under_pseudonym(values: Mapping[str, Value], persons: Sequence[str], keyed: Keyed) -> Mapping[str, Value]:
    """The row's own values where nobody stands in them: a platform may bring a hundred thousand."""
    named = [name for name in persons if values.get(name) is not None]
    return {**values, **{name: keyed.pseudonym(str(values[name])) for name in named}} if named else values
