"""What makes the next GET conditional: ETag and Last-Modified of what was last *published*, per source and address.

A run only stages validators; `commit` follows the publication of that run's plan, days later if a person had to approve it. What is
lost in between (a kill, a rejected plan) costs one full download, never a change that goes unseen: an answer 304 gives a harvester
the archived content, so that a new mapping or a pending removal is seen all the same.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from catalog.archived import headers_from
from harvesters.http.statefile import file_name, locked, read_json, write_json

#: After this long an address is fetched in full again, for servers whose validators never change.
OLDEST = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Validator:
    """What a server said about the content we hold."""

    sha256: str  #: of the archived content
    fetched_at: datetime  #: aware: when it last came in full
    etag: str = ""
    last_modified: str = ""  #: HTTP date as sent; "" when it is too close to the answer to tell two versions apart
    media_type: str = ""
    charset: str = ""
    accept: str = "*/*"  #: what was asked for; another question may have another answer
    asked: str = ""  #: further headers of the question (`asked_text`)
    said: str = ""  #: the headers that outlive the answer (`Payload.headers`), as JSON; "": none

    def headers(self) -> dict[str, str]:
        """Empty when the server gave nothing to compare."""
        if self.etag:
            return {"If-None-Match": self.etag}
        return {"If-Modified-Since": self.last_modified} if self.last_modified else {}

    def answers(self, asked: Mapping[str, str]) -> bool:
        """Whether this came of the same question. `asked`: its headers, `Accept` among them."""
        return (self.accept, self.asked) == (asked["Accept"], asked_text(asked))

    @property
    def kept_headers(self) -> Mapping[str, str]:
        return headers_from(self.said)


def asked_text(asked: Mapping[str, str]) -> str:
    """Headers of a question but `Accept`, as JSON in order, names in lower case; "" for none."""
    others = {name.lower(): text for name, text in asked.items() if name != "Accept"}
    return json.dumps(others, sort_keys=True) if others else ""


class Validators(Protocol):
    """`variant` names everything that decides what is kept of an answer (kind, options, version): others' validators are no use."""

    def current(self, source: str, variant: str) -> Mapping[str, Validator]:
        """By address; of the last published run."""
        ...

    def stage(self, source: str, variant: str, run: int, validators: Mapping[str, Validator]) -> None:
        """Keep what a run saw until its plan is decided on."""
        ...

    def commit(self, source: str, run: int) -> None:
        """That run's plan has been applied. Nothing happens when a later run's was, or nothing is staged."""
        ...

    def discard(self, source: str, run: int) -> None:
        """That run's plan was rejected, or the run failed."""
        ...


class MemoryValidators:
    """Forgets with the process."""

    def __init__(self) -> None:
        self._current: dict[str, tuple[int, str, Mapping[str, Validator]]] = {}
        self._staged: dict[tuple[str, int], tuple[str, Mapping[str, Validator]]] = {}

    def current(self, source: str, variant: str) -> Mapping[str, Validator]:
        _, found, validators = self._current.get(source, (0, variant, {}))
        return validators if found == variant else {}

    def stage(self, source: str, variant: str, run: int, validators: Mapping[str, Validator]) -> None:
        self._staged[source, run] = (variant, dict(validators))

    def commit(self, source: str, run: int) -> None:
        staged = self._staged.get((source, run))
        if staged is not None and run > self._current.get(source, (0, "", {}))[0]:
            self._current[source] = (run, *staged)
        self._staged = {key: value for key, value in self._staged.items() if key[0] != source or key[1] > run}

    def discard(self, source: str, run: int) -> None:
        self._staged.pop((source, run), None)


class FolderValidators:
    """`SOURCE/current.json` and `SOURCE/RUN.json`; committing is one rename. A disk that takes nothing is no error here: what is
    not kept costs a full download, and a harvest that has published must not fail because of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def current(self, source: str, variant: str) -> Mapping[str, Validator]:
        content = read_json(self._path(source, "current"))
        return _validators_from(content.get("validators")) if content.get("variant") == variant else {}

    def stage(self, source: str, variant: str, run: int, validators: Mapping[str, Validator]) -> None:
        written = {url: asdict(each) | {"fetched_at": each.fetched_at.isoformat()} for url, each in validators.items()}
        with suppress(OSError):
            write_json(self._path(source, str(run)), {"run": run, "variant": variant, "validators": written})

    def commit(self, source: str, run: int) -> None:
        staged, current = self._path(source, str(run)), self._path(source, "current")
        with suppress(OSError), locked(current):
            if staged.exists() and run > _run_of(read_json(current)):
                staged.replace(current)
            for each in self._path(source, "current").parent.glob("*.json"):
                if re.fullmatch(r"[0-9]+", each.stem) and int(each.stem) <= run:
                    each.unlink(missing_ok=True)

    def discard(self, source: str, run: int) -> None:
        with suppress(OSError):
            self._path(source, str(run)).unlink(missing_ok=True)

    def _path(self, source: str, name: str) -> Path:
        return self._folder / file_name(source) / f"{name}.json"


def _run_of(content: Mapping[str, Any]) -> int:
    run = content.get("run")
    return run if isinstance(run, int) else 0


def _validators_from(content: object) -> dict[str, Validator]:
    """What can be read of it; the rest is fetched in full."""
    found = content.items() if isinstance(content, dict) else ()
    return {url: each for url, written in found if (each := _validator_from(written)) is not None}


def _validator_from(written: object) -> Validator | None:
    if not isinstance(written, dict) or not all(isinstance(each, str) for each in written.values()):
        return None
    known = {each.name for each in fields(Validator)}
    try:
        at = datetime.fromisoformat(written["fetched_at"])
        return Validator(**{key: value for key, value in written.items() if key in known and key != "fetched_at"}, fetched_at=at)
    except (KeyError, TypeError, ValueError):
        return None
