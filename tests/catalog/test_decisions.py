"""The log of decisions: complete, never rewritten, and without anybody's data but those of who decided."""

import csv
import io

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from catalog.consent import QUARANTINE
from catalog.decisions import Person, decisions_csv, key_mark, record_decision
from catalog.store import Store
from schemas.row import Finding, Quarantined
from tests.catalog.world import Clock, World, bench

CANARY = "Kanarienvogel"


def write(store: Store, count: int = 1, *, why: str = "weil") -> None:
    with store.database.write() as connection:
        for number in range(count):
            record_decision(connection, at=store._clock(), who="anna", role="editor", what="approve", target=f"plan {number + 1}", why=why)


def test_a_decision_says_who_in_which_role_what_when_and_why(store: Store, clock: Clock) -> None:
    write(store)

    (found,) = store.decisions()
    assert (found.at, found.who, found.role, found.what, found.target, found.why) == (
        clock(),
        "anna",
        "editor",
        "approve",
        "plan 1",
        "weil",
    )


#: What a hand at the database could try.
ATTACKS = (
    "UPDATE decision SET why = 'anders'",
    "UPDATE decision SET why = why WHERE id = 1",
    "DELETE FROM decision",
    "DELETE FROM decision WHERE id = 1",
    "INSERT OR REPLACE INTO decision (id, at, who, what, target, why, role) VALUES (1, 'x', 'x', 'x', 'x', 'x', '')",
    "REPLACE INTO decision (id, at, who, what, target, why, role) VALUES (1, 'x', 'x', 'x', 'x', 'x', '')",
    "INSERT INTO decision (id, at, who, what, target, why, role) VALUES (1, 'x', 'x', 'x', 'x', 'x', '')"
    " ON CONFLICT (id) DO UPDATE SET why = 'anders'",
    "TRUNCATE decision",
    "TRUNCATE decision CASCADE",
)


@pytest.mark.parametrize("statement", ATTACKS)
def test_the_database_refuses_to_rewrite_the_log(store: Store, statement: str) -> None:
    write(store, 2)
    before = store.decisions()

    with pytest.raises(DBAPIError), store.database.write() as connection:
        connection.execute(text(statement))

    assert store.decisions() == before


def test_the_log_can_still_be_added_to(store: Store) -> None:
    """Control: it is the rewriting that is refused."""
    write(store, 2)

    with store.database.write() as connection:
        connection.execute(
            text("INSERT INTO decision (at, who, what, target, why, role) VALUES ('2026-11-22T04:00:00.000000Z','b','w','t','y','')")
        )

    assert len(store.decisions()) == 3


def test_newest_first_and_from_a_number_on(store: Store) -> None:
    write(store, 5)

    assert [each.target for each in store.decisions(limit=2)] == ["plan 5", "plan 4"]
    fourth = store.decisions(limit=2)[1].id
    assert [each.target for each in store.decisions(since=fourth)] == ["plan 5"]


def test_the_export_has_every_line_oldest_first(store: Store) -> None:
    write(store, 1203)

    lines = list(csv.DictReader(io.StringIO(decisions_csv(store.all_decisions()))))

    assert [each["target"] for each in lines] == [f"plan {number}" for number in range(1, 1204)]
    assert lines[0] == {
        "number": lines[0]["number"],
        "at": "2026-11-22T04:00:00Z",
        "who": "anna",
        "role": "editor",
        "what": "approve",
        "target": "plan 1",
        "why": "weil",
    }


@pytest.mark.parametrize("why", ["=1+1", "+cmd", "-2", "@SUM(A1)", "＝1"])
def test_the_export_holds_no_formula(store: Store, why: str) -> None:
    write(store, why=why)

    (line,) = csv.DictReader(io.StringIO(decisions_csv(store.all_decisions())))
    assert line["why"] == "'" + why


def items(key: str) -> tuple[Quarantined, ...]:
    finding = Finding(code="personal-name", message="Name", table="bench", key=key, field="place")
    return (Quarantined(table="bench", key=key, digest="d" + key, findings=(finding,), acceptable=True),)


def all_text(store: Store) -> str:
    return decisions_csv(store.all_decisions())


def test_no_key_of_a_row_gets_into_the_log_by_a_decision_on_the_pruefliste(store: Store) -> None:
    store.save_quarantine("gruenamt", 1, items(CANARY), ["bench"])

    store.consent(QUARANTINE, 1, Person("anna"), "erste", target="quarantine 1: bench", concludes=False)
    store.decide_quarantine(1, True, "anna", "geprüft", role="releaser")
    store.decide_quarantine(1, False, "bernd", "doch nicht")

    assert CANARY in store.quarantine_item(1).key, "control: the list itself knows the row"
    assert CANARY not in all_text(store)
    assert "quarantine 1: bench" in all_text(store)


def test_no_key_of_a_row_gets_into_the_log_by_withdrawing_it(world: World) -> None:
    world.harvest(bench("b1"), bench(CANARY, place=CANARY))

    world.publisher.withdraw("baenke", row=CANARY, reason="Enthielt einen Namen.", by="anna", role="releaser")

    assert CANARY not in all_text(world.store)
    (found,) = world.store.decisions()
    assert found.target == f"baenke, row {key_mark(CANARY)}"
    assert (found.who, found.role) == ("anna", "releaser")


def test_the_mark_of_a_key_tells_whether_it_was_this_one() -> None:
    assert len(key_mark("b1")) == 12
    assert key_mark("b1") == key_mark("b1") != key_mark("b2")


@pytest.fixture
def waiting(store: Store) -> Store:
    store.save_quarantine("gruenamt", 1, items("b1"), ["bench"])
    return store


def test_a_word_counts_once_however_often_it_is_said(waiting: Store) -> None:
    target = "quarantine 1: bench"

    waiting.consent(QUARANTINE, 1, Person("Anna"), "gut", target=target, concludes=False)
    words = waiting.consent(QUARANTINE, 1, Person(" anna "), "noch einmal", target=target, concludes=False)

    assert [each.by.name for each in words] == ["Anna"]
    assert [each.what for each in waiting.decisions()] == ["consent"]
    both = waiting.consent(QUARANTINE, 1, Person("Bernd", "editor"), "auch gut", target=target, concludes=False)
    assert [(each.by.name, each.by.role) for each in both] == [("Anna", ""), ("Bernd", "editor")]


def test_the_word_that_concludes_is_left_to_the_decision(waiting: Store) -> None:
    """Else the log would say it twice."""
    alone = waiting.consent(QUARANTINE, 1, Person("Anna"), "gut", target="t", concludes=True)
    concluding = waiting.consent(QUARANTINE, 1, Person("Bernd"), "gut", target="t", concludes=True)

    assert [each.by.name for each in alone] == [each.by.name for each in concluding] == ["Anna"]
    assert [each.who for each in waiting.decisions()] == ["Anna"]


@pytest.mark.parametrize("accept", [True, False])
def test_a_decision_uses_up_the_words(waiting: Store, accept: bool) -> None:
    """Whoever said yes before somebody said no has to say it again."""
    waiting.consent(QUARANTINE, 1, Person("Anna"), "gut", target="quarantine 1: bench", concludes=False)

    waiting.decide_quarantine(1, accept, "bernd", "entschieden")

    assert waiting.consents() == ()
    assert [each.what for each in waiting.decisions()] == ["accept" if accept else "reject", "consent"]
