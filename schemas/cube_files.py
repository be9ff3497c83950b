"""Declarations of statistics: `schemas/cubes/NAME.yaml`, and those that an installation has of its own (docs/cubes.md).

Read strictly: an unknown key, a field that its table does not have, a table with more person attributes than may meet, exact numbers of
persons: an error with file and line.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from schemas.cube_dimensions import DimensionReader, Read, condition
from schemas.cube_plan import Chosen, Coarsening, CubePlan, Distinct, Gate, Merging, Rows, about_of
from schemas.dates import PartialDate
from schemas.declaration import DATASET_NAME, RESERVED_NAMES, city_wide
from schemas.errors import ConfigurationError
from schemas.statistics import TOTAL, Break, Cube, Dimension, Profile, ReportedTotal, Role, Unit
from schemas.table import Disclosure, Table, common_tables, microdata_tables
from schemas.values import Licence, Text
from schemas.yaml_lines import Block, Value, one_of, read_yaml

#: Attributes of persons that may meet in one table (reference/statistics/privacy.md, section 5).
MOST_ATTRIBUTES = 2
_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_QUALIFIERS = ("exact", "min", "max", "approx")
_OPEN_UNITS = (Unit.EVENTS, Unit.PROCESSES, Unit.DAYS)


@cache
def shipped_cubes() -> Mapping[str, CubePlan]:
    """Those that come with klar, by name. Raises ConfigurationError."""
    folder = resources.files("schemas").joinpath("cubes")
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".yaml")), key=lambda each: each.name)
    return _by_name(cube_from(each.read_text(encoding="utf-8"), each.name) for each in files)


def declared_cubes(folder: Path | None = None) -> Mapping[str, CubePlan]:
    """The shipped ones and those in `folder`, if there is such a folder, by name. Raises ConfigurationError, also for a name that is there
    twice."""
    files = sorted(folder.glob("*.yaml")) if folder is not None else []
    own = [cube_from(_content(each), each.name) for each in files]
    return _by_name([*shipped_cubes().values(), *own])


#: Pages below /statistics that are no statistic.
_PAGES = frozenset({"reported", "questions"})


def cube_from(text: str, file: str) -> CubePlan:
    """One declaration; its name is that of the file. Raises ConfigurationError with file and line."""
    block = read_yaml(text, file)
    name = block["name"]
    if name.text() != file.removesuffix(".yaml") or not DATASET_NAME.fullmatch(name.text()) or name.text() in RESERVED_NAMES:
        raise name.error("die Statistik heißt wie ihre Datei, und so, wie Datensätze heißen können")
    if name.text() in _PAGES:
        raise name.error(f"unter /statistics/{name.text()} steht schon eine Seite")
    if name.text() in city_wide():
        raise name.error("so heißt schon ein Datensatz")
    return _Reader(block).plan()


def _break(value: Value) -> Break:
    block = value.block()
    day = block["date"]
    try:
        found = Break(since=PartialDate(day.text()), words=Text(de=block["de"].text(), en=block["en"].text()))
    except ValueError:
        raise day.error('ein Bruch braucht ein Datum wie "2023", "2023-07" oder "2023-07-01"') from None
    block.close()
    return found


class _Reader:
    def __init__(self, block: Block) -> None:
        self._block = block
        count = block["count"].block()
        self._rows = tuple(map(_rows, count["rows"].items()))
        self._distinct = Distinct(one_of(count["distinct"], [each.value for each in Distinct]))
        count.close()
        self._tables = [_table(each.table) for each in self._rows]
        self._private = {each.table in microdata_tables() for each in self._rows}
        if not self._rows or len(self._private) > 1 or (self._private == {False} and len(self._rows) > 1):
            raise count.place.error("gezählt werden Zeilen von Einzeldaten oder einer einzigen öffentlichen Tabelle")
        if self._distinct is Distinct.PERSON and not all("person" in each.field_names for each in self._tables):
            raise count.place.error("Personen lassen sich nur in Einzeldaten zählen")

    def plan(self) -> CubePlan:
        block = self._block
        reader = DimensionReader(self._tables, persons=self._distinct is Distinct.PERSON)
        read = [reader.dimension(each.block()) for each in block["dimensions"].items()]
        dimensions = tuple(each.dimension for each in read)
        cube = self._cube(dimensions)
        minors = block.get("minors")
        gate = one_of(block["gate"], [each.value for each in Gate])
        plan = CubePlan(
            cube=cube,
            rows=self._rows,
            how={each.dimension.name: each.how for each in read},
            distinct=self._distinct,
            gate=Gate(gate),
            coarsening=self._coarsening(read),
            merging=self._merging(read),
            reported=self._reported(dimensions),
            minors=minors is not None and minors.truth(),
            open_categories={each.dimension.name: each.categories for each in read if each.categories is not None},
            for_each=self._for_each(),
        )
        block.close()
        self._check_profile(plan)
        return plan

    def _cube(self, dimensions: tuple[Dimension, ...]) -> Cube:
        block = self._block
        measure = block["measure"].block()
        demonstration = block.get("demonstration")
        licence = block.get("licence")
        names = [_name(measure["name"]), *(each.name for each in dimensions)]
        if len(set(names)) < len(names):
            raise block["dimensions"].error("zwei Dimensionen heißen gleich, oder eine wie die Zahl")
        cube = Cube(
            name=block["name"].text(),
            title=block["title"].both(),
            notes=block["notes"].both(),
            measure=names[0],
            measure_title=measure["title"].both(),
            unit=Unit(one_of(measure["unit"], [each.value for each in Unit])),
            dimensions=dimensions,
            tables=self._planned(dimensions),
            profile=Profile(one_of(block["profile"], [each.value for each in Profile])),
            base_population=block["base_population"].both(),
            default_table=block["default_table"].texts(),
            breaks=self._breaks(),
            about=about_of(self._rows),
            licence=Licence[one_of(licence, [each.name for each in Licence])] if licence else None,
            demonstration=demonstration is not None and demonstration.truth(),
        )
        measure.close()
        if cube.default_table not in cube.tables:
            raise block["default_table"].error("die Auswahl, mit der Leser beginnen, ist keine der geplanten Tabellen")
        return cube

    def _breaks(self) -> tuple[Break, ...]:
        written = self._block.get("breaks")
        found = tuple(map(_break, written.items())) if written else ()
        if written and list(found) != sorted(found, key=lambda each: each.since.first_day()):
            raise written.error("die Brüche stehen nicht in der Reihenfolge ihrer Tage")
        return found

    def _planned(self, dimensions: Sequence[Dimension]) -> tuple[tuple[str, ...], ...]:
        known = {each.name: each for each in dimensions}
        planned: list[tuple[str, ...]] = []
        for each in self._block["tables"].items():
            table = each.texts()
            for name in table:
                if name not in known:
                    raise each.error(f"eine Dimension »{name}« gibt es nicht; es gibt {', '.join(known)}")
            if len(set(table)) < len(table) or set(table) in map(set, planned):
                raise each.error("diese Tabelle oder eine Dimension in ihr steht hier zweimal")
            if sum(known[name].person_attribute for name in table) > MOST_ATTRIBUTES:
                raise each.error(f"höchstens {MOST_ATTRIBUTES} Angaben zur Person dürfen in einer Tabelle zusammentreffen")
            if sum(known[name].role is Role.GEO for name in table) > 1:
                raise each.error("zwei räumliche Gliederungen dürfen in einer Tabelle nicht zusammentreffen")
            planned.append(table)
        return tuple(planned)

    def _coarsening(self, read: Sequence[Read]) -> tuple[Coarsening, ...]:
        given = self._block.get("coarsen")
        return tuple(_coarsening(each.block(), read) for each in given.items()) if given else ()

    def _merging(self, read: Sequence[Read]) -> Merging | None:
        given = self._block.get("merge_small")
        if given is None:
            return None
        block = given.block()
        name = block["dimension"].text()
        if not any(each.dimension.name == name and each.is_weighted for each in read):
            raise given.error(f"von »{name}« ist keine Größe bekannt (categories_of mit size)")
        merging = Merging(dimension=name, below=block["below"].whole(), title=block["title"].both())
        block.close()
        return merging

    def _reported(self, dimensions: Sequence[Dimension]) -> tuple[ReportedTotal, ...]:
        given = self._block.get("reported")
        return tuple(_reported(each.block(), dimensions) for each in given.items()) if given else ()

    def _for_each(self) -> tuple[str, ...]:
        given = self._block.get("for_each")
        names = given.texts() if given else ()
        for table in self._tables:
            known = [each.name for each in table.fields if each.required and each.disclosure is Disclosure.PUBLIC]
            if given and not set(names) <= set(known):
                raise given.error(f"eine Statistik je Wert gibt es nur für öffentliche Pflichtfelder: {', '.join(known)}")
        if given and self._private != {True}:
            raise given.error("for_each gibt es nur für Einzeldaten")
        return names

    def _check_profile(self, plan: CubePlan) -> None:
        """What persons are or make is never counted exactly, and never without a gate."""
        harmless = plan.cube.unit in _OPEN_UNITS and self._private == {False}
        if plan.cube.profile is Profile.OPEN and not harmless:
            raise self._block["profile"].error(
                "open gibt es nur für Zählungen öffentlicher Zeilen, die keine Personen und nichts von Personen sind"
            )
        if plan.gate is Gate.NONE and not harmless:
            raise self._block["gate"].error("none gibt es nur, wo das Profil open sein darf")
        # Which choices are listed tells which of them at least ten persons made: no more than the numbers themselves then do.
        chosen = [name for name, each in plan.open_categories.items() if isinstance(each, Chosen)]
        if chosen and (plan.cube.profile is not Profile.ROUND10 or not {(name,) for name in chosen} <= set(plan.cube.tables)):
            raise self._block["profile"].error("chosen verlangt das Profil round10 und die Tabelle der Dimension allein")


def _rows(value: Value) -> Rows:
    block = value.block()
    table = block["table"]
    one_of(table, sorted([*microdata_tables(), *common_tables()]))
    where, unless = (condition(each, _table(table.text())) if each else {} for each in (block.get("where"), block.get("unless")))
    block.close()
    return Rows(table=table.text(), where=where, unless=unless)


def _table(name: str) -> Table:
    return {**common_tables(), **microdata_tables()}[name]


def _coarsening(block: Block, read: Sequence[Read]) -> Coarsening:
    name = one_of(block["dimension"], [each.dimension.name for each in read])
    dimension = next(each.dimension for each in read if each.dimension.name == name)
    given = block.get("groups")
    groups = tuple(each.texts() for each in given.items()) if given else ()
    for group in groups:
        if len(group) < 2 or not set(group) <= set(dimension.codes):
            raise block["groups"].error(f"eine Gruppe nennt mehrere Kategorien von »{name}«; es gibt {', '.join(dimension.codes)}")
    block.close()
    return Coarsening(dimension=name, groups=groups)


def _reported(block: Block, dimensions: Sequence[Dimension]) -> ReportedTotal:
    where, address = block.get("where"), block.get("source_url")
    codes = {name: value.text() for name, value in where.block().everything().items()} if where else {}
    for name, code in codes.items():
        if code not in next((each.codes for each in dimensions if each.name == name), ()):
            raise block["where"].error(f"eine Kategorie »{code}« der Dimension »{name}« steht nicht in dieser Datei")
    found = ReportedTotal(
        key=tuple(codes.get(each.name, TOTAL) for each in dimensions),
        value=block["value"].whole(),
        qualifier=one_of(block["qualifier"], _QUALIFIERS),
        source=block["source"].text(),
        source_url=address.text() if address else "",
    )
    block.close()
    return found


def _name(value: Value) -> str:
    if not _NAME.fullmatch(value.text()):
        raise value.error("erlaubt sind kleine Buchstaben, Ziffern und _")
    return value.text()


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name} kann nicht gelesen werden") from error


def _by_name(plans: Iterable[CubePlan]) -> dict[str, CubePlan]:
    found: dict[str, CubePlan] = {}
    for each in plans:
        if each.name in found:
            raise ConfigurationError(f"Die Statistik {each.name!r} gibt es zweimal")
        found[each.name] = each
    return found
