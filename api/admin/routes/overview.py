"""The first page: what runs, and what waits."""

from starlette.responses import Response

from api.admin.admin import Place, Visit
from api.admin.pages import OverviewPage
from api.admin.routes.sources import source_lines
from api.staging import KEPT
from catalog.consent import QUARANTINE


def show(visit: Visit) -> Response:
    store = visit.found.store
    plans, items = store.plans(limit=1000), store.quarantine()
    open_items = {each.id for each in items}
    page = OverviewPage(
        sources=source_lines(visit, plans, items),
        held=len(plans),
        open_items=len(items),
        second=len({each.number for each in store.consents() if each.subject == QUARANTINE and each.number in open_items}),
        uploads=len(visit.admin.staging.all()),
        purged_after=int(KEPT.total_seconds() // 3600),
    )
    return visit.page("overview.html", page, title="Übersicht", section="overview")


PLACES = (Place(path="/", handler=show),)
