"""What is kept of the ZIP of a Decidim's open data: the columns that klar reads, as JSON. No author and no endorsement leaves memory."""

import csv
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog.dialect import BrokenFile, records
from harvesters.answers import parsed
from harvesters.reading.archive import DAMAGED, opened
from schemas.errors import SourceError

_FILE = re.compile(r"open-data-([a-z_]+)\.csv")
_SPACE = ("id", "slug", "title")
_PLACE = ("participatory_space/id", "participatory_space/url")
#: Entity -> columns that are read: by their whole name, or with the languages below it.
ENTITIES: Mapping[str, tuple[str, ...]] = {
    "participatory_processes": (*_SPACE, "start_date", "end_date"),
    "assemblies": (*_SPACE, "creation_date", "closing_date"),
    "conferences": (*_SPACE, "start_date", "end_date"),
    "initiatives": (*_SPACE, "signature_start_date", "signature_end_date"),
    "meetings": (
        *("id", *_PLACE, "title", "start_time", "end_time", "type_of_meeting", "attendees", "address", "location"),
        *("url", "withdrawn"),
    ),
    "results": ("id", *_PLACE, "title", "description", "end_date", "status/key", "status/name", "progress", "url"),
    "proposals": ("id", *_PLACE, "state", "published_at", "created_at", "answered_at", "withdrawn", "created_in_meeting"),
}
_TEXTS = ("title", "body")
#: First parts of column names that are known and left out: they name persons, or say what no table has a place for.
_SKIPPED = frozenset(
    {
        *("author", "likes", "endorsements", "user_endorsements", "organizations", "followers", "follows_count", "coauthorships_count"),
        *(
            "votes",
            "supports",
            "comments",
            "contributions",
            "attachments",
            "reference",
            "component",
            "category",
            "scope",
            "scopes_enabled",
            "taxonomies",
        ),
        *("area", "participatory_space", "address", "latitude", "longitude", "answer", "cost", "cost_report", "execution_period"),
        *("state_published_at", "withdrawn_at", "updated_at", "created_at", "published_at", "published", "related_proposals"),
        *("related_results", "meeting_urls", "proposal_urls", "is_amend", "original_proposal", "collaborative_draft_origin", "url"),
        *("title", "body", "description", "short_description", "subtitle", "announcement", "developer_group", "local_area", "meta_scope"),
        *("participatory_scope", "participatory_structure", "target", "participatory_process_group", "participatory_process_type"),
        *("promoted", "remote_hero_image_url", "remote_banner_image_url", "hashtag", "weight", "start_date", "parent", "status"),
        *("children_count", "external_id", "timeline_entries", "location", "location_hints", "online_meeting_url", "state"),
        *("answered_at", "withdrawn", "created_in_meeting", "id", "slug", "private_space", "access_mode", "is_transparent"),
    }
)


class Export:
    """What was kept, as rows."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content

    def has(self, entity: str) -> bool:
        return entity in self._content

    def rows(self, entity: str) -> Sequence[Mapping[str, str]]:
        found = self._content.get(entity, {})
        columns = found.get("columns", [])
        return [dict(zip(columns, each, strict=True)) for each in found.get("rows", [])]

    def fault(self, entity: str) -> str:
        """Why its file could not be read; "" when it could, or is not there."""
        return str(self._content.get(entity, {}).get("fault", ""))

    def unknown(self, entity: str) -> Sequence[str]:
        """Columns that nobody knows: their names, nothing of what stands in them."""
        return tuple(self._content.get(entity, {}).get("unknown", []))


def kept(address: str, content: bytes, *, contributions: bool, texts: bool) -> bytes:
    """From the ZIP, or from what was kept of one. Raises SourceError: no archive, one that unpacks to too much, or without open data."""
    if content.lstrip()[:1] == b"{":
        found = _again(parsed(content, dict, address), contributions=contributions, texts=texts)
    else:
        try:
            with opened(content, "ZIP") as archive:
                found = dict(_entities(archive, contributions=contributions, texts=texts))
        except BrokenFile as error:
            raise SourceError(f"»{address}«: {error.detail}") from error
    if not found:
        raise SourceError(f"»{address}«: In der ZIP liegt keine Datei mit offenen Daten von Decidim.")
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _wanted(entity: str, *, contributions: bool, texts: bool) -> tuple[str, ...]:
    if entity == "proposals" and not contributions:
        return _PLACE
    return ENTITIES[entity] + (_TEXTS if entity == "proposals" and texts else ())


def _entities(archive: zipfile.ZipFile, *, contributions: bool, texts: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    seen: set[str] = set()
    for member in sorted(archive.infolist(), key=lambda each: each.filename):
        name = _FILE.search(member.filename)
        if name is None or name[1] not in ENTITIES:
            continue
        entity = name[1]
        if entity in seen:
            yield entity, {"fault": "Die Datei liegt zweimal in der ZIP."}
            continue
        seen.add(entity)
        try:
            yield entity, _table(archive.read(member), _wanted(entity, contributions=contributions, texts=texts))
        except BrokenFile as error:
            yield entity, {"fault": error.detail}
        except DAMAGED:
            yield entity, {"fault": "Die Datei ist beschädigt."}


def _table(content: bytes, wanted: Sequence[str]) -> dict[str, Any]:
    """Raises BrokenFile."""
    lines = records(content, "utf-8", separator_of(content), '"')
    header = next(lines, [])
    places = [place for place, name in enumerate(header) if _is_wanted(name, wanted)]
    rows = []
    for number, cells in enumerate(lines, start=2):
        if not cells:
            continue
        if len(cells) != len(header):
            raise BrokenFile("ragged-row", f"Zeile {number} hat {len(cells)} Felder, die Kopfzeile {len(header)}.", row=number)
        rows.append([cells[place] for place in places])
    unknown = [each for each in header if each and not _is_wanted(each, wanted) and each.partition("/")[0] not in _SKIPPED]
    return {"columns": [header[place] for place in places], "rows": rows, **({"unknown": unknown} if unknown else {})}


def _again(found: Mapping[str, Any], *, contributions: bool, texts: bool) -> dict[str, Any]:
    """What was kept under other options may hold more than these allow."""
    again = {}
    for entity in ENTITIES.keys() & found.keys():
        table = found[entity]
        wanted = _wanted(entity, contributions=contributions, texts=texts)
        columns = table.get("columns", [])
        places = [place for place, name in enumerate(columns) if _is_wanted(name, wanted)]
        narrowed = {
            "columns": [columns[place] for place in places],
            "rows": [[row[place] for place in places] for row in table.get("rows", [])],
        }
        again[entity] = {**table, **narrowed} if "columns" in table else table
    return again


def _is_wanted(column: str, wanted: Sequence[str]) -> bool:
    """`title` also as `title/de` and `title/machine_translations/de`; `id` only as itself."""
    return column in wanted or any(column.startswith(f"{each}/") for each in wanted if each in _TRANSLATED)


_TRANSLATED = frozenset({"title", "body", "description", "location", "status/name"})


def separator_of(content: bytes) -> str:
    """`;` or `,` (`default_csv_col_sep` of the instance): whichever cuts the header into more names, none of which holds either."""
    header = content.partition(b"\n")[0].decode("utf-8", "replace")
    counts = {each: len(next(csv.reader([header], delimiter=each), [])) for each in (";", ",")}
    return max(counts, key=lambda each: counts[each])
