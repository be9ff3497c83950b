"""Texts that Decidim keeps once per language, German first."""

from collections.abc import Mapping
from typing import Any

from harvesters.catalogues.texts import line, plain
from schemas.errors import WrongValue

#: After German; then whatever there is, by the name of its language.
_PREFERRED = ("de", "en")


def translated(value: object, name: str) -> str:
    """Of a `TranslatedField`, as it stands; "" for none. Raises WrongValue for what is no such field."""
    if value is None:
        return ""
    listed = value.get("translations") if isinstance(value, dict) else None
    if listed is None:
        listed = []
    if not isinstance(value, dict) or not isinstance(listed, list):
        raise WrongValue(f"»{name}«")
    return best({str(each.get("locale")): text for each in listed if isinstance(each, dict) and (text := _said(each, name))})


def title_of(value: object, name: str = "title") -> str:
    """One line. Raises WrongValue."""
    return line(translated(value, name))


def prose_of(value: object, name: str) -> str | None:
    """Paragraphs without markup. Raises WrongValue."""
    return plain(translated(value, name)) or None


def best(versions: Mapping[str, str]) -> str:
    """German, of whatever country; else English; else the first by the name of its language."""
    for wanted in _PREFERRED:
        for language in sorted(versions):
            if language.lower().partition("-")[0] == wanted and versions[language].strip():
                return versions[language]
    return next((versions[each] for each in sorted(versions) if versions[each].strip()), "")


def _said(entry: dict[str, Any], name: str) -> str:
    text = entry.get("text")
    if text is not None and not isinstance(text, str):
        raise WrongValue(f"»{name}«")
    return text or ""
