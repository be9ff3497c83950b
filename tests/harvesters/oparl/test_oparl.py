"""The kind `oparl` against a council information system, run after run."""

import json
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from catalog.plan import Outcome
from harvesters.oparl.records import ItemRecord
from harvesters.registry import harvester_of
from schemas.districts import Assigned
from schemas.errors import ConfigurationError
from schemas.personal_data import Detector
from schemas.row import Value
from tests.harvesters.catalogues.portals import neighbour, quick, run
from tests.harvesters.http.servers import Server, reply, serving
from tests.harvesters.http.world import world
from tests.harvesters.oparl.systems import LATER, RIS, SYSTEM, Council, committee, council, item, meeting, tombstone
from tests.harvesters.world import Intake
from tests.shared import SHARED

FIXTURES = SHARED / "reference" / "participation" / "fixtures" / "oparl"
MEETINGS = "/oparl/v1.1/body/1/meeting"


def ris(folder: Path, server: Server, **options: Any) -> Intake:
    return neighbour(folder, server.url(SYSTEM), "oparl", name="ris", **options)


def rows(made: Intake, table: str) -> dict[str, dict[str, Value]]:
    """Key -> what is filled."""
    found = made.store.published("ris", table)
    return {each.row.key: {name: value for name, value in each.row.values.items() if value is not None} for each in found}


def offered(made: Intake, server: Server, **options: Any) -> set[str]:
    """Keys of the decisions that a walk gives, without publishing them."""
    harvester = harvester_of(replace(made.source, options=options))
    with world(server.url(SYSTEM), made.folder / "walk").open() as fetch:
        records = [each for each in harvester.records(fetch) if isinstance(each, ItemRecord)]
    return {row.key.removeprefix("ris-") for each in records for row in harvester.map(each)}


def states(made: Intake, table: str = "event") -> dict[str, str]:
    return {each.row.key.removeprefix("ris-"): each.state.value for each in made.store.published("ris", table)}


def test_meetings_decisions_and_committees_become_rows(tmp_path: Path) -> None:
    here = council()
    with serving(here.routes) as server:
        made = ris(tmp_path, server)
        record = run(made, quick(tmp_path))
    assert record.outcome is Outcome.OK, record
    events, decisions, bodies = (rows(made, name) for name in ("event", "decision", "organisation"))
    assert list(bodies) == ["ris-organization-1", "ris-organization-2"], "no parliamentary group"
    assert (bodies["ris-organization-2"]["parent_id"], bodies["ris-organization-2"]["kind"]) == ("ris-organization-1", "advisory-body")
    assert (bodies["ris-organization-2"]["valid_from"], bodies["ris-organization-2"]["valid_to"]) == ("2024-07-01", "2029-06-30")
    first = events["ris-meeting-1"]
    assert (first["start"], first["start_time"], first["mode"]) == ("2026-10-05", "17:00", "analog")
    assert (first["place"], first["minutes_url"]) == ("Rathaus, Großer Ratssaal", "https://ris.example/dokumente/11.pdf")
    assert "https://ris.example/dokumente/10.pdf" in str(first["note"]), "the invitation, as a link"
    assert all(each in str(first["note"]) for each in ("by/4.0", "publicdomain/zero")), "licences of file and system"
    assert events["ris-meeting-2"]["status"] == "cancelled"
    assert {key: each["outcome"] for key, each in decisions.items()} == {
        "ris-agendaitem-11": "adopted",
        "ris-agendaitem-12": "rejected",
        "ris-agendaitem-13": "noted",
    }, "neither what is not decided nor what is not public"
    assert (decisions["ris-agendaitem-11"]["reference"], decisions["ris-agendaitem-11"]["body"]) == ("1/2026", "Stadtrat")
    assert (decisions["ris-agendaitem-12"]["majority"], decisions["ris-agendaitem-12"]["date"]) == ("majority", "2026-10-05")


def test_a_second_run_asks_for_changes_only_and_says_nothing_of_the_rest(tmp_path: Path) -> None:
    here = council()
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server, tables=["event"]), quick(tmp_path)
        run(made, web)
        first = len(server.paths)
        record = run(made, web, days=1)
        asked = [each for each in server.paths[first:] if each.startswith(MEETINGS)]
    assert record.outcome is Outcome.UNCHANGED, record
    assert asked == [f"{MEETINGS}?modified_since=2026-10-31T04%3A00%3A01%2B00%3A00", f"{MEETINGS}?elementsPerPage=1"]
    assert set(states(made).values()) == {"current"}
    assert record.message == "Die Quelle meldet nichts Neues; es bleibt alles, wie es war."


