"""`klar check-feed`: what the portals up the chain will make of a DCAT feed, ours or anybody's."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from api.cli.app import Command, Json, config_path
from api.cli.output import print_json, say
from api.settings import Settings, load
from dcat.check.asking import LARGEST, NotPublic, TooLarge
from dcat.check.check import LINKS, PAGES, check
from dcat.check.telling import told
from harvesters.http.faults import Fault, HttpError
from harvesters.http.limits import MB, Limits
from harvesters.http.looking import Looker, Method, Sight
from harvesters.http.opening import Web, user_agent
from schemas.errors import ConfigurationError, SourceError

#: GovData's link checker waits 15 seconds (harvest-rules, section 2.5); a page of a feed may take longer.
_LIMITS = Limits(connect=10, read=15, total=120, size=LARGEST, wire=LARGEST, run_seconds=3600, run_bytes=2048 * MB)
_PAUSE = 0.5


def register(app: typer.Typer) -> None:
    app.command("check-feed", cls=Command)(check_feed)


def check_feed(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="Adresse der ersten Seite des Katalogs.")],
    shapes: Annotated[
        Path | None, typer.Option("--shapes", metavar="ORDNER", help="Ordner mit den amtlichen SHACL-Dateien; sonst [shapes] folder.")
    ] = None,
    links: Annotated[int, typer.Option("--links", min=0, metavar="N", help="So viele Links prüfen; 0: keine.")] = LINKS,
    pages: Annotated[int, typer.Option("--pages", min=1, metavar="N", help="So viele Seiten lesen.")] = PAGES,
    pause: Annotated[
        float, typer.Option("--pause", min=0, metavar="SEKUNDEN", help="Pause zwischen zwei Abrufen bei einem Rechner.")
    ] = _PAUSE,
    allow_private: Annotated[
        list[str] | None, typer.Option("--allow-private", metavar="RECHNER", help="Rechner im eigenen Netz, der gefragt werden darf.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Liest einen DCAT-Katalog wie Land, GovData und EU und sagt, was sie annehmen, ändern oder weglassen. Endet mit 1 bei Fehlern."""
    settings = _settings(ctx)
    folder = shapes or _folder(settings)
    try:
        looker = Looker(url, _web(settings), limits=_LIMITS, pause=pause, allow_private=tuple(allow_private or ()))
    except HttpError as error:
        raise ConfigurationError(error.detail) from None
    with looker:
        report = check(url, GuardedWeb(looker), shapes=folder, pages=pages, links=links)
    if as_json:
        print_json(report.as_json())
    else:
        say(told(report))
    if report.errors:
        raise typer.Exit(1)


def _settings(ctx: typer.Context) -> Settings | None:
    """Feeds of others are checked without a klar.toml; where there is one, its proxy and its shapes hold."""
    path = config_path(ctx)
    return load(path, os.environ) if path.exists() or ctx.find_root().obj else None


def _folder(settings: Settings | None) -> Path | None:
    folder = settings.content.shapes.folder if settings else ""
    return settings.folder / folder if settings and folder else None


def _web(settings: Settings | None) -> Web:
    if settings is None:
        return Web(user_agent=user_agent("klar check-feed", "-"))
    site, http = settings.site(), settings.content.http
    login = settings.folder / http.proxy_login_file if http.proxy_login_file else None
    return Web(user_agent=user_agent(site.base_url, site.contact.email), proxy=http.proxy, proxy_login=login)


@dataclass(frozen=True)
class GuardedWeb:
    """`dcat.check.asking.Ask` over the guarded client."""

    looker: Looker

    def head(self, url: str, *, follow: bool) -> Sight:
        return _named(lambda: self.looker.look(url, "HEAD", follow=follow))

    def get(self, url: str) -> Sight:
        return _named(lambda: self.looker.look(url, "GET", follow=True, content=True))

    def peek(self, url: str) -> Sight:
        method: Method = "GET"
        return _named(lambda: self.looker.look(url, method, follow=True))


def _named(look: Callable[[], Sight]) -> Sight:
    """Faults as the check knows them."""
    try:
        return look()
    except HttpError as error:
        match error.fault:
            case Fault.TOO_LARGE:
                raise TooLarge(error.what) from error
            case Fault.ADDRESS_REFUSED:
                raise NotPublic(error.what.replace("allow_private", "--allow-private")) from error
            case _:
                raise SourceError(error.what) from error
