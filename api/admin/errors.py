"""Errors on the operator pages: a German page with one sentence and a way on. No traceback, no value, no query."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.admin.admin import Admin
from api.admin.forms import TooLarge, Unreadable
from api.admin.pages import ErrorPage
from api.admin.sessions import Session
from api.admin.templating import Frame
from api.sentences import sentence_of
from api.staging import UPLOAD_LIMIT, UploadRefused
from catalog.tokens import NotAllowed
from schemas.errors import (
    Busy,
    ConfigurationError,
    DecisionRefused,
    KlarError,
    PlanOutdated,
    SourceError,
    UnknownItem,
    WrongSchemaVersion,
)


class NotLoggedIn(KlarError):
    """Nobody is logged in."""


class Forbidden(KlarError):
    """Your role does not allow this."""


class Foreign(KlarError):
    """This request did not come from a page of ours."""


#: Nearest class wins: status and title.
KINDS: dict[type[Exception], tuple[int, str]] = {
    NotLoggedIn: (401, "Bitte anmelden"),
    Forbidden: (403, "Das darf Ihre Rolle nicht"),
    NotAllowed: (403, "Das darf Ihre Rolle nicht"),
    Foreign: (403, "Diese Anfrage kam nicht von diesen Seiten"),
    TooLarge: (413, "Das ist zu groß"),
    Unreadable: (400, "Dieses Formular ist nicht zu lesen"),
    UploadRefused: (422, "Diese Datei kann nicht angenommen werden"),
    ConfigurationError: (422, "So geht es nicht"),
    SourceError: (422, "Die Quelle ist nicht lesbar"),
    UnknownItem: (404, "Das gibt es nicht"),
    DecisionRefused: (409, "Diese Entscheidung ist nicht mehr möglich"),
    PlanOutdated: (409, "Dieser Plan ist überholt"),
    Busy: (503, "Gerade wird geschrieben"),
    WrongSchemaVersion: (503, "Die Datenbank wird gerade umgestellt"),
}
_SENTENCES: dict[type[Exception], str] = {
    NotLoggedIn: "Ihre Anmeldung ist abgelaufen oder wurde beendet. Was Sie eben abgeschickt haben, wurde nicht ausgeführt.",
    Forbidden: "Dafür braucht es ein Token mit mehr Rechten. Wer diese Seiten betreibt, kann eines ausstellen.",
    Foreign: "Angenommen wird nur, was eine dieser Seiten selbst abgeschickt hat. Bitte die Seite neu laden und noch einmal versuchen.",
    TooLarge: f"Eine Datei darf höchstens {UPLOAD_LIMIT // 1000 // 1000} MB haben. Größere legt der Betrieb selbst in den Ablageordner.",
    Unreadable: "Bitte die Seite neu laden und das Formular noch einmal abschicken.",
}
_INTERNAL = (500, "Das hat nicht geklappt")
_INTERNAL_SENTENCE = "Der Fehler liegt an der Software und steht, ohne Inhalte, im Protokoll. Was veröffentlicht war, ist geblieben."


def answer_error(admin: Admin, request: Request, error: Exception) -> Response:
    if isinstance(error, NotLoggedIn) and request.method == "GET":
        return RedirectResponse("/login", status_code=303)
    status, title = _kind(error)
    session = _session(admin, request) if status < 500 else None
    page = ErrorPage(title=title, sentence=_sentence(error), back=_way_back(request))
    answer = admin.page("error.html", Frame(title=title, session=session), page, status=status)
    if status == 503:
        answer.headers["retry-after"] = "10"
    return answer


def _session(admin: Admin, request: Request) -> Session | None:
    """For the navigation. Not asked when something is broken: it may be what answers this."""
    known = admin.door.knows(request.headers.get("host", ""))
    return admin.sessions.find(request.cookies.get(admin.door.cookie, "")) if known else None


def _kind(error: Exception) -> tuple[int, str]:
    if isinstance(error, HTTPException):
        return (error.status_code, "Hier geht das nicht") if error.status_code == 405 else (404, "Diese Seite gibt es nicht")
    return next((KINDS[each] for each in type(error).__mro__ if each in KINDS), _INTERNAL)


def _sentence(error: Exception) -> str:
    if isinstance(error, HTTPException):
        return "Die Adresse stimmt nicht, oder es gibt sie nicht mehr."
    own = next((_SENTENCES[each] for each in type(error).__mro__ if each in _SENTENCES), "")
    if own or not isinstance(error, KlarError) or _kind(error) is _INTERNAL:
        return own or _INTERNAL_SENTENCE
    return sentence_of(error)


def _way_back(request: Request) -> str:
    """From `/plans/5/approve` to `/plans/5`."""
    path: str = request.url.path
    return path.rpartition("/")[0] if request.method == "POST" and path.count("/") > 1 else ""
