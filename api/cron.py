"""When a source is harvested: crontab(5) expressions on German wall clocks, each time of day once in every night.

APScheduler's own CronTrigger fires 02:30 twice in the night clocks go back, and its weekday 0 is Monday. Here it only
calculates wall-clock times; what they mean as instants is decided below.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from schemas.errors import ConfigurationError

BERLIN = ZoneInfo("Europe/Berlin")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
#: How far back to look for the last firing, in steps: most schedules are daily, none is rarer than the 29th of February.
_LOOK_BACK = tuple(timedelta(days=each) for each in (0.1, 1.5, 8, 32, 370, 8 * 366))


class BerlinCron(BaseTrigger):  # type: ignore[misc] # APScheduler ships no types
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
            fields[4] = _weekdays(fields[4])
            self._wall = CronTrigger.from_crontab(" ".join(fields), timezone=UTC)
        except ValueError as error:
            raise ConfigurationError(f"{expression!r} ist keine Angabe wie »0 4 * * *« (Minute, Stunde, Tag, Monat, Wochentag).") from error
        self.expression = expression
        self._hourly = fields[1].startswith("*")
        if self._next(datetime(2024, 1, 1, tzinfo=UTC)) is None:
            raise ConfigurationError(f"{expression!r} trifft nie zu.")

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """As APScheduler asks: after the previous one, or the first that is not before `now`."""
        after = previous_fire_time or now - timedelta(microseconds=1)
        return self.next_after(after)

    def next_after(self, instant: datetime) -> datetime | None:
        """The first firing later than an aware time; in UTC. None: never again."""
        # A time of the skipped hour stands an hour later: start early enough to meet it.
        start = _wall_clock(instant) - timedelta(hours=2)
        for wall in self._walls(start):
            later = [each for each in self._instants(wall) if each > instant]
            if later:
                return later[0]
        return None

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
        """Wall-clock times, naive in meaning, carried as UTC."""
        wall = self._next(start)
        while wall is not None:
            yield wall
            wall = self._next(wall + timedelta(microseconds=1))

    def _next(self, start: datetime) -> datetime | None:
        found: datetime | None = self._wall.get_next_fire_time(None, start)
        return found

    def _instants(self, wall: datetime) -> list[datetime]:
        """In UTC, in order: usually one."""
        first, second = (wall.replace(tzinfo=BERLIN, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first == second or not self._hourly:
            return [first]
        exists = first < second
        return [first, second] if exists else []


def _wall_clock(instant: datetime) -> datetime:
    return instant.astimezone(BERLIN).replace(tzinfo=UTC, fold=0)


def _weekdays(field: str) -> str:
    """crontab(5) counts from Sunday (0 and 7), APScheduler from Monday: names say the same to both. Raises ValueError."""
    if field == "*":
        return field
    days = sorted({day % 7 for part in field.lower().split(",") for day in _weekday_range(part)})
    return ",".join(_DAYS[day] for day in days)


def _weekday_range(part: str) -> range:
    span, _, step = part.partition("/")
    first, dash, last = span.partition("-")
    if span == "*":
        return range(0, 7, _step(step))
    start = _weekday(first)
    end = _weekday(last) if dash else (6 if step else start)
    if end < start:
        end += 7  # fri-mon, and sat-sun
    return range(start, end + 1, _step(step))


def _step(text: str) -> int:
    step = int(text) if text else 1
    if step < 1:
        raise ValueError("a step of nothing")
    return step


def _weekday(text: str) -> int:
    day = _DAYS.index(text) if text in _DAYS else int(text)
    if not 0 <= day <= 7:
        raise ValueError(f"{text} is no weekday")
    return day