@pytest.mark.parametrize("moved", ["organizations", "meetings", "length"])
def test_what_moves_in_any_list_is_read(tmp_path: Path, moved: str) -> None:
    here = council()
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server), quick(tmp_path)
        run(made, web)
        match moved:
            case "organizations":
                here.organizations[0] |= {"name": "Stadtrat der Stadt", "modified": LATER}
            case "meetings":
                here.meetings[1] |= {"name": "2. Sitzung, öffentlich", "modified": LATER}
            case "length":
                del here.meetings[2]
        record = run(made, web, days=1)
    assert "nichts Neues" not in record.message
    assert record.counts["updated"] + record.counts["missing"] > 0


def test_what_has_changed_is_taken_and_replayed(tmp_path: Path) -> None:
    here = council()
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server, tables=["event"]), quick(tmp_path)
        run(made, web)
        here.meetings[1] |= {"name": "2. Sitzung, öffentlich", "modified": LATER}
        here.meetings.append(meeting(4, modified=LATER))
        record = run(made, web, days=1)
        assert (record.outcome, record.counts["updated"], record.counts["created"]) == (Outcome.OK, 1, 1), record
        assert run(made, web, days=1).outcome is Outcome.UNCHANGED
    assert rows(made, "event")["ris-meeting-2"]["title"] == "2. Sitzung, öffentlich"
    assert "dieselben Zeilen wie damals" in made.replay(record.id).message
    assert "nicht dieselben" not in made.replay(record.id).message


def test_a_tombstone_marks_a_row_which_leaves_after_its_time(tmp_path: Path) -> None:
    here = council()
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server, tables=["event"]), quick(tmp_path)
        run(made, web)
        tombstone(here.meetings[2])
        run(made, web, days=1)
        assert states(made) == {"meeting-1": "current", "meeting-2": "current", "meeting-3": "missing"}
        run(made, web, days=7.1)
        assert set(states(made)) == {"meeting-1", "meeting-2"}


def test_an_agenda_item_that_is_gone_from_its_meeting_is_missing(tmp_path: Path) -> None:
    """Parts of a meeting vanish without a tombstone; the meeting has changed (OParl 1.1, 2.8)."""
    here = council()
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server), quick(tmp_path)
        made.guard(max_shrink=0.5)
        run(made, web)
        del here.meetings[0]["agendaItem"][0]
        here.meetings[0]["modified"] = LATER
        run(made, web, days=1)
    assert states(made, "decision") == {"agendaitem-11": "missing", "agendaitem-12": "current", "agendaitem-13": "current"}


def test_what_vanishes_without_a_tombstone_makes_the_list_read_whole_at_once(tmp_path: Path) -> None:
    here = council()
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server, tables=["event"]), quick(tmp_path)
        run(made, web)
        del here.meetings[2]
        first = len(server.paths)
        run(made, web, days=1)
        assert MEETINGS in server.paths[first:]
    assert states(made)["meeting-3"] == "missing"


def test_everything_is_read_again_every_few_days(tmp_path: Path) -> None:
    here = council()
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server, tables=["event"], full_every_days=3), quick(tmp_path)
        whole = []
        for _ in range(4):
            first = len(server.paths)
            run(made, web, days=1)
            whole.append(MEETINGS in server.paths[first:])
    assert whole == [True, False, False, True]


def test_with_zero_days_everything_is_read_every_time(tmp_path: Path) -> None:
    here = council()
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server, tables=["event"], full_every_days=0), quick(tmp_path)
        assert run(made, web).outcome is Outcome.OK
        assert run(made, web, days=1).outcome is Outcome.UNCHANGED
        assert not [each for each in server.paths if "modified_since" in each]


def test_a_server_that_does_not_know_the_filter_is_read_all_the_same(tmp_path: Path) -> None:
    here = replace(council(), filters=False)
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server, tables=["event"]), quick(tmp_path)
        run(made, web)
        here.meetings[1] |= {"name": "2. Sitzung, öffentlich"}
        assert run(made, web, days=1).counts["updated"] == 1
        assert run(made, web, days=1).outcome is Outcome.UNCHANGED


def test_a_server_that_refuses_the_filter_is_read_whole(tmp_path: Path) -> None:
    here = replace(council(), refuses=True)
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server, tables=["event"]), quick(tmp_path)
        run(made, web)
        here.meetings[1] |= {"name": "2. Sitzung, öffentlich"}
        record = run(made, web, days=1)
    assert (record.outcome, record.counts["updated"]) == (Outcome.OK, 1), record
    assert "nicht dieselben" not in made.replay(record.id).message


