"""The district of a row, where its source gives a position and says nothing of a district."""

from dataclasses import replace

from schemas.districts import Districts
from schemas.row import Row


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
