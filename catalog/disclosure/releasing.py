"""Release or hold: protect, audit, coarsen by a declared order until it is safe, or hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.disclosure.auditing import Earlier, Verdict, audit
from catalog.disclosure.counts import Base
from catalog.disclosure.merging import Merge, Step, coarser, merged, small_districts, taken, without
from catalog.disclosure.protecting import NOBODY, Contributors, protect
from catalog.disclosure.rules import NEWCOMERS, Rules, rules_for
from catalog.disclosure.suppressing import complete
from schemas.statistics import Cell, Cube, Profile, ReportedTotal
from schemas.values import Text

SMALL_DISTRICT = 3000  #: inhabitants; proposal of reference/statistics/privacy.md, section 5
_ROUND10 = Rules(profile=Profile.ROUND10, threshold=10)


@dataclass(frozen=True, kw_only=True)
class Safe:
    """What may be released. `cube`, `rules` and `merged` go into the release; the log is for operators only."""

    cube: Cube  #: with merged categories, without tables that were left out
    cells: tuple[Cell, ...]
    rules: Rules
    merged: Mapping[str, Text]  #: dimension -> what was merged, public
    log: tuple[str, ...]  #: German, never public
    verdict: Verdict


@dataclass(frozen=True, kw_only=True)
class Held:
    """Nothing is released; what is published stays. Reason and log are never public: they would tell two vaults apart."""

    reason: str  #: German
    log: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Why a release is wanted."""

    phase_ended: bool = False
    correction: bool = False  #: passes the gate, never the audit
    newcomers: int | None = None  #: persons of whom nothing was there at the latest release; None: the difference of the counts


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What is known beside the counts."""

    minors: bool = False
    populations: Mapping[str, int] = field(default_factory=dict)  #: district code -> inhabitants
    small_district: int = SMALL_DISTRICT
    contributors: Contributors = NOBODY
    reported: Sequence[ReportedTotal] = ()
    always: Sequence[Merge] | None = None  #: declared merges of small categories, before anything else; None: districts by population
    order: Sequence[Step] | None = None  #: what is declared to be given up, one after the other; None: age, districts, options


ORDINARY = Circumstances()


def gate(base: Base, earlier: Sequence[Earlier], occasion: Occasion) -> str:
    """Why it is too early for a release, German; "" when it isn't. Newcomers are counted against the latest release."""
    if occasion.phase_ended or occasion.correction:
        return ""
    newcomers = base.people - (earlier[-1].base.people if earlier else 0) if occasion.newcomers is None else occasion.newcomers
    return "" if newcomers >= NEWCOMERS else f"Neue Personen seit dem letzten Stand: {newcomers}; nötig sind {NEWCOMERS}."


def release_or_hold(
    cube: Cube, base: Base, earlier: Sequence[Earlier] = (), *, occasion: Occasion, circumstances: Circumstances = ORDINARY,
) -> Safe | Held:  # fmt: skip
    """`base` in leaf codes of `cube`, `earlier` oldest first, all of them. Raises ValueError for an `open` cube of persons or ballots."""
    if cube.profile is not Profile.OPEN and (early := gate(base, earlier, occasion)):
        return Held(reason=early)
    log: list[str] = []
    for attempt in _attempts(cube, rules_for(cube, minors=circumstances.minors), circumstances):
        log.append(attempt.words)
        outcome = _try(cube, attempt, base, earlier, circumstances)
        if isinstance(outcome, str):
            return Held(reason=outcome, log=tuple(log))
        shown, cells, verdict = outcome
        if verdict.reason:
            return Held(reason=verdict.reason, log=tuple(log))
        if verdict.safe and shown.tables:
            return Safe(cube=shown, cells=cells, rules=attempt.rules, merged=attempt.merged, log=tuple(log), verdict=verdict)
        log.extend(f"Nicht sicher: {name}" for name in verdict.unsafe)
    return Held(reason="Auch die gröbste Fassung ließe auf einzelne Personen schließen.", log=tuple(log))


@dataclass(frozen=True, kw_only=True)
class _Attempt:
    cube: Cube
    rules: Rules
    merged: Mapping[str, Text]
    words: str  #: German, for the log


def _attempts(cube: Cube, rules: Rules, circumstances: Circumstances) -> Iterator[_Attempt]:
    """From fine to coarse: as declared (small districts merged), round10, merges, fewer tables."""
    said: dict[str, Text] = {}
    small = circumstances.always
    for each in small_districts(cube, circumstances.populations, limit=circumstances.small_district) if small is None else small:
        cube, said = _merge(cube, said, each)
    yield _Attempt(cube=cube, rules=rules, merged=said, words=f"Wie erklärt, Regel {rules.version}")
    if rules.profile is Profile.OPEN:
        return
    if rules.profile is Profile.ROUND5:
        rules = _ROUND10
        yield _Attempt(cube=cube, rules=rules, merged=said, words="Auf 10 gerundet")
    for step in _steps(cube, circumstances):
        cube, said = (_merge(cube, said, step)) if isinstance(step, Merge) else (taken(cube, step), said)
        yield _Attempt(cube=cube, rules=rules, merged=said, words=step.words.de)
    for table in sorted((each for each in cube.tables if each), key=len, reverse=True):
        cube = without(cube, frozenset((table,)))
        yield _Attempt(cube=cube, rules=rules, merged=said, words=f"Ohne die Tabelle {' × '.join(table)}")


def _steps(cube: Cube, circumstances: Circumstances) -> Iterator[Step]:
    """Each for the cube that the ones before it leave."""
    if circumstances.order is not None:
        yield from circumstances.order
        return
    while merge := coarser(cube, circumstances.populations):
        cube = merged(cube, merge)
        yield merge


def _merge(cube: Cube, said: Mapping[str, Text], merge: Merge) -> tuple[Cube, dict[str, Text]]:
    before = said.get(merge.dimension)
    words = merge.words if before is None else Text(de=f"{before.de} {merge.words.de}", en=f"{before.en} {merge.words.en}")
    return merged(cube, merge), {**said, merge.dimension: words}


def _try(
    declared: Cube, attempt: _Attempt, base: Base, earlier: Sequence[Earlier], circumstances: Circumstances
) -> tuple[Cube, tuple[Cell, ...], Verdict] | str:
    shown, rules, reported = attempt.cube, attempt.rules, circumstances.reported
    protected = protect(shown, base, rules=rules, declared=declared, contributors=circumstances.contributors)
    if protected.held:
        shown = without(shown, protected.held)
        protected = protect(shown, base, rules=rules, declared=declared, contributors=circumstances.contributors)
    cells = protected.cells
    if rules.profile is Profile.SUPPRESS:
        try:
            cells = complete(declared, shown, base, cells, rules=rules, earlier=earlier, reported=reported)
        except ValueError as error:
            return f"Frühere Stände sind nicht vergleichbar: {error}"
    return shown, cells, audit(declared, shown, base, cells, rules=rules, earlier=earlier, reported=reported)
