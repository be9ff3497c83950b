"""What a declared statistic says about its own protection."""

from collections.abc import Iterator

from catalog.disclosure.merging import Dropping, Step, declared_group, declared_rest, merged
from catalog.disclosure.protecting import NOBODY, Contributors
from catalog.disclosure.releasing import Circumstances
from schemas.cube_plan import CubePlan


def circumstances_of(plan: CubePlan, *, contributors: Contributors = NOBODY, minors: bool = False) -> Circumstances:
    """Small categories, the order in which detail is given up, and reported totals, as a resolved plan declares them. KeyError for an
    unknown dimension."""
    small = plan.merging
    rest = small and declared_rest(
        plan.cube.dimension(small.dimension), plan.sizes.get(small.dimension, {}), below=small.below, title=small.title
    )  # fmt: skip
    always = (rest,) if rest else ()
    return Circumstances(
        minors=minors, contributors=contributors, reported=plan.reported, always=always, order=tuple(_order(plan, always)) or None
    )


def _order(plan: CubePlan, always: tuple[Step, ...]) -> Iterator[Step]:
    cube = plan.cube
    for step in always:
        cube = merged(cube, step) if not isinstance(step, Dropping) else cube
    for each in plan.coarsening:
        step = declared_group(cube.dimension(each.dimension), each.groups) if each.groups else Dropping(dimension=each.dimension)
        cube = merged(cube, step) if not isinstance(step, Dropping) else cube
        yield step
