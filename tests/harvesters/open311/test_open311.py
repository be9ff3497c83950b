"""The kind `open311` against a server for reports of defects: everything goes into the vault."""

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from catalog.plan import Outcome
from harvesters.http.opening import Web
from harvesters.registry import harvester_of
from schemas.districts import Assigned
from schemas.errors import ConfigurationError
from tests.harvesters.catalogues.portals import codes, neighbour, quick
from tests.harvesters.catalogues.portals import run as run_publicly
from tests.harvesters.http.servers import Line, Request, Server, reply, serving
from tests.harvesters.http.world import world
from tests.harvesters.open311.offices import PATH, SERVICES, Office, office, request
from tests.harvesters.world import Intake
from tests.shared import SHARED

FIXTURES = SHARED / "reference" / "participation" / "fixtures" / "open311"
CATEGORIES = {"001": "road", "wilder müll": "waste"}


def melder(folder: Path, server: Server, **options: Any) -> Intake:
    made = neighbour(folder, server.url(PATH), "open311", name="melder", **{"categories": CATEGORIES, **options})
    made.source = replace(made.source, personal_data=True, legal_basis="Art. 6 Abs. 1 Buchst. e DSGVO")
    return made


def run(made: Intake, web: Web, *, days: float = 0.0) -> Any:
    return run_publicly(made, web, days=days, vault=made.vault)


def reports(made: Intake) -> dict[str, Mapping[str, object]]:
    """Number -> what is filled."""
    found = made.vault.microdata("report")
    return {each.key.removeprefix("melder-"): {name: value for name, value in each.content.items() if value is not None} for each in found}


def asked(server: Server, since: int = 0) -> list[str]:
    return [each for each in server.paths[since:] if "/requests." in each]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_reports_go_into_the_vault_and_nowhere_else(form: str, tmp_path: Path) -> None:
    with serving(office().routes) as server:
        made = melder(tmp_path, server, format=form)
        record = run(made, quick(tmp_path))
        assert not [each for each in server.paths if "stats" in each], "it counts unpublished reports, too"
    assert record.outcome is Outcome.OK, record
    found = reports(made)
    assert found["1-2026"] == {
        "id": "melder-1-2026",
        "category": "road",
        "state": "done",
        "reported_on": "2026-06-01",
        "closed_on": "2026-06-03",
    }
    assert found["2-2026"]["category"] == "waste"
    assert (found["3-2026"]["reported_on"], found["4-2026"]["closed_on"]) == ("2026-10-21", "2026-10-29"), "the city's days"
    assert not made.store.known_datasets(["report"])


def test_json_and_xml_give_the_same_rows(tmp_path: Path) -> None:
    held = []
    for form in ("json", "xml"):
        (tmp_path / form).mkdir()
        with serving(office().routes) as server:
            made = melder(tmp_path / form, server, format=form)
            run(made, quick(tmp_path / form))
        held.append(reports(made))
    assert held[0] == held[1]


def test_lists_may_stand_under_their_name(tmp_path: Path) -> None:
    with serving(replace(office(), wrapped=True).routes) as server:
        made = melder(tmp_path, server)
        run(made, quick(tmp_path))
    assert len(reports(made)) == 5


def test_everything_is_asked_for_in_periods_of_ninety_days(tmp_path: Path) -> None:
    """What is asked for at once is cut at 90 days without a word: the control asks once and misses what came later."""
    with serving(office().routes) as server:
        made = melder(tmp_path, server, days=200)
        run(made, quick(tmp_path))
        assert len(asked(server)) == 3
        at_once = asked(server)[0].partition("&end_date=")[0] + "&end_date=2026-12-31T00%3A00%3A00Z"
        with world(server.url(at_once), tmp_path / "control").open() as fetch:
            control = json.loads(fetch.get("").content)
    assert (len(control), len(reports(made))) == (0, 5)


@pytest.mark.parametrize("limit", [200, 100])
def test_a_list_that_looks_cut_is_asked_for_in_halves(limit: int, tmp_path: Path) -> None:
    """No server says where it cuts."""
    many = [request(number, f"2026-10-{1 + number % 30:02d}T{number % 24:02d}:{number % 60:02d}:00Z") for number in range(1, limit + 30)]
    with serving(Office(requests=many, limit=limit).routes) as server:
        made = melder(tmp_path, server, days=30)
        record = run(made, quick(tmp_path))
    assert record.outcome is Outcome.OK, record
    assert len(reports(made)) == len(many)


