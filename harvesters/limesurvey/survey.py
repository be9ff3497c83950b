"""A survey as LimeSurvey describes it: its settings, its questions, and what their answers are.

Types and column names: LimeSurvey's own source (models/Question, helpers/common_helper createFieldMap, helpers/viewHelper getFieldCode).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Answers(StrEnum):
    """What comes in answer to a type of question."""

    CHOICE = "choice"  #: one code
    ARRAY = "array"  #: one code for each subquestion
    TICKS = "ticks"  #: Y for each subquestion that is ticked
    RANKING = "ranking"  #: one code for each rank
    OPEN = "open"  #: words, numbers, dates: whatever the person writes
    NEVER = "never"  #: nothing anybody needs: display texts, computed values, language, files


TYPES: Mapping[str, Answers] = {
    **dict.fromkeys("5GYL!O", Answers.CHOICE),
    **dict.fromkeys("ABCEFH1", Answers.ARRAY),
    **dict.fromkeys("MP", Answers.TICKS),
    "R": Answers.RANKING,
    **dict.fromkeys("STUQN;:DK", Answers.OPEN),
    **dict.fromkeys("X*I|", Answers.NEVER),
}

#: Types whose codes are LimeSurvey's own -> code -> our key.
_POINTS = {str(each): f"code-{each}" if each < 10 else str(each) for each in range(1, 11)}
FIXED: Mapping[str, Mapping[str, str]] = {
    "5": {each: _POINTS[each] for each in "12345"},
    "A": {each: _POINTS[each] for each in "12345"},
    "B": _POINTS,
    "C": {"Y": "yes", "N": "no", "U": "uncertain"},
    "E": {"I": "increase", "S": "same", "D": "decrease"},
    "G": {"F": "female", "M": "male"},
    "Y": {"Y": "yes", "N": "no"},
}
OTHER = "-oth-"  #: the code of "other" in a list
_KEY = re.compile(r"[a-z0-9][a-z0-9._:-]{0,60}", re.ASCII)


def key_from(code: str) -> str:
    """A code of LimeSurvey as our tables take it; "" for what is no code. One character alone is none of our keys."""
    said = code.strip().lower()
    if not _KEY.fullmatch(said):
        return ""
    return said if len(said) > 1 else f"code-{said}"


@dataclass(frozen=True, kw_only=True)
class Question:
    code: str
    type: str
    text: str = ""
    other: bool = False
    parts: tuple[str, ...] = ()  #: codes of subquestions
    options: Mapping[str, str] = field(default_factory=dict)  #: code -> label

    @property
    def answers(self) -> Answers | None:
        """None: nobody here knows this type."""
        return TYPES.get(self.type)

    @property
    def codes(self) -> Mapping[str, str]:
        """Code -> our key, of what may be chosen."""
        if self.type in FIXED:
            return FIXED[self.type]
        own = {code: key_from(code) for code in self.options}
        return {code: key for code, key in own.items() if key} | ({OTHER: "other"} if self.other else {})

    @property
    def is_ambiguous(self) -> bool:
        """Two codes that differ in case only, or one that is none, would become one key."""
        return any(_collide(codes) for codes in ((*self.options,), self.parts)) or (self.other and "other" in {*self.parts, *self.options})


def _collide(codes: Sequence[str]) -> bool:
    keys = [key_from(each) for each in codes]
    return not all(keys) or len(set(keys)) < len(keys)


@dataclass(frozen=True, kw_only=True)
class Flags:
    """Settings that decide; None: inherited from settings that are not told."""

    anonymized: bool | None = None
    datestamp: bool | None = None
    ipaddr: bool | None = None
    ipanonymize: bool | None = None
    refurl: bool | None = None
    savetimings: bool | None = None
    publicstatistics: bool | None = None
    closed: bool | None = None  #: `usetokens`, or the newer `access_mode`: only who got a link may answer
    allowregister: bool | None = None  #: … and one gets it by asking for it


#: Settings that are read, as LimeSurvey calls them.
SETTINGS = (
    *("anonymized", "datestamp", "ipaddr", "ipanonymize", "refurl", "savetimings", "publicstatistics", "usetokens"),
    *("allowregister", "access_mode"),
)


def flags_from(said: Mapping[str, object], inherited: Mapping[str, bool]) -> Flags:
    """`Y` and `N`; `I` stands for what the survey inherits (DB 426 and later), which `inherited` may say."""

    def flag(name: str) -> bool | None:
        return {"Y": True, "N": False}.get(str(said.get(name)), inherited.get(name))

    by_token = flag("usetokens")
    closed = True if said.get("access_mode") == "C" else by_token
    names = ("anonymized", "datestamp", "ipaddr", "ipanonymize", "refurl", "savetimings", "publicstatistics", "allowregister")
    return Flags(**{name: flag(name) for name in names}, closed=closed)


@dataclass(frozen=True, kw_only=True)
class Survey:
    sid: int
    title: str
    start: str | None = None  #: day
    end: str | None = None  #: day
    active: bool | None = None  #: None: nobody says
    flags: Flags = field(default_factory=Flags)
    questions: tuple[Question, ...] = ()

    def unusable(self) -> Iterator[tuple[Question, str]]:
        """Questions whose answers cannot be taken, and why (a German half-sentence)."""
        seen = Counter(key_from(each.code) for each in self.questions)
        for each in self.questions:
            if each.answers is None:
                yield each, f"Art »{each.type}« ist unbekannt"
            elif seen[key_from(each.code)] > 1 or not key_from(each.code) or each.is_ambiguous:
                yield each, "Kürzel, die sich nur in Groß- und Kleinschreibung unterscheiden oder keine sind"


_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T].*)?", re.ASCII)


def day_in(moment: object) -> str | None:
    """The day of `2026-03-01 00:00:00`, in the server's own time; None for nothing. 1980-01-01 is what LimeSurvey writes without a date."""
    found = _DAY.fullmatch(moment.strip()) if isinstance(moment, str) else None
    return None if found is None or found[1] == "1980-01-01" else found[1]
