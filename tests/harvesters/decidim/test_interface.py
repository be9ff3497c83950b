"""The kind `decidim` over GraphQL: what it takes, what it leaves, and what it does when the platform does not behave."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from catalog.plan import Outcome
from harvesters.decidim.questions import BUDGETS, MEETINGS, PROCESSES, RESULTS, proposals
from harvesters.decidim.rows import Rules, meeting_row
from harvesters.harvester import SourceConfig
from harvesters.http.pace import INTERVAL
from harvesters.nodes import NodeRecord
from harvesters.registry import harvester_of
from schemas.districts import Assigned
from schemas.errors import ConfigurationError, SourceError
from schemas.row import Row
from schemas.rules import row_findings
from schemas.table import common_tables
from tests.harvesters.decidim.exports import comments, no_comments, zipped
from tests.harvesters.decidim.server import World, city, meeting, process, proposal, result, text
from tests.harvesters.decidim.world import harvesting
from tests.harvesters.http.servers import Script, reply
from tests.harvesters.walked import Walked, walked
from tests.shared import SHARED

NOW = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
DERIVED = SHARED / "reference" / "participation" / "fixtures" / "decidim" / "schema_derived.graphql"


@pytest.fixture
def world() -> World:
    return city()


def read(world: World, folder: Path, **settings: Any) -> Walked:
    return walked(world.routes(), folder, "decidim", **settings)


def event(node: dict[str, Any], **rules: Any) -> Row:
    """What becomes of one meeting."""
    how = Rules(prefix="stadt", home="https://mitmachen.example/", title="Mitmachen", **rules)
    record = NodeRecord(
        {name: value for name, value in node.items() if name != "attendingOrganizations"},
        origin="meetings-11-1",
        table="event",
        key="stadt-meeting-1",
        rows=partial(meeting_row, process="stadt-process-1", page="https://mitmachen.example/", seen_at=NOW, rules=how),
    )
    (row,) = record.results()
    assert isinstance(row, Row), row
    assert record.unread == ()
    return row


def test_spaces_become_processes_and_each_kind_counts_for_itself(world: World, tmp_path: Path) -> None:
    seen = read(world, tmp_path)
    found = seen.rows("process")
    assert sorted(found) == ["assembly-1", "process-1", "process-2"]
    park = found["process-1"]
    assert (park["title"], park["mode"], park["method"]) == ("Stadtpark", "hybrid", "vote")
    assert (park["start"], park["end"], park["website"]) == ("2026-01-10", "2026-12-31", f"{seen.home}processes/verfahren-1")
    assert (found["process-2"]["mode"], found["process-2"]["method"]) == ("digital", "idea-collection")


def test_an_address_may_name_the_interface_itself(world: World, tmp_path: Path) -> None:
    assert walked(world.routes(), tmp_path, "decidim", path="/api").rows("process").keys() == read(world, tmp_path).rows("process").keys()


def test_a_prefix_stands_in_place_of_the_name_of_the_source(world: World, tmp_path: Path) -> None:
    seen = read(world, tmp_path, options={"prefix": "alt"})
    assert "alt-process-1" in seen.rows("process")
    assert {each["process_id"] for each in seen.rows("event").values()} == {"alt-process-1", "alt-assembly-1"}


def test_steps_become_phases_in_their_order(world: World, tmp_path: Path) -> None:
    first, second = read(world, tmp_path).rows("format").values()
    assert (first["seq"], first["phase"], first["state"], first["end"]) == (1, "Ideen sammeln", "completed", "2026-02-28")
    assert (second["seq"], second["state"], second["process_id"]) == (2, "running", "stadt-process-1")


def test_proposals_go_to_the_vault_and_nowhere_else(world: World, tmp_path: Path) -> None:
    with harvesting(tmp_path, world.routes(), options={"texts": True}) as made:
        run = made.run()
        assert (run.outcome, run.counts["vault_created"]) == (Outcome.OK, 8)
        found = made.private()["stadt-process-1/proposal-100"]
        assert (found["kind"], found["state"], found["channel"], found["submitted_on"]) == ("idea", "open", "online", "2026-02-04")
        assert (found["title"], found["person"], found["answered_on"]) == ("Zebrastreifen 100 fuer Ypsilantibrunn", None, None)
        assert found["text"] == "Meine Nachbarin Quirina Xanthopoulos steht da jeden Tag."
    public = [each for each in tmp_path.rglob("*") if each.is_file() and not each.name.startswith("vault.db")]
    assert not [each for each in public if b"Zebrastreifen" in each.read_bytes()]


def test_words_of_participants_are_not_even_asked_for_unless_somebody_wants_them(world: World, tmp_path: Path) -> None:
    seen = read(world, tmp_path)
    asked = [each["query"] for each in world.asked if "Proposals" in each["query"]]
    assert asked
    assert not [each for each in asked if "title" in each or "body" in each]
    assert {each["title"] for each in seen.rows("contribution").values()} == {None}


def test_nobody_is_asked_for_by_name_and_nothing_by_its_votes(world: World, tmp_path: Path) -> None:
    read(world, tmp_path, options={"texts": True, "spaces": ["processes", "assemblies", "conferences", "initiatives"]})
    asked = " ".join(each["query"] for each in world.asked)
    assert not [each for each in ("author", "voteCount", "likes", "endorsements", "attendingOrganizations", "comments") if each in asked]


def test_what_was_not_asked_for_is_not_kept(world: World, tmp_path: Path) -> None:
    """A server may say more than it was asked."""

    def chatty(question: dict[str, Any]) -> dict[str, Any]:
        said = answer(question)
        for edge in (said["data"].get("component") or {}).get("proposals", {}).get("edges", []):
            edge["node"]["author"] = {"name": "Quirina Xanthopoulos"}
        return said

    answer, world.answer = world.answer, chatty  # type: ignore[method-assign]  # the same server, more talkative
    seen = read(world, tmp_path)
    assert len(seen.rows("contribution")) == 8
    assert not [each for each in (*seen.archived, *seen.private) if b"Xanthopoulos" in each.content]


def test_what_became_of_a_proposal_is_its_state(world: World, tmp_path: Path) -> None:
    world.components["20"] = (
        "Proposals",
        [
            proposal(1, state="accepted", answeredAt="2026-03-01T12:00:00Z"),
            proposal(2, state="evaluating"),
            proposal(3, state="rejected"),
            proposal(4, withdrawn=True),
            proposal(5, state="withdrawn"),
            proposal(6, createdInMeeting=True),
        ],
    )
    seen = read(world, tmp_path)
    found = {key.rpartition("-")[2]: each for key, each in seen.rows("contribution").items() if key.startswith("process-2")}
    assert [found[each]["state"] for each in "12345"] == ["accepted", "in-review", "rejected", "withdrawn", "withdrawn"]
    assert found["1"]["answered_on"] == "2026-03-01"
    assert (found["5"]["channel"], found["6"]["channel"]) == ("online", "on-site")


def test_a_state_that_nobody_explained_waits_under_its_key_and_is_named(world: World, tmp_path: Path) -> None:
    world.components["20"][1].append(proposal(113, state="in_planung"))
    seen = read(world, tmp_path)
    assert [each.key for each in seen.refused("contribution")] == ["stadt-process-2/proposal-113"]
    assert "»in_planung«" in seen.findings["unexplained-state"].message


def test_options_explain_states_of_their_own(world: World, tmp_path: Path) -> None:
    world.components["20"][1].append(proposal(113, state="in_planung"))
    seen = read(world, tmp_path, options={"states": {"in_planung": "in-review"}})
    assert seen.rows("contribution")["process-2/proposal-113"]["state"] == "in-review"
    assert "unexplained-state" not in seen.findings


def test_what_the_administration_proposes_itself_is_nobodys_contribution(world: World, tmp_path: Path) -> None:
    world.components["20"][1].append(proposal(113, official=True))
    seen = read(world, tmp_path)
    assert "process-2/proposal-113" not in seen.rows("contribution")
    assert seen.findings["official"].message.endswith(": 1.")


def test_meetings_become_events_with_their_mode(world: World, tmp_path: Path) -> None:
    midnight = {"startTime": "2026-12-24T23:30:00Z", "endTime": "2026-12-25T00:30:00Z"}
    world.components["11"] = (
        "Meetings",
        [
            meeting(1, "Vor Ort", attendeeCount=24, contributionCount=7, closed=True, videoUrl="https://video.example/1"),
            meeting(2, "Im Netz", typeOfMeeting="online", location=None, **midnight),
            meeting(3, "Beides", typeOfMeeting="hybrid", isWithdrawn=True),
            meeting(4, "Neuartig", typeOfMeeting="holodeck"),
        ],
    )
    found = {key.rpartition("-")[2]: each for key, each in read(world, tmp_path).rows("event").items()}
    assert [found[each]["mode"] for each in "1234"] == ["analog", "digital", "hybrid", "unknown"]
    assert [found[each]["status"] for each in "1234"] == ["held", "planned", "cancelled", "unknown"]
    assert (found["1"]["attendees"], found["1"]["qualifier"], found["1"]["note"]) == (24, "exact", None)
    assert found["1"]["recording_url"] == "https://video.example/1"
    assert (found["2"]["start"], found["2"]["start_time"], found["2"]["end"], found["2"]["place"]) == (
        "2026-12-25",
        "00:30",
        None,
        "online",
    )


@pytest.mark.parametrize("said", [None, 0, 5])
def test_nobody_counted_is_not_nobody_came(said: int | None) -> None:
    row = event(meeting(1, "Runder Tisch", attendeeCount=said))
    assert (row.values["attendees"], row.values["qualifier"]) == (said, None if said is None else "exact")


@pytest.mark.parametrize(("said", "codes"), [(0, ["small-person-count"]), (4, ["small-person-count"]), (5, []), (None, [])])
def test_few_people_at_a_meeting_wait_for_a_person(said: int | None, codes: list[str]) -> None:
    row = event(meeting(1, "Runder Tisch", attendeeCount=said))
    assert [each.code for each in row_findings(common_tables()["event"], row)] == codes


def test_private_meetings_are_left_out(world: World, tmp_path: Path) -> None:
    world.components["11"][1].append(meeting(9, "Hinter verschlossener Tuer", privateMeeting=True))
    seen = read(world, tmp_path)
    assert ("meeting-9" in seen.rows("event"), "private-meeting" in seen.findings) == (False, True)


class _OneDistrict:
    """A city that is all one district, and remembers where it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[float, float]] = []

    def at(self, longitude: float, latitude: float) -> Assigned | None:
        self.asked.append((longitude, latitude))
        return Assigned(district_id="innenstadt")


