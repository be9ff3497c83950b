"""Erasing what must not be public (a citizen's name): from rows, editions, fragments, plans, Prüfliste, runs and raw archive.

What is erased in the database goes in the transaction. Files go after the commit, from a list that survives a crash
(`erasure`): a file that vanished before a commit that then failed would leave a published edition without content.
"""

import csv
import html
import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from catalog import tables
from catalog.codec import dumps, loads
from catalog.database import Database, Record
from catalog.decisions import record_decision
from catalog.entries import ChangeKind, Edition, Status
from catalog.files import Files
from catalog.issuing import Occasion, Press, Refused, attempt, find_dataset, log_change
from catalog.plan import Outcome, Plan, PlanState, StoredPlan, TablePlan
from catalog.plans import OPEN, plans_of_sources, rewrite_plan
from catalog.quarantine import erase_items
from catalog.rows import all_rows
from catalog.store import dataset_from, find_edition, find_editions, text_from
from schemas.declaration import Declaration
from schemas.errors import DecisionRefused, Gone, UnknownDataset, UnknownEdition, UnknownItem
from schemas.row import Finding, Row
from schemas.values import Text

_d = tables.dataset.c
_e = tables.edition.c
_f = tables.edition_file.c
_a = tables.archive_entry.c
_row = tables.row.c
_FILES = "files"
_ARCHIVE = "archive"
_EVERYTHING_LOOSE = "*"  #: instead of a SHA-256: whatever nothing refers to
#: Beginnings of files whose text cannot be searched as it lies there: ZIP (XLSX), gzip, Parquet, PDF.
_CONTAINERS = (b"PK", b"\x1f\x8b", b"PAR1", b"%PDF")
_ENCODINGS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be")
#: Values shorter than this stand in too many places to be searched for.
_TELLING_LENGTH = 5


@dataclass(frozen=True, kw_only=True)
class Order:
    """Who withdraws from which data set, when, and the reason everybody will read."""

    name: str
    reason: str
    by: str
    at: datetime


def withdraw_dataset(connection: Connection, order: Order) -> None:
    """Everything but name, title, number and times. Raises UnknownDataset, Gone."""
    stored = _require_dataset(connection, order.name)
    table = stored.table_name
    sources = _sources_of(connection, table, order.name)
    urls = {(each.source, each.origin) for each in connection.execute(select(_row.source, _row.origin).where(_row.table_name == table))}
    o = tables.origin.c
    urls |= {(each.source, each.url) for each in connection.execute(select(o.source, o.url).where(o.table_name == table))}
    urls |= _addresses(_clean_plans(connection, sources, table, None))
    _give_up_payloads(connection, [each for each in _payloads(connection, sources) if (each.source, each.url) in urls])
    _give_up_files(connection, _f.dataset == order.name)
    connection.execute(update(tables.edition).where(_e.dataset == order.name).values(_withdrawn(order)))
    connection.execute(delete(tables.row).where(_row.table_name == table))
    connection.execute(delete(tables.origin).where(o.table_name == table))
    connection.execute(delete(tables.fragment).where(tables.fragment.c.dataset == order.name))
    _clean_findings(connection, sources, table, None, urls, at=order.at)
    fate = {"status": Status.WITHDRAWN.value, "removed_at": order.at, "reason": dumps(Text, Text(de=order.reason))}
    erased = {"metadata": "", "declaration": "", "curation": "", "digest": ""}
    connection.execute(update(tables.dataset).where(_d.name == order.name).values({**fate, **erased}))
    _conclude(connection, order, order.name, edition=None)


def withdraw_edition(connection: Connection, order: Order, number: int) -> None:
    """The files of one edition; its number, times and the reason stay. Raises UnknownEdition, Gone, DecisionRefused."""
    stored = _require_dataset(connection, order.name)
    edition = find_edition(connection, order.name, number)
    if edition is None:
        raise UnknownEdition(f"{order.name}, Stand {number}")
    if edition.withdrawn_at is not None:
        raise Gone(f"{order.name}, Stand {number}", reason=edition.withdrawn_reason, at=edition.withdrawn_at.isoformat())
    if stored.status == Status.ACTIVE.value and number == stored.edition:
        raise DecisionRefused(
            f"Stand {number} ist der neueste: Seine Zeilen sind die veröffentlichten. Zurückziehen lässt sich der ganze Datensatz "
            "oder eine Zeile (dann entsteht ein neuer Stand ohne sie)."
        )
    _withdraw_editions(connection, order, [edition])
    _conclude(connection, order, f"{order.name}, edition {number}", edition=number)


