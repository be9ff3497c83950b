"""Surveys over RemoteControl 2 (JSON-RPC), through the library citric. Everything is read within one session, which is given back
whatever happens; how a server words its refusals is LimeSurvey's own (helpers/remotecontrol/remotecontrol_handle.php).
"""

import base64
import binascii
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from citric import Client
from citric.exceptions import LimeSurveyError, LimeSurveyStatusError

from harvesters.answers import parsed
from harvesters.catalogues.texts import line
from harvesters.http.credentials import PLACE
from harvesters.limesurvey.columns import Columns, Read
from harvesters.limesurvey.survey import SETTINGS, Question, Survey, day_in, flags_from
from harvesters.limesurvey.wire import Wire, session
from harvesters.parts import require_own
from schemas.errors import SourceError
from schemas.fetch import WebFetch

_SURVEY = ("sid", "surveyls_title", "startdate", "expires", "active")
_QUESTION = ("qid", "parent_qid", "title", "type", "other", "question")
#: Of these types, the survey itself says what may be chosen.
_WITH_OPTIONS = frozenset("L!OFH1R")
_LOGIN = "Invalid user name or password"
_EXPIRED = "invalid session key"
_EMPTY = "No surveys found"
_FORMLESS = "Die Antwort hat nicht die Form von RemoteControl 2."
_NOT_ACTIVE = "Die Umfrage ist nicht aktiv; ihre Antworten sind nicht mehr oder noch nicht da."

Response = Mapping[str, object]


Keeping = dict[str, Callable[[Any], Any]]


@dataclass(frozen=True, kw_only=True)
class Server:
    """`page_size`: numbers of responses in one export."""

    fetch: WebFetch
    url: str
    user: str
    plugin: str
    page_size: int
    inherited: Mapping[str, bool]
    texts: bool
    answers: bool

    def surveys(self, wanted: Collection[int]) -> tuple[dict[int, Read], dict[int, str]]:
        """Surveys that were read, and why others were not. Raises SourceError when nobody can be."""
        keeping: Keeping = {
            "list_surveys": _only(wanted),
            "list_questions": _named(_QUESTION),
            "get_survey_properties": lambda result: _narrow(result, SETTINGS),
            "get_question_properties": lambda result: _narrow(result, ("answeroptions",)),
            "get_summary": lambda result: result if isinstance(result, (int, str)) else None,
        }
        found: dict[int, Read] = {}
        missing: dict[int, str] = {}
        wire = Wire(self.fetch, keeping)
        with self._client(wire) as client:
            listed = self._listed(client)
            for sid in wanted:
                try:
                    found[sid] = self._answered(client, keeping, self._read(client, wire, sid, listed))
                except SourceError as error:
                    require_own(error)
                    missing[sid] = error.detail
                except LimeSurveyStatusError as error:
                    missing[sid] = self._refusal(error)
                except (ValueError, TypeError, KeyError):
                    missing[sid] = _FORMLESS
        return found, missing

    @contextmanager
    def _client(self, wire: Wire) -> Iterator[Client]:
        """Raises SourceError. What the server says of a wrong login is not repeated: it may hold the name."""
        with self._told():
            client = Client(self.url, self.user, PLACE, requests_session=session(wire), auth_plugin=self.plugin)
        try:
            with self._told():
                yield client
        finally:
            with suppress(SourceError, LimeSurveyError):  # a key that is not given back expires; what went wrong before is what counts
                client.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except LimeSurveyStatusError as error:
            raise SourceError(f"»{self.url}«: {self._refusal(error)}") from None
        except (LimeSurveyError, ValueError, TypeError, KeyError) as error:
            raise SourceError(f"»{self.url}«: {_FORMLESS} ({type(error).__name__})") from None

    def _refusal(self, error: LimeSurveyStatusError) -> str:
        """Raises SourceError when it is the session that is refused: then nothing more will be answered."""
        said = str(error)
        if said == _LOGIN:
            return "Benutzername oder Passwort stimmen nicht."
        if "maximum" in said.lower() and "attempts" in said.lower():
            return "Zu viele Anmeldeversuche: LimeSurvey sperrt den Zugang für einige Minuten."
        if said.lower() == _EXPIRED:
            raise SourceError(f"»{self.url}«: Die Sitzung ist abgelaufen, bevor alles gelesen war.")
        known = {
            "No permission": "Dem Zugang fehlt die Berechtigung für diese Umfrage.",
            "No Data, survey table does not exist.": _NOT_ACTIVE,
            "No available data": _NOT_ACTIVE,
            "No Data, could not get max id.": "Die Umfrage hat keine Antworten, obwohl welche gezählt sind.",
        }
        return known.get(said, "Der Server lehnt die Frage ab, ohne dass klar den Grund kennt.")

    def _listed(self, client: Client) -> dict[int, Mapping[str, Any]]:
        """Raises SourceError for a list without a survey: a lost permission looks like that, too."""
        try:
            listed = client.list_surveys()
        except LimeSurveyStatusError as error:
            if str(error) != _EMPTY:
                raise
            listed = []
        if not listed:
            raise SourceError(f"»{self.url}« nennt diesem Zugang keine einzige Umfrage; nichts wird geändert.")
        return {int(each["sid"]): each for each in listed}

    def _read(self, client: Client, wire: Wire, sid: int, listed: Mapping[int, Mapping[str, Any]]) -> Read:
        """Raises SourceError, LimeSurveyStatusError."""
        if sid not in listed:
            raise SourceError("Die Umfrage steht nicht in der Liste: Sie ist gelöscht, oder dem Zugang fehlt die Berechtigung.")
        survey = self._described(client, sid, listed[sid])
        assert wire.at is not None  # the list has come
        return Read(survey=survey, columns=Columns(survey, texts=self.texts), origin=self.url, at=wire.at)

    def _answered(self, client: Client, keeping: Keeping, read: Read) -> Read:
        """With its responses, where they are wanted. Raises SourceError for what is about the server as a whole."""
        if not self.answers:
            return read
        if not read.survey.active:
            return replace(read, fault=_NOT_ACTIVE)
        keeping["export_responses"] = lambda result: _narrowed_export(result, read.columns)
        try:
            return replace(read, responses=tuple(self._responses(client, read.survey.sid)))
        except LimeSurveyStatusError as error:
            return replace(read, fault=self._refusal(error))
        except SourceError as error:
            require_own(error)
            return replace(read, fault=error.detail)

    def _described(self, client: Client, sid: int, listed: Mapping[str, Any]) -> Survey:
        settings = client.get_survey_properties(sid, list(SETTINGS))
        rows: list[dict[str, Any]] = [dict(each) for each in client.list_questions(sid)]
        questions = []
        for each in rows:
            if not int(each["parent_qid"]):
                mine = tuple(dict.fromkeys(str(part["title"]) for part in rows if int(part["parent_qid"]) == int(each["qid"])))
                options = self._options(client, int(each["qid"])) if each["type"] in _WITH_OPTIONS else {}
                questions.append(_question(each, mine, options))
        return Survey(
            sid=sid,
            title=line(str(listed.get("surveyls_title") or "")),
            start=day_in(listed.get("startdate")),
            end=day_in(listed.get("expires")),
            active=listed.get("active") == "Y",
            flags=flags_from(dict(settings), self.inherited),
            questions=tuple(questions),
        )

    def _options(self, client: Client, qid: int) -> dict[str, str]:
        """Code -> label. A sentence where there are none; a list where PHP takes codes 0, 1, 2 … for places in one."""
        said: Any = dict(client.get_question_properties(qid, settings=["answeroptions"])).get("answeroptions")
        pairs = enumerate(said) if isinstance(said, list) else said.items() if isinstance(said, dict) else ()
        return {str(code): line(str(dict(each).get("answer") or "")) for code, each in pairs}

    def _responses(self, client: Client, sid: int) -> Iterator[Response]:
        """Page by page of their numbers, until there are as many as the server counts: numbers have gaps. Raises SourceError for fewer."""
        counted = int(client.session.get_summary(sid, "completed_responses"))
        read, first = 0, 1
        while read < counted:
            page = self._page(client, sid, first, first + self.page_size - 1)
            last = not page
            if last:  # a gap of a whole page, or the end: whatever there is from here
                page = self._page(client, sid, first, None)
            yield from page
            read, first = read + len(page), first + self.page_size
            if last and read < counted:
                raise SourceError(f"Die Umfrage zählt {counted} abgeschlossene Antworten und gibt nur {read} her.")

    def _page(self, client: Client, sid: int, first: int, last: int | None) -> list[Response]:
        content = client.export_responses(
            sid,
            file_format="json",
            completion_status="complete",
            heading_type="code",
            response_type="short",
            from_response_id=first,
            to_response_id=last,
        )
        return _listed_in(content, self.url)


