"""`/changes.atom`: what happened to the catalogue, for feed readers. The same for programs is `/api/v1/changes`."""

from fastapi import APIRouter, Request, Response

from api.web.answers import Representation, represent
from api.web.atom import MEDIA_TYPE, TitledChange, atom_feed
from api.web.openapi import ATOM
from api.web.parameters import AtomQuery
from api.web.problems import NotReady
from api.web.templating import page_path
from api.web.web import Web

_SIZE = 50


def routes(web: Web, language: str) -> APIRouter:
    router = APIRouter(include_in_schema=language == "de")

    @router.get("/changes.atom", operation_id=f"changes_atom_{language}" if language != "de" else "changes_atom", **ATOM)
    async def changes_atom(request: Request, query: AtomQuery) -> Response:
        return await web.hot_answer(request, ("atom", language, query.before), lambda: _feed(web, language, query.before))

    return router


def _feed(web: Web, language: str, before: int | None) -> Representation:
    """Raises NotReady while nothing was ever published: an empty feed would have no time of its last change."""
    store = web.services.store
    newest = store.recent_changes(limit=1)
    if not newest:
        raise NotReady("Es ist noch nichts veröffentlicht.")
    found = [TitledChange(change=change, title=title) for change, title in store.recent_changes(before=before, limit=_SIZE + 1)]
    shown = found[:_SIZE]
    path = page_path("/changes.atom", language)
    updated = newest[0][0].at
    content = atom_feed(
        shown,
        addresses=web.addresses,
        language=language,
        path=path if before is None else f"{path}?before={before}",
        older=f"{path}?before={shown[-1].change.seq}" if len(found) > _SIZE else "",
        updated=shown[0].change.at if before is not None and shown else updated,
    )
    return represent(content, MEDIA_TYPE, modified=updated)
