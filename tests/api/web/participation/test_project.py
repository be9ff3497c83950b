"""The page of one project: everything that is published about it, whatever the source."""

import re
from datetime import timedelta

from fastapi.testclient import TestClient

from schemas.declaration import declaration_of_table
from tests.api.web.conftest import BROWSER, client_of
from tests.api.web.participation.conftest import SAID, rows
from tests.api.web.world import CANARY, World, row


def words(page: str) -> str:
    """What a reader sees, in its order."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0]).split())


def page_of(client: TestClient, path: str) -> str:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return answer.text


def timeline_of(page: str) -> list[str]:
    """Title of each line, in order."""
    return re.findall(r'<article class="moment[^"]*">.*?<h3[^>]*>(?:<a[^>]*>)?([^<]*)', page, re.DOTALL)


def test_the_timeline_leads_from_the_first_event_to_decision_and_measure(visitor: TestClient) -> None:
    found = timeline_of(page_of(visitor, "/projects/platz"))

    assert found == [
        "Neuer Platz",  # 2025
        "Treffen",  # February 2026
        "Auftakt",  # 10 February 2026
        "Messe",
        "Platz wird umgebaut",
        "Fragebogen",  # November 2026, before the first of November
        "Umfrage zum Platz",
        "Rundgang",
        "Irgendwann",  # 2027, before January 2027
        "Umfrage zum Platz",
        "Bäume pflanzen",
    ]


def test_a_date_is_told_as_precisely_as_it_is_known(visitor: TestClient) -> None:
    page = page_of(visitor, "/projects/platz")

    assert '<time datetime="2025">2025</time>' in page
    assert '<time datetime="2026-02-10">10. Februar 2026, 18:30 Uhr</time>' in page
    assert '<time datetime="2026-07-03">3. Juli 2026 bis 5. Juli 2026</time>' in page
    assert '<time datetime="2027-03">März 2027</time>' in page


def test_names_programme_and_funders_are_told(visitor: TestClient) -> None:
    told = words(page_of(visitor, "/projects/platz"))

    assert "Frühere Namen: Dritter Ort; Platz für alle" in told
    assert "Förderprogramm Modellprojekte Smart Cities" in told
    assert "Fördergeber Bund; Land" in told
    assert "Ortsbezirk Kernstadt" in told


def test_a_lead_that_was_wound_up_is_told_with_its_successor(visitor: TestClient) -> None:
    assert "Federführung Alt GmbH (bis 30. Juni 2026, danach Referat Digitales)" in words(page_of(visitor, "/projects/platz"))


def test_target_groups_that_nobody_reported_as_reached_are_not_reported_and_not_none(visitor: TestClient) -> None:
    told = words(page_of(visitor, "/projects/platz"))

    assert "Diese Gruppen soll es erreichen Jugendliche, Familien" in told
    assert "Diese Gruppen hat es erreicht nicht berichtet" in told


def test_an_evaluation_has_its_base_and_its_source(visitor: TestClient) -> None:
    page = page_of(visitor, "/projects/platz")

    assert "Grundlage der Evaluation 40 Interviews" in words(page)
    assert 'href="https://bericht.example/"' in page


def test_a_decision_says_whether_it_deviates_from_the_participation_and_why(visitor: TestClient) -> None:
    told = words(page_of(visitor, "/projects/platz"))

    assert "Abweichung von der Beteiligung teilweise Begründung der Abweichung Zu wenig Geld" in told


def test_figures_stand_with_qualifier_and_source_beside_each_other(visitor: TestClient) -> None:
    told = words(page_of(visitor, "/projects/platz"))

    assert "über 250 Personen Stadt (Juni 2026)" in told
    assert "knapp 300 Personen Zeitung (ohne Datum)" in told
    assert "rund 60 Personen Stadt (Juni 2026)" in told


def test_a_measure_has_its_progress_and_one_without_has_none(visitor: TestClient, changing: World) -> None:
    changing.harvest(row("measure_item", "m-1", project_id="platz", title="Bäume", state="open"), of=declaration_of_table("measure_item"))

    assert "Fortschritt 40 Prozent" in words(page_of(visitor, "/projects/platz"))
    assert "Fortschritt" not in words(page_of(client_of(changing), "/projects/platz"))


def test_questions_of_the_project_and_of_its_events_are_answered_on_its_page(visitor: TestClient) -> None:
    page = page_of(visitor, "/projects/platz")

    assert "<p>Der Bund.</p>\n<p>Und das Land.</p>" in page
    assert "Wann geht es los? Noch keine Antwort." in words(page)
    assert CANARY not in page


def test_minutes_are_linked_and_never_copied(visitor: TestClient) -> None:
    assert '<a href="https://rat.example/protokoll.pdf" rel="nofollow noopener">Niederschrift</a>' in page_of(visitor, "/projects/platz")


def test_parts_of_a_project_and_the_whole_lead_to_each_other(visitor: TestClient) -> None:
    assert 'href="/projects/platz-licht"' in page_of(visitor, "/projects/platz")
    assert 'href="/projects/platz"' in page_of(visitor, "/projects/platz-licht")


def test_rows_of_other_projects_stay_on_their_own_pages(visitor: TestClient) -> None:
    page = page_of(visitor, "/projects/anderes")

    assert timeline_of(page) == []
    assert "Platz" not in words(page)


def test_english_pages_mark_what_is_german(visitor: TestClient) -> None:
    page = page_of(visitor, "/en/projects/platz")

    assert '<h1 lang="de">Neuer Platz</h1>' in page
    assert "about 60 persons" in words(page)
    assert "to 5 July 2026" in words(page)


def test_an_unknown_project_is_not_found(visitor: TestClient) -> None:
    for key in ("gibtesnicht", "PLATZ", "p", "..%2f..%2fetc", "x" * 200):
        assert visitor.get(f"/projects/{key}").status_code == 404


def test_a_withdrawn_row_is_gone_at_once_and_says_why(changing: World) -> None:
    client = client_of(changing)
    assert client.get("/projects/anderes").status_code == 200

    changing.publisher.withdraw("projekte", row="anderes", reason="Nannte eine Person", by="amt")

    answer = client.get("/projects/anderes")
    assert answer.status_code == 410
    assert answer.json()["reason"] == "Nannte eine Person"
    assert "Etwas anderes" not in answer.text
    assert "Etwas anderes" not in client.get("/projects", headers=BROWSER).text


def test_a_withdrawn_event_leaves_page_and_calendar_at_once(changing: World) -> None:
    client = client_of(changing)
    before = [client.get(each, headers=BROWSER).text for each in ("/projects/platz", "/events.ics", "/processes/platz-umfrage/events.ics")]

    changing.publisher.withdraw("veranstaltungen", row="messe", reason="Privat", by="amt")

    after = [client.get(each, headers=BROWSER).text for each in ("/projects/platz", "/events.ics", "/processes/platz-umfrage/events.ics")]
    assert ["Messe" in each for each in before] == [True, True, True]
    assert ["Messe" in each for each in after] == [False, False, False]


def test_a_project_that_its_source_dropped_is_gone_and_leads_to_the_edition_that_had_it(changing: World) -> None:
    kept = [each for each in rows()["project"] if each.key != "anderes"]
    changing.clock.now += timedelta(days=1)
    changing.harvest(*kept, of=declaration_of_table("project"))
    client = client_of(changing)
    marked = words(page_of(client, "/projects/anderes"))
    changing.clock.now += timedelta(days=1)
    changing.harvest(*kept, of=declaration_of_table("project"))

    answer = client.get("/projects/anderes")

    assert "Die Quelle führt diesen Eintrag seit 21. November 2026, 04:00 Uhr nicht mehr" in marked
    assert answer.status_code == 410
    assert "Stand 2 des Datensatzes „projekte“" in answer.json()["reason"]


def test_a_page_changes_when_a_row_of_it_does(changing: World) -> None:
    client = client_of(changing)
    first = client.get("/projects/platz", headers=BROWSER)

    changing.harvest(
        row("event", "neu", title="Nachtrag", project_id="platz", start="2026", mode="analog", **SAID), of=declaration_of_table("event")
    )
    again = client.get("/projects/platz", headers={**BROWSER, "if-none-match": first.headers["etag"]})

    assert again.status_code == 200
    assert "Nachtrag" in again.text


def test_a_project_that_is_a_platform_tells_its_figures_and_from_when_on_they_mean_something_else(visitor: TestClient) -> None:
    told = words(page_of(visitor, "/projects/platz"))

    assert "rund 270 Personen" in told
    assert "seit Mitte 2026 nur mit Konto" in told
    assert "rund 270 Personen" not in words(page_of(visitor, "/projects/anderes"))
