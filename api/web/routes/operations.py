"""For operators, browsers and robots: health, security.txt, robots.txt, sitemap, static files."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request, Response

from api.web.answers import Representation, represent, respond
from api.web.parameters import Nothing
from api.web.problems import UnknownPage, Unready
from api.web.published import common_rows
from api.web.services import LEGAL_PAGES
from api.web.templating import STATIC, page_path
from api.web.web import Web
from catalog.database import Unreachable
from schemas.errors import WrongSchemaVersion
from schemas.values import Text

_PLAIN = "text/plain; charset=utf-8"
_STATIC_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
#: RFC 9116 wants an end; nearer than a year, and moved on with every month.
_SECURITY_TXT_LASTS = timedelta(days=180)

#: What is lacking -> what to do about it. The application itself writes nothing; `klar serve` renders beside it when it starts.
_UNREADY: Mapping[str, Text] = {
    "schema": Text(
        de="Die Datenbank hat eine andere Version als das Programm; »klar db upgrade« bringt sie auf den neuen Stand.",
        en="The database has another version than the program; `klar db upgrade` brings it up to date.",
    ),
    "database": Text(de="Die Datenbank ist nicht da oder nicht erreichbar.", en="The database is not there or cannot be reached."),
    "not-rendered": Text(
        de="Der Katalog ist für diese Einstellungen oder diese Version noch nicht gerendert; »klar serve« tut es beim "
        "Start, »klar harvest« ebenso.",
        en="The catalogue has not been rendered yet for these settings or this version; `klar serve` does it when it starts, and so "
        "does `klar harvest`.",
    ),
    "files": Text(de="Der Ordner der Dateien fehlt.", en="The folder of the files is missing."),
}


def routes(web: Web) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    async def live(request: Request, _query: Nothing) -> Response:
        return Response(b'{"status":"ok"}\n', media_type="application/json", headers={"cache-control": "no-store"})

    @router.get("/health/ready")
    def ready(request: Request, _query: Nothing) -> Response:
        require_ready(web)
        return Response(b'{"status":"ok"}\n', media_type="application/json", headers={"cache-control": "no-store"})

    @router.get("/robots.txt")
    def robots(request: Request, _query: Nothing) -> Response:
        return respond(request, represent(_robots(web).encode(), _PLAIN))

    @router.get("/.well-known/security.txt")
    def security(request: Request, _query: Nothing) -> Response:
        return respond(request, represent(_security(web).encode(), _PLAIN))

    @router.get("/sitemap.xml")
    def sitemap(request: Request, _query: Nothing) -> Response:
        return web.answer(request, "sitemap", lambda: represent(_sitemap(web).encode(), "application/xml"))

    @router.get("/static/{name}")
    def static(request: Request, name: str) -> Response:
        return respond(request, _static(name))

    return router


def require_ready(web: Web) -> None:
    """Raises Unready with the reason (database, schema version, fragments, files), and whatever an unreadable database raises."""
    services = web.services
    try:
        services.store.require_current()
        services.store.revision()
        missing = services.store.missing_fragments(services.renderer.key)
    except WrongSchemaVersion as error:
        raise _unready("schema") from error
    except Unreachable as error:
        raise _unready("database") from error
    if missing:
        raise _unready("not-rendered")
    if not services.files.root.is_dir():
        raise _unready("files")


def _unready(lacking: str) -> Unready:
    return Unready(lacking, _UNREADY[lacking])


def _robots(web: Web) -> str:
    if not web.services.site.official:
        # Crawlers must be able to read the noindex of the pages; what is disallowed stays in indexes as a bare address.
        return "User-agent: *\nDisallow: /datasets?\nDisallow: /en/datasets?\n"
    return f"User-agent: *\nDisallow: /datasets?\nDisallow: /en/datasets?\nSitemap: {web.addresses.absolute('/sitemap.xml')}\n"


def _security(web: Web) -> str:
    """RFC 9116. The end is rounded to the month, so that the file stays the same for a while."""
    contact = web.services.site.contact
    now = web.services.clock()
    expires = (now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + _SECURITY_TXT_LASTS).strftime("%Y-%m-%dT%H:%M:%SZ")
    address = f"mailto:{quote(contact.email, safe='@')}" if contact.email else contact.url
    canonical = web.addresses.absolute("/.well-known/security.txt")
    return f"Contact: {address}\nExpires: {expires}\nPreferred-Languages: de, en\nCanonical: {canonical}\n"


def _sitemap(web: Web) -> str:
    statistics = ("/statistics", "/statistics/questions", "/statistics/reported")
    fixed = ("/", "/datasets", "/projects", "/processes", "/sensors", *statistics, "/status", "/api", *(f"/{each}" for each in LEGAL_PAGES))
    entries = [_url(web, each, "") for each in fixed]
    for entry in web.services.store.datasets():
        modified = entry.dataset.modified.strftime("%Y-%m-%d")
        entries.append(_url(web, f"/datasets/{entry.dataset.name}", f"<lastmod>{modified}</lastmod>"))
    for path, table in (("/projects", "project"), ("/processes", "process")):
        rows = common_rows(web.services.store, web.services.files, table) or ()
        entries += [_url(web, f"{path}/{each['id']}", f"<lastmod>{str(each['changed_at'])[:10]}</lastmod>") for each in rows]
    for head in web.services.store.statistics():
        if not web.services.store.release(head.cube, head.name).cube.demonstration:
            entries.append(_url(web, f"/statistics/{head.cube}", f"<lastmod>{head.at:%Y-%m-%d}</lastmod>"))
    body = "".join(entries)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{body}</urlset>\n'


def _url(web: Web, path: str, inner: str) -> str:
    addresses = [web.addresses.absolute(page_path(path, each)) for each in web.templates.languages]
    return "".join(f"<url><loc>{escape(each)}</loc>{inner}</url>\n" for each in addresses)


def _static(name: str) -> Representation:
    """Only the files of our own folder: a name with a slash does not get here, one with dots is no file of it."""
    known: dict[str, Path] = {each.name: each for each in STATIC.iterdir() if each.suffix in _STATIC_TYPES}
    if name not in known:
        raise UnknownPage(name)
    return represent(known[name].read_bytes(), _STATIC_TYPES[known[name].suffix])