def test_a_plan_that_waits_advances_nothing(tmp_path: Path) -> None:
    """Until its content is published, what a run has read is no ground to ask for changes only."""
    here = council()
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server, tables=["event"]), quick(tmp_path)
        made.guard(at_least=50)
        assert run(made, web).outcome is Outcome.HELD
        assert run(made, web, days=1).outcome is Outcome.HELD
        assert not [each for each in server.paths if "modified_since" in each]


def test_a_list_shorter_than_it_says_changes_nothing(tmp_path: Path) -> None:
    here = council()
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server, tables=["event"], full_every_days=0), quick(tmp_path)
        run(made, web)
        revision = made.store.revision()
        here.more_than_there_are = 1
        record = run(made, web, days=30)
        assert record.outcome is Outcome.FAILED, record
        assert "liefert" in record.message
        assert made.store.revision() == revision


def test_meetings_that_cannot_be_read_leave_committees_alone_and_theirs_as_they_are(tmp_path: Path) -> None:
    here = council()
    routes = dict(here.routes)
    with serving(routes) as server:
        made, web = ris(tmp_path, server, full_every_days=0), quick(tmp_path)
        run(made, web)
        routes[MEETINGS] = reply("oops", 500)
        here.organizations.append(committee(4, "Ortsbeirat Dansenberg"))
        record = run(made, web, days=1)
    assert record.outcome is Outcome.PARTIAL, record
    assert record.counts["created"] == 1
    assert set(states(made).values()) == set(states(made, "decision").values()) == {"current"}


def test_a_next_page_on_another_host_is_not_followed(tmp_path: Path) -> None:
    here = council()
    routes = dict(here.routes)
    elsewhere = {"data": [meeting(1)], "pagination": {}, "links": {"next": "https://anderswo.example/oparl?page=2"}}
    routes[MEETINGS] = reply(json.dumps(elsewhere), Content_Type="application/json")
    with serving(routes) as server:
        made = ris(tmp_path, server, tables=["event"])
        record = run(made, quick(tmp_path))
    assert record.outcome is Outcome.FAILED, record
    assert "anderswo.example" in " ".join(each.message for each in record.findings)
    assert not states(made)


class Somewhere:
    def at(self, longitude: float, latitude: float) -> Assigned | None:
        self.asked = (longitude, latitude)
        return None


@pytest.mark.parametrize("pair", [[49.4454, 7.7688], [7.7688, 49.4454]])
def test_positions_are_turned_the_right_way_round_and_only_then_reported(pair: list[float], tmp_path: Path) -> None:
    here = council()
    for each in here.meetings:
        each["location"]["geojson"]["geometry"]["coordinates"] = pair
    districts = Somewhere()
    with serving(here.routes) as server:
        made = ris(tmp_path, server, tables=["event"])
        made.source = replace(made.source, districts=districts)
        record = run(made, quick(tmp_path))
    assert districts.asked == (7.7688, 49.4454)
    assert ("swapped-position" in [each.code for each in record.findings]) == (pair[0] > 40)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"committees": ["Stadtrat"]}, {"agendaitem-11", "agendaitem-12", "agendaitem-13"}),
        ({"committees": ["Ausschuss für Stadtplanung"]}, set()),
        ({"keywords": ["bürgerbeteiligung"]}, {"agendaitem-11"}),
        ({"keywords": ["Lauter", "Spielplatz"]}, {"agendaitem-12"}),
        ({"tables": ["event"]}, set()),
    ],
)
def test_decisions_may_be_chosen_by_committee_and_by_words(options: dict[str, Any], expected: set[str], tmp_path: Path) -> None:
    with serving(council().routes) as server:
        assert offered(ris(tmp_path, server), server, **options) == expected


def test_a_word_of_the_paper_counts_for_its_decision(tmp_path: Path) -> None:
    here = council()
    here.meetings[0]["agendaItem"][0]["name"] = "Vorlage der Verwaltung"
    with serving(here.routes) as server:
        assert offered(ris(tmp_path, server), server, keywords=["Stadtpark"]) == {"agendaitem-11"}


