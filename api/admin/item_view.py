"""A refused row as a person reads it before deciding: masked, beside its last good version."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from api.admin.admin import Visit
from api.admin.masking import Masker, personal_fields
from api.admin.pages import CellLine, ItemLine
from api.admin.plan_view import field_title, shown
from api.words import STATES, finding_text
from catalog.entries import QuarantineItem
from schemas.declaration import city_wide
from schemas.row import Row, Value
from schemas.table import Table, microdata_tables


def tables_of(visit: Visit, source: str) -> dict[str, Table]:
    """Name -> table: those of the common model, and what this source has published of its own."""
    common = {each.table.name: each.table for each in city_wide().values()}
    return {**microdata_tables(), **common} | {each.table.name: each.table for each in visit.found.store.declarations_of(source)}


def table_title(table: str, tables: Mapping[str, Table]) -> str:
    return tables[table].title.de if table in tables else table


def item_line(
    masker: Masker, item: QuarantineItem, *, source: str, tables: Mapping[str, Table], waiting: frozenset[int] = frozenset()
) -> ItemLine:
    """`waiting`: numbers of items that one of two persons has agreed to."""
    return ItemLine(
        item=replace(item, key=masker.text(item.key)),
        source=source,
        table=table_title(item.table, tables),
        state=STATES[item.state],
        findings=tuple(finding_text(masker.finding(each)) for each in item.findings),
        second=item.id in waiting,
    )


def published_row(visit: Visit, item: QuarantineItem) -> Row | None:
    """The version of the row that is public."""
    found = visit.found.store.published_under(item.source, item.table, [item.key]) if item.key else {}
    return found[item.key].row if item.key in found else None


def cell_lines(
    masker: Masker, item: QuarantineItem, payload: Mapping[str, object], published: Row | None, table: Table | None
) -> tuple[CellLine, ...]:
    """Field by field, in the order of the table; what the payload holds beside it comes last. Empty on both sides is left out."""
    hit, named = personal_fields(item.findings), {each.field for each in item.findings}
    public: Mapping[str, Value] = published.values if published else {}
    names = [*(table.field_names if table else ()), *payload]
    lines = []
    for name in _once(names):
        waiting = _waiting(masker, table, name, payload.get(name), is_personal=name in hit)
        before = shown(table, name, public.get(name))
        if waiting or before:
            differs = bool(payload) and payload.get(name) != public.get(name)
            lines.append(CellLine(title=field_title(table, name), waiting=waiting, published=before, hit=name in named, differs=differs))
    return tuple(lines)


def _waiting(masker: Masker, table: Table | None, name: str, value: object, *, is_personal: bool) -> str:
    title = field_title(table, name)
    masked = masker.value(value, heading=title, is_personal=is_personal)
    if isinstance(value, str | int | float) and masked == str(value):
        return shown(table, name, value)  # nothing was found in it: as people write it
    return masked


def _once(names: Sequence[str]) -> Iterator[str]:
    yield from dict.fromkeys(names)
