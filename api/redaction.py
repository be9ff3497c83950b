"""klar.toml as it may be shown: complete, with defaults, and without secrets."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from api.settings import Settings

HIDDEN = "***"
#: Keys whose value is a secret, or says where one lies.
_SECRET = re.compile(r"(^|_)(token|password|passwd|secret|credential|apikey|api_key|key)s?(_|$)|_(env|file)$", re.IGNORECASE)
_PARAMETER = re.compile(r"(?<=[?&])([^=&#]*(?:pass|secret|token|key|auth)[^=&#]*)=[^&#]*", re.IGNORECASE)
#: Keys that only sound like it: nothing secret is ever written there.
_HARMLESS = frozenset({"second_person"})


def shown(settings: Settings) -> dict[str, Any]:
    """Every section with every key; values of secrets are `***`, and "" where none is set."""
    content: dict[str, Any] = _redacted(settings.content.model_dump(mode="json", exclude_none=True))
    return content


def as_toml(content: Mapping[str, Any]) -> str:
    return "\n".join(_tables(content, ())).strip() + "\n"


def _redacted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _hidden(each) if _is_secret(key) else _redacted(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_redacted(each) for each in value]
    return _without_password(value) if isinstance(value, str) else value


def _is_secret(key: str) -> bool:
    return bool(_SECRET.search(key)) and key not in _HARMLESS


def _hidden(value: Any) -> Any:
    return HIDDEN if value else value


def _without_password(text: str) -> str:
    """`postgresql+psycopg://klar:***@host/klar`; also of a source's address."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        return text
    # The last @ before the path: a password may hold one that nobody escaped.
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" not in authority and "@" in rest:
        authority = rest.rpartition("@")[0] + "@"
    user, at, _ = authority.rpartition("@")
    if at:
        name, colon, _ = user.partition(":")
        rest = name + (colon and f":{HIDDEN}") + rest[len(user) :]
    return scheme + separator + _PARAMETER.sub(rf"\1={HIDDEN}", rest)


def _tables(content: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    simple = {key: value for key, value in content.items() if not _is_table(value)}
    yield from (f"{_key(key)} = {_value(value)}" for key, value in simple.items())
    for key, value in content.items():
        name = ".".join(_key(each) for each in (*path, key))
        if isinstance(value, dict):
            yield from ("", f"[{name}]", *_tables(value, (*path, key)))
        elif _is_table(value):
            for each in value:
                yield from ("", f"[[{name}]]", *_tables(each, (*path, key)))


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value))


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name, re.ASCII) else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + "}"
    # JSON strings are TOML strings, except that TOML wants U+007F escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
