"""What one event says, and the row it becomes: places, states, modes, districts."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from harvesters.events.happening import Happening, place_of, position_of, row_of, status_said
from harvesters.events.options import EventsOptions
from harvesters.events.spans import span_of
from harvesters.harvester import SourceConfig
from schemas.districts import Assigned
from schemas.errors import MissingField, WrongValue
from schemas.personal_data import Detector

SOURCE = SourceConfig(name="termine", title="Termine", kind="events", url="https://stadt.example/", folder=Path())
DIALOG = Happening(title="Stadtdialog", span=span_of(date(2027, 3, 10)))


class Core:
    """Boundaries of a city with one district."""

    def at(self, longitude: float, latitude: float) -> Assigned | None:
        return Assigned(district_id="innenstadt") if 7.7 < longitude < 7.8 and 49.4 < latitude < 49.5 else None


def row(happening: Happening, source: SourceConfig = SOURCE, **options: Any) -> dict[str, object]:
    return dict(row_of(happening, key="t-1", origin="a", options=EventsOptions(form="tribe", **options), source=source).values)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("Rathaus, Willy-Brandt-Platz 1, 67657 Kaiserslautern", "Rathaus, Kaiserslautern"),
        ("Rathaus\nWilly-Brandt-Platz 1\n67657 Kaiserslautern\nDeutschland", "Rathaus, Kaiserslautern"),
        ("Rathausfoyer, Willy-Brandt-Platz 1, Kaiserslautern, 67653, Germany", "Rathausfoyer, Kaiserslautern"),
        ("Rathaus, Raum 12, Willy-Brandt-Platz 1, 67657 Kaiserslautern", "Rathaus, Raum 12, Kaiserslautern"),
        ("Rathaus, Raum 12", "Rathaus, Raum 12"),
        ("Ahornweg 3, 67655 Kaiserslautern", "Ahornweg 3, 67655 Kaiserslautern"),
        ("Ahornweg 3", ""),
        ("Ahornweg 3 a, Kaiserslautern", "Kaiserslautern"),
        ("Am Vogelgesang 12, Siegelbach", "Siegelbach"),
        ("Ahornweg 3, Hinterhaus 2, 67655 Kaiserslautern", "Kaiserslautern"),
        ("Saal 3", "Saal 3"),
        ("Rathaus, Ahornweg 3", "Rathaus, Ahornweg 3"),
        ("https://konferenz.example/raum?pwd=geheim", "online"),
        ("Rathaus und Zoom: https://konferenz.example/raum?pwd=geheim", "Rathaus und Zoom: online"),
        ("  Fruchthalle &amp; Garten ", "Fruchthalle & Garten"),
        ("", ""),
    ],
)
def test_a_place_is_its_name_and_its_town(said: str, place: str) -> None:
    assert place_of(said) == place


def test_an_address_that_stands_alone_is_looked_at_by_a_person() -> None:
    """It may be somebody's home; that of a named place is gone."""
    assert Detector().find(place_of("Ahornweg 3, 67655 Kaiserslautern"))
    assert not Detector().find(place_of("Rathaus, Willy-Brandt-Platz 1, 67657 Kaiserslautern"))


def test_a_house_without_a_name_can_be_given_one() -> None:
    places = {"Ahornweg 3,  67655 Kaiserslautern": "Bürgerhaus"}

    assert row(replace(DIALOG, place="ahornweg 3\n67655 Kaiserslautern"), places=places)["place"] == "Bürgerhaus"
    assert row(replace(DIALOG, place="Ahornweg 5"), places=places)["place"] is None


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("Abgesagt: Bürgerdialog", "cancelled"),
        ("+++ ENTFÄLLT +++ Rundgang", "cancelled"),
        ("Verschoben! Rundgang", "postponed"),
        ("Wenn nichts abgesagt wird", ""),
        ("Abgesagte Konzerte: eine Ausstellung", ""),
    ],
)
def test_a_title_that_begins_with_its_status_says_it(title: str, status: str) -> None:
    assert status_said(title) == status
    assert row(replace(DIALOG, title=title))["status"] == (status or None)


def test_what_the_source_states_comes_before_its_title() -> None:
    assert row(replace(DIALOG, title="Abgesagt: Dialog", status="postponed"))["status"] == "postponed"


@pytest.mark.parametrize(
    ("categories", "mode"),
    [
        ((), "analog"),
        (("online",), "digital"),
        (("Online", "Vor Ort"), "hybrid"),
        (("Hybrid", "Online"), "unknown"),
        (("Kunst",), "analog"),
    ],
)
def test_the_mode_comes_from_categories_where_the_source_says_none(categories: tuple[str, ...], mode: str) -> None:
    modes = {"Online": "digital", "Vor Ort": "analog", "Hybrid": "hybrid"}
    assert row(replace(DIALOG, categories=categories), modes=modes, mode="analog")["mode"] == mode
    assert row(replace(DIALOG, categories=categories, mode="hybrid"), modes=modes)["mode"] == "hybrid"


def test_a_mode_nobody_states_is_unknown() -> None:
    assert row(DIALOG)["mode"] == "unknown"
    assert row(replace(DIALOG, place="https://konferenz.example/raum"))["mode"] == "digital"


def test_a_position_gives_the_district_where_there_are_boundaries() -> None:
    placed = replace(DIALOG, position=position_of("49.4447", 7.7689))
    assert row(placed, replace(SOURCE, districts=Core()))["district_id"] == "innenstadt"
    assert row(placed, replace(SOURCE, districts=Core()))["district_basis"] == "calculated"
    assert row(placed)["district_id"] is None
    assert row(replace(DIALOG, position=(8.0, 50.0)), replace(SOURCE, districts=Core()))["district_id"] is None


@pytest.mark.parametrize("position", [("0", "0"), ("91", "7"), ("nan", "7"), ("inf", "7"), ("", ""), (None, None), ("49,4", "7,7")])
def test_what_is_no_place_on_earth_is_none(position: tuple[object, object]) -> None:
    assert position_of(*position) is None


def test_rows_belong_to_the_process_and_the_project_that_are_named() -> None:
    made = row(DIALOG, process_id="leitlinien", project_id="stadtdialog")
    assert (made["process_id"], made["project_id"]) == ("leitlinien", "stadtdialog")


def test_every_option_is_explained() -> None:
    explained = (Path(__file__).parents[3] / "docs" / "harvesters" / "events.md").read_text(encoding="utf-8")
    for name in EventsOptions.model_fields:
        assert f"`{name}`" in explained, name


def test_an_event_without_a_title_has_no_row() -> None:
    with pytest.raises(MissingField):
        row(replace(DIALOG, title=" <br> "))


def test_days_at_the_ends_of_the_calendar_are_refused() -> None:
    for moment in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:00-23:59"):
        with pytest.raises(WrongValue):
            span_of(datetime.fromisoformat(moment))
