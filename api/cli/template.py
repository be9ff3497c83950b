"""`klar template`: workbooks for staff to fill in, with the mapping that reads them back."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.app import Command, new_group
from api.cli.output import say
from harvesters.template import SHEETS, mapping_text, write_workbook
from schemas.errors import ConfigurationError

_TITLE = "Beteiligung erfassen: Presse, Papier und vor Ort"


def register(app: typer.Typer) -> None:
    group = new_group("Schreibt Vorlagen, die Mitarbeitende ausfüllen.", no_args_is_help=True)
    group.command("participation", cls=Command)(participation)
    app.add_typer(group, name="template")


def participation(
    output: Annotated[
        Path,
        typer.Option("--output", metavar="DATEI", help="Wohin die Vorlage geschrieben wird; sonst beteiligung.xlsx.", show_default=False),
    ] = Path("beteiligung.xlsx"),
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="DATEI", help="Wohin die Zuordnung geschrieben wird; sonst neben die Vorlage.")
    ] = None,
) -> None:
    """Schreibt eine Arbeitsmappe für Zahlen aus Presse, Papier und Treffen vor Ort, und die Zuordnung, mit der klar sie liest."""
    if output.suffix.lower() != ".xlsx":
        raise ConfigurationError(f"{output}: Die Vorlage ist eine Arbeitsmappe; ihr Name endet auf .xlsx.")
    written = {output: write_workbook(SHEETS, _TITLE), mapping or output.with_suffix(".toml"): _mapping(output).encode()}
    for path in written:
        if path.exists():
            raise ConfigurationError(f"{path} gibt es schon und wird nicht überschrieben.")
    for path, content in written.items():
        _write(path, content)
    say(f"{' und '.join(map(str, written))} geschrieben. Die Zuordnung gehört in den Ordner mappings; in ihr steht, wie die Quelle heißt.")


def _mapping(output: Path) -> str:
    """Also for copies: `beteiligung-2025.xlsx`."""
    return mapping_text(SHEETS, f"{output.stem}*.xlsx")


def _write(path: Path, content: bytes) -> None:
    """Never over something that is there: it may be somebody's work."""
    try:
        with path.open("xb") as opened:
            opened.write(content)
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}.") from error
