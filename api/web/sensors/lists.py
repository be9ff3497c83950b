"""`/sensors`: the map and the list of all stations, with filters."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import quote, urlencode

from api.web.pages import Link
from api.web.parameters import StationListParameters
from api.web.problems import UnknownPage
from api.web.sensors.drawing import draw
from api.web.sensors.pages import Entry, Measured, StationsPage
from api.web.sensors.stations import STATUSES, Network, Observed, Station, Stations
from api.web.statistics.pages import Control
from api.web.texts import text
from api.web.web import Web
from schemas.model import Dataset

PATH = "/sensors"
_SIZE = 50
_FILTERS: Mapping[str, Callable[[Station], Iterable[str]]] = {
    "property": lambda station: (each.property for each in station.observed),
    "district": lambda station: (station.district,),
    "status": lambda station: (station.status,),
    "network": lambda station: (station.network,),
}


def stations_page(web: Web, known: Stations, asked: StationListParameters, language: str) -> StationsPage:
    """Raises UnknownPage for a page that there is not."""
    chosen = {name: value for name in _FILTERS if (value := getattr(asked, name))}
    found = [each for each in known.stations if all(value in _FILTERS[name](each) for name, value in chosen.items())]
    pages = max(math.ceil(len(found) / _SIZE), 1)
    if asked.page > pages:
        raise UnknownPage(f"{asked.page} > {pages}")
    networks = {each.name: each for each in known.networks}
    shown = found[(asked.page - 1) * _SIZE : asked.page * _SIZE]
    place = web.services.site.place
    return StationsPage(
        total=len(found),
        number=asked.page,
        pages=pages,
        controls=tuple(_control(name, known, chosen.get(name, ""), language) for name in _FILTERS),
        action=web.addresses.page(PATH, language),
        filtered=bool(chosen),
        everything=web.addresses.page(PATH, language),
        map=draw(found, web.services.outlines, place.bbox),
        entries=tuple(_entry(web, each, networks[each.network], known.districts, language) for each in shown),
        previous=_address(web, chosen, asked.page - 1, language) if asked.page > 1 else "",
        next=_address(web, chosen, asked.page + 1, language) if asked.page < pages else "",
        datasets=_datasets(web, known, language),
    )


def link_to(web: Web, dataset: Dataset, network: Network, language: str) -> Link:
    """From the page of a data set to the stations of its network."""
    address = _address(web, {"network": network.name}, 1, language)
    return Link(label=text("sensors_of_network", language, network=network.title.in_language(language)), link=address)


def _control(name: str, known: Stations, chosen: str, language: str) -> Control:
    """Every value that a station has, with how many; one that none has, if it was asked for."""
    counts = Counter(value for each in known.stations for value in set(_FILTERS[name](each)) if value)
    labels = _labels(name, known, counts, language)
    values = [each for each in STATUSES if each in counts] if name == "status" else sorted(counts, key=lambda each: labels[each].casefold())
    values += [chosen] if chosen and chosen not in counts else []
    choices = [(value, f"{labels.get(value, value)} ({counts[value]})", value == chosen) for value in values]
    everything = ("", text("sensors_all", language), not chosen)
    return Control(name=name, label=text(f"sensors_by_{name}", language), choices=(everything, *choices))


def _labels(name: str, known: Stations, values: Iterable[str], language: str) -> Mapping[str, str]:
    match name:
        case "status":
            return {each: text(f"station_{each}", language) for each in STATUSES}
        case "network":
            return {each.name: each.title.in_language(language) for each in known.networks}
        case "district":
            return {each: known.districts.get(each, each) for each in values}
        case _:
            return {each: each for each in values}


def _address(web: Web, chosen: Mapping[str, str], page: int, language: str) -> str:
    kept = [*chosen.items(), *([("page", str(page))] if page > 1 else [])]
    path = web.addresses.page(PATH, language)
    return f"{path}?{urlencode(kept)}" if kept else path


def _entry(web: Web, station: Station, network: Network, districts: Mapping[str, str], language: str) -> Entry:
    about = (station.place, districts.get(station.district, station.district), station.operator)
    return Entry(
        id=station.id,
        name=station.name,
        status=station.status,
        about=tuple(dict.fromkeys(each for each in about if each and each != station.name)),
        network=network.title,
        measured=tuple(_measured(web, station, each, language) for each in _each_once(station.observed)),
    )


def _each_once(observed: Sequence[Observed]) -> Iterable[Observed]:
    """Several sensors for one property at one station stand in one data set: one link leads to all of them."""
    return {(each.dataset, each.property, each.unit): each for each in reversed(observed)}.values().__reversed__()


def _measured(web: Web, station: Station, observed: Observed, language: str) -> Measured:
    label = observed.property or text("sensors_unnamed", language)
    return Measured(
        label=f"{label} ({observed.unit})" if observed.unit else label,
        path=f"/datasets/{observed.dataset}",
        rows=web.addresses.file(f"/api/v1/datasets/{observed.dataset}/rows?station_id__exact={quote(station.id, safe='')}"),
        live=observed.live_url,
    )


def _datasets(web: Web, known: Stations, language: str) -> tuple[Link, ...]:
    names = sorted({each.dataset for station in known.stations for each in station.observed})
    found = [each.dataset for each in web.services.store.datasets_named(names)]
    return tuple(
        Link(label=each.title.in_language(language), link=web.addresses.page(f"/datasets/{each.name}", language))
        for each in sorted(found, key=lambda each: each.title.de.casefold())
    )
