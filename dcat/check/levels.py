"""One data set, judged as each level of the way up will: what it lacks, what is changed, what is deprecated. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from dcat.check import lists
from dcat.check.graph import Closure, Graph, is_blank
from dcat.check.report import Finding
from dcat.check.ruling import DEPRECATED
from dcat.namespaces import PREFIXES, SHA1, curie
from schemas.values import HVD_LEGISLATION, DistributionStatus

#: Old lists of values -> the list that took their place.
_OLD_LISTS: Mapping[str, str] = {
    "http://dcat-ap.de/def/hashAlgorithms/": "spdx:checksumAlgorithm_…",
    "http://purl.org/adms/status/": lists.EU + "distribution-status/",
}
#: What ckanext-dcatde drops from a tag (harvest-rules, section 2.4). It also writes it in lower case, which is no news to anybody.
_NOT_IN_TAGS = re.compile(r"[^a-zA-ZÄÖÜäöüß0-9 \-_.]")
_XSD_DECIMAL = PREFIXES["xsd"] + "decimal"
#: Licences that oblige to name the source: their codes say "by".
_BY = re.compile(r"(^|-)by(-|/|$)")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One data set on its page."""

    uri: str
    graph: Graph
    closure: Closure

    @property
    def distributions(self) -> Sequence[str]:
        return self.graph.iris(self.uri, "dcat:distribution")

    @property
    def is_hvd(self) -> bool:
        return bool(self.graph.values(self.uri, "dcatap:hvdCategory")) or HVD_LEGISLATION in self.legislation(self.uri)

    def legislation(self, node: str) -> Sequence[str]:
        return self.graph.iris(node, "dcatap:applicableLegislation")

    def finding(self, kind: str, message: str, *, rule: str = "", node: str = "", field: str = "") -> Finding:
        return Finding(kind=kind, message=message, rule=rule, dataset=self.uri, node=node, field=field)


def judged(subject: Subject) -> Iterator[Finding]:
    yield from _identity(subject)
    yield from _discovery(subject)
    yield from _contributor(subject)
    yield from _deprecated(subject)
    yield from _outside_lists(subject)
    yield from _hvd(subject)
    for each in subject.distributions:
        yield from _distribution(subject, each)
    yield from _checksums(subject)


def _identity(subject: Subject) -> Iterator[Finding]:
    """harvest-rules 2.1 (GUID, name, select) and 2.4 (closure)."""
    graph, uri = subject.graph, subject.uri
    title = any(each.strip() for each in graph.texts(uri, "dcterms:title"))
    if not title and not subject.distributions and not graph.texts(uri, "dcterms:description"):
        yield subject.finding("stub", "Weder Titel noch Beschreibung noch Distribution.")
    if not title:
        yield subject.finding("title-missing", "Titel (dcterms:title) fehlt oder ist leer.", field="dcterms:title")
    if is_blank(uri):
        yield subject.finding("blank-dataset", f"Der Datensatz »{_name(subject)}« ist ein Blank Node.")
    for other, predicate in subject.closure.others.items():
        yield subject.finding(
            "closure", f"{curie(predicate)} führt zu <{other}>.", rule=curie(predicate), node=other, field=curie(predicate)
        )
    if not graph.values(uri, "dcterms:modified"):
        yield subject.finding("modified-missing", "Aktualisierungsdatum (dcterms:modified) fehlt.", field="dcterms:modified")


def _name(subject: Subject) -> str:
    return next(iter(subject.graph.texts(subject.uri, "dcterms:title")), "ohne Titel")[:200]


def _discovery(subject: Subject) -> Iterator[Finding]:
    """harvest-rules 2.4: groups from themes, tags from keywords, resources_required."""
    graph, uri = subject.graph, subject.uri
    if not subject.distributions:
        yield subject.finding("no-distribution", "Distribution (dcat:distribution) fehlt.", field="dcat:distribution")
    if not graph.values(uri, "dcat:theme"):
        yield subject.finding("theme-missing", "Kategorie (dcat:theme) fehlt.", field="dcat:theme")
    keywords = graph.texts(uri, "dcat:keyword")
    if not keywords:
        yield subject.finding("keyword-missing", "Schlagwort (dcat:keyword) fehlt.", field="dcat:keyword")
    for each in dict.fromkeys(keywords):
        left = _NOT_IN_TAGS.sub("", each)
        if not left.strip():
            yield subject.finding("keyword-lost", f"Von »{each[:100]}« bleibt nichts.", field="dcat:keyword")
        elif left != each:
            yield subject.finding("keyword-changed", f"»{each[:100]}« wird zu »{left.lower()[:100]}«.", field="dcat:keyword")


def _contributor(subject: Subject) -> Iterator[Finding]:
    """Konventionen 12 and 13; harvest-rules 2.4: GovData's harvester adds the one of its source where there is none."""
    given = subject.graph.iris(subject.uri, "dcatde:contributorID")
    listed = [each for each in given if lists.is_contributor(each)]
    field = "dcatde:contributorID"
    if not given:
        yield subject.finding("contributor-missing", "Datenbereitsteller ID (dcatde:contributorID) fehlt.", field=field)
    if len(listed) > 1:
        yield subject.finding("contributor-several", f"{len(listed)} aus der Liste: {', '.join(listed)[:300]}.", field=field)
    for each in given if not listed else ():
        yield subject.finding("contributor-unknown", f"<{each}> steht nicht in der Liste.", field=field)


