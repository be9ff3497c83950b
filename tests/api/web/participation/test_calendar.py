"""Events as iCalendar: what a calendar program reads from them."""

from datetime import UTC, date, datetime

import icalendar
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from api.web.participation.calendar import Feed, calendar
from api.web.published import PublishedValues
from api.web.templating import Addresses
from tests.api.web.conftest import BROWSER
from tests.api.web.world import site

FEED = Feed(title="Termine", path="/events.ics")
ADDRESSES = Addresses(site=site())


def event(**values: object) -> icalendar.Event:
    """One event as a program reads it."""
    content = calendar([_row(**values)], FEED, ADDRESSES)
    assert content is not None
    (found,) = icalendar.Calendar.from_ical(content).events
    return found


def _row(**values: object) -> PublishedValues:
    made: dict[str, object] = {"id": "fest", "title": "Fest", "start": "2026-07-03", "changed_at": "2026-06-01T10:00:00Z", **values}
    return made  # type: ignore[return-value]  # test shorthand


def read(client: TestClient, path: str) -> dict[str, icalendar.Event]:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    return {str(each["uid"]): each for each in icalendar.Calendar.from_ical(answer.content).events}


def test_every_event_with_a_day_is_in_the_calendar(visitor: TestClient) -> None:
    assert set(read(visitor, "/events.ics")) == {"auftakt@daten.example", "messe@daten.example", "rundgang@daten.example"}


def test_a_process_has_a_calendar_of_its_own(visitor: TestClient) -> None:
    assert set(read(visitor, "/processes/platz-umfrage/events.ics")) == {"messe@daten.example", "rundgang@daten.example"}
    assert 'href="/processes/platz-umfrage/events.ics"' in visitor.get("/processes/platz-umfrage", headers=BROWSER).text


def test_a_process_without_dates_has_none(visitor: TestClient) -> None:
    assert visitor.get("/processes/fremd/events.ics").status_code == 404
    assert "events.ics" not in visitor.get("/processes/fremd", headers=BROWSER).text.partition("<main")[2]


@pytest.mark.parametrize(
    ("day", "begin"),
    [("2026-07-03", datetime(2026, 7, 3, 16, 30, tzinfo=UTC)), ("2026-12-03", datetime(2026, 12, 3, 17, 30, tzinfo=UTC))],
    ids=["summer", "winter"],
)
def test_local_time_is_the_right_instant_in_summer_and_winter(day: str, begin: datetime) -> None:
    found = event(start=day, start_time="18:30")

    assert found.start == begin
    assert "dtend" not in found  # no source tells it


def test_days_are_whole_days_and_the_end_is_the_day_after() -> None:
    one, several = event(), event(end="2026-07-05", start_time="10:00")
    first = date(2026, 7, 3)

    assert one.start == several.start == first
    assert one.end == date(2026, 7, 4)
    assert several.end == date(2026, 7, 6)
    assert "10:00 Uhr" in str(several["description"])


@pytest.mark.parametrize("start", ["2026", "2026-07"])
def test_what_has_no_day_is_left_out(start: str) -> None:
    assert calendar([_row(start=start)], FEED, ADDRESSES) is None


@pytest.mark.parametrize(
    ("status", "written", "title"),
    [
        ("planned", "CONFIRMED", "Fest"),
        ("held", "CONFIRMED", "Fest"),
        ("postponed", "TENTATIVE", "Verschoben: Fest"),
        ("cancelled", "CANCELLED", "Abgesagt: Fest"),
    ],
)
def test_status_is_told_in_the_words_of_the_standard_and_in_the_title(status: str, written: str, title: str) -> None:
    found = event(status=status)

    assert (found["status"], found["summary"]) == (written, title)


@pytest.mark.parametrize("status", ["unknown", None])
def test_a_status_that_nobody_knows_is_not_told(status: str | None) -> None:
    assert "status" not in event(status=status)


def test_a_change_is_told_by_its_time_and_the_identifier_stays() -> None:
    before, after = event(), event(title="Großes Fest", changed_at="2026-06-02T10:00:00.5Z")

    assert before["uid"] == after["uid"] == "fest@daten.example"
    assert after.LAST_MODIFIED == after.DTSTAMP == datetime(2026, 6, 2, 10, tzinfo=UTC)


def test_no_person_has_a_property() -> None:
    content = calendar([_row(place="Rathaus", note="Leitung: Stadt")], FEED, ADDRESSES)

    assert content is not None
    assert not {b"ORGANIZER", b"ATTENDEE", b"CONTACT"} & {each.partition(b":")[0].partition(b";")[0] for each in content.splitlines()}


def test_an_event_leads_to_its_process() -> None:
    assert event(process_id="platz")["url"] == "https://daten.example/processes/platz"
    assert event(source_url="https://stadt.example/fest")["url"] == "https://stadt.example/fest"


def test_the_same_rows_are_the_same_bytes_in_any_order() -> None:
    rows = [_row(id=each, start=f"2026-07-0{number}") for number, each in enumerate(("aa", "bb", "cc"), 1)]

    assert calendar(rows, FEED, ADDRESSES) == calendar(rows[::-1], FEED, ADDRESSES)


def test_what_has_not_changed_is_not_sent_again(visitor: TestClient) -> None:
    first = visitor.get("/events.ics")

    assert visitor.get("/events.ics", headers={"if-none-match": first.headers["etag"]}).status_code == 304


@settings(max_examples=50)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_no_title_can_leave_its_line(title: str) -> None:
    found = event(title=f"{title}\r\nATTENDEE:mailto:x@y.example", place=title)

    assert "attendee" not in found
    assert {"uid", "summary", "dtstart"} <= {each.lower() for each in found}
