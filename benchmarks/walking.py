"""Walking every page of a large catalogue as a harvester does, in a process of its own: how much memory the answers take.

`python -m benchmarks.walking FOLDER` over what `benchmarks.growing` made; prints one JSON object. The application is asked as a server
asks it, on one event loop; the walk keeps nothing but the number of data sets, so that the peak is that of application, page cache and
database.
"""

import asyncio
import json
import re
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.types import Message, Scope

from api.web.app import create_app
from api.web.services import PublicServices
from benchmarks.running import peak_megabytes
from benchmarks.site import SITE
from catalog.files import Files
from catalog.search import Search
from catalog.store import Store
from dcat.render import renderer
from schemas.model import Site

_NEXT = re.compile(rb'<http://www\.w3\.org/ns/hydra/core#next> "([^"]+)"')
_DATASET = b"<http://www.w3.org/ns/dcat#Dataset> ."


async def walk(folder: Path, site: Site) -> dict[str, float]:
    """Pages, data sets, seconds of CPU, and the largest resident memory in megabytes before and after."""
    store = Store(f"sqlite:///{folder / 'klar.db'}")
    services = PublicServices(
        site=site,
        store=store,
        files=Files(folder / "public"),
        search=Search(folder / "search"),
        renderer=renderer(site),
        legal={},
        requests_per_minute=1_000_000,
    )
    app = create_app(services)
    before, started = peak_megabytes(), time.process_time()
    pages = datasets = 0
    address = f"{site.base_url}/catalog.nt"
    while address:
        content = await _get(app, address)
        pages, datasets = pages + 1, datasets + content.count(_DATASET)
        following = _NEXT.search(content)
        address = following[1].decode() if following else ""
    store.close()
    return {"pages": pages, "datasets": datasets, "cpu": time.process_time() - started, "before": before, "peak": peak_megabytes()}


async def _get(app: FastAPI, address: str) -> bytes:
    parts = urlsplit(address)
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": parts.scheme,
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(b"host", parts.netloc.encode())],
        "client": ("127.0.0.1", 1),
        "server": (parts.hostname, parts.port),
    }
    status, content = 0, b""

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, content
        status = message.get("status", status)
        content += message.get("body", b"")

    await app(scope, receive, send)
    if status != 200:
        raise RuntimeError(f"{address}: {status}")
    return content


if __name__ == "__main__":
    print(json.dumps(asyncio.run(walk(Path(sys.argv[1]), SITE))))
