"""From what a run saw to what it would do: pure, so that every promise about sources can be tested without one.

Nothing is removed because a source is empty, broken or shrunken; a row that is absent is marked first and removed only after
`remove_after` from its first miss; a row whose new state cannot be published keeps its last good version.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from catalog.plan import (
    Change,
    FieldChange,
    Guards,
    HeldReason,
    Hold,
    Intake,
    Part,
    Plan,
    PublishedRow,
    Review,
    RowChange,
    RowState,
    SeenTable,
    TablePlan,
)
from schemas.row import Finding, Quarantined, Row, Value
from schemas.table import Table


def make_plan(
    intake: Intake,
    *,
    published: Mapping[str, Sequence[PublishedRow]],
    known_datasets: Collection[str],
    guards: Guards,
    base: str,
) -> Plan:
    """What the run would change, and why it may have to wait for a person.

    `intake`: each key of a table at most once (`settle_keys`). `published`: table name -> this source's rows. `known_datasets`:
    names ever used, at least those of the intake. `base`: fingerprint of the source's published rows.
    """
    tables: list[TablePlan] = []
    holds: list[Hold] = []
    findings = list(intake.findings)
    for seen in intake.tables:
        before = published.get(seen.declaration.table.name, ())
        table = _table_plan(seen, before, at=intake.at, guards=guards, known_datasets=known_datasets)
        tables.append(table)
        holds += _holds(table, seen, before, guards)
        findings += [replace(each, source=intake.source.name) for each in _unidentified(seen, before)]
    return Plan(
        source=intake.source,
        run=intake.run,
        at=intake.at,
        base=base,
        tables=tuple(tables),
        holds=tuple(holds),
        findings=tuple(findings),
    )


def settle_keys(seen: SeenTable, *, taken: Mapping[str, str], withdrawn: Collection[str]) -> tuple[SeenTable, tuple[Finding, ...]]:
    """Each key at most once: keys of other sources (`taken`: key -> the source that publishes it), withdrawn ones and contradicting
    repetitions go to quarantine; of equal rows one stays, and a finding tells. No message quotes a key: it may be a person's."""
    digests: dict[str, set[str]] = {}
    for row in seen.rows:
        digests.setdefault(row.key, set()).add(row.digest)
    refused_keys = {each.key for each in seen.quarantined}
    kept: dict[str, Row] = {}
    refused: list[Quarantined] = []
    for row in seen.rows:
        ambiguous = len(digests[row.key]) > 1 or row.key in refused_keys
        finding = _conflict(row, ambiguous=ambiguous, taken=taken, withdrawn=withdrawn)
        if finding is None:
            kept.setdefault(row.key, row)
        else:
            refused.append(Quarantined(table=row.table, key=row.key, digest=row.digest, findings=(finding,)))
    counts = Counter(row.key for row in seen.rows)
    repeated = tuple(_repeated(row, counts[key]) for key, row in kept.items() if counts[key] > 1)
    return replace(seen, rows=tuple(kept.values()), quarantined=(*seen.quarantined, *refused)), repeated


def _conflict(row: Row, *, ambiguous: bool, taken: Mapping[str, str], withdrawn: Collection[str]) -> Finding | None:
    if row.key in withdrawn:
        return _finding(row, "withdrawn", "Diese Zeile wurde zurückgezogen und wird nicht wieder veröffentlicht.")
    if row.key in taken:
        return _finding(row, "duplicate-key", f"Diesen Schlüssel veröffentlicht schon die Quelle »{taken[row.key]}«.")
    if ambiguous:
        return _finding(row, "duplicate-key", "Dieser Schlüssel kommt in der Quelle mehrmals mit verschiedenem Inhalt vor.")
    return None


def _repeated(row: Row, times: int) -> Finding:
    return _finding(row, "repeated-row", f"Diese Zeile steht {times}-mal gleich in der Quelle; sie zählt einmal.")


def _finding(row: Row, code: str, message: str) -> Finding:
    return Finding(code=code, message=message, origin=row.origin, table=row.table, key=row.key)


def _table_plan(
    seen: SeenTable, before: Sequence[PublishedRow], *, at: datetime, guards: Guards, known_datasets: Collection[str]
) -> TablePlan:
    old = {each.row.key: each for each in before}
    changes: list[RowChange] = []
    unchanged = 0
    for row in seen.rows:
        change = _change_of_valid(row, old.get(row.key))
        if change is None:
            unchanged += 1
        else:
            changes.append(change)
    refused = _refused_keys(seen)
    changes += [change for key in sorted(refused & old.keys()) if (change := _change_of_refused(old[key])) is not None]
    if _absence_is_meaningful(seen):
        present = _present(seen, old)
        absent = (each for key, each in old.items() if key not in present and _is_expected(seen, each))
        changes += [change for each in absent if (change := _change_of_absent(each, at, guards.remove_after)) is not None]
    creates = any(change.change is Change.CREATE for change in changes)
    return TablePlan(
        declaration=seen.declaration,
        changes=tuple(sorted(changes, key=_order)),
        unchanged=unchanged,
        quarantined=seen.quarantined,
        new_dataset=creates and seen.declaration.name not in known_datasets,
        new_columns=_new_columns(seen, changes, before),
    )


