"""The command `klar`: each module here is one group of commands. A command parses, calls one thing, prints its report.

Exit status: 0 fine, 1 an error (wins; wrong usage, too), 2 something waits for a person.
"""

import sys
from collections.abc import Sequence

import typer

from api.cli import config, database, decide, diagnose, harvest, initialise, schedule, serve, sources, validate, withdraw
from api.cli.app import APP
from api.cli.errors import sentence_of, usage_sentence
from schemas.errors import KlarError

__all__ = ["APP", "main", "run"]

for module in (initialise, config, database, sources, harvest, decide, withdraw, validate, serve, schedule, diagnose):
    module.register(APP)


def main() -> None:
    """Console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """One command line; returns the exit status. Errors go to stderr as German sentences."""
    try:
        status = APP(args=list(arguments) or ["--help"], prog_name="klar", standalone_mode=False)
    except KlarError as error:
        return _fail(sentence_of(error))
    except typer.Abort:
        return _fail("Abgebrochen.")
    except typer.TyperException as error:
        return _fail(usage_sentence(error))
    return status if isinstance(status, int) else 0


def _fail(sentence: str) -> int:
    typer.echo(f"Fehler: {sentence}", err=True)
    return 1
