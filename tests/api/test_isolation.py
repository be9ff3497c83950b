"""Promise 1, seen from outside: the process that serves the public has never heard of the vault. A real `klar serve`, looked at through
/proc: open files, environment, memory maps; and it answers with the vault unreadable or gone."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from api.settings import PublicSettings, load, load_public, public_environment
from schemas.errors import ConfigurationError
from tests.api.places import SOURCE, clean_environment, drop, small_installation
from tests.api.test_cli import free_port, get

#: Parts of names and addresses that nothing of the server may know.
NAME = "tresorraum"
VAULT = f"sqlite:///data/{NAME}.db"
SECRET = "Ypsilantibrunnenstube"
proc = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux shows what a process has open")


@dataclass(frozen=True)
class City:
    config: Path
    environ: dict[str, str]

    @property
    def vault(self) -> Path:
        return self.config.parent / "data" / f"{NAME}.db"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A published installation whose vault holds something, and is named by the environment only. Read only."""
    config = small_installation(tmp_path_factory.mktemp("published") / "stadt", review="never")
    text = config.read_text(encoding="utf-8").replace(
        "at_least = 2", 'at_least = 2\npersonal_data = true\nlegal_basis = "x"\ndata_anonymized = true'
    )
    config.write_text(text, encoding="utf-8")
    environ = {**clean_environment(), "KLAR_VAULT__DATABASE": VAULT, "QUELLE_TOKEN": SECRET}
    city = City(config, environ)
    command(city, "db", "upgrade")
    command(city, "harvest")
    assert city.vault.stat().st_size > 0
    return city


@pytest.fixture
def city(published: City, tmp_path: Path) -> City:
    """The same, to be damaged."""
    shutil.copytree(published.config.parent, tmp_path / "stadt")
    return replace(published, config=tmp_path / "stadt" / "klar.toml")


def command(city: City, *arguments: str) -> str:
    script = [str(Path(sys.executable).with_name("klar")), "--config", str(city.config), *arguments]
    return subprocess.run(script, env=city.environ, capture_output=True, text=True, check=True, timeout=120).stdout


@contextlib.contextmanager
def served(city: City, *, workers: int = 1) -> Iterator[tuple[int, list[int]]]:
    """Port, and numbers of the serving processes."""
    port = free_port()
    script = [str(Path(sys.executable).with_name("klar")), "--config", str(city.config), "serve", "--port", str(port)]
    server = subprocess.Popen([*script, "--workers", str(workers)], env=city.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 90
        while get(f"http://127.0.0.1:{port}/health/ready") != 200:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.05)
        yield port, [server.pid, *children(server.pid)]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def children(pid: int) -> list[int]:
    found = [int(each) for path in Path(f"/proc/{pid}/task").glob("*/children") for each in path.read_text(encoding="ascii").split()]
    return found + [each for child in found for each in children(child)]


def traces(pid: int, *canaries: str) -> set[str]:
    """Where a process shows one of these: among its open files, in its environment, command line or memory maps."""
    places = {name: Path(f"/proc/{pid}/{name}").read_bytes() for name in ("environ", "maps", "cmdline")}
    places["fd"] = "\n".join(target(each) for each in Path(f"/proc/{pid}/fd").iterdir()).encode()
    return {name for name, content in places.items() if any(each.encode() in content for each in canaries)}


def target(descriptor: Path) -> str:
    with contextlib.suppress(FileNotFoundError):  # closed in this moment
        return os.readlink(descriptor)
    return ""


@proc
@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_has_neither_file_nor_address_of_the_vault(city: City, workers: int) -> None:
    with served(city, workers=workers) as (port, pids):
        for path in ("/", "/datasets/veranstaltungen", "/datasets/veranstaltungen/data.csv", "/catalog.ttl", "/status", "/api/v1/datasets"):
            assert get(f"http://127.0.0.1:{port}{path}") == 200

        assert len(pids) >= workers
        assert {pid: traces(pid, NAME) for pid in pids} == {pid: set() for pid in pids}


