"""A data set as CKAN clients read it: package, resources, organisation, groups (reference: ckan/compat.md, sections 2 and 4.3;
extras by the names of ckanext-dcat's mapping).

Ids are UUIDs made of our URIs: the same in every process, after every restart and on every portal. Texts are German; a CKAN portal
knows one language. A package must pass the validators of another CKAN, which is strict about tags, extras and dates.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from dcat.parts import availability, file_status
from dcat.uris import link_uris, table_schema_url
from dcat.wording import description, link_title
from schemas.file_types import format_word
from schemas.links import Link
from schemas.model import Agent, Dataset, Distribution, Place, Site
from schemas.values import Licence, Text, Theme

Json = dict[str, Any]
#: Namespace of our ids; any UUID, as long as it never changes.
_NAMESPACE = UUID("5f0a4f0e-6f0c-5d56-9a86-1d0b1c2f7e11")
_LONGEST_TAG = 100
#: What makes the id of a resource from that of its data set. Published ids hang on these numbers: they never change.
_RESOURCE_NUMBERS = {"csv": 1, "json": 2, "ndjson": 3, "xlsx": 4, "parquet": 5, "geojson": 6}
_GERMAN_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def package(dataset: Dataset, site: Site) -> Json:
    """What `package_show` gives. Lists are there when they are empty; missing text is None."""
    organization = organization_of(dataset.publisher, site)
    resources = list(_resources(dataset, site))
    tags = [_tag(each) for each in tag_names(dataset)]
    return {
        "id": dataset.uuid,
        "name": dataset.name,
        "title": dataset.title.de,
        # A CKAN portal never deletes what it has harvested (compat.md 4.4): it must be able to say that this goes.
        "notes": description(dataset).de,
        "type": "dataset",
        "state": "active",
        "private": False,
        "isopen": isinstance(dataset.licence, Licence),
        "author": dataset.publisher.name,
        "author_email": None,
        "maintainer": dataset.contact.name,
        "maintainer_email": dataset.contact.email or None,
        "creator_user_id": None,
        "license_id": dataset.licence.code,
        "license_title": dataset.licence.title.de,
        "license_url": dataset.licence.text_url or dataset.licence.iri,
        "url": dataset.landing_page or site.dataset_url(dataset.name),
        "version": dataset.upstream.version if dataset.upstream else str(dataset.edition) if dataset.edition else "",
        "metadata_created": ckan_moment(dataset.issued),
        "metadata_modified": ckan_moment(dataset.modified),
        "owner_org": organization["id"],
        "organization": organization,
        "groups": [group_of(each) for each in dataset.themes],
        "tags": tags,
        "num_tags": len(tags),
        "extras": [{"key": key, "value": value} for key, value in _extras(dataset, site)],
        "resources": resources,
        "num_resources": len(resources),
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }


def resource_id(dataset: Dataset, extension: str) -> str:
    """Unique over all data sets, the same as long as the data set has this file, and it leads back (`dataset_ids_of`)."""
    return str(UUID(int=UUID(dataset.uuid).int ^ _RESOURCE_NUMBERS[extension]))


def link_id(dataset: Dataset, uri: str) -> str:
    """Of a file that lies elsewhere, from our URI of it."""
    return str(uuid5(_NAMESPACE, f"{dataset.uuid}/{uri.rpartition('#')[2]}"))


def dataset_ids_of(resource: str) -> tuple[tuple[str, str], ...]:
    """What the resource may be: (id of a data set, extension). Raises ValueError for what is no UUID."""
    number = UUID(resource).int
    return tuple((str(UUID(int=number ^ each)), extension) for extension, each in _RESOURCE_NUMBERS.items())


def organization_of(agent: Agent, site: Site) -> Json:
    """The publisher. Its id hangs on our URI of the body where it is listed, else on its name."""
    name = _name(agent.id or agent.name)
    return {
        "id": _id(f"{site.uri_base}/organization/{name}"),
        "name": name,
        "title": agent.name,
        "display_name": agent.name,
        "type": "organization",
        "description": "",
        "image_url": "",
        "image_display_url": "",
        "created": None,
        "is_organization": True,
        "approval_status": "approved",
        "state": "active",
    }


def group_of(theme: Theme) -> Json:
    """Themes are the groups, by the names GovData uses: the code in small letters."""
    return {
        "id": _id(theme.iri),
        "name": theme.code.lower(),
        "title": theme.title.de,
        "display_name": theme.title.de,
        "type": "group",
        "description": "",
        "image_url": "",
        "image_display_url": "",
        "created": None,
        "is_organization": False,
        "approval_status": "approved",
        "state": "active",
    }


def labels(dataset: Dataset, site: Site) -> dict[str, tuple[str, ...]]:
    """By what CKAN clients filter and count, for the search (catalog.search.document.LABELS)."""
    organization = organization_of(dataset.publisher, site)
    return {
        "uuid": (dataset.uuid,),
        "organization": (organization["name"],),
        "organization_id": (organization["id"],),
        "group": tuple(each.code.lower() for each in dataset.themes),
        "tag": tag_names(dataset),
        "resource_format": _formats(dataset),
        "resource": tuple(link_id(dataset, uri) for uri in link_uris(site.dataset_uri(dataset.name), dataset.links)),
    }


def _formats(dataset: Dataset) -> tuple[str, ...]:
    ours = [each.format.extension.upper() for each in dataset.distributions]
    return tuple(dict.fromkeys((*ours, *filter(None, map(_link_format, dataset.links)))))


def _link_format(link: Link) -> str:
    return link.format.extension.upper() if link.format else format_word(link).upper()


def tag_names(dataset: Dataset) -> tuple[str, ...]:
    """Keywords in the form CKAN takes: letters, digits, space, `-_.`, 2 to 100 characters. Umlauts stay."""
    cleaned = (tag_name(each.de) for each in dataset.keywords)
    return tuple(dict.fromkeys(each for each in cleaned if each))


@lru_cache(maxsize=4096)
def tag_name(keyword: str) -> str:
    """ "" for what leaves nothing that CKAN would take."""
    kept = "".join(each if each.isalnum() or each in " -_." else "-" for each in unicodedata.normalize("NFC", keyword))
    joined = re.sub(r"[ ]{2,}", " ", re.sub(r"-{2,}", "-", kept)).strip(" -")[:_LONGEST_TAG].strip(" -")
    return joined if len(joined) >= 2 else ""


def ckan_moment(moment: datetime) -> str:
    """Naive UTC as Python's `isoformat()` writes it: CKAN compares such texts, and with a `Z` or `.000000` would find each of them newer
    (compat.md 4.3)."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat()


