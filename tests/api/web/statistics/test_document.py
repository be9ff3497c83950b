"""What docs/statistics-api.md shows works, and all of it gives the same number."""

import re
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.web.app import create_app
from api.web.statistics.parameters import StatisticParameters
from catalog.statistics.columns import STATUS_TITLES
from tests.api.web.serving import address_of, listeners, serving
from tests.api.web.world import World

_DOCUMENT = Path(__file__).parents[4] / "docs" / "statistics-api.md"
_TEXT = _DOCUMENT.read_text(encoding="utf-8")
_SNIPPETS = re.findall(r"```(sh|python)\n(.*?)```", _TEXT, re.DOTALL)
_PYTHON = [code for language, code in _SNIPPETS if language == "python"]
_CURL = [line for language, code in _SNIPPETS if language == "sh" for line in code.splitlines()]
_SHOWN = "http://127.0.0.1:8000"
_SUM = 335 + 415 + 330  #: of the default table of the newest release


@pytest.fixture(scope="module")
def address(statistics: World) -> Iterator[str]:
    with listeners(1) as sockets:
        base_url = address_of(sockets[0])
        app = create_app(statistics.services(site=replace(statistics.site, base_url=base_url)))
        with serving(app, sockets):
            yield base_url


@pytest.mark.parametrize("code", _PYTHON, ids=range(len(_PYTHON)))
def test_a_python_snippet_prints_the_number(
    address: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        # pyjstat 2.4 warns of a function of its own that its read() calls.
        warnings.filterwarnings("ignore", message="Shouldn't use this function anymore", category=DeprecationWarning)
        exec(compile(code.replace(_SHOWN, address), str(_DOCUMENT), "exec"), {})  # our own document

    assert capsys.readouterr().out.strip() == str(_SUM)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("line", _CURL)
def test_a_curl_line_gives_a_table(address: str, line: str) -> None:
    done = subprocess.run(["sh", "-c", line.replace(_SHOWN, address)], capture_output=True, text=True, timeout=30)

    assert done.returncode == 0, done.stderr
    header, *rows = done.stdout.splitlines()
    assert "halbjahr_code,halbjahr" in header
    assert rows


def test_there_is_something_to_execute() -> None:
    assert len(_PYTHON) == 4
    assert len(_CURL) == 6


def test_every_parameter_and_every_reason_is_documented() -> None:
    for name in StatisticParameters.model_fields:
        assert f"| `{name}` |" in _TEXT, name
    for status in STATUS_TITLES:
        assert f"| `{status.value}` |" in _TEXT, status
