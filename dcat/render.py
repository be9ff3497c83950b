"""The renderer that wiring hands to the catalogue: a data set in, fragments or reasons against it out."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pyoxigraph
from pydantic import TypeAdapter
from pyoxigraph import Triple

from catalog.rendering import Rendered, Renderer
from dcat.catalogue import catalogue_triples, entry_triples
from dcat.dataset import dataset_triples
from dcat.namespaces import PREFIXES
from dcat.official import OfficialShapes
from dcat.profiles import DE_3_0, Profile, Sha1, profile_named
from dcat.rules import shape_files, shapes_text, violations
from dcat.serialise import fragments
from dcat.terms import InvalidIri, web_iri
from schemas.errors import ConfigurationError
from schemas.model import Agent, Contact, Dataset, Place, Site
from schemas.row import Finding

#: Raise it when the same data set gives other triples than before: stored fragments are then rendered anew.
MAPPING_VERSION = 2


def renderer(site: Site, profile: str = DE_3_0.name, *, sha1: Sha1 | None = None, shapes: Path | None = None) -> Renderer:
    """What publishing needs: `sha1` reads published files for profiles that name it, `shapes` is a folder with official SHACL files
    that are checked after our own. A process that only serves needs neither: the key does not depend on them.

    Raises ConfigurationError for a profile klar does not know, a base that cannot begin an IRI, and a missing file of shapes.
    """
    chosen = profile_named(profile, sha1)
    _require_base("base_url", site.base_url)
    _require_base("uri_base", site.uri_base)
    official = None if shapes is None else OfficialShapes(shapes, profile)
    return Renderer(key=_key(site, chosen), render=lambda dataset: render(dataset, site, chosen, official))


def render(dataset: Dataset, site: Site, profile: Profile = DE_3_0, official: OfficialShapes | None = None) -> Rendered:
    """Fragments in every syntax, or findings and no fragments at all."""
    hvd, own = bool(dataset.hvd), dataset.upstream is None
    try:
        triples = published_triples(dataset, site, profile)
    except InvalidIri as error:
        return Rendered(fragments={}, findings=(_about(dataset, _bad_iri(error)),))
    findings = violations(triples, profile, hvd=hvd, own=own)
    if not findings and official is not None:
        findings = tuple(each for each in official.findings(triples, hvd=hvd) if own or not _is_about_terms(each))
    if findings:
        return Rendered(fragments={}, findings=tuple(_about(dataset, each) for each in findings))
    return Rendered(fragments=fragments(triples))


def published_triples(dataset: Dataset, site: Site, profile: Profile = DE_3_0) -> tuple[Triple, ...]:
    """All that a feed page says because of this data set. Raises InvalidIri."""
    return tuple(chain(entry_triples(dataset, site), dataset_triples(dataset, site, profile)))


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


def _is_about_terms(finding: Finding) -> bool:
    """Of a neighbour's data set: a licence outside the list, which nobody here can change."""
    return finding.code == "unknown-code" and finding.field == "dcterms:license"


def _about(dataset: Dataset, finding: Finding) -> Finding:
    return replace(
        finding, table=dataset.table.name if dataset.table else "", key=dataset.name, message=f"Datensatz {dataset.name}: {finding.message}"
    )


def _key(site: Site, profile: Profile) -> str:
    """Short, readable, and different whenever the bytes could be: also another pyoxigraph may write them differently."""
    own_shapes = {name for hvd in (True, False) for own in (True, False) for name in shape_files(profile, hvd=hvd, own=own)}
    decisive: Iterable[object] = (
        MAPPING_VERSION,
        profile.name,
        site.base_url,
        site.uri_base,
        site.contributor_id,
        site.official,
        [each.code for each in site.languages],
        TypeAdapter(Agent).dump_python(site.publisher, mode="json"),
        TypeAdapter(Contact).dump_python(site.contact, mode="json"),
        TypeAdapter(Place).dump_python(site.place, mode="json"),
        pyoxigraph.__version__,
        dict(PREFIXES),  # a fragment relies on the header
        [shapes_text(each) for each in sorted(own_shapes)],
    )
    digest = hashlib.sha256(json.dumps(decisive, ensure_ascii=False).encode()).hexdigest()
    return f"{profile.name}/{MAPPING_VERSION}/{digest[:16]}"
