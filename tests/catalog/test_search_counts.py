"""What was counted once in an index is not counted again, and never stands for another question."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.search import Query, Search
from catalog.search.condition import Is
from catalog.search.counts import Counted, Counts
from catalog.search.document import Document
from tests.catalog.test_search import document

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def labelled(number: int, tag: str) -> Document:
    return replace(document(f"bank-{number}", title=f"Bank {tag}"), labels={"tag": (tag,), "group": ("envi",)})


def built(folder: Path, *documents: Document) -> Search:
    index = Search(folder)
    assert index.build(1, documents)
    return index


def counts(index: Search, query: Query) -> tuple[int, dict[str, int]]:
    found = index.find(query, now=NOW)
    return found.total, dict(found.counts["tag"])


@pytest.mark.parametrize("again", [{"page": 2}, {"sort": "title"}, {"sort": "name", "backwards": True}, {"offset": 1}, {"faceted": False}])
def test_another_page_or_order_has_the_same_counts(tmp_path: Path, again: dict[str, object]) -> None:
    index = built(tmp_path, labelled(1, "rot"), labelled(2, "rot"), labelled(3, "blau"))
    query = Query(counted=("tag",), page_size=1)

    assert counts(index, query) == (3, {"rot": 2, "blau": 1})
    assert counts(index, replace(query, **again)) == (3, {"rot": 2, "blau": 1})  # type: ignore[arg-type]  # test shorthand


def test_another_question_is_counted_by_itself(tmp_path: Path) -> None:
    index = built(tmp_path, labelled(1, "rot"), labelled(2, "rot"), labelled(3, "blau"))
    query = Query(counted=("tag",))
    assert counts(index, query) == (3, {"rot": 2, "blau": 1})

    assert counts(index, replace(query, condition=Is(field="tag", value="blau"))) == (1, {"blau": 1})
    assert counts(index, replace(query, text="blau")) == (1, {"blau": 1})
    assert index.find(replace(query, counted=("group",)), now=NOW).counts == {"group": {"envi": 3}}


def test_what_is_published_next_is_counted(tmp_path: Path) -> None:
    index = built(tmp_path, labelled(1, "rot"))
    assert counts(index, Query(counted=("tag",))) == (1, {"rot": 1})

    assert index.build(2, [labelled(1, "rot"), labelled(2, "blau")])
    assert counts(index, Query(counted=("tag",))) == (2, {"rot": 1, "blau": 1})


def test_no_more_is_kept_than_there_is_room_for() -> None:
    kept = Counts(most_values=10)
    counted: list[str] = []

    def ask(question: str, values: int) -> None:
        def count() -> Counted:
            counted.append(question)
            return values, {"tag": {str(each): 1 for each in range(values)}}

        assert kept.obtain(question, count)[0] == values

    for question, values in (("a", 4), ("b", 4), ("a", 4), ("c", 3), ("a", 4), ("b", 4), ("large", 50), ("large", 50)):
        ask(question, values)

    assert counted == ["a", "b", "c", "b", "large", "large"], "b was not asked for longest when there was no more room"
