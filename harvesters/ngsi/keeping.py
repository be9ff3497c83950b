"""What of an entity is kept: where it is, what it measures, in which unit. Never a value, nobody's address, and no device's number.

An attribute is a measurement when it is a number that comes with a unit or a time, or whose name the table of observed properties knows.
Everything else is dropped; of attributes that nobody knows, the name is kept, so that somebody is told.
"""

import csv
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from harvesters.answers import parsed
from harvesters.ngsi import places
from harvesters.ngsi.values import instances, is_normalised, local_name, moment, names, number, references, taken, text, unit
from harvesters.sensors.properties import observed
from harvesters.sensors.sightings import Sightings
from schemas.errors import SourceError

#: Settings, not observations.
_SETTING = re.compile(r"(threshold|capacity|referencelevel|alertlevel|dangerlevel|maxload|recommendedload|total[a-z]*number)$")
#: What names a person or follows one: entities of these types are not read at all.
PERSONS = frozenset({"Beekeeper", "Driver", "Owner", "Patient", "Person", "User", "Vehicle", "CrowdSourcer"})
#: A model is no device: it says what its devices could measure, and stands nowhere.
MODELS = frozenset({"DeviceModel"})
_TIMES = (
    "dateObservedTo",
    "dateObserved",
    "observationDateTime",
    "observationDate",
    "TimeInstant",
    "dateLastValueReported",
    "binLoggedTime",
)
#: A moment within an id: each observation is an entity of its own then, and their number has no end.
_STAMP = re.compile(r"[-_.:]*\d{4}-?\d{2}-?\d{2}[T_ ]\d{2}(?:[:-]?\d{2}){0,2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})?")
#: Sixteen hexadecimal digits, letters among them: gateways name entities after the DevEUI, which lets anybody find and imitate a device.
_EUI = re.compile(r"(?<![0-9a-fA-F])(?=[0-9]*[a-fA-F])(?=[a-fA-F]*[0-9])[0-9a-fA-F]{16}(?![0-9a-fA-F])")
_MOST_UNKNOWN = 50
_KEPT = "klar:ngsi"
_TEXTS = ("id", "type", "name", "place", "operator", "model", "since", "dataset", "basis")


@cache
def _left() -> frozenset[str]:
    """Attributes that are known and never taken: `device` is of a device, its housing, its owner; `text` says things of other kinds."""
    listed = resources.files("harvesters.ngsi").joinpath("attributes.csv").read_text(encoding="utf-8")
    return frozenset(each["name"] for each in csv.DictReader(listed.splitlines()))


