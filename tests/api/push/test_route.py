"""One route per portal: what was taken over from it is not pushed back; what comes from elsewhere is."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.cli import run as klar
from api.installation import installation
from api.push.route import comes_from
from api.settings import load
from catalog.plan import Guards, Intake, PlanState, Review, SeenTable
from catalog.planning import make_plan
from schemas.model import Dataset, SourceReference, Upstream
from schemas.upstream import UpstreamDataset
from tests.api.places import small_installation
from tests.api.push.conftest import Push
from tests.api.push.portal import TOKEN, Ckan
from tests.api.web.world import World, new_world
from tests.dcat.samples import PROJECTS
from tests.neighbours import SOURCE, TREES, listing, named, row_of

GUARDS = Guards(at_least=0, max_shrink=1.0, review=Review.NEVER)


def neighbours(uri: str = "urn:x:1", page: str = "", source: str = "") -> Dataset:
    upstream = Upstream(uri=uri, catalogue="Nachbar")
    return replace(PROJECTS, upstream=upstream, landing_page=page, sources=(SourceReference(name="n", title="N", url=source),))


@pytest.mark.parametrize(
    ("dataset", "home"),
    [
        (neighbours(uri="https://Portal.example/dataset/1"), True),
        (neighbours(uri="http://portal.example:80/dataset/1"), True),
        (neighbours(page="https://portal.example/x"), True),
        (neighbours(source="https://portal.example/catalog.ttl"), True),
        (neighbours(uri="https://other.example/dataset/1", page="https://other.example/1", source="https://other.example/"), False),
        (neighbours(uri="https://portal.example:8443/dataset/1"), False),
        (neighbours(uri="https://portal.example.evil/dataset/1"), False),
        (neighbours(uri="https://["), False),
        (replace(PROJECTS, landing_page="https://portal.example/x"), False),
    ],
)
def test_a_data_set_is_at_home_where_its_identifier_page_or_catalogue_lies(dataset: Dataset, home: bool) -> None:
    assert comes_from(dataset, "https://portal.example") is home


def test_neighbours_data_sets_are_pushed_and_a_second_run_writes_nothing(tmp_path: Path, ckan: Ckan, run: Push) -> None:
    world: World = new_world(tmp_path)
    world.harvest(row_of(TREES), row_of(named("leer", links=(), version="")), of=listing(), source=SOURCE)
    datasets = [each.dataset for each in world.store.datasets()]

    first = run(datasets, name_of=world.store.name_of)
    second = run(datasets, name_of=world.store.name_of)
    world.close()

    assert (first.troubles, len(first.done)) == ((), 3)
    assert (second.troubles, second.done, second.plan.unchanged) == ((), (), 3)


def adopt(config: Path, *found: UpstreamDataset) -> None:
    with installation(load(config, dict(os.environ))) as here:
        rows = tuple(map(row_of, found))
        plan = make_plan(
            Intake(source=SOURCE, run=1, at=datetime.now(UTC), tables=(SeenTable(declaration=listing(), rows=rows),)),
            published={},
            known_datasets=frozenset(),
            guards=GUARDS,
            base=here.store.fingerprint(SOURCE.name),
        )
        here.publisher.apply(here.store.save_plan(plan, PlanState.PROPOSED))


def test_a_portal_never_gets_back_what_was_taken_over_from_it(
    tmp_path: Path, ckan: Ckan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = small_installation(tmp_path / "stadt", review="never")
    with config.open("a", encoding="utf-8") as file:
        file.write(f'\n[push.stadtportal]\nurl = "{ckan.address}"\ntoken_env = "STADTPORTAL_TOKEN"\n')
    monkeypatch.setenv("STADTPORTAL_TOKEN", TOKEN)
    assert klar(["--config", str(config), "harvest"]) == 0
    home = replace(named("heimat"), uri=f"{ckan.address}/dataset/heimat", landing_page=f"{ckan.address}/dataset/heimat")
    adopt(config, TREES, home)
    capsys.readouterr()

    assert klar(["--config", str(config), "push", "ckan", "stadtportal", "--json"]) == 0

    said = json.loads(capsys.readouterr().out)
    assert said["at_home"] == ["heimat"]
    assert {each["name"] for each in said["done"]} == {"veranstaltungen", "baumkataster", "uebernommene-datensaetze"}
