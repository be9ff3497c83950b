"""Reading from a drop folder: everything in it, nothing outside of it, and no word of where it lies."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harvesters.fetch import FolderFetch
from schemas.errors import SourceError
from schemas.fetch import Payload

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "drop"
    (root / "b").mkdir(parents=True)
    (root / "a.csv").write_text("a", encoding="utf-8")
    (root / "b" / "c.xlsx").write_text("c", encoding="utf-8")
    (tmp_path / "secret.csv").write_text("geheim", encoding="utf-8")
    return root


def fetch(root: Path, kept: list[Payload] | None = None, *, size_limit: int = 1000) -> FolderFetch:
    return FolderFetch(root, keep_payload=(kept if kept is not None else []).append, clock=lambda: NOW, size_limit=size_limit)


def refused(root: Path, address: str, *, size_limit: int = 1000) -> str:
    with pytest.raises(SourceError) as caught:
        fetch(root, size_limit=size_limit).get(address)
    assert str(root.parent) not in str(caught.value)
    return caught.value.detail


def test_files_are_listed_sorted_in_any_depth_without_hidden_and_lock_files(folder: Path) -> None:
    for name in (".versteckt.csv", "~$a.xlsx", ".git/x.csv"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")

    assert fetch(folder).list("") == ("a.csv", "b/c.xlsx")
    assert fetch(folder).list("b") == ("b/c.xlsx",)
    assert fetch(folder).list("a.csv") == ("a.csv",)


def test_a_payload_is_archived_before_anyone_reads_it(folder: Path) -> None:
    kept: list[Payload] = []

    found = fetch(folder, kept).get("b/c.xlsx")

    assert kept == [found]
    assert (found.url, found.content, found.fetched_at) == ("b/c.xlsx", b"c", NOW)
    assert found.sha256 == hashlib.sha256(b"c").hexdigest()
    assert found.media_type.endswith("spreadsheetml.sheet")


def test_what_may_hold_personal_data_is_not_archived_and_a_filter_runs_first(folder: Path) -> None:
    kept: list[Payload] = []

    fetch(folder, kept).get("a.csv", archive=False)
    fetch(folder, kept).get("a.csv", keep=lambda content: content.upper())

    assert [each.content for each in kept] == [b"A"]


@pytest.mark.parametrize(
    "address", ["../secret.csv", "b/../../secret.csv", "/etc/hostname", "b\\..\\a.csv", "a\0.csv", "fehlt.csv", "b", ""]
)
def test_nothing_outside_the_folder_can_be_read(folder: Path, address: str) -> None:
    assert refused(folder, address)


def test_a_link_out_of_the_folder_is_refused_and_one_inside_is_followed(folder: Path) -> None:
    os.symlink(folder.parent / "secret.csv", folder / "out.csv")
    os.symlink(folder.parent, folder / "outer")
    os.symlink(folder / "a.csv", folder / "in.csv")
    os.symlink(folder / "round.csv", folder / "round.csv")

    assert "führt aus dem Ordner" in refused(folder, "out.csv")
    assert "führt aus dem Ordner" in refused(folder, "outer/secret.csv")
    assert "kann nicht gelesen werden" in refused(folder, "round.csv")
    assert fetch(folder).get("in.csv").content == b"a"
    assert not any(each.startswith("outer/") for each in fetch(folder).list(""))


def test_a_file_that_is_too_big_is_refused(folder: Path) -> None:
    (folder / "a.csv").write_bytes(b"x" * 11)

    assert fetch(folder, size_limit=11).get("a.csv")
    assert "größer" in refused(folder, "a.csv", size_limit=10)


def test_a_file_that_is_no_file_is_refused(folder: Path) -> None:
    os.mkfifo(folder / "rohr.csv")

    assert "gibt es nicht" in refused(folder, "rohr.csv")


def test_a_source_may_be_one_file_and_sees_nothing_beside_it(folder: Path) -> None:
    one = fetch(folder / "a.csv")

    assert one.list("") == ("a.csv",)
    assert one.get("a.csv").content == b"a"
    with pytest.raises(SourceError):
        one.get("b/c.xlsx")


def test_a_folder_that_is_not_there_is_said_without_its_place(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        fetch(tmp_path / "weg")

    assert str(tmp_path) not in str(caught.value)
