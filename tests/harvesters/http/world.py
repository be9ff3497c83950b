"""A source in the web as tests want it: quick, without waiting, with everything written down that was waited for and archived."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from catalog.files import Files
from harvesters.harvester import SourceConfig
from harvesters.http.address import Policy, Reach, WebAddress
from harvesters.http.asking import Surroundings
from harvesters.http.fetch import HttpFetch
from harvesters.http.limits import Limits
from harvesters.http.opening import Web, open_source, stage
from harvesters.http.pace import MemoryPace
from schemas.fetch import Payload

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SWIFT = Limits(connect=2, read=1, total=5, attempts=3, longest_wait=60, wire=1024 * 1024, size=1024 * 1024)


#: Closed after each test (conftest.py).
OPENED: list[HttpFetch] = []


class Everything:
    """All guards on addresses off: for negative controls only."""

    def may_follow(self, address: WebAddress) -> bool:
        return True

    def may_reach(self, host: str, port: int, reach: Reach) -> bool:
        return True


def everywhere(address: str = "127.0.0.1") -> Any:
    """A resolver for which every name is this machine."""
    return lambda host, port: (address,)


@dataclass
class World:
    """One source over several runs."""

    url: str
    folder: Path
    archive: Files
    web: Web
    options: Mapping[str, Any]
    now: datetime = START
    waits: list[float] = field(default_factory=list)
    archived: list[Payload] = field(default_factory=list)
    run: int = 0

    @property
    def source(self) -> SourceConfig:
        settings: dict[str, Any] = {"allow_private": ("127.0.0.1",)} | dict(self.options)
        return SourceConfig(name="quelle", title="Quelle", kind="files", url=self.url, folder=self.folder, **settings)

    def open(self, *, policy: Policy | None = None, limits: Limits | None = None, **more: Any) -> HttpFetch:
        """A new run."""
        self.run += 1
        web = replace(self.web, limits=limits or self.web.limits, surroundings=self.surroundings)
        fetch = open_source(self.source, web, keep_payload=self.keep, clock=self.clock, recall=self.archive, policy=policy, **more)
        OPENED.append(fetch)
        return fetch

    def publish(self, fetch: HttpFetch) -> None:
        stage(fetch, self.source, self.web, self.run)
        self.web.validators.commit(self.source.name, self.run)

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(clock=self.clock, sleep=self.sleep, chance=lambda: 0.0)

    def keep(self, payload: Payload) -> None:
        assert self.archive.put(payload.content) == payload.sha256 == hashlib.sha256(payload.content).hexdigest()
        self.archived.append(payload)

    def clock(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Waiting is written down, and the clock moves on."""
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)


def world(url: str, folder: Path, *, web: Mapping[str, Any] | None = None, **options: Any) -> World:
    """`options` are those of a source; without `allow_private`, this machine is allowed."""
    shared: dict[str, Any] = {"user_agent": "klar/0 (+https://daten.example.org; a@example.org)", "limits": SWIFT, "environ": {}}
    return World(
        url=url,
        folder=folder,
        archive=Files(folder / "archive"),
        web=Web(**(shared | {"pace": MemoryPace(interval=0)} | dict(web or {}))),
        options=options,
    )


def addresses(*answers: Sequence[str]) -> Any:
    """A resolver that changes its mind; the last answer stays."""
    left = list(answers)
    return lambda host, port: left.pop(0) if len(left) > 1 else left[0]