def _deprecated(subject: Subject) -> Iterator[Finding]:
    for node in subject.closure.nodes:
        for predicate, values in subject.graph.content(node).items():
            old = curie(predicate)
            if new := DEPRECATED.get(old):
                yield subject.finding("deprecated", f"{old} ist veraltet; an seine Stelle tritt {new}.", rule=old, node=node, field=old)
            for value in values:
                for base, new in _OLD_LISTS.items():
                    if isinstance(value, NamedNode) and value.value.startswith(base):
                        message = f"<{value.value}> stammt aus einer veralteten Liste; an ihre Stelle tritt {new}."
                        yield subject.finding("deprecated", message, rule=base, node=node, field=curie(predicate))


def _outside_lists(subject: Subject) -> Iterator[Finding]:
    for node in subject.closure.nodes:
        for name, known in lists.MANDATORY.items():
            for value in subject.graph.values(node, name):
                if not (isinstance(value, NamedNode) and known(value.value)) and not _is_old(value):
                    yield subject.finding(
                        "code-list", f"{name}: {str(value)[:300]} steht nicht in der Liste.", rule=name, node=node, field=name
                    )


def _is_old(value: object) -> bool:
    """Reported as deprecated already."""
    return isinstance(value, NamedNode) and value.value.startswith(tuple(_OLD_LISTS))


def _hvd(subject: Subject) -> Iterator[Finding]:
    """DCAT-AP HVD 3.0.0: regulation and category on the data set, regulation on each distribution (spec 4)."""
    if not subject.is_hvd:
        return
    graph, uri = subject.graph, subject.uri
    if not graph.values(uri, "dcatap:hvdCategory"):
        yield subject.finding("hvd-incomplete", "HVD-Kategorie (dcatap:hvdCategory) fehlt.", field="dcatap:hvdCategory")
    for node in (uri, *subject.distributions):
        if HVD_LEGISLATION not in subject.legislation(node):
            message = f"Rechtsgrundlage (dcatap:applicableLegislation) nennt <{HVD_LEGISLATION}> nicht."
            yield subject.finding("hvd-incomplete", message, node=node, field="dcatap:applicableLegislation")


def _distribution(subject: Subject, node: str) -> Iterator[Finding]:
    graph = subject.graph
    if is_blank(node):
        yield subject.finding("blank-distribution", "Die Distribution ist ein Blank Node.", node=node)
    yield from _licence(subject, node)
    if graph.values(node, "dcat:accessService") and graph.values(node, "dcat:downloadURL"):
        yield subject.finding(
            "download-with-service", "dcat:accessService und dcat:downloadURL zugleich.", node=node, field="dcat:downloadURL"
        )
    if DistributionStatus.DEVELOP.iri in graph.iris(node, "adms:status"):
        yield subject.finding("status", "Status (adms:status) ist DEVELOP.", node=node, field="adms:status")
    for size in graph.values(node, "dcat:byteSize"):
        if isinstance(size, NamedNode) or size.datatype.value != _XSD_DECIMAL:
            yield subject.finding("eu-byte-size", f"Größe in Bytes ist {str(size)[:100]}.", node=node, field="dcat:byteSize")


def _licence(subject: Subject, node: str) -> Iterator[Finding]:
    """harvest-rules 2.4 and 3; Konventionen 32 to 35. A licence that is text is judged as one that is not in the list."""
    given = [each.value for each in subject.graph.values(node, "dcterms:license")]
    field = "dcterms:license"
    if not given:
        yield subject.finding("licence-missing", "Lizenz (dcterms:license) fehlt.", node=node, field=field)
        if subject.graph.values(subject.uri, field):
            yield subject.finding("licence-on-dataset", "Der Datensatz hat eine Lizenz, seine Distribution nicht.", node=node, field=field)
    for each in given:
        newer = lists.renewed_licence(each)
        if newer:
            yield subject.finding("licence-renamed", f"<{each}> wird zu <{newer}>.", rule=each, node=node, field=field)
        elif not lists.is_licence(each):
            yield subject.finding("licence-unknown", f"»{each[:200]}« steht nicht in der Liste.", node=node, field=field)
        elif not lists.is_open_licence(each):
            yield subject.finding("licence-restricted", f"<{each}> ist keine offene Lizenz.", rule=each, node=node, field=field)
        code = (newer or each).removeprefix(lists.LICENCES)
        if lists.is_licence(newer or each) and _BY.search(code) and not _attribution(subject, node):
            message = "Namensnennungstext (dcatde:licenseAttributionByText) fehlt."
            yield subject.finding("attribution-missing", message, node=node, field="dcatde:licenseAttributionByText")


def _attribution(subject: Subject, node: str) -> bool:
    return any(each.strip() for each in subject.graph.texts(node, "dcatde:licenseAttributionByText"))


def _checksums(subject: Subject) -> Iterator[Finding]:
    """DCAT-AP 2.1.1 knows SHA-1 only (harvest-rules, section 3)."""
    for distribution in subject.distributions:
        for checksum in subject.graph.iris(distribution, "spdx:checksum"):
            for each in subject.graph.values(checksum, "spdx:algorithm"):
                if each.value != SHA1:
                    message = f"Algorithmus ist {str(each)[:200]}."
                    yield subject.finding("eu-checksum", message, node=distribution, field="spdx:algorithm")
