"""Whether this server may be asked: the database it has open is the one that is there, and all of it is rendered."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.web.app import create_app
from dcat.render import renderer
from schemas.declaration import city_wide
from tests.api.web.conftest import client_of
from tests.api.web.world import World, fill, new_world, row

PATHS = ("/catalog.ttl", "/datasets/projekte.ttl", "/api/v1/datasets", "/")


@pytest.fixture
def full(tmp_path: Path) -> World:
    """A database that nobody else has open."""
    world = new_world(tmp_path / "installation")
    fill(world)
    return world


def ready(client: TestClient) -> tuple[int, str]:
    answer = client.get("/health/ready", headers={"accept-language": "de"})
    return answer.status_code, answer.json().get("reason", "")


def statuses(client: TestClient) -> set[int]:
    return {client.get(each).status_code for each in PATHS}


def test_a_database_that_was_moved_away_is_noticed_and_so_is_its_return(full: World) -> None:
    client = client_of(full)
    assert (ready(client), statuses(client)) == ((200, ""), {200})
    database = full.folder / "klar.db"

    database.rename(full.folder / "elsewhere.db")
    assert (ready(client), statuses(client)) == ((503, "database"), {503})
    assert not database.exists()  # nobody has put an empty one in its place

    (full.folder / "elsewhere.db").rename(database)
    assert (ready(client), statuses(client)) == ((200, ""), {200})
    full.close()


def test_a_database_that_was_replaced_is_served_from_then_on(full: World, tmp_path: Path) -> None:
    other = new_world(tmp_path / "other")
    fill(other)
    other.harvest(row("district", "sued", name="Südstadt", kind="local-district"), of=city_wide()["ortsbezirke"])
    while full.store.revision() < other.store.revision():
        # Equal numbers: only the file itself tells the two apart.
        full.harvest(row("district", f"n{full.run}", name=f"Nord {full.run}", kind="local-district"), of=city_wide()["ortsbezirke"])
    client = client_of(full)
    before = client.get("/datasets/ortsbezirke/data.csv").content, client.get("/api/v1/datasets/ortsbezirke").content
    other.close()
    shutil.copytree(other.folder / "files", full.folder / "files", dirs_exist_ok=True)

    for each in ("klar.db-wal", "klar.db-shm"):  # SQLite: they belong to the database and go with it
        (full.folder / each).unlink(missing_ok=True)
    shutil.copy(other.folder / "klar.db", full.folder / "new.db")
    (full.folder / "new.db").rename(full.folder / "klar.db")

    assert ready(client) == (200, "")
    after = client.get("/datasets/ortsbezirke/data.csv").content, client.get("/api/v1/datasets/ortsbezirke").content
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert "Südstadt" in after[0].decode()
    full.close()


def test_something_else_in_its_place_is_not_ready(full: World) -> None:
    client = client_of(full)
    assert statuses(client) == {200}

    (full.folder / "klar.db").unlink()
    (full.folder / "klar.db").write_bytes(b"")

    assert ready(client)[0] == 503
    assert statuses(client) == {503}
    full.close()


def test_after_another_base_url_the_server_says_what_is_to_be_done(world: World) -> None:
    moved = replace(world.site, base_url="https://neu.example")
    client = TestClient(create_app(world.services(site=moved, renderer=renderer(moved))), raise_server_exceptions=False)

    answer = client.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["reason"] == "not-rendered"
    assert "klar harvest" in answer.json()["detail"]
    assert client.get("/catalog.ttl").status_code == 503
