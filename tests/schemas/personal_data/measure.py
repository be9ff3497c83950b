"""Counting what a detector finds among planted values, and what it takes for personal in clean texts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.personal_data import Detector, Hit
from tests.schemas.personal_data.planted import Planted

#: A name without a word beside it counts as found under either kind.
_KINDS = {"bare name": ("name", "salutation")}


@dataclass
class Measured:
    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    covered: Counter[str] = field(default_factory=Counter)  #: every character of the value lies in a hit
    missed: list[Planted] = field(default_factory=list)

    def recall(self, kind: str) -> float:
        return self.found[kind] / self.planted[kind]

    def coverage(self, kind: str) -> float:
        return self.covered[kind] / self.planted[kind]

    def lines(self, title: str) -> list[str]:
        return [
            f"personal data, {title}: {kind:<17} {self.found[kind]:>4} of {self.planted[kind]:>4} found ({self.recall(kind):6.1%}), "
            f"{self.covered[kind]:>4} wholly masked"
            for kind in self.planted
        ]


def measure(detector: Detector, values: Iterable[Planted]) -> Measured:
    measured = Measured()
    for each in values:
        hits = detector.find(each.text)
        measured.planted[each.kind] += 1
        if _is_found(each, hits):
            measured.found[each.kind] += 1
        else:
            measured.missed.append(each)
        measured.covered[each.kind] += _is_covered(each, hits)
    return measured


def _is_found(value: Planted, hits: tuple[Hit, ...]) -> bool:
    kinds = _KINDS.get(value.kind, (value.kind,))
    return any(hit.kind.value in kinds and hit.start < value.end and hit.end > value.start for hit in hits)


def _is_covered(value: Planted, hits: tuple[Hit, ...]) -> bool:
    return all(any(hit.start <= place < hit.end for hit in hits) for place in range(value.start, value.end))


def false_alarms(detector: Detector, texts: Iterable[str]) -> list[str]:
    return [each for each in texts if detector.find(each)]
