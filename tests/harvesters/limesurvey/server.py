"""A server on 127.0.0.1 that behaves like LimeSurvey's RemoteControl 2 over JSON-RPC: session keys, refusals with status 200, exports in
base64. What it says follows helpers/remotecontrol/remotecontrol_handle.php.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.harvesters.http.servers import Line, Request, Script, reply

Json = dict[str, Any]
PATH = "/index.php/admin/remotecontrol"
USER, PASSWORD = "klar-leser", 'geheim/"Wort"-47'
_REFUSED = {"status": "Invalid session key"}


def question(qid: int, title: str, type: str, parent: int = 0, **more: Any) -> Json:
    """As `list_questions` gives it: numbers as texts, with HTML."""
    return {
        "id": str(qid),
        "qid": str(qid),
        "parent_qid": str(parent),
        "sid": "432535",
        "gid": "1",
        "type": type,
        "title": title,
        "question": f"<p>Frage {title}</p>",
        "help": "Fragen an Erika Mustermann",
        "other": "N",
        "mandatory": "N",
        "language": "de",
        **more,
    }


def response(number: int, **answers: Any) -> Json:
    """What LimeSurvey knows of a person, beside the answers."""
    return {
        "id": str(number),
        "submitdate": f"2026-10-{number:02d} 17:45:12",
        "lastpage": "3",
        "startlanguage": "de",
        "seed": f"98765{number}4321",
        "token": f"tokenWERT{number}",
        "startdate": "2026-10-01 17:30:44",
        "datestamp": "2026-10-01 17:45:13",
        "ipaddr": f"203.0.113.{100 + number}",
        "refurl": "https://suche.example/?q=mustermann",
        "attribute_1": "Musterweg 5",
        "WEG": "A1",
        "ALTER": "A2",
        "GRUND": "Weil Familie Mustermann hier wohnt",
        "NUTZT[SQ001]": "Y",
        "NUTZT[SQ002]": "",
        "NUTZT[other]": "",
        "ORTE[SQ001]": "4",
        **answers,
    }


def questions() -> list[Json]:
    return [
        question(1, "WEG", "L", other="Y"),
        question(2, "ALTER", "!"),
        question(3, "GRUND", "T"),
        question(4, "NUTZT", "M", other="Y"),
        question(5, "SQ001", "T", 4),
        question(6, "SQ002", "T", 4),
        question(7, "ORTE", "A"),
        question(8, "SQ001", "T", 7),
        question(9, "HINWEIS", "X"),
    ]


OPTIONS: Mapping[str, Json] = {
    "1": {"A1": {"answer": "Rad", "order": "0"}, "A2": {"answer": "Bus", "order": "1"}},
    "2": {"A1": {"answer": "unter 18"}, "A2": {"answer": "18 bis 29"}, "A3": {"answer": "30 bis 44"}},
}


@dataclass
class Survey:
    sid: int = 432535
    title: str = "Wie kommen Sie in die Stadt?"
    active: str = "Y"
    start: str | None = "2026-10-01 00:00:00"
    end: str | None = "2026-12-31 23:59:00"
    settings: Json = field(default_factory=dict)
    questions: list[Json] = field(default_factory=questions)
    options: Mapping[str, Any] = field(default_factory=lambda: dict(OPTIONS))
    responses: list[Json] = field(default_factory=list)
    permitted: bool = True
    incomplete: int = 2  #: responses that were begun and not sent

    @property
    def all_settings(self) -> Json:
        return {
            "sid": str(self.sid),
            "admin": "Erika Mustermann",
            "adminemail": "erika.mustermann@stadt.example",
            "bounceaccountpass": "postfach-mustermann",
            "anonymized": "N",
            "datestamp": "Y",
            "ipaddr": "Y",
            "ipanonymize": "N",
            "refurl": "N",
            "savetimings": "N",
            "publicstatistics": "N",
            "usetokens": "Y",
            "allowregister": "N",
            **self.settings,
        }


@dataclass
class Office:
    """`asked`: methods in order. `nested`: responses under their number, as older servers write them."""

    surveys: list[Survey] = field(default_factory=list)
    password: str = PASSWORD
    enabled: bool = True
    expires_after: int = 10_000  #: calls
    leaks_key: bool = False
    nested: bool = False
    instead: Json = field(default_factory=dict)  #: method -> what it answers for once
    asked: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)  #: open ones
    keys: list[str] = field(default_factory=list)  #: all there ever were

    @property
    def routes(self) -> dict[str, Script]:
        return {PATH: self._called}

    def _called(self, line: Line, request: Request) -> bool:
        if not self.enabled:
            return reply("")(line, request)
        call = json.loads(request.body)
        self.asked.append(call["method"])
        result = self.instead.get(call["method"])
        if call["method"] not in self.instead:
            result = self._result(call["method"], call["params"])
        said = {"id": call["id"], "result": result, "error": None}
        if self.leaks_key and call["method"] == "list_surveys":
            said["error"] = f"debug: {self.keys[-1]}"
        return reply(json.dumps(said), Content_Type="application/json")(line, request)

    def _result(self, method: str, params: list[Any]) -> Any:
        if method == "get_session_key":
            return self._opened(*params)
        if method == "release_session_key":
            self.sessions.remove(params[0])
            return "OK"
        if params[0] not in self.sessions or len(self.asked) > self.expires_after:
            return _REFUSED
        if method == "list_surveys":
            return [self._listed(each) for each in self.surveys if each.permitted] or {"status": "No surveys found"}
        if method == "get_question_properties":
            found = next((each.options[str(params[1])] for each in self.surveys if str(params[1]) in each.options), None)
            return {"answeroptions": found or "No available answer options"}
        survey = next((each for each in self.surveys if each.sid == params[1]), None)
        if survey is None:
            return {"status": "Error: Invalid survey ID"}
        return self._of_survey(method, survey, params[2:]) if survey.permitted else {"status": "No permission"}

    def _opened(self, user: str, password: str, plugin: str) -> Any:
        if (user, password, plugin) != (USER, self.password, "Authdb"):
            return {"status": "Invalid user name or password"}
        self.keys.append(f"SitzungSchluessel{len(self.keys):04d}abcdefghijk")
        self.sessions.append(self.keys[-1])
        return self.keys[-1]

    def _listed(self, survey: Survey) -> Json:
        return {
            "sid": str(survey.sid),
            "surveyls_title": survey.title,
            "startdate": survey.start,
            "expires": survey.end,
            "active": survey.active,
        }

    def _of_survey(self, method: str, survey: Survey, params: list[Any]) -> Any:
        match method:
            case "get_survey_properties":
                return {name: survey.all_settings[name] for name in params[0] if name in survey.all_settings}
            case "list_questions":
                return survey.questions or {"status": "No questions found"}
            case "get_summary":
                return {"status": "No available data"} if survey.active != "Y" else len(survey.responses)
            case "export_responses":
                return self._exported(survey, *params)
        return {"status": "No such method"}

    def _exported(
        self, survey: Survey, form: str, language: Any, state: str, heading: str, how: str, first: Any, last: Any, *_: Any
    ) -> Any:
        assert (form, state, heading, how) == ("json", "complete", "code", "short")
        if survey.active != "Y":
            return {"status": "No Data, survey table does not exist."}
        if not survey.responses and not survey.incomplete:
            return {"status": "No Data, could not get max id."}
        found = [each for each in survey.responses if int(first or 1) <= int(each["id"]) <= int(last or 10**9)]
        shown = [{each["id"]: each} for each in found] if self.nested else found
        return base64.b64encode(json.dumps({"responses": shown}).encode()).decode()


def office() -> Office:
    """Five persons answered; the second on another way, the third with words of their own."""
    answers: list[Json] = [
        response(1),
        response(2, WEG="A2", ALTER="A1"),
        response(3, WEG="-oth-", **{"WEG[other]": "Mit Mustermanns Pferd", "NUTZT[other]": "Mustermanns Kutsche"}),
        response(4, ALTER=None, **{"ORTE[SQ001]": None, "NUTZT[SQ002]": "Y"}),
        response(5, GRUND=""),
    ]
    return Office(surveys=[Survey(responses=answers)])
