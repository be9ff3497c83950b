"""Running official SHACL files with pySHACL. Our own shapes have an engine of their own (`dcat.constraints`).

Importing this module costs about 0.9 s (rdflib and pySHACL): import it where a check really runs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from xml.etree import ElementTree

from pyoxigraph import Literal as OxLiteral
from pyoxigraph import NamedNode, Triple
from pyshacl import validate
from rdflib import DCTERMS, RDF, RDFS, SH, SKOS, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.term import Node

from dcat.constraints import Result
from dcat.namespaces import curie
from dcat.official import FILE_TYPES, LISTS, ProfileFiles, require_file

_WRONG_NAMESPACE, _RIGHT_NAMESPACE = "http://data.europa.eu/r5r#", "http://data.europa.eu/r5r/"
#: The official files define that a series has one publisher and attach it to no class.
_SERIES_REPAIR = """
:DatasetSeries_Shape a sh:NodeShape ; sh:targetClass dcat:DatasetSeries ; sh:property :DE_DatasetSeries_dcterms_publisher_v_Min .
"""
_FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type"


@dataclass(frozen=True, kw_only=True)
class OfficialProfile:
    """Shapes of others, and what they expect to find beside a catalogue: code lists and class hierarchies."""

    files: ProfileFiles
    shapes: Graph
    background: Graph

    @property
    def name(self) -> str:
        return self.files.name

    def results(self, catalogue: Graph) -> tuple[Result, ...]:
        """Sorted results that touch a node of `catalogue`. Raises ValueError for an empty graph, which always conforms.

        Not by subject only: the focus node of a code list rule is the value. Counters of the dashboard are left out.
        """
        if (None, RDF.type, None) not in catalogue:
            raise ValueError("no typed node: an empty graph always conforms")
        nodes = set(catalogue.subjects()) if self.files.own_nodes_only else catalogue.all_nodes()
        ours = {str(node) for node in nodes}
        inferred = _inferred(catalogue) if self.files.inference else Graph()
        found = results(catalogue + self.background + inferred, self.shapes)
        return tuple(sorted(each for each in found if each.focus in ours and not each.severity.startswith("count_")))

    @cached_property
    def rules(self) -> int:
        """How many shapes are active."""
        all_shapes = set(self.shapes.subjects(SH.path)) | set(self.shapes.subjects(RDF.type, SH.NodeShape))
        return len(all_shapes - set(self.shapes.subjects(SH.deactivated, RdfLiteral(True))))


def _inferred(catalogue: Graph) -> Graph:
    """Classes that nobody writes down: everything is a resource, and DCMI gives dcterms:license its range. Typing licences in the feed
    itself would make the German shapes judge the German licence list, which breaks one of their rules."""
    inferred = Graph()
    for each in catalogue.all_nodes():
        inferred.add((each, RDF.type, RDFS.Resource))
    for each in catalogue.objects(None, DCTERMS.license):
        inferred.add((each, RDF.type, DCTERMS.LicenseDocument))
    return inferred


def load(folder: Path, files: ProfileFiles) -> OfficialProfile:
    """Takes about a second: keep it. Raises ConfigurationError that names a file that is missing."""
    shapes = _read(folder, files.files)
    for name in files.mended:
        text = _text(folder, name).replace(_WRONG_NAMESPACE, _RIGHT_NAMESPACE)
        text += _SERIES_REPAIR if ":DE_DatasetSeries_dcterms_publisher_v_Min" in text else ""
        shapes.parse(data=text, format="turtle")
    return OfficialProfile(files=files, shapes=shapes, background=_background(folder))


def results(data: Graph, shapes: Graph) -> Iterator[Result]:
    """All results of one run, in no order. No inference, no advanced features."""
    _, report, _ = validate(data, shacl_graph=shapes, inference="none")
    assert isinstance(report, Graph)  # text only when the report is asked for as text
    for result in report.subjects(RDF.type, SH.ValidationResult):
        rule = report.value(result, SH.sourceShape)
        path = report.value(result, SH.resultPath)
        yield Result(
            severity=_local_name(report.value(result, SH.resultSeverity)),
            focus=str(report.value(result, SH.focusNode) or ""),
            path=curie(str(path)) if isinstance(path, URIRef) else "",
            component=_local_name(report.value(result, SH.sourceConstraintComponent)).removesuffix("ConstraintComponent"),
            value=_shown(report.value(result, SH.value)),
            name=_in_german(shapes.objects(rule, SH.name)),
            message=_in_german(report.objects(result, SH.resultMessage)),
        )


def graph_from_triples(triples: Iterable[Triple]) -> Graph:
    """pyoxigraph -> rdflib, without parsing; lexical forms stay as they are."""
    graph = Graph()
    for each in triples:
        graph.add((URIRef(each.subject.value), URIRef(each.predicate.value), _rdflib(each.object)))  # type: ignore[union-attr]  # named nodes only
    return graph


def _rdflib(value: object) -> Node:
    match value:
        case NamedNode():
            return URIRef(value.value)
        case OxLiteral() if value.language:
            return RdfLiteral(value.value, lang=value.language)
        case OxLiteral() if value.datatype.value.endswith("#string"):
            return RdfLiteral(value.value)
        case OxLiteral():
            return RdfLiteral(value.value, datatype=URIRef(value.datatype.value), normalize=False)
        case _:
            raise ValueError(f"neither a named node nor a literal: {value}")


@cache
def _background(folder: Path) -> Graph:
    extracts = sorted(each.relative_to(folder).as_posix() for each in folder.glob("vocab/eu_*.ttl"))
    graph = _read(folder, [*extracts, *LISTS])
    for record in ElementTree.fromstring(_text(folder, FILE_TYPES)).iter("record"):
        code = URIRef(f"{_FILE_TYPE}/{record.findtext('authority-code')}")
        graph.add((code, RDF.type, SKOS.Concept))
        graph.add((code, SKOS.inScheme, URIRef(_FILE_TYPE)))
    return graph


def _read(folder: Path, names: Iterable[str]) -> Graph:
    graph = Graph()
    for name in names:
        graph.parse(data=_text(folder, name), format="xml" if name.endswith(".rdf") else "turtle")
    return graph


def _text(folder: Path, name: str) -> str:
    return require_file(folder, name).read_text(encoding="utf-8")


def _local_name(node: Node | None) -> str:
    return str(node or "").rpartition("#")[2].rpartition("/")[2]


def _shown(node: Node | None) -> str:
    return "" if node is None else str(node.n3()) if isinstance(node, URIRef | RdfLiteral) else ""


def _in_german(texts: Iterable[Node]) -> str:
    every = list(texts)
    return next((str(each) for each in every if getattr(each, "language", None) == "de"), str(every[0]) if every else "")
