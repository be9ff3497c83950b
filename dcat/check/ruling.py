"""SHACL results as German sentences, for our own shapes and for the official ones, whose texts are long, English or misleading."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from dcat.constraints import Result, Shapes, read_shapes
from dcat.namespaces import curie
from dcat.rules import finding

#: Characters of a stranger's text in one sentence.
_LONG = 200
#: Deprecated since DCAT-AP.de 3.0 (specification, chapter 2; spec 7) -> what takes its place.
DEPRECATED: Mapping[str, str] = {
    "dcatde:politicalGeocodingURI": "dcterms:spatial",
    "dcatde:geocodingDescription": "dcterms:spatial",
    "dcatde:legalBasis": "dcatap:applicableLegislation",
    "dcatde:qualityProcessURI": "dcterms:provenance",
    "dcatde:originator": "geodcatap:originator",
    "dcatde:maintainer": "geodcatap:custodian",
    "dcatde:plannedAvailability": "dcatap:availability",
    "dcterms:hasVersion": "dcat:hasVersion",
    "dcterms:isVersionOf": "dcat:hasVersion",
    "schema:startDate": "dcat:startDate",
    "schema:endDate": "dcat:endDate",
    "http://www.w3.org/2002/07/owl#versionInfo": "dcat:version",
}
#: Fields that only the official shapes speak of.
_OTHERS: Mapping[str, str] = {
    "dcterms:spatial": "Räumliche Abdeckung",
    "dcterms:language": "Sprache",
    "dcterms:creator": "Autor",
    "dcterms:conformsTo": "Konform zu Standard",
    "dcterms:provenance": "Provenienz",
    "dcat:theme": "Kategorie",
    "dcat:landingPage": "Ursprüngliche Webseite",
    "dcatap:hvdCategory": "HVD-Kategorie",
    "dcatap:applicableLegislation": "Rechtsgrundlage",
    "foaf:page": "Dokumentation",
    "vcard:hasEmail": "E-Mail",
    "http://www.w3.org/ns/locn#geometry": "Geometrie",
    "http://govdata.de/mqa/#isOpenLicense": "Offene Lizenz",
}
_SH = "http://www.w3.org/ns/shacl#"


def results(triples: Iterable[Triple]) -> Iterator[Result]:
    """Against what DCAT-AP.de 3.0 demands of everybody (`shapes.ttl`), in order."""
    return iter(sorted(_shapes().results(triples)))


def rule_of(result: Result) -> str:
    """What is broken: "Lizenz (dcterms:license) fehlt". By field and constraint, never by the official text: that speaks of services
    where a data set lacks its publisher (validate.md, trap 11)."""
    return sentence(replace(result, value="")).removesuffix(".")


def sentence(result: Result) -> str:
    """The same with the value that breaks it."""
    if result.path == "skos:inScheme":
        return f"Der Wert steht nicht in der amtlichen Codeliste{f': <{result.focus[:_LONG]}>' if result.value else ''}."
    if result.path in DEPRECATED:
        return f"{result.path} ist veraltet; an seine Stelle tritt {DEPRECATED[result.path]}."
    name = _names().get(result.path) or result.name or result.message.partition("\n")[0][:_LONG] or "Ein Feld"
    return finding(replace(result, name=name, message="", value=result.value[:_LONG])).message


@cache
def _shapes() -> Shapes:
    return read_shapes(_text())


@cache
def _names() -> Mapping[str, str]:
    """CURIE -> German name, from our shapes."""
    paths: dict[object, str] = {}
    names: dict[object, str] = {}
    for each in parse(_text(), format=RdfFormat.TURTLE):
        if each.predicate.value == _SH + "path" and isinstance(each.object, NamedNode):
            paths[each.subject] = curie(each.object.value)
        if each.predicate.value == _SH + "name" and isinstance(each.object, Literal):
            names[each.subject] = each.object.value
    return {**_OTHERS, **{path: names[subject] for subject, path in paths.items()}}


def _text() -> str:
    return resources.files("dcat").joinpath("check", "shapes.ttl").read_text(encoding="utf-8")
