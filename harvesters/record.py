"""One thing as a source gives it: each field is taken or skipped, and what is neither is reported."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar

from schemas.errors import MissingField, WrongValue

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What a reader noticed about one record: rule, German sentence, and the field if it is one."""

    code: str
    message: str
    field: str = ""


class Record:
    """Strict reading. `origin` is the address within the source, `row` the line there (header = 1), `tables` the tables
    it may give rows for; `sheet`: of a workbook with several, where people have to be told which."""

    def __init__(
        self,
        fields: Mapping[str, object],
        *,
        origin: str,
        tables: Sequence[str],
        row: int | None = None,
        problems: Sequence[Problem] = (),
        sheet: str = "",
    ) -> None:
        self._fields = fields
        self._unread = set(fields)
        self._skipped: set[str] = set()
        self._sure: frozenset[str] | None = None  #: of what nobody read, what nobody ever reads; None: all of it
        self.origin = origin
        self.tables = tuple(tables)
        self.row = row
        self.sheet = sheet
        self.problems = tuple(problems)

    def take(self, field: str, kind: type[T]) -> T:
        """Raises MissingField, WrongValue. Several rows may need one field: taking twice is no error."""
        value = self.get(field)
        if value is None:
            raise MissingField(f"»{field}«")
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise WrongValue(f"»{field}«")
        return value

    def text(self, field: str) -> str:
        """Raises MissingField, WrongValue."""
        return self.take(field, str).strip()

    def get(self, field: str) -> object:
        """The value as it stands, None when there is none."""
        self._unread.discard(field)
        return self._fields.get(field)

    def skip(self, *fields: str) -> None:
        """Leave fields out on purpose, say because they name persons."""
        self._unread.difference_update(fields)
        self._skipped.update(fields)

    @property
    def taken(self) -> dict[str, object]:
        """Fields that somebody has read, with their values: none of those that are left out on purpose."""
        return {name: value for name, value in self._fields.items() if name not in self._unread | self._skipped}

    def give_up(self, unknown: Iterable[str] = ()) -> None:
        """Reading has ended early: whether anybody reads the rest, this record does not show. `unknown`: what nobody does."""
        self._sure = frozenset(unknown)

    @property
    def unread(self) -> tuple[str, ...]:
        """Fields that nobody took or skipped, in the source's order; of a record that was given up
        only those that nobody ever reads."""
        unread = self._unread if self._sure is None else self._unread & self._sure
        return tuple(each for each in self._fields if each in unread) if unread else ()

    @property
    def is_from_file(self) -> bool:
        """Its fields are columns, which people name in whole sentences."""
        return self.row is not None or bool(self.sheet)

    @property
    def digest(self) -> str:
        """SHA-256 over all fields: names this state of a record that gives no row."""
        return hashlib.sha256(json.dumps(self._fields, ensure_ascii=False, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, (date, datetime, time)) else repr(value)
