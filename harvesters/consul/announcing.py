"""Which tables a walk speaks of: said when the first record of each comes, because no platform uses everything it can do. One that was
published before and is not said any more counts as empty (`harvesters.attempt`), so nothing leaves unseen."""

from collections.abc import Iterable, Iterator

from harvesters.consul.rows import NodeRecord
from harvesters.harvester import Found, IntoVault
from schemas.declaration import Declaration, declaration_of_table
from schemas.table import microdata_tables


def announcement(name: str) -> Declaration | IntoVault:
    private = microdata_tables().get(name)
    return declaration_of_table(name) if private is None else IntoVault(table=private)


def announced(found: Iterable[Found], *, first: Iterable[str] = ()) -> Iterator[Found]:
    """`first`: tables that are said even when there is nothing of them, so that an empty answer is noticed."""
    said = set(first)
    yield from map(announcement, sorted(said))
    for each in found:
        if isinstance(each, NodeRecord):
            yield from (announcement(name) for name in each.tables if name not in said)
            said.update(each.tables)
        yield each
