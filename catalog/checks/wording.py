"""What reports say, in German and English: Frictionless' errors in words for people."""

import re
from collections.abc import Mapping

#: Cells and notes quoted in reports are cut: a report is read by people.
_SHOWN = 80
_NOTE = 300


def sentence(rule: str, language: str, *, value: object = None, note: str = "") -> str:
    """An error in words. `rule`: Frictionless' type of error. `value` and a free `note` are for reports that only those see who
    have the file."""
    sentences = _SENTENCES[language]
    quoted = f" »{cut(value)}«" if value not in (None, "") else ""
    return sentences.get(rule, sentences["other"]).format(value=quoted, note=cut(note, _NOTE)).strip()


def rule_of(note: str) -> str:
    """`constraint "maximum" is "5"`: which rule it was; free notes may quote the value and are left out."""
    match = re.match(r'constraint "(\w+)"', note) or re.match(r'type is "(\w+)', note)
    return match[1] if match else ""


def cut(value: object, length: int = _SHOWN) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= length else text[: length - 1] + "…"


WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "row": "Zeile",
        "field": "Feld",
        "csv": "{sentence}",
        "no schema": "Ohne --table wird nur die Form geprüft, nicht der Inhalt.",
        "left out": "Nicht in der Datei, aber auch nicht vorgeschrieben: {names}.",
        "not judged": "Nicht geprüft, weil keine Tabelle: {names}.",
        "limit": "Nach {limit} Fehlern abgebrochen: Was danach kommt, ist nicht geprüft.",
        "valid": "{file}: {rows} Zeilen, keine Fehler.",
        "invalid": "{file}: {rows} Zeilen gelesen, {errors} Fehler.",
    },
    "en": {
        "row": "row",
        "field": "field",
        "csv": 'Read as CSV: encoding {encoding}, separator "{delimiter}", header in row {row}.',
        "no schema": "Without --table only the shape is checked, not the content.",
        "left out": "Not in the file, but not required either: {names}.",
        "not judged": "Not checked, because not a table: {names}.",
        "limit": "Stopped after {limit} errors: what follows is not checked.",
        "valid": "{file}: {rows} rows, no errors.",
        "invalid": "{file}: {rows} rows read, {errors} errors.",
    },
}
_SENTENCES: Mapping[str, Mapping[str, str]] = {
    "de": {
        "type-error": "Der Wert{value} passt nicht zum Typ des Feldes. {note}",
        "constraint-error": "Der Wert{value} verletzt eine Vorgabe des Feldes. {note}",
        "unique-error": "Der Wert{value} kommt mehrmals vor, darf es aber nicht.",
        "primary-key": "Der Schlüssel fehlt oder kommt mehrmals vor.",
        "blank-row": "Die Zeile ist leer.",
        "blank-label": "Eine Spalte hat keinen Namen.",
        "blank-header": "Die Kopfzeile ist leer.",
        "duplicate-label": "Ein Spaltenname kommt mehrmals vor.",
        "extra-cell": "Die Zeile hat mehr Zellen als die Kopfzeile.",
        "missing-cell": "Der Zeile fehlt eine Zelle.",
        "extra-label": "Diese Spalte kennt die Tabelle nicht.",
        "missing-label": "Diese Spalte fehlt.",
        "incorrect-label": "Die Spalte heißt anders als in der Tabelle.",
        "encoding-error": "Der Zeichensatz stimmt nicht: {note}",
        "check-error": "{note}",
        "hash-count": "Die Prüfsumme stimmt nicht: Die Datei ist nicht die beschriebene.",
        "byte-count": "Die Größe stimmt nicht: Die Datei ist nicht die beschriebene.",
        "source-error": "Die Datei ist leer oder nicht lesbar: {note}",
        "format-error": "Die Datei ist nicht in dem Format, das ihre Endung sagt: {note}",
        "scheme-error": "Die Datei ist nicht lesbar: {note}",
        "foreign-key": "Ein Verweis führt ins Leere: {note}",
        "other": "Fehler{value}. {note}",
    },
    "en": {
        "type-error": "The value{value} does not fit the field's type. {note}",
        "constraint-error": "The value{value} violates a constraint of the field. {note}",
        "unique-error": "The value{value} occurs more than once.",
        "primary-key": "The key is missing or occurs more than once.",
        "blank-row": "The row is empty.",
        "blank-label": "A column has no name.",
        "blank-header": "The header is empty.",
        "duplicate-label": "A column name occurs more than once.",
        "extra-cell": "The row has more cells than the header.",
        "missing-cell": "The row lacks a cell.",
        "extra-label": "The table does not know this column.",
        "missing-label": "This column is missing.",
        "incorrect-label": "The column has another name than in the table.",
        "encoding-error": "The encoding is wrong: {note}",
        "check-error": "{note}",
        "hash-count": "The checksum differs: this is not the file described.",
        "byte-count": "The size differs: this is not the file described.",
        "source-error": "The file is empty or unreadable: {note}",
        "format-error": "The file is not of the format its ending says: {note}",
        "scheme-error": "The file is unreadable: {note}",
        "foreign-key": "A reference leads nowhere: {note}",
        "other": "Error{value}. {note}",
    },
}
