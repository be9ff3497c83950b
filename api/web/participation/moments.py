"""Local days and times of events as instants."""

from datetime import date, datetime, time

from api.web.wording import BERLIN


def instant_of(day: str, clock: str) -> datetime | None:
    """`2026-11-22` and `18:00` in the city's time zone; None unless both are given and exist."""
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), tzinfo=BERLIN)
    except ValueError:
        return None
