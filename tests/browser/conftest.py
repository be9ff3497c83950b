"""The pages in a real browser, from a real server on this machine. Skipped, and said so, where there is no Chromium."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from api.web.app import create_app
from tests.api.web.statistics.charts import publish_statistics
from tests.api.web.world import World, fill, new_world

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
#: Without these Chromium tries to reach its maker's hosts at every start.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Site:
    address: str
    layer: str = ""  #: name of a data set of sensors, where there is a network


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    world = new_world(tmp_path_factory.mktemp("browser"))
    fill(world)
    publish_statistics(world)
    with _listening() as listener:
        server, thread = _serve(world, listener)
        yield Site(address=f"http://127.0.0.1:{listener.getsockname()[1]}")
        server.should_exit = True
        thread.join(10)
    world.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


@dataclass
class Visit:
    """One open page, and what it asked the network for."""

    page: Page
    site: Site
    requested: list[str]

    def go(self, path: str) -> None:
        answer = self.page.goto(self.site.address + path)
        assert answer is not None
        assert answer.status < 500


@pytest.fixture
def visit(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Parametrise indirectly with options of a browser context: width, colour scheme, JavaScript."""
    options = dict(getattr(request, "param", {}))
    width = options.pop("width", 1280)
    context = browser.new_context(viewport={"width": width, "height": 800}, **options)
    requested: list[str] = []
    context.on("request", lambda each: requested.append(each.url))
    yield Visit(page=context.new_page(), site=site, requested=requested)
    context.close()


def _listening() -> socket.socket:
    for port in range(8100, 8300):
        candidate = socket.socket()
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            candidate.close()
            continue
        return candidate
    raise OSError("no free port from 8100 to 8299")


def _serve(world: World, listener: socket.socket) -> tuple[uvicorn.Server, threading.Thread]:
    server = uvicorn.Server(uvicorn.Config(create_app(world.services()), access_log=False, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    return server, thread
