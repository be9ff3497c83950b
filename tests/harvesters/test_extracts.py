"""What is kept of an answer: only what was read of it, and never under other rules."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.answers import parsed
from harvesters.extracts import Extracts, OtherRules

URL = "https://stadt.example/liste"
_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each, max_size=3),
    max_leaves=8,
)


def _read(content: bytes, url: str) -> Sequence[dict[str, Any]]:
    return [_tidy(each) for each in parsed(content, list, url)]


def _tidy(said: Any) -> dict[str, Any]:
    return {"title": said["title"] if isinstance(said, dict) and isinstance(said.get("title"), str) else ""}


def extracts(rules: str = "eins") -> Extracts:
    return Extracts(rules, _read, _tidy)


@settings(max_examples=50)
@given(st.lists(_values | st.fixed_dictionaries({"title": st.text(max_size=5), "author": st.just("Erika Mustermann")}), max_size=4))
def test_filtering_twice_is_filtering_once(answer: list[Any]) -> None:
    once = extracts().kept(json.dumps(answer).encode(), URL)

    assert extracts().kept(once, URL) == once
    assert b"Mustermann" not in once


def test_what_was_kept_under_other_rules_is_not_taken_for_an_answer() -> None:
    old = extracts("eins").kept(b'[{"title": "A"}]', URL)

    with pytest.raises(OtherRules, match="nach anderen Regeln"):
        extracts("zwei").kept(old, URL)


def test_a_server_that_sends_the_kept_form_itself_gains_nothing() -> None:
    said = json.loads(extracts().kept(b"[]", URL))
    said["items"] = [{"title": "A", "author": "Erika Mustermann"}, 5]

    assert b"Mustermann" not in extracts().kept(json.dumps(said, sort_keys=True).encode(), URL)
