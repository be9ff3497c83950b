"""What of an exported response may be kept: codes of choices, the day, and nothing that tells who answered.

Column names are those of an export with question codes: `Q1`, `Q1[SQ001]`, `Q1[SQ001][1]`, `Q1[other]`, `Q1[SQ001comment]`.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from harvesters.limesurvey.survey import Answers, Question, Survey, day_in, key_from
from harvesters.naming import shown

#: The pseudonym of who answered, in place of a token. No question can be called so.
PERSON = "#person"
#: Stands for what is none of the codes that a question has; what it was is kept nowhere.
FOREIGN = "?"
_NAME = re.compile(r"([^\[\]]+)(?:\[([^\[\]]*)\])?(?:\[([^\[\]]*)\])?")
#: Whom, where and when: of participants, of their devices, of the minutes they took.
_PERSONAL = re.compile(
    r"token|seed|ipaddr|refurl|startdate|datestamp|lastpage|startlanguage|firstname|lastname|email|emailstatus|participant_id"
    r"|attribute_\d+|interviewtime|(?:group|question)time\d+",
    re.ASCII | re.IGNORECASE,
)


class Use(StrEnum):
    ID = "id"
    DAY = "day"
    PERSON = "person"
    CHOICE = "choice"
    TICK = "tick"
    OPEN = "open"
    DROPPED = "dropped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Column:
    use: Use
    question: str = ""  #: our key
    option: str = ""  #: of a tick, and of words beside one
    codes: Mapping[str, str] = field(default_factory=dict)  #: of a choice or a tick: code -> our key
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Read:
    """One survey as it was read. `origin`: where its responses stand; `fault`: why there are none, "" when these are all."""

    survey: Survey
    columns: "Columns"
    origin: str
    at: datetime  #: aware
    responses: tuple[Mapping[str, object], ...] = ()
    incomplete: int = 0  #: responses that were begun and not sent, and do not count
    fault: str = ""


_UNKNOWN = Column(use=Use.UNKNOWN)
_DROPPED = Column(use=Use.DROPPED)


class Columns:
    """Of one survey. `texts`: open answers, too. A token tells persons apart only where the survey is known not to be anonymous."""

    def __init__(self, survey: Survey, *, texts: bool) -> None:
        unusable = {question.code for question, _ in survey.unusable()}
        self._questions = {each.code: each for each in survey.questions}
        self._unusable = unusable
        self._texts = texts
        self._sid = survey.sid
        self._dated = survey.flags.datestamp is not False
        self._by_token = survey.flags.anonymized is False
        self._known: dict[str, Column] = {}

    def column(self, name: str) -> Column:
        if name not in self._known:
            self._known[name] = self._column(name)
        return self._known[name]

    def narrowed(self, responses: Iterable[Mapping[str, object]]) -> list[dict[str, object]]:
        """What may be kept of them. Of a column that nobody knows only the name stays, and only once. Twice is once."""
        told: set[str] = set()
        return [self._narrowed(each, told) for each in responses]

    def _narrowed(self, response: Mapping[str, object], told: set[str]) -> dict[str, object]:
        kept: dict[str, object] = {}
        for name, value in response.items():
            column = self.column(name)
            match column.use:
                case Use.UNKNOWN if shown(name) not in told:
                    told.add(shown(name))
                    kept[shown(name)] = None
                case Use.UNKNOWN | Use.DROPPED:
                    pass
                case Use.PERSON:
                    if person := self._person(name, value):
                        kept[PERSON] = person
                case _:
                    said = self._said(column, value)
                    if said:
                        kept[name] = said
        return kept

    def _person(self, name: str, value: object) -> str:
        said = str(value or "").strip()
        if name == PERSON or not said:
            return said
        return hashlib.sha256(f"{self._sid}:{said}".encode("utf-8", "surrogatepass")).hexdigest()

    def _said(self, column: Column, value: object) -> str:
        said = "" if value is None or isinstance(value, bool) else str(value).strip()
        match column.use:
            case Use.ID:
                return said if said.isascii() and said.isdigit() else ""
            case Use.DAY:
                return day_in(said) or ""
            case Use.CHOICE:
                return said if not said or said in column.codes else FOREIGN
            case Use.TICK:
                return _ticked(column, said)
        return said

    def _column(self, name: str) -> Column:
        if name == "id":
            return Column(use=Use.ID)
        if name == "submitdate":
            return Column(use=Use.DAY) if self._dated else _DROPPED
        if name == PERSON or (name == "token" and self._by_token):
            return Column(use=Use.PERSON)
        found = _NAME.fullmatch(name)
        question = self._questions.get(found[1]) if found else None
        if found and question is not None:
            return self._of_question(question, found[2], found[3])
        return _DROPPED if _PERSONAL.fullmatch(name) else _UNKNOWN

    def _of_question(self, question: Question, part: str | None, scale: str | None) -> Column:
        """A question that cannot be taken is told once, with the survey: its columns are no news."""
        key = key_from(question.code)
        if question.code in self._unusable or question.answers is Answers.NEVER:
            return _DROPPED
        if question.answers is Answers.OPEN:
            return self._open(key, part)
        if part is None:
            return _choice(question, key) if question.answers is Answers.CHOICE else _UNKNOWN
        if self._is_comment(question, part):
            return self._open(key, part)
        if question.answers is Answers.TICKS:
            return self._tick(question, key, part)
        if part == "other" and question.other:
            return self._open(key, part)
        if question.answers is Answers.RANKING:
            return _choice(question, f"{key}-{part}") if part.isascii() and part.isdigit() else _UNKNOWN
        if question.answers is Answers.ARRAY and part in question.parts:
            return _choice(question, "-".join([key, part.lower(), *([scale] if scale else [])]))
        return _UNKNOWN

    def _tick(self, question: Question, key: str, part: str) -> Column:
        """Who says something else has ticked it; what it is are words."""
        if part in question.parts:
            return Column(use=Use.TICK, question=key, option=key_from(part), codes={"Y": key_from(part)})
        if part != "other" or not question.other:
            return _UNKNOWN
        return Column(use=Use.OPEN if self._texts else Use.TICK, question=key, option=part)

    def _open(self, key: str, part: str | None) -> Column:
        if not self._texts:
            return _DROPPED
        more = re.sub(r"[^a-z0-9._:-]+", "-", part.lower()) if part else ""
        return Column(use=Use.OPEN, question=f"{key}-{more}" if more else key)

    @staticmethod
    def _is_comment(question: Question, part: str) -> bool:
        if question.type == "O":
            return part == "comment"
        return question.type == "P" and part.removesuffix("comment") in {*question.parts, "other"} and part.endswith("comment")


def _ticked(column: Column, said: str) -> str:
    if not column.codes:
        return "Y" if said else ""
    if said in ("", "N"):
        return ""
    return said if said in column.codes else FOREIGN


def _choice(question: Question, key: str) -> Column:
    return Column(use=Use.CHOICE, question=key, codes=question.codes, labels=question.options)
