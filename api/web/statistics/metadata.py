"""What a statistic is, as JSON: everything but the numbers. Keys are only ever added.

Without Last-Modified: a withdrawal or another configuration changes these answers, too, at a time that no release has.
"""

from typing import Any

from api.web.answers import Representation, represent_json
from api.web.record import moment_json, text_json
from api.web.statistics.answers import LATEST, find_release, require_name, robots
from api.web.web import Web
from catalog.statistics.about import Account, statistic_url
from catalog.statistics.columns import GRAND_TOTAL, SIGNS, STATUS_TITLES, UNITS, table_of
from catalog.statistics.forms import MEDIA_TYPES
from catalog.statistics.releases import ReleaseHead
from catalog.statistics.selection import default_table
from schemas.statistics import TOTAL, Dimension, Release
from schemas.table import descriptor_from_table

Json = dict[str, Any]


def statistics_list(web: Web) -> Representation:
    found = [web.services.store.release(each.cube, each.name) for each in web.services.store.statistics()]
    content = {"statistics": [_summary(web, each) for each in found]}
    return represent_json(content, headers={"cache-control": LATEST})


def statistic(web: Web, name: str) -> Representation:
    """Raises UnknownStatistic, Gone."""
    release = find_release(web, name, "")
    return represent_json(_statistic(web, release), headers={"cache-control": LATEST, **robots(web, release)})


def releases(web: Web, name: str) -> Representation:
    """Newest first, withdrawn ones with their reason. Raises UnknownStatistic, Gone."""
    heads = web.services.store.releases(require_name(web, name))
    kept = {each.name: each for each in web.services.store.all_releases(name)}
    content = {"statistic": name, "releases": [_release(web, each, kept[each.name]) for each in heads]}
    headers = {"cache-control": LATEST, **robots(web, kept[heads[0].name])}
    return represent_json(content, headers=headers)


def _summary(web: Web, release: Release) -> Json:
    cube = release.cube
    url = statistic_url(web.services.site, cube.name)
    return {
        "name": cube.name,
        "title": text_json(cube.title),
        "demonstration": cube.demonstration,
        "measure": cube.measure,
        "unit": cube.unit.value,
        "dimensions": [each.name for each in cube.dimensions],
        "release": release.name,
        "modified": moment_json(release.at),
        "licence": Account(release=release, site=web.services.site).licence.iri,
        "url": url,
        "csv": f"{url}.csv",
    }


def _statistic(web: Web, release: Release) -> Json:
    cube = release.cube
    account = Account(release=release, site=web.services.site)
    return _summary(web, release) | {
        "notes": text_json(cube.notes),
        "breaks": [{"date": each.since.iso} | text_json(each.words) for each in cube.breaks],
        "measure": {
            "name": cube.measure,
            "title": text_json(cube.measure_title),
            "unit": cube.unit.value,
            "unit_title": text_json(UNITS[cube.unit]),
        },
        "base_population": text_json(cube.base_population),
        "dimensions": [_dimension(each) for each in cube.dimensions],
        "tables": [list(each) for each in cube.tables],
        "default_table": list(default_table(cube)),
        "profile": cube.profile.value,
        "rules": release.rules,
        "protection": text_json(account.protection),
        "merged": {name: text_json(text) for name, text in release.merged.items()},
        "statuses": [{"code": status.value, "sign": SIGNS[status], "title": text_json(title)} for status, title in STATUS_TITLES.items()],
        "licence": {"iri": account.licence.iri, "title": text_json(account.licence.title), "attribution": account.attribution},
        "publisher": web.services.site.publisher.name,
        "citation": text_json(account.citation()),
        "release": _about_release(release),
        "reported": [
            {"key": list(each.key), "value": each.value, "qualifier": each.qualifier, "source": each.source, "source_url": each.source_url}
            for each in release.reported
        ],
        "schema": descriptor_from_table(table_of(cube)),
        "links": _links(web, account),
    }


def _links(web: Web, account: Account) -> Json:
    newest = {form: f"{account.url}.{form}" for form in MEDIA_TYPES}
    links: Json = {
        "newest": newest,
        "release": {form: account.release_url(form) for form in MEDIA_TYPES},
        "releases": f"{account.url}/releases",
        "openapi": web.addresses.absolute("/api/v1/openapi.json"),
    }
    if not account.cube.demonstration:
        links["dataset"] = web.addresses.absolute(f"/datasets/{account.cube.name}")
    return links


def _dimension(dimension: Dimension) -> Json:
    return {
        "name": dimension.name,
        "title": text_json(dimension.title),
        "role": dimension.role.value,
        "additive": dimension.additive,
        "total": {"code": TOTAL, "title": text_json(GRAND_TOTAL)},
        "categories": [
            {"code": each.code, "title": text_json(each.title), "parent": each.parent, "iri": each.iri} for each in dimension.categories
        ],
    }


def _about_release(release: Release) -> Json:
    return {"name": release.name, "number": release.number, "at": moment_json(release.at), "reason": text_json(release.reason)}


def _release(web: Web, head: ReleaseHead, release: Release) -> Json:
    account = Account(release=release, site=web.services.site)
    content: Json = {**_about_release(release), "rules": release.rules, "sha256": head.sha256}
    if head.withdrawn_at is not None:
        return content | {"withdrawn": moment_json(head.withdrawn_at), "withdrawn_reason": head.withdrawn_reason}
    return content | {"url": {form: account.release_url(form) for form in MEDIA_TYPES}}
