"""A feed in iCalendar, harvested: identities, series, what absence means, what is never kept."""

from datetime import timedelta
from pathlib import Path

from catalog.plan import Outcome
from harvesters.events.feed import digest_of
from tests.harvesters.events.sites import calendar, codes, feed, installation, quick, rows, run, said, vevent
from tests.harvesters.http.servers import reply, serving

SERIES = vevent(
    "ak@stadt.example",
    "DTSTART;TZID=Europe/Berlin:20260902T180000",
    "DTEND;TZID=Europe/Berlin:20260902T200000",
    "RRULE:FREQ=MONTHLY;BYDAY=1WE;COUNT=6",
    "EXDATE;TZID=Europe/Berlin:20261007T180000",
    "RDATE;TZID=Europe/Berlin:20261014T180000",
    "LOCATION:Rathausfoyer",
    "LAST-MODIFIED:20260820T223000Z",
)
MOVED = vevent(
    "ak@stadt.example",
    "RECURRENCE-ID;TZID=Europe/Berlin:20261202T180000",
    "DTSTART;TZID=Europe/Berlin:20261203T190000",
    "DTEND;TZID=Europe/Berlin:20261203T210000",
    "SEQUENCE:1",
    summary="Arbeitskreis Leitlinien (verlegt)",
)
SEMINAR = vevent("seminar", "DTSTART;VALUE=DATE:20270825", "DTEND;VALUE=DATE:20270827", "STATUS:CANCELLED", summary="Seminar")
_AK = f"termine-{digest_of('ak@stadt.example')}"


def future(number: int) -> str:
    return vevent(f"termin-{number}", f"DTSTART;TZID=Europe/Berlin:2027{number:02d}10T180000", summary=f"Stadtdialog {number}")


def test_a_series_becomes_a_row_for_each_of_its_dates(tmp_path: Path) -> None:
    with serving({"/kalender.ics": feed(lambda: calendar(SERIES, MOVED, SEMINAR))}) as server:
        made = installation(tmp_path, server.url("/kalender.ics"), form="icalendar")
        record = run(made, quick(tmp_path))
    assert record.outcome is Outcome.OK, record
    assert said(made, "id", "start", "end", "start_time", "status", "source_date") == [
        (f"{_AK}-20260902t160000z", "2026-09-02", None, "18:00", None, "2026-08-21"),
        (f"{_AK}-20261014t160000z", "2026-10-14", None, "18:00", None, "2026-08-21"),
        (f"{_AK}-20261104t170000z", "2026-11-04", None, "18:00", None, "2026-08-21"),
        (f"{_AK}-20261202t170000z", "2026-12-03", None, "19:00", None, None),
        (f"{_AK}-20270106t170000z", "2027-01-06", None, "18:00", None, "2026-08-21"),
        (f"{_AK}-20270203t170000z", "2027-02-03", None, "18:00", None, "2026-08-21"),
        (f"termine-{digest_of('seminar')}", "2027-08-25", "2027-08-26", None, "cancelled", None),
    ]


def test_dates_that_are_over_leave_the_feed_and_stay_published(tmp_path: Path) -> None:
    events = [vevent("gestern", "DTSTART;VALUE=DATE:20261102"), *map(future, range(1, 6))]
    with serving({"/k": feed(lambda: calendar(*events))}) as server:
        made, web = installation(tmp_path, server.url("/k"), form="icalendar"), quick(tmp_path)
        run(made, web)
        del events[0]
        for _ in range(2):
            assert run(made, web, days=20).outcome is Outcome.UNCHANGED
    assert {each.state.value for each in rows(made).values()} == {"current"}
    assert len(rows(made)) == 6


def test_a_date_to_come_that_vanished_is_missing_and_leaves(tmp_path: Path) -> None:
    events = [vevent("gestern", "DTSTART;VALUE=DATE:20261001"), *map(future, range(1, 6))]
    with serving({"/k": feed(lambda: calendar(*events))}) as server:
        made, web = installation(tmp_path, server.url("/k"), form="icalendar"), quick(tmp_path)
        run(made, web)
        del events[3], events[0]
        run(made, web, days=1)
        assert rows(made)[f"termine-{digest_of('termin-3')}"].state.value == "missing"
        run(made, web, days=8)
    assert f"termine-{digest_of('termin-3')}" not in rows(made)
    assert f"termine-{digest_of('gestern')}" in rows(made)


