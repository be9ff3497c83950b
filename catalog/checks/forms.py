"""The one form a value is published in."""

import re
from collections.abc import Mapping

#: Frictionless takes 2024-1-5 for a date and a time without zone for a time.
FORMS: Mapping[str, re.Pattern[str]] = {
    "date": re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII),
    "datetime": re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII),
}
#: In files it is text that has to look like a number: Frictionless takes 1_000, " 1 " and NaN for one. XLSX has numbers as such.
TEXT_FORMS: Mapping[str, re.Pattern[str]] = {
    **FORMS,
    "integer": re.compile(r"[+-]?\d+", re.ASCII),
    "number": re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII),
}
