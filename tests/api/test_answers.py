"""The shipped statistic of answers: from the rows of any survey to a release of each of its questions, or to none."""

from pathlib import Path

import pytest

from api import cubes
from catalog.cubes.outlook import Fate, Outlook
from schemas.errors import ConfigurationError
from schemas.statistics import UNKNOWN, Release
from schemas.values import Text
from tests.api.attacks.world import City, new_city, people

QUESTION = "antworten_spielplatz-2026_zufriedenheit"


@pytest.fixture
def city(tmp_path: Path) -> City:
    made = new_city(tmp_path / "stadt")
    text = made.config.read_text(encoding="utf-8").replace('languages = ["de", "en"]', 'languages = ["de"]')
    made.config.write_text(text, encoding="utf-8")
    return made


def _publish(city: City) -> Outlook:
    """Without charts: of all there is to releasing they take longest."""
    with city.opened() as found:
        made = cubes.prepare(found, QUESTION)
        if made.outlook.fate is Fate.SAFE:
            name, _ = found.store.next_release(QUESTION, made.at)
            found.publisher.publish_release(made.release(name=name, reason=Text(de="Auswertung")))
            found.follow_up()
        return made.outlook


def _releases(city: City) -> tuple[Release, ...]:
    with city.opened() as found:
        return found.store.all_releases(QUESTION)


def test_each_question_of_a_survey_becomes_a_release_when_the_process_is_over(city: City) -> None:
    respondents = people(150, seed=5)
    city.survey(respondents, end="2026-11-01")

    outlook = _publish(city)

    assert outlook.fate is Fate.SAFE, outlook.reason
    (release,) = _releases(city)
    assert release.cube.title.de == "Umfrage zum Spielplatz: Antworten auf die Frage »zufriedenheit«"
    assert release.cube.dimension("option").codes == ("gut", "mittel", "schlecht", "other", UNKNOWN)
    assert release.rules == "round10/1"
    total, good = (release.by_key[key].value for key in (("_T",) * 4, ("gut", "_T", "_T", "_T")))
    assert total == 150
    assert good is not None
    assert abs(good - sum(each.option == "gut" for each in respondents)) <= 5
    with city.client() as client:
        answer = client.get(f"/api/v1/statistics/{QUESTION}.csv?option=gut&group_by=option")
        assert f"gut,gut,_T,Insgesamt,_T,Insgesamt,_T,Insgesamt,{good}," in answer.text


def test_while_the_survey_runs_its_answers_are_held(city: City) -> None:
    city.survey(people(150, seed=5))

    outlook = _publish(city)

    assert outlook.fate is Fate.HELD
    assert "wenn das Verfahren zu Ende ist" in outlook.reason
    assert _releases(city) == ()


def test_answers_of_few_are_not_even_named(city: City) -> None:
    city.survey(people(9, seed=5), end="2026-11-01")

    with city.opened() as found:
        made = cubes.prepare(found, QUESTION)

    assert made.safe is not None
    assert made.safe.cube.dimension("option").codes == ("other", UNKNOWN)
    assert {each.value for each in made.safe.cells} == {None}


def test_the_list_has_a_statistic_for_each_question_and_none_for_the_pattern(city: City) -> None:
    with city.opened() as found:
        assert not any(name.startswith("antworten_") for name in cubes.declared(found))
    city.survey(people(12, seed=5))

    with city.opened() as found:
        assert QUESTION in cubes.declared(found)
        assert "antworten" not in cubes.declared(found)
        with pytest.raises(ConfigurationError, match="gibt es nicht"):
            cubes.declared_one(found, "antworten")
