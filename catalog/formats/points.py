"""GeoJSON (RFC 7946): each row a feature, a point where the row has a position and null geometry where it has none."""

import json
from collections.abc import Mapping, Sequence

from catalog.formats.about import About
from catalog.formats.cells import Line, cells, text_of
from catalog.formats.pieces import joined
from schemas.row import Value
from schemas.table import Table


def position_fields(table: Table) -> tuple[str, str] | None:
    """Names of the fields that hold longitude and latitude (degrees, CRS84), or None."""
    found = {each.kind: each.name for each in reversed(table.fields) if each.kind in ("longitude", "latitude")}
    return (found["longitude"], found["latitude"]) if len(found) == 2 else None


def write_geojson(table: Table, rows: Sequence[Mapping[str, Value]], about: About) -> bytes:
    """A FeatureCollection; `id` is the key, properties hold all columns. Title and licence are foreign members
    (RFC 7946, 6.1), so that a file that travels alone still says what it is. Raises KeyError without position fields."""
    fields = position_fields(table)
    if fields is None:
        raise KeyError(f"{table.name}: longitude, latitude")
    head = {
        "type": "FeatureCollection",
        "title": about.title.de,
        "license": about.licence.iri,
        "attribution": about.attribution or about.publisher,
        "url": about.url,
    }
    features = (_json(_feature(table, fields, line)) for line in cells(table, rows))
    return joined(features, before=f'{_json(head)[:-1]},"features":[\n', between=",\n", after="\n]}\n")


_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def _feature(table: Table, fields: tuple[str, str], line: Line) -> dict[str, object]:
    properties = dict(zip(table.field_names, line, strict=True))
    feature: dict[str, object] = {"type": "Feature"}
    if table.key:
        feature["id"] = "/".join(text_of(properties[name]) for name in table.key)
    return feature | {"geometry": _point(*(properties[name] for name in fields)), "properties": properties}


def _point(longitude: Value, latitude: Value) -> dict[str, object] | None:
    """Null when one of the two is missing or is no place on earth."""
    match longitude, latitude:
        case (int() | float() as x, int() | float() as y) if abs(x) <= 180 and abs(y) <= 90:
            return {"type": "Point", "coordinates": [x, y]}
    return None
