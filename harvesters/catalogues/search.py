"""Answers of CKAN's action API: what is kept of them, and what may be wrong with them (reference: ckan/compat.md 1, 2.2)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harvesters.catalogues.packages import discreet
from harvesters.catalogues.texts import line
from schemas.errors import SourceError

_LARGEST = 50 * 1024 * 1024
#: What the archive gets of an answer.
Keep = Callable[[bytes], bytes]


@dataclass(frozen=True, kw_only=True)
class Hits:
    """One page of package_search."""

    count: int  #: of all pages
    packages: tuple[Any, ...]


def hits_of(content: bytes) -> Hits:
    """Raises SourceError for everything that is no page of a search; its text does not name the address."""
    result = result_of(content)
    count = result.get("count") if isinstance(result, Mapping) else None
    packages = result.get("results") if isinstance(result, Mapping) else None
    if isinstance(count, bool) or not isinstance(count, int) or count < 0 or not isinstance(packages, list):
        raise SourceError("In der Antwort fehlen count oder results; ist das noch dieselbe Schnittstelle?")
    return Hits(count=count, packages=tuple(packages))


def result_of(content: bytes) -> Any:
    """What an action gave. Raises SourceError."""
    if len(content) > _LARGEST:
        raise SourceError(f"Die Antwort ist größer als {_LARGEST // 1024**2} MB; kleinere Seiten helfen (options.page_size).")
    try:
        answer = json.loads(content)
    except RecursionError:
        raise SourceError("Das JSON ist zu tief verschachtelt.") from None
    except ValueError as error:
        raise SourceError("Die Antwort ist kein vollständiges JSON.") from error
    if not isinstance(answer, dict):
        said = f": »{line(answer)[:200]}«" if isinstance(answer, str) else "."
        raise SourceError(f"Die Antwort ist keine von CKAN{said}")
    if answer.get("success") is not True:
        raise SourceError(f"CKAN meldet einen Fehler: {_complaint(answer.get('error'))}")
    return answer.get("result")


def kept(content: bytes) -> bytes:
    """What the archive gets of an answer: what is read of its packages, and nothing that names a person. An answer that is none is refused.
    Doing it twice is doing it once."""
    hits = hits_of(content)
    packages = [discreet(each) if isinstance(each, Mapping) else None for each in hits.packages]
    return json.dumps({"success": True, "result": {"count": hits.count, "results": packages}}).encode()


def kept_names(content: bytes) -> bytes:
    """The same of package_list."""
    return json.dumps({"success": True, "result": names_of(content)}).encode()


def names_of(content: bytes) -> list[str]:
    """Of package_list: each once. Raises SourceError for everything else."""
    names = result_of(content)
    if not isinstance(names, list) or not all(isinstance(each, str) and each for each in names):
        raise SourceError("Die Antwort ist keine Liste von Namen; ist das noch dieselbe Schnittstelle?")
    return list(dict.fromkeys(names))


def kept_package(content: bytes) -> bytes:
    """The same of package_show."""
    package = result_of(content)
    if not isinstance(package, Mapping):
        raise SourceError("In der Antwort fehlt der Datensatz; ist das noch dieselbe Schnittstelle?")
    return json.dumps({"success": True, "result": discreet(package)}).encode()


def told_where(keep: Keep, url: str, content: bytes) -> bytes:
    """`keep`, with the address in what it raises."""
    try:
        return keep(content)
    except SourceError as error:
        raise SourceError(f"»{url}«: {error.detail}") from error


def _complaint(error: object) -> str:
    if isinstance(error, Mapping):
        said = [str(error.get(name)) for name in ("__type", "message") if isinstance(error.get(name), str)]
        return line(": ".join(said))[:200] or "ohne Angabe."
    return line(error)[:200] if isinstance(error, str) and error else "ohne Angabe."
