"""Reported figures: what sources assert, side by side. Pure; nothing here prefers, converts or adds anything."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate, chain
from urllib.parse import urlsplit

from api.web.wording import figure, partial_date
from schemas.dates import PartialDate
from schemas.row import Value
from schemas.table import Table, common_tables
from schemas.values import Text

Rows = Sequence[Mapping[str, Value]]
#: Tables whose rows hold reported figures, in the order of the page.
TABLES = ("process", "event", "result", "platform_figure", "figure")
#: Columns with a figure, and the measure of the table of assertions that means the same.
_PROCESS = {
    "participants": "participants",
    "contributions": "contributions",
    "votes": "votes-total",
    "registered_users": "registered-users",
}
_EVENT = {"capacity": "capacity", "registrations": "registrations", "attendees": "participants"}
_SECTIONS = {
    "process": Text(de="Beteiligungsverfahren", en="Participation processes"),
    "event": Text(de="Veranstaltungen", en="Events"),
    "result": Text(de="Ergebnisse nach Antworten", en="Results per option"),
    "project": Text(de="Projekte", en="Projects"),
    "platform": Text(de="Plattformen und Einrichtungen", en="Platforms and bodies"),
    "organisation": Text(de="Organisationen", en="Organisations"),
    "decision": Text(de="Beschlüsse", en="Decisions"),
    "city": Text(de="Stadt", en="City"),
}


#: Under a state of a counter that was higher before.
_FALLEN = Text(
    de="Neuer Stand, niedriger als ein früherer: Plattformen zählen neu, etwa wenn Konten gelöscht werden. Die Differenz zählt niemanden.",
    en="A new state, lower than an earlier one: platforms count anew, for example when accounts are deleted. The difference counts nobody.",
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What one source says about one thing."""

    phrase: str  #: in words: `über 250 Personen`
    source: str  #: who says it
    source_url: str
    source_date: str  #: ISO, reduced precision; "" when the source has none
    inferred: bool  #: the date was inferred from the content
    note: str
    baseless: bool  #: a share without the number that it is a share of


@dataclass(frozen=True, kw_only=True)
class Group:
    """All statements on one measure of one subject."""

    kind: str
    subject: str
    measure: str
    statements: tuple[Statement, ...]

    @property
    def competes(self) -> bool:
        return len({each.phrase for each in self.statements}) > 1


@dataclass(frozen=True, kw_only=True)
class _Found:
    key: tuple[str, str, str]  #: kind, subject, measure
    subject: str
    measure: str
    statement: Statement


def groups(rows: Mapping[str, Rows], language: str) -> tuple[Group, ...]:
    """Groups by kind, subject and measure; `rows`: table name -> published rows.

    The same statement of the same source in two tables appears once.
    """
    collected: dict[tuple[str, str, str], list[_Found]] = {}
    for found in _all(rows, language):
        collected.setdefault(found.key, []).append(found)
    made = [_group(key, each) for key, each in collected.items()]
    order = list(_SECTIONS)
    return tuple(sorted(made, key=lambda each: (order.index(each.kind), each.subject.casefold(), each.measure.casefold())))


def section_title(kind: str, language: str) -> str:
    return _SECTIONS[kind].in_language(language)


def _group(key: tuple[str, str, str], found: Sequence[_Found]) -> Group:
    statements: list[Statement] = []
    for each in found:
        place = next((index for index, other in enumerate(statements) if _same(each.statement, other)), None)
        if place is None:
            statements.append(each.statement)
        else:
            statements[place] = _merged(statements[place], each.statement)
    return Group(kind=key[0], subject=found[0].subject, measure=found[0].measure, statements=tuple(statements))


def _same(one: Statement, other: Statement) -> bool:
    """The same words in the same place; without an address the name of the source has to tell."""
    if (one.phrase, one.source_url, one.source_date) != (other.phrase, other.source_url, other.source_date):
        return False
    return bool(one.source_url) or one.source == other.source


def _merged(general: Statement, precise: Statement) -> Statement:
    """Assertions come last and name their source best; no note is lost."""
    return replace(precise, note=" ".join(dict.fromkeys(each for each in (general.note, precise.note) if each)))


def _all(rows: Mapping[str, Rows], language: str) -> Iterator[_Found]:
    titles = {str(row["id"]): str(row["title"]) for row in rows.get("process", ())}
    yield from _columns("process", _PROCESS, rows.get("process", ()), language)
    yield from _columns("event", _EVENT, rows.get("event", ()), language)
    yield from _results(rows.get("result", ()), titles, language)
    yield from _platforms(rows.get("platform_figure", ()), language)
    yield from _assertions(rows.get("figure", ()), language)


def _columns(kind: str, measures: Mapping[str, str], rows: Rows, language: str) -> Iterator[_Found]:
    """Tables with one column a figure: processes and events."""
    table = common_tables()[kind]
    for row in rows:
        for column, measure in measures.items():
            field, value = table.field(column), row.get(column)
            if isinstance(value, int | float):
                yield _Found(
                    key=(kind, str(row["id"]), measure),
                    subject=str(row["title"]),
                    measure=field.title.in_language(language),
                    statement=_statement(row, _phrase(row, value, field.unit, language)),
                )


