"""Periods to ask for, one after the other.

A server answers for at most 90 days and 1000 requests, whichever is smaller (GeoReport v2); some cut at 200 or 100, and none says so. The
periods lie on a fixed grid, so that the same address is asked from day to day; what looks cut is asked for again in halves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

_ORIGIN = datetime(2020, 1, 1, tzinfo=UTC)
_SHORTEST = timedelta(hours=1)
#: Limits of servers are round: 1000 (GeoReport v2), 500 and 100 (Mark-a-Spot), 200 (CitySDK). A list that long may be half a list.
ROUND = 50


@dataclass(frozen=True, kw_only=True)
class Period:
    start: datetime
    end: datetime

    @property
    def query(self) -> str:
        return f"start_date={_moment(self.start)}&end_date={_moment(self.end)}"

    @property
    def can_be_halved(self) -> bool:
        return self.end - self.start > _SHORTEST

    def halves(self) -> tuple["Period", "Period"]:
        """On whole seconds. Both name the moment between them: one that reported then comes twice rather than never."""
        middle = self.start + timedelta(seconds=int((self.end - self.start).total_seconds()) // 2)
        return Period(start=self.start, end=middle), Period(start=middle, end=self.end)


def periods(today: date, *, days: int, width: timedelta) -> Iterator[Period]:
    """Oldest first; the first begins at least `days` ago, the last one has not ended yet."""
    now = datetime(today.year, today.month, today.day, tzinfo=UTC)
    first, last = (now - timedelta(days=days) - _ORIGIN) // width, (now - _ORIGIN) // width
    for number in range(first, last + 1):
        yield Period(start=_ORIGIN + number * width, end=_ORIGIN + (number + 1) * width)


def looks_cut(count: int) -> bool:
    return count > 0 and count % ROUND == 0


def _moment(at: datetime) -> str:
    """W3C date and time (GeoReport v2)."""
    return quote(at.strftime("%Y-%m-%dT%H:%M:%SZ"), safe="")
