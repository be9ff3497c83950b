"""What became of a participation: days in words, and nothing left out because it has not happened yet."""

from collections.abc import Sequence
from datetime import date

import pytest

from api.web.participation.chain import chain
from api.web.participation.gathering import Dossier
from api.web.participation.timeline import timeline
from api.web.published import PublishedValues

TODAY = date(2026, 11, 22)


def told(row: dict[str, str], kind: str = "process", **tables: list[PublishedValues]) -> dict[str, str]:
    dossier = Dossier(kind=kind, row={"id": "a", **row}, project=None, parts=(), processes=(), tables=tables)
    return {each.label: each.value for each in chain(dossier, TODAY, "de")}


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"end": "2026-10-01", "results_published_on": "2026-10-23"}, "23. Oktober 2026, 22 Tage nach dem Ende"),
        ({"end": "2026-10-01", "results_published_on": "2026-10-02"}, "2. Oktober 2026, 1 Tag nach dem Ende"),
        ({"end": "2026-10", "results_published_on": "2026-10-23"}, "23. Oktober 2026"),  # to the day would be guessed
        ({"end": "2026-10-01", "results_published_on": "2026-09-30"}, "30. September 2026"),
        ({"results_published_on": "2026-11"}, "November 2026"),
        ({"end": "2026-10-23"}, "kein Tag bekannt; seit dem Ende (23. Oktober 2026): 30 Tage"),
        ({"end": "2026-11-22"}, ""),  # not over yet
        ({"end": "2026"}, ""),
        ({}, ""),
    ],
)
def test_results_are_told_by_days_and_those_that_wait_by_how_long(row: dict[str, str], sentence: str) -> None:
    assert told(row).get("Ergebnisse veröffentlicht", "") == sentence


def test_the_decision_is_the_first_after_the_end() -> None:
    dates: list[PublishedValues] = [{"id": each, "date": each} for each in ("2026-12-01", "2025-01-01", "2026-11-11")]

    assert told({"end": "2026-11-01"}, decision=dates)["Beschluss nach der Beteiligung"] == "11. November 2026, 10 Tage nach dem Ende"
    assert told({"end": "2026-11-01"}, "project", decision=dates) == {}


def test_on_one_day_a_decision_stands_before_what_follows_from_it() -> None:
    day = "2026-02-14"
    tables: dict[str, Sequence[PublishedValues]] = {
        "measure_item": [{"id": "m", "title": "A", "done_on": day}],
        "decision": [{"id": "d", "decision": "B", "date": day}],
        "event": [{"id": "e", "title": "C", "start": day}],
    }
    dossier = Dossier(kind="project", row={"id": "a"}, project=None, parts=(), processes=(), tables=tables)

    assert [each.kind for each in timeline(dossier, TODAY, "de")] == ["event", "decision", "measure_done"]


def test_minutes_are_expected_of_events_of_processes_that_took_place() -> None:
    events: list[PublishedValues] = [
        {"id": "1", "process_id": "a", "start": "2026-01-01", "minutes_url": "https://rat.example/1"},
        {"id": "2", "process_id": "a", "start": "2026-02"},
        {"id": "3", "process_id": "a", "start": "2026-03-01", "status": "cancelled"},
        {"id": "4", "process_id": "a", "start": "2026-11-22"},  # today
        {"id": "5", "process_id": None, "start": "2026-01-01"},  # a party
    ]

    assert told({}, event=events) == {"Niederschriften": "zu 1 von 2 vergangenen Terminen bekannt"}


def test_open_questions_and_measures_of_unknown_state_stay_in() -> None:
    states = {"qa_item": ("answered", "forwarded", "open", "answered"), "measure_item": ("done", "unknown", "open")}
    tables: dict[str, list[PublishedValues]] = {table: [{"state": each} for each in found] for table, found in states.items()}

    assert told({}, "project", **tables) == {
        "Fragen": "2 von 4 beantwortet; 1 an die zuständige Stelle weitergegeben",
        "Maßnahmen": "1 von 3 umgesetzt; bei 1 ist der Stand nicht bekannt",
    }
