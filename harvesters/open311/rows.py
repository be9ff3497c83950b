"""One request as a row of the vault. Pure."""

import re
from collections.abc import Mapping

from harvesters.keys import key_of
from harvesters.moments import day_of
from harvesters.record import Record
from schemas.districts import Districts
from schemas.errors import MissingField, RecordError, WrongValue
from schemas.place import inside_city
from schemas.row import Finding, Quarantined, Row, Value
from schemas.table import microdata_tables

TABLE = "report"
_STATES = {"open": "open", "closed": "done"}
_NUMBER = re.compile(r"-?\d{1,3}(?:[.,]\d+)?", re.ASCII)


class Rows:
    """`categories`: code or name of a service -> code of `report.category`; what stands in none of them is "other"."""

    def __init__(self, *, prefix: str, process: str, categories: Mapping[str, str], districts: Districts | None) -> None:
        self._prefix = prefix
        self._process = process
        self._categories = {name.strip().casefold(): code for name, code in categories.items()}
        self._districts = districts

    def knows(self, *names: str) -> bool:
        return any(each.strip().casefold() in self._categories for each in names)

    def report(self, record: Record) -> Row | Quarantined:
        """Raises RecordError for one without a readable number."""
        key = key_of(self._prefix, _line(record, "service_request_id", required=True).lstrip("#"))
        try:
            values = self._values(record)
        except RecordError as error:
            code = "missing-field" if isinstance(error, MissingField) else "wrong-value"
            finding = Finding(code=code, message=str(error), origin=record.origin, table=TABLE, key=key, row=record.row)
            return Quarantined(table=TABLE, key=key, digest=record.digest, findings=(finding,))
        names = microdata_tables()[TABLE].field_names
        assert not values.keys() - set(names), values.keys() - set(names)
        filled = {"id": key} | values
        return Row(table=TABLE, key=key, values={name: filled.get(name) for name in names}, origin=record.origin)

    def _values(self, record: Record) -> dict[str, Value]:
        state = _STATES.get(_line(record, "status", required=True).casefold())
        if state is None:
            raise WrongValue("»status«")
        changed = _line(record, "updated_datetime")
        return {
            "process_id": self._process or None,
            "category": self._category(_line(record, "service_code"), _line(record, "service_name")),
            "state": state,
            "reported_on": _day(_line(record, "requested_datetime", required=True), "requested_datetime"),
            # Of a closed request, this is the day it was closed (GeoReport v2, updated_datetime).
            "closed_on": _day(changed, "updated_datetime") if changed and state == "done" else None,
            "district_id": self._district(record),
            "text": _line(record, "description") or None,
        }

    def _category(self, *names: str) -> str:
        return next((self._categories[key] for each in names if (key := each.casefold()) in self._categories), "other")

    def _district(self, record: Record) -> str | None:
        place = position_of(record.get("long"), record.get("lat"))
        found = self._districts.at(*place[:2]) if self._districts and place else None
        return found.district_id if found else None


def position_of(longitude: object, latitude: object) -> tuple[float, float, bool] | None:
    """Longitude, latitude, and whether the source had swapped them. None for what is no position, or none in or beside the city: [0, 0]
    among them, which servers write for a report without a place."""
    one, other = _number(longitude), _number(latitude)
    if one is None or other is None:
        return None
    if inside_city(one, other):
        return one, other, False
    return (other, one, True) if inside_city(other, one) else None


def _number(value: object) -> float | None:
    """Also as text, with a decimal comma, or in quotation marks of its own."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    said = value.strip().strip('"') if isinstance(value, str) else ""
    return float(said.replace(",", ".")) if _NUMBER.fullmatch(said) else None


def _line(record: Record, name: str, *, required: bool = False) -> str:
    """Numbers are written as numbers by some servers. Raises MissingField, WrongValue."""
    value = record.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None or value == "":
        if required:
            raise MissingField(f"»{name}«")
        return ""
    if not isinstance(value, str):
        raise WrongValue(f"»{name}«")
    return " ".join(value.split())


def _day(said: str, name: str) -> str:
    try:
        return day_of(said)
    except (ValueError, OverflowError):
        raise WrongValue(f"»{name}«") from None
