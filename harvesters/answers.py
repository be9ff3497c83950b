"""Answers that should be JSON, checked before anybody trusts them."""

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from schemas.errors import SourceError
from schemas.fetch import Payload

T = TypeVar("T")


def json_of(payload: Payload, kind: type[T]) -> T:
    """The answer as `dict` or `list`. Raises SourceError, which names the address and what came instead."""
    return parsed(payload.content, kind, payload.url)


@contextmanager
def uncollected() -> Iterator[None]:
    """For making a long page into objects and back: a tree has no cycles, so that counting references frees all of it. Python's collector
    does not know that and walks through everything that lives each time the tree has grown by a quarter of it: a third of the time that
    reading 10,000 Things in pages of 1,000 took, for nothing (measured: 70 to 50 microseconds a Datastream, and no more memory). It is
    off for the whole process while one page is made, a few tenths of a second: what other threads leave is collected right after."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def parsed(content: bytes, kind: type[T], address: str) -> T:
    """JSON as RFC 8259 has it: UTF-8, no NaN; the last of two equal names in one object would hide the other, so there may be none.
    Raises SourceError."""
    try:
        found = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError:
        raise SourceError(f"»{address}«: Die Antwort ist zu tief verschachtelt.") from None
    except ValueError as error:
        raise SourceError(f"»{address}« sollte JSON liefern; {_what_came(content)}") from error
    if not isinstance(found, kind):
        raise SourceError(f"»{address}«: Die Antwort sollte {_NAMES.get(kind, kind.__name__)} sein und ist {_name_of(found)}.")
    return found


_NAMES: dict[type, str] = {dict: "ein JSON-Objekt", list: "eine JSON-Liste", str: "ein Text", bool: "ein Wahrheitswert"}


def _name_of(value: object) -> str:
    return "nichts (null)" if value is None else _NAMES.get(type(value), "eine Zahl")


def _what_came(content: bytes) -> str:
    start = content.lstrip()[:1]
    if not start:
        return "die Antwort ist leer."
    return "es kam eine Webseite." if start == b"<" else "die Antwort ist unvollständig oder kein JSON."


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("one name twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
