"""Group disclosure: a group of which everybody gave the same answer tells the answer of each member, however many they are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas.statistics import TOTAL, UNKNOWN, Cube, Key, Role, Unit


@dataclass(frozen=True, kw_only=True)
class OneSided:
    """A row of a planned table whose people are all in one category."""

    table: tuple[str, ...]
    where: Key  #: the only cell that is not zero
    row: tuple[Key, ...]  #: all cells of the row, `where` among them
    sensitive: bool


def one_sided(cube: Cube, counts: Mapping[Key, int], *, at_least: int) -> Iterator[OneSided]:
    """Rows to withhold.

    Rows lie along answers (what is neither a person's attribute nor time) in tables by an attribute of persons, and along sensitive
    dimensions in every table. Groups of fewer than `at_least` are not shown anyway, and nothing is learned of one whose only category is
    "not stated".
    """
    if cube.unit not in (Unit.PERSONS, Unit.BALLOTS):
        return
    for table, rows in _rows(cube):
        for row, sensitive in rows:
            filled = [key for key in row if counts.get(key, 0) > 0]
            if len(filled) == 1 and len(row) > 1 and counts[filled[0]] >= at_least and not _unknown(row, filled[0]):
                yield OneSided(table=table, where=filled[0], row=tuple(row), sensitive=sensitive)


def _rows(cube: Cube) -> Iterator[tuple[tuple[str, ...], Iterator[tuple[Sequence[Key], bool]]]]:
    for table in cube.tables:
        yield table, _rows_of(cube, table)


def _rows_of(cube: Cube, table: tuple[str, ...]) -> Iterator[tuple[Sequence[Key], bool]]:
    from_table = [(place, each) for place, each in enumerate(cube.dimensions) if each.name in table]
    for place, answer in from_table:
        groups = any(each.person_attribute for other, each in from_table if other != place)
        learned = answer.sensitive or (groups and not answer.person_attribute and answer.role is not Role.TIME)
        if not learned:
            continue
        parents = {each.parent for each in answer.categories}
        codes = [each.code for each in answer.categories if each.code not in parents]
        fixed: list[Key] = [()]
        for other, each in enumerate(cube.dimensions):
            shown = each.codes if each.name in table else (TOTAL,)
            fixed = [(*key, code) for key in fixed for code in (shown if other != place else ("",))]
        for key in fixed:
            yield [(*key[:place], code, *key[place + 1 :]) for code in codes], answer.sensitive


def _unknown(row: Sequence[Key], where: Key) -> bool:
    """Whether the category that varies along the row is "not stated" in this cell."""
    return any(where[place] == UNKNOWN and len({key[place] for key in row}) > 1 for place in range(len(where)))
