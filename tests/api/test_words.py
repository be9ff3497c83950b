"""German words of a run: what is said once, for command line, mails and operator pages."""

from datetime import UTC, datetime

import pytest

from api.words import finding_text, outcome_text
from catalog.plan import Outcome, RunRecord
from schemas.row import Finding


def test_a_question_to_an_interface_is_not_repeated_to_people() -> None:
    asked = "https://melder.example/requests.json?start_date=2026-08-27T00%3A00%3A00Z&end_date=2026-11-25T00%3A00%3A00Z"
    finding = Finding(code="c", message="Der Wert fehlt.", origin=asked, row=3, field="status")
    assert finding_text(finding) == "https://melder.example/requests.json?…, Zeile 3, Feld status: Der Wert fehlt."


@pytest.mark.parametrize(
    "origin", ["https://melder.example/liste?page=2", "beteiligung/was ist das? eine Datei mit einem langen Namen dahinter.csv"]
)
def test_an_address_that_people_can_read_stays(origin: str) -> None:
    assert finding_text(Finding(code="c", message="Oh.", origin=origin)) == f"{origin}: Oh."


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"vault_missing": 1, "unchanged": 6, "quarantined": 2}, "in den Tresor übernommen"),
        ({"vault_created": 1, "created": 1, "quarantined": 2}, "veröffentlicht"),
        ({"updated": 1}, "veröffentlicht"),
    ],
)
def test_what_went_into_the_vault_only_is_not_called_published_whatever_waits(counts: dict[str, int], said: str) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    run = RunRecord(id=1, source="s", started_at=at, finished_at=at, outcome=Outcome.OK, message="", counts=counts)
    assert outcome_text(run) == said