@pytest.mark.parametrize(
    ("latitude", "longitude", "asked"),
    [
        (49.4447, 7.7689, [(7.7689, 49.4447)]),
        (7.7689, 49.4447, [(7.7689, 49.4447)]),
        (0.0, 0.0, []),
        (None, None, []),
        (48.13, 11.57, []),
    ],
    ids=["right", "swapped", "null island", "nothing", "elsewhere"],
)
def test_a_meeting_lies_where_its_position_says_if_that_is_one(
    latitude: float | None, longitude: float | None, asked: list[tuple[float, float]]
) -> None:
    districts = _OneDistrict()
    row = event(meeting(1, "Werkstatt", coordinates={"latitude": latitude, "longitude": longitude}), districts=districts)
    assert districts.asked == asked
    assert row.values["district_id"] == ("innenstadt" if asked else None)


def test_results_tell_how_far_things_are(world: World, tmp_path: Path) -> None:
    finished = {"id": "1", "key": "finished", "name": text("Fertig")}
    world.components["12"] = (
        "Accountability",
        [
            result(
                1, "Bank", progress=100.0, status=finished, endDate="2026-05-01", description=text("<p>Aus Holz.</p><script>x</script>")
            ),
            result(2, "Baum", progress=40.0),
            result(3, "Brunnen", progress=0.0),
            result(4, "Beet"),
            result(5, "Bühne", progress=30.0, status={"id": "2", "key": "cancelled", "name": text("Abgesagt")}),
        ],
    )
    found = {key.rpartition("-")[2]: each for key, each in read(world, tmp_path).rows("measure_item").items()}
    assert [found[each]["state"] for each in "12345"] == ["done", "in_progress", "open", "unknown", "dropped"]
    assert [found[each]["progress"] for each in "1234"] == [100.0, 40.0, 0.0, None]
    assert (found["1"]["due"], found["1"]["description"], found["1"]["note"]) == (
        "2026-05-01",
        "Aus Holz.",
        "Stand laut Plattform: Fertig.",
    )