def _results(rows: Rows, titles: Mapping[str, str], language: str) -> Iterator[_Found]:
    """What one channel brought stands beside what all of them did, and does not compete with it."""
    for row in rows:
        process = str(row["process_id"])
        subject = ": ".join(part for part in (titles.get(process, process), str(row.get("question") or "")) if part)
        channel = _code(common_tables()["result"], "channel", row["channel"], language) if row.get("channel") else ""
        for column, unit in (("count", str(row.get("count_unit") or "")), ("share_percent", "percent")):
            value = row.get(column)
            if isinstance(value, int | float):
                yield _Found(
                    key=("result", f"{process}/{row.get('question')}", f"{row['option']}/{row.get('format_id')}/{channel}/{column}"),
                    subject=subject,
                    measure=f"{row['option']}, {channel}" if channel else str(row["option"]),
                    statement=_statement(row, _phrase(row, value, unit, language), baseless=unit == "percent"),
                )


def _platforms(rows: Rows, language: str) -> Iterator[_Found]:
    """States at different times are different measures, not competing ones, and nothing is said about the way between them. One that is
    lower than an earlier one says so: counters of platforms do fall (reference: participation/platforms.md 3)."""
    table, fallen = common_tables()["platform_figure"], _fallen(rows)
    for row in rows:
        value = row.get("value")
        if isinstance(value, int | float):
            day = str(row.get("date") or "")
            measure = _code(table, "metric", row["metric"], language)
            yield _Found(
                key=("platform", str(row["platform"]).casefold(), f"{row['metric']}/{day}"),
                subject=str(row["platform"]),
                measure=f"{measure}, {partial_date(day, language)}" if day else measure,
                statement=_noted(
                    _statement(row, _phrase(row, value, str(row.get("unit") or ""), language)),
                    _FALLEN.in_language(language) if row["id"] in fallen else "",
                ),
            )


def _fallen(rows: Rows) -> frozenset[str]:
    """Ids of states of a counter of which an earlier state was higher."""
    counters: dict[tuple[Value, ...], list[tuple[date, date, float, str]]] = {}
    for row in rows:
        value, day = row.get("value"), _day(row.get("date"))
        if day is not None and isinstance(value, int | float):
            counter = tuple(row.get(name) for name in ("platform", "metric", "unit", "process_id"))
            counters.setdefault(counter, []).append((day.last_day(), day.first_day(), value, str(row["id"])))
    return frozenset(chain.from_iterable(map(_lower_than_before, counters.values())))


def _lower_than_before(states: Iterable[tuple[date, date, float, str]]) -> Iterator[str]:
    """`states`: last and first day, value, id. Only a state that was surely over before the other began counts as earlier."""
    ordered = sorted(states)
    days, highest = [each[0] for each in ordered], list(accumulate((each[2] for each in ordered), max))
    for _, first, value, id_ in ordered:
        earlier = bisect_left(days, first)
        if earlier and highest[earlier - 1] > value:
            yield id_


def _day(value: Value) -> PartialDate | None:
    try:
        return PartialDate(str(value))
    except ValueError:
        return None


def _noted(statement: Statement, note: str) -> Statement:
    return replace(statement, note=" ".join(filter(None, (statement.note, note))))


def _assertions(rows: Rows, language: str) -> Iterator[_Found]:
    table = common_tables()["figure"]
    for row in rows:
        value = row.get("value")
        phrase = _phrase(row, value, str(row.get("unit") or ""), language) if isinstance(value, int | float) else ""
        yield _Found(
            key=(str(row["subject_kind"]), str(row["subject_id"]), str(row["measure"])),
            subject=str(row["subject"]),
            measure=_code(table, "measure", row["measure"], language),
            statement=_statement(
                row,
                " – ".join(part for part in (phrase, str(row.get("value_text") or "")) if part),
                baseless=row["measure"] == "share-winner",
            ),
        )


def _phrase(row: Mapping[str, Value], value: float, unit: str, language: str) -> str:
    return figure(value, qualifier=str(row.get("qualifier") or ""), unit_code=unit, language=language)


def _statement(row: Mapping[str, Value], phrase: str, *, baseless: bool = False) -> Statement:
    url = str(row.get("source_url") or "")
    return Statement(
        phrase=phrase,
        source=source_name(row),
        source_url=url,
        source_date=str(row.get("source_date") or ""),
        inferred=row.get("source_date_basis") == "inferred",
        note=str(row.get("note") or ""),
        baseless=baseless,
    )


def source_name(row: Mapping[str, Value]) -> str:
    """Who says what a row says: by name, else by the host of its address; "" when nobody is named."""
    host = (urlsplit(str(row.get("source_url") or "")).hostname or "").removeprefix("www.")
    return str(row.get("asserted_by") or row.get("source_title") or host)


def _code(table: Table, field: str, value: Value, language: str) -> str:
    codes: Iterable[tuple[str, Text]] = ((each.value, each.title) for each in table.field(field).codes)
    return next((title.in_language(language) for code, title in codes if code == value), str(value))
