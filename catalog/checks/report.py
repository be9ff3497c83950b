"""What the check of a file found, for people and for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from catalog.checks.wording import WORDS, cut, sentence

if TYPE_CHECKING:
    from frictionless import Report as Verdict


@dataclass(frozen=True, kw_only=True)
class FileError:
    """One error of a file."""

    file: str
    row: int | None  #: line of the file, header = 1
    field: str
    rule: str  #: Frictionless error type
    value: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What `klar validate` says."""

    file: str
    language: str
    rows: int
    notes: tuple[str, ...]  #: what was assumed: encoding, separator, schema
    errors: tuple[FileError, ...]
    limit_reached: bool

    @property
    def valid(self) -> bool:
        return not self.errors

    def as_json(self) -> dict[str, Any]:
        errors = [vars(each) for each in self.errors]
        return {
            "file": self.file,
            "valid": self.valid,
            "rows": self.rows,
            "notes": list(self.notes),
            "errors": errors,
            "limit_reached": self.limit_reached,
        }

    def text(self) -> str:
        words = WORDS[self.language]
        lines = [*self.notes, *(_line(each, words) for each in self.errors)]
        if self.limit_reached:
            lines.append(words["limit"].format(limit=len(self.errors)))
        verdict = words["valid"] if self.valid else words["invalid"]
        lines.append(verdict.format(file=self.file, rows=self.rows, errors=len(self.errors)))
        return "\n".join(lines)


def report_of(file: str, language: str, verdict: "Verdict", notes: Sequence[str], limit: int) -> Report:
    """`verdict`: what Frictionless says. Errors that concern no single file come last."""
    errors: list[FileError] = []
    for task in verdict.tasks:
        place = file if len(verdict.tasks) == 1 else f"{file}: {task.place or task.name}"
        errors += [file_error(each.to_descriptor(), place, language) for each in task.errors]
    errors += [file_error(each.to_descriptor(), file, language) for each in verdict.errors]
    rows = sum(int(task.stats.get("rows") or 0) for task in verdict.tasks)
    reached = any(len(task.errors) >= limit for task in verdict.tasks)
    return Report(file=file, language=language, rows=rows, notes=tuple(notes), errors=tuple(errors), limit_reached=reached)


def file_error(error: Mapping[str, Any], file: str, language: str) -> FileError:
    return FileError(
        file=file,
        row=error.get("rowNumber"),
        field=error.get("fieldName") or error.get("label") or "",
        rule=error["type"],
        value=cut(error.get("cell")),
        message=sentence(error["type"], language, value=error.get("cell"), note=str(error.get("note", ""))),
    )


def _line(error: FileError, words: Mapping[str, str]) -> str:
    place = [error.file]
    if error.row is not None:
        place.append(f"{words['row']} {error.row}")
    if error.field:
        place.append(f"{words['field']} {error.field}")
    return f"{', '.join(place)}: {error.message} [{error.rule}]"
