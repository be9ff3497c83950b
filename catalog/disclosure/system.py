"""What is public, as integer inequalities: every table of people that satisfies them could be the true one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from schemas.statistics import Key

Row = tuple[tuple[int, int], ...]  #: (variable, coefficient), by variable; coefficients are not zero


@dataclass(frozen=True, kw_only=True)
class Form:
    """A number that must not be recovered."""

    name: str  #: for operators
    row: Row
    excused: int = 0  #: known to be at least this, in size, it tells of nobody; 0: never excused
    empty: bool = False  #: nothing shows it, it is zero, and may be known to be


@dataclass(frozen=True, kw_only=True)
class System:
    """low <= row · z <= high for every row, z >= 0 and whole. `start` is the truth, and satisfies it."""

    start: tuple[int, ...]
    rows: tuple[Row, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    forms: tuple[Form, ...]
    doubts: tuple["Doubt", ...] = ()
    shown: Mapping[Key, int] = field(default_factory=dict)  #: published cell of the newest state -> its row, unless others know it, too

    def holds(self, point: Sequence[int]) -> bool:
        """In exact arithmetic."""
        return min(point, default=0) >= 0 and all(
            low <= value(row, point) <= high for row, low, high in zip(self.rows, self.low, self.high, strict=True)
        )

    def told(self, forms: Collection[int]) -> "System":
        """The same with these forms (places, of value zero) known to be zero."""
        if not forms:
            return self
        bounds = {row: place for place, row in enumerate(self.rows)}
        known = [self.forms[each].row for each in sorted(forms)]
        system = self.under({bounds[row]: (0, 0) for row in known if row in bounds})
        further = tuple(row for row in known if row not in bounds)
        zeros = (0,) * len(further)
        return replace(
            system, rows=system.rows + further, low=system.low + zeros, high=system.high + zeros,
            forms=tuple(form for place, form in enumerate(self.forms) if place not in forms), doubts=self.doubts,
        )  # fmt: skip

    def under(self, bounds: Mapping[int, tuple[int, int]]) -> "System":
        """Other bounds for some rows."""
        low, high = list(self.low), list(self.high)
        for row, (least, most) in bounds.items():
            low[row], high[row] = least, most
        return replace(self, low=tuple(low), high=tuple(high), forms=(), doubts=())


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """Readers must not be sure of the one thing that is true: one of the other `worlds` (bounds by row) has to be possible, too."""

    name: str
    worlds: tuple[Mapping[int, tuple[int, int]], ...]


def value(row: Row, point: Sequence[int]) -> int:
    return sum(point[variable] * coefficient for variable, coefficient in row)


@dataclass
class Builder:
    """Collects rows; equal ones are kept once, with the tightest bounds."""

    rows: dict[Row, int] = field(default_factory=dict)
    low: list[int] = field(default_factory=list)
    high: list[int] = field(default_factory=list)
    forms: dict[Row, Form] = field(default_factory=dict)

    def bound(self, row: Row, low: int, high: int) -> int:
        """Number of the row."""
        place = self.rows.setdefault(row, len(self.low))
        if place == len(self.low):
            self.low.append(low)
            self.high.append(high)
        else:
            self.low[place] = max(self.low[place], low)
            self.high[place] = min(self.high[place], high)
        return place

    def guard(self, form: Form) -> None:
        known = self.forms.get(form.row)
        if form.row and (known is None or (known.excused > 0 and form.excused == 0) or (known.empty and not form.empty)):
            self.forms[form.row] = form

    def build(self, start: Iterable[int], doubts: Iterable[Doubt], shown: Mapping[Key, int]) -> System:
        return System(
            start=tuple(start), rows=tuple(self.rows), low=tuple(self.low), high=tuple(self.high),
            forms=tuple(self.forms.values()), doubts=tuple(doubts), shown=shown,
        )  # fmt: skip
