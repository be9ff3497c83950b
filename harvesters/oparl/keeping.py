"""What of an OParl answer is kept: nothing that names a person, nothing of files but where they are, nothing of what is not public.

Names of attributes: OParl 1.1, `schema/*.json`. A field that stands in no schema is kept by name only, so that somebody is told of it.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from harvesters.answers import parsed
from harvesters.naming import shown
from harvesters.nodes import bare
from harvesters.oparl.words import is_committee
from schemas.errors import SourceError

Json = Mapping[str, Any]
_MOST_UNKNOWN = 20

_SYSTEM = ("id", "type", "oparlVersion", "body", "license", "name", "organization", "meeting", "paper", "shortName", "website", "web")
_BODY = ("id", "name", "shortName", "organization", "meeting", "paper", "license", "website", "web", "deleted")

#: Read, of an organisation. Never: membership, post, location (it may be somebody's home), numbers of members.
ORGANISATION = (
    "id", "name", "shortName", "organizationType", "classification", "startDate", "endDate", "subOrganizationOf", "license",
    "website", "web", "modified", "deleted",
)  # fmt: skip
_ORGANISATION_LEFT = {
    "type", "created", "body", "membership", "meeting", "consultation", "post", "location", "externalBody", "memberCount",
    "votingMemberCount", "keyword",
}  # fmt: skip
#: Read, of a meeting. Never: participant (who was there), auxiliary files.
MEETING = (
    "id", "name", "meetingState", "cancelled", "start", "end", "location", "organization", "invitation", "resultsProtocol",
    "verbatimProtocol", "agendaItem", "license", "web", "modified", "deleted",
)  # fmt: skip
_MEETING_LEFT = {"type", "created", "participant", "auxiliaryFile", "keyword"}
#: Read, of an agenda item.
ITEM = (
    "id", "number", "order", "name", "public", "consultation", "result", "resolutionText", "resolutionFile", "keyword", "license",
    "web", "modified",
)  # fmt: skip
_ITEM_LEFT = {"type", "created", "meeting", "auxiliaryFile", "start", "end", "deleted"}
_PAPER = ("id", "reference", "deleted")
_LOCATION = ("description", "streetAddress", "room", "postalCode", "subLocality", "locality")
#: … and left: whose place it is, what happened there.
_LOCATION_LEFT = {
    "id", "type", "geojson", "bodies", "organizations", "persons", "meetings", "papers", "license", "keyword", "created", "modified",
    "web", "deleted",
}  # fmt: skip
#: Of a file, everything but its address and licence is left.
_FILE = ("accessUrl", "fileLicense", "license")
_FILE_LEFT = {
    "id", "type", "name", "fileName", "mimeType", "date", "size", "sha1Checksum", "sha512Checksum", "text", "downloadUrl",
    "externalServiceUrl", "masterFile", "derivativeFile", "meeting", "agendaItem", "person", "paper", "keyword", "created", "modified",
    "web", "deleted",
}  # fmt: skip
_IN_FILE = {*_FILE, *_FILE_LEFT}
_PARTS_OF_MEETING = {
    "location": {*_LOCATION, *_LOCATION_LEFT},
    **dict.fromkeys(("invitation", "resultsProtocol", "verbatimProtocol"), _IN_FILE),
}
_PARTS_OF_ITEM = {"resolutionFile": _IN_FILE}
_NO_PARTS: Mapping[str, set[str]] = {}
#: Objects within objects, of which more is left out than kept.
_NARROWED_LATER = frozenset({*_PARTS_OF_MEETING, *_PARTS_OF_ITEM, "agendaItem"})


def system(content: bytes, address: str) -> bytes:
    """Also for an address that gives one body. Raises SourceError."""
    return _written(_only(parsed(content, dict, address), _SYSTEM))


def page(of: Callable[[Json], Json]) -> Callable[[bytes, str], bytes]:
    """A filter for pages of an external list. Raises SourceError for what is none."""

    def kept(content: bytes, address: str) -> bytes:
        found = parsed(content, dict, address)
        objects = found.get("data")
        if not isinstance(objects, list):
            raise SourceError(f"»{address}« ist keine Liste nach OParl (»data« fehlt).")
        links, pagination = found.get("links"), found.get("pagination")
        return _written(
            {
                "data": [of(_remains(each) if isinstance(each, dict) else {}) for each in objects],
                "links": _only(links, ("next",)) if isinstance(links, dict) else {},
                "pagination": _only(pagination, ("totalElements",)) if isinstance(pagination, dict) else {},
            }
        )

    return kept


def _remains(found: Json) -> Json:
    """Of what is deleted, that it is: some servers leave its words in place."""
    return _only(found, ("id", "organizationType", "modified", "deleted")) if found.get("deleted") is True else found


def body(found: Json) -> Json:
    return _only(found, _BODY)


def organisation(types: frozenset[str]) -> Callable[[Json], Json]:
    """Of organisations of other types not even the name: groups of one member bear the member's. The same of one that has no type, unless
    its words say that it is a committee. No `types`: all are wanted."""

    def kept(found: Json) -> Json:
        if types and not _is_wanted(found, types):
            return _only(found, ("id", "organizationType", "deleted"))
        return _only(found, ORGANISATION) | _unknown(found, {*ORGANISATION, *_ORGANISATION_LEFT})

    return kept


def _is_wanted(found: Json, types: frozenset[str]) -> bool:
    kind, name, classification = (found.get(each) for each in ("organizationType", "name", "classification"))
    if kind:
        return isinstance(kind, str) and kind in types
    return is_committee(name if isinstance(name, str) else "", classification if isinstance(classification, str) else "")


def meeting(found: Json) -> Json:
    kept = _only(found, MEETING) | _unknown(found, {*MEETING, *_MEETING_LEFT}, _PARTS_OF_MEETING)
    for name in ("invitation", "resultsProtocol", "verbatimProtocol"):
        if name in kept:
            kept[name] = _file(kept[name])
    if "location" in kept:
        kept["location"] = _location(kept["location"])
    if isinstance(kept.get("agendaItem"), list):
        kept["agendaItem"] = [_item(each) for each in kept["agendaItem"] if isinstance(each, dict)]
    return kept


def paper(keywords: tuple[str, ...]) -> Callable[[Json], Json]:
    """Its number, what it is consulted under, and which of these words it speaks of. No row comes from it, so nothing of its words may lie
    in the archive: whoever withdraws a row would not find them."""

    def kept(found: Json) -> Json:
        said = "\n".join(each for each in (found.get("name"), *_texts(found.get("keyword"))) if isinstance(each, str)).casefold()
        kept = _only(found, _PAPER)
        kept["about"] = [each for each in keywords if each.casefold() in said or each in _texts(found.get("about"))]
        consultations = found.get("consultation")
        if isinstance(consultations, list):
            kept["consultation"] = [_only(each, ("id", "agendaItem")) for each in consultations if isinstance(each, dict)]
        return kept

    return kept


def length(found: Json) -> Json:
    """Of a list that is only counted."""
    return {}


def _item(found: Json) -> dict[str, Any]:
    """Of an item that is not public, that there is one: the rest should not have been there. Only true is public where anything is said.
    Of one that is deleted, the same; and of one without a decision, because no row comes from it: whoever withdraws a row would not find
    its words."""
    if found.get("public") not in (None, True):
        return {**_only(found, ("id",)), "public": False}
    if found.get("deleted") is True:
        return _only(found, ("id", "deleted"))
    if not (found.get("result") or found.get("resolutionText")):
        return _only(found, ("id",))
    kept = _only(found, ITEM) | _unknown(found, {*ITEM, *_ITEM_LEFT}, _PARTS_OF_ITEM)
    if "resolutionFile" in kept:
        kept["resolutionFile"] = _file(kept["resolutionFile"])
    return kept


def _file(found: object) -> dict[str, Any]:
    """Where it is and under which licence; its name, text and persons are not read."""
    return _only(found, _FILE) if isinstance(found, dict) else {}


def _location(found: object) -> dict[str, Any]:
    if not isinstance(found, dict):
        return {}
    kept = _only(found, _LOCATION)
    shape = found.get("geojson")
    point = shape.get("geometry", shape) if isinstance(shape, dict) else None
    if isinstance(point, dict) and point.get("type") == "Point":
        kept["geojson"] = _only(point, ("type", "coordinates"))
    return kept


def _texts(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _only(found: Json, names: tuple[str, ...]) -> dict[str, Any]:
    """Values and lists of values: an object that stands where an address should (some servers embed them) may hold anything."""
    return {name: found[name] if name in _NARROWED_LATER else bare(found[name]) for name in names if name in found}


def _unknown(found: Json, known: set[str], parts: Mapping[str, set[str]] = _NO_PARTS) -> dict[str, None]:
    """Names of fields that nobody knows, those of its parts with a dot."""
    names = [name for name in found if name not in known]
    for part, known_there in parts.items():
        inner = found.get(part)
        names += [f"{part}.{name}" for name in inner if name not in known_there] if isinstance(inner, dict) else []
    return dict.fromkeys(list(dict.fromkeys(map(shown, names)))[:_MOST_UNKNOWN])


def _written(found: Json) -> bytes:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
