"""The page of every kind is true: its example is a configuration that loads, and its table has every option and no other."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import load
from harvesters.registry import harvester_of, kinds
from tests.api.test_settings import MINIMAL

PAGES = Path(__file__).resolve().parents[2] / "docs" / "harvesters"
KINDS = sorted({each.stem for each in PAGES.glob("*.md")} & kinds().keys())


def page(kind: str) -> str:
    return (PAGES / f"{kind}.md").read_text(encoding="utf-8")


def examples(kind: str) -> Iterator[str]:
    """Sources; other blocks show mappings."""
    yield from (each for each in re.findall(r"^```toml\n(.*?)^```", page(kind), flags=re.DOTALL | re.MULTILINE) if "[[source]]" in each)


def test_every_kind_has_a_page_and_every_page_a_kind() -> None:
    assert {each.stem for each in PAGES.glob("*.md")} == kinds().keys() - {"files"}, "files has docs/mappings"


@pytest.mark.parametrize("kind", KINDS)
def test_the_examples_of_a_page_are_configurations_that_load(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(examples(kind)), "there is one"
    for example in examples(kind):
        for variable in re.findall(r'^\w+_env = "(\w+)"', example, flags=re.MULTILINE):
            monkeypatch.setenv(variable, "geheim-und-lang-genug-fuer-alles")
        (tmp_path / "klar.toml").write_text(f"{MINIMAL}\n{example}", encoding="utf-8")
        sources = load(tmp_path / "klar.toml", {}).sources()
        assert [each.kind for each in sources] == [kind] * len(sources)
        for each in sources:
            harvester_of(each)


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_every_option_and_its_table_no_other(kind: str) -> None:
    """Options that several kinds share may stand in a sentence."""
    table = page(kind).partition("| Option |")[2].partition("\n\n")[0]
    listed = set(re.findall(r"`([a-z_]+)`", " ".join(re.findall(r"^\| ([^|]+) \|", table, flags=re.MULTILINE))))
    options = kinds()[kind].Options.model_fields.keys()
    assert listed, "there is a table"
    assert listed <= options
    assert not [each for each in options if f"`{each}`" not in page(kind)]
