"""Counting: how many persons, ballots or things are in which base cells of a statistic. Pure, given the rows.

Persons are counted once, however many rows they have: `catalog.disclosure.counts` says how overlaps are kept. A person has one category of
an additive dimension: what is stated once counts for all rows, and two different statements count as none.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from catalog.cubes.coding import Code, Observed, coders_of
from catalog.disclosure.coding import Coding, leaves
from catalog.disclosure.counts import Base, base_of_people
from catalog.disclosure.protecting import Contributors
from schemas.cube_plan import CubePlan, Distinct, PublicRows, Rows
from schemas.row import Finding
from schemas.statistics import TOTAL, UNKNOWN, Cube, Key
from schemas.table import microdata_tables

#: Who is behind a row: (process, pseudonym), or (table, key) for a row without a person.
Identity = tuple[str, str]
_SYNTHETIC = "synthetic"


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Exact counts. They identify people: they belong into the vault and into memory, nowhere else."""

    cube: Cube  #: with all categories
    base: Base
    contributors: Contributors  #: of contributions, for cells of planned tables; empty where persons are counted
    persons: int  #: distinct ones behind what is counted
    newcomers: int  #: of these, those of whom nothing was there at `since`
    processes: frozenset[str]  #: participation processes that rows are of
    findings: tuple[Finding, ...] = ()  #: for operators: what was counted as not stated, and why; no value is quoted


def count(plan: CubePlan, rows: Iterable[Observed], public: PublicRows, *, since: datetime | None = None) -> Counted:
    """`plan` is resolved; `rows` of tables that it does not count, or that its conditions leave out, are not counted. Invented rows
    count in demonstrations only, all others in the rest. `since`: time of an earlier release; None: everybody is new.

    Raises ValueError for a plan with open categories."""
    if plan.open_categories:
        raise ValueError(f"{plan.name} is not resolved")
    taking = _Taking(plan, public)
    taken = list(taking.taken(rows))
    by_person: dict[Identity, list[_Taken]] = defaultdict(list)
    for each in taken:
        by_person[each.identity].append(each)
    counts_persons = plan.distinct is Distinct.PERSON
    people = taking.people(by_person) if counts_persons else ([each.key] for each in taken)
    return Counted(
        cube=plan.cube,
        base=base_of_people(plan.cube, people),
        contributors=Contributors() if counts_persons else _contributors(plan.cube, taken),
        persons=len(by_person),
        newcomers=sum(_is_new(same, since) for same in by_person.values()),
        processes=frozenset(each.row.process for each in taken if each.row.process),
        findings=tuple(taking.findings()),
    )


def cross(counted: Counted) -> dict[Key, int]:
    """The full cross of codes, zeros included: every base cell, and for dimensions in which somebody may be several times also the distinct
    total under TOTAL."""
    axes = [(*leaves(each), *([] if each.additive else [TOTAL])) for each in counted.cube.dimensions]
    found = dict.fromkeys(product(*axes), 0)
    overlapping = [not each.additive for each in counted.cube.dimensions]
    for kind, people in counted.base.kinds.items():
        for key in {shown for cell in kind for shown in _with_totals(cell, overlapping)}:
            found[key] += people
    return found


def _with_totals(cell: Key, overlapping: Sequence[bool]) -> Iterator[Key]:
    return product(*((code, TOTAL) if several else (code,) for code, several in zip(cell, overlapping, strict=True)))


@dataclass(frozen=True, kw_only=True)
class _Taken:
    row: Observed
    key: Key
    identity: Identity