def _question(said: Mapping[str, Any], parts: tuple[str, ...], options: Mapping[str, str]) -> Question:
    return Question(
        code=str(said["title"]),
        type=str(said["type"]),
        text=line(str(said.get("question") or "")),
        other=said.get("other") == "Y",
        parts=parts,
        options=options,
    )


def _only(wanted: Collection[int]) -> Callable[[Any], Any]:
    """Of a survey that is not read, nothing but its number: its title may be nobody's business."""
    numbers, named = {str(each) for each in wanted}, _named(_SURVEY)

    def kept(result: Any) -> Any:
        listed = named(result) or []
        return [each if each is None or str(each.get("sid")) in numbers else _narrow(each, ("sid",)) for each in listed]

    return kept


def _named(names: Collection[str]) -> Callable[[Any], Any]:
    return lambda result: [_narrow(each, names) for each in result] if isinstance(result, list) else None


def _narrow(result: Any, names: Collection[str]) -> Any:
    return {name: value for name, value in result.items() if name in names} if isinstance(result, dict) else None


def _narrowed_export(result: Any, columns: Columns) -> Any:
    """base64 of `{"responses": […]}` as the same, without what may not be kept. Raises SourceError."""
    if not isinstance(result, str):
        return None
    try:
        content = base64.b64decode(result, validate=True)
    except binascii.Error:
        raise SourceError("Der Export der Antworten ist nicht lesbar (base64).") from None
    kept = {"responses": columns.narrowed(_listed_in(content, "export_responses"))}
    return base64.b64encode(json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")).decode()


def _listed_in(content: bytes, address: str) -> list[Response]:
    """Raises SourceError. Older servers put each response under its number."""
    found = parsed(content, dict, address).get("responses")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise SourceError(f"»{address}«: Der Export der Antworten hat keine Liste »responses«.")
    return [next(iter(each.values())) if len(each) == 1 and isinstance(next(iter(each.values())), dict) else each for each in found]
