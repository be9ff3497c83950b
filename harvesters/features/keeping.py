"""What of a list of features is kept: what the options name, where it lies, and how the list goes on. All else is kept nowhere.

What moves with each answer (`timeStamp`) goes as well, so that an unchanged list is kept once. Of properties that nobody names only the
names stay, to be reported. Filtering twice is filtering once.
"""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from harvesters.answers import parsed
from harvesters.features.lately import Times
from schemas.errors import SourceError

#: Where the names of properties that were dropped are noted in what is kept.
UNNAMED = "klar:unnamed"
_COUNTS = ("numberMatched", "numberReturned", "totalFeatures")
_MOST_NAMES = 50
_LONGEST_NAME = 80
#: OWS 1.1 and 2.0, and the older form of WFS 1.0: errors that come with status 200 (reference: sensors/sources.md 5).
_EXCEPTION = re.compile(rb"<(?:[A-Za-z0-9]+:)?(?:ServiceExceptionReport|ExceptionReport)\b")
_CODE = re.compile(rb"(?:exceptionCode|code)\s*=\s*[\"']([A-Za-z0-9]{1,60})[\"']")


def kept(
    content: bytes, address: str, *, named: Collection[str], ignored: Collection[str], lists: bool, times: Times | None = None
) -> bytes:
    """`named`: properties that are taken; `ignored`: those that are left out without a word; `lists`: a bare array of features is one
    answer, too; `times`: what is done with moments that move. Raises SourceError for what is no list of features."""
    require_no_exception(content, address)
    found = parsed(content, object, address)
    if lists and isinstance(found, list):
        found = {"type": "FeatureCollection", "features": found}
    if not isinstance(found, dict) or found.get("type") != "FeatureCollection" or not isinstance(found.get("features"), list):
        raise SourceError(f"»{address}« sollte eine FeatureCollection liefern, und es kam etwas anderes.")
    features = [_feature(each) for each in found["features"]]
    unnamed = {name[:_LONGEST_NAME] for each in features for name in each["properties"]} - {*named, *ignored}
    before = found.get(UNNAMED)
    unnamed |= {each for each in before if isinstance(each, str)} if isinstance(before, list) else set()
    result = {
        "type": "FeatureCollection",
        **{name: found[name] for name in _COUNTS if isinstance(found.get(name), int | str)},
        **_crs(found.get("crs")),
        **_next(found.get("links")),
        "features": [{**each, "properties": _chosen(each["properties"], named) | (times.kept(each) if times else {})} for each in features],
        UNNAMED: sorted(unnamed)[:_MOST_NAMES],
    }
    return json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def require_no_exception(content: bytes, address: str) -> None:
    """Raises SourceError for an exception report, whatever its status was. Its code is named; its text repeats what it was asked."""
    start = content[:4000]
    if _EXCEPTION.search(start):
        code = _CODE.search(start)
        said = f" ({code[1].decode('ascii')})" if code else ""
        raise SourceError(f"»{address}«: Der Dienst meldet einen Fehler{said}.")


def _feature(found: object) -> dict[str, Any]:
    """A feature, or an object of a plain list read as the properties of one; what is neither becomes a feature that says nothing, and so
    costs itself alone."""
    if not isinstance(found, dict):
        return _said(None, None, {})
    if found.get("type") != "Feature" and not isinstance(found.get("properties"), dict):
        return _said(None, None, found)
    properties, number = found.get("properties"), found.get("id")
    lasting = number if isinstance(number, str | int) and not isinstance(number, bool) else None
    return _said(lasting, _geometry(found.get("geometry")), properties if isinstance(properties, dict) else {})


def _said(number: str | int | None, geometry: dict[str, Any] | None, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "id": number, "geometry": geometry, "properties": properties}


def _geometry(found: object) -> dict[str, Any] | None:
    return {"type": found.get("type"), "coordinates": found.get("coordinates")} if isinstance(found, dict) else None


def _chosen(properties: Mapping[str, object], named: Collection[str]) -> dict[str, object]:
    """A value that is a list or an object can hold anything: an empty list stays, and is a wrong value to whoever takes it."""
    return {name: [] if isinstance(value, list | dict) else value for name, value in properties.items() if name in named}


def _crs(found: object) -> dict[str, object]:
    """The member of GeoJSON before RFC 7946."""
    inner = found.get("properties") if isinstance(found, dict) else None
    name = inner.get("name") if isinstance(inner, dict) else None
    return {"crs": {"type": "name", "properties": {"name": name}}} if isinstance(name, str) else {}


def _next(found: object) -> dict[str, object]:
    links = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    following = [each["href"] for each in links if each.get("rel") == "next" and isinstance(each.get("href"), str)]
    return {"links": [{"rel": "next", "href": following[0]}]} if following else {}