def withdraw_row(connection: Connection, order: Order, key: str, *, press: Press, archive: Files) -> None:
    """One row: a new edition without it, no older edition that had it, and a key that never comes back.
    Raises UnknownItem when no row and no edition ever had this key."""
    stored = _require_dataset(connection, order.name)
    table = stored.table_name
    editions = [each for each in find_editions(connection, order.name) if each.withdrawn_at is None]
    key_fields = dataset_from(stored.metadata).table.key
    affected = [each for each in editions if _contains(press.files, each, key_fields, key)]
    rows = [each for each in all_rows(connection, table) if each.row.key == key]
    if not rows and not affected:
        raise UnknownItem(f"Zeile »{key}« in »{order.name}«")
    sources = _sources_of(connection, table, order.name)
    planned = _clean_plans(connection, sources, table, key)
    urls = {(each.source, each.row.origin) for each in rows} | _addresses(planned)
    needles = _needles(connection, table, key, [row for _, row in planned])
    _give_up_payloads(connection, _payloads_with(connection, archive, sources, urls, needles))
    connection.execute(delete(tables.row).where(_row.table_name == table, _row.key == key))
    connection.execute(tables.withdrawn_row.insert().values(table_name=table, key=key, at=order.at, reason=order.reason))
    _clean_findings(connection, sources, table, {key}, urls, at=order.at)
    if rows and stored.status == Status.ACTIVE.value:
        _publish_without(connection, order, loads(Declaration, stored.declaration), press)
    _withdraw_editions(connection, order, affected)
    for each in affected:
        log_change(connection, ChangeKind.WITHDRAWN, order.name, at=order.at, edition=each.number, reason=Text(de=order.reason))
    record_decision(connection, at=order.at, who=order.by, what="withdraw", target=f"{order.name}, row {key}", why=order.reason)
    _sweep_later(connection)


def finish_erasures(database: Database, *, files: Files, archive: Files) -> None:
    """Erase the files that committed withdrawals gave up, then strike them off the list. Cheap when there are none."""
    with database.read() as connection:
        if connection.execute(select(tables.erasure.c.sha256).limit(1)).first() is None:
            return
    with database.write() as connection:  # the lock keeps every publisher from bringing such a file back meanwhile
        done = [(_FILES, each) for each in _erase(connection, _FILES, files, _f.sha256, may_sweep=True)]
        # A running harvest has payloads on disk that no entry names yet.
        running = connection.execute(select(tables.run.c.id).where(tables.run.c.outcome == Outcome.RUNNING.value).limit(1)).first()
        done += [(_ARCHIVE, each) for each in _erase(connection, _ARCHIVE, archive, _a.sha256, may_sweep=running is None)]
    if not done:
        return
    database.forget()
    c = tables.erasure.c
    with database.write() as connection:
        for folder, sha256 in done:
            connection.execute(delete(tables.erasure).where(c.folder == folder, c.sha256 == sha256))


def main_source(connection: Connection, table: str) -> str:
    """Under whose name the Prüfliste files a problem of the whole data set."""
    return connection.execute(select(_row.source).where(_row.table_name == table).order_by(_row.source).limit(1)).scalar_one_or_none() or ""


def _require_dataset(connection: Connection, name: str) -> Record:
    stored = find_dataset(connection, name)
    if stored is None:
        raise UnknownDataset(name)
    if stored.status == Status.WITHDRAWN.value:
        raise Gone(name, reason=text_from(stored.reason).de, at=stored.removed_at.isoformat())
    return stored


def _withdrawn(order: Order) -> dict[str, object]:
    return {"withdrawn_at": order.at, "withdrawn_reason": order.reason, "sha256": ""}


def _withdraw_editions(connection: Connection, order: Order, editions: Iterable[Edition]) -> None:
    numbers = [each.number for each in editions]
    _give_up_files(connection, (_f.dataset == order.name) & _f.number.in_(numbers))
    where = (_e.dataset == order.name) & _e.number.in_(numbers)
    connection.execute(update(tables.edition).where(where).values(_withdrawn(order)))


def _conclude(connection: Connection, order: Order, target: str, *, edition: int | None) -> None:
    log_change(connection, ChangeKind.WITHDRAWN, order.name, at=order.at, edition=edition, reason=Text(de=order.reason))
    record_decision(connection, at=order.at, who=order.by, what="withdraw", target=target, why=order.reason)
    _sweep_later(connection)


