"""The actions by name. An action takes arguments and gives the `result` of the envelope; its docstring is what `help_show` says."""

import inspect
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

import orjson

from api.web.ckan.arguments import Arguments
from api.web.ckan.catalogue import OTHER_TITLE, Json, dataset_of, groups, package_of, packages_named, publishers, resource_json
from api.web.ckan.datastore import datastore_info, datastore_search
from api.web.ckan.errors import Invalid, NotFound
from api.web.ckan.searching import MOST_ROWS, counts, members, package_search
from api.web.web import Web
from dcat.catalogue import description_of
from schemas.links import UNSTATED
from schemas.values import Licence

Action = Callable[[Web, Arguments], Any]
_MOST_NAMES = 100_000
#: What clients look for: the version whose interface this is, not the software's.
_CKAN_VERSION = "2.12.0"


def package_list(web: Web, arguments: Arguments) -> list[str]:
    """Names of all data sets, sorted. limit, offset."""
    limit, offset = arguments.integer("limit", _MOST_NAMES, most=_MOST_NAMES), arguments.integer("offset", 0, most=2**53)
    return list(web.services.store.names()[offset : offset + limit])


def package_show(web: Web, arguments: Arguments) -> Json:
    """One data set with its resources. id: name or id."""
    return package_of(web, dataset_of(web, arguments.text("id", "name_or_id")))


def current_package_list_with_resources(web: Web, arguments: Arguments) -> list[orjson.Fragment]:
    """Data sets with their resources, by name. limit (at most 1000), offset or page."""
    limit = arguments.integer("limit", MOST_ROWS, most=MOST_ROWS)
    page = arguments.integer("page", 1, most=2**31)
    offset = arguments.integer("offset", max(page - 1, 0) * limit, most=2**53)
    return packages_named(web, web.services.store.names()[offset : offset + limit])


def resource_show(web: Web, arguments: Arguments) -> Json:
    """One file of a data set. id."""
    return resource_json(web, arguments.text("id"))


def resource_view_list(web: Web, arguments: Arguments) -> list[Json]:
    """Views of a resource: there are none. id."""
    resource_json(web, arguments.text("id"))
    return []


def organization_list(web: Web, arguments: Arguments) -> list[Any]:
    """Publishers. all_fields, sort, limit, offset, organizations."""
    return _listed(_organizations(web), arguments, only="organizations")


def organization_show(web: Web, arguments: Arguments) -> Json:
    """One publisher. id: name or id; include_datasets."""
    return _shown(web, _organizations(web), arguments, field="organization")


def group_list(web: Web, arguments: Arguments) -> list[Any]:
    """Themes. all_fields, sort, limit, offset, groups."""
    return _listed(_groups(web), arguments, only="groups")


def group_show(web: Web, arguments: Arguments) -> Json:
    """One theme. id: name or id; include_datasets."""
    return _shown(web, _groups(web), arguments, field="groups")


def tag_list(web: Web, arguments: Arguments) -> list[Any]:
    """Keywords of all data sets. query: a part of them; all_fields."""
    part = arguments.optional("query").lower()
    names = sorted(each for each in counts(web, "tags") if part in each.lower())
    if not arguments.flag("all_fields", False):
        return names
    return [{"id": each, "name": each, "display_name": each, "vocabulary_id": None, "state": "active"} for each in names]


def license_list(web: Web, arguments: Arguments) -> list[Json]:
    """Licences of dcat-ap.de that data sets here may have."""
    listed = [(each.code, each.title.de, each.text_url or each.iri, "approved") for each in Licence]
    return [
        {
            "id": code,
            "title": title,
            "url": url,
            "status": "active",
            "family": "",
            "maintainer": "",
            "domain_content": "False",
            "domain_data": "True",
            "domain_software": "False",
            "is_generic": "False",
            "od_conformance": conformance,
            "osd_conformance": "not reviewed",
        }
        for code, title, url, conformance in (*listed, (UNSTATED.code, OTHER_TITLE, "", "not reviewed"))
    ]


def status_show(web: Web, arguments: Arguments) -> Json:
    """About this service."""
    site = web.services.site
    return {
        "ckan_version": _CKAN_VERSION,
        "site_title": site.title,
        "site_description": description_of(site).de,
        "site_url": site.base_url,
        "locale_default": "de",
        "error_emails_to": None,
        "extensions": ["datastore", "klar"],
        "klar_version": version("klar"),
    }


def help_show(web: Web, arguments: Arguments) -> str:
    """What an action is for. name."""
    name = arguments.text("name")
    if name not in ACTIONS:
        raise NotFound(f"Action '{name}' was not found")
    return inspect.getdoc(ACTIONS[name]) or ""


def _organizations(web: Web) -> list[Json]:
    found = counts(web, "organization")
    return [{**each, "package_count": found.get(each["name"], 0)} for each in publishers(web, found)]


def _groups(web: Web) -> list[Json]:
    found = counts(web, "groups")
    return [{**each, "package_count": found.get(each["name"], 0)} for each in groups()]


def _listed(found: list[Json], arguments: Arguments, *, only: str) -> list[Any]:
    all_fields = arguments.flag("all_fields", False)
    wanted = arguments.texts(only)
    found = [each for each in found if not wanted or each["name"] in wanted]
    field, _, way = arguments.optional("sort", "title asc").partition(" ")
    if field not in ("name", "title", "package_count"):
        raise Invalid({"sort": ["Cannot sort by this field"]})
    found.sort(key=lambda each: (each[field], each["name"]), reverse=way.strip().lower() == "desc")
    most = 25 if all_fields else 1000
    limit, offset = arguments.integer("limit", most, most=1000), arguments.integer("offset", 0, most=2**53)
    shown = found[offset : offset + limit]
    return shown if all_fields else [each["name"] for each in shown]


def _shown(web: Web, found: list[Json], arguments: Arguments, *, field: str) -> Json:
    reference = arguments.text("id")
    chosen = next((each for each in found if reference in (each["name"], each["id"])), None)
    if chosen is None:
        raise NotFound()
    more: Json = {"users": [], "tags": [], "extras": [], "groups": []}
    if arguments.flag("include_datasets", False):
        more["packages"] = members(web, field, chosen["name"])
    return {**chosen, **more}


_READING = (
    package_list, package_show, package_search, current_package_list_with_resources, resource_show, resource_view_list, organization_list,
    organization_show, group_list, group_show, tag_list, license_list, status_show, help_show, datastore_search, datastore_info,
)  # fmt: skip
ACTIONS: Mapping[str, Action] = {each.__name__: each for each in _READING}
#: Known to CKAN, refused here: whoever tries to write should read why.
WRITING = frozenset(
    f"{kind}_{what}"
    for kind in ("package", "resource", "organization", "group", "tag", "user", "vocabulary", "datastore")
    for what in ("create", "update", "patch", "delete", "upsert", "purge")
)
