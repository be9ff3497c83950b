"""The Prüfliste: what a person needs to decide, and nothing that the check found."""

from pathlib import Path

import pytest

from catalog.entries import QuarantineState
from catalog.tokens import Role
from tests.api.admin.office import Office, office
from tests.api.places import EVENTS, FEW

MAIL = "erika.mustermann@web.de"
#: The title holds an address; the row was published before with a harmless one.
PERSONAL = EVENTS.replace("Begehung", f"Begehung mit {MAIL}")


def publish(bureau: Office) -> None:
    bureau.harvest(EVENTS)
    bureau.found.approve(1, by="amt", reason="Erster Stand.")


def state(bureau: Office, number: int = 1) -> QuarantineState:
    return bureau.found.store.quarantine_item(number).state


def test_the_passage_is_masked_and_the_last_good_version_stands_beside_it(bureau: Office) -> None:
    publish(bureau)
    bureau.harvest(PERSONAL)

    page = bureau.person(Role.READER).see("/quarantine/1").text

    assert MAIL not in page
    assert "mustermann" not in page
    assert '<td class="marked">Begehung mit [E-Mail-Adresse]</td><td>Begehung</td>' in page
    assert "personal-email" in page
    assert "events.csv, Zeile 4, Feld title" in page


def test_no_page_shows_what_the_check_found(bureau: Office) -> None:
    publish(bureau)
    bureau.harvest(PERSONAL)
    person = bureau.person(Role.RELEASER)

    for path in ("/", "/sources", "/runs", "/runs/2", "/plans", "/plans/2", "/plans?all=1", "/quarantine", "/quarantine/1", "/decisions"):
        page = person.see(path)
        assert page.status_code == 200
        assert "mustermann" not in page.text, path


def test_a_row_that_was_never_published_says_so(bureau: Office) -> None:
    bureau.harvest(FEW)

    page = bureau.person(Role.READER).see("/quarantine/1").text

    assert "Von dieser Zeile ist noch nichts veröffentlicht." in page
    assert '<td class="marked">3</td>' in page, "the count is what is decided on"


def test_a_payload_that_is_not_kept_any_more_is_no_error(bureau: Office) -> None:
    bureau.harvest(FEW)
    item = bureau.found.store.quarantine_item(1)
    bureau.found.vault.drop_quarantined([(item.source, item.table, item.key, item.digest)])

    page = bureau.person(Role.READER).see("/quarantine/1")

    assert page.status_code == 200
    assert "nicht (mehr) aufbewahrt" in page.text


def test_two_persons_accept_what_may_be_personal(bureau: Office) -> None:
    bureau.harvest(FEW)
    editor, releaser = bureau.person(Role.EDITOR, "Emil"), bureau.person(Role.RELEASER, "Rosa")
    editor.see("/quarantine/1")

    first = editor.decide("/quarantine/1/accept", "Öffentliche Begehung.")
    waiting = editor.see("/quarantine/1").text
    listed = releaser.see("/quarantine").text
    seen = releaser.see("/quarantine/1").text
    between = state(bureau)
    second = releaser.decide("/quarantine/1/accept", "Sehe ich auch so.")

    assert first.headers["location"] == "/quarantine/1?done=pending"
    assert "Sie haben schon zugestimmt" in waiting
    assert "/quarantine/1/accept" not in waiting
    assert "zweites Wort fehlt" in listed
    assert "Emil hat am" in seen
    assert "20. November 2026, 04:00 Uhr" in seen, "German time"
    assert between is QuarantineState.OPEN
    assert second.headers["location"] == "/quarantine/1?done=accepted"
    assert state(bureau) is QuarantineState.ACCEPTED
    log = [(each.what, each.who, each.role) for each in bureau.found.store.decisions()]
    assert log[0] == ("accept", "Rosa", "releaser")
    assert ("consent", "Emil", "editor") in log


