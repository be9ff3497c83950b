"""`klar plans` and `klar quarantine`: what waits for a person, and the person's decision."""

from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer

from api import decisions
from api.cli.app import By, Command, Json, Reason, new_group, person
from api.cli.installed import opened
from api.cli.output import PLAN_STATES, finding_json, finding_text, moment, moment_json, print_json, print_table, say
from api.decisions import Pending
from api.words import CHANGES, STATES
from catalog.consent import QUARANTINE, Consent
from catalog.decisions import Person
from catalog.entries import Applied, QuarantineItem, QuarantineState
from catalog.plan import Change, PlanState, RowChange, StoredPlan, TablePlan

#: Row changes shown per table for people; --json gives all.
_SHOWN = 50

_PLANS = new_group("Änderungspläne zeigen, freigeben, ablehnen. Ohne Befehl: alle offenen.", invoke_without_command=True)
_QUARANTINE = new_group("Prüfliste zeigen, Zeilen annehmen, ablehnen. Ohne Befehl: alles Offene.", invoke_without_command=True)
Number = Annotated[int, typer.Argument(metavar="NUMMER", min=1, help="Nummer aus der Liste.")]
All = Annotated[bool, typer.Option("--all", help="Auch Entschiedenes.")]


def register(app: typer.Typer) -> None:
    app.add_typer(_PLANS, name="plans")
    app.add_typer(_QUARANTINE, name="quarantine")


@_PLANS.callback()
def plans(ctx: typer.Context, everything: All = False, as_json: Json = False) -> None:
    if ctx.invoked_subcommand:
        return
    with opened(ctx) as found:
        listed = found.store.plans(open_only=not everything)
    if as_json:
        print_json([_plan_json(each) for each in listed])
    elif listed:
        print_table(("Plan", "Quelle", "vom", "Zustand", "Änderungen", "Gründe"), [_plan_row(each) for each in listed])
    else:
        say("Kein Plan wartet.")
    _end_with_two_if(any(each.state is PlanState.HELD for each in listed))


@_PLANS.command("show", cls=Command)
def show_plan(ctx: typer.Context, number: Number, as_json: Json = False) -> None:
    """Zeigt einen Plan Feld für Feld."""
    with opened(ctx) as found:
        stored = found.store.plan(number)
    if as_json:
        print_json({**_plan_json(stored), "tables": [_table_json(each) for each in stored.plan.tables]})
        return
    plan = stored.plan
    say(f"Plan {stored.id}: Quelle {plan.source.name}, Ernte {plan.run} vom {moment(plan.at)}, {PLAN_STATES[stored.state]}")
    if stored.decided_by:
        say(f"Entschieden von {stored.decided_by} am {moment(stored.decided_at)}: {stored.reason}")
    for each in plan.holds:
        say(f"  Angehalten: {each.message}")
    for finding in plan.findings:
        say(f"  Hinweis: {finding_text(finding)}")
    if stored.is_emptied:
        say("  Was der Plan ändern sollte, ist nach Ablauf der Aufbewahrung gelöscht ([privacy] log_days).")
    for table in plan.tables:
        _say_table(table)


@_PLANS.command("approve", cls=Command)
def approve(ctx: typer.Context, number: Number, reason: Reason, by: By = "") -> None:
    """Gibt einen Plan frei: Er wird sofort veröffentlicht, wenn sich der veröffentlichte Stand seither nicht geändert hat."""
    with opened(ctx) as found:
        applied = decisions.approve(found, number, Person(person(by)), reason)
    if isinstance(applied, Pending):
        _say_pending(applied, f"klar plans approve {number}")
    _say_applied(applied)
    if applied.refused:
        raise typer.Exit(1)


@_PLANS.command("reject", cls=Command)
def reject(ctx: typer.Context, number: Number, reason: Reason, by: By = "") -> None:
    """Lehnt einen Plan ab: Was veröffentlicht ist, bleibt."""
    with opened(ctx) as found:
        decisions.reject_plan(found, number, Person(person(by)), reason)
    say(f"Plan {number} ist abgelehnt. Was veröffentlicht ist, bleibt.")


