"""From what Decidim says to rows of the common model. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from urllib.parse import quote

from catalog.plan import Part
from harvesters.decidim.questions import SpaceQuestion
from harvesters.decidim.texts import prose_of, title_of
from harvesters.harvester import Parted
from harvesters.keys import key_of
from harvesters.moments import BERLIN, moment_of, time_of
from harvesters.nodes import day, flag, line_of, number, position_of, row_of, web_address, whole, words
from harvesters.record import Record
from schemas.districts import Districts
from schemas.errors import MissingField, WrongValue
from schemas.row import Row

_SPACES = {"process": "Verfahren", "assembly": "Gremien", "conference": "Konferenzen", "initiative": "Initiativen"}
#: Components in which people take part online, by their GraphQL type, and what that makes of their process.
METHODS = {
    "Budgets": "vote",
    "Proposals": "idea-collection",
    "Surveys": "survey",
    "Debates": "comment-on-draft",
    "Sortitions": "lottery",
}
_ONLINE = frozenset({"Budgets", "Proposals", "Surveys", "Debates"})
_MODES = {"in_person": "analog", "online": "digital", "hybrid": "hybrid"}
#: States of proposals as Decidim brings them along (decidim-proposals, ProposalState); administrators may add their own.
STATES: Mapping[str, str] = MappingProxyType(
    {
        "": "open",
        "not_answered": "open",
        "evaluating": "in-review",
        "accepted": "accepted",
        "rejected": "rejected",
        "withdrawn": "withdrawn",
    }
)
#: Keys that administrators give to states of results: those of Decidim's own sample data, and their likes.
_RESULT_STATES = {
    "finished": "done",
    "done": "done",
    "completed": "done",
    "ongoing": "in_progress",
    "in_progress": "in_progress",
    "planned": "open",
    "not_started": "open",
    "pending": "open",
    "cancelled": "dropped",
    "canceled": "dropped",
}


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What all rows of a source share."""

    prefix: str
    home: str  #: address of the platform, with a slash at its end
    title: str  #: of the source
    states: Mapping[str, str] = field(default_factory=dict)  #: further states of proposals -> code
    districts: Districts | None = None

    def key(self, word: str, number: object) -> str:
        """Raises WrongValue for what is no number of anything."""
        if not isinstance(number, (str, int)) or not str(number).strip():
            raise WrongValue("»id«")
        return key_of(self.prefix, f"{word}-{number}")

    def page(self, path: str, slug: str | None) -> str:
        return f"{self.home}{path}/{quote(slug, safe='%')}" if slug else self.home

    def state(self, said: str | None) -> str | None:
        """None for one that nobody has explained."""
        return self.states.get(said or "") or STATES.get(said or "")


def parted(rules: Rules, spaces: Collection[SpaceQuestion], *, comments: bool) -> Iterator[Parted]:
    """Lists that share a table: kinds of spaces, and what people wrote. One that is suddenly empty is held, however full the others are."""
    if len(spaces) > 1:
        parts = (Part(title=_SPACES[each.word], field="id", begins=f"{rules.prefix}-{each.word}-") for each in spaces)
        yield Parted(table="process", parts=tuple(parts))
    if comments:
        said = {"Vorschläge": "proposal-", "Kommentare": "comment-"}
        yield Parted(table="contribution", parts=tuple(Part(title=title, field="id", begins=word) for title, word in said.items()))


@dataclass(frozen=True, kw_only=True)
class Takes:
    """In which ways people could take part in one space."""

    components: frozenset[str] = frozenset()  #: GraphQL types
    meetings: frozenset[str] = frozenset()  #: `typeOfMeeting` of its meetings

    @property
    def mode(self) -> str:
        on_site = bool(self.meetings & {"in_person", "hybrid"})
        online = bool(self.components & _ONLINE or self.meetings & {"online", "hybrid"})
        if self.meetings - _MODES.keys() and not (on_site and online):
            return "unknown"
        return {(True, True): "hybrid", (True, False): "analog", (False, True): "digital"}.get((on_site, online), "unknown")

    def method(self, question: SpaceQuestion) -> str:
        """The one that commits most, where there are several."""
        if question.word == "initiative":
            return "petition"
        found = next((method for name, method in METHODS.items() if name in self.components), None)
        return found or ("public-meeting" if "Meetings" in self.components else "other")


