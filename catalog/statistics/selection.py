"""From a query string to cells of a release: pure.

A question names codes (`district=01,02`), dimensions that shall vary (`group_by=format,time`), or nothing. It picks among the published
tables and never makes another one: every answer consists of cells that the release has.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from urllib.parse import parse_qsl, urlencode

from catalog.statistics.columns import codes_and_total
from catalog.statistics.errors import NotPublished, RepeatedChoice, UnknownChoice
from schemas.statistics import TOTAL, Cell, Cube, Dimension, Key, Release

LANGUAGES = ("de", "en")
#: How `group_by` names the table without dimensions.
NO_DIMENSION = TOTAL


@dataclass(frozen=True, kw_only=True)
class Question:
    """What was asked, in one spelling: codes in the order of the categories, each once."""

    codes: Mapping[str, tuple[str, ...]]  #: dimension -> codes, in the order of the dimensions; without those nobody mentioned
    group_by: tuple[str, ...] | None = None  #: in the order of the dimensions; None: not given
    pivot: str = ""
    share: str = ""  #: dimension in whose total each number's share is asked for
    language: str = "de"

    @property
    def canonical(self) -> str:
        """The query string that asks the same, without what is the default; "" for nothing in particular."""
        items = [(name, ",".join(codes)) for name, codes in self.codes.items()]
        items += [("group_by", ",".join(self.group_by) or NO_DIMENSION)] if self.group_by is not None else []
        items += [("pivot", self.pivot)] if self.pivot else []
        items += [("share", self.share)] if self.share else []
        items += [("lang", self.language)] if self.language != LANGUAGES[0] else []
        return urlencode(items, safe=",")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Cells of one release. `codes` has an entry for each dimension: what is shown of it."""

    release: Release
    codes: tuple[tuple[str, ...], ...]
    pivot: str = ""
    share: str = ""
    language: str = "de"

    @property
    def cube(self) -> Cube:
        return self.release.cube

    @property
    def varying(self) -> tuple[Dimension, ...]:
        """Dimensions of which more than the total is shown."""
        pairs = zip(self.cube.dimensions, self.codes, strict=True)
        return tuple(dimension for dimension, codes in pairs if codes != (TOTAL,))

    def cells(self) -> Iterator[Cell]:
        """In the order of the dimensions and their categories."""
        by_key = self.release.by_key
        return (by_key[key] for key in product(*self.codes))


def read_question(cube: Cube, given: Iterable[tuple[str, str]], *, also: Sequence[str] = ()) -> Question:
    """`given`: the parameters in any order; empty ones count as not given. `also`: names of parameters that others read.

    Raises UnknownChoice, which lists what is allowed, and RepeatedChoice."""
    values: dict[str, str] = {}
    allowed = tuple(dict.fromkeys((*(each.name for each in cube.dimensions), "group_by", "pivot", "share", "lang", *also)))
    for name, value in given:
        if name not in allowed:
            raise UnknownChoice(name, allowed=allowed)
        if name in values:
            raise RepeatedChoice(name)
        if value:
            values[name] = value
    return Question(
        codes={each.name: _codes(each, values[each.name]) for each in cube.dimensions if each.name in values},
        group_by=_group_by(cube, values["group_by"]) if "group_by" in values else None,
        pivot=_one_of("pivot", values.get("pivot", ""), [each.name for each in cube.dimensions]),
        share=_one_of("share", values.get("share", ""), [each.name for each in cube.dimensions]),
        language=_one_of("lang", values.get("lang", ""), LANGUAGES) or LANGUAGES[0],
    )


def question_from(cube: Cube, canonical: str) -> Question:
    """Raises UnknownChoice where the cube has changed since."""
    return read_question(cube, parse_qsl(canonical))


