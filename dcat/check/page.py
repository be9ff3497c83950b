"""One page, judged whole: what runs in the limited child. Bytes in, a report out; nothing of the page survives the call."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from dcat.check import official
from dcat.check.graph import CATALOGUE, DATASET, LONGEST, Graph, is_iri
from dcat.check.kinds import KINDS, Effect, Level
from dcat.check.levels import Subject, judged
from dcat.check.mqa import NOTHING, Shares, added
from dcat.check.paging import Paging, paging
from dcat.check.reading import read
from dcat.check.report import Finding, Tally
from dcat.check.ruling import results, rule_of, sentence
from dcat.check.scoring import scored
from dcat.namespaces import curie, term

#: Kinds of findings that tell that a data set breaks DCAT-AP 2.1.1, as far as our own shapes can.
_NOT_COMPLIANT = frozenset({"shacl", "eu-byte-size", "eu-checksum", "title-missing"})
#: Characters of a stranger's text in one finding.
_SHOWN = 300
_RECORD = term("dcat:CatalogRecord").value


@dataclass(frozen=True, kw_only=True)
class Link:
    url: str
    field: str  #: dcat:accessURL or dcat:downloadURL
    dataset: str
    distribution: str


@dataclass(frozen=True, kw_only=True)
class DatasetFacts:
    uri: str
    identifiers: tuple[str, ...]
    modified: str  #: as written, "" for none
    effects: Mapping[Level, Effect]


@dataclass(frozen=True, kw_only=True)
class PageReport:
    datasets: tuple[DatasetFacts, ...]
    distributions: int
    tally: Tally
    paging: Paging
    links: tuple[Link, ...]
    shares: Shares


def inspect(content: bytes, media_type: str, url: str, number: int, shapes: str) -> PageReport:
    """`shapes`: absolute path of the folder with official files, or "". Raises PageRefused."""
    graph = read(content, media_type, url, number)
    subjects = [Subject(uri=each, graph=graph, closure=graph.closure(each)) for each in graph.instances(DATASET)]
    found = {each.uri: [*judged(each), *_shacl(each)] for each in subjects}
    for each in (*_catalogue(graph, number), *_bad_iris(graph, subjects)):
        found.setdefault(each.dataset, []).append(each)
    for each in official.findings(subjects, Path(shapes)) if shapes else ():
        found[each.dataset].append(each)
    tally = Tally()
    for one in chain.from_iterable(found.values()):
        tally.add(replace(one, page=url))
    shares = NOTHING
    for subject in subjects:
        shares = added(shares, scored(subject, compliant=_compliant(found[subject.uri], official_word=bool(shapes))))
    return PageReport(
        datasets=tuple(_facts(each, found[each.uri]) for each in subjects),
        distributions=len({node for each in subjects for node in each.distributions}),
        tally=tally,
        paging=paging(graph),
        links=tuple(link for each in subjects for link in _links(each)),
        shares=shares,
    )


def _shacl(subject: Subject) -> Iterator[Finding]:
    for result in results(subject.graph.triples(subject.closure.nodes)):
        rule = rule_of(result)
        yield subject.finding("shacl", sentence(result), rule=rule, node=result.focus, field=result.path)


def _compliant(findings: Iterable[Finding], *, official_word: bool) -> bool:
    kinds = {each.kind for each in findings}
    return "ap-2-1-1" not in kinds if official_word else kinds.isdisjoint(_NOT_COMPLIANT)


def _catalogue(graph: Graph, number: int) -> Iterator[Finding]:
    """harvest-rules 2.3 and spec 5.4: each page says what catalogue it is of, and lists exactly what it describes."""
    catalogues = list(graph.instances(CATALOGUE))
    if not catalogues:
        yield Finding(kind="catalogue-missing", message="Kein dcat:Catalog auf der Seite.")
    listed = dict.fromkeys(value.value for each in catalogues for value in graph.values(each, "dcat:dataset"))
    for each in listed:
        if not graph.is_a(each, DATASET):
            yield Finding(kind="not-described", message=f"<{each}> wird genannt, aber nicht beschrieben.", node=each)
    for each in graph.instances(DATASET):
        if catalogues and each not in listed:
            yield Finding(kind="not-listed", message="Kein dcat:dataset nennt ihn.", dataset=each)
    # The catalogue repeats itself on each page; its faults are told once.
    nodes = [node for each in catalogues for node in graph.closure(each).nodes] if number == 1 else list(graph.instances(_RECORD))
    for result in results(graph.triples(dict.fromkeys(nodes))):
        rule = rule_of(result)
        yield Finding(kind="shacl", message=f"Katalog: {sentence(result)}", rule=rule, node=result.focus, field=result.path)


def _bad_iris(graph: Graph, subjects: Iterable[Subject]) -> Iterator[Finding]:
    """A node without a valid IRI is told once, not for each of its lines."""
    owners = {node: each.uri for each in subjects for node in each.closure.nodes}
    nameless = {each.subject: each for each in graph.bad if not is_iri(each.subject)}
    datasets = {each.subject for each in graph.bad if each.value == DATASET}
    for bad in nameless.values():
        kind = "bad-dataset-iri" if bad.subject in datasets else "bad-iri"
        yield Finding(kind=kind, message=f"»{bad.subject[:_SHOWN]}« ist keine gültige IRI.", node=bad.subject[:LONGEST])
    for bad in graph.bad:
        if is_iri(bad.subject):
            field = curie(bad.predicate)[:_SHOWN]
            message = f"{field}: »{bad.iri[:_SHOWN]}« ist keine gültige IRI."
            yield Finding(kind="bad-iri", message=message, dataset=owners.get(bad.subject, ""), node=bad.subject, field=field)


def _facts(subject: Subject, findings: Iterable[Finding]) -> DatasetFacts:
    modified = [each.value for each in subject.graph.values(subject.uri, "dcterms:modified")]
    identifiers = subject.graph.values(subject.uri, "dcterms:identifier")
    return DatasetFacts(
        uri=subject.uri,
        identifiers=tuple(each.value for each in identifiers if len(each.value) <= LONGEST),
        modified=max(modified, default="")[:40],
        effects=effects(each.kind for each in findings),
    )


def effects(kinds: Iterable[str]) -> Mapping[Level, Effect]:
    """What each level does with a data set that has findings of these kinds."""
    every = list(Level)
    worst = dict.fromkeys(every, Effect.ACCEPT)
    for code in kinds:
        kind = KINDS[code]
        above = every[every.index(kind.level) :] if kind.effect is Effect.DROP else [kind.level]
        for level in above:
            worst[level] = max(worst[level], kind.effect)
    return worst


def _links(subject: Subject) -> Iterator[Link]:
    for node in subject.distributions:
        for field in ("dcat:accessURL", "dcat:downloadURL"):
            for value in subject.graph.values(node, field):
                yield Link(url=value.value.strip()[:LONGEST], field=field, dataset=subject.uri, distribution=node)
