"""When a station was last heard of: exact for freshness, and only coarse in what is kept.

The moment of the last observation moves all the time. Kept in an answer, it would make every answer a new one; so a filter keeps only that
it was lately, and the moment itself lives no longer than the run. A moment long gone does not move any more and stays as it is: from it, a
replay sees that a series has ended.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from catalog.plan import Lately
from harvesters.harvester import Found

#: Younger than this is "lately": `intervals.is_over` calls no series ended before that.
LATELY = timedelta(days=30)
RECENT = "recent"
#: Clocks of stations may be a little ahead; a moment further in the future says nothing.
_AHEAD = timedelta(days=1)


class Sightings:
    """Of one run."""

    def __init__(self) -> None:
        self._exact: dict[str, datetime] = {}

    def kept(self, key: str, at: datetime | None, now: datetime) -> str:
        """What of this moment may be kept: `recent`, an old moment in full, or "" for none. The moment itself is noted under `key`."""
        if at is None or at > now + _AHEAD:
            return ""
        at = min(at, now)
        self._exact[key] = max(at, self._exact.get(key, at))
        return RECENT if now - at <= LATELY else at.isoformat()

    def end(self, key: str, kept: str, now: datetime) -> datetime | None:
        """Of the last observation: as noted in this run. Where nothing was (in a replay, or of an answer that is kept already), `recent` is
        the earliest that it may mean: not ended, and never fresher than it is."""
        if key in self._exact:
            return self._exact[key]
        return now - LATELY if kept == RECENT else datetime.fromisoformat(kept) if kept else None

    def told(self, found: Iterable[Found]) -> Iterator[Found]:
        """What `walked` yields, without freshness that nobody noted."""
        return (each for each in found if self._exact or not isinstance(each, Lately))
