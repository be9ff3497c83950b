"""The district of a row, where its source gives a position and says nothing of a district."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace

from schemas.districts import Districts
from schemas.row import Row

_CALCULATED = "calculated"


def with_district(row: Row, districts: Districts | None) -> Row:
    """The same row, with `district_id` and `district_basis` from its `longitude` and `latitude` (degrees, CRS84) where it has all four
    fields. What a source states stays as it is; without boundaries, or outside all of them, so does everything."""
    longitude, latitude = row.values.get("longitude"), row.values.get("latitude")
    stated = row.values.get("district_id") or row.values.get("district_basis")
    if districts is None or stated or not {"district_id", "district_basis"} <= row.values.keys():
        return row
    if not (isinstance(longitude, int | float) and isinstance(latitude, int | float)):
        return row
    found = districts.at(longitude, latitude)
    if found is None:
        return row
    return replace(row, values={**row.values, "district_id": found.district_id, "district_basis": found.basis})


def without_unpublished(rows: Iterable[Row], known: Collection[str]) -> tuple[list[Row], Counter[str]]:
    """The same rows, without a calculated district that is none of `known`, and how many rows that are by district: a station is not lost
    for a reference that nobody has published yet. What a source states is its own to answer for."""
    found: list[Row] = []
    left: Counter[str] = Counter()
    for each in rows:
        district = each.values.get("district_id")
        if isinstance(district, str) and district not in known and each.values.get("district_basis") == _CALCULATED:
            left[district] += 1
            each = replace(each, values={**each.values, "district_id": None, "district_basis": None})
        found.append(each)
    return found, left
