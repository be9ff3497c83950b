"""T1 to T5 of privacy.md, section 7, on the whole system: from a dropped file with people to every public address and back.

Each has its control: without the guard, which only these tests can leave out, the same attack succeeds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from catalog.cubes.outlook import Fate, Newcomers
from catalog.disclosure import rules_for
from schemas.statistics import TOTAL, Cell, Cube, Key
from tests.api.attacks.reading import cells_in, numbers_in
from tests.api.attacks.world import (
    AGES,
    API,
    GENDERS,
    NAME,
    OPTIONS,
    Answer,
    City,
    Respondent,
    crawl,
    new_city,
    other_addresses,
    people,
    questions,
    statistic_addresses,
)
from tests.catalog.disclosure.attacker import facts, recovered

_SMALL = (1, 2, 3, 4)
_CODES = {"gut": "good", "mittel": "mixed", "schlecht": "bad"}
_NUMBER = 160
#: Charts are drawn in one language, where the test is not about them.
_GERMAN = ('languages = ["de", "en"]', 'languages = ["de"]')


def _german_only(city: City) -> City:
    text = city.config.read_text(encoding="utf-8")
    assert _GERMAN[0] in text
    city.config.write_text(text.replace(*_GERMAN), encoding="utf-8")
    return city


def _answers(city: City, *, forms: Sequence[str] = ("csv",)) -> dict[str, Answer]:
    """Of all questions, in these forms."""
    with city.client() as client:
        return crawl(client, (f"{API}.{form}?{query}" for query in questions(city.truth()[0]) for form in forms))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> City:
    city = new_city(tmp_path_factory.mktemp("guarded") / "stadt")
    city.survey(people(_NUMBER, seed=3))
    assert city.publish().fate is Fate.RELEASED
    return city


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The same people, with the identity function in place of the guard."""
    city = _german_only(new_city(tmp_path_factory.mktemp("unguarded") / "stadt"))
    city.survey(people(_NUMBER, seed=3))
    city.publish_unguarded()
    return city


@pytest.fixture(scope="module")
def everything(guarded: City) -> dict[str, Answer]:
    cube, _ = guarded.truth()
    with guarded.client() as client:
        return crawl(client, statistic_addresses(cube, ["2026-11-20"]))


# --- T1: crawl everything, then calculate ----------------------------------------------------------------------------------------


def _attack(cube: Cube, answers: dict[str, Answer], truth: dict[Key, int], step: int) -> tuple[int, int]:
    """(small numbers recovered, small numbers there are)."""
    told = cells_in(cube, answers)
    assert all(len(values) == 1 for values in told.values()), "every form says the same of a cell"
    known = facts([Cell(key=key, value=value) for key, values in told.items() for value in values], step)
    small = {key: value for key, value in truth.items() if value in _SMALL}
    found = dict(recovered(cube, known, small))
    assert all(found[key] == small[key] for key in found), "what he is certain of is true"
    return len(found), len(small)


def test_t1_a_crawl_of_every_address_recovers_nobody(guarded: City, everything: dict[str, Answer]) -> None:
    cube, truth = guarded.truth()
    assert {status for status, _, _ in everything.values()} <= {200, 400, 404, 422}
    assert sum(status == 200 for status, _, _ in everything.values()) > 300
    assert cells_in(cube, everything).keys() == truth.keys(), "the crawl has seen every published cell"

    found, small = _attack(cube, everything, truth, 5)

    assert small >= 10
    assert found == 0


def test_t1_control_without_the_guard_the_same_crawl_recovers_nearly_all(unguarded: City) -> None:
    cube, truth = unguarded.truth()

    found, small = _attack(cube, _answers(unguarded), truth, 1)

    assert found >= 0.9 * small


# --- T2: all, less all but some --------------------------------------------------------------------------------------------------


def _is_a_sum_of_its_own(cube: Cube, answers: dict[str, Answer], published: set[int | None]) -> set[int]:
    """Numbers that are in no published cell: somebody has added something up."""
    return numbers_in(cube, answers) - {each for each in published if each is not None}


def test_t2_no_question_gets_a_number_that_is_no_published_cell(guarded: City, everything: dict[str, Answer]) -> None:
    cube, _ = guarded.truth()
    with guarded.opened() as found:
        released = found.store.newest_release(NAME)

    told = cells_in(cube, everything)

    assert {key: next(iter(values)) for key, values in told.items()} == {each.key: each.value for each in released.cells}
    assert _is_a_sum_of_its_own(cube, everything, {each.value for each in released.cells}) == set()


def test_t2_control_exact_numbers_give_a_small_one_by_subtraction(unguarded: City) -> None:
    cube, truth = unguarded.truth()
    told = {key: next(iter(values)) for key, values in cells_in(cube, _answers(unguarded)).items()}
    hidden = [key for key, value in truth.items() if value in _SMALL and key[0] == TOTAL and TOTAL not in key[1:]]
    assert hidden

    for key in hidden:
        others = [told[(TOTAL, key[1], code)] or 0 for code in cube.dimension("gender").codes if code != key[2]]
        assert (told[(TOTAL, key[1], TOTAL)] or 0) - sum(others) == truth[key]


# --- T3: asking again ------------------------------------------------------------------------------------------------------------


