"""Where one layer alone can be asked for: a query that people can open and programs can go on from."""

from collections.abc import Iterable

from harvesters.sensors.layers import Layer
from harvesters.sensorthings.multi import SET
from harvesters.sensorthings.questions import query

_MOST_TERMS = 10


def address_of(layer: Layer, home: str) -> str:
    """Datastreams by the key that makes the layer: the source's own name for it, else observed property and length of aggregation.
    All Datastreams where no filter says it."""
    terms = _terms(layer)
    if all(f"/{SET}(" in each.url for each in layer.streams):
        found, terms = f"{home}{SET}", [each.replace("ObservedProperty/", "ObservedProperties/") for each in terms]
    else:
        found = f"{home}Datastreams"
    asked = query(("$filter", " and ".join(terms))) if terms else ""
    return f"{found}?{asked}" if asked else found


def _terms(layer: Layer) -> list[str]:
    names = {each.layer for each in layer.streams}
    if len(names) == 1 and "" not in names:
        return [_any_of("properties/layerName", names)]
    properties = {each.property for each in layer.streams}
    if names != {""} or "" in properties or len(properties) > _MOST_TERMS:
        return []
    lengths = {each.aggregation for each in layer.streams}
    terms = [_any_of("ObservedProperty/name", properties)]
    if len(lengths) == 1 and "" not in lengths:
        terms.append(_any_of("properties/aggregateDuration", lengths))
    return terms


def _any_of(field: str, values: Iterable[str]) -> str:
    quoted = ["'" + each.replace("'", "''") + "'" for each in sorted(values)]
    said = " or ".join(f"{field} eq {each}" for each in quoted)
    return f"({said})" if len(quoted) > 1 else said
