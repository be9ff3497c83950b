"""Held plans: seen field by field, decided once, and never decided blindly."""

from datetime import timedelta
from pathlib import Path

import pytest

from catalog.plan import PlanState
from catalog.tokens import Role
from tests.api.admin.office import Office, office
from tests.api.places import EVENTS

HEADER, *ROWS = EVENTS.splitlines(keepends=True)


def publish(bureau: Office) -> None:
    """The first state, approved by somebody else."""
    bureau.harvest()
    bureau.found.approve(1, by="amt", reason="Erster Stand.")
    bureau.found.follow_up()


def test_a_new_row_shows_everything_it_says(bureau: Office) -> None:
    bureau.harvest()

    page = bureau.person(Role.READER).see("/plans/1").text

    assert "würde zum ersten Mal als Datensatz" in page
    for each in ("Sommerfest", "12. Juni 2023", "Juli 2023", "120", "Gesprächsrunde"):
        assert each in page
    assert "neuer Datensatz" in page


def test_a_change_shows_before_and_after(bureau: Office) -> None:
    publish(bureau)
    bureau.harvest(EVENTS.replace("Sommerfest", "Herbstfest"), plan_only=True)

    page = bureau.person(Role.READER).see("/plans/2").text

    assert "<td>Sommerfest</td><td><ins>Herbstfest</ins></td>" in page
    assert "Gesprächsrunde" not in page, "what stays the same is only counted"


def test_a_missing_row_shows_what_is_still_public(bureau: Office) -> None:
    publish(bureau)
    bureau.harvest(HEADER + ROWS[0] + ROWS[1], plan_only=True)

    page = bureau.person(Role.READER).see("/plans/2").text

    assert "Die Zeile fehlt in der Quelle." in page
    assert "<td>Begehung</td>" in page


def test_a_removal_shows_what_goes(bureau: Office) -> None:
    publish(bureau)
    bureau.harvest(HEADER + ROWS[0] + ROWS[1])
    bureau.clock.pass_by(timedelta(days=8))
    bureau.harvest(plan_only=True)

    page = bureau.person(Role.READER).see("/plans/3").text

    assert "<del>Begehung</del></td><td>entfernt</td>" in page


def test_approving_publishes_and_says_who_and_why(bureau: Office) -> None:
    bureau.harvest()
    person = bureau.person(Role.RELEASER, "Anna Amt")
    person.see("/plans/1")

    answer = person.decide("/plans/1/approve", "Mit dem Fachamt geprüft.")

    assert len(bureau.published()) == 3
    page = person.see(answer.headers["location"]).text
    assert "Freigegeben und veröffentlicht." in page
    assert "Entschieden von Anna Amt" in page
    assert "Mit dem Fachamt geprüft." in page
    log = bureau.found.store.decisions()[0]
    assert (log.who, log.role, log.what, log.target) == ("Anna Amt", "releaser", "approve", "plan 1")


def test_rejecting_leaves_what_is_published(bureau: Office) -> None:
    publish(bureau)
    before = bureau.published()
    bureau.harvest(HEADER + ROWS[0], plan_only=True)
    person = bureau.person(Role.EDITOR)
    person.see("/plans/2")

    person.decide("/plans/2/reject", "Der Export war halb.")

    assert bureau.published() == before
    assert bureau.found.store.plan(2).state is PlanState.REJECTED


@pytest.mark.parametrize("reason", ["", "   ", "Bitte bei max.muster@web.de nachfragen", "x" * 1001])
def test_a_reason_is_needed_and_names_nobody(bureau: Office, reason: str) -> None:
    bureau.harvest()
    person = bureau.person(Role.RELEASER)
    person.see("/plans/1")

    answer = person.decide("/plans/1/approve", reason)

    assert answer.status_code == 422
    assert "Begründung" in answer.text
    assert "max.muster" not in answer.text
    assert '<a href="/plans/1">Zurück</a>' in answer.text
    assert bureau.published() == {}


