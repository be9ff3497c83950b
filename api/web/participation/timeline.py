"""One chronological list from the first event to decision and measure. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from api.web.participation.gathering import Dossier
from api.web.participation.pages import Fact, Moment
from api.web.participation.wording import date_of, facts, origin_of, period_of, sort_key, text_of
from api.web.published import PublishedValues
from api.web.texts import text
from api.web.wording import partial_date
from schemas.dates import Precision

#: What a line tells, by table: columns in this order.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "event": ("place", "mode", "status", "capacity", "availability", "note"),
    "format": ("phase", "kind", "mode", "channels", "identity", "multiple_participation", "state", "note"),
    "decision": (
        "body", "outcome", "majority", "votes_yes", "votes_no", "votes_abstain", "outcome_text", "deviates_from_participation",
        "deviation_reason", "reference", "note",
    ),
    "measure_item": ("description", "state", "progress", "due", "note"),
    "process": ("method", "mode"),
}  # fmt: skip
#: Kinds of lines in the order in which one follows from the other; others, such as beginnings, come first.
_ORDER = ("project_start", "process", "phase", "format", "event", "results", "decision", "measure", "measure_done", "project_end")


def timeline(dossier: Dossier, today: date, language: str) -> tuple[Moment, ...]:
    found = [*_own(dossier, today, language), *_linked(dossier, today, language)]
    return tuple(sorted(found, key=lambda each: (*sort_key(each.start), _rank(each.kind), each.title.casefold())))


def _rank(kind: str) -> int:
    """Of one day: what leads to something stands before it."""
    return _ORDER.index(kind) if kind in _ORDER else 0


def next_events(dossier: Dossier, today: date, language: str) -> tuple[Moment, ...]:
    """Of today and later, cancelled ones included (they say so); the next one first."""
    ahead = [each for each in dossier.rows("event") if each.get("status") != "held" and _lasts_until(each, today)]
    found = [_event(each, today, language) for each in ahead]
    return tuple(sorted(found, key=lambda each: (*sort_key(each.start), each.when)))


def _lasts_until(row: PublishedValues, today: date) -> bool:
    last = date_of(row.get("end")) or date_of(row.get("start"))
    return last is not None and last.last_day() >= today


def _linked(dossier: Dossier, today: date, language: str) -> Iterator[Moment]:
    """A format that was one event on the same days is told in the line of the event."""
    makers: Mapping[str, Callable[[PublishedValues, date, str], Moment]] = {"decision": _decision, "measure_item": _measure}
    held_as = _formats_by_event(dossier)
    told = {each["id"] for each in held_as.values()}
    yield from (_event(each, today, language, held_as.get(str(each["id"]))) for each in dossier.rows("event"))
    yield from (_format(each, today, language) for each in dossier.rows("format") if each["id"] not in told)
    for table, make in makers.items():
        yield from (make(each, today, language) for each in dossier.rows(table))


def _formats_by_event(dossier: Dossier) -> dict[str, PublishedValues]:
    """Only where there is one event and one format of a process on the same days, and the days are known."""
    events, formats = _by_days(dossier.rows("event")), _by_days(dossier.rows("format"))
    pairs = [(events[days], formats[days]) for days in events.keys() & formats.keys()]
    return {str(event[0]["id"]): form[0] for event, form in pairs if len(event) == len(form) == 1}


def _by_days(rows: Iterable[PublishedValues]) -> dict[tuple[str, str, str], list[PublishedValues]]:
    found: dict[tuple[str, str, str], list[PublishedValues]] = {}
    for each in rows:
        first = date_of(each.get("start"))
        if first is not None and first.precision is Precision.DAY and each.get("process_id"):
            found.setdefault((text_of(each, "process_id"), first.iso, text_of(each, "end") or first.iso), []).append(each)
    return found


def _own(dossier: Dossier, today: date, language: str) -> Iterator[Moment]:
    """Beginnings and ends that stand in the rows of project and processes themselves."""
    decided = {each.get("date") for each in dossier.rows("decision")}
    if dossier.kind == "project":
        for column in ("start", "end"):
            if dossier.row.get(column):
                title = text_of(dossier.row, "title")
                yield _moment(f"project_{column}", dossier.row, text_of(dossier.row, column), today, language, title=title)
    for row in dossier.processes:
        path = f"/processes/{row['id']}" if dossier.kind == "project" else ""
        yield from _process(row, path, today, language)
        if row.get("decision_date") and row["decision_date"] not in decided:
            title = text_of(row, "decision_body") or text_of(row, "title")
            yield _moment("decision", row, text_of(row, "decision_date"), today, language, title=title)


def _process(row: PublishedValues, path: str, today: date, language: str) -> Iterator[Moment]:
    period = period_of(row)
    if period.start or period.end:
        iso = period.start.iso if period.start else str(period.end)
        told = facts("process", row, _COLUMNS["process"], language, telling=True)
        yield _moment("process", row, iso, today, language, title=text_of(row, "title"), when=period.words(language), path=path, told=told)
    if row.get("results_published_on"):
        yield _moment("results", row, text_of(row, "results_published_on"), today, language, title=text_of(row, "title"), path=path)


def _event(row: PublishedValues, today: date, language: str, held_as: PublishedValues | None = None) -> Moment:
    """`held_as`: the format of the process that the event was."""
    when = period_of(row).words(language) if row.get("end") else partial_date(text_of(row, "start"), language)
    clock = text_of(row, "start_time")
    return _moment(
        "event",
        row,
        text_of(row, "start"),
        today,
        language,
        title=text_of(row, "title"),
        when=text("event_at", language, day=when, time=clock) if clock else when,
        told=(*facts("event", row, _COLUMNS["event"], language, telling=True), *_form(held_as, language)),
    )


def _form(row: PublishedValues | None, language: str) -> tuple[Fact, ...]:
    """What the line of an event does not tell anyway."""
    return facts("format", row, ("phase", "kind", "channels", "identity", "multiple_participation"), language, telling=True) if row else ()


def _format(row: PublishedValues, today: date, language: str) -> Moment:
    period = period_of(row)
    iso = period.start.iso if period.start else str(period.end or "")
    kind = "phase" if row.get("kind") == "phase" else "format"
    over = ("state",) if period.state(today) == "over" else ()  # the dates tell more than a state of long ago
    left_out = (*over, *(("phase", "kind") if kind == "phase" else ()))
    columns = [each for each in _COLUMNS["format"] if each not in left_out]
    told = facts("format", row, columns, language, telling=True)
    return _moment(kind, row, iso, today, language, title=text_of(row, "title"), when=period.words(language), told=told)


def _decision(row: PublishedValues, today: date, language: str) -> Moment:
    told = facts("decision", row, _COLUMNS["decision"], language, telling=True)
    return _moment("decision", row, text_of(row, "date"), today, language, title=text_of(row, "decision"), told=told)


def _measure(row: PublishedValues, today: date, language: str) -> Moment:
    """On the day it was done, else on the day it is due."""
    done = text_of(row, "done_on")
    told = facts("measure_item", row, _COLUMNS["measure_item"], language, telling=True)
    kind = "measure_done" if done else "measure"
    return _moment(kind, row, done or text_of(row, "due"), today, language, title=text_of(row, "title"), told=told)


def _moment(
    kind: str,
    row: PublishedValues,
    iso: str,
    today: date,
    language: str,
    *,
    title: str,
    when: str = "",
    path: str = "",
    told: tuple[Fact, ...] = (),
) -> Moment:
    first = date_of(iso)
    return Moment(
        kind=kind,
        start=first.iso if first else "",
        when=when or partial_date(iso, language),
        title=title,
        path=path,
        facts=told,
        minutes_url=text_of(row, "minutes_url"),
        recording_url=text_of(row, "recording_url"),
        origin=origin_of(row),
        ahead=first is not None and first.first_day() > today,
    )
