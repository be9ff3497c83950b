"""What is held: a plan field by field, and a person's yes or no."""

from collections.abc import Mapping

from starlette.responses import Response

from api import decisions
from api.admin.admin import Place, Visit
from api.admin.pages import PlanLine, PlanPage, PlansPage
from api.admin.plan_view import counts_of, plan_view
from api.admin.routes.sources import titles
from api.words import PLAN_STATES
from catalog.consent import PLAN, Consent, same_person
from catalog.plan import StoredPlan
from catalog.plans import OPEN
from catalog.tokens import Role

#: Decided plans that the list goes back: each is read whole.
_DECIDED = 50


def show_all(visit: Visit) -> Response:
    everything = visit.query.get("all") == "1"
    plans = visit.found.store.plans(open_only=not everything, limit=_DECIDED if everything else 1000)
    known, uploads = titles(visit), uploads_by_plan(visit)
    page = PlansPage(lines=tuple(_line(each, known, uploads) for each in plans), everything=everything)
    return visit.page("plans.html", page, title="Angehalten", section="plans")


def show(visit: Visit) -> Response:
    stored = visit.found.store.plan(visit.number)
    view, upload = plan_view(visit, stored), uploads_by_plan(visit).get(stored.id, "")
    words = words_for(visit, PLAN, stored.id)
    decidable = stored.state in OPEN and not upload
    why_not = why_not_approve(visit, words) if decidable else ""
    page = PlanPage(
        view=view,
        upload=upload,
        words=words,
        can_approve=decidable and not view.outdated and not why_not,
        can_reject=decidable and visit.may(Role.EDITOR),
        why_not=why_not,
        csrf=visit.session.csrf,
    )
    return visit.page("plan.html", page, title=f"Plan {stored.id}", section="plans")


def approve(visit: Visit) -> Response:
    number = visit.number
    result = decisions.approve(visit.found, number, visit.session.person, visit.form.text("reason"))
    if isinstance(result, decisions.Pending):
        return visit.go(f"/plans/{number}", done="pending")
    return visit.go(f"/plans/{number}", done="refused" if result.refused else "approved")


def reject(visit: Visit) -> Response:
    number = visit.number
    decisions.reject_plan(visit.found, number, visit.session.person, visit.form.text("reason"))
    return visit.go(f"/plans/{number}", done="rejected")


def uploads_by_plan(visit: Visit) -> Mapping[int, str]:
    """Number of a plan -> id of the uploaded file it was made for."""
    return {each.plan: each.id for each in visit.admin.staging.all() if each.plan}


def words_for(visit: Visit, subject: str, number: int) -> tuple[Consent, ...]:
    """Who has said yes and waits for a second person, the first word first."""
    return tuple(each for each in visit.found.store.consents() if (each.subject, each.number) == (subject, number))


def why_not_approve(visit: Visit, words: tuple[Consent, ...]) -> str:
    """Why this person can't publish a plan, "" if they can."""
    if not visit.may(Role.RELEASER):
        return "Freigeben darf, wer ein Token mit der Rolle releaser hat."
    if words and all(same_person(each.by, visit.session.person) for each in words):
        return "Sie haben schon zugestimmt. Jetzt braucht es eine zweite Person."
    return ""


def _line(stored: StoredPlan, known: Mapping[str, str], uploads: Mapping[int, str]) -> PlanLine:
    name = stored.plan.source.name
    return PlanLine(
        stored=stored,
        source=known.get(name, name),
        state=PLAN_STATES[stored.state],
        counts=counts_of(stored.plan.tables),
        upload=uploads.get(stored.id, ""),
    )


PLACES = (
    Place(path="/plans", handler=show_all),
    Place(path="/plans/{number}", handler=show),
    Place(path="/plans/{number}/approve", handler=approve, needs=Role.RELEASER, changes=True),
    Place(path="/plans/{number}/reject", handler=reject, needs=Role.EDITOR, changes=True),
)
