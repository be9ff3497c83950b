"""How long rows about single persons stay: their time begins with the end of their process, and again with a release that counts them.
(reference/statistics/privacy.md, section 5: at most six months)
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from catalog.vault import Keyed
from schemas.dates import PartialDate
from schemas.row import Value
from schemas.table import Table


class Lifespan:
    """`processes`: key -> values of the published processes; `destroyed`: processes of which the vault has let go, and since when."""

    def __init__(
        self, processes: Mapping[str, Mapping[str, Value]], destroyed: Mapping[str, datetime], *, retention: timedelta, now: datetime
    ) -> None:
        self._ends = {key: _day_after(values.get("end")) for key, values in processes.items()}
        self._destroyed = destroyed
        self._retention = retention
        self._now = now

    def of(self, process: str, values: Mapping[str, Value], table: Table, keyed: Keyed) -> datetime | None:
        """Until when a row may stay that is in the source now. None: its process is over and the vault has let go of it already."""
        if not process:
            return self._of_lone(values, table)
        end = self._ends.get(process)
        if end is None or end > self._now:
            return self._now + self._retention
        if process in self._destroyed:
            return None
        return max(end, keyed.since, keyed.released_at or end) + self._retention

    def _of_lone(self, values: Mapping[str, Value], table: Table) -> datetime | None:
        """A row of no process: from the last day it names."""
        days = [day for each in table.fields if each.kind == "partial-date" and (day := _day_after(values.get(each.name)))]
        return max(days) + self._retention if days else None


def _day_after(value: Value) -> datetime | None:
    """The first moment after a day, month or year; None for what is none."""
    try:
        last = PartialDate(str(value)).last_day()
        return datetime.combine(last + timedelta(days=1), time(), UTC) if last < date.max else None
    except ValueError:
        return None
