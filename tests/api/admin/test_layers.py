"""A new layer of sensors waits for a person, who is told what the law may make of it."""

import pytest

from catalog.plan import Guards, Intake, PlanState, Review, SeenTable
from catalog.planning import make_plan
from catalog.tokens import Role
from harvesters.sensors.hints import high_value_hint
from tests.api.admin.office import Office
from tests.sensing import NOW, SOURCE, generated, walk


def test_the_plan_of_a_new_layer_says_what_curation_may_say(bureau: Office) -> None:
    seen = walk(generated(4))
    tables = tuple(SeenTable(declaration=each, rows=seen.of(each.name)) for each in seen.declarations)
    plan = make_plan(
        Intake(source=SOURCE, run=1, at=NOW, tables=tables),
        published={},
        known_datasets=frozenset(),
        guards=Guards(review=Review.NEW),
        base="",
    )
    number = bureau.found.store.save_plan(plan, PlanState.HELD)

    page = bureau.person(Role.READER).see(f"/plans/{number}").text

    temperature = next(each.name for each in seen.declarations if "lufttemperatur" in each.name)
    assert f"[hvd] categories = [&#34;meteorological&#34;] in curation/{temperature}.toml" in page
    assert "Kategorie »Erdbeobachtung und Umwelt«" in page


@pytest.mark.parametrize("properties", [(), ("Zahl der Fahrräder",), ("Was auch immer",)])
def test_what_the_law_does_not_name_gets_no_hint(properties: tuple[str, ...]) -> None:
    """Traffic counts are not on its list."""
    assert high_value_hint("netz-rad", properties) == ""


def test_a_layer_of_several_properties_gets_one_hint() -> None:
    hint = high_value_hint("netz", ["Lufttemperatur", "Luftfeuchte", "Ozon"])

    assert '["earth_observation", "meteorological"]' in hint
