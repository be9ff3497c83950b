"""What is kept of the ZIP of a Decidim's open data: the columns that klar reads, as JSON. No author and no endorsement leaves memory."""

import csv
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from catalog.dialect import BrokenFile, records
from harvesters.answers import parsed
from harvesters.naming import shown
from harvesters.reading.archive import DAMAGED, opened
from schemas.errors import SourceError

_FILE = re.compile(r"open-data-([a-z_]+)\.csv")
_SPACE = ("id", "slug", "title")
_PLACE = ("participatory_space/id", "participatory_space/url")
#: Column of our own in place of the authors: whether the platform's organization proposes. Empty where the export does not say.
OFFICIAL = "klar:official"
_AUTHORS = "author/url"
#: Files of comments, all of one shape (decidim-comments, comment_serializer.rb): each under what its component exports.
COMMENTS = ("proposal_comments", "meeting_comments", "result_comments", "debate_comments")
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
    "proposals": ("id", *_PLACE, "state", "published_at", "created_at", "answered_at", "withdrawn", "created_in_meeting", OFFICIAL),
    **dict.fromkeys(COMMENTS, ("id", "created_at", "root_commentable_url")),
}
_TEXTS = ("title", "body")
_START_PAGE = re.compile(r"/?(?:[a-z]{2}(?:-[A-Z]{2})?/?)?", re.ASCII)
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
        *("locale", "alignment", "depth", "commentable_id", "commentable_type", "user_group"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What of a ZIP may be kept. `texts`: also what people wrote; `spaces`: more than comments."""

    contributions: bool = True
    comments: bool = True
    texts: bool = False
    spaces: bool = True

    def columns(self, entity: str) -> tuple[str, ...] | None:
        """Columns that may be kept of a file, None for a file of which nothing may be."""
        if entity in COMMENTS:
            return (*ENTITIES[entity], *(("body",) if self.texts else ())) if self.comments else None
        if entity not in ENTITIES or not self.spaces:
            return None
        if entity != "proposals":
            return ENTITIES[entity]
        return (*ENTITIES[entity], *(_TEXTS if self.texts else ())) if self.contributions else _PLACE


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


def kept(address: str, content: bytes, choice: Choice) -> bytes:
    """From the ZIP, or from what was kept of one. Raises SourceError: no archive, one that unpacks to too much, or without open data."""
    if content.lstrip()[:1] == b"{":
        found = _again(parsed(content, dict, address), choice)
    else:
        try:
            with opened(content, "ZIP") as archive:
                found = dict(_entities(archive, choice))
        except BrokenFile as error:
            raise SourceError(f"»{address}«: {error.detail}") from error
    if not found:
        raise SourceError(f"»{address}«: In der ZIP liegt keine der Dateien mit offenen Daten von Decidim, die gelesen werden sollen.")
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _entities(archive: zipfile.ZipFile, choice: Choice) -> Iterator[tuple[str, dict[str, Any]]]:
    seen: set[str] = set()
    for member in sorted(archive.infolist(), key=lambda each: each.filename):
        name = _FILE.search(member.filename)
        wanted = choice.columns(name[1]) if name else None
        if name is None or wanted is None:
            continue
        entity = name[1]
        if entity in seen:
            yield entity, {"fault": "Die Datei liegt zweimal in der ZIP."}
            continue
        seen.add(entity)
        try:
            yield entity, _table(archive.read(member), wanted)
        except BrokenFile as error:
            yield entity, {"fault": error.detail}
        except DAMAGED:
            yield entity, {"fault": "Die Datei ist beschädigt."}


def _table(content: bytes, wanted: Sequence[str]) -> dict[str, Any]:
    """Raises BrokenFile."""
    lines = records(content, "utf-8", separator_of(content), '"')
    header = next(lines, [])
    places = [place for place, name in enumerate(header) if name != OFFICIAL and _is_wanted(name, wanted)]
    authors = header.index(_AUTHORS) if OFFICIAL in wanted and _AUTHORS in header else None
    rows = []
    for number, cells in enumerate(lines, start=2):
        if not cells:
            continue
        if len(cells) != len(header):
            raise BrokenFile("ragged-row", f"Zeile {number} hat {len(cells)} Felder, die Kopfzeile {len(header)}.", row=number)
        rows.append([cells[place] for place in places] + ([] if authors is None else [_is_official(cells[authors])]))
    unknown = list(dict.fromkeys(shown(each) for each in header if each and not _is_known(each, wanted)))
    columns = [header[place] for place in places] + ([] if authors is None else [OFFICIAL])
    return {"columns": columns, "rows": rows, **({"unknown": unknown} if unknown else {})}


def _is_official(authors: str) -> str:
    """From the addresses of the authors, joined by commas (decidim-core, exporters/csv.rb): the organization has the start page, people
    have a profile, a meeting has its page (decidim-proposals, proposal_serializer.rb)."""
    found = [each.strip() for each in authors.split(",") if each.strip()]
    return "true" if found and all(_START_PAGE.fullmatch(_path(each)) for each in found) else "false"


def _path(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "?"
    return parts.path if parts.scheme in ("http", "https") else "?"


def _again(found: Mapping[str, Any], choice: Choice) -> dict[str, Any]:
    """What was kept under other options may hold more than these allow."""
    again = {}
    for entity in ENTITIES.keys() & found.keys():
        table, wanted = found[entity], choice.columns(entity)
        if wanted is None:
            continue
        columns = table.get("columns", [])
        places = [place for place, name in enumerate(columns) if _is_wanted(name, wanted)]
        narrowed = {
            "columns": [columns[place] for place in places],
            "rows": [[row[place] for place in places] for row in table.get("rows", [])],
        }
        again[entity] = {**table, **narrowed} if "columns" in table else table
    return again


def _is_known(column: str, wanted: Sequence[str]) -> bool:
    return _is_wanted(column, wanted) or column.partition("/")[0] in _SKIPPED


def _is_wanted(column: str, wanted: Sequence[str]) -> bool:
    """`title` also as `title/de` and `title/machine_translations/de`; `id` only as itself."""
    return column in wanted or any(column.startswith(f"{each}/") for each in wanted if each in _TRANSLATED)


_TRANSLATED = frozenset({"title", "body", "description", "location", "status/name"})


def separator_of(content: bytes) -> str:
    """`;` or `,` (`default_csv_col_sep` of the instance): whichever cuts the header into more names, none of which holds either."""
    header = content.partition(b"\n")[0].decode("utf-8", "replace")
    counts = {each: len(next(csv.reader([header], delimiter=each), [])) for each in (";", ",")}
    return max(counts, key=lambda each: counts[each])
