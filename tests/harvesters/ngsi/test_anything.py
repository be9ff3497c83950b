"""Whatever a broker says, the filter does not fail over one entity, and filters nothing further the second time."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.ngsi.keeping import Keeping
from harvesters.ngsi.reading import Reading
from schemas.errors import RecordError

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
_NAMES = st.sampled_from(
    [
        "type",
        "value",
        "object",
        "unitCode",
        "observedAt",
        "metadata",
        "coordinates",
        "location",
        "temperature",
        "dateObserved",
        "name",
        "@value",
        "servesDataset",
        "controlledProperty",
        "relativeHumidity",
        "https://a.example/no2",
        "languageMap",
        "de",
        "geometry",
        "x",
    ]
)
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-400, 400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        [
            "Point",
            "Polygon",
            "Feature",
            "GeoProperty",
            "geo:point",
            "geo:box",
            "Number",
            "49.4,7.7",
            "2026-11-01T00:00:00Z",
            "[a,b]",
            "%FF",
            "",
        ]
    )
)
JSON: Any = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4), max_leaves=12)
ENTITIES = st.fixed_dictionaries(
    {"id": JSON | st.just("urn:x:1"), "type": JSON | st.just("T")}, optional={"location": JSON, "temperature": JSON, "no2": JSON}
)


@settings(max_examples=50, deadline=None)
@given(st.lists(ENTITIES | JSON, max_size=4))
def test_no_entity_breaks_the_filter(entities: list[Any]) -> None:
    keeping = Keeping(now=NOW)
    kept = keeping.page(json.dumps(entities).encode(), "a", 0)
    assert keeping.page(kept, "a", 0) == kept
    found = json.loads(kept)
    assert found["number"] == len(entities)
    reading = Reading(now=NOW, base="https://a.example/ngsi-ld/v1", sightings=keeping.sightings)
    for entity in found["entities"]:
        for record in reading.records(entity, "a", stamped=False):
            assert isinstance(record.pair, tuple | RecordError)
            assert isinstance(record.pair, RecordError) or not record.unread
