"""The page of questions: 27 of them, every link leads to numbers, and what has no answer says why."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from fastapi.testclient import TestClient

from api.web.statistics.pages_questions import questions
from catalog.statistics.releases import expected_keys
from schemas.cube_files import shipped_cubes
from schemas.declaration import city_wide, declaration_of_table
from schemas.statistics import Category, CellStatus, Cube, Dimension, Key, Release, Role
from schemas.values import Text
from tests.api.web.conftest import BROWSER
from tests.api.web.statistics.world import client_of, installation, keep
from tests.api.web.world import World, fill, row
from tests.catalog.statistics.world import AGE, CUBE, cells_of, release_of

PAGE = "/statistics/questions"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Read only. Two statistics with names that questions know; one demonstration; the data sets that questions go to."""
    made = installation(tmp_path_factory.mktemp("questions"), [])
    fill(made)
    common = {"source_date_basis": "unknown", "source_title": "Rat"}
    made.harvest(
        row("decision", "b1", body="Stadtrat", date="2024", decision="Neugestaltung", **common), of=declaration_of_table("decision")
    )
    made.harvest(
        row("result", "e1", process_id="ruetschhofstrasse-2023", question="Sicherer?", option="ja", share_percent=80.0, **common),
        of=declaration_of_table("result"),
    )
    keep(made, _release(_respondents()), _release(_respondents(), name="2026-11-20-2", number=2))
    keep(made, _release(replace(_respondents(), name="demonstration-ruetschhofstrasse", demonstration=True)))
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(world: World) -> TestClient:
    return client_of(world)


def _respondents() -> Cube:
    """As the shipped statistic `antwortende` has its dimensions, but for the gender."""
    district = Dimension(
        name="district",
        title=Text(de="Ortsbezirk", en="District"),
        categories=(Category(code="01", title=Text(de="Dansenberg")), Category(code="02", title=Text(de="Erfenbach"))),
    )
    age = replace(AGE, name="age_group")
    tables = ((), ("district",), ("age_group",))
    return replace(CUBE, name="antwortende", dimensions=(district, age), tables=tables, default_table=("district",))


def _release(cube: Cube, missing: Mapping[Key, CellStatus] | None = None, **more: object) -> Release:
    return release_of(cube, cells=cells_of(cube, missing or {}), **more)


def _listed(client: TestClient, path: str = PAGE) -> dict[int, str]:
    """Number -> what stands there, without entities."""
    page = html.unescape(client.get(path, headers=BROWSER).text).replace("\u00a0", " ").partition("</main>")[0]
    parts = re.split(r'<li id="q(\d+)">', page)[1:]
    return {int(number): content for number, content in zip(parts[::2], parts[1::2], strict=True)}


def _links(content: str) -> list[str]:
    return re.findall(r'<li><a href="([^"]+)">', content)


def test_there_are_27_questions_in_both_languages(client: TestClient) -> None:
    assert list(_listed(client)) == list(_listed(client, f"/en{PAGE}")) == list(range(1, 28))
    assert all(each.question.de.endswith("?") and each.question.en for each in questions())


@pytest.mark.parametrize("path", [PAGE, f"/en{PAGE}"])
def test_every_answer_leads_to_data(client: TestClient, path: str) -> None:
    answers = {link for content in _listed(client, path).values() for link in _links(content)}

    empty = {
        each: client.get(each, headers=BROWSER).status_code for each in answers if client.get(each, headers=BROWSER).status_code != 200
    }

    assert empty == {}
    assert len(answers) > 15


def test_every_question_has_an_answer_or_a_reason(client: TestClient) -> None:
    for number, content in _listed(client).items():
        hint = re.search(r'<p class="hint"[^>]*>([^<]+)</p>', content)
        assert hint is not None, number
        assert len(hint[1]) > 20, number
        assert bool(_links(content)) != ("noch keine Antwort" in content or "nicht zu beantworten" in content), number


