"""package_search and lists: what harvesters and portals of others ask."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dcat.ckan import ckan_moment, dataset_ids_of, package, resource_id, tag_name
from schemas.declaration import declaration_of_table
from schemas.model import Dataset
from tests.api.web.conftest import client_of
from tests.api.web.world import Clock, World, row
from tests.dcat.samples import SITE
from tests.dcat.strategies import datasets


def _ask(client: TestClient, action: str, **arguments: object) -> Any:
    answer = client.post(f"/api/3/action/{action}", json=arguments)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def _names(client: TestClient, **arguments: object) -> list[str]:
    return [each["name"] for each in _ask(client, "package_search", **arguments)["results"]]


def _walk(client: TestClient, rows: int) -> list[str]:
    """CKANHarvester's way: pages by id until one brings nothing new."""
    seen: list[str] = []
    while True:
        address = f"/api/3/action/package_search?rows={rows}&start={len(seen)}&sort=id+asc"
        new = [each["id"] for each in client.get(address).json()["result"]["results"] if each["id"] not in seen]
        if not new:
            return seen
        seen += new


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_a_harvester_sees_every_data_set_once_in_the_order_of_ids(client: TestClient, rows: int) -> None:
    seen = _walk(client, rows)

    assert len(seen) == 5
    assert seen == sorted(seen)


def test_what_has_not_changed_since_is_not_given_again(world: World) -> None:
    client = client_of(world)
    later = world.clock.now + timedelta(days=40)
    moved = replace(world, clock=Clock(later))
    moved.harvest(row("event", "neu", title="Neu", start="2027-01-01", source_date_basis="stated"), of=declaration_of_table("event"))

    changed = _names(client, fq=f"metadata_modified:[{later - timedelta(hours=1):%Y-%m-%dT%H:%M:%S.%fZ} TO *]")

    moved.close()
    assert changed == ["veranstaltungen"]


@pytest.mark.parametrize(
    ("fq", "names"),
    [
        ("groups:envi", ["messstellen"]),
        ("groups:(envi OR nirgends)", ["messstellen"]),
        ("res_format:geojson", ["messstellen"]),
        ('tags:"Wetter"', ["messstellen"]),
        ("-groups:gove", ["messstellen"]),
        ("name:projekte", ["projekte"]),
        ("organization:nirgends", []),
        ("organization:nirgends OR name:projekte", ["projekte"]),
        ("state:active name:projekte", ["projekte"]),
        ("dataset_type:harvest", []),
        ("-dataset_type:harvest +name:projekte", ["projekte"]),
        ("license_id:dl-zero-de/2.0 name:projekte", ["projekte"]),
        ("metadata_modified:[* TO 2020-01-01T00:00:00Z]", []),
    ],
)
def test_filters(client: TestClient, fq: str, names: list[str]) -> None:
    assert sorted(_names(client, fq=fq, rows=100)) == names
    assert _ask(client, "package_search", fq=fq)["count"] == len(names)


@pytest.mark.parametrize("fq", ["groups:", "nirgends:1", "metadata_modified:[gestern TO *]", "(", "groups:a OR"])
def test_a_filter_that_cannot_be_read_never_means_everything(client: TestClient, fq: str) -> None:
    answer = client.get(f"/api/3/action/package_search?fq={quote(fq)}")

    assert answer.status_code == 400
    assert answer.json()["error"]["__type"] == "Search Query Error"


def test_facets_count_what_was_found(client: TestClient) -> None:
    found = _ask(client, "package_search", rows=0, **{"facet.field": '["res_format", "organization", "groups"]', "facet.limit": 2})

    assert (found["results"], found["count"]) == ([], 5)
    assert found["facets"]["organization"] == {"stadt-kaiserslautern": 5}
    assert len(found["facets"]["res_format"]) == 2
    items = found["search_facets"]["organization"]["items"]
    assert items == [{"name": "stadt-kaiserslautern", "display_name": "Stadt Kaiserslautern", "count": 5}]


def test_orders(client: TestClient) -> None:
    by_name = _names(client, sort="name asc", rows=100)

    assert by_name == sorted(by_name)
    assert _names(client, sort="name desc", rows=100) == by_name[::-1]
    assert client.get("/api/3/action/package_search?sort=unsinn").status_code == 400


def test_an_outage_is_no_empty_catalogue(world: World) -> None:
    """An error in JSON reads as no data sets to CKANHarvester; words are noticed."""
    client = client_of(world)
    world.store.close()
    (world.folder / "klar.db").unlink()

    answer = client.get("/api/3/action/package_search?rows=100&start=0&sort=id+asc")

    assert answer.status_code == 503
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)


def test_a_withdrawn_data_set_is_not_found(world: World) -> None:
    client = client_of(world)
    uuid = _ask(client, "package_show", id="messstellen")["id"]
    world.publisher.withdraw("messstellen", reason="Grund", by="amt")

    for reference in ("messstellen", uuid):
        assert client.get(f"/api/3/action/package_show?id={reference}").status_code == 404
    assert "messstellen" not in _ask(client, "package_list")


def test_every_action_has_help(client: TestClient) -> None:
    from api.web.ckan.actions import ACTIONS

    for name in ACTIONS:
        assert _ask(client, "help_show", name=name)


#: As published: with an id.
PUBLISHED = st.builds(lambda dataset, uuid: replace(dataset, uuid=str(uuid)), datasets(), st.uuids())


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], phases=(Phase.generate,))
@given(PUBLISHED)
def test_another_ckan_takes_every_package(dataset: Dataset) -> None:
    """The refusals of CKAN's validators (compat.md 4.3)."""
    made = package(dataset, SITE)

    assert all(tag_name(each["name"]) == each["name"] for each in made["tags"])
    assert all(2 <= len(each["name"]) <= 100 and all(sign.isalnum() or sign in " -_." for sign in each["name"]) for each in made["tags"])
    keys = [each["key"] for each in made["extras"]]
    assert len(keys) == len(set(keys))
    assert all(isinstance(each["value"], str) for each in made["extras"])
    ids = [str(UUID(each["id"])) for each in made["resources"]]
    assert len(set(ids)) == len(ids)
    for each in made["resources"]:
        assert isinstance(each["size"], int)
        assert each["format"]
        datetime.fromisoformat(each["last_modified"])
    moment = made["metadata_modified"]
    assert datetime.fromisoformat(moment).isoformat() == moment
    assert "Z" not in moment


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], phases=(Phase.generate,))
@given(PUBLISHED)
def test_a_resource_leads_back_to_its_data_set(dataset: Dataset) -> None:
    for each in dataset.distributions:
        assert (dataset.uuid, each.format.extension) in dataset_ids_of(resource_id(dataset, each.format.extension))


def test_moments_are_what_python_writes() -> None:
    moment = datetime.fromisoformat("2026-11-22T05:00:00+01:00")

    assert ckan_moment(moment) == "2026-11-22T04:00:00"
    assert ckan_moment(moment.replace(microsecond=123456)) == "2026-11-22T04:00:00.123456"


@pytest.mark.parametrize(
    ("keyword", "tag"), [("Lärm/Luft", "Lärm-Luft"), ("ÖPNV", "ÖPNV"), ("a", ""), ("x" * 101, "x" * 100), ("§ 5 (alt)", "5 -alt"), ("", "")]
)
def test_keywords_take_a_form_that_ckan_accepts(keyword: str, tag: str) -> None:
    assert tag_name(keyword) == tag
