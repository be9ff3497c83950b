"""The list of licences names every package that klar is run with, and what it says of itself."""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCKED = tuple(
    dict.fromkeys(re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), flags=re.MULTILINE))
)
LISTED = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", (ROOT / "docs" / "licences.md").read_text(encoding="utf-8"), flags=re.MULTILINE))
#: What makes a reader look twice.
_COPYLEFT = re.compile(r"GPL|MPL|EPL|Mozilla|Lesser|Affero|Reciproc|CC.BY.SA|Artistic", re.IGNORECASE)


def said(name: str) -> str:
    """As the installed package names its licence."""
    found = metadata(name)
    classifiers = [each.split(" :: ")[-1] for each in found.get_all("Classifier") or [] if each.startswith("License ::")]
    fields = [found[key].partition("\n")[0] for key in ("License-Expression", "License") if key in found]
    text = " ".join([*fields, *classifiers])
    return " ".join(text.split())


def test_every_locked_package_is_listed_and_no_other() -> None:
    assert len(LOCKED) > 80
    assert sorted(LISTED) == sorted(each.lower() for each in LOCKED)


@pytest.mark.parametrize("name", LOCKED)
def test_the_list_says_what_the_package_says(name: str) -> None:
    try:
        found = said(name)
    except PackageNotFoundError:
        assert "not installed here" in LISTED[name.lower()]
        return

    assert LISTED[name.lower()].split(",")[0] in found


@pytest.mark.parametrize("name", LOCKED)
def test_a_copyleft_licence_is_talked_about(name: str) -> None:
    """Not only in the list: in the table of what needs a look."""
    table = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8").partition("## What needs a look")[2].partition("\n## ")[0]
    try:
        found = said(name)
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed on this system")

    assert not _COPYLEFT.search(found) or f"`{name.lower()}`" in table


def test_the_search_for_copyleft_finds_some() -> None:
    """The control."""
    assert {"psycopg", "python-stdnum", "certifi"} <= {
        each.lower() for each in LOCKED if _is_installed(each) and _COPYLEFT.search(said(each))
    }


def _is_installed(name: str) -> bool:
    try:
        metadata(name)
    except PackageNotFoundError:
        return False
    return True