_PERIOD = {
    "process": ("startDate", "endDate"),
    "assembly": ("creationDate", "closingDate"),
    "conference": ("startDate", "endDate"),
    "initiative": ("signatureStartDate", "signatureEndDate"),
}


def process_row(record: Record, question: SpaceQuestion, takes: Takes, rules: Rules) -> Iterator[Row]:
    """Raises RecordError."""
    record.skip("publishedAt")
    title = title_of(record.get("title"))
    if not title:
        raise MissingField("»title«")
    page = rules.page(question.path, words(record, "slug"))
    first, last = _PERIOD[question.word]
    yield row_of(
        "process",
        {
            "id": rules.key(question.word, record.get("id")),
            "title": title,
            "mode": takes.mode,
            "method": takes.method(question),
            "start": day(record, first),
            "end": day(record, last),
            "website": page,
            "participate_url": page,
            "source_title": rules.title,
        },
        origin=record.origin,
        source_url=page,
    )


def step_row(record: Record, process: str, page: str, seen_at: datetime, rules: Rules) -> Iterator[Row]:
    """A phase. Raises RecordError."""
    title = title_of(record.get("title"))
    if not title:
        raise MissingField("»title«")
    start, end, position = day(record, "startDate"), day(record, "endDate"), whole(record, "position")
    yield row_of(
        "format",
        {
            "id": rules.key("step", record.get("id")),
            "process_id": process,
            "seq": None if position is None else position + 1,  # Decidim counts from 0
            "phase": title,
            "title": title,
            "kind": "phase",
            "mode": "unknown",
            "start": start,
            "end": end,
            "state": _phase(start, end, today=seen_at.astimezone(BERLIN).date(), active=flag(record, "active")),
            "identity": "unbekannt",
            "source_title": rules.title,
        },
        origin=record.origin,
        source_url=page,
    )


def _phase(start: str | None, end: str | None, *, today: date, active: bool | None) -> str:
    """What the administration has switched on is running, whatever its dates say."""
    if active:
        return "running"
    if end and end < today.isoformat():
        return "completed"
    return "planned" if start and start > today.isoformat() else "unknown"


def meeting_row(record: Record, process: str, page: str, seen_at: datetime, rules: Rules) -> Iterator[Row]:
    """Raises RecordError."""
    record.skip("privateMeeting")
    title, started = title_of(record.get("title")), words(record, "startTime")
    if not title or not started:
        raise MissingField("»startTime«" if title else "»title«")
    start, end = day(record, "startTime"), day(record, "endTime")
    mode = _MODES.get(words(record, "typeOfMeeting") or "", "unknown")
    record.skip("contributionCount")  # persons made them: counts of them come from releases only
    attendees = whole(record, "attendeeCount")
    recordings = [web_address(record, each) for each in ("videoUrl", "audioUrl")]
    said = record.get("coordinates")
    position = position_of(said.get("longitude"), said.get("latitude")) if isinstance(said, dict) else None
    district = rules.districts.at(*position) if rules.districts and position else None
    yield row_of(
        "event",
        {
            "id": rules.key("meeting", record.get("id")),
            "process_id": process,
            "title": title,
            "start": start,
            "end": end if end != start else None,
            "start_time": time_of(started) or None,
            "place": _place(record, mode),
            "district_id": district.district_id if district else None,
            "district_basis": district.basis if district else None,
            "mode": mode,
            "status": _status(record, started, seen_at),
            "attendees": attendees,
            "qualifier": "exact" if attendees is not None else None,
            "recording_url": next(filter(None, recordings), None),
            "source_title": rules.title,
        },
        origin=record.origin,
        source_url=web_address(record, "url") or page,
    )


def _status(record: Record, started: str, seen_at: datetime) -> str:
    withdrawn, is_withdrawn, closed = (flag(record, each) for each in ("withdrawn", "isWithdrawn", "closed"))
    if withdrawn or is_withdrawn:
        return "cancelled"
    if closed:
        return "held"
    return "planned" if moment_of(started) > seen_at else "unknown"


