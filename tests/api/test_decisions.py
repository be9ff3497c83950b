"""Who may decide what, when two persons are needed, and what a reason may not hold: the same from the command line and the pages."""

import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api import decisions
from api.decisions import Accepted, Pending
from api.installation import Installation
from catalog.decisions import Person, decisions_csv
from catalog.entries import Applied, QuarantineState
from catalog.tokens import NotAllowed, Role
from schemas.errors import ConfigurationError, DecisionRefused, UnknownItem
from tests.api.places import EVENTS, FEW, drop, opened, small_installation

ANNA, BERTA = Person("anna", "editor"), Person("berta", "releaser")
CARLA, DORA = Person("carla", "reader"), Person("dora", "releaser")
CANARIES = ("kanarienvogel.muster@example.org", "0172 9925904", "Kanarienvogel", "KL-SS 1234")
PERSONAL = EVENTS.replace("Sommerfest", "Fest bei Frau Kanarienvogel").replace(
    "Begehung,2023-08-01", "Wagen KL-SS 1234 an 0172 9925904 oder kanarienvogel.muster@example.org,2023-08-01"
)


def installed(folder: Path, events: str, *, review: str = "never", **keys: str) -> Path:
    config = small_installation(folder / "stadt", review=review, events=events)
    text = config.read_text(encoding="utf-8")
    for line, replacement in keys.items():
        text = text.replace(line, replacement)
    config.write_text(text, encoding="utf-8")
    return config


@pytest.fixture
def few(tmp_path: Path) -> Iterator[Installation]:
    """Three persons at one event: number 1 of the Prüfliste."""
    with opened(installed(tmp_path, FEW)) as found:
        found.harvest(found.source("termine"))
        yield found


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Installation]:
    with opened(installed(tmp_path, EVENTS, review="new")) as found:
        found.harvest(found.source("termine"))
        yield found


# --- two persons -----------------------------------------------------------------------------------------------------------------


def test_two_different_persons_accept_a_row(few: Installation) -> None:
    first = decisions.accept_item(few, 1, ANNA, "öffentliche Begehung")
    assert isinstance(first, Pending)
    assert "anna hat zugestimmt" in first.sentence
    assert "anderen Person mit der Rolle releaser" in first.sentence
    assert few.store.quarantine_item(1).state is QuarantineState.OPEN

    assert decisions.accept_item(few, 1, BERTA, "sehe ich auch so") == Accepted(item=1)

    item = few.store.quarantine_item(1)
    assert (item.state, item.decided_by) == (QuarantineState.ACCEPTED, "berta")
    assert [(each.who, each.role, each.what) for each in reversed(few.store.decisions())] == [
        ("anna", "editor", "consent"),
        ("berta", "releaser", "accept"),
    ]
    assert few.harvest(few.source("termine")).counts["created"] == 1


@pytest.mark.parametrize("again", [Person("berta", "releaser"), Person("Berta", ""), Person(" berta ", "editor")])
def test_the_same_person_twice_is_one(few: Installation, again: Person) -> None:
    decisions.accept_item(few, 1, BERTA, "gut")

    assert isinstance(decisions.accept_item(few, 1, again, "wirklich gut"), Pending)
    assert few.store.quarantine_item(1).state is QuarantineState.OPEN


def test_two_editors_are_not_enough(few: Installation) -> None:
    decisions.accept_item(few, 1, ANNA, "gut")

    second = decisions.accept_item(few, 1, Person("emil", "editor"), "gut")

    assert isinstance(second, Pending)
    assert second.sentence == "anna und emil haben zugestimmt. Es fehlt das Wort einer Person mit der Rolle releaser."
    assert decisions.accept_item(few, 1, BERTA, "gut") == Accepted(item=1)


def test_a_no_in_between_uses_up_the_first_yes(few: Installation) -> None:
    decisions.accept_item(few, 1, ANNA, "gut")
    decisions.reject_item(few, 1, BERTA, "nein")

    assert isinstance(decisions.accept_item(few, 1, DORA, "doch"), Pending)


