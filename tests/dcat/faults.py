"""Ways to break DCAT-AP.de 3.0, each made from good triples by one change."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from dcat.namespaces import term
from schemas.values import Availability, Licence

_DATASET = NamedNode("https://opendata.example.org/datasets/projekte")
_CSV = NamedNode("https://opendata.example.org/datasets/projekte#csv")
Triples = Iterable[Triple]


@dataclass(frozen=True, kw_only=True)
class Fault:
    name: str
    field: str  #: CURIE that a finding must name
    make: Callable[[Triples], list[Triple]]
    official: bool = True  #: the official files find it too; else only the repaired ones do


def _without(subject: NamedNode, predicate: str) -> Callable[[Triples], list[Triple]]:
    return lambda triples: [each for each in triples if (each.subject, each.predicate) != (subject, term(predicate))]


def _with(subject: NamedNode, predicate: str, *iris: str) -> Callable[[Triples], list[Triple]]:
    return lambda triples: [*triples, *(Triple(subject, term(predicate), NamedNode(iri)) for iri in iris)]


def _instead(subject: NamedNode, predicate: str, iri: str) -> Callable[[Triples], list[Triple]]:
    return lambda triples: _with(subject, predicate, iri)(_without(subject, predicate)(triples))


FAULTS = (
    Fault(name="no-publisher", field="dcterms:publisher", make=_without(_DATASET, "dcterms:publisher")),
    Fault(name="no-title", field="dcterms:title", make=_without(_DATASET, "dcterms:title")),
    Fault(name="no-licence", field="dcterms:license", make=_without(_CSV, "dcterms:license")),
    Fault(name="no-access-url", field="dcat:accessURL", make=_without(_CSV, "dcat:accessURL")),
    Fault(name="two-licences", field="dcterms:license", make=_with(_CSV, "dcterms:license", Licence.CC_ZERO.iri)),
    Fault(name="licence-slash", field="dcterms:license", make=_instead(_CSV, "dcterms:license", Licence.DL_ZERO_2.iri + "/")),
    Fault(
        name="unknown-file-type",
        field="dcterms:format",
        make=_instead(_CSV, "dcterms:format", "http://publications.europa.eu/resource/authority/file-type/KOMMA"),
    ),
    Fault(
        name="two-availabilities",
        field="dcatap:availability",
        make=_with(_DATASET, "dcatap:availability", Availability.TEMPORARY.iri, Availability.EXPERIMENTAL.iri),
        official=False,
    ),
    Fault(
        name="deprecated-geocoding",
        field="dcatde:politicalGeocodingURI",
        make=_with(_DATASET, "dcatde:politicalGeocodingURI", "http://dcat-ap.de/def/politicalGeocoding/districtKey/07312"),
    ),
)
