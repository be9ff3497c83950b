"""A WordPress site on 127.0.0.1 that behaves like the REST interface of WordPress 6: routes, `_fields`, paging, totals, errors."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.harvesters.http.servers import Line, Request, Script, reply

Json = dict[str, Any]
Items = Callable[[], Sequence[Json]]
PROFILE = """<div class="wp-block-group steckbrief"><p class="status">{status}</p><p><strong>Laufzeit:</strong> 2021&nbsp;</p>
<dl><dt>Förderung</dt><dd>Modellprojekte Smart Cities</dd></dl><p class="kurz">Ein Platz f&uuml;r alle Num&shy;mern {number}.</p></div>
<h3>Pressekontakt</h3><p>Erika Mustermann<br>erika.mustermann@stadt.example<br>Tel. 0631 205 894</p><script>track("Mustermann")</script>"""
#: Rules that read `PROFILE`.
FIELDS: Json = {
    "status": {"select": ".status", "codes": {"läuft": "running", "fertig": "completed"}},
    "summary": {"select": ".kurz"},
    "start": {"label": "Laufzeit"},
    "programme": {"label": "Förderung", "required": True},
    "website": "link",
}


def item(number: int, *, status: str = "läuft", **more: Any) -> Json:
    """As WP_REST_Posts_Controller gives one, without `_fields`."""
    return {
        "id": number,
        "date": "2024-03-01T23:30:00",
        "date_gmt": "2024-03-01T22:30:00",
        "guid": {"rendered": f"https://stadt.example/?p={number}"},
        "modified": "2024-07-01T00:30:00",
        "modified_gmt": "2024-06-30T22:30:00",
        "slug": f"projekt-{number}",
        "status": "publish",
        "type": "projekt",
        "link": f"https://stadt.example/projekte/projekt-{number}/",
        "title": {"rendered": f"Projekt {number} &#8211; Platz &amp; Park"},
        "content": {"rendered": PROFILE.format(status=status, number=number), "protected": False},
        "excerpt": {"rendered": "<p>Kurz gesagt.</p>\n", "protected": False},
        "author": 3,
        "categories": [1, 12],
        "meta": [],
        "_links": {"self": [{"href": f"https://stadt.example/wp-json/wp/v2/projekt/{number}"}]},
        **more,
    }


def index(*routes: str) -> Json:
    return {
        "name": "Stadt",
        "home": "https://stadt.example",
        "namespaces": ["wp/v2", "tribe/events/v1"],
        "authentication": [],
        "routes": {each: {"namespace": "wp/v2", "methods": ["GET"], "endpoints": []} for each in ("/", "/wp/v2", "/wp/v2/users", *routes)},
    }


def answer(body: object, status: int = 200, **headers: str) -> Script:
    return reply(json.dumps(body), status, Content_Type="application/json; charset=UTF-8", **headers)


def refusal(code: str, status: int) -> Script:
    return answer({"code": code, "message": "Nein.", "data": {"status": status}}, status)


def site(lists: Mapping[str, Items], *, totals: bool = True, claimed: Callable[[int], int] = lambda count: count) -> dict[str, Script]:
    """`lists`: name of a content type -> what is there now. `totals`: False where something on the way drops the headers."""

    def listing(items: Items) -> Script:
        def script(line: Line, request: Request) -> bool:
            query = dict(parse_qsl(urlsplit(request.target).query))
            size, page = int(query.get("per_page", 10)), int(query.get("page", 1))
            if size > 100:
                return refusal("rest_invalid_param", 400)(line, request)
            there = _ordered([each for each in items() if _meets(each, query)], query)
            pages = -(-len(there) // size)
            if page > max(pages, 1):
                return refusal("rest_post_invalid_page_number", 400)(line, request)
            shown = [_only(each, query.get("_fields", "")) for each in there[(page - 1) * size : page * size]]
            headers: dict[str, str] = {"X_WP_Total": str(claimed(len(there))), "X_WP_TotalPages": str(-(-claimed(len(there)) // size))}
            return answer(shown, 200, **(headers if totals else {}))(line, request)

        return script

    routes = {f"/wp-json/wp/v2/{name}": listing(items) for name, items in lists.items()}
    return {"/wp-json/": answer(index(*(f"/wp/v2/{name}" for name in lists))), **routes, "*": refusal("rest_no_route", 404)}


def _ordered(items: list[Json], query: Mapping[str, str]) -> list[Json]:
    assert (query["orderby"], query["order"]) == ("id", "asc"), "any other order moves while it is read"
    return sorted(items, key=lambda each: each["id"] if isinstance(each.get("id"), int) else 0)


def _meets(found: Json, query: Mapping[str, str]) -> bool:
    if "modified_after" in query and str(found.get("modified")) <= query["modified_after"]:
        return False
    return "categories" not in query or int(query["categories"]) in found["categories"]


def _only(found: Json, fields: str) -> Json:
    """`_fields`, nested ones too (WordPress 5.3)."""
    kept: Json = {}
    for path in filter(None, fields.split(",")):
        value: Any = found
        for step in path.split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            _put(kept, path.split("."), value)
    return kept if fields else found


def _put(into: Json, steps: Sequence[str], value: object) -> None:
    for step in steps[:-1]:
        into = into.setdefault(step, {})
    into[steps[-1]] = value


def options(**more: Any) -> Json:
    return {"prefix": "st", "content": [{"type": "projekt", "table": "project", "fields": FIELDS}], **more}
