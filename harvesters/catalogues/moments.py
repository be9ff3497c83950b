"""Dates as catalogues write them: years, months, days and moments, with and without time zone."""

import re
from datetime import UTC, datetime

from schemas.dates import PartialDate

_DAY = re.compile(r"(\d{4}(?:-\d{2}(?:-\d{2})?)?)(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_GERMAN = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}", re.ASCII)


def moment_of(text: str) -> datetime | None:
    """In UTC, whole seconds. A moment without zone is one in UTC, as CKAN means it (reference: ckan/compat.md 1); a day begins at midnight
    UTC, a month or year with its first day. None for what is no date."""
    text = text.strip()
    day = _partial(text)
    if day is not None:
        first = day.first_day()
        return datetime(first.year, first.month, first.day, tzinfo=UTC)
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None


def day_of(text: str) -> PartialDate | None:
    """As precisely as it is said, at most to the day, which is the one written there. None for what is no date."""
    text = text.strip()
    day = _partial(text)
    if day is not None:
        return day
    return _partial(text[:10]) if moment_of(text) is not None else None


def _partial(text: str) -> PartialDate | None:
    try:
        if _GERMAN.fullmatch(text):
            return PartialDate.from_german(text)
        found = _DAY.fullmatch(text)
        return PartialDate(found[1]) if found else None
    except ValueError:
        return None
