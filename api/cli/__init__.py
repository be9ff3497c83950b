"""The command `klar`: each module here is one group of commands. A command parses, calls one thing, prints its report.

Exit status: 0 fine, 1 an error (wins; wrong usage, too), 2 something waits for a person.
"""

import sys
from collections.abc import Collection, Sequence
from importlib import import_module

import typer

from api.cli.app import new_application
from api.cli.errors import sentence_of, usage_sentence
from schemas.errors import KlarError

#: Command -> module that registers it, in the order of the help.
COMMANDS = {
    "init": "initialise",
    "config": "config",
    "db": "database",
    "sources": "sources",
    "harvest": "harvest",
    "sample": "sampling",
    "plans": "decide",
    "quarantine": "decide",
    "withdraw": "withdraw",
    "cubes": "cubes",
    "validate": "validate",
    "check-feed": "check_feed",
    "push": "push",
    "init-mapping": "init_mapping",
    "template": "template",
    "serve": "serve",
    "admin": "admin",
    "schedule": "schedule",
    "doctor": "diagnose",
}


def main() -> None:
    """Console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """One command line; returns the exit status. Errors go to stderr as German sentences."""
    try:
        status = application(arguments)(args=list(arguments) or ["--help"], prog_name="klar", standalone_mode=False)
    except KlarError as error:
        return _fail(sentence_of(error))
    except typer.Abort:
        return _fail("Abgebrochen.")
    except typer.TyperException as error:
        return _fail(usage_sentence(error))
    return status if isinstance(status, int) else 0


def application(arguments: Collection[str] = ()) -> typer.Typer:
    """With the commands that the arguments name, or with all. `klar serve` need not wait for what only a harvest imports
    (heavy: 300 ms of 1.5 s)."""
    app = new_application()
    wanted = [module for name, module in COMMANDS.items() if name in arguments] or COMMANDS.values()
    for module in dict.fromkeys(wanted):
        import_module(f"api.cli.{module}").register(app)
    return app


def _fail(sentence: str) -> int:
    typer.echo(f"Fehler: {sentence}", err=True)
    return 1
