"""Taking the values of a source: from its registry to files by month, in one command."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from api.cli import run
from api.cli.sampling import about, sentences, status_of
from api.cli.schedule import _harvest
from api.installation import Installation, installation, shelf_of
from api.settings import load
from catalog.plan import Outcome, RunRecord
from harvesters.harvester import SourceConfig
from harvesters.http.asking import Surroundings
from harvesters.http.opening import Web
from harvesters.http.pace import MemoryPace
from harvesters.sampling.shelf import Shelf, Unasked
from harvesters.sampling.snapshot import Report
from harvesters.sampling.taking import take
from schemas.errors import Busy, ConfigurationError
from schemas.row import Finding
from tests.harvesters.http.servers import Script, serving
from tests.harvesters.http.world import SWIFT
from tests.harvesters.sampling.servers import NOW, Streams, quarters
from tests.harvesters.sensorthings.servers import BASE, Sta, network

_STREAM = re.compile(r"/Datastreams\((\d+)\)/Observations")


@contextmanager
def server(values: Streams, count: int = 3) -> Iterator[str]:
    """A registry of `count` Datastreams, and their values."""

    def observations(target: str) -> Script | None:
        found = _STREAM.search(target.partition("?")[0])
        return values.routes[f"/v1.1/Datastreams({found[1]})/Observations"] if found else None

    with serving(Sta(network(count), fault=observations).routes) as here:
        yield here.url(BASE)


def _three() -> Streams:
    return Streams({str(each): quarters(NOW) for each in (1001, 1002, 1003)}, dense=False)


def _source(url: str, folder: Path, **more: Any) -> SourceConfig:
    settings: dict[str, Any] = {"kind": "sensorthings", "allow_private": ("127.0.0.1",), **more}
    return SourceConfig(name="sta", title="Luft", url=url, folder=folder, **settings)


def _web() -> Web:
    return Web(user_agent="klar", limits=SWIFT, environ={}, pace=MemoryPace(interval=0), surroundings=Surroundings(sleep=lambda _: None))


def test_all_values_of_a_network_come_by_layer_with_the_ids_of_the_list_of_stations(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "messwerte")
    with server(_three()) as url:
        [(name, report)] = take(_source(url, tmp_path), _web(), shelf, now=NOW).items()
    month = shelf.read(name).months["2026-11"]
    assert name.startswith("sta")
    assert (report.added, report.asked, report.complete) == (288, 3, True)
    assert month.summary.values == 288
    assert b"sta-1001" in shelf.files.read(month.sha256)


def test_kinds_without_values_and_sources_of_persons_are_refused(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "messwerte")
    with pytest.raises(ConfigurationError, match="geben keine Messwerte"):
        take(_source("https://a.example", tmp_path, kind="ckan"), _web(), shelf, now=NOW)
    with pytest.raises(ConfigurationError, match="personal_data"):
        take(_source("https://a.example/v1.1/", tmp_path, personal_data=True, legal_basis="§ 1"), _web(), shelf, now=NOW)


def test_two_at_a_time_are_one_too_many(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "messwerte")
    with shelf.alone(), pytest.raises(Busy), shelf.alone():
        pass
    with shelf.alone():
        pass


def test_what_came_and_what_did_not_is_said_in_words_and_by_status() -> None:
    fine, failed = Report(added=96, asked=1), Report(asked=1, failed={"1002": "weg"}, refused=Counter({"no-zone": 2}))
    stopped = Report(postponed=3, unasked=(Unasked(since=NOW, until=NOW, datastreams=1),))
    assert [status_of({"a": each}) for each in (fine, failed, stopped)] == [0, 1, 2]
    said = "\n".join(sentences({"luft": fine, "laerm": failed, "licht": stopped}))
    for part in (
        "luft: 96 Werte neu",
        "2 Werte nicht übernommen: Zeit ohne Zeitzone",
        "1002 hat nicht geantwortet",
        "3 Messreihen",
        "nie gefragt",
    ):
        assert part in said


def test_the_command_needs_a_source_with_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = _installation(tmp_path / "stadt", "https://a.example/v1.1/")
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace('kind = "sensorthings"', 'kind = "ckan"'), encoding="utf-8")
    assert run(["--config", str(config), "sample", "sta"]) == 1
    assert "geben keine Messwerte" in capsys.readouterr().err


def test_the_clock_collects_and_publishes_after_a_harvest_where_the_source_says_so(tmp_path: Path) -> None:
    values = Streams({"1001": quarters(datetime.now(UTC))}, dense=False)
    with server(values, count=1) as url, _opened(tmp_path, url, 'sample = true\nreview = "never"') as found:
        _harvest(found, found.source("sta"), Lock())
        assert [each.source for each in found.store.runs()] == ["sta-messwerte", "sta"]
        assert {each.outcome for each in found.store.runs()} == {Outcome.OK}
        _harvest(found, replace(found.source("sta"), sample=False), Lock())
        assert next(iter(found.store.runs())).source == "sta"


def test_values_that_cannot_be_collected_leave_the_harvest_as_it_is(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with server(_three()) as url, _opened(tmp_path, url, 'sample = true\nreview = "never"') as found, shelf_of(found.settings).alone():
        _harvest(found, found.source("sta"), Lock())
        assert [(each.source, each.outcome) for each in found.store.runs()] == [("sta", Outcome.OK)]
    assert "gerade schon Messwerte" in caplog.text


def test_what_became_of_publishing_shows_in_the_status() -> None:
    record = RunRecord(id=1, source="sta-messwerte", started_at=NOW, finished_at=NOW, outcome=Outcome.OK, message="", counts={})
    outcomes = (Outcome.OK, Outcome.UNCHANGED, Outcome.HELD, Outcome.PARTIAL, Outcome.FAILED)
    assert [status_of({}, replace(record, outcome=each)) for each in outcomes] == [0, 0, 2, 1, 1]


def test_what_became_of_publishing_is_said() -> None:
    found = Finding(code="month-shrunk", message="2026-11: weniger Werte")
    record = RunRecord(
        id=1, source="sta-messwerte", started_at=NOW, finished_at=NOW, outcome=Outcome.PARTIAL, message="", counts={}, findings=(found,)
    )
    assert "Erst muss die Quelle selbst veröffentlicht sein" in "".join(about(None))
    said = list(about(record))
    assert said[0].startswith("sta-messwerte: ")
    assert "weniger Werte" in said[1]


@contextmanager
def _opened(folder: Path, url: str, more: str) -> Iterator[Installation]:
    """An installation that does not wait between two questions."""
    with installation(load(_installation(folder / "stadt", url, more), {})) as found:
        vars(found)["web"] = _web()
        yield found


def _installation(folder: Path, url: str, more: str = "") -> Path:
    assert run(["init", str(folder)]) == 0
    config = folder / "klar.toml"
    text = config.read_text(encoding="utf-8")
    block = f'[[source]]\nname = "sta"\ntitle = "Luft"\nkind = "sensorthings"\nurl = "{url}"\nallow_private = ["127.0.0.1"]\n{more}\n'
    config.write_text(f"{text}\n{block}", encoding="utf-8")
    return config
