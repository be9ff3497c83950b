"""The page of one process, and the lists of projects and processes."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from api.web.parameters import ModeCode, ProjectStatusCode, TakingPartCode
from api.web.participation.wording import Period, date_of, sort_key
from schemas.statistics import TOTAL, Category, Dimension, Key, Release
from schemas.table import common_tables
from schemas.values import Text
from tests.api.web.conftest import BROWSER, client_of
from tests.api.web.participation.test_project import page_of, timeline_of, words
from tests.api.web.world import World, new_world
from tests.catalog.statistics.world import AGE, CUBE, cells_of, release_of


def test_a_process_shows_its_own_rows_and_leads_to_its_project(visitor: TestClient) -> None:
    page = page_of(visitor, "/processes/platz-umfrage")

    assert timeline_of(page) == ["Messe", "Fragebogen", "Umfrage zum Platz", "Rundgang", "Irgendwann", "Umfrage zum Platz"]
    assert 'href="/projects/platz"' in page
    assert "Stufe der Beteiligung Anhörung (Konsultation)" in words(page)
    assert "Rechtliche Art informell (freiwillig)" in words(page)


def test_how_to_take_part_is_told_with_day_and_address(visitor: TestClient) -> None:
    page = page_of(visitor, "/processes/platz-umfrage")

    assert "Sie können jetzt mitmachen. Ende: 12. Dezember 2026." in words(page)
    assert '<a class="button" href="https://mitmachen.example/platz"' in page


def test_next_dates_say_that_one_is_cancelled(visitor: TestClient) -> None:
    told = words(page_of(visitor, "/processes/platz-umfrage"))

    assert "1. Dezember 2026, 17:00 Uhr : Rundgang Ort Platz" in told
    assert "Stand abgesagt" in told


def test_what_one_can_do_today_is_told_anew_each_day(changing: World) -> None:
    client = client_of(changing)
    before = words(page_of(client, "/processes/platz-umfrage"))

    changing.clock.now += timedelta(days=30)

    after = words(page_of(client, "/processes/platz-umfrage"))
    assert "Sie können jetzt mitmachen" in before
    assert "Die Beteiligung ist beendet. Ende: 12. Dezember 2026." in after


def test_how_one_could_take_part_in_a_format_is_told(visitor: TestClient) -> None:
    told = words(page_of(visitor, "/processes/platz-umfrage"))

    assert "Wege der Teilnahme Internet, Papier Prüfung der Identität persönlich vor Ort Mehrfach möglich nein" in told


def test_results_stand_under_their_question(visitor: TestClient) -> None:
    page = page_of(visitor, "/processes/platz-umfrage")

    assert "<summary>Mehr Bäume?</summary>" in page
    assert "rund 66,5 Prozent" in words(page)
    assert "ja, Papier 12 Stadt" in words(page)


def test_search_engines_read_the_events(visitor: TestClient) -> None:
    page = page_of(visitor, "/processes/platz-umfrage")
    content = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)[0])
    events = {each["name"]: each for each in content["@graph"]}

    assert events["Rundgang"]["startDate"] == "2026-12-01T17:00:00+01:00"
    assert events["Rundgang"]["eventStatus"] == "https://schema.org/EventCancelled"
    assert events["Messe"]["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert "Irgendwann" not in events  # only its year is known


TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("start", "end", "state"),
    [
        ("2026-11-01", "2026-12-12", "now"),
        ("2026-11-20", "2026-11-20", "now"),
        ("2026-11-21", None, "later"),
        ("2027", None, "later"),
        ("2026-11-01", "2026-11-19", "over"),
        (None, "2025", "over"),
        ("2026-11-01", None, "unknown"),
        ("2026-11-01", "2026", "unknown"),  # some day of this year, perhaps gone by
        ("2026-11", "2026-12-01", "unknown"),  # some day of this month, perhaps still to come
        (None, None, "unknown"),
    ],
)
def test_whether_one_can_take_part_is_unknown_wherever_the_dates_do_not_tell(start: str | None, end: str | None, state: str) -> None:
    assert Period(start=date_of(start), end=date_of(end)).state(TODAY) == state


days = st.dates(date(1990, 1, 1), date(2040, 1, 1)).flatmap(lambda each: st.sampled_from([each.isoformat()[:size] for size in (4, 7, 10)]))


@settings(max_examples=50)
@given(days, days)
def test_what_begins_earlier_stands_earlier(one: str, other: str) -> None:
    first, second = date_of(one), date_of(other)
    assert first is not None
    assert second is not None

    if first.first_day() < second.first_day():
        assert sort_key(one) < sort_key(other) < sort_key("")


def entries(page: str) -> list[str]:
    return re.findall(r'<h3><a href="/(?:processes|projects)/([^"]*)"', page)


def test_a_list_shows_first_where_one_can_take_part(visitor: TestClient) -> None:
    assert entries(page_of(visitor, "/processes")) == ["platz-umfrage", "platz-treffen", "fremd"]
    assert entries(page_of(visitor, "/projects")) == ["platz", "platz-licht", "anderes"]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/processes?mode=hybrid", ["fremd"]),
        ("/processes?status=now", ["platz-umfrage"]),
        ("/processes?status=over&mode=digital", []),
        ("/projects?status=planned", ["platz-licht"]),
    ],
)
def test_a_filter_narrows_and_its_link_widens_again(visitor: TestClient, path: str, found: list[str]) -> None:
    page = page_of(visitor, path)

    assert entries(page) == found
    (last,) = re.findall(r'<a href="([^"]*)" aria-current="true"', page.partition('id="filters"')[2])[:1]
    assert entries(page_of(visitor, last.replace("&amp;", "&"))) != found


def test_the_filters_have_the_codes_of_the_tables() -> None:
    tables = common_tables()

    assert get_args(ProjectStatusCode) == tuple(each.value for each in tables["project"].field("status").codes)
    assert get_args(ModeCode) == tuple(each.value for each in tables["process"].field("mode").codes)
    assert set(get_args(TakingPartCode)) == {"now", "later", "over", "unknown"}


def test_a_value_that_there_is_not_is_refused_with_the_allowed_ones(visitor: TestClient) -> None:
    answer = visitor.get("/processes?mode=hybridd")

    assert answer.status_code == 400
    assert answer.json()["allowed"] == ["analog", "digital", "hybrid", "unknown"]


def test_beyond_the_last_page_there_is_none(visitor: TestClient) -> None:
    assert visitor.get("/projects?page=2").status_code == 404


def test_before_anything_is_published_the_lists_are_empty_and_there_is_no_calendar(tmp_path_factory: pytest.TempPathFactory) -> None:
    world = new_world(tmp_path_factory.mktemp("empty"))
    client = client_of(world)

    statuses = [client.get(each, headers=BROWSER).status_code for each in ("/projects", "/processes", "/events.ics", "/projects/platz")]
    world.close()

    assert statuses == [200, 200, 404, 404]


def test_data_sets_lead_to_the_pages_of_their_rows(visitor: TestClient) -> None:
    assert 'href="/projects"' in words_and_links(visitor, "projekte")
    assert 'href="/processes"' in words_and_links(visitor, "beteiligungsverfahren")
    assert 'href="/events.ics"' in words_and_links(visitor, "veranstaltungen")


def words_and_links(client: TestClient, name: str) -> str:
    return page_of(client, f"/datasets/{name}").partition("<main")[2]


def test_the_sitemap_lists_every_project_and_process(visitor: TestClient) -> None:
    listed = visitor.get("/sitemap.xml").text

    for path in ("/projects", "/projects/platz", "/en/projects/platz", "/processes/platz-umfrage"):
        assert f"<loc>https://daten.example{path}</loc>" in listed


def test_a_data_set_without_rows_does_not_appear(visitor: TestClient) -> None:
    """The town has no stations."""
    assert visitor.get("/datasets/messstellen").status_code == 404
    assert visitor.get("/datasets/umsetzung").status_code == 200


def _counted_by_process() -> Release:
    """A statistic that tells two processes apart; one of them is published."""
    categories = tuple(Category(code=each, title=Text(de=each)) for each in ("platz-umfrage", "unbekannt"))
    cube = replace(
        CUBE,
        dimensions=(Dimension(name="process", title=Text(de="Verfahren"), categories=categories), AGE),
        tables=((), ("process",)),
        default_table=("process",),
    )
    numbers: dict[Key, int] = {("platz-umfrage", TOTAL): 120, ("unbekannt", TOTAL): 40, (TOTAL, TOTAL): 160}
    return release_of(cube, cells=cells_of(cube, {}, numbers))


def test_statistics_of_a_process_are_linked_narrowed_to_it(changing: World) -> None:
    client = client_of(changing)
    before = page_of(client, "/processes/platz-umfrage")
    release = _counted_by_process()

    changing.publisher.publish_release(release)

    address = f"/statistics/{release.cube.name}?process=platz-umfrage"
    assert address not in before
    assert f'href="{address}"' in page_of(client, "/processes/platz-umfrage")
    assert client.get(address, headers=BROWSER).status_code == 200
    assert address not in page_of(client, "/processes/fremd")


def test_invented_numbers_are_not_linked_from_real_processes(changing: World) -> None:
    release = _counted_by_process()

    changing.publisher.publish_release(replace(release, cube=replace(release.cube, demonstration=True)))

    assert f"/statistics/{release.cube.name}" not in page_of(client_of(changing), "/processes/platz-umfrage")


def test_a_statistic_about_a_process_alone_is_linked_from_it_and_from_its_project(changing: World) -> None:
    release = release_of(replace(CUBE, about=(("process", "platz-umfrage"),)))
    link = f'href="/statistics/{CUBE.name}"'

    changing.publisher.publish_release(release)

    client = client_of(changing)
    assert [link in page_of(client, f"/{each}") for each in ("processes/platz-umfrage", "projects/platz", "processes/fremd")] == [
        True, True, False,
    ]  # fmt: skip
    assert '<a href="/processes/platz-umfrage">Umfrage zum Platz</a>' in page_of(client, f"/statistics/{CUBE.name}")


def test_a_format_that_was_one_event_is_told_in_the_line_of_the_event(visitor: TestClient) -> None:
    page = page_of(visitor, "/processes/platz-treffen")

    assert timeline_of(page) == ["Treffen", "Auftakt"]
    assert "Art Workshop Prüfung der Identität persönlich vor Ort" in words(page)
