"""What is kept of `projekts/overview`: the fields that are read. Of a project that is not switched on only that there is one; of a field
that nobody knows only its name, so that somebody is told of it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from harvesters.answers import parsed
from schemas.errors import SourceError

TAKEN = ("id", "name", "total_duration_start", "total_duration_end", "mark_as_underway", "activated")
#: Nobody is named in them, and the common model has no place for them.
UNUSED = ("level", "order_number", "sdg_codes", "image_url")
#: Objects within a project: what of them is read, and what is known and left out.
INNER: Mapping[str, Sequence[str]] = {
    "page": ("title", "subtitle", "slug"),
    "map_location": ("latitude", "longitude"),
    "phases": ("id", "title", "type", "start_date", "end_date", "active", "given_order"),
}
INNER_UNUSED: Mapping[str, Sequence[str]] = {"page": (), "map_location": ("id", "zoom", "shape"), "phases": ("regular",)}


def listed(content: bytes, address: str) -> list[dict[str, Any]]:
    """A list, or an object around one (which of both is unconfirmed). Raises SourceError."""
    found = parsed(content, object, address)
    lists = [each for each in found.values() if isinstance(each, list)] if isinstance(found, dict) else [found]
    if len(lists) != 1 or not isinstance(lists[0], list) or not all(isinstance(each, dict) for each in lists[0]):
        raise SourceError(f"»{address}«: Die Antwort sollte eine Liste von Projekten sein und ist keine.")
    return lists[0]


def kept(address: str, content: bytes) -> bytes:
    """Doing it twice is doing it once. Raises SourceError."""
    found = [_project(each) for each in listed(content, address)]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _project(project: Mapping[str, Any]) -> dict[str, object]:
    if project.get("activated") is False:
        return {"id": _bare(project.get("id")), "activated": False}
    fields: dict[str, object] = {}
    for name, value in project.items():
        if name in TAKEN:
            fields[name] = _bare(value)
        elif name in INNER:
            fields[name] = [_inner(name, each) for each in value] if isinstance(value, list) else _inner(name, value)
        elif name == "tags":
            fields[name] = _names(value)
        elif name not in UNUSED:
            fields[name] = None
    return fields


def _inner(name: str, value: object) -> object:
    """False for what is no such object: that it is wrong has to be seen."""
    if not isinstance(value, dict):
        return None if value is None else False
    return {each: _bare(value[each]) if each in INNER[name] else None for each in value if each not in INNER_UNUSED[name]}


def _names(tags: object) -> list[str] | None:
    """Of texts, or of objects with a name (which of both is unconfirmed)."""
    found = [each.get("name") if isinstance(each, dict) else each for each in tags] if isinstance(tags, list) else []
    return [each for each in found if isinstance(each, str)]


def _bare(value: object) -> object:
    """What is no single value stays as wrong as it is, and empty."""
    return type(value)() if isinstance(value, (dict, list)) else value
