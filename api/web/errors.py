"""Errors on their way out: a page for browsers, problem+json for programs."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.web.middleware import common_headers
from api.web.negotiation import best, prefers_html
from api.web.openapi import parameter_names
from api.web.pages import ProblemPage
from api.web.problems import Problem, extra_headers, problem_from
from api.web.templating import Frame
from api.web.web import HTML, Web
from schemas.errors import KlarError

_PROBLEM_JSON = "application/problem+json"
#: To a CKAN harvester an error in JSON reads as an empty catalogue, one in words as an error (ckan/compat.md 4.4).
_CKAN = ("/api/action/", "/api/3/action/")
#: Addresses that only programs read.
_MACHINES = ("/api/v1/", "/health/", "/catalog.")


def problem_response(web: Web, request: Request, error: Exception) -> Response:
    problem = problem_from(error, allowed=parameter_names(request.scope.get("route")))
    language = _language(web, request)
    headers = extra_headers(problem) | {"content-language": language, "vary": "Accept, Accept-Language"}
    if not isinstance(error, KlarError | RequestValidationError | HTTPException):
        # What nobody foresaw is answered outside the middleware that adds these.
        headers |= common_headers(indexed=web.services.site.official)
    if problem.status >= 500 and request.url.path.startswith(_CKAN):
        return Response(problem.title.en, status_code=problem.status, headers=headers | {"content-type": "text/plain; charset=utf-8"})
    if prefers_html(request.headers.get("accept", "")) and not request.url.path.startswith(_MACHINES):
        return Response(_page(web, problem, language), status_code=problem.status, headers=headers | {"content-type": HTML})
    document = problem.document(base_url=web.services.site.base_url, language=language)
    content = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return Response(content, status_code=problem.status, headers=headers | {"content-type": _PROBLEM_JSON})


def _language(web: Web, request: Request) -> str:
    """By address first, then by what the client asks for."""
    for each in web.templates.languages:
        if request.url.path.startswith(f"/{each}/"):
            return each
    if request.url.path.startswith("/api/"):
        return best(request.headers.get("accept-language", ""), web.templates.languages) or "de"
    return "de"


def _page(web: Web, problem: Problem, language: str) -> bytes:
    page = ProblemPage(status=problem.status, title=problem.title, detail=problem.detail, allowed=_allowed(problem.members))
    frame = Frame(language=language, path="/", title=problem.title.in_language(language), lasting=False)
    return web.templates.render("problem.html", frame, page)


def _allowed(members: Mapping[str, Any]) -> dict[str, str]:
    return {each["parameter"]: ", ".join(each["allowed"]) for each in members.get("errors", ())}
