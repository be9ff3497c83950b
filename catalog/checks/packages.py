"""The check of a Data Package: a descriptor may only name files beside it."""

import glob
import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from catalog.checks.judge import Cells, judge, package_of
from catalog.checks.report import Report, report_of
from catalog.checks.wording import WORDS
from schemas.errors import SourceError
from schemas.table import Descriptor

if TYPE_CHECKING:
    from frictionless import Report as Verdict

#: What of a package is judged. Frictionless would unpack archives without limit and open databases; neither is a table beside the
#: description.
_TABLES = {".csv": "csv", ".tsv": "tsv", ".xlsx": "xlsx", ".json": "json", ".ndjson": "ndjson", ".jsonl": "jsonl"}
#: Profiles of the standard itself, by name (version 1) or address (version 2): Frictionless knows them without asking the network.
_STANDARD = re.compile(r"(tabular-)?data-(package|resource)|https://datapackage\.org/profiles/[12]\.\d+/[a-z]+\.json")


def validate_package(path: Path, language: str, limit: int) -> Report:
    """Raises SourceError."""
    descriptor = _document(path)
    _require_own_words(descriptor, path.name)
    resources = _resources(descriptor, path.name)
    for each in resources:
        _require_beside(each, path)
        _require_certain_dates(each, path.name)
    tables = [each for each in resources if "data" in each or _kind(each) is not None]
    others = [str(each.get("path")) for each in resources if each not in tables]
    notes = (WORDS[language]["not judged"].format(names=", ".join(others)),) if others else ()
    verdict: Verdict = judge(package_of({**descriptor, "resources": tables}, path.parent), limit, Cells.SOUND)
    return report_of(path.name, language, verdict, notes, limit)


def _document(path: Path) -> Descriptor:
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{path.name}: kein JSON ({error}).") from error
    if not isinstance(document, dict):
        raise SourceError(f"{path.name}: resources fehlt.")
    return document


def _resources(descriptor: Descriptor, name: str) -> list[Descriptor]:
    resources = descriptor.get("resources")
    if not isinstance(resources, list):
        raise SourceError(f"{name}: resources fehlt.")
    if not all(isinstance(each, dict) for each in resources):
        raise SourceError(f"{name}: eine Ressource ist keine Tabelle von Angaben.")
    return resources


def _require_own_words(descriptor: Descriptor, name: str) -> None:
    """Nothing that describes is fetched from somewhere else. Raises SourceError."""
    for key, value in _entries(descriptor):
        if not isinstance(value, str):
            continue
        foreign = key in ("schema", "dialect") or (key in ("profile", "$schema") and not _STANDARD.fullmatch(value))
        if foreign or (key == "$ref" and not value.startswith("#")):
            raise SourceError(f"{name}: {key} muss in der Beschreibung selbst stehen.")


def _entries(part: object) -> Iterator[tuple[str, object]]:
    """Every key with its value, at any depth."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield key, value
            yield from _entries(value)
    elif isinstance(part, list):
        for each in part:
            yield from _entries(each)


def _require_beside(resource: Descriptor, described_in: Path) -> None:
    """Raises SourceError for a resource that is not a plain file in the descriptor's folder."""
    for key in ("scheme", "compression", "innerpath", "basepath"):
        if resource.get(key) not in (None, "", "file"):
            raise SourceError(f"{described_in.name}: {key} wird nicht gelesen.")
    for each in (*_listed(resource.get("path")), *_listed(resource.get("extrapaths"))):
        if not _is_beside(each, described_in.parent):
            raise SourceError(f"{described_in.name}: »{each}« liegt nicht neben der Beschreibung.")


def _require_certain_dates(resource: Descriptor, name: str) -> None:
    """Raises SourceError where Frictionless would guess."""
    fields = resource["schema"].get("fields") if isinstance(resource.get("schema"), dict) else None
    for each in fields if isinstance(fields, list) else ():
        if isinstance(each, dict) and each.get("type") in ("date", "datetime", "time") and each.get("format") == "any":
            raise SourceError(
                f"{name}: Feld »{each.get('name')}«: format = any liest 05.01.2024 als 1. Mai; bitte ein Format nennen (etwa %d.%m.%Y)."
            )


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _is_beside(path: object, folder: Path) -> bool:
    """A name pattern or a folder would stand for files that nobody looked at; a link may lead anywhere."""
    if not isinstance(path, str) or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path) or "\\" in path or "\0" in path or glob.has_magic(path):
        return False
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts:
        return False
    file = folder / path
    return not file.exists() or (file.is_file() and file.resolve().is_relative_to(folder.resolve()))


def _kind(resource: Descriptor) -> str | None:
    """The format by the endings; None for what is no table. A format that says something else than the ending is none."""
    kinds = {_TABLES.get(PurePosixPath(each).suffix.lower()) for each in _listed(resource.get("path"))}
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    return kind if resource.get("format") in (None, kind) else None
