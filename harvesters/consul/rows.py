"""Rows of contributions: which of what a platform says of them goes into the vault, and under which code."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import AfterValidator

from catalog.plan import Part
from harvesters.consul.days import month
from harvesters.harvester import Parted
from harvesters.markup import plain_text
from harvesters.nodes import row_of
from harvesters.record import Record
from schemas.errors import MissingField, RecordError, WrongValue
from schemas.row import Finding, Quarantined, Row, Value
from schemas.table import microdata_tables

CONTRIBUTION = "contribution"


_LISTS = {"proposal": "Vorschläge", "debate": "Debatten", "comment": "Kommentare", "investment": "Investitionsvorschläge"}


def parted(names: Iterable[str]) -> Parted:
    """Contributions come from lists of their own, and are numbered by them: `debate-7`."""
    return Parted(table=CONTRIBUTION, parts=tuple(Part(title=_LISTS[each], field="id", begins=f"{each}-") for each in names))


class NodeRecord(Record):
    """One thing of the platform, and the pure function that makes rows of it. `keys`: table -> key, as far as it is known before anything
    else is read, so that a broken thing does not seem to be gone, and does not stand in the way of those that are."""

    def __init__(
        self,
        fields: Mapping[str, object],
        *,
        origin: str,
        tables: Collection[str],
        rows: "Rows",
        line: int | None = None,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(fields, origin=origin, tables=tuple(tables), row=line)
        self._rows = rows
        self._keys = keys or {}

    def results(self) -> list[Row | Quarantined]:
        """Raises nothing: what is wrong with a thing waits on the Prüfliste."""
        try:
            return list(self._rows(self))
        except RecordError as error:
            self.give_up()
            return [self._refused(table, error) for table in self.tables]

    def _refused(self, table: str, error: RecordError) -> Quarantined:
        code, key = "missing-field" if isinstance(error, MissingField) else "wrong-value", self._keys.get(table, "")
        finding = Finding(code=code, message=str(error), origin=self.origin, table=table, key=key, row=self.row)
        return Quarantined(table=table, key=key, digest=self.digest, findings=(finding,))


Rows = Callable[[Record], Iterable[Row | Quarantined]]


def contribution_key(process: str, name: str, number: object) -> dict[str, str]:
    """For `NodeRecord.keys`; nothing where the process or the number is not known."""
    return {CONTRIBUTION: f"{process}/{name}-{number}"} if process and number not in (None, "") else {}


def number_of(record: Record, name: str = "id") -> str:
    """Servers write numbers as numbers or as text. Raises MissingField, WrongValue."""
    value = record.get(name)
    if value is None or value == "":
        raise MissingField(f"»{name}«")
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise WrongValue(f"»{name}«")
    return str(value).strip()


def said(record: Record, name: str) -> str | None:
    """Text, None for nothing. Raises WrongValue."""
    value = record.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise WrongValue(f"»{name}«")
    return value.strip() or None


def words(texts: Iterable[str | None]) -> str | None:
    """What people see of HTML."""
    found = [each for each in texts if each]
    return (plain_text("\n".join(found)) or None) if found else None


def _topic(code: str) -> str:
    known = [each.value for each in microdata_tables()[CONTRIBUTION].field("topic").codes]
    if code not in known:
        raise ValueError(f"»{code}« ist kein Thema; es gibt {', '.join(known)}")
    return code


#: A code of `contribution.topic`.
Topic = Annotated[str, AfterValidator(_topic)]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a source's options say of all its contributions."""

    topics: Mapping[str, str] = field(default_factory=dict)  #: label or tag of the platform -> code
    texts: bool = False  #: heading and text go into the vault, too
    by_month: bool = False

    def contribution(
        self,
        number: str,
        *,
        process: str,
        kind: str,
        origin: str,
        state: str = "open",
        submitted: str | None = None,
        labels: Iterable[str] = (),
        district: str | None = None,
        title: str | None = None,
        text: str | None = None,
    ) -> Row:
        """Nobody's name, no place, no votes. `submitted`: a day."""
        values: dict[str, Value] = {
            "id": number,
            "process_id": process,
            "kind": kind,
            "topic": self.topic(labels),
            "state": state,
            "submitted_on": month(submitted) if self.by_month else submitted,
            "channel": "online",
            "district_id": district,
            "title": title if self.texts else None,
            "text": text if self.texts else None,
        }
        return row_of(CONTRIBUTION, values, origin=origin)

    def topic(self, labels: Iterable[str]) -> str | None:
        """Only where all labels agree: which of two counts would be a guess."""
        codes = {self.topics[each] for each in labels if each in self.topics}
        return codes.pop() if len(codes) == 1 else None
