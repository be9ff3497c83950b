"""An installation whose address changes: the server makes itself ready."""

import http.client
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from api.cli import run
from api.cli import serve as serving
from api.settings import load_public
from api.wiring import store_of
from schemas.errors import ConfigurationError
from tests.api.mailboxes import free_port
from tests.api.places import clean_environment, opened, small_installation

OLD = "http://127.0.0.1:8000"
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in [each for each in os.environ if each.startswith("KLAR_")]:
        monkeypatch.delenv(each)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    made = small_installation(tmp_path / "stadt", review="never")
    assert run(["--config", str(made), "harvest"]) == 0
    return made


def _move(config: Path, base_url: str) -> None:
    lines = config.read_text(encoding="utf-8").splitlines()
    config.write_text("\n".join(f'base_url = "{base_url}"' if each.startswith("base_url") else each for each in lines) + "\n", "utf-8")


def _feed_is_ready(config: Path) -> bool:
    return serving._require_ready(config)


def test_a_moved_address_is_rendered_without_a_harvest(config: Path, capsys: Captured) -> None:
    assert _feed_is_ready(config)
    _move(config, "https://neu.example")
    assert not _feed_is_ready(config)

    serving._render_what_is_missing(config)

    assert _feed_is_ready(config)
    assert "Neu gerenderte Datensätze: 1." in capsys.readouterr().out
    with opened(config) as found:
        (fragment,) = found.store.fragments("nt", found.publisher._press.renderer.key, 1, 9)
    assert b"<https://neu.example/datasets/veranstaltungen/data.csv>" in fragment
    assert f"<{OLD}/datasets/veranstaltungen>".encode() in fragment, "URIs stay"


def test_a_profile_with_checksums_is_rendered_as_a_harvest_would(config: Path) -> None:
    text = config.read_text(encoding="utf-8") + '\n[feed]\nprofile = "dcat-ap-2.1.1"\n'
    config.write_text(text, encoding="utf-8")
    serving._render_what_is_missing(config)
    with opened(config) as found:
        key = found.publisher._press.renderer.key
        by_server = found.store.fragments("nt", key, 1, 9)
        with found.store.database.write() as connection:
            connection.exec_driver_sql("DELETE FROM fragment")
        found.follow_up()

        assert found.store.fragments("nt", key, 1, 9) == by_server
        assert b"checksumAlgorithm_sha1" in by_server[0]


def test_a_changed_uri_base_is_refused_as_before(config: Path) -> None:
    text = config.read_text(encoding="utf-8").replace("uri_base = ", 'uri_base = "https://neu.example" #')
    config.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="uri_base"):
        serving._require_ready(config)


def test_a_server_that_may_not_write_says_so_and_leaves_it_to_the_harvest(
    config: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    _move(config, "https://neu.example")
    store = store_of(load_public(config, {}))
    monkeypatch.setattr("catalog.database.PATIENCE", 0.05)
    with store.database.write():  # somebody else holds the lock: it takes nothing now
        serving._render_what_is_missing(config)
    store.close()

    assert "»klar harvest« holt es nach" in capsys.readouterr().out
    assert not _feed_is_ready(config)


@pytest.mark.slow
def test_a_server_started_after_a_move_becomes_ready_by_itself(config: Path, tmp_path: Path) -> None:
    port = free_port()
    new = f"http://127.0.0.1:{port}"
    _move(config, new)
    command = [str(Path(sys.executable).with_name("klar")), "--config", str(config), "serve", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=clean_environment())
    try:
        deadline = time.monotonic() + 60
        while (status := _status(f"{new}/health/ready")) != 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert status == 200, (tmp_path / "log").read_text(encoding="utf-8")
        with urllib.request.urlopen(f"{new}/catalog.ttl", timeout=10) as answer:
            assert f"<{new}/catalog.ttl?page=1>".encode() in answer.read()
        assert _asked_by_the_old_name(port, "/datasets/veranstaltungen.ttl") == (301, f"{new}/datasets/veranstaltungen.ttl")
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)
    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")


def _asked_by_the_old_name(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": OLD.removeprefix("http://")})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location", "")
    finally:
        connection.close()


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except urllib.error.URLError:
        return 0
