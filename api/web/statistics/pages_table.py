"""The numbers of a selection as people read them: one or more dimensions down, at most one across. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from api.web.statistics.pages import NumberCell, NumberRow, NumberTable
from api.web.statistics.pages_asking import Asked, query_of, question_of
from catalog.charts.words import digits, label_of
from catalog.statistics.columns import SIGNS, STATUS_TITLES
from catalog.statistics.selection import Selection
from catalog.statistics.shares import Share, share_in
from schemas.statistics import TOTAL, Cell, Dimension, Role

#: The rest is in the files.
MOST_ROWS = 200
_MOST_COLUMNS = 8


def number_table(asked: Asked, selection: Selection) -> NumberTable:
    across = _across(selection)
    down = [place for place, codes in enumerate(selection.codes) if len(codes) > 1 and place != across]
    if not down:
        down = [place for place, codes in enumerate(selection.codes) if codes != (TOTAL,)] or [0]
    cube, language = selection.cube, selection.language
    measure = cube.measure_title.in_language(language)
    keys = list(product(*(selection.codes[place] for place in down)))
    of = share_dimension(selection)
    return NumberTable(
        share_of=of.title.in_language(language) if of else "",
        caption=", ".join(filter(None, (measure, _fixed(selection, down, across)))),
        side=", ".join(cube.dimensions[place].title.in_language(language) for place in down),
        columns=(measure,) if across is None else tuple(_labels(cube.dimensions[across], selection.codes[across], language)),
        rows=tuple(_row(asked, selection, down, key, across) for key in keys[:MOST_ROWS]),
        total=len(keys),
    )


def share_dimension(selection: Selection) -> Dimension | None:
    """The one that was asked for; unasked, that of a table of one dimension. Numbers of several years are no parts of a whole."""
    if selection.share:
        return selection.cube.dimension(selection.share)
    varying = selection.varying
    return varying[0] if len(varying) == 1 and varying[0].role is not Role.TIME else None


def _shared(selection: Selection, cell: Cell) -> NumberCell:
    shown, of = number_cell(cell, selection.language), share_dimension(selection)
    found = share_in(selection, cell, of.name) if of else None
    return shown if found is None else replace(shown, share=share_words(found, selection.language))


def share_words(share: Share, language: str) -> str:
    """`35 %`, and how far it may be off where numbers are rounded: `35 % (33–37)`."""
    sign = "%" if language == "en" else "\u00a0%"
    return f"{share.percent}{sign}" + ("" if share.is_exact else f" ({share.least}–{share.most})")


def number_cell(cell: Cell, language: str) -> NumberCell:
    if cell.value is None:
        return NumberCell(text=SIGNS[cell.status], reason=STATUS_TITLES[cell.status].in_language(language))
    return NumberCell(text=digits(cell.value, language), reason="")


def _across(selection: Selection) -> int | None:
    """Place of the dimension that becomes columns: the one asked for, else the last of several if it is not too wide."""
    names = [each.name for each in selection.cube.dimensions]
    if selection.pivot:
        return names.index(selection.pivot)
    varying = [place for place, codes in enumerate(selection.codes) if len(codes) > 1]
    if len(varying) < 2:
        return None
    narrow = [place for place in varying if len(selection.codes[place]) <= _MOST_COLUMNS]
    return narrow[-1] if narrow else None


def _row(asked: Asked, selection: Selection, down: Sequence[int], key: Sequence[str], across: int | None) -> NumberRow:
    fixed = dict(zip(down, key, strict=True))
    codes = [(fixed[place],) if place in fixed else each for place, each in enumerate(selection.codes)]
    dimensions = selection.cube.dimensions
    labels = [label_of(dimensions[place], code, selection.language) for place, code in fixed.items()]
    question = question_of(selection.cube, codes, selection.language)
    cells = (selection.release.by_key[each] for each in _keys(codes))
    return NumberRow(
        label=", ".join(labels),
        link=asked.link(asked.path, query_of(question)),
        cells=tuple(_shared(selection, each) for each in cells),
    )


def _keys(codes: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    return product(*codes)


def _labels(dimension: Dimension, codes: Sequence[str], language: str) -> list[str]:
    return [label_of(dimension, each, language) for each in codes]


def _fixed(selection: Selection, down: Sequence[int], across: int | None) -> str:
    """What stands neither in a row nor in a column, unless it is the total."""
    return ", ".join(
        f"{dimension.title.in_language(selection.language)}: {label_of(dimension, codes[0], selection.language)}"
        for place, (dimension, codes) in enumerate(zip(selection.cube.dimensions, selection.codes, strict=True))
        if place not in down and place != across and codes != (TOTAL,)
    )
