"""When a source is harvested: crontab(5) expressions on German wall clocks, each time of day once in every night.

APScheduler's own CronTrigger fires 02:30 twice in the night clocks go back, its weekday 0 is Monday, and importing it costs the
public server 100 ms. So times are calculated here, first as wall-clock times, then as the instants they stand for.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from schemas.errors import ConfigurationError

BERLIN = ZoneInfo("Europe/Berlin")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: How far back to look for the last firing, in steps: most schedules are daily, none is rarer than the 29th of February.
_LOOK_BACK = tuple(timedelta(days=each) for each in (0.02, 1.5, 8, 32, 370, 8 * 366))
#: Between two 29th of February lie up to eight years (1896, 1904; 2096, 2104).
_LOOK_AHEAD = 8 * 366 + 1


class BerlinCron:
    """Five fields of crontab(5). A time that does not exist (the night clocks go forward) comes an hour later, one that exists
    twice comes once. Schedules of every hour (`*` in the hour) count real time instead: the doubled hour has them twice.

    Raises ConfigurationError with a German sentence.
    """

    def __init__(self, expression: str) -> None:
        fields = expression.split()
        if len(fields) != 5:
            raise ConfigurationError(f"{expression!r} muss aus fünf Angaben bestehen: Minute, Stunde, Tag, Monat, Wochentag.")
        if "*" not in (fields[2][:1], fields[4][:1]):
            raise ConfigurationError(f"{expression!r} nennt Tag und Wochentag zugleich; gemeint sein kann nur eines.")
        try:
            self._minutes, self._hours = _values(fields[0], 0, 59), _values(fields[1], 0, 23)
            self._days, self._months = _values(fields[2], 1, 31), _values(fields[3], 1, 12, _MONTHS)
            self._weekdays = frozenset(day % 7 for day in _values(fields[4], 0, 7, _DAYS))
        except ValueError as error:
            raise ConfigurationError(f"{expression!r} ist keine Angabe wie »0 4 * * *« (Minute, Stunde, Tag, Monat, Wochentag).") from error
        self.expression = expression
        self._times = tuple(time(hour, minute) for hour in sorted(self._hours) for minute in sorted(self._minutes))
        self._hourly = fields[1].startswith("*")
        if self.next_after(datetime(2024, 1, 1, tzinfo=UTC)) is None:
            raise ConfigurationError(f"{expression!r} trifft nie zu.")

    def next_after(self, instant: datetime) -> datetime | None:
        """The first firing later than an aware time; in UTC. None: never again."""
        # A time of the skipped hour stands an hour later: start early enough to meet it.
        start = _wall_clock(instant) - timedelta(hours=2)
        best: datetime | None = None
        enough: datetime | None = None
        for wall in self._walls(start):
            if enough is not None and wall > enough:
                break
            for each in self._instants(wall):
                if each > instant and (best is None or each < best):
                    best = each
                    # In the doubled hour the second 02:15 comes after the first 02:45: look at the whole hour.
                    enough = enough or wall + timedelta(hours=self._hourly)
        return best

    def last_until(self, now: datetime) -> datetime | None:
        """The last firing that is not later than `now`; in UTC. None for one that is many years back."""
        for back in _LOOK_BACK:
            found = None
            each = self.next_after(now - back)
            while each is not None and each <= now:
                found, each = each, self.next_after(each)
            if found is not None:
                return found
        return None

    def longest_interval(self, now: datetime) -> timedelta:
        """Longest time between two of the next firings; for the promise of freshness on the status page."""
        times = [now]
        while len(times) < 10 and (following := self.next_after(times[-1])) is not None:
            times.append(following)
        return max((later - earlier for earlier, later in pairwise(times[1:])), default=timedelta(days=366))

    def _walls(self, start: datetime) -> Iterator[datetime]:
        """Wall-clock times from `start` on, without a zone."""
        for days in range(_LOOK_AHEAD):
            day = start.date() + timedelta(days=days)
            if self._is_day(day):
                yield from (wall for each in self._times if (wall := datetime.combine(day, each)) >= start)

    def _is_day(self, day: date) -> bool:
        return day.month in self._months and day.day in self._days and day.isoweekday() % 7 in self._weekdays

    def _instants(self, wall: datetime) -> list[datetime]:
        """In UTC, in order: usually one."""
        first, second = (wall.replace(tzinfo=BERLIN, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first == second or not self._hourly:
            return [first]
        exists = first < second
        return [first, second] if exists else []


def _wall_clock(instant: datetime) -> datetime:
    return instant.astimezone(BERLIN).replace(tzinfo=None, fold=0)


def _values(field: str, lowest: int, highest: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    """`*`, `5`, `1-5`, `*/15`, `1-9/2`, names, and lists of these; a range may go past the end (`fri-mon`). Raises ValueError."""
    found: set[int] = set()
    for part in field.lower().split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        start = lowest if span == "*" else _value(first, names)
        end = highest if span == "*" or (slash and not dash) else _value(last, names) if dash else start
        if not (lowest <= start <= highest and lowest <= end <= highest) or (
            slash and not (step.isascii() and step.isdigit() and int(step))
        ):
            raise ValueError(part)
        size = highest - lowest + (0 if names == _DAYS else 1)  # Sunday is 0 and 7
        around = end if end >= start else end + size
        found |= {(value - lowest) % size + lowest for value in range(start, around + 1, int(step or 1))}
    return frozenset(found)


def _value(text: str, names: tuple[str, ...]) -> int:
    if text and text in names:
        return names.index(text)
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)
