"""`klar serve`: the public API and pages. The server never sees the vault's settings."""

import os
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer
from fastapi import FastAPI

from api.cli.app import Command, config_path
from api.cli.output import say
from api.sentences import sentence_of
from api.settings import load_public, public_environment
from api.web.app import create_app
from api.wiring import public_files, public_services, require_database, store_of
from catalog.rerendering import render_missing
from dcat.render import renderer
from schemas.errors import CatalogError, ConfigurationError


def register(app: typer.Typer) -> None:
    app.command("serve", cls=Command)(serve)


def serve(
    ctx: typer.Context,
    host: Annotated[str, typer.Option("--host", metavar="ADRESSE", help="Adresse, an der gelauscht wird.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="PORT", min=1, max=65535, help="Port.")] = 8000,
    workers: Annotated[int, typer.Option("--workers", metavar="ZAHL", min=1, max=64, help="Zahl der Prozesse.")] = 1,
) -> None:
    """Startet die öffentlichen Seiten und Schnittstellen. Ende mit Strg-C oder SIGTERM."""
    import uvicorn  # heavy: 120 ms

    path = config_path(ctx)
    _leave_secrets_behind(path)
    if not _require_ready(path):
        threading.Thread(target=_render_what_is_missing, args=(path,), daemon=True).start()
    # Workers are processes of their own: each reads the configuration again, from the environment it inherits.
    os.environ["KLAR_CONFIG"] = str(path)
    say(f"klar läuft auf http://{f'[{host}]' if ':' in host else host}:{port} (Ende mit Strg-C)")
    uvicorn.run(
        "api.cli.serve:application",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        http="api.web.typed:TypedAddresses",
        loop="uvloop" if os.name == "posix" else "asyncio",
        access_log=False,
        server_header=False,
        log_level="warning",
    )


def _leave_secrets_behind(path: Path) -> None:
    """A variable that a process deletes still stands in its /proc/PID/environ: so this one starts anew, without those that say where
    the vault is, or hold passwords and tokens. Number and terminal of the process stay the same."""
    environ = public_environment(path, os.environ)
    if len(environ) < len(os.environ):
        os.execve(sys.executable, sys.orig_argv, environ)


def application() -> FastAPI:
    """What every worker process serves: built from KLAR_CONFIG, without the sections a public process has no business with."""
    return create_app(public_services(load_public(Path(os.environ["KLAR_CONFIG"]), os.environ)))


def _require_ready(path: Path) -> bool:
    """One sentence now is better than a traceback in every worker. False: the feed cannot be served yet. Raises ConfigurationError
    (also for another `uri_base` than the published one), WrongSchemaVersion."""
    settings = load_public(path, os.environ)
    require_database(settings)
    store = store_of(settings)
    site = settings.site()
    try:
        store.require_current()
        if store.uri_base() not in (None, site.uri_base):
            raise ConfigurationError(
                f"uri_base steht seit der ersten Veröffentlichung fest: {store.uri_base()}; eingestellt ist {site.uri_base}."
            )
        return not store.missing_fragments(renderer(site, settings.content.feed.profile).key)
    finally:
        store.close()


def _render_what_is_missing(path: Path) -> None:
    """Beside the server, which answers everything else meanwhile. Where it may not write, nothing is lost: the next harvest does it."""
    settings = load_public(path, os.environ)
    store, site = store_of(settings), settings.site()
    say("Der Katalog wird für diese Einstellungen neu gerendert; bis dahin antwortet der Feed mit 503.")
    try:
        done = render_missing(store, renderer(site, settings.content.feed.profile, sha1=public_files(settings).sha1))
        say(f"Neu gerenderte Datensätze: {len(done)}.")
    except CatalogError as error:
        say(f"Der Katalog konnte nicht gerendert werden; »klar harvest« holt es nach. {sentence_of(error)}")
    finally:
        store.close()
