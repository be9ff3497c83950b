"""T2, T3 and T5 of privacy.md, section 7, at the level of HTTP: what is withheld can be had by no address, and leaves no trace.

Each has a negative control: a statistic that does leak, which the same attack must find.
"""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from catalog.statistics.forms import MEDIA_TYPES
from schemas.statistics import TOTAL, Cell, CellStatus, Key, Release
from tests.api.web.statistics.world import API, client_of, installation
from tests.api.web.world import World
from tests.catalog.statistics.world import CUBE, cells_of, release_of

HERE = f"{API}/teilnehmende"
HIDDEN, OTHER = 3, 4  #: sums with either round to the same multiple of 5
#: What every question is put to.
FORMS = (*(f".{form}" for form in MEDIA_TYPES), ".csv?dialect=excel-de")
#: Of these, fewer questions are put to.
SLOW = (".xlsx", ".parquet")

Answers = dict[str, tuple[int, tuple[tuple[str, str], ...], bytes]]


def questions() -> Iterator[str]:
    """Every table, every code alone, all but each code, with and without total, pivoted; and what is wrong."""
    for table in CUBE.tables:
        yield f"group_by={','.join(table) or TOTAL}"
        yield from (f"group_by={','.join(table)}&pivot={each}" for each in table)
    for dimension in CUBE.dimensions:
        for code in dimension.codes:
            yield f"{dimension.name}={code}"
            yield f"{dimension.name}={TOTAL},{code}"
            yield f"{dimension.name}={','.join(each for each in dimension.codes if each != code)}"
    yield from (
        "",
        "ortsbezirk=01&alter=60",
        "colour=red",
        "alter=61",
        "alter=60&alter=u30",
        "as_of=2026-11-20",
        "as_of=2020-01-01",
        "lang=en",
    )


def addresses() -> Iterator[str]:
    yield from (API, HERE, f"{HERE}/releases", f"{HERE}/releases/2026-11-20/diff/2026-11-20.json", f"{API}/other", f"{HERE}/releases/1.csv")
    for form, query in itertools.product(FORMS, questions()):
        if form in SLOW and not query.startswith(("group_by=", "ortsbezirk=01&")):
            continue
        joint = "&" if "?" in form else "?"
        yield f"{HERE}{form}{joint}{query}"
        yield f"{HERE}/releases/2026-11-20{form}{joint}{query}"


def crawl(client: TestClient, paths: Iterable[str]) -> Answers:
    with client:  # one event loop for all of it
        return {path: _answer(client, path) for path in paths}


def _answer(client: TestClient, path: str) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    answer = client.get(path)
    return answer.status_code, tuple(answer.headers.items()), answer.content


def release_from(base: dict[Key, int], *, identity: bool = False) -> Release:
    """Protected by rounding to 5, as `round5` does; `identity`: not protected at all."""

    def cell(each: Cell) -> Cell:
        true = sum(n for codes, n in base.items() if all(c in (TOTAL, code) for c, code in zip(each.key, codes, strict=True)))
        if identity:
            return Cell(key=each.key, value=true)
        if true < 5:
            return Cell(key=each.key, value=None, status=CellStatus.WITHHELD)
        return Cell(key=each.key, value=5 * round(true / 5))

    return release_of(cells=tuple(cell(each) for each in cells_of()))


def base_data(hidden: int) -> dict[Key, int]:
    """Persons by half-year, district and age; the cell that is attacked is the only one in which two of these differ."""
    codes = [each.codes for each in CUBE.dimensions]
    base: dict[Key, int] = {key: 20 for key in itertools.product(*codes) if key[1] != "02"}
    return base | {("2025-S2", "02", "60"): hidden}


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, ...]]:
    """From base data with another hidden number; the last ones are not protected."""
    folder = tmp_path_factory.mktemp("attacks")
    releases = [release_from(base_data(n), identity=identity) for identity in (False, True) for n in (OTHER, HIDDEN)]
    made = tuple(installation(folder / str(n), [each]) for n, each in enumerate(releases))
    yield made
    for each in made:
        each.close()


def test_t5_same_cells_from_other_base_data_give_the_same_bytes_everywhere(worlds: tuple[World, ...]) -> None:
    """Status, headers with their order, lengths, bodies, errors: nothing depends on what is hidden."""
    assert base_data(OTHER) != base_data(HIDDEN)

    one, other = (crawl(client_of(each), addresses()) for each in worlds[:2])

    assert len(one) > 400
    assert {code for code, _, _ in one.values()} == {200, 307, 400, 404, 422}
    assert [path for path in one if one[path] != other[path]] == []


