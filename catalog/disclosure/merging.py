"""Coarser cubes: categories put together, tables left out. Said publicly, in words that tell nothing about why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from catalog.disclosure.coding import MERGED
from schemas.statistics import UNKNOWN, Category, Cube, Dimension, Role
from schemas.values import Text

_OTHERS = Text(de="übrige Ortsbezirke", en="other districts")
_FEWEST = 4  #: a dimension with fewer categories is not merged further: two of three are the total less the third


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Categories of one dimension that become one. `words` are public."""

    dimension: str
    groups: tuple[tuple[tuple[str, ...], Text], ...]  #: codes, title of what they become
    words: Text


@dataclass(frozen=True, kw_only=True)
class Dropping:
    """All planned tables with one dimension are left out."""

    dimension: str

    @property
    def words(self) -> Text:
        return Text(de=f"Ohne die Tabellen nach {self.dimension}.", en=f"Without the tables by {self.dimension}.")


Step = Merge | Dropping


def taken(cube: Cube, step: Step) -> Cube:
    """The cube after a step. KeyError for an unknown dimension."""
    if isinstance(step, Merge):
        return merged(cube, step)
    cube.dimension(step.dimension)
    return without(cube, frozenset(each for each in cube.tables if step.dimension in each))


def declared_group(dimension: Dimension, groups: Sequence[Sequence[str]]) -> Merge:
    """Codes to be merged with each other, as a declaration names them; what is merged already is left alone."""
    titles = {each.code: each for each in dimension.categories}
    known = [[titles[code] for code in group if code in titles] for group in groups]
    found = tuple((tuple(each.code for each in group), _joined(group)) for group in known if len(group) > 1)
    return Merge(dimension=dimension.name, groups=found, words=_words(dimension, [title for _, title in found]))


def declared_rest(dimension: Dimension, sizes: Mapping[str, int], *, below: int, title: Text) -> Merge | None:
    """Categories that are small, or of which nobody knows how large, put together; a single one takes the next smallest along."""
    ranked = sorted((each.code for each in dimension.categories if each.code != UNKNOWN), key=lambda code: (sizes.get(code, 0), code))
    small = sum(sizes.get(code, 0) < below for code in ranked)
    if not small or len(ranked) < 2:
        return None
    codes = set(ranked[: max(2, small)])
    words = Text(
        de=f"{dimension.title.de}: was kleiner ist als {below}, ist zu „{title.de}“ zusammengefasst.",
        en=f"{dimension.title.in_language('en')}: what is smaller than {below} is put together as “{title.in_language('en')}”.",
    )
    ordered = tuple(each.code for each in dimension.categories if each.code in codes)
    return Merge(dimension=dimension.name, groups=((ordered, title),), words=words)


def merged(cube: Cube, merge: Merge) -> Cube:
    """The cube with these categories put together; groups keep the place of their first member. KeyError for an unknown dimension."""
    dimension = cube.dimension(merge.dimension)
    first = {codes[0]: (codes, title) for codes, title in merge.groups}
    gone = {code for codes, _ in merge.groups for code in codes}
    categories = []
    for each in dimension.categories:
        if each.code in first:
            codes, title = first[each.code]
            categories.append(Category(code=_code(dimension, codes), title=title, parent=_common(dimension, codes)))
        elif each.code not in gone:
            categories.append(each)
    coarser = replace(dimension, categories=tuple(categories))
    return replace(cube, dimensions=tuple(coarser if each.name == merge.dimension else each for each in cube.dimensions))


def without(cube: Cube, tables: frozenset[tuple[str, ...]]) -> Cube:
    """The cube without some planned tables; its default table becomes the first that is left."""
    left = tuple(each for each in cube.tables if each not in tables)
    default = cube.default_table if cube.default_table in left else next(iter(left), ())
    return replace(cube, tables=left, default_table=default)


def small_districts(cube: Cube, populations: Mapping[str, int], *, limit: int) -> tuple[Merge, ...]:
    """Districts with fewer inhabitants than the limit become one; a single small one takes the next smallest along.

    Always applied, whatever the counts."""
    return tuple(
        _others(each, [code for code, _ in _by_size(each, populations)][: max(2, small)], limit)
        for each in cube.dimensions
        if each.role is Role.GEO and (small := sum(size < limit for _, size in _by_size(each, populations)))
        and len(_by_size(each, populations)) > 2
    )  # fmt: skip


