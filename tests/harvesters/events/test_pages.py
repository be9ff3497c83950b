"""schema.org events in pages, harvested: where they stand, what they say, what is never kept."""

import contextlib
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.plan import Outcome
from harvesters.events import linked
from harvesters.events.happening import place_of
from harvesters.events.schemaorg import day_said, happening_of, identity_of
from harvesters.record import Record
from schemas.errors import RecordError, SourceError
from tests.harvesters.events.sites import codes, html, installation, page, quick, rows, run, said
from tests.harvesters.http.servers import reply, serving

#: The seminar of the city's documents: two days, another town, still places left.
SEMINAR: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "EducationEvent",
    "@id": "https://seminare.example/leitlinien#termin",
    "url": "https://seminare.example/leitlinien",
    "name": "Leitlinien f&uuml;r Beteiligung",
    "startDate": "2027-08-25",
    "endDate": "2027-08-26",
    "eventStatus": "https://schema.org/EventScheduled",
    "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
    "maximumAttendeeCapacity": 20,
    "remainingAttendeeCapacity": "3",
    "keywords": "Beteiligung, Leitlinien",
    "location": {
        "@type": "Place",
        "name": "Tagungshaus",
        "telephone": "0251 5550123",
        "address": {"@type": "PostalAddress", "streetAddress": "Domplatz 1", "addressLocality": "Münster"},
        "geo": {"@type": "GeoCoordinates", "latitude": "51.96", "longitude": 7.62},
    },
    "performer": {"@type": "Person", "name": "Erika Mustermann"},
    "organizer": {"@type": "Person", "name": "Erika Mustermann", "email": "erika.mustermann@seminare.example"},
    "attendee": [{"@type": "Person", "name": "Max Mustermann"}],
    "offers": {"@type": "Offer", "price": "290", "availability": "https://schema.org/InStock", "seller": {"name": "Erika Mustermann"}},
    "description": "Mit Erika Mustermann",
}


def event(number: int, **more: Any) -> dict[str, Any]:
    day = f"2027-{number:02d}-10"
    return {"@type": "Event", "url": f"/termine/{number}", "name": f"Stadtdialog {number}", "startDate": f"{day}T18:00:00+01:00", **more}


def happening(**more: Any) -> Any:
    kept = linked.kept("a", "", False, page({"@type": "Event", "name": "Dialog", "startDate": "2027-03-10T18:00", **more}).encode())
    return happening_of(Record(json.loads(kept)["events"][0], origin="a", tables=["event"]), wall_clock=False, few=5)


def test_an_event_becomes_a_row(tmp_path: Path) -> None:
    with serving({"/termine": html(lambda: page({"@type": "Organization", "name": "Stiftung"}, SEMINAR))}) as server:
        made = installation(tmp_path, server.url("/termine"), form="jsonld", prefix="seminar")
        record = run(made, quick(tmp_path))
    (published,) = rows(made).values()
    assert (record.outcome, record.findings) == (Outcome.OK, ())
    assert {name: value for name, value in published.row.values.items() if value is not None and name != "id"} == {
        "title": "Leitlinien für Beteiligung",
        "start": "2027-08-25",
        "end": "2027-08-26",
        "place": "Tagungshaus, Münster",
        "mode": "analog",
        "status": "planned",
        "capacity": 20,
        "availability": "few",
        "source_title": "Stadt: Termine",
    }
    assert published.row.source_url == "https://seminare.example/leitlinien"


def test_who_speaks_organises_and_comes_is_kept_nowhere(tmp_path: Path) -> None:
    with serving(
        {"/termine": html(lambda: page(SEMINAR, {"@type": "Person", "name": "Max Mustermann"}, body="<p>Max Mustermann"))}
    ) as server:
        made = installation(tmp_path, server.url("/termine"), form="jsonld")
        assert run(made, quick(tmp_path)).outcome is Outcome.OK
    for path in tmp_path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert b"ustermann" not in content, path
        assert b"5550123" not in content, path


def test_a_mailbox_is_no_address_of_anything() -> None:
    mail = "mailto:erika.mustermann@stadt.example"
    node = {**event(1), "url": mail, "@id": "#eins", "recordedIn": {"url": mail}, "keywords": [mail, "Dialog"]}
    node["location"] = {
        "@type": "Place",
        "name": "Rathaus",
        "address": {"streetAddress": " tel:06313650", "addressLocality": {"@id": mail}},
    }
    content = f'<script type="application/ld+json">{json.dumps(node)}</script><a class="t" href="{mail}">x</a><a class="t" href="/e">y</a>'
    left = linked.kept("https://stadt.example/", "a.t", False, content.encode())
    assert (b"ustermann" in left, b"365" in left) == (False, False)
    page = linked.page_of(left, "https://stadt.example/")
    assert (page.links, page.events[0]["@id"], page.events[0]["keywords"]) == (("/e",), "#eins", ["Dialog"])
    assert linked.kept("https://stadt.example/", "a.t", False, left) == left


