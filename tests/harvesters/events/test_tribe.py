"""The Events Calendar, when it behaves and when it does not."""

import json
from pathlib import Path

import pytest
import yaml

from catalog.plan import Outcome
from harvesters.events import tribe
from harvesters.record import Record
from tests.harvesters.events.sites import ROUTE, Plugin, codes, installation, quick, rows, run, said, tribe_event
from tests.harvesters.http.servers import Script, reply, serving
from tests.shared import SHARED

PROBE = SHARED / "reference/participation/fixtures/wordpress/tribe_events_probe.yml"


def test_every_page_is_read_from_ever_to_ever(tmp_path: Path) -> None:
    plugin = Plugin([tribe_event(number) for number in range(101)])
    with serving(plugin.routes) as server:
        made = installation(tmp_path, server.url("/"), form="tribe")
        record = run(made, quick(tmp_path))
    assert (record.outcome, record.counts["created"]) == (Outcome.OK, 101), record
    assert [each.partition("&per_page")[2] for each in server.paths] == [f"=50&page={page}" for page in (1, 2, 3)]
    assert all("start_date=1970-01-01" in each and "end_date=2037-12-31" in each for each in server.paths)


def test_what_is_over_and_what_is_far_ahead_is_there_too(tmp_path: Path) -> None:
    """Without both dates the plug-in would hide them: the negative control is the server itself."""
    past = tribe_event(1, start_date="2023-09-06 18:00:00", end_date="2023-09-06 20:00:00")
    far = tribe_event(2, start_date="2030-05-01 10:00:00", end_date="2030-05-01 11:00:00")
    with serving(Plugin([past, far, tribe_event(3)]).routes) as server:
        made = installation(tmp_path, server.url("/"), form="tribe")
        run(made, quick(tmp_path))
    assert said(made, "start", "start_time") == [("2023-09-06", "18:00"), ("2026-12-04", "18:00"), ("2030-05-01", "10:00")]


def test_an_event_becomes_a_row(tmp_path: Path) -> None:
    with serving(Plugin([tribe_event(1)]).routes) as server:
        made = installation(tmp_path, server.url("/"), form="tribe", prefix="stadt", process_id="", mode="analog")
        run(made, quick(tmp_path))
    row = rows(made)["stadt-701"].row
    assert {name: value for name, value in row.values.items() if value is not None} == {
        "id": "stadt-701",
        "title": "Stadtdialog 1 – Auftakt",
        "start": "2026-12-02",
        "start_time": "18:00",
        "place": "Rathausfoyer, Kaiserslautern",
        "mode": "analog",
        "source_title": "Stadt: Termine",
        "source_date": "2026-09-14",
        "source_date_basis": "stated",
    }
    assert row.source_url == "https://stadt.example/event/dialog-1/"


def test_a_place_that_names_its_town_is_not_told_it_twice(tmp_path: Path) -> None:
    hall = {"venue": "Rathaus Kaiserslautern", "city": "Kaiserslautern"}
    with serving(Plugin([tribe_event(1, venue=hall)]).routes) as server:
        made = installation(tmp_path, server.url("/"), form="tribe")
        run(made, quick(tmp_path))
    assert said(made, "place") == [("Rathaus Kaiserslautern",)]


def test_who_organises_is_kept_nowhere(tmp_path: Path) -> None:
    with serving(Plugin([tribe_event(1)]).routes) as server:
        made = installation(tmp_path, server.url("/"), form="tribe")
        assert run(made, quick(tmp_path)).outcome is Outcome.OK
    for path in tmp_path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert b"ustermann" not in content, path
        assert b"5550123" not in content, path


def test_the_way_into_a_meeting_is_kept_nowhere(tmp_path: Path) -> None:
    with serving(Plugin([tribe_event(1, venue={"venue": "https://konferenz.example/raum?pwd=geheim"})]).routes) as server:
        made = installation(tmp_path, server.url("/"), form="tribe")
        run(made, quick(tmp_path))
        assert any(b"geheim" in each.said for each in server.lines), "it was sent"
    assert said(made, "place", "mode") == [("online", "digital")]
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"geheim" not in path.read_bytes(), path