def test_budgets_say_what_was_chosen_and_not_by_how_many(world: World, tmp_path: Path) -> None:
    first = read(world, tmp_path).rows("result")["budget-project-1"]
    assert (first["question"], first["option"], first["count"]) == ("Parkbudget", "Spielplatz 1", None)
    assert first["note"] == "Ausgewählt. Kosten laut Plattform: 10001 von 50000."


def test_surveys_give_nothing_but_their_process_its_method(world: World, tmp_path: Path) -> None:
    world.spaces["participatoryProcesses"] = [process(3, "Umfrage", "14")]
    seen = read(world, tmp_path, options={"spaces": ["processes"]})
    assert seen.rows("process")["process-3"]["method"] == "survey"
    assert (len(world.asked), seen.walk.microdata, set(seen.walk.declarations)) == (1, {}, {"process"})


@pytest.mark.parametrize(
    ("types", "mode"),
    [
        ([], "unknown"),
        (["in_person"], "analog"),
        (["online"], "digital"),
        (["in_person", "online"], "hybrid"),
        ([None, "online"], "unknown"),
    ],
)
def test_how_people_met_is_how_a_process_took_place(types: list[str | None], mode: str, world: World, tmp_path: Path) -> None:
    world.spaces["participatoryProcesses"] = [process(3, "Runde Tische", "11")]
    world.components["11"] = ("Meetings", [meeting(number, "Runder Tisch", typeOfMeeting=each) for number, each in enumerate(types)])
    assert read(world, tmp_path, options={"spaces": ["processes"]}).rows("process")["process-3"]["mode"] == mode


