"""Which of a source's observations can be kept, and how many cannot, by reason."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from harvesters.sampling.observation import Observation, Stated

#: A clock may be ahead by so much.
AHEAD = timedelta(minutes=5)
_QUALITY = re.compile(r"[A-Za-z0-9_.:-]{1,40}", re.ASCII)
#: Why a value is not taken -> in words, for the report of a run.
REASONS = {
    "no-number": "kein endlicher Zahlenwert",
    "no-time": "keine lesbare Zeit",
    "no-zone": "Zeit ohne Zeitzone",
    "outside": "außerhalb der gefragten Zeit",
}


@dataclass(kw_only=True)
class Check:
    """Of one datastream in one window."""

    datastream: str
    since: datetime  #: aware
    until: datetime
    refused: Counter[str] = field(default_factory=Counter)  #: reason -> how many

    def passed(self, stated: Iterable[Stated]) -> Iterator[Observation]:
        for each in stated:
            found = self._one(each)
            if isinstance(found, Observation):
                yield found
            else:
                self.refused[found] += 1

    def _one(self, stated: Stated) -> Observation | str:
        """The reason why not."""
        value, time = number_of(stated.value), instant_of(stated.time)
        if value is None:
            return "no-number"
        if isinstance(time, str):
            return time
        if not self.since <= time < self.until + AHEAD:
            return "outside"
        resulted = instant_of(stated.resulted)
        return Observation(
            datastream=self.datastream,
            time=time,
            value=value,
            resulted=None if isinstance(resulted, str) else resulted,
            quality=stated.quality if isinstance(stated.quality, str) and _QUALITY.fullmatch(stated.quality) else "",
        )


def number_of(value: object) -> float | None:
    """Some servers write numbers as text. Truth values are none; neither are infinities, nor integers that no float holds."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and "_" not in str(value) else None


def instant_of(stated: object) -> datetime | str:
    """In UTC; of an interval its beginning. Else the reason why there is none."""
    if not isinstance(stated, str):
        return "no-time"
    try:
        found = datetime.fromisoformat(stated.partition("/")[0].strip())
        return "no-zone" if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return "no-time"
