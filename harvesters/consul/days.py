"""Moments as CONSUL writes them: Ruby's own form in GraphQL and most exports, German days in some."""

import re

from harvesters.moments import day_of
from schemas.errors import WrongValue

_RUBY = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(UTC|Z|[+-]\d{2}:?\d{2})?", re.ASCII)
_GERMAN = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})(?:[ ,]+\d{2}:\d{2}(?::\d{2})?)?", re.ASCII)
_MONTH = len("2026-11")


def day(value: object, field: str) -> str | None:
    """`2024-03-08` of `2024-03-08 08:00:00 +0100`, `2024-03-08T07:00:00Z`, `2024-03-08 07:00:00 UTC` or `08.03.2024`; None for nothing.
    Raises WrongValue."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise WrongValue(f"»{field}«")
    try:
        return day_of(_iso(value.strip()))
    except ValueError:
        raise WrongValue(f"»{field}«") from None


def month(day: str | None) -> str | None:
    return None if day is None else day[:_MONTH]


def _iso(text: str) -> str:
    if german := _GERMAN.fullmatch(text):
        return f"{german[3]}-{german[2]}-{german[1]}"
    if ruby := _RUBY.fullmatch(text):
        offset = "+00:00" if ruby[3] in ("UTC", "Z") else ruby[3] or ""
        return f"{ruby[1]}T{ruby[2]}{offset}"
    return text