def stripped(identity: str) -> str:
    """An id without the moment in it, if there is one."""
    return _STAMP.sub("", identity) or identity


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """Filter of one run. `now` is when the broker was first asked."""

    now: datetime
    sightings: Sightings = field(default_factory=Sightings)

    def page(self, content: bytes, address: str, offset: int) -> bytes:
        """A page of entities, each as far as it is kept; those of one station become one. Raises SourceError."""
        found = parsed(content, object, address)
        if isinstance(found, dict) and _KEPT in found:
            kept = [_again(each) for each in found.get("entities") or () if isinstance(each, dict)]
            return _written({**_counts(found), "entities": kept})
        if not isinstance(found, list):
            raise SourceError(f"»{address}«: Die Antwort sollte eine Liste von Entitäten sein.")
        entities = [self.entity(each) for each in found]
        stations = {(each["type"], each["id"]): each for each in entities}
        return _written({_KEPT: 1, "offset": offset, "number": len(found), "stamped": _stamped(found), "entities": list(stations.values())})

    def entity(self, found: object) -> dict[str, Any]:
        """Never raises: what cannot be read of an entity is said when it is mapped."""
        if not isinstance(found, dict) or not isinstance(found.get("id"), str) or not isinstance(found.get("type"), str | list):
            return {"id": "", "type": ""}
        if _EUI.search(found["id"]):
            return {"id": "", "type": "DevEUI"}
        kind = found["type"][0] if isinstance(found["type"], list) and found["type"] else found["type"]
        kept: dict[str, Any] = {"id": stripped(found["id"]), "type": str(kind)}
        if local_name(str(kind)) in PERSONS:
            return kept
        said = {local_name(name): each for name, each in found.items()}
        kept |= {name: each for name, each in _described(said).items() if each}
        kept |= _placed(said.get("location"))
        measures, unknown = self._attributes(kept["id"], found, said)
        return kept | {"measures": measures, "unknown": unknown[:_MOST_UNKNOWN]}

    def _attributes(self, identity: str, found: Mapping[str, Any], said: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        whole = max((at for name in _TIMES if (at := moment(said.get(name)))), default=None)
        measures: dict[str, Any] = {}
        unknown = []
        for name, attribute in found.items():
            if is_measurement(name, attribute):
                measures[name] = self._measure(identity, name, attribute, whole)
            elif _is_unknown(local_name(name)):
                unknown.append(local_name(name))
        for name in names(said.get("controlledProperty")):
            measures.setdefault(name, self._measure(identity, name, None, whole))
        return measures, sorted(each[:60] for each in unknown)

    def _measure(self, identity: str, name: str, attribute: object, whole: datetime | None) -> dict[str, str]:
        seen = self.sightings.kept(f"{identity} {name}", taken(attribute) or whole, self.now)
        # Never told by the value: relative humidity of 0 may be a fraction or percent, and the next value must not move a published row.
        measured = {"unit": unit(attribute), "seen": seen}
        return {key: each for key, each in measured.items() if each}


def types(content: bytes, address: str) -> bytes:
    """Names of the types a broker knows (NGSI-LD: an EntityTypeList or details of each; NGSIv2: a list). Raises SourceError."""
    found = parsed(content, object, address)
    listed = found.get("typeList") if isinstance(found, dict) else found
    if not isinstance(listed, list):
        raise SourceError(f"»{address}«: Die Antwort sollte die Typen des Brokers nennen und tut es nicht.")
    said = [each if isinstance(each, str) else _type_of(each) for each in listed]
    return _written({"typeList": sorted({each for each in said if each})})


def is_measurement(name: str, attribute: object) -> bool:
    plain_name = local_name(name).lower()
    if plain_name in _left() or _is_setting(name):
        return False
    known = observed(local_name(name)) is not None
    if all(number(each) is None for each in instances(attribute)):
        # A key-value that is known and empty: the station has nothing to say just now.
        return known and attribute is None
    return known or (is_normalised(attribute) and bool(unit(attribute) or taken(attribute)))


def _is_unknown(name: str) -> bool:
    folded = name.lower()
    return not (folded in _left() or folded.startswith("ref") or _is_setting(name) or observed(name))


def _is_setting(name: str) -> bool:
    return _SETTING.search(local_name(name).lower()) is not None


def _described(said: Mapping[str, Any]) -> dict[str, str]:
    datasets = references(said.get("servesDataset")) or references(said.get("belongsToDataset"))
    installed = moment(said.get("dateInstalled")) or moment(said.get("dateFirstUsed"))
    model = (text(said.get("brandName")), text(said.get("modelName")))
    return {
        "name": text(said.get("name")) or text(said.get("stationName")),
        "place": text(said.get("areaServed")),
        "operator": _no_address(text(said.get("dataProvider")) or text(said.get("operator"))),
        "model": " ".join(each for each in model if each),
        "since": installed.date().isoformat() if installed else "",
        "dataset": min(datasets, default=""),
    }


def _no_address(said: str) -> str:
    return "" if "@" in said or "://" in said else said


def _placed(location: object) -> dict[str, Any]:
    try:
        found = places.point_of(location)
    except places.Unreadable:
        return {"point": []}
    return {} if found is None else {"point": list(found[0]), **({"basis": found[1]} if found[1] else {})}


def _stamped(found: Iterable[object]) -> int:
    return sum(1 for each in found if isinstance(each, dict) and isinstance(each.get("id"), str) and stripped(each["id"]) != each["id"])


def _type_of(found: object) -> str:
    """NGSI-LD with details says `typeName` or `attributeNames` beside an IRI; NGSIv2 `type`."""
    if not isinstance(found, dict):
        return ""
    named = [
        found.get(each)
        for each in ("typeName", "id", "type")
        if isinstance(found.get(each), str) and found.get(each) != "EntityTypeInformation"
    ]
    return str(named[0]) if named else ""


def _counts(found: Mapping[str, Any]) -> dict[str, Any]:
    return {_KEPT: 1, **{name: found[name] for name in ("offset", "number", "stamped") if isinstance(found.get(name), int)}}


def _again(found: Mapping[str, Any]) -> dict[str, Any]:
    """What was kept before: nothing but what this filter writes."""
    kept: dict[str, Any] = {name: found[name] for name in _TEXTS if isinstance(found.get(name), str)}
    if isinstance(found.get("point"), list):
        kept["point"] = [each for each in found["point"] if isinstance(each, int | float)]
    if isinstance(found.get("measures"), dict):
        kept["measures"] = {name: _texts(each, ("unit", "seen")) for name, each in found["measures"].items() if isinstance(each, dict)}
    if isinstance(found.get("unknown"), list):
        kept["unknown"] = [each for each in found["unknown"] if isinstance(each, str)]
    return kept


def _texts(found: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, str]:
    return {name: found[name] for name in wanted if isinstance(found.get(name), str)}


def _written(found: Mapping[str, Any]) -> bytes:
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")
