"""Counts behind releases, as they lie in the vault."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from catalog.codec import dumps
from catalog.cubes.counting import Counted
from catalog.disclosure import Base, Earlier
from catalog.vault import StoredCounts
from schemas.cube_plan import CubePlan
from schemas.statistics import Cell, Cube, Release


class CountsMissing(Exception):
    """The vault has no counts, or damaged ones, of a release. `release` is its name."""

    def __init__(self, release: str) -> None:
        super().__init__(release)
        self.release = release


def stored_counts(plan: CubePlan, counted: Counted) -> StoredCounts:
    """`plan` as it is declared: another declaration of the same counts has another digest."""
    content = _base_json(counted.base)
    declared = dumps(Cube, counted.cube) + repr((plan.rows, plan.distinct, plan.coarsening, plan.merging, plan.reported))
    digest = hashlib.sha256(f"{declared}\n{content}".encode()).hexdigest()
    return StoredCounts(digest=digest, content=content)


def mark_of_release(release: Release) -> str:
    """Of its name, number, time and cells: what is the same when the catalogue fills in the licence of the day."""
    said = [release.cube.name, release.name, release.number, release.at.isoformat(), dumps(tuple[Cell, ...], release.cells)]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def earlier_of(releases: Sequence[Release], counts: Mapping[str, StoredCounts]) -> tuple[Earlier, ...]:
    """Oldest first. Raises CountsMissing."""
    return tuple(Earlier(release=each, base=_base_of(each, counts)) for each in releases)


def _base_of(release: Release, counts: Mapping[str, StoredCounts]) -> Base:
    found = counts.get(mark_of_release(release))
    try:
        content = json.loads(found.content) if found is not None else {}
        kinds = {frozenset(map(tuple, kind)): number for kind, number in content["kinds"]}
        return Base(possible=tuple(map(tuple, content["possible"])), kinds=kinds)
    except (ValueError, KeyError, TypeError) as error:
        raise CountsMissing(release.name) from error


def _base_json(base: Base) -> str:
    kinds = sorted(([sorted(kind), number] for kind, number in base.kinds.items()), key=repr)
    return json.dumps({"possible": base.possible, "kinds": kinds}, ensure_ascii=False, separators=(",", ":"))
