"""The operator pages over a real installation, and a person with a browser that keeps its cookies and sends what browsers send."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from api.admin.admin import Admin, admin_of
from api.admin.app import create_app
from api.admin.door import Door
from api.admin.sessions import Throttle
from api.installation import Installation, installation
from api.settings import load
from catalog.tokens import Role
from tests.api.places import drop, small_installation

ADDRESS = "http://127.0.0.1:8001"
#: What Chromium sends with a form of its own page.
OWN = {"origin": "null", "sec-fetch-site": "same-origin"}
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    monotonic: float = 0.0

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time
        self.monotonic += time.total_seconds()


@dataclass
class Person:
    """`csrf` is the one of the last page with a form."""

    client: TestClient
    secret: str = ""
    csrf: str = ""
    address: str = ADDRESS

    def see(self, path: str, **headers: str) -> Response:
        answer = self.client.get(path, headers=headers, follow_redirects=False)
        found = _CSRF.search(answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    def send(self, path: str, fields: Mapping[str, str] | None = None, *, headers: Mapping[str, str] = OWN, **more: Any) -> Response:
        """A form of the page that was seen last."""
        return self.client.post(path, data={"csrf": self.csrf, **(fields or {})}, headers=dict(headers), follow_redirects=False, **more)

    def decide(self, path: str, reason: str = "Mit dem Amt geklärt.") -> Response:
        return self.send(path, {"reason": reason})

    def upload(self, source: str, name: str, content: bytes, *, replaces: str = "") -> Response:
        return self.send(f"/upload/{source}/file", {"replaces": replaces}, files={"file": (name, content, "text/csv")})

    def log_in(self) -> Response:
        answer = self.client.post("/login", data={"token": self.secret}, headers=OWN, follow_redirects=False)
        if answer.status_code == 303:
            self.see("/")
        return answer


@dataclass
class Office:
    """One installation with its operator pages."""

    config: Path
    found: Installation
    clock: Clock
    admin: Admin
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def drop(self) -> Path:
        return self.config.parent / "drop" / "termine"

    def stranger(self, *, address: str = ADDRESS) -> Person:
        return Person(client=TestClient(create_app(self.admin), base_url=address, raise_server_exceptions=False), address=address)

    def person(self, role: Role, name: str = "", *, days: int = 30) -> Person:
        """Logged in, under a name of their own."""
        name = name or f"Person {role.value}"
        if name not in self.people:
            _, secret = self.found.store.create_token(name, role, days, by="amt")
            person = self.stranger()
            person.secret = secret
            assert person.log_in().status_code == 303
            self.people[name] = person
        return self.people[name]

    def harvest(self, events: str | None = None, **more: Any) -> Any:
        if events is not None:
            drop(self.config.parent, events)
        return self.found.harvest(self.found.source("termine"), **more)

    def published(self) -> dict[str, Any]:
        return {each.row.key: dict(each.row.values) for each in self.found.store.published("termine", "event")}


@contextmanager
def office(folder: Path, *, review: str = "new", door: Door | None = None, personal: bool = False, privacy: str = "") -> Iterator[Office]:
    """`personal`: the source is declared to hold personal data. `privacy`: more lines of that section."""
    config = small_installation(folder, review=review)
    text = config.read_text(encoding="utf-8")
    declared = 'personal_data = true\nlegal_basis = "Satzung"\ndata_anonymized = true\n' if personal else ""
    text = text.replace("at_least = 2\n", "at_least = 2\n" + declared)
    config.write_text(text + (f"\n[privacy]\n{privacy}\n" if privacy else ""), encoding="utf-8")
    clock = Clock()
    with installation(load(config, {}), clock=clock) as found:
        admin = admin_of(found, door or Door(), throttle=Throttle(clock=lambda: clock.monotonic))
        yield Office(config=config, found=found, clock=clock, admin=admin)
