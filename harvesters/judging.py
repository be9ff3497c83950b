"""Which of the rows that were read may be published: rules, Frictionless, personal data, references."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version

from catalog.checks import check_rows
from catalog.plan import SeenTable
from catalog.planning import settle_keys
from catalog.sameness import settle_values
from catalog.store import Store
from harvesters.known import Known
from harvesters.walking import Walk, on_sheet
from schemas.errors import LimitExceeded, SourceError
from schemas.personal_data import Detector, RowReader, without_passages
from schemas.row import Finding, Quarantined, Row
from schemas.rules import RULES, is_acceptable, row_findings
from schemas.table import Table, common_tables


def fingerprint_of(detector: Detector, tables: Collection[Table]) -> str:
    """Changes with everything that decides whether a row is good: program, rules, detector and its configuration, schemas."""
    parts = [version("klar"), RULES, detector.fingerprint, *(repr(each) for each in sorted(tables, key=lambda each: each.name))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class Judge:
    """Judges what one walk has read. `everything`: also rows that stand published as they are, because the rules have changed since
    somebody judged them."""

    def __init__(self, walk: Walk, known: Known, detector: Detector, store: Store, *, everything: bool) -> None:
        self._walk = walk
        self._known = known
        self._detector = detector
        self._reader = RowReader(detector)
        self._store = store
        self._everything = everything
        self._unjudged: dict[str, SourceError] = {}  # tables that could not be judged as a whole
        self._keys: dict[str, frozenset[str]] = {}  # of tables, without what is arriving; asked once

    def tables(self) -> tuple[SeenTable, ...]:
        """Every table with its rows judged. A row that waits takes along the rows that point to it. Raises SourceError when no table
        could be judged."""
        seen = {name: self._judged(name) for name in self._walk.declarations}
        if self._unjudged and self._unjudged.keys() == seen.keys():
            raise next(iter(self._unjudged.values()))
        while orphans := self._orphans(seen):
            for name, refused in orphans.items():
                seen[name] = _without(seen[name], refused)
        return tuple(seen.values())

    def _judged(self, name: str) -> SeenTable:
        declaration = self._walk.declarations[name]
        if name in self._walk.unreadable:
            # What was read before the fault may be half of it: a table changes only in runs that read all of its files.
            return SeenTable(declaration=declaration, rows=(), complete=False)
        raw = SeenTable(
            declaration=declaration,
            rows=tuple(self._walk.rows[name]),
            quarantined=tuple(_with_sure_key(each, self._published(name)) for each in self._walk.quarantined[name]),
            complete=self._walk.is_complete(name),
            window=self._walk.windows.get(name),
            parts=self._walk.parts.get(name, ()),
            doubtful=frozenset(self._walk.doubtful.get(name, ())),
        )
        settled, repeated = settle_keys(raw, taken=self._known.taken[name], withdrawn=self._known.withdrawn[name])
        settled, doubled = settle_values(
            settled, taken=self._known.same[name], published=self._published(name), withdrawn=self._known.withdrawn[name]
        )
        settled = replace(settled, quarantined=tuple(map(self._discreet, settled.quarantined)))
        self._walk.findings += [self._walk.own(each) for each in (*repeated, *doubled)]
        try:
            problems = self._problems(settled)
        except SourceError as error:
            return self._left_alone(raw, error)
        refused = [self._refusal(row, problems[row.key]) for row in settled.rows if row.key in problems]
        return _without(settled, [each for each in refused if not self._is_accepted(each)])

    def _left_alone(self, raw: SeenTable, error: SourceError) -> SeenTable:
        """A table that takes more than it may, or that the check breaks off at: what is published of it stays, and it alone."""
        name = raw.declaration.table.name
        code = "limit-exceeded" if isinstance(error, LimitExceeded) else "not-judged"
        self._walk.failures.append(self._walk.own(Finding(code=code, message=error.detail, table=name)))
        self._unjudged[name] = error
        return SeenTable(declaration=raw.declaration, rows=(), complete=False)

    def _is_accepted(self, item: Quarantined) -> bool:
        return item.acceptable and (item.table, item.key, item.digest) in self._known.accepted

    def _problems(self, seen: SeenTable) -> dict[str, tuple[Finding, ...]]:
        """Key -> findings. Only rows that differ from what stands published are judged: the others were judged before, by the same
        rules, and accepted where somebody had to."""
        table = seen.declaration.table
        self._walk.progress(f"prüfen ({table.title.de})", 0, len(seen.rows))
        good = frozenset() if self._everything else self._known.current(table.name)
        fresh = [row for row in seen.rows if (row.key, row.digest) not in good]
        problems = {row.key: own for row in fresh if (own := row_findings(table, row))}
        for index, found in check_rows(table, fresh).items():
            key = fresh[index].key
            problems[key] = (*problems.get(key, ()), *found)
        for row in fresh:
            if personal := self._reader.findings(table, row):
                problems[row.key] = (*problems.get(row.key, ()), *personal)
        return problems

    def _refusal(self, row: Row, findings: Sequence[Finding]) -> Quarantined:
        line = self._walk.lines.get((row.table, row.key))
        sheet = self._walk.sheets.get((row.table, row.key), "")
        placed = (replace(each, origin=row.origin, table=row.table, key=row.key, row=line) for each in findings)
        titles = {each.name: each.title.de for each in self._walk.declarations[row.table].table.fields} if sheet else {}
        named = tuple(self._walk.own(on_sheet(each, sheet, titles.get(each.field, ""))) for each in placed)
        acceptable = all(is_acceptable(each.code) for each in findings)
        return self._discreet(Quarantined(table=row.table, key=row.key, digest=row.digest, findings=named, acceptable=acceptable))

    def _is_secret(self, table: str, key: str) -> bool:
        """A key that is somebody's telephone number has no place on a list that is kept: its digest tells rows apart as well.
        A published key stays what it is: the row must not seem to be gone."""
        return key not in self._published(table) and bool(self._detector.find(key))

    def _discreet(self, item: Quarantined) -> Quarantined:
        """The item, fit to be kept: no finding quotes what belongs to a person, in its sentence or as its key."""
        key = item.digest if item.key and self._is_secret(item.table, item.key) else item.key
        return replace(item, key=key, findings=tuple(replace(without_passages(each, self._detector), key=key) for each in item.findings))

    def _orphans(self, seen: Mapping[str, SeenTable]) -> dict[str, list[Quarantined]]:
        """Rows that point to a key that is neither published nor arriving. What pointed to a withdrawn row or table before stays."""
        orphans: dict[str, list[Quarantined]] = defaultdict(list)
        for name, each in seen.items():
            refused: set[str] = set()
            for key in each.declaration.table.foreign_keys:
                if key.table in self._known.withdrawn_tables:
                    continue
                known = self._targets(key.table, seen)
                for row in each.rows:
                    target = row.values.get(key.field)
                    if target is not None and str(target) not in known and row.key not in refused:
                        refused.add(row.key)
                        orphans[name].append(self._refusal(row, [_dangling(key.field, key.table)]))
        return orphans

    def _targets(self, table: str, seen: Mapping[str, SeenTable]) -> frozenset[str]:
        arriving = {row.key for row in seen[table].rows} if table in seen else set()
        return self._elsewhere(table) | arriving

    def _elsewhere(self, table: str) -> frozenset[str]:
        if table not in self._keys:
            self._keys[table] = self._store.keys(table) | self._store.withdrawn(table)
        return self._keys[table]

    def _published(self, table: str) -> frozenset[str]:
        return self._known.published_keys.get(table, frozenset())


def _dangling(name: str, table: str) -> Finding:
    known = common_tables().get(table)
    title = known.title.de if known else table
    message = (
        f"Der Verweis führt ins Leere: In der Tabelle »{title}« gibt es diese Zeile nicht, oder sie steht selbst auf der Prüfliste. "
        "Was dort fehlt, muss erst veröffentlicht werden; sonst stimmt die Zuordnung nicht."
    )
    return Finding(code="foreign-key", message=message, field=name)


def _without(seen: SeenTable, refused: Sequence[Quarantined]) -> SeenTable:
    digests = {each.digest for each in refused}
    kept = tuple(row for row in seen.rows if row.digest not in digests)
    return replace(seen, rows=kept, quarantined=(*seen.quarantined, *refused))


def _with_sure_key(item: Quarantined, published: Collection[str]) -> Quarantined:
    """Where cells have shifted, what stands in the key's place is a key only if it is known; else it may be anything, also a name."""
    if item.key in published or all(each.code != "ragged-row" for each in item.findings):
        return item
    return replace(item, key="", findings=tuple(replace(each, key="") for each in item.findings))
