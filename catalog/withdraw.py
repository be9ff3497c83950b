"""Erasing what must not be public (a citizen's name): from rows, editions, fragments, plans, Prüfliste, runs, raw archive and vault.

What is erased in the database goes in the transaction; files and the vault follow after its commit (catalog.erasure).
"""

import csv
import io
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from catalog import tables
from catalog.adopting import adopted_names, table_name
from catalog.changelog import log_change
from catalog.codec import dumps, loads
from catalog.database import Record
from catalog.decisions import key_mark, record_decision
from catalog.entries import ChangeKind, Edition, Status
from catalog.erasure import Erasing, give_up_attachments, give_up_charts, give_up_files, give_up_payloads, order_of_vault, sweep_later
from catalog.files import Files
from catalog.issuing import attempt
from catalog.plan import Plan, PlanState, StoredPlan, TablePlan
from catalog.plans import OPEN, plans_of_sources, rewrite_plan
from catalog.press import Occasion, Press, Refused
from catalog.quarantine import erase_items
from catalog.removal import forget_removal
from catalog.rows import all_rows
from catalog.shelving import find_dataset
from catalog.statistics.releases import is_statistic
from catalog.store import dataset_from, find_edition, find_editions, text_from
from catalog.traces import payloads_of, payloads_with, row_needles
from schemas.declaration import Declaration
from schemas.errors import DecisionRefused, Gone, UnknownDataset, UnknownEdition, UnknownItem
from schemas.row import Finding, Row
from schemas.upstream import TABLE
from schemas.values import Text

_d = tables.dataset.c
_e = tables.edition.c
_f = tables.edition_file.c
_row = tables.row.c


@dataclass(frozen=True, kw_only=True)
class Order:
    """Who withdraws from which data set, when, and the reason everybody will read."""

    name: str
    reason: str
    by: str
    at: datetime
    role: str = ""


def withdraw_dataset(connection: Connection, order: Order, *, press: Press, archive: Files, vault: Erasing) -> None:
    """Everything but name, title, number and times. Raises UnknownDataset, Gone."""
    stored = _require_dataset(connection, order.name)
    if stored.upstream:
        _withdraw_adopted(connection, order, stored, press=press, archive=archive, vault=vault)
        return
    table = stored.table_name
    sources = _sources_of(connection, table, order.name)
    urls = {(each.source, each.origin) for each in connection.execute(select(_row.source, _row.origin).where(_row.table_name == table))}
    o = tables.origin.c
    urls |= {(each.source, each.url) for each in connection.execute(select(o.source, o.url).where(o.table_name == table))}
    urls |= _addresses(_clean_plans(connection, sources, table, None))
    given_up = [each for each in payloads_of(connection, sources) if (each.source, each.url) in urls]
    give_up_payloads(connection, given_up)
    order_of_vault(connection, (*vault.orders_for(table, None, sources=sources, urls=urls), *vault.orders_about(_answers(given_up))))
    give_up_files(connection, _f.dataset == order.name)
    give_up_charts(connection, order.name)
    give_up_attachments(connection, order.name)
    connection.execute(update(tables.edition).where(_e.dataset == order.name).values(_withdrawn(order)))
    connection.execute(delete(tables.row).where(_row.table_name == table))
    connection.execute(delete(tables.origin).where(o.table_name == table))
    connection.execute(delete(tables.fragment).where(tables.fragment.c.dataset == order.name))
    _clean_findings(connection, sources, table, None, urls, at=order.at)
    fate = {"status": Status.WITHDRAWN.value, "removed_at": order.at, "reason": dumps(Text, Text(de=order.reason))}
    erased = {"metadata": "", "declaration": "", "curation": "", "digest": ""}
    connection.execute(update(tables.dataset).where(_d.name == order.name).values({**fate, **erased}))
    forget_removal(connection, order.name)
    _conclude(connection, order, order.name, edition=None)
    if table == TABLE:
        _erase_adopted(connection, order, adopted_names(connection))


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