def test_a_date_that_vanished_on_its_eve_stays_and_is_marked(tmp_path: Path) -> None:
    """Whether it took place, a feed that drops what is over will never tell."""
    events = [vevent("bald", "DTSTART;VALUE=DATE:20261105"), *map(future, range(1, 6))]
    with serving({"/k": feed(lambda: calendar(*events))}) as server:
        made, web = installation(tmp_path, server.url("/k"), form="icalendar"), quick(tmp_path)
        run(made, web)
        del events[0]
        for days in (1, 20):
            run(made, web, days=days)
            assert rows(made)[f"termine-{digest_of('bald')}"].state.value == "missing"


def test_a_date_of_today_may_have_left_at_noon(tmp_path: Path) -> None:
    events = [vevent("heute", "DTSTART;TZID=Europe/Berlin:20261105T090000"), *map(future, range(1, 6))]
    with serving({"/k": feed(lambda: calendar(*events))}) as server:
        made, web = installation(tmp_path, server.url("/k"), form="icalendar"), quick(tmp_path)
        run(made, web)
        del events[0]
        assert run(made, web, days=4.3).outcome is Outcome.UNCHANGED


def test_a_feed_that_is_cut_says_nothing_of_what_comes_after(tmp_path: Path) -> None:
    """One more date before the last ones pushes the last one out of a feed of so many entries; without the option it would be missing."""
    events = [future(number) for number in range(1, 7)]
    with serving({"/k": feed(lambda: calendar(*events[:5]))}) as server:
        made, web = installation(tmp_path, server.url("/k"), form="icalendar", feed_limit=5), quick(tmp_path)
        run(made, web)
        events.insert(0, vevent("neu", "DTSTART;VALUE=DATE:20261220"))
        run(made, web, days=1)
        assert {each.state.value for each in rows(made).values()} == {"current"}
        made.source.options["feed_limit"] = 0  # type: ignore[index]  # the negative control
        run(made, web, days=1)
    assert rows(made)[f"termine-{digest_of('termin-5')}"].state.value == "missing"


def test_a_series_that_cannot_be_read_costs_itself_and_removes_nothing(tmp_path: Path) -> None:
    events = [SERIES, *map(future, range(1, 4))]
    with serving({"/k": feed(lambda: calendar(*events))}) as server:
        made, web = installation(tmp_path, server.url("/k"), form="icalendar"), quick(tmp_path)
        run(made, web)
        before = set(rows(made))
        events[0] = SERIES.replace("MONTHLY;BYDAY=1WE;COUNT=6", "SECONDLY")
        events[1] = events[1].replace("Stadtdialog 1", "Stadtdialog eins")
        record = run(made, web, days=1)
        run(made, web, days=9)
    assert (record.outcome, codes(record)) == (Outcome.PARTIAL, ["broken-series"])
    assert set(rows(made)) == before
    assert rows(made)[f"termine-{digest_of('termin-1')}"].row.values["title"] == "Stadtdialog eins"
    assert {each.state.value for each in rows(made).values()} == {"current"}


PERSONS = vevent(
    "erika.mustermann@stadt.example",
    "DTSTART;TZID=Europe/Berlin:20270310T180000",
    "ORGANIZER;CN=Erika Mustermann:mailto:erika.mustermann@stadt.example",
    "ATTENDEE;CN=Max Mustermann;PARTSTAT=ACCEPTED:mailto:max.mustermann@stadt.example",
    'ATTENDEE;MEMBER="mailto:rat@a.example","mailto:erika.mustermann@a.example";CN="Mustermann, Max":mailto:max.mustermann@stadt.example',
    "CONTACT:Erika Mustermann\\, 0631 5550124",
    "DESCRIPTION:Fragen an Erika\r\n  Mustermann",
    "COMMENT:Erika Mustermann bringt Kuchen mit",
    "X-MS-OLK-SENDER;CN=Erika Mustermann:mailto:erika.mustermann@stadt.example",
    'LOCATION;X-APPLE-TITLE="bei Erika Mustermann":Rathausfoyer',
    "BEGIN:VALARM\r\nACTION:EMAIL\r\nATTENDEE:mailto:erika.mustermann@stadt.example\r\nSUMMARY:An Erika Mustermann\r\nEND:VALARM",
)


