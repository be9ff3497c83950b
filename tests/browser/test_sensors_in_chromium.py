"""Map and list of a whole network, as people see them: narrow, wide, dark, without scripts."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.api.web.sensors.conftest import layer
from tests.api.web.world import fill, new_world
from tests.browser.conftest import Site, Visit, _listening, _serve
from tests.sensing import NOW, PROPERTIES, records, sense, station, stream, walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Stations of every status, two of them in one place, one without a position."""
    world = new_world(tmp_path_factory.mktemp("sensors"))
    fill(world)
    homes = [station(n, until="2025-01" if n % 5 == 1 else "", latitude=None if n == 9 else 49.40 + 0.01 * (n // 2)) for n in range(12)]
    pairs = [
        (home, replace(stream(n * 10 + k, home, name, unit), end=None if n % 5 == 2 else NOW))
        for n, home in enumerate(homes)
        for k, (name, unit) in enumerate(PROPERTIES)
    ]
    sense(world, walk(records(pairs)))
    with _listening() as listener:
        server, thread = _serve(world, listener)
        yield Site(address=f"http://127.0.0.1:{listener.getsockname()[1]}", layer=layer(world))
        server.should_exit = True
        thread.join(10)
    world.close()


def paths(site: Site) -> tuple[str, ...]:
    return ("/sensors", "/en/sensors?status=active", f"/datasets/{site.layer}", "/status")


@pytest.mark.parametrize(
    "visit", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"width": 320}], indirect=True, ids=["light", "dark", "narrow"]
)
def test_axe_finds_nothing(visit: Visit) -> None:
    for path in paths(visit.site):
        visit.go(path)
        visit.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

        found = Axe().run(visit.page)

        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("visit", [{"width": width} for width in (320, 1280)], indirect=True, ids=["320", "1280"])
def test_nothing_scrolls_sideways_and_the_words_on_the_map_can_be_read(visit: Visit) -> None:
    for path in paths(visit.site):
        visit.go(path)
        visit.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    visit.go("/sensors")

    heights = visit.page.evaluate("[...document.querySelectorAll('.map > svg text')].map(each => each.getBoundingClientRect().height)")
    marks = visit.page.evaluate("[...document.querySelectorAll('.map > svg .mark')].map(each => each.getBoundingClientRect().width)")

    assert min(heights) >= 11
    assert min(marks) >= 6


@pytest.mark.parametrize("visit", [{"java_script_enabled": False}], indirect=True)
def test_a_filter_narrows_without_scripts_and_leads_to_rows(visit: Visit) -> None:
    visit.go("/")
    visit.page.get_by_role("navigation", name="Hauptnavigation").get_by_role("link", name="Messstellen").click()
    everything = visit.page.locator("article.station").count()
    visit.page.get_by_label("Messgröße").select_option("Wassertemperatur")
    visit.page.get_by_role("button", name="Anzeigen").click()
    narrowed = visit.page.locator("article.station").count()
    visit.page.get_by_role("link", name="Wassertemperatur (°C)", exact=True).click()

    assert (everything, narrowed) == (13, 1)
    assert visit.page.get_by_role("heading", level=1).inner_text() == "Messstellen und Sensoren"


def test_the_map_has_a_name_and_words_that_say_what_it_shows(visit: Visit) -> None:
    visit.go("/sensors")

    drawing = visit.page.get_by_role("img", name="Karte der Messstellen")

    assert drawing.count() == 1
    assert "12 Messstellen, Norden ist oben." in (drawing.locator("desc").text_content() or "")
    assert "Von 1 Messstelle ist die Lage nicht bekannt." in visit.page.locator("figcaption").inner_text()
