"""What pydantic found wrong, as German sentences that name the key."""

from collections.abc import Sequence

from pydantic import ValidationError

_SENTENCES = {
    "missing": "fehlt",
    "extra_forbidden": "ist unbekannt",
    "literal_error": "muss einer dieser Werte sein: {expected}",
    "enum": "muss einer dieser Werte sein: {expected}",
    "string_type": "muss Text sein",
    "string_too_short": "ist leer",
    "string_too_long": "ist zu lang",
    "string_pattern_mismatch": "ist leer",
    "float_type": "muss eine Zahl sein",
    "int_type": "muss eine ganze Zahl sein",
    "int_parsing": "muss eine ganze Zahl sein",
    "bool_type": "muss true oder false sein",
    "list_type": "muss eine Liste sein",
    "tuple_type": "muss eine Liste sein",
    "dict_type": "muss eine Tabelle sein",
    "mapping_type": "muss eine Tabelle sein",
    "model_type": "muss eine Tabelle sein",
    "greater_than_equal": "ist zu klein",
    "too_short": "ist leer",
}


def german(error: ValidationError) -> str:
    """All errors in one line: `table[2].columns.start.parse muss einer dieser Werte sein: …`."""
    return "; ".join(_sentence(each["loc"], each["type"], each["msg"], each.get("ctx", {})) for each in error.errors())


def _sentence(place: Sequence[int | str], kind: str, message: str, context: dict[str, object]) -> str:
    if kind == "value_error":
        return f"{_path(place)}: {context.get('error', message)}"
    text = _SENTENCES.get(kind, "passt nicht")
    return f"{_path(place)} {text.format(expected=context.get('expected', ''))}"


def _path(place: Sequence[int | str]) -> str:
    """Lists are counted from 1, as people do."""
    path = ""
    for each in place:
        path += f"[{each + 1}]" if isinstance(each, int) else f".{each}"
    return path.removeprefix(".") or "Inhalt"
