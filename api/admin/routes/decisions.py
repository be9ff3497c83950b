"""Who decided what: the log that nobody can rewrite, to read and to take along."""

from starlette.responses import Response

from api.admin.admin import Place, Visit
from api.admin.pages import DecisionLine, DecisionsPage
from api.admin.paging import paged
from api.admin.wording import DEEDS
from catalog.decisions import decisions_csv, decisions_json
from catalog.entries import Decision

#: Lines the pages go back; the files have all.
_SHOWN = 10_000


def show(visit: Visit) -> Response:
    lines = paged(visit.found.store.decisions(limit=_SHOWN), visit.query).map(_line)
    return visit.page("decisions.html", DecisionsPage(lines=lines), title="Entscheidungen", section="decisions")


def as_csv(visit: Visit) -> Response:
    content = decisions_csv(visit.found.store.all_decisions())
    return _file(content, "text/csv; charset=utf-8", "entscheidungen.csv")


def as_json(visit: Visit) -> Response:
    return _file(decisions_json(visit.found.store.all_decisions()), "application/json", "entscheidungen.json")


def _file(content: str, media_type: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def _line(decision: Decision) -> DecisionLine:
    return DecisionLine(decision=decision, what=DEEDS.get(decision.what, decision.what), role=decision.role or "am Rechner")


PLACES = (
    Place(path="/decisions", handler=show),
    Place(path="/decisions.csv", handler=as_csv),
    Place(path="/decisions.json", handler=as_json),
)
