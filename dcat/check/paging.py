"""Which page comes next, as two harvesters read it off a page."""

from dataclasses import dataclass

from dcat.check.graph import Graph
from dcat.namespaces import term

_PARTIAL, _PAGED = term("hydra:PartialCollectionView").value, term("hydra:PagedCollection").value


@dataclass(frozen=True, kw_only=True)
class Paging:
    paged: bool  #: there is a paging node
    ckan: str  #: next page as ckanext-dcat reads it, or ""
    piveau: str
    several: tuple[str, ...]  #: all next pages, when there are more than one
    total: int | None  #: hydra:totalItems as piveau finds it

    @property
    def next(self) -> str:
        return self.ckan or self.piveau


def paging(graph: Graph) -> Paging:
    views = [node for each in (_PARTIAL, _PAGED) for node in graph.instances(each)]
    nexts = dict.fromkeys(value for node in views for name in ("hydra:next", "hydra:nextPage") for value in _values(graph, node, name))
    total, piveau = _piveau(graph)
    return Paging(paged=bool(views), ckan=_ckan(graph), piveau=piveau, several=tuple(nexts) if len(nexts) > 1 else (), total=total)


def _ckan(graph: Graph) -> str:
    """harvest-rules 2.1: hydra:next, else nextPage, of a PartialCollectionView, then of a PagedCollection; IRI or text."""
    for class_ in (_PARTIAL, _PAGED):
        for node in graph.instances(class_):
            for name in ("hydra:next", "hydra:nextPage"):
                if values := _values(graph, node, name):
                    return values[0]
    return ""


def _piveau(graph: Graph) -> tuple[int | None, str]:
    """harvest-rules 2.2: a PagedCollection with totalItems and nextPage; else PartialCollectionView and next, totalItems anywhere."""
    for node in graph.instances(_PAGED):
        total = _number(_values(graph, node, "hydra:totalItems"))
        if total is not None:
            return total, next(iter(_values(graph, node, "hydra:nextPage")), "")
    for node in graph.instances(_PARTIAL):
        totals = [text for subject in graph.subjects() for text in _values(graph, subject, "hydra:totalItems")]
        return _number(totals), next(iter(_values(graph, node, "hydra:next")), "")
    return None, ""


def _values(graph: Graph, node: str, name: str) -> list[str]:
    return [each.value for each in graph.values(node, name)]


def _number(texts: list[str]) -> int | None:
    text = next(iter(texts), "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None
