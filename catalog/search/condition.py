"""A condition over fields, as a client may nest it: what search can be narrowed by beside its own filters."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Is:
    """The field has this value (one of its values, if it has several)."""

    field: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Within:
    """The moment lies in this range, both ends included; None: open."""

    field: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, kw_only=True)
class Not:
    inner: "Condition"


@dataclass(frozen=True, kw_only=True)
class AnyOf:
    """None of them: nothing fits."""

    inner: tuple["Condition", ...]


@dataclass(frozen=True, kw_only=True)
class AllOf:
    """None of them: everything fits."""

    inner: tuple["Condition", ...]


Condition = Is | Within | Not | AnyOf | AllOf
EVERYTHING = AllOf(inner=())
