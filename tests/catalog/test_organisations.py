"""Bodies of the table of organisations as publishers of data sets."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from catalog.entries import ChangeKind
from schemas.declaration import city_wide
from schemas.model import Agent, Successor
from schemas.row import Row, Value
from schemas.values import Licence, PublisherType
from tests.catalog.world import World, bench, declaration

ORGANISATIONS = city_wide()["organisationen"]
CURATION = '[publisher]\norganisation = "{}"\nwho = "Anna Amt"\nwhy = "führt das Verzeichnis"\n'


def organisation(key: str, name: str, kind: str, **more: Value) -> Row:
    values: dict[str, Value] = dict.fromkeys(ORGANISATIONS.table.field_names)
    return Row(table="organisation", key=key, values=values | {"id": key, "name": name, "kind": kind} | more, origin="organisationen.csv")


CITY = organisation("stadt", "Stadt Kaiserslautern", "city")
COMPANY = organisation("kl-digital", "KL.digital GmbH", "municipal-company", valid_from="2017", valid_to="2026-12", successor_id="stadt")


@pytest.fixture
def listed(world: World) -> World:
    world.harvest(CITY, COMPANY, of=ORGANISATIONS)
    return world


def name_publisher(world: World, key: str) -> None:
    world.curation.mkdir(exist_ok=True)
    (world.curation / "baenke.toml").write_text(CURATION.format(key), encoding="utf-8")


def publisher(world: World) -> Agent:
    return world.store.dataset("baenke").dataset.publisher


def test_the_body_behind_the_site_publishes_what_nobody_said_otherwise(listed: World) -> None:
    listed.harvest(bench("b1"))

    assert publisher(listed) == listed.site.publisher


def test_a_person_names_a_body_of_the_table_with_its_years_and_successor(listed: World) -> None:
    name_publisher(listed, "kl-digital")
    listed.harvest(bench("b1"))

    found = publisher(listed)

    assert (found.id, found.name, found.type) == ("kl-digital", "KL.digital GmbH", None)
    assert (str(found.valid_from), str(found.valid_to)) == ("2017", "2026-12")
    assert found.successor == Successor(id="stadt", name="Stadt Kaiserslautern")


def test_a_city_is_a_local_authority(listed: World) -> None:
    name_publisher(listed, "stadt")
    listed.harvest(bench("b1"))

    assert publisher(listed).type is PublisherType.LOCAL


def test_a_new_publisher_is_a_change_of_the_description_only(listed: World) -> None:
    listed.harvest(bench("b1"))
    before = listed.store.dataset("baenke").dataset

    name_publisher(listed, "kl-digital")
    assert listed.publisher.refresh() == ("baenke",)

    after = listed.store.dataset("baenke").dataset
    assert (after.name, after.uuid, after.number, after.edition) == (before.name, before.uuid, before.number, before.edition)
    assert after.content_modified == before.content_modified
    assert listed.store.changes()[-1].kind is ChangeKind.METADATA


def test_a_body_that_is_renamed_is_renamed_in_its_data_sets(listed: World) -> None:
    name_publisher(listed, "kl-digital")
    listed.harvest(bench("b1"))

    listed.harvest(CITY, replace(COMPANY, values={**COMPANY.values, "name": "KL.digital i. L."}), of=ORGANISATIONS)
    listed.publisher.refresh()

    assert publisher(listed).name == "KL.digital i. L."


def test_an_unknown_body_stops_a_first_publication(world: World) -> None:
    name_publisher(world, "kl-digital")

    refused = world.harvest(bench("b1")).refused

    assert [each.code for each in refused["baenke"]] == ["curation"]
    assert "»kl-digital«" in refused["baenke"][0].message


def test_a_body_that_leaves_the_table_leaves_the_last_good_description(listed: World) -> None:
    name_publisher(listed, "kl-digital")
    listed.harvest(bench("b1"))

    listed.harvest(CITY, of=ORGANISATIONS)
    listed.clock.pass_days(8)
    listed.harvest(CITY, of=ORGANISATIONS)
    listed.publisher.refresh()

    assert publisher(listed).name == "KL.digital GmbH"
    assert any("»kl-digital«" in finding.message for item in listed.store.quarantine() for finding in item.findings)


def test_a_by_licence_names_the_body_that_publishes(listed: World) -> None:
    """Konvention 35."""
    name_publisher(listed, "kl-digital")

    listed.harvest(bench("b1"), of=declaration(licence=Licence.DL_BY_2))

    assert listed.store.dataset("baenke").dataset.attribution == "KL.digital GmbH"


def test_the_successor_publishes_from_the_day_after_the_last_and_no_address_changes(listed: World) -> None:
    name_publisher(listed, "kl-digital")
    listed.harvest(bench("b1"))
    before = listed.store.dataset("baenke").dataset
    listed.clock.now = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)  # half past eleven in Kaiserslautern

    assert listed.publisher.refresh() == ()

    listed.clock.now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # a new year there, not yet in UTC
    assert listed.publisher.refresh() == ("baenke",)
    after = listed.store.dataset("baenke").dataset
    assert (after.publisher.id, after.publisher.name) == ("stadt", "Stadt Kaiserslautern")
    assert (after.name, after.uuid, after.number, after.edition) == (before.name, before.uuid, before.number, before.edition)


def test_bodies_that_follow_each_other_lead_to_the_one_that_is_there(listed: World) -> None:
    office = organisation("stabsstelle", "Stabsstelle", "department", valid_to="2020", successor_id="kl-digital")
    ended = replace(COMPANY, values={**COMPANY.values, "valid_to": "2026-06-30"})
    listed.harvest(CITY, ended, office, of=ORGANISATIONS)
    name_publisher(listed, "stabsstelle")

    listed.harvest(bench("b1"))

    assert publisher(listed).id == "stadt"


def test_a_body_that_ended_without_a_successor_stays_and_a_circle_is_no_end(listed: World) -> None:
    alone = organisation("verein", "Verein", "association", valid_to="2020")
    one = organisation("amt-a", "Amt A", "department", valid_to="2020", successor_id="amt-b")
    other = organisation("amt-b", "Amt B", "department", valid_to="2021", successor_id="amt-a")
    listed.harvest(CITY, COMPANY, alone, one, other, of=ORGANISATIONS)

    name_publisher(listed, "verein")
    listed.harvest(bench("b1"))
    assert publisher(listed).id == "verein"

    name_publisher(listed, "amt-a")
    listed.publisher.refresh()
    assert publisher(listed).id == "amt-b"
