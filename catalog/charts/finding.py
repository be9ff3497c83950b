"""What a selection says, in one sentence: from published numbers alone, and honest where most of them are missing. Pure."""

from collections.abc import Sequence

from catalog.charts.words import amount, digits, label, told, where
from catalog.statistics.selection import Selection
from schemas.statistics import TOTAL, UNKNOWN, Cell, Dimension, Role
from schemas.values import Text

_ONE = Text(de="{measure}: {value}.", en="{measure}: {value}.")
_ONE_MISSING = Text(de="{measure}: Diese Zahl ist {reason}.", en="{measure}: this number is {reason}.")
_ALL_MISSING = Text(de="{measure}: Alle {count} Zahlen sind {reason}.", en="{measure}: all {count} numbers are {reason}.")
_NONE = Text(de="{measure}: Keine der {count} Zahlen ist veröffentlicht.", en="{measure}: none of the {count} numbers is published.")
_FEW = Text(
    de="{measure}: Nur {published} von {count} Zahlen sind veröffentlicht; das trägt keine Aussage.",
    en="{measure}: only {published} of {count} numbers are published, too few for a finding.",
)
_TIME = Text(
    de="{measure}: {last} ({last_label}), nach {first} ({first_label}).",
    en="{measure}: {last} ({last_label}), after {first} ({first_label}).",
)
_SAME = Text(de="{measure}: alle {count} Zahlen sind gleich ({value}).", en="{measure}: all {count} numbers are the same ({value}).")
_MOST = Text(de="{measure}: am meisten bei {labels} ({value}){total}.", en="{measure}: most for {labels} ({value}){total}.")
_MOST_OF_SHOWN = Text(
    de="{measure}: von den veröffentlichten Zahlen die größte bei {labels} ({value}){total}.",
    en="{measure}: of the published numbers the largest for {labels} ({value}){total}.",
)
_TOTAL = Text(de=", insgesamt {value}", en=", {value} in total")
_SEVERAL = Text(de="{count} Gruppen", en="{count} groups")
_AND = Text(de=" und ", en=" and ")
_MOST_NAMED = 3
#: Points in time of which the first and the last still say something: half-years, a year of months.
_LONGEST_COURSE = 12


def finding(selection: Selection) -> str:
    """In the language of the selection. Never says more than the cells do."""
    cells = tuple(selection.cells())
    published = [each for each in cells if each.value is not None]
    if len(cells) == 1:
        return _of_one(selection, cells[0])
    if not published:
        return _nothing(selection, cells)
    if len(published) * 2 < len(cells) or len(published) < 2:
        return _say(selection, _FEW, published=_count(selection, published), count=_count(selection, cells))
    course = _course(selection, cells)
    if course:
        return _over_time(selection, course)
    return _largest(selection, published, complete=len(published) == len(cells))


def _of_one(selection: Selection, cell: Cell) -> str:
    if cell.value is not None:
        return _say(selection, _ONE, value=amount(cell.value, selection))
    return _say(selection, _ONE_MISSING, reason=told(cell, selection))


def _nothing(selection: Selection, cells: Sequence[Cell]) -> str:
    reasons = {each.status for each in cells}
    if len(reasons) == 1:
        return _say(selection, _ALL_MISSING, count=_count(selection, cells), reason=told(cells[0], selection))
    return _say(selection, _NONE, count=_count(selection, cells))


def _course(selection: Selection, cells: Sequence[Cell]) -> Sequence[Cell]:
    """The dated cells, where they are a course of time that is told by its ends: not too long, and both are published."""
    dated = [each for each in cells if UNKNOWN not in each.key]
    is_course = [each.role for each in _shown_beside(selection)] == [Role.TIME] and 2 <= len(dated) <= _LONGEST_COURSE
    return dated if is_course and dated[0].value is not None and dated[-1].value is not None else ()


def _over_time(selection: Selection, cells: Sequence[Cell]) -> str:
    first, last = cells[0], cells[-1]
    return _say(
        selection,
        _TIME,
        first=told(first, selection),
        first_label=label(first, selection),
        last=told(last, selection),
        last_label=label(last, selection),
    )


def _largest(selection: Selection, published: Sequence[Cell], *, complete: bool) -> str:
    """The total beside its parts is no largest part."""
    parts = [each for each in published if not _is_total(selection, each)]
    most = max(each.value for each in parts or published if each.value is not None)
    top = [each for each in parts or published if each.value == most]
    if len(top) == len(parts) and complete:
        return _say(selection, _SAME, count=_count(selection, parts), value=amount(most, selection))
    labels = _labels(selection, top)
    sentence = _MOST if complete else _MOST_OF_SHOWN
    return _say(selection, sentence, labels=labels, value=amount(most, selection), total=_in_total(selection))


def _labels(selection: Selection, top: Sequence[Cell]) -> str:
    """All that share the first place: a name left out would be wrong."""
    labels = [label(each, selection) for each in top]
    if len(labels) > _MOST_NAMED:
        return _SEVERAL.in_language(selection.language).format(count=_count(selection, top))
    return _AND.in_language(selection.language).join(filter(None, (", ".join(labels[:-1]), labels[-1])))


def _in_total(selection: Selection) -> str:
    """Of a whole table of one dimension, where its total is published."""
    varying = _varying(selection)
    if len(varying) != 1 or not any(set(codes) >= set(varying[0].codes) for codes in selection.codes):
        return ""
    key = tuple(codes[0] if len(codes) == 1 else TOTAL for codes in selection.codes)
    cell = selection.release.by_key.get(key)
    if cell is None or cell.value is None:
        return ""
    return _TOTAL.in_language(selection.language).format(value=amount(cell.value, selection))


def _is_total(selection: Selection, cell: Cell) -> bool:
    return any(len(codes) > 1 and code == TOTAL for codes, code in zip(selection.codes, cell.key, strict=True))


def _varying(selection: Selection) -> list[Dimension]:
    return [each for each, codes in zip(selection.cube.dimensions, selection.codes, strict=True) if len(codes) > 1]


def _shown_beside(selection: Selection) -> list[Dimension]:
    """Dimensions that vary; none where a total stands beside its parts."""
    return [] if any(len(codes) > 1 and TOTAL in codes for codes in selection.codes) else _varying(selection)


def _count(selection: Selection, cells: Sequence[Cell]) -> str:
    return digits(len(cells), selection.language)


def _say(selection: Selection, sentence: Text, **words: object) -> str:
    fixed = where(selection)
    measure = selection.cube.measure_title.in_language(selection.language) + (f" ({fixed})" if fixed else "")
    return sentence.in_language(selection.language).format(measure=measure, **words)
