"""One survey as rows: what everybody may know of it, and its answers for the vault. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from harvesters.keys import key_of
from harvesters.limesurvey.columns import FOREIGN, PERSON, Column, Columns, Use
from harvesters.limesurvey.survey import Flags, Survey
from harvesters.nodes import row_of
from harvesters.record import Record
from schemas.errors import MissingField
from schemas.row import Finding, Quarantined, Row, Value

TABLE = "answer"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the options say of one survey. `columns`: name in the export -> column of `answer` and code -> its code there."""

    process: str = ""
    project: str = ""
    channel: str = "online"
    columns: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Describing:
    """Of the source, for all its surveys."""

    prefix: str
    title: str
    by_month: bool = False

    def key(self, survey: Survey) -> str:
        return key_of(self.prefix, survey.sid)

    def process(self, survey: Survey, said: Said) -> str:
        return said.process or self.key(survey)

    def process_row(self, survey: Survey, said: Said, record: Record) -> Iterator[Row]:
        """Raises MissingField."""
        yield row_of(
            "process",
            {
                "id": self.key(survey),
                "project_id": said.project or None,
                "title": _title(record),
                "mode": "digital",
                "method": "survey",
                "access": _access(survey.flags),
                "start": survey.start,
                "end": survey.end,
                "source_title": self.title,
                "source_date_basis": "unknown",
            },
            origin=record.origin,
        )

    def format_row(self, survey: Survey, said: Said, today: date, record: Record) -> Iterator[Row]:
        """Raises MissingField."""
        closed = survey.flags.closed
        yield row_of(
            "format",
            {
                "id": self.key(survey),
                "process_id": self.process(survey, said),
                "project_id": said.project or None,
                "title": _title(record),
                "kind": "umfrage",
                "mode": "digital",
                "channels": "web",
                "start": survey.start,
                "end": survey.end,
                "state": _state(survey, today),
                "identity": {True: "einmal_link", False: "anonym", None: "unbekannt"}[closed],
                "multiple_participation": None if closed is None else not closed,
                "note": _note(survey.flags),
                "source_title": self.title,
                "source_date_basis": "unknown",
            },
            origin=record.origin,
        )


def _title(record: Record) -> str:
    """Raises MissingField."""
    if not record.text("title"):
        raise MissingField("»title«")
    return record.text("title")


def _access(flags: Flags) -> str:
    if flags.closed is None:
        return "unknown"
    return ("registered" if flags.allowregister else "invited") if flags.closed else "open"


def _state(survey: Survey, today: date) -> str:
    if survey.end and survey.end < today.isoformat():
        return "completed"
    if survey.start and survey.start > today.isoformat():
        return "planned"
    return "running" if survey.active and (survey.start or survey.end) else "unknown"


def _note(flags: Flags) -> str | None:
    if not flags.closed or flags.anonymized is None:
        return None
    return "Antworten sind von den Einladungen getrennt." if flags.anonymized else "Antworten sind nicht von den Einladungen getrennt."


class Answering:
    """Responses of one survey as rows of `answer`: one for each question, or for each ticked option."""

    def __init__(self, survey: Survey, said: Said, columns: Columns, *, process: str, by_month: bool) -> None:
        self._sid = survey.sid
        self._said = said
        self._columns = columns
        self._process = process
        self._length = 7 if by_month else 10

    def rows(self, names: Sequence[str], record: Record) -> Iterator[Row | Quarantined]:
        """Raises MissingField for a response without a number."""
        number = record.text("id")
        about = self._about(number, record)
        for name in names:
            column = self._columns.column(name)
            if column.use in (Use.CHOICE, Use.TICK, Use.OPEN) and name not in self._said.columns:
                yield self._answer(number, name, column, about, record)

    def _about(self, number: str, record: Record) -> dict[str, Value]:
        """What is the same for all answers of one response."""
        day = record.get("submitdate")
        found: dict[str, Value] = {
            "process_id": self._process,
            "person": str(record.get(PERSON) or f"{self._sid}:{number}"),
            "answered_on": str(day)[: self._length] if day else None,
            "channel": self._said.channel,
        }
        for name, (target, codes) in self._said.columns.items():
            found[target] = codes.get(str(record.get(name))) or found.get(target)
        return found

    def _answer(self, number: str, name: str, column: Column, about: Mapping[str, Value], record: Record) -> Row | Quarantined:
        said = record.text(name)
        key = ":".join([str(self._sid), number, column.question, *([column.option] if column.option else [])])
        if said == FOREIGN and column.use is not Use.OPEN:
            return self._refused(key, name, record)
        chosen = column.codes.get(said) if column.use is Use.CHOICE else column.option or None
        words = said if column.use is Use.OPEN else None
        return row_of(TABLE, {**about, "id": key, "question": column.question, "option": chosen, "text": words}, origin=record.origin)

    def _refused(self, key: str, name: str, record: Record) -> Quarantined:
        message = (
            f"Frage »{name}«: Die Antwort ist keines der Kürzel, die die Umfrage kennt. Wurde mit Antworttexten statt Kürzeln exportiert?"
        )
        finding = Finding(code="wrong-value", message=message, origin=record.origin, table=TABLE, row=record.row, field="option")
        return Quarantined(table=TABLE, key=f"{self._process}/{key}", digest=record.digest, findings=(finding,))