def test_what_is_not_answered_by_design_says_so(client: TestClient) -> None:
    assert "nicht zu beantworten" in _listed(client)[14]
    assert "nicht verknüpft" in _listed(client)[14]
    assert "noch keine Antwort" in _listed(client)[25]


def test_a_question_without_data_names_what_would_answer_it(client: TestClient) -> None:
    # Its data set of platform figures is not published here.
    assert "Vorgesehen: teilnahmen, plattformkennzahlen." in _listed(client)[13]


def test_published_statistics_are_linked_with_their_table_and_demonstrations_marked(client: TestClient) -> None:
    fourth = _listed(client)[4]

    assert "/statistics/antwortende?group_by=district" in _links(fourth)
    assert "Teilnehmende an Beteiligungen: Ortsbezirk</a>" in fourth
    assert fourth.count("Demonstration (synthetisch)") == 1


def test_every_question_of_a_survey_that_was_released_is_linked(tmp_path: Path) -> None:
    cubes = [replace(_respondents(), name=f"antworten_ruetschhof-2023_{each}") for each in ("a1", "a2")]
    option = replace(_respondents().dimensions[0], name="option", role=Role.CLASS)
    asked = [replace(each, dimensions=(option, each.dimensions[1]), tables=((), ("option",)), default_table=("option",)) for each in cubes]
    world = installation(tmp_path / "answers", [_release(each) for each in asked])

    assert _links(_listed(client_of(world))[15]) == [f"/statistics/{each.name}?group_by=option" for each in cubes]
    assert questions()[16].wanted == "antworten, beteiligungsergebnisse"
    world.close()


def test_a_table_that_was_held_back_is_not_linked(client: TestClient) -> None:
    # Question 16 would also go to the table by gender, which this release does not have.
    assert _links(_listed(client)[16]) == [
        "/statistics/antwortende?group_by=age_group",
        "/statistics/demonstration-ruetschhofstrasse?group_by=age_group",
    ]


def test_a_table_in_which_everything_is_withheld_is_not_linked(tmp_path: Path) -> None:
    cube = _respondents()
    missing = {key: CellStatus.WITHHELD for key in expected_keys(cube) if key[1] != "_T"}
    world = installation(tmp_path / "withheld", [_release(cube, missing)])

    listed = _listed(client_of(world))

    assert _links(listed[16]) == []
    assert _links(listed[4]) == ["/statistics/antwortende?group_by=district"]
    world.close()


def test_whether_a_number_changed_is_answered_by_the_last_two_releases(client: TestClient) -> None:
    assert "/statistics/antwortende/releases/2026-11-20/diff/2026-11-20-2" in _links(_listed(client)[26])


def test_nothing_is_asked_of_statistics_that_are_declared_otherwise() -> None:
    """Held against the declarations that come with klar, whatever is published here."""
    plans = shipped_cubes()
    asked = [(name, dict(parse_qsl(query))) for each in questions() for name, query in each.cubes if name in plans]

    for name, parameters in asked:
        dimensions = {each.name for each in plans[name].cube.dimensions}
        names = set(parameters) - {"group_by"} | set(parameters.get("group_by", "").split(","))
        assert names <= dimensions | {""}, (name, parameters)
    assert {name for each in questions() for name, _ in each.cubes} - set(plans) == {
        "demonstration-ruetschhofstrasse", "antworten_ruetschhof*", "antworten_fauthweg*",
    }  # fmt: skip
    assert len(asked) > 10


def test_nothing_is_asked_of_tables_that_have_no_such_column() -> None:
    declared = city_wide()
    asked = [(name, dict(parse_qsl(query))) for each in questions() for name, query in each.rows]

    for name, parameters in asked:
        columns = set(declared[name].table.field_names)
        named = {each.removeprefix("-") for key in ("select", "sort", "group_by") for each in parameters.get(key, "").split(",") if each}
        filters = {key.partition("__")[0] for key in parameters if "__" in key}
        assert named | filters <= columns, (name, parameters)
    assert len(asked) > 15
