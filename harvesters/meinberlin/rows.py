"""From what meinBerlin says to rows of the common model. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from harvesters.keys import key_of
from harvesters.meinberlin.reading import plan_number
from harvesters.moments import day_of
from harvesters.nodes import listed, position_of, row_of, whole, words
from harvesters.record import Record
from schemas.districts import Assigned, Districts
from schemas.errors import MissingField, WrongValue
from schemas.row import Row

#: The scale of meinBerlin (Plan.PARTICIPATION_*).
_LEVELS = {0: "information", 1: "consultation", 2: "cooperation", 3: "decision"}
#: Of plans as their list gives it: 0 running; what is stored as 1 (done) comes as 2, and came as 1 in older versions.
_PLAN_STATES = {0: "running", 1: "completed", 2: "completed"}


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What all rows of a source share."""

    prefix: str
    home: str  #: address of the platform, with a slash at its end
    title: str  #: of the source
    topics: Mapping[str, str] = field(default_factory=dict)  #: code of the platform -> code of `project.topic`
    names: Mapping[str, str] = field(default_factory=dict)  #: name of a district there -> district_id
    districts: Districts | None = None

    def key(self, number: str) -> str:
        """Raises WrongValue."""
        return key_of(self.prefix, number)

    def page(self, record: Record, name: str = "url") -> str | None:
        said = words(record, name)
        found = urljoin(self.home, said) if said else ""
        return found if found.startswith(("http://", "https://")) else None


def plan_row(record: Record, rules: Rules) -> Iterator[Row]:
    """An entry of the list of intended projects (Vorhabenliste). Raises RecordError."""
    record.skip("type", "subtype", "participation", *("active_phase", "future_phase", "past_phase", "plan_url"))
    title, page = words(record, "title"), rules.page(record)
    number = plan_number(record.get("url"))
    if not title or not number:
        raise MissingField("»url«" if title else "»title«")
    district = _district(record, rules)
    status = whole(record, "status")
    if status is not None and status not in _PLAN_STATES:
        raise WrongValue("»status«")
    yield row_of(
        "project",
        {
            "id": rules.key(number),
            "title": title,
            "topic": _topic(record.get("topics"), rules),
            "status": "unknown" if status is None else _PLAN_STATES[status],
            "lead_organisation": words(record, "organisation"),
            "budget_note": words(record, "cost"),
            "website": page,
            "district_id": district.district_id if district else None,
            "district_basis": district.basis if district else None,
            "source_title": rules.title,
        },
        origin=record.origin,
        source_url=page or "",
    )


def process_row(record: Record, number: str, project: str | None, rules: Rules) -> Iterator[Row]:
    """Raises RecordError. Its code of status is not read: what it means depends on the list and on the version."""
    record.skip("type", "subtype", "status", "plan_url", "topics", "cost", "organisation", "district", "point")
    title, page = words(record, "title"), rules.page(record)
    if not title:
        raise MissingField("»title«")
    level = whole(record, "participation")
    if level is not None and level not in _LEVELS:
        raise WrongValue("»participation«")
    phase = phase_of(record)
    yield row_of(
        "process",
        {
            "id": rules.key(number),
            "project_id": project,
            "title": title,
            "mode": "digital",
            "method": "other",
            "level": None if level is None else _LEVELS[level],
            "initiator": "administration",
            "start": phase.start,
            "end": phase.end,
            "website": page,
            "participate_url": page,
            "source_title": rules.title,
        },
        origin=record.origin,
        source_url=page or "",
    )


@dataclass(frozen=True, kw_only=True)
class Phase:
    """What the list says of one project's phases: the one that runs, else the next, else the last."""

    state: str = "unknown"  #: code of `format.state`
    start: str | None = None
    end: str | None = None


def phase_of(record: Record) -> Phase:
    """`active_phase` is [percent, "time left" in words, end], or false; the others an instant, or false. Raises WrongValue."""
    active, future, past = (record.get(each) or None for each in ("active_phase", "future_phase", "past_phase"))
    if active is not None:
        if not isinstance(active, list) or len(active) != 3:
            raise WrongValue("»active_phase«")
        return Phase(state="running", end=_day(active[2], "active_phase"))
    if future is not None:
        return Phase(state="planned", start=_day(future, "future_phase"))
    return Phase(state="completed", end=_day(past, "past_phase")) if past is not None else Phase()


def phase_row(record: Record, number: str, rules: Rules) -> Iterator[Row]:
    """Raises RecordError."""
    phase, page = phase_of(record), rules.page(record)
    yield row_of(
        "format",
        {
            "id": rules.key(f"{number}.phase"),
            "process_id": rules.key(number),
            "title": "Online-Beteiligung",
            "kind": "phase",
            "mode": "digital",
            "channels": "web",
            "start": phase.start,
            "end": phase.end,
            "state": phase.state,
            "identity": "unbekannt",
            "source_title": rules.title,
        },
        origin=record.origin,
        source_url=page or "",
    )


def _day(value: Any, name: str) -> str | None:
    if value in (None, ""):
        return None
    try:
        return day_of(value) if isinstance(value, str) else None
    except (ValueError, OverflowError) as error:
        raise WrongValue(f"»{name}«") from error


def _topic(topics: object, rules: Rules) -> str | None:
    """Only where all of its topics mean the same: which of two counts would be a guess."""
    codes = {rules.topics[each] for each in listed(topics) if isinstance(each, str) and each in rules.topics}
    return codes.pop() if len(codes) == 1 else None


def _district(record: Record, rules: Rules) -> Assigned | None:
    """As named, else by its point; one that is city-wide lies in none."""
    name, point = words(record, "district"), record.get("point")
    if name in rules.names:
        return Assigned(district_id=rules.names[name or ""], basis="stated")
    geometry = point.get("geometry") if isinstance(point, dict) else None
    pair = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if not isinstance(pair, list) or len(pair) < 2 or rules.districts is None:
        return None
    position = position_of(pair[0], pair[1])
    return rules.districts.at(*position) if position else None
