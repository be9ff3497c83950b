"""The rows that a statistic counts, from the vault or from what is published. For processes of the operator."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from catalog.cubes.coding import Observed
from catalog.cubes.counting import Counted, count
from catalog.store import Store
from catalog.vault import Vault
from schemas.cube_plan import CubePlan, PublicRows
from schemas.row import Value
from schemas.table import microdata_tables


def counted_from(plan: CubePlan, *, store: Store, vault: Vault, at: datetime, since: datetime | None = None) -> Counted:
    """What the declared statistic counts at `at`. `since`: time of the release that newcomers are counted from."""
    public = public_rows(store)
    resolved = plan.resolved(public, at=at)
    return count(resolved, observed(resolved, store=store, vault=vault), public, since=since)


def public_rows(store: Store) -> PublicRows:
    """Published rows by table and key; each table is asked for once."""

    @cache
    def rows_of(table: str) -> dict[str, dict[str, Value]]:
        return {row.key: dict(row.values) for row in store.rows_of(table)}

    return rows_of


def observed(plan: CubePlan, *, store: Store, vault: Vault) -> Iterator[Observed]:
    for table in dict.fromkeys(each.table for each in plan.rows):
        if table in microdata_tables():
            for each in vault.microdata(table):
                yield Observed(table=table, key=each.key, values=each.content, process=each.process, first_at=each.first_at)
        else:
            for row in store.rows_of(table):
                yield Observed(table=table, key=row.key, values=row.values)
