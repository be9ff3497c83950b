"""Where everything of a chart stands: pure, and without measuring fonts, so that the same cells give the same picture wherever it is drawn.

A course of time stands in columns from left to right. Anything else lies in bars below each other, each with its label and its number:
readable on a telephone, and nothing is told by colour alone. Where there is no number, words or a sign say why.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from math import ceil
from textwrap import wrap

from catalog.charts.placing import LEFT, WIDTH, Bar, Layout, Line, Sheet, headed, write_source
from catalog.charts.words import digits, label_of
from catalog.statistics.columns import SIGNS, STATUS_TITLES
from catalog.statistics.selection import Selection
from schemas.statistics import Cell, Role

#: Room for the number behind the longest bar, or for the words instead of one.
_BEHIND = 62
_LONGEST_BESIDE = 18  #: characters of a label that stands beside its bar; longer ones stand above
_CHARACTER = 8.3  #: pixels of a label's character, generously
_LABEL_CHARACTERS = 40
_COLUMN_HEIGHT = 170
_MOST_NUMBERED = 12  #: columns that all have their number above
_LABEL_WIDTH = 96  #: pixels from label to label where not all columns have one
_SMALL_CHARACTER = 7.5
_ROOM_OF_A_SIGN = 24
_DENSE_SIGN = "·"


def layout(selection: Selection, publisher: str) -> Layout:
    """Of a selection in which one or two dimensions vary."""
    places = [place for place, codes in enumerate(selection.codes) if len(codes) > 1]
    if len(places) == 1 and selection.cube.dimensions[places[0]].role is Role.TIME:
        return _columns(headed(selection), publisher, places[0])
    return _bars(headed(selection), publisher)


def _bars(sheet: Sheet, publisher: str) -> Layout:
    selection = sheet.selection
    groups = list(_groups(selection))
    longest = max(len(_label(selection, each, place)) for _, place, cells in groups for each in cells)
    beside = longest <= _LONGEST_BESIDE
    zero = LEFT + (longest * _CHARACTER if beside else 0)
    top = WIDTH - LEFT - _BEHIND
    for heading, place, cells in groups:
        sheet.y += 6
        if heading:
            sheet.write(heading, "heading", 20, characters=_LABEL_CHARACTERS)
            sheet.y += 4
        for cell in cells:
            _row(sheet, cell, _label(selection, cell, place), zero, beside=beside, pixels=(top - zero) / sheet.most)
    write_source(sheet, publisher)
    return sheet.finished(standing=False, zero=zero, top=top)


def _groups(selection: Selection) -> Iterator[tuple[str, int, Sequence[Cell]]]:
    """Heading, place of the dimension that the labels name, cells."""
    places = [place for place, codes in enumerate(selection.codes) if len(codes) > 1]
    if len(places) == 1:
        yield "", places[0], tuple(selection.cells())
        return
    outer, inner = places
    dimension = selection.cube.dimensions[outer]
    for code, cells in groupby(selection.cells(), key=lambda each: each.key[outer]):
        yield label_of(dimension, code, selection.language), inner, tuple(cells)


def _label(selection: Selection, cell: Cell, place: int) -> str:
    return label_of(selection.cube.dimensions[place], cell.key[place], selection.language)


def _row(sheet: Sheet, cell: Cell, label: str, zero: float, *, beside: bool, pixels: float) -> None:
    """`pixels`: of one."""
    if beside:
        sheet.lines.append(Line(text=label, x=LEFT, y=sheet.y + 18, style="label"))
    else:
        sheet.write(label, "label", 18, characters=_LABEL_CHARACTERS)
    start = sheet.y + (6 if beside else 4)
    sheet.y = start + 16
    if cell.value is None:
        text, style, x = STATUS_TITLES[cell.status].in_language(sheet.selection.language), "missing", zero
    else:
        text, style, x = digits(cell.value, sheet.selection.language), "value", zero + cell.value * pixels
        sheet.bars.append(Bar(value=cell.value, start=start, end=start + 16))
    sheet.lines.append(Line(text=text, x=round(x + 6, 2), y=start + 12.5, style=style))


def _columns(sheet: Sheet, publisher: str, place: int) -> Layout:
    selection = sheet.selection
    cells = tuple(selection.cells())
    step = (WIDTH - 2 * LEFT) / len(cells)
    top = sheet.y + 30
    zero = top + _COLUMN_HEIGHT
    if len(cells) > _MOST_NUMBERED:
        sheet.lines.append(Line(text=digits(sheet.most, selection.language), x=LEFT, y=top - 5, style="value"))
    for index, cell in enumerate(cells):
        _column(sheet, cell, LEFT + index * step, step, zero, numbered=len(cells) <= _MOST_NUMBERED)
    sheet.y = zero
    _write_below(sheet, [_label(selection, each, place) for each in cells], step)
    _write_signs(sheet, cells, dense=step < _ROOM_OF_A_SIGN)
    write_source(sheet, publisher)
    return sheet.finished(standing=True, zero=zero, top=top)


def _column(sheet: Sheet, cell: Cell, x: float, step: float, zero: float, *, numbered: bool) -> None:
    middle = round(x + step / 2, 2)
    if cell.value is None:
        sign = _DENSE_SIGN if step < _ROOM_OF_A_SIGN else SIGNS[cell.status]
        sheet.lines.append(Line(text=sign, x=middle, y=zero - 4, style="missing", align="center"))
        return
    sheet.bars.append(Bar(value=cell.value, start=round(x + step * 0.1, 2), end=round(x + step * 0.9, 2)))
    if numbered:
        y = round(zero - cell.value * _COLUMN_HEIGHT / sheet.most - 5, 2)
        sheet.lines.append(Line(text=digits(cell.value, sheet.selection.language), x=middle, y=y, style="value", align="center"))


def _write_below(sheet: Sheet, labels: Sequence[str], step: float) -> None:
    """Labels of all columns where every word has room, else of as many as have."""
    longest = max(len(word) for each in labels for word in each.split())
    every = longest * _SMALL_CHARACTER <= step
    apart = 1 if every else ceil(_LABEL_WIDTH / step)
    room = int(step * apart / _SMALL_CHARACTER)
    lowest = sheet.y
    for index in range(0, len(labels), apart):
        x = round(LEFT + index * step + (step / 2 if every else 0), 2)
        if not every and x + len(labels[index]) * _SMALL_CHARACTER > WIDTH:
            break
        for number, text in enumerate(wrap(labels[index], max(1, room), break_long_words=False), start=1):
            y = sheet.y + 16 * number
            sheet.lines.append(Line(text=text, x=x, y=y, style="small", align="center" if every else "left"))
            lowest = max(lowest, y)
    sheet.y = lowest


def _write_signs(sheet: Sheet, cells: Sequence[Cell], *, dense: bool) -> None:
    """What the signs mean that stand in place of columns; between narrow ones there is room for one sign alone."""
    language = sheet.selection.language
    found = Counter(each.status for each in cells if each.value is None)
    if not found:
        return
    titles = {each: STATUS_TITLES[each].in_language(language) for each in found}
    listed = [f"{titles[each]} ({found[each]})" if dense else f"{SIGNS[each]} {titles[each]}" for each in found]
    sheet.y += 4
    sheet.write((f"{_DENSE_SIGN} " if dense else "") + "; ".join(listed), "quiet", 18)