@_QUARANTINE.callback()
def quarantine(ctx: typer.Context, everything: All = False, as_json: Json = False) -> None:
    if ctx.invoked_subcommand:
        return
    with opened(ctx) as found:
        items = found.store.quarantine(open_only=not everything)
    if as_json:
        print_json([_item_json(each) for each in items])
    elif items:
        print_table(("Nummer", "Quelle", "Tabelle", "Zeile", "seit", "Zustand", "Befund"), [_item_row(each) for each in items])
    else:
        say("Die Prüfliste ist leer.")
    _end_with_two_if(any(each.state is QuarantineState.OPEN for each in items))


@_QUARANTINE.command("show", cls=Command)
def show_item(ctx: typer.Context, number: Number, as_json: Json = False) -> None:
    """Zeigt einen Eintrag der Prüfliste: Regel, Ort und was möglich ist."""
    with opened(ctx) as found:
        item = found.store.quarantine_item(number)
        by_two = decisions.needs_second(found, item)
        words = [each for each in found.store.consents() if (each.subject, each.number) == (QUARANTINE, number)]
    if as_json:
        print_json({**_item_json(item), "by_two": by_two, "consents": [_consent_json(each) for each in words]})
        return
    say(f"Nummer {item.id}: Quelle {item.source}, Tabelle {item.table}, Zeile {item.key or '(ohne Schlüssel)'}, {STATES[item.state]}")
    say(f"Zuerst in Ernte {item.first_run} am {moment(item.first_at)}")
    for each in item.findings:
        say(f"  {finding_text(each)} [{each.code}]")
    if item.decided_by:
        say(f"Entschieden von {item.decided_by} am {moment(item.decided_at)}: {item.reason}")
    for word in words:
        say(f"Zugestimmt: {word.by.name} am {moment(word.at)}: {word.reason}")
    if item.state is QuarantineState.OPEN:
        say(_possible(item))
        if item.acceptable and by_two:
            say("Annehmen müssen zwei verschiedene Personen.")


@_QUARANTINE.command("accept", cls=Command)
def accept_item(ctx: typer.Context, number: Number, reason: Reason, by: By = "") -> None:
    """Nimmt eine Zeile an, wie sie ist; die nächste Ernte veröffentlicht sie. Gilt nur für genau diesen Inhalt."""
    with opened(ctx) as found:
        outcome = decisions.accept_item(found, number, Person(person(by)), reason)
    if isinstance(outcome, Pending):
        _say_pending(outcome, f"klar quarantine accept {number}")
    say(f"Nummer {number} ist angenommen. Die nächste Ernte veröffentlicht die Zeile, solange sie gleich bleibt.")


@_QUARANTINE.command("reject", cls=Command)
def reject_item(ctx: typer.Context, number: Number, reason: Reason, by: By = "") -> None:
    """Lehnt eine Zeile ab: Sie bleibt unveröffentlicht, bis sie sich in der Quelle ändert."""
    with opened(ctx) as found:
        decisions.reject_item(found, number, Person(person(by)), reason)
    say(f"Nummer {number} ist abgelehnt. Die Zeile bleibt unveröffentlicht, bis sie sich in der Quelle ändert.")


def _say_pending(pending: Pending, command: str) -> NoReturn:
    """Nothing is decided yet: who else is needed, and what they type."""
    say(pending.sentence)
    say(f"Zustimmen: {command} --by NAME --reason …")
    raise typer.Exit(2)


def _end_with_two_if(waits: bool) -> None:
    if waits:
        raise typer.Exit(2)


def _plan_row(stored: StoredPlan) -> tuple[object, ...]:
    plan = stored.plan
    reasons = "\n".join(each.message for each in plan.holds) or "–"
    return stored.id, plan.source.name, moment(plan.at), PLAN_STATES[stored.state], _changes_text(plan.tables), reasons


def _changes_text(tables: Sequence[TablePlan]) -> str:
    totals = {word: sum(each.count(change) for each in tables) for change, word in CHANGES.items()}
    return ", ".join(f"{word} {number}" for word, number in totals.items() if number) or "keine"


def _plan_json(stored: StoredPlan) -> dict[str, Any]:
    plan = stored.plan
    return {
        "id": stored.id,
        "state": stored.state.value,
        "source": plan.source.name,
        "run": plan.run,
        "at": moment_json(plan.at),
        "holds": [{"reason": each.reason.value, "table": each.table, "message": each.message} for each in plan.holds],
        "counts": {change.value: sum(each.count(change) for each in plan.tables) for change in Change},
        "findings": [finding_json(each) for each in plan.findings],
        "decided_by": stored.decided_by,
        "decided_at": moment_json(stored.decided_at),
        "reason": stored.reason,
        "purged": stored.is_emptied,
    }


