"""One data set as JSON of our own: what `/api/v1/datasets/NAME` says. Keys are only ever added."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from api.web.templating import Addresses
from catalog.entries import CatalogChange, DatasetEntry, Edition
from catalog.formats import EXCEL_CSV
from dcat.feed import MEDIA_TYPES
from schemas.file_types import format_word
from schemas.links import Link
from schemas.model import Agent, Dataset, Period, Removal, Upstream
from schemas.table import descriptor_from_table
from schemas.values import Text

Json = dict[str, Any]


def text_json(value: Text) -> dict[str, str]:
    return dict(value.tagged())


def moment_json(value: datetime | None) -> str | None:
    """An aware moment of any zone, in UTC."""
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def summary_json(dataset: Dataset, addresses: Addresses) -> Json:
    """A data set in a list."""
    return {
        "name": dataset.name,
        "uri": addresses.site.dataset_uri(dataset.name),
        "url": addresses.absolute(f"/datasets/{dataset.name}"),
        "api_url": addresses.absolute(f"/api/v1/datasets/{dataset.name}"),
        "title": text_json(dataset.title),
        "description": text_json(dataset.description),
        "type": dataset.kind,
        "themes": [each.code for each in dataset.themes],
        "licence": dataset.licence.iri,
        "formats": list(formats_of(dataset)),
        "catalogue": dataset.upstream.catalogue if dataset.upstream else None,
        "rows": dataset.rows,
        "edition": dataset.edition,
        "issued": moment_json(dataset.issued),
        "modified": moment_json(dataset.modified),
    }


def record_json(entry: DatasetEntry, edition: Edition | None, addresses: Addresses) -> Json:
    """Everything about one data set, its columns included. `edition`: None for one that has none."""
    dataset = entry.dataset
    return summary_json(dataset, addresses) | {
        "uuid": dataset.uuid,
        "number": dataset.number,
        "themes": [{"code": each.code, "iri": each.iri, "title": text_json(each.title)} for each in dataset.themes],
        "keywords": [text_json(each) for each in dataset.keywords],
        "publisher": _agent_json(dataset.publisher),
        "contact": {"name": dataset.contact.name, "email": dataset.contact.email, "url": dataset.contact.url},
        "licence": _licence_json(dataset),
        "contributor_id": dataset.contributor_id,
        "frequency": {"code": dataset.frequency.code, "iri": dataset.frequency.iri, "title": text_json(dataset.frequency.title)},
        "temporal": _period_json(dataset.temporal),
        "spatial": _place_json(dataset),
        "access_right": dataset.access_right.iri if dataset.access_right else None,
        "availability": dataset.availability.iri if dataset.availability else None,
        "languages": [each.tag for each in dataset.languages],
        "provenance": text_json(dataset.provenance),
        "sources": [
            {"title": each.title, "url": each.url, "personal_data": each.personal_data, "legal_basis": each.legal_basis}
            for each in dataset.sources
        ],
        "curation": [{"field": each.field, "who": each.who, "why": each.why} for each in dataset.curation],
        "landing_page": dataset.landing_page,
        "legislation": list(dataset.legislation),
        "high_value": [{"code": each.code, "iri": each.iri, "title": text_json(each.title)} for each in dataset.hvd],
        "identifiers": list(dataset.identifiers),
        "removal": _removal_json(dataset.removal),
        "official": dataset.official,
        "edition_note": text_json(dataset.edition_note),
        "files": files_json(edition, f"/datasets/{dataset.name}", addresses) if edition else [],
        "elsewhere": [_link_json(each, dataset) for each in dataset.links],
        "upstream": _upstream_json(dataset.upstream),
        "schema": descriptor_from_table(dataset.table) if dataset.table else None,
        "links": _links_json(dataset, addresses),
    }


def edition_json(edition: Edition, addresses: Addresses) -> Json:
    base = f"/datasets/{edition.dataset}/editions/{edition.number}"
    return {
        "number": edition.number,
        "created_at": moment_json(edition.created_at),
        "reason": text_json(edition.reason),
        "rows": edition.rows,
        "sha256": edition.sha256 or None,
        "files": files_json(edition, base, addresses),
        "withdrawn_at": moment_json(edition.withdrawn_at),
        "withdrawn_reason": edition.withdrawn_reason or None,
    }


def change_json(change: CatalogChange, addresses: Addresses) -> Json:
    return {
        "seq": change.seq,
        "at": moment_json(change.at),
        "dataset": change.dataset,
        "uri": addresses.site.dataset_uri(change.dataset),
        "kind": change.kind.value,
        "edition": change.edition,
        "reason": text_json(change.reason),
    }


def files_json(edition: Edition, base: str, addresses: Addresses) -> list[Json]:
    return [
        {
            "format": "csv" if extension == EXCEL_CSV else extension,
            "dialect": "excel-de" if extension == EXCEL_CSV else None,
            "url": addresses.absolute(file_path(base, extension)),
            "media_type": file.media_type,
            "size": file.size,
            "sha256": file.sha256,
        }
        for extension, file in edition.files.items()
    ]


def file_path(base: str, extension: str) -> str:
    """Address of one file below a data set or an edition."""
    return f"{base}/data.csv?dialect=excel-de" if extension == EXCEL_CSV else f"{base}/data.{extension}"


def _agent_json(agent: Agent) -> Json:
    successor = agent.successor
    return {
        "id": agent.id or None,
        "name": agent.name,
        "homepage": agent.homepage,
        "valid_from": str(agent.valid_from) if agent.valid_from else None,
        "valid_to": str(agent.valid_to) if agent.valid_to else None,
        "successor": {"id": successor.id, "name": successor.name} if successor else None,
    }


def _removal_json(removal: Removal | None) -> Json | None:
    """Its announced end; the reason is German, and English where there is English."""
    if removal is None:
        return None
    return {"announced": moment_json(removal.announced), "at": moment_json(removal.at), "reason": text_json(removal.reason)}


def formats_of(dataset: Dataset) -> tuple[str, ...]:
    """Extensions of our own files, and what formats elsewhere are called."""
    theirs = (each.format.extension if each.format else format_word(each).lower() for each in dataset.links)
    return tuple(dict.fromkeys((*(each.format.extension for each in dataset.distributions), *filter(None, theirs))))


def _upstream_json(upstream: Upstream | None) -> Json | None:
    """Where it is kept, and what is said of it there."""
    if upstream is None:
        return None
    return {
        "uri": upstream.uri,
        "catalogue": upstream.catalogue,
        "issued": str(upstream.issued) if upstream.issued else None,
        "modified": moment_json(upstream.modified),
        "version": upstream.version or None,
    }


def _link_json(link: Link, dataset: Dataset) -> Json:
    licence = link.licence or dataset.licence
    return {
        "title": text_json(link.title) if link.title else None,
        "description": text_json(link.description) if link.description else None,
        "access_url": link.access_url,
        "download_url": link.download_url or None,
        "format": format_word(link) or None,
        "media_type": link.media_type or None,
        "size": link.byte_size,
        "licence": {"iri": licence.iri, "title": text_json(licence.title), "attribution": link.licence.attribution or None},
        "issued": moment_json(link.issued),
        "modified": moment_json(link.modified),
    }


def _licence_json(dataset: Dataset) -> Json:
    licence = dataset.licence
    return {
        "code": licence.code,
        "iri": licence.iri,
        "title": text_json(licence.title),
        "text_url": licence.text_url,
        "attribution": dataset.attribution,
    }


def _period_json(period: Period | None) -> Mapping[str, str | None] | None:
    if period is None:
        return None
    return {"start": str(period.start) if period.start else None, "end": str(period.end) if period.end else None}


def _place_json(dataset: Dataset) -> Json | None:
    place = dataset.spatial
    if place is None:
        return None
    return {"title": text_json(place.title), "iris": list(place.iris), "bbox": place.bbox, "centroid": place.centroid}


def _links_json(dataset: Dataset, addresses: Addresses) -> Json:
    base = f"/datasets/{dataset.name}"
    described = {syntax: addresses.absolute(f"{base}.{syntax}") for syntax in MEDIA_TYPES} | {"html": addresses.absolute(base)}
    if dataset.table is None:
        return described
    return described | {
        "editions": addresses.absolute(f"{base}/editions.json"),
        "datapackage": addresses.absolute(f"{base}/datapackage.json"),
        "zip": addresses.absolute(f"{base}.zip"),
    }
