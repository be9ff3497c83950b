"""What is kept of an answer: the same when it is filtered twice, and enough to read a run again."""

import gc
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.plan import Outcome
from harvesters.answers import uncollected
from harvesters.http.asking import Surroundings
from harvesters.http.faults import HttpError
from harvesters.http.opening import Web
from harvesters.http.pace import MemoryPace
from harvesters.run import harvest
from harvesters.sensorthings.keeping import Keeping
from harvesters.sensorthings.links import Links
from harvesters.sensorthings.questions import literal_of
from schemas.errors import SourceError
from tests.harvesters.http.servers import reply, serving
from tests.harvesters.http.world import SWIFT
from tests.harvesters.sensorthings.servers import BASE, Sta, network, stream, thing
from tests.harvesters.world import intake

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
_PERIOD = "2020-01-01T00:00:00Z/2026-11-22T03:00:00Z"
_LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6) | st.sampled_from([_PERIOD, "../.."])
_NAMES = st.sampled_from(
    [
        *("@iot.id", "name", "properties", "layerName", "location", "geometry", "crs", "type", "coordinates", "phenomenonTime"),
        *("observedArea", "Datastreams", "Thing", "Sensor", "unitOfMeasurement", "symbol", "Datastreams@iot.nextLink", "kontakt"),
    ]
)
_TREES = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5), max_leaves=12)


@settings(max_examples=50, deadline=None)
@given(st.lists(_TREES, max_size=3))
def test_filtering_twice_is_filtering_once_whatever_a_server_says(values: list[object]) -> None:
    once = Keeping(NOW).kept("https://sta.example/", json.dumps({"value": values, "geheim": "wort"}).encode())
    assert Keeping(NOW + timedelta(days=400)).kept("https://sta.example/", once) == once
    assert b"geheim" not in once
    assert b"kontakt" not in once


def test_the_collector_runs_again_after_each_page_also_after_a_broken_one() -> None:
    Keeping(NOW).kept("https://sta.example/", b'{"value": []}')
    assert gc.isenabled()
    with pytest.raises(SourceError):
        Keeping(NOW).kept("https://sta.example/", b'{"value": [')
    assert gc.isenabled()
    with uncollected():
        Keeping(NOW).kept("https://sta.example/", b'{"value": []}')
        assert not gc.isenabled(), "whoever turned it off turns it on"


def test_an_end_that_is_over_stays_and_a_recent_one_goes() -> None:
    things = [thing(1, stream(1), stream(2, phenomenonTime="2019-01-01T00:00:00Z/2019-02-01T00:00:00Z"))]
    keeping = Keeping(NOW)
    kept = json.loads(keeping.kept("https://sta.example/", json.dumps({"value": things}).encode()))

    assert [each["phenomenonTime"] for each in kept["value"][0]["Datastreams"]] == [
        "2021-10-20T22:00:00Z/..",
        "2019-01-01T00:00:00Z/2019-02-01T00:00:00Z",
    ]
    assert keeping.ends.keys() == {"1", "2"}


def test_a_run_can_be_read_again_even_one_that_had_to_try_several_ways(tmp_path: Path) -> None:
    things = [*network(30), thing(31, stream(2000, phenomenonTime="2019-01-01T00:00:00Z/2019-02-01T00:00:00Z"))]
    server = Sta(things, most=10, refuses=True, first_in_all=True)
    server.fault = lambda target: reply("late", 504) if "$skip=20&" in f"{target}&" and "Things" in target and "$top=12" in target else None
    web = Web(
        user_agent="klar/0", environ={}, pace=MemoryPace(interval=0), limits=SWIFT, surroundings=Surroundings(sleep=lambda seconds: None)
    )
    made = intake(tmp_path)
    with serving(server.routes) as peer:
        made.source = replace(made.source, name="luft", kind="sensorthings", url=peer.url(BASE), options={}, allow_private=("127.0.0.1",))
        run = harvest(
            made.source,
            store=made.store,
            publisher=made.publisher,
            archive=made.archive,
            now=made.clock.now,
            vault=made.vault,
            web=web,
            plan_only=True,
        )
    again = made.replay(run.id)
    made.close()

    assert run.outcome is Outcome.PLANNED, run
    assert again.outcome is Outcome.PLANNED, again
    assert "dieselben Zeilen wie damals" in again.message
    assert "nicht dieselben" not in again.message


@settings(max_examples=50)
@given(st.integers(0) | st.text(min_size=1, max_size=30))
def test_each_id_has_a_name_of_its_own_that_fits_into_a_path(identifier: int | str) -> None:
    try:
        literal = literal_of(identifier)
    except UnicodeEncodeError:
        return
    assert not set(literal) & set(' ?#/%"<>') - {"%"}
    assert (literal_of(str(identifier)) == literal) is isinstance(identifier, str)


@settings(max_examples=50)
@given(st.text(max_size=40))
def test_a_link_leads_below_the_configured_root_or_nowhere(link: str) -> None:
    home = "https://sta.example/FROST/v1.1/"
    try:
        found = Links(home, "http://frost:8080/FROST/v1.1/").absolute(link, f"{home}Things?$top=1")
    except HttpError:
        return
    assert found.startswith(home)


@pytest.mark.parametrize(
    "link", ["https://sta.example.fremd.example/FROST/v1.1/Things", "https://sta.example@fremd.example/FROST/v1.1/Things"]
)
def test_a_host_that_only_looks_like_ours_is_another_one(link: str) -> None:
    with pytest.raises(HttpError):
        Links("https://sta.example/FROST/v1.1/", "").absolute(link, "https://sta.example/FROST/v1.1/Things")