@pytest.mark.parametrize("name", ["Rosa", "rosa", " Rosa  "])
def test_nobody_is_two_persons(bureau: Office, name: str) -> None:
    bureau.harvest(FEW)
    rosa = bureau.person(Role.RELEASER, "Rosa")
    rosa.see("/quarantine/1")
    rosa.decide("/quarantine/1/accept")
    again = bureau.person(Role.RELEASER, name)
    again.see("/quarantine/1")

    answer = again.decide("/quarantine/1/accept")

    assert answer.headers["location"] == "/quarantine/1?done=pending"
    assert state(bureau) is QuarantineState.OPEN


def test_an_editor_does_not_give_the_second_word(bureau: Office) -> None:
    bureau.harvest(FEW)
    for each in ("Emil", "Ella"):
        person = bureau.person(Role.EDITOR, each)
        page = person.see("/quarantine/1").text
        answer = person.decide("/quarantine/1/accept")

    assert "Das zweite Wort gibt eine Person mit der Rolle releaser." in page
    assert "/quarantine/1/accept" not in page
    assert answer.headers["location"] == "/quarantine/1?done=pending", "the word is noted, and decides nothing"
    assert state(bureau) is QuarantineState.OPEN


def test_without_the_second_person_one_decides(tmp_path: Path) -> None:
    with office(tmp_path / "stadt", privacy="second_person = false") as bureau:
        bureau.harvest(FEW)
        editor = bureau.person(Role.EDITOR)
        page = editor.see("/quarantine/1").text
        editor.decide("/quarantine/1/accept", "Öffentliche Begehung.")

        assert "zwei Personen" not in page
        assert state(bureau) is QuarantineState.ACCEPTED


def test_an_accepted_row_is_published_by_the_next_harvest(tmp_path: Path) -> None:
    with office(tmp_path / "stadt", review="never", privacy="second_person = false") as bureau:
        bureau.harvest(FEW)
        editor = bureau.person(Role.EDITOR)
        editor.see("/quarantine/1")
        editor.decide("/quarantine/1/accept")
        before = set(bureau.published())
        bureau.harvest()

        assert set(bureau.published()) - before == {"begehung"}


def test_rejecting_keeps_the_row_out(bureau: Office) -> None:
    bureau.harvest(FEW)
    editor = bureau.person(Role.EDITOR)
    editor.see("/quarantine/1")

    editor.decide("/quarantine/1/reject", "Zu klein.")

    assert state(bureau) is QuarantineState.REJECTED
    page = editor.see("/quarantine/1").text
    assert "Entschieden von Person editor" in page
    assert "/quarantine/1/reject" not in page


def test_what_only_the_source_can_mend_has_no_button(bureau: Office) -> None:
    bureau.harvest(EVENTS.replace("analog,40,", "analog,viele,"))
    releaser = bureau.person(Role.RELEASER)

    page = releaser.see("/quarantine/1").text
    answer = releaser.decide("/quarantine/1/accept")

    assert "Der Fehler muss in der Quelle behoben werden." in page
    assert "/quarantine/1/accept" not in page
    assert answer.status_code == 409
    assert state(bureau) is QuarantineState.OPEN


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {1, 2}),
        ("?rule=small-person-count", {1}),
        ("?rule=personal-email", {2}),
        ("?table=event", {1, 2}),
        ("?table=project", set()),
        ("?source=termine", {1, 2}),
        ("?source=andere", set()),
        ("?state=rejected", set()),
        ("?state=all&rule=personal-email", {2}),
    ],
)
def test_the_list_can_be_narrowed(bureau: Office, query: str, shown: set[int]) -> None:
    bureau.harvest(FEW + f"x,Treffen mit {MAIL},2023-08-01,analog,50,stated\n")

    page = bureau.person(Role.READER).see("/quarantine" + query).text

    assert {number for number in (1, 2) if f'href="/quarantine/{number}"' in page} == shown


def test_a_filter_offers_only_what_is_there(bureau: Office) -> None:
    bureau.harvest(FEW)

    page = bureau.person(Role.READER).see("/quarantine").text

    assert '<option value="small-person-count">' in page
    assert "personal-email" not in page
