"""When a station last measured, where its own list says so: for freshness, and to tell a series that has ended.

The moment moves all the time, so it is kept only as `harvesters.sensors.sightings` has it: that it was lately, or, long ago, when."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from harvesters.moments import moment_of
from harvesters.sensors.sightings import RECENT, Sightings

_GERMAN = ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S")


@dataclass(frozen=True, kw_only=True)
class Times:
    """Of one run. `names`: properties that hold such moments; `identity`: the one that holds the station's number, "" for the feature's."""

    now: datetime
    names: Collection[str]
    identity: str = ""
    sightings: Sightings = field(default_factory=Sightings)

    def kept(self, feature: Mapping[str, Any]) -> dict[str, str]:
        """What of these properties may be kept. Filtering twice is filtering once; what is no moment tells nothing."""
        said = feature["properties"]
        number = said.get(self.identity) if self.identity else feature["id"]
        return {name: self._one(number, name, said[name]) for name in self.names if name in said}

    def end(self, number: object, name: str, kept: object) -> datetime | None:
        return self.sightings.end(_key(number, name), kept, self.now) if isinstance(kept, str) else None

    def _one(self, number: object, name: str, said: object) -> str:
        return RECENT if said == RECENT else self.sightings.kept(_key(number, name), _moment(said), self.now)


def _key(number: object, name: str) -> str:
    return f"{number} {name}"


def _moment(said: object) -> datetime | None:
    """ISO 8601 or German; without a zone it is the city's time. None for anything else."""
    if not isinstance(said, str):
        return None
    try:
        return moment_of(said)
    except (ValueError, OverflowError):
        pass
    for each in _GERMAN:
        try:
            return moment_of(datetime.strptime(said.strip(), each).isoformat())  # noqa: DTZ007  # the city's own, as moment_of has it
        except (ValueError, OverflowError):
            continue
    return None
