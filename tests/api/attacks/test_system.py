"""T1 to T5 of privacy.md, section 7, on the whole system: from a dropped file with people to every public address and back.

Each has its control: without the guard, which only these tests can leave out, the same attack succeeds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from catalog.cubes.outlook import Fate, Newcomers
from catalog.disclosure import rules_for
from schemas.statistics import TOTAL, Cell, Cube, Key
from tests.api.attacks.reading import Cells, cells_in, charted_in, numbers_in, pages_in
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
    german_only,
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
    city = german_only(new_city(tmp_path_factory.mktemp("unguarded") / "stadt"))
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
    return _recovered(cube, cells_in(cube, answers), truth, step)


def _recovered(cube: Cube, told: Cells, truth: dict[Key, int], step: int) -> tuple[int, int]:
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


@pytest.fixture(scope="module")
def pages(guarded: City, everything: dict[str, Answer]) -> dict[str, Answer]:
    return {path: answer for path, answer in everything.items() if path.startswith(("/statistics", "/en/statistics"))}


def test_t1_pages_embeds_citations_and_charts_tell_no_more(guarded: City, pages: dict[str, Answer]) -> None:
    cube, truth = guarded.truth()
    with guarded.opened() as found:
        released = {each.key: each.value for each in found.store.newest_release(NAME).cells}

    told = pages_in(cube, pages)

    assert len(told) > 0.9 * (len(truth) - 1), "all but the grand total stand in a table on some page"
    assert {key: next(iter(values)) for key, values in told.items()} == {key: released[key] for key in told}
    found_numbers, small = _recovered(cube, told, truth, 5)
    assert small >= 10
    assert found_numbers == 0
    assert charted_in(pages) <= {each for each in released.values() if each is not None}
    assert len(charted_in(pages)) > 5


def test_t1_control_without_the_guard_pages_alone_recover_nearly_all(unguarded: City) -> None:
    """Tables on pages: charts are drawn of what passed the guard only, so this release has none."""
    cube, truth = unguarded.truth()
    with unguarded.client() as client:
        answers = crawl(client, [f"/statistics/{NAME}?group_by={','.join(table)}" for table in cube.tables if table])

    found, small = _recovered(cube, pages_in(cube, answers), truth, 1)

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


def _of_pairs(cube: Cube, answers: dict[str, Answer]) -> Cells:
    """What is told to who asks for all, for this one, and for all but this one, alone and beside another one."""
    alone = {f"group_by={each.name}" for each in cube.dimensions} | {"group_by=_T"}
    asked = {path: path.partition("?")[2] for path in answers}
    return cells_in(
        cube, {path: answers[path] for path, query in asked.items() if query in alone or ("=" in query and "group_by" not in query)}
    )


def test_t2_all_less_all_but_one_recovers_nobody(guarded: City, everything: dict[str, Answer]) -> None:
    """With a linear programme over all that the pairs tell, not by single differences."""
    cube, truth = guarded.truth()
    told = _of_pairs(cube, everything)
    assert len(told) > 0.9 * len(truth)

    found, small = _recovered(cube, told, truth, 5)

    assert small >= 10
    assert found == 0


def test_t2_control_without_the_guard_the_pairs_recover_nearly_all(unguarded: City) -> None:
    """Each small number from all numbers but itself."""
    cube, truth = unguarded.truth()
    told = _of_pairs(cube, _answers(unguarded))
    small = {key: value for key, value in truth.items() if value in _SMALL}

    found = 0
    for key, value in small.items():
        others = [Cell(key=other, value=number) for other, numbers in told.items() if other != key for number in numbers]
        found += list(recovered(cube, facts(others, 1), [key])) == [(key, value)]

    assert len(small) >= 10
    assert found >= 0.9 * len(small)


# --- T3: asking again ------------------------------------------------------------------------------------------------------------


def test_t3_two_hundred_repeats_from_fifty_addresses_and_more_give_one_answer(guarded: City) -> None:
    path = f"{API}.json?group_by=age_group,gender"
    answers = set()
    for server in range(4):  # that started anew
        with guarded.client() as client:
            readers = [TestClient(client.app, client=(f"198.51.100.{server + 4 * number}", 4711)) for number in range(50)]
            found = [reader.get(path) for reader in readers]
            answers |= {(answer.status_code, answer.content, tuple(answer.headers.items())) for answer in found}

    assert len(answers) == 1


# --- T4: one more person ---------------------------------------------------------------------------------------------------------


def _differences(city: City, before: str, after: str) -> dict[Key, int]:
    with city.opened() as found:
        one, other = (found.store.release(NAME, name).by_key for name in (before, after))
    return {key: (other[key].value or 0) - (one[key].value or 0) for key in one if other[key] != one[key]}


def test_t4_one_newcomer_makes_no_release(tmp_path: Path) -> None:
    """More of them, and more releases: test_chain.py."""
    city = german_only(new_city(tmp_path / "stadt"))
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


def test_t4_control_without_gate_and_audit_the_newcomer_s_answers_are_readable(tmp_path: Path) -> None:
    city = german_only(new_city(tmp_path / "stadt"))
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


def _cells_of(truth: dict[Key, int], who: Respondent) -> list[Key]:
    own = (_CODES[who.option], who.age, who.gender)
    return [key for key in truth if all(shown in (TOTAL, code) for shown, code in zip(key, own, strict=True))]


def _unnoticed(cube: Cube, truth: dict[Key, int]) -> Respondent:
    """Somebody whom no rounded number shows."""
    rules = rules_for(cube)
    for option, age, gender in product(OPTIONS, AGES, GENDERS):
        who = Respondent(who="unbemerkt", option=option, age=age, gender=gender, text="Ich war hier.")
        if all(rules.rounded(truth[key]) == rules.rounded(truth[key] + 1) for key in _cells_of(truth, who)):
            return who
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
    other = german_only(new_city(tmp_path / "stadt"))
    other.survey([*people(_NUMBER, seed=3), _unnoticed(cube, truth)])
    other.publish_unguarded()

    one, two = _answers(unguarded), _answers(other)

    own = _cells_of(truth, _unnoticed(cube, truth))
    concerned = [path for path in one if any(key in own for key in cells_in(cube, {path: one[path]}))]
    assert len(concerned) > 20
    assert sum(one[path] != two[path] for path in concerned) >= 0.9 * len(concerned)
