"""`/api/action/{name}` and `/api/3/action/{name}`, GET and POST (compat.md, section 1)."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.web.answers import Representation, represent_json, respond
from api.web.ckan.actions import ACTIONS, WRITING
from api.web.ckan.arguments import Arguments, arguments_of
from api.web.ckan.envelope import failure, success, text_only
from api.web.ckan.errors import ActionError, BadRequest, NotAuthorized
from api.web.openapi import JSON
from api.web.web import Web


def routes(web: Web) -> APIRouter:
    router = APIRouter()

    @router.api_route("/api/3/action/{name}", methods=["GET", "POST"], include_in_schema=False)
    @router.api_route("/api/action/{name}", methods=["GET", "POST"], include_in_schema=False)
    async def ckan_action(request: Request, name: str) -> Response:
        try:
            arguments = await arguments_of(request)
        except BadRequest as error:
            return respond(request, text_only(error.detail))
        return respond(request, await run_in_threadpool(_answer, web, name, arguments))

    @router.get("/api/3", operation_id="ckan_version", **JSON)
    def ckan_version(request: Request) -> Response:
        return respond(request, represent_json({"version": 3}))

    return router


def _answer(web: Web, name: str, arguments: Arguments) -> Representation:
    """What cannot be read from at the moment is left to the common error answer: 503 without an envelope, which harvesters notice,
    while an envelope without `result` reads as an empty catalogue (compat.md 4.4)."""
    if name in WRITING:
        return failure(web.addresses, name, NotAuthorized())
    if name not in ACTIONS:
        return text_only(f"Bad request: Action name not known: {name}")
    try:
        return success(web.addresses, name, ACTIONS[name](web, arguments))
    except ActionError as error:
        return failure(web.addresses, name, error)
