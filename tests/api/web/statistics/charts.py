"""An installation with statistics as they are published: with charts, an earlier release, reported figures and a demonstration."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from catalog.charts.drawing import draw_all
from catalog.press import Content
from schemas.model import Site
from schemas.statistics import TOTAL, Release, ReportedTotal
from tests.api.web.statistics.conftest import two_releases
from tests.api.web.world import World, fill, new_world, site
from tests.catalog.charts.world import by_age

REPORTED = ReportedTotal(
    key=(TOTAL, TOTAL, TOTAL), value=500, qualifier="min", source="Rheinpfalz", source_url="https://www.rheinpfalz.example/zahl"
)
DEMONSTRATION = "demonstration-umfrage"


def published(folder: Path, the_site: Site | None = None) -> World:
    """Five data sets, one statistic in two releases, and one that is invented; charts of what is newest."""
    folder.mkdir(parents=True, exist_ok=True)
    world = new_world(folder, the_site)
    fill(world)
    publish_statistics(world)
    return world


def publish_statistics(world: World) -> None:
    first, second = (replace(each, reported=(REPORTED,)) for each in two_releases())
    world.publisher.publish_release(first)
    for each in (second, demonstration()):
        world.publisher.publish_release(each, charts=_drawn(each.cube.name))


@cache
def _drawn(name: str) -> Mapping[str, Content]:
    """Once for all installations: they differ in nothing that charts show."""
    return draw_all(demonstration() if name == DEMONSTRATION else two_releases()[1], site())


def demonstration() -> Release:
    real = by_age({"u30": 50, "30-59": 100, "60": 25})
    return replace(real, cube=replace(real.cube, name=DEMONSTRATION, demonstration=True))