def _publish_without(connection: Connection, order: Order, declaration: Declaration, press: Press) -> None:
    note = Text(de=f"Eine Zeile wurde zurückgezogen: {order.reason}", en=f"One row was withdrawn: {order.reason}")
    try:
        attempt(connection, press, declaration, Occasion(at=order.at, run=0, note=note), lambda: None)
    except Refused as refused:
        reasons = "; ".join(each.message for each in refused.findings)
        raise DecisionRefused(
            f"Ohne die Zeile ist der Datensatz nicht veröffentlichbar ({reasons}); zurückziehen lässt er sich ganz."
        ) from None


def _contains(files: Files, edition: Edition, key_fields: Collection[str], key: str) -> bool:
    """Whether an edition's CSV has a row with this key. An edition that cannot be read that way counts as having it."""
    if "csv" not in edition.files:
        return True
    reader = csv.DictReader(io.StringIO(files.read(edition.files["csv"].sha256).decode("utf-8"), newline=""))
    if not set(key_fields) <= set(reader.fieldnames or ()):
        return True
    return any("/".join(line[name] for name in key_fields) == key for line in reader)


def _sources_of(connection: Connection, table: str, name: str) -> frozenset[str]:
    """Every source that ever gave rows to this table: by rows, recorded origins and plans."""
    o = tables.origin.c
    found = set(connection.execute(select(_row.source).where(_row.table_name == table).distinct()).scalars())
    found |= set(connection.execute(select(o.source).where(o.table_name == table).distinct()).scalars())
    others = frozenset(connection.execute(select(tables.plan.c.source).distinct()).scalars()) - found
    found |= {each.plan.source.name for each in plans_of_sources(connection, others) if _plans_table(each.plan, table)}
    return frozenset(found)


def _plans_table(plan: Plan, table: str) -> bool:
    return any(each.declaration.table.name == table for each in plan.tables)


def _clean_plans(connection: Connection, sources: frozenset[str], table: str, key: str | None) -> list[tuple[str, Row]]:
    """Take a table, or one key of it, out of stored plans, decided ones too; open plans that held it are outdated.
    Returns (source, row) for each row taken out."""
    taken_out: list[tuple[str, Row]] = []
    for stored in plans_of_sources(connection, sources):
        plan = stored.plan
        here = [each for each in plan.tables if each.declaration.table.name == table]
        dropped = [change for each in here for change in each.changes if key in (None, change.key)]
        taken_out += [(plan.source.name, each.row) for each in dropped if each.row is not None]
        if dropped or (here and key is None):
            state = PlanState.OUTDATED if stored.state in OPEN else stored.state
            rewrite_plan(connection, stored, replace(plan, tables=_remaining(plan, table, key)), state)
    return taken_out


def _remaining(plan: Plan, table: str, key: str | None) -> tuple[TablePlan, ...]:
    def without(each: TablePlan) -> TablePlan | None:
        if each.declaration.table.name != table:
            return each
        if key is None:
            return None
        return replace(each, changes=tuple(change for change in each.changes if change.key != key))

    return tuple(kept for each in plan.tables if (kept := without(each)) is not None)


def _addresses(rows: Iterable[tuple[str, Row]]) -> set[tuple[str, str]]:
    return {(source, row.origin) for source, row in rows}


def _clean_findings(
    connection: Connection, sources: frozenset[str], table: str, keys: Collection[str] | None, urls: set[tuple[str, str]], *, at: datetime
) -> None:
    """Findings quote values: those about the withdrawn rows, and those about whole files they stood in, go."""
    erase_items(connection, table, keys, at=at)
    files = {url for _, url in urls if url}

    def concerns(finding: Finding) -> bool:
        here = finding.table == table and (keys is None or finding.key in keys or not finding.key)
        return here or (not finding.key and finding.origin in files)

    c = tables.run.c
    for run in connection.execute(select(c.id, c.findings).where(c.source.in_(sources), c.findings != "[]")).all():
        findings = loads(tuple[Finding, ...], run.findings)
        kept = tuple(each for each in findings if not concerns(each))
        if kept != findings:
            connection.execute(update(tables.run).where(c.id == run.id).values(findings=dumps(tuple[Finding, ...], kept)))
    for stored in plans_of_sources(connection, sources):
        _clean_plan_findings(connection, stored, concerns)


