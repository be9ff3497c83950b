"""The index on disk: a folder per generation and one small file that says which of them counts.

A generation is built beside the current one, never changed afterwards, and put in place by one rename. So a reader sees the
old index or the new one, never waits, and a process that dies while building leaves only a folder that the next one removes.

A generation has two parts: `base`, which is large and written rarely, and `extra` with what has changed since. The next generation
links the files of the same base, takes changed documents out of it and writes a new `extra`; when that grows, both become a new base.
What was withdrawn must leave no trace on disk: that always makes a new base.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import Stemmer
import tantivy

from catalog.search.counts import Counts
from catalog.search.document import Document
from catalog.search.matching import FORMS, Lexicon
from catalog.search.part import Beside, Part, own_ranks, read_vocabulary, without_documents, write_part
from catalog.search.vocabulary import Vocabularies, Vocabulary
from catalog.writing import unwritable, writing

#: An index that another version has built may be read wrongly: it is built anew.
FORMAT = f"4 klar {version('klar')} tantivy {version('tantivy')} stemmer {Stemmer.version()}"
POINTER = "current.json"
MOST_EXTRA = 256  #: changed documents, before both parts become one
_LOCK = "building.lock"
_BASE, _EXTRA, _BESIDE = "base", "extra", "beside.json"
#: Read by builders only, or rewritten by tantivy when a document is taken out.
_NOT_CHECKED = frozenset({"documents.bin"})
_NOT_LINKED = frozenset({"meta.json", ".managed.json"})

#: What reading a damaged generation may end in.
DAMAGES = (OSError, ValueError, KeyError, TypeError, IndexError, zlib.error)

Signature = tuple[int, int, int] | None
_Inode = tuple[int, int, int, int]


@dataclass(frozen=True)
class Generation:
    """An opened index that never changes."""

    revision: int
    mark: str  #: where the catalogue's log stood
    lexicon: Lexicon
    searchers: tuple[tantivy.Searcher, ...]  #: of the parts, the large one first
    place: Path
    files: Mapping[str, str]  #: path within `place` -> SHA-256
    checked: Mapping[_Inode, str] = field(repr=False)  #: files of which this process has seen that they are whole
    vocabularies: Mapping[str, Vocabulary] = field(repr=False)  #: of the large part
    counts: Counts = field(default_factory=Counts, repr=False, compare=False)  #: what was asked of it before

    @property
    def base(self) -> Part:
        return Part(self.place / _BASE)

    @property
    def extra(self) -> Part:
        return Part(self.place / _EXTRA)

    def digests(self) -> dict[str, str]:
        """Data set -> digest of the document that is found."""
        deleted = set(_read_beside(self.place)["deleted"])
        return {name: digest for name, digest in self.base.digests.items() if name not in deleted} | self.extra.digests

    def documents(self, *, without: Collection[str]) -> Iterator[Document]:
        """What is found, but for some."""
        left_out = {*without, *_read_beside(self.place)["deleted"]}
        yield from self.base.documents(name for name in self.base.digests if name not in left_out)
        yield from self.extra.documents(name for name in self.extra.digests if name not in without)


def signature(folder: Path) -> Signature:
    """Changes whenever another generation is put in place; cheap enough for every search. None: there is none."""
    try:
        status = os.stat(folder / POINTER)
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def open_current(folder: Path, before: Generation | None = None) -> Generation | None:
    """The current generation; None when it is missing, damaged, or of another format. What `before` shares with it is not read again."""
    try:
        pointer = json.loads((folder / POINTER).read_bytes())
        if pointer["format"] != FORMAT:
            return None
        return _open(folder / str(pointer["folder"]), pointer, before)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # tantivy raises ValueError for what it cannot read
        return None


def _open(place: Path, pointer: Mapping[str, Any], before: Generation | None) -> Generation | None:
    files: Mapping[str, str] = pointer["files"]
    known = {} if before is None else before.checked
    checked = {_inode(place / name): sha256 for name, sha256 in files.items()}
    if any(known.get(inode) != checked[inode] != _sha256(place / name) for name in files for inode in [_inode(place / name)]):
        return None
    same_base = before is not None and all(before.files.get(f"{_BASE}/{form}.words") == files[f"{_BASE}/{form}.words"] for form in FORMS)
    large = before.vocabularies if before is not None and same_base else {form: read_vocabulary(place / _BASE, form) for form in FORMS}
    gone = _read_beside(place)["gone"]
    indexes = [tantivy.Index.open(str(place / each)) for each in (_BASE, _EXTRA)]
    vocabularies = {form: Vocabularies(large[form], frozenset(gone[form]), read_vocabulary(place / _EXTRA, form)) for form in FORMS}
    return Generation(
        revision=int(pointer["revision"]),
        mark=str(pointer["mark"]),
        lexicon=Lexicon(indexes[0].schema, vocabularies),
        searchers=tuple(each.searcher() for each in indexes),
        place=place,
        files=files,
        checked=checked,
        vocabularies=large,
    )


@contextmanager
def only_builder(folder: Path) -> Iterator[bool]:
    """True for one process and thread at a time, False for all others at once. The lock goes with its holder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def build(folder: Path, revision: int, mark: str, documents: Iterable[Document]) -> None:
    """Build a generation of these documents and put it in place. Call as the only builder. What `documents` raises leaves everything
    as it was, and so does a disk that takes nothing: raises Unwritable."""
    with _generation(folder, revision, mark) as place:
        write_part(place / _BASE, documents, own_ranks)
        write_part(place / _EXTRA, (), own_ranks)
        _write_beside(place, {"deleted": [], "less": {form: {} for form in FORMS}, "gone": {form: [] for form in FORMS}})


