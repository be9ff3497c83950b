"""Datastreams put together into layers, each a data set of its own: network × observed property × aggregation.

Never one for each datastream or device: that floods portals (reference/sensors/mapping.md, section 1). A key that the source itself
states comes first; then definition, unit and aggregation. Names come from keys, so that they stay when titles, counts and hosts change.
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from importlib import resources

from harvesters.sensors.intervals import Rhythm, is_over, rhythm, stated
from harvesters.sensors.observed import Datastream, StatedUnit, Station
from harvesters.sensors.properties import Observed, observed
from harvesters.sensors.station_types import in_words
from harvesters.sensors.units import unit_of
from schemas.dates import PartialDate
from schemas.declaration import Declaration
from schemas.durations import duration_in_words
from schemas.model import DataService, Period, Series
from schemas.table import Table, table_from_descriptor
from schemas.values import Frequency, Licence, Text, Theme

#: An implicit group with fewer datastreams is no layer of its own.
SMALLEST = 3
_OTHER = "weitere"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_LONGEST = 60
#: Where a word begins in `AirQualityObserved`.
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


_NOTHING = Text(de="")
#: Keyword where nobody knows what is observed: portals ask for at least one.
_STATIONS = Text(de="Messstellen", en="Measuring stations")


@dataclass(frozen=True, kw_only=True)
class Network:
    """What all layers of one source have in common."""

    prefix: str  #: of the data sets' names: permanent
    title: Text
    services: tuple[DataService, ...] = ()  #: endpoints; each is one service of all layers
    licence: Licence | None = None  #: None: the publisher's
    attribution: str = ""
    landing_page: str = ""
    provenance: Text = _NOTHING
    keywords: tuple[Text, ...] = ()
    smallest: int = SMALLEST


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One data set of a network."""

    key: str
    declaration: Declaration
    streams: tuple[Datastream, ...]
    rhythm: Rhythm | None = None


def layers_of(
    network: Network,
    streams: Iterable[Datastream],
    stations: Mapping[str, Station],
    *,
    now: datetime,
    access: Callable[["Layer"], str] | None = None,
) -> tuple[Layer, ...]:
    """By key, in order. `access`: where a layer alone can be asked for, at the first service."""
    groups: dict[str, list[Datastream]] = defaultdict(list)
    for each in streams:
        groups[_key(each)].append(each)
    folded: dict[str, list[Datastream]] = defaultdict(list)
    for key, members in groups.items():
        folded[key if members[0].layer or len(members) >= network.smallest else _OTHER].extend(members)
    if set(folded) == {_OTHER}:  # nothing is large enough: the network as a whole
        folded = {"": folded[_OTHER]}
    return _told_apart([_layer(network, key, folded[key], stations, now, access) for key in sorted(folded)])


