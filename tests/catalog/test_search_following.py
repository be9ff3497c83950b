"""However a catalogue changes, the index that followed it answers as one that was built from nothing: what, in which order, how many."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.search import Document, Found, Query, Search
from catalog.search.document import LABELS
from catalog.search.query import SORTS
from schemas.values import Text
from tests.catalog.test_search import NOW
from tests.catalog.test_search_index import Listed

WORDS = ["Baum", "Bäume", "Obstbaum", "Straße", "Fahrradstraße", "Zählung", "Zahlung", "Verkehrszählungen", "Park", "Stadtpark", "Zoo"]
TEXTS = ["", *WORDS, "baum park", "strasse", "zählen", "Prak", "Stadtprak zoo", "nirgends"]
NUMBERS = range(1, 9)

phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)


@st.composite
def made(draw: st.DrawFn, number: int) -> Document:
    title = draw(phrases)
    label = draw(st.sampled_from("ab"))
    return Document(
        name=f"d{number}",
        number=number,
        title=Text(de=title, en=draw(st.sampled_from(["", "Tree", "Trees and streets"]))),
        description=Text(de=draw(phrases)),
        keywords=(Text(de=draw(st.sampled_from(WORDS))),),
        content=tuple(draw(st.lists(st.sampled_from(WORDS), max_size=2))),
        themes=(draw(st.sampled_from(["ENVI", "GOVE"])),),
        kind=draw(st.sampled_from(["other", "project"])),
        formats=("csv",),
        licence="dl-zero-de/2.0",
        modified=NOW - timedelta(days=draw(st.sampled_from([0, 5, 100, 500]))),
        labels={each: (f"{each}-{number}" if each == "uuid" else label,) for each in LABELS},
    )


@dataclass(frozen=True)
class Put:
    document: Document


@dataclass(frozen=True)
class Remove:
    name: str
    erased: bool


@dataclass(frozen=True)
class CatchUp:
    """Somebody searches."""


changes = st.one_of(
    st.sampled_from(NUMBERS).flatmap(made).map(Put),
    st.sampled_from(NUMBERS).flatmap(made).map(Put),
    st.builds(Remove, st.sampled_from([f"d{number}" for number in NUMBERS]), st.sampled_from([False, False, True])),
    st.just(CatchUp()),
)


def queries() -> Iterator[Query]:
    for text in TEXTS:
        yield Query(text=text, page_size=50, counted=("organization", "tag"))
    for sort in SORTS:
        for text in ("", "Baum"):
            yield Query(text=text, sort=sort, page_size=50)
            yield Query(text=text, sort=sort, page_size=50, backwards=True)
            yield Query(text=text, sort=sort, page_size=2, page=2)
    yield Query(sort="title", language="en", page_size=3, offset=1)
    yield Query(text="Park", theme=("ENVI",), updated="30d", page_size=50)
    yield Query(kind=("project",), page_size=50)


def answers(index: Search) -> dict[Query, Found]:
    return {each: index.find(each, now=NOW) for each in queries()}


@settings(max_examples=25)
@given(first=st.tuples(*map(made, range(1, 5))), story=st.lists(changes, min_size=1, max_size=12), most_extra=st.sampled_from([2, 4, 100]))
def test_an_index_that_followed_answers_as_one_that_was_built(
    first: tuple[Document, ...], story: list[Put | Remove | CatchUp], most_extra: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index, catalogue = Search(Path(folder) / "followed", most_extra=most_extra), Listed()
        for document in first:
            catalogue.put(document)
        index.catch_up(0, catalogue)
        for revision, change in enumerate([*story, CatchUp()], start=1):
            match change:
                case Put():
                    catalogue.put(change.document)
                case Remove():
                    catalogue.remove(change.name, erased=change.erased)
                case CatchUp():
                    assert index.catch_up(revision, catalogue)
        built = Search(Path(folder) / "built")
        built.build(1, catalogue.found.values())

        found = answers(index)
        for query, expected in answers(built).items():
            assert found[query] == expected, query


def test_the_comparison_notices_a_change_that_was_not_followed(tmp_path: Path) -> None:
    """Negative control."""
    catalogue = Listed.of("Baum", "Park")
    index, built = Search(tmp_path / "followed"), Search(tmp_path / "built")
    index.catch_up(1, catalogue)
    catalogue.put(replace(catalogue.found["d0"], title=Text(de="Bäume")))
    built.build(1, catalogue.found.values())

    assert answers(index) != answers(built)


@pytest.mark.parametrize("page", [1, 2, 3, 4])
def test_pages_go_on_where_the_one_before_ended_whatever_part_their_data_sets_are_in(tmp_path: Path, page: int) -> None:
    index, catalogue = Search(tmp_path), Listed.of(*["Park"] * 10)
    index.catch_up(1, catalogue)
    for name in ("d0", "d4", "d9"):
        catalogue.put(replace(catalogue.found[name], description=Text(de="neu")))
    index.catch_up(2, catalogue)

    found = index.find(Query(text="Park", page=page, page_size=3), now=NOW)

    assert found.names == tuple(f"d{number}" for number in range(10))[(page - 1) * 3 : page * 3]