def test_who_organises_and_who_comes_is_kept_nowhere(tmp_path: Path) -> None:
    secret = vevent("geheim", "DTSTART:20270310T180000", "CLASS:PRIVATE", summary="Zahnarzt Mustermann")
    todo = "BEGIN:VTODO\r\nUID:1\r\nSUMMARY:Mustermann anrufen\r\nEND:VTODO"
    with serving({"/k": feed(lambda: calendar(PERSONS, secret, todo))}) as server:
        made = installation(tmp_path, server.url("/k"), form="icalendar")
        record = run(made, quick(tmp_path))
    assert (record.outcome, record.findings, len(rows(made))) == (Outcome.OK, (), 1), record
    assert said(made, "place") == [("Rathausfoyer",)]
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"ustermann" not in path.read_bytes(), path


def test_the_way_into_a_meeting_is_kept_nowhere(tmp_path: Path) -> None:
    written = vevent("eins", "DTSTART:20270310T180000", "LOCATION:Rathaus und https://konferenz.example/raum?pwd=geheim")
    with serving({"/k": feed(lambda: calendar(written))}) as server:
        made = installation(tmp_path, server.url("/k"), form="icalendar")
        run(made, quick(tmp_path))
        assert any(b"geheim" in each.said for each in server.lines), "it was sent"
    assert said(made, "place") == [("Rathaus und online",)]
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"geheim" not in path.read_bytes(), path


def test_a_mailbox_is_no_page_of_an_event(tmp_path: Path) -> None:
    written = vevent("eins", "DTSTART:20270310T180000", "URL:MAILTO:erika.mustermann@stadt.example")
    with serving({"/k": feed(lambda: calendar(written))}) as server:
        made = installation(tmp_path, server.url("/k"), form="icalendar")
        record = run(made, quick(tmp_path))
    assert (record.outcome, len(rows(made))) == (Outcome.OK, 1), record
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"ustermann" not in path.read_bytes(), path


def test_a_replay_sees_the_same_dates_later_too(tmp_path: Path) -> None:
    """Today is the day of the answer, not of the replay."""
    with serving({"/k": feed(lambda: calendar(SERIES, MOVED, *map(future, range(1, 4))))}) as server:
        made = installation(tmp_path, server.url("/k"), form="icalendar", days_back=10, days_ahead=40)
        first = run(made, quick(tmp_path))
    before = set(rows(made))
    made.clock.now += timedelta(days=60)
    again = made.replay(first.id)
    assert (again.outcome, again.counts["created"], again.counts["missing"]) == (Outcome.PLANNED, 0, 0), again
    assert set(rows(made)) == before


def test_properties_that_nobody_knows_are_told_once(tmp_path: Path) -> None:
    strange = "BARRIEREFREI:ja\r\nX-ZAUBER:nein"
    with serving({"/k": feed(lambda: calendar(SERIES.replace("END:VEVENT", f"{strange}\r\nEND:VEVENT"), "kein Kalender"))}) as server:
        record = run(installation(tmp_path, server.url("/k"), form="icalendar"), quick(tmp_path))
    assert [(each.code, each.field) for each in record.findings] == [("unread-field", "BARRIEREFREI")]


BROKEN = {
    "nothing": "",
    "a page": "<!doctype html><title>Wartung</title>",
    "something else": "Termine folgen in Kürze",
    "half": calendar(future(1))[:-30],
    "no dates": calendar(),
}


def test_a_broken_feed_removes_nothing(tmp_path: Path) -> None:
    routes = {"/k": feed(lambda: calendar(*map(future, range(1, 4))))}
    with serving(routes) as server:
        made, web = installation(tmp_path, server.url("/k"), form="icalendar"), quick(tmp_path)
        run(made, web)
        for name, text in BROKEN.items():
            routes["/k"] = reply(text, Content_Type="text/calendar")
            assert run(made, web, days=8).outcome in (Outcome.FAILED, Outcome.HELD), name
            assert [each.state.value for each in rows(made).values()] == ["current"] * 3, name


def test_an_event_without_identity_waits(tmp_path: Path) -> None:
    nameless = vevent("", "DTSTART;VALUE=DATE:20270101")
    with serving({"/k": feed(lambda: calendar(nameless, future(1)))}) as server:
        made = installation(tmp_path, server.url("/k"), form="icalendar")
        assert run(made, quick(tmp_path)).outcome is Outcome.PARTIAL
    assert len(rows(made)) == 1