def _table_json(table: TablePlan) -> dict[str, Any]:
    return {
        "dataset": table.declaration.name,
        "table": table.declaration.table.name,
        "new_dataset": table.new_dataset,
        "new_columns": list(table.new_columns),
        "unchanged": table.unchanged,
        "quarantined": len(table.quarantined),
        "changes": [_change_json(each) for each in table.changes],
    }


def _change_json(change: RowChange) -> dict[str, Any]:
    return {
        "change": change.change.value,
        "key": change.key,
        "values": dict(change.row.values) if change.row and change.change is Change.CREATE else None,
        "fields": [{"field": each.field, "before": each.before, "after": each.after} for each in change.fields],
    }


def _say_table(table: TablePlan) -> None:
    new = " (neuer Datensatz)" if table.new_dataset else ""
    say(f"\n{table.declaration.name}{new}: {_changes_text([table])}; gleich {table.unchanged}; Prüfliste {len(table.quarantined)}")
    if table.new_columns:
        say(f"  neue Spalten: {', '.join(table.new_columns)}")
    for each in table.changes[:_SHOWN]:
        say(f"  {CHANGES[each.change]}: {each.key}")
        for line in _field_lines(each):
            say(f"      {line}")
    if len(table.changes) > _SHOWN:
        say(f"  … und {len(table.changes) - _SHOWN} weitere Zeilen (--json zeigt alle)")


def _field_lines(change: RowChange) -> list[str]:
    """Of a new row everything it says, of a changed one what changes: who approves has seen it."""
    if change.change is Change.CREATE and change.row is not None:
        return [f"{name}: {value}" for name, value in change.row.values.items() if value not in (None, "") and value != change.key]
    return [f"{each.field}: {_shown(each.before)} → {_shown(each.after)}" for each in change.fields]


def _shown(value: object) -> str:
    return "(leer)" if value is None or value == "" else str(value)


def _say_applied(applied: Applied) -> None:
    say(f"Plan {applied.plan} ist veröffentlicht.")
    for name, edition in applied.editions.items():
        say(f"  {name}: Stand {edition}")
    for name in applied.metadata:
        say(f"  {name}: Beschreibung geändert")
    for name in applied.adopted:
        say(f"  {name}: aus einem anderen Katalog übernommen")
    for name in applied.deprecated:
        say(f"  {name}: entfällt nach Ablauf der Ankündigungsfrist")
    for name in applied.removed:
        say(f"  {name}: nicht mehr im Katalog")
    for name, findings in applied.refused.items():
        say(f"  {name}: nicht veröffentlicht. {'; '.join(finding_text(each) for each in findings)}")
    for finding in applied.findings:
        say(f"  Hinweis: {finding_text(finding)}")


def _item_row(item: QuarantineItem) -> tuple[object, ...]:
    return (
        item.id,
        item.source,
        item.table,
        item.key or "–",
        moment(item.first_at),
        STATES[item.state] + (" (annehmbar)" if item.acceptable and item.state is QuarantineState.OPEN else ""),
        "\n".join(finding_text(each) for each in item.findings),
    )


def _item_json(item: QuarantineItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "source": item.source,
        "table": item.table,
        "key": item.key,
        "digest": item.digest,
        "state": item.state.value,
        "acceptable": item.acceptable,
        "first_run": item.first_run,
        "first_at": moment_json(item.first_at),
        "findings": [finding_json(each) for each in item.findings],
        "decided_by": item.decided_by,
        "decided_at": moment_json(item.decided_at),
        "reason": item.reason,
    }


def _consent_json(word: Consent) -> dict[str, Any]:
    return {"by": word.by.name, "role": word.by.role, "at": moment_json(word.at), "reason": word.reason}


def _possible(item: QuarantineItem) -> str:
    if item.acceptable:
        return f"Möglich: klar quarantine accept {item.id} --reason … oder klar quarantine reject {item.id} --reason …"
    return "Annehmen ist hier nicht möglich: Der Fehler muss in der Quelle behoben werden."