def test_german_comes_first_and_something_is_better_than_nothing(world: World, tmp_path: Path) -> None:
    english = {"translations": [{"locale": "ca", "text": "Carrils"}, {"locale": "en", "text": "Cycle lanes"}]}
    french = {"translations": [{"locale": "fr", "text": "Vélo &amp; bus"}]}
    world.spaces["participatoryProcesses"][1:] = [process(2, "") | {"title": english}]
    world.spaces["participatoryProcesses"] += [process(3, " ") | {"title": text(" ")}, process(4, "") | {"title": french}]
    seen = read(world, tmp_path)
    found = seen.rows("process")
    assert (found["process-2"]["title"], found["process-4"]["title"]) == ("Cycle lanes", "Vélo & bus")
    assert [each.key for each in seen.refused("process")] == ["stadt-process-3"]


def test_a_component_that_fails_costs_only_itself(world: World, tmp_path: Path) -> None:
    with harvesting(tmp_path, world.routes()) as harvested:
        harvested.run()
        before = (harvested.rows("measure_item"), harvested.private())
        world.broken.add("10")
        world.components["20"][1].append(proposal(113))
        for days in (1, 30):
            run = harvested.run(days=days)
            assert (run.outcome, [each.table for each in run.findings if each.code == "component"]) == (Outcome.PARTIAL, ["contribution"])
        assert harvested.rows("measure_item") == before[0]
        assert harvested.private().keys() == before[1].keys() | {"stadt-process-2/proposal-113"}


def test_meetings_that_fail_leave_their_process_as_it_was(world: World, tmp_path: Path) -> None:
    with harvesting(tmp_path, world.routes()) as harvested:
        harvested.run()
        before, events = harvested.rows("process"), harvested.rows("event")
        world.broken.add("11")
        world.components["30"] = (
            "Meetings",
            [meeting(210, "Sitzung", typeOfMeeting="online"), meeting(211, "Noch eine", typeOfMeeting="online")],
        )
        run = harvested.run(days=30)
        assert run.outcome is Outcome.PARTIAL
        assert harvested.rows("process") == before
        assert harvested.rows("event").keys() == events.keys() | {"stadt-meeting-211"}


