"""`klar push ckan`: the published data sets to a portal of others."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from api.cli.app import Command, Json, new_group, settings_of
from api.cli.output import print_json, say
from api.push.portal import Portal
from api.push.push import Pushed, push
from api.push.route import comes_from
from api.push.steps import Action, Ours, Step
from api.sections import PushSection
from api.settings import Settings
from api.wiring import require_database, store_of
from catalog.entries import Status
from catalog.store import Store
from harvesters.http.credentials import secret_from
from harvesters.http.opening import user_agent
from schemas.errors import ConfigurationError

_PUSH = new_group("Veröffentlicht den Katalog auf Portalen anderer.")
_DONE = {Action.CREATE: "neu", Action.PATCH: "geändert", Action.DELETE: "gelöscht", Action.ERASE: "endgültig gelöscht"}


def register(app: typer.Typer) -> None:
    app.add_typer(_PUSH, name="push")


@_PUSH.callback()
def _group() -> None:
    """So that `ckan` stays a word to be typed."""


@_PUSH.command("ckan", cls=Command)
def push_ckan(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Das Portal, wie es in [push.NAME] heißt.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Nur lesen und sagen, was geschähe.")] = False,
    delete_many: Annotated[bool, typer.Option("--delete-many", help="Auch löschen, wenn es ungewöhnlich viele Pakete sind.")] = False,
    as_json: Json = False,
) -> None:
    """Bringt ein CKAN-Portal auf den Stand des Katalogs: legt an, ändert und löscht nur eigene Pakete.

    Ende mit 0: alles in Ordnung. 1: einzelne Pakete sind gescheitert, der nächste Lauf holt sie nach. 2: Löschungen warten (--delete-many).
    """
    settings = settings_of(ctx)
    target = _target(settings, name)
    with _catalogue(settings) as store, _portal(settings, target) as portal:
        ours = Ours(site=settings.site(), name_of=store.name_of)
        published = [each.dataset for each in store.datasets()]
        datasets = [each for each in published if not comes_from(each, target.url)]
        withdrawn = [each.name for each in store.tombstones() if each.kind is Status.WITHDRAWN]
        pushed = push(portal, datasets, ours, withdrawn=withdrawn, dry_run=dry_run, delete_many=delete_many)
    at_home = [each.name for each in published if comes_from(each, target.url)]
    if as_json:
        print_json({"portal": name, "dry_run": dry_run, **_json(pushed), "at_home": at_home})
    else:
        _tell(pushed, dry_run=dry_run)
        if at_home:
            say(f"Von dort übernommen und nicht zurückgegeben: {len(at_home)} ({', '.join(at_home[:3])}{' …' if len(at_home) > 3 else ''})")
    raise typer.Exit(pushed.status)


def _target(settings: Settings, name: str) -> PushSection:
    targets = settings.content.push
    if name not in targets:
        raise ConfigurationError(
            f"Das Portal »{name}« ist nicht eingerichtet. Eingerichtet: {', '.join(targets) or 'keines'} ([push.NAME])."
        )
    if targets[name].url == settings.content.site.base_url:
        raise ConfigurationError(f"push.{name}.url ist dieser Katalog selbst.")
    return targets[name]


@contextmanager
def _catalogue(settings: Settings) -> Iterator[Store]:
    """The published state alone: no vault. Raises WrongSchemaVersion."""
    store = store_of(settings)
    try:
        require_database(settings)
        store.require_current()
        yield store
    finally:
        store.close()


@contextmanager
def _portal(settings: Settings, target: PushSection) -> Iterator[Portal]:
    from api.push.connection import Connection  # heavy: 1500 ms

    secret = secret_from(token_env=target.token_env, token_file=target.token_file, folder=settings.folder, environ=os.environ)
    if secret is None:
        raise ConfigurationError("Dem Portal fehlt ein Token: token_env oder token_file in [push.NAME].")
    site = settings.site()
    connection = Connection(target.url, secret, user_agent=user_agent(site.base_url, site.contact.email))
    try:
        yield Portal(connection)
    finally:
        connection.close()


def _tell(pushed: Pushed, *, dry_run: bool) -> None:
    would = " (nur Probe)" if dry_run else ""
    for each in (*(f"Organisation {name}" for name in pushed.organizations), *(f"Gruppe {name}" for name in pushed.groups)):
        say(f"neu{would}: {each}")
    steps = pushed.plan.steps if dry_run else pushed.done
    for step in steps:
        say(f"{_DONE[step.action]}{would}: {step.name}" + (f" ({', '.join(step.fields)})" if step.fields else ""))
    gone = sum(step.action in (Action.DELETE, Action.ERASE) for step in steps)
    created, changed = (sum(step.action is action for step in steps) for action in (Action.CREATE, Action.PATCH))
    counted = f"{created} neu, {changed} geändert, {gone} gelöscht"
    say(f"{counted}, {pushed.plan.unchanged} unverändert, {len(pushed.troubles)} gescheitert{would}")
    for trouble in pushed.troubles:
        typer.echo(f"Fehler: {trouble.name}: {trouble.message}", err=True)
    for notice in pushed.plan.notices:
        typer.echo(f"Hinweis: {notice}", err=True)
    if pushed.plan.held:
        held = ", ".join(step.name for step in pushed.plan.held)
        say(f"Angehalten: {len(pushed.plan.held)} eigene Pakete würden gelöscht ({held}). Wenn das stimmt: --delete-many")


def _json(pushed: Pushed) -> dict[str, Any]:
    return {
        "organizations": list(pushed.organizations),
        "groups": list(pushed.groups),
        "steps": [_step(each) for each in pushed.plan.steps],
        "done": [_step(each) for each in pushed.done],
        "unchanged": pushed.plan.unchanged,
        "held": [_step(each) for each in pushed.plan.held],
        "failed": [{"name": each.name, "message": each.message, "fields": dict(each.fields)} for each in pushed.troubles],
        "notices": list(pushed.plan.notices),
    }


def _step(step: Step) -> Mapping[str, Any]:
    return {"action": step.action.value, "name": step.name, "package": step.package, "fields": list(step.fields)}
