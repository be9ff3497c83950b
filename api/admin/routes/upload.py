"""A file for a drop folder: shown as a plan before anything is published, then released or thrown away."""

from contextlib import suppress

from starlette.responses import Response

from api import uploads
from api.admin.admin import Place, Visit
from api.admin.item_view import item_line, tables_of
from api.admin.pages import ItemLine, PlanView, UploadFormPage, UploadLine, UploadPage, UploadsPage
from api.admin.plan_view import SHOWN_FINDINGS, plan_view
from api.admin.routes.plans import why_not_approve, words_for
from api.admin.routes.sources import run_or_none, titles
from api.decisions import Pending
from api.dropfolder import SUFFIXES, DropFolder
from api.staging import KEPT, UPLOAD_LIMIT, Staged, purge_staged
from api.words import OUTCOMES, PLAN_STATES
from catalog.consent import PLAN
from catalog.entries import QuarantineItem, QuarantineState
from catalog.plan import UPLOADED, StoredPlan
from catalog.plans import OPEN
from catalog.tokens import Role
from schemas.errors import Busy, UnknownItem

_SHOWN_ITEMS = 20
_REPLANNED = "Seit dem Hochladen wurde die Quelle neu geerntet. Bitte den Plan neu berechnen."


def show_all(visit: Visit) -> Response:
    _purge(visit)
    known = titles(visit)
    page = UploadsPage(
        waiting=tuple(_line(visit, each, known) for each in visit.admin.staging.all()),
        sources={each.name: each.title for each in uploads.sources_with_drop_folder(visit.found)},
        can_upload=visit.may(Role.EDITOR),
    )
    return visit.page("uploads.html", page, title="Hochladen", section="upload")


def show_form(visit: Visit) -> Response:
    source = uploads.source_with_drop_folder(visit.found, visit.path["name"])
    folder = DropFolder(source)
    page = UploadFormPage(
        name=source.name,
        title=source.title,
        exists=folder.exists,
        names=folder.names(visit.found.clock()) if folder.exists else (),
        limit=UPLOAD_LIMIT,
        suffixes=SUFFIXES,
        csrf=visit.session.csrf,
    )
    return visit.page("upload_form.html", page, title=f"Hochladen: {source.title}", section="upload")


def take(visit: Visit) -> Response:
    _purge(visit)
    file = visit.form.file
    staged = uploads.stage(
        visit.found,
        visit.path["name"],
        chosen=visit.form.text("replaces"),
        filename=file.name if file else "",
        content=file.content if file else b"",
        person=visit.session.person,
    )
    with suppress(Busy):  # its page says so and offers to try again
        uploads.plan(visit.found, staged)
    return visit.go(f"/uploads/{staged.id}")


def show(visit: Visit) -> Response:
    staged = _staged(visit)
    stored = visit.found.store.plan(staged.plan) if staged.plan else None
    run, masker = run_or_none(visit, staged.run), visit.admin.masker
    view = plan_view(visit, stored) if stored else None
    items = _items(visit, staged, stored)
    words = words_for(visit, PLAN, staged.plan)
    why_not = _why_not(visit, stored, view) or why_not_approve(visit, words)
    findings = [each for each in run.findings if each.code != UPLOADED] if run else []
    page = UploadPage(
        staged=staged,
        source=titles(visit).get(staged.source, staged.source),
        until=staged.at + KEPT,
        run=run,
        outcome=OUTCOMES[run.outcome] if run else "",
        findings=tuple(map(masker.finding, findings[:SHOWN_FINDINGS])),
        more_findings=max(0, len(findings) - SHOWN_FINDINGS),
        view=view,
        items=items[:_SHOWN_ITEMS],
        more_items=max(0, len(items) - _SHOWN_ITEMS),
        words=words,
        can_release=not why_not,
        can_plan=visit.may(Role.EDITOR),
        can_discard=visit.may(Role.EDITOR),
        why_not=why_not,
        csrf=visit.session.csrf,
    )
    return visit.page("upload.html", page, title="Hochgeladene Datei", section="upload")


def plan_again(visit: Visit) -> Response:
    staged = _staged(visit)
    uploads.plan(visit.found, staged)
    return visit.go(f"/uploads/{staged.id}", done="planned")


def release(visit: Visit) -> Response:
    staged = _staged(visit)
    result = uploads.release(visit.found, staged, visit.session.person, visit.form.text("reason"))
    if isinstance(result, Pending):
        return visit.go(f"/uploads/{staged.id}", done="pending")
    return visit.go(f"/plans/{staged.plan}", done="refused" if result.refused else "released")


def discard(visit: Visit) -> Response:
    uploads.discard(visit.found, _staged(visit), visit.session.person, visit.form.text("reason"))
    return visit.go("/upload", done="discarded")


def _purge(visit: Visit) -> None:
    purge_staged(visit.admin.staging, visit.found.store, visit.found.clock())


def _staged(visit: Visit) -> Staged:
    """Raises UnknownItem, also for what has waited too long."""
    _purge(visit)
    return visit.admin.staging.get(visit.path["id"])


def _why_not(visit: Visit, stored: StoredPlan | None, view: PlanView | None) -> str:
    if stored is None or view is None:
        return "Aus dieser Datei ließ sich kein Änderungsplan machen; die Gründe stehen oben."
    if stored.state not in OPEN:
        return _REPLANNED
    if view.outdated:
        return "Der veröffentlichte Stand hat sich seit dem Hochladen geändert. Bitte den Plan neu berechnen."
    return ""


def _items(visit: Visit, staged: Staged, stored: StoredPlan | None) -> tuple[ItemLine, ...]:
    """Rows that this plan leaves out, as the Prüfliste has them."""
    if stored is None:
        return ()
    refused = {(each.table, each.key, each.digest) for table in stored.plan.tables for each in table.quarantined}
    tables, title = tables_of(visit, staged.source), titles(visit).get(staged.source, staged.source)

    def belongs(item: QuarantineItem) -> bool:
        return item.source == staged.source and (item.table, item.key, item.digest) in refused

    found = [each for each in visit.found.store.quarantine(open_only=False) if belongs(each) and each.state is not QuarantineState.ACCEPTED]
    return tuple(item_line(visit.admin.masker, each, source=title, tables=tables) for each in found)


def _line(visit: Visit, staged: Staged, known: dict[str, str]) -> UploadLine:
    return UploadLine(staged=staged, source=known.get(staged.source, staged.source), state=_state(visit, staged), until=staged.at + KEPT)


def _state(visit: Visit, staged: Staged) -> str:
    if not staged.run:
        return "noch nicht geprüft"
    if not staged.plan:
        return "nicht lesbar"
    try:
        return PLAN_STATES[visit.found.store.plan(staged.plan).state]
    except UnknownItem:
        return "nicht mehr freigebbar"


PLACES = (
    Place(path="/upload", handler=show_all),
    Place(path="/upload/{name}", handler=show_form, needs=Role.EDITOR),
    Place(path="/upload/{name}/file", handler=take, needs=Role.EDITOR, changes=True, file_limit=UPLOAD_LIMIT),
    Place(path="/uploads/{id}", handler=show),
    Place(path="/uploads/{id}/plan", handler=plan_again, needs=Role.EDITOR, changes=True),
    Place(path="/uploads/{id}/release", handler=release, needs=Role.RELEASER, changes=True),
    Place(path="/uploads/{id}/discard", handler=discard, needs=Role.EDITOR, changes=True),
)
