"""Which charts a release has, and which one goes with a question: pure, and the same for whoever draws and whoever shows.

There is one for every planned table of one or two dimensions, and for every single code of one of two dimensions that is not too long:
finitely many, whatever is asked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from catalog.statistics.selection import Selection
from schemas.statistics import TOTAL, CellStatus, Cube, Release, Role

#: More bars below each other than this nobody reads in one picture.
MOST_BARS = 40
#: Columns beside each other, of a course of time: 16 years of months.
MOST_COLUMNS = 192
#: Two numbers are a sentence, no picture (participation/journalist-questions.md).
FEWEST_VALUES = 3
LANGUAGES = ("de", "en")
FORMS = ("svg", "png")


class Refusal(Enum):
    """Why there is no chart."""

    FEW = "few"
    WITHHELD = "withheld"
    MANY = "many"
    DIMENSIONS = "dimensions"


@dataclass(frozen=True, kw_only=True)
class Nearest:
    """The chart that goes with a selection."""

    name: str
    exact: bool  #: False: it shows more than what was asked


def pictures_of(release: Release, language: str = "de") -> Mapping[str, Selection]:
    """Name -> what is shown, of every chart that is worth drawing."""
    selections = (Selection(release=release, codes=codes, language=language) for codes in _planned(release.cube))
    return {_name(each.cube, each.codes): each for each in selections if refusal(each) is None}


def nearest(selection: Selection) -> Nearest | Refusal:
    """The chart of these cells, else that of the whole table they are from; or why there is none."""
    asked = tuple(map(_ends, selection.codes))
    whole = tuple(codes if len(codes) == 1 else dimension.codes for dimension, codes in zip(selection.cube.dimensions, asked, strict=True))
    found = refusal(Selection(release=selection.release, codes=whole, language=selection.language))
    if found is not None:
        return found
    return Nearest(name=_name(selection.cube, whole), exact=whole == selection.codes)


def refusal(selection: Selection) -> Refusal | None:
    """Why this is not drawn; None when it is."""
    if _is_one_of_many(selection):
        return Refusal.MANY
    varying = [codes for codes in selection.codes if len(codes) > 1]
    fixed = [codes for codes in selection.codes if len(codes) == 1 and codes != (TOTAL,)]
    cells = tuple(selection.cells()) if len(varying) + len(fixed) <= 2 else ()
    if not cells:
        return Refusal.DIMENSIONS
    if len(cells) < FEWEST_VALUES:
        return Refusal.FEW
    published = sum(each.status is CellStatus.PUBLISHED for each in cells)
    if published * 2 < len(cells):
        return Refusal.WITHHELD
    if published < FEWEST_VALUES:
        return Refusal.FEW
    return Refusal.MANY if len(cells) > (MOST_COLUMNS if _is_course(selection) else MOST_BARS) else None


def _is_one_of_many(selection: Selection) -> bool:
    """A chart for each of a hundred months would be a hundred charts, which take a minute to draw and which nobody looks at."""
    pairs = zip(selection.cube.dimensions, selection.codes, strict=True)
    return any(len(codes) == 1 and codes != (TOTAL,) and len(dimension.codes) > MOST_BARS for dimension, codes in pairs)


def _is_course(selection: Selection) -> bool:
    varying = [each for each, codes in zip(selection.cube.dimensions, selection.codes, strict=True) if len(codes) > 1]
    return [each.role for each in varying] == [Role.TIME]


def part(language: str, name: str, form: str) -> str:
    """Under which a chart is kept."""
    return f"{language}/{name}.{form}"


def _ends(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Without the total beside other codes: a bar of everything makes all others small."""
    return codes if len(codes) == 1 else tuple(each for each in codes if each != TOTAL)


def _planned(cube: Cube) -> Iterator[tuple[tuple[str, ...], ...]]:
    total = {each.name: (TOTAL,) for each in cube.dimensions}
    codes = {each.name: each.codes for each in cube.dimensions}
    for table in cube.tables:
        if not 1 <= len(table) <= 2:
            continue
        yield tuple((total | {name: codes[name] for name in table}).values())
        for fixed in table if len(table) == 2 else ():
            for code in codes[fixed]:
                yield tuple((total | {name: codes[name] for name in table} | {fixed: (code,)}).values())


def _name(cube: Cube, codes: tuple[tuple[str, ...], ...]) -> str:
    """`age+district`, or `age@district=01`."""
    pairs = list(zip(cube.dimensions, codes, strict=True))
    varying = "+".join(dimension.name for dimension, each in pairs if len(each) > 1)
    fixed = "".join(f"@{dimension.name}={each[0]}" for dimension, each in pairs if len(each) == 1 and each != (TOTAL,))
    return varying + fixed
