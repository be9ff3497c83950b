"""What docs/table-api.md shows works."""

import re
import shlex
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn

from api.web.app import create_app
from api.web.rows.parameters import OWN
from catalog.query import Function, Operator
from tests.api.web.world import World

_DOCUMENT = Path(__file__).parents[4] / "docs" / "table-api.md"
_TEXT = _DOCUMENT.read_text(encoding="utf-8")
_SNIPPETS = re.findall(r"```(sh|python)\n(.*?)```", _TEXT, re.DOTALL)
_SHOWN = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def address(published: World) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = create_app(published.services(site=replace(published.site, base_url=base_url)))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield base_url
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize(("language", "snippet"), _SNIPPETS, ids=[f"{language} {n}" for n, (language, _) in enumerate(_SNIPPETS)])
def test_a_snippet_works(address: str, language: str, snippet: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    here = snippet.replace(_SHOWN, address)

    if language == "python":
        exec(compile(here, str(_DOCUMENT), "exec"), {})  # our own document
    else:
        command, *_, last = shlex.split(here)
        assert command == "curl"
        with urllib.request.urlopen(urllib.request.Request(last, method="HEAD" if "-I" in here else "GET")) as answer:
            assert answer.status == 200


def test_there_is_something_to_execute() -> None:
    assert {language for language, _ in _SNIPPETS} == {"sh", "python"}
    assert len(_SNIPPETS) >= 6


def test_every_parameter_operator_and_figure_is_documented() -> None:
    for each in OWN:
        assert f"`{each}" in _TEXT or f"{each}=" in _TEXT, each
    for word in (*Operator, *Function):
        assert word.value in _TEXT