def _told_apart(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Readers choose by titles: two that say the same say further what the source calls the layer, or in what it is measured."""
    count = Counter(each.declaration.title for each in layers)
    return tuple(each if count[each.declaration.title] == 1 else _named_further(each) for each in layers)


def _named_further(layer: Layer) -> Layer:
    first, said = layer.streams[0], layer.declaration.title
    unit = unit_of(first.unit)
    own = first.layer.replace("_", " ") or (unit.symbol if unit else first.unit.symbol or first.unit.name) or layer.key
    title = Text(de=f"{said.de} ({own})", en=f"{said.en} ({own})")
    declaration = replace(layer.declaration, title=title, table=_table(layer.declaration.name, title))
    return replace(layer, declaration=declaration)


def _key(stream: Datastream) -> str:
    """The source's own key, else what makes values comparable."""
    if stream.layer:
        return _stated_key(stream.layer)
    return _implicit_key(stream.property, stream.property_definition, stream.unit, stream.aggregation, stream.station_type)


@lru_cache(maxsize=1_024)  # a network has few layers and many datastreams; so for the next one
def _stated_key(layer: str) -> str:
    return slug(layer)


@lru_cache(maxsize=4_096)
def _implicit_key(property: str, definition: str, stated_unit: StatedUnit, aggregation: str, station_type: str) -> str:
    known = observed(property, definition)
    what = known.key if known else slug(property or definition or "groesse")
    unit = unit_of(stated_unit)
    measured_in = unit.ucum if unit else stated_unit.symbol or stated_unit.name
    other = _other_unit(what, measured_in)
    named = unit.qudt.rpartition("/")[2].lower().replace("_", "-") if unit else other
    parts = [what, *(slug(each) for each in (named if other else "", aggregation.lower()) if each)]
    kind = _HUMP.sub("-", station_type).lower()
    return "-".join([slug(kind), *parts] if kind else parts)


def _other_unit(what: str, unit: str) -> str:
    """A unit is part of the key unless it is the one everybody expects."""
    return "" if unit == _EXPECTED.get(what, "") or unit in ("", "1") else unit


_EXPECTED = {
    "lufttemperatur": "Cel",
    "luftfeuchte": "%",
    "luftdruck": "hPa",
    "windgeschwindigkeit": "m/s",
    "niederschlag": "mm",
} | dict.fromkeys(
    ("feinstaub-pm1", "feinstaub-pm10", "feinstaub-pm25", "ozon", "schwefeldioxid", "stickoxide", "stickstoffdioxid", "stickstoffmonoxid"),
    "ug/m3",
)


def slug(text: str) -> str:
    """Fit for a name. What is lost on the way comes back as six digits of a hash, so that two keys never become one."""
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST:  # most ids are numbers, and there are many
        return text
    plain = text.strip().casefold().translate(_ASCII)
    found = "-".join(re.findall(r"[a-z0-9]+", plain))[:_LONGEST].strip("-")
    if found == text and _SLUG.fullmatch(found):
        return found
    digits = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{found}-{digits}" if found else digits


def _layer(
    network: Network,
    key: str,
    streams: Sequence[Datastream],
    stations: Mapping[str, Station],
    now: datetime,
    access: Callable[[Layer], str] | None,
) -> Layer:
    ordered = tuple(sorted(streams, key=lambda each: each.id))
    beat = _rhythm(ordered)
    name = f"{network.prefix}-{key}" if key else network.prefix
    title = _title(network, key, ordered)
    declaration = Declaration(
        name=name,
        table=_table(name, title),
        title=title,
        description=_description(network, ordered, stations),
        themes=_themes(ordered),
        keywords=(*network.keywords, *_keywords(ordered)),
        frequency=beat.frequency if beat else Frequency.UNKNOWN,
        kind="sensor",
        provenance=network.provenance,
        licence=network.licence,
        attribution=network.attribution,
        landing_page=network.landing_page,
        series=_series(network, ordered),
        services=tuple(_documented(each, network) for each in network.services),
        temporal=_temporal(ordered, stations, beat, now),
        resolution=beat.resolution if beat else "",
        identifiers=tuple(sorted({each.record for each in ordered if each.record})),
    )
    layer = Layer(key=key, declaration=declaration, streams=ordered, rhythm=beat)
    return layer if access is None else replace(layer, declaration=_asked_at(declaration, access(layer)))


def _documented(service: DataService, network: Network) -> DataService:
    """A high-value data set needs a service that somebody has described for people; else klar's own page of stations does."""
    return service if service.documentation else replace(service, documentation=network.landing_page or "/sensors")


def _asked_at(declaration: Declaration, url: str) -> Declaration:
    first, *others = declaration.services
    return replace(declaration, services=(replace(first, access_url=url), *others))


def _rhythm(streams: Sequence[Datastream]) -> Rhythm | None:
    """What the source states; else what one datastream that somebody asked shows. Of several, the one most datastreams have."""
    said = Counter(each.aggregation for each in streams if stated(each.aggregation))
    if said:
        return stated(min(said, key=lambda each: (-said[each], each)))
    return next((found for each in streams if (found := each.beat or rhythm(each.taken))), None)


def _temporal(streams: Sequence[Datastream], stations: Mapping[str, Station], beat: Rhythm | None, now: datetime) -> Period | None:
    """A series that goes on has no end: with one, its description would change every day. It begins with its first value or, where nobody
    says when that was, with its first station."""
    begins = [each.begin.date().isoformat() if each.begin else stations[each.station].since for each in streams]
    if not any(begins):
        return None
    start = PartialDate(min(filter(None, begins)))
    ends = [each.end for each in streams]
    if not all(each is not None and is_over(each, beat, now) for each in ends):
        return Period(start=start)
    return Period(start=start, end=PartialDate(max(each for each in ends if each).date().isoformat()))


def _title(network: Network, key: str, streams: Sequence[Datastream]) -> Text:
    if not key:
        return network.title
    if key == _OTHER:
        return Text(de=f"{network.title.de}: weitere Messgrößen", en=f"{network.title.en or network.title.de}: other observed properties")
    first = streams[0]
    known = observed(first.property, first.property_definition)
    label = known.label if known else Text(de=first.property or first.layer, en=first.property or first.layer)
    if first.layer and len({each.property for each in streams}) > 1:
        label = Text(de=first.layer, en=first.layer)
    if first.station_type and not first.layer:
        kind = in_words(first.station_type)
        label = Text(de=f"{label.de} ({kind.de})", en=f"{label.en} ({kind.en})")
    over = duration_in_words(first.aggregation) if stated(first.aggregation) else _NOTHING
    return Text(
        de=f"{network.title.de}: {label.de}" + (f", {over.de}" if over.de else ""),
        en=f"{network.title.en or network.title.de}: {label.en}" + (f", {over.en}" if over.en else ""),
    )


def _description(network: Network, streams: Sequence[Datastream], stations: Mapping[str, Station]) -> Text:
    places = len({each.station for each in streams})
    labels = [found.label for each in {each.unit for each in streams} if (found := unit_of(each))]
    units, english = sorted({each.de for each in labels}), sorted({each.en for each in labels})
    unit_de = f" Einheit: {', '.join(units)}." if units else ""
    unit_en = f" Unit: {', '.join(english)}." if english else ""
    values_de = " Die Messwerte selbst gibt die Schnittstelle." if network.services else ""
    values_en = " The values themselves come from the service." if network.services else ""
    return Text(
        de=f"Verzeichnis der Messreihen: {len(streams)} an {places} Messstellen.{unit_de}{values_de}",
        en=f"List of datastreams: {len(streams)} at {places} stations.{unit_en}{values_en}",
    )


def _themes(streams: Sequence[Datastream]) -> tuple[Theme, ...]:
    found = {each.theme for each in _observed_in(streams)}
    return tuple(sorted(found, key=lambda each: each.name)) or (Theme.TECHNOLOGY,)


def _keywords(streams: Sequence[Datastream]) -> tuple[Text, ...]:
    return tuple(dict.fromkeys(each.label for each in _observed_in(streams))) or (_STATIONS,)


def _observed_in(streams: Sequence[Datastream]) -> list[Observed]:
    """Each once, in the order of the datastreams."""
    said = dict.fromkeys((each.property, each.property_definition) for each in streams)
    return [found for each in said if (found := observed(*each))]


def _series(network: Network, streams: Sequence[Datastream]) -> Series:
    named = {each.network for each in streams if each.network}
    own = next(iter(named)) if len(named) == 1 else ""
    title = Text(de=own, en=own) if own else network.title
    return Series(
        name=f"{network.prefix}-{slug(own)}" if own else network.prefix,
        title=title,
        description=Text(de=f"Datensätze des Messnetzes »{title.de}«.", en=f"Data sets of the network “{title.en or title.de}”."),
    )


def _table(name: str, title: Text) -> Table:
    return replace(_template(), name=name, title=title)


@cache
def _template() -> Table:
    text = resources.files("harvesters.sensors").joinpath("datastream.json").read_text(encoding="utf-8")
    return table_from_descriptor("datastream", json.loads(text))
