"""One event as its source gives it, and how it is read."""

from collections.abc import Callable, Iterable, Mapping

from harvesters.events.happening import TABLE, Happening, is_wanted, row_of
from harvesters.events.options import EventsOptions
from harvesters.harvester import SourceConfig
from harvesters.record import Record
from schemas.errors import MissingField, RecordError
from schemas.row import Finding, Quarantined, Row


class EventRecord(Record):
    """`key` is "" where the source names no identity; `read` is pure and raises RecordError. `unknown`: fields that nobody reads, which
    only the first record that has them brings."""

    def __init__(
        self, fields: Mapping[str, object], *, key: str, origin: str, read: Callable[[Record], Happening], unknown: Iterable[str] = ()
    ) -> None:
        super().__init__(fields, origin=origin, tables=[TABLE])
        self.key = key
        self._unknown = frozenset(unknown)
        self._read = read

    def result(self, options: EventsOptions, source: SourceConfig) -> Row | Quarantined | None:
        """None for an event that is not asked for."""
        try:
            happening = self._read(self)
            if not is_wanted(happening, options):
                return None
            if not self.key:
                raise MissingField("die Kennung")
            return row_of(happening, key=self.key, origin=self.origin, options=options, source=source)
        except RecordError as error:
            self.give_up(self._unknown)
            code = "missing-field" if isinstance(error, MissingField) else "wrong-value"
            finding = Finding(code=code, message=f"Termin: {error.detail}", origin=self.origin, table=TABLE, key=self.key)
            return Quarantined(table=TABLE, key=self.key, digest=self.digest, findings=(finding,))


def optional(record: Record, name: str) -> str:
    """Text of a field, "" for everything that is none."""
    value = record.get(name)
    return value.strip() if isinstance(value, str) else ""