def test_a_list_of_another_length_than_it_says_is_refused(tmp_path: Path) -> None:
    for claimed in (2, 4):
        plugin = Plugin([tribe_event(number) for number in range(3)], claims=lambda count, claimed=claimed: claimed)  # type: ignore[misc]  # a default binds it
        folder = tmp_path / str(claimed)
        folder.mkdir()
        with serving(plugin.routes) as server:
            record = run(installation(folder, server.url("/"), form="tribe"), quick(folder))
        assert record.outcome is Outcome.FAILED
        assert f"{claimed}" in record.message
        assert "nennt" in record.message


def _envelope(body: object, status: int = 200, **headers: str) -> Script:
    return reply(json.dumps(body), status, Content_Type="application/json", **headers)


BROKEN: dict[str, tuple[Script, str]] = {
    "not one event left": (
        _envelope({"code": "event-archive-page-not-found", "message": "nichts", "data": {"status": 404}}, 404),
        "kein einziger Termin",
    ),
    "no route": (_envelope({"code": "rest_no_route", "message": "No route was found", "data": {"status": 404}}, 404), "404"),
    "an error that says 200": (
        _envelope({"code": "rest-event-not-found", "message": "Event with ID 9 does not exist.", "data": {"status": 404}}),
        "rest-event-not-found",
    ),
    "maintenance": (_envelope({"maintenanceMode": True}), "events oder total"),
    "header and body disagree": (_envelope({"events": [tribe_event(1)], "total": 1, "total_pages": 1}, X_TEC_Total="9"), "x-tec-total"),
    "a page of nothing": (_envelope({"events": [], "total": 7, "total_pages": 2}), "nennt 7 Termine"),
    "login": (reply("<!doctype html><title>Anmeldung</title>"), "Webseite"),
}


def test_a_broken_plugin_removes_nothing(tmp_path: Path) -> None:
    plugin = Plugin([tribe_event(number) for number in range(4)])
    with serving(plugin.routes) as server:
        made, web = installation(tmp_path, server.url("/"), form="tribe"), quick(tmp_path)
        assert run(made, web).outcome is Outcome.OK
        for name, (answer, sentence) in BROKEN.items():
            plugin.routes[ROUTE] = answer
            record = run(made, web, days=10)
            assert (record.outcome, sentence in record.message) == (Outcome.FAILED, True), (name, record.message)
            assert [each.state.value for each in rows(made).values()] == ["current"] * 4, name


def test_a_removed_event_is_missing_even_when_it_is_over(tmp_path: Path) -> None:
    """The plug-in was asked for everything there ever was."""
    past = tribe_event(9, start_date="2023-09-06 18:00:00", end_date="2023-09-06 20:00:00")
    plugin = Plugin([past, *(tribe_event(number) for number in range(3))])
    with serving(plugin.routes) as server:
        made, web = installation(tmp_path, server.url("/"), form="tribe"), quick(tmp_path)
        run(made, web)
        plugin.events.remove(past)
        run(made, web, days=1)
        assert rows(made)["termine-709"].state.value == "missing"
        run(made, web, days=8)
    assert "termine-709" not in rows(made)


def test_one_bad_event_waits_and_the_others_go_on(tmp_path: Path) -> None:
    bad = [tribe_event(5, title=" "), tribe_event(6, start_date="bald"), tribe_event(7, id="siebzehn")]
    with serving({ROUTE: _envelope({"events": [tribe_event(1), *bad, 17], "total": 5, "total_pages": 1})}) as server:
        made = installation(tmp_path, server.url("/"), form="tribe")
        record = run(made, quick(tmp_path))
    assert (record.outcome, list(rows(made))) == (Outcome.PARTIAL, ["termine-701"])
    waiting = sorted(finding.code for each in made.store.quarantine() for finding in each.findings)
    assert waiting == ["missing-field", "missing-field", "missing-field", "wrong-value"]


