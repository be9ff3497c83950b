"""Whoever knows a project by another name finds it, and is told what nobody has confirmed."""

from collections.abc import Sequence

from api.web.participation.names import names_of
from api.web.participation.pages import Name
from api.web.published import PublishedValues
from schemas.aliases import Aliases, Named

DIALOG: PublishedValues = {"id": "dialog", "title": "Dialog Zivilgesellschaft"}
CITY_TALK: PublishedValues = {"id": "stadtdialog", "title": "Lautrer Stadtdialog"}
PLACE: PublishedValues = {"id": "platz", "title": "Stadt.Raum.Wir.", "former_titles": "Dritter Ort"}
ALIASES = Aliases(
    [
        Named(
            id="stadtdialog", table="project", names=("Lautrer Stadtdialog", "Dialog Zivilgesellschaft", "Stadt-Dialog"), confirmed=False
        ),
        Named(id="platz", table="project", names=("Stadt Raum Wir", "DRITTER ORT", "Dritte Orte")),
        Named(id="platz", table="process", names=("Platzumfrage",)),
    ]
)


def rows() -> Sequence[PublishedValues]:
    return (DIALOG, CITY_TALK, PLACE)


def test_a_name_is_told_once_however_it_is_spelled() -> None:
    assert names_of("project", PLACE, ALIASES, rows) == (Name(name="Dritte Orte", path="", confirmed=True),)


def test_two_projects_that_may_be_one_lead_to_each_other_and_stay_two() -> None:
    spelled = Name(name="Stadt-Dialog", path="", confirmed=False)

    assert names_of("project", CITY_TALK, ALIASES, rows) == (
        Name(name="Dialog Zivilgesellschaft", path="/projects/dialog", confirmed=False),
        spelled,
    )
    assert names_of("project", DIALOG, ALIASES, rows) == (
        Name(name="Lautrer Stadtdialog", path="/projects/stadtdialog", confirmed=False),
        spelled,
    )


def test_where_nothing_has_another_name_no_row_is_read() -> None:
    def unread() -> Sequence[PublishedValues]:
        raise AssertionError

    assert names_of("project", {"id": "radweg", "title": "Radweg"}, ALIASES, unread) == ()
