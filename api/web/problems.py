"""What can go wrong, its HTTP status and words: one table. Domain errors know nothing of HTTP (RFC 9457)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.web.wording import day
from catalog.database import Unreachable
from catalog.entries import NotRendered
from catalog.query import Cancelled, TooExpensive, TooLarge
from catalog.search import NotIndexed
from catalog.statistics.errors import DamagedRelease, NotPublished, RepeatedChoice, UnknownChoice, UnknownRelease, UnknownStatistic
from schemas.errors import Busy, Gone, KlarError, NoTable, UnknownDataset, UnknownEdition, UnknownItem, Unwritable, WrongSchemaVersion
from schemas.statistics import TOTAL
from schemas.values import Text


class NotReady(KlarError):
    """The catalogue cannot be answered from at the moment."""


class UnknownPage(KlarError):
    """There is no such page."""


class UnknownRepresentation(KlarError):
    """This is not offered in that form."""

    def __init__(self, detail: str, *, allowed: Sequence[str]) -> None:
        super().__init__(detail)
        self.allowed = tuple(allowed)


class UnsuitableParameter(KlarError):
    """This parameter does not go with this address."""

    def __init__(self, name: str, *, allowed: str) -> None:
        super().__init__(name)
        self.name = name
        self.allowed = allowed


class RepeatedParameter(KlarError):
    """A parameter that holds one value was given several."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class WrongParameter(KlarError):
    """A parameter that this table does not have, or a value that does not fit it. `members`: what else helps."""

    def __init__(self, name: str, *, allowed: Sequence[str], unknown: bool = False, members: Mapping[str, Any] | None = None) -> None:
        super().__init__(name)
        self.name = name
        self.allowed = tuple(allowed)
        self.unknown = unknown
        self.members = members or {}