def coarser(cube: Cube, populations: Mapping[str, int]) -> Merge | None:
    """The next merge by the declared order: attributes of persons (age), then districts, then options; None when nothing is left to merge.

    What is merged never depends on counts: neighbours in a dimension's order, districts by population, options by their declared groups.
    """
    for rank in (_attribute, _district, _option):
        for each in cube.dimensions:
            if merge := rank(each, populations):
                return merge
    return None


def _attribute(dimension: Dimension, populations: Mapping[str, int]) -> Merge | None:
    if not dimension.person_attribute or dimension.role is not Role.CLASS:
        return None
    return _families(dimension) or _neighbours(dimension)


def _district(dimension: Dimension, populations: Mapping[str, int]) -> Merge | None:
    if dimension.role is not Role.GEO:
        return None
    sizes = _by_size(dimension, populations)
    if len(sizes) < _FEWEST:
        return None
    half = [code for code, _ in sizes][: max(2, len(sizes) // 2)]
    return _others(dimension, half, None)


def _option(dimension: Dimension, populations: Mapping[str, int]) -> Merge | None:
    return None if dimension.person_attribute or dimension.role is not Role.CLASS else _families(dimension)


def _families(dimension: Dimension) -> Merge | None:
    """Categories below declared groups vanish into them."""
    parents = {each.parent for each in dimension.categories if each.parent}
    titles = {each.code: each.title for each in dimension.categories}
    above = {each.parent for each in dimension.categories if each.code in parents}
    lowest = [code for code in titles if code in parents and code not in above]
    if not lowest:
        return None
    groups = tuple(
        ((code, *(each.code for each in dimension.categories if each.parent == code)), titles[code]) for code in lowest
    )  # fmt: skip
    return Merge(dimension=dimension.name, groups=groups, words=_words(dimension, [title for _, title in groups]))


def _neighbours(dimension: Dimension) -> Merge | None:
    """Two and two, in the dimension's order; the last of an odd number joins the last pair. "Not stated" stays apart."""
    known = [each for each in dimension.categories if each.code != UNKNOWN]
    if len(known) < _FEWEST:
        return None
    pairs = [known[place : place + 2] for place in range(0, len(known) - 1, 2)]
    if len(known) % 2:
        pairs[-1] = known[-3:]
    groups = tuple((tuple(each.code for each in pair), _joined(pair)) for pair in pairs)
    return Merge(dimension=dimension.name, groups=groups, words=_words(dimension, [title for _, title in groups]))


def _by_size(dimension: Dimension, populations: Mapping[str, int]) -> list[tuple[str, int]]:
    """Smallest first. What was merged is as large as its members; a code without population is no district."""
    sizes = {each.code: sum(populations.get(member, 0) for member in each.code.split(MERGED)) for each in dimension.categories}
    return sorted(((code, size) for code, size in sizes.items() if size), key=lambda item: (item[1], item[0]))


def _others(dimension: Dimension, codes: Sequence[str], limit: int | None) -> Merge:
    ordered = tuple(each.code for each in dimension.categories if each.code in codes)
    below = Text(
        de=f"Ortsbezirke mit weniger als {limit} Einwohnerinnen und Einwohnern sind zu „{_OTHERS.de}“ zusammengefasst.",
        en=f"Districts with fewer than {limit} inhabitants are put together as “{_OTHERS.en}”.",
    )
    return Merge(dimension=dimension.name, groups=((ordered, _OTHERS),), words=below if limit else _words(dimension, [_OTHERS]))


def _joined(categories: Sequence[Category]) -> Text:
    return Text(
        de=" und ".join(each.title.de for each in categories), en=" and ".join(each.title.in_language("en") for each in categories)
    )  # fmt: skip


def _words(dimension: Dimension, titles: Sequence[Text]) -> Text:
    return Text(
        de=f"{dimension.title.de}: zusammengefasst zu " + ", ".join(f"„{each.de}“" for each in titles) + ".",
        en=f"{dimension.title.in_language('en')}: put together as " + ", ".join(f"“{each.in_language('en')}”" for each in titles) + ".",
    )


def _code(dimension: Dimension, codes: Sequence[str]) -> str:
    """A group that takes in its members keeps its code."""
    members = {each.code for each in dimension.categories if each.parent == codes[0]}
    return codes[0] if set(codes[1:]) <= members else MERGED.join(codes)


def _common(dimension: Dimension, codes: Sequence[str]) -> str:
    """The group that all members were part of."""
    parents = {each.parent for each in dimension.categories if each.code in codes and each.parent not in codes}
    return parents.pop() if len(parents) == 1 else ""
