"""`klar cubes`: statistics, what would be released of them, and the release."""

from typing import Annotated, Any

import typer

from api import cubes, decisions
from api.cli.app import By, Command, Json, Reason, new_group, person
from api.cli.installed import opened
from api.cli.output import moment, moment_json, print_json, print_table, say
from api.cube_words import FATES, NEWCOMERS, changes_text, merged_texts, state_text, table_text, withheld_text
from catalog.cubes.outlook import Changes, Fate, Outlook
from catalog.decisions import Person

_CUBES = new_group(
    "Statistiken zählen, prüfen und als Stand veröffentlichen. Ohne Befehl: alle mit ihrem Zustand.", invoke_without_command=True
)
Name = Annotated[str, typer.Argument(metavar="STATISTIK", help="Name der Statistik.")]
Names = Annotated[list[str], typer.Argument(metavar="STATISTIK…", help="Namen der Statistiken.")]
Correction = Annotated[
    bool,
    typer.Option("--correction", help="Berichtigung eines Standes: wartet nicht auf neue Personen. Geprüft wird sie wie jeder Stand."),
]


def register(app: typer.Typer) -> None:
    app.add_typer(_CUBES, name="cubes")


@_CUBES.callback()
def listed(ctx: typer.Context, as_json: Json = False) -> None:
    if ctx.invoked_subcommand:
        return
    with opened(ctx) as found:
        states = cubes.states(found)
    if as_json:
        print_json([_state_json(each) for each in states])
    else:
        print_table(("Statistik", "Stand", "vom", "neue Personen", "Zustand"), [_state_row(each) for each in states])
    _end_with_two_if(any(each.is_held for each in states))


@_CUBES.command("plan", cls=Command)
def plan(ctx: typer.Context, name: Name, correction: Correction = False, as_json: Json = False) -> None:
    """Zählt und prüft, und zeigt, was veröffentlicht würde. Veröffentlicht nichts. Kann Minuten dauern."""
    with opened(ctx) as found:
        outlook = cubes.prepare(found, name, correction=correction).outlook
    print_json(_outlook_json(outlook)) if as_json else _say(outlook)
    _end_with_two_if(outlook.fate is Fate.HELD)


@_CUBES.command("publish", cls=Command)
def publish(ctx: typer.Context, names: Names, reason: Reason, correction: Correction = False, by: By = "", as_json: Json = False) -> None:
    """Zählt, prüft und veröffentlicht einen Stand mit seinen Diagrammen. Die Begründung ist öffentlich.

    Was die Prüfung anhält, bleibt unveröffentlicht, und der bisherige Stand bleibt. Hat sich nichts geändert, gibt es keinen neuen.
    """
    with opened(ctx) as found:
        for name in names:
            cubes.declared_one(found, name)
        results = [decisions.release(found, name, Person(person(by)), reason, correction=correction) for name in names]
    outlooks = [each.outlook if isinstance(each, decisions.PendingRelease) else each for each in results]
    if as_json:
        print_json([_result_json(each) for each in results])
    else:
        for result in results:
            _say_result(result)
    waiting = any(isinstance(each, decisions.PendingRelease) for each in results)
    _end_with_two_if(waiting or any(each.fate is Fate.HELD for each in outlooks))


def _say_result(result: Outlook | decisions.PendingRelease) -> None:
    if isinstance(result, decisions.PendingRelease):
        _say(result.outlook)
        say(result.pending.sentence)
        say(f"Zustimmen: klar cubes publish {result.outlook.cube} --by NAME --reason …")
        return
    _say(result)


def _say(outlook: Outlook) -> None:
    end = f" {outlook.release}" if outlook.release else ""
    say(f"{outlook.cube}: {FATES[outlook.fate]}{end}." + (f" {outlook.reason}" if outlook.reason else ""))
    say(f"  Neue Personen seit dem letzten Stand: {NEWCOMERS[outlook.newcomers]}")
    if outlook.cells:
        say(f"  Zellen: {withheld_text(outlook)}, Regel {outlook.rules}")
        for each in merged_texts(outlook):
            say(f"  {each}")
        for table in outlook.left_out:
            say(f"  Nicht dabei: die Tabelle {table_text(table)}")
        say(f"  Gegenüber dem letzten Stand: {changes_text(outlook.changes)}")
    for each in outlook.findings:
        say(f"  Hinweis: {each}")
    for each in outlook.log if outlook.fate is Fate.HELD else ():
        say(f"  Versucht: {each}")


def _state_row(state: cubes.State) -> tuple[str, ...]:
    cube, head = state.plan.cube, state.head
    return (
        f"{cube.name}\n{cube.title.de}",
        head.name if head else "–",
        moment(head.at) if head else "–",
        NEWCOMERS[state.outlook.newcomers] if state.outlook else "–",
        state_text(state),
    )


def _state_json(state: cubes.State) -> dict[str, Any]:
    cube, head = state.plan.cube, state.head
    return {
        "cube": cube.name,
        "title": cube.title.de,
        "profile": cube.profile.value,
        "demonstration": cube.demonstration,
        "release": head.name if head else None,
        "released_at": moment_json(head.at) if head else None,
        "last": _outlook_json(state.outlook) if state.outlook else None,
    }


def _result_json(result: Outlook | decisions.PendingRelease) -> dict[str, Any]:
    if isinstance(result, decisions.PendingRelease):
        return {**_outlook_json(result.outlook), "pending": result.pending.sentence}
    return _outlook_json(result)


def _outlook_json(outlook: Outlook) -> dict[str, Any]:
    return {
        "cube": outlook.cube,
        "counted_at": moment_json(outlook.at),
        "outcome": outlook.fate.value,
        "release": outlook.release or None,
        "reason": outlook.reason,
        "newcomers": outlook.newcomers.value,
        "rules": outlook.rules,
        "tables": outlook.tables,
        "left_out": outlook.left_out,
        "cells": outlook.cells,
        "withheld": outlook.withheld,
        "merged": {name: text.de for name, text in outlook.merged.items()},
        "changes": _changes_json(outlook.changes),
        "findings": outlook.findings,
        "log": outlook.log,
    }


def _changes_json(changes: Changes | None) -> dict[str, int] | None:
    if changes is None:
        return None
    return {"new": changes.new, "gone": changes.gone, "changed": changes.changed, "same": changes.same}


def _end_with_two_if(held: bool) -> None:
    if held:
        raise typer.Exit(2)
