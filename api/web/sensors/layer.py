"""What the page of a data set of sensors says beside its rows: freshness, unit, interval, map, questions to copy."""

from collections.abc import Iterable

from api.web.pages import Layer, Service
from api.web.sensors.drawing import draw
from api.web.sensors.examples import own_examples, source_examples
from api.web.sensors.freshness import Seen, sentence, text_of_interval
from api.web.sensors.lists import link_to
from api.web.sensors.months import history_of
from api.web.sensors.stations import STATUSES, names_stations, network_of, stations_of
from api.web.texts import text
from api.web.web import Web
from api.web.wording import minute
from schemas.durations import seconds_of
from schemas.model import DataService, Dataset


def layer_of(web: Web, dataset: Dataset, seen: Seen | None, language: str) -> Layer | None:
    """None for a data set whose rows name no stations. Raises NotReady when its file is gone."""
    if not names_stations(dataset):
        return None
    site, stations = web.services.site, stations_of(web, dataset)
    step = seconds_of(dataset.resolution)
    units = (each.unit for station in stations for each in station.observed if each.unit)
    return Layer(
        freshness=sentence(seen, language) if seen else "",
        stale=bool(seen and seen.stale_since),
        looked=text("freshness_looked", language, when=minute(seen.looked, language)) if seen else "",
        resolution=text_of_interval(step, language) if step else "",
        units=tuple(sorted(set(units))),
        map=draw(stations, web.services.outlines, site.place.bbox),
        history=history_of(web, dataset, language),
        stations=link_to(web, dataset, network_of(dataset), language),
        services=tuple(_services(dataset.services)),
        examples=own_examples(dataset, site, min((each.status for each in stations), key=STATUSES.index, default="active")),
        source_examples=source_examples(dataset),
    )


def _services(services: Iterable[DataService]) -> Iterable[Service]:
    for each in services:
        elsewhere = each.documentation if each.documentation.startswith(("http://", "https://")) else ""
        yield Service(title=each.title, description=each.description, address=each.endpoint_url, documentation=elsewhere)
