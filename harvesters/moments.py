"""Moments as servers write them, as days and times of the city."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def moment_of(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    """ISO 8601 with date and time; without an offset it is the city's own time (`zone`). Aware, in that zone. Raises ValueError."""
    found = datetime.fromisoformat(text.strip())
    return found.replace(tzinfo=zone) if found.tzinfo is None else found.astimezone(zone)


def day_of(text: str, zone: ZoneInfo = BERLIN) -> str:
    """`2026-11-22`: the city's day of an instant; a bare date stays what it is. Raises ValueError."""
    said = text.strip()
    if _DAY.fullmatch(said):
        return date.fromisoformat(said).isoformat()
    return moment_of(said, zone).date().isoformat()


def time_of(text: str, zone: ZoneInfo = BERLIN) -> str:
    """`18:30`: the city's time of an instant, "" for a bare date. Raises ValueError."""
    said = text.strip()
    if _DAY.fullmatch(said):
        date.fromisoformat(said)
        return ""
    return moment_of(said, zone).strftime("%H:%M")
