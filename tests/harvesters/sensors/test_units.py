"""Units and observed properties: one table, many spellings, no guesses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.sensors.observed import StatedUnit
from harvesters.sensors.properties import observed
from harvesters.sensors.units import unit_by_ucum, unit_of
from schemas.values import Theme


@pytest.mark.parametrize(
    ("stated", "ucum"),
    [
        (StatedUnit(symbol="°C"), "Cel"),
        (StatedUnit(name="Degree Celsius", symbol="degC"), "Cel"),
        (StatedUnit(code="http://www.qudt.org/qudt/owl/1.0.0/unit/Instances.html#DegreeCelsius"), "Cel"),
        (StatedUnit(code="http://qudt.org/vocab/unit/DEG_C"), "Cel"),
        (StatedUnit(code="ucum:Cel"), "Cel"),
        (StatedUnit(code="CEL"), "Cel"),
        (StatedUnit(code="GQ"), "ug/m3"),
        (StatedUnit(code="GP"), "mg/m3"),
        (StatedUnit(code="G51"), "L/s"),
        (StatedUnit(code="MTR"), "m"),
        (StatedUnit(code="MMT"), "mm"),
        (StatedUnit(symbol="µg/m³"), "ug/m3"),
        (StatedUnit(symbol="μg/m3"), "ug/m3"),
        (StatedUnit(symbol="ug/m^3"), "ug/m3"),
        (StatedUnit(symbol="W/m²"), "W/m2"),
        (StatedUnit(symbol="%"), "%"),
        (StatedUnit(name="Prozent"), "%"),
        (StatedUnit(name="Anzahl"), "1"),
        (StatedUnit(symbol="m/s"), "m/s"),
        (StatedUnit(symbol="hPa", code="unbekannt"), "hPa"),
    ],
)
def test_one_unit_whatever_it_is_called(stated: StatedUnit, ucum: str) -> None:
    found = unit_of(stated)
    assert found is not None
    assert (found.ucum, found) == (ucum, unit_by_ucum(ucum))
    assert found.qudt.startswith("http://qudt.org/vocab/unit/")
    assert found.label.de
    assert found.label.en


@pytest.mark.parametrize("stated", [StatedUnit(), StatedUnit(symbol="Furlong"), StatedUnit(name="null"), StatedUnit(code="XX9")])
def test_what_nobody_knows_is_not_guessed(stated: StatedUnit) -> None:
    assert unit_of(stated) is None


@given(st.text(), st.text(), st.text())
def test_any_text_is_a_unit_or_none(name: str, symbol: str, code: str) -> None:
    found = unit_of(StatedUnit(name=name, symbol=symbol, code=code))
    assert found is None or found == unit_by_ucum(found.ucum)


@pytest.mark.parametrize(
    ("name", "definition", "key"),
    [
        ("Temperature", "", "lufttemperatur"),
        ("PM 2.5", "", "feinstaub-pm25"),
        ("Stoff A", "http://example.org/def/NO2", "stickstoffdioxid"),
        ("Anzahl_Kfz", "", "kfz"),
        ("relativeHumidity", "", "luftfeuchte"),
    ],
)
def test_what_is_observed_has_one_german_name_and_a_theme(name: str, definition: str, key: str) -> None:
    found = observed(name, definition)
    assert found is not None
    assert found.key == key
    assert found.theme in (Theme.ENVIRONMENT, Theme.TRANSPORT, Theme.ENERGY)


def test_an_unknown_property_is_none() -> None:
    assert observed("Gammablitze", "http://example.org/x") is None