def _change_of_valid(row: Row, old: PublishedRow | None) -> RowChange | None:
    if old is None:
        return RowChange(change=Change.CREATE, key=row.key, row=row)
    same = old.row.digest == row.digest
    if same and old.state is RowState.CURRENT:
        return None
    fields = () if same else _differences(old.row, row)
    back = old.state is RowState.MISSING or (same and old.state is RowState.STALE)
    return RowChange(change=Change.RETURN if back else Change.UPDATE, key=row.key, row=row, fields=fields)


def _change_of_refused(old: PublishedRow) -> RowChange | None:
    return None if old.state is RowState.STALE else RowChange(change=Change.STALE, key=old.row.key)


def _change_of_absent(old: PublishedRow, at: datetime, remove_after: timedelta) -> RowChange | None:
    if old.state is not RowState.MISSING:
        return RowChange(change=Change.MISS, key=old.row.key)
    since = old.state_since or at
    return RowChange(change=Change.REMOVE, key=old.row.key) if at - since >= remove_after else None


_ORDER = {change: position for position, change in enumerate(Change)}


def _order(change: RowChange) -> tuple[int, str]:
    """Creates before updates before removals, then by key: a plan reads and applies the same way every time."""
    return _ORDER[change.change], change.key


def _differences(old: Row, new: Row) -> tuple[FieldChange, ...]:
    names = dict.fromkeys((*new.values, *old.values))
    changed = [
        FieldChange(field=name, before=old.values.get(name), after=new.values.get(name))
        for name in names
        if not _same(old.values.get(name), new.values.get(name))
    ]
    if old.source_url != new.source_url:
        changed.append(FieldChange(field="source_url", before=old.source_url, after=new.source_url))
    return tuple(changed)


def _same(one: Value, other: Value) -> bool:
    """Python finds 1 == True == 1.0; readers of JSON do not."""
    return one == other and type(one) is type(other)


def _refused_keys(seen: SeenTable) -> set[str]:
    return {each.key for each in seen.quarantined if each.key}


def _present(seen: SeenTable, before: Iterable[str]) -> set[str]:
    """Keys that are not absent. `before`: of published rows; only these can be in doubt."""
    return _refused_keys(seen) | {row.key for row in seen.rows} | seen.doubtful.intersection(before)


def _absence_is_meaningful(seen: SeenTable) -> bool:
    """A record whose key cannot be read may be any of the rows that seem to be gone."""
    return seen.complete and all(each.key for each in seen.quarantined)


def _is_expected(seen: SeenTable, old: PublishedRow) -> bool:
    """Whether the source would have named this row if it still had it."""
    return seen.window is None or seen.window.covers(old.row.values)


def _unidentified(seen: SeenTable, before: Sequence[PublishedRow]) -> Iterator[Finding]:
    nameless = sum(not each.key for each in seen.quarantined)
    if nameless and before and seen.complete:
        yield Finding(
            code="absence-unknown",
            message=f"In der Tabelle »{seen.declaration.table.title.de}« ohne lesbaren Schlüssel: {nameless}; "
            "solange wird keine fehlende Zeile vermerkt oder entfernt.",
            table=seen.declaration.table.name,
        )


def _new_columns(seen: SeenTable, changes: Sequence[RowChange], before: Sequence[PublishedRow]) -> tuple[str, ...]:
    """Fields that no published row of this source had a value for. A first harvest has none: everything is new then."""
    if not before:
        return ()
    filled = {name for change in changes if change.row is not None for name, value in change.row.values.items() if not _empty(value)}
    for each in before:
        if not filled:
            break
        filled = {name for name in filled if _empty(each.row.values.get(name))}
    return tuple(name for name in seen.declaration.table.field_names if name in filled)


