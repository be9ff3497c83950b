"""What changed between two editions of one table, row by row and cell by cell: pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from catalog.formats.canonical_csv import delimited_line
from catalog.formats.cells import text_of
from catalog.plan import FieldChange
from schemas.row import Value
from schemas.table import Table, provenance_fields

Values = Mapping[str, Value]
_Identity = tuple[tuple[str, ...], int]  #: key as texts, and which of several rows with that key


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Keys are the primary key as text, several fields joined by "/"."""

    added: tuple[Values, ...]  #: rows only in the later edition, in its order
    removed: tuple[Values, ...]  #: rows only in the earlier one, in its order
    changed: Mapping[str, tuple[FieldChange, ...]]  #: every cell that differs, in the later edition's order of rows
    provenance_only: frozenset[str]  #: keys of `changed` where only source, state or time of change differ

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed)


def difference(before: Iterable[Values], after: Iterable[Values], table: Table) -> Difference:
    """Compare by primary key; a table without key by whole rows. Columns that only one edition has are compared with null,
    and an empty text is null. Nothing is left out; rows of which only the provenance columns differ are told apart."""
    old, new = _by_identity(before, table), _by_identity(after, table)
    pairs = ((identity, _changes(old[identity], row, table)) for identity, row in new.items() if identity in old)
    changed = {_shown(identity): changes for identity, changes in pairs if changes}
    provenance = {each.name for each in provenance_fields()}
    return Difference(
        added=tuple(row for identity, row in new.items() if identity not in old),
        removed=tuple(row for identity, row in old.items() if identity not in new),
        changed=changed,
        provenance_only=frozenset(key for key, changes in changed.items() if provenance.issuperset(each.field for each in changes)),
    )


def difference_csv(found: Difference, table: Table) -> bytes:
    """Canonical CSV, one line a cell: change (added, removed, changed, provenance), key, field, before, after."""
    lines = [("change", "key", "field", "before", "after")]
    for row in found.added:
        lines += [("added", key_of(row, table), name, "", text_of(value)) for name, value in row.items() if not _is_null(value)]
    for row in found.removed:
        lines += [("removed", key_of(row, table), name, text_of(value), "") for name, value in row.items() if not _is_null(value)]
    for key, changes in found.changed.items():
        kind = "provenance" if key in found.provenance_only else "changed"
        lines += [(kind, key, each.field, text_of(each.before), text_of(each.after)) for each in changes]
    return "".join(map(delimited_line, lines)).encode()


def key_of(row: Values, table: Table) -> str:
    """The primary key as text; "" for a table without key."""
    return "/".join(text_of(row.get(name)) for name in table.key)


def _by_identity(rows: Iterable[Values], table: Table) -> dict[_Identity, Values]:
    """Rows that share a key (a table without one, a broken edition) are paired in their order: none is lost."""
    seen: defaultdict[tuple[str, ...], int] = defaultdict(int)
    found: dict[_Identity, Values] = {}
    for row in rows:
        key = tuple(text_of(row.get(name)) for name in table.key or sorted(row))
        found[key, seen[key]] = row
        seen[key] += 1
    return found


def _shown(identity: _Identity) -> str:
    key, occurrence = identity
    return "/".join(key) + (f" ({occurrence + 1})" if occurrence else "")


def _changes(before: Values, after: Values, table: Table) -> tuple[FieldChange, ...]:
    names = dict.fromkeys((*table.field_names, *before, *after))
    pairs = ((name, before.get(name), after.get(name)) for name in names)
    return tuple(FieldChange(field=name, before=old, after=new) for name, old, new in pairs if not _same(old, new))


def _same(one: Value, other: Value) -> bool:
    """True is not 1, although Python says so."""
    if _is_null(one) or _is_null(other):
        return _is_null(one) and _is_null(other)
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _is_null(value: Value) -> bool:
    return value is None or value == ""
