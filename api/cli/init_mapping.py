"""`klar init-mapping`: a first mapping for a file, for a person to finish."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.app import Command
from api.cli.output import say
from harvesters.fetch import SIZE_LIMIT
from harvesters.proposal import Proposal, propose, sample_of
from harvesters.proposal.text import mapping_text
from schemas.errors import ConfigurationError, SourceError


def register(app: typer.Typer) -> None:
    app.command("init-mapping", cls=Command)(init_mapping)


def init_mapping(
    file: Annotated[Path, typer.Argument(metavar="DATEI", help="CSV, XLSX, ODS oder JSON.")],
    table: Annotated[
        str,
        typer.Option("--table", metavar="NAME", help="Tabelle des gemeinsamen Modells; sonst die, zu der die Spalten am besten passen."),
    ] = "",
    sheet: Annotated[str, typer.Option("--sheet", metavar="NAME", help="Tabellenblatt, wenn es mehrere gibt.")] = "",
    output: Annotated[Path | None, typer.Option("--output", metavar="DATEI", help="Wohin die Zuordnung geschrieben wird.")] = None,
) -> None:
    """Schlägt aus der Kopfzeile einer Datei eine erste Zuordnung (TOML) vor. Ohne --output erscheint sie auf dem Bildschirm."""
    proposal = propose(sample_of(file.name, _read(file), sheet=sheet), table=table)
    text = mapping_text(proposal)
    if output is None:
        say(text.rstrip("\n"))
        return
    _write(output, text)
    say(_summary(proposal, output))


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise SourceError(f"{file.name}: {error.strerror}.") from error
    if len(content) > SIZE_LIMIT:
        raise SourceError(f"{file.name} ist größer als {SIZE_LIMIT // 1024 // 1024} MB.")
    return content


def _write(output: Path, text: str) -> None:
    """Never over something that is there: it may be somebody's work."""
    try:
        with output.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError as error:
        raise ConfigurationError(f"{output} gibt es schon und wird nicht überschrieben.") from error
    except OSError as error:
        raise ConfigurationError(f"{output}: {error.strerror}.") from error


def _summary(proposal: Proposal, output: Path) -> str:
    lines = [
        f"{output}: Tabelle {proposal.table.name}, {len(proposal.entries)} Felder zugeordnet, {len(proposal.skipped)} Spalten übergangen."
    ]
    if proposal.undecided:
        lines.append(f"Zu entscheiden: {', '.join(proposal.undecided)}.")
    if proposal.missing:
        lines.append(f"Pflichtfelder ohne Spalte: {', '.join(proposal.missing)}. Ohne sie wird die Zuordnung nicht angenommen.")
    return "\n".join(lines)
