"""The kind `dipas`: what the Participatory Data Specification says, what klar takes of it, and its traps."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.plan import Outcome
from harvesters.dipas.reading import CONTRIBUTION, CONTRIBUTION_SKIPPED, PROJECT, PROJECT_SKIPPED, kept, properties_in
from harvesters.harvester import SourceConfig
from harvesters.registry import harvester_of
from schemas.errors import ConfigurationError, SourceError
from tests.harvesters.decidim.world import harvesting
from tests.harvesters.dipas.server import PROJECTS, World, city, comment, contribution, feature, project
from tests.harvesters.http.servers import reply
from tests.harvesters.walked import Walked, walked
from tests.shared import SHARED

FIXTURES = SHARED / "reference" / "participation" / "fixtures" / "synthetic"


@pytest.fixture
def world() -> World:
    return city()


def read(world: World, folder: Path, **options: Any) -> Walked:
    return walked(world.routes(), folder, "dipas", options=options)


def test_projects_become_informal_processes(world: World, tmp_path: Path) -> None:
    found = read(world, tmp_path).rows("process")
    assert list(found) == ["hitze", "radwege", "intern"]
    heat = found["hitze"]
    assert (heat["title"], heat["start"], heat["end"], heat["legal_kind"]) == ("Karte hitze", "2026-07-01", "2026-12-31", "informal")
    assert (heat["mode"], heat["method"], heat["website"]) == ("digital", "map-marking", "https://hitze.beteiligung.example/#")


def test_contributions_go_to_the_vault_without_place_votes_or_words(world: World, tmp_path: Path) -> None:
    seen = read(world, tmp_path)
    found = seen.rows("contribution")
    assert sorted(found) == ["hitze/11", "hitze/12", "hitze/13", "hitze/14", "radwege/21"]
    first = found["hitze/11"]
    assert (first["kind"], first["state"], first["submitted_on"], first["channel"]) == ("idea", "open", "2026-07-14", "online")
    assert (first["district_id"], first["title"], first["text"], first["topic"]) == (None, None, None, None)
    assert len(seen.private) == 6, "contributions and what is said to drafts, of three projects"
    said = b"".join(each.content for each in (*seen.private, *seen.archived))
    assert not [each for each in (b"7.7689", b"Ypsilanti", b"Xanthopoulos", b"votingPro", b"nlp_scores") if each in said]


def test_words_are_taken_when_the_options_say_so(world: World, tmp_path: Path) -> None:
    first = read(world, tmp_path, texts=True).rows("contribution")["hitze/11"]
    assert (first["title"], first["text"]) == ("Ypsilantibrunn 11", "Bei Familie Xanthopoulos ist es heiss.")


def test_what_lies_nowhere_is_a_contribution_like_any_other(world: World, tmp_path: Path) -> None:
    found = read(world, tmp_path).rows("contribution")
    assert {**found["hitze/14"], "id": ""} == {**found["hitze/13"], "id": ""}


def test_none_is_nothing(world: World, tmp_path: Path) -> None:
    world.projects.append(project("leer", website="none", dateStart="none", dateEnd=""))
    world.contributions["radwege"] = [contribution(21, contributionType="none", category="none")]
    seen = read(world, tmp_path, topics={"none": "other"})
    empty = seen.rows("process")["leer"]
    assert (empty["website"], empty["start"], empty["end"]) == (None, None, None)
    assert (seen.rows("contribution")["radwege/21"]["kind"], seen.rows("contribution")["radwege/21"]["topic"]) == ("other", None)


def test_options_say_what_terms_mean(world: World, tmp_path: Path) -> None:
    world.contributions["radwege"] = [contribution(21, contributionType="Hinweis", category="Verkehr")]
    found = read(world, tmp_path, kinds={"hinweis": "objection"}, topics={"Verkehr": "mobility"}).rows("contribution")["radwege/21"]
    assert (found["kind"], found["topic"]) == ("objection", "mobility")


def test_only_some_projects_may_be_wanted(world: World, tmp_path: Path) -> None:
    seen = read(world, tmp_path, projects=["radwege"])
    assert (list(seen.rows("process")), list(seen.rows("contribution"))) == (["radwege"], ["radwege/21"])
    assert seen.targets == (PROJECTS, f"{PROJECTS}/radwege/commentedcontributions", f"{PROJECTS}/radwege/conception_comments")
    assert read(world, tmp_path, projects=["radwege"], comments=False).targets == (PROJECTS, f"{PROJECTS}/radwege/contributions")


def test_the_cache_of_the_server_is_left_alone(world: World, tmp_path: Path) -> None:
    assert not [each for each in read(world, tmp_path).targets if "noCache" in each]


def test_an_address_may_name_the_list_itself(world: World, tmp_path: Path) -> None:
    assert walked(world.routes(), tmp_path, "dipas", path=PROJECTS).rows("process").keys() == read(world, tmp_path).rows("process").keys()


def test_contributions_that_are_listed_and_not_given_are_suspicious(world: World, tmp_path: Path) -> None:
    world.contributions["hitze"] = []
    seen = read(world, tmp_path)
    assert "obwohl das Verfahren Beiträge nennt" in seen.findings["contributions"].message
    assert (list(seen.rows("contribution")), seen.walk.partial) == (["radwege/21"], {"contribution"})


def test_an_internal_project_without_any_is_no_fault(world: World, tmp_path: Path) -> None:
    world.projects[:] = [project("intern")]
    seen = read(world, tmp_path)
    assert (seen.walk.failures, seen.walk.microdata, list(seen.rows("process"))) == ([], {}, ["intern"])


def test_one_project_that_fails_costs_only_itself(world: World, tmp_path: Path) -> None:
    broken = {f"{PROJECTS}/hitze/{each}": reply("oops", 404) for each in ("commentedcontributions", "contributions")}
    seen = walked(dict(world.routes()) | broken, tmp_path, "dipas")
    assert (seen.findings["contributions"].table, list(seen.rows("contribution"))) == ("contribution", ["radwege/21"])


def test_contributions_that_nobody_commented_on_are_looked_for_where_all_are(world: World, tmp_path: Path) -> None:
    """A platform may name only those that have comments in the list of those that have comments."""
    world.comments["11"] = [comment(71)]
    one = json.dumps([each for each in world.commented("hitze") if each["properties"]["id"] == "11"])
    seen = walked(dict(world.routes()) | {f"{PROJECTS}/hitze/commentedcontributions": reply(one)}, tmp_path, "dipas")
    found = [each for each in seen.rows("contribution") if each.startswith("hitze/")]
    assert sorted(found) == ["hitze/11", "hitze/12", "hitze/13", "hitze/14", "hitze/comment-71"]
    assert seen.walk.failures == []


def test_a_list_of_all_that_is_empty_beside_one_of_some_takes_nothing_away(world: World, tmp_path: Path) -> None:
    one = json.dumps(world.commented("hitze")[:1])
    lists = {f"{PROJECTS}/hitze/commentedcontributions": reply(one), f"{PROJECTS}/hitze/contributions": reply("[]")}
    seen = walked(dict(world.routes()) | lists, tmp_path, "dipas")
    assert [each.origin.rpartition("/")[2] for each in seen.walk.failures] == ["contributions"]


def test_a_list_that_names_all_contributions_is_asked_for_once(world: World, tmp_path: Path) -> None:
    assert not [each for each in read(world, tmp_path).targets if each.endswith("/contributions")]


def test_a_server_that_wants_rest_is_left_alone(world: World, tmp_path: Path) -> None:
    routes = dict(world.routes()) | {f"{PROJECTS}/hitze/commentedcontributions": reply("langsam", 429, Retry_After="3600")}
    with pytest.raises(SourceError):
        walked(routes, tmp_path, "dipas")


def test_maintenance_is_no_answer(world: World, tmp_path: Path) -> None:
    world.maintenance = True
    with pytest.raises(SourceError, match="gewartet"):
        read(world, tmp_path)


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"type": "FeatureCollection", "features": []}', "null", "[1]", '[{"type": "Feature"}]', "<html>", ""]
)
def test_what_is_no_list_of_features_says_nothing(body: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        walked({PROJECTS: reply(body, Content_Type="application/json")}, tmp_path, "dipas")


def test_a_broken_record_waits_under_its_key(world: World, tmp_path: Path) -> None:
    world.projects.append(project("kaputt", nameFull=None))
    world.projects.append(project("Über/all"))
    world.contributions["radwege"].append(contribution(22, dateCreated="gestern"))
    seen = read(world, tmp_path)
    assert [each.key for each in seen.refused("process")] == ["stadt-kaputt", ""]
    assert [each.key for each in seen.refused("contribution")] == ["stadt-radwege/22"]


def test_objects_where_a_value_should_stand_are_kept_nowhere_and_seen_to_be_wrong(world: World, tmp_path: Path) -> None:
    someone = {"author": "Quirina Xanthopoulos"}
    world.projects.append(project("fremd", dateEnd=someone) | {})
    world.projects[-1]["properties"]["hasParticipatoryText"] = [someone]
    seen = read(world, tmp_path)
    assert [each.key for each in seen.refused("process")] == ["stadt-fremd"]
    assert not [each for each in seen.archived if b"Xanthopoulos" in each.content]


def test_contributions_of_a_project_without_a_number_are_not_gone(world: World, tmp_path: Path) -> None:
    assert read(world, tmp_path).walk.partial == set()
    world.projects.append(project("Über/all"))
    seen = read(world, tmp_path)
    assert (seen.walk.partial, seen.findings["contributions"].table) == ({"contribution"}, "contribution")
    assert read(world, tmp_path, contributions=False).walk.partial == set()


def test_a_field_that_nobody_knows_is_named_and_not_kept(world: World, tmp_path: Path) -> None:
    world.contributions["radwege"] = [contribution(21, authorMail="erika@example.org")]
    seen = read(world, tmp_path)
    assert seen.findings["unread-field"].field == "authorMail"
    assert not [each for each in seen.private if b"erika" in each.content]


@pytest.mark.parametrize("options", [{"kinds": {"Idee": "gedanke"}}, {"topics": {"x": "y"}}, {"noCache": True}])
def test_options_that_do_not_exist_or_fit_are_errors(options: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        harvester_of(source(tmp_path, options=options))


def test_contributions_need_a_legal_basis(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        harvester_of(source(tmp_path, personal_data=False))
    harvester_of(source(tmp_path, personal_data=False, options={"contributions": False}))


def source(folder: Path, **more: Any) -> SourceConfig:
    given: dict[str, Any] = {"personal_data": True, "legal_basis": "Satzung", **more}
    return SourceConfig(name="stadt", title="Karte", kind="dipas", url="https://karte.example", folder=folder, **given)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)
NAMES = st.sampled_from([*sorted(CONTRIBUTION), "title", "votingPro", "authorMail"])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.dictionaries(NAMES, JSON, max_size=5), max_size=4))
def test_keeping_twice_is_keeping_once(properties: list[dict[str, Any]]) -> None:
    content = json.dumps([feature(each, {"type": "Point", "coordinates": [0, 0]}) for each in properties]).encode()
    once = kept("liste", CONTRIBUTION, CONTRIBUTION_SKIPPED, content)
    assert kept("liste", CONTRIBUTION, CONTRIBUTION_SKIPPED, once) == once
    assert all(each.get("authorMail") is None and "title" not in each for each in properties_in(once, "liste"))


@pytest.mark.skipif(not FIXTURES.exists(), reason="the reference material is not here")
def test_the_payloads_of_the_reference_are_read_whole() -> None:
    for name, taken, skipped in (("projects", PROJECT, PROJECT_SKIPPED), ("contributions", CONTRIBUTION, CONTRIBUTION_SKIPPED)):
        content = (FIXTURES / f"dipas_pds_{name}.json").read_bytes()
        found = list(properties_in(kept(name, taken, skipped, content), name))
        assert found
        assert all(each.keys() == taken for each in found), "nothing unknown, nothing missing"


def test_comments_to_contributions_and_drafts_go_to_the_vault_however_deep_they_lie(world: World, tmp_path: Path) -> None:
    world.comments["11"] = [comment(71, comment(72, comment(73))), comment(74)]
    world.drafts["radwege"] = [comment(81, comment(82), on=5)]
    seen = read(world, tmp_path)
    found = {key: each for key, each in seen.rows("contribution").items() if each["kind"] == "comment"}
    assert sorted(found) == [*(f"hitze/comment-{each}" for each in (71, 72, 73, 74)), "radwege/comment-81", "radwege/comment-82"]
    assert (found["hitze/comment-73"]["submitted_on"], found["hitze/comment-73"]["text"]) == ("2026-07-15", None)
    assert len(seen.rows("contribution")) == 5 + 6
    assert not [each for each in seen.private if b"Xanthopoulos" in each.content or b"Ypsilanti" in each.content]
    assert "unread-field" not in seen.findings
    spoken = read(world, tmp_path, texts=True).rows("contribution")["radwege/comment-82"]
    assert (spoken["title"], spoken["text"]) == ("Frau Ypsilantibrunn sagt", "Das sieht Familie Xanthopoulos auch so.")
    assert len(read(world, tmp_path, comments=False).rows("contribution")) == 5


def test_a_comment_that_nobody_could_find_again_waits(world: World, tmp_path: Path) -> None:
    world.comments["11"] = [comment(71) | {"id": None}, comment(72)]
    seen = read(world, tmp_path)
    assert [each.key for each in seen.refused("contribution")] == [""]
    assert "hitze/comment-72" in seen.rows("contribution")


def test_a_contribution_that_nobody_could_find_again_is_none_that_is_gone(world: World, tmp_path: Path) -> None:
    world.contributions["radwege"] = [contribution(21, id=None)]
    assert [each.key for each in read(world, tmp_path).refused("contribution")] == [""]


def test_comments_that_cannot_be_read_cost_only_themselves(world: World, tmp_path: Path) -> None:
    seen = walked(dict(world.routes()) | {f"{PROJECTS}/hitze/conception_comments": reply("oops", 404)}, tmp_path, "dipas")
    assert (len(seen.rows("contribution")), seen.walk.partial) == (5, {"contribution"})
    assert "options.comments" in seen.findings["contributions"].message


def test_fields_that_nobody_knows_are_named_within_comments_and_around_them(world: World, tmp_path: Path) -> None:
    world.comments["11"] = [comment(71) | {"authorMail": "erika@example.org"}]
    world.drafts["radwege"] = [comment(81)]
    routes = dict(world.routes())
    routes[f"{PROJECTS}/radwege/conception_comments"] = reply(
        json.dumps([feature({"comments": [comment(81)], "moderator": "erika"}, {"type": "Point", "coordinates": [0, 0]})])
    )
    seen = walked(routes, tmp_path, "dipas")
    assert {each.field for each in seen.walk.findings if each.code == "unread-field"} == {"authorMail", "moderator"}
    assert not [each for each in seen.private if b"erika" in each.content]


def test_keeping_comments_twice_is_keeping_them_once() -> None:
    content = json.dumps([contribution(1, commentedBy=[comment(71, comment(72))])]).encode()
    taken = CONTRIBUTION | {"commentedBy"}
    for texts in (False, True):
        once = kept("liste", taken, CONTRIBUTION_SKIPPED, content, texts=texts)
        assert kept("liste", taken, CONTRIBUTION_SKIPPED, once, texts=texts) == once
        assert (b"Xanthopoulos" in once) is texts


def test_a_project_that_became_internal_loses_no_contribution_and_the_others_go_on(world: World, tmp_path: Path) -> None:
    """It gives an empty list with status 200, and need not say any more that it had some."""
    with harvesting(tmp_path, world.routes(), "dipas") as harvested:
        harvested.run()
        world.projects[1] = project("radwege")
        world.contributions["radwege"].clear()
        world.contributions["hitze"].pop(0)
        for days in (1, 30):
            held = harvested.run(days=days)
            assert (held.outcome, "»Verfahren stadt-radwege«" in held.message) == (Outcome.HELD, True), held
        assert "stadt-radwege/21" in harvested.private()
        assert "stadt-hitze/11" not in harvested.private()


def test_a_platform_whose_lists_are_all_empty_is_held_and_says_so(world: World, tmp_path: Path) -> None:
    with harvesting(tmp_path, world.routes(), "dipas") as harvested:
        harvested.run()
        before = harvested.private()
        world.projects[:] = [project(each["properties"]["id"]) for each in world.projects]
        for contributions in world.contributions.values():
            contributions.clear()
        held = harvested.run(days=30)
        assert (held.outcome, "»Beiträge« ist leer" in held.message) == (Outcome.HELD, True), held
        assert harvested.private() == before != {}


def test_a_field_whose_name_is_a_sentence_is_told_without_it(world: World, tmp_path: Path) -> None:
    named: dict[str, Any] = {"gesehen von Erika Mustermann": 1}
    world.contributions["radwege"] = [contribution(21, **named)]
    seen = read(world, tmp_path)
    assert seen.findings["unread-field"].field == "…"
    assert not [each for each in seen.private if b"Mustermann" in each.content]
