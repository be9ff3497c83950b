"""The kind `consul` against a server with the limits and traps of the real one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from catalog.plan import Outcome, Review
from harvesters.consul import questions
from harvesters.registry import harvester_of
from schemas.errors import ConfigurationError
from tests.harvesters.catalogues.portals import codes
from tests.harvesters.consul.platform import (
    MAX_COMPLEXITY,
    MAX_DEPTH,
    PAGE,
    Platform,
    answer,
    budget,
    comment,
    debate,
    investment,
    limits_of,
    proposal,
    whole,
)
from tests.harvesters.consul.world import platform
from tests.harvesters.http.servers import in_turn, reply
from tests.shared import SHARED

REFERENCE = SHARED / "reference/participation/fixtures/consul/schema_derived.graphql"
QUESTIONS = {
    "proposals": questions.proposals(texts=True, tags=True),
    "debates": questions.debates(texts=True, tags=True),
    "comments": questions.comments(texts=True),
    "votes": questions.votes(),
    "budgets": questions.budgets(),
    "investments": questions.investments(texts=True),
    "milestones": questions.milestones(texts=True),
    "geozones": questions.geozones(),
}


def test_contributions_go_into_the_vault_and_budgets_and_milestones_are_published(tmp_path: Path) -> None:
    with platform(tmp_path, whole().routes, process="mitmachen", topics={"Verkehr": "mobility"}) as world:
        run = world.run()

        assert run.outcome is Outcome.OK, run
        found = world.private()
        assert set(found) == {
            *(f"mitmachen/{each}" for each in ("proposal-1", "proposal-2", "proposal-3", "debate-1", "comment-1", "comment-2")),
            *(f"mitmachen-budget-1/{each}" for each in ("investment-1", "investment-2", "comment-3")),
        }
        first = found["mitmachen/proposal-1"]
        assert (first["kind"], first["state"], first["submitted_on"], first["channel"]) == ("idea", "open", "2026-10-02", "online")
        assert (first["topic"], first["title"], first["text"], first["person"]) == ("mobility", None, None, None)
        assert found["mitmachen/proposal-2"]["state"] == "withdrawn"
        assert found["mitmachen/debate-1"]["submitted_on"] == "2026-10-04", "half past ten in UTC is the next day here"
        assert found["mitmachen-budget-1/investment-2"]["state"] == "rejected"
        assert world.public("process")["mitmachen-budget-1"]["title"] == "Bürgerhaushalt 1"
        assert world.public("format")["mitmachen-budget-1"]["state"] == "running"
        (done, _) = world.public("measure_item").values()
        assert (done["title"], done["source_date"], done["description"]) == ("Baubeginn 1", "2026-09-01", None)


def test_titles_are_published_as_people_read_them(tmp_path: Path) -> None:
    server = whole()
    server.rows["budgets"][0]["name"] = "Bürgerhaushalt &amp; mehr"
    server.rows["milestones"][0]["title"] = "B&uuml;nke&nbsp;am Platz"
    with platform(tmp_path, server.routes, process="mitmachen") as world:
        world.run()
        assert {each["title"] for each in world.public("process").values()} >= {"Bürgerhaushalt & mehr"}
        assert next(iter(world.public("measure_item").values()))["title"] == "Bünke am Platz"


def test_every_question_keeps_to_the_servers_limits() -> None:
    for name, query in QUESTIONS.items():
        deep, heavy = limits_of(parse(query))
        assert (deep <= MAX_DEPTH, heavy <= MAX_COMPLEXITY) == (True, True), name
    too_much = Platform().answered(
        "{ proposals(first: 25) { edges { node { comments: tags(first: 25) { edges { node { id name kind a: id } } } } } } }", {}
    )
    assert "complexity" in too_much["errors"][0]["message"], "the limit is guarded"


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference is not here")
@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_is_one_that_consul_understands(name: str) -> None:
    schema = build_schema(REFERENCE.read_text(encoding="utf-8"))

    assert validate(schema, parse(QUESTIONS[name])) == []


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference is not here")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("too_complex", "meldet: Query has complexity of 3008, which exceeds max complexity of 2500"),
        ("too_deep", "meldet: Query has depth of 9, which exceeds max depth of 8"),
        ("proposals_page", "ohne »id«"),
        ("proposal", "fehlt »proposals«"),
    ],
)
def test_what_a_real_server_answered_is_understood(name: str, said: str, tmp_path: Path) -> None:
    """To other questions than ours: none of them is a harvest."""
    answered = reply((REFERENCE.parent / f"doc_example_{name}.json").read_bytes(), Content_Type="application/json")
    with platform(tmp_path, {"/graphql": answered}, process="mitmachen", collections=["proposals"]) as world:
        run = world.run()
        assert (run.outcome, said in run.message, world.private()) == (Outcome.FAILED, True, {}), run.message


def test_nobody_is_asked_for_and_words_only_on_request(tmp_path: Path) -> None:
    server = whole()
    with platform(tmp_path, server.routes, process="mitmachen") as world:
        world.run()
    assert not [each for each in server.asked if any(word in each for word in ("uthor", "users", "username", "summary", "body", "tags"))]


def test_words_lie_in_the_vault_and_nowhere_else(tmp_path: Path) -> None:
    with platform(tmp_path, whole().routes, process="mitmachen", texts=True) as world:
        world.run()

        assert world.private()["mitmachen/proposal-1"]["text"] == "Im Schatten\nFragen an beispiel1@example.org"
        assert world.made.store.archived(2) == ()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and "vault" not in path.name and b"beispiel1@" in path.read_bytes()]


def test_a_collection_is_read_to_its_end(tmp_path: Path) -> None:
    server = Platform({"proposals": [proposal(each) for each in range(1, 3 * PAGE + 2)]})
    with platform(tmp_path, server.routes, process="mitmachen", collections=["proposals"]) as world:
        world.run()

        assert len(world.private()) == 3 * PAGE + 1
        assert len(server.asked) == 4


def test_a_question_may_also_be_posted(tmp_path: Path) -> None:
    with platform(tmp_path, whole().routes, process="mitmachen", transport="post", collections=["proposals"]) as world:
        world.run()

        assert {each.method for each in world.server.requests} == {"POST"}
        assert len(world.private()) == 3


def test_investments_that_stand_under_every_budget_are_taken_once_and_belong_to_none(tmp_path: Path) -> None:
    server = Platform({"budgets": [budget(1), budget(2, "finished")], "investments": [investment(each) for each in range(1, 30)]})
    with platform(tmp_path, server.routes, process="mitmachen", collections=["budgets", "investments"]) as world:
        run = world.run()

        assert set(world.private()) == {f"mitmachen/investment-{each}" for each in range(1, 30)}
        assert "budget-unknown" in codes(run)


def test_investments_of_a_server_that_tells_budgets_apart_belong_to_theirs(tmp_path: Path) -> None:
    class Mended(Platform):
        def _budget(self, each: dict[str, object]) -> dict[str, object]:
            own = [investment(each["id"])]  # type: ignore[arg-type]  # numbers here
            return {**each, "investments": self._connection(lambda: own)}

    server = Mended({"budgets": [budget(1), budget(2)]})
    options: dict[str, Any] = {"collections": ["budgets", "investments"], "by_budget": {"2": "radwege"}}
    with platform(tmp_path, server.routes, **options) as world:
        run = world.run()

        assert set(world.private()) == {"mitmachen-budget-1/investment-1", "radwege/investment-2"}
        assert "budget-unknown" not in codes(run)


def test_a_tag_may_say_which_process_and_which_topic(tmp_path: Path) -> None:
    server = Platform(
        {"proposals": [proposal(1), proposal(2, tags=["Rad"]), proposal(3, tags=["Rad", "Sport"])], "comments": [comment(9, parent=2)]}
    )
    options: dict[str, Any] = {"by_tag": {"Rad": "radwege"}}
    options |= {"topics": {"Rad": "mobility", "Sport": "culture-leisure"}, "precision": "month"}
    with platform(tmp_path, server.routes, process="mitmachen", collections=["proposals", "comments"], **options) as world:
        world.run()

        found = world.private()
        assert set(found) == {"mitmachen/proposal-1", "radwege/proposal-2", "radwege/proposal-3", "radwege/comment-9"}
        assert [found[f"radwege/proposal-{each}"]["topic"] for each in (2, 3)] == ["mobility", None], "two topics are none"
        assert found["radwege/comment-9"]["submitted_on"] == "2026-10"


def test_votes_are_ballots_of_nobody(tmp_path: Path) -> None:
    with platform(tmp_path, whole().routes, process="mitmachen", collections=["proposals", "votes"]) as world:
        world.run()

        ballots = world.private("ballot")
        assert {key: each["option"] for key, each in ballots.items()} == {"mitmachen/vote-1": "pro", "mitmachen/vote-2": "contra"}
        assert {each["question"] for each in ballots.values()} == {"proposal-1"}
        assert all(each["person"] is None for each in ballots.values())


def test_what_is_hidden_is_marked_and_leaves_the_vault(tmp_path: Path) -> None:
    server = Platform({"proposals": [proposal(each) for each in range(1, 6)]})
    with platform(tmp_path, server.routes, process="mitmachen", collections=["proposals"]) as world:
        world.run()
        del server.rows["proposals"][0]
        world.run(days=1)
        assert len(world.private()) == 5
        world.run(days=8)
        assert set(world.private()) == {f"mitmachen/proposal-{each}" for each in range(2, 6)}


@pytest.mark.parametrize("left", [0, 1], ids=["empty", "nearly"])
def test_a_collection_that_is_suddenly_empty_keeps_its_rows_and_says_so(left: int, tmp_path: Path) -> None:
    """Among many proposals twelve debates would be missed by nobody."""
    proposals = [proposal(each) for each in range(1, 21)]
    server = Platform({"proposals": proposals, "debates": [debate(1), debate(2), debate(3)]})
    with platform(tmp_path, server.routes, process="mitmachen", collections=["proposals", "debates"]) as world:
        world.run()
        del server.rows["debates"][left:]
        server.rows["proposals"] = [*proposals[1:], proposal(21)]
        for days in (1, 30):
            run = world.run(days=days)
            assert run.outcome is Outcome.HELD
            assert "»Debatten«" in run.message, run.message
            assert {f"mitmachen/debate-{each}" for each in (1, 2, 3)} < world.private().keys()

        assert "mitmachen/proposal-21" in world.private(), "everything else goes on"
        assert "mitmachen/proposal-1" not in world.private()

        world.configure(collections=["proposals"])
        for days in (1, 30):
            assert world.run(days=days).outcome is Outcome.OK
        assert not [each for each in world.private() if "debate" in each], "whoever knows that they are gone asks for them no more"


def test_a_collection_of_which_one_goes_loses_one(tmp_path: Path) -> None:
    server = Platform({"proposals": [proposal(each) for each in range(1, 9)], "debates": [debate(1), debate(2)]})
    with platform(tmp_path, server.routes, process="mitmachen", collections=["proposals", "debates"]) as world:
        world.run()
        del server.rows["debates"][0]
        for days in (1, 8):
            assert world.run(days=days).outcome is Outcome.OK
        assert "mitmachen/debate-1" not in world.private()


def test_an_error_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    server = Platform({"proposals": [proposal(each) for each in range(1, 60)]})
    hidden = {"errors": [{"message": "Couldn't find Proposal"}], "data": {"proposals": None}}
    with platform(tmp_path, server.routes, process="mitmachen", collections=["proposals"]) as world:
        world.run()
        world.routes["/graphql"] = in_turn(server.graphql, answer(hidden))
        run = world.run(days=30)

        assert (run.outcome, "Couldn't find Proposal" in run.message) == (Outcome.FAILED, True)
        assert len(world.private()) == 59


def test_a_complaint_of_the_server_names_nobody_and_no_key(tmp_path: Path) -> None:
    wrong = {"errors": [{"message": "Token tok_4711 of Quirina Xanthopoulos is expired"}]}
    with platform(tmp_path, {"/graphql": answer(wrong)}, process="mitmachen", collections=["proposals"]) as world:
        run = world.run()
    assert (run.outcome, "meldet: Token … of … is expired" in run.message) == (Outcome.FAILED, True), run.message


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ({"edges": [], "pageInfo": {"hasNextPage": True, "endCursor": "MQ=="}}, "nicht sagt, wo"),
        ({"edges": [{"node": {"id": "1"}}], "pageInfo": {"hasNextPage": True, "endCursor": "MQ=="}}, "Kreis"),
        ({"edges": [{"node": {"title": "?"}}], "pageInfo": {"hasNextPage": False}}, "ohne »id«"),
        ({"edges": None, "pageInfo": {"hasNextPage": False}}, "ohne »edges«"),
        (None, "fehlt »proposals«"),
    ],
)
def test_pages_that_cannot_be_followed_end_the_run(tmp_path: Path, page: object, why: str) -> None:
    routes = {"/graphql": answer({"data": {"proposals": page}})}
    with platform(tmp_path, routes, process="mitmachen", collections=["proposals"]) as world:
        run = world.run()

        assert (run.outcome, why in run.message) == (Outcome.FAILED, True), run.message


def test_a_bad_date_costs_one_contribution(tmp_path: Path) -> None:
    server = Platform({"proposals": [proposal(1), proposal(2, publicCreatedAt="gestern")]})
    with platform(tmp_path, server.routes, process="mitmachen", collections=["proposals"]) as world:
        run = world.run()
        assert (run.outcome, "unread-field" in codes(run)) == (Outcome.PARTIAL, False)
        assert set(world.private()) == {"mitmachen/proposal-1"}


def test_a_bad_date_does_not_keep_what_is_hidden_in_the_vault(tmp_path: Path) -> None:
    """The broken one is known by its number, so that nothing else can be it."""
    server = Platform({"proposals": [proposal(each) for each in range(1, 7)]})
    with platform(tmp_path, server.routes, process="mitmachen", collections=["proposals"]) as world:
        world.run()
        server.rows["proposals"] = [*(proposal(each) for each in range(2, 6)), proposal(6, publicCreatedAt="gestern")]
        for days in (1, 8):
            world.run(days=days)
        assert set(world.private()) == {f"mitmachen/proposal-{each}" for each in range(2, 7)}


def test_contributions_to_a_process_that_is_not_published_wait_and_come_later(tmp_path: Path) -> None:
    with platform(tmp_path, whole().routes, process="spaeter", collections=["proposals"]) as world:
        run = world.run()
        assert (world.private(), "process-not-published" in codes(run)) == ({}, True)

        world.publish_processes("mitmachen", "radwege", "spaeter")
        world.run(days=1)
        assert len(world.private()) == 3


def test_contributions_to_a_budget_that_is_held_wait_with_it(tmp_path: Path) -> None:
    with platform(tmp_path, whole().routes, process="mitmachen", collections=["proposals", "budgets", "investments"]) as world:
        world.made.guard(review=Review.NEW)
        run = world.run()
        assert (run.outcome, "process-not-published" in codes(run)) == (Outcome.HELD, True)
        assert set(world.private()) == {f"mitmachen/proposal-{each}" for each in (1, 2, 3)}

        world.made.guard(review=Review.NEVER)
        assert world.run(days=1).outcome is Outcome.OK
        assert {f"mitmachen-budget-1/investment-{each}" for each in (1, 2)} < set(world.private())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"options": {}}, "options.process"),
        ({"options": {"process": "x", "topics": {"Rad": "fahrrad"}}}, "kein Thema"),
        ({"personal_data": False}, "legal_basis"),
        ({"url": "drop"}, "http"),
    ],
)
def test_a_source_that_cannot_work_is_refused_before_it_reads(tmp_path: Path, change: dict[str, object], why: str) -> None:
    with platform(tmp_path, {}, process="mitmachen") as world, pytest.raises(ConfigurationError, match=why):
        harvester_of(replace(world.made.source, **change))  # type: ignore[arg-type]  # fields of several types


def test_what_a_server_says_unasked_is_neither_published_nor_kept(tmp_path: Path) -> None:
    """Descriptions of milestones are asked for only under a licence."""
    name = "Quirina Xanthopoulos"
    node = {"id": "1", "title": "Baubeginn", "publicationDate": "2026-03-01", "description": name, "publicAuthor": {"username": name}}
    page = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "edges": [{"node": node}]}
    routes = {"/graphql": answer({"data": {"milestones": page}, "extensions": {"by": name}})}
    with platform(tmp_path, routes, collections=["milestones"]) as world:
        world.made.source = replace(world.made.source, personal_data=False, legal_basis="")  # else everything lies in the vault
        run = world.run()
        kept = b"".join(world.made.archive.read(each.sha256) for each in world.made.store.archived(run.id))
        assert world.public("measure_item")["mitmachen-milestone-1"]["description"] is None
    assert (run.outcome, b"Baubeginn" in kept, b"Xanthopoulos" in kept) == (Outcome.OK, True, False), run


def test_without_contributions_no_vault_is_needed(tmp_path: Path) -> None:
    with platform(tmp_path, whole().routes, collections=["budgets", "milestones"], licence="CC BY 4.0") as world:
        world.made.source = replace(world.made.source, personal_data=False, legal_basis="")
        world.run()

        assert world.public("measure_item")["mitmachen-milestone-1"]["description"] == "Es geht los."
        assert world.private() == {}
