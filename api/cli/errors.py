"""What a person reads when something goes wrong: one German sentence, no traceback."""

import re

import typer

from api.sentences import SENTENCES as SENTENCES
from api.sentences import sentence_of as sentence_of


def usage_sentence(error: typer.TyperException) -> str:
    """Typer's own words are English; the kind of mistake and what it is about are kept."""
    return f"{_mistake(error)} Hilfe: {_help_command(error)}"


def _mistake(error: typer.TyperException) -> str:
    option, subject = getattr(error, "option_name", ""), _subject(error)
    match type(error).__name__:
        case "NoSuchOption":
            return f"Die Option {option} gibt es nicht."
        case "NoArgsIsHelpError":
            return "Hier fehlt ein Befehl."
        case "MissingParameter":
            return f"Es fehlt: {subject}."
        case "BadOptionUsage":
            return f"Zur Option {option} fehlt der Wert, oder sie nimmt keinen."
        case "BadParameter":
            return f"Der Wert für {subject} passt nicht."
    message = str(error)
    unknown = re.match(r"No such command '(.*?)'", message)
    if unknown:
        return f"Den Befehl »{unknown[1]}« gibt es nicht."
    extra = re.match(r"Got unexpected extra argument.*? \((.*)\)$", message)
    if extra:
        return f"Das ist zu viel: {extra[1]}."
    return "Hier fehlt ein Befehl." if message == "Missing command." else f"Der Aufruf ist nicht zu verstehen ({message})."


def _subject(error: typer.TyperException) -> str:
    parameter = getattr(error, "param", None)
    if parameter is None:
        return "eine Angabe"
    return " / ".join(parameter.opts) if parameter.opts[0].startswith("-") else str(parameter.metavar or parameter.name).strip("[]…")


def _help_command(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path if context else 'klar'} --help"