def withdraw_row(connection: Connection, order: Order, key: str, *, press: Press, archive: Files, vault: Erasing) -> None:
    """One row: a new edition without it, no older edition that had it, and a key that never comes back.
    Raises UnknownItem when no row and no edition ever had this key."""
    stored = _require_dataset(connection, order.name)
    if is_statistic(connection, order.name):
        raise DecisionRefused("Eine Zahl einer Statistik wird mit einem neuen Stand berichtigt; zurückziehen lassen sich ganze Stände.")
    table = stored.table_name
    editions = [each for each in find_editions(connection, order.name) if each.withdrawn_at is None]
    key_fields = dataset_from(stored.metadata).columns.key
    affected = [each for each in editions if _contains(press.files, each, key_fields, key)]
    rows = [each for each in all_rows(connection, table) if each.row.key == key]
    if not rows and not affected:
        raise UnknownItem(f"Zeile »{key}« in »{order.name}«")
    sources = _sources_of(connection, table, order.name)
    planned = _clean_plans(connection, sources, table, key)
    urls = {(each.source, each.row.origin) for each in rows} | _addresses(planned)
    needles = row_needles(connection, table, key, [row for _, row in planned])
    given_up = payloads_with(connection, archive, sources, urls, needles)
    give_up_payloads(connection, given_up)
    order_of_vault(connection, vault.orders_for(table, {key}, sources=sources, urls=urls, needles=needles))
    order_of_vault(connection, vault.orders_about(_answers(given_up), needles=needles))
    connection.execute(delete(tables.row).where(_row.table_name == table, _row.key == key))
    connection.execute(tables.withdrawn_row.insert().values(table_name=table, key=key, at=order.at, reason=order.reason))
    _clean_findings(connection, sources, table, {key}, urls, at=order.at)
    shown = rows or any(each.number == stored.edition for each in affected)  # the last edition of a data set that is announced to go
    if shown and stored.status == Status.ACTIVE.value:
        _publish_without(connection, order, loads(Declaration, stored.declaration), press)
    _withdraw_editions(connection, order, affected)
    for each in affected:
        log_change(connection, ChangeKind.WITHDRAWN, order.name, at=order.at, edition=each.number, reason=Text(de=order.reason))
    _record(connection, order, f"{order.name}, row {key_mark(key)}")
    if table == TABLE:
        _erase_adopted(connection, order, adopted_names(connection, key))
    sweep_later(connection)


def _withdraw_adopted(connection: Connection, order: Order, stored: Record, *, press: Press, archive: Files, vault: Erasing) -> None:
    """A neighbour's data set: it is a row of the list of all of them, and goes with it."""
    listed = connection.execute(select(tables.dataset).where(_d.table_name == TABLE)).one_or_none()
    if listed is not None and listed.status != Status.WITHDRAWN.value:
        withdraw_row(connection, replace(order, name=listed.name), stored.upstream, press=press, archive=archive, vault=vault)
    else:
        _erase_adopted(connection, order, [order.name])


def _erase_adopted(connection: Connection, order: Order, names: Iterable[str]) -> None:
    fate = {"status": Status.WITHDRAWN.value, "removed_at": order.at, "reason": dumps(Text, Text(de=order.reason))}
    for name in names:
        connection.execute(delete(tables.fragment).where(tables.fragment.c.dataset == name))
        connection.execute(update(tables.dataset).where(_d.name == name).values({**fate, "metadata": "", "curation": "", "digest": ""}))
        erase_items(connection, table_name(name), None, at=order.at)
        forget_removal(connection, name)
        _conclude(connection, replace(order, name=name), name, edition=None)


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
    give_up_files(connection, (_f.dataset == order.name) & _f.number.in_(numbers))
    give_up_charts(connection, order.name, numbers)
    give_up_attachments(connection, order.name, numbers)
    where = (_e.dataset == order.name) & _e.number.in_(numbers)
    connection.execute(update(tables.edition).where(where).values(_withdrawn(order)))


def _conclude(connection: Connection, order: Order, target: str, *, edition: int | None) -> None:
    log_change(connection, ChangeKind.WITHDRAWN, order.name, at=order.at, edition=edition, reason=Text(de=order.reason))
    _record(connection, order, target)
    sweep_later(connection)


def _record(connection: Connection, order: Order, target: str) -> None:
    record_decision(connection, at=order.at, who=order.by, role=order.role, what="withdraw", target=target, why=order.reason)


def _publish_without(connection: Connection, order: Order, declaration: Declaration, press: Press) -> None:
    note = Text(de=f"Eine Zeile wurde zurückgezogen: {order.reason}", en=f"One row was withdrawn: {order.reason}")
    try:
        attempt(connection, press, declaration, Occasion(at=order.at, run=0, note=note, at_once=True), lambda: None)
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
    try:
        return any("/".join(line[name] for name in key_fields) == key for line in reader)
    except csv.Error:
        return True  # a cell larger than the reader takes


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


def _answers(entries: Iterable[Record]) -> list[tuple[int, str, str]]:
    return [(each.run, each.source, each.url) for each in entries]


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
