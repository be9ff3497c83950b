"""One harvest of one source: read and keep, map, check, plan, and publish what may be published (DESIGN B2)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.files import Files
from catalog.plan import UPLOADED, Outcome, Plan, RunRecord, SeenTable
from catalog.publish import Publisher
from catalog.store import Store
from catalog.vault import Refused, Vault
from harvesters.attempt import Attempt, Desk, Provenance, quiet
from harvesters.deposit import RETENTION, deposit_of
from harvesters.fetch import FolderFetch
from harvesters.harvester import SourceConfig, token_header, token_scheme
from harvesters.keeping import Keeper
from harvesters.registry import harvester_of
from harvesters.walking import Progress
from schemas.errors import ConfigurationError
from schemas.fetch import Fetch
from schemas.personal_data import Detector
from schemas.row import Finding, Quarantined

if TYPE_CHECKING:
    from harvesters.http.opening import Web

__all__ = ["Progress", "harvest"]


def harvest(
    source: SourceConfig,
    *,
    store: Store,
    publisher: Publisher,
    archive: Files,
    now: datetime,
    detector: Detector | None = None,
    web: "Web | None" = None,
    plan_only: bool = False,
    progress: Progress | None = None,
    vault: Vault | None = None,
    uploads: Mapping[str, bytes] | None = None,
    retention: timedelta = RETENTION,
) -> RunRecord:
    """Harvest `source` once. `plan_only` stores the plan as proposed and publishes nothing. `detector` looks for personal data;
    without one, the one that knows no exceptions does. `web` is what sources with an http(s) address share. `vault` keeps what may
    speak of persons; without one, it is kept nowhere. `uploads`: address in the drop folder -> content that stands in for its file, or
    beside the others; only to plan. `retention`: how long rows about single persons stay in the vault after their process (`lifespan`).

    Raises ConfigurationError before anything is read, and Busy while the source is being harvested already. What goes wrong
    later ends in the run's outcome: nothing that is published changes because of it.
    """
    if uploads and (source.is_remote or not plan_only):
        raise ConfigurationError("Hochgeladene Dateien gibt es nur für Ablageordner, und nur, um zu planen.")
    harvester_of(source)
    run = store.start_run(source.name, source.title)
    desk = Desk(store=store, archive=archive, vault=vault, detector=detector or Detector(), progress=progress or quiet)
    deleted = deleted_sentences(source, store)
    attempt = Attempt(desk, source, run=run, now=now, provenance=Provenance(run=run, at=now), deleted=deleted)
    keeper = Keeper(source, run, store=store, archive=archive, vault=vault)

    def work() -> RunRecord:
        with _opened(attempt, keeper, web, uploads=uploads, deleted=deleted) as fetch:
            attempt.walk.through(fetch, may_rest=lambda: not plan_only and attempt.may_rest())
            listed = fetch.listed if isinstance(fetch, FolderFetch) else {}
        for each in uploads or ():
            attempt.walk.note(_uploaded(each))
        if attempt.walk.rests:
            keeper.release(())
            return attempt.rested()
        keeper.release(attempt.withdrawn_origins())
        if vault is not None and keeper.kept:
            vault.remember_seen(run, source.name, attempt.walk.fingerprint(), listed)
        if attempt.nothing_was_readable:
            return attempt.ended(Outcome.FAILED, "Nichts von dieser Quelle war lesbar; alles Veröffentlichte bleibt, wie es ist.")
        deposit = deposit_of(attempt, retention=retention)
        made = attempt.planned()
        newly_refused = _remember(attempt, made.plan, made.tables, tentative=bool(uploads))
        if plan_only:
            number, counts = attempt.proposed(made.plan)
            message = f"Plan {number} liegt bereit; nichts wurde veröffentlicht."
            return deposit.foreseen(attempt.ended(Outcome.PLANNED, message, plan=number, counts=counts))
        return deposit.made(attempt.concluded(made, publisher, newly_refused=newly_refused))

    record = attempt.recorded(work)
    if web is not None:
        _settle_validators(web, record)
    return record


def _settle_validators(web: "Web", record: RunRecord) -> None:
    """What the source said of its versions counts only when this run's content is published: a held or proposed plan decides
    later, and after anything else the next run fetches in full."""
    if record.outcome in (Outcome.OK, Outcome.UNCHANGED):
        web.validators.commit(record.source, record.id)
    elif record.outcome not in (Outcome.HELD, Outcome.PLANNED):
        web.validators.discard(record.source, record.id)


@contextmanager
def _opened(
    attempt: Attempt, keeper: Keeper, web: "Web | None", *, uploads: Mapping[str, bytes] | None, deleted: Mapping[str, str]
) -> Iterator[Fetch]:
    """The way to the source: its folder, or the web. Raises SourceError, ConfigurationError."""
    source = attempt.source
    if not source.is_remote:
        yield FolderFetch(
            Path(source.folder, source.url),
            keep_payload=keeper.keep,
            keep_private=keeper.keep_private,
            clock=lambda: attempt.now,
            uploads=uploads,
            deleted=deleted,
        )
        return
    if web is None:
        raise ConfigurationError(f"Quelle {source.name!r}: Für Adressen im Netz fehlt der Zugang.")
    from harvesters.http.opening import open_source, stage  # heavy: 250 ms

    with open_source(
        source,
        web,
        keep_payload=keeper.keep,
        keep_private=keeper.keep_private,
        clock=lambda: attempt.now,
        recall=keeper.recall,
        token_file=source.token_file,
        header=token_header(attempt.walk.harvester),
        scheme=token_scheme(attempt.walk.harvester),
        alive=lambda: attempt.desk.store.heartbeat(attempt.run),
    ) as fetch:
        yield fetch
        if not attempt.walk.rests:  # what the run it rests on saw stays what is known of the source
            stage(fetch, source, web, attempt.run)


def _uploaded(address: str) -> Finding:
    message = "Diese Datei ist hochgeladen und liegt noch nicht im Ablageordner: Sie wird nur mit ihr zusammen freigegeben."
    return Finding(code=UPLOADED, message=message, origin=address)


def deleted_sentences(source: SourceConfig, store: Store, *, before: datetime | None = None) -> dict[str, str]:
    """Address -> why it is gone, for files of the drop folder whose time was over (before a moment; None: up to now)."""
    if source.is_remote:
        return {}
    return {
        url: f"Die Datei »{url}« wurde am {at:%d.%m.%Y} gelöscht: Sie kann von Personen handeln und war lange genug gelesen und "
        "veröffentlicht (privacy.drop_days). Was aus ihr veröffentlicht ist, bleibt."
        for url, at in store.deleted_files(source.name).items()
        if before is None or at <= before
    }


def _remember(attempt: Attempt, plan: Plan, tables: Sequence[SeenTable], *, tentative: bool) -> int:
    """How many rows wait on the Prüfliste since this run. `tentative`: with files that lie in no drop folder yet. What is not in them
    still waits: it is in the source."""
    store, source = attempt.desk.store, attempt.source.name
    attempt.remember_origins(tables)
    refused = [item for table in plan.tables for item in table.quarantined]
    complete = [each.declaration.table.name for each in tables if each.complete and not tentative]
    settled = [each.declaration.table.name for each in plan.tables if not each.changes and each.declaration.table.name in complete]
    new = store.save_quarantine(source, attempt.run, refused, complete, settled)
    if attempt.desk.vault is not None:
        _shelve(attempt, attempt.desk.vault, refused, complete)
    return len(new)


def _shelve(attempt: Attempt, vault: Vault, refused: Sequence[Quarantined], complete: Sequence[str]) -> None:
    """What refused rows say lies in the vault, as long as nobody has decided on them."""
    source = attempt.source.name
    undecided = {(each.table, each.key, each.digest) for each in attempt.desk.store.quarantine() if each.source == source}
    contents = attempt.walk.contents_of(refused)
    places = {(each.table, each.key, each.digest): contents.get((each.table, each.digest)) for each in refused}
    fresh = [
        Refused(table=table, key=key, digest=digest, content=content)
        for (table, key, digest), content in places.items()
        if content is not None and (table, key, digest) in undecided and not attempt.may_be_withdrawn(table, key)
    ]
    vault.keep_quarantined(source, fresh, waiting=places.keys(), complete_tables=complete)
