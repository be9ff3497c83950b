"""Rows of a network: what is found out once for many of them is the same as found out for each."""

import weakref
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.sensors.intervals import is_over, stated
from harvesters.sensors.layers import Network
from harvesters.sensors.observed import Datastream, StatedUnit, Station
from harvesters.sensors.rows import Rows
from harvesters.sensors.walk import Registered, SensorRecord, walked
from schemas.districts import Assigned
from schemas.errors import SourceError, WrongValue
from schemas.values import Text

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NETWORK = Network(prefix="netz", title=Text(de="Netz"))
words = st.sampled_from(["", "Markt", "Ozon", "µg/m³", "PT15M"])
moments = st.sampled_from([None, NOW, NOW - timedelta(days=400), NOW - timedelta(days=31)])


class Halves:
    """North and south of a line; nothing in the west."""

    def at(self, longitude: float, latitude: float) -> Assigned | None:
        return Assigned(district_id="nord" if latitude > 49.44 else "sued") if longitude > 7.7 else None


places = st.sampled_from([(None, None), (7.75, 49.45), (7.75, 49.43), (7.6, 49.43)])
stations = st.builds(
    lambda number, place, name, until: Station(id=str(number), longitude=place[0], latitude=place[1], name=name, until=until),
    st.integers(0, 3),
    places,
    words,
    st.sampled_from(["", "2020"]),
)
units = st.builds(StatedUnit, name=words, symbol=words, code=words)
streams = st.builds(
    Datastream,
    id=st.integers(0, 9).map(str),
    station=st.just(""),
    name=words,
    property=words,
    unit=units,
    aggregation=words,
    begin=moments,
    end=moments,
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(stations, streams), max_size=6), st.sampled_from([0.0, 250.0]))
def test_a_row_does_not_depend_on_the_rows_before_it(pairs: list[tuple[Station, Datastream]], metres: float) -> None:
    def rows() -> Rows:
        return Rows(prefix="netz", now=NOW, districts=Halves(), metres=metres)

    shared = rows()
    again = [pair for pair in pairs for _ in range(2)]
    together = [shared.made(stream, station, table="t", origin="o") for station, stream in again]
    assert together == [rows().made(stream, station, table="t", origin="o") for station, stream in again]


def test_the_district_is_that_of_the_position_that_is_published() -> None:
    """Coarsened to the middle of a cell that lies across the line, the station is where readers see it."""
    house = Station(id="1", longitude=7.75, latitude=49.4401)
    stream = Datastream(id="1", station="1")

    def row(metres: float) -> dict[str, object]:
        return dict(Rows(prefix="n", now=NOW, districts=Halves(), metres=metres).made(stream, house, table="t", origin="o").values)

    assert (row(0)["district_id"], row(0)["district_basis"]) == ("nord", "calculated")
    assert row(5_000)["district_id"] == ("nord" if float(str(row(5_000)["latitude"])) > 49.44 else "sued")
    assert row(5_000)["latitude"] != house.latitude


@pytest.mark.parametrize(
    ("silent", "step", "over"),
    [(30, "", False), (31, "", True), (31, "PT15M", True), (31, "P7D", False), (69, "P7D", False), (71, "P7D", True)],
)
def test_a_series_is_over_after_ten_intervals_and_thirty_days(silent: int, step: str, over: bool) -> None:
    assert is_over(NOW - timedelta(days=silent), stated(step), NOW) is over


def test_a_registry_lets_go_of_each_record_and_still_names_what_nobody_took() -> None:
    held: list[weakref.ref[SensorRecord]] = []

    def read(record: SensorRecord) -> tuple[Station, Datastream]:
        number = record.take("id", int)
        if number == 2:
            raise WrongValue("»id«")
        return Station(id="1"), Datastream(id=str(number), station="1")

    def one_by_one() -> Iterator[SensorRecord]:
        for fields in ({"id": 1}, {"id": 2}, {"id": 3, "neu": 1}):
            record = SensorRecord(fields, origin=f"o{fields['id']}", read=read)
            held.append(weakref.ref(record))
            yield record

    found = Registered(one_by_one())
    assert [each() for each in held] == [None, None, None]
    assert [(error.detail, origin) for error, origin, _ in found.broken] == [("»id«", "o2")]

    handed_on = [each for each in walked(NETWORK, found, now=NOW) if isinstance(each, SensorRecord)]
    assert [(each.mapped().key, each.origin, each.unread) for each in handed_on] == [("netz-1", "o1", ()), ("netz-3", "o3", ("neu",))]


def test_what_is_learned_reaches_its_datastream_alone() -> None:
    found = Registered(SensorRecord({"id": each}, origin="o", read=_numbered) for each in range(3))
    beat = stated("PT15M")
    assert beat is not None
    found.learn({"1": beat})
    assert [each.beat for each in found.streams] == [None, beat, None]


def _numbered(record: SensorRecord) -> tuple[Station, Datastream]:
    return Station(id="1"), Datastream(id=str(record.take("id", int)), station="1")


def test_a_registry_without_a_datastream_is_an_error() -> None:
    with pytest.raises(SourceError, match="keine einzige Messreihe"):
        Registered(iter(()))
