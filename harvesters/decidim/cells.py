"""Cells of an export as the interface would have said it."""

import re
from collections.abc import Mapping
from typing import Any

Cells = Mapping[str, str]
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(UTC|Z|[+-]\d\d:?\d\d)?", re.ASCII)


def translated(cells: Cells, name: str) -> dict[str, Any] | None:
    """Columns `title`, `title/de`, `title/machine_translations/de` as the interface gives them: what people wrote before machines."""
    versions: dict[str, str] = {}
    for prefix in (f"{name}/machine_translations/", f"{name}/"):
        for column, text in cells.items():
            language = column.removeprefix(prefix)
            if column.startswith(prefix) and "/" not in language and text.strip():
                versions[language] = text
    if not versions and cells.get(name, "").strip():
        versions[""] = cells[name]
    return {"translations": [{"locale": each, "text": text} for each, text in versions.items()]} if versions else None


def moment(cell: str | None) -> str | None:
    """As ISO 8601. Without a zone it is UTC: ActiveSupport's `to_s(:db)` writes it so. What is none stays for the rules to refuse."""
    found = _MOMENT.fullmatch((cell or "").strip())
    if found is None:
        return (cell or "").strip() or None
    offset = "+00:00" if found[3] in (None, "UTC", "Z") else found[3]
    return f"{found[1]}T{found[2]}{offset}"


def count(cell: str | None) -> object:
    """0 is what this export writes for unknown."""
    found = number(cell)
    return None if found == 0 else found


def number(cell: str | None) -> object:
    text = (cell or "").strip()
    if not text:
        return None
    return float(text) if re.fullmatch(r"-?\d{1,12}(\.\d+)?", text, re.ASCII) else text


def flag(cell: str | None) -> object:
    text = (cell or "").strip().lower()
    return {"": None, "true": True, "false": False}.get(text, text)
