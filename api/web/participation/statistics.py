"""Which releases of statistics are about one project or process alone, or tell it apart from others."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from api.web.participation.chain import COMPARED
from api.web.participation.gathering import Dossier
from api.web.web import Web
from schemas.statistics import Cube
from schemas.values import Text

#: Dimension -> kind of what its codes are keys of.
_DIMENSIONS: Mapping[str, str] = {"process": "process", "project": "project"}
Mentions = Mapping[tuple[str, str], tuple[tuple[Text, str], ...]]


def mentions(web: Web) -> Mentions:
    """(kind, key) -> title and path of the newest release of each statistic, narrowed to it; (statistic, name) for those that compare.
    Reads releases and nothing else."""
    found: dict[tuple[str, str], list[tuple[Text, str]]] = {}
    for head in web.services.store.statistics():
        cube = web.services.store.release(head.cube, head.name).cube
        for subject, path in () if cube.demonstration else _subjects(cube):  # invented numbers stay on pages of their own
            found.setdefault(subject, []).append((cube.title, path))
    return {key: tuple(each) for key, each in found.items()}


def compared(told: Mentions) -> tuple[tuple[Text, str], ...]:
    """Statistics over all processes and events, in the order of the chain."""
    return tuple(each for name in COMPARED for each in told.get(("statistic", name), ()))


def told_of(dossier: Dossier, told: Mentions) -> tuple[tuple[Text, str], ...]:
    """Those of a project, then those of its processes; each once."""
    subjects = [(dossier.kind, str(dossier.row["id"])), *(("process", str(each["id"])) for each in dossier.processes)]
    return tuple(dict.fromkeys(each for subject in subjects for each in told.get(subject, ())))


def _subjects(cube: Cube) -> Iterator[tuple[tuple[str, str], str]]:
    path = f"/statistics/{cube.name}"
    if cube.name in COMPARED:
        yield ("statistic", cube.name), path
    yield from ((subject, path) for subject in cube.about)
    for name, kind in _DIMENSIONS.items():
        yield from (((kind, code), f"{path}?{urlencode({name: code})}") for code in _codes(cube, name))


def _codes(cube: Cube, dimension: str) -> tuple[str, ...]:
    """Of a dimension that varies in some table alone: only then there is an answer to it."""
    return cube.dimension(dimension).codes if (dimension,) in cube.tables else ()
