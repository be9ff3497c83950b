"""The index on disk: derived, rebuilt when anything is wrong with it, never half there, and nobody waits."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catalog.search import Document, NotIndexed, Search
from tests.catalog.test_search import document, names


def documents(*titles: str) -> list[Document]:
    return [document(f"d{number}", title) for number, title in enumerate(titles)]


def unread() -> Iterator[Document]:
    raise AssertionError("the documents were read")
    yield


def test_without_an_index_the_answer_is_an_error_and_not_an_empty_list(tmp_path: Path) -> None:
    index = Search(tmp_path / "not" / "there")

    assert index.revision is None
    with pytest.raises(NotIndexed):
        names(index, "Park")


def test_documents_are_read_only_when_the_revision_has_moved(tmp_path: Path) -> None:
    index = Search(tmp_path)
    index.catch_up(1, documents("Park"))

    assert index.catch_up(1, unread())
    with pytest.raises(AssertionError, match="were read"):
        index.catch_up(2, unread())


def test_what_is_gone_is_not_found_and_leaves_no_trace_on_disk(tmp_path: Path) -> None:
    index = Search(tmp_path)
    index.catch_up(1, documents("Park", "Mustermannstraße"))
    traces = [each for each in tmp_path.rglob("*") if each.is_file() and b"mustermann" in each.read_bytes().lower()]
    assert traces, "else this test could not fail"

    index.catch_up(2, documents("Park"))

    assert names(index, "Mustermannstraße") == []
    assert not [each for each in tmp_path.rglob("*") if each.is_file() and b"mustermann" in each.read_bytes().lower()]


def test_an_older_revision_counts_too_when_a_backup_was_restored(tmp_path: Path) -> None:
    index = Search(tmp_path)
    index.catch_up(7, documents("Park"))

    assert index.catch_up(3, documents("Bad"))
    assert (index.revision, names(index, "Bad")) == (3, ["d0"])


def test_another_process_sees_a_new_index_at_its_next_search(tmp_path: Path) -> None:
    writer, reader = Search(tmp_path), Search(tmp_path)
    writer.catch_up(1, documents("Park"))
    assert names(reader, "Park") == ["d0"]

    writer.catch_up(2, documents("Bad", "Park"))

    assert names(reader, "Park") == ["d1"]


def test_a_failure_while_building_leaves_the_old_index(tmp_path: Path) -> None:
    def broken() -> Iterator[Document]:
        yield document("a", "Neu")
        raise OSError("disk full")

    index = Search(tmp_path)
    index.catch_up(1, documents("Park"))
    with pytest.raises(OSError, match="disk full"):
        index.catch_up(2, broken())

    assert (index.revision, names(index, "Park")) == (1, ["d0"])
    assert len(list(tmp_path.glob("generation-*"))) == 1
    assert index.catch_up(2, documents("Bad"))


def current(folder: Path) -> Path:
    return folder / str(json.loads((folder / "current.json").read_bytes())["folder"])


def damage_pointer(folder: Path) -> None:
    (folder / "current.json").write_text('{"format": "1', encoding="utf-8")


def damage_format(folder: Path) -> None:
    pointer = json.loads((folder / "current.json").read_bytes())
    (folder / "current.json").write_text(json.dumps(pointer | {"format": "0"}), encoding="utf-8")


def damage_shape(folder: Path) -> None:
    (folder / "current.json").write_text("[1, 2]", encoding="utf-8")


def damage_one_byte(folder: Path) -> None:
    file = max((each for each in current(folder).iterdir() if each.suffix == ".idx"), key=lambda each: each.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def damage_truncate(folder: Path) -> None:
    for each in current(folder).glob("*.term"):
        os.truncate(each, 3)


def damage_remove_a_file(folder: Path) -> None:
    (current(folder) / "meta.json").unlink()


def damage_remove_all(folder: Path) -> None:
    for each in current(folder).iterdir():
        each.unlink()
    current(folder).rmdir()


@pytest.mark.parametrize(
    "damage", [damage_pointer, damage_format, damage_shape, damage_one_byte, damage_truncate, damage_remove_a_file, damage_remove_all]
)
def test_a_damaged_or_outdated_index_is_noticed_and_rebuilt(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    Search(tmp_path).catch_up(1, documents("Park"))
    damage(tmp_path)

    index = Search(tmp_path)

    assert index.revision is None
    with pytest.raises(NotIndexed):
        names(index, "Park")
    assert index.catch_up(1, documents("Park"))
    assert names(index, "Park") == ["d0"]


_BUILDING = """
import sys
from catalog.search import Search
from pathlib import Path
def documents():
    print("building", flush=True)
    sys.stdin.read()
    yield from ()
Search(Path(sys.argv[1])).catch_up(2, documents())
"""


@pytest.fixture
def builder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that builds the index of tmp_path and does not get on."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", _BUILDING, str(tmp_path)]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "building\n"
            yield process
        finally:
            process.kill()


def test_while_another_process_builds_nobody_waits(tmp_path: Path, builder: subprocess.Popen[str]) -> None:
    index = Search(tmp_path)

    assert index.catch_up(2, unread()) is False
    with pytest.raises(NotIndexed):
        names(index, "Park")


def test_a_builder_that_is_killed_blocks_nobody_and_leaves_nothing(tmp_path: Path, builder: subprocess.Popen[str]) -> None:
    builder.kill()
    builder.wait()
    index = Search(tmp_path)
    assert len(list(tmp_path.glob("generation-*"))) == 1, "else this test could not fail"

    assert index.catch_up(2, documents("Park"))

    assert names(index, "Park") == ["d0"]
    assert len(list(tmp_path.glob("generation-*"))) == 1


def test_searches_go_on_while_the_index_is_replaced_again_and_again(tmp_path: Path) -> None:
    Search(tmp_path).catch_up(0, documents("Park", "Bad"))
    reader, stop = Search(tmp_path), threading.Event()

    def read() -> int:
        done = 0
        while not stop.is_set():
            assert names(reader, "Park") == ["d0"]
            done += 1
        return done

    with ThreadPoolExecutor(3) as threads:
        readers = [threads.submit(read) for _ in range(3)]
        for revision in range(1, 9):
            Search(tmp_path).catch_up(revision, documents("Park", "Bad"))
        stop.set()

    assert all(each.result() > 0 for each in readers)
    assert reader.revision == 8
