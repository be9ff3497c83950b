"""Each action with each role: what a role may not do has no button, and the form is refused all the same."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from api.admin.app import PLACES
from catalog.tokens import Role
from tests.api.admin.office import Office, Person
from tests.api.places import EVENTS, FEW


def held_plan(bureau: Office) -> str:
    bureau.harvest()
    return "/plans/1"


def open_item(bureau: Office) -> str:
    """Accepting it takes one person only: nothing personal, but a count that is too small needs two, so `second_person` is off here."""
    bureau.harvest(FEW)
    return "/quarantine/1"


def upload_form(bureau: Office) -> str:
    return "/upload/termine"


def uploaded_file(bureau: Office) -> str:
    editor = bureau.person(Role.EDITOR, "Hochladende")
    editor.see("/upload/termine")
    return str(editor.upload("termine", "events.csv", EVENTS.encode(), replaces="events.csv").headers["location"])


def statistic(bureau: Office) -> str:
    """Of nothing yet: it is counted, and held."""
    return "/cubes/ideen"


@dataclass(frozen=True)
class Action:
    prepare: Callable[[Office], str]  #: makes what is decided on; the page it is shown on
    step: str  #: end of the address
    needs: Role
    button: str


ACTIONS = (
    Action(held_plan, "approve", Role.RELEASER, ">Freigeben</button>"),
    Action(held_plan, "reject", Role.EDITOR, ">Ablehnen</button>"),
    Action(open_item, "accept", Role.EDITOR, ">Annehmen</button>"),
    Action(open_item, "reject", Role.EDITOR, ">Ablehnen</button>"),
    Action(upload_form, "file", Role.EDITOR, ">Hochladen und Änderungen zeigen</button>"),
    Action(uploaded_file, "plan", Role.EDITOR, ">Plan neu berechnen</button>"),
    Action(uploaded_file, "release", Role.RELEASER, ">Freigeben</button>"),
    Action(uploaded_file, "discard", Role.EDITOR, ">Verwerfen</button>"),
    Action(statistic, "plan", Role.EDITOR, ">Zählen</button>"),
    Action(statistic, "publish", Role.RELEASER, ">Veröffentlichen</button>"),
)
PAIRS = [(action, role) for action in ACTIONS for role in Role]


def name(pair: object) -> str:
    return f"{pair.prepare.__name__}-{pair.step}" if isinstance(pair, Action) else str(getattr(pair, "value", pair))


def send(person: Person, path: str, action: Action) -> int:
    if action.step == "file":
        return person.upload("termine", "events.csv", EVENTS.encode()).status_code
    return person.decide(f"{path}/{action.step}").status_code


@pytest.mark.parametrize(("action", "role"), PAIRS, ids=name)
def test_a_role_decides_what_it_may_and_nothing_else(bureau: Office, action: Action, role: Role) -> None:
    path = action.prepare(bureau)
    person = bureau.person(role)
    before = len(bureau.found.store.decisions())
    may = role.may(action.needs)

    page = person.see(path)
    status = send(person, path, action)

    assert (action.button in page.text) is may
    assert status == (303 if may else 403)
    if not may:
        assert len(bureau.found.store.decisions()) == before
        assert bureau.published() == {}


def test_every_address_that_changes_something_is_in_the_table_above() -> None:
    changing = {each.path.rpartition("/")[2]: each.needs for each in PLACES if each.changes and not each.path.startswith("/plans")}

    assert {each.path for each in PLACES if each.changes} == {
        "/plans/{number}/approve",
        "/plans/{number}/reject",
        "/quarantine/{number}/accept",
        "/quarantine/{number}/reject",
        "/upload/{name}/file",
        "/uploads/{id}/plan",
        "/uploads/{id}/release",
        "/uploads/{id}/discard",
        "/cubes/{name}/plan",
        "/cubes/{name}/publish",
    }
    assert len(ACTIONS) == sum(each.changes for each in PLACES)
    assert changing == {each.step: each.needs for each in ACTIONS if each.prepare is not held_plan}


def test_a_reader_sees_everything(bureau: Office) -> None:
    bureau.harvest(FEW)
    reader = bureau.person(Role.READER)

    for path in (
        "/",
        "/sources",
        "/runs",
        "/runs/1",
        "/plans",
        "/plans/1",
        "/quarantine",
        "/quarantine/1",
        "/upload",
        "/decisions",
        "/cubes",
        "/cubes/ideen",
    ):
        page = reader.see(path)
        assert page.status_code == 200, path
        assert page.text.count('<form method="post"') == 1, "only the one for logging out"