def test_t5_the_crawl_would_see_a_number_that_is_not_protected(worlds: tuple[World, ...]) -> None:
    paths = [path for path in addresses() if ".csv" in path]

    one, other = (crawl(client_of(each), paths) for each in worlds[2:])

    assert len([path for path in one if one[path] != other[path]]) > 20


def tricks(code: str) -> list[str]:
    """Ways to ask for "all but this code" or to have it counted in silently."""
    others = [each for each in CUBE.dimension("ortsbezirk").codes if each != code]
    listed = ",".join(others)
    return [
        f"ortsbezirk={listed}",
        f"ortsbezirk={'&ortsbezirk='.join(others)}",
        f"ortsbezirk={TOTAL}&ortsbezirk={listed}",
        f"ortsbezirk={TOTAL},{listed}",
        f"ortsbezirk=!{code}",
        f"ortsbezirk=-{code}",
        f"ortsbezirk__not={code}",
        f"ortsbezirk={listed}%00",
        f"ortsbezirk%00={listed}",
        f"ortsbezirk={code}%00",
        f"Ortsbezirk={listed}",
        f"ORTSBEZIRK={code}",
        f"ortsbezirk={listed}&sum=ortsbezirk",
        f"ortsbezirk={quote('01 OR 1=1')}",
        f"ortsbezirk=*,{code}",
        f"ortsbezirk={code}&group_by={TOTAL}",
        f"ortsbezirk={code}&group_by=alter",
        f"ortsbezirk={listed};ortsbezirk={code}",
        f"ortsbezirk[]={listed}",
        f"ortsbezirk={listed}&pivot=ortsbezirk",
    ]


def numbers(client: TestClient, query: str) -> list[int]:
    answer = client.get(f"{HERE}.csv?{query}")
    assert answer.status_code in (200, 400, 422), (query, answer.status_code)
    if answer.status_code != 200:
        return []
    fields = {each for dimension in CUBE.dimensions for each in (dimension.name, f"{dimension.name}_code")}
    rows = csv.DictReader(io.StringIO(answer.text))
    return [int(value) for row in rows for name, value in row.items() if name not in fields and value.isdigit()]


@pytest.mark.parametrize("code", CUBE.dimension("ortsbezirk").codes)
def test_t2_no_trick_excludes_anybody(worlds: tuple[World, ...], code: str) -> None:
    """Every number of every answer is a published cell: no answer is a sum over a part, so none can be subtracted from another."""
    world = worlds[1]
    client = client_of(world)
    published = {each.value for each in world.store.newest_release("teilnehmende").cells}

    found = [number for each in tricks(code) for number in numbers(client, each)]

    assert found
    assert set(found) <= published
    differences = {abs(one - other) for one, other in itertools.combinations({*found, *numbers(client, "group_by=_T")}, 2)}
    assert HIDDEN not in differences


def test_t2_the_difference_gives_the_hidden_number_where_nothing_is_protected(worlds: tuple[World, ...]) -> None:
    client = client_of(worlds[3])

    (everybody,) = numbers(client, "group_by=_T")
    others = numbers(client, "ortsbezirk=01,_U")

    assert everybody - sum(others) == HIDDEN


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_t3_asking_again_gives_the_same_bytes(worlds: tuple[World, ...], form: str) -> None:
    """200 times, from many addresses, by processes that started anew."""
    apps = [client_of(worlds[0]).app for _ in range(2)]
    clients = [TestClient(apps[n % 2], base_url="http://evil.example", client=(f"203.0.113.{n}", 50000)) for n in range(50)]

    answers = {_answer(clients[n % 50], f"{HERE}.{form}?group_by=ortsbezirk") for n in range(200)}

    assert len(answers) == 1


def test_a_withheld_number_is_as_long_as_any_other_withheld_number(tmp_path: Path) -> None:
    """Zero, one and two are one and the same: also in the length of an answer and in its validators."""
    answers = []
    for n in (0, 1, 2):
        world = installation(tmp_path / str(n), [release_from(base_data(n))])
        answers.append(crawl(client_of(world), [f"{HERE}{form}" for form in FORMS if "?" not in form]))
        world.close()

    assert answers[0] == answers[1] == answers[2]


def test_the_order_of_rows_is_that_of_the_categories_whatever_the_numbers_are() -> None:
    client_rows = [each.key for each in release_of(cells=cells_of(values={(TOTAL, "01", TOTAL): 100_000})).cells]

    assert client_rows == [each.key for each in replace(release_of()).cells]