def test_a_plan_is_decided_once(bureau: Office) -> None:
    bureau.harvest()
    person = bureau.person(Role.RELEASER)
    person.see("/plans/1")
    person.decide("/plans/1/approve")

    answer = person.decide("/plans/1/reject")

    assert answer.status_code == 409
    assert "schon entschieden" in answer.text


def test_a_superseded_plan_says_so_and_has_no_buttons(bureau: Office) -> None:
    bureau.harvest()
    bureau.harvest()
    person = bureau.person(Role.RELEASER)

    page = person.see("/plans/1").text

    assert "wurde die Quelle neu geerntet" in page
    assert "/plans/1/approve" not in page
    assert person.decide("/plans/1/approve").status_code == 409


def test_an_outdated_plan_says_so_before_and_after(bureau: Office) -> None:
    publish(bureau)
    bureau.harvest(EVENTS.replace("Sommerfest", "Herbstfest"), plan_only=True)
    held = bureau.found.store.plan(2)
    bureau.found.approve(2, by="amt", reason="Geprüft.")
    stale = bureau.found.store.save_plan(held.plan, PlanState.HELD)  # as if made before: its base is gone
    person = bureau.person(Role.RELEASER)

    page = person.see(f"/plans/{stale}").text
    answer = person.decide(f"/plans/{stale}/approve")

    assert "Er kann nicht mehr freigegeben werden" in page
    assert f"/plans/{stale}/approve" not in page
    assert answer.status_code == 409
    assert "hat sich seit diesem Plan geändert" in person.see(f"/plans/{stale}").text


def test_two_persons_approve_a_source_of_personal_data(tmp_path: Path) -> None:
    with office(tmp_path / "stadt", personal=True) as bureau:
        bureau.harvest()
        anna, berta = bureau.person(Role.RELEASER, "Anna"), bureau.person(Role.RELEASER, "Berta")
        anna.see("/plans/1")
        first = anna.decide("/plans/1/approve", "Geprüft.")
        waiting = anna.see("/plans/1").text
        twice = anna.decide("/plans/1/approve", "Noch einmal.")
        nothing_yet = bureau.published()
        seen = berta.see("/plans/1").text
        second = berta.decide("/plans/1/approve", "Auch geprüft.")

        assert first.headers["location"] == "/plans/1?done=pending"
        assert "Sie haben schon zugestimmt" in waiting
        assert "/plans/1/approve" not in waiting
        assert twice.headers["location"] == "/plans/1?done=pending"
        assert nothing_yet == {}
        assert "Anna hat am" in seen
        assert "„Geprüft.“" in seen
        assert second.headers["location"] == "/plans/1?done=approved"
        assert len(bureau.published()) == 3


def test_ten_thousand_changes_are_shown_a_page_at_a_time(bureau: Office) -> None:
    rows = "".join(f"e{number:05},Treffen {number},2023-01-01,analog,50,stated\n" for number in range(10_000))
    bureau.harvest(HEADER + rows)
    person = bureau.person(Role.READER)

    first, last = person.see("/plans/1").text, person.see("/plans/1?page=200").text
    beyond = person.see("/plans/1?page=999999999999").text

    assert "Treffen 49<" in first
    assert "Treffen 50<" not in first
    assert "neu 10.000" in first
    assert "Treffen 9999<" in last
    assert len(first) < 120_000
    assert beyond.count("<tbody>") == first.count("<tbody>")


def test_the_list_has_what_waits_and_on_request_everything(bureau: Office) -> None:
    bureau.harvest()
    person = bureau.person(Role.EDITOR)
    assert "/plans/1" in person.see("/plans").text
    person.see("/plans/1")
    person.decide("/plans/1/reject")

    assert "Kein Plan wartet." in person.see("/plans").text
    assert "abgelehnt" in person.see("/plans?all=1").text


@pytest.mark.parametrize("number", ["99", "0", "99999999999999999999", "-1", "eins", "1e3", "%31"])
def test_a_number_that_does_not_exist_is_a_page(bureau: Office, number: str) -> None:
    bureau.harvest()
    answer = bureau.person(Role.READER).see(f"/plans/{number}")

    assert answer.status_code == (200 if number == "%31" else 404)
