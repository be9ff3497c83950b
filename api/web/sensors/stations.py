"""Stations from the published rows of all data sets that name some: several rows with one station identifier are one station."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from api.web.published import PublishedValues, common_rows, rows_of
from api.web.sensors.freshness import KIND
from api.web.web import Web
from schemas.model import Dataset
from schemas.table import Table
from schemas.values import Text

#: As rows state them, the most alive first: a station is as alive as the most alive of what it observes.
STATUSES = ("active", "planned", "unknown", "ended")

_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What one row says: one observed property at one station."""

    property: str
    unit: str
    dataset: str  #: name of the data set
    status: str
    live_url: str


@dataclass(frozen=True, kw_only=True)
class Station:
    id: str
    network: str  #: name of the series; of a data set that is in none, its own
    name: str
    place: str
    operator: str
    district: str  #: id, "" when nobody knows
    longitude: float | None
    latitude: float | None
    observed: tuple[Observed, ...]

    @property
    def status(self) -> str:
        return min((each.status for each in self.observed), key=STATUSES.index)


@dataclass(frozen=True, kw_only=True)
class Network:
    """Stations that belong together: a series, or one data set."""

    name: str
    title: Text


@dataclass(frozen=True, kw_only=True)
class Stations:
    networks: tuple[Network, ...]
    stations: tuple[Station, ...]  #: by name
    districts: Mapping[str, str]  #: id -> name


def names_stations(dataset: Dataset) -> bool:
    """Whether its rows say which stations there are and where."""
    return dataset.kind == KIND and dataset.table is not None and all(_columns(dataset.table).values())


def gather(web: Web) -> Stations:
    """Of all published data sets. Raises NotReady when a file is gone."""
    datasets = [each.dataset for each in web.services.store.datasets() if names_stations(each.dataset)]
    networks = {each.name: each for each in map(network_of, datasets)}
    found: dict[tuple[str, str], Station] = {}
    for each in datasets:
        _add(found, web, each)
    districts = common_rows(web.services.store, web.services.files, "district") or ()
    return Stations(
        networks=tuple(sorted(networks.values(), key=lambda each: each.title.de.casefold())),
        stations=tuple(sorted(found.values(), key=lambda each: (_as_people_count(each.name), each.id))),
        districts={str(each["id"]): str(each["name"]) for each in districts},
    )


def _as_people_count(name: str) -> tuple[str, ...]:
    """`Messstelle 9` before `Messstelle 10`."""
    return tuple(each.zfill(12) if each.isdecimal() else each for each in _DIGITS.split(name.casefold()))


def stations_of(web: Web, dataset: Dataset) -> tuple[Station, ...]:
    """Of one data set. Raises NotReady when its file is gone."""
    found: dict[tuple[str, str], Station] = {}
    if names_stations(dataset):
        _add(found, web, dataset)
    return tuple(found.values())


def network_of(dataset: Dataset) -> Network:
    series = dataset.series
    return Network(name=series.name, title=series.title) if series else Network(name=dataset.name, title=dataset.title)


def _add(found: dict[tuple[str, str], Station], web: Web, dataset: Dataset) -> None:
    edition = web.services.store.edition(dataset.name, dataset.edition)
    network = network_of(dataset).name
    for id_, rows in _by_station(rows_of(web.services.files, edition)).items():
        before = found.get((network, id_))
        made = _station(dataset, network, id_, rows)
        found[network, id_] = made if before is None else _joined(before, made)


def _by_station(rows: Iterable[PublishedValues]) -> Mapping[str, Sequence[PublishedValues]]:
    found: dict[str, list[PublishedValues]] = {}
    for each in rows:
        found.setdefault(str(each["station_id"]), []).append(each)
    return found


def _station(dataset: Dataset, network: str, id_: str, rows: Sequence[PublishedValues]) -> Station:
    columns = _columns(dataset.columns)
    placed = [position for each in rows if (position := _position(each, columns))]
    longitude, latitude = placed[0] if placed else (None, None)
    return Station(
        id=id_,
        network=network,
        name=_first(rows, "station") or _first(rows, "name") or id_,
        place=_first(rows, "place"),
        operator=_first(rows, "operator"),
        district=_first(rows, "district_id"),
        longitude=longitude,
        latitude=latitude,
        observed=tuple(_observed(each, dataset.name) for each in rows),
    )


def _observed(row: PublishedValues, dataset: str) -> Observed:
    status = str(row.get("status"))
    return Observed(
        property=_word(row, "property") or _word(row, "observed_property"),
        unit=_word(row, "unit_label") or _word(row, "unit"),
        dataset=dataset,
        status=status if status in STATUSES else "unknown",
        live_url=_word(row, "live_url"),
    )


def _joined(one: Station, other: Station) -> Station:
    """The same station in another layer: what the first does not say, the second may."""
    placed = one if one.longitude is not None else other
    return Station(
        id=one.id,
        network=one.network,
        name=one.name if one.name != one.id else other.name,
        place=one.place or other.place,
        operator=one.operator or other.operator,
        district=one.district or other.district,
        longitude=placed.longitude,
        latitude=placed.latitude,
        observed=(*one.observed, *other.observed),
    )


def _columns(table: Table) -> Mapping[str, str]:
    """What a table must have to name stations -> its column; "" where it has none."""
    by_kind = {kind: next((each.name for each in table.fields if each.kind == kind), "") for kind in ("longitude", "latitude")}
    return by_kind | {"station_id": "station_id" if "station_id" in table.field_names else ""}


def _position(row: PublishedValues, columns: Mapping[str, str]) -> tuple[float, float] | None:
    longitude, latitude = row.get(columns["longitude"]), row.get(columns["latitude"])
    if isinstance(longitude, int | float) and isinstance(latitude, int | float):
        return float(longitude), float(latitude)
    return None


def _first(rows: Sequence[PublishedValues], column: str) -> str:
    return next(_words(rows, column), "")


def _words(rows: Sequence[PublishedValues], column: str) -> Iterator[str]:
    return (word for each in rows if (word := _word(each, column)))


def _word(row: PublishedValues, column: str) -> str:
    value = row.get(column)
    return value if isinstance(value, str) else ""