def test_an_answer_that_is_broken_costs_its_component_only(world: World, tmp_path: Path) -> None:
    answers, world.answer = world.answer, lambda question: {"data": None} if "Budgets" in question["query"] else answers(question)  # type: ignore[method-assign]  # the same server, with one fault
    seen = read(world, tmp_path)
    assert seen.findings["component"].table == "result"
    assert (len(seen.rows("event")), len(seen.rows("contribution")), seen.walk.partial) == (4, 8, {"result"})


def test_what_the_platform_shows_to_nobody_is_counted_and_nothing_else(world: World, tmp_path: Path) -> None:
    world.components["20"][1].append(None)
    world.spaces["participatoryProcesses"].append(None)
    seen = read(world, tmp_path)
    assert (seen.findings["hidden"].message, seen.walk.failures) == ("Räume und Einträge, die die Plattform niemandem zeigt: 2.", [])


def test_an_entry_without_a_number_could_be_any_and_waits(world: World, tmp_path: Path) -> None:
    world.components["12"][1].append(result(1, "Bank") | {"id": "../../etc"})
    world.components["20"][1].append(proposal(113) | {"id": " "})
    seen = read(world, tmp_path)
    assert [each.key for each in seen.refused("contribution")] == [""]
    assert [(each.key, each.findings[0].code) for each in seen.refused("measure_item")] == [("", "missing-key")]


def test_what_is_in_a_space_without_a_number_is_not_gone(world: World, tmp_path: Path) -> None:
    assert read(world, tmp_path).walk.partial == set()
    space = world.spaces["participatoryProcesses"][0]
    assert space is not None
    space["id"] = "../../etc"
    seen = read(world, tmp_path)
    assert [each.key for each in seen.refused("process")] == [""]
    assert seen.walk.partial >= {"format", "contribution", "event"}
    assert seen.rows("process"), "the other spaces count"


def test_an_older_version_is_asked_for_less(world: World, tmp_path: Path) -> None:
    world.lacking = ("Proposal.withdrawn", "Meeting.withdrawn", "Meeting.audioUrl", "Assembly.creationDate")
    seen = read(world, tmp_path)
    assert (seen.walk.failures, len(seen.rows("contribution")), len(seen.rows("event"))) == ([], 8, 4)
    assert seen.rows("process")["assembly-1"]["start"] is None
    failed = [each for each in world.asked if "Proposals" in each["query"] and "withdrawn" in each["query"]]
    assert len(failed) == 1, "once is enough to learn it"


def test_a_version_that_does_not_tell_who_proposes_is_said_to(world: World, tmp_path: Path) -> None:
    assert "official-unknown" not in read(world, tmp_path).findings
    world.lacking = ("Proposal.official",)
    seen = read(world, tmp_path)
    assert (len(seen.rows("contribution")), seen.findings["official-unknown"].field) == (8, "official")


def test_a_version_without_what_matters_is_not_read(world: World, tmp_path: Path) -> None:
    world.lacking = ("ParticipatoryProcess.startDate",)
    with pytest.raises(SourceError, match="Field 'startDate' doesn't exist"):
        read(world, tmp_path)


def test_a_kind_of_space_that_the_platform_does_not_have_is_named(world: World, tmp_path: Path) -> None:
    world.lacking = ("Query.assemblies",)
    with pytest.raises(SourceError, match=r"options\.spaces"):
        read(world, tmp_path)
    assert read(world, tmp_path, options={"spaces": ["processes"]}).rows("process")


def test_pages_are_read_to_the_last_however_few_the_server_gives(world: World, tmp_path: Path) -> None:
    world.components["20"] = ("Proposals", [proposal(number) for number in range(1000, 1007)])
    world.most = 3
    seen = read(world, tmp_path)
    assert sum(each.startswith("process-2") for each in seen.rows("contribution")) == 7
    asked = [each["variables"] for each in world.asked if each.get("variables", {}).get("component") == "20"]
    assert [each.get("after") for each in asked] == [None, "3", "6"]
    assert {each["first"] for each in asked} == {50}


