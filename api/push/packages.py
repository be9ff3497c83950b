"""Our data sets as packages of another CKAN: what is sent, and how it is compared with what lies there.

CKAN adds fields, gives extras another order, writes formats its own way and stores texts of numbers; none of that is a difference.
What the portal or its people added (other extras, other groups, keys in resources) is none of ours and stays.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from dcat.ckan import group_of, organization_of, package
from schemas.model import Dataset, Site
from schemas.values import Theme

Json = dict[str, Any]
#: Of the package dict; the rest is computed by CKAN, or only for readers of ours.
_FIELDS = (
    "name",
    "title",
    "notes",
    "type",
    "private",
    "author",
    "maintainer",
    "maintainer_email",
    "license_id",
    "url",
    "version",
    "extras",
)
_RESOURCE_FIELDS = (
    "id",
    "name",
    "description",
    "url",
    "access_url",
    "download_url",
    "uri",
    "format",
    "mimetype",
    "size",
    "hash",
    "hash_algorithm",
    "license",
    "availability",
    "status",
    "last_modified",
)
#: Every key that `dcat.ckan.package` may write: others on the portal are not ours to remove.
EXTRAS = frozenset(
    {
        *("uri", "identifier", "alternate_identifier", "issued", "modified", "theme", "language", "frequency", "access_rights"),
        *("conforms_to", "provenance", "version_notes", "temporal_start", "temporal_end", "spatial", "spatial_uri"),
        *("publisher_name", "publisher_url", "publisher_type", "contact_name", "contact_email", "contributorID"),
        *("licenseAttributionByText", "hvd_category", "applicable_legislation"),
    }
)
GROUPS = frozenset(str(group_of(each)["name"]) for each in Theme)


def wanted(dataset: Dataset, site: Site, *, groups: Collection[str] = GROUPS) -> Json:
    """What `package_create` gets. `groups`: those that may be named. The organisation goes by its name, which CKAN takes as well."""
    full = package(dataset, site)
    return {
        "id": dataset.uuid,
        **{field: full[field] for field in _FIELDS},
        "state": "active",
        "owner_org": organization_of(dataset.publisher, site)["name"],
        "groups": [{"name": each["name"]} for each in full["groups"] if each["name"] in groups],
        "tags": [{"name": each["name"]} for each in full["tags"]],
        "resources": [_present({field: each[field] for field in _RESOURCE_FIELDS}) for each in full["resources"]],
    }


def differing(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[str, ...]:
    """Fields in which the package on the portal is another one, in the order of sending; none: nothing to do."""
    compared = (field for field in ours if field != "id")
    return tuple(field for field in compared if _plain(field, ours) != _plain(field, theirs))


def patch(ours: Mapping[str, Any], theirs: Mapping[str, Any], fields: Collection[str]) -> Json:
    """For `package_patch`, which replaces each named field whole: what others added to it goes along."""
    return {"id": ours["id"]} | {field: _KEEPING.get(field, _ours)(ours[field], _listed(theirs, field)) for field in fields}


def extras_of(found: Mapping[str, Any]) -> dict[str, str]:
    return {str(each.get("key")): _text(each.get("value")) for each in _listed(found, "extras")}


def is_harvested(found: Mapping[str, Any]) -> bool:
    """Whether a harvester of the portal put it there: ckanext-harvest shows `harvest_object_id`, `harvest_source_id` and
    `harvest_source_title` among the extras."""
    return any(key.startswith("harvest_") for key in extras_of(found))


def _plain(field: str, content: Mapping[str, Any]) -> Any:
    return _PLAIN.get(field, _plain_text)(content, field)


def _plain_text(content: Mapping[str, Any], field: str) -> Any:
    value = content.get(field)
    return value if isinstance(value, bool) else _text(value)


def _plain_organization(content: Mapping[str, Any], field: str) -> str:
    """CKAN gives the id, and the name beside it."""
    organization = content.get("organization")
    return _text(organization.get("name")) if isinstance(organization, dict) else _text(content.get(field))


def _plain_extras(content: Mapping[str, Any], field: str) -> dict[str, str]:
    return {key: value for key, value in extras_of(content).items() if key in EXTRAS and value}


def _plain_groups(content: Mapping[str, Any], field: str) -> frozenset[str]:
    return frozenset(each["name"] for each in _listed(content, field) if each.get("name") in GROUPS)


def _plain_tags(content: Mapping[str, Any], field: str) -> frozenset[str]:
    return frozenset(_text(each.get("name")) for each in _listed(content, field) if not each.get("vocabulary_id"))


def _plain_resources(content: Mapping[str, Any], field: str) -> list[Json]:
    return [_plain_resource(each) for each in _listed(content, field)]


def _plain_resource(resource: Mapping[str, Any]) -> Json:
    plain = {field: _text(resource.get(field)) for field in _RESOURCE_FIELDS}
    return plain | {"format": plain["format"].casefold(), "last_modified": _moment(plain["last_modified"])}


_PLAIN: dict[str, Callable[[Mapping[str, Any], str], Any]] = {
    "owner_org": _plain_organization,
    "extras": _plain_extras,
    "groups": _plain_groups,
    "tags": _plain_tags,
    "resources": _plain_resources,
}


def _ours(ours: Any, theirs: list[Json]) -> Any:
    return ours


def _with_extras(ours: list[Json], theirs: list[Json]) -> list[Json]:
    foreign = [{"key": each["key"], "value": each.get("value")} for each in theirs if each.get("key") and each["key"] not in EXTRAS]
    return [*ours, *foreign]


def _with_groups(ours: list[Json], theirs: list[Json]) -> list[Json]:
    return [*ours, *({"name": each["name"]} for each in theirs if each.get("name") and each["name"] not in GROUPS)]


def _with_tags(ours: list[Json], theirs: list[Json]) -> list[Json]:
    return [*ours, *({"name": each["name"], "vocabulary_id": each["vocabulary_id"]} for each in theirs if each.get("vocabulary_id"))]


def _with_resources(ours: list[Json], theirs: list[Json]) -> list[Json]:
    known = {each.get("id"): each for each in theirs}
    return [{**known.get(each["id"], {}), **dict.fromkeys(_RESOURCE_FIELDS), **each} for each in ours]


_KEEPING: dict[str, Callable[[Any, list[Json]], Any]] = {
    "extras": _with_extras,
    "groups": _with_groups,
    "tags": _with_tags,
    "resources": _with_resources,
}


def _listed(content: Mapping[str, Any], field: str) -> list[Json]:
    found = content.get(field)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _present(content: Json) -> Json:
    """Without what is empty: CKAN gives a missing key back as none."""
    return {key: value for key, value in content.items() if value not in (None, "")}


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _moment(text: str) -> str:
    """`.000000` or no fraction: the same instant."""
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return text