def _tag(name: str) -> Json:
    return {"id": _id(f"tag/{name}"), "name": name, "display_name": name, "state": "active", "vocabulary_id": None}


@lru_cache(maxsize=4096)
def _id(name: str) -> str:
    """Of what many data sets have: a tag, a theme, a publisher."""
    return str(uuid5(_NAMESPACE, name))


def _resources(dataset: Dataset, site: Site) -> Iterator[Json]:
    for position, each in enumerate(dataset.distributions):
        yield _resource(dataset, each, position, site)
    uris = link_uris(site.dataset_uri(dataset.name), dataset.links)
    for position, (uri, link) in enumerate(zip(uris, dataset.links, strict=True), start=len(dataset.distributions)):
        yield _linked(dataset, link, uri, position)


def _linked(dataset: Dataset, link: Link, uri: str, position: int) -> Json:
    """A file that lies elsewhere."""
    changed = link.modified or (dataset.upstream.modified if dataset.upstream else dataset.modified)
    moment = ckan_moment(changed) if changed else None
    return {
        "id": link_id(dataset, uri),
        "package_id": dataset.uuid,
        "position": position,
        "name": _german(link_title(dataset, link)),
        "description": _german(link.description) if link.description else "",
        "url": link.download_url or link.access_url,
        "access_url": link.access_url,
        "download_url": link.download_url,
        "uri": uri,
        "url_type": None,
        "format": _link_format(link),
        "mimetype": link.media_type or None,
        "mimetype_inner": None,
        "size": link.byte_size,
        "hash": "",
        "hash_algorithm": "",
        "license": (link.licence or dataset.licence).iri,
        "availability": availability(dataset),
        "status": file_status(dataset),
        "created": ckan_moment(link.issued) if link.issued else None,
        "last_modified": moment,
        "metadata_modified": moment,
        "state": "active",
        "resource_type": None,
        "cache_url": None,
        "cache_last_updated": None,
        "datastore_active": False,
    }