def test_words_of_the_source_can_be_given_a_meaning(tmp_path: Path) -> None:
    here = council()
    here.meetings[0]["agendaItem"] = [item(1, "Haushalt", result="ungeändert weitergeleitet")]
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server), quick(tmp_path)
        run(made, web)
        assert rows(made, "decision")["ris-agendaitem-1"]["outcome"] == "unknown"
        made.source = replace(made.source, options={"outcomes": {"Ungeändert weitergeleitet": "discussed"}})
        run(made, web, days=1)
    assert rows(made, "decision")["ris-agendaitem-1"]["outcome"] == "discussed"


def test_a_meeting_without_a_beginning_waits_and_nothing_else_does(tmp_path: Path) -> None:
    here = council()
    del here.meetings[2]["start"]
    with serving(here.routes) as server:
        made = ris(tmp_path, server, tables=["event"])
        record = run(made, quick(tmp_path))
    assert (record.outcome, record.counts["quarantined"]) == (Outcome.PARTIAL, 1), record
    assert set(states(made)) == {"meeting-1", "meeting-2"}
    assert [each.key for each in made.store.quarantine()] == ["ris-meeting-3"]


def test_only_the_municipalities_that_are_asked_for_are_read(tmp_path: Path) -> None:
    with serving(council().routes) as server:
        made, web = ris(tmp_path, server, tables=["event"], bodies=["Stadt Musterstadt"]), quick(tmp_path)
        assert run(made, web).outcome is Outcome.OK
        made.source = replace(made.source, options={"tables": ["event"], "bodies": ["Anderswo"]})
        record = run(made, web)
    assert record.outcome is Outcome.FAILED
    assert "options.bodies" in record.message


def test_a_folder_is_no_council_information_system(tmp_path: Path) -> None:
    made = neighbour(tmp_path, "drop", "oparl")
    with pytest.raises(ConfigurationError, match="http"):
        harvester_of(made.source)


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the reference library is not here")
@pytest.mark.parametrize(("kind", "of"), [("Organization", "organizations"), ("Meeting", "meetings"), ("Paper", "papers")])
def test_the_server_of_these_tests_says_what_the_specification_says(kind: str, of: str) -> None:
    jsonschema: Any = import_module("jsonschema")  # has no types
    schema = json.loads((FIXTURES / f"schema-{kind}.json").read_text(encoding="utf-8"))
    item_schema = json.loads((FIXTURES / "schema-AgendaItem.json").read_text(encoding="utf-8"))
    here: Council = council()
    for each in getattr(here, of):
        jsonschema.validate(each, schema)
        for one in each.get("agendaItem", ()):
            jsonschema.validate(one, item_schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**getattr(here, of)[0], "id": None}, schema)


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the reference library is not here")
def test_the_official_examples_are_read(tmp_path: Path) -> None:
    found = {name: json.loads((FIXTURES / f"example-{name}-01.json").read_text(encoding="utf-8")) for name in ("Meeting", "Organization")}
    here = Council(organizations=[found["Organization"]], meetings=[found["Meeting"]])
    with serving(here.routes) as server:
        made = ris(tmp_path, server)
        town_hall = Detector(venues=("Rathaus der Beispielstadt, Ratshausplatz 1, 12345 Beispielstadt",))
        record = run(made, quick(tmp_path), detector=town_hall)
    assert record.counts["created"] == 3, record
    (decision,) = rows(made, "decision").values()
    assert (decision["body"], decision["outcome"]) == ("Ausschuss für Haushalt und Finanzen", "adopted")


def test_nothing_that_is_not_public_and_no_content_of_files_is_kept(tmp_path: Path) -> None:
    with serving(council().routes) as server:
        made = ris(tmp_path, server)
        record = run(made, quick(tmp_path))
    kept = b"".join(made.archive.read(each.sha256) for each in made.store.archived(record.id))
    assert b"Radweg an der Lauter" in kept
    for each in (b"Grundst", b"participant", b"Anwesend", b"membership/", b"niederschrift", RIS.encode() + b"/person"):
        assert each not in kept, each


@pytest.mark.parametrize("said", [False, "false", "nein", 0, "Erika Mustermann"])
def test_an_item_is_public_only_where_nothing_else_is_said(said: object, tmp_path: Path) -> None:
    here = council()
    here.meetings[0]["agendaItem"][0] |= {"public": said, "resolutionText": "Kauf von Quirin Xanthopoulos"}
    with serving(here.routes) as server:
        made = ris(tmp_path, server)
        record = run(made, quick(tmp_path))
    assert "ris-agendaitem-12" in rows(made, "decision")
    assert "ris-agendaitem-11" not in rows(made, "decision")
    assert "not-public" in {each.code for each in record.findings}
    kept = b"".join(made.archive.read(each.sha256) for each in made.store.archived(record.id))
    assert (b"Xanthopoulos" in kept, b"Erika" in kept) == (False, False)


