"""A catalogue of any size in seconds: one data set is published properly, then its lines are copied under other names and words.

Nothing is written to disk but the database: all copies share the files of the first one.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection, func, select

from catalog import tables
from catalog.issuing import remember_source
from catalog.store import Store
from catalog.totals import count_anew
from schemas.model import SourceReference

SOURCE = "bestand"  #: that all copies come from
_AT_ONCE = 500
_THINGS = [
    "Bäume",
    "Bänke",
    "Brücken",
    "Brunnen",
    "Kindergärten",
    "Spielplätze",
    "Radwege",
    "Zählstellen",
    "Beschlüsse",
    "Satzungen",
    "Haltestellen",
    "Denkmäler",
    "Parkplätze",
]
_PLACES = [
    "Innenstadt",
    "Betzenberg",
    "Erzhütten",
    "Siegelbach",
    "Erfenbach",
    "Dansenberg",
    "Hohenecken",
    "Mölschbach",
    "Morlautern",
    "Erlenbach",
]
_KINDS = ["participation", "project", "sensor", "council", "statistics", "other"]
_THEMES = ["GOVERNMENT", "ENVIRONMENT", "TRANSPORT", "REGIONS", "EDUCATION", "ECONOMY"]
_SYLLABLES = ["ka", "ru", "lo", "mi", "be", "sta", "dor", "fen", "gra", "pul", "nes", "wir", "tho", "al"]


def words(number: int) -> dict[str, Any]:
    """What the copy with this number is called: a few words that many share, and one of its own."""
    thing, place = _THINGS[number % len(_THINGS)], _PLACES[number // 7 % len(_PLACES)]
    return {
        "title": {"de": f"{thing} {place} {number}", "en": f"{thing} of {place} {number}"},
        "description": {"de": f"Alle {thing} im Ortsbezirk {place}, laufend erfasst; Verzeichnis {invented(number)} der Stadtverwaltung."},
        "keywords": [{"de": thing}, {"de": place}, {"de": invented(number)}],
        "themes": [_THEMES[number % len(_THEMES)]],
        "kind": _KINDS[number // 3 % len(_KINDS)],
    }


def invented(number: int) -> str:
    """A word that about ten of 100,000 have."""
    found, rest = "", number % 10_007
    while rest:
        rest, syllable = divmod(rest, len(_SYLLABLES))
        found += _SYLLABLES[syllable]
    return (found or "null").capitalize()


def multiply(store: Store, template: str, count: int) -> None:
    """Until there are `count` data sets; `template` names a published one, whose kind of table the copies have."""
    with store.database.write() as connection:
        original = _Original(connection, template)
        remember_source(connection, SourceReference(name=SOURCE, title="Bestand"))
        first = int(connection.execute(select(func.max(tables.dataset.c.number))).scalar_one()) + 1
        for start in range(first, count + 1, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, count + 1))
            for table, lines in original.copies(numbers).items():
                connection.execute(tables.metadata.tables[table].insert(), lines)
        count_anew(connection)


class _Original:
    """The lines of one data set, as they are in the database."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._name = name
        self._dataset = _lines(connection, tables.dataset, tables.dataset.c.name == name)[0]
        self._table = str(self._dataset["table_name"])
        self._rows = _lines(connection, tables.row, tables.row.c.table_name == self._table)
        last = int(self._dataset["edition"])
        self._editions = _lines(connection, tables.edition, (tables.edition.c.dataset == name) & (tables.edition.c.number == last))
        self._files = _lines(
            connection, tables.edition_file, (tables.edition_file.c.dataset == name) & (tables.edition_file.c.number == last)
        )
        self._fragments = _lines(connection, tables.fragment, tables.fragment.c.dataset == name)
        self._seq = int(connection.execute(select(func.max(tables.change_log.c.seq))).scalar_one())
        self._metadata = json.loads(self._dataset["metadata"])
        self._declaration = json.loads(self._dataset["declaration"])

    def copies(self, numbers: range) -> dict[str, list[dict[str, Any]]]:
        names = {number: f"{self._name}-{number}" for number in numbers}
        return {
            "dataset": [self._copy(number, name) for number, name in names.items()],
            "row": [{**each, "table_name": _table(self._table, number), "source": SOURCE} for number in names for each in self._rows],
            "edition": [{**each, "dataset": name} for name in names.values() for each in self._editions],
            "edition_file": [{**each, "dataset": name} for name in names.values() for each in self._files],
            "fragment": [
                {**each, "dataset": name, "content": self._renamed(each["content"], name)}
                for name in names.values()
                for each in self._fragments
            ],
            "change_log": list(self._changes(names)),
        }

    def _copy(self, number: int, name: str) -> dict[str, Any]:
        moment = self._dataset["modified"] - timedelta(hours=number % 9000)
        uuid = str(uuid5(NAMESPACE_URL, name))
        said = words(number)
        more = {
            "table": {**self._metadata["table"], "name": _table(self._table, number)},
            "sources": [{"name": SOURCE, "title": "Bestand"}],
        }
        metadata = {**self._metadata, **said, **more, "name": name, "uuid": uuid, "number": number, "modified": moment.isoformat()}
        declared = {**self._declaration, **said, "name": name}
        declared["table"] = {**self._declaration["table"], "name": _table(self._table, number)}
        return {
            **self._dataset,
            "name": name,
            "uuid": uuid,
            "number": number,
            "table_name": _table(self._table, number),
            "title": _json(said["title"]),
            "metadata": _json(metadata),
            "declaration": _json(declared),
            "digest": uuid,
            "modified": moment,
        }

    def _renamed(self, content: bytes, name: str) -> bytes:
        return content.replace(f"/datasets/{self._name}".encode(), f"/datasets/{name}".encode())

    def _changes(self, names: dict[int, str]) -> Iterator[dict[str, Any]]:
        for name in names.values():
            self._seq += 1
            yield {
                "seq": self._seq,
                "at": self._dataset["modified"],
                "dataset": name,
                "kind": "created",
                "edition": 1,
                "reason": _json({"de": "neu"}),
            }


def _table(name: str, number: int) -> str:
    return f"{name}_{number}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _lines(connection: Connection, table: Any, where: Any) -> list[dict[str, Any]]:
    return [dict(each._mapping) for each in connection.execute(select(table).where(where))]
