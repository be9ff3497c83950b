"""Frictionless itself: what runs in the limited child, and nowhere else."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.checks.wording import rule_of, sentence
from catalog.limited import GIGABYTE
from schemas.errors import SourceError
from schemas.table import Descriptor

if TYPE_CHECKING:
    from frictionless import Package, Resource, Schema
    from frictionless import Report as Verdict

#: A million rows of eight columns with a unique key take Frictionless 146 MB and 30 s (engines measured, section 2); a city's largest
#: table is smaller. A cell of 300 MB takes 2 GB, and a pattern that backtracks takes as long as it likes.
MEMORY = GIGABYTE
SECONDS = 60.0
#: What Frictionless raises instead of reporting it. MemoryError is no such thing: it is the limit at work.
_CRASHES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    re.error,
    csv.Error,
)
#: Canonical CSV. What is not given here, Frictionless sniffs: a space after each comma of the first line, and all are cut off.
COMMA: Mapping[str, object] = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "skipInitialSpace": False}


@dataclass(frozen=True, kw_only=True)
class LineError:
    """An error without what stands in the row."""

    kind: str  #: Frictionless error type
    line: int  #: header = 1
    field: str
    rule: str  #: constraint or type that is violated, as far as it is known


class Crashed(SourceError):
    """The check broke off; nothing was changed."""


def dialect(csv_control: Mapping[str, object] | None, header_row: int = 1) -> Descriptor:
    """This line is the header, whatever the others look like."""
    pinned: Descriptor = {"header": True, "headerRows": [header_row]}
    return pinned if csv_control is None else {**pinned, "csv": dict(csv_control)}


class Cells(Enum):
    """What is asked of cells beyond what Frictionless asks."""

    AS_WRITTEN = "as written"  #: nothing: klar itself has written them
    SOUND = "sound"  #: no NUL characters, no numbers that are none
    PUBLISHED = "published"  #: and text in the one form that values are published in


def judge(what: "Resource | Package", limit: int, cells: Cells) -> "Verdict":
    """Raises Crashed, and MemoryError."""
    import frictionless  # heavy: 437 ms

    from catalog.checks.cells import CellForms  # it imports Frictionless

    own: list[frictionless.Check] = [] if cells is Cells.AS_WRITTEN else [CellForms(strict=cells is Cells.PUBLISHED)]
    try:
        verdict = what.validate(frictionless.Checklist(checks=own), limit_errors=limit)
    except (frictionless.FrictionlessException, *_CRASHES) as error:
        name = type(error).__name__
        raise Crashed(f"Die Prüfung brach ab ({name}); meist passt eine Vorgabe des Schemas nicht zu den Werten.") from error
    if any(each.type in ("source-error", "format-error") and not each.note for task in verdict.tasks for each in task.errors):
        raise MemoryError  # Frictionless reports it as a source without an explanation: it has no text
    return verdict


@dataclass(frozen=True, kw_only=True)
class TableContent:
    """A table's bytes and how they are to be read."""

    format: str  #: "csv" or "xlsx"
    content: bytes
    header: Sequence[str] = ()
    header_row: int = 1
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    notes: tuple[str, ...] = ()  #: what was found out about it, in the report's language


def judged_table(table: TableContent, schema: Descriptor | None, limit: int) -> "Verdict":
    """`schema` None: only the form of the file is judged. Raises Crashed, MemoryError."""
    import frictionless  # heavy: 437 ms

    control = {**COMMA, "delimiter": table.delimiter, "quoteChar": table.quote} if table.format == "csv" else None
    resource = frictionless.Resource(
        data=table.content,
        format=table.format,
        encoding=table.encoding,
        dialect=frictionless.Dialect.from_descriptor(dialect(control, table.header_row)),
        detector=frictionless.Detector(field_type="any"),
    )
    if schema is not None:
        resource.schema = schema_of(schema)
    return judge(resource, limit, Cells.PUBLISHED)


def anchored(descriptor: Descriptor) -> Descriptor:
    """Frictionless asks `^pattern$`: an alternative ends there too early, and `$` lets a line end pass."""
    for each in descriptor["fields"]:
        constraints = each.get("constraints", {})
        if "pattern" in constraints:
            constraints["pattern"] = rf"(?:{constraints['pattern']})\Z"
    return descriptor


def judged_rows(content: bytes, schema: Descriptor, limit: int) -> list[LineError]:
    """What is wrong with the rows of a canonical CSV. Raises Crashed, MemoryError."""
    import frictionless  # heavy: 437 ms

    resource = frictionless.Resource(
        data=content,
        format="csv",
        encoding="utf-8",
        dialect=frictionless.Dialect.from_descriptor(dialect(COMMA)),
        schema=schema_of(schema),
    )
    verdict = judge(resource, limit, Cells.AS_WRITTEN)
    return [_line_error(each.to_descriptor()) for each in (*verdict.errors, *(each for task in verdict.tasks for each in task.errors))]


def schema_of(descriptor: Descriptor) -> "Schema":
    """Raises Crashed for one that Frictionless does not take."""
    import frictionless  # heavy: 437 ms

    try:
        return frictionless.Schema.from_descriptor(descriptor)
    except (frictionless.FrictionlessException, *_CRASHES) as error:
        raise Crashed(f"Mit diesem Schema kann nicht geprüft werden ({type(error).__name__}).") from error


def package_of(descriptor: Descriptor, folder: Path) -> "Package":
    """Raises SourceError, with Frictionless' own words where it has any."""
    import frictionless  # heavy: 437 ms

    try:
        return frictionless.Package.from_descriptor(descriptor, basepath=str(folder))
    except frictionless.FrictionlessException as error:
        raise SourceError(f"datapackage.json: {error.error.note or error.error.message}") from error
    except _CRASHES as error:
        raise SourceError(f"datapackage.json: Mit dieser Beschreibung kann nicht geprüft werden ({type(error).__name__}).") from error


def _line_error(error: Mapping[str, Any]) -> LineError:
    rule = rule_of(str(error.get("note", "")))
    if error.get("rowNumber") is None:
        # The table could not be read: every row is concerned, none may pass.
        raise Crashed(sentence(error["type"], "de", note=rule))
    return LineError(kind=error["type"], line=error["rowNumber"], field=error.get("fieldName") or "", rule=rule)
