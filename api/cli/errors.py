"""What a person reads when something goes wrong: one German sentence, no traceback."""

import re

import typer

from api.complaints import InvalidSettings
from catalog.database import Unreachable
from schemas import errors

#: Nearest class wins. The detail of an error follows the sentence.
SENTENCES: dict[type[errors.KlarError], str] = {
    errors.KlarError: "Etwas ist schiefgegangen.",
    errors.ConfigurationError: "",  # the detail is the sentence
    InvalidSettings: "",
    errors.MappingError: "Die Zuordnung ist nicht brauchbar.",
    errors.DisclosureError: "Personenbezogene Spalten und Freitext dürfen in keine öffentliche Tabelle.",
    errors.SourceError: "Die Quelle konnte nicht gelesen werden; es wurde nichts geändert.",
    errors.RecordError: "Dieser Eintrag kann so nicht veröffentlicht werden.",
    errors.MissingField: "Ein Feld fehlt, das jeder Eintrag haben muss.",
    errors.WrongValue: "Ein Feld enthält einen Wert anderer Art als vereinbart.",
    errors.CatalogError: "Der Katalog hat das abgelehnt.",
    errors.UnknownDataset: "Einen Datensatz dieses Namens gibt es nicht.",
    errors.UnknownEdition: "Diesen Stand gibt es nicht.",
    errors.UnknownItem: "Diese Nummer gibt es nicht.",
    errors.Gone: "Das war einmal veröffentlicht und ist es nicht mehr.",
    errors.PlanOutdated: "Der veröffentlichte Stand hat sich seit diesem Plan geändert; bitte neu ernten.",
    errors.DecisionRefused: "Diese Entscheidung ist nicht mehr möglich.",
    errors.WrongSchemaVersion: "Die Datenbank hat einen anderen Stand als dieses Programm; »klar db upgrade« bringt sie auf den neuen.",
    Unreachable: "Die Datenbank ist nicht erreichbar oder nicht lesbar.",
    errors.Busy: "Ein anderer Vorgang schreibt gerade; bitte gleich noch einmal versuchen.",
}


def sentence_of(error: errors.KlarError) -> str:
    sentence = next(SENTENCES[each] for each in type(error).__mro__ if each in SENTENCES)
    reason = f"Begründung: {error.reason}" if isinstance(error, errors.Gone) and error.reason else ""
    return " ".join(each for each in (sentence, error.detail, reason) if each) or str(error)


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