def test_pages_that_lead_in_a_circle_end(world: World, tmp_path: Path) -> None:
    world.stuck = True
    seen = read(world, tmp_path)
    assert "im Kreis" in seen.findings["component"].message
    assert len(world.asked) < 40


def test_a_server_that_wants_rest_ends_the_run(world: World, tmp_path: Path) -> None:
    routes = dict(world.routes())
    busy, answer = reply("langsam", 429, Retry_After="3600"), routes["/api"]
    routes["/api"] = lambda line, request: (busy if b"Proposals" in request.body else answer)(line, request)
    with pytest.raises(SourceError):
        walked(routes, tmp_path, "decidim")


def test_initiatives_are_petitions_and_nobody_asks_how_many_have_signed(world: World, tmp_path: Path) -> None:
    initiative = {"slug": "i-1", "title": text("Mehr Bäume"), "signatureStartDate": "2026-01-01", "signatureEndDate": None}
    world.spaces["initiatives"] = [
        {**initiative, "id": "1", "onlineVotes": 120, "offlineVotes": 30},
        {**initiative, "id": "2", "slug": "i-2", "onlineVotes": 120, "offlineVotes": None},
    ]
    found = read(world, tmp_path, options={"spaces": ["initiatives"]}).rows("process")
    first, second = found["initiative-1"], found["initiative-2"]
    assert [(each["method"], each["participants"], each["note"]) for each in (first, second)] == [("petition", None, None)] * 2
    assert not [each for each in world.asked if "Votes" in each["query"]]


def test_without_contributions_no_legal_basis_is_needed_and_no_proposal_is_asked_for(world: World, tmp_path: Path) -> None:
    seen = read(world, tmp_path, options={"contributions": False}, personal_data=False, legal_basis="")
    assert (seen.rows("contribution"), seen.private, len(seen.archived)) == ({}, (), len(world.asked))
    assert not [each for each in world.asked if "Proposals" in each["query"]]


def test_with_contributions_only_what_holds_none_is_archived(world: World, tmp_path: Path) -> None:
    seen = read(world, tmp_path)
    assert [each.url.partition("#")[2] for each in seen.private] == ["proposals-10-1", "proposals-20-1", ""], "and the ZIP with comments"
    assert len(seen.archived) == len(world.asked) - 2


@pytest.mark.parametrize(
    ("options", "personal"),
    [({}, False), ({"states": {"x": "vielleicht"}}, True), ({"spaces": []}, True), ({"form": "csv"}, True), ({"votes": True}, True)],
)
def test_a_configuration_that_cannot_work_is_refused(options: dict[str, object], personal: bool, tmp_path: Path) -> None:
    source = SourceConfig(
        name="stadt",
        title="Mitmachen",
        kind="decidim",
        url="https://mitmachen.example",
        folder=tmp_path,
        options=options,
        personal_data=personal,
        legal_basis="Satzung",
    )
    with pytest.raises(ConfigurationError):
        harvester_of(source)


def test_a_run_can_be_read_again_from_what_was_kept(world: World, tmp_path: Path) -> None:
    with harvesting(tmp_path, world.routes()) as harvested:
        first = harvested.run()
        asked = len(world.asked)
        record = harvested.made.replay(first.id)
        assert (record.outcome, record.counts["quarantined"], record.findings) == (Outcome.PLANNED, 0, ()), record
        assert len(world.asked) == asked


def test_all_of_it_stays_below_the_limit_of_the_platform() -> None:
    """Rack::Attack lets 100 requests a minute through (docs/modules/develop/pages/api/index.adoc), and we ask for less."""
    assert 60 / INTERVAL <= 60


