"""Ways to break DCAT-AP.de 3.0, each made from good triples by one change."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from dcat.namespaces import term
from schemas.model import Dataset
from schemas.values import HVD_LEGISLATION, Availability, HvdCategory, Licence
from tests.dcat.samples import FIGURES, PROCESSES, PROJECTS, STATIONS

_DATASET = NamedNode("https://opendata.example.org/datasets/projekte")
_CSV = NamedNode("https://opendata.example.org/datasets/projekte#csv")
_STATIONS = NamedNode("https://opendata.example.org/datasets/messstellen")
_SERIES = NamedNode("https://opendata.example.org/catalog#series-umweltmessungen")
_SERVICE = NamedNode("https://opendata.example.org/datasets/messstellen#service-zeilen")
_FIGURES_CSV = NamedNode("https://opendata.example.org/datasets/plattformkennzahlen#csv")
_COMPANY = NamedNode("https://opendata.example.org/catalog#organisation-kl-digital")
Triples = Iterable[Triple]


@dataclass(frozen=True, kw_only=True)
class Fault:
    name: str
    field: str  #: CURIE that a finding must name
    make: Callable[[Triples], list[Triple]]
    dataset: Dataset = PROJECTS  #: whose triples are broken
    by: str = "official"  #: the loosest official profile that finds it: official, repaired, hvd; "" where they have a hole


def _without(subject: NamedNode, predicate: str) -> Callable[[Triples], list[Triple]]:
    return lambda triples: [each for each in triples if (each.subject, each.predicate) != (subject, term(predicate))]


def _with(subject: NamedNode, predicate: str, *iris: str) -> Callable[[Triples], list[Triple]]:
    return lambda triples: [*triples, *(Triple(subject, term(predicate), NamedNode(iri)) for iri in iris)]


def _instead(subject: NamedNode, predicate: str, iri: str) -> Callable[[Triples], list[Triple]]:
    return lambda triples: _with(subject, predicate, iri)(_without(subject, predicate)(triples))


def _without_all(subject: NamedNode, *predicates: str) -> Callable[[Triples], list[Triple]]:
    unwanted = {(subject, term(each)) for each in predicates}
    return lambda triples: [each for each in triples if (each.subject, each.predicate) not in unwanted]


def _without_type(class_: str) -> Callable[[Triples], list[Triple]]:
    return lambda triples: [each for each in triples if each.object != term(class_)]


def _with_text(subject: NamedNode, predicate: str, wkt: str) -> Callable[[Triples], list[Triple]]:
    more = Triple(subject, term(predicate), Literal(wkt, datatype=term("geo:wktLiteral")))
    return lambda triples: [*triples, more]


def _fragment(subject: NamedNode, name: str) -> NamedNode:
    return NamedNode(f"{subject.value}#{name}")


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
        by="repaired",
    ),
    Fault(name="no-dataset-type", field="foaf:primaryTopic", make=_without_type("dcat:Resource")),
    Fault(name="record-without-time", field="dcterms:modified", make=_without(_fragment(_DATASET, "record"), "dcterms:modified")),
    Fault(
        name="series-without-title",
        field="dcterms:title",
        dataset=STATIONS,
        make=_without(_SERIES, "dcterms:title"),
    ),
    Fault(
        name="series-without-publisher",
        field="dcterms:publisher",
        dataset=STATIONS,
        make=_without(_SERIES, "dcterms:publisher"),
        by="repaired",
    ),
    Fault(name="service-without-endpoint", field="dcat:endpointURL", dataset=STATIONS, make=_without(_SERVICE, "dcat:endpointURL")),
    Fault(name="service-without-publisher", field="dcterms:publisher", dataset=STATIONS, make=_without(_SERVICE, "dcterms:publisher")),
    Fault(
        name="hvd-without-category", field="dcatap:hvdCategory", dataset=STATIONS, make=_without(_STATIONS, "dcatap:hvdCategory"), by="hvd"
    ),
    Fault(
        name="hvd-file-without-regulation",
        field="dcatap:applicableLegislation",
        dataset=STATIONS,
        make=_without(_fragment(_STATIONS, "csv"), "dcatap:applicableLegislation"),
        by="hvd",
    ),
    Fault(
        name="hvd-service-without-contact",
        field="dcat:contactPoint",
        dataset=STATIONS,
        make=_without(_SERVICE, "dcat:contactPoint"),
        by="hvd",
    ),
    Fault(
        name="category-without-flag",
        field="dcatap:hvdCategory",
        make=_with(_DATASET, "dcatap:hvdCategory", HvdCategory.STATISTICS.iri),
        by="",
    ),
    Fault(
        name="regulation-without-flag",
        field="dcatap:applicableLegislation",
        make=_with(_DATASET, "dcatap:applicableLegislation", HVD_LEGISLATION),
        by="",
    ),
    Fault(
        name="old-status-list",
        field="adms:status",
        dataset=FIGURES,
        make=_instead(_FIGURES_CSV, "adms:status", "http://purl.org/adms/status/Deprecated"),
    ),
    Fault(name="nameless-agent", field="foaf:name", dataset=PROCESSES, make=_without(_COMPANY, "foaf:name")),
    Fault(name="two-checksums", field="spdx:checksum", make=_with(_CSV, "spdx:checksum", f"{_DATASET.value}#json-checksum")),
    Fault(name="no-checksum-value", field="spdx:checksumValue", make=_without(_fragment(_DATASET, "csv-checksum"), "spdx:checksumValue")),
    Fault(name="no-notation", field="skos:notation", make=_without(_fragment(_DATASET, "uuid"), "skos:notation")),
    Fault(name="place-twice-drawn", field="dcat:centroid", make=_with_text(_fragment(_DATASET, "place"), "dcat:centroid", "POINT(0 0)")),
    Fault(name="empty-period", field="", make=_without_all(_fragment(_DATASET, "period"), "dcat:startDate", "dcat:endDate")),
    Fault(
        name="untyped-legislation", field="dcatap:applicableLegislation", dataset=PROCESSES, make=_without_type("eli:LegalResource"), by=""
    ),
    Fault(
        name="other-data-set-reachable",
        field="dcterms:relation",
        make=_with(_DATASET, "dcterms:relation", "https://opendata.example.org/datasets/anderer"),
        by="",
    ),
    Fault(
        name="deprecated-geocoding",
        field="dcatde:politicalGeocodingURI",
        make=_with(_DATASET, "dcatde:politicalGeocodingURI", "http://dcat-ap.de/def/politicalGeocoding/districtKey/07312"),
    ),
)
