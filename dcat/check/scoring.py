"""One data set -> its shares of MQA's indicators, but for the two that ask the web."""

from collections.abc import Iterable, Sequence

from dcat.check import lists
from dcat.check.levels import Subject
from dcat.check.mqa import Indicator, Share, Shares


def scored(subject: Subject, *, compliant: bool) -> Shares:
    """`compliant`: no result against DCAT-AP 2.1.1. Of interoperability the best distribution counts, so its rows are 0 or 1 of 1."""
    dataset = {
        Indicator.KEYWORD: _has(subject, "dcat:keyword"),
        Indicator.THEME: _has(subject, "dcat:theme"),
        Indicator.SPATIAL: _has(subject, "dcterms:spatial"),
        Indicator.TEMPORAL: _has(subject, "dcterms:temporal"),
        Indicator.ACCESS_RIGHTS: _has(subject, "dcterms:accessRights"),
        Indicator.ACCESS_RIGHTS_LISTED: _all_listed(subject, "dcterms:accessRights"),
        Indicator.CONTACT: _has(subject, "dcat:contactPoint"),
        Indicator.PUBLISHER: _has(subject, "dcterms:publisher"),
        Indicator.ISSUED: _has(subject, "dcterms:issued"),
        Indicator.MODIFIED: _has(subject, "dcterms:modified"),
        Indicator.COMPLIANCE: compliant,
    }
    return {**{each: Share(int(fulfilled), 1) for each, fulfilled in dataset.items()}, **_interoperable(subject), **_distributions(subject)}


def _has(subject: Subject, curie: str) -> bool:
    return bool(subject.graph.values(subject.uri, curie))


def _all_listed(subject: Subject, curie: str) -> bool:
    values = subject.graph.iris(subject.uri, curie)
    return bool(values) and all(map(lists.MANDATORY[curie], values))


def _interoperable(subject: Subject) -> Shares:
    graph, every = subject.graph, subject.distributions
    forms = [lists.file_type(iri) for each in every for iri in graph.iris(each, "dcterms:format")]
    media = [iri for each in every for iri in graph.iris(each, "dcat:mediaType")]
    found = {
        Indicator.FORMAT: any(graph.values(each, "dcterms:format") for each in every),
        Indicator.MEDIA_TYPE: any(graph.values(each, "dcat:mediaType") for each in every),
        Indicator.FORMAT_LISTED: any(forms) or any(map(lists.is_media_type, media)),
        Indicator.NON_PROPRIETARY: any(lists.counts_as(each, "non_proprietary") for each in forms),
        Indicator.MACHINE_READABLE: any(lists.counts_as(each, "machine_readable") for each in forms),
    }
    return {each: Share(int(fulfilled), 1) for each, fulfilled in found.items()}


def _distributions(subject: Subject) -> Shares:
    every = subject.distributions
    files = [each for each in every if not subject.graph.values(each, "dcat:accessService")]
    return {
        Indicator.LICENCE: _share(subject, every, "dcterms:license"),
        Indicator.LICENCE_LISTED: Share(sum(_licensed(subject, each) for each in every), len(every)),
        Indicator.RIGHTS: _share(subject, every, "dcterms:rights"),
        Indicator.DOWNLOAD: _share(subject, files, "dcat:downloadURL"),
        Indicator.BYTE_SIZE: _share(subject, files, "dcat:byteSize"),
    }


def _share(subject: Subject, nodes: Sequence[str], curie: str) -> Share:
    return Share(sum(bool(subject.graph.values(each, curie)) for each in nodes), len(nodes))


def _licensed(subject: Subject, node: str) -> bool:
    given: Iterable[str] = subject.graph.iris(node, "dcterms:license")
    return any(map(lists.is_licence, given))
