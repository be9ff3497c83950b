"""The clock is wrong, is set while a harvest runs, or shows an hour twice: nothing is lost, nothing comes twice."""

from datetime import UTC, datetime, timedelta

import pytest

from api.scheduler import Clockwork
from catalog.plan import Outcome
from harvesters.harvester import SourceConfig
from tests.faults.child import harvest_while_the_clock_jumps, in_child
from tests.faults.city import SOURCES, City, csv, projects
from tests.faults.table import SOURCE_FAULTS

YEAR = timedelta(days=365)
#: The nights of 2027 in which 02:30 does not exist, and exists twice, in Kaiserslautern.
NIGHTS = {"spring": datetime(2027, 3, 27, 22, 0, tzinfo=UTC), "autumn": datetime(2027, 10, 30, 22, 0, tzinfo=UTC)}


@pytest.mark.parametrize("jump", [YEAR, -YEAR], ids=["forward", "back"])
@pytest.mark.parametrize("after", [2, 9, 30])
def test_the_clock_is_set_during_a_harvest(jump: timedelta, after: int, city: City) -> None:
    city.well(netz="Umgetauft")
    city.now += timedelta(days=1)

    records = {each.source: each for each in in_child(harvest_while_the_clock_jumps, city.errand(), jump, after)}

    assert {name: each.outcome for name, each in records.items()} == {
        "ablage": Outcome.UNCHANGED,
        "netz": Outcome.OK,
        "seiten": Outcome.UNCHANGED,
    }
    for each in records.values():
        assert each.finished_at is not None
        assert timedelta(0) <= each.finished_at - each.started_at < timedelta(hours=1), "measured by a clock that nobody can set"
    assert city.rows("netz")["n01"][1]["title"] == "Umgetauft"
    assert {each.outcome for each in city.harvest().values()} == {Outcome.UNCHANGED}


@pytest.mark.parametrize("jump", [400, -400], ids=["forward", "back"])
def test_the_clock_is_set_between_two_harvests(jump: int, city: City, before: dict[str, str]) -> None:
    """Nothing that the source still has is removed; what is published keeps its numbers, and the newest state is the newest edition."""
    assert {each.outcome for each in city.harvest(days=jump).values()} == {Outcome.UNCHANGED}
    assert city.catalogue() == before
    city.well(netz="Umgetauft")

    assert city.harvest(days=0)["netz"].outcome is Outcome.OK

    after = city.catalogue()
    assert all(after[each] == digest for each, digest in before.items() if "/editions/" in each)
    assert city.rows("netz").keys() == {f"n{number:02}" for number in range(1, 11)}
    with city.store() as store:
        numbers = [each.number for each in store.editions("projekte")]
        times = [each.created_at for each in store.editions("projekte")]
    assert numbers == sorted(numbers, reverse=True)
    assert times == sorted(times, reverse=True), "an edition is never older than the one before it"


def test_a_clock_set_back_keeps_a_missing_row(city: City) -> None:
    """Missed in a year that was none: it counts from there, and no sooner."""
    city.serve("projekte.csv", csv(projects("n", 10, without=(5,))))
    city.harvest(days=400)
    assert city.rows("netz")["n05"][0] == "missing"

    city.harvest(days=-399)

    assert city.rows("netz")["n05"][0] == "missing"
    city.well()
    assert city.harvest()["netz"].counts["returned"] == 1
    assert city.rows("netz")["n05"][0] == "current"


def test_a_clock_set_back_does_not_make_a_host_rest_for_a_year(city: City) -> None:
    next(each for each in SOURCE_FAULTS if each.name == "503 with Retry-After").act(city)
    city.harvest(days=365)
    city.well()

    assert city.harvest(days=-364)["netz"].outcome is Outcome.UNCHANGED


def _sources() -> tuple[SourceConfig, ...]:
    return tuple(SourceConfig(name=each, title=each, kind="files", url="", folder=City, schedule="30 2 * * *") for each in SOURCES)  # type: ignore[arg-type]  # nobody looks at the folder


@pytest.mark.parametrize("night", NIGHTS)
def test_the_night_in_which_the_clocks_change(night: str, city: City, before: dict[str, str]) -> None:
    """Half past two does not exist, or exists twice: every source is harvested once, and the catalogue is the same afterwards."""
    city.now = NIGHTS[night]
    harvested: list[tuple[str, datetime]] = []

    def harvest(source: SourceConfig) -> None:
        harvested.append((source.name, city.now))
        assert city.harvest(days=0, sources=(source.name,))[source.name].outcome is Outcome.UNCHANGED

    with city.store() as store:
        clockwork = Clockwork(_sources(), store, harvest, clock=lambda: city.now, monotonic=lambda: city.now.timestamp())
        clockwork.heartbeat()
        for each in SOURCES:
            store.fire(each, clockwork.triggers[each].last_until(city.now) or city.now)  # yesterday's
        for _ in range(6 * 4):
            city.now += timedelta(minutes=15)
            clockwork.heartbeat()
            for each in SOURCES:
                clockwork.tick(each)

    assert sorted(name for name, _ in harvested) == sorted(SOURCES)
    assert city.catalogue() == before


def test_two_harvests_in_the_hour_that_comes_twice(city: City) -> None:
    """02:30 and 02:30, an hour apart: two editions in their order."""
    city.now = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    for hour, title in enumerate(("Erste", "Zweite")):
        city.well(netz=title)
        assert city.harvest(days=hour / 24)["netz"].outcome is Outcome.OK

    with city.store() as store:
        newest, second, *_ = store.editions("projekte")
    assert newest.number == second.number + 1
    assert newest.created_at - second.created_at == timedelta(hours=1)
    assert city.rows("netz")["n01"][1]["title"] == "Zweite"
