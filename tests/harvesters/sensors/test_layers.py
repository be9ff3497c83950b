"""Layers: few data sets that mean something, whose names stay."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from harvesters.sensors.layers import Layer, Network, layers_of, slug
from harvesters.sensors.observed import Datastream, StatedUnit, Station
from harvesters.sensors.rows import Rows, coarsened
from schemas.dates import PartialDate
from schemas.declaration import DATASET_NAME
from schemas.model import DataService, Period
from schemas.values import FileFormat, Frequency, Text, Theme

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NETWORK = Network(prefix="wetter", title=Text(de="Wetternetz", en="Weather network"))
STATION = Station(id="7", name="Rathaus", longitude=7.7689, latitude=49.4447)
CELSIUS = StatedUnit(symbol="°C")


def stream(number: int, property: str = "Temperature", unit: StatedUnit = CELSIUS, **more: object) -> Datastream:
    made = Datastream(id=str(number), station="7", property=property, unit=unit, begin=NOW - timedelta(days=400), end=NOW)
    return replace(made, **more)  # type: ignore[arg-type]  # test shorthand


def layers(*streams: Datastream, network: Network = NETWORK) -> dict[str, Layer]:
    return {each.declaration.name: each for each in layers_of(network, streams, {"7": STATION}, now=NOW)}


def test_one_data_set_for_each_property_and_unit_and_none_for_each_datastream() -> None:
    humid = StatedUnit(symbol="%")
    found = layers(*(stream(each) for each in range(5)), *(stream(each, "humidity", humid) for each in range(5, 9)))

    assert list(found) == ["wetter-luftfeuchte", "wetter-lufttemperatur"]
    assert [len(each.streams) for each in found.values()] == [4, 5]
    declaration = found["wetter-lufttemperatur"].declaration
    assert declaration.title == Text(de="Wetternetz: Lufttemperatur", en="Weather network: Air temperature")
    assert declaration.themes == (Theme.ENVIRONMENT,)
    assert declaration.series is not None
    assert declaration.series.name == "wetter"
    assert "5 an 1 Messstellen" in declaration.description.de


def test_another_unit_or_aggregation_is_another_layer() -> None:
    kelvin = StatedUnit(symbol="K")
    found = layers(
        *(stream(each) for each in range(3)),
        *(stream(each, unit=kelvin) for each in range(3, 6)),
        *(stream(each, aggregation="PT15M") for each in range(6, 9)),
    )
    assert len(found) == 3
    assert all(each.startswith("wetter-lufttemperatur") for each in found)


def test_no_two_layers_have_the_same_title() -> None:
    kelvin = StatedUnit(symbol="K")
    found = layers(
        *(stream(each) for each in range(3)),
        *(stream(each, unit=kelvin) for each in range(3, 6)),
        *(stream(each, "bicycles", layer="Fahrraeder_5-Min") for each in range(6, 8)),
        *(stream(each, "bicycles", layer="Fahrraeder_15-Min") for each in range(8, 10)),
        stream(10, "Ozone", layer="ozon"),
    )
    assert {each.declaration.title.de for each in found.values()} == {
        "Wetternetz: Lufttemperatur (°C)",
        "Wetternetz: Lufttemperatur (K)",
        "Wetternetz: Zahl der Fahrräder (Fahrraeder 5-Min)",
        "Wetternetz: Zahl der Fahrräder (Fahrraeder 15-Min)",
        "Wetternetz: Ozon",
    }
    assert all(each.declaration.table.title == each.declaration.title for each in found.values())


def test_the_key_of_the_source_comes_first_and_may_be_small() -> None:
    found = layers(*(stream(each) for each in range(3)), stream(9, layer="radzaehlung"))
    assert list(found) == ["wetter-lufttemperatur", "wetter-radzaehlung"]


def test_small_groups_are_put_together() -> None:
    found = layers(*(stream(each) for each in range(3)), stream(7, "NO2"), stream(8, "O3"))
    assert list(found) == ["wetter-lufttemperatur", "wetter-weitere"]
    assert len(found["wetter-weitere"].streams) == 2


def test_a_network_without_a_large_group_is_one_data_set() -> None:
    assert list(layers(stream(1), stream(2, "NO2"))) == ["wetter"]


def test_names_do_not_hang_on_titles_order_or_time() -> None:
    streams = [stream(each) for each in range(4)]
    renamed = replace(NETWORK, title=Text(de="Klimanetz"))
    assert list(layers(*streams)) == list(layers(*reversed(streams), network=renamed))


def test_a_series_begins_with_its_first_station_where_no_value_says_when() -> None:
    def begins(since: str, begin: datetime | None) -> Period | None:
        stations = {"7": replace(STATION, since=since)}
        (found,) = layers_of(NETWORK, [stream(each, begin=begin) for each in range(3)], stations, now=NOW)
        return found.declaration.temporal

    assert begins("2015-04", None) == Period(start=PartialDate("2015-04"))
    assert begins("2015-04", datetime(2020, 1, 2, tzinfo=UTC)) == Period(start=PartialDate("2020-01-02"))
    assert begins("", None) is None


def test_a_layer_of_which_nobody_knows_what_it_observes_has_a_keyword() -> None:
    (found,) = layers(*(stream(each, "Gammablitze") for each in range(3))).values()
    assert found.declaration.keywords == (Text(de="Messstellen", en="Measuring stations"),)


def test_an_open_series_has_no_end_and_a_closed_one_has() -> None:
    going_on = layers(*(stream(each) for each in range(3)))["wetter-lufttemperatur"].declaration.temporal
    over = layers(*(stream(each, end=NOW - timedelta(days=60)) for each in range(3)))["wetter-lufttemperatur"].declaration.temporal
    start = PartialDate((NOW - timedelta(days=400)).date().isoformat())

    assert going_on == Period(start=start)
    assert over == Period(start=start, end=PartialDate((NOW - timedelta(days=60)).date().isoformat()))


def test_nothing_moves_with_an_observation() -> None:
    """Neither description nor row: else the whole catalogue would change every night."""
    later = NOW + timedelta(minutes=15)
    before = layers(*(stream(each) for each in range(3)))["wetter-lufttemperatur"]
    streams = [stream(each, end=later) for each in range(3)]
    after = layers_of(NETWORK, streams, {"7": STATION}, now=later)[0]

    assert after.declaration == before.declaration
    for old, new in zip(before.streams, streams, strict=True):
        rows = [Rows(prefix="wetter", now=now).made(each, STATION, table="wetter", origin="x") for each, now in ((old, NOW), (new, later))]
        assert rows[0].digest == rows[1].digest


def test_what_the_source_states_of_time_is_the_resolution() -> None:
    declaration = next(iter(layers(*(stream(each, aggregation="PT15M") for each in range(3))).values())).declaration
    assert (declaration.resolution, declaration.frequency) == ("PT15M", Frequency.CONTINUOUS)
    silent = next(iter(layers(*(stream(each) for each in range(3))).values())).declaration
    assert (silent.resolution, silent.frequency) == ("", Frequency.UNKNOWN)


def test_a_description_that_others_have_published_is_named_and_not_made_again() -> None:
    record = "https://registry.gdi-de.org/id/de.hh/1"
    found = layers(*(stream(each, record=record) for each in range(3)))
    assert next(iter(found.values())).declaration.identifiers == (record,)


def test_each_layer_says_where_it_alone_can_be_asked_for() -> None:
    service = DataService(
        name="sta",
        title=Text(de="SensorThings"),
        description=Text(de="Schnittstelle"),
        endpoint_url="https://iot.example.org/v1.1/",
        formats=(FileFormat.JSON,),
        shared=True,
    )
    network = replace(NETWORK, services=(service,))
    found = layers_of(network, [stream(each) for each in range(3)], {"7": STATION}, now=NOW, access=lambda layer: f"https://x/{layer.key}")
    assert [each.access_url for each in found[0].declaration.services] == ["https://x/lufttemperatur"]


@given(st.text(max_size=80), st.text(max_size=80))
def test_two_keys_never_become_one_name(one: str, other: str) -> None:
    assert (slug(one) == slug(other)) == (one == other)
    assert DATASET_NAME.fullmatch(f"wetter-{slug(one)}")


def test_positions_of_private_homes_are_rounded_to_the_middle_of_a_cell() -> None:
    """No two homes of a cell can be told apart, and none lies more than half the diagonal away."""
    home = replace(STATION, longitude=7.768912, latitude=49.444734)
    found = coarsened(home, 500)
    assert found.longitude is not None
    assert found.latitude is not None
    assert (found.longitude, found.latitude) != (home.longitude, home.latitude)
    assert abs(found.latitude - 49.444734) * 111_320 <= 250 + 1
    assert abs(found.longitude - 7.768912) * 72_400 <= 250 + 2
    near = coarsened(replace(home, longitude=7.768913), 500)
    assert (near.longitude, near.latitude) == (found.longitude, found.latitude)
    assert "500 Metern" in found.position_basis
    assert coarsened(home, 0) == home


def test_units_and_durations_in_names_are_readable_and_in_titles_german() -> None:
    found = layers(*(stream(each, "NO2", StatedUnit(symbol="mg/m3"), aggregation="PT15M") for each in range(3)))
    assert list(found) == ["wetter-stickstoffdioxid-milligm-per-m3-pt15m"]
    title = next(iter(found.values())).declaration.title
    assert title == Text(de="Wetternetz: Stickstoffdioxid, 15 Minuten", en="Weather network: Nitrogen dioxide, 15 minutes")
