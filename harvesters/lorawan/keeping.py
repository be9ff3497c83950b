"""The filter before the archive: of a register, only devices that somebody has opened, and of these only what the list below names.

DevEUI, JoinEUI, keys, key ids, addresses, gateways, signal, battery, the exact time of the last message, descriptions, variables and
codecs end here: they are in no archive, no vault, no plan and no message. What it writes bears a seal, so that a replay takes nothing for
filtered that came from elsewhere.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from harvesters.answers import parsed
from harvesters.lorawan import salt
from harvesters.lorawan.registers import Device
from harvesters.lorawan.salt import Salt
from harvesters.moments import BERLIN
from harvesters.sensors.observed import Station
from harvesters.sensors.rows import coarsened
from harvesters.sensors.sightings import Sightings
from schemas.crs import CRS84, Misplaced, placed
from schemas.durations import seconds_of
from schemas.errors import SourceError

#: Tags that are read. Everything else that staff have written down about a device stays where it is.
TAGS = frozenset(["publish", "dataset", "quantity", "unit", "lat", "lon", "position", "installed", "interval", "model"])
_YES = frozenset(["true", "1", "yes", "ja"])
_WORDS = re.compile(r"[^\W_][\w .,;()/+%°µ²³*^'-]{0,79}")
_FIELD = re.compile(r"[A-Za-z][A-Za-z_]{0,39}", re.ASCII)
_YEAR = re.compile(r"(19|20)\d\d(?=$|-)", re.ASCII)
_KEPT = "klar:lorawan"
_MOST_UNKNOWN = 20

#: A page of the server's own form: how many devices there are (None: not said here), and those of this page. Raises SourceError.
Listed = Callable[[object, str], tuple[int | None, list[dict[str, Any]]]]


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """Filter of one run. `now` is when the server was first asked."""

    salt: Salt
    now: datetime
    device: Callable[[Mapping[str, Any]], Device]
    listed: Listed
    name_pattern: str = ""
    metres: float = 0.0
    sightings: Sightings = field(default_factory=Sightings)

    def page(self, content: bytes, address: str, offset: int) -> bytes:
        """Raises SourceError, which quotes nothing of the content."""
        found = _parsed(content, address)
        if isinstance(found, dict) and _KEPT in found:
            self._require_seal(found, address)
            return content
        total, listed = self.listed(found, address)
        devices = [self.device(each) for each in listed]
        opened = [kept for each in devices if (kept := self.kept(each)) is not None]
        opened.sort(key=lambda each: str(each["key"]))  # lists of servers go by the number that nobody may know
        unknown = {name for each in devices for name in each.unknown if _FIELD.fullmatch(name) and not salt.says_number(name)}
        page = {_KEPT: 1, "offset": offset, "number": len(listed), "devices": opened, "unknown": sorted(unknown)[:_MOST_UNKNOWN]}
        return _written({**page, "seal": self._seal({**page, "total": total}), "total": total})

    def kept(self, device: Device) -> dict[str, Any] | None:
        """The allow-list itself; None for a device that nobody has opened, or that cannot be told from others."""
        key = self._key(device)
        if device.tags.get("publish", "").lower() not in _YES or not key:
            return None
        kept: dict[str, Any] = {
            "key": key,
            "name": self._name(device),
            "model": _safe(device.model, device),
            "dataset": _safe(device.tags.get("dataset", ""), device),
            "installed": found[0] if (found := _YEAR.match(device.tags.get("installed", ""))) else "",
            "interval": device.tags.get("interval", "") if seconds_of(device.tags.get("interval", "")) else "",
            "seen": self.sightings.kept(key, _day(device.seen, self.now), self.now),
            "measures": _measures(device),
        }
        return {name: each for name, each in kept.items() if each} | self._position(device)

    def _key(self, device: Device) -> str:
        if eui := salt.plain_eui(device.eui):
            return self.salt.id_of("eui", eui)
        return self.salt.id_of("device", device.other_id) if device.other_id else ""

    def _name(self, device: Device) -> str:
        matches = self.name_pattern and re.fullmatch(self.name_pattern, device.name)
        return _safe(device.name, device) if matches else ""

    def _position(self, device: Device) -> dict[str, Any]:
        said = device.tags.get("position", "").lower()
        if device.longitude is None or device.latitude is None or said == "none":
            return {}
        try:
            found = placed(device.longitude, device.latitude, CRS84)
        except Misplaced as error:
            return {"misplaced": str(error)}
        exact = Station(id="", longitude=found.longitude, latitude=found.latitude)
        there = exact if said == "exact" else coarsened(exact, self.metres)
        return {"point": [there.longitude, there.latitude], **({"basis": there.position_basis} if there.position_basis else {})}

    def _require_seal(self, found: dict[str, Any], address: str) -> None:
        said = found.pop("seal", "")
        if said != self._seal(found):
            raise SourceError(
                f"»{address}«: Diese Antwort wurde mit einem anderen geheimen Schlüssel (salt_env) gefiltert; mit ihm änderten sich alle "
                "öffentlichen Kennungen."
            )

    def _seal(self, page: Mapping[str, Any]) -> str:
        return self.salt.seal(_written(page))


def _parsed(content: bytes, address: str) -> object:
    """Without a cause, which would carry the content along."""
    try:
        return parsed(content, object, address)
    except SourceError as error:
        raise SourceError(error.detail) from None


def _safe(text: str, device: Device) -> str:
    """A text of staff, unless it holds what could be a number of the device."""
    eui = salt.plain_eui(device.eui)
    leaks = salt.says_number(text) or (eui and salt.says(text, eui)) or text.lower().startswith("eui-")
    return text if _WORDS.fullmatch(text) and not leaks else ""


def _measures(device: Device) -> list[list[str]]:
    """Pairs of quantity and unit: the tags hold both as lists with semicolons."""
    quantities = [each.strip() for each in device.tags.get("quantity", "").split(";")]
    units = [each.strip() for each in device.tags.get("unit", "").split(";")]
    units += [""] * (len(quantities) - len(units))
    pairs = [[_safe(what, device), _safe_unit(unit, device)] for what, unit in zip(quantities, units, strict=False)]
    return [each for each in pairs if each[0]]


def _safe_unit(text: str, device: Device) -> str:
    """Units begin with signs that words do not: %, °C, µg/m³."""
    return text if len(text) <= 30 and _safe(f"x{text}", device) else ""


def _day(seen: datetime | None, now: datetime) -> datetime | None:
    """The end of the day, or now: how fresh a device is, never when it spoke."""
    if seen is None:
        return None
    tomorrow = seen.astimezone(BERLIN).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return min(tomorrow.astimezone(UTC), now)


def _written(found: Mapping[str, Any]) -> bytes:
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")
