"""What commands print: sentences and tables for people, JSON for programs."""

import json
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import typer

from api.cron import BERLIN
from api.words import PLAN_STATES as PLAN_STATES
from api.words import counts_text as counts_text
from api.words import finding_text as finding_text
from api.words import outcome_text as outcome_text
from catalog.plan import RunRecord
from schemas.row import Finding

#: Width of tables where there is no terminal to ask.
_WIDE = 160


def say(text: str = "") -> None:
    typer.echo(text)


def print_json(content: Any) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Cells are plain text: nothing in them is taken for markup."""
    from rich import box  # heavy: 80 ms, with the three below
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for each in columns:
        table.add_column(each, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(each)) for each in row))
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDE
    Console(file=sys.stdout, width=width, highlight=False).print(table)


def moment(at: datetime | None) -> str:
    """German wall-clock time; "–" for never."""
    return f"{at.astimezone(BERLIN):%d.%m.%Y %H:%M}" if at else "–"


def moment_json(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def run_json(record: RunRecord) -> dict[str, Any]:
    return {
        "run": record.id,
        "source": record.source,
        "outcome": record.outcome.value,
        "message": record.message,
        "started_at": moment_json(record.started_at),
        "finished_at": moment_json(record.finished_at),
        "counts": record.counts,
        "plan": record.plan,
        "findings": [finding_json(each) for each in record.findings],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "message": finding.message,
        "origin": finding.origin,
        "table": finding.table,
        "key": finding.key,
        "row": finding.row,
        "field": finding.field,
    }
