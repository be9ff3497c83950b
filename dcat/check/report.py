"""What a check found: findings by kind and rule (all are counted, some are kept), and what they add up to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dcat.check.kinds import KINDS, Effect, Kind, Level, Severity
from dcat.check.mqa import Indicator, Scored

#: Findings of one kind and rule that are kept word for word; of a feed with a million faults the rest is a number.
KEPT = 1000
#: Groups of findings that are told apart. All rules of all shapes together are fewer.
RULES = 2000


@dataclass(frozen=True, kw_only=True)
class Finding:
    kind: str  #: of KINDS
    message: str  #: German, about this one thing
    rule: str = ""  #: divides a kind: which shape, which property
    page: str = ""
    dataset: str = ""  #: its IRI
    node: str = ""  #: IRI of the thing below the data set
    field: str = ""  #: CURIE

    def as_json(self) -> dict[str, str]:
        return {"message": self.message, "page": self.page, "dataset": self.dataset, "node": self.node, "field": self.field}


@dataclass(frozen=True, kw_only=True)
class Group:
    code: str
    rule: str
    count: int
    findings: tuple[Finding, ...]

    @property
    def kind(self) -> Kind:
        return KINDS[self.code]

    def as_json(self) -> dict[str, Any]:
        kind = self.kind
        return {
            "kind": self.code,
            "rule": self.rule,
            "severity": kind.severity.value,
            "level": kind.level.value,
            "title": kind.title,
            "advice": kind.advice,
            "count": self.count,
            "findings": [each.as_json() for each in self.findings],
        }


@dataclass(kw_only=True)
class Tally:
    """Findings as they come."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    kept: dict[tuple[str, str], list[Finding]] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        self._add((finding.kind, finding.rule), 1, [finding])

    def merge(self, other: "Tally") -> None:
        for key, count in other.counts.items():
            self._add(key, count, other.kept[key])

    def _add(self, key: tuple[str, str], count: int, findings: Sequence[Finding]) -> None:
        if key not in self.counts and len(self.counts) >= RULES:
            key = (key[0], "")  # a feed may make up properties
        self.counts[key] = self.counts.get(key, 0) + count
        kept = self.kept.setdefault(key, [])
        kept += findings[: KEPT - len(kept)]

    def count(self, code: str) -> int:
        return sum(count for (kind, _), count in self.counts.items() if kind == code)

    def groups(self) -> Iterator[Group]:
        """Worst first; within one severity in the order of KINDS, then the most frequent rule."""
        order = {code: number for number, code in enumerate(KINDS)}
        severities = list(Severity)
        keys = sorted(self.counts, key=lambda key: (severities.index(KINDS[key[0]].severity), order[key[0]], -self.counts[key], key[1]))
        return (Group(code=key[0], rule=key[1], count=self.counts[key], findings=tuple(self.kept[key])) for key in keys)


@dataclass(frozen=True, kw_only=True)
class Links:
    found: int  #: distinct addresses
    asked: int
    fine: int  #: answered with 2xx, to HEAD or to GET

    def as_json(self) -> dict[str, int]:
        return {"found": self.found, "asked": self.asked, "fine": self.fine}


@dataclass(frozen=True, kw_only=True)
class Report:
    url: str
    pages: int  #: read
    complete: bool  #: to the last page, as a harvester would have got there
    media_type: str  #: by which all pages were read
    datasets: int
    distributions: int
    groups: tuple[Group, ...]
    levels: Mapping[Level, Mapping[Effect, int]]  #: how many data sets each level takes as they are, changes, drops
    scored: Scored
    links: Links
    profiles: tuple[str, ...]  #: official ones that were asked

    @property
    def errors(self) -> int:
        return self.count(Severity.ERROR)

    def count(self, severity: Severity) -> int:
        return sum(each.count for each in self.groups if each.kind.severity is severity)

    def as_json(self) -> dict[str, Any]:
        """Stable: keys are added, never renamed (docs/check-feed.md)."""
        return {
            "url": self.url,
            "outcome": "error" if self.errors else "ok",
            "pages": self.pages,
            "complete": self.complete,
            "media_type": self.media_type,
            "datasets": self.datasets,
            "distributions": self.distributions,
            "official_profiles": list(self.profiles),
            "counts": {each.value: self.count(each) for each in Severity},
            "findings": [each.as_json() for each in self.groups],
            "levels": {level.value: {effect.name.lower(): n for effect, n in counts.items()} for level, counts in self.levels.items()},
            "links": self.links.as_json(),
            "mqa": _mqa_json(self.scored),
        }


def _mqa_json(scored: Scored) -> dict[str, Any]:
    return {
        "points": scored.points,
        "reachable": scored.reachable,
        "of": scored.of,
        "rating": scored.rating,
        "indicators": [_indicator_json(each, scored) for each in Indicator],
    }


def _indicator_json(each: Indicator, scored: Scored) -> dict[str, Any]:
    return {
        "id": each.code,
        "dimension": each.dimension.value,
        "title": each.title,
        "weight": each.weight,
        "fulfilled": scored.shares[each].fulfilled,
        "applies": scored.shares[each].of,
        "points": scored.points_for(each),
        "advice": each.advice,
    }
