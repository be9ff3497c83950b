"""Reported figures stand side by side; none is preferred."""

from collections.abc import Mapping

from fastapi.testclient import TestClient

from api.web.reported import groups
from schemas.row import Row, Value
from tests.api.web.conftest import BROWSER
from tests.api.web.world import row


def _rows(*rows: Row) -> list[Mapping[str, Value]]:
    return [{**each.values, "source_url": each.source_url} for each in rows]


def _assertion(key: str, **values: Value) -> Row:
    common: dict[str, Value] = {
        "subject_kind": "process", "subject_id": "ruetschhof", "subject": "Rütschhofstraße", "measure": "participants", "unit": "persons",
    }  # fmt: skip
    return row("figure", key, **{**common, **values})


def test_figures_of_one_subject_and_measure_meet_whatever_table_they_come_from() -> None:
    process = row("process", "ruetschhof", title="Rütschhofstraße", participants=893, qualifier="exact", source_title="Rheinpfalz")
    city = _assertion("a", value=900, qualifier="max", asserted_by="Stadt")

    (found,) = groups({"process": _rows(process), "figure": _rows(city)}, "de")

    assert [(each.phrase, each.source) for each in found.statements] == [("893 Personen", "Rheinpfalz"), ("knapp 900 Personen", "Stadt")]
    assert found.competes


def test_the_same_statement_of_the_same_source_appears_once() -> None:
    process = row("process", "ruetschhof", title="Rütschhofstraße", participants=893, source_url="https://a.example/", source_date="2023")
    again = _assertion("a", value=893.0, asserted_by="Rheinpfalz", source_date="2023")
    again = row("figure", "a", source_url="https://a.example/", **{k: v for k, v in again.values.items() if k != "id"})

    (found,) = groups({"process": _rows(process), "figure": _rows(again)}, "de")

    assert len(found.statements) == 1
    assert not found.competes


def test_a_counter_at_two_times_is_no_contradiction() -> None:
    common: dict[str, Value] = {"platform": "KLmitWirkung", "metric": "registered-users", "unit": "persons"}
    figures = [
        row("platform_figure", "a", value=270, qualifier="approx", date="2023-06", **common),
        row("platform_figure", "b", value=1700, qualifier="min", date="2025", **common),
    ]

    found = groups({"platform_figure": _rows(*figures)}, "de")

    assert [each.measure for each in found] == ["registrierte Personen, 2025", "registrierte Personen, Juni 2023"]
    assert not any(each.competes for each in found)


def test_a_counter_that_falls_is_a_new_state_with_a_note_and_no_negative_number() -> None:
    common: dict[str, Value] = {"platform": "Decidim", "metric": "contributions", "unit": "contributions"}
    figures = [
        row("platform_figure", "a", value=27117, date="2021-11-21", **common),
        row("platform_figure", "b", value=12238, date="2021-11-22", **common),
        row("platform_figure", "c", value=12240, date="2021-11", **common),
        row("platform_figure", "d", value=30000, date="2022", **common),
        row("platform_figure", "e", value=3, date="2023", **common | {"platform": "andere"}),
    ]

    found = {each.measure: each.statements[0] for each in groups({"platform_figure": _rows(*figures)}, "de")}

    assert {each.phrase for each in found.values()} == {
        "27.117 Beiträge",
        "12.238 Beiträge",
        "12.240 Beiträge",
        "30.000 Beiträge",
        "3 Beiträge",
    }
    assert [measure for measure, each in found.items() if "niedriger als ein früherer" in each.note] == ["Beiträge, 22. November 2021"]


def test_persons_ballots_and_shares_are_never_mixed() -> None:
    process = row("process", "p", title="Theatergarten")
    option = row("result", "r", process_id="p", question="Welcher?", option="Entwurf 2", count=800, count_unit="votes", share_percent=60)

    found = groups({"process": _rows(process), "result": _rows(option)}, "de")

    assert sorted(each.phrase for group in found for each in group.statements) == ["60 Prozent", "800 Stimmen"]
    assert len(found) == 2
    assert {each.subject for each in found} == {"Theatergarten: Welcher?"}


def test_assertions_that_are_no_numbers_are_kept_in_words() -> None:
    (found,) = groups(
        {"figure": _rows(_assertion("a", measure="technology", value_text="WLAN", unit=None, asserted_by="Projektseite"))}, "de"
    )

    assert found.statements[0].phrase == "WLAN"


def test_rows_without_figures_say_nothing() -> None:
    assert groups({"process": _rows(row("process", "p", title="Ohne Zahl")), "event": [], "result": []}, "de") == ()


def test_zero_is_a_figure() -> None:
    (found,) = groups({"process": _rows(row("process", "p", title="Leer", contributions=0))}, "de")

    assert found.statements[0].phrase == "0 Beiträge"


def test_the_page_shows_every_source_with_its_word(client: TestClient) -> None:
    page = client.get("/statistics/reported", headers=BROWSER).text

    for words in (
        "über 250 Personen", "knapp 300 Personen", "über 300 Personen", "nachrichten-kl", "herzlich-digital.de", "Jahresrückblick 2020",
        "14. Februar 2020", "November 2023, erschlossen", "ohne Datum", "800 Stimmen (siehe Anmerkung)", "Zitiervorschlag",
        'href="https://nachrichten-kl.example/versammlung"',
    ):  # fmt: skip
        assert words in page, words
    assert "bevorzugt" not in page


def test_the_english_page_speaks_english(client: TestClient) -> None:
    page = client.get("/en/statistics/reported", headers=BROWSER).text

    assert "more than 250 persons" in page
    assert "just under 300 persons" in page
