"""From the vault to what may be released: count, ask the gate, protect, audit with everything that was ever released. Nothing is published
here, and nothing is kept. It fails closed: whatever cannot be read, counted or judged in time holds the release."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from catalog import limited
from catalog.cubes.choices import choices_of, released_choices, with_choices
from catalog.cubes.counting import Counted
from catalog.cubes.deciding import decide, decide_confined
from catalog.cubes.keeping import CountsMissing, earlier_of, mark_of_release, stored_counts
from catalog.cubes.outlook import Fate, Newcomers, Outlook, changes_between, says_the_same
from catalog.cubes.reading import counted_from, observed, public_rows
from catalog.disclosure import Earlier, Held, Occasion, Safe, circumstances_of
from catalog.statistics.errors import DamagedRelease
from catalog.store import Store
from catalog.vault import StoredCounts, Vault
from schemas.cube_plan import CubePlan, PublicRows
from schemas.dates import PartialDate
from schemas.errors import LimitExceeded
from schemas.statistics import Profile, Release
from schemas.values import Text

_EMPTY = "Es gibt noch nichts, was gezählt werden könnte."
_NOT_OVER = (
    "Welche Antworten einzeln gezeigt werden, steht mit dem ersten Stand für immer fest. "
    "Der erste Stand kommt deshalb erst, wenn das Verfahren zu Ende ist."
)
_TOO_CLOSE = "Seltene Antworten ließen sich aus dem Rest, in dem sie stehen, zu genau erschließen."
_NOT_SHOWN = "Welche Antworten es gibt, verriete mehr als die Zahlen, die davon gezeigt werden dürften."
_SAME = "Seit dem letzten Stand hat sich nichts geändert."
_SAME_FOR_READERS = "Der letzte Stand sagt dasselbe."
_DAMAGED = "Ein früherer Stand ist nicht lesbar; ohne ihn lässt sich nicht prüfen, was er zusammen mit einem neuen verriete."


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Of the audit. A statistic that needs more is held."""

    memory: int = 3 * limited.GIGABYTE  #: of addresses; numpy, scipy and their threads take one of them
    seconds: float = 900  #: of computing


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What came out. `safe` None: there is nothing to publish, `outlook` says why."""

    plan: CubePlan
    outlook: Outlook
    safe: Safe | None = None
    counts: StoredCounts | None = None  #: exact: for the vault
    processes: frozenset[str] = frozenset()
    at: datetime
    number: int = 1  #: of the release: the one after the last that the audit knew; should another one come first, this one is refused
    earlier: tuple[str, ...] = ()  #: marks of all releases

    def release(self, *, name: str, reason: Text) -> Release:
        """What would be published. Only of a draft that is safe."""
        assert self.safe is not None, "only what passed the audit becomes a release"
        return Release(
            cube=self.safe.cube,
            name=name,
            number=self.number,
            at=self.at,
            reason=reason,
            cells=self.safe.cells,
            rules=self.safe.rules.version,
            merged=self.safe.merged,
            reported=self.plan.reported,
        )


def draft(
    plan: CubePlan, *, store: Store, vault: Vault, at: datetime, correction: bool = False, limits: Limits | None = None
) -> Draft:  # fmt: skip
    """`correction`: a release that mends an earlier one need not wait for new persons; the audit decides as always."""
    try:
        releases = store.all_releases(plan.name)
        earlier = _earlier(plan, releases, vault)
    except DamagedRelease:
        return _held(plan, at, _DAMAGED)
    except CountsMissing as error:
        return _held(plan, at, f"Die Zählung hinter dem Stand {error.release} fehlt im Tresor; ohne sie lässt sich kein neuer prüfen.")
    since = releases[-1].at if releases else None
    if plan.chosen:
        settled = _settled(plan, releases, store, vault)
        if settled is None:
            return _held(plan, at, _TOO_CLOSE)
        plan = settled
    counted = counted_from(plan, store=store, vault=vault, at=at, since=since)
    public = public_rows(store)
    started = _Started(plan.resolved(public, at=at), counted, tuple(releases), earlier, vault, at)
    occasion = Occasion(
        phase_ended=_phase_ended(counted.processes, public, since=since, at=at), correction=correction, newcomers=counted.newcomers
    )
    return started.drafted(occasion, limits or Limits())


@dataclass(frozen=True)
class _Started:
    """Counted, and not judged yet."""

    plan: CubePlan
    counted: Counted
    releases: tuple[Release, ...]
    earlier: tuple[Earlier, ...]
    vault: Vault
    at: datetime

    def drafted(self, occasion: Occasion, limits: Limits) -> Draft:
        counts = stored_counts(self.plan, self.counted)
        if not self.counted.persons:
            return self._nothing(Fate.HELD, _EMPTY)
        if self.plan.chosen and not (self.releases or occasion.phase_ended or occasion.correction):
            return self._nothing(Fate.HELD, _NOT_OVER)
        if self.releases and self._last_digest() == counts.digest:
            return self._nothing(Fate.SAME, _SAME)
        judged = self._judged(occasion, limits)
        if isinstance(judged, Held):
            return self._nothing(Fate.HELD, judged.reason, judged.log)
        if not {(each,) for each in self.plan.chosen} <= set(judged.cube.tables):
            return self._nothing(Fate.HELD, _NOT_SHOWN, judged.log)
        if self.releases and says_the_same(self.releases[-1], judged.cube, judged.cells, judged.rules.version, judged.merged):
            return self._nothing(Fate.SAME, _SAME_FOR_READERS, judged.log)
        return Draft(
            plan=self.plan,
            outlook=self._of_safe(judged),
            safe=judged,
            counts=counts,
            processes=self.counted.processes,
            at=self.at,
            number=self.releases[-1].number + 1 if self.releases else 1,
            earlier=tuple(map(mark_of_release, self.releases)),
        )

    def _judged(self, occasion: Occasion, limits: Limits) -> Safe | Held:
        circumstances = circumstances_of(self.plan, contributors=self.counted.contributors, minors=self.plan.minors)
        given = (self.counted.cube, self.counted.base, self.earlier, occasion, circumstances)
        if self.plan.cube.profile is Profile.OPEN:
            return decide(*given)  # neither persons nor solvers
        try:
            return limited.call(decide_confined, *given, memory=limits.memory, seconds=limits.seconds)
        except LimitExceeded as error:
            return Held(reason=f"Die Prüfung wurde nicht fertig: {error.detail}")

    def _last_digest(self) -> str:
        found = self.vault.counts_of(self.plan.name).get(mark_of_release(self.releases[-1]))
        return found.digest if found is not None else ""

    def _nothing(self, fate: Fate, reason: str, log: Sequence[str] = ()) -> Draft:
        return Draft(plan=self.plan, outlook=replace(self._outlook(fate), reason=reason, log=tuple(log)), at=self.at)

    def _of_safe(self, safe: Safe) -> Outlook:
        return replace(
            self._outlook(Fate.SAFE),
            log=safe.log,
            rules=safe.rules.version,
            tables=safe.cube.tables,
            left_out=tuple(each for each in self.plan.cube.tables if each not in safe.cube.tables),
            cells=len(safe.cells),
            withheld=sum(each.value is None for each in safe.cells),
            merged=safe.merged,
            changes=changes_between(self.releases[-1], safe.cells) if self.releases else None,
        )

    def _outlook(self, fate: Fate) -> Outlook:
        persons = 0 if self.plan.cube.profile is Profile.OPEN else self.counted.newcomers  # there, rows of public tables are counted
        findings = tuple(each.message for each in self.counted.findings)
        return Outlook(cube=self.plan.name, at=self.at, fate=fate, newcomers=Newcomers.of(persons), findings=findings)


def _settled(plan: CubePlan, releases: Sequence[Release], store: Store, vault: Vault) -> CubePlan | None:
    """With the choices of the first release, or, before there is one, with those of the rows; None where these would tell too much."""
    if releases:
        return with_choices(plan, {each: released_choices(plan, each, releases[0].cube) for each in plan.chosen})
    rows = tuple(observed(plan, store=store, vault=vault))
    found = {each: choices_of(plan, each, rows) for each in plan.chosen}
    if any(each.are_too_close for each in found.values()):
        return None
    return with_choices(plan, {name: each.often for name, each in found.items()})


def _earlier(plan: CubePlan, releases: Sequence[Release], vault: Vault) -> tuple[Earlier, ...]:
    """Raises CountsMissing."""
    return earlier_of(releases, vault.counts_of(plan.name))


def _held(plan: CubePlan, at: datetime, reason: str) -> Draft:
    """Before anything was counted."""
    return Draft(plan=plan, outlook=Outlook(cube=plan.name, at=at, fate=Fate.HELD, newcomers=Newcomers.NONE, reason=reason), at=at)


def _phase_ended(processes: frozenset[str], public: PublicRows, *, since: datetime | None, at: datetime) -> bool:
    """All processes that were counted are over, and the last of them since the last release: a phase ends once."""
    known = public("process") if processes else {}
    ends = [str((known.get(each) or {}).get("end") or "") for each in processes]
    if not ends or not all(ends):
        return False
    last = max(PartialDate(each).last_day() for each in ends)
    return last < at.date() and (since is None or last >= since.date())
