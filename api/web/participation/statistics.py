"""Which releases of statistics tell a project or process apart from others."""

from collections.abc import Mapping
from urllib.parse import urlencode

from api.web.web import Web
from schemas.statistics import Cube
from schemas.values import Text

#: Dimension -> kind of what its codes are keys of.
_DIMENSIONS: Mapping[str, str] = {"process": "process", "project": "project"}
Mentions = Mapping[tuple[str, str], tuple[tuple[Text, str], ...]]


def mentions(web: Web) -> Mentions:
    """(kind, key) -> title and path of the newest release of each statistic, narrowed to it. Reads releases and nothing else."""
    found: dict[tuple[str, str], list[tuple[Text, str]]] = {}
    for head in web.services.store.statistics():
        cube = web.services.store.release(head.cube, head.name).cube
        for name, kind in _DIMENSIONS.items():
            for code in _codes(cube, name):
                path = f"/statistics/{cube.name}?{urlencode({name: code})}"
                found.setdefault((kind, code), []).append((cube.title, path))
    return {key: tuple(each) for key, each in found.items()}


def _codes(cube: Cube, dimension: str) -> tuple[str, ...]:
    """Of a dimension that varies in some table alone: only then there is an answer to it. Invented numbers stay on pages of their own."""
    return cube.dimension(dimension).codes if (dimension,) in cube.tables and not cube.demonstration else ()