def test_an_hour_that_is_still_too_much_is_no_whole_list(tmp_path: Path) -> None:
    many = [request(number, "2026-10-20T09:12:00Z") for number in range(1, 80)]
    with serving(Office(requests=many, limit=50).routes) as server:
        made = melder(tmp_path, server, days=30)
        record = run(made, quick(tmp_path))
    assert (record.outcome, reports(made)) == (Outcome.FAILED, {})
    assert "abgeschnitten" in record.message


def test_mark_a_spot_is_read_page_by_page(tmp_path: Path) -> None:
    many = [request(number, f"2026-10-{1 + number % 30:02d}T08:00:00Z") for number in range(1, 26)]
    with serving(Office(requests=many, pages=True).routes) as server:
        made = melder(tmp_path, server, days=10, paging="offset", page_size=10)
        record = run(made, quick(tmp_path))
        assert [each.partition("limit=")[2] for each in asked(server)] == ["10&offset=0", "10&offset=10", "10&offset=20"]
    assert record.outcome is Outcome.OK, record
    assert len(reports(made)) == 25


def test_a_server_that_gives_less_than_it_is_asked_for_is_read_to_its_end(tmp_path: Path) -> None:
    """Mark-a-Spot names 500 at most, whatever `limit` says."""
    many = [request(number, f"2026-10-20T{number % 24:02d}:{number % 60:02d}:00Z") for number in range(1, 621)]
    with serving(Office(requests=many, pages=True).routes) as server:
        made = melder(tmp_path, server, days=10, paging="offset", page_size=1000)
        record = run(made, quick(tmp_path))
        assert [each.partition("limit=")[2] for each in asked(server)] == ["1000&offset=0", "1000&offset=500"]
    assert record.outcome is Outcome.OK, record
    assert len(reports(made)) == 620


@pytest.mark.parametrize(("status", "outcome"), [(404, Outcome.OK), (500, Outcome.FAILED)])
def test_a_page_beyond_the_last_may_not_be_there(status: int, outcome: Outcome, tmp_path: Path) -> None:
    """Servers that count pages answer 404 for one too many; a page that fails is something else."""
    many = [request(number, "2026-10-20T08:00:00Z") for number in range(1, 11)]
    there = Office(requests=many).routes

    def script(line: Line, said: Request) -> bool:
        beyond = reply("Invalid page", status)
        return (beyond if said.target.endswith("page=2") else there[f"{PATH}/requests.json"])(line, said)

    with serving({**there, f"{PATH}/requests.json": script}) as server:
        made = melder(tmp_path, server, days=10, paging="page", page_size=10)
        record = run(made, quick(tmp_path))
    assert (record.outcome, len(reports(made))) == (outcome, 10 if outcome is Outcome.OK else 0), record


def test_an_empty_period_may_be_answered_with_not_found(tmp_path: Path) -> None:
    """Older Mark-a-Spot does so, also beyond the last page; elsewhere 404 means that the jurisdiction is wrong."""
    many = [request(number, f"2026-10-{number:02d}T08:00:00Z") for number in range(1, 11)]
    with serving(Office(requests=many, pages=True, empty_is_missing=True).routes) as server:
        made, web = melder(tmp_path, server, paging="offset", page_size=10), quick(tmp_path)
        record = run(made, web)
        assert (record.outcome, len(reports(made))) == (Outcome.OK, 10), record
        assert "nicht dieselben" not in made.replay(record.id).message
        made.source = replace(made.source, options={})
        assert run(made, web).outcome is Outcome.FAILED


def test_a_server_that_ignores_pages_is_found_out(tmp_path: Path) -> None:
    many = [request(number, "2026-10-20T08:00:00Z") for number in range(1, 11)]
    with serving(Office(requests=many).routes) as server:
        made = melder(tmp_path, server, days=10, paging="offset", page_size=10)
        record = run(made, quick(tmp_path))
    assert (record.outcome, reports(made)) == (Outcome.FAILED, {})


