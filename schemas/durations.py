"""Lengths of time as xsd:duration writes them."""

import re
from datetime import timedelta

from schemas.values import Text

_FIXED = re.compile(r"P(?=\d|T\d)(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?", re.ASCII)


def seconds_of(duration: str) -> float:
    """Of an xsd:duration in days, hours, minutes and seconds; 0 for any other text (`P15M` are months: they have no fixed length)."""
    found = _FIXED.fullmatch(duration) if not duration.endswith("T") else None
    if found is None:
        return 0.0
    days, _, hours, minutes, seconds = (int(each[:-1]) if each and each[0] != "T" else 0 for each in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()


def duration_in_words(duration: str) -> Text:
    """»15 Minuten«; the text itself where it is no fixed length."""
    seconds = seconds_of(duration)
    for length, (one_de, many_de), (one_en, many_en) in _UNITS:
        if seconds and seconds % length == 0:
            count = int(seconds / length)
            return Text(de=f"{count} {one_de if count == 1 else many_de}", en=f"{count} {one_en if count == 1 else many_en}")
    return Text(de=duration, en=duration)


_UNITS = (
    (86_400, ("Tag", "Tage"), ("day", "days")),
    (3_600, ("Stunde", "Stunden"), ("hour", "hours")),
    (60, ("Minute", "Minuten"), ("minute", "minutes")),
    (1, ("Sekunde", "Sekunden"), ("second", "seconds")),
)
