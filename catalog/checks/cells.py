"""What Frictionless lets pass in a cell and klar does not, as a check that Frictionless runs with its own. Importing this module imports
Frictionless: only the child does."""

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar

import attrs
from frictionless import Check, Error, Row, errors

from catalog.checks.forms import TEXT_FORMS


@attrs.define(kw_only=True, repr=False)
class CellForms(Check):
    """NUL characters, numbers that are none, and, where `strict`, text in another form than values are published in."""

    type = "klar-cell-form"
    Errors: ClassVar = [errors.TypeError]

    strict: bool

    def validate_row(self, row: Row) -> Iterator[Error]:
        for field, cell in zip(row.fields, row.cells, strict=False):
            if (note := self._fault(field.type, cell, row.get(field.name))) and not _has_error(row, field.name):
                yield errors.TypeError.from_row(row, note=note, field_name=field.name)

    def _fault(self, kind: str, cell: object, value: object) -> str:
        if isinstance(cell, str) and "\0" in cell:
            return "NUL"
        if isinstance(value, Decimal | float) and not math.isfinite(value):
            return "NaN/Infinity"
        form = TEXT_FORMS.get(kind) if self.strict else None
        if form is not None and isinstance(cell, str) and value is not None and not form.fullmatch(cell):
            return f'type is "{kind}"'
        return ""


def _has_error(row: Row, name: str) -> bool:
    return any(getattr(each, "field_name", "") == name for each in row.errors)