def _german(text: Text) -> str:
    return text.in_language("de")


def _resource(dataset: Dataset, distribution: Distribution, position: int, site: Site) -> Json:
    extension = distribution.format.extension
    url = f"{site.dataset_url(dataset.name)}/data.{extension}"
    moment = ckan_moment(dataset.content_modified or dataset.modified)
    return {
        "id": resource_id(dataset, extension),
        "package_id": dataset.uuid,
        "position": position,
        "name": f"Daten ({distribution.format.title.de})",  # ckanapi makes a file name of it
        "description": "",
        "url": url,
        "access_url": url,
        "download_url": url,
        "uri": f"{site.dataset_uri(dataset.name)}#{extension}",
        "url_type": None,
        "format": extension.upper(),
        "mimetype": distribution.format.media_type,
        "mimetype_inner": None,
        "size": distribution.byte_size,
        "hash": distribution.sha256,
        "hash_algorithm": "http://spdx.org/rdf/terms#checksumAlgorithm_sha256",
        "license": dataset.licence.iri,
        "availability": availability(dataset),
        "status": file_status(dataset),
        "created": ckan_moment(dataset.issued),
        "last_modified": moment,
        "metadata_modified": moment,
        "state": "active",
        "resource_type": None,
        "cache_url": None,
        "cache_last_updated": None,
        "datastore_active": extension == "csv",
    }


def _extras(dataset: Dataset, site: Site) -> Iterator[tuple[str, str]]:
    """Each key once, values are texts, lists are JSON; sorted as CKAN gives them."""
    found = {
        "uri": site.dataset_uri(dataset.name),
        "identifier": dataset.upstream.uri if dataset.upstream else site.dataset_uri(dataset.name),
        "alternate_identifier": _list(dataset.identifiers),
        **_times(dataset),
        "theme": _list(each.iri for each in dataset.themes),
        "language": _list(each.iri for each in dataset.languages),
        "frequency": dataset.frequency.iri,
        "access_rights": dataset.access_right.iri if dataset.access_right else "",
        "conforms_to": _list(filter(None, [table_schema_url(dataset, site)])),
        "provenance": dataset.provenance.de,
        "version_notes": dataset.edition_note.de,
        "temporal_start": str(dataset.temporal.start) if dataset.temporal and dataset.temporal.start else "",
        "temporal_end": str(dataset.temporal.end) if dataset.temporal and dataset.temporal.end else "",
        "spatial": _geojson(dataset.spatial),
        "spatial_uri": next(iter(dataset.spatial.iris), "") if dataset.spatial else "",
        "publisher_name": dataset.publisher.name,
        "publisher_url": dataset.publisher.homepage,
        "publisher_type": dataset.publisher.type.iri if dataset.publisher.type else "",
        "contact_name": dataset.contact.name,
        "contact_email": dataset.contact.email,
        "contributorID": _list(filter(None, [dataset.contributor_id])),
        "licenseAttributionByText": dataset.attribution,
        "hvd_category": _list(each.iri for each in dataset.hvd),
        "applicable_legislation": _list(dataset.legislation),
    }
    for key in sorted(found):
        if found[key]:
            yield key, found[key]


def _times(dataset: Dataset) -> dict[str, str]:
    there = dataset.upstream
    if there is None:
        return {"issued": dataset.issued.isoformat(), "modified": dataset.modified.isoformat()}
    return {"issued": str(there.issued or ""), "modified": there.modified.isoformat() if there.modified else ""}


def _list(values: Any) -> str:
    listed = list(values)
    return json.dumps(listed, ensure_ascii=False) if listed else ""


def _geojson(place: Place | None) -> str:
    if place is None or place.bbox is None:
        return ""
    west, south, east, north = place.bbox
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def _name(text: str) -> str:
    """2 to 100 characters of `[a-z0-9_-]`."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_GERMAN_LETTERS)).encode("ascii", "ignore").decode()
    return ("-".join(re.findall(r"[a-z0-9_]+", plain)) or "organisation")[:100].ljust(2, "-")
