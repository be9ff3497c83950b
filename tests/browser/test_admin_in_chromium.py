"""The operator pages in a real browser, from a real `klar admin`: accessible, usable without scripts, one story from upload to log."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from catalog.tokens import Role
from tests.api.admin.test_cli import admin_process
from tests.api.places import EVENTS, drop, opened, small_installation

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = (
    "/",
    "/sources",
    "/runs",
    "/runs/2",
    "/plans",
    "/plans?all=1",
    "/plans/1",
    "/plans/3",
    "/plans/99",
    "/quarantine",
    "/quarantine?state=all",
    "/quarantine/1",
    "/quarantine/2",
    "/upload",
    "/upload/termine",
    "/decisions",
    "/nowhere",
)
SCHEMES: list[dict[str, Any]] = [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"width": 320}]
HEADER, *ROWS = EVENTS.splitlines(keepends=True)
SECRET_PLACE = "erika.mustermann@web.de"


@dataclass(frozen=True)
class Site:
    address: str
    secret: str  #: of a releaser
    config: Path


@contextmanager
def prepared(folder: Path) -> Iterator[Site]:
    """Published events; one of them now with an address in its title, one with too small a count, and a plan that waits."""
    config = small_installation(folder)
    with opened(config) as found:
        source = found.source("termine")
        found.harvest(source)
        found.approve(1, by="Anna Amt", reason="Erster Stand.")
        drop(folder, HEADER + ROWS[0] + ROWS[1].replace("Gesprächsrunde", f"Runde bei {SECRET_PLACE}") + ROWS[2].replace(",40,", ",3,"))
        found.harvest(source)
        found.harvest(source, plan_only=True)
        _, secret = found.store.create_token("Rosa Release", Role.RELEASER, 30, by="amt")
    with admin_process(config, folder / "admin.log") as address:
        yield Site(address=address, secret=secret, config=config)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Only looked at."""
    with prepared(tmp_path_factory.mktemp("admin") / "stadt") as found:
        yield found


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Site]:
    """For a test that decides something."""
    with prepared(tmp_path / "stadt") as found:
        yield found


@dataclass
class Visit:
    page: Page
    site: Site
    requested: list[str]

    def go(self, path: str) -> None:
        assert self.page.goto(self.site.address + path)

    def log_in(self) -> None:
        self.go("/login")
        self.page.get_by_label("Token").fill(self.site.secret)
        self.page.get_by_role("button", name="Anmelden").click()


@contextmanager
def visiting(browser: Browser, site: Site, *, width: int = 1280, **options: Any) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": width, "height": 800}, **options)
    requested: list[str] = []
    context.on("request", lambda each: requested.append(each.url))
    yield Visit(page=context.new_page(), site=site, requested=requested)
    context.close()


@pytest.fixture
def visit(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Visit]:
    with visiting(browser, site, **getattr(request, "param", {})) as found:
        yield found


