"""A WordPress site: posts, pages and content types of its own, through the REST interface, read by rules that are written for this site.

Profile fields usually stand in blocks of the theme, not in fields of the interface (reference: participation/platforms.md 10): a rule
names a CSS selector, a label or a field. What no rule takes is kept nowhere: press contacts stand in the same texts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel

from catalog.plan import Part
from harvesters.harvester import Found, Parted, SourceConfig, Unmoved
from harvesters.http.paging import web
from harvesters.keys import key_of
from harvesters.record import Problem, Record
from harvesters.rowmap import row_from
from harvesters.wordpress.listing import Listing, list_address, routes_of
from harvesters.wordpress.noticing import Noticed
from harvesters.wordpress.options import WordpressOptions
from harvesters.wordpress.tables import KEY, Reading, readings_of
from schemas.declaration import declaration_of_table
from schemas.errors import ConfigurationError, SourceError
from schemas.fetch import Fetch
from schemas.row import Quarantined, Row


class WordpressRecord(Record):
    """One item, for one of the tables that its list fills."""

    def __init__(self, item: Mapping[str, Any], reading: Reading, *, origin: str, prefix: str) -> None:
        number, texts = item["id"], item["texts"]
        places = {each.place for each in reading.extractions.values() if each.place}
        fields = {KEY: None if number is None else key_of(prefix, number), **{place: texts.get(place) for place in sorted(places)}}
        super().__init__(fields, origin=origin, tables=[reading.table.name], problems=tuple(_problems(item, reading)))
        self.how = reading.how


def _problems(item: Mapping[str, Any], reading: Reading) -> Iterator[Problem]:
    """A needed place that is empty would empty the published field; a broken one says nothing that could be trusted."""
    broken = frozenset(item["broken"])
    for name, each in reading.extractions.items():
        if each.place in broken:
            yield Problem(code="type-error", message=f"Die Stelle »{each.place}« ist nicht lesbar.", field=name)
    for place, name in reading.needed.items():
        if place not in broken and not item["texts"].get(place):
            yield Problem(code="missing-value", message=f"Die Regel für »{name}« ({place}) findet nichts.", field=name)


class WordpressHarvester:
    """Harvester `wordpress`."""

    kind: ClassVar[str] = "wordpress"
    Options: ClassVar[type[BaseModel]] = WordpressOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises ConfigurationError, MappingError, DisclosureError; pydantic's ValidationError for unknown options."""
        self._options = WordpressOptions.model_validate(dict(source.options))
        if not source.is_remote:
            raise ConfigurationError(f"Quelle {source.name!r}: url ist die Adresse der Webseite und beginnt mit http:// oder https://.")
        self._readings = readings_of(self._options.content, source.aliases)
        self._prefix = self._options.prefix or source.name

    def records(self, fetch: Fetch) -> Iterator[Found]:
        source = web(fetch)
        api = f"{source.list('')[0].rstrip('/')}/{self._options.api.lstrip('/')}"
        for name in dict.fromkeys(each.table.name for each in self._readings):
            yield declaration_of_table(name)
        yield from _parts(self._readings, api)
        routes = routes_of(source, api)
        lists = [(self._listing(readings, api), readings) for readings in self._lists()]
        for listing, _ in lists:
            _require_route(listing.route, routes, api)
        if all(listing.stands_still(source) for listing, _ in lists):
            yield Unmoved()
        for listing, readings in lists:
            noticed = [Noticed(each) for each in readings]
            for origin, item in listing.items(source):
                for each in noticed:
                    each.note(item, origin)
                if not item["protected"]:
                    yield from (WordpressRecord(item, each, origin=origin, prefix=self._prefix) for each in readings)
            for each in noticed:
                each.require_findings()
                yield from each.remarks()

    def _listing(self, readings: Sequence[Reading], api: str) -> Listing:
        extractions = [each for reading in readings for each in reading.extractions.values()]
        return Listing(api, readings[0].content, extractions, self._options, self._prefix)

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, WordpressRecord)  # records() yields no other
        row = row_from(record, record.how)
        if row is not None:
            yield row

    def _lists(self) -> Iterator[list[Reading]]:
        """Entries of the options that read one and the same list."""
        lists: dict[tuple[str, str], list[Reading]] = {}
        for each in self._readings:
            lists.setdefault((each.content.route, repr(sorted(each.content.filter.items()))), []).append(each)
        yield from lists.values()


def _parts(readings: Sequence[Reading], api: str) -> Iterator[Parted]:
    """Lists that fill one table are told apart by the address of their pages."""
    lists: dict[str, dict[str, Part]] = {}
    for each in readings:
        route = each.content.route
        lists.setdefault(each.table.name, {})[route] = Part(title=route, begins=list_address(api, route))
    yield from (Parted(table=name, parts=tuple(parts.values())) for name, parts in lists.items() if len(parts) > 1)


def _require_route(route: str, routes: frozenset[str], api: str) -> None:
    """Raises SourceError."""
    if route not in routes:
        near = ", ".join(sorted(each for each in routes if each.startswith("/wp/v2/") and each.count("/") == 3)[:40])
        raise SourceError(f"»{api}« hat keine Route {route}. Es gibt: {near or 'keine unter /wp/v2'}.")


HARVESTER = WordpressHarvester
