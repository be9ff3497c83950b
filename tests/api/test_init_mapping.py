"""`klar init-mapping`: from a file to a mapping that somebody goes on with."""

from pathlib import Path

import pytest

from api.cli import run
from harvesters.mapping import load_mapping

PROJECTS = "Nr;Projekt;Stand;Vorname\np1;Bürgerpark;laufend;Ada\np2;Radweg;vertagt;Bo\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "projekte.csv"
    path.write_bytes(PROJECTS.encode("cp1252"))
    return path


def test_a_mapping_is_written_beside_what_there_is_to_decide(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = file.parent / "projekte.toml"

    status = run(["init-mapping", str(file), "--output", str(target)])

    (block,) = load_mapping(target).table
    assert status == 0
    assert (block.table, block.file, block.dialect.encoding, block.skip["Vorname"]) == ("project", "projekte.csv", "cp1252", "identifier")
    assert "Tabelle project" in capsys.readouterr().out


def test_without_a_target_the_mapping_appears_and_nothing_is_written(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init-mapping", str(file)]) == 0

    shown = capsys.readouterr().out
    assert "[[table]]" in shown
    assert "Ada" not in shown
    assert [each.name for each in file.parent.iterdir()] == ["projekte.csv"]


def test_what_is_there_is_not_written_over(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = file.parent / "projekte.toml"
    target.write_text("# von Hand", encoding="utf-8")

    assert run(["init-mapping", str(file), "--output", str(target)]) == 1
    assert target.read_text(encoding="utf-8") == "# von Hand"
    assert "nicht überschrieben" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.csv"], "missing.csv"),
        (["projekte.csv", "--table", "nonsense"], "nonsense"),
        (["brief.docx"], "CSV, XLSX oder ODS"),
        (["namen.csv"], "--table NAME"),
    ],
)
def test_what_cannot_be_mapped_is_an_error_that_says_why(
    file: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (file.parent / "brief.docx").write_bytes(b"PK")
    (file.parent / "namen.csv").write_text("Nr;Name;Anmerkung\n1;a;b\n", encoding="utf-8")
    name, *more = arguments

    assert run(["init-mapping", str(file.parent / name), *more]) == 1
    assert message in capsys.readouterr().err