class ProtectedStatistics(KlarError):
    """Counts of persons are answered by the statistics API alone."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class OutdatedCursor(KlarError):
    """The data set has a newer edition than the one these pages were from."""

    def __init__(self, *, edition: int, newest: int) -> None:
        super().__init__(f"{edition} < {newest}")
        self.edition = edition
        self.newest = newest


class Unready(NotReady):
    """This process cannot answer for the catalogue; `reason` says why to whoever runs it."""

    def __init__(self, code: str, reason: Text) -> None:
        super().__init__(reason.de)
        self.code = code
        self.reason = reason


class TooManyRequests(KlarError):
    """The client has used up its budget."""

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(f"{retry_after} s")
        self.retry_after = retry_after


@dataclass(frozen=True, kw_only=True)
class Problem:
    """The body of an error answer."""

    status: int
    code: str  #: machine name, the end of `type`
    title: Text
    detail: Text
    members: Mapping[str, Any] = field(default_factory=dict)  #: extension members (RFC 9457, 3.2)
    retry_after: int | None = None  #: seconds

    def document(self, *, base_url: str, language: str) -> dict[str, Any]:
        return {
            "type": f"{base_url}/api#{self.code}",
            "title": self.title.in_language(language),
            "status": self.status,
            "detail": self.detail.in_language(language),
            **self.members,
        }


@dataclass(frozen=True, kw_only=True)
class _Kind:
    status: int
    code: str
    title: Text
    detail: Text


_NOT_READY = _Kind(
    status=503,
    code="not-ready",
    title=Text(de="Der Katalog ist gerade nicht lesbar", en="The catalogue cannot be read at the moment"),
    detail=Text(
        de="Es fehlt nichts auf Dauer: Bitte später noch einmal. Wer Daten erntet, sollte bis dahin nichts löschen.",
        en="Nothing is lost: please try again later. Harvesters should delete nothing until then.",
    ),
)
#: Looked up along the class hierarchy, so that a new error has a status without an entry.
KINDS: Mapping[type[Exception], _Kind] = {
    UnknownDataset: _Kind(
        status=404,
        code="unknown-dataset",
        title=Text(de="Diesen Datensatz gibt es nicht", en="There is no such data set"),
        detail=Text(
            de="Unter dieser Adresse wurde nie ein Datensatz veröffentlicht. Namen von Datensätzen ändern sich nicht: "
            "Vielleicht steckt ein Tippfehler darin.",
            en="No data set was ever published at this address. Names of data sets never change; there may be a typing error in it.",
        ),
    ),
    UnknownEdition: _Kind(
        status=404,
        code="unknown-edition",
        title=Text(de="Diesen Stand gibt es nicht", en="There is no such edition"),
        detail=Text(
            de="Diesen Stand hat der Datensatz nicht. Alle Stände führt die Seite „editions“ des Datensatzes auf.",
            en="The data set has no such edition. All of them are listed under “editions” of the data set.",
        ),
    ),
    UnknownItem: _Kind(
        status=404,
        code="unknown-item",
        title=Text(de="Das gibt es nicht", en="There is no such thing"),
        detail=Text(de="Unter dieser Nummer gibt es nichts.", en="There is nothing with this number."),
    ),
    UnknownPage: _Kind(
        status=404,
        code="unknown-page",
        title=Text(de="Diese Seite gibt es nicht", en="There is no such page"),
        detail=Text(
            de="Die Adresse stimmt nicht, oder sie war nie vergeben.",
            en="The address is wrong, or it was never in use.",
        ),
    ),
    UnknownRepresentation: _Kind(
        status=404,
        code="unknown-representation",
        title=Text(de="In dieser Form gibt es das nicht", en="Not available in this form"),
        detail=Text(de="Angeboten wird: {allowed}.", en="What is offered: {allowed}."),
    ),
    UnknownStatistic: _Kind(
        status=404,
        code="unknown-statistic",
        title=Text(de="Diese Statistik gibt es nicht", en="There is no such statistic"),
        detail=Text(de="Es gibt: {allowed}.", en="There are: {allowed}."),
    ),
    UnknownRelease: _Kind(
        status=404,
        code="unknown-release",
        title=Text(de="Diesen Stand gibt es nicht", en="There is no such release"),
        detail=Text(de="Stände dieser Statistik, neueste zuerst: {allowed}.", en="Releases of this statistic, newest first: {allowed}."),
    ),
    NotPublished: _Kind(
        status=422,
        code="not-published",
        title=Text(de="Diese Tabelle wird nicht veröffentlicht", en="This table is not published"),
        detail=Text(
            de="{dimensions}: Das steht in keiner der geplanten Tabellen dieser Statistik (Regel {rule}). Stattdessen: {allowed}.",
            en="{dimensions}: none of the planned tables of this statistic has this (rule {rule}). Ask instead: {allowed}.",
        ),
    ),
    Gone: _Kind(
        status=410,
        code="gone",
        title=Text(de="Das wurde zurückgezogen", en="This was removed"),
        detail=Text(
            de="Es war einmal veröffentlicht und ist es nicht mehr. Begründung: {reason} (am {at}).",
            en="It was published once and is not any more. Reason: {reason} (on {at}).",
        ),
    ),
    Busy: _Kind(
        status=503,
        code="busy",
        title=Text(de="Gerade wird geschrieben", en="The catalogue is being written"),
        detail=Text(de="Bitte in einigen Sekunden noch einmal.", en="Please try again in a few seconds."),
    ),
    TooManyRequests: _Kind(
        status=429,
        code="too-many-requests",
        title=Text(de="Zu viele Anfragen", en="Too many requests"),
        detail=Text(
            de="Bitte in {seconds} Sekunden noch einmal. Die Grenzen stehen unter /api/v1/config; ganze Datensätze gibt es als Datei.",
            en="Please try again in {seconds} seconds. The limits are at /api/v1/config; whole data sets are offered as files.",
        ),
    ),
    NoTable: _Kind(
        status=404,
        code="no-table",
        title=Text(de="Dieser Datensatz hat hier keine Zeilen", en="There are no rows of this data set here"),
        detail=Text(
            de="Er ist hier nur verzeichnet oder besteht aus Diensten. Wo er liegt, sagt seine Seite. Dateien anderswo: {places}.",
            en="It is only listed here or consists of services. Its page says where it is kept. Files elsewhere: {places}.",
        ),
    ),
    ProtectedStatistics: _Kind(
        status=422,
        code="protected-statistics",
        title=Text(de="Diese Statistik hat eine eigene Schnittstelle", en="These statistics have an interface of their own"),
        detail=Text(
            de="Zahlen über Personen werden nur in den geprüften Tabellen ausgegeben: {address}.",
            en="Numbers about persons are given in the audited tables only: {address}.",
        ),
    ),
    OutdatedCursor: _Kind(
        status=410,
        code="outdated-cursor",
        title=Text(de="Inzwischen gibt es einen neuen Stand", en="There is a newer edition by now"),
        detail=Text(
            de="Die Seiten bis hierher waren aus Stand {edition}, jetzt gilt Stand {newest}. Bitte ohne „cursor“ von vorn beginnen; "
            "ältere Stände gibt es weiter als Datei unter „editions“.",
            en="The pages so far were from edition {edition}, now it is edition {newest}. Please begin again without “cursor”; "
            "older editions remain as files under “editions”.",
        ),
    ),
    TooExpensive: _Kind(
        status=422,
        code="too-expensive",
        title=Text(de="Diese Frage ist zu aufwendig", en="This question is too expensive"),
        detail=Text(
            de="Sie braucht mehr Zeit oder Speicher, als eine Antwort haben darf. Es hilft: mehr Filter, weniger Gruppen, keine Ordnung. "
            "Die ganze Tabelle gibt es als Datei.",
            en="It needs more time or memory than one answer may take. More filters, fewer groups or no order help. "
            "The whole table is offered as a file.",
        ),
    ),
    TooLarge: _Kind(
        status=422,
        code="too-large",
        title=Text(de="Diese Summe ist zu groß", en="This sum is too large"),
        detail=Text(de="Sie passt nicht in 64 Bit.", en="It does not fit into 64 bits."),
    ),
    Cancelled: _Kind(
        status=503,
        code="cancelled",
        title=Text(de="Die Anfrage wurde abgebrochen", en="The request was cancelled"),
        detail=Text(de="Die Verbindung wurde beendet.", en="The connection was closed."),
    ),
    WrongSchemaVersion: _Kind(
        status=503,
        code="not-ready",
        title=Text(de="Der Katalog wird gerade umgestellt", en="The catalogue is being upgraded"),
        detail=Text(de="Bitte später noch einmal.", en="Please try again later."),
    ),
    NotReady: _NOT_READY,
    Unreachable: _NOT_READY,
    Unwritable: _NOT_READY,
    NotRendered: _NOT_READY,
    NotIndexed: _NOT_READY,
    DamagedRelease: _NOT_READY,
    KlarError: _Kind(
        status=500,
        code="internal",
        title=Text(de="Das hat nicht geklappt", en="Something went wrong"),
        detail=Text(de="Der Fehler liegt bei uns und ist notiert.", en="The fault is ours and has been noted."),
    ),
}
_INTERNAL = KINDS[KlarError]
_METHOD = _Kind(
    status=405,
    code="method-not-allowed",
    title=Text(de="Hier kann man nur lesen", en="Reading only"),
    detail=Text(de="Erlaubt sind GET, HEAD und OPTIONS.", en="GET, HEAD and OPTIONS are allowed."),
)
_UNKNOWN_PARAMETER = _Kind(
    status=400,
    code="unknown-parameter",
    title=Text(de="Diesen Parameter gibt es nicht", en="There is no such parameter"),
    detail=Text(
        de="Den Parameter „{name}“ gibt es hier nicht. Erlaubt: {allowed}.", en="There is no parameter “{name}” here. Allowed: {allowed}."
    ),
)
_INVALID_PARAMETER = _Kind(
    status=400,
    code="invalid-parameter",
    title=Text(de="Dieser Wert ist nicht erlaubt", en="This value is not allowed"),
    detail=Text(
        de="Der Wert von „{name}“ ist nicht erlaubt. Erlaubt: {allowed}.", en="The value of “{name}” is not allowed. Allowed: {allowed}."
    ),
)
_REPEATED_PARAMETER = _Kind(
    status=400,
    code="repeated-parameter",
    title=Text(de="Dieser Parameter steht mehrmals da", en="This parameter was given several times"),
    detail=Text(de="„{name}“ darf nur einmal vorkommen.", en="“{name}” may be given only once."),
)
#: Every kind of problem a client can meet, for the documentation.
ALL_KINDS = (*KINDS.values(), _METHOD, _UNKNOWN_PARAMETER, _INVALID_PARAMETER, _REPEATED_PARAMETER)
#: The names that PEP 249 gives the errors of every database module: this package does not know which one is in use.
_DATABASE_ERRORS = frozenset({"DatabaseError", "InterfaceError"})
_RETRY_AFTER = "30"  #: seconds
_BOUNDS = {
    "greater_than_equal": ("ge", "≥ {}"),
    "less_than_equal": ("le", "≤ {}"),
    "string_too_long": ("max_length", "≤ {} Zeichen"),
    "too_long": ("max_length", "≤ {} Werte"),
}
_TYPES = {
    "int_parsing": "1, 2, 3 …",
    "int_parsing_size": "1, 2, 3 …",
    "datetime_from_date_parsing": "2026-11-22 oder 2026-11-22T04:00:00Z (ISO 8601)",
    "datetime_parsing": "2026-11-22 oder 2026-11-22T04:00:00Z (ISO 8601)",
    "timezone_aware": "2026-11-22 oder 2026-11-22T04:00:00Z (ISO 8601)",
}


def problem_from(error: Exception, *, allowed: Sequence[str] = ()) -> Problem:
    """The problem that an error is to its client. `allowed`: the parameters of the address, for unknown ones."""
    if isinstance(error, RequestValidationError):
        return _parameter_problem(error, allowed)
    if isinstance(error, HTTPException):
        return _plain(_METHOD if error.status_code == 405 else KINDS[UnknownPage])
    if isinstance(error, OSError) or _DATABASE_ERRORS & {each.__name__ for each in type(error).__mro__}:
        return _plain(_NOT_READY)
    if isinstance(error, UnsuitableParameter):
        return _parameter([{"parameter": error.name, "allowed": [error.allowed]}], _INVALID_PARAMETER)
    if isinstance(error, RepeatedParameter):
        return _parameter([{"parameter": error.name, "allowed": []}], _REPEATED_PARAMETER)
    if isinstance(error, UnknownChoice):
        return _parameter([_choice(error)], _INVALID_PARAMETER if error.value else _UNKNOWN_PARAMETER)
    if isinstance(error, RepeatedChoice):
        return _parameter([{"parameter": error.parameter, "allowed": []}], _REPEATED_PARAMETER)
    if isinstance(error, WrongParameter):
        wrong = {"parameter": error.name, "allowed": list(error.allowed), **error.members}
        return _parameter([wrong], _UNKNOWN_PARAMETER if error.unknown else _INVALID_PARAMETER)
    kind = next((KINDS[each] for each in type(error).__mro__ if each in KINDS), _INTERNAL)
    if isinstance(error, TooManyRequests):
        words = {"seconds": str(error.retry_after)}
        return replace(_filled(kind, words, words, {}), retry_after=error.retry_after)
    if isinstance(error, Unready):
        return replace(_plain(kind), detail=error.reason, members={"reason": error.code})
    if isinstance(error, Gone):
        return _gone(kind, error)
    if isinstance(error, NoTable):
        words = {"places": ", ".join(error.places) or "–"}
        return _filled(kind, words, words, {"places": list(error.places)})
    if isinstance(error, NotPublished):
        return _not_published(kind, error)
    if isinstance(error, UnknownStatistic | UnknownRelease):
        words = {"allowed": ", ".join(error.known) or "–"}
        return _filled(kind, words, words, {"allowed": list(error.known)})
    if isinstance(error, ProtectedStatistics):
        words = {"address": error.address}
        return _filled(kind, words, words, words)
    if isinstance(error, OutdatedCursor):
        words = {"edition": str(error.edition), "newest": str(error.newest)}
        return _filled(kind, words, words, {"edition": error.newest})
    if isinstance(error, UnknownRepresentation):
        words = {"allowed": ", ".join(error.allowed)}
        return _filled(kind, words, words, {"allowed": list(error.allowed)})
    return _plain(kind)


def extra_headers(problem: Problem) -> dict[str, str]:
    """No error is kept by caches on the way; a 503 says when to come back."""
    headers = {"cache-control": "no-store"}
    if problem.status == 503:
        headers["retry-after"] = _RETRY_AFTER
    if problem.retry_after is not None:
        headers["retry-after"] = str(problem.retry_after)
    if problem.status == 405:
        headers["allow"] = "GET, HEAD, OPTIONS"
    return headers


def _plain(kind: _Kind) -> Problem:
    return Problem(status=kind.status, code=kind.code, title=kind.title, detail=kind.detail)


def _filled(kind: _Kind, german: Mapping[str, str], english: Mapping[str, str], members: Mapping[str, Any]) -> Problem:
    detail = Text(de=kind.detail.de.format_map(german), en=kind.detail.en.format_map(english))
    return Problem(status=kind.status, code=kind.code, title=kind.title, detail=detail, members=members)


def _choice(error: UnknownChoice) -> dict[str, Any]:
    value = {"value": error.value} if error.value else {}
    return {"parameter": error.parameter, **value, "allowed": list(error.allowed)}


def _not_published(kind: _Kind, error: NotPublished) -> Problem:
    """`instead` are query strings that have an answer."""
    instead = [f"group_by={','.join(each) or TOTAL}" for each in error.instead]
    rule = f"planned-tables, {error.rules}"
    words = {"dimensions": " × ".join(error.dimensions) or TOTAL, "rule": rule, "allowed": ", ".join(instead) or "–"}
    members = {"rule": rule, "dimensions": list(error.dimensions), "instead": instead}
    return _filled(kind, words, words, members)


def _gone(kind: _Kind, error: Gone) -> Problem:
    at = datetime.fromisoformat(error.at)
    reason = error.reason.rstrip(".")
    german, english = ({"reason": reason, "at": day(at, language)} for language in ("de", "en"))
    return _filled(kind, german, english, {"reason": error.reason, "removed": error.at})


def _parameter_problem(error: RequestValidationError, parameters: Sequence[str]) -> Problem:
    """Names the first parameter that is wrong and what is allowed; `errors` holds all of them."""
    found = [_parameter_error(each, parameters) for each in error.errors()]
    return _parameter(found, _UNKNOWN_PARAMETER if error.errors()[0]["type"] == "extra_forbidden" else _INVALID_PARAMETER)


def _parameter(found: Sequence[Mapping[str, Any]], kind: _Kind) -> Problem:
    first = found[0]
    words = {"name": first["parameter"], "allowed": ", ".join(first["allowed"]) or "–"}
    return _filled(kind, words, words, {**first, "errors": list(found)})


def _parameter_error(error: Mapping[str, Any], parameters: Sequence[str]) -> dict[str, Any]:
    place = error["loc"]
    name = str(place[1]) if len(place) > 1 else "query"
    return {"parameter": name, "allowed": _allowed(error["type"], error.get("ctx", {}), parameters)}


def _allowed(code: str, context: Mapping[str, Any], parameters: Sequence[str]) -> list[str]:
    """What stands in place of the wrong thing: names of parameters, values, or a bound."""
    if code == "extra_forbidden":
        return sorted(parameters)
    if code in ("literal_error", "enum"):
        return [each.strip().strip("'") for each in str(context["expected"]).replace(" or ", ", ").split(", ")]
    if code in _BOUNDS:
        name, sentence = _BOUNDS[code]
        return [sentence.format(context[name])]
    return [_TYPES.get(code, code)]
