"""data.json, the catalogue of Project Open Data 1.1, as trees of the same shape as DCAT's (its fields are DCAT's under short names).

Source of names: resources.data.gov, "DCAT-US Schema v1.1 (Project Open Data Metadata Schema)". The contact is not looked at.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from harvesters.catalogues.iris import is_iri
from schemas.errors import SourceError

_PLAIN = {
    "title": "dcterms:title",
    "description": "dcterms:description",
    "identifier": "dcterms:identifier",
    "landingPage": "dcat:landingPage",
    "license": "dcterms:license",
    "accrualPeriodicity": "dcterms:accrualPeriodicity",
    "accessLevel": "dcterms:accessRights",
    "issued": "dcterms:issued",
    "modified": "dcterms:modified",
    "keyword": "dcat:keyword",
    "theme": "dcat:theme",
    "language": "dcterms:language",
}
_FILE = {
    "title": "dcterms:title",
    "description": "dcterms:description",
    "accessURL": "dcat:accessURL",
    "downloadURL": "dcat:downloadURL",
    "mediaType": "dcat:mediaType",
    "format": "dcterms:format",
    "license": "dcterms:license",
}
#: Fields of a data set that are read; everything else is not even kept.
READ = frozenset({*_PLAIN, "publisher", "temporal", "spatial", "distribution"})


def is_catalogue(answer: object) -> bool:
    """A data.json names a context of its own kind, which nobody has to load; JSON-LD holds its own or none."""
    return isinstance(answer, dict) and isinstance(answer.get("dataset"), list) and not isinstance(answer.get("@context"), dict | list)


def parsed(content: bytes) -> Any:
    """Raises SourceError, whose text does not name the address."""
    try:
        return json.loads(content)
    except RecursionError:
        raise SourceError("Das JSON ist zu tief verschachtelt.") from None
    except ValueError as error:
        raise SourceError("Die Antwort ist kein vollständiges JSON.") from error


def discreet(catalogue: Mapping[str, Any]) -> dict[str, Any]:
    """The catalogue with nothing in it that is not read. Doing it twice is doing it once."""
    datasets = [_kept(each) if isinstance(each, Mapping) else None for each in catalogue["dataset"]]
    return {"dataset": datasets} | {name: catalogue[name] for name in ("conformsTo",) if name in catalogue}


def _kept(dataset: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in dataset.items() if name in READ}
    if isinstance(kept.get("publisher"), Mapping):
        kept["publisher"] = {name: value for name, value in kept["publisher"].items() if name in ("name", "@type")}
    return kept


def tree_of(dataset: object, home: str) -> dict[str, Any]:
    """`home`: address of the catalogue, which names data sets whose identifier is only unique within it."""
    if not isinstance(dataset, Mapping):
        return {"@type": ["dcat:Dataset"], "dcterms:title": []}  # has no name, and will be refused for it
    identifier = _text(dataset.get("identifier"))
    tree: dict[str, Any] = {"@type": ["dcat:Dataset"]}
    if identifier:
        tree["@id"] = identifier if is_iri(identifier) else f"{home}#{quote(identifier, safe='')}"
    tree |= _literals(dataset, _PLAIN)
    publisher = dataset.get("publisher")
    if isinstance(publisher, Mapping) and _text(publisher.get("name")):
        tree["dcterms:publisher"] = [{"foaf:name": [{"@value": _text(publisher["name"])}]}]
    if temporal := _text(dataset.get("temporal")):
        start, _, end = temporal.partition("/")
        tree["dcterms:temporal"] = [{"dcat:startDate": _listed(start), "dcat:endDate": _listed(end)}]
    if spatial := dataset.get("spatial"):
        text = spatial if isinstance(spatial, str) else json.dumps(spatial)
        tree["dcterms:spatial"] = [{"dcat:bbox": _listed(text)}, *([{"@value": text}] if _is_name(text) else [])]
    tree["dcat:distribution"] = list(_files(dataset.get("distribution")))
    return tree


def _files(distributions: object) -> Iterator[dict[str, Any]]:
    for each in distributions if isinstance(distributions, list) else []:
        if isinstance(each, Mapping):
            yield _literals(each, _FILE)


def _literals(content: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    found = {term: [{"@value": text} for each in _every(content.get(name)) if (text := _text(each))] for name, term in names.items()}
    return {term: values for term, values in found.items() if values}


def _every(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _listed(text: str) -> list[dict[str, str]]:
    return [{"@value": text}] if text else []


def _is_name(text: str) -> bool:
    return not text.lstrip().startswith("{") and any(each.isalpha() for each in text) and "(" not in text
