"""From an uploaded file to a published state: planned before anything is published, released by a person, or thrown away.

A released file is written into the drop folder, as if an office had put it there; and exactly the plan that the person has seen
is published with it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.decisions import Pending, approve, needs_second_for_plan, reject_plan, require_reason
from api.dropfolder import DropFolder, has_drop_folder
from api.installation import Installation
from api.staging import UPLOAD_LIMIT, Staged, UploadRefused, staging_of
from catalog.consent import PLAN, same_person
from catalog.decisions import Person
from catalog.entries import Applied
from catalog.plan import Outcome, PlanState, RunRecord, StoredPlan
from catalog.plans import OPEN
from harvesters.harvester import SourceConfig
from schemas.errors import ConfigurationError, DecisionRefused, PlanOutdated


def sources_with_drop_folder(found: Installation) -> tuple[SourceConfig, ...]:
    return tuple(each for each in found.settings.sources() if has_drop_folder(each))


def source_with_drop_folder(found: Installation, name: str) -> SourceConfig:
    """Raises ConfigurationError."""
    source = found.source(name)
    if not has_drop_folder(source):
        raise ConfigurationError(f"Die Quelle »{source.title}« hat keinen Ablageordner.")
    return source


def stage(found: Installation, name: str, *, chosen: str, filename: str, content: bytes, person: Person) -> Staged:
    """Keep an uploaded file for a person to decide on; nothing is read yet. `chosen`: the file in the drop folder that it replaces.
    Raises ConfigurationError, UploadRefused."""
    source = source_with_drop_folder(found, name)
    folder = DropFolder(source)
    if not folder.exists:
        raise UploadRefused(f"Den Ablageordner der Quelle »{source.title}« gibt es nicht.")
    if not content:
        raise UploadRefused("Die Datei ist leer, oder es wurde keine ausgewählt.")
    if len(content) > UPLOAD_LIMIT:
        raise UploadRefused(f"Die Datei ist größer als {UPLOAD_LIMIT // 1000 // 1000} MB.")
    address = folder.address(chosen, filename, found.clock())
    staged = staging_of(found.settings).put(name, address, content, by=person.name, at=found.clock())
    found.store.note_deed(person, "upload", _target(staged))
    return staged


def plan(found: Installation, staged: Staged) -> RunRecord:
    """What publishing the file would change, as a stored plan. An older plan of the source is superseded.
    Raises UnknownItem, Busy, ConfigurationError."""
    staging = staging_of(found.settings)
    source = source_with_drop_folder(found, staged.source)
    record = found.harvest(source, plan_only=True, uploads={staged.address: staging.content(staged)})
    staging.planned(staged, run=record.id, plan=record.plan or 0)
    return record


def release(found: Installation, staged: Staged, person: Person, reason: str) -> Applied | Pending:
    """Write the file into the drop folder and publish exactly the plan that was shown. While this goes on the source counts as being
    harvested, so that no harvest reads the file before the plan is published. Raises what `api.decisions.approve` does.

    A process that dies in between leaves a file that somebody has released, and the next harvest reads it.
    """
    staging, source = staging_of(found.settings), source_with_drop_folder(found, staged.source)
    require_reason(found, reason)
    stored = require_releasable(found, staged)
    content = staging.content(staged)
    with _as_a_run(found, staged) as is_published:
        if _needs_another(found, stored, person):
            return approve(found, staged.plan, person, reason, uploaded=True)  # the first word: no reason to touch the folder
        with DropFolder(source).holding(staged.address, content, stays=is_published):
            return approve(found, staged.plan, person, reason, uploaded=True)


@contextmanager
def _as_a_run(found: Installation, staged: Staged) -> Iterator[Callable[[], bool]]:
    """A run of its own for the release; gives a way to ask whether the plan is published. What is published waits no more.
    Raises Busy."""

    def is_published() -> bool:
        return found.store.plan(staged.plan).state is PlanState.APPLIED

    title = found.source(staged.source).title
    run, began = found.store.start_run(staged.source, title), found.clock()
    try:
        yield is_published
    finally:
        published = is_published()
        found.store.finish_run(
            RunRecord(
                id=run,
                source=staged.source,
                started_at=began,
                finished_at=found.clock(),
                outcome=Outcome.OK if published else Outcome.PLANNED,
                message="Eine hochgeladene Datei wurde freigegeben." if published else "Eine hochgeladene Datei wartet auf ihre Freigabe.",
                counts=found.store.run(staged.run).counts if published else {},
                plan=staged.plan,
            )
        )
        if published:
            staging_of(found.settings).discard(staged.id)


def _needs_another(found: Installation, stored: StoredPlan, person: Person) -> bool:
    """Whether this person's word is only the first of two."""
    words = [each for each in found.store.consents() if (each.subject, each.number) == (PLAN, stored.id)]
    return needs_second_for_plan(found, stored) and all(same_person(each.by, person) for each in words)


def require_releasable(found: Installation, staged: Staged) -> StoredPlan:
    """Raises DecisionRefused, PlanOutdated: before anything is written."""
    if not staged.plan:
        raise DecisionRefused("Für diese Datei gibt es keinen Plan, den jemand freigeben könnte.")
    stored = found.store.plan(staged.plan)
    if stored.state not in OPEN:
        raise DecisionRefused("Seit dem Hochladen wurde die Quelle neu geerntet oder der Plan entschieden. Bitte den Plan neu berechnen.")
    if stored.plan.base != found.store.fingerprint(staged.source):
        raise PlanOutdated(f"Plan {staged.plan}")
    return stored


def discard(found: Installation, staged: Staged, person: Person, reason: str) -> None:
    """Delete an uploaded file; its plan, if it still waits, is rejected first. Raises ConfigurationError, NotAllowed."""
    require_reason(found, reason)
    if staged.plan and found.store.plan(staged.plan).state in OPEN:
        reject_plan(found, staged.plan, person, reason)
    else:
        found.store.note_deed(person, "discard", _target(staged), reason)
    staging_of(found.settings).discard(staged.id)


def _target(staged: Staged) -> str:
    """As the log of decisions names it: by what is in it, for a file's name may be a person's."""
    return f"upload {staged.source}: {staged.sha256[:12]}"
