"""Nothing that a server says breaks the mapping: what cannot be read waits, under its key."""

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.decidim.questions import INITIATIVES, PROCESSES, proposals
from harvesters.decidim.rows import Rules, Takes, budget_row, contribution_row, meeting_row, process_row, result_row, step_row
from harvesters.decidim.texts import best
from harvesters.graphql import only_asked
from harvesters.nodes import NodeRecord, Rows
from schemas.row import Quarantined, Row
from tests.shared import SHARED

RULES = Rules(prefix="stadt", home="https://mitmachen.example/", title="Mitmachen")
NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
PAGE = "https://mitmachen.example/processes/a"
TAKES = Takes(components=frozenset({"Proposals"}), meetings=frozenset({"in_person"}))
HOW: dict[str, Rows] = {
    "process": partial(process_row, question=PROCESSES, takes=TAKES, rules=RULES),
    "initiative": partial(process_row, question=INITIATIVES, takes=TAKES, rules=RULES),
    "format": partial(step_row, process="stadt-process-1", page=PAGE, seen_at=NOW, rules=RULES),
    "event": partial(meeting_row, process="stadt-process-1", page=PAGE, seen_at=NOW, rules=RULES),
    "measure_item": partial(result_row, process="stadt-process-1", page=PAGE, rules=RULES),
    "result": partial(budget_row, process="stadt-process-1", page=PAGE, rules=RULES),
    "contribution": partial(contribution_row, process="stadt-process-1", rules=RULES),
}
TEXTS = st.sampled_from(
    ["", "Stadtpark", "2026-03-01", "2026-03-01T10:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "7", "online"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats(allow_nan=False) | TEXTS | st.text(max_size=5)
TRANSLATED = st.fixed_dictionaries(
    {"translations": st.lists(st.fixed_dictionaries({"locale": st.just("de"), "text": SCALARS}), max_size=2)}
)
VALUES = st.recursive(
    SCALARS | TRANSLATED, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2), max_leaves=4
)
FIELDS = st.sampled_from(
    [
        *(
            "id",
            "slug",
            "title",
            "body",
            "description",
            "state",
            "status",
            "startDate",
            "endDate",
            "startTime",
            "endTime",
            "position",
            "active",
        ),
        *(
            "publishedAt",
            "createdAt",
            "answeredAt",
            "typeOfMeeting",
            "coordinates",
            "location",
            "address",
            "attendeeCount",
            "progress",
            "url",
        ),
        *(
            "withdrawn",
            "videoUrl",
            "budget",
            "total_budget",
            "budget_amount",
            "selected",
        ),
    ]
)


@settings(max_examples=50, deadline=None)
@given(fields=st.dictionaries(FIELDS, VALUES, max_size=12))
def test_no_answer_breaks_the_mapping(fields: dict[str, Any]) -> None:
    for name, rows in HOW.items():
        table = name.replace("initiative", "process")
        (found,) = NodeRecord(fields, origin="antwort", table=table, key="stadt-1", rows=rows).results()
        assert isinstance(found, (Row, Quarantined))
        assert found.table == table
        assert isinstance(found, Row) or found.key == "stadt-1"


def test_a_good_node_becomes_a_row() -> None:
    """Negative control: the story above would hold for a mapping that refuses everything."""
    (found,) = NodeRecord({"id": "7"}, origin="antwort", table="contribution", key="k", rows=HOW["contribution"]).results()
    assert isinstance(found, Row)


@pytest.mark.parametrize(
    ("versions", "said"),
    [
        ({"en": "Park", "de": "Stadtpark"}, "Stadtpark"),
        ({"en": "Park", "de-AT": "Stadtpark"}, "Stadtpark"),
        ({"en": "Park", "de": "  "}, "Park"),
        ({"fr": "Parc", "ca": "Parc de la ciutat"}, "Parc de la ciutat"),
        ({"den": "Däne", "en": "Dane"}, "Dane"),
        ({}, ""),
    ],
)
def test_german_comes_first_then_english_then_whatever_there_is(versions: dict[str, str], said: str) -> None:
    assert best(versions) == said


def test_keeping_twice_is_keeping_once_and_likes_are_not_kept() -> None:
    query = "{ component { proposals { edges { node { id } } } } }"
    node = {"id": "1", "likes": [{"name": "Quirina Xanthopoulos"}], "author": {"name": "Quirina Xanthopoulos"}}
    said = json.dumps({"data": {"component": {"proposals": {"edges": [{"node": node}]}}}, "extensions": {"trace": "x"}}).encode()
    once = only_asked(query, "api", said)
    assert json.loads(once) == {"data": {"component": {"proposals": {"edges": [{"node": {"id": "1"}}]}}}}
    assert only_asked(query, "api", once) == once


EXAMPLE = SHARED / "reference" / "participation" / "fixtures" / "decidim" / "doc_example_proposals_page.json"


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the reference material is not here")
def test_of_the_example_in_the_documentation_no_name_is_kept() -> None:
    query = proposals(texts=True).text(())
    content = EXAMPLE.read_bytes()
    assert b"likes" in content, "negative control"
    once = only_asked(query, "api", content)
    assert b"likes" not in once
