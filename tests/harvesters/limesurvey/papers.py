"""Survey files and exports of our own, in the shape of LimeSurvey's."""

import csv
import io
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from tests.harvesters.limesurvey.server import Json, Survey, office

_LATER = {"question": ("question_l10ns", "qid"), "answer": ("answer_l10ns", "aid")}


def lss(survey: Survey, *, version: int = 641, words_in_rows: bool = False) -> str:
    """`words_in_rows`: as up to LimeSurvey 3, once for each language; later words stand in sections of their own."""
    settings = {**survey.all_settings, "language": "de", "startdate": survey.start or "", "expires": survey.end or ""}
    rows: dict[str, list[Json]] = {
        "surveys": [settings],
        "surveys_languagesettings": [
            {"surveyls_survey_id": survey.sid, "surveyls_language": "en", "surveyls_title": "How do you come to town?"},
            {"surveyls_survey_id": survey.sid, "surveyls_language": "de", "surveyls_title": survey.title},
        ],
    }
    _questions(rows, survey, words_in_rows)
    _answers(rows, survey, words_in_rows)
    sections = "".join(_section(name, each) for name, each in rows.items())
    head = f"<LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>{version}</DBVersion><languages><language>de</language></languages>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<document>{head}{sections}</document>\n'


def _questions(rows: dict[str, list[Json]], survey: Survey, words_in_rows: bool) -> None:
    for each in survey.questions:
        section = "questions" if each["parent_qid"] == "0" else "subquestions"
        bare = {name: value for name, value in each.items() if name not in ("question", "language", "help", "id")}
        for language in ("en", "de") if words_in_rows else ("",):
            words = {"question": f"{each['question']} {language}", "language": language} if words_in_rows else {}
            rows.setdefault(section, []).append({**bare, **words})
        if not words_in_rows:
            rows.setdefault("question_l10ns", []).append({"qid": each["qid"], "question": each["question"], "language": "de"})


def _answers(rows: dict[str, list[Json]], survey: Survey, words_in_rows: bool) -> None:
    number = 0
    for qid, options in survey.options.items():
        for code, each in options.items():
            number += 1
            words = {"answer": each["answer"], "language": "de"}
            rows.setdefault("answers", []).append({"aid": number, "qid": qid, "code": code, **(words if words_in_rows else {})})
            if words_in_rows:
                rows["answers"].append({"aid": number, "qid": qid, "code": code, "answer": "in English", "language": "en"})
            else:
                rows.setdefault("answer_l10ns", []).append({"aid": number, **words})


def _section(name: str, rows: Sequence[Mapping[str, object]]) -> str:
    def row(each: Mapping[str, object]) -> str:
        return "<row>" + "".join(f"<{key}><![CDATA[{value}]]></{key}>" for key, value in each.items()) + "</row>"

    fields = "".join(f"<fieldname>{escape(key)}</fieldname>" for key in (rows[0] if rows else {}))
    return f"<{name}><fields>{fields}</fields><rows>{''.join(map(row, rows))}</rows></{name}>"


def exported(survey: Survey, delimiter: str = ";") -> str:
    """As CsvWriter writes it: every cell quoted, a mark of byte order, an empty line at the end."""
    out = io.StringIO(newline="")
    names = list(dict.fromkeys(name for each in survey.responses for name in each))
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([each.get(name) or "" for name in names] for each in survey.responses)
    return f"\ufeff{out.getvalue()}\r\n"


def papers(survey: Survey | None = None) -> dict[str, str | bytes]:
    survey = survey or office().surveys[0]
    return {f"limesurvey_survey_{survey.sid}.lss": lss(survey), f"results-survey{survey.sid}.csv": exported(survey)}