def _clean_plan_findings(connection: Connection, stored: StoredPlan, concerns: Callable[[Finding], bool]) -> None:
    plan = stored.plan
    kept_tables = tuple(
        replace(each, quarantined=tuple(item for item in each.quarantined if not any(map(concerns, item.findings)))) for each in plan.tables
    )
    cleaned = replace(plan, tables=kept_tables, findings=tuple(each for each in plan.findings if not concerns(each)))
    if cleaned != plan:
        rewrite_plan(connection, stored, cleaned, stored.state)


def _payloads(connection: Connection, sources: frozenset[str]) -> list[Record]:
    return list(connection.execute(select(tables.archive_entry).where(_a.source.in_(sources)).order_by(_a.id)))


def _payloads_with(
    connection: Connection, archive: Files, sources: frozenset[str], urls: set[tuple[str, str]], needles: Collection[bytes]
) -> list[Record]:
    """Payloads that hold the row: from the addresses it came from, and all others of these sources in which something only
    this row says can be found. What cannot be searched counts as holding it: erasing too much costs a replay, no more."""
    verdicts: dict[str, bool] = {}
    found = []
    for each in _payloads(connection, sources):
        if (each.source, each.url) not in urls and each.sha256 not in verdicts:
            verdicts[each.sha256] = _may_hold(archive, each.sha256, needles)
        if (each.source, each.url) in urls or verdicts[each.sha256]:
            found.append(each)
    return found


def _may_hold(archive: Files, sha256: str, needles: Collection[bytes]) -> bool:
    if not archive.has(sha256):
        return False
    content = archive.read(sha256)
    return content.startswith(_CONTAINERS) or any(each in content for each in needles)


def _needles(connection: Connection, table: str, key: str, planned: Iterable[Row]) -> frozenset[bytes]:
    """What only this row of the table says, or once said, as it may be spelt in a payload."""
    shared: set[object] = set()
    own: set[object] = {key, *(value for row in planned for value in row.values.values())}
    for each in all_rows(connection, table):
        (own if each.row.key == key else shared).update(each.row.values.values())
    telling = {each for each in own - shared if isinstance(each, str) and len(each) >= _TELLING_LENGTH}
    return frozenset(spelling for each in telling for spelling in _spellings(each))


def _spellings(value: str) -> Iterator[bytes]:
    yield from (value.encode(encoding, errors="replace") for encoding in _ENCODINGS)
    yield json.dumps(value)[1:-1].encode()  # as JSON with escapes: Gr\\u00fcner
    yield html.escape(value).encode()


def _give_up_payloads(connection: Connection, entries: Collection[Record]) -> None:
    if not entries:
        return
    connection.execute(delete(tables.archive_entry).where(_a.id.in_([each.id for each in entries])))
    _put_on_list(connection, _ARCHIVE, {each.sha256 for each in entries})


def _give_up_files(connection: Connection, where: ColumnElement[bool]) -> None:
    given_up = set(connection.execute(select(_f.sha256).where(where)).scalars())
    connection.execute(delete(tables.edition_file).where(where))
    _put_on_list(connection, _FILES, given_up)


def _put_on_list(connection: Connection, folder: str, shas: set[str]) -> None:
    c = tables.erasure.c
    shas = shas - set(connection.execute(select(c.sha256).where(c.folder == folder)).scalars())
    if shas:
        connection.execute(tables.erasure.insert(), [{"folder": folder, "sha256": each} for each in sorted(shas)])


def _sweep_later(connection: Connection) -> None:
    """A publication that crashed before its commit left files that hold the same rows, and that nothing names."""
    for folder in (_FILES, _ARCHIVE):
        _put_on_list(connection, folder, {_EVERYTHING_LOOSE})


def _erase(connection: Connection, name: str, folder: Files, in_use: ColumnElement[str], *, may_sweep: bool) -> list[str]:
    """What of the list is done with: erased, or named again by somebody else."""
    pending = set(connection.execute(select(tables.erasure.c.sha256).where(tables.erasure.c.folder == name)).scalars())
    referenced = set(connection.execute(select(in_use).distinct()).scalars())
    sweeps = _EVERYTHING_LOOSE in pending
    pending.discard(_EVERYTHING_LOOSE)
    for sha256 in sorted(pending - referenced):
        folder.erase(sha256)
    if sweeps and may_sweep:
        folder.sweep(referenced)
        pending.add(_EVERYTHING_LOOSE)
    return sorted(pending)