def _place(record: Record, mode: str) -> str | None:
    """The name of the venue; its address only where it has no name."""
    location = title_of(record.get("location"), "location")
    address = words(record, "address")
    return location or address or ("online" if mode == "digital" else None)


def result_row(record: Record, process: str, page: str, rules: Rules) -> Iterator[Row]:
    """Raises RecordError."""
    title = title_of(record.get("title"))
    if not title:
        raise MissingField("»title«")
    progress = number(record, "progress")
    status = record.get("status")
    key, name = _status_of(status)
    yield row_of(
        "measure_item",
        {
            "id": rules.key("result", record.get("id")),
            "process_id": process,
            "title": title,
            "description": prose_of(record.get("description"), "description"),
            "state": _RESULT_STATES.get(key) or _progress_state(progress),
            "progress": progress,
            "due": day(record, "endDate"),
            "note": f"Stand laut Plattform: {name}." if name else None,
            "source_title": rules.title,
        },
        origin=record.origin,
        source_url=page,
    )


def _status_of(status: object) -> tuple[str, str]:
    """(key, name), "" for what is not said. Raises WrongValue."""
    if status is None:
        return "", ""
    if not isinstance(status, dict):
        raise WrongValue("»status«")
    return (line_of(status.get("key"), "status") or "").lower(), title_of(status.get("name"), "status")


def _progress_state(progress: float | None) -> str:
    if progress is None:
        return "unknown"
    return "done" if progress >= 100 else "in_progress" if progress > 0 else "open"


def budget_row(record: Record, process: str, page: str, rules: Rules) -> Iterator[Row]:
    """A project that could be chosen in a budget. How many chose it is not asked. Raises RecordError."""
    budget, option = title_of(record.get("budget"), "budget"), title_of(record.get("title"))
    if not budget or not option:
        raise MissingField("»title«")
    yield row_of(
        "result",
        {
            "id": rules.key("budget-project", record.get("id")),
            "process_id": process,
            "question": budget,
            "option": option,
            "note": _budget_note(flag(record, "selected"), whole(record, "budget_amount"), whole(record, "total_budget")),
            "source_title": rules.title,
        },
        origin=record.origin,
        source_url=page,
    )


def _budget_note(selected: bool | None, cost: int | None, total: int | None) -> str | None:
    """Amounts have no currency here: the interface names none."""
    said = [] if selected is None else ["Ausgewählt." if selected else "Nicht ausgewählt."]
    if cost is not None:
        said.append(f"Kosten laut Plattform: {cost}" + (f" von {total}." if total is not None else "."))
    return " ".join(said) or None


def contribution_row(record: Record, process: str, rules: Rules) -> Iterator[Row]:
    """A proposal, for the vault: no author, no place, no votes. Raises RecordError."""
    record.skip("official")
    said, withdrawn = words(record, "state"), flag(record, "withdrawn")
    state = "withdrawn" if withdrawn else rules.state(said)
    if state is None:
        raise WrongValue("»state«")
    on_site = flag(record, "createdInMeeting")
    submitted = day(record, "publishedAt") or day(record, "createdAt")
    record.skip("createdAt")
    yield row_of(
        "contribution",
        {
            "id": _numbered("proposal", record),
            "process_id": process,
            "kind": "idea",
            "state": state,
            "submitted_on": submitted,
            "answered_on": day(record, "answeredAt"),
            "channel": "on-site" if on_site else "online",
            "title": title_of(record.get("title")) or None,
            "text": prose_of(record.get("body"), "body"),
        },
        origin=record.origin,
    )


def comment_row(record: Record, process: str) -> Iterator[Row]:
    """What somebody said to a proposal, a meeting …, for the vault. Raises RecordError."""
    yield row_of(
        "contribution",
        {
            "id": _numbered("comment", record),
            "process_id": process,
            "kind": "comment",
            "state": "open",
            "submitted_on": day(record, "createdAt"),
            "channel": "online",
            "text": prose_of(record.get("body"), "body"),
        },
        origin=record.origin,
    )


def _numbered(word: str, record: Record) -> str:
    """Raises MissingField for what has no number: it could be any."""
    number = record.get("id")
    if not number:
        raise MissingField("»id«")
    return f"{word}-{number}"