def _empty(value: Value) -> bool:
    return value is None or value == ""


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What the guards look at. Rows whose absence a person has approved count no more."""

    expected: int
    seen: int
    missing: int
    settled: bool = False  #: everything this source ever published here is gone, and a person knows

    @property
    def share(self) -> float:
        return self.missing / self.expected if self.expected else 0.0


def _is_settled(old: PublishedRow) -> bool:
    return old.state is RowState.MISSING and old.acknowledged


def _counts(seen: SeenTable, old: PublishedRow) -> bool:
    """Whether the guards miss it."""
    return _is_expected(seen, old) and not _is_settled(old)


def _numbers(seen: SeenTable, before: Sequence[PublishedRow]) -> Numbers:
    expected = [each for each in before if _is_expected(seen, each)]
    baseline = {each.row.key for each in expected if not _is_settled(each)}
    present = _present(seen, baseline)
    nameless = sum(not each.key for each in seen.quarantined)
    count = len(present) + nameless
    return Numbers(
        expected=len(baseline),
        seen=count,
        missing=len(baseline - present),
        settled=bool(expected) and not baseline and count == 0,
    )


def _holds(table: TablePlan, seen: SeenTable, before: Sequence[PublishedRow], guards: Guards) -> Iterator[Hold]:
    if seen.complete:
        whole = tuple(guard_holds(seen.declaration.table, _numbers(seen, before), guards))
        yield from whole or _part_holds(seen, before, guards)
    yield from _review_holds(table, first=not before, review=guards.review)


def guard_holds(table: Table, numbers: Numbers, guards: Guards) -> Iterator[Hold]:
    """Why what was read of a table must not change what there is of it."""
    expected, seen, missing = numbers.expected, numbers.seen, numbers.missing
    if expected and not seen:
        yield _hold(HeldReason.EMPTY, table, f"ist leer; bisher waren es {expected} Zeilen.")
        return
    limit = _percent(guards.max_shrink)
    if numbers.share > guards.max_shrink:
        if seen >= expected * (1 - guards.max_shrink):
            yield _hold(
                HeldReason.IDS_CHANGED,
                table,
                f"hat {seen} Zeilen (bisher {expected}), aber {missing} bisherige Schlüssel fehlen ({_percent(numbers.share)}, "
                f"erlaubt sind {limit}): Die Quelle vergibt wohl andere Schlüssel.",
            )
        else:
            yield _hold(
                HeldReason.SHRUNK,
                table,
                f"ist geschrumpft: {missing} von {expected} Zeilen fehlen ({_percent(numbers.share)}, erlaubt sind {limit}).",
            )
    if seen < guards.at_least and not numbers.settled:
        yield _hold(HeldReason.BELOW_MINIMUM, table, f"hat {seen} Zeilen; erwartet werden mindestens {guards.at_least}.")


def _part_holds(seen: SeenTable, before: Sequence[PublishedRow], guards: Guards) -> Iterator[Hold]:
    if not seen.parts or not _absence_is_meaningful(seen):
        return
    expected = [each for each in before if _counts(seen, each)]
    present = _present(seen, [each.row.key for each in expected])
    if all(each.row.key in present for each in expected):
        return  # most runs: then nobody has to look at what the rows say
    for part in seen.parts:
        own = [each.row.key for each in expected if part.covers(each.row.values, each.row.origin)]
        hold = part_hold(seen.declaration.table, part, len(own), sum(key not in present for key in own), guards)
        if hold is not None:
            yield hold


def part_hold(table: Table, part: Part, expected: int, missing: int, guards: Guards) -> Hold | None:
    """Why what is absent of one list must not count: nothing of it is there any more, or less than half (reference:
    participation/platforms.md 12). A part is smaller than the whole: of five debates one may go."""
    if not expected or (missing < expected and missing <= expected * max(guards.max_shrink, 0.5)):
        return None
    place = f"enthält aus »{part.title}«"
    if missing == expected:
        return _hold(HeldReason.EMPTY, table, f"{place} keine der {expected} bisherigen Zeilen mehr.")
    return _hold(HeldReason.SHRUNK, table, f"{place} {missing} von {expected} bisherigen Zeilen nicht mehr.")


def _review_holds(plan: TablePlan, *, first: bool, review: Review) -> Iterator[Hold]:
    table = plan.declaration.table
    if review is Review.ALWAYS and plan.changes:
        yield _hold(HeldReason.REVIEW_ALWAYS, table, f"ändert sich ({_summary(plan)}); diese Quelle wird immer geprüft.")
    if review is not Review.NEW:
        return
    creates = plan.count(Change.CREATE)
    if plan.new_dataset:
        message = f"mit {creates} Zeilen würde zum ersten Mal als Datensatz »{plan.declaration.name}« veröffentlicht."
        yield _hold(HeldReason.NEW_DATASET, table, message)
    elif first and creates:
        message = f"erhielte zum ersten Mal Zeilen ({creates}) aus dieser Quelle; Datensatz »{plan.declaration.name}«."
        yield _hold(HeldReason.NEW_DATASET, table, message)
    if plan.new_columns:
        names = ", ".join(plan.new_columns)
        yield _hold(HeldReason.NEW_COLUMNS, table, f"hat zum ersten Mal Werte in {len(plan.new_columns)} Spalten: {names}.")


def _summary(table: TablePlan) -> str:
    words = {
        Change.CREATE: "neu",
        Change.UPDATE: "geändert",
        Change.RETURN: "wieder da",
        Change.MISS: "fehlend",
        Change.STALE: "veraltet",
        Change.REMOVE: "entfernt",
    }
    return ", ".join(f"{count} {word}" for change, word in words.items() if (count := table.count(change)))


def _hold(reason: HeldReason, table: Table, message: str) -> Hold:
    return Hold(reason=reason, table=table.name, message=f"Tabelle »{table.title.de}« {message}")


def _percent(share: float) -> str:
    """Like the German pages: `33,3 %`; whole numbers without decimals."""
    return f"{share * 100:.1f}".removesuffix(".0").replace(".", ",") + " %"
