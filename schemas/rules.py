"""What must hold for a row beyond its Table Schema, and which columns of a source name persons.

Pure; Frictionless itself runs in `catalog.checks`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from schemas.dates import PartialDate
from schemas.place import inside_city
from schemas.row import Finding, Row, Value
from schemas.table import Field, Table

#: Raised whenever a rule finds what it did not find before: then every source's published rows are judged again.
RULES = "1"
#: Reported counts of persons below this wait for a person's approval (DESIGN A2).
SMALL_COUNT = 5
#: Units under which a number counts persons, whatever the field is called.
PERSON_UNITS = frozenset({"persons", "registrations", "signatures"})
#: A person may let a row pass that has only these findings, or hits of the personal-data check (an office's telephone number);
#: everything else the source has to mend.
ACCEPTABLE = frozenset({"small-person-count", "implausible-position"})

_UNIT_FIELDS = {"value": "unit", "count": "count_unit"}  # number field -> field of the same row that holds its unit
_PERIODS = (("start", "end"), ("since", "until"), ("valid_from", "valid_to"))
_AXES = ("longitude", "latitude")
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#]+\S*", re.ASCII | re.IGNORECASE)
_Problem = tuple[str, str]  # code, German sentence
#: Control characters but tab and line ends, lone surrogates, signs that turn the reading direction, and Unicode's noncharacters
#: at the end of each plane. One pattern, because every cell of every row is looked at in every harvest.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def row_findings(table: Table, row: Row) -> tuple[Finding, ...]:
    """What Frictionless does not know of: findings of one row, in the order of its fields. Never holds a value."""
    found = [*_field_problems(table, row), *_period_problems(row), *_position_problems(table, row)]
    if row.source_url:
        found += [("source_url", *each) for each in (*_address_problems(row.source_url), *_character_problems(row.source_url))]
    return tuple(
        Finding(code=code, message=message, origin=row.origin, table=table.name, key=row.key, field=field) for field, code, message in found
    )


def unsuspicious(table: Table, rows: Sequence[Row]) -> bool:
    """Whether `row_findings` would find nothing in any of them, seen by their columns: a value that stands in a thousand rows is looked
    at once. False: something is wrong, or only a look at each row can tell."""
    names = frozenset(table.field_names)
    in_rows = {each for period in _PERIODS for each in period} | {each.name for each in table.fields if each.kind in _AXES}
    if in_rows & names or any(each.type in ("integer", "number") for each in table.fields):
        return False
    if any(
        next(_address_problems(each), None) or next(_character_problems(each), None) for each in {row.source_url for row in rows} - {""}
    ):
        return False
    return not any(
        next(_value_problems(field, value, {}), None)
        for field in table.fields
        for value in {row.values.get(field.name) for row in rows} - {None}
    )


def is_acceptable(code: str) -> bool:
    """Whether a person may accept a row with this finding as it is (`klar quarantine accept`)."""
    return code in ACCEPTABLE or code.startswith("personal-")


def _field_problems(table: Table, row: Row) -> Iterator[tuple[str, str, str]]:
    for field in table.fields:
        value = row.values.get(field.name)
        if value is None:
            continue
        for code, message in _value_problems(field, value, row.values):
            yield field.name, code, message


def _value_problems(field: Field, value: Value, values: Mapping[str, Value]) -> Iterator[_Problem]:
    if isinstance(value, str):
        yield from _character_problems(value)
        if field.kind == "partial-date":
            yield from _date_problems(value)
        if field.kind == "uri":
            yield from _address_problems(value)
    elif value is not None and value < SMALL_COUNT and counts_persons(field, values):
        yield "small-person-count", f"Weniger als {SMALL_COUNT} Personen: das gibt ein Mensch frei, bevor es veröffentlicht wird."


def counts_persons(field: Field, values: Mapping[str, Value]) -> bool:
    """Whether the number in this field counts persons: by its kind, by its unit, or by the unit named in the same row."""
    if field.type not in ("integer", "number"):
        return False
    unit = field.unit or values.get(_UNIT_FIELDS.get(field.name, ""))
    return field.kind == "person-count" or unit in PERSON_UNITS


def _character_problems(text: str) -> Iterator[_Problem]:
    if not text.isprintable() and _FORBIDDEN.search(text):  # all of them are not printable; asking first takes a tenth of the time
        yield "control-character", "Der Text enthält unsichtbare Steuerzeichen."


def _date_problems(text: str) -> Iterator[_Problem]:
    if _date(text) is None:
        yield "impossible-date", "Dieses Datum gibt es nicht. Erlaubt sind 2023, 2023-06 und 2023-06-12."


def _address_problems(text: str) -> Iterator[_Problem]:
    if not _WEB_ADDRESS.fullmatch(text):
        yield "not-a-web-address", "Das ist keine Adresse, die mit http:// oder https:// beginnt."


def _date(value: Value) -> PartialDate | None:
    try:
        return PartialDate(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _period_problems(row: Row) -> Iterator[tuple[str, str, str]]:
    for first, last in _PERIODS:
        start, end = _date(row.values.get(first)), _date(row.values.get(last))
        if start and end and end.last_day() < start.first_day():
            yield last, "end-before-start", "Das Ende liegt vor dem Beginn."


def _position_problems(table: Table, row: Row) -> Iterator[tuple[str, str, str]]:
    names = {each.kind: each.name for each in table.fields if each.kind in _AXES}
    if len(names) < 2:
        return
    longitude, latitude = _number(row.values.get(names["longitude"])), _number(row.values.get(names["latitude"]))
    if longitude is None and latitude is None:
        return
    if longitude is None or latitude is None:
        yield names["longitude"], "half-position", "Von der Lage fehlt die Länge oder die Breite."
    elif not inside_city(longitude, latitude):
        yield names["longitude"], "implausible-position", "Die Lage ist weit außerhalb der Stadt. Sind Länge und Breite vertauscht?"


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


_CONSUL = {
    "public_author",
    "username",
    "responsible_name",
    "on_behalf_of",
    "document_number",
    "document_type",
    "author_email",
    "author_user_id",
    "moderator_id",
    "officer_name",
    "submitter_id",
    "submitter_email",
    "video_url",
}
_DECIDIM_DIPAS = {"author", "author_id", "author_name", "nickname", "attending_organizations", "contributioncontent", "commentcontent"}
_ADHOCRACY = {"contact_name", "contact_email", "contact_phone", "address_text", "creator", "voting_token", "voting_tokens"}
_OPEN311 = {"media_url", "account_id", "first_name", "last_name", "firstname", "lastname", "phone", "email", "status_notes"}
_LIMESURVEY = {"token", "ipaddr", "ip_address", "refurl", "datestamp", "seed"}
_ICALENDAR = {"attendee", "organizer"}
_GERMAN_LISTS = {
    "vorname",
    "nachname",
    "familienname",
    "geburtsdatum",
    "geburtsjahr",
    "e_mail",
    "mail",
    "mailadresse",
    "e_mail_adresse",
    "telefon",
    "telefonnummer",
    "handy",
    "mobilnummer",
    "anschrift",
    "ip_adresse",
    "benutzername",
    "nutzername",
    "ansprechpartner",
    "ansprechpartnerin",
    "ansprechperson",
    "verfasser",
    "verfasserin",
    "autor",
    "autorin",
    "unterschrift",
}
#: Columns of known platforms, and of lists that offices keep, that name a person. Names that mean something harmless elsewhere
#: (description, address, lat, startdate, likes, name) are left out: where they are personal, their table has other columns of this list.
IDENTIFYING_COLUMNS = frozenset(_CONSUL | _DECIDIM_DIPAS | _ADHOCRACY | _OPEN311 | _LIMESURVEY | _ICALENDAR | _GERMAN_LISTS)
_IDENTIFYING_PATTERN = re.compile(r"attribute_\d+|users[._].+|.+_(?:email|e_mail|phone|telefon|vorname|nachname)", re.ASCII)


def identifying(column: str) -> bool:
    """Whether a source column of this name identifies persons. Case, spaces, hyphens and camelCase make no difference."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.strip())
    for name in (column.strip(), spaced):
        plain = re.sub(r"[\s\-–]+", "_", name).lower()
        if plain in IDENTIFYING_COLUMNS or _IDENTIFYING_PATTERN.fullmatch(plain):
            return True
    return False
