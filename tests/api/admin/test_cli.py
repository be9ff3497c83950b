"""`klar admin`: tokens, the log, and the pages as a process of its own."""

import csv
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

from api.cli import run
from tests.api.places import clean_environment, opened, small_installation
from tests.api.test_cli import free_port

Captured = pytest.CaptureFixture[str]
CANARY = "Zwetschgenkuchen"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in [each for each in os.environ if each.startswith("KLAR_")]:
        monkeypatch.delenv(each)
    monkeypatch.setenv("USER", "amt")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return small_installation(tmp_path / "stadt")


def klar(config: Path, *arguments: str) -> int:
    return run(["--config", str(config), *arguments])


def create(config: Path, capsys: Captured, *, name: str = "Anna Amt", role: str = "releaser") -> str:
    """The secret."""
    capsys.readouterr()
    assert klar(config, "admin", "token", "create", "--name", name, "--role", role, "--days", "30") == 0
    return capsys.readouterr().out.splitlines()[1]


def test_a_token_is_told_once_and_kept_nowhere(config: Path, capsys: Captured) -> None:
    secret = create(config, capsys)

    klar(config, "admin", "token", "list")
    klar(config, "admin", "token", "list", "--json")
    klar(config, "admin", "audit")
    told = capsys.readouterr()

    assert re.fullmatch(r"klar_[A-Za-z0-9_-]{43}", secret)
    assert "Anna Amt" in told.out
    assert secret not in told.out + told.err
    for each in (config.parent / "data").rglob("*"):
        assert not each.is_file() or secret.encode() not in each.read_bytes()
    with opened(config) as found:
        token = found.store.token_of(secret)
        assert token is not None
        assert token.name == "Anna Amt"


def test_a_revoked_token_opens_nothing(config: Path, capsys: Captured) -> None:
    secret = create(config, capsys)

    assert klar(config, "admin", "token", "revoke", "1") == 0

    with opened(config) as found:
        assert found.store.token_of(secret) is None
    capsys.readouterr()
    klar(config, "admin", "token", "list", "--json")
    assert [each["state"] for each in json.loads(capsys.readouterr().out)] == ["widerrufen"]
    assert klar(config, "admin", "token", "revoke", "1") == 1
    assert klar(config, "admin", "token", "revoke", "7") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--name", " ", "--role", "reader", "--days", "1"),
        ("--name", "Anna", "--role", "chefin", "--days", "1"),
        ("--name", "Anna", "--role", "reader", "--days", "0"),
        ("--name", "Anna", "--role", "reader", "--days", "5000"),
        ("--name", "Anna", "--role", "reader"),
    ],
)
def test_a_token_without_name_role_or_end_is_refused(config: Path, capsys: Captured, arguments: tuple[str, ...]) -> None:
    assert klar(config, "admin", "token", "create", *arguments) == 1
    assert capsys.readouterr().err.startswith("Fehler:")
    with opened(config) as found:
        assert found.store.tokens() == ()


def test_the_log_can_be_exported(config: Path, capsys: Captured, tmp_path: Path) -> None:
    create(config, capsys)
    klar(config, "harvest")
    klar(config, "plans", "approve", "1", "--reason", "Erster Stand.", "--by", "Anna Amt")
    capsys.readouterr()

    klar(config, "admin", "audit", "--csv")
    as_csv = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    klar(config, "admin", "audit", "--json")
    as_json = json.loads(capsys.readouterr().out)
    status = klar(config, "admin", "audit", "--json", "--output", str(tmp_path / "log.json"))

    assert status == 0
    assert [each["what"] for each in as_csv] == ["token", "approve"]
    assert [each["what"] for each in as_json] == ["token", "approve"]
    assert as_json[1]["why"] == "Erster Stand."
    assert json.loads((tmp_path / "log.json").read_text(encoding="utf-8")) == as_json
    assert klar(config, "admin", "audit", "--output", str(tmp_path / "log.json")) == 1, "what is there is not overwritten"
    assert klar(config, "admin", "audit", "--json", "--csv") == 1


def test_an_empty_log_says_so(config: Path, capsys: Captured) -> None:
    assert klar(config, "admin", "audit") == 0
    assert "Noch hat niemand" in capsys.readouterr().out
    assert klar(config, "admin", "token", "list") == 0
    assert "Niemand hat ein Token" in capsys.readouterr().out


def test_an_address_without_tls_is_refused_before_anything_starts(config: Path, capsys: Captured) -> None:
    assert klar(config, "admin", "--host", "0.0.0.0") == 1

    assert "TLS" in capsys.readouterr().err


@contextmanager
def admin_process(config: Path, log: Path) -> Iterator[str]:
    """A real `klar admin`; its address."""
    port = free_port()
    command = [str(Path(sys.executable).with_name("klar")), "--config", str(config), "admin", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=clean_environment())
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while not _answers(address) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert _answers(address), log.read_text(encoding="utf-8")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/login", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


class Visitor:
    """Somebody with a browser, over a real socket."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def see(self, path: str) -> tuple[int, str]:
        return self._ask(urllib.request.Request(self.address + path))

    def send(self, path: str, **fields: str) -> tuple[int, str]:
        request = urllib.request.Request(self.address + path, data=urlencode(fields).encode(), headers={"Origin": self.address})
        return self._ask(request)

    def _ask(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_day_at_the_office_over_a_real_socket(config: Path, capsys: Captured, tmp_path: Path) -> None:
    """Log in, approve, read the log; what went wrong in between is in the process's log without its content."""
    secret = create(config, capsys)
    klar(config, "harvest")
    with admin_process(config, tmp_path / "log") as address:
        anna = Visitor(address)
        _, overview = anna.send("/login", token=secret)
        _, plan = anna.see("/plans/1")
        status, after = anna.send("/plans/1/approve", csrf=csrf_of(plan), reason="Geprüft.")
        _, log_page = anna.see("/decisions")
        with sqlite3.connect(config.parent / "data" / "klar.db") as database:
            database.execute("UPDATE run SET outcome = ?", (CANARY,))
        database.close()
        broken, page = anna.see("/runs")
        cookie = next(iter(anna.cookies)).value

    assert "Angemeldet: Anna Amt" in overview
    assert "Sommerfest" in plan
    assert (status, "Freigegeben und veröffentlicht." in after) == (200, True)
    assert "Geprüft." in log_page
    assert broken == 500
    assert CANARY not in page
    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert "ValueError in " in log, "the fault can be found"
    for each in (CANARY, "Sommerfest", secret, str(cookie), "Traceback"):
        assert each not in log, each
    with opened(config) as found:
        assert len(found.store.published("termine", "event")) == 3


def test_a_process_nobody_can_log_in_to_says_so(config: Path, tmp_path: Path) -> None:
    with admin_process(config, tmp_path / "log"):
        pass

    log = (tmp_path / "log").read_text(encoding="utf-8")
    assert "klar admin token create" in log
    assert "Traceback" not in log