def select(release: Release, question: Question) -> Selection:
    """Raises NotPublished for dimensions that no table has together, also where they are the base of shares, and UnknownChoice for a pivot
    or a share in a dimension that does not vary."""
    cube = release.cube
    varying = _varying(cube, question, release.rules)
    codes = tuple(_shown(each, question, varying) for each in cube.dimensions)
    selection = Selection(release=release, codes=codes, language=question.language)
    if not question.pivot and not question.share:
        return selection
    names = [each.name for each in selection.varying]
    pivot, share = _one_of("pivot", question.pivot, names), _one_of("share", question.share, names)
    if share and (missing := {each - {share} for each in _patterns(varying, question)} - set(map(frozenset, cube.tables))):
        raise not_published(cube, min(missing, key=sorted), release.rules)
    return replace(selection, pivot=pivot, share=share)


def whole_table(release: Release, dimensions: Sequence[str]) -> Selection:
    """One planned table as a selection. Raises NotPublished."""
    return select(release, Question(codes={}, group_by=tuple(dimensions)))


def default_table(cube: Cube) -> tuple[str, ...]:
    """The declared one; should a release lack it, its first."""
    wanted = set(cube.default_table)
    return next((each for each in cube.tables if set(each) == wanted), cube.tables[0] if cube.tables else ())


def _codes(dimension: Dimension, text: str) -> tuple[str, ...]:
    allowed = codes_and_total(dimension)
    asked = text.split(",")
    for each in asked:
        _one_of(dimension.name, each, allowed, empty_too=False)
    return tuple(each for each in allowed if each in asked)


def _group_by(cube: Cube, text: str) -> tuple[str, ...]:
    if text == NO_DIMENSION:
        return ()
    names = [each.name for each in cube.dimensions]
    asked = text.split(",")
    for each in asked:
        _one_of("group_by", each, [*names, NO_DIMENSION] if len(asked) == 1 else names, empty_too=False)
    return tuple(each for each in names if each in asked)


def _one_of(parameter: str, value: str, allowed: Sequence[str], *, empty_too: bool = True) -> str:
    if value in allowed or (empty_too and not value):
        return value
    raise UnknownChoice(parameter, value=value or ",", allowed=allowed)


def _varying(cube: Cube, question: Question, rules: str) -> frozenset[str]:
    """What varies: what `group_by` or, without it, the default table names, and every dimension of which codes are asked.
    Without `group_by` the codes alone decide where they do not go with the default table."""
    asked = {name for name, codes in question.codes.items() if codes != (TOTAL,)}
    at_total = question.codes.keys() - asked
    first = default_table(cube) if question.group_by is None else question.group_by
    candidates = [frozenset(asked | set(first)) - at_total]
    if question.group_by is None:
        candidates.append(frozenset(asked))
    planned = frozenset(map(frozenset, cube.tables))
    for each in candidates:
        if _patterns(each, question) <= planned:
            return each
    missing = (
        candidates[-1] if candidates[-1] not in planned else next(iter(sorted(_patterns(candidates[-1], question) - planned, key=sorted)))
    )
    raise not_published(cube, missing, rules)


def _patterns(varying: frozenset[str], question: Question) -> frozenset[frozenset[str]]:
    """The tables that the cells come from: where codes and the total are asked together, the answer takes from several."""
    both = sorted(each for each in varying if TOTAL in question.codes.get(each, ()))
    without = product(*((frozenset[str](), frozenset({each})) for each in both))
    return frozenset(varying - frozenset().union(*each) for each in without)


def _shown(dimension: Dimension, question: Question, varying: frozenset[str]) -> tuple[str, ...]:
    if dimension.name not in varying:
        return (TOTAL,)
    return question.codes.get(dimension.name, dimension.codes)


def not_published(cube: Cube, dimensions: Iterable[str], rules: str) -> NotPublished:
    """Names the largest published tables within what was asked; where that is the grand total at most, those that share a dimension."""
    asked = frozenset(dimensions)
    within = [each for each in cube.tables if each and asked.issuperset(each)]
    largest = [each for each in within if not any(set(each) < set(other) for other in within)]
    instead = largest or [each for each in cube.tables if asked & set(each)] or list(cube.tables)
    return NotPublished([each.name for each in cube.dimensions if each.name in asked], instead=instead, rules=rules)


def pattern_of(cube: Cube, key: Key) -> tuple[str, ...]:
    """The dimensions that vary in a cell."""
    return tuple(each.name for each, code in zip(cube.dimensions, key, strict=True) if code != TOTAL)
