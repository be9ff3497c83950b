"""T6 of privacy.md, section 7: a thousand strings planted in microdata are in the vault and in the dropped file, and nowhere else; the
process that serves the public has never heard of the vault."""

import contextlib
import io
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.api.attacks.world import API, NAME, City, crawl, new_city, other_addresses, people, statistic_addresses
from tests.api.places import clean_environment
from tests.api.test_cli import free_port, get, klar
from tests.api.test_isolation import children, proc, traces

_PEOPLE = 250
#: What all of them begin with.
_MARK = "Zwergkanarie"


@dataclass(frozen=True)
class Told:
    """One city, and all that its commands said."""

    city: City
    output: str


def _canary(number: int) -> str:
    return f"{_MARK}{number:04d}"


def _klar(city: City, *arguments: str) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        assert klar(city.config, *arguments) in (0, 1, 2)
    return said.getvalue()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    city = new_city(tmp_path_factory.mktemp("canaries") / "stadt")
    text = city.config.read_text(encoding="utf-8").replace('languages = ["de", "en"]', 'languages = ["de"]')
    city.config.write_text(f"{text}\n[privacy]\nsecond_person = false\n", encoding="utf-8")
    respondents = [
        replace(each, who=_canary(4 * n), text=f"{_canary(4 * n + 1)} und {_canary(4 * n + 2)}, sagt {_canary(4 * n + 3)}")
        for n, each in enumerate(people(_PEOPLE, seed=3))
    ]
    city.survey(respondents)
    steps = (
        ("harvest",), ("cubes", "plan", NAME), ("cubes", "publish", NAME, "--reason", "Auswertung"), ("cubes", "--json"),
        ("cubes", "publish", "ideen", "--reason", "x"), ("harvest", "--json"), ("sources", "--json"), ("plans", "--json"),
        ("quarantine", "--json"), ("doctor",), ("cubes", "plan", "gibtsnicht"), ("config", "show"),
        ("withdraw", "answer", "--row", "spielplatz-2026/n999", "--reason", "x"),
    )  # fmt: skip
    output = "".join(_klar(city, *each) for each in steps)
    assert f"{NAME}: veröffentlicht als Stand" in output
    return Told(city, output)


def _files(city: City) -> Iterator[tuple[str, bytes]]:
    """All that an installation has on its disk: what a backup of the public volume holds is the part without vault and drop folder."""
    for path in sorted(each for each in city.config.parent.rglob("*") if each.is_file()):
        yield str(path.relative_to(city.config.parent)), path.read_bytes()


def _is_private(name: str) -> bool:
    return name.startswith(("data/vault.db", "drop/umfrage/antworten.csv"))


def test_no_canary_lies_outside_of_vault_and_drop_folder(told: Told) -> None:
    found = {name for name, content in _files(told.city) if _MARK.encode() in content}

    assert {name for name in found if not _is_private(name)} == set()


def test_control_the_search_finds_all_thousand_where_they_may_be(told: Told) -> None:
    private = b"".join(content for name, content in _files(told.city) if _is_private(name))

    assert [n for n in range(4 * _PEOPLE) if _canary(n).encode() not in private] == []
    with told.city.opened() as found:
        kept = "".join(str(each.content["text"]) for each in found.vault.microdata("answer"))
    assert sum(_canary(n) in kept for n in range(4 * _PEOPLE)) == 3 * _PEOPLE, "names of persons are pseudonyms by then"


def test_no_canary_is_in_what_the_commands_say(told: Told) -> None:
    assert "Zellen:" in told.output
    assert _MARK not in told.output


def test_no_canary_is_at_any_address(told: Told) -> None:
    cube, _ = told.city.truth()
    with told.city.client() as client:
        with told.city.opened() as found:
            (head,) = found.store.releases(NAME)
        answers = crawl(client, [*statistic_addresses(cube, [head.name], forms=("csv", "json", "xlsx")), *other_addresses(client)])

    assert [path for path, (_, headers, body) in answers.items() if _MARK.encode() in body or _MARK in str(headers)] == []
    assert sum(status == 200 for status, _, _ in answers.values()) > 300


@proc
@pytest.mark.slow
def test_the_server_knows_no_vault_and_logs_nothing_of_it(told: Told) -> None:
    with _served(told.city) as (port, pid, log):
        for path in (API, f"{API}.csv", f"/statistics/{NAME}", f"{API}.csv?colour={_MARK[:6]}", f"/datasets/{NAME}", "/status", "/nowhere"):
            assert _status(f"http://127.0.0.1:{port}{path}") in (200, 400, 404)
        shown = {each: traces(each, "vault.db", _MARK) for each in [pid, *children(pid)]}

    assert {each: found for each, found in shown.items() if found} == {}
    assert _MARK.encode() not in log.read_bytes()


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@contextlib.contextmanager
def _served(city: City) -> Iterator[tuple[int, int, Path]]:
    """Port, process and log."""
    port, log = free_port(), city.config.parent.parent / "server.log"
    script = [str(Path(sys.executable).with_name("klar")), "--config", str(city.config), "serve", "--port", str(port)]
    with log.open("wb") as out:
        server = subprocess.Popen(script, env=clean_environment(), stdout=out, stderr=out)
        try:
            deadline = time.monotonic() + 90
            while get(f"http://127.0.0.1:{port}/health/ready") != 200:
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.05)
            yield port, server.pid, log
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
