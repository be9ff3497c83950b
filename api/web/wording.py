"""Numbers, dates, sizes and reported figures as people read them, in German and English."""

from datetime import datetime
from zoneinfo import ZoneInfo

from schemas.dates import PartialDate, Precision
from schemas.row import Value
from schemas.table import Field, common_tables
from schemas.values import Text

BERLIN = ZoneInfo("Europe/Berlin")
NO_VALUE = "–"
_MONTHS = {
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
}
_SIZES = ("Byte", "kB", "MB", "GB")
#: What stands before a reported figure. `exact` says nothing, `mixed` is explained in the note of the row.
QUALIFIERS = {
    "min": Text(de="über", en="more than"),
    "max": Text(de="knapp", en="just under"),
    "approx": Text(de="rund", en="about"),
}
_MIXED = Text(de="(siehe Anmerkung)", en="(see note)")


def number(value: float, language: str) -> str:
    """`1234.5` is `1.234,5` in German. No digit is added or dropped."""
    text = f"{value:,}" if isinstance(value, int) else _float(value)
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text


def _float(value: float) -> str:
    whole, _, fraction = repr(value).partition(".")
    if not fraction or "e" in fraction or "n" in whole:
        return repr(value)
    return f"{int(whole):,}" if fraction == "0" else f"{'-' if value < 0 else ''}{abs(int(whole)):,}.{fraction}"


def size(bytes_: int, language: str) -> str:
    """Decimal prefixes, three digits at most: 12,3 kB."""
    amount, unit = float(bytes_), 0
    while amount >= 1000 and unit < len(_SIZES) - 1:
        amount, unit = amount / 1000, unit + 1
    rounded = round(amount, 1) if unit and amount < 100 else round(amount)
    return f"{number(rounded, language)} {_SIZES[unit]}"


def day(moment: datetime, language: str) -> str:
    """`20. November 2026`, in the city's time zone."""
    local = moment.astimezone(BERLIN)
    return _day(local.year, local.month, local.day, language)


def minute(moment: datetime, language: str) -> str:
    local = moment.astimezone(BERLIN)
    clock = f"{local:%H:%M}"
    return f"{day(moment, language)}, {clock} Uhr" if language == "de" else f"{day(moment, language)}, {clock}"


def partial_date(iso: str, language: str) -> str:
    """`2023`, `Juni 2023` or `12. Juni 2023`; what is no date stays as it is."""
    try:
        date = PartialDate(iso)
    except ValueError:
        return iso
    first = date.first_day()
    match date.precision:
        case Precision.YEAR:
            return iso
        case Precision.MONTH:
            return f"{_MONTHS[language][first.month - 1]} {first.year}"
        case Precision.DAY:
            return _day(first.year, first.month, first.day, language)


def _day(year: int, month: int, day_: int, language: str) -> str:
    name = _MONTHS[language][month - 1]
    return f"{day_}. {name} {year}" if language == "de" else f"{day_} {name} {year}"


def unit(code: str, language: str) -> str:
    """The unit in words. Its code list stands in the table of reported figures, for all tables."""
    for each in common_tables()["figure"].field("unit").codes:
        if each.value == code and code not in ("other", "rank"):
            return each.title.in_language(language)
    return ""


def figure(value: float, *, qualifier: str, unit_code: str, language: str) -> str:
    """`über 250 Personen`: qualifier, number and unit in one readable phrase."""
    before = QUALIFIERS[qualifier].in_language(language) if qualifier in QUALIFIERS else ""
    behind = _MIXED.in_language(language) if qualifier == "mixed" else ""
    return " ".join(part for part in (before, number(value, language), unit(unit_code, language), behind) if part)


def cell(value: Value, field: Field, language: str) -> str:
    """One table cell: codes by label, dates and numbers as people write them."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return {"de": ("nein", "ja"), "en": ("no", "yes")}[language][value]
    if isinstance(value, int | float):
        return str(value) if _is_literal_number(field) else number(value, language)
    for code in field.codes:
        if code.value == value:
            return code.title.in_language(language)
    return _text(value, field, language)


def _is_literal_number(field: Field) -> bool:
    """Coordinates and run numbers read wrong with thousands separators."""
    return field.kind in ("longitude", "latitude") or field.name == "changed_run"


def _text(value: str, field: Field, language: str) -> str:
    if field.kind == "partial-date" or field.type == "date":
        return partial_date(value, language)
    if field.type == "datetime":
        try:
            return minute(datetime.fromisoformat(value), language)
        except ValueError:
            return value
    return value