def test_what_lies_before_the_period_is_not_missing(tmp_path: Path) -> None:
    here = office()
    with serving(here.routes) as server:
        made, web = melder(tmp_path, server, days=170, window_days=10), quick(tmp_path)
        run(made, web)
        assert "1-2026" in reports(made)
        run(made, web, days=20)
        first = len(server.paths)
        run(made, web, days=8)
        earliest = min(each.partition("start_date=")[2][:10] for each in asked(server, first))
        left = {each.key: each.missing_since for each in made.vault.microdata("report")}
    assert earliest > "2026-06-01", "nobody asks for it any more"
    assert left["melder-1-2026"] is None


def test_what_is_hidden_within_the_period_is_marked_and_leaves(tmp_path: Path) -> None:
    here = office()
    with serving(here.routes) as server:
        made, web = melder(tmp_path, server), quick(tmp_path)
        run(made, web)
        del here.requests[2]
        run(made, web, days=1)
        assert "3-2026" in reports(made)
        run(made, web, days=7.1)
    assert set(reports(made)) == {"1-2026", "2-2026", "4-2026", "5-2026"}


def test_periods_long_past_are_read_anew_once_a_week(tmp_path: Path) -> None:
    here = office()
    with serving(here.routes) as server:
        made, web = melder(tmp_path, server), quick(tmp_path)
        counts = []
        for days in (0.0, 1.0, 1.0, 6.0):
            first = len(server.paths)
            run(made, web, days=days)
            counts.append(len(asked(server, first)))
    assert counts == [3, 1, 1, 3]


def test_a_report_that_was_closed_is_updated(tmp_path: Path) -> None:
    here = office()
    with serving(here.routes) as server:
        made, web = melder(tmp_path, server), quick(tmp_path)
        run(made, web)
        here.requests[2] |= {"status": "CLOSED", "updated_datetime": "2026-11-01T10:00:00+01:00"}
        record = run(made, web, days=1)
    assert record.counts["vault_updated"] == 1
    assert "nicht dieselben" not in made.replay(record.id).message, "with the old periods, recalled from the vault"
    assert (reports(made)["3-2026"]["state"], reports(made)["3-2026"]["closed_on"]) == ("done", "2026-11-01")


class Everywhere:
    def at(self, longitude: float, latitude: float) -> Assigned | None:
        return Assigned(district_id=f"d-{longitude}-{latitude}")


def test_a_place_becomes_a_district_and_its_coordinates_go_no_further(tmp_path: Path) -> None:
    made_districts: Any = Everywhere()
    with serving(office().routes) as server:
        made = melder(tmp_path, server)
        made.source = replace(made.source, districts=made_districts)
        harvester: Any = harvester_of(made.source)
        with world(server.url(PATH), tmp_path / "w").open() as fetch:
            found = [each for each in harvester.records(fetch) if type(each).__name__ == "Record"]
        by_number = {row.key: row.values for each in found for row in harvester.map(each)}
    assert by_number["melder-3-2026"]["district_id"] == "d-7.7688-49.4454"
    assert by_number["melder-4-2026"]["district_id"] == "d-7.7688-49.4454", "swapped axes"
    assert by_number["melder-5-2026"]["district_id"] is None, "[0, 0] is no place"
    assert not {"lat", "long", "latitude", "longitude"} & by_number["melder-3-2026"].keys()


def test_swapped_axes_and_services_without_category_are_told(tmp_path: Path) -> None:
    with serving(office().routes) as server:
        made = melder(tmp_path, server, categories={"001": "road"})
        record = run(made, quick(tmp_path))
    assert codes(record) == ["unmapped-category", "swapped-position"]
    assert "Wilder Müll (002)" in record.findings[0].message
    assert reports(made)["2-2026"]["category"] == "other"


def test_a_name_of_a_service_may_stand_in_the_list_of_services_only(tmp_path: Path) -> None:
    here = office()
    for each in here.requests:
        del each["service_name"]
    with serving(here.routes) as server:
        made = melder(tmp_path, server)
        run(made, quick(tmp_path))
    assert reports(made)["2-2026"]["category"] == "waste"


