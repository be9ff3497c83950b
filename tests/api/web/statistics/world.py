"""Releases of a small statistic in a store of their own, and a client for them."""

from collections.abc import Sequence
from pathlib import Path

from fastapi.testclient import TestClient

from api.web.app import create_app
from schemas.model import Site
from schemas.statistics import Release
from tests.api.web.world import World, new_world

API = "/api/v1/statistics"


def installation(folder: Path, releases: Sequence[Release], the_site: Site | None = None) -> World:
    """An installation that has these releases and no other data sets."""
    folder.mkdir(parents=True, exist_ok=True)
    world = new_world(folder, the_site)
    keep(world, *releases)
    return world


def keep(world: World, *releases: Release) -> None:
    for each in releases:
        world.publisher.publish_release(each)


def client_of(world: World, **more: object) -> TestClient:
    """Requests name a foreign host on purpose: nothing of it may appear in an answer."""
    app = create_app(world.services(**more))
    return TestClient(app, base_url="http://evil.example", raise_server_exceptions=False, follow_redirects=False)