def test_t3_two_hundred_repeats_give_one_answer(guarded: City) -> None:
    path = f"{API}.json?group_by=age_group,gender"
    answers = set()
    for _ in range(4):  # servers that started anew
        with guarded.client() as client:
            answers |= {
                (answer.status_code, answer.content, tuple(answer.headers.items())) for answer in (client.get(path) for _ in range(50))
            }

    assert len(answers) == 1


# --- T4: one more person ---------------------------------------------------------------------------------------------------------


def _differences(city: City, before: str, after: str) -> dict[Key, int]:
    with city.opened() as found:
        one, other = (found.store.release(NAME, name).by_key for name in (before, after))
    return {key: (other[key].value or 0) - (one[key].value or 0) for key in one if other[key] != one[key]}


def test_t4_one_newcomer_makes_no_release_and_ten_are_for_the_joint_audit(tmp_path: Path) -> None:
    city = _german_only(new_city(tmp_path / "stadt"))
    first = people(_NUMBER, seed=5)
    city.survey(first)
    released = city.publish()
    assert released.fate is Fate.RELEASED
    before = _answers(city)

    city.survey([*first, *people(1, seed=6, start=1000)])
    gate, audited = city.publish(), city.publish(correction=True)

    assert (gate.fate, gate.newcomers) == (Fate.HELD, Newcomers.FEW)
    assert "Neue Personen" in gate.reason
    assert audited.fate in (Fate.HELD, Fate.SAME), "a correction passes the gate, not the audit"
    assert _answers(city) == before

    city.survey([*first, *people(60, seed=7, start=1000)])
    later = city.publish()

    assert later.newcomers is Newcomers.ENOUGH
    assert later.fate in (Fate.RELEASED, Fate.HELD)
    if later.fate is Fate.RELEASED:
        assert all(abs(each) >= 5 for each in _differences(city, released.release, later.release).values())


def test_t4_control_without_gate_and_audit_the_newcomer_s_answers_are_readable(tmp_path: Path) -> None:
    city = _german_only(new_city(tmp_path / "stadt"))
    first = people(_NUMBER, seed=5)
    city.survey(first)
    before = city.publish_unguarded().name
    city.survey([*first, Respondent(who="neu", option="schlecht", age="75-plus", gender="diverse")])
    after = city.publish_unguarded().name

    changed = _differences(city, before, after)

    assert {key for key in changed if key.count(TOTAL) == 1} == {
        ("bad", "75-plus", TOTAL), ("bad", TOTAL, "diverse"), (TOTAL, "75-plus", "diverse"),
    }  # fmt: skip


# --- T5: two vaults, one appearance ----------------------------------------------------------------------------------------------


def _unnoticed(cube: Cube, truth: dict[Key, int]) -> Respondent:
    """Somebody whom no rounded number shows."""
    rules = rules_for(cube)
    for option, age, gender in product(OPTIONS, AGES, GENDERS):
        own = (_CODES[option], age, gender)
        cells = [key for key in truth if all(shown in (TOTAL, code) for shown, code in zip(key, own, strict=True))]
        if all(rules.rounded(truth[key]) == rules.rounded(truth[key] + 1) for key in cells):
            return Respondent(who="unbemerkt", option=option, age=age, gender=gender, text="Ich war hier.")
    raise AssertionError("another seed, please")


def _whole(city: City, cube: Cube) -> Iterator[tuple[str, Answer]]:
    with city.client() as client:
        paths = [*statistic_addresses(cube, ["2026-11-20"], forms=("csv", "json", "xlsx")), *other_addresses(client)]
        yield from crawl(client, paths).items()


def test_t5_another_vault_with_the_same_release_looks_the_same_to_the_last_byte(guarded: City, tmp_path: Path) -> None:
    """Status, headers, order, lengths, bodies; feed, changes, search, sitemap, status page, errors."""
    cube, truth = guarded.truth()
    other = new_city(tmp_path / "stadt")
    other.survey([*people(_NUMBER, seed=3), _unnoticed(cube, truth)])
    assert other.publish().fate is Fate.RELEASED
    assert other.truth()[1] != truth

    one, two = dict(_whole(guarded, cube)), dict(_whole(other, cube))

    assert len(one) > 400
    assert [path for path in one if one[path] != two[path]] == []

    # And one in which a release was held since: nothing of it shows.
    guarded_later = replace(guarded, clock=replace(other.clock))
    guarded_later.survey(people(_NUMBER, seed=3))
    other.survey([*people(_NUMBER, seed=3), _unnoticed(cube, truth), *people(3, seed=9, start=2000)])
    assert other.publish().fate is Fate.HELD
    other.clock.now = guarded_later.clock.now = max(other.clock.now, guarded_later.clock.now)
    paths = list(one)
    with guarded_later.client() as client:
        calm = crawl(client, paths)
    with other.client() as client:
        held = crawl(client, paths)
    assert [path for path in paths if calm[path] != held[path]] == []


def test_t5_control_without_the_guard_the_same_person_shows(unguarded: City, tmp_path: Path) -> None:
    cube, truth = unguarded.truth()
    other = _german_only(new_city(tmp_path / "stadt"))
    other.survey([*people(_NUMBER, seed=3), _unnoticed(cube, truth)])
    other.publish_unguarded()

    one, two = _answers(unguarded), _answers(other)

    assert sum(one[path] != two[path] for path in one) > 20