def test_an_item_that_says_nothing_of_it_is_public(tmp_path: Path) -> None:
    here = council()
    del here.meetings[0]["agendaItem"][0]["public"]
    with serving(here.routes) as server:
        made = ris(tmp_path, server)
        run(made, quick(tmp_path))
    assert "ris-agendaitem-11" in rows(made, "decision")


def test_an_item_that_is_deleted_within_its_meeting_is_missing(tmp_path: Path) -> None:
    here = council()
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server), quick(tmp_path)
        made.guard(max_shrink=0.5)
        run(made, web)
        here.meetings[0]["agendaItem"][0] |= {"deleted": True}
        here.meetings[0]["modified"] = LATER
        run(made, web, days=1)
    assert states(made, "decision")["agendaitem-11"] == "missing"


def test_of_what_is_deleted_no_words_are_kept(tmp_path: Path) -> None:
    """Some servers leave them in place."""
    here = council()
    with serving(here.routes) as server:
        made, web = ris(tmp_path, server, tables=["event"]), quick(tmp_path)
        run(made, web)
        here.meetings[2] |= {"name": "Sitzung bei Quirin Xanthopoulos", "deleted": True, "modified": LATER}
        record = run(made, web, days=1)
    kept = b"".join(made.archive.read(each.sha256) for each in made.store.archived(record.id))
    assert (b'"deleted":true' in kept, b"Xanthopoulos" in kept) == (True, False)


def test_of_organisations_without_a_type_only_committees_come_and_the_others_are_counted(tmp_path: Path) -> None:
    here = council()
    untyped = [committee(number, name, organizationType=None) for number, name in ((4, "Ortsbeirat Dansenberg"), (5, "Peter Mustermann"))]
    here.organizations += untyped
    with serving(here.routes) as server:
        made = ris(tmp_path, server, tables=["organisation"])
        record = run(made, quick(tmp_path))
    assert set(rows(made, "organisation")) == {"ris-organization-1", "ris-organization-2", "ris-organization-4"}
    assert [each.message[:15] for each in record.findings if each.code == "untyped-organisation"] == ["1 Organisatione"]


def test_one_of_several_municipalities_that_is_suddenly_empty_is_held(tmp_path: Path) -> None:
    here = council()
    here.meetings += [meeting(number) for number in range(10, 20)]
    here.second = [meeting(90), meeting(91)]
    with serving(here.routes) as server:
        made = ris(tmp_path, server, tables=["event"], full_every_days=0)
        assert run(made, quick(tmp_path)).outcome is Outcome.OK
        here.second = []
        held = run(made, quick(tmp_path))
    assert (held.outcome, "»Verbandsgemeinde Nebenan«" in held.message) == (Outcome.HELD, True), held
    assert "meeting-90" in states(made)


def test_a_municipality_that_the_system_names_no_more_waits_for_a_person(tmp_path: Path) -> None:
    here = council()
    here.meetings += [meeting(number) for number in range(10, 20)]
    here.second = [meeting(90), meeting(91)]
    with serving(here.routes) as server:
        made = ris(tmp_path, server, tables=["event"], full_every_days=0)
        assert run(made, quick(tmp_path)).outcome is Outcome.OK
        here.second = None
        held = run(made, quick(tmp_path))
    assert (held.outcome, "»Listen, die das System jetzt nicht nennt« keine der 2" in held.message) == (Outcome.HELD, True), held


def test_a_municipality_that_is_wanted_and_not_named_loses_nothing(tmp_path: Path) -> None:
    here = council()
    here.meetings += [meeting(number) for number in range(10, 20)]
    here.second = [meeting(90), meeting(91)]
    with serving(here.routes) as server:
        names = ["Stadt Musterstadt", "Verbandsgemeinde Nebenan"]
        made = ris(tmp_path, server, tables=["event"], full_every_days=0, bodies=names)
        assert run(made, quick(tmp_path)).outcome is Outcome.OK
        here.second = None
        record = run(made, quick(tmp_path))
        assert (record.outcome, record.findings[0].code) == (Outcome.PARTIAL, "unknown-body")
        assert states(made)["meeting-90"] == "current"
        made.source = replace(made.source, options={**made.source.options, "bodies": names[:1]})
        run(made, quick(tmp_path))
    assert states(made)["meeting-90"] == "missing", "nobody asks for it any more"
