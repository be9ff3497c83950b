"""A feed on 127.0.0.1 that answers each address as a test says; addresses are written `{base}` in its pages."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from api.cli.check_feed import GuardedWeb
from dcat.check.check import check
from dcat.check.report import Report
from harvesters.http.limits import MB, Limits
from harvesters.http.looking import Looker
from harvesters.http.opening import Web

LIMITS = Limits(connect=2, read=2, total=5, size=2 * MB, wire=2 * MB, run_seconds=60)


@dataclass(frozen=True, kw_only=True)
class Page:
    content: str | bytes = b""
    status: int = 200
    head: int = 0  #: status of HEAD where it differs
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "text/turtle"

    def body(self, base: str) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.replace("{base}", base).encode()


@dataclass
class Feed:
    pages: dict[str, Page]
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)

    def url(self, path: str = "/catalog.ttl") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def base(self) -> str:
        return self.url("")


@contextmanager
def served(pages: Mapping[str, Page]) -> Iterator[Feed]:
    feed = Feed(pages=dict(pages))

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.reply("HEAD")

        def do_GET(self) -> None:
            self.reply("GET")

        def reply(self, method: str) -> None:
            feed.asked.append((method, self.path))
            page = feed.pages.get(self.path) or Page(status=404)
            body = page.body(feed.base)
            self.send_response((page.head or page.status) if method == "HEAD" else page.status)
            headers = {"Content-Type": page.media_type, "Content-Length": str(len(body)), **page.headers}
            for name, value in headers.items():
                if value:
                    self.send_header(name, value.replace("{base}", feed.base))
            self.end_headers()
            if method == "GET":
                self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Not on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    feed.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield feed
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def checked(pages: Mapping[str, Page], path: str = "/catalog.ttl", *, links: int = 0, most: int = 20, private: bool = True) -> Report:
    with served(pages) as feed:
        return check_of(feed, path, links=links, most=most, private=private)


def check_of(feed: Feed, path: str = "/catalog.ttl", *, links: int = 0, most: int = 20, private: bool = True) -> Report:
    hosts = ("127.0.0.1",) if private else ()
    with Looker(feed.url(path), Web(user_agent="klar test"), limits=LIMITS, pause=0, allow_private=hosts) as looker:
        return check(feed.url(path), GuardedWeb(looker), pages=most, links=links)


def kinds(report: Report) -> set[str]:
    return {each.code for each in report.groups}


def messages(report: Report, kind: str) -> list[str]:
    return [each.message for group in report.groups if group.code == kind for each in group.findings]