@pytest.mark.parametrize("visit", SCHEMES, indirect=True, ids=["light", "dark", "narrow"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(visit: Visit) -> None:
    """All pages in one visit: a login is what takes time."""
    visit.go("/login")
    _check(visit.page, "/login")
    visit.log_in()
    for path in PAGES:
        visit.go(path)
        _check(visit.page, path)


def _check(page: Page, path: str) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, path


def test_from_upload_to_the_log_without_scripts(browser: Browser, own_site: Site, tmp_path: Path) -> None:
    file = tmp_path / "Export vom Amt.csv"
    file.write_text(EVENTS.replace("Sommerfest", "Herbstfest"), encoding="utf-8")
    with visiting(browser, own_site, java_script_enabled=False) as visit:
        _upload_release_and_read_the_log(visit, file)


def _upload_release_and_read_the_log(visit: Visit, file: Path) -> None:
    page = visit.page
    visit.log_in()
    page.get_by_role("navigation").get_by_role("link", name="Hochladen").click()
    page.get_by_role("link", name="Veranstaltungen").click()
    page.get_by_label("Datei", exact=True).set_input_files(file)
    page.get_by_label("Die Datei ist").select_option("events.csv")
    page.get_by_role("button", name="Hochladen und Änderungen zeigen").click()
    assert page.get_by_role("row", name="Sommerfest Herbstfest").is_visible()
    with opened(visit.site.config) as found:
        titles = {each.row.values["title"] for each in found.store.published("termine", "event")}
        assert "Herbstfest" not in titles, "only shown"

    release = page.locator("form", has=page.get_by_role("button", name="Freigeben"))
    release.get_by_label("Begründung").fill("Der neue Export vom Amt.")
    release.get_by_role("button", name="Freigeben").click()
    assert page.get_by_role("status").inner_text().startswith("Freigegeben: Die Datei liegt im Ablageordner")
    page.get_by_role("link", name="Entscheidungen").click()

    line = page.get_by_role("row", name=re.compile("Der neue Export vom Amt"))
    assert "Rosa Release" in line.inner_text()
    assert "releaser" in line.inner_text()
    with opened(visit.site.config) as found:
        titles = {each.row.values["title"] for each in found.store.published("termine", "event")}
        assert "Herbstfest" in titles
    page.get_by_role("button", name="Abmelden").click()
    assert page.get_by_role("heading", name="Anmelden").is_visible()
    assert {each for each in visit.requested if not each.startswith(visit.site.address + "/")} == set()


class _EvilPage(BaseHTTPRequestHandler):
    """A form that sends itself to `server.target`, as soon as the page is looked at."""

    server: "_EvilServer"

    def do_GET(self) -> None:
        fields = "".join(f'<input name="{name}" value="{value}">' for name, value in self.server.fields.items())
        page = f'<form method="post" action="{self.server.target}">{fields}</form><script>document.forms[0].submit()</script>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


class _EvilServer(HTTPServer):
    target = ""
    fields: dict[str, str]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_form_of_another_site_is_refused_by_what_chromium_itself_sends(visit: Visit, host: str) -> None:
    """The attacker even knows the token of the session. On the same host (another port) the form also carries the cookie."""
    visit.log_in()
    visit.go("/plans/3")
    csrf = visit.page.locator('input[name="csrf"]').first.get_attribute("value") or ""
    answers: list[int] = []
    visit.page.on("response", lambda each: answers.append(each.status) if each.url.endswith("/plans/3/reject") else None)
    with _EvilServer(("127.0.0.1", 0), _EvilPage) as server:
        server.target, server.fields = f"{visit.site.address}/plans/3/reject", {"csrf": csrf, "reason": "untergeschoben"}
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        visit.page.goto(f"http://{host}:{server.server_port}/")
        visit.page.wait_for_url("**/plans/3/reject")
        server.shutdown()
        thread.join()

    assert answers == [403]
    with opened(visit.site.config) as found:
        assert found.store.plan(3).decided_by == ""


def test_the_passage_never_reaches_the_browser(visit: Visit) -> None:
    visit.log_in()
    shown = []
    for number in (1, 2):
        visit.go(f"/quarantine/{number}")
        content = visit.page.content()
        assert SECRET_PLACE not in content
        shown.append("[E-Mail-Adresse]" in content)

    assert any(shown)


def test_the_cookie_is_out_of_reach_of_scripts_and_the_cache_is_empty(visit: Visit) -> None:
    visit.log_in()

    assert visit.page.evaluate("document.cookie") == ""
    (cookie,) = visit.page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")


def test_the_keyboard_reaches_the_content_first_and_every_stop_is_seen(visit: Visit) -> None:
    visit.log_in()
    visit.go("/quarantine/1")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "content"

    for _ in range(25):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement === document.body"):
            break
        assert visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_targets_are_large_enough(visit: Visit) -> None:
    visit.log_in()
    visit.go("/quarantine/1")

    heights = visit.page.evaluate(
        "[...document.querySelectorAll('nav a, button, select')].map(each => each.getBoundingClientRect().height)"
    )

    assert min(each for each in heights if each) >= 24
