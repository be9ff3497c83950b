"""A feed of dates in iCalendar (RFC 5545).

What a feed does not list any more says nothing of dates that are over: most feeds drop them, and many end after so many entries
(The Events Calendar: 30, `feed_default_export_count` in its src/Tribe/iCal.php). Only a date still to come can be missing.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial

from catalog.plan import Window
from harvesters.events.feed import BROKEN, Block, Feed, feed_of, kept
from harvesters.events.happening import TABLE, Happening, position_of
from harvesters.events.options import EventsOptions
from harvesters.events.record import EventRecord, optional
from harvesters.events.recurrence import BrokenSeries, Occurrence, Period, is_yearly, occurrences_of, problems_of
from harvesters.events.spans import local, span_of
from harvesters.events.zones import Zones
from harvesters.harvester import Found, Remark, Unreadable, Within
from harvesters.keys import key_of
from harvesters.moments import BERLIN
from harvesters.record import Record
from schemas.errors import WrongValue
from schemas.fetch import Payload, WebFetch
from schemas.row import Finding

_STATUS = {"CONFIRMED": "planned", "CANCELLED": "cancelled", "TENTATIVE": "unknown"}
_MOST_EVENTS = 20_000
#: Following a rule that hardly ever comes true takes up to half a second.
_MOST_RULES = 1000


class CalendarReader:
    """One walk over one feed."""

    def __init__(self, options: EventsOptions, prefix: str) -> None:
        self._options = options
        self._prefix = prefix
        self._told: set[str] = set()

    def read(self, fetch: WebFetch) -> Iterator[Found]:
        """Raises SourceError."""
        address = fetch.list("")[0]
        keep = partial(kept, address, self._options.descriptions)
        page = fetch.get(address, keep=keep, accept="text/calendar, */*;q=0.1", expected=["text"])
        feed = feed_of(page.content, address, descriptions=self._options.descriptions)
        today = page.fetched_at.astimezone(BERLIN).date()
        period = Period(
            since=today - timedelta(days=self._options.days_back),
            until=today + timedelta(days=self._options.days_ahead),
            most=self._options.at_most_each,
        )
        latest = today
        for each in self._records(feed, page, period):
            if isinstance(each, _Dated):
                latest = max(latest, each.day)
                yield each.record
            else:
                yield each
        yield Within(table=TABLE, window=self._window(feed, today, latest, period))

    def _window(self, feed: Feed, today: date, latest: date, period: Period) -> Window:
        """From tomorrow on, and up to the last date that a feed of so many entries may have been cut off after."""
        is_cut = bool(self._options.feed_limit) and len(feed.events) == self._options.feed_limit
        return Window(field="start", since=today + timedelta(days=1), until=latest - timedelta(days=1) if is_cut else period.until)

    def _records(self, feed: Feed, page: Payload, period: Period) -> Iterator["_Dated | Found"]:
        series: dict[str, list[Block]] = defaultdict(list)
        for number, each in enumerate(feed.events[:_MOST_EVENTS]):
            series[each.value("UID") or f"#{number}"].append(each)
        if len(feed.events) > _MOST_EVENTS:
            yield self._unreadable("too-many", f"Der Feed hat mehr als {_MOST_EVENTS} Einträge; die übrigen werden nicht gelesen.", page)
        zones = Zones(feed.zones, is_yearly)
        rules = 0
        for uid, events in series.items():
            rules += any(each.first("RRULE") for each in events)
            if rules > _MOST_RULES:
                yield self._unreadable("too-many", f"Der Feed hat mehr als {_MOST_RULES} Reihen; die übrigen werden nicht gelesen.", page)
                return
            key = "" if uid.startswith("#") else key_of(self._prefix, uid)
            yield from self._series(key, events, zones, page, period)
        if zones.unknown:
            message = f"Zeitzonen, die niemand kennt: {len(zones.unknown)}. Ihre Uhrzeiten gelten als die der Stadt."
            yield Remark(finding=Finding(code="unknown-zone", message=message, origin=page.url, table=TABLE))

    def _series(self, key: str, events: list[Block], zones: Zones, page: Payload, period: Period) -> Iterator["_Dated | Found"]:
        try:
            found = occurrences_of(events, zones, period)
        except BrokenSeries as error:
            yield self._unreadable("broken-series", f"Ein Termin des Feeds: {error.detail}", page, key)
            return
        strange = {name for each in events for name in problems_of(each)} - self._told
        self._told |= strange
        if BROKEN in strange:
            yield Remark(finding=Finding(code="broken-line", message="Der Feed hat Zeilen, die kein iCalendar sind.", origin=page.url))
        for number, each in enumerate(found):
            news = dict.fromkeys(sorted(strange - {BROKEN})) if number == 0 else {}
            yield self._dated(each, key, news, page)

    def _dated(self, occurrence: Occurrence, key: str, news: dict[str, None], page: Payload) -> "_Dated":
        own = {name: value for name, value in occurrence.fields.items() if name not in news and name not in self._told}
        own_key = f"{key}-{occurrence.recurrence}" if key and occurrence.recurrence else key
        fields = {"DTSTART": occurrence.start, "DTEND": occurrence.end, **own, **news}
        read = partial(happening_of, wall_clock=self._options.wall_clock)
        return _Dated(EventRecord(fields, key=own_key, origin=page.url, read=read, unknown=news), occurrence.start)

    def _unreadable(self, code: str, message: str, page: Payload, key: str = "") -> Unreadable:
        return Unreadable(
            finding=Finding(code=code, message=message, origin=page.url, table=TABLE, key=key), tables=(TABLE,), others_count=True
        )


class _Dated:
    """A record and its first day."""

    def __init__(self, record: EventRecord, start: date | datetime) -> None:
        self.record = record
        self.day = start.date() if isinstance(start, datetime) else start


def happening_of(record: Record, *, wall_clock: bool) -> Happening:
    """Raises MissingField, WrongValue."""
    for name in ("UID", "SEQUENCE"):
        record.get(name)
    start, end = record.take("DTSTART", date), record.get("DTEND")
    latitude, _, longitude = optional(record, "GEO").partition(";")
    return Happening(
        title=record.text("SUMMARY"),
        span=span_of(start, end if isinstance(end, date) else None, exclusive=True, wall_clock=wall_clock),
        place=optional(record, "LOCATION"),
        position=position_of(latitude, longitude),
        status=_STATUS.get(optional(record, "STATUS").upper(), ""),
        description=optional(record, "DESCRIPTION"),
        modified_on=_changed_on(record.get("LAST-MODIFIED")),
        address=optional(record, "URL"),
        categories=tuple(each for each in optional(record, "CATEGORIES").split(",") if each),
    )


def _changed_on(moment: object) -> str:
    try:
        said = local(moment) if isinstance(moment, date) else None
    except OverflowError:
        raise WrongValue("»LAST-MODIFIED«") from None
    if said is None:
        return ""
    return (said.date() if isinstance(said, datetime) else said).isoformat()