def test_events_stand_in_graphs_lists_and_series(tmp_path: Path) -> None:
    graph = {
        "@context": {"s": "https://boese.example/context"},
        "@graph": [
            {"@type": "WebPage"},
            event(1),
            {"@type": ["Thing", "schema:Festival"], **{k: v for k, v in event(2).items() if k != "@type"}},
        ],
    }
    listed = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "item": event(3)}]}
    series = event(4, subEvent=[event(5)])
    with serving({"/termine": html(lambda: page(graph, [listed, series]))}) as server:
        made = installation(tmp_path, server.url("/termine"), form="jsonld")
        run(made, quick(tmp_path))
    assert [title for (title,) in said(made, "title")] == [f"Stadtdialog {number}" for number in range(1, 6)]
    assert server.paths == ["/termine"], "no context is fetched"


def test_a_broken_block_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    blocks = [page(event(1), event(2))]
    with serving({"/termine": html(lambda: blocks[0])}) as server:
        made, web = installation(tmp_path, server.url("/termine"), form="jsonld"), quick(tmp_path)
        run(made, web)
        blocks[0] = page(event(1, name="Neuer Titel"), '{"@type": "Event", "name": "Stadt')
        record = run(made, web, days=1)
        run(made, web, days=9)
    assert (record.outcome, codes(record)) == (Outcome.PARTIAL, ["broken-block"])
    assert said(made, "title") == [("Neuer Titel",), ("Stadtdialog 2",)], "what may stand in the broken one is not missing"


def test_only_what_is_still_to_come_can_be_missing(tmp_path: Path) -> None:
    events = [event(12, startDate="2026-11-03"), *map(event, range(1, 5))]
    with serving({"/termine": html(lambda: page(events))}) as server:
        made, web = installation(tmp_path, server.url("/termine"), form="jsonld"), quick(tmp_path)
        run(made, web)
        del events[3], events[0]
        run(made, web, days=5)
        run(made, web, days=8)
    assert [title for (title,) in said(made, "title")] == ["Stadtdialog 12", "Stadtdialog 1", "Stadtdialog 2", "Stadtdialog 4"]


def test_of_several_pages_none_can_lose_its_dates_unseen(tmp_path: Path) -> None:
    month = {"/": [event(12), *(event(1, url=f"/t/{each}") for each in range(9))], "/rat": [event(11), event(10)]}

    def listed(path: str) -> str:
        return page(*month[path], {"@type": "WebSite"})

    with serving({path: html(partial(listed, path)) for path in month}) as server:
        made, web = installation(tmp_path, server.url("/"), form="jsonld", pages=["rat"]), quick(tmp_path)
        run(made, web)
        month["/rat"].clear()
        record = run(made, web, days=1)
    assert (record.outcome, "/rat« keine der 2" in record.message) == (Outcome.HELD, True), record


def test_a_page_that_shows_only_the_next_dates_says_nothing_of_later_ones(tmp_path: Path) -> None:
    events = [*map(event, range(2, 6))]
    with serving({"/termine": html(lambda: page(events[:4]))}) as server:
        made, web = installation(tmp_path, server.url("/termine"), form="jsonld"), quick(tmp_path)
        run(made, web)
        events.insert(0, event(1))
        for days in (1, 9):
            run(made, web, days=days)
    assert [each.state.value for each in rows(made).values()] == ["current"] * 5


def test_an_events_own_page_knows_best(tmp_path: Path) -> None:
    short = event(1, name="Stadtdialog …")
    routes = {
        "/": html(lambda: page(short, event(2), body="<a href='/termine/1'>1</a>")),
        "/termine/1": html(lambda: page(event(2), event(1))),
    }
    with serving(routes) as server:
        made, web = installation(tmp_path, server.url("/"), form="jsonld", links="a"), quick(tmp_path)
        assert run(made, web).outcome is Outcome.OK
        assert run(made, web, days=1).outcome is Outcome.UNCHANGED
    assert said(made, "title") == [("Stadtdialog 1",), ("Stadtdialog 2",)]


