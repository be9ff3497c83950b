"""Finished answers are kept for one revision, and never mixed."""

import pytest

from api.web.answers import Representation, represent
from api.web.cache import RevisionCache, RevisionLookup
from api.web.problems import NotReady


class Revision:
    value = 1

    def __call__(self) -> int:
        return self.value


def _made(content: bytes) -> Representation:
    return represent(content, "text/plain")


def test_an_answer_is_made_once_per_revision() -> None:
    revision = Revision()
    cache = RevisionCache(revision)
    made: list[int] = []

    def build() -> Representation:
        made.append(revision.value)
        return _made(b"x")

    for number in (1, 1, 2, 2):
        revision.value = number
        cache.obtain("key", build)

    assert made == [1, 2]


def test_nothing_of_an_earlier_revision_is_handed_out() -> None:
    revision = Revision()
    cache = RevisionCache(revision)
    cache.obtain("key", lambda: _made(b"old"))

    revision.value = 2

    assert cache.find("key") is None


def test_an_answer_made_while_something_was_published_is_made_again() -> None:
    revision = Revision()
    cache = RevisionCache(revision)

    def build() -> Representation:
        revision.value += 1 if revision.value < 3 else 0
        return _made(str(revision.value).encode())

    assert cache.obtain("key", build).content == b"3"
    assert cache.find("key") is not None


def test_when_publishing_never_stops_the_answer_is_not_ready() -> None:
    revision = Revision()
    cache = RevisionCache(revision)

    def build() -> Representation:
        revision.value += 1
        return _made(b"mixed")

    with pytest.raises(NotReady):
        cache.obtain("key", build)


def test_the_least_recently_used_goes_first() -> None:
    cache = RevisionCache(Revision(), limit=100)
    cache.obtain("a", lambda: _made(b"a" * 40))
    cache.obtain("b", lambda: _made(b"b" * 40))
    cache.find("a")

    cache.obtain("c", lambda: _made(b"c" * 40))

    assert cache.find("a") is not None
    assert cache.find("b") is None
    assert cache.find("c") is not None


def test_what_is_looked_up_is_made_once_per_revision_and_key() -> None:
    revision = Revision()
    made: list[tuple[int, str]] = []

    def build(key: str) -> str:
        made.append((revision.value, key))
        return f"{key} of {revision.value}"

    lookup = RevisionLookup(revision, build)
    found = []
    for revision.value, key in ((1, "a"), (1, "b"), (1, "a"), (2, "a"), (2, "a")):
        found.append(lookup(key))

    assert found == ["a of 1", "b of 1", "a of 1", "a of 2", "a of 2"]
    assert made == [(1, "a"), (1, "b"), (2, "a")]