def extend(folder: Path, revision: int, mark: str, current: Generation, changed: Collection[str], fresh: Iterable[Document]) -> None:
    """A generation that differs from the current one in the documents `changed`, of which those in `fresh` are left. As `build`; also
    raises OSError and ValueError when the current one turns out to be damaged."""
    with _generation(folder, revision, mark, current) as place:
        _link(current.place / _BASE, place / _BASE)
        beside = _read_beside(current.place)
        new = (set(changed) & current.base.digests.keys()) - set(beside["deleted"])
        if new:
            without_documents(place / _BASE, new)
        kept = current.extra.documents(name for name in current.extra.digests if name not in changed)
        write_part(place / _EXTRA, [*kept, *fresh], Beside(current.base))
        _write_beside(place, _less(current.base, beside, new))


def _less(base: Part, beside: Mapping[str, Any], new: Collection[str]) -> dict[str, Any]:
    """What is said of the base, with further documents taken out of it."""
    less: dict[str, dict[str, int]] = {form: dict(beside["less"][form]) for form in FORMS}
    gone: dict[str, list[str]] = {form: list(beside["gone"][form]) for form in FORMS}
    for form, words in base.words_of(new).items() if new else ():
        for word, count in words.items():
            less[form][word] = less[form].get(word, 0) + count
        gone[form] += base.used_up(form, {word: less[form][word] for word in words})
    return {"deleted": sorted({*beside["deleted"], *new}), "less": less, "gone": gone}


@contextmanager
def _generation(folder: Path, revision: int, mark: str, current: Generation | None = None) -> Iterator[Path]:
    """A new folder that counts from the end on, if all goes well."""
    try:
        with _writing():
            place = Path(tempfile.mkdtemp(prefix="generation-", dir=folder))
            yield place
            known = {} if current is None else current.checked
            files = {name: known.get(_inode(place / name)) or _sha256(place / name) for name in _files(place)}
            pointer = {"format": FORMAT, "revision": revision, "mark": mark, "folder": place.name, "files": files}
            _replace(folder / POINTER, json.dumps(pointer).encode())
    finally:
        _remove_others(folder)


@contextmanager
def _writing() -> Iterator[None]:
    try:
        with writing():
            yield
    except ValueError as error:  # so tantivy passes on what the system says
        if "os error" not in str(error):
            raise
        raise unwritable("Der Suchindex lässt sich nicht schreiben") from error


def _link(base: Path, place: Path) -> None:
    """The same files under another name, but for those that tantivy rewrites."""
    place.mkdir()
    for each in base.iterdir():
        if each.name in _NOT_LINKED:
            shutil.copyfile(each, place / each.name)
        elif not each.name.endswith(".lock"):
            os.link(each, place / each.name)


def _files(place: Path) -> list[str]:
    found = (each for each in place.rglob("*") if each.is_file() and not each.name.endswith(".lock"))
    return sorted(each.relative_to(place).as_posix() for each in found if each.name not in _NOT_CHECKED)


def _inode(path: Path) -> _Inode:
    status = path.stat()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_beside(place: Path) -> Any:
    return json.loads((place / _BESIDE).read_bytes())


def _write_beside(place: Path, beside: Mapping[str, Any]) -> None:
    (place / _BESIDE).write_text(json.dumps(beside), encoding="utf-8")


def _replace(target: Path, content: bytes) -> None:
    beside = target.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(target)


def _remove_others(folder: Path) -> None:
    """All generations but the current one. On the systems klar runs on, readers keep files that are open."""
    try:
        current = json.loads((folder / POINTER).read_bytes())["folder"]
    except (OSError, ValueError, KeyError, TypeError):
        current = ""
    for each in folder.glob("generation-*"):
        if each.name != current:
            shutil.rmtree(each, ignore_errors=True)
