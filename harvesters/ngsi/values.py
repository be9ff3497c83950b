"""Values of attributes, in every form brokers write them: normalised and key-value, NGSI-LD and NGSIv2.

Facts: ETSI GS CIM 009 and Orion's NGSIv2 as reference/sensors/sources.md, sections 2 and 3, quotes them; shapes as the examples of the
Smart Data Models have them.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from harvesters.moments import moment_of

#: What stands beside a value; without one of these an object is the value itself.
_HOLDERS = ("value", "object", "json", "languageMap", "vocab", "valueList", "objectList")
_NUMBER_TYPES = frozenset({"Number", "Integer", "Float", "Double"})
_NUMBER = re.compile(r"-?\d{1,15}([.]\d{1,15})?([eE][+-]?\d{1,3})?", re.ASCII)
#: Metadata of NGSIv2 that say when a value was taken.
_TAKEN = ("timestamp", "TimeInstant", "observedAt", "dateObserved")
_LONGEST = 200


def local_name(name: str) -> str:
    """`temperature` of `https://uri.etsi.org/ngsi-ld/default-context/temperature`: an unknown @context leaves IRIs."""
    return re.split(r"[/#]", name)[-1] if "://" in name else name.rpartition(":")[2] if name.startswith("urn:") else name


def instances(attribute: object) -> Iterator[object]:
    """One attribute may be a list of its states (temporal, or several at once); a list of anything else is one value."""
    if isinstance(attribute, list) and attribute and all(isinstance(each, dict) and _is_held(each) for each in attribute):
        yield from attribute
    else:
        yield attribute


def is_normalised(attribute: object) -> bool:
    return isinstance(attribute, dict) and _is_held(attribute)


def plain(attribute: object) -> Any:
    """The value itself. A list of states gives the last one's."""
    *_, found = instances(attribute)
    for _ in range(3):  # Property → {"@type": "DateTime", "@value": …}
        if not isinstance(found, dict):
            break
        holder = next((each for each in ("@value", *_HOLDERS) if each in found), None)
        if holder is None:
            break
        found = found[holder]
    if isinstance(found, dict) and found and all(isinstance(each, str) for each in found.values()) and {"de", "en"} & found.keys():
        return found.get("de") or found.get("en")  # languageMap
    return found


def number(attribute: object) -> float | None:
    """None for what is no number. NGSIv2 may write one as text, under a type that says so."""
    value = plain(attribute)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    says_number = isinstance(attribute, dict) and attribute.get("type") in _NUMBER_TYPES
    return float(value) if says_number and isinstance(value, str) and _NUMBER.fullmatch(value) else None


def text(attribute: object) -> str:
    """One line, percent-encoding undone (Orion forbids some characters); "" for anything but a text."""
    value = plain(attribute)
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        value = ", ".join(value)
    if not isinstance(value, str):
        return ""
    said = unquote(value, errors="strict") if re.search(r"%[0-9A-Fa-f]{2}", value) and _decodes(value) else value
    return " ".join(said.split())[:_LONGEST]


def names(attribute: object) -> tuple[str, ...]:
    """A list of texts, also where it is written as one: `"[a,b]"`."""
    value = plain(attribute)
    if isinstance(value, str):
        value = value.strip().removeprefix("[").removesuffix("]").split(",")
    if not isinstance(value, list):
        return ()
    return tuple(each.strip().strip("'\"") for each in value if isinstance(each, str) and each.strip().strip("'\""))


def references(attribute: object) -> tuple[str, ...]:
    """Ids that a relationship points to, whether it is one, a text, or a list of either."""
    found = [plain(each) for each in instances(attribute)]
    flat = [one for each in found for one in (each if isinstance(each, list) else [each])]
    return tuple(each for each in flat if isinstance(each, str) and each)


def unit(attribute: object) -> str:
    """As written: UN/CEFACT code, IRI or text; "" for none."""
    for each in instances(attribute):
        if isinstance(each, dict):
            metadata = each.get("metadata")
            said = [each.get("unitCode"), each.get("unitText")]
            said += [metadata.get(name) for name in ("unitCode", "unit")] if isinstance(metadata, dict) else []
            for one in said:
                if found := text(one):
                    return found[:100]
    return ""


def taken(attribute: object) -> datetime | None:
    """When the value was observed, by the attribute itself."""
    moments = [moment(one) for each in instances(attribute) if isinstance(each, dict) for one in _said_times(each)]
    return max((each for each in moments if each), default=None)


def moment(value: object) -> datetime | None:
    """Of a time or an interval `a/b` its end; without a zone, the city's. None for anything else: a time that nobody can read costs nothing
    but freshness."""
    said = plain(value)
    if not isinstance(said, str):
        return None
    begin, _, end = said.partition("/")
    for each in (end, begin):
        try:
            return moment_of(each).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _said_times(attribute: Mapping[str, Any]) -> Iterator[object]:
    yield attribute.get("observedAt")
    metadata = attribute.get("metadata")
    if isinstance(metadata, dict):
        yield from (metadata.get(name) for name in _TAKEN)


def _is_held(attribute: Mapping[str, Any]) -> bool:
    return any(each in attribute for each in _HOLDERS)


def _decodes(value: str) -> bool:
    try:
        unquote(value, errors="strict")
    except UnicodeDecodeError:
        return False
    return True