@pytest.mark.skipif(not DERIVED.exists(), reason="the reference material is not here")
def test_every_question_fits_the_derived_schema() -> None:
    schema = build_schema(DERIVED.read_text(encoding="utf-8"))
    for each in (proposals(texts=True), MEETINGS, RESULTS, BUDGETS):
        assert validate(schema, parse(each.text(()))) == [], each.name
    assert validate(schema, parse(PROCESSES.text(()))) == []
    assert validate(schema, parse("{ participatoryProcesses { author { name } } }")), "negative control"


def test_comments_come_from_the_open_data_without_who_wrote_them(world: World, tmp_path: Path) -> None:
    world.comments = comments()
    seen = read(world, tmp_path)
    found = {key: each for key, each in seen.rows("contribution").items() if each["kind"] == "comment"}
    assert sorted(found) == [*(f"process-1/comment-{each}" for each in (1, 2, 4, 5)), "process-2/comment-3"]
    first = found["process-1/comment-1"]
    assert (first["submitted_on"], first["state"], first["channel"], first["text"], first["person"]) == (
        *("2026-02-05", "open", "online"),
        *(None, None),
    )
    assert b"Ypsilanti" in world.comments["proposal_comments"], "negative control"
    assert not [each for each in seen.private if b"Anaximander" in each.content or b"Frau" in each.content]
    assert (seen.findings.keys() & {"comments", "unread-field"}, seen.walk.failures) == (set(), [])


def test_words_of_comments_come_only_where_texts_are_wanted(world: World, tmp_path: Path) -> None:
    world.comments = comments()
    seen = read(world, tmp_path, options={"texts": True})
    assert seen.rows("contribution")["process-1/comment-1"]["text"] == "Das sehe ich wie Frau Xanthopoulos."
    assert not [each for each in seen.private if b"Anaximander" in each.content]


@pytest.mark.parametrize(
    "answer", [reply("", 404), reply("<!doctype html>", Content_Type="text/html"), reply(zipped({"users": b"id\n"}), Content_Type="x/zip")]
)
def test_comments_that_cannot_be_read_cost_nothing_else(answer: Script, world: World, tmp_path: Path) -> None:
    seen = walked(dict(world.routes()) | {"/open-data/download": answer}, tmp_path, "decidim")
    assert len(seen.rows("contribution")) == 8
    assert (seen.walk.partial, seen.findings["comments"].table) == ({"contribution"}, "contribution")
    assert "options.comments" in seen.findings["comments"].message


def test_who_wants_no_comments_does_not_ask_for_them(world: World, tmp_path: Path) -> None:
    assert "/open-data/download" in read(world, tmp_path).targets
    assert "/open-data/download" not in read(world, tmp_path, options={"comments": False}).targets
    nobody = read(world, tmp_path, options={"contributions": False}, personal_data=False, legal_basis="")
    assert "/open-data/download" not in nobody.targets


def test_a_comment_that_was_deleted_leaves_the_vault(world: World, tmp_path: Path) -> None:
    world.comments = comments()
    with harvesting(tmp_path, world.routes()) as harvested:
        harvested.run()
        assert "stadt-process-1/comment-4" in harvested.private()
        world.comments = comments() | {"meeting_comments": no_comments()["meeting_comments"]}
        harvested.run(days=1)
        harvested.run(days=40)
        assert "stadt-process-1/comment-4" not in harvested.private()
        assert "stadt-process-1/comment-1" in harvested.private()


def test_a_kind_of_space_or_comments_that_are_suddenly_gone_are_held(world: World, tmp_path: Path) -> None:
    world.spaces["participatoryProcesses"] += [process(number, f"Verfahren {number}") for number in range(3, 9)]
    world.comments = comments()
    with harvesting(tmp_path, world.routes()) as harvested:
        harvested.run()
        world.comments = no_comments()
        held = harvested.run(days=1)
        assert (held.outcome, "»Kommentare«" in held.message) == (Outcome.HELD, True), held
        world.comments = comments()
        world.spaces["assemblies"].clear()
        held = harvested.run(days=30)
        assert (held.outcome, "»Gremien«" in held.message) == (Outcome.HELD, True), held
        assert "stadt-assembly-1" in harvested.rows("process")
        assert len([key for key in harvested.private() if "comment" in key]) == 5
