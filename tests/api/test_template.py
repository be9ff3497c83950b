"""`klar template participation`: a workbook for staff, and the mapping that reads it back."""

from pathlib import Path

import pytest

from api.cli import run
from harvesters.mapping import load_mapping


def test_workbook_and_mapping_are_written_and_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(["template", "participation", "--output", str(tmp_path / "erfassung.xlsx")])

    assert status == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["erfassung.toml", "erfassung.xlsx"]
    assert {each.file for each in load_mapping(tmp_path / "erfassung.toml").table} == {"erfassung*.xlsx"}
    assert "erfassung.toml geschrieben" in capsys.readouterr().out


@pytest.mark.parametrize("there", ["erfassung.xlsx", "erfassung.toml"])
def test_what_is_there_is_not_written_over_and_nothing_is_written_beside_it(
    tmp_path: Path, there: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / there).write_text("von Hand", encoding="utf-8")

    assert run(["template", "participation", "--output", str(tmp_path / "erfassung.xlsx")]) == 1

    assert [each.name for each in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text(encoding="utf-8") == "von Hand"
    assert "nicht überschrieben" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "sentence"), [("erfassung.csv", ".xlsx"), ("fehlt/erfassung.xlsx", "fehlt")])
def test_a_place_that_cannot_be_used_is_named(tmp_path: Path, name: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["template", "participation", "--output", str(tmp_path / name)]) == 1
    assert sentence in capsys.readouterr().err
