"""Search over the published state: the index is caught up when the revision has moved, then asked."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from api.indexing import index_published
from api.web.pages import Card, Choice, Facet, Link, SearchPage
from api.web.parameters import KINDS, PAGE_SIZE, ListParameters, SearchParameters
from api.web.problems import UnknownPage
from api.web.record import summary_json
from api.web.texts import text
from api.web.web import Web
from catalog.search import Query
from catalog.search.query import Sort
from schemas.file_types import format_word
from schemas.model import Dataset
from schemas.values import FileFormat, Licence, Theme

_SPACES = re.compile(r"\s+")
#: Facets in the order of the page, and whether they stand unfolded.
_FACET_NAMES = {"type": "kind", "theme": "theme", "format": "format", "license": "licence", "catalogue": "catalogue", "updated": "updated"}
_SORTS: Mapping[str, Sort] = {"relevance": "relevance", "updated": "modified", "title": "title"}
_FACETS = {"type": True, "theme": True, "format": False, "license": False, "catalogue": False, "updated": False}


@dataclass(frozen=True, kw_only=True)
class FoundDatasets:
    """One page of hits."""

    total: int
    datasets: tuple[Dataset, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]]  #: parameter -> values with counts
    relaxed: bool  #: no data set has all words; these have some
    suggestion: str  #: the words in a spelling that finds something


def card(dataset: Dataset) -> Card:
    """NDJSON is left out: for readers of a list it is JSON once more."""
    formats = [text(f"short_{each.format.extension}", "de") for each in dataset.distributions if each.format is not FileFormat.NDJSON]
    formats += [word for word in map(format_word, dataset.links) if word]
    return Card(
        name=dataset.name,
        title=dataset.title,
        summary=dataset.description,
        kind=dataset.kind,
        modified=dataset.modified,
        rows=dataset.rows,
        formats=tuple(dict.fromkeys(formats)),
        catalogue=dataset.upstream.catalogue if dataset.upstream else "",
        licence=dataset.licence.title,
    )


def search_page(web: Web, parameters: SearchParameters, language: str) -> SearchPage:
    """Raises UnknownPage beyond the last page."""
    found = find(web, parameters, PAGE_SIZE, language)
    address = _Address(web=web, language=language, parameters=parameters)
    pages = require_page(parameters.page, found.total, PAGE_SIZE)
    return SearchPage(
        query=parameters.q,
        total=found.total,
        number=parameters.page,
        pages=pages,
        cards=tuple(card(each) for each in found.datasets),
        facets=_facets(found, address),
        chips=_chips(address),
        sorts=_sorts(address),
        kept=tuple((name, value) for name, values in selected(parameters).items() for value in values),
        previous=address.with_page(parameters.page - 1) if parameters.page > 1 else "",
        next=address.with_page(parameters.page + 1) if parameters.page < pages else "",
        suggestion=_suggestion(found, address),
        relaxed=found.relaxed,
        json=web.addresses.file("/api/v1/datasets") + query_string(parameters, without=("page",)),
        wish=_wish(web, parameters.q, language),
    )


def found_json(web: Web, parameters: ListParameters) -> dict[str, Any]:
    """The same search for programs."""
    found = find(web, parameters, parameters.limit)
    pages = require_page(parameters.page, found.total, parameters.limit)

    def address(page: int) -> str:
        extra = (("limit", str(parameters.limit)), ("page", str(page)))
        return web.addresses.absolute("/api/v1/datasets") + query_string(parameters, without=("page",), extra=extra)

    return {
        "total": found.total,
        "page": parameters.page,
        "pages": pages,
        "relaxed": found.relaxed,
        "suggestion": found.suggestion or None,
        "limit": parameters.limit,
        "next": address(parameters.page + 1) if parameters.page < pages else None,
        "previous": address(parameters.page - 1) if parameters.page > 1 else None,
        "datasets": [summary_json(each, web.addresses) for each in found.datasets],
        "facets": {name: [{"value": value, "count": count} for value, count in counts] for name, counts in found.facets.items()},
    }


def require_page(page: int, total: int, size: int) -> int:
    """Number of pages; an empty result has one. Raises UnknownPage."""
    pages = max(math.ceil(total / size), 1)
    if page > pages:
        raise UnknownPage(f"{page} > {pages}")
    return pages


def selected(parameters: SearchParameters) -> dict[str, tuple[str, ...]]:
    """What is narrowed down by, by parameter."""
    chosen = {name: getattr(parameters, name) for name in _FACETS}
    return {name: (value,) if isinstance(value, str) else tuple(value) for name, value in chosen.items() if value}


def query_string(parameters: SearchParameters, *, without: Sequence[str] = (), extra: Sequence[tuple[str, str]] = ()) -> str:
    """`?q=…` in a fixed order, so that one search has one address; "" when nothing is asked."""
    pairs = [("q", _SPACES.sub(" ", parameters.q).strip())]
    pairs += [(name, value) for name, values in selected(parameters).items() for value in values]
    pairs += [("sort", parameters.sort or ""), ("page", str(parameters.page) if parameters.page > 1 else "")]
    kept = [(name, value) for name, value in pairs if value and name not in without]
    return f"?{urlencode([*kept, *extra])}" if kept or extra else ""


@dataclass(frozen=True, kw_only=True)
class _Address:
    """Addresses of neighbouring searches."""

    web: Web
    language: str
    parameters: SearchParameters

    def of(self, **changes: object) -> str:
        changed = self.parameters.model_copy(update={"page": 1, **changes})
        return self.web.addresses.page("/datasets", self.language) + query_string(changed)

    def with_page(self, page: int) -> str:
        return self.of(page=page)

    def toggled(self, name: str, value: str) -> str:
        """With this value switched on or off; `updated` takes one value at a time."""
        if name == "updated":
            return self.of(updated=None if self.parameters.updated == value else value)
        chosen: list[str] = list(getattr(self.parameters, name))
        return self.of(**{name: [each for each in chosen if each != value] if value in chosen else [*chosen, value]})


def _facets(found: FoundDatasets, address: _Address) -> tuple[Facet, ...]:
    chosen = selected(address.parameters)
    facets = []
    for name, open_ in _FACETS.items():
        active = chosen.get(name, ())
        counts = dict.fromkeys(active, 0) | dict(found.facets.get(name, ()))
        choices = tuple(
            Choice(
                label=label_of(name, value, address.language),
                count=count,
                link=address.toggled(name, value),
                active=value in active,
            )
            for value, count in counts.items()
            if (count or value in active) and is_offered(name, value)
        )
        if choices:
            facets.append(Facet(title=text(f"facet_{name}", address.language), choices=choices, open=open_ or bool(active)))
    return tuple(facets)


def is_offered(facet: str, value: str) -> bool:
    """A data set that describes itself may claim a kind that no parameter takes."""
    return facet != "type" or value in KINDS


def _chips(address: _Address) -> tuple[Link, ...]:
    parameters = address.parameters
    words = (Link(label=f"„{parameters.q}“", link=address.of(q="")),) if parameters.q else ()
    facets = tuple(
        Link(label=label_of(name, value, address.language), link=address.toggled(name, value))
        for name, values in selected(parameters).items()
        for value in values
    )
    return (*words, *facets)


def _sorts(address: _Address) -> tuple[Link, ...]:
    current = address.parameters.sort or default_sort(address.parameters)
    offered = ("relevance", "updated", "title") if address.parameters.q else ("updated", "title")
    return tuple(
        Link(label=text(f"sort_{each}", address.language), link=address.of(sort=each), current=each == current) for each in offered
    )


def default_sort(parameters: SearchParameters) -> str:
    return "relevance" if parameters.q else "updated"


def label_of(facet: str, value: str, language: str) -> str:
    """A facet value in words."""
    match facet:
        case "theme":
            return next((each.title.in_language(language) for each in Theme if each.code == value), value)
        case "license":
            return next((each.title.in_language(language) for each in Licence if each.code == value), text("licence_other", language))
        case "format":
            return FileFormat.from_extension(value).title.in_language(language)
        case "type":
            return text(f"kind_{value}", language)
        case "catalogue":
            return value
        case _:
            return text(f"updated_{value}", language)


def _wish(web: Web, words: str, language: str) -> str:
    email = web.services.site.contact.email
    return f"mailto:{quote(email, safe='@')}?subject={quote(text('search_wish_subject', language, query=words))}"


def find(web: Web, parameters: SearchParameters, size: int, language: str = "de") -> FoundDatasets:
    """Raises UnknownPage, and NotIndexed while there is no index: a shorter answer would look like a removal."""
    services = web.services
    index_published(services.search, services.store, services.files, services.site)
    require_page(parameters.page, web.summary().total, size)
    found = services.search.find(_query(parameters, size, language), now=services.clock())
    return FoundDatasets(
        total=found.total,
        datasets=_datasets(web, found.names),
        facets={name: found.facets.get(theirs, ()) for name, theirs in _FACET_NAMES.items()},
        relaxed=found.relaxed,
        suggestion=found.suggestion,
    )


def _query(parameters: SearchParameters, size: int, language: str) -> Query:
    return Query(
        text=parameters.q,
        theme=tuple(parameters.theme),
        kind=tuple(parameters.type),
        format=tuple(parameters.format),
        licence=tuple(parameters.license),
        catalogue=tuple(parameters.catalogue),
        updated=parameters.updated or "",
        sort=_SORTS[parameters.sort or default_sort(parameters)],
        language=language,
        page=parameters.page,
        page_size=size,
    )


def _datasets(web: Web, names: Sequence[str]) -> tuple[Dataset, ...]:
    """In the order of the names. One that has just been removed is left out: the index lags behind by moments."""
    known = {each.dataset.name: each.dataset for each in web.services.store.datasets_named(names)}
    return tuple(known[each] for each in names if each in known)


def _suggestion(found: FoundDatasets, address: _Address) -> Link | None:
    return Link(label=found.suggestion, link=address.of(q=found.suggestion)) if found.suggestion else None
