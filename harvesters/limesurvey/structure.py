"""A survey file (.lss): XML with one section for each table of LimeSurvey's database, each with rows of flat fields.

The schema moved: up to LimeSurvey 3 the words stand in `questions` and `answers`, once for each language; later in `question_l10ns` and
`answer_l10ns` (reference: participation/platforms.md 9; seen in DB versions 426, 638 and 641). Settings that hold names, addresses and
passwords of the people who run the survey are not read.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn
from xml.parsers import expat

from harvesters.answers import parsed
from harvesters.catalogues.texts import line
from harvesters.limesurvey.survey import SETTINGS, Question, Survey, day_in, flags_from
from schemas.errors import SourceError

Rows = dict[str, list[dict[str, str]]]

#: Section -> fields that are kept.
_TAKEN: Mapping[str, frozenset[str]] = {
    "surveys": frozenset({"sid", "language", "startdate", "expires", "active", *SETTINGS}),
    "surveys_languagesettings": frozenset({"surveyls_survey_id", "surveyls_language", "surveyls_title"}),
    "questions": frozenset({"qid", "parent_qid", "type", "title", "other", "question", "language"}),
    "subquestions": frozenset({"qid", "parent_qid", "title", "language"}),
    "question_l10ns": frozenset({"qid", "question", "language"}),
    "answers": frozenset({"aid", "qid", "code", "answer", "language"}),
    "answer_l10ns": frozenset({"aid", "answer", "language"}),
}
_DEEPEST = 12


def kept_of_structure(content: bytes, address: str = "") -> bytes:
    """As JSON, section by section; what is in that form already stays as it is. Raises SourceError."""
    rows = _rows(content, address)
    return json.dumps(rows, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


def survey_from(content: bytes, address: str, inherited: Mapping[str, bool]) -> Survey:
    """Of what was kept. Raises SourceError."""
    rows = _rows(content, address)
    settings = next(iter(rows["surveys"]), {})
    number = settings.get("sid", "")
    if not (number.isascii() and number.isdigit()):
        raise SourceError(f"»{address}« beschreibt keine Umfrage (ihre Nummer fehlt).")
    language = settings.get("language", "")
    titles = _in_language(rows["surveys_languagesettings"], "surveyls_survey_id", language, "surveyls_language")
    return Survey(
        sid=int(number),
        title=line(titles.get(number, {}).get("surveyls_title", "")),
        start=day_in(settings.get("startdate")),
        end=day_in(settings.get("expires")),
        active={"Y": True, "N": False}.get(settings.get("active", "")),
        flags=flags_from(settings, inherited),
        questions=tuple(_questions(rows, language)),
    )


def _questions(rows: Rows, language: str) -> Iterator[Question]:
    parts, options = _parts(rows), _options(rows, language)
    texts = _in_language(rows["question_l10ns"], "qid", language)
    for qid, each in _in_language(rows["questions"], "qid", language).items():
        if each.get("parent_qid", "0") == "0":
            words = each.get("question") or texts.get(qid, {}).get("question", "")
            yield Question(
                code=each.get("title", ""),
                type=each.get("type", ""),
                text=line(words),
                other=each.get("other") == "Y",
                parts=tuple(parts.get(qid, ())),
                options=options.get(qid, {}),
            )


def _parts(rows: Rows) -> dict[str, dict[str, None]]:
    """qid -> codes of its subquestions, as columns name them: two axes of a field of numbers or texts give their columns together."""
    found: dict[str, dict[str, None]] = {}
    for each in (*rows["questions"], *rows["subquestions"]):
        if each.get("parent_qid", "0") != "0":
            found.setdefault(each["parent_qid"], {})[each.get("title", "")] = None
    return found


def _options(rows: Rows, language: str) -> dict[str, dict[str, str]]:
    texts = _in_language(rows["answer_l10ns"], "aid", language)
    found: dict[str, dict[str, str]] = {}
    for each in rows["answers"]:
        if each.get("language", language) == language:
            words = each.get("answer") or texts.get(each.get("aid", ""), {}).get("answer", "")
            found.setdefault(each.get("qid", ""), {})[each.get("code", "")] = line(words)
    return found


def _in_language(rows: Iterable[dict[str, str]], key: str, language: str, field: str = "language") -> dict[str, dict[str, str]]:
    """By key; of several languages the survey's own."""
    found: dict[str, dict[str, str]] = {}
    for each in rows:
        if each.get(key, "") not in found or each.get(field) == language:
            found[each.get(key, "")] = each
    return found


def _rows(content: bytes, address: str) -> Rows:
    if content.lstrip()[:1] == b"{":
        kept: dict[str, Any] = parsed(content, dict, address)
        return {name: [each for each in _list(kept.get(name)) if _is_row(each)] for name in _TAKEN}
    reading = _Reading(address)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reading.refuse
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # LookupError, ValueError: an encoding that nobody knows
        raise SourceError(f"»{address}« ist unvollständig oder kein XML.") from error
    return reading.found


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_row(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


class _Reading:
    """document / section / rows / row / field. A DOCTYPE is refused before anything counts: entities need one."""

    def __init__(self, address: str) -> None:
        self.found: Rows = {name: [] for name in _TAKEN}
        self._address = address
        self._path: list[str] = []
        self._said: list[str] = []

    def refuse(self, *_: object) -> NoReturn:
        raise SourceError(f"»{self._address}« enthält unzulässige Vereinbarungen (DOCTYPE).")

    def start(self, name: str, _: object) -> None:
        self._path.append(name)
        if len(self._path) > _DEEPEST or (len(self._path) == 1 and name != "document"):
            raise SourceError(f"»{self._address}« ist keine Umfragedatei von LimeSurvey (.lss).")
        if self._at(4) and self._path[1] in self.found:
            self.found[self._path[1]].append({})
        self._said = []

    def text(self, said: str) -> None:
        self._said.append(said)

    def end(self, name: str) -> None:
        if self._at(5) and name in _TAKEN.get(self._path[1], ()):
            self.found[self._path[1]][-1][name] = "".join(self._said).strip()
        self._path.pop()

    def _at(self, depth: int) -> bool:
        return len(self._path) == depth and self._path[2:4] == ["rows", "row"]
