"""Each page type in light and dark, narrow and wide: accessible, nothing from elsewhere, usable without scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = (
    "/",
    "/datasets",
    "/datasets?q=projekte&type=project",
    "/datasets?q=gibtesnicht",
    "/datasets/projekte",
    "/datasets/messstellen",
    "/datasets/projekte/editions",
    "/datasets/projekte/editions/1/diff/3",
    "/projects",
    "/projects/theatergarten",
    "/processes",
    "/processes/ruetschhofstrasse-2023",
    "/sensors",
    "/statistics/reported",
    "/status",
    "/api",
    "/catalog",
    "/impressum",
    "/kontakt",
    "/nowhere",
    "/datasets?theme=NONE",
    "/en/",
    "/en/datasets/projekte",
    "/en/statistics/reported",
)
SCHEMES = [{"color_scheme": "light"}, {"color_scheme": "dark"}]
NARROW = [{"width": 320}]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("visit", [*SCHEMES, *NARROW], indirect=True, ids=["light", "dark", "narrow"])
def test_axe_finds_nothing(visit: Visit, path: str) -> None:
    visit.go(path)
    visit.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    found = Axe().run(visit.page)

    assert found.violations_count == 0, found.generate_report()


def test_axe_would_find_something(visit: Visit) -> None:
    visit.page.set_content("<html><body><img src='x.png'><input></body></html>")

    assert Axe().run(visit.page).violations_count > 1


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("visit", [{"width": width} for width in (320, 640, 1280)], indirect=True, ids=["320", "640", "1280"])
def test_no_page_scrolls_sideways(visit: Visit, path: str) -> None:
    visit.go(path)
    visit.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    overflow = visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert overflow == 0


@pytest.mark.parametrize("path", PAGES)
def test_only_our_own_host_is_asked(visit: Visit, path: str) -> None:
    complaints: list[str] = []
    visit.page.on("console", lambda message: complaints.append(message.text))

    visit.go(path)

    assert visit.requested
    assert {each for each in visit.requested if not each.startswith(visit.site.address + "/")} == set()
    assert [each for each in complaints if "Content Security Policy" in each] == []


@pytest.mark.parametrize("visit", [{"java_script_enabled": False}], indirect=True)
def test_from_search_to_download_without_scripts(visit: Visit) -> None:
    visit.go("/")
    visit.page.get_by_label("Datensätze durchsuchen").fill("Projekte")
    visit.page.get_by_role("button", name="Suchen").click()
    visit.page.get_by_role("link", name="Projekte der Stadtentwicklung").click()
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="CSV herunterladen", exact=True).click()

    assert download.value.suggested_filename == "projekte.csv"
    assert download.value.path().read_bytes().startswith(b"id,title,")


@pytest.mark.parametrize("visit", [{"java_script_enabled": False}], indirect=True)
def test_a_facet_narrows_and_a_chip_widens_again(visit: Visit) -> None:
    visit.go("/datasets")
    everything = visit.page.locator("article.card").count()

    visit.page.locator("#filters").get_by_role("link", name="Sensorik").click()
    narrowed = visit.page.locator("article.card").count()
    visit.page.get_by_role("link", name="Sensorik entfernen").click()

    assert (narrowed, visit.page.locator("article.card").count()) == (1, everything)
    assert everything > 1


def test_the_keyboard_reaches_the_content_first(visit: Visit) -> None:
    visit.go("/datasets/projekte")

    visit.page.keyboard.press("Tab")
    visible = visit.page.evaluate("document.activeElement.getBoundingClientRect().top >= 0")
    visit.page.keyboard.press("Enter")

    assert visible
    assert visit.page.evaluate("document.activeElement.id") == "content"


def test_every_link_shows_that_it_has_the_focus(visit: Visit) -> None:
    visit.go("/datasets")
    for _ in range(30):
        visit.page.keyboard.press("Tab")
        outline = visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", visit.page.evaluate("document.activeElement.outerHTML")


def test_targets_are_large_enough(visit: Visit) -> None:
    visit.go("/datasets")

    heights = visit.page.evaluate(
        "[...document.querySelectorAll('nav a, #filters li a, .chips a, .tools a, button')].map(a => a.getBoundingClientRect().height)"
    )

    assert min(each for each in heights if each) >= 24


def test_a_page_can_be_printed(visit: Visit) -> None:
    visit.go("/datasets/projekte")
    visit.page.emulate_media(media="print")

    assert not visit.page.locator("nav").first.is_visible()
    assert visit.page.get_by_role("heading", level=1).is_visible()
