"""Statistics as operators handle them: what would be released, and the release. The command line and the operator's pages ask here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from api.installation import Installation
from catalog.charts.drawing import draw_all
from catalog.codec import dumps, loads
from catalog.cubes.keeping import mark_of_release
from catalog.cubes.outlook import Fate, Outlook
from catalog.cubes.patterns import statistics_of
from catalog.cubes.reading import observed, public_rows
from catalog.cubes.releasing import Draft, draft
from catalog.decisions import Person
from catalog.statistics.releases import ReleaseHead
from catalog.vault import StoredOutlook
from schemas.cube_files import declared_cubes
from schemas.cube_plan import CubePlan
from schemas.errors import ConfigurationError
from schemas.statistics import Release, Unit
from schemas.values import Text


@dataclass(frozen=True, kw_only=True)
class State:
    """What is known of one declared statistic."""

    plan: CubePlan
    outlook: Outlook | None  #: of the last counting; None: never counted
    head: ReleaseHead | None  #: the newest public release

    @property
    def is_held(self) -> bool:
        return self.outlook is not None and self.outlook.fate is Fate.HELD


def folder_of(found: Installation) -> Path:
    """Where an installation's own statistics are declared."""
    return found.settings.folder / "cubes"


def declared(found: Installation) -> Mapping[str, CubePlan]:
    """By name; for a pattern the statistics that it stands for today. Raises ConfigurationError with file and line."""
    plans = declared_cubes(folder_of(found))
    made = {each.name: each for plan in plans.values() if plan.for_each for each in _statistics_of(found, plan)}
    return made | {name: each for name, each in plans.items() if not each.for_each}


def _statistics_of(found: Installation, pattern: CubePlan) -> tuple[CubePlan, ...]:
    rows = observed(pattern, store=found.store, vault=found.vault)
    return tuple(statistics_of(pattern, rows, public_rows(found.store)))


def declared_one(found: Installation, name: str) -> CubePlan:
    """Raises ConfigurationError that lists the known names."""
    written = declared_cubes(folder_of(found)).get(name)
    if written is not None and not written.for_each:
        return written  # without a look into the vault
    plans = declared(found)
    if name not in plans:
        raise ConfigurationError(f"Die Statistik »{name}« gibt es nicht. Erklärt sind: {', '.join(plans)}.")
    return plans[name]


def states(found: Installation) -> tuple[State, ...]:
    """In the order of their names. Nothing is counted for it. Raises ConfigurationError."""
    outlooks = found.vault.outlooks()
    heads = {each.cube: each for each in found.store.statistics()}
    return tuple(
        State(plan=plan, outlook=_read(outlooks.get(name)), head=heads.get(name)) for name, plan in sorted(declared(found).items())
    )


def state(found: Installation, name: str) -> State:
    """Raises ConfigurationError."""
    declared_one(found, name)
    return next(each for each in states(found) if each.plan.name == name)


def prepare(found: Installation, name: str, *, correction: bool = False) -> Draft:
    """Count, protect and audit; what came out is kept for operators. Nothing is published. May take minutes. Raises ConfigurationError."""
    made = draft(declared_one(found, name), store=found.store, vault=found.vault, at=found.clock(), correction=correction)
    _keep(found, made.outlook)
    return made


def release(found: Installation, made: Draft, person: Person, reason: str) -> Outlook:
    """Publish a draft that passed the audit, with its charts. Raises ReleaseRefused (another release came first; the name is taken; words
    look personal): then nothing has changed."""
    name, _ = found.store.next_release(made.plan.name, made.at)
    published = made.release(name=name, reason=Text(de=reason))
    charts = draw_all(published, found.settings.site())
    _keep_counts(found, made, published)
    found.publisher.publish_release(published, charts=charts, by=person.name, role=person.role)
    if made.processes:
        until = made.at + timedelta(days=found.settings.content.vault.retention_days)
        found.vault.note_release(made.processes, at=made.at, keep_until=until)
    outlook = replace(made.outlook, fate=Fate.RELEASED, release=name)
    _keep(found, outlook)
    found.follow_up()
    return outlook


def is_about_persons(plan: CubePlan) -> bool:
    """Neither events, processes nor invented people need a second person to be released."""
    return not plan.cube.demonstration and plan.cube.unit not in (Unit.EVENTS, Unit.PROCESSES, Unit.DAYS)


def _keep_counts(found: Installation, made: Draft, published: Release) -> None:
    """First: should the release not come, these counts are forgotten; a release without them would hold every later one."""
    assert made.counts is not None, "what is safe was counted"
    found.vault.keep_counts(made.plan.name, mark_of_release(published), made.counts, released=made.earlier)


def _keep(found: Installation, outlook: Outlook) -> None:
    found.vault.keep_outlook(outlook.cube, StoredOutlook(at=outlook.at, content=dumps(Outlook, outlook)))


def _read(stored: StoredOutlook | None) -> Outlook | None:
    return loads(Outlook, stored.content) if stored is not None else None
