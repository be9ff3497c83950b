"""`KLAR_SECTION__KEY`: an environment variable for every key of klar.toml. A variable that names no key is an error, so that a
misspelt one cannot be overlooked."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from api.sections import Content, Section, section_of
from api.toml_lines import Path
from harvesters.registry import kinds

PREFIX = "KLAR_"
#: Not settings: where klar.toml lies; where the tests' reference material lies.
EXEMPT = frozenset({"KLAR_CONFIG", "KLAR_SHARED"})


class _Unusable(ValueError):
    """The message is a German sentence."""


@dataclass(frozen=True, kw_only=True)
class Overridden:
    content: dict[str, Any]
    origins: Mapping[Path, str]  #: way to a value -> variable it came from
    problems: tuple[str, ...]


def with_environment(content: Mapping[str, Any], environ: Mapping[str, str]) -> Overridden:
    """klar.toml as read, with every KLAR_ variable put in its place. Variables that a `token_env` names are left alone."""
    changed = deepcopy(dict(content))
    origins: dict[Path, str] = {}
    problems: list[str] = []
    secrets = set(named_variables(changed))
    for variable in sorted(each for each in environ if each.startswith(PREFIX) and each not in EXEMPT | secrets):
        try:
            path, annotation = _target(variable, changed)
            _put(changed, path, _value(environ[variable], annotation))
            origins[path] = variable
        except _Unusable as error:
            problems.append(f"Umgebungsvariable {variable}: {error}")
    return Overridden(content=changed, origins=origins, problems=tuple(problems))


def folded(name: str) -> str:
    """How a name of a source or target is written in a variable."""
    return name.replace("-", "_").upper()


def _target(variable: str, content: Mapping[str, Any]) -> tuple[Path, Any]:
    """Way to the value a variable sets, and the value's type."""
    parts = variable.removeprefix(PREFIX).split("__")
    path: Path = ()
    section: type[Section] = Content
    while parts:
        name = parts.pop(0).lower()
        field = section.model_fields.get(name)
        if field is None:
            raise _Unusable("Diese Einstellung gibt es nicht.")
        path = (*path, name)
        inner = section_of(field.annotation)
        if inner is None:
            return _option(path, parts, content) if name == "options" else _leaf(path, parts, field.annotation)
        section = inner
        if name in ("source", "push"):
            path = (*path, _entry(name, parts, content))
    raise _Unusable("Das ist ein ganzer Abschnitt; es fehlt der Schlüssel.")


def _leaf(path: Path, rest: list[str], annotation: Any) -> tuple[Path, Any]:
    if rest:
        raise _Unusable("Diese Einstellung gibt es nicht.")
    return path, annotation


def _option(path: Path, rest: list[str], content: Mapping[str, Any]) -> tuple[Path, Any]:
    """An option of a source: its kind knows the type."""
    source = content["source"][path[1]]
    harvester = kinds().get(source.get("kind", ""))
    field = harvester.Options.model_fields.get(rest[0].lower()) if harvester and len(rest) == 1 else None
    if field is None:
        raise _Unusable("Diese Option gibt es bei dieser Art von Quelle nicht.")
    return (*path, rest[0].lower()), field.annotation


def _entry(name: str, parts: list[str], content: Mapping[str, Any]) -> str | int:
    """Number of the source, or name of the target, that a variable means."""
    wanted = parts.pop(0) if parts else ""
    for key, each in _named(name, content):
        if folded(each) == wanted:
            return key
    raise _Unusable(f"»{wanted}« steht nicht in klar.toml.")


def _named(name: str, content: Mapping[str, Any]) -> Iterator[tuple[str | int, str]]:
    entries = content.get(name)
    if name == "push" and isinstance(entries, dict):
        yield from ((each, each) for each in entries)
    if name == "source" and isinstance(entries, list):
        yield from ((number, str(each.get("name", ""))) for number, each in enumerate(entries) if isinstance(each, dict))


def named_variables(value: object) -> Iterator[str]:
    """Environment variables that some `token_env` names."""
    if isinstance(value, dict):
        yield from (each for key, each in value.items() if key == "token_env" and isinstance(each, str))
        yield from (found for each in value.values() for found in named_variables(each))
    elif isinstance(value, list):
        yield from (found for each in value for found in named_variables(each))


def _put(content: dict[str, Any], path: Path, value: Any) -> None:
    place: Any = content
    for each in path[:-1]:
        place = place[each] if isinstance(each, int) else place.setdefault(each, {})
        if not isinstance(place, dict | list):
            raise _Unusable("An dieser Stelle steht in klar.toml etwas anderes.")
    place[path[-1]] = value


def _value(text: str, annotation: Any) -> Any:
    """The text as the type it stands for; what only looks right is left to the models."""
    candidates = [each for each in get_args(annotation) if each is not type(None)]
    if get_origin(annotation) is tuple:
        return [each.strip() for each in text.split(",") if each.strip()]
    if annotation is bool or bool in candidates:
        if text not in ("true", "false"):
            raise _Unusable("muss true oder false sein.")
        return text == "true"
    if annotation is int:
        if not re.fullmatch(r"-?[0-9]{1,18}", text, re.ASCII):
            raise _Unusable("muss eine ganze Zahl sein.")
        return int(text)
    if annotation is float:
        if not re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", text, re.ASCII):
            raise _Unusable("muss eine Zahl sein, mit Punkt statt Komma.")
        return float(text)
    return text