def test_links_lead_to_the_pages_of_single_events(tmp_path: Path) -> None:
    anchors = "<a class=termin href='/termine/1'>1</a><a class=termin href='/termine/2#oben'>2</a><a href='/impressum'>x</a>"
    abroad = "<a class=termin href='https://anderswo.example/3'>3</a>"
    routes = {
        "/": html(lambda: page(body=anchors + abroad)),
        "/termine/1": html(lambda: page(event(1))),
        "/termine/2": html(lambda: page(event(2))),
    }
    with serving(routes) as server:
        made, web = installation(tmp_path, server.url("/"), form="jsonld", links="a.termin"), quick(tmp_path)
        assert run(made, web).outcome is Outcome.OK
        assert server.paths == ["/", "/termine/1", "/termine/2"]
        routes["/termine/2"] = reply("weg", 500)
        for days in (1, 9):
            record = run(made, web, days=days)
            assert (record.outcome, codes(record)) == (Outcome.PARTIAL, ["unreadable-page"])
    assert [each.state.value for each in rows(made).values()] == ["current", "current"]


def test_more_pages_than_allowed_are_told(tmp_path: Path) -> None:
    with serving({"/": html(lambda: page(event(1))), "/zwei": html(lambda: page(event(2)))}) as server:
        record = run(installation(tmp_path, server.url("/"), form="jsonld", pages=["zwei", "drei"], at_most_pages=2), quick(tmp_path))
    assert codes(record) == ["too-many"]
    assert server.paths == ["/", "/zwei"]


BROKEN = {
    "a page without data": "<!doctype html><html><title>Anmeldung</title>",
    "JSON": '{"blocks": 1, "broken": 0, "events": [], "links": []}',
    "no events": page({"@type": "WebSite"}),
    "nothing": "",
}


def test_a_broken_page_removes_nothing(tmp_path: Path) -> None:
    routes = {"/termine": html(lambda: page(event(1), event(2)))}
    with serving(routes) as server:
        made, web = installation(tmp_path, server.url("/termine"), form="jsonld"), quick(tmp_path)
        run(made, web)
        for name, text in BROKEN.items():
            routes["/termine"] = reply(text, Content_Type="text/html")
            assert run(made, web, days=8).outcome in (Outcome.FAILED, Outcome.HELD), name
            assert [each.state.value for each in rows(made).values()] == ["current", "current"], name


def test_dates_of_one_address_are_told_apart_only_where_that_is_wanted(tmp_path: Path) -> None:
    both = [event(1, url="/reihe"), event(2, url="/reihe")]
    for identity, published in (("address", 0), ("address-and-start", 2)):
        folder = tmp_path / identity
        folder.mkdir()
        with serving({"/termine": html(lambda: page(both))}) as server:
            made = installation(folder, server.url("/termine"), form="jsonld", identity=identity)
            run(made, quick(folder))
        assert len(rows(made)) == published


def test_a_field_that_nobody_knows_is_told_once(tmp_path: Path) -> None:
    with serving({"/termine": html(lambda: page(event(1, barrierefrei="Max Mustermann"), event(2, barrierefrei="ja")))}) as server:
        record = run(installation(tmp_path, server.url("/termine"), form="jsonld"), quick(tmp_path))
    assert [(each.code, each.field) for each in record.findings] == [("unread-field", "barrierefrei")]


def test_a_broken_event_tells_of_unknown_fields_and_not_of_its_own(tmp_path: Path) -> None:
    events = [event(1, startDate="bald", keywords="Dialog", barrierefrei="ja"), event(2, barrierefrei="ja")]
    with serving({"/termine": html(lambda: page(events))}) as server:
        record = run(installation(tmp_path, server.url("/termine"), form="jsonld"), quick(tmp_path))
    assert [each.field for each in record.findings if each.code == "unread-field"] == ["barrierefrei"]


@pytest.mark.parametrize(
    ("said_there", "mode"),
    [
        ({"eventAttendanceMode": "http://schema.org/OnlineEventAttendanceMode"}, "digital"),
        ({"eventAttendanceMode": "MixedEventAttendanceMode"}, "hybrid"),
        ({"location": {"@type": "VirtualLocation", "url": "https://konferenz.example/raum"}}, "digital"),
        ({"location": [{"@type": "VirtualLocation"}, {"@type": "Place", "name": "Rathaus"}]}, "hybrid"),
        ({"eventStatus": "EventMovedOnline", "location": "Rathaus"}, "digital"),
        ({"location": "Rathaus"}, ""),
        ({}, ""),
    ],
)
def test_the_mode_is_what_the_page_says(said_there: dict[str, Any], mode: str) -> None:
    assert happening(**said_there).mode == mode


