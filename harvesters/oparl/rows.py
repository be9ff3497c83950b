"""Rows of meetings, decisions and committees. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from harvesters.moments import day_of, time_of
from harvesters.oparl.ids import row_key
from harvesters.oparl.places import has_address, place_of, position_of
from harvesters.oparl.records import Body, ItemRecord, MeetingRecord, OrganisationRecord, Paper, text, texts
from harvesters.oparl.words import kind_of, majority_of, mode_of, outcome_of, status_of
from harvesters.record import Record
from schemas.dates import PartialDate
from schemas.districts import Districts
from schemas.errors import MissingField, RecordError, WrongValue
from schemas.row import Finding, Quarantined, Row, Value
from schemas.table import common_tables

_WEB = re.compile(r"https?://[^\s/?#]+\S*", re.ASCII | re.IGNORECASE)


class Rows:
    """`home`: address of the system. `title`: of the source, as its rows name it."""

    def __init__(self, *, prefix: str, home: str, title: str, outcomes: Mapping[str, str], districts: Districts | None) -> None:
        self._prefix = prefix
        self._home = home
        self._title = title
        self._outcomes = outcomes
        self._districts = districts

    def organisation(self, record: OrganisationRecord) -> Row | Quarantined:
        def values(key: str) -> tuple[dict[str, Value], str]:
            name = record.text("name") if record.get("name") else record.text("shortName")
            record.skip("shortName", "deleted")
            parent = _said(record, "subOrganizationOf")
            return {
                "name": name,
                "kind": kind_of(name, f"{_said(record, 'classification')} {_said(record, 'organizationType')}"),
                "parent_id": self._key(parent) if parent in record.body.taken else None,
                "valid_from": _day(record, "startDate"),
                "valid_to": _day(record, "endDate"),
                "note": _note(_licence(record, record.body)),
                **self._source(record, record.body),
            }, _web(record, "web", "website", "id")

        return self._row(record, "organisation", values)

    def meeting(self, record: MeetingRecord) -> Row | Quarantined:
        def values(key: str) -> tuple[dict[str, Value], str]:
            record.skip("agendaItem", "deleted")
            start = record.text("start")
            first, last = _moment(start, day_of), _day(record, "end")
            bodies = bodies_of(record.get("organization"), record.body)
            location = _object(record, "location")
            return {
                "title": _said(record, "name") or f"Sitzung {bodies}",
                "start": first,
                "end": last if last and last != first else None,
                "start_time": _moment(start, time_of) or None,
                "place": place_of(location) or None,
                **self._district(location),
                "mode": mode_of(place_of(location), has_address=has_address(location)),
                "status": status_of(_said(record, "meetingState"), cancelled=record.get("cancelled") is True),
                **_papers_of_meeting(record, bodies),
                **self._source(record, record.body),
            }, _web(record, "web", "id")

        return self._row(record, "event", values)

    def decision(self, record: ItemRecord) -> Row | Quarantined:
        def values(key: str) -> tuple[dict[str, Value], str]:
            record.skip("order", "public", "keyword")
            record.skip("number")
            paper = paper_of(record)
            result, resolution = _said(record, "result"), _said(record, "resolutionText")
            start = text(record.meeting, "start")
            file = _object(record, "resolutionFile")
            return {
                "date": _moment(start, day_of) if start else None,
                "body": bodies_of(record.meeting.get("organization"), record.body),
                "decision": _said(record, "name") or _numbered(record),
                "outcome": outcome_of(result, self._outcomes) if result else "unknown",
                "majority": majority_of(result),
                "outcome_text": ". ".join(filter(None, (result.rstrip("."), resolution))) or None,
                "reference": paper.reference or None,
                "note": _note(_licence(record, record.body), _licence_of_file(file, "Beschluss")),
                **self._source(record, record.body),
            }, _web(record, "web") or _address(file, "accessUrl") or _address(record.meeting, "web") or _web(record, "id")

        return self._row(record, "decision", values)

    def _row(self, record: Record, table: str, values: Callable[[str], tuple[dict[str, Value], str]]) -> Row | Quarantined:
        """Something wrong in a row whose key is known concerns this row only."""
        key = self._key(record.text("id"))
        try:
            found, address = values(key)
        except RecordError as error:
            code = "missing-field" if isinstance(error, MissingField) else "wrong-value"
            finding = Finding(code=code, message=str(error), origin=record.origin, table=table, key=key)
            return Quarantined(table=table, key=key, digest=record.digest, findings=(finding,))
        names = common_tables()[table].field_names
        assert not found.keys() - set(names), found.keys() - set(names)
        filled = {"id": key} | found
        return Row(table=table, key=key, values={name: filled.get(name) for name in names}, source_url=address, origin=record.origin)

    def _key(self, address: str) -> str:
        return row_key(self._prefix, self._home, address)

    def _district(self, location: Mapping[str, Any]) -> dict[str, Value]:
        position = position_of(location)
        found = self._districts.at(position.longitude, position.latitude) if self._districts and position else None
        return {"district_id": found.district_id, "district_basis": found.basis} if found else {}

    def _source(self, record: Record, body: Body) -> dict[str, Value]:
        changed = _day(record, "modified")
        return {
            "source_title": f"{self._title}: {body.name}" if body.name else self._title,
            "source_date": changed,
            "source_date_basis": "stated" if changed else "unknown",
        }


def bodies_of(ids: object, body: Body) -> str:
    """Names of the committees, joined; the municipality where none is known."""
    return "; ".join(dict.fromkeys(body.organisations[each] for each in texts(ids) if each in body.organisations)) or body.name


def paper_of(record: ItemRecord) -> Paper:
    for name in ("consultation", "id"):
        said = record.get(name)
        if isinstance(said, str) and said in record.body.papers:
            return record.body.papers[said]
    return Paper()


def _numbered(record: ItemRecord) -> str:
    """Raises MissingField for an item with neither name nor number."""
    return f"Tagesordnungspunkt {record.text('number')}"


def _papers_of_meeting(record: MeetingRecord, bodies: str) -> dict[str, Value]:
    """Minutes are linked, never read: they name who was there and who said what."""
    invitation, results, verbatim = (_object(record, name) for name in ("invitation", "resultsProtocol", "verbatimProtocol"))
    invited = _address(invitation, "accessUrl")
    minutes = results if _address(results, "accessUrl") else verbatim
    return {
        "minutes_url": _address(minutes, "accessUrl") or None,
        "note": _note(
            f"Gremium: {bodies}" if bodies else "",
            f"Einladung: {invited}" if invited else "",
            _licence(record, record.body),
            _licence_of_file(minutes, "Niederschrift"),
        ),
    }


def _licence(record: Record, body: Body) -> str:
    said = _said(record, "license") or body.licence
    return f"Lizenz laut Quelle: {said}" if said else ""


def _licence_of_file(file: Mapping[str, Any], what: str) -> str:
    said = text(file, "fileLicense") or text(file, "license")
    return f"Lizenz der Datei ({what}) laut Quelle: {said}" if said else ""


def _note(*parts: str) -> str | None:
    return ". ".join(filter(None, parts)) or None


def _said(record: Record, name: str) -> str:
    """A line, "" when there is none. Raises WrongValue for what is no text."""
    if record.get(name) is None:
        return ""
    return " ".join(record.text(name).split())


def _object(record: Record, name: str) -> Mapping[str, Any]:
    found = record.get(name)
    return found if isinstance(found, dict) else {}


def _day(record: Record, name: str) -> str | None:
    said = _said(record, name)
    return _moment(said, day_of) if said else None


def _moment(said: str, read: Callable[[str], str]) -> str:
    """Raises WrongValue."""
    try:
        found = read(said)
        PartialDate(day_of(said))
    except (ValueError, OverflowError):
        raise WrongValue("»Zeitangabe«") from None
    return found


def _web(record: Record, *names: str) -> str:
    """The first of these that is an address a reader can open."""
    said = [record.get(name) for name in names]
    return next((each.strip() for each in said if isinstance(each, str) and _WEB.fullmatch(each.strip())), "")


def _address(found: Mapping[str, Any], name: str) -> str:
    said = found.get(name)
    return said.strip() if isinstance(said, str) and _WEB.fullmatch(said.strip()) else ""