def test_one_person_is_enough_where_the_configuration_says_so(tmp_path: Path) -> None:
    config = installed(tmp_path, FEW)
    with config.open("a", encoding="utf-8") as file:
        file.write("[privacy]\nsecond_person = false\n")
    with opened(config) as found:
        found.harvest(found.source("termine"))

        assert decisions.accept_item(found, 1, ANNA, "öffentliche Begehung") == Accepted(item=1)


def test_one_person_is_enough_where_nothing_is_personal(tmp_path: Path) -> None:
    """A position outside the city may be right; nobody is recognisable by it."""
    with opened(installed(tmp_path, EVENTS)) as found:
        found.harvest(found.source("termine"))
        item = found.store.quarantine()
        assert item == ()

        assert not decisions.needs_second(found, _item("implausible-position"))
        assert decisions.needs_second(found, _item("small-person-count"))
        assert decisions.needs_second(found, _item("personal-email"))


def _item(code: str) -> Any:
    from datetime import UTC, datetime

    from catalog.entries import QuarantineItem
    from schemas.row import Finding

    finding = Finding(code=code, message="m")
    return QuarantineItem(
        id=1,
        source="termine",
        table="event",
        key="k",
        digest="d",
        findings=(finding,),
        acceptable=True,
        state=QuarantineState.OPEN,
        first_run=1,
        first_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


def test_a_plan_of_a_source_about_persons_takes_two(tmp_path: Path) -> None:
    personal = 'max_shrink = 0.5\npersonal_data = true\nlegal_basis = "Satzung"\ndata_anonymized = true'
    config = installed(tmp_path, EVENTS, review="new", **{"max_shrink = 0.5": personal})
    with opened(config) as found:
        found.harvest(found.source("termine"))
        (plan,) = found.store.plans()

        first = decisions.approve(found, plan.id, BERTA, "geprüft")
        assert isinstance(first, Pending)
        assert found.store.datasets() == ()

        assert isinstance(decisions.approve(found, plan.id, DORA, "geprüft"), Applied)
        assert [each.dataset.name for each in found.store.datasets()] == ["veranstaltungen"]
        assert found.store.consents() == ()


def test_other_plans_take_one(held: Installation) -> None:
    (plan,) = held.store.plans()

    assert isinstance(decisions.approve(held, plan.id, BERTA, "geprüft"), Applied)

    (decision,) = held.store.decisions()
    assert (decision.who, decision.role, decision.what, decision.target) == ("berta", "releaser", "approve", f"plan {plan.id}")


def test_two_persons_in_two_processes_at_once_decide_once(tmp_path: Path) -> None:
    config = installed(tmp_path, FEW)
    with opened(config) as found:
        found.harvest(found.source("termine"))
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        words = pool.starmap(_accept, [(config, "berta"), (config, "dora")])

    assert sorted(words) == ["Accepted", "Pending"]
    with opened(config) as found:
        assert found.store.quarantine_item(1).state is QuarantineState.ACCEPTED


def _accept(config: Path, name: str) -> str:
    with opened(config) as found:
        return type(decisions.accept_item(found, 1, Person(name, "releaser"), "gut")).__name__


# --- roles -----------------------------------------------------------------------------------------------------------------------


def test_a_reader_decides_nothing(few: Installation) -> None:
    for decide in (
        lambda: decisions.approve(few, 1, CARLA, "gut"),
        lambda: decisions.reject_plan(few, 1, CARLA, "gut"),
        lambda: decisions.accept_item(few, 1, CARLA, "gut"),
        lambda: decisions.reject_item(few, 1, CARLA, "gut"),
        lambda: decisions.withdraw(few, "veranstaltungen", CARLA, "gut"),
    ):
        with pytest.raises(NotAllowed, match="Rolle"):
            decide()
    assert few.store.decisions() == ()
    assert few.store.consents() == ()


def test_an_editor_says_no_and_does_not_publish(held: Installation) -> None:
    (plan,) = held.store.plans()
    with pytest.raises(NotAllowed, match="releaser"):
        decisions.approve(held, plan.id, ANNA, "gut")
    with pytest.raises(NotAllowed, match="releaser"):
        decisions.withdraw(held, "veranstaltungen", ANNA, "gut")

    decisions.reject_plan(held, plan.id, ANNA, "Testdaten")

    assert [(each.who, each.role, each.what) for each in held.store.decisions()] == [("anna", "editor", "reject")]


def test_every_role_is_known_here() -> None:
    assert set(decisions._ROLES) == set(Role)


# --- reasons ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "  \n", *(f"weil {each} es so will" for each in ("Frau Kanarienvogel", *CANARIES[:2])), "x" * 1001])
def test_a_reason_says_something_and_nothing_of_anybody(few: Installation, reason: str) -> None:
    for decide in (
        lambda: decisions.reject_plan(few, 1, BERTA, reason),
        lambda: decisions.accept_item(few, 1, BERTA, reason),
        lambda: decisions.reject_item(few, 1, BERTA, reason),
        lambda: decisions.withdraw(few, "veranstaltungen", BERTA, reason),
        lambda: decisions.approve(few, 1, BERTA, reason),
    ):
        with pytest.raises(ConfigurationError, match="Begründung") as caught:
            decide()
        assert [each for each in CANARIES if each in str(caught.value)] == []
    assert few.store.decisions() == ()


@pytest.mark.parametrize(
    "reason", ["Siehe Vorlage 0631/2023.", "Rückfrage an opendata@example.org geklärt", "Öffentliche Begehung am 1. August"]
)
def test_a_plain_reason_is_taken(few: Installation, reason: str) -> None:
    decisions.reject_item(few, 1, BERTA, reason)

    assert few.store.decisions()[0].why == reason


@pytest.mark.parametrize("name", ["", "  ", "anna\nberta", "anna\x1b[2J", "a" * 101])
def test_somebody_decides_who_has_a_name(few: Installation, name: str) -> None:
    with pytest.raises(ConfigurationError, match="entscheidet"):
        decisions.reject_item(few, 1, Person(name), "gut")
    assert few.store.decisions() == ()


# --- what is not possible --------------------------------------------------------------------------------------------------------


def test_no_word_is_kept_on_what_cannot_be_decided(few: Installation) -> None:
    with pytest.raises(UnknownItem):
        decisions.accept_item(few, 99, ANNA, "gut")
    drop(few.settings.folder, EVENTS)
    few.harvest(few.source("termine"))
    with pytest.raises(DecisionRefused, match="erledigt"):
        decisions.accept_item(few, 1, ANNA, "gut")

    assert few.store.consents() == ()
    assert few.store.decisions() == ()


def test_a_decided_plan_is_decided(held: Installation) -> None:
    (plan,) = held.store.plans()
    decisions.reject_plan(held, plan.id, BERTA, "nein")

    with pytest.raises(DecisionRefused, match="schon entschieden"):
        decisions.approve(held, plan.id, BERTA, "doch")


# --- nobody's data in what is kept for ever -----------------------------------------------------------------------------------------


def test_no_canary_gets_into_the_log_or_its_export(tmp_path: Path) -> None:
    """Rows with planted persons: quarantined, accepted, rejected, withdrawn. Control: the persons are in the source and were found."""
    with opened(installed(tmp_path, PERSONAL)) as found:
        found.harvest(found.source("termine"))
        items = found.store.quarantine()
        assert {finding.code for each in items for finding in each.findings} >= {"personal-email", "personal-phone", "personal-plate"}
        for each in items:
            decisions.accept_item(found, each.id, ANNA, "öffentlich bekannt")
            decisions.accept_item(found, each.id, BERTA, "öffentlich bekannt")
        found.harvest(found.source("termine"))
        assert found.store.dataset("veranstaltungen").dataset.rows == 3, "control: accepted rows were published"
        decisions.withdraw(found, "veranstaltungen", DORA, "Enthielt einen Namen", row="fest")
        decisions.withdraw(found, "veranstaltungen", DORA, "Enthielt Namen")
        export = decisions_csv(found.store.all_decisions())
        log = " ".join(map(str, found.store.decisions()))

    assert len(export.splitlines()) == 1 + 2 * len(items) + 2
    assert [each for each in (*CANARIES, "fest") if each in export or each in log] == []
