"""Rows as people read them: facts by the words of their Table Schema, periods, sources, and whether one can take part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from api.web.participation.pages import Fact, Origin
from api.web.published import PublishedValues
from api.web.reported import source_name
from api.web.texts import text
from api.web.wording import cell, partial_date, unit
from schemas.dates import PartialDate, Precision
from schemas.row import Value
from schemas.table import Field, common_tables

#: Several values in one column of the common model.
SEPARATOR = "; "
#: Codes that say nothing in a line of a timeline.
_NOTHING = ("unknown", "unbekannt")


@dataclass(frozen=True, kw_only=True)
class Period:
    """First and last day of something, each as precisely as known; None when not known at all."""

    start: PartialDate | None
    end: PartialDate | None

    def state(self, today: date) -> str:
        """`later`, `now` or `over`, and `unknown` wherever the dates do not tell."""
        if self.start is not None and today < self.start.first_day():
            return "later"
        if self.end is not None and today > self.end.last_day():
            return "over"
        if self.start is None or self.end is None:
            return "unknown"
        return "now" if self.start.last_day() <= today <= self.end.first_day() else "unknown"

    def words(self, language: str) -> str:
        start, end = (partial_date(each.iso, language) if each else "" for each in (self.start, self.end))
        if start and end:
            return start if start == end else text("period", language, start=start, end=end)
        if start:
            return text("period_open_end", language, start=start)
        return text("period_open_start", language, end=end) if end else ""


def period_of(row: PublishedValues) -> Period:
    return Period(start=date_of(row.get("start")), end=date_of(row.get("end")))


def date_of(value: Value) -> PartialDate | None:
    """None for what is no date."""
    try:
        return PartialDate(value) if isinstance(value, str) else None
    except ValueError:
        return None


def facts(table: str, row: PublishedValues, columns: Iterable[str], language: str, *, telling: bool = False) -> tuple[Fact, ...]:
    """The columns that have a value; with `telling` without codes that say that something is unknown, and nothing twice."""
    found: dict[str, Fact] = {}
    for name in columns:
        of, value = common_tables()[table].field(name), row.get(name)
        words = _words(of, value, language)
        if words and not (telling and (value in _NOTHING or words in found)):
            found[words if telling else name] = Fact(label=of.title.in_language(language), value=words, german=_is_german(of))
    return tuple(found.values())


def _words(of: Field, value: Value, language: str) -> str:
    """A number with its unit: `40 Prozent`."""
    if of.name == "channels":
        return ", ".join(text(f"channel_{each}", language) for each in several(value))
    words = cell(value, of, language)
    return f"{words} {unit(of.unit, language)}" if words and of.unit else words


def code_words(table: str, column: str, value: Value, language: str) -> str:
    return cell(value, common_tables()[table].field(column), language)


def _is_german(of: Field) -> bool:
    """Words of sources; codes, dates and numbers are written in the language of the page."""
    return of.type == "string" and not of.codes and of.kind not in ("partial-date", "uri") and of.name not in ("channels", "start_time")


def several(value: Value) -> tuple[str, ...]:
    return tuple(each.strip() for each in str(value or "").split(SEPARATOR.strip()) if each.strip())


def origin_of(row: PublishedValues) -> Origin:
    return Origin(
        source=source_name(row),
        source_url=str(row.get("source_url") or ""),
        source_date=str(row.get("source_date") or ""),
        inferred=row.get("source_date_basis") == "inferred",
    )


def origins(rows: Sequence[PublishedValues]) -> tuple[Origin, ...]:
    """Each source once, in the order of the rows."""
    return tuple(dict.fromkeys(each for each in map(origin_of, rows) if each.source or each.source_url))


def text_of(row: PublishedValues, column: str) -> str:
    return str(row.get(column) or "")


def sort_key(iso: str) -> tuple[bool, str, int]:
    """Chronological; of two with the same first day the less precise one first; what has no date last."""
    found = date_of(iso)
    if found is None:
        return (True, "", 0)
    order = (Precision.YEAR, Precision.MONTH, Precision.DAY)
    return (False, found.first_day().isoformat(), order.index(found.precision))
