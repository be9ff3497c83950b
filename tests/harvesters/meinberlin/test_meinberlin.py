"""The kind `meinberlin`: plans, projects in three states, and codes that mean different things in different lists."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.plan import Outcome
from harvesters.harvester import SourceConfig
from harvesters.meinberlin.reading import FIELDS, kept, plan_number, project_number
from harvesters.meinberlin.rows import Rules, phase_row, plan_row, process_row
from harvesters.nodes import NodeRecord
from harvesters.registry import harvester_of
from schemas.districts import Assigned
from schemas.errors import ConfigurationError, SourceError
from schemas.row import Quarantined, Row
from tests.harvesters.decidim.world import harvesting
from tests.harvesters.http.servers import Line, Request, Script, reply
from tests.harvesters.meinberlin.server import World, city, point, project
from tests.harvesters.walked import Walked, walked


@pytest.fixture
def world() -> World:
    return city()


def read(world: World, folder: Path, **more: Any) -> Walked:
    return walked(world.routes(), folder, "meinberlin", **more)


def test_plans_become_projects(world: World, tmp_path: Path) -> None:
    world.plans[1] |= {"status": 2, "cost": "rund 2 Mio. Euro"}
    world.plans[2] |= {"status": 1}
    seen = read(world, tmp_path)
    found = seen.rows("project")
    assert [each["status"] for each in found.values()] == ["running", "completed", "completed"]
    second = found["plan-2026-00002"]
    assert (second["title"], second["lead_organisation"], second["budget_note"]) == (
        "Vorhaben 2",
        "Referat Umweltschutz",
        "rund 2 Mio. Euro",
    )
    assert second["website"] == f"{seen.home}vorhaben/2026-00002/"


def test_a_status_that_nobody_knows_waits(world: World, tmp_path: Path) -> None:
    world.plans[0]["status"] = 7
    assert [each.key for each in read(world, tmp_path).refused("project")] == ["stadt-plan-2026-00001"]


def test_projects_become_processes_with_their_level_and_plan(world: World, tmp_path: Path) -> None:
    seen = read(world, tmp_path)
    found = seen.rows("process")
    assert sorted(each for each in found if each.startswith("project-")) == [
        *("project-marktplatz", "project-park", "project-radweg", "project-schulhof")
    ]
    park = found["project-park"]
    assert (park["level"], park["project_id"], park["mode"], park["initiator"]) == (
        *("cooperation", "stadt-plan-2026-00001"),
        *("digital", "administration"),
    )
    assert (park["start"], park["end"], found["project-radweg"]["project_id"]) == (None, "2026-12-05", None)


@pytest.mark.parametrize(("code", "level"), [(0, "information"), (1, "consultation"), (2, "cooperation"), (3, "decision"), (None, None)])
def test_the_scale_has_four_levels(code: int | None, level: str | None, world: World, tmp_path: Path) -> None:
    world.active[0]["participation"] = code
    assert read(world, tmp_path).rows("process")["project-park"]["level"] == level


def test_phases_tell_what_runs_what_comes_and_what_is_over(world: World, tmp_path: Path) -> None:
    found = read(world, tmp_path).rows("format")
    said = {key: (each["state"], each["start"], each["end"]) for key, each in found.items()}
    assert said == {
        "project-park.phase": ("running", None, "2026-12-05"),
        "project-radweg.phase": ("running", None, "2026-11-24"),
        "project-schulhof.phase": ("planned", "2027-01-10", None),
        "project-marktplatz.phase": ("completed", None, "2026-03-01"),
    }
    assert {each["process_id"] for each in found.values()} <= {f"stadt-{key}" for key in read(world, tmp_path).rows("process")}


@pytest.mark.parametrize("phase", [[40], "bald", [40, "x", "gestern"]])
def test_a_phase_in_another_form_waits(phase: object, world: World, tmp_path: Path) -> None:
    world.active[0]["active_phase"] = phase
    assert [each.key for each in read(world, tmp_path).refused("process")] == ["stadt-project-park"]


def test_what_a_project_says_of_its_status_is_not_believed(world: World, tmp_path: Path) -> None:
    def said() -> list[tuple[object, ...]]:
        found = read(world, tmp_path).rows("process").values()
        return [tuple(each[name] for name in ("id", "level", "start", "end")) for each in found]

    before = said()
    for each in (*world.active, *world.future, *world.past):
        each["status"] = 99
    assert said() == before


def test_a_plan_that_is_not_listed_is_no_plan_of_anybody(world: World, tmp_path: Path) -> None:
    world.active[1]["plan_url"] = "/vorhaben/2019-00007/"
    assert read(world, tmp_path).rows("process")["project-radweg"]["project_id"] is None


def test_who_moves_from_list_to_list_counts_once(world: World, tmp_path: Path) -> None:
    world.past.append(project("park", past_phase="2026-12-05T23:59:00+01:00"))
    seen = read(world, tmp_path)
    assert len(seen.walk.rows["process"]) == 5
    assert seen.rows("format")["project-park.phase"]["state"] == "running"


@pytest.mark.parametrize(("before", "after"), [("future", "active"), ("active", "past")])
def test_who_moves_while_the_lists_are_read_is_in_one_of_them(before: str, after: str, world: World, tmp_path: Path) -> None:
    """Phases begin and end whenever they do, also between two questions."""
    there, moved = world.routes(), getattr(world, before)[0]

    def moving(line: Line, request: Request) -> bool:
        answered = there["/api/projects/"](line, request)
        if moved in getattr(world, before):
            getattr(world, before).remove(moved)
            getattr(world, after).append(moved)
        return answered

    seen = walked(dict(there) | {"/api/projects/": moving}, tmp_path, "meinberlin")
    assert len(seen.rows("process")) == 5


def test_projects_elsewhere_are_known_by_their_address_and_may_be_left_out(world: World, tmp_path: Path) -> None:
    world.past.append(world.external[0])
    found = [each for each in read(world, tmp_path).rows("process").values() if each["website"] == "https://bauen.example/plaene/17?x=1"]
    assert len(found) == 1
    world.past.pop()
    assert "/api/extprojects/" not in read(world, tmp_path, options={"external": False}).targets


def test_containers_are_no_processes(world: World, tmp_path: Path) -> None:
    world.active.append(project("alles", subtype="container"))
    assert "project-alles" not in read(world, tmp_path).rows("process")


class _OneDistrict:
    """A city that is all one district."""

    def at(self, longitude: float, latitude: float) -> Assigned | None:
        return Assigned(district_id="innenstadt")


@pytest.mark.parametrize(
    ("said", "district", "basis"),
    [
        ({"point": point(7.7689, 49.4447)}, "innenstadt", "calculated"),
        ({"point": point(49.4447, 7.7689)}, "innenstadt", "calculated"),
        ({"point": point(0, 0)}, None, None),
        ({"point": ""}, None, None),
        ({"point": None}, None, None),
        ({"point": point(13.4, 52.5)}, None, None),
        ({"district": "Nord", "point": point(7.7689, 49.4447)}, "nord", "stated"),
        ({"district": "City wide"}, None, None),
    ],
    ids=["point", "swapped", "null island", "empty", "null", "elsewhere", "named", "city-wide"],
)
def test_a_plan_lies_where_it_says(said: dict[str, Any], district: str | None, basis: str | None, world: World, tmp_path: Path) -> None:
    world.plans[0] |= said
    row = read(world, tmp_path, districts=_OneDistrict(), options={"districts": {"Nord": "nord"}}).rows("project")["plan-2026-00001"]
    assert (row["district_id"], row["district_basis"]) == (district, basis)


def test_topics_are_what_the_options_say_and_two_at_once_are_none(world: World, tmp_path: Path) -> None:
    world.plans[1]["topics"] = ["URB", "TRA"]
    found = read(world, tmp_path, options={"topics": {"URB": "urban-development", "TRA": "transport"}}).rows("project")
    assert (found["plan-2026-00001"]["topic"], found["plan-2026-00002"]["topic"]) == ("urban-development", None)


def test_no_street_no_photographer_and_no_contact_is_kept(world: World, tmp_path: Path) -> None:
    world.plans[1] |= {"point": point(7.7689, 49.4447)}
    world.plans[0] |= {"contact_email": "erika@example.org", "contact_phone": "0631 23125077", "shoe_size": "47 und mehr"}
    seen = read(world, tmp_path)
    said = b"".join(each.content for each in (*seen.archived, *seen.private))
    assert not [each for each in (b"Xanthopoulos", b"Ypsilantiweg", b"erika", b"23125077", b"47 und") if each in said]
    assert seen.findings["unread-field"].field == "shoe_size"


def test_a_field_that_nobody_knows_is_told_once_however_many_have_it(world: World, tmp_path: Path) -> None:
    for each in world.plans:
        each["shoe_size"] = "47"
    assert len(world.plans) > 1
    seen = read(world, tmp_path)
    assert [each.field for each in seen.walk.findings if each.code == "unread-field"] == ["shoe_size"]


def test_objects_where_a_value_should_stand_are_kept_nowhere_and_seen_to_be_wrong(world: World, tmp_path: Path) -> None:
    someone = {"moderator": "Quirina Xanthopoulos"}
    world.plans[0] |= {"organisation": someone, "topics": [someone]}
    seen = read(world, tmp_path)
    assert [each.key for each in seen.refused("project")] == ["stadt-plan-2026-00001"]
    assert not [each for each in seen.archived if b"Xanthopoulos" in each.content]


def test_nothing_at_all_is_suspicious(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="kein Vorhaben und kein Projekt"):
        read(World(), tmp_path)


BROKEN: dict[str, Script] = {
    "error": reply("oops", 500),
    "object": reply('{"detail": "Authentication credentials were not provided."}', Content_Type="application/json"),
    "not entries": reply("[1, 2]", Content_Type="application/json"),
    "page": reply("<!doctype html><title>Wartung</title>"),
    "no address": reply('[{"title": "x", "subtype": "default", "url": ""}]', Content_Type="application/json"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_list_that_cannot_be_read_takes_nothing_away(name: str, world: World, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        walked(dict(world.routes()) | {"/api/extprojects/": BROKEN[name]}, tmp_path, "meinberlin")


def test_numbers_come_from_addresses() -> None:
    assert plan_number("https://mein.example/vorhaben/2026-00042/?x=1") == "plan-2026-00042"
    assert (plan_number("/vorhaben/neu/"), plan_number(None)) == ("", "")
    assert project_number({"url": "/projekte/Park-2/"}) == "project-park-2"
    first, second = (project_number({"url": each, "subtype": "external"}) for each in ("https://a.example/", "https://b.example/"))
    assert first != second
    assert first.startswith("external-")


def test_keeping_twice_is_keeping_once(world: World) -> None:
    once = kept("liste", json.dumps(world.plans).encode())
    assert kept("liste", once) == once


@pytest.mark.parametrize("options", [{"topics": {"URB": "stadt"}}, {"page_size": 10}])
def test_options_that_do_not_exist_or_fit_are_errors(options: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        harvester_of(SourceConfig(name="s", title="S", kind="meinberlin", url="https://mein.example", folder=tmp_path, options=options))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.sampled_from(["", "2026-03-01", "9999-12-31T23:59:59Z", "/vorhaben/2026-1/"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["geometry", "coordinates"]), inner, max_size=2),
    max_leaves=5,
)


@settings(max_examples=50, deadline=None)
@given(fields=st.dictionaries(st.sampled_from(sorted(FIELDS)), JSON, max_size=10))
def test_no_entry_breaks_the_mapping(fields: dict[str, Any]) -> None:
    rules = Rules(prefix="stadt", home="https://mein.example/", title="Vorhaben", topics={"URB": "transport"}, districts=_OneDistrict())
    for table, rows in (
        ("project", partial(plan_row, rules=rules)),
        ("process", partial(process_row, number="project-a", project=None, rules=rules)),
        ("format", partial(phase_row, number="project-a", rules=rules)),
    ):
        (found,) = NodeRecord(fields, origin="liste", table=table, key="k", rows=rows).results()
        assert isinstance(found, (Row, Quarantined))


def test_a_list_that_is_suddenly_empty_is_held_unless_its_projects_moved_on(world: World, tmp_path: Path) -> None:
    world.active += [project(f"weg-{number}", active_phase=[10, "3 days", "2026-12-05T23:59:00+01:00"]) for number in range(8)]
    with harvesting(tmp_path, world.routes(), "meinberlin") as harvested:
        assert harvested.run().outcome is Outcome.OK
        ended = world.future.pop()
        world.past.append(ended | {"future_phase": False, "past_phase": "2026-11-01T18:00:00+01:00"})
        assert harvested.run(days=1).outcome is Outcome.OK, "nothing comes, everything else is there"
        world.past.clear()
        held = harvested.run(days=1)
        assert (held.outcome, "»vergangene Projekte«" in held.message) == (Outcome.HELD, True), held
        assert "stadt-project-marktplatz" in harvested.rows("process")
