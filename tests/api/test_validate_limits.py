"""`klar validate` and `klar harvest` on poisonous files: the limit's name and status 1, and the next source is harvested."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from api.cli import run
from catalog import limited
from catalog.checks import check_rows
from harvesters import judging
from schemas.row import Finding, Row
from schemas.table import Table
from tests.api.places import EVENTS, add_source, drop, small_installation
from tests.catalog.test_file_traps import bomb

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in [each for each in os.environ if each.startswith("KLAR_")]:
        monkeypatch.delenv(each)


def test_validating_a_bomb_ends_with_the_limits_name(tmp_path: Path, capsys: Captured) -> None:
    path = bomb(tmp_path / "gross.xlsx", 200)

    assert run(["validate", str(path)]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("Fehler: Das zu lesen braucht mehr, als es darf")
    assert "gross.xlsx: Die Arbeitsmappe wird entpackt mehr als hundertmal so groß (200 MB)" in said.err


@pytest.mark.parametrize(
    ("content", "rule", "row"),
    [
        (b'id,title\nx,"offen\n', "broken-quotes", 2),
        (b"id,title\nx," + b"y" * 1_100_000 + b"\n", "too-large", 2),
    ],
)
def test_a_file_that_cannot_be_read_to_its_end_is_reported_with_its_row(
    tmp_path: Path, capsys: Captured, content: bytes, rule: str, row: int
) -> None:
    (tmp_path / "p.csv").write_bytes(content)

    assert run(["validate", str(tmp_path / "p.csv"), "--json"]) == 1

    report = json.loads(capsys.readouterr().out)
    assert [(each["rule"], each["row"]) for each in report["errors"]] == [(rule, row)]
    assert report["valid"] is False


def check_with_little_room(table: Table, rows: Sequence[Row]) -> dict[int, tuple[Finding, ...]]:
    """The real check; the table with poison in it gets less memory than Python needs."""
    if not any("Gift" in str(each.values.get("title")) for each in rows):
        return check_rows(table, rows)
    limited._SHELF.clear()
    return check_rows(table, rows, memory=30 * 1024**2)


def test_a_harvest_names_the_limit_and_goes_on_with_the_next_source(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = small_installation(tmp_path / "stadt", review="never")
    add_source(config.parent, "andere", review="never", events=EVENTS.replace("fest,", "fest2,").replace("runde,", "runde2,"))
    drop(config.parent, EVENTS.replace("Sommerfest", "Gift"))
    monkeypatch.setattr(judging, "check_rows", check_with_little_room)

    assert run(["--config", str(config), "harvest"]) == 1

    said = capsys.readouterr().out
    assert "termine: gescheitert" in said
    assert "mehr als 30 MB Arbeitsspeicher" in said
    assert "andere: veröffentlicht" in said
