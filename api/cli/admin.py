"""`klar admin`: the operator pages, in a process of their own; tokens for the people who use them; the log of their decisions."""

import logging
import threading
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from api.admin.admin import admin_of
from api.admin.app import create_app
from api.admin.door import door_at
from api.admin.quiet import QuietFormatter
from api.cli.app import By, Command, Json, new_group, person
from api.cli.installed import opened
from api.cli.output import moment, moment_json, print_json, print_table, say
from api.installation import Installation
from api.staging import purge_staged, staging_of
from catalog.decisions import decisions_csv, decisions_json
from catalog.tokens import LONGEST_DAYS, Role, Token
from schemas.errors import ConfigurationError, KlarError

_ADMIN = new_group(
    "Startet die Betriebsseiten (Pläne, Prüfliste, Hochladen, Protokoll): ein eigener, nicht öffentlicher Prozess.",
    invoke_without_command=True,
)
_TOKENS = new_group("Token ausstellen, zeigen, widerrufen: eines für jede Person.")
_PURGED_EVERY = timedelta(hours=1)
_log = logging.getLogger("klar.admin")


def register(app: typer.Typer) -> None:
    _ADMIN.add_typer(_TOKENS, name="token")
    app.add_typer(_ADMIN, name="admin")


@_ADMIN.callback()
def admin(
    ctx: typer.Context,
    host: Annotated[str, typer.Option("--host", metavar="ADRESSE", help="Eigene Adresse.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="PORT", min=1, max=65535, help="Port.")] = 8001,
    behind_proxy: Annotated[str, typer.Option("--behind-proxy", metavar="URL", help="https-Adresse des TLS-Proxys davor.")] = "",
) -> None:
    """Startet die Betriebsseiten. Ende mit Strg-C oder SIGTERM."""
    if ctx.invoked_subcommand:
        return
    import uvicorn  # heavy: 120 ms

    door = door_at(host, behind_proxy)
    _log_quietly()
    with opened(ctx) as found:
        _require_a_way_in(found)
        say(f"Die Betriebsseiten laufen auf {door.address or f'http://{_shown(host)}:{port}'} (Ende mit Strg-C)")
        stopped = threading.Event()
        purging = threading.Thread(target=_purge_now_and_then, args=(found, stopped), daemon=True)
        purging.start()
        try:
            uvicorn.run(
                create_app(admin_of(found, door)),
                host=host,
                port=port,
                access_log=False,
                server_header=False,
                log_config=None,
                proxy_headers=False,
            )
        finally:
            stopped.set()
            purging.join(10)


@_TOKENS.command("create", cls=Command)
def create_token(
    ctx: typer.Context,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Wer es bekommt: eine Person, wie sie im Protokoll stehen soll.")],
    role: Annotated[str, typer.Option("--role", metavar="ROLLE", help="reader liest, editor bearbeitet, releaser gibt frei.")],
    days: Annotated[int, typer.Option("--days", metavar="TAGE", min=1, max=LONGEST_DAYS, help="So lange gilt es.")],
    by: By = "",
) -> None:
    """Stellt ein Token aus und zeigt es ein einziges Mal."""
    roles = [each.value for each in Role]
    if role not in roles:
        raise ConfigurationError(f"--role muss eine davon sein: {', '.join(roles)}.")
    with opened(ctx) as found:
        token, secret = found.store.create_token(name, Role(role), days, by=person(by))
    say(f"Token {token.id} für {token.name}, Rolle {token.role.value}, gültig bis {moment(token.expires_at)}:")
    say(secret)
    typer.echo("Es wird nicht noch einmal gezeigt. Bitte auf sicherem Weg übergeben, nicht per E-Mail.", err=True)


@_TOKENS.command("list", cls=Command)
def list_tokens(ctx: typer.Context, as_json: Json = False) -> None:
    """Zeigt, wer ein Token hat, mit welcher Rolle und bis wann; nie das Token selbst."""
    with opened(ctx) as found:
        tokens = found.store.tokens()
        states = {each.id: _state(each, found) for each in tokens}
    if as_json:
        print_json([_token_json(each, states[each.id]) for each in tokens])
    elif tokens:
        columns = ("Nummer", "Name", "Rolle", "gültig bis", "zuletzt benutzt", "Zustand")
        print_table(
            columns,
            [(each.id, each.name, each.role.value, moment(each.expires_at), moment(each.used_at), states[each.id]) for each in tokens],
        )
    else:
        say("Niemand hat ein Token. »klar admin token create« stellt eines aus.")


@_TOKENS.command("revoke", cls=Command)
def revoke_token(
    ctx: typer.Context, number: Annotated[int, typer.Argument(metavar="NUMMER", min=1, help="Nummer aus der Liste.")], by: By = ""
) -> None:
    """Widerruft ein Token; wer damit angemeldet ist, ist es sofort nicht mehr."""
    with opened(ctx) as found:
        found.store.revoke_token(number, person(by))
    say(f"Token {number} ist widerrufen.")


@_ADMIN.command("audit", cls=Command)
def audit(
    ctx: typer.Context,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Ausgabe als CSV.")] = False,
    output: Annotated[Path | None, typer.Option("--output", metavar="DATEI", help="In eine neue Datei schreiben.")] = None,
) -> None:
    """Zeigt oder exportiert alle Entscheidungen."""
    if as_json and as_csv:
        raise ConfigurationError("--json und --csv schließen einander aus.")
    with opened(ctx) as found:
        decisions = tuple(found.store.all_decisions())
    if output is not None or as_json or as_csv:
        _give(decisions_json(decisions) if as_json else decisions_csv(decisions), output)
    elif decisions:
        columns = ("Nummer", "Zeit", "Wer", "Rolle", "Was", "Worüber", "Begründung")
        print_table(
            columns, [(each.id, moment(each.at), each.who, each.role or "–", each.what, each.target, each.why) for each in decisions]
        )
    else:
        say("Noch hat niemand etwas entschieden.")


def _give(content: str, output: Path | None) -> None:
    """To a file that is not there yet, else to the terminal. Raises ConfigurationError."""
    if output is None:
        typer.echo(content, nl=False)
        return
    try:
        with output.open("x", encoding="utf-8", newline="") as file:
            file.write(content)
    except OSError as error:
        raise ConfigurationError(f"{output} kann nicht geschrieben werden: {error.strerror}.") from error
    say(f"Geschrieben: {output}")


def _require_a_way_in(found: Installation) -> None:
    """Pages that nobody can enter are a mistake that is better said at once."""
    now = found.clock()
    if not any(each.is_valid(now) for each in found.store.tokens()):
        say("Noch kann sich niemand anmelden: »klar admin token create --name … --role … --days …« stellt ein Token aus.")


def _purge_now_and_then(found: Installation, stopped: threading.Event) -> None:
    while True:
        try:
            purge_staged(staging_of(found.settings), found.store, found.clock())
        except KlarError as error:
            _log.warning("Hochgeladene Dateien konnten nicht aufgeräumt werden: %s", type(error).__name__)
        if stopped.wait(_PURGED_EVERY.total_seconds()):
            return


def _log_quietly() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(QuietFormatter("%(asctime)s %(name)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _state(token: Token, found: Installation) -> str:
    if token.revoked_at is not None:
        return f"widerrufen am {moment(token.revoked_at)}"
    return "gilt" if token.is_valid(found.clock()) else "abgelaufen"


def _token_json(token: Token, state: str) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "role": token.role.value,
        "state": state.partition(" ")[0],
        "created_at": moment_json(token.created_at),
        "expires_at": moment_json(token.expires_at),
        "revoked_at": moment_json(token.revoked_at),
        "used_at": moment_json(token.used_at),
    }
