"""Which answers of a question are categories: what persons chose, where nobody has declared what there was to choose.

That a category is there must tell no more than the numbers do. So only what at least `FEWEST` persons chose is one: under `round10` that is
just what is shown with a number. Everything else is counted as the rest, named or not. The choices are those of the first release, for
ever: a later one would else tell how a rare answer has grown. Why it is sound: docs/cubes.md, "chosen".
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from catalog.cubes.coding import Observed
from catalog.cubes.counting import Identity, identity_of, is_counted
from catalog.disclosure.coding import MERGED
from catalog.disclosure.rules import WIDTH
from schemas.cube_plan import Chosen, CubePlan, FromField
from schemas.statistics import UNKNOWN, Category, Cube
from schemas.values import Text

#: Below, `round10` shows no number.
FEWEST = 10


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Of one dimension. Exact: it identifies people."""

    persons: Mapping[str, frozenset[Identity]] = field(default_factory=dict)  #: by code

    @property
    def often(self) -> tuple[str, ...]:
        return tuple(sorted(code for code, who in self.persons.items() if len(who) >= FEWEST))

    @property
    def are_too_close(self) -> bool:
        """Whether the rest is so large that each of the rare answers in it must nearly have become a category: whoever knows what there was
        to choose would know how many chose it."""
        rare = [who for who in self.persons.values() if len(who) < FEWEST]
        together = len(frozenset[Identity]().union(*rare))
        return together >= FEWEST and together - (FEWEST - 1) * (len(rare) - 1) > FEWEST - WIDTH


def choices_of(plan: CubePlan, dimension: str, rows: Iterable[Observed]) -> Choices:
    """`dimension`: one of `plan.chosen`."""
    how = plan.how[dimension]
    assert isinstance(how, FromField), "only a field's values are chosen"
    counted = {each.table: each for each in plan.rows}
    persons: dict[str, set[Identity]] = defaultdict(set)
    for row in rows:
        value = row.values.get(how.fields[row.table]) if row.table in counted else None
        if value in (None, "", how.rest) or not is_counted(row, counted, demonstration=plan.cube.demonstration):
            continue
        persons[str(value)].add(identity_of(row))
    return Choices(persons={code: frozenset(who) for code, who in persons.items()})


def with_choices(plan: CubePlan, codes: Mapping[str, Sequence[str]]) -> CubePlan:
    """`codes`: dimension -> its choices, in order. The source has no words for them: their codes are their titles."""
    dimensions = tuple(
        replace(each, categories=(*map(_category, codes[each.name]), *each.categories)) if each.name in codes else each
        for each in plan.cube.dimensions
    )
    still_open = {name: how for name, how in plan.open_categories.items() if not (isinstance(how, Chosen) and name in codes)}
    return replace(plan, cube=replace(plan.cube, dimensions=dimensions), open_categories=still_open)


def released_choices(plan: CubePlan, dimension: str, cube: Cube) -> tuple[str, ...]:
    """Those that a release has."""
    how = plan.how[dimension]
    assert isinstance(how, FromField), "only a field's values are chosen"
    shown = (code for each in cube.dimension(dimension).codes for code in each.split(MERGED))
    return tuple(code for code in shown if code not in (how.rest, UNKNOWN))


def _category(code: str) -> Category:
    return Category(code=code, title=Text(de=code, en=code))
