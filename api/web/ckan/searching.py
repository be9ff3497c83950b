"""`package_search`: CKAN's parameters, answered by the index."""

import re
from collections.abc import Mapping
from itertools import islice

import orjson

from api.indexing import index_published
from api.web.ckan.arguments import Arguments
from api.web.ckan.catalogue import Json, packages_named, titles_of
from api.web.ckan.errors import SearchQueryInvalid
from api.web.ckan.fq import UnreadableFilter, condition_from
from api.web.web import Web
from catalog.search import Query, UnknownField
from catalog.search.condition import EVERYTHING, AllOf, AnyOf, Condition, Is, Not, Within
from catalog.search.query import Sort

MOST_ROWS = 1000
_FACET_LIMIT = 50
#: CKAN's field -> the index's. Fields that every data set here has alike are settled by `_CONSTANTS`.
_FIELDS = {
    "organization": "organization",
    "owner_org": "organization_id",
    "groups": "group",
    "tags": "tag",
    "res_format": "resource_format",
    "license_id": "licence",
    "name": "name",
    "id": "uuid",
    "metadata_modified": "modified",
    "metadata_created": "issued",
}
_CONSTANTS = {"state": "active", "type": "dataset", "dataset_type": "dataset", "private": "false", "capacity": "public"}
_SORTS: Mapping[str, Sort] = {
    "score": "relevance",
    "relevance": "relevance",
    "id": "uuid",
    "name": "name",
    "title": "title",
    "title_string": "title",
    "metadata_modified": "modified",
    "metadata_created": "issued",
}
#: Sorts that CKAN's `asc` means when the index goes down by itself.
_FALLING: tuple[Sort, ...] = ("modified", "issued")
_DEFAULT_SORT = "score desc, metadata_modified desc"
_NOTHING = AnyOf(inner=())


def package_search(web: Web, arguments: Arguments) -> Json:
    """Data sets by words and filters. q, fq, fq_list, sort, rows (at most 1000), start, facet.field, facet.limit, facet.mincount."""
    asked = arguments.texts("facet.field")
    unknown = [each for each in asked if each not in _FIELDS]
    query = _query(web, arguments, counted=tuple(dict.fromkeys(_FIELDS[each] for each in asked if each in _FIELDS)))
    _catch_up(web)
    try:
        found = web.services.search.find(query, now=web.services.clock())
    except UnknownField as error:
        raise SearchQueryInvalid(f"undefined field {error.detail}") from None
    limit = arguments.integer("facet.limit", _FACET_LIMIT, most=50_000)
    least = arguments.integer("facet.mincount", 1, most=2**31)
    facets = {each: _facet(found.counts[_FIELDS[each]], limit, least) for each in asked if each not in unknown}
    facets |= {each: {} for each in unknown}
    return {
        "count": found.total,
        "sort": arguments.optional("sort", _DEFAULT_SORT),
        "results": packages_named(web, found.names) if arguments.integer("rows", 10, most=MOST_ROWS) else [],
        "facets": facets,
        "search_facets": {name: {"title": name, "items": _items(web, name, values)} for name, values in facets.items()},
    }


def counts(web: Web, field: str) -> Mapping[str, int]:
    """Value -> data sets with it, over the whole catalogue. `field` by CKAN's name."""
    _catch_up(web)
    label = _FIELDS[field]
    return web.services.search.find(Query(counted=(label,), page_size=1, faceted=False), now=web.services.clock()).counts[label]


def members(web: Web, field: str, name: str) -> list[orjson.Fragment]:
    """Packages with this value; at most 1000, as in CKAN."""
    _catch_up(web)
    query = Query(condition=Is(field=_FIELDS[field], value=name), sort="name", page_size=MOST_ROWS, faceted=False)
    return packages_named(web, web.services.search.find(query, now=web.services.clock()).names)


def _catch_up(web: Web) -> None:
    services = web.services
    index_published(services.search, services.store, services.files, services.site)


def _query(web: Web, arguments: Arguments, *, counted: tuple[str, ...]) -> Query:
    words, wanted = _words(arguments.optional("q"), web)
    filters = [arguments.optional("fq"), *arguments.texts("fq_list")]
    try:
        read = [condition_from(each, now=web.services.clock()) for each in filters if each.strip()]
    except UnreadableFilter as error:
        raise SearchQueryInvalid(error.detail) from None
    sort, backwards = _sort(arguments.optional("sort", _DEFAULT_SORT))
    rows = arguments.integer("rows", 10, most=MOST_ROWS)
    return Query(
        text=words,
        condition=_translated(AllOf(inner=(wanted, *read))),
        sort=sort,
        backwards=backwards,
        offset=arguments.integer("start", 0, most=2**31),
        page_size=max(rows, 1),
        counted=counted,
        faceted=False,
    )


def _words(text: str, web: Web) -> tuple[str, Condition]:
    """`q` is words, or the filter language where somebody wrote it: `q=organization:stadt`. Everything: `*:*` and `*`."""
    if text.strip() in ("", "*", "*:*"):
        return "", EVERYTHING
    if _FIELD.match(text):
        try:
            return "", condition_from(text, now=web.services.clock())
        except UnreadableFilter:
            return text, EVERYTHING
    return text, EVERYTHING


_FIELD = re.compile(r"\s*[+-]?(?:" + "|".join([*_FIELDS, *_CONSTANTS]) + r"):\S")


def _sort(text: str) -> tuple[Sort, bool]:
    """The first of the orders; ties are broken by the order of publication. Raises SearchQueryInvalid."""
    first = text.split(",")[0].split()
    if not first or first[0] not in _SORTS or len(first) > 2 or first[1:] not in ([], ["asc"], ["desc"], ["ASC"], ["DESC"]):
        raise SearchQueryInvalid("Can't determine a Sort Order (asc or desc) in sort spec")
    sort = _SORTS[first[0]]
    falls = (first[1:] or ["asc"])[0].lower() == "desc"
    return sort, (falls if sort not in _FALLING else not falls) and sort != "relevance"


def _translated(condition: Condition) -> Condition:
    """From CKAN's fields to the index's. A field that all data sets have alike is decided here."""
    match condition:
        case Is() if condition.field in _CONSTANTS:
            return EVERYTHING if condition.value.lower() == _CONSTANTS[condition.field] else _NOTHING
        case Is():
            value = condition.value.upper() if condition.field == "res_format" else condition.value
            return Is(field=_field(condition.field), value=value)
        case Within():
            return Within(field=_field(condition.field), start=condition.start, end=condition.end)
        case Not():
            return Not(inner=_translated(condition.inner))
        case AnyOf():
            return AnyOf(inner=tuple(map(_translated, condition.inner)))
        case AllOf():
            return AllOf(inner=tuple(map(_translated, condition.inner)))


def _field(name: str) -> str:
    if name not in _FIELDS:
        raise SearchQueryInvalid(f"undefined field {name}")
    return _FIELDS[name]


def _facet(values: Mapping[str, int], limit: int, least: int) -> dict[str, int]:
    """The search has them most first; limit 0 is none, as in CKAN a negative one would be all."""
    return dict(each for each in islice(values.items(), limit) if each[1] >= least)


def _items(web: Web, name: str, values: Mapping[str, int]) -> list[Json]:
    """By display name, last first: so CKAN sorts them."""
    titles = titles_of(web, name)
    items = [{"name": each, "display_name": titles.get(each, each), "count": count} for each, count in values.items()]
    return sorted(items, key=lambda each: str(each["display_name"]), reverse=True)
