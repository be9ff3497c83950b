"""Content-addressed files."""

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.files import Files


def test_content_is_found_under_its_hash(tmp_path: Path) -> None:
    files = Files(tmp_path / "files")

    name = files.put(b"hello")

    assert name == sha256(b"hello").hexdigest()
    assert files.read(name) == b"hello"
    assert files.has(name)
    assert files.names() == {name}
    assert files.path(name).parent.name == name[:2]


def test_the_same_content_is_kept_once_and_never_written_again(tmp_path: Path) -> None:
    files = Files(tmp_path)
    name = files.put(b"hello")
    written = files.path(name).stat().st_mtime_ns

    assert files.put(b"hello") == name
    assert files.path(name).stat().st_mtime_ns == written


def test_erasing_is_final_and_may_be_repeated(tmp_path: Path) -> None:
    files = Files(tmp_path)
    name = files.put(b"hello")

    files.erase(name)
    files.erase(name)

    assert not files.has(name)
    with pytest.raises(FileNotFoundError):
        files.read(name)


def test_a_sweep_takes_what_is_not_kept_and_what_was_half_written(tmp_path: Path) -> None:
    files = Files(tmp_path)
    kept, loose = files.put(b"kept"), files.put(b"loose")
    (tmp_path / "incoming" / "half").write_bytes(b"ha")

    files.sweep({kept})

    assert files.names() == {kept}
    assert not files.has(loose)
    assert list((tmp_path / "incoming").iterdir()) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "g" * 64])
def test_only_a_hash_is_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        Files(tmp_path).path(name)


@given(contents=st.lists(st.binary(max_size=50)))
def test_what_was_put_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]) -> None:
    files = Files(tmp_path_factory.mktemp("files"))

    names = [files.put(each) for each in contents]

    assert [files.read(each) for each in names] == contents
