"""schema.org/Dataset in the page of a data set: what search engines for data read."""

import json
from collections.abc import Mapping
from typing import Any

from api.web.record import file_path
from api.web.templating import Addresses, page_path
from schemas.file_types import format_word
from schemas.links import Link
from schemas.model import Dataset, Period, Place
from schemas.table import Table, provenance_fields
from schemas.values import Licence

#: Search engines cut longer descriptions (schema.org itself sets no limit).
_LONGEST_DESCRIPTION = 5000


def structured_data(dataset: Dataset, addresses: Addresses, language: str) -> str:
    """JSON-LD, safe inside a `script` element: no text of it can end the element."""
    site = addresses.site
    publisher = {"@type": "Organization", "name": dataset.publisher.name, "url": dataset.publisher.homepage}
    document: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": site.dataset_uri(dataset.name),
        "identifier": dataset.upstream.uri if dataset.upstream else site.dataset_uri(dataset.name),
        "isBasedOn": dataset.landing_page if dataset.upstream else "",
        "url": addresses.absolute(page_path(f"/datasets/{dataset.name}", language)),
        "name": dataset.title.in_language(language),
        "description": dataset.description.in_language(language)[:_LONGEST_DESCRIPTION],
        "keywords": [each.in_language(language) for each in dataset.keywords],
        "license": dataset.licence.text_url or (dataset.licence.iri if isinstance(dataset.licence, Licence) else ""),
        "creditText": dataset.attribution,
        "isAccessibleForFree": True if dataset.upstream is None else None,
        "inLanguage": [each.tag for each in dataset.languages],
        "creator": publisher,
        "publisher": publisher,
        **_times(dataset),
        "temporalCoverage": _coverage(dataset.temporal),
        "spatialCoverage": _place(dataset.spatial, language) if dataset.spatial else {},
        "variableMeasured": _variables(dataset.table, language) if dataset.table else [],
        "includedInDataCatalog": {"@type": "DataCatalog", "name": site.title, "url": addresses.absolute("/catalog")},
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": each.format.media_type,
                "contentUrl": addresses.absolute(file_path(f"/datasets/{dataset.name}", each.format.extension)),
                "contentSize": f"{each.byte_size} B",
                "sha256": each.sha256,
            }
            for each in dataset.distributions
        ]
        + [_linked(each, language) for each in dataset.links],
    }
    return json_ld(_without_empty(document))


def json_ld(document: Mapping[str, Any]) -> str:
    """Written so that no text of it can end the `script` element it stands in."""
    written = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    # In HTML only these can end a script element or begin a comment in it; JSON may write every character as an escape.
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _times(dataset: Dataset) -> dict[str, str]:
    there = dataset.upstream
    if there is None:
        first, last, version = dataset.issued.date().isoformat(), dataset.modified.date().isoformat(), str(dataset.edition or "")
    else:
        first, last, version = str(there.issued or ""), there.modified.date().isoformat() if there.modified else "", there.version
    return {"datePublished": first, "dateModified": last, "version": version}


def _linked(link: Link, language: str) -> dict[str, Any]:
    return _without_empty(
        {
            "@type": "DataDownload",
            "name": link.title.in_language(language) if link.title else "",
            "encodingFormat": link.media_type or format_word(link),
            "contentUrl": link.download_url or link.access_url,
            "contentSize": f"{link.byte_size} B" if link.byte_size is not None else "",
            "license": link.licence.text_url,
        }
    )


def _variables(table: Table, language: str) -> list[dict[str, str]]:
    own = {each.name for each in provenance_fields()}
    return [
        _without_empty(
            {"@type": "PropertyValue", "name": each.name, "description": each.title.in_language(language), "unitText": each.unit}
        )
        for each in table.fields
        if each.name not in own
    ]


def _coverage(period: Period | None) -> str:
    """An ISO 8601 interval; `..` is an open end."""
    if period is None:
        return ""
    return f"{period.start or '..'}/{period.end or '..'}"


def _place(place: Place, language: str) -> dict[str, Any]:
    return _without_empty({"@type": "Place", "name": place.title.in_language(language), "sameAs": list(place.iris), "geo": _shape(place)})


def _shape(place: Place) -> dict[str, str]:
    """schema.org writes latitude first."""
    if place.bbox is None:
        return {}
    west, south, east, north = place.bbox
    return {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}


def _without_empty(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value not in ("", [], {}, None)}
