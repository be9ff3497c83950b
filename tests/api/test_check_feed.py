"""`klar check-feed` as typed: what it prints, for people and for programs, its exit status, and klar's own example."""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from api.cli import run
from api.initialise import initialise
from api.settings import load_public
from api.web.app import create_app
from api.wiring import public_services
from dcat.check.kinds import KINDS
from dcat.check.mqa import Indicator
from tests.dcat.check.pages import page, paged, single
from tests.dcat.check.server import Page, served
from tests.shared import SHARED

Captured = pytest.CaptureFixture[str]
SHAPES = SHARED / "reference" / "dcat" / "shapes"
DOCS = Path(__file__).resolve().parents[2] / "docs"
LOCAL = ("--allow-private", "127.0.0.1", "--pause", "0")


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No klar.toml in sight."""
    for each in [each for each in os.environ if each.startswith("KLAR_")]:
        monkeypatch.delenv(each)
    monkeypatch.chdir(tmp_path)


def check_feed(pages: dict[str, Page], *options: str) -> int:
    with served(pages) as feed:
        return run(["check-feed", feed.url(), *LOCAL, *options])


def test_a_good_feed_ends_with_0_and_says_so(capsys: Captured) -> None:
    assert check_feed(paged()) == 0

    text = capsys.readouterr().out
    assert "2 Seiten gelesen, bis zur letzten Seite (text/turtle); 2 Datensätze, 2 Distributionen." in text
    assert "Links: 2 von 2 gefragt, 2 in Ordnung. Amtliche Regeln: nicht geprüft (--shapes)." in text
    assert "GovData: 2 unverändert, 0 verändert, 0 weggelassen" in text
    assert "400 von 405 Punkten (ausgezeichnet)" in text
    assert text.endswith("In Ordnung. 0 Fehler, 0 Warnungen, 0 Hinweise.\n")


def test_an_error_ends_with_1_and_comes_first(capsys: Captured) -> None:
    pages = single((' dct:title "Datensatz 1"@de ;', ""), more='<{base}/id/1> dcat:keyword "a/b" .')
    del pages["/data/1.csv"]

    assert check_feed(pages) == 1

    lines = [each for each in capsys.readouterr().out.splitlines() if each.startswith(("Fehler", "Warnung", "Hinweis"))]
    assert lines == [
        "Fehler: Ein Datensatz hat keinen Titel (1×) [title-missing, ab Land (open.rlp)]",
        "Fehler: DCAT-AP.de 3.0 ist verletzt (1×) [shacl, ab GovData]",
        "Fehler: Ein Link führt nirgendwohin (1×) [link-dead, ab GovData]",
        "Hinweis: Ein Schlagwort wird geändert (1×) [keyword-changed, ab GovData]",
    ]


def test_a_warning_alone_ends_with_0() -> None:
    assert check_feed(single((' dcat:keyword "projekt"@de ;', ""))) == 0


def test_twenty_of_a_kind_are_told_and_the_rest_is_a_number(capsys: Captured) -> None:
    content = page(*range(1, 10)).replace("dl-zero-de/2.0", "dl-zero-de/9")
    more = "".join(f"<{{base}}/id/1#csv> dct:license <http://example.org/{number}> .\n" for number in range(30))

    assert check_feed({"/catalog.ttl": Page(content=content + more)}, "--links", "0") == 1

    text = capsys.readouterr().out
    assert "Eine Lizenz steht nicht in der Liste (39×)" in text
    assert "  … und 19 weitere." in text


def test_programs_get_all_of_it(capsys: Captured) -> None:
    assert check_feed(single(more='<{base}/id/1> dcat:keyword "a/b" .'), "--json") == 0

    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert list(report) == [
        "url",
        "outcome",
        "pages",
        "complete",
        "media_type",
        "datasets",
        "distributions",
        "official_profiles",
        "counts",
        "findings",
        "levels",
        "links",
        "mqa",
    ]
    (group,) = report["findings"]
    assert (group["kind"], group["severity"], group["level"], group["count"]) == ("keyword-changed", "note", "govdata", 1)
    assert list(group["findings"][0]) == ["message", "page", "dataset", "node", "field"]
    assert report["levels"]["govdata"] == {"accept": 0, "change": 1, "drop": 0}
    assert report["links"] == {"found": 1, "asked": 1, "fine": 1}
    assert (report["mqa"]["points"], report["mqa"]["of"], len(report["mqa"]["indicators"])) == (400.0, 405, len(Indicator))


def test_a_place_inside_is_asked_only_when_it_is_named(capsys: Captured) -> None:
    with served(single()) as feed:
        assert run(["check-feed", feed.url(), "--pause", "0"]) == 1
        assert feed.asked == []

    told = capsys.readouterr().out
    assert "führt nicht ins öffentliche Netz (eigener Rechner). Private Adressen und der eigene Rechner werden mit --allow-private" in told
    assert "Kein Datensatz war zu lesen" in told
    assert "405 Punkten" not in told, "points of what nobody could read would be made up"


@pytest.mark.parametrize("address", ["catalog.ttl", "ftp://example.org/", "https://user:secret@example.org/"])
def test_what_is_no_address_is_said_at_once(address: str, capsys: Captured) -> None:
    assert run(["check-feed", address]) == 1

    told = capsys.readouterr().err
    assert told.startswith("Fehler: ")
    assert "secret" not in told


def test_a_folder_without_shapes_is_said_at_once(tmp_path: Path, capsys: Captured) -> None:
    assert check_feed(single(), "--shapes", str(tmp_path)) == 1

    assert "--shapes: dcat-ap-3.0.0/dcat-ap-SHACL.ttl fehlt" in capsys.readouterr().err


def test_the_configuration_lends_its_shapes(tmp_path: Path, capsys: Captured) -> None:
    initialise(tmp_path / "stadt")
    config = tmp_path / "stadt" / "klar.toml"
    config.write_text(config.read_text(encoding="utf-8") + '\n[shapes]\nfolder = "regeln"\n', encoding="utf-8")
    with served(single()) as feed:
        assert run(["--config", str(config), "check-feed", feed.url(), *LOCAL]) == 1

    assert f"fehlt in {tmp_path / 'stadt' / 'regeln'}" in capsys.readouterr().err


def test_every_kind_of_finding_is_documented() -> None:
    text = (DOCS / "check-feed.md").read_text(encoding="utf-8")

    for code, kind in KINDS.items():
        assert f"| `{code}` | {kind.severity.value} | {kind.level.value} |" in text, code


# --- klar's own example ----------------------------------------------------------------------------------------------------------


@contextmanager
def listening(config: Path, environment: dict[str, str], listener: socket.socket) -> Iterator[None]:
    services = public_services(load_public(config, environment))
    server = uvicorn.Server(uvicorn.Config(create_app(services), access_log=False, log_level="warning", lifespan="on"))
    own = listener.dup()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [own]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
        own.close()
        services.store.close()


def checked_example(config: Path, address: str, *options: str, capsys: Captured) -> dict[str, Any]:
    capsys.readouterr()
    status = run(["check-feed", f"{address}/catalog", *LOCAL, "--json", *options])
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert status == 0, report["findings"]
    return report


def test_the_example_reaches_all_points_but_those_the_profile_forces_it_to_choose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, record_property: Any
) -> None:
    """3.0 has sizes and fails 2.1.1, so 30 points are lost; 2.1.1 has no sizes: 5. A data set whose rows have no period has none to
    give: its share of 20 is lost either way."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    monkeypatch.setenv("KLAR_SITE__BASE_URL", address)
    monkeypatch.setenv("KLAR_SITE__URI_BASE", address)
    config = tmp_path / "kl" / "klar.toml"
    initialise(config.parent, example="kaiserslautern")
    official = ("--shapes", str(SHAPES)) if SHAPES.is_dir() else ()
    for profile, shapes, forced in (("dcat-ap-de-3.0", (), {"compliance": 30}), ("dcat-ap-2.1.1", official, {"byte-size": 5})):
        monkeypatch.setenv("KLAR_FEED__PROFILE", profile)
        assert run(["--config", str(config), "harvest"]) in (0, 2), "two rows wait for a person"
        with listening(config, dict(os.environ), listener):
            report = checked_example(config, address, *shapes, capsys=capsys)
        scored = report["mqa"]
        lost = {each["id"]: each["weight"] - each["points"] for each in scored["indicators"] if each["points"] < each["weight"]}
        record_property("summary", f"check-feed, example, {profile}: {scored['points']} of 405 MQA points, {report['datasets']} data sets")

        assert lost == forced
        assert scored["points"] == 405 - sum(forced.values())
        assert report["counts"]["warning"] == 0
        assert report["counts"]["error"] == 0
        assert report["levels"]["govdata"]["drop"] == 0
        assert report["links"]["fine"] == report["links"]["asked"] == report["links"]["found"]
    listener.close()
