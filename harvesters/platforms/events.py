"""Public dates from a calendar of a website: The Events Calendar (WordPress), a feed in iCalendar, or schema.org in pages.

Nobody who organises, speaks or takes part is ever kept: what is not on a list is gone before the archive (reference:
participation/platforms.md 10, city-context.md D).
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import ClassVar

from pydantic import BaseModel

from harvesters.catalogues.intake import require_web
from harvesters.events import tribe
from harvesters.events.happening import TABLE
from harvesters.events.options import EventsOptions
from harvesters.events.record import EventRecord
from harvesters.events.webpages import PageReader
from harvesters.harvester import Found, Remark, SourceConfig
from harvesters.http.paging import web
from harvesters.keys import key_of
from harvesters.record import Record
from schemas.declaration import declaration_of_table
from schemas.fetch import Fetch, WebFetch
from schemas.row import Finding, Quarantined, Row


class EventsHarvester:
    """Harvester `events`."""

    kind: ClassVar[str] = "events"
    Options: ClassVar[type[BaseModel]] = EventsOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options, ConfigurationError for a source that is no address in the web."""
        self._options = EventsOptions.model_validate(dict(source.options))
        require_web(source)
        self._source = source
        self._prefix = self._options.prefix or source.name

    def records(self, fetch: Fetch) -> Iterator[Found]:
        yield declaration_of_table(TABLE)
        match self._options.form:
            case "tribe":
                yield from self._tribe(web(fetch))
            case "icalendar":
                from harvesters.events.calendars import CalendarReader  # heavy: 90 ms

                yield from CalendarReader(self._options, self._prefix).read(web(fetch))
            case "jsonld":
                yield from PageReader(self._options, self._prefix).read(web(fetch))

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, EventRecord)  # records() yields no other
        result = record.result(self._options, self._source)
        return () if result is None else (result,)

    def _tribe(self, fetch: WebFetch) -> Iterator[Found]:
        told: set[str] = set()
        hidden = 0
        read = partial(tribe.happening_of, wall_clock=self._options.wall_clock)
        for each in tribe.listed(fetch, descriptions=self._options.descriptions):
            if each.fields.get("status") == "not-public":
                hidden += 1
                continue
            fields = {name: value for name, value in each.fields.items() if name in tribe.TAKEN or name not in told}
            told |= fields.keys() - tribe.TAKEN
            identity = each.fields.get("id")
            key = key_of(self._prefix, identity) if isinstance(identity, int) and not isinstance(identity, bool) else ""
            yield EventRecord(fields, key=key, origin=each.origin, read=read, unknown=fields.keys() - tribe.TAKEN)
        if hidden:
            message = f"{hidden} Termine sind nicht veröffentlicht; der Zugang der Quelle darf zu viel sehen. Sie bleiben draußen."
            yield Remark(finding=Finding(code="not-public", message=message, table=TABLE))


HARVESTER = EventsHarvester
