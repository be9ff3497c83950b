"""What is wrong with klar.toml: one German sentence per mistake, with file and line or with the environment variable."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from api.sections import setting_names
from api.toml_lines import Path, line_of
from schemas.errors import ConfigurationError

_SENTENCES = {
    "missing": "fehlt",
    "extra_forbidden": "ist unbekannt",
    "literal_error": "muss einer dieser Werte sein: {expected}",
    "string_type": "muss Text in Anführungszeichen sein",
    "string_too_short": "ist leer",
    "string_pattern_mismatch": "enthält Steuerzeichen",
    "int_type": "muss eine ganze Zahl sein",
    "float_type": "muss eine Zahl sein",
    "bool_type": "muss true oder false sein",
    "tuple_type": "muss eine Liste in eckigen Klammern sein",
    "list_type": "muss eine Liste in eckigen Klammern sein",
    "too_short": "ist leer",
    "dict_type": "muss ein Abschnitt sein",
    "model_type": "muss ein Abschnitt sein",
    "model_attributes_type": "muss ein Abschnitt sein",
    "greater_than_equal": "muss mindestens {ge:g} sein",
    "greater_than": "muss größer als {gt:g} sein",
    "less_than_equal": "darf höchstens {le:g} sein",
}


class InvalidSettings(ConfigurationError):
    """The configuration has mistakes."""

    def __init__(self, complaints: Iterable[str]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n".join(self.complaints))


@dataclass(frozen=True, kw_only=True)
class Whereabouts:
    """Where each value came from."""

    file: File
    lines: Mapping[Path, int]
    origins: Mapping[Path, str]
    content: Mapping[str, Any]

    def complaint(self, path: Path, sentence: str) -> str:
        return f"{self._place(path)}: {label(path, self.content)} {sentence}"

    def _place(self, path: Path) -> str:
        if path in self.origins:
            return f"Umgebungsvariable {self.origins[path]}"
        line = line_of(self.lines, path)
        return f"{self.file}, Zeile {line}" if line is not None else str(self.file)


def complaints_about(error: ValidationError, where: Whereabouts, within: Path = ()) -> list[str]:
    """All that pydantic found; `within` is the way to the model that was checked. Never quotes a value: it may be a secret."""
    found: dict[Path, str] = {}
    for each in error.errors(include_url=False, include_input=False):
        path = _real_path((*within, *each["loc"]), where.content)
        # One mistake in a union is reported once per member; the first says enough.
        found.setdefault(path, where.complaint(path, _sentence(each, path)))
    return list(found.values())


def label(path: Path, content: Mapping[str, Any]) -> str:
    """As it stands in the file: `[site] title`, `[[source]] »klmitwirkung« options.mapping`."""
    if path[:1] == ("source",) and len(path) > 1 and isinstance(path[1], int):
        head, rest = f"[[source]] {_source_name(path[1], content)}", path[2:]
    elif path[:1] == ("push",) and len(path) > 1:
        head, rest = f"[push.{path[1]}]", path[2:]
    else:
        head, rest = f"[{path[0]}]" if path else "", path[1:]
    return f"{head} {_dotted(rest)}".strip()


def _dotted(path: Path) -> str:
    """Lists are counted from 1, as people do."""
    text = ""
    for each in path:
        text += f", Eintrag {each + 1}" if isinstance(each, int) else f".{each}"
    return text.removeprefix(".")


def _source_name(number: int, content: Mapping[str, Any]) -> str:
    """Its name, or its number from 1 while it has none."""
    source = content["source"][number] if isinstance(content.get("source"), list) else {}
    name = source.get("name") if isinstance(source, dict) else None
    return f"»{name}«" if isinstance(name, str) and name else f"Nr. {number + 1}"


def _real_path(path: Path, content: object) -> Path:
    """Without what pydantic adds for itself (members of unions, keys of tables): as far as the content goes, and one key more."""
    real: list[str | int] = []
    for each in path:
        if isinstance(content, dict) and isinstance(each, str) and each != "[key]":
            real.append(each)
            content = content.get(each)
        elif isinstance(content, list) and isinstance(each, int):
            real.append(each)
            content = content[each] if each < len(content) else None
        else:
            break
    return tuple(real)


def _sentence(error: ErrorDetails, path: Path) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context.get("error", "")).removesuffix(".") + "."
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace(" or ", " oder ")
    sentence = _SENTENCES.get(kind, "passt nicht").format(**context)
    return sentence + "." + (_suggestion(path) if kind == "extra_forbidden" else "")


def _suggestion(path: Path) -> str:
    """The key that was probably meant."""
    section = [str(each) for each in path[:-1] if not isinstance(each, int)]
    if section[:1] == ["push"]:
        section[1:] = ["NAME"]
    names = [each.split(".") for each in setting_names()]
    keys = sorted({each[len(section)] for each in names if each[: len(section)] == section and len(each) > len(section)})
    close = get_close_matches(str(path[-1]), keys, n=1)
    return f" Gemeint ist vielleicht »{close[0]}«." if close else ""
