"""Districts of rows: calculated from a position where the source says nothing, and never against what it says."""

import pytest
from shapely.geometry import box

from harvesters.located import with_district
from schemas.boundaries import Boundaries
from schemas.row import Row, Value

DISTRICTS = Boundaries({"moelschbach": box(7.80, 49.37, 7.84, 49.39)})


def station(**values: Value) -> Row:
    place: dict[str, Value] = {"longitude": 7.8225, "latitude": 49.38, "district_id": None, "district_basis": None}
    return Row(table="station", key="s1", values={"id": "s1", **place, **values})


def test_a_position_without_a_district_gets_the_one_it_lies_in() -> None:
    found = with_district(station(), DISTRICTS)

    assert (found.values["district_id"], found.values["district_basis"]) == ("moelschbach", "calculated")
    assert tuple(found.values) == tuple(station().values)


@pytest.mark.parametrize(
    "said", [{"district_id": "innenstadt", "district_basis": "stated"}, {"district_id": "innenstadt"}, {"district_basis": "assumed"}]
)
def test_what_a_source_states_is_never_overwritten(said: dict[str, Value]) -> None:
    assert with_district(station(**said), DISTRICTS) == station(**said)


@pytest.mark.parametrize("where", [{"latitude": None}, {"longitude": 7.0}, {"longitude": "7,8"}])
def test_without_a_usable_position_nothing_is_said(where: dict[str, Value]) -> None:
    assert with_district(station(**where), DISTRICTS) == station(**where)


def test_without_boundaries_nothing_changes() -> None:
    assert with_district(station(), None) == station()


def test_a_table_that_knows_no_basis_stays_as_it_is() -> None:
    row = Row(table="district", key="d", values={"id": "d", "longitude": 7.8225, "latitude": 49.38})

    assert with_district(row, DISTRICTS) is row