@pytest.fixture(scope="module")
def before(published: City) -> dict[str, int]:
    """With its vault."""
    return pages(published)


@proc
@pytest.mark.slow
@pytest.mark.parametrize("fate", ["deleted", "unreadable", "garbage"])
def test_a_server_answers_without_a_vault(city: City, before: dict[str, int], fate: str) -> None:
    match fate:
        case "deleted":
            for each in city.vault.parent.glob(f"{NAME}*"):
                each.unlink()
        case "unreadable":
            city.vault.chmod(0)
        case "garbage":
            city.vault.write_bytes(b"nothing of a database")

    assert pages(city) == before


def pages(city: City) -> dict[str, int]:
    with served(city) as (port, _):
        return {
            path: get(f"http://127.0.0.1:{port}{path}") for path in ("/", "/datasets/veranstaltungen/data.json", "/catalog.ttl", "/status")
        }


@proc
@pytest.mark.slow
def test_what_an_operator_s_process_shows_is_noticed(city: City) -> None:
    """Negative control: the same look at a process that may open the vault."""
    code = (
        "import os, sys; from pathlib import Path; from api.installation import installation; from api.settings import load\n"
        "with installation(load(Path(sys.argv[1]), os.environ)) as found, found.vault.database.read():\n"
        "    print('open', flush=True); sys.stdin.read()"
    )
    operator = [sys.executable, "-c", code, str(city.config)]
    with subprocess.Popen(operator, env=city.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"

        assert {"fd", "environ"} <= traces(process.pid, NAME)
        process.communicate()


def test_public_settings_do_not_look_at_what_is_the_operator_s(tmp_path: Path) -> None:
    config = small_installation(tmp_path / "stadt")
    with config.open("a", encoding="utf-8") as file:
        file.write('\n[vault]\ndatabase = "kein Tresor"\n[notify]\n[push.portal]\nurl = 7\n')
    environ = {"KLAR_VAULT__DATABASE": "auch keiner", "KLAR_NOTIFY__SMTP__HOST": SECRET, "KLAR_PRIVACY__DROP_DAYS": "viele"}

    found = load_public(config, environ)

    assert type(found) is PublicSettings
    assert not {"vault", "notify", "push", "privacy", "http"} & set(type(found.content).model_fields)
    assert SECRET not in repr(found)
    with pytest.raises(ConfigurationError):
        load(config, environ)


def test_public_settings_still_refuse_what_nobody_knows(tmp_path: Path) -> None:
    config = small_installation(tmp_path / "stadt")
    with pytest.raises(ConfigurationError, match="KLAR_STROE__FILES"):
        load_public(config, {"KLAR_STROE__FILES": "x"})
    with config.open("a", encoding="utf-8") as file:
        file.write("\n[tresor]\n")
    with pytest.raises(ConfigurationError, match="tresor"):
        load_public(config, {})


def test_credentials_of_sources_do_not_reach_the_server(tmp_path: Path) -> None:
    config = small_installation(tmp_path / "stadt")
    with config.open("a", encoding="utf-8") as file:
        file.write(SOURCE.format(name="andere", review="new").replace('kind = "files"', 'kind = "files"\ntoken_env = "QUELLE_TOKEN"'))
    (config.parent / "drop" / "andere").mkdir()
    drop(config.parent, "", "andere")

    left = public_environment(config, {"QUELLE_TOKEN": SECRET, "KLAR_PUSH__X__TOKEN_ENV": "Y", "KLAR_SITE__TITLE": "Stadt", "PATH": "/bin"})

    assert left == {"KLAR_SITE__TITLE": "Stadt", "PATH": "/bin"}


def test_a_vault_that_is_the_catalogue_is_refused(tmp_path: Path) -> None:
    config = small_installation(tmp_path / "stadt")
    with pytest.raises(ConfigurationError, match="andere Datenbank"):
        load(config, {"KLAR_VAULT__DATABASE": "sqlite:///data/../data/klar.db"})
    with pytest.raises(ConfigurationError, match="retention_days"):
        load(config, {"KLAR_PRIVACY__DROP_DAYS": "181"})
