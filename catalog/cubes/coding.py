"""Which code of each dimension one row has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from catalog.disclosure.coding import leaves
from schemas.cube_plan import CubePlan, FromDate, FromDuration, FromField, FromPresence, PublicRows
from schemas.dates import PartialDate, Precision
from schemas.periods import code_of_partial
from schemas.row import Value
from schemas.statistics import UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Observed:
    """One row to be counted: of microdata or of a public table."""

    table: str
    key: str
    values: Mapping[str, Value]
    process: str = ""
    first_at: datetime | None = None  #: when it came into the vault


@dataclass(frozen=True)
class Code:
    """`text` is UNKNOWN for what is not stated, and "" for a row that does not belong into this statistic (a period that is not in it).
    `foreign`: something is stated that the statistic does not know."""

    text: str
    foreign: bool = False


_NONE = Code(UNKNOWN)
_FOREIGN = Code(UNKNOWN, foreign=True)
_OUTSIDE = Code("")
Coder = Callable[[Observed], Code]


def coders_of(plan: CubePlan, public: PublicRows) -> tuple[Coder, ...]:
    """One for each dimension of a resolved plan, in its order."""
    return tuple(_coder(plan, each.name, frozenset(leaves(each)), public) for each in plan.cube.dimensions)


def _coder(plan: CubePlan, dimension: str, codes: frozenset[str], public: PublicRows) -> Coder:
    match plan.how[dimension]:
        case FromField() as how:
            return _field_coder(how, codes, public)
        case FromDate() as dated:
            known: dict[Value, Code] = {}

            def period(row: Observed) -> Code:
                value = row.values.get(dated.fields[row.table])
                if value not in known:
                    known[value] = _period(dated, value, codes)
                return known[value]

            return period
        case FromPresence() as kept:
            there, missing = Code(kept.there), Code(kept.missing)
            return lambda row: missing if row.values.get(kept.fields[row.table]) in (None, "") else there
        case FromDuration() as lasting:
            return lambda row: _duration(lasting, row)


def _field_coder(how: FromField, codes: frozenset[str], public: PublicRows) -> Coder:
    there = public(how.via[0]) if how.via else {}
    known = {each: Code(each) for each in codes}
    other = Code(how.rest) if how.rest else _FOREIGN

    def code(row: Observed) -> Code:
        value = row.values.get(how.fields[row.table])
        if how.via and value is not None:
            found = there.get(str(value))
            if found is None:
                return _FOREIGN
            value = found.get(how.via[1])
        if value is None or value == "":
            return _NONE
        text = how.codes.get(value, "") if how.codes else str(value)
        return known.get(text, other) if text != UNKNOWN else other

    return code


def _period(how: FromDate, value: Value, codes: frozenset[str]) -> Code:
    if value is None or value == "":
        return _NONE
    found = code_of_partial(str(value), how.bin)
    if found is None:
        return _NONE if _date(str(value)) else _FOREIGN
    return Code(found) if found in codes else _OUTSIDE


def _duration(how: FromDuration, row: Observed) -> Code:
    start, end = row.values.get(how.start[row.table]), row.values.get(how.end[row.table])
    if start is None:
        return _NONE
    first = _date(str(start))
    if first is not None and how.until is not None and first > how.until:
        return _OUTSIDE
    if end is None:
        return Code(how.open)
    last = _date(str(end))
    if first is None or last is None or PartialDate(str(end)).last_day() < first:
        return _FOREIGN
    if Precision.YEAR in (PartialDate(str(start)).precision, PartialDate(str(end)).precision):
        return _NONE
    days = max(0, (last - first).days)  # the month of the end begins before a day in it
    return Code(next((code for most, code in how.steps if days <= most), how.longer))


def _date(text: str) -> date | None:
    try:
        return PartialDate(text).first_day()
    except ValueError:
        return None
