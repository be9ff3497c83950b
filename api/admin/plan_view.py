"""A stored plan as a person reads it before deciding: every change, field by field."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from api.admin.admin import Visit
from api.admin.pages import ChangeView, FieldLine, PlanView, TableView
from api.admin.paging import paged
from api.admin.wording import FATES, NOTES
from api.web import wording
from api.words import CHANGES, PLAN_STATES
from catalog.plan import Change, RowChange, StoredPlan, TablePlan
from catalog.plans import OPEN
from harvesters.sensors.hints import high_value_hint
from schemas.row import Row, Value
from schemas.table import Table

#: Findings shown; the page of the run has all.
SHOWN_FINDINGS = 50
#: Changes on one page: each has up to twenty fields.
_SIZE = 50
#: Changes whose row the plan does not repeat: what is published now tells what they are about.
_OF_PUBLISHED = (Change.MISS, Change.STALE, Change.REMOVE)
_SOURCE_URL = "source_url"


def plan_view(visit: Visit, stored: StoredPlan) -> PlanView:
    plan = stored.plan
    tables = [each for each in plan.tables if each.changes or each.new_dataset or each.quarantined]
    wanted = visit.query.get("table", "")
    current = next(
        (each for each in tables if each.declaration.table.name == wanted), next((each for each in tables if each.changes), None)
    )
    changes = paged(current.changes if current else (), visit.query, size=_SIZE)
    published = _published(visit, stored, current, changes.items)
    waits = stored.state in OPEN
    return PlanView(
        stored=stored,
        source=plan.source.title,
        state=PLAN_STATES[stored.state],
        fate=FATES[stored.state],
        outdated=waits and plan.base != visit.found.store.fingerprint(plan.source.name),
        findings=tuple(map(visit.admin.masker.finding, plan.findings[:SHOWN_FINDINGS])),
        more_findings=max(0, len(plan.findings) - SHOWN_FINDINGS),
        tables=tuple(_table_view(each, visit.query, current) for each in tables),
        changes=changes.map(lambda each: change_view(current.declaration.table, each, published)) if current else paged((), {}),
    )


def counts_of(tables: tuple[TablePlan, ...]) -> str:
    """`neu 3, geändert 1`; what does not happen is left out."""
    totals = {word: sum(each.count(change) for each in tables) for change, word in CHANGES.items()}
    return ", ".join(f"{word} {wording.number(number, 'de')}" for word, number in totals.items() if number) or "keine Änderung"


def change_view(table: Table, change: RowChange, published: Mapping[str, Row]) -> ChangeView:
    """Of a new row every value, of a changed one what changes, of one that goes or is missing what is public now."""
    if change.change is Change.CREATE and change.row is not None:
        fields = [_line(table, name, None, value) for name, value in _values(change.row).items() if value not in (None, "")]
    elif change.change in _OF_PUBLISHED and change.key in published:
        goes = change.change is Change.REMOVE
        values = {name: value for name, value in _values(published[change.key]).items() if value not in (None, "")}
        fields = [_line(table, name, value, None if goes else value) for name, value in values.items()]
    else:
        fields = [_line(table, each.field, each.before, each.after) for each in change.fields]
    return ChangeView(
        word=CHANGES[change.change], key=change.key, code=change.change.value, note=NOTES[change.change], fields=tuple(fields)
    )


def field_title(table: Table | None, name: str) -> str:
    """German title of a field, its name where it has none."""
    if name == _SOURCE_URL:
        return "Nachzulesen unter"
    if table is None or name not in table.field_names:
        return name
    return table.field(name).title.de


def shown(table: Table | None, name: str, value: Value) -> str:
    """A value as people write it: codes by their label, dates and numbers in German."""
    if table is None or name not in table.field_names:
        return "" if value is None else str(value)
    return wording.cell(value, table.field(name), "de")


def _current(tables: Sequence[TablePlan], wanted: str) -> TablePlan | None:
    """The table whose changes are shown: the wanted one, else the first that has any."""
    named = [each for each in tables if each.declaration.table.name == wanted]
    return next(iter([*named, *(each for each in tables if each.changes)]), None)


def _published(visit: Visit, stored: StoredPlan, table: TablePlan | None, changes: tuple[RowChange, ...]) -> dict[str, Row]:
    """Rows of this page that are public now, for the changes that need them."""
    if table is None or not any(each.change in _OF_PUBLISHED for each in changes):
        return {}
    rows = visit.found.store.published_under(stored.plan.source.name, table.declaration.table.name, {each.key for each in changes})
    return {key: each.row for key, each in rows.items()}


def _values(row: Row) -> dict[str, Value]:
    return {**row.values, **({_SOURCE_URL: row.source_url} if row.source_url else {})}


def _line(table: Table, name: str, before: Value, after: Value) -> FieldLine:
    return FieldLine(title=field_title(table, name), before=shown(table, name, before), after=shown(table, name, after))


def _table_view(table: TablePlan, query: Mapping[str, str], current: TablePlan | None) -> TableView:
    declared = table.declaration
    return TableView(
        name=declared.table.name,
        title=declared.title.de,
        dataset=declared.name,
        is_new=table.new_dataset,
        new_columns=tuple(field_title(declared.table, each) for each in table.new_columns),
        counts=counts_of((table,)),
        unchanged=table.unchanged,
        quarantined=len(table.quarantined),
        hint=_hint(table),
        link="?" + urlencode({"table": declared.table.name}) + "#changes",
        current=table is current,
    )


def _hint(table: TablePlan) -> str:
    """Of a new layer of sensors, while there is something to decide."""
    declared = table.declaration
    if not table.new_dataset or declared.kind != "sensor":
        return ""
    values = (each.row.values.get("property") for each in table.changes if each.row is not None)
    return high_value_hint(declared.name, (each for each in values if isinstance(each, str)))
