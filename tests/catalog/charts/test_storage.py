"""Charts come with their release and go with it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from catalog.press import Content
from catalog.statistics.errors import ReleaseRefused
from schemas.errors import Gone
from schemas.statistics import Release
from tests.api.web.world import World, new_world
from tests.catalog.statistics.world import AT, release_of

SVG = Content(content=b"<svg/>", media_type="image/svg+xml")
SAME = {"de/alter.svg": SVG}


def _later(release: Release, days: int, number: int) -> Release:
    at = AT + timedelta(days=days)
    return replace(release, name=f"{at:%Y-%m-%d}", number=number, at=at)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return new_world(tmp_path)


def test_what_was_drawn_is_kept_beside_the_release(world: World) -> None:
    world.publisher.publish_release(release_of(), charts=SAME)

    (stored,) = world.store.charts("teilnehmende", "2026-11-20").values()

    assert (stored.media_type, stored.size) == ("image/svg+xml", 6)
    assert world.files.read(stored.sha256) == b"<svg/>"
    world.close()


def test_a_release_may_have_none(world: World) -> None:
    world.publisher.publish_release(release_of())

    assert world.store.charts("teilnehmende", "2026-11-20") == {}
    assert world.store.charts("nirgends", "2026-11-20") == {}
    world.close()


def test_a_refused_release_leaves_no_chart(world: World) -> None:
    with pytest.raises(ReleaseRefused):
        world.publisher.publish_release(replace(release_of(), number=7), charts=SAME)

    assert world.store.charts("teilnehmende", "2026-11-20") == {}
    world.close()


def test_a_withdrawn_release_takes_its_charts_with_it_and_leaves_those_of_others(world: World) -> None:
    own = Content(content=b"<svg>1</svg>", media_type="image/svg+xml")
    world.publisher.publish_release(release_of(), charts={**SAME, "de/halbjahr.svg": own})
    world.publisher.publish_release(_later(release_of(), 2, 2), charts=SAME)
    before = world.store.charts("teilnehmende", "2026-11-20")

    world.publisher.withdraw("teilnehmende", edition=1, reason="Zählfehler", by="stadt")

    assert world.store.charts("teilnehmende", "2026-11-20") == {}
    assert not world.files.has(before["de/halbjahr.svg"].sha256)
    assert world.files.has(before["de/alter.svg"].sha256), "the later release shows the same picture"
    assert set(world.store.charts("teilnehmende", "2026-11-22")) == set(SAME)
    with pytest.raises(Gone):
        world.store.release("teilnehmende", "2026-11-20")
    world.close()