@pytest.mark.parametrize("texts", [False, True])
def test_words_of_the_person_are_kept_only_where_somebody_asked_for_them(texts: bool, tmp_path: Path) -> None:
    with serving(office().routes) as server:
        made = melder(tmp_path, server, texts=texts)
        record = run(made, quick(tmp_path))
    kept = b"".join(made.vault.read(each.sha256) for each in made.vault.payloads(record.id))
    assert (b"ist ein Loch" in kept) == texts == ("text" in reports(made)["1-2026"])
    for each in (b"Musterweg", b"erika", b"foto-", b"geschrieben", b"vor dem Haus"):
        assert each not in kept, each


def test_one_bad_report_costs_only_itself(tmp_path: Path) -> None:
    here = office()
    here.requests += [
        request(6, status="vielleicht"),
        request(7, service_request_id=None),
        request(8, requested_datetime="2026-10-20T99:00"),
    ]
    routes = dict(here.routes)
    routes[f"{PATH}/requests.json"] = lambda line, asked: reply(json.dumps(here.requests), Content_Type="application/json")(line, asked)
    with serving(routes) as server:
        made = melder(tmp_path, server, days=1)
        record = run(made, quick(tmp_path))
    assert (record.outcome, record.counts["quarantined"]) == (Outcome.PARTIAL, 3), record
    assert len(reports(made)) == 5


WRONG = {
    "an error with status 200": '[{"code": 404, "description": "jurisdiction_id not found"}]',
    "another object": '{"requests": 5}',
    "a list of words": '["a"]',
    "a doctype": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><service_requests><request/></service_requests>',
    "errors in xml": '<?xml version="1.0"?><errors><error><code>400</code></error></errors>',
    "half": '[{"service_request_id": "1',
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_list_changes_nothing(name: str, tmp_path: Path) -> None:
    routes = dict(office().routes)
    form = "xml" if WRONG[name].startswith("<") else "json"
    with serving(routes) as server:
        made, web = melder(tmp_path, server, format=form, days=1), quick(tmp_path)
        run(made, web)
        before = reports(made)
        routes[f"{PATH}/requests.{form}"] = reply(WRONG[name])
        record = run(made, web, days=1)
    assert record.outcome is Outcome.FAILED, record
    assert reports(made) == before


def test_the_jurisdiction_goes_along(tmp_path: Path) -> None:
    with serving(office().routes) as server:
        made = melder(tmp_path, server, jurisdiction_id="rostock.de", days=1)
        run(made, quick(tmp_path))
        assert all("jurisdiction_id=rostock.de" in each for each in server.paths)


def test_without_a_reason_nothing_is_read_of_persons(tmp_path: Path) -> None:
    made = neighbour(tmp_path, "https://melder.example/georeport/v2", "open311")
    with pytest.raises(ConfigurationError, match="legal_basis"):
        harvester_of(made.source)


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the reference library is not here")
def test_the_server_of_these_tests_says_what_the_specification_says() -> None:
    jsonschema: Any = import_module("jsonschema")  # has no types
    service, one = (json.loads((FIXTURES / f"schema-{name}.json").read_text(encoding="utf-8")) for name in ("service", "request"))
    for each in SERVICES:
        jsonschema.validate(each, service)
    good = office().requests[0]
    jsonschema.validate({**good, "media_url": good["media_url"][0]}, one)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(good, one)  # Mark-a-Spot's list of photographs


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the reference library is not here")
@pytest.mark.parametrize(("name", "count"), [("service_requests.json", 2), ("requests_many.xml", 2)])
def test_real_answers_are_read(name: str, count: int, tmp_path: Path) -> None:
    content = (FIXTURES / name).read_bytes()
    form = name.rpartition(".")[2]
    routes = dict(office().routes)

    def answer(line: Line, asked: Request) -> bool:
        return reply(content, Content_Type=f"application/{form}")(line, asked)

    routes[f"{PATH}/requests.{form}"] = answer
    with serving(routes) as server:
        made = melder(tmp_path, server, format=form, days=1)
        harvester: Any = harvester_of(made.source)
        with world(server.url(PATH), tmp_path / "w").open() as fetch:
            found = [each for each in harvester.records(fetch) if type(each).__name__ == "Record"]
    rows = [row for each in found for row in harvester.map(each)]
    assert [row.values["state"] for row in rows] == ["open"] * len(rows)
    assert len(rows) == count
