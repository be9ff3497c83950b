"""Statistics that a pattern stands for: one for each combination of values that rows have, such as each question of each survey."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from catalog.cubes.coding import Observed
from catalog.cubes.counting import is_counted
from schemas.cube_plan import CubePlan, FromField, PublicRows, about_of
from schemas.declaration import DATASET_NAME
from schemas.values import Text

_NOT_IN_NAMES = re.compile(r"[^a-z0-9-]")
#: Between the parts of a name; no key of a process and no code of a question has it.
_BETWEEN = "_"
_LONGEST = 100


def statistics_of(pattern: CubePlan, rows: Iterable[Observed], public: PublicRows) -> Iterator[CubePlan]:
    """In the order of their values; none for values of which nobody chose anything (open questions). What `{process_id}` means in words is
    the title of the published row with that key."""
    counted = {each.table: each for each in pattern.rows}
    found = {
        tuple(str(row.values[name]) for name in pattern.for_each)
        for row in rows
        if is_counted(row, counted, demonstration=pattern.cube.demonstration) and _says_something(pattern, row)
    }
    for values in sorted(found):
        yield _statistic(pattern, dict(zip(pattern.for_each, values, strict=True)), public)


def _says_something(pattern: CubePlan, row: Observed) -> bool:
    fields = [how.fields[row.table] for name, how in pattern.how.items() if name in pattern.chosen and isinstance(how, FromField)]
    return not fields or any(row.values.get(each) not in (None, "") for each in fields)


def _statistic(pattern: CubePlan, values: Mapping[str, str], public: PublicRows) -> CubePlan:
    words = {name: _words(name, value, public) for name, value in values.items()}
    cube = pattern.cube
    texts = (cube.title, cube.notes, cube.base_population)
    title, notes, base_population = (Text(de=_filled(each.de, words), en=_filled(each.en, words)) for each in texts)
    chosen = {name: (value,) for name, value in values.items()}
    rows = tuple(replace(each, where={**each.where, **chosen}) for each in pattern.rows)
    name = name_of(cube.name, tuple(values.values()))
    made = replace(cube, name=name, title=title, notes=notes, base_population=base_population, about=about_of(rows))
    return replace(pattern, cube=made, rows=rows, for_each=())


def name_of(pattern: str, values: tuple[str, ...]) -> str:
    """`antworten_spielplatz-2026_zufriedenheit`: the same for ever. What no name can say, or is too long for one, gets a hash."""
    said = [_NOT_IN_NAMES.sub("-", each) for each in values]
    name = _BETWEEN.join((pattern, *said))
    if tuple(said) == values and len(name) <= _LONGEST:
        return name
    mark = hashlib.sha256(_BETWEEN.join(values).encode()).hexdigest()[:8]
    short = f"{name[: _LONGEST - len(mark) - 1]}{_BETWEEN}{mark}"
    assert DATASET_NAME.fullmatch(short), "letters, digits and lines"
    return short


def _words(field: str, value: str, public: PublicRows) -> str:
    table = field.removesuffix("_id")
    row = public(table).get(value, {}) if table != field else {}
    return str(row.get("title") or value)


def _filled(text: str, words: Mapping[str, str]) -> str:
    for name, said in words.items():
        text = text.replace(f"{{{name}}}", said)
    return text
