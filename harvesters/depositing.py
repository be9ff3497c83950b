"""Rows about single persons on their way into the vault: judged like public ones, compared with what lies there, kept under pseudonyms.

What is wrong with a row is said without a word of it: rule, field of our own schema, file and line. Nothing of it is in a plan, in the
archive or in a message, and no name of a row leaves the vault.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from catalog.checks import check_rows
from catalog.plan import Hold
from catalog.planning import Numbers, guard_holds
from catalog.store import Store
from catalog.vault import Keyed, Microdata, Shift, Vault, mark_of
from harvesters.harvester import SourceConfig
from harvesters.lifespan import Lifespan
from harvesters.walking import Walk
from schemas.errors import SourceError
from schemas.row import Finding, Quarantined, Row, Value
from schemas.rules import row_findings
from schemas.table import PERSON, Table

PROCESS = "process_id"


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
        before = {each.key: each for each in self._vault.microdata(table.name, source=self._source.name)}
        sorting = _Sorting(table, self._walk)
        sorting.settle(self._walk.rows[table.name], self._vault.barred_microdata(table.name), self._taken(table))
        sorting.refuse_dangling(self._targets(table))
        keys = self._keyed({_process(each) for each in sorting.rows})
        rows = self._alive(sorting, keys)
        fresh = [each for each in rows if each.key not in before or before[each.key].content != each.content]
        try:
            sorting.refuse_wrong(fresh)
        except SourceError as error:
            self._walk.failures.append(self._walk.own(Finding(code="not-judged", message=error.detail, table=table.name)))
            return None
        return self._compared(table, before, [each for each in rows if each.key not in sorting.refused_keys], sorting, keys)

    def _keyed(self, processes: Collection[str]) -> dict[str, Keyed]:
        self._keys |= self._vault.keyed(sorted({*processes} - self._keys.keys()))
        return {each: self._keys[each] for each in sorted(processes)}

    def _alive(self, sorting: "_Sorting", keys: Mapping[str, Keyed]) -> list[Microdata]:
        """Rows under pseudonyms, each with the day it has to be gone by; not those whose time is over when they come."""
        rows = []
        for row in sorting.rows:
            process = _process(row)
            until = self._lifespan.of(process, row, sorting.table, keys[process])
            if until is None or until <= self._now:
                sorting.left_out["retention-over"] += 1
                continue
            content = _under_pseudonym(row, sorting.table, keys[process])
            rows.append(
                Microdata(table=row.table, key=row.key, source=self._source.name, content=content, keep_until=until, process=process)
            )
        return rows

    def _compared(
        self, table: Table, before: Mapping[str, Microdata], rows: Sequence[Microdata], sorting: "_Sorting", keys: Mapping[str, Keyed]
    ) -> Deposit:
        put = [each for each in rows if each.key not in before or before[each.key].content != each.content]
        same = [each for each in rows if each.key in before and before[each.key].content == each.content]
        renewed = {
            each.key: max(each.keep_until, before[each.key].keep_until)
            for each in same
            if each.keep_until > before[each.key].keep_until or before[each.key].missing_since is not None
        }
        absent = [] if not self._means_absence(sorting) else [each for each in self._expected(before) if each.key not in sorting.present]
        gone = [each.key for each in absent if each.missing_since and self._now - each.missing_since >= self._source.guards.remove_after]
        used = {each.process for each in put}
        return Deposit(
            table=table,
            shift=Shift(
                keys={process: keyed for process, keyed in keys.items() if process in used},
                put=put,
                keep=renewed,
                miss=[each.key for each in absent if each.missing_since is None],
                remove=gone,
            ),
            created=sum(each.key not in before for each in put),
            unchanged=len(same),
            refused=sorting.refused,
            findings=tuple(map(self._walk.own, sorting.findings())),
            holds=tuple(self._holds(table, before, sorting)),
            complete=self._walk.is_complete(table.name),
        )

    def _expected(self, before: Mapping[str, Microdata]) -> list[Microdata]:
        """Rows that the source would have named if it still had them."""
        return [each for each in before.values() if (window := self._walk.windows.get(each.table)) is None or window.covers(each.content)]

    def _means_absence(self, sorting: "_Sorting") -> bool:
        return self._walk.is_complete(sorting.table.name) and not sorting.nameless

    def _holds(self, table: Table, before: Mapping[str, Microdata], sorting: "_Sorting") -> Iterator[Hold]:
        seen = len(sorting.present) + sorting.nameless
        expected = {each.key for each in self._expected(before)}
        numbers = Numbers(
            expected=len(expected),
            seen=seen,
            missing=len(expected - sorting.present),
            settled=not before and not seen and bool(self._vault.destroyed()),
        )
        if self._walk.is_complete(table.name):
            yield from guard_holds(table, numbers, self._source.guards)

    def _taken(self, table: Table) -> frozenset[str]:
        return frozenset(key for key, source in self._vault.microdata_sources(table.name).items() if source != self._source.name)

    def _targets(self, table: Table) -> dict[str, frozenset[str]]:
        """Field -> keys it may hold. A table whose data set was withdrawn asks nothing."""
        gone = self._store.withdrawn_tables()
        return {
            each.field: self._store.keys(each.table) | self._store.withdrawn(each.table)
            for each in table.foreign_keys
            if each.table not in gone
        }


class _Sorting:
    """One table's rows, from what was read to what may stay. Rows that may not are known by their place only."""

    def __init__(self, table: Table, walk: Walk) -> None:
        self.table = table
        self.rows: list[Row] = []
        self.present: set[str] = set()  #: keys that the source has, whatever is wrong with their rows
        self.nameless = 0  #: rows without a readable key
        self.left_out: Counter[str] = Counter()
        self.refused_keys: set[str] = set()
        self._walk = walk
        self._refused: list[Quarantined] = []
        for each in walk.quarantined[table.name]:
            self.nameless += not each.key
            self.present |= {each.key} - {""}
            first = each.findings[0]
            self._refuse(first.origin, first.row, [(finding.code, finding.field) for finding in each.findings])

    @property
    def refused(self) -> tuple[Quarantined, ...]:
        return tuple({each.digest: each for each in self._refused}.values())

    def settle(self, rows: Iterable[Row], barred: Collection[str], taken: Collection[str]) -> None:
        """Each key once; none that never comes back, or that another source has brought."""
        by_key: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_key[row.key].append(row)
        self.present |= by_key.keys()
        for key, same in by_key.items():
            if mark_of(key) in barred:
                self.left_out["withdrawn"] += len(same)
            elif key in taken or len({each.digest for each in same}) > 1:
                self._refuse_row(same[0], [("duplicate-key", "")])
            else:
                self.left_out["repeated-row"] += len(same) - 1
                self.rows.append(same[0])

    def refuse_dangling(self, targets: Mapping[str, Collection[str]]) -> None:
        kept = []
        for row in self.rows:
            wrong = [name for name, keys in targets.items() if row.values.get(name) is not None and str(row.values[name]) not in keys]
            if wrong:
                self.left_out["process-not-published"] += PROCESS in wrong
                self._refuse_row(row, [("foreign-key", name) for name in wrong])
            else:
                kept.append(row)
        self.rows = kept

    def refuse_wrong(self, rows: Sequence[Microdata]) -> None:
        """Raises SourceError when the table as a whole could not be judged."""
        origins = {each.key: each for each in self.rows}
        judged = [_judged(origins[each.key], each) for each in rows]
        problems: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in judged:
            problems[row.key] += [(each.code, each.field) for each in row_findings(self.table, row)]
        for index, found in check_rows(self.table, judged).items():
            problems[judged[index].key] += [(each.code, each.field) for each in found]
        for key, found_here in problems.items():
            if found_here:
                self._refuse_row(origins[key], found_here)

    def findings(self) -> Iterator[Finding]:
        for code, count in self.left_out.items():
            if count:
                yield Finding(code=code, message=f"Tabelle »{self.table.title.de}«: {_LEFT_OUT[code]}: {count}.", table=self.table.name)

    def _refuse_row(self, row: Row, problems: Sequence[tuple[str, str]]) -> None:
        self.refused_keys.add(row.key)
        self._refuse(row.origin, self._walk.lines.get((row.table, row.key)), problems)

    def _refuse(self, origin: str, line: int | None, problems: Sequence[tuple[str, str]]) -> None:
        found = tuple(self._finding(code, field, origin, line) for code, field in dict.fromkeys(problems))
        place = "\0".join([self.table.name, origin, str(line), *(f"{each.code} {each.field}" for each in found)])
        digest = hashlib.sha256(place.encode("utf-8", "surrogatepass")).hexdigest()
        self._refused.append(Quarantined(table=self.table.name, key="", digest=digest, findings=found))

    def _finding(self, code: str, field: str, origin: str, line: int | None) -> Finding:
        named = field if field in self.table.field_names else ""
        about = f", Feld »{self.table.field(named).title.de}«" if named else ""
        message = (
            f"Eine Zeile mit Einzeldaten besteht die Prüfung nicht (Regel »{code}«{about}). Was in ihr steht, steht nur in der Quelle."
        )
        return self._walk.own(Finding(code=code, message=message, origin=origin, table=self.table.name, row=line, field=named))


_LEFT_OUT = {
    "withdrawn": "Zeilen, die zurückgezogen sind und nicht wiederkommen",
    "repeated-row": "gleiche Zeilen, die noch einmal in der Quelle stehen und nicht noch einmal zählen",
    "process-not-published": "Zeilen, deren Verfahren nicht veröffentlicht ist; sie kommen mit der ersten Ernte, nachdem es das ist",
    "retention-over": "Zeilen, deren Aufbewahrung vorbei ist und die nicht übernommen werden",
}


def _judged(row: Row, kept: Microdata) -> Row:
    """The row as it will be kept."""
    return row if kept.content is row.values else replace(row, values=kept.content)


def _process(row: Row) -> str:
    return str(row.values.get(PROCESS) or "")


def _under_pseudonym(row: Row, table: Table, keyed: Keyed) -> Mapping[str, Value]:
    """The row's own values where nobody stands in them: a platform may bring a hundred thousand."""
    persons = {each.name for each in table.fields if each.kind == PERSON}
    if all(row.values.get(name) is None for name in persons):
        return row.values
    return {name: keyed.pseudonym(str(value)) if name in persons and value is not None else value for name, value in row.values.items()}