def test_a_person_is_no_place() -> None:
    home = {"@type": "Person", "name": "Erika Mustermann", "address": "Ahornweg 3"}
    assert happening(location=[home, {"@type": "Place", "name": "Rathaus"}]).place == "Rathaus"
    assert happening(location=home).place == ""


def test_a_street_without_a_name_is_neither_published_nor_kept() -> None:
    """It may be where somebody lives; the town is enough."""
    for place in (
        {"@type": "Place", "address": {"streetAddress": "Ahornweg 3", "addressLocality": "Kaiserslautern"}},
        {"@type": "Place", "name": "Ahornweg 3", "address": {"addressLocality": "Kaiserslautern"}},
        {"@type": "Place", "address": "Ahornweg 3, Kaiserslautern"},
        "Ahornweg 3, Kaiserslautern",
    ):
        assert place_of(happening(location=place).place) == "Kaiserslautern", place
    named = {"@type": "Place", "name": "Rathaus", "address": {"streetAddress": "Ahornweg 3", "addressLocality": "Kaiserslautern"}}
    assert happening(location=named).place == "Rathaus, Kaiserslautern"
    kept = linked.kept("a", "", False, page({**event(1), "location": named}).encode())
    assert (b"Rathaus" in kept, b"Ahornweg" in kept) == (True, False)


@pytest.mark.parametrize(
    ("said_there", "availability"),
    [
        ({"remainingAttendeeCapacity": 0}, "full"),
        ({"remainingAttendeeCapacity": 5}, "few"),
        ({"remainingAttendeeCapacity": 6, "offers": {"availability": "SoldOut"}}, "free"),
        ({"offers": [{"availability": "https://schema.org/SoldOut"}, {"availability": "https://schema.org/LimitedAvailability"}]}, "few"),
        ({"offers": {"availability": "SoldOut"}}, "full"),
        ({"offers": {"availability": "PreOrder"}}, ""),
        ({"remainingAttendeeCapacity": True}, ""),
        ({}, ""),
    ],
)
def test_the_lights_are_free_few_and_full(said_there: dict[str, Any], availability: str) -> None:
    assert happening(**said_there).availability == availability


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        ("2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00", ("2026-03-29", "", "01:30")),
        ("2026-10-25T00:30:00Z", "", ("2026-10-25", "", "02:30")),
        ("2026-12-31T23:30:00Z", "", ("2027-01-01", "", "00:30")),
        ("2026-08-25T10:00", "2026-08-26T16:00", ("2026-08-25", "2026-08-26", "10:00")),
        ("2026-08-25T00:00:00+02:00", "2026-08-26T23:59:59+02:00", ("2026-08-25", "2026-08-26", "")),
        ("2026-08", "2026-09", ("2026-08", "2026-09", "")),
    ],
)
def test_days_and_times_are_the_citys(start: str, end: str, span: tuple[str, str, str]) -> None:
    found = happening(startDate=start, endDate=end).span
    assert (found.first, found.last, found.time) == span


_NODES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=12), st.sampled_from(["Event", "Person", "2027-01-01", "Mustermann"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from([*linked.TAKEN, "@graph", "subEvent", "organizer", "address", "geo", "url", "unbekannt"]), inner, max_size=6
        ),
    ),
    max_leaves=20,
)


@settings(max_examples=30, deadline=None)
@given(_NODES)
def test_hostile_blocks_are_read_or_refused(node: Any) -> None:
    kept = linked.kept(
        "a", "", True, page([node, {"@type": "Event", **(node if isinstance(node, dict) else {})}]).encode("utf-8", "surrogatepass")
    )
    assert linked.kept("a", "", True, kept) == kept, "filtering twice is filtering once"
    for each in linked.page_of(kept, "a").events:
        identity_of(each, base="https://stadt.example/", with_start=True)
        day_said(each)
        with contextlib.suppress(RecordError):
            happening_of(Record(each, origin="a", tables=["event"]), wall_clock=False, few=5)


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=80))
def test_hostile_bytes_are_read_or_refused(noise: bytes) -> None:
    for content in (noise, b'{"blocks"' + noise, b'<script type="application/ld+json">' + noise + b"</script>"):
        with contextlib.suppress(SourceError):
            linked.kept("a", "a", False, content)
