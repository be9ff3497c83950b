"""The official SHACL files over one page, and to which of its data sets each result belongs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode

from dcat.check.levels import Subject
from dcat.check.report import Finding
from dcat.check.ruling import rule_of, sentence
from dcat.constraints import Result
from dcat.official import AP_2_1_1, DASHBOARD, FILE_TYPES, HVD, LISTS, REPAIRED, ProfileFiles
from schemas.errors import ConfigurationError

if TYPE_CHECKING:
    from dcat.shacl import OfficialProfile

PROFILES = (REPAIRED, DASHBOARD, AP_2_1_1, HVD)


def require_shapes(folder: Path) -> None:
    """Raises ConfigurationError that names the first file missing from the layout the official repositories have."""
    names = [name for each in PROFILES for name in (*each.files, *each.mended)]
    for name in (*names, *LISTS, FILE_TYPES):
        if not (folder / name).is_file():
            raise ConfigurationError(f"--shapes: {name} fehlt in {folder}")


@dataclass(frozen=True, kw_only=True)
class _Asked:
    profile: ProfileFiles
    kind: str

    def kind_of(self, result: Result) -> str:
        return "official-warning" if self.kind == "official" and result.severity != "Violation" else self.kind


_EVERY = (_Asked(profile=REPAIRED, kind="official"), _Asked(profile=DASHBOARD, kind="dashboard"), _Asked(profile=AP_2_1_1, kind="ap-2-1-1"))
_ON_HVD = _Asked(profile=HVD, kind="hvd-shacl")


def findings(subjects: Sequence[Subject], folder: Path) -> Iterator[Finding]:
    """All data sets of a page at once, which is three times as fast as one by one; HVD rules only over the high-value ones."""
    for asked in _EVERY:
        yield from _found(subjects, asked, folder)
    valuable = [each for each in subjects if each.is_hvd]
    yield from _found(valuable, _ON_HVD, folder)


def _found(subjects: Sequence[Subject], asked: _Asked, folder: Path) -> Iterator[Finding]:
    from dcat.shacl import graph_from_triples  # heavy: 850 ms

    if not subjects:
        return
    owners = _owners(subjects)
    nodes = dict.fromkeys(node for each in subjects for node in each.closure.nodes)
    catalogue = graph_from_triples(subjects[0].graph.triples(nodes))
    for result in _profile(asked.profile, folder).results(catalogue):
        rule = rule_of(result)
        for dataset in owners.get(result.focus, ()):
            yield Finding(
                kind=asked.kind_of(result), message=sentence(result), rule=rule, dataset=dataset, node=result.focus, field=result.path
            )


def _owners(subjects: Sequence[Subject]) -> Mapping[str, Mapping[str, None]]:
    """Node or value -> data sets: a rule about a code list names the value."""
    owners: dict[str, dict[str, None]] = {}
    for subject in subjects:
        for node in subject.closure.nodes:
            owners.setdefault(node, {})[subject.uri] = None
            for values in subject.graph.content(node).values():
                for value in values:
                    if isinstance(value, NamedNode):
                        owners.setdefault(value.value, {})[subject.uri] = None
    return owners


@cache
def _profile(files: ProfileFiles, folder: Path) -> "OfficialProfile":
    from dcat.shacl import load  # heavy: 850 ms

    return load(folder, files)
