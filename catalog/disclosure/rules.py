"""What each profile shows of a count, and what a reader who knows all rules can conclude from it.

Rules: reference/statistics/privacy.md, section 5, last column. Everything here is exact integer arithmetic.
"""

from dataclasses import dataclass

from schemas.statistics import Cube, Profile

UNBOUNDED = 1 << 40  #: more than can be counted
WIDTH = 3  #: a protected number must leave a reader at least this many possibilities
NEWCOMERS = 10  #: so many new persons open the release gate
_VERSION = "1"


@dataclass(frozen=True, kw_only=True)
class Rules:
    profile: Profile
    threshold: int  #: smaller counts are withheld, zero included; 0 for `open`

    @property
    def version(self) -> str:
        """As releases say it: `round5/1`, `suppress10/1`."""
        threshold = self.threshold if self.profile is Profile.SUPPRESS else ""
        return f"{self.profile.value}{threshold}/{_VERSION}"

    def rounded(self, count: int) -> int | None:
        """What is shown of a count that no other rule withholds; None: withheld. Halves are rounded up."""
        if count < self.threshold:
            return None
        step = self._step
        return (2 * count + step) // (2 * step) * step

    def interval(self, shown: int) -> tuple[int, int]:
        """Smallest and largest count that is shown as this number."""
        step = self._step
        return max(self.threshold, shown - step // 2), shown + (step - 1) // 2

    @property
    def _step(self) -> int:
        return {Profile.ROUND5: 5, Profile.ROUND10: 10}.get(self.profile, 1)


def rules_for(cube: Cube, *, minors: bool = False) -> Rules:
    """Sensitive dimensions and minors are protected at 10; `round5` becomes `round10` there."""
    if cube.profile is Profile.OPEN:
        return Rules(profile=Profile.OPEN, threshold=0)
    careful = minors or any(each.sensitive for each in cube.dimensions)
    if cube.profile is Profile.SUPPRESS:
        return Rules(profile=Profile.SUPPRESS, threshold=10 if careful else 5)
    if careful or cube.profile is Profile.ROUND10:
        return Rules(profile=Profile.ROUND10, threshold=10)
    return Rules(profile=Profile.ROUND5, threshold=5)


def rules_of(version: str) -> Rules:
    """Of a release's `rules`. Raises ValueError for rules this program does not know."""
    for profile, threshold in (
        (Profile.OPEN, 0), (Profile.ROUND5, 5), (Profile.ROUND10, 10), (Profile.SUPPRESS, 5), (Profile.SUPPRESS, 10),
    ):  # fmt: skip
        if (rules := Rules(profile=profile, threshold=threshold)).version == version:
            return rules
    raise ValueError(f"unknown rules: {version}")
