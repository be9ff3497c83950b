"""The renderer that wiring hands to the catalogue: a data set in, fragments or reasons against it out."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain

import pyoxigraph
from pydantic import TypeAdapter
from pyoxigraph import Triple

from catalog.rendering import Rendered, Renderer
from dcat.catalogue import catalogue_triples, entry_triples
from dcat.dataset import dataset_triples
from dcat.namespaces import PREFIXES
from dcat.rules import shapes_text, violations
from dcat.serialise import fragments
from dcat.terms import InvalidIri, web_iri
from schemas.errors import ConfigurationError
from schemas.model import Agent, Dataset, Site
from schemas.row import Finding

#: Raise it when the same data set gives other triples than before: stored fragments are then rendered anew.
MAPPING_VERSION = 1
PROFILES = ("dcat-ap-de-3.0",)


def renderer(site: Site, profile: str = "dcat-ap-de-3.0") -> Renderer:
    """Raises ConfigurationError for a profile klar does not know, and for a base that cannot begin an IRI."""
    if profile not in PROFILES:
        raise ConfigurationError(f"[feed] profile: {profile!r} ist keines von {', '.join(PROFILES)}")
    _require_base("base_url", site.base_url)
    _require_base("uri_base", site.uri_base)
    return Renderer(key=_key(site, profile), render=lambda dataset: render(dataset, site))


def render(dataset: Dataset, site: Site) -> Rendered:
    """Fragments in every syntax, or findings and no fragments at all."""
    try:
        triples = published_triples(dataset, site)
    except InvalidIri as error:
        return Rendered(fragments={}, findings=(_about(dataset, _bad_iri(error)),))
    findings = tuple(_about(dataset, each) for each in violations(triples))
    return Rendered(fragments={} if findings else fragments(triples), findings=findings)


def published_triples(dataset: Dataset, site: Site) -> tuple[Triple, ...]:
    """All that a feed page says because of this data set. Raises InvalidIri."""
    return tuple(chain(entry_triples(dataset, site), dataset_triples(dataset, site)))


def site_findings(site: Site) -> tuple[Finding, ...]:
    """What is wrong with the catalogue's own description, that is with `[site]` and `[publisher]`; for `klar doctor`."""
    now = datetime.now(UTC)
    try:
        return violations(catalogue_triples(site, issued=now, modified=now))
    except InvalidIri as error:
        return (_bad_iri(error),)


def _require_base(field: str, base: str) -> None:
    try:
        fine = web_iri(field, base) == base and not base.endswith("/")
    except InvalidIri:
        fine = False
    if not fine:
        raise ConfigurationError(f"[site] {field}: {base!r} ist keine Web-Adresse ohne Schrägstrich am Ende")


def _bad_iri(error: InvalidIri) -> Finding:
    return Finding(code="invalid-iri", field=error.field, message=f"{error.field}: {error.text!r} {error.reason}.")


def _about(dataset: Dataset, finding: Finding) -> Finding:
    return replace(finding, table=dataset.table.name, key=dataset.name, message=f"Datensatz {dataset.name}: {finding.message}")


def _key(site: Site, profile: str) -> str:
    """Short, readable, and different whenever the bytes could be: also another pyoxigraph may write them differently."""
    decisive: Iterable[object] = (
        MAPPING_VERSION,
        profile,
        site.base_url,
        site.uri_base,
        site.contributor_id,
        [each.code for each in site.languages],
        TypeAdapter(Agent).dump_python(site.publisher, mode="json"),
        pyoxigraph.__version__,
        dict(PREFIXES),  # a fragment relies on the header
        shapes_text(),
    )
    digest = hashlib.sha256(json.dumps(decisive, ensure_ascii=False).encode()).hexdigest()
    return f"{profile}/{MAPPING_VERSION}/{digest[:16]}"
