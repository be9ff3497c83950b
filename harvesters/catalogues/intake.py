"""What is common to all catalogues: records that are mapped once, our own that are left out, and what people are told in the end."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from harvesters.catalogues.iris import OwnAddresses
from harvesters.catalogues.outcome import Adopted, Note, Tally, Unusable
from harvesters.catalogues.rows import TABLE, row_of
from harvesters.harvester import Remark, SourceConfig
from harvesters.record import Record
from schemas.errors import ConfigurationError
from schemas.row import Finding, Quarantined, Row

#: A catalogue that does everything differently is told about once, not a thousand times.
_MOST_REMARKS = 50


def require_web(source: SourceConfig) -> None:
    """Raises ConfigurationError."""
    if not source.is_remote:
        raise ConfigurationError(f"Quelle {source.name!r}: Ein Katalog hat eine Adresse, die mit http:// oder https:// beginnt.")


class CatalogueRecord(Record):
    """One data set as another catalogue describes it. `read` is pure; `place` says where in the answer it stood."""

    def __init__(self, content: object, *, origin: str, place: str, read: Callable[[Any], Adopted]) -> None:
        super().__init__({"record": content}, origin=origin, tables=[TABLE])
        self._read = read
        self._place = place

    @cached_property
    def outcome(self) -> Adopted | Unusable:
        try:
            return self._read(self.get("record"))
        except Unusable as error:
            return error

    @property
    def uri(self) -> str:
        """ "" while it has none that could be used."""
        return self.outcome.uri if isinstance(self.outcome, Unusable) else self.outcome.dataset.uri

    def result(self, catalogue: str) -> Row | Quarantined:
        if isinstance(self.outcome, Unusable):
            return self._refused(self.outcome)
        try:
            return row_of(self.outcome, catalogue=catalogue, origin=self.origin)
        except Unusable as error:
            return self._refused(error)

    def _refused(self, error: Unusable) -> Quarantined:
        message = f"{self._place}: {error.detail}"
        finding = Finding(code=error.code, message=message, origin=self.origin, table=TABLE, key=error.uri, field=error.field)
        return Quarantined(table=TABLE, key=error.uri, digest=self.digest, findings=(finding,))


class Intake:
    """One walk over one catalogue."""

    def __init__(self, source: SourceConfig) -> None:
        self._own = OwnAddresses(source.own_addresses)
        self._tally = Tally(counts={}, first={})
        self.taken = 0

    def take(self, record: CatalogueRecord, where: str) -> Iterator[CatalogueRecord]:
        """The record, unless it is one of ours: those went out from here and never come back in."""
        if self._is_ours(record.outcome):
            self.leave("own", "uri", record.uri or where)
            return
        self.taken += 1
        if isinstance(record.outcome, Adopted):
            self._tally.add(record.outcome.notes, record.uri)
        yield record

    def leave(self, code: str, field: str, where: str) -> None:
        self._tally.add([Note(code=code, field=field)], where)

    def remarks(self, origin: str) -> Iterator[Remark]:
        said = self._tally.sentences()
        for note, sentence in said[:_MOST_REMARKS]:
            yield Remark(finding=Finding(code=note.code, message=sentence, origin=origin, table=TABLE, field=note.field))
        if len(said) > _MOST_REMARKS:
            message = f"Dazu kommen {len(said) - _MOST_REMARKS} weitere Hinweise dieser Art."
            yield Remark(finding=Finding(code="more-remarks", message=message, origin=origin, table=TABLE))

    def _is_ours(self, outcome: Adopted | Unusable) -> bool:
        """By its IRI, by an identifier, or because all its files lie here."""
        if isinstance(outcome, Unusable):
            return outcome.uri in self._own
        dataset = outcome.dataset
        if any(each in self._own for each in (dataset.uri, outcome.identifier, *dataset.identifiers)):
            return True
        return bool(dataset.links) and all(each.access_url in self._own for each in dataset.links)
