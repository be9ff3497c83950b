"""Two independent readings of the example agree: the plain one of these tests and the harvester that publishes it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from harvesters.fetch import FolderFetch
from harvesters.harvester import IntoVault, SourceConfig
from harvesters.platforms.files import FilesHarvester
from harvesters.record import Record
from schemas.declaration import Declaration
from schemas.row import Row
from schemas.table import common_tables
from tests.schemas.example import CONFIG, EXAMPLE, TABLES, rows_of

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


def harvested(source: dict[str, Any]) -> Iterator[Declaration | Row]:
    """What the harvester finds. Fails on anything unreadable, unread or quarantined."""
    config = SourceConfig(
        name=source["name"],
        title=source["title"],
        kind="files",
        url=source["url"],
        folder=EXAMPLE,
        options=source.get("options", {}),
        personal_data=source.get("personal_data", False),
        legal_basis=source.get("legal_basis", ""),
    )
    harvester = FilesHarvester(config)
    for found in harvester.records(FolderFetch(EXAMPLE / source["url"], keep_payload=lambda payload: None, clock=lambda: NOW)):
        if isinstance(found, Record):
            for row in harvester.map(found):
                assert isinstance(row, Row), row
                yield row
        elif not isinstance(found, IntoVault):
            assert isinstance(found, Declaration), found
            yield found


@cache
def everything() -> tuple[Declaration | Row, ...]:
    return tuple(found for source in CONFIG["source"] for found in harvested(source))


@pytest.mark.parametrize("table", TABLES)
def test_the_harvester_reads_the_example_as_it_is_meant(table: str) -> None:
    read = [found for found in everything() if isinstance(found, Row) and found.table == table]

    assert [(row.key, row.digest) for row in read] == [(row.key, row.digest) for row in rows_of(table)]


def test_the_list_with_its_own_schema_becomes_a_data_set_in_both_languages() -> None:
    (own,) = [found for found in everything() if isinstance(found, Declaration) and found.table.name not in common_tables()]
    rows = [found for found in everything() if isinstance(found, Row) and found.table == own.table.name]

    assert own.name == "stadtteilerneuerungsgebiete"
    assert own.title.en
    assert all(keyword.en for keyword in own.keywords)
    assert [row.key for row in rows] == ["kl-einsiedlerhof", "kl-ost", "innenstadt-west", "viertes-gebiet"]
