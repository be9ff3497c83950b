"""The check of one feed: the walk, each page in a limited child, identity over all pages, links, and the sum."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from catalog import limited
from dcat.check.asking import Ask
from dcat.check.kinds import Effect, Level
from dcat.check.links import LinkList, check_links
from dcat.check.mqa import NOTHING, Scored, Shares, added
from dcat.check.official import PROFILES, require_shapes
from dcat.check.page import DatasetFacts, PageReport, effects, inspect
from dcat.check.report import Finding, Report, Tally
from dcat.check.walk import Walk

PAGES, LINKS = 1000, 200
_MEMORY = 2 * limited.GIGABYTE
#: Seconds of computing for one page. pySHACL needs some 5 for a hundred data sets under three profiles, and 2 to read the shapes.
_SECONDS, _SECONDS_OFFICIAL = 60.0, 300.0


def check(url: str, ask: Ask, *, shapes: Path | None = None, pages: int = PAGES, links: int = LINKS) -> Report:
    """`shapes`: a folder with official SHACL files; `pages`, `links`: the most that are asked (0 links: none). Raises ConfigurationError
    for a folder that lacks a file. Whatever the feed does ends up in the report."""
    if shapes is not None:
        require_shapes(shapes)
    seen = _Seen(links=LinkList(most=links))
    folder = "" if shapes is None else str(shapes.absolute())

    def inspected(content: bytes, media_type: str, page_url: str, number: int) -> PageReport:
        seconds = _SECONDS_OFFICIAL if folder else _SECONDS
        return limited.call(inspect, content, media_type, page_url, number, folder, memory=_MEMORY, seconds=seconds)

    walk = Walk(ask=ask, inspect=inspected, take=seen.take, most=pages)
    walk.walk(url)
    seen.tally.merge(walk.tally)
    for each in (*_identity(seen.datasets), *_totals(walk, seen)):
        seen.note(each)
    checked = check_links(seen.links, ask)
    seen.tally.merge(checked.tally)
    groups = tuple(seen.tally.groups())
    return Report(
        url=url,
        pages=walk.pages,
        complete=walk.complete,
        media_type=walk.media_type,
        datasets=len(seen.datasets),
        distributions=seen.distributions,
        groups=groups,
        levels=_levels(seen.datasets.values(), aborted=any(each.kind.aborts for each in groups)),
        scored=Scored(shares=added(seen.shares, checked.shares)),
        links=checked.links,
        profiles=tuple(each.name for each in PROFILES) if folder else (),
    )


@dataclass(kw_only=True)
class _Seen:
    """What all pages gave so far."""

    links: LinkList
    datasets: dict[str, DatasetFacts] = field(default_factory=dict)
    distributions: int = 0
    tally: Tally = field(default_factory=Tally)
    shares: Shares = field(default_factory=lambda: NOTHING)

    def take(self, page: PageReport) -> None:
        self.tally.merge(page.tally)
        self.distributions += page.distributions
        self.shares = added(self.shares, page.shares)
        self.links.add(page.links)
        for each in page.datasets:
            if each.uri in self.datasets:
                self.tally.add(Finding(kind="duplicate-uri", message="Der Datensatz steht auf mehreren Seiten.", dataset=each.uri))
            self.datasets.setdefault(each.uri, each)

    def note(self, finding: Finding) -> None:
        """Of all pages together; a data set's fate may hang on it."""
        self.tally.add(finding)
        facts = self.datasets.get(finding.dataset)
        if facts is not None:
            own = effects([finding.kind])
            both = {level: max(facts.effects[level], own[level]) for level in Level}
            self.datasets[finding.dataset] = DatasetFacts(
                uri=facts.uri, identifiers=facts.identifiers, modified=facts.modified, effects=both
            )


def _identity(datasets: Mapping[str, DatasetFacts]) -> Iterator[Finding]:
    """Of one dct:identifier the newest dct:modified stays, none loses (harvest-rules, section 2.4); equal ones: the source's priority."""
    same: dict[str, list[DatasetFacts]] = {}
    for facts in datasets.values():
        for each in facts.identifiers:
            same.setdefault(each, []).append(facts)
    for identifier, several in same.items():
        if len(several) < 2:
            continue
        newest = max(several, key=lambda each: each.modified)
        message = f"{len(several)} Datensätze haben »{identifier[:200]}«."
        yield Finding(kind="duplicate-identifier", message=message, dataset=newest.uri, field="dcterms:identifier")
        for loser in several:
            if loser is not newest:
                yield Finding(kind="duplicate-lost", message=f"<{newest.uri}> hat dieselbe Kennung und bleibt.", dataset=loser.uri)


def _totals(walk: Walk, seen: _Seen) -> Iterator[Finding]:
    if not walk.complete:
        return
    count = len(seen.datasets)
    if not count:
        yield Finding(kind="empty-catalogue", message="Keine Seite beschreibt einen dcat:Dataset.")
    wrong = sorted({each for each in walk.totals if each != count})
    if wrong:
        said = ", ".join(map(str, wrong[:5]))
        yield Finding(kind="total-wrong", message=f"Angegeben: {said}; vorhanden: {count}.")


def _levels(datasets: Iterable[DatasetFacts], *, aborted: bool) -> Mapping[Level, Mapping[Effect, int]]:
    """How many data sets each level takes as they are, changes, drops. A harvest that aborts imports none."""
    counts = {level: dict.fromkeys(Effect, 0) for level in Level}
    for facts in datasets:
        for level in Level:
            effect = Effect.DROP if aborted and level is not Level.CITY else facts.effects[level]
            counts[level][effect] += 1
    return counts
