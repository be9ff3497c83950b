"""The bundled example, as a newcomer meets it: every command through the real program, every answer through the real server."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package
from rdflib import DCAT, RDF, Graph

from dcat.official import DASHBOARD, OFFICIAL, REPAIRED, ProfileFiles
from dcat.shacl import load
from tests.api.test_cli import free_port
from tests.shared import SHARED

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

_KLAR = Path(sys.executable).parent / "klar"
SHAPES = SHARED / "reference" / "dcat" / "shapes"
_ROWS = {
    "projekte": 48,
    "beteiligungsverfahren": 52,  # one of 53 waits: three persons came
    "beteiligungsergebnisse": 45,
    "veranstaltungen": 39,  # one of 40 waits: the same three persons
    "messstellen": 37,
    "plattformkennzahlen": 19,
    "ortsbezirke": 11,
    "ratsbeschluesse": 21,
    "phasen-und-formate": 54,
    "fragen-und-antworten": 34,
    "umsetzung": 21,
}


class Example:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("KLAR_")}
        self.environment["KLAR_CONFIG"] = str(folder / "klar.toml")

    def klar(self, *arguments: str, exit_code: int = 0) -> str:
        done = subprocess.run([_KLAR, *arguments], env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == exit_code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def json(self, *arguments: str, exit_code: int = 0) -> Any:
        return json.loads(self.klar(*arguments, "--json", exit_code=exit_code))


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Example:
    folder = tmp_path_factory.mktemp("klar") / "example"
    made = Example(folder)
    made.klar("init", str(folder), "--example", "kaiserslautern")
    made.klar("harvest")
    shutil.copytree(folder, folder.with_name("harvested"))
    return made


@pytest.fixture
def own(example: Example, tmp_path: Path) -> Example:
    """As it was after the first harvest, to be changed."""
    shutil.copytree(example.folder.with_name("harvested"), tmp_path / "own")
    return Example(tmp_path / "own")


@pytest.fixture(scope="module")
def server(example: Example) -> Iterator[str]:
    port = free_port()  # the tests of this module may be shared out among several processes
    process = subprocess.Popen(
        [_KLAR, "serve", "--port", str(port)], env=example.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        _wait_until_ready(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(200):
        assert process.poll() is None, process.communicate()[0].decode()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5):
                return
        except OSError:
            pass
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("the server never became ready")


def _get(url: str) -> tuple[bytes, Message]:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read(), answer.headers


def test_all_facts_are_published_but_those_about_three_persons(server: str) -> None:
    for name, rows in _ROWS.items():
        content, _ = _get(f"{server}/datasets/{name}/data.json")
        assert len(json.loads(content)) == rows, name


def test_reported_counts_of_persons_under_five_wait_for_a_person(example: Example) -> None:
    waiting = example.json("quarantine", exit_code=2)

    small = {(each["table"], each["key"]) for each in waiting if any(f["code"] == "small-person-count" for f in each["findings"])}
    assert ("process", "buergerbegehung-hauptbahnhof-2023") in small
    assert ("event", "buergerbegehung") in small


def test_no_text_of_the_public_side_tells_the_three_persons(server: str) -> None:
    for url in ("/datasets/beteiligungsverfahren/data.csv", "/datasets/veranstaltungen/data.csv", "/statistics/reported"):
        content, _ = _get(server + url)
        assert "buergerbegehung" not in content.decode()


def test_a_second_harvest_finds_nothing_changed_and_moves_no_byte(example: Example, server: str) -> None:
    before, headers = _get(f"{server}/catalog.nt")

    runs = example.json("harvest")["runs"]

    assert {each["outcome"] for each in runs} == {"unchanged"}
    after, again = _get(f"{server}/catalog.nt")
    assert (before, headers["ETag"]) == (after, again["ETag"])


def test_every_row_of_researched_facts_names_its_source(server: str) -> None:
    for name in _ROWS:
        content, _ = _get(f"{server}/datasets/{name}/data.json")
        for row in json.loads(content):
            assert row["source_url"] or row["source_title"], (name, row)


def test_the_catalogue_says_that_eight_projects_were_announced_and_seven_are_named(server: str) -> None:
    content, _ = _get(f"{server}/api/v1/datasets/projekte")
    assert "acht" in content.decode()
    assert "sieben" in content.decode()


def test_everything_says_that_it_is_an_example(server: str) -> None:
    for path in ("/", "/datasets", "/datasets/projekte", "/statistics/reported", "/status", "/en/"):
        page = _get(server + path)[0].decode()
        assert "nicht amtlich" in page or "not official" in page, path
        assert 'name="robots" content="noindex' in page, path
    assert "nicht amtlich" in _get(f"{server}/catalog.ttl")[0].decode()


def test_a_withdrawn_data_set_is_gone_everywhere_and_says_why(own: Example) -> None:
    own.klar("withdraw", "plattformkennzahlen", "--reason", "Test der Zurückziehung")

    own.klar("harvest")  # the drop folder still holds it: it must come back neither to readers nor to the archive
    data = b"".join(path.read_bytes() for path in (own.folder / "data").rglob("*") if path.is_file())
    assert b"votes_theatergarten_online" not in data


def test_the_configuration_of_the_example_uses_only_known_keys(example: Example) -> None:
    example.klar("config", "check")
    assert tomllib.loads((example.folder / "klar.toml").read_text(encoding="utf-8"))["site"]["official"] is False


@pytest.mark.skipif(not SHAPES.is_dir(), reason=f"offizielle SHACL-Dateien fehlen: {SHAPES}")
@pytest.mark.parametrize("files", [OFFICIAL, REPAIRED, DASHBOARD], ids=lambda each: each.name)
def test_the_served_feed_has_no_results_in_the_official_shapes(
    server: str, files: ProfileFiles, record_property: Callable[[str, object], None]
) -> None:
    profile = load(SHAPES, files)
    feed = Graph().parse(data=_get(f"{server}/catalog.rdf")[0].decode(), format="xml")
    datasets = set(feed.subjects(RDF.type, DCAT.Dataset))
    assert len(datasets) == 14

    assert profile.results(feed) == ()

    record_property("summary", f"SHACL {profile.name}, Beispiel: {profile.rules} shapes × {len(datasets)} data sets, 0 results")


def test_frictionless_finds_every_data_package_valid_over_http(server: str) -> None:
    for name in _ROWS:
        report = Package(f"{server}/datasets/{name}/datapackage.json").validate()
        assert report.valid, (name, report.flatten(["type", "note"]))


def test_what_a_person_accepts_is_published_with_the_next_harvest(own: Example) -> None:
    for item in own.json("quarantine", exit_code=2):
        own.klar("quarantine", "accept", str(item["id"]), "--by", "anna", "--reason", "öffentlich berichtete Begehung", exit_code=2)
        own.klar("quarantine", "accept", str(item["id"]), "--by", "berta", "--reason", "öffentlich berichtete Begehung")

    runs = own.json("harvest")["runs"]

    assert sum(each["counts"]["created"] for each in runs) == 2
    assert own.json("quarantine") == []
