"""Taking values again and again: nothing twice, nothing lost, and never more than a run may."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.harvester import SourceConfig
from harvesters.http.asking import Surroundings
from harvesters.http.opening import Web, open_source
from harvesters.http.pace import MemoryPace
from harvesters.sampling.shelf import Shelf, State, UnreadableShelf
from harvesters.sampling.snapshot import Bounds, Report, snapshot
from harvesters.sensorthings.observations import kept
from schemas.errors import SourceError
from tests.harvesters.http.servers import serving
from tests.harvesters.http.world import SWIFT
from tests.harvesters.sampling.servers import NOW, QUARTER, Json, Streams, observing, quarters, streams, value
from tests.shared import SHARED

LAYER = "wetter-lufttemperatur"
FIXTURE = SHARED / "reference/sensors/fixtures/captured/sta-observations-dataarray.json"


@dataclass
class Taking:
    """One layer over several days."""

    server: Streams
    home: str
    folder: Path
    now: datetime = NOW

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.folder / "messwerte")

    @property
    def state(self) -> State:
        return self.shelf.read(LAYER)

    def run(self, *, days: float = 0.0, size: int = 100, dense: bool = True, **bounds: Any) -> Report:
        self.now += timedelta(days=days)
        web = Web(user_agent="klar", limits=SWIFT, environ={}, pace=MemoryPace(interval=0), surroundings=Surroundings(sleep=lambda _: None))
        source = SourceConfig(
            name="wetter", title="Wetter", kind="sensorthings", url=f"{self.home}v1.1/", folder=self.folder, allow_private=("127.0.0.1",)
        )
        with open_source(source, web, keep_payload=lambda _: None, clock=lambda: self.now) as fetch:
            return snapshot(
                self.shelf,
                LAYER,
                streams(self.home, *self.server.values),
                observing(self.home, size=size, dense=dense),
                fetch,
                now=self.now,
                prefix="wetter",
                interval=900.0,
                bounds=Bounds(**bounds),
            )


@contextmanager
def taking(folder: Path, values: dict[str, list[Json]], **more: Any) -> Iterator[Taking]:
    server = Streams(values, **more)
    with serving(server.routes) as found:
        yield Taking(server=server, home=found.url("/"), folder=folder)


def counted(state: State) -> int:
    return sum(each.summary.values for each in state.months.values())


def test_the_first_run_takes_a_day(tmp_path: Path) -> None:
    with taking(tmp_path, {"1": quarters(NOW, hours=48), "2": quarters(NOW, hours=48)}) as world:
        report = world.run()
        assert (report.added, report.asked, report.complete) == (192, 2, True)
        assert counted(world.state) == 192
        assert world.state.months["2026-11"].summary.datastreams == 2
        assert world.state.until == {"1": NOW, "2": NOW}


@pytest.mark.parametrize("dense", [True, False])
def test_pages_are_followed_in_either_shape_and_through_an_inner_host(dense: bool, tmp_path: Path) -> None:
    with taking(tmp_path, {"1": quarters(NOW)}, dense=dense) as world:
        report = world.run(size=40)
        assert (report.requests, report.added) == (3, 96)


def test_a_server_that_answers_plainly_although_asked_for_arrays_is_understood(tmp_path: Path) -> None:
    with taking(tmp_path, {"1": quarters(NOW)}, dense=False) as world:
        assert world.run(dense=True).added == 96


def test_the_next_day_adds_what_is_new_and_what_came_late(tmp_path: Path) -> None:
    late = value(NOW - 4 * QUARTER, 99.0)
    with taking(tmp_path, {"1": [each for each in quarters(NOW) if each["phenomenonTime"] != late["phenomenonTime"]]}) as world:
        assert world.run().added == 95
        assert (world.state.months["2026-11"].summary.gaps, world.state.months["2026-11"].summary.missing) == (1, 1)
        world.server.values["1"] += [late, *quarters(NOW + timedelta(days=1))]
        report = world.run(days=1)
        assert (report.added, report.values) == (97, 192)
        assert world.state.months["2026-11"].summary.gaps == 0


def test_a_second_run_over_the_same_changes_no_file(tmp_path: Path) -> None:
    with taking(tmp_path, {"1": quarters(NOW)}) as world:
        world.run()
        before = world.state
        assert world.run().added == 0
        assert world.state == before
        assert len(world.shelf.files.names()) == 1


def test_a_month_that_is_over_is_not_written_again(tmp_path: Path) -> None:
    turn = datetime.fromisoformat("2026-12-01T06:00:00+00:00")
    with taking(tmp_path, {"1": quarters(turn)}) as world:
        world.now = turn
        world.run()
        november = world.state.months["2026-11"]
        world.server.values["1"] += quarters(turn + timedelta(days=1))
        world.run(days=1)
        assert world.state.months["2026-11"] == november
        assert list(world.state.months) == ["2026-11", "2026-12"]


def test_one_datastream_that_does_not_answer_costs_itself_and_is_asked_for_the_same_time_again(tmp_path: Path) -> None:
    with taking(tmp_path, {"1": quarters(NOW), "2": quarters(NOW)}) as world:
        world.server.broken.add("2")
        report = world.run()
        assert (report.added, list(report.failed), report.complete) == (96, ["2"], False)
        world.server.broken.clear()
        assert world.run().added == 96
        assert counted(world.state) == 192


def test_a_server_that_cannot_sort_by_time_is_asked_otherwise_and_only_the_first_datastream_finds_out(tmp_path: Path) -> None:
    values = quarters(NOW)[::-1]
    with taking(tmp_path, {"1": values, "2": values}, sorts=False, most=100) as world:
        report = world.run(size=1000)
        assert (report.added, report.asked, report.failed) == (192, 2, {})
        assert (world.server.requests.count("1") > 1, world.server.requests.count("2")) == (True, 1)


def test_where_values_come_in_no_order_a_run_that_had_to_stop_begins_anew(tmp_path: Path) -> None:
    """The negative control is the same server with an order (above): there it goes on where it stopped."""
    with taking(tmp_path, {"1": quarters(NOW)[::-1]}, sorts=False) as world:
        assert world.run(size=40, values=40).added == 40
        assert world.state.until == {}
        assert world.run(size=40).complete
        assert counted(world.state) == 96


def test_a_next_page_on_another_machine_is_not_asked_for(tmp_path: Path) -> None:
    with taking(tmp_path, {"1": quarters(NOW)}, elsewhere="https://fremd.example") as world:
        report = world.run(size=40)
        assert (report.added, list(report.failed)) == (0, ["1"])
        assert world.state.until == {}


def test_a_run_stops_at_its_bounds_and_the_next_one_begins_with_who_waited_longest(tmp_path: Path) -> None:
    with taking(tmp_path, {"1": quarters(NOW), "2": quarters(NOW), "3": quarters(NOW)}) as world:
        first = world.run(requests=1)
        assert (first.added, first.postponed) == (96, 2)
        world.run(requests=1)
        world.run(requests=1)
        assert sorted(world.server.requests) == ["1", "2", "3"]
        assert counted(world.state) == 288


def test_a_datastream_that_is_too_much_for_one_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with taking(tmp_path, {"1": quarters(NOW)}) as world:
        for _ in range(4):
            world.run(size=30, values=30, late=timedelta(0))
        assert counted(world.state) == 96
        assert world.run(late=timedelta(0)).complete


def test_a_kill_between_two_batches_leaves_the_first_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with taking(tmp_path, {"1": quarters(NOW), "2": quarters(NOW)}) as world:
        write = Shelf.write
        written: list[str] = []

        def killed(shelf: Shelf, layer: str, state: State) -> None:
            if written:
                raise KeyboardInterrupt
            written.append(layer)
            write(shelf, layer, state)

        monkeypatch.setattr(Shelf, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            world.run(batch=90)
        assert counted(world.state) == 96
        monkeypatch.undo()
        assert world.run().added == 96
        assert counted(world.state) == 192


def test_a_time_that_nobody_asked_for_is_stated(tmp_path: Path) -> None:
    with taking(tmp_path, {"1": quarters(NOW)}) as world:
        world.run()
        world.server.values["1"] = quarters(NOW + timedelta(days=30), hours=24 * 30)
        report = world.run(days=30)
        assert report.added == 7 * 96
        [gap] = world.state.unasked
        assert (gap.since, gap.until, gap.datastreams) == (NOW, NOW + timedelta(days=23), 1)
        world.run(days=1)
        assert len(world.state.unasked) == 1


def test_values_of_another_time_are_counted_and_not_taken(tmp_path: Path) -> None:
    values = [*quarters(NOW, hours=72), value(NOW - QUARTER / 3, "kaputt"), value(NOW - QUARTER / 2, None)]
    with taking(tmp_path, {"1": values}, ignores_window=True) as world:
        report = world.run(size=1000)
        assert report.added == 96
        assert report.refused == {"outside": 192, "no-number": 2}


def test_a_document_that_is_broken_or_names_a_file_that_is_gone_stops_everything(tmp_path: Path) -> None:
    with taking(tmp_path, {"1": quarters(NOW)}) as world:
        world.run()
        sha256 = world.state.months["2026-11"].sha256
        content = world.shelf.files.read(sha256)
        world.shelf.files.erase(sha256)
        with pytest.raises(UnreadableShelf, match="fehlt"):
            world.run()
        world.shelf.files.put(content)
        (tmp_path / "messwerte" / f"{LAYER}.json").write_text("{}")
        with pytest.raises(UnreadableShelf):
            world.run()


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    with taking(tmp_path, {"1": quarters(NOW)}) as world:
        world.run()
        world.server.values["1"] = quarters(NOW + timedelta(days=9), hours=48)
        world.run(days=9)
        state = world.state
        world.shelf.write("anderes", replace(state))
        assert world.shelf.read("anderes") == state
        assert state.unasked


def test_of_an_observation_nothing_is_kept_but_time_value_and_quality() -> None:
    said = {
        "@iot.id": 47,
        "result": 1.5,
        "phenomenonTime": "2026-11-22T00:00:00Z",
        "FeatureOfInterest": {"name": "Mustermann"},
        "resultQuality": "ok",
    }
    words = {"result": "Erika Mustermann war hier", "phenomenonTime": "2026-11-22T00:15:00Z"}
    once = kept("a", json.dumps({"value": [said, words]}).encode())
    assert json.loads(once)["values"] == [["2026-11-22T00:00:00Z", 1.5, None, "ok"], ["2026-11-22T00:15:00Z", None, None, None]]
    assert kept("a", once) == once


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["dataArray", "components", "result", "phenomenonTime"]), inner, max_size=3)
        ),
        max_leaves=10,
    )
)
def test_any_list_of_observations_is_filtered_once_and_for_all(entries: Any) -> None:
    content = json.dumps({"value": entries}).encode()
    if not isinstance(entries, list):
        with pytest.raises(SourceError):
            kept("a", content)
        return
    once = kept("a", content)
    assert kept("a", once) == once
    assert all(len(each) == 4 for each in json.loads(once)["values"])


def test_a_recorded_answer_in_dense_arrays_is_read() -> None:
    if not FIXTURE.is_file():
        pytest.skip("recorded answers are not here")
    found = json.loads(kept("a", FIXTURE.read_bytes()))["values"]
    assert [each[:2] for each in found][:2] == [["2015-03-06T00:00:00+00:00", 6.0], ["2015-03-05T00:00:00+00:00", 5.0]]
    assert len(found) == 4