class _Taking:
    def __init__(self, plan: CubePlan, public: PublicRows) -> None:
        self._plan = plan
        self._rows = {each.table: each for each in plan.rows}
        self._coders = coders_of(plan, public)
        self._dimensions = plan.cube.dimensions
        self._may_be_unknown = [UNKNOWN in each.codes for each in self._dimensions]
        self._foreign: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        self._conflicts: Counter[str] = Counter()

    def taken(self, rows: Iterable[Observed]) -> Iterator[_Taken]:
        for row in rows:
            if not is_counted(row, self._rows, demonstration=self._plan.cube.demonstration):
                continue
            key = self._key([coder(row) for coder in self._coders])
            if key is not None:
                yield _Taken(row=row, key=key, identity=identity_of(row))

    def _key(self, codes: Sequence[Code]) -> Key | None:
        for place, each in enumerate(codes):
            if each.foreign:
                self._foreign[self._dimensions[place].name] += 1
            if each.text == UNKNOWN and not self._may_be_unknown[place]:
                self._left_out[self._dimensions[place].name] += 1
                return None
        return tuple(each.text for each in codes) if all(each.text for each in codes) else None

    def people(self, by_person: Mapping[Identity, Sequence[_Taken]]) -> Iterator[list[Key]]:
        """Each as the base cells she is in."""
        for same in by_person.values():
            settled = [self._settled(place, {each.key[place] for each in same}) for place in range(len(self._dimensions))]
            if "" not in settled:
                yield [tuple(one or own for one, own in zip(settled, each.key, strict=True)) for each in same]

    def _settled(self, place: int, codes: set[str]) -> str | None:
        """The one category of an additive dimension, "" when there is none to be had; None where several are allowed."""
        dimension = self._dimensions[place]
        if not dimension.additive:
            return None
        stated = codes - {UNKNOWN}
        if len(stated) == 1:
            return stated.pop()
        self._conflicts[dimension.name] += bool(stated)
        return UNKNOWN if self._may_be_unknown[place] else ""

    def findings(self) -> Iterator[Finding]:
        for code, counted, said in (
            ("unknown-code", self._foreign, "Zeilen mit einem Wert, den die Statistik nicht kennt; sie stehen unter »ohne Angabe«"),
            ("no-code", self._left_out, "Zeilen ohne Wert, die darum nicht gezählt werden"),
            ("conflicting-codes", self._conflicts, "Personen mit widersprüchlichen Angaben; sie stehen unter »ohne Angabe«"),
        ):
            for dimension, number in counted.items():
                if number:
                    title = self._plan.cube.dimension(dimension).title.de
                    message = f"Statistik »{self._plan.cube.title.de}«, Dimension »{title}«: {number} {said}."
                    yield Finding(code=code, message=message, table=self._plan.name, field=dimension)


def is_counted(row: Observed, rows: Mapping[str, Rows], *, demonstration: bool) -> bool:
    """`rows`: by table. Invented rows count in demonstrations only, all others in the rest."""
    wanted = rows.get(row.table)
    if wanted is None or not wanted.counts(row.values):
        return False
    return row.table not in microdata_tables() or bool(row.values.get(_SYNTHETIC)) == demonstration


def identity_of(row: Observed) -> Identity:
    person = row.values.get("person")
    return (row.process, f"person {person}") if person is not None else (row.table, row.key)


def _is_new(same: Sequence[_Taken], since: datetime | None) -> bool:
    return since is None or all(each.row.first_at is not None and each.row.first_at > since for each in same)


def _contributors(cube: Cube, taken: Sequence[_Taken]) -> Contributors:
    """How many persons are behind each planned cell, and how much the busiest of them contributed. Public rows have no contributors."""
    if not any(each.row.table in microdata_tables() for each in taken):
        return Contributors()
    public = _remembered(Coding(cube, cube))
    shares: dict[Key, Counter[Identity]] = defaultdict(Counter)
    for each in taken:
        for cell in public(each.key):
            shares[cell][each.identity] += 1
    return Contributors(
        persons={cell: len(found) for cell, found in shares.items()},
        largest={cell: max(found.values()) for cell, found in shares.items()},
    )


def _remembered(coding: Coding) -> Callable[[Key], tuple[Key, ...]]:
    known: dict[Key, tuple[Key, ...]] = {}

    def public(key: Key) -> tuple[Key, ...]:
        if key not in known:
            known[key] = tuple(set(coding.public(key)))
        return known[key]

    return public
