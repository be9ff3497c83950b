"""Publishing to a CKAN through the real ckanapi: what is created, changed and deleted, what is left alone, and what becomes of failures."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from api.push.errors import PortalError, Silent
from api.push.packages import EXTRAS
from api.push.portal import Call
from api.push.push import Pushed
from api.push.steps import Action
from dcat.ckan import package
from schemas.model import Dataset
from schemas.values import Text
from tests.api.push.conftest import Catalogue, Push
from tests.api.push.portal import TOKEN, Ckan
from tests.api.web.world import BASE_URL, site

NAMES = {"berichtete-zahlen", "beteiligungsverfahren", "messstellen", "projekte", "veranstaltungen"}


def taken(pushed: Pushed, action: Action) -> list[str]:
    return sorted(each.name for each in pushed.done if each.action is action)


def retitled(datasets: tuple[Dataset, ...], name: str, title: str) -> tuple[Dataset, ...]:
    return tuple(replace(each, title=Text(de=title)) if each.name == name else each for each in datasets)


def without(datasets: tuple[Dataset, ...], *names: str) -> tuple[Dataset, ...]:
    return tuple(each for each in datasets if each.name not in names)


def many(dataset: Dataset, count: int) -> tuple[tuple[Dataset, ...], Callable[[str], str]]:
    """Data sets without files, so that no two share an id of a resource; and what their ids are called."""
    made = tuple(
        replace(dataset, name=f"nummer-{n:03}", uuid=f"{n:08x}-0000-4000-8000-000000000000", number=n, distributions=())
        for n in range(count)
    )
    return made, {each.uuid: each.name for each in made}.get  # type: ignore[return-value]  # only known ids are asked for


# --- first and second run --------------------------------------------------------------------------------------------------------


def test_the_first_run_creates_every_data_set_with_its_own_id(run: Push, ckan: Ckan, catalogue: Catalogue) -> None:
    pushed = run()

    assert pushed.status == 0
    assert set(ckan.active()) == NAMES
    assert {each["id"] for each in ckan.packages.values()} == {each.uuid for each in catalogue.datasets}
    projects = ckan.named("projekte")
    assert {each["key"]: each["value"] for each in projects["extras"]}["uri"] == f"{BASE_URL}/datasets/projekte"
    assert [each["format"] for each in projects["resources"]] == ["CSV", "JSON", "NDJSON", "XLSX", "Parquet"]
    assert projects["groups"]
    assert set(ckan.organizations) == {"stadt-kaiserslautern"}


def test_a_second_run_writes_nothing_and_asks_little(run: Push, ckan: Ckan) -> None:
    run()
    ckan.forget_requests()

    pushed = run()

    assert ckan.written() == []
    assert pushed.plan.unchanged == 5
    assert len(ckan.requests) <= 6


def test_a_changed_title_patches_this_one_package_in_this_one_field(run: Push, ckan: Ckan, catalogue: Catalogue) -> None:
    run()
    ckan.forget_requests()

    pushed = run(retitled(catalogue.datasets, "messstellen", "Messstellen der Stadt"))

    assert ckan.written() == ["package_patch"]
    assert [(each.name, each.fields) for each in pushed.done] == [("messstellen", ("title",))]
    assert ckan.named("messstellen")["title"] == "Messstellen der Stadt"
    assert len(ckan.named("messstellen")["resources"]) > 3


def test_a_data_set_that_is_gone_is_deleted_and_comes_back_under_the_same_id(run: Push, ckan: Ckan, catalogue: Catalogue) -> None:
    run()
    run(without(catalogue.datasets, "messstellen"))
    assert set(ckan.active()) == NAMES - {"messstellen"}

    pushed = run()

    assert taken(pushed, Action.PATCH) == ["messstellen"]
    assert set(ckan.active()) == NAMES


def test_creations_come_before_changes_before_deletions(run: Push, ckan: Ckan, catalogue: Catalogue) -> None:
    run()
    ckan.packages.pop(ckan.named("veranstaltungen")["id"])
    ckan.forget_requests()

    run(without(retitled(catalogue.datasets, "messstellen", "Messstellen"), "projekte"))

    assert ckan.written() == ["package_create", "package_patch", "package_delete"]


def test_what_the_portal_and_its_people_added_stays(run: Push, ckan: Ckan, catalogue: Catalogue) -> None:
    run()
    projects = ckan.named("projekte")
    ckan.groups["unsere-auswahl"] = {"id": "a" * 36, "name": "unsere-auswahl"}
    projects["extras"].append({"key": "portal_note", "value": "geprüft"})
    projects["groups"].append(ckan.groups["unsere-auswahl"])
    projects["resources"][0]["datastore_active"] = True
    ckan.forget_requests()
    assert run().done == ()

    changed = tuple(
        replace(each, edition_note=Text(de="neu"), themes=(), distributions=each.distributions[:1]) for each in catalogue.datasets
    )
    run(changed)

    projects = ckan.named("projekte")
    assert {"key": "portal_note", "value": "geprüft"} in projects["extras"]
    assert [each["name"] for each in projects["groups"]] == ["unsere-auswahl"]
    assert [each["datastore_active"] for each in projects["resources"]] == [True]


def test_every_extra_we_write_is_known_as_ours(catalogue: Catalogue) -> None:
    written = {each["key"] for one in catalogue.datasets for each in package(one, site())["extras"]}

    assert written <= EXTRAS


# --- packages of others ----------------------------------------------------------------------------------------------------------


def test_a_foreign_package_with_our_name_is_named_and_survives(run: Push, ckan: Ckan) -> None:
    theirs = dict(ckan.add("messstellen", title="Messstellen des Landes"))

    pushed = run()

    assert pushed.status == 1
    assert [(each.name, theirs["id"] in each.message) for each in pushed.troubles] == [("messstellen", True)]
    assert ckan.named("messstellen") == theirs
    assert set(ckan.active()) == NAMES


def test_a_package_with_our_id_but_without_our_uri_is_not_ours(run: Push, ckan: Ckan, catalogue: Catalogue) -> None:
    uuid = next(each.uuid for each in catalogue.datasets if each.name == "projekte")
    ckan.add("etwas-anderes", id=uuid)

    pushed = run()

    assert [each.name for each in pushed.troubles] == ["projekte"]
    assert ckan.packages[uuid]["title"] == "Etwas-Anderes"


def test_a_package_under_our_base_with_an_unknown_id_is_never_deleted(run: Push, ckan: Ckan) -> None:
    ckan.add("kopie", extras=[{"key": "uri", "value": f"{BASE_URL}/datasets/laengst-weg"}])

    pushed = run([])

    assert pushed.plan.held == ()
    assert "kopie" in ckan.active()
    assert "»kopie«" in pushed.plan.notices[0]


@pytest.mark.parametrize("same_id", [False, True])
def test_what_the_portal_harvested_from_us_is_a_second_route(run: Push, ckan: Ckan, catalogue: Catalogue, same_id: bool) -> None:
    """CKANHarvester takes over the id as well (compat.md 4.3)."""
    projects = next(each for each in catalogue.datasets if each.name == "projekte")
    extras = [{"key": "identifier", "value": f"{BASE_URL}/datasets/projekte"}, {"key": "harvest_source_id", "value": "x"}]
    ckan.add("projekte-1", extras=extras, **({"id": projects.uuid} if same_id else {}))

    first, second = run(), run(without(catalogue.datasets, "projekte"))

    assert first.status == 0
    assert set(ckan.active()) == (NAMES - {"projekte"}) | {"projekte-1"}
    assert "nicht noch einmal" in first.plan.notices[0]
    assert "package_delete" not in ckan.written()
    assert second.done == ()


def test_a_second_route_beside_our_own_package_is_reported(run: Push, ckan: Ckan) -> None:
    run()
    ckan.add("projekte-1", extras=[{"key": "uri", "value": f"{BASE_URL}/datasets/projekte"}, {"key": "harvest_object_id", "value": "x"}])

    assert "zweiten Weg" in run().plan.notices[0]


def test_a_package_that_was_taken_over_between_plan_and_step_is_left_alone(run: Push, ckan: Ckan, catalogue: Catalogue) -> None:
    run()
    shown = ckan.package_show
    own = next(each.uuid for each in catalogue.datasets if each.name == "messstellen")
    foreign = [{"key": "uri", "value": "https://anderswo.example/1"}]
    ckan.package_show = lambda wanted, user: {**shown(wanted, user), **({"extras": foreign} if wanted["id"] == own else {})}  # type: ignore[method-assign]  # the portal changes its mind
    ckan.forget_requests()

    pushed = run(retitled(without(catalogue.datasets, "projekte"), "messstellen", "Neu"))

    assert [each.name for each in pushed.troubles] == ["messstellen"]
    assert ckan.written() == ["package_delete"]


# --- failures --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "said"),
    [(403, "darf das nicht"), (409, "Feld »title«: zu kurz"), (500, "HTTP 500"), ("html", "HTTP 502"), ("close", "Verbindung")],
)
@pytest.mark.parametrize("number", range(1, 6))
def test_a_failure_stays_with_its_package_and_the_next_run_makes_up_for_it(
    run: Push, ckan: Ckan, fault: int | str, said: str, number: int
) -> None:
    run()
    ckan.packages.clear()  # organisation and groups stay: the n-th write is the n-th package
    ckan.faults = {ckan.writes + number: fault}

    broken = run()
    assert broken.status == 1
    assert len(broken.done) == 4
    assert [said in each.message for each in broken.troubles] == [True]

    again = run()
    assert again.status == 0
    assert len(again.done) == 1
    assert set(ckan.active()) == NAMES


def test_an_order_whose_answer_was_lost_is_not_given_twice(run: Push, ckan: Ckan) -> None:
    run()
    ckan.packages.clear()
    ckan.faults = {ckan.writes + 2: "lost"}
    assert len(run().troubles) == 1
    ckan.forget_requests()

    again = run()

    assert again.status == 0
    assert ckan.written() == []


def test_a_run_that_is_killed_in_the_middle_is_completed_by_the_next(run: Push, ckan: Ckan) -> None:
    def killed(call: Call) -> Call:
        def until_the_third(action: str, arguments: Mapping[str, Any]) -> Any:
            if action == "package_create" and len(ckan.packages) == 2:
                raise KeyboardInterrupt
            return call(action, arguments)

        return until_the_third

    with pytest.raises(KeyboardInterrupt):
        run(around=killed)
    assert len(ckan.active()) == 2

    again = run()

    assert set(ckan.active()) == NAMES
    assert len(again.done) == 3
    assert again.plan.unchanged == 2


def test_a_silent_portal_is_left_alone_after_three_packages(run: Push, ckan: Ckan) -> None:
    run()
    ckan.packages.clear()
    ckan.faults = dict.fromkeys(range(ckan.writes + 1, ckan.writes + 9), "close")
    ckan.forget_requests()

    pushed = run()

    assert len(ckan.written()) == 3
    assert [each.message.startswith("Nicht versucht") for each in pushed.troubles] == [False] * 3 + [True] * 2


def test_a_portal_that_is_not_there_is_one_error_and_nothing_is_written(run: Push, ckan: Ckan) -> None:
    ckan.address = "http://127.0.0.1:9"

    with pytest.raises(Silent):
        run()


def test_a_portal_that_does_not_turn_pages_is_not_written_to(run: Push, ckan: Ckan) -> None:
    search = ckan.package_search
    for n in range(8):
        ckan.add(f"fremd-{n}")
    ckan.rows_max = 3
    ckan.package_search = lambda wanted, user: search({**wanted, "start": 0}, user)  # type: ignore[method-assign]  # ignores start

    with pytest.raises(PortalError, match="dieselbe Seite"):
        run()

    assert ckan.written() == []


def test_pages_shorter_than_asked_for_are_read_to_the_end(run: Push, ckan: Ckan) -> None:
    ckan.rows_max = 2
    run()
    ckan.forget_requests()

    assert run().plan.unchanged == 5
    assert ckan.written() == []


def test_a_search_that_lags_behind_creates_nothing_twice(run: Push, ckan: Ckan) -> None:
    run()
    ckan.unindexed = set(ckan.packages)
    ckan.forget_requests()

    pushed = run()

    assert pushed.plan.unchanged == 5
    assert ckan.written() == []


# --- dry run and guard -----------------------------------------------------------------------------------------------------------


def test_a_dry_run_writes_nothing_and_says_what_the_run_then_does(run: Push, ckan: Ckan, catalogue: Catalogue) -> None:
    run(without(catalogue.datasets, "veranstaltungen"))
    now = without(retitled(catalogue.datasets, "messstellen", "Messstellen"), "projekte")
    ckan.forget_requests()

    promised = run(now, dry_run=True)
    assert ckan.written() == []
    done = run(now)

    assert promised.done == ()
    assert promised.plan.steps == done.plan.steps == done.done


def test_a_dry_run_of_the_first_run_names_organisation_and_groups(run: Push, ckan: Ckan) -> None:
    promised = run(dry_run=True)
    done = run()

    assert promised.organizations == done.organizations == ("stadt-kaiserslautern",)
    assert promised.groups == done.groups != ()
    assert promised.plan.steps == done.done


@pytest.mark.parametrize(("before", "after", "held"), [(10, 6, True), (10, 7, False), (30, 24, False), (30, 23, True), (2, 0, True)])
def test_deleting_many_waits_for_a_person(run: Push, ckan: Ckan, catalogue: Catalogue, before: int, after: int, held: bool) -> None:
    datasets, name_of = many(catalogue.datasets[0], before)
    run(datasets, name_of=name_of)

    pushed = run(retitled(datasets, "nummer-000", "Neu")[:after], name_of=name_of)

    assert bool(pushed.plan.held) == held
    assert pushed.status == (2 if held else 0)
    assert len(ckan.active()) == (before if held else after)
    if after:
        assert taken(pushed, Action.PATCH) == ["nummer-000"]
    assert run(datasets[:after], delete_many=True, name_of=name_of).status == 0
    assert len(ckan.active()) == after


def test_what_was_withdrawn_is_erased_without_waiting(run: Push, ckan: Ckan) -> None:
    run()
    fremd = ckan.add("fremd")

    pushed = run([], withdrawn=NAMES | {"fremd"})

    assert pushed.status == 0
    assert taken(pushed, Action.ERASE) == sorted(NAMES)
    assert list(ckan.packages.values()) == [fremd]
    assert run([], withdrawn=NAMES).done == ()


def test_what_may_only_be_marked_as_deleted_is_told_until_an_administrator_erases_it(run: Push, ckan: Ckan, catalogue: Catalogue) -> None:
    run()
    ckan.sysadmin, ckan.member_of = False, {"stadt-kaiserslautern", *ckan.groups}
    left = without(catalogue.datasets, "projekte")

    first, second = run(left, withdrawn={"projekte"}), run(left, withdrawn={"projekte"})

    assert set(ckan.active()) == NAMES - {"projekte"}
    assert ["Administrator" in each.message for each in (*first.troubles, *second.troubles)] == [True, True]
    ckan.sysadmin = True
    assert run(left, withdrawn={"projekte"}).status == 0
    assert set(ckan.packages) == {each.uuid for each in left}


# --- rights ----------------------------------------------------------------------------------------------------------------------


def test_a_wrong_token_is_told_before_anything_is_created(run: Push, ckan: Ckan) -> None:
    run()
    ckan.packages.clear()

    pushed = run(token="ein-falsches-token")

    assert ckan.active() == {}
    assert {each.message for each in pushed.troubles} == {
        "Das Token darf in der Organisation »stadt-kaiserslautern« keine Datensätze anlegen."
    }


def test_a_missing_organisation_that_may_not_be_created_is_an_error(run: Push, ckan: Ckan) -> None:
    ckan.sysadmin = False

    pushed = run()

    assert pushed.status == 1
    assert all("fehlt und ließ sich nicht anlegen: nicht erlaubt" in each.message for each in pushed.troubles)


def test_groups_that_may_not_be_created_are_left_out_with_a_notice(run: Push, ckan: Ckan) -> None:
    ckan.refused_groups = True

    pushed = run()

    assert pushed.status == 0
    assert set(ckan.active()) == NAMES
    assert all(each["groups"] == [] for each in ckan.active().values())
    assert any("bleibt weg" in each for each in pushed.plan.notices)


def test_a_token_that_may_not_choose_ids_is_told_what_it_would_take(run: Push, ckan: Ckan) -> None:
    run()
    ckan.packages.clear()
    ckan.sysadmin, ckan.member_of = False, {"stadt-kaiserslautern"}

    pushed = run()

    assert all("sysadmin" in each.message and "id" in each.fields for each in pushed.troubles)
    assert len(pushed.troubles) == 5


def test_the_token_goes_out_in_its_header_and_comes_back_in_no_message(run: Push, ckan: Ckan, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    run()
    ckan.packages.clear()
    faults: tuple[int | str, ...] = (403, 409, 500, "html", "close")
    ckan.faults = dict(enumerate(faults, ckan.writes + 1))

    pushed = run()

    assert len(pushed.troubles) == 5
    assert {each["authorization"] for each in ckan.headers} == {TOKEN}
    assert TOKEN not in repr(pushed)
    assert TOKEN not in caplog.text
    assert "\x1b" not in repr([each.message for each in pushed.troubles])


def test_proxies_of_the_environment_are_ignored(run: Push, ckan: Ckan, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert run().status == 0