def test_drafts_that_a_token_may_see_stay_out(tmp_path: Path) -> None:
    with serving(Plugin([tribe_event(1), tribe_event(2, status="draft", title="Noch geheim")]).routes) as server:
        made = installation(tmp_path, server.url("/"), form="tribe")
        record = run(made, quick(tmp_path))
    assert (list(rows(made)), codes(record)) == (["termine-701"], ["not-public"])
    assert not any(b"geheim" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_only_the_categories_that_are_asked_for(tmp_path: Path) -> None:
    other = tribe_event(2, categories=[{"name": "Konzert"}])
    online = tribe_event(3, categories=[{"name": "Beteiligung"}, {"name": "Online"}])
    with serving(Plugin([tribe_event(1), other, online]).routes) as server:
        made = installation(tmp_path, server.url("/"), form="tribe", categories=["beteiligung"], modes={"Online": "digital"})
        run(made, quick(tmp_path))
    assert said(made, "id", "mode") == [("termine-701", "unknown"), ("termine-703", "digital")]


def test_descriptions_only_where_they_are_wanted(tmp_path: Path) -> None:
    with serving(Plugin([tribe_event(1, description="<p>Wir stellen <b>Pläne</b> vor.</p>")]).routes) as server:
        made = installation(tmp_path, server.url("/"), form="tribe", descriptions=True)
        run(made, quick(tmp_path))
    assert said(made, "note") == [("Wir stellen Pläne vor.",)]


@pytest.mark.parametrize(
    ("zone", "wall_clock", "time"),
    [("UTC+0", False, "19:00"), ("UTC+0", True, "18:00"), ("America/New_York", False, "19:00"), ("Europe/Berlin", False, "18:00")],
)
def test_times_are_the_citys_unless_its_clock_is_right_and_its_zone_wrong(zone: str, wall_clock: bool, time: str) -> None:
    event = tribe_event(1, timezone=zone, utc_start_date="2026-12-02 18:00:00", utc_end_date="2026-12-02 20:00:00")
    span = tribe.happening_of(Record(event, origin="a", tables=["event"]), wall_clock=wall_clock).span
    assert (span.first, span.last, span.time) == ("2026-12-02", "", time)


def test_an_address_of_the_route_itself_is_used_as_it_is(tmp_path: Path) -> None:
    with serving({"/index.php": Plugin([tribe_event(1)]).routes[ROUTE]}) as server:
        made = installation(tmp_path, server.url("/index.php?rest_route=/tribe/events/v1/events"), form="tribe")
        assert run(made, quick(tmp_path)).counts["created"] == 1
    assert server.paths[0].startswith("/index.php?rest_route=/tribe/events/v1/events&start_date=")


def test_filtering_twice_is_filtering_once() -> None:
    body = {
        "events": [tribe_event(1, unbekannt="x"), tribe_event(2, status="draft"), 3],
        "total": 3,
        "total_pages": 1,
        "next_rest_url": "u",
    }
    once = tribe.kept("a", False, json.dumps(body).encode())
    assert tribe.kept("a", False, once) == once
    assert json.loads(once)["events"][0]["unbekannt"] is None


@pytest.mark.skipif(not PROBE.exists(), reason="the reference library is not there")
def test_the_recorded_probe_is_read(tmp_path: Path) -> None:
    recorded = yaml.safe_load(PROBE.read_text(encoding="utf-8"))["list-events"]
    answer = {"events": [recorded["first_item"]], "total": 1, "total_pages": 1}
    with serving({ROUTE: _envelope(answer)}) as server:
        made = installation(tmp_path, server.url("/"), form="tribe")
        assert run(made, quick(tmp_path)).outcome is Outcome.OK
    assert said(made, "id", "title", "start", "end", "start_time") == [("termine-714", "SC26", "2026-11-15", "2026-11-20", None)]
