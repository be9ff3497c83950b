"""The index on disk: derived, rebuilt when anything is wrong with it, never half there, and nobody waits."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from catalog.search import Changes, Document, NotIndexed, Search
from catalog.search.part import Part
from catalog.search.storage import MOST_EXTRA
from schemas.values import Text
from tests.catalog.test_search import document, names


def documents(*titles: str) -> list[Document]:
    return [document(f"d{number}", title) for number, title in enumerate(titles)]


@dataclass
class Listed:
    """A catalogue in memory, with a log; `asked` is what documents were read."""

    found: dict[str, Document] = field(default_factory=dict)
    log: list[tuple[str, bool]] = field(default_factory=list)  #: data set, whether it was withdrawn
    history: str = "h"
    asked: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, *titles: str) -> "Listed":
        listed = cls()
        for each in documents(*titles):
            listed.put(each)
        return listed

    def put(self, document: Document) -> None:
        self.found[document.name] = replace(document, digest=repr(replace(document, digest="")))
        self.log.append((document.name, False))

    def remove(self, name: str, *, erased: bool = False) -> None:
        self.found.pop(name, None)
        self.log.append((name, erased))

    def mark(self) -> str:
        return f"{self.history}{len(self.log)}"

    def changes(self, since: str) -> Changes | None:
        if not since.startswith(self.history):
            return None
        new = self.log[int(since.removeprefix(self.history)) :]
        return Changes(names=frozenset(name for name, _ in new), erased=any(erased for _, erased in new))

    def digests(self) -> Mapping[str, str]:
        return {name: each.digest for name, each in self.found.items()}

    def documents(self, names: Collection[str] | None) -> Iterator[Document]:
        for name in list(self.found) if names is None else names:
            if name in self.found:
                self.asked.append(name)
                yield self.found[name]


class Unread(Listed):
    """Must not be asked for anything."""

    def mark(self) -> str:
        raise AssertionError("the catalogue was asked")


def test_without_an_index_the_answer_is_an_error_and_not_an_empty_list(tmp_path: Path) -> None:
    index = Search(tmp_path / "not" / "there")

    assert index.revision is None
    with pytest.raises(NotIndexed):
        names(index, "Park")


def test_the_catalogue_is_asked_only_when_the_revision_has_moved(tmp_path: Path) -> None:
    index = Search(tmp_path)
    index.catch_up(1, Listed.of("Park"))

    assert index.catch_up(1, Unread())
    with pytest.raises(AssertionError, match="was asked"):
        index.catch_up(2, Unread())


def test_only_what_has_changed_is_read(tmp_path: Path) -> None:
    index, catalogue = Search(tmp_path), Listed.of("Park", "Bad", "Zoo")
    index.catch_up(1, catalogue)
    catalogue.asked.clear()

    catalogue.put(replace(catalogue.found["d1"], title=Text(de="Freibad")))
    catalogue.remove("d2")
    assert index.catch_up(2, catalogue)

    assert catalogue.asked == ["d1"]
    assert [names(index, each) for each in ("Park", "Freibad", "Zoo", "")] == [["d0"], ["d1"], [], ["d0", "d1"]]


def test_what_was_withdrawn_is_not_found_and_leaves_no_trace_on_disk(tmp_path: Path) -> None:
    index, catalogue = Search(tmp_path), Listed.of("Park", "Mustermannstraße", "Bad")
    index.catch_up(1, catalogue)
    catalogue.put(replace(catalogue.found["d2"], title=Text(de="Mustermannbad")))
    index.catch_up(2, catalogue)
    assert traces(tmp_path), "else this test could not fail"

    catalogue.put(replace(catalogue.found["d2"], title=Text(de="Bad")))
    catalogue.remove("d1", erased=True)
    catalogue.asked.clear()
    index.catch_up(3, catalogue)

    assert names(index, "Mustermannstraße") == []
    assert traces(tmp_path) == []
    assert catalogue.asked == ["d2"], "the others are known"


def traces(folder: Path) -> list[Path]:
    """Files in which the word is; documents are kept compressed, and are unpacked for this."""
    found = [each for each in folder.rglob("*") if each.is_file() and b"mustermann" in each.read_bytes().lower()]
    parts = [Part(each.parent) for each in folder.rglob("documents.bin")]
    return found + [each.place for each in parts for one in each.documents(each.digests) if "mustermann" in repr(one).lower()]


def test_many_changes_become_one_part_again_without_reading_the_others(tmp_path: Path) -> None:
    index = Search(tmp_path)
    catalogue = Listed.of(*(f"Nummer {number}" for number in range(MOST_EXTRA + 10)))
    index.catch_up(1, catalogue)
    catalogue.asked.clear()

    for number in range(MOST_EXTRA + 1):
        catalogue.put(replace(catalogue.found[f"d{number}"], title=Text(de=f"Geändert {number}")))
    index.catch_up(2, catalogue)

    assert len(catalogue.asked) == MOST_EXTRA + 1
    assert len(names(index, "Geändert", page_size=1000)) == MOST_EXTRA + 1
    assert index.catch_up(2, Unread())
    assert Part(current(tmp_path) / "extra").digests == {}


@pytest.mark.parametrize("revision", [3, 9])
def test_another_history_of_the_catalogue_is_told_by_its_digests(tmp_path: Path, revision: int) -> None:
    """A backup was restored: the log says nothing of use."""
    index, catalogue = Search(tmp_path), Listed.of("Park", "Bad", "Zoo")
    index.catch_up(7, catalogue)
    catalogue.asked.clear()

    catalogue.history = "other"
    catalogue.put(replace(catalogue.found["d1"], title=Text(de="Freibad")))
    catalogue.remove("d2")
    assert index.catch_up(revision, catalogue)

    assert (index.revision, catalogue.asked, names(index)) == (revision, ["d1"], ["d0", "d1"])


def test_another_process_sees_a_new_index_at_its_next_search(tmp_path: Path) -> None:
    writer, reader = Search(tmp_path), Search(tmp_path)
    writer.build(1, documents("Park"))
    assert names(reader, "Park") == ["d0"]

    writer.build(2, documents("Bad", "Park"))

    assert names(reader, "Park") == ["d1"]


def test_a_failure_while_building_leaves_the_old_index(tmp_path: Path) -> None:
    def broken() -> Iterator[Document]:
        yield document("a", "Neu")
        raise OSError("disk full")

    index = Search(tmp_path)
    index.build(1, documents("Park"))
    with pytest.raises(OSError, match="disk full"):
        index.build(2, broken())

    assert (index.revision, names(index, "Park")) == (1, ["d0"])
    assert len(list(tmp_path.glob("generation-*"))) == 1
    assert index.build(2, documents("Bad"))


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
    file = max((each for each in (current(folder) / "base").iterdir() if each.suffix == ".idx"), key=lambda each: each.stat().st_size)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def damage_truncate(folder: Path) -> None:
    for each in (current(folder) / "base").glob("*.term"):
        os.truncate(each, 3)


def damage_remove_a_file(folder: Path) -> None:
    (current(folder) / "extra" / "meta.json").unlink()


def damage_remove_all(folder: Path) -> None:
    shutil.rmtree(current(folder))


@pytest.mark.parametrize(
    "damage", [damage_pointer, damage_format, damage_shape, damage_one_byte, damage_truncate, damage_remove_a_file, damage_remove_all]
)
def test_a_damaged_or_outdated_index_is_noticed_and_rebuilt(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    Search(tmp_path).catch_up(1, Listed.of("Park"))
    damage(tmp_path)

    index = Search(tmp_path)

    assert index.revision is None
    with pytest.raises(NotIndexed):
        names(index, "Park")
    assert index.catch_up(1, Listed.of("Park"))
    assert names(index, "Park") == ["d0"]


_BUILDING = """
import sys
from catalog.search import Search
from pathlib import Path
def documents():
    print("building", flush=True)
    sys.stdin.read()
    yield from ()
Search(Path(sys.argv[1])).build(2, documents())
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

    assert index.catch_up(2, Unread()) is False
    with pytest.raises(NotIndexed):
        names(index, "Park")


def test_a_builder_that_is_killed_blocks_nobody_and_leaves_nothing(tmp_path: Path, builder: subprocess.Popen[str]) -> None:
    builder.kill()
    builder.wait()
    index = Search(tmp_path)
    assert len(list(tmp_path.glob("generation-*"))) == 1, "else this test could not fail"

    assert index.build(2, documents("Park"))

    assert names(index, "Park") == ["d0"]
    assert len(list(tmp_path.glob("generation-*"))) == 1


def test_searches_go_on_while_the_index_is_replaced_again_and_again(tmp_path: Path) -> None:
    Search(tmp_path).build(0, documents("Park", "Bad"))
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
            Search(tmp_path).build(revision, documents("Park", "Bad"))
        stop.set()

    assert all(each.result() > 0 for each in readers)
    assert reader.revision == 8
