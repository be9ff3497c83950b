"""Numbers, labels and reasons in words, as charts and pages write them. Pure."""

from functools import lru_cache

from catalog.statistics.columns import GRAND_TOTAL, STATUS_TITLES
from catalog.statistics.selection import Selection
from schemas.statistics import TOTAL, Cell, Dimension, Profile
from schemas.values import Text

ROUNDED = (Profile.ROUND5, Profile.ROUND10)
_ABOUT = Text(de="rund\u00a0", en="about\u00a0")


def amount(value: int, selection: Selection) -> str:
    """`rund 1.250`, on one line; exact numbers without the word."""
    about = _ABOUT.in_language(selection.language) if selection.cube.profile in ROUNDED else ""
    return about + digits(value, selection.language)


def digits(value: int, language: str) -> str:
    """`1.250` in German, `1,250` in English."""
    return f"{value:,}".replace(",", "." if language == "de" else ",")


def told(cell: Cell, selection: Selection) -> str:
    """The number, or why there is none."""
    if cell.value is None:
        return STATUS_TITLES[cell.status].in_language(selection.language)
    return amount(cell.value, selection)


def label(cell: Cell, selection: Selection) -> str:
    """The codes that vary, in words: `1. Halbjahr 2026, unter 30`."""
    return ", ".join(
        label_of(dimension, code, selection.language)
        for dimension, codes, code in zip(selection.cube.dimensions, selection.codes, cell.key, strict=True)
        if len(codes) > 1
    )


def where(selection: Selection) -> str:
    """What was fixed: `Ortsbezirk: Dansenberg`; "" for nothing."""
    fixed = [
        f"{dimension.title.in_language(selection.language)}: {label_of(dimension, codes[0], selection.language)}"
        for dimension, codes in zip(selection.cube.dimensions, selection.codes, strict=True)
        if len(codes) == 1 and codes != (TOTAL,)
    ]
    return "; ".join(fixed)


def label_of(dimension: Dimension, code: str, language: str) -> str:
    """Raises KeyError for a code that the dimension does not have."""
    return _labels(dimension)[code].in_language(language)


@lru_cache(maxsize=256)
def _labels(dimension: Dimension) -> dict[str, Text]:
    return {TOTAL: GRAND_TOTAL} | {each.code: each.title for each in dimension.categories}
