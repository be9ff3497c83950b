"""The kind `consul-de`: GraphQL with a token of its own sort, and the overview of projects."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from catalog.plan import Outcome
from harvesters.consul.fork import Fork
from harvesters.consul.phases import kind_of, state_of
from harvesters.consul.rows import Rules
from harvesters.registry import harvester_of
from schemas.districts import Assigned
from schemas.errors import ConfigurationError
from tests.harvesters.catalogues.portals import codes
from tests.harvesters.consul.fork import API_TOKEN, GRAPHQL_TOKEN, fork, fork_proposal, overview, phase, project
from tests.harvesters.consul.platform import FORK, answer
from tests.harvesters.consul.world import World, platform
from tests.harvesters.http.servers import Script
from tests.shared import SHARED

REFERENCE = SHARED / "reference/participation/fixtures/consul_de_fork/schema_derived.graphql"


@dataclass(frozen=True)
class East:
    """Everything east of 7.7 is one district."""

    def at(self, longitude: float, latitude: float) -> Assigned | None:
        return Assigned(district_id="ost") if longitude > 7.7 else None


@contextmanager
def source(folder: Path, routes: dict[str, Script], part: str, *, token: str = "", **options: Any) -> Iterator[World]:
    secret = token or {"graphql": GRAPHQL_TOKEN, "overview": API_TOKEN}[part]
    with platform(folder, routes, kind="consul-de", environ={"MITMACHEN": secret}, part=part, **options) as world:
        world.made.source = replace(world.made.source, token_env="MITMACHEN")
        yield world


def test_proposals_go_into_the_vault_and_the_token_goes_out_bare(tmp_path: Path) -> None:
    with source(tmp_path, fork().routes, "graphql", processes={"7": "radwege"}) as world:
        run = world.run()

        assert run.outcome is Outcome.OK, run
        assert set(world.private()) == {f"radwege/proposal-{each}" for each in range(1, 5)}
        assert {each.headers.get("authorization") for each in world.server.requests} == {GRAPHQL_TOKEN}
        found = world.private()["radwege/proposal-1"]
        assert [found[name] for name in ("title", "text", "topic", "district_id", "person", "submitted_on")] == [None] * 6


@pytest.mark.parametrize("token", ["falsches-geheimnis", "Bearer " + GRAPHQL_TOKEN])
def test_an_empty_list_is_an_error_and_says_why(tmp_path: Path, token: str) -> None:
    with source(tmp_path, fork().routes, "graphql", process="mitmachen") as world:
        world.run()
        world.web = replace(world.web, environ={"MITMACHEN": token})
        for days in (0.0, 30.0):
            run = world.run(days=days)
            assert (run.outcome, "Token" in run.message) == (Outcome.FAILED, True), run
        assert len(world.private()) == 4


def test_a_source_without_token_is_refused(tmp_path: Path) -> None:
    with source(tmp_path, {}, "graphql") as world, pytest.raises(ConfigurationError, match="Ohne Token"):
        harvester_of(replace(world.made.source, token_env=""))


def test_place_label_and_sentiment_become_district_topic_and_kind(tmp_path: Path) -> None:
    server = fork(0)
    server.rows["proposals"] = [
        fork_proposal(1),
        fork_proposal(2, labels="Grün", sentiment="Kritik", mapLocation={"latitude": 0.0, "longitude": 0.0}),
        fork_proposal(3, labels="GrünUnbekannt", sentiment=None, mapLocation=None),
    ]
    options: dict[str, Any] = {"topics": {"Aufenthalt": "environment", "Grün": "environment"}, "kinds": {"Kritik": "objection"}}
    with source(tmp_path, server.routes, "graphql", process="mitmachen", **options) as world:
        world.publish_districts("ost")
        world.made.source = replace(world.made.source, districts=East())
        world.run()

        found = world.private()
        assert [found[f"mitmachen/proposal-{each}"]["district_id"] for each in (1, 2, 3)] == ["ost", None, None]
        assert [found[f"mitmachen/proposal-{each}"]["topic"] for each in (1, 2, 3)] == ["environment", "environment", None]
        assert [found[f"mitmachen/proposal-{each}"]["kind"] for each in (1, 2, 3)] == ["idea", "objection", "idea"]
        assert "49.4445" not in str(found), "of a place, the district is all that stays"


FULL = Fork(prefix="x", rules=Rules(topics={"a": "other"}, texts=True), kinds={"Lob": "idea"}, districts=East())


@pytest.mark.parametrize("made", [FULL, Fork(prefix="x")], ids=["everything", "least"])
def test_the_question_is_one_that_the_fork_understands(made: Fork) -> None:
    schemas = [FORK, *([build_schema(REFERENCE.read_text(encoding="utf-8"))] if REFERENCE.exists() else [])]

    assert [validate(schema, parse(made.question())) for schema in schemas] == [[]] * len(schemas)


def test_projects_with_their_processes_and_phases_are_published(tmp_path: Path) -> None:
    projects = [project(1), project(2, phases=[phase(20, "Newsfeed")]), project(3, phases=[])]
    options: dict[str, Any] = {"prefix": "kl", "page_address": "https://mitmachen.example/{slug}", "project_topics": {"Kultur": "culture"}}
    with source(tmp_path, overview(projects), "overview", **options) as world:
        world.publish_districts("ost")
        world.made.source = replace(world.made.source, personal_data=False, legal_basis="", districts=East())
        run = world.run()

        assert run.outcome is Outcome.OK, run
        found = world.public("project")
        assert set(found) == {"kl-1", "kl-2", "kl-3"}
        first = found["kl-1"]
        assert (first["title"], first["summary"], first["status"]) == ("Stadt.Raum.Wir. 1", "Ein Ort für alle.", "running")
        assert (first["district_id"], first["district_basis"], first["topic"]) == ("ost", "calculated", "culture")
        assert first["website"] == "https://mitmachen.example/stadt-raum-wir-1"
        assert {key: each["method"] for key, each in world.public("process").items()} == {"kl-1": "idea-collection"}
        formats = world.public("format")
        assert [formats["kl-phase-10"][name] for name in ("process_id", "kind", "mode", "state", "seq")] == [
            "kl-1",
            "ideensammlung",
            "digital",
            "running",
            1,
        ]
        assert formats["kl-phase-11"]["title"] == "Rundgang"
        assert (formats["kl-phase-20"]["process_id"], formats["kl-phase-20"]["project_id"]) == (None, "kl-2")


def test_a_second_look_changes_nothing_until_a_day_passes_that_matters(tmp_path: Path) -> None:
    with source(tmp_path, overview([project(1), project(2)]), "overview") as world:
        world.run()
        assert world.run(days=1).outcome is Outcome.UNCHANGED
        world.run(days=60)
        assert world.public("project")["mitmachen-1"]["status"] == "completed"


def test_what_is_not_switched_on_is_not_published(tmp_path: Path) -> None:
    projects = [project(1, phases=[phase(10, "Voting", active=False), phase(11, "Question")]), project(2, activated=False)]
    with source(tmp_path, overview(projects), "overview") as world:
        run = world.run()

        assert (set(world.public("project")), set(world.public("format"))) == ({"mitmachen-1"}, {"mitmachen-phase-11"})
        assert "not-public" in codes(run)


def test_of_what_is_not_read_or_not_public_nothing_is_kept(tmp_path: Path) -> None:
    """Nor of what stands where a value should."""
    name = "Quirina Xanthopoulos"
    strange = project(1, owner=name, page={"title": "Platz", "subtitle": "", "slug": "platz", "author": name}, image_url=f"/{name}.jpg")
    strange |= {"phases": [phase(10, "Proposal", moderator={"name": name})], "tags": [{"name": "Kultur", "by": name}], "sdg_codes": [name]}
    strange["map_location"] = {"latitude": "49.4445", "longitude": "7.7689", "address": name}
    secret, wrong = project(2, activated=False, name=f"Entwurf {name}"), project(3, page=name, total_duration_end={"by": name})
    with source(tmp_path, overview([strange, secret, wrong, project(4)]), "overview", project_topics={"Kultur": "culture"}) as world:
        world.made.source = replace(world.made.source, personal_data=False, legal_basis="")  # else everything lies in the vault
        run = world.run()
        kept = b"".join(world.made.archive.read(each.sha256) for each in world.made.store.archived(run.id))
        projects = world.public("project")

    assert (b"Platz" in kept, b"Xanthopoulos" in kept) == (True, False)
    assert (set(projects), projects["mitmachen-1"]["topic"]) == ({"mitmachen-1", "mitmachen-4"}, "culture")
    told = {each.field for each in run.findings if each.code == "unread-field"}
    assert told >= {"owner", "page.author", "phases.moderator", "map_location.address"}


def test_a_wrong_token_is_a_404_that_is_explained(tmp_path: Path) -> None:
    with source(tmp_path, overview([project(1)]), "overview", token="falsches-geheimnis") as world:
        run = world.run()

        assert (run.outcome, "ApiClient" in run.message) == (Outcome.FAILED, True), run


@pytest.mark.parametrize("said", [[], {"a": [], "b": []}, [1]])
def test_an_overview_without_projects_is_an_error(tmp_path: Path, said: object) -> None:
    with source(tmp_path, {"/api/projekts/overview": answer(said)}, "overview") as world:
        assert world.run().outcome is Outcome.FAILED


def test_a_list_may_stand_in_an_object(tmp_path: Path) -> None:
    with source(tmp_path, {"/api/projekts/overview": answer({"projekts": [project(1)]})}, "overview") as world:
        assert world.run().outcome is Outcome.OK


def test_an_unknown_phase_and_an_unknown_field_are_told(tmp_path: Path) -> None:
    projects = [project(1, phases=[phase(10, "Quiz", colour="rot")], mood="gut")]
    with source(tmp_path, overview(projects), "overview") as world:
        run = world.run()

        assert "unknown-phase" in codes(run)
        assert [each.field for each in run.findings if each.code == "unread-field"] == ["mood", "phases.colour"]
        assert world.public("format")["mitmachen-phase-10"]["kind"] == "other"


def test_a_broken_project_costs_only_itself_and_says_nothing_of_its_other_fields(tmp_path: Path) -> None:
    projects = [project(1), project(2, phases="?"), project(3, total_duration_end="bald"), project(4, phases=[phase(9, "Proposal", id="")])]
    with source(tmp_path, overview(projects), "overview") as world:
        run = world.run()
        assert (run.outcome, "unread-field" in codes(run)) == (Outcome.PARTIAL, False)
        assert set(world.public("project")) == {"mitmachen-1"}
        assert {each.key for each in world.made.store.quarantine() if each.table == "project"} == {f"mitmachen-{each}" for each in "234"}


def test_contributions_find_the_process_that_the_overview_publishes(tmp_path: Path) -> None:
    routes = {**overview([project(7)]), **fork().routes}
    with source(tmp_path, routes, "overview", prefix="kl") as world:
        world.run()
        world.made.source = replace(world.made.source, name="vorschlaege", options={"part": "graphql", "prefix": "kl"})
        world.web = replace(world.web, environ={"MITMACHEN": GRAPHQL_TOKEN})
        world.run()

        assert set(world.private()) == {f"kl-7/proposal-{each}" for each in range(1, 5)}


@pytest.mark.parametrize("name", ["ProjektPhase::ProposalPhase", "ProposalPhase", "proposal_phase", "Proposal"])
def test_a_phase_has_one_kind_however_it_is_written(name: str) -> None:
    assert kind_of(name) == "proposal"


@pytest.mark.parametrize(
    ("start", "end", "state"),
    [
        ("2026-11-02", None, "planned"),
        (None, "2026-10-31", "completed"),
        ("2026-11-01", "2026-11-01", "running"),
        (None, None, "unknown"),
        ("2026-01-01", None, "running"),
    ],
)
def test_a_state_is_as_of_a_day(start: str | None, end: str | None, state: str) -> None:
    assert state_of(start, end, date(2026, 11, 1)) == state
