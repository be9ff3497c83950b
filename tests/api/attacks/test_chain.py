"""T4 of privacy.md, section 7, over a chain: three releases of one statistic and a correction, all of them attacked together."""

from collections.abc import Sequence
from pathlib import Path

from catalog.cubes.outlook import Fate
from schemas.statistics import Cube, Key, Release
from tests.api.attacks.world import API, NAME, Answer, City, Respondent, crawl, german_only, new_city, people
from tests.catalog.disclosure.attacker import facts, recovered_jointly

_SMALL = (1, 2, 3, 4)
#: Who comes with each step; a correction follows, with one more person.
_STEPS = (160, 40, 60)
Truth = dict[Key, int]


def _crowd(steps: int) -> list[Respondent]:
    return [each for step in range(steps) for each in people(_STEPS[step], seed=3 + step, start=1000 * step)]


def _attack(cube: Cube, releases: Sequence[Release], truths: Sequence[Truth], *, step: int) -> tuple[int, int]:
    """(small numbers recovered, small numbers there are): of all releases, and of who came between them."""
    known = [facts(each.cells, step if step == 1 or each.rules.startswith("round5") else 10) for each in releases]
    came = [
        {key: after[key] - before[key] for key in after}
        for before, after in zip([dict.fromkeys(truths[0], 0), *truths], truths, strict=False)
    ]
    told = [{key for key, _, _ in each} for each in known]
    cells = {(at, key): value for at, truth in enumerate(truths) for key, value in truth.items() if value in _SMALL and key in told[at]}
    new = {(at, key): value for at, one in enumerate(came) if at for key, value in one.items() if value in _SMALL and key in told[at]}
    found = list(recovered_jointly(cube, known, cells, new))
    assert all((cells if what == "cell" else new)[at, key] == value for what, at, key, value in found), "what he is certain of is true"
    return len(found), len(cells) + len(new)


def _public(city: City, releases: Sequence[str]) -> dict[str, Answer]:
    """What is said of these for ever."""
    with city.client() as client:
        return crawl(client, [f"{API}/releases/{name}.{form}" for name in releases for form in ("csv", "json", "jsonstat")])


def _releases(city: City) -> tuple[Release, ...]:
    with city.opened() as found:
        return tuple(found.store.all_releases(NAME))


def test_t4_a_chain_of_releases_and_a_correction_gives_nobody_away(tmp_path: Path) -> None:
    city = german_only(new_city(tmp_path / "stadt"))
    truths: list[Truth] = []
    said: dict[str, Answer] = {}
    kept: list[str] = []
    for steps in range(1, len(_STEPS) + 1):
        city.survey(_crowd(steps))
        outlook = city.publish()
        assert outlook.fate in (Fate.RELEASED, Fate.HELD)
        if outlook.fate is Fate.RELEASED:
            truths.append(city.truth()[1])
            kept.append(outlook.release)
        said |= _public(city, kept[-1:])
        assert _public(city, kept) == {path: said[path] for path in _public(city, kept)}, "earlier releases never change"
    assert len(kept) >= 2

    city.survey([*_crowd(len(_STEPS)), Respondent(who="neu", option="schlecht", age="75-plus", gender="diverse")])
    corrected = city.publish(correction=True)

    assert corrected.fate is Fate.HELD, "a correction passes the gate, not the audit over all releases"
    assert any("→" in each for each in corrected.log)
    assert _public(city, kept) == said
    found, small = _attack(city.truth()[0], _releases(city), truths, step=5)
    assert small >= 10
    assert found == 0


def test_t4_control_without_the_guard_the_chain_gives_nearly_everybody_away(tmp_path: Path) -> None:
    city = german_only(new_city(tmp_path / "stadt"))
    truths = []
    for steps in range(1, len(_STEPS) + 1):
        city.survey(_crowd(steps))
        city.publish_unguarded()
        truths.append(city.truth()[1])

    found, small = _attack(city.truth()[0], _releases(city), truths, step=1)

    assert small >= 10
    assert found >= 0.9 * small
