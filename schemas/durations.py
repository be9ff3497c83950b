"""Lengths of time as xsd:duration writes them."""

import re
from datetime import timedelta

_FIXED = re.compile(r"P(?=\d|T\d)(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?", re.ASCII)


def seconds_of(duration: str) -> float:
    """Of an xsd:duration in days, hours, minutes and seconds; 0 for any other text (`P15M` are months: they have no fixed length)."""
    found = _FIXED.fullmatch(duration) if not duration.endswith("T") else None
    if found is None:
        return 0.0
    days, _, hours, minutes, seconds = (int(each[:-1]) if each and each[0] != "T" else 0 for each in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
