"""Statistics in a browser: accessible in light and dark, narrow and wide; choosing, citing and embedding without scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.api.web.statistics.charts import DEMONSTRATION
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HERE = "/statistics/teilnehmende"
PAGES = (
    "/statistics",
    "/statistics/questions",
    HERE,
    f"{HERE}?alter=60&group_by=alter",
    f"{HERE}?ortsbezirk=01&alter=60",
    f"{HERE}/releases/2026-11-20/diff/2026-11-22",
    f"{HERE}/embed",
    f"/en/statistics/{DEMONSTRATION}",
)
LOOKS = [{"color_scheme": "light", "width": 1280}, {"color_scheme": "dark", "width": 320}]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("visit", LOOKS, indirect=True, ids=["light-1280", "dark-320"])
def test_pages_are_accessible_fit_and_ask_only_our_own_host(visit: Visit, path: str) -> None:
    complaints: list[str] = []
    visit.page.on("console", lambda message: complaints.append(message.text))
    visit.go(path)
    visit.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

    found = Axe().run(visit.page)
    overflow = visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert found.violations_count == 0, found.generate_report()
    assert overflow == 0
    assert {each for each in visit.requested if not each.startswith(visit.site.address + "/")} == set()
    assert [each for each in complaints if "Content Security Policy" in each] == []


@pytest.mark.parametrize("visit", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True, ids=["light", "dark"])
def test_charts_take_the_colours_of_the_page(visit: Visit) -> None:
    visit.go(f"{HERE}?group_by=alter")

    def colour(selector: str, name: str) -> str:
        return str(visit.page.evaluate(f"getComputedStyle(document.querySelector('{selector}'))['{name}']"))

    assert colour(".chart-text", "fill") == colour("main", "color")
    assert colour(".chart-ground", "fill") == colour("body", "backgroundColor")
    assert colour(".chart-bar", "fill") in ("rgb(0, 114, 178)", "rgb(86, 180, 233)")


def test_a_chart_is_one_image_with_a_name(visit: Visit) -> None:
    visit.go(f"{HERE}?group_by=alter")

    images = visit.page.get_by_role("img")

    assert images.count() == 1
    assert "am meisten bei unter 30" in str(visit.page.evaluate("document.querySelector('svg > title').textContent"))


@pytest.mark.parametrize("visit", [{"java_script_enabled": False}], indirect=True)
def test_from_the_list_to_a_cited_number_without_scripts(visit: Visit) -> None:
    visit.go("/statistics")
    visit.page.get_by_role("link", name="Teilnehmende an Beteiligungen").first.click()
    visit.page.get_by_label("Aufteilen nach").select_option(label="Altersgruppe")
    visit.page.get_by_role("button", name="Anzeigen").click()
    visit.page.get_by_role("link", name="60 und älter").click()

    assert "rund 260" in str(visit.page.locator(".finding").inner_text()).replace("\u00a0", " ")
    assert "/releases/2026-11-22?alter=60&group_by=alter" in visit.page.locator(".copy").first.inner_text()
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="CSV", exact=True).click()
    assert b"260" in download.value.path().read_bytes()


def test_only_the_embedded_page_shows_within_another_one(visit: Visit) -> None:
    """A page on the same host tries both: one of another host may load nothing from 127.0.0.1, whatever its headers say."""
    frames = "".join(f'<iframe src="{visit.site.address}{path}" title="{path}"></iframe>' for path in (HERE, f"{HERE}/embed"))
    elsewhere = f"{visit.site.address}/elsewhere"
    visit.page.route(elsewhere, lambda route: route.fulfill(content_type="text/html", body=f"<html><body>{frames}</body></html>"))
    visit.page.goto(elsewhere)

    shown = [each.locator(".finding").count() for each in visit.page.frames[1:]]

    assert shown == [0, 1]
