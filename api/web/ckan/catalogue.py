"""What the actions say about: packages, organisations, groups, from the published state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from api.indexing import index_published
from api.web.ckan.errors import NotFound
from api.web.web import Web
from catalog.search import Query
from catalog.search.condition import Is
from dcat.ckan import dataset_ids_of, group_of, organization_of, package
from schemas.errors import Gone, UnknownDataset
from schemas.links import UNSTATED
from schemas.model import Dataset
from schemas.values import Licence, Theme

Json = dict[str, Any]
#: Licences of neighbours that stand in no list.
OTHER_TITLE = "Andere oder keine Angabe"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One file of the newest edition of a data set."""

    dataset: Dataset
    extension: str


def dataset_of(web: Web, reference: str) -> Dataset:
    """By name or id. Raises NotFound, also for what is gone: CKAN knows no difference."""
    name = web.services.store.name_of(reference) or reference
    try:
        return web.entry(name).dataset
    except (UnknownDataset, Gone):
        raise NotFound() from None


def package_of(web: Web, dataset: Dataset) -> Json:
    return package(dataset, web.services.site)


def packages_named(web: Web, names: Iterable[str]) -> list[orjson.Fragment]:
    """Finished JSON, in the order of the names; what has gone meanwhile is left out. Made anew only where the metadata is another."""
    wanted = list(names)
    kept = {name: web.packages.find(digest) for name, digest in web.services.store.digests_named(wanted).items()}
    made = _made(web, [name for name, content in kept.items() if content is None])
    found = {name: content for name, content in (kept | made).items() if content is not None}
    return [orjson.Fragment(found[each]) for each in wanted if each in found]


def _made(web: Web, names: Sequence[str]) -> dict[str, bytes]:
    """Packages, also kept for the next who asks."""
    made = {}
    for each in web.services.store.datasets_named(names):
        content = made[each.dataset.name] = orjson.dumps(package_of(web, each.dataset))
        web.packages.keep(each.digest, content)
    return made


def resource_of(web: Web, reference: str) -> Resource:
    """Raises NotFound."""
    try:
        candidates = dataset_ids_of(reference)
    except ValueError:
        raise NotFound() from None
    for identifier, extension in candidates:
        name = web.services.store.name_of(identifier)
        if name:
            dataset = dataset_of(web, name)
            if any(each.format.extension == extension for each in dataset.distributions):
                return Resource(dataset=dataset, extension=extension)
    raise NotFound()


def resource_json(web: Web, reference: str) -> Json:
    """One file of a data set, ours or elsewhere. Raises NotFound."""
    try:
        dataset = resource_of(web, reference).dataset
    except NotFound:
        dataset = _linking(web, reference.lower())
    resources: list[Json] = package_of(web, dataset)["resources"]
    found = next((each for each in resources if each["id"] == reference.lower()), None)
    if found is None:
        raise NotFound()
    return found


def _linking(web: Web, resource: str) -> Dataset:
    """The data set with this file elsewhere, by the index: unlike those of our own files, ids of links do not lead back."""
    services = web.services
    index_published(services.search, services.store, services.files, services.site)
    query = Query(condition=Is(field="resource", value=resource), page_size=1, faceted=False)
    names = services.search.find(query, now=services.clock()).names
    if not names:
        raise NotFound()
    return dataset_of(web, names[0])


def parquet_of(web: Web, dataset: Dataset) -> Path:
    """The table as DuckDB reads it: the Parquet file of the newest edition. Raises NotFound for one that has none."""
    edition = web.services.store.edition(dataset.name, dataset.edition)
    if "parquet" not in edition.files:
        raise NotFound("no table")
    return web.services.files.path(edition.files["parquet"].sha256)


def publishers(web: Web, names: Iterable[str]) -> list[Json]:
    """Bodies that publish something, by title; the city's own is there from the beginning. `names` as the index has them."""
    site = web.services.site
    found = {(own := organization_of(site.publisher, site))["name"]: own}
    for name in names:
        if name not in found:
            found[name] = _organization_named(web, name)
    return sorted(found.values(), key=lambda each: str(each["title"]))


def groups() -> list[Json]:
    """Themes, by title."""
    return sorted((group_of(each) for each in Theme), key=lambda each: str(each["title"]))


def titles_of(web: Web, field: str) -> Mapping[str, str]:
    """Name -> title of what a facet counts; what has no title of its own is left out."""
    match field:
        case "groups":
            return _group_titles()
        case "license_id":
            return {each.code: each.title.de for each in Licence} | {UNSTATED.code: OTHER_TITLE}
        case "organization":
            own = organization_of(web.services.site.publisher, web.services.site)
            return {str(own["name"]): str(own["title"])}
    return {}


@cache
def _group_titles() -> Mapping[str, str]:
    return {str(each["name"]): str(each["title"]) for each in groups()}


def _organization_named(web: Web, name: str) -> Json:
    """Read from one of its data sets: bodies stand nowhere else."""
    query = Query(condition=Is(field="organization", value=name), page_size=1, faceted=False)
    (first,) = web.services.search.find(query, now=web.services.clock()).names
    return organization_of(web.entry(first).dataset.publisher, web.services.site)
