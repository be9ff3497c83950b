"""What is asked of search, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from catalog.search.condition import EVERYTHING, Condition

#: Values of the facet `updated`: at most this old; `older` is what is older than all. 30d lies within 1y.
UPDATED: Mapping[str, timedelta] = {"30d": timedelta(days=30), "1y": timedelta(days=365)}
OLDER = "older"
Sort = Literal["relevance", "modified", "issued", "title", "name", "uuid"]
SORTS: tuple[Sort, ...] = ("relevance", "modified", "issued", "title", "name", "uuid")


@dataclass(frozen=True, kw_only=True)
class Query:
    """Several values of one filter: any of them. Several filters: all of them. Raises ValueError for a page or size below 1,
    and an unknown sort or `updated`; texts are never wrong."""

    text: str = ""
    theme: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    licence: tuple[str, ...] = ()
    catalogue: tuple[str, ...] = ()
    updated: str = ""  #: "", 30d, 1y or older
    sort: Sort = "relevance"  #: without words: the last modified first
    language: str = "de"  #: of the titles that `title` sorts by
    backwards: bool = False  #: the other way round: oldest, last in the alphabet; relevance has no other way
    page: int = 1
    page_size: int = 20
    offset: int | None = None  #: instead of a page
    condition: Condition = EVERYTHING  #: over LABELS, `name`, `licence`, `modified`, `issued`
    counted: tuple[str, ...] = ()  #: LABELS whose values are counted in what was found
    faceted: bool = True  #: whether the facets are counted

    def __post_init__(self) -> None:
        if self.page < 1 or self.page_size < 1 or (self.offset or 0) < 0:
            raise ValueError("page and page_size start at 1")
        if self.updated not in ("", *UPDATED, OLDER):
            raise ValueError(f"updated is not one of {', '.join((*UPDATED, OLDER))}")
        if self.sort not in SORTS:
            raise ValueError(f"sort is not one of {', '.join(SORTS)}")


@dataclass(frozen=True, kw_only=True)
class Found:
    total: int
    names: tuple[str, ...]  #: of the data sets on this page
    #: theme, kind, format, licence, catalogue, updated -> (value, number of data sets), most first; each counted with all *other* filters,
    #: so that choosing a value leads to exactly that many. Values without data sets are left out.
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    relaxed: bool  #: no data set has all the words: these have some of them
    suggestion: str  #: the text with a spelling that finds something, or ""
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  #: of the labels that were asked for, most first


def oldest(updated: str, now: datetime) -> datetime:
    return now - UPDATED[updated]
