"""The kind `ckan` against portals that behave, and against those that do not."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.plan import Outcome
from harvesters.harvester import SourceConfig
from harvesters.registry import harvester_of
from schemas.errors import ConfigurationError
from schemas.values import FileFormat, Licence, Theme
from tests.harvesters.catalogues.portals import (
    TABLE,
    ckan,
    codes,
    envelope,
    extras,
    neighbour,
    package,
    published,
    quick,
    run,
    sourced,
    unsearchable,
)
from tests.harvesters.http.servers import Script, in_turn, raw, reply, serving

SEARCH = "/api/3/action/package_search"
HOME = "https://portal.example/dataset/"


def test_a_portal_is_read_page_by_page_and_becomes_rows(tmp_path: Path) -> None:
    packages = [package(number) for number in range(7)]
    with serving(ckan(lambda: packages)) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan", page_size=3)
        record = run(made, quick(tmp_path))
        assert (record.outcome, record.counts["created"]) == (Outcome.OK, 7), record
        assert [each.partition("?")[2] for each in server.paths] == [f"rows=3&start={start}&sort=id+asc" for start in (0, 3, 6)]
    found = published(made)[f"{server.url()}dataset/{packages[0]['id']}"]
    assert (found.title.de, found.publisher, found.name, found.themes) == ("Radwege 0", "Nachbarstadt", "radwege-0", (Theme.TRANSPORT,))
    assert found.licence.known is Licence.DL_BY_2
    assert (found.links[0].format, found.links[0].byte_size) == (FileFormat.CSV, 120)


def test_nobody_who_works_there_is_kept_anywhere(tmp_path: Path) -> None:
    with serving(ckan(lambda: [package(1)])) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan")
        assert run(made, quick(tmp_path)).outcome is Outcome.OK
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"ustermann" not in path.read_bytes(), path


def test_an_unchanged_portal_changes_nothing(tmp_path: Path) -> None:
    packages = [package(number) for number in range(5)]
    with serving(ckan(lambda: packages)) as server:
        made, web = neighbour(tmp_path, server.url("/"), "ckan", page_size=2), quick(tmp_path)
        run(made, web)
        revision = made.store.revision()
        assert run(made, web).outcome is Outcome.UNCHANGED
        assert made.store.revision() == revision
        packages[2]["title"] = "Radwege, neu gezählt"
        assert run(made, web).counts["updated"] == 1


BROKEN: dict[str, Script] = {
    "empty": reply("", Content_Type="application/json"),
    "login": reply("<!doctype html><title>Anmeldung</title>"),
    "html called json": reply("<html><body>Wartung</body></html>", Content_Type="application/json"),
    "half": reply(json.dumps({"success": True, "result": {"count": 1, "results": [package(1)]}})[:-40], Content_Type="application/json"),
    "cut off": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b'{"success": true, "result": {"count"'),
    "success false": reply(json.dumps({"success": False, "error": {"__type": "Search Error", "message": "Solr ist weg"}})),
    "a word": reply(json.dumps("Bad request: Action name not known: package_search")),
    "a list": reply("[]"),
    "no result": reply(json.dumps({"success": True, "result": None})),
    "no count": envelope({"results": [package(1)]}),
    "count is true": envelope({"count": True, "results": [package(1)]}),
    "nothing in it": envelope({"count": 0, "results": []}),
    "deep": reply('{"success": true, "result": ' + "[" * 100_000, Content_Type="application/json"),
    "server error": reply("oops", 500),
    "gone": reply("weg", 404),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_portal_removes_nothing(name: str, tmp_path: Path) -> None:
    routes = dict(ckan(lambda: [package(number) for number in range(4)]))
    with serving(routes) as server:
        made, web = neighbour(tmp_path, server.url("/"), "ckan"), quick(tmp_path)
        assert run(made, web).outcome is Outcome.OK
        revision = made.store.revision()
        routes[SEARCH] = BROKEN[name]
        record = run(made, web, days=30)
        assert record.outcome is Outcome.FAILED, record
        assert "»" in record.message or "Portal" in record.message
    assert (made.store.revision(), len(published(made))) == (revision, 4)


def test_a_portal_that_ignores_start_is_found_out(tmp_path: Path) -> None:
    first = envelope({"count": 9, "results": [package(1), package(2)]})
    with serving({SEARCH: first}) as server:
        record = run(neighbour(tmp_path, server.url("/"), "ckan", page_size=2), quick(tmp_path))
    assert record.outcome is Outcome.FAILED
    assert len(server.requests) == 2


def test_a_portal_that_repeats_itself_in_other_words_is_found_out(tmp_path: Path) -> None:
    pages = [envelope({"count": 9, "results": [package(1, title=f"Stand {turn}"), package(2)]}) for turn in range(9)]
    with serving({SEARCH: in_turn(*pages)}) as server:
        record = run(neighbour(tmp_path, server.url("/"), "ckan", page_size=2), quick(tmp_path))
    assert record.outcome is Outcome.FAILED
    assert "blättert nicht" in record.message


@pytest.mark.parametrize("claimed", [5, 1000])
def test_a_list_shorter_than_its_count_is_refused(claimed: int, tmp_path: Path) -> None:
    with serving(ckan(lambda: [package(1), package(2)], count=lambda count: claimed)) as server:
        record = run(neighbour(tmp_path, server.url("/"), "ckan"), quick(tmp_path))
    assert record.outcome is Outcome.FAILED
    assert f"nennt {claimed} Datensätze, geliefert hat es 2" in record.message


def test_a_smaller_page_than_asked_for_is_no_gap(tmp_path: Path) -> None:
    """Portals cap `rows` as they like."""
    packages = [package(number) for number in range(5)]
    pages = [envelope({"count": 5, "results": packages[start : start + 2]}) for start in (0, 2, 4)]
    with serving({SEARCH: in_turn(*pages)}) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan", page_size=100)
        assert run(made, quick(tmp_path)).counts["created"] == 5
        assert "start=4" in server.paths[-1]


def test_a_portal_larger_than_allowed_is_not_read(tmp_path: Path) -> None:
    with serving(ckan(lambda: [package(1)], count=lambda count: 10**9)) as server:
        record = run(neighbour(tmp_path, server.url("/"), "ckan"), quick(tmp_path))
    assert (record.outcome, len(server.requests)) == (Outcome.FAILED, 1)


def test_one_bad_record_costs_itself_and_is_named(tmp_path: Path) -> None:
    bad = [
        package(2, title="  "),
        package(3, resources=[{"url": "C:\\daten\\liste.csv", "state": "active"}]),
        package(4, extras=extras(uri="https://nachbar.example/kein gültiger")),
        "nonsense",
        package(6, id=None),
    ]
    with serving(ckan(lambda: [package(1), *bad])) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan")
        record = run(made, quick(tmp_path))
    assert record.outcome is Outcome.PARTIAL
    assert len(published(made)) == 1
    items = made.store.quarantine()
    found = {(finding.code, finding.field) for each in items for finding in each.findings}
    assert found == {
        ("no-title", "title"),
        ("bad-address", "resources[0].url"),
        ("bad-iri", "uri"),
        ("no-object", "results"),
        ("no-identifier", "id"),
    }
    messages = [finding.message for each in items for finding in each.findings]
    assert any("»radwege-3«" in each for each in messages)


def test_what_turned_bad_keeps_its_last_good_version(tmp_path: Path) -> None:
    packages = [package(1), package(2)]
    with serving(ckan(lambda: packages)) as server:
        made, web = neighbour(tmp_path, server.url("/"), "ckan"), quick(tmp_path)
        run(made, web)
        packages[0] = package(1, title="")
        run(made, web, days=30)
    assert sorted(each.title.de for each in published(made).values()) == ["Radwege 1", "Radwege 2"]


def test_what_the_portal_does_not_show_is_left_out(tmp_path: Path) -> None:
    hidden = [package(2, private=True), package(3, state="deleted"), package(4, type="harvest")]
    with serving(ckan(lambda: [package(1), *hidden])) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan")
        record = run(made, quick(tmp_path))
    assert len(published(made)) == 1
    assert [each.message.count("3 Datensätze") for each in record.findings if each.code == "not-public"] == [1]


def test_an_unknown_licence_stays_as_stated_and_is_reported_once(tmp_path: Path) -> None:
    licence = {"license_id": "hausordnung", "license_title": "Hausordnung", "license_url": ""}
    with serving(ckan(lambda: [package(number, **licence) for number in range(3)])) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan")
        record = run(made, quick(tmp_path))
    assert {each.licence.stated for each in published(made).values()} == {"hausordnung"}
    assert [each.message.count("hausordnung") for each in record.findings if each.field == "license_id"] == [1]
    assert [each.field for each in record.findings if "hausordnung" in each.message] == ["license_id"], "publishing does not tell it again"


def test_what_bears_our_own_name_is_never_taken(tmp_path: Path) -> None:
    ours = "https://daten.example.org/datasets/radwege"
    back = [
        package(2, extras=extras(uri=ours)),
        package(3, extras=extras(identifier=ours)),
        package(4, extras=extras(alternate_identifier=json.dumps([ours]))),
        package(5, extras=extras(uri=ours.replace("https", "http").replace("daten.example.org", "DATEN.example.org"))),
        package(6, resources=[{"url": f"{ours}/data.csv", "state": "active"}]),
        package(7, title="", extras=extras(uri=ours)),
    ]
    with serving(
        ckan(lambda: [package(1), *back, package(8, extras=extras(uri="https://daten.example.org.evil.example/datasets/x"))])
    ) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan")
        record = run(made, quick(tmp_path))
    assert sorted(each.title.de for each in published(made).values()) == ["Radwege 1", "Radwege 8"]
    assert [each.message.count("6 Datensätze") for each in record.findings if each.code == "own"] == [1]
    assert record.outcome is Outcome.OK


def test_the_second_route_of_one_data_set_is_reported_and_the_first_stays(tmp_path: Path) -> None:
    original = "https://nachbar.example/dataset/1"
    first = [package(1, extras=extras(uri=original))]
    second = [
        package(11, extras=extras(uri="https://land.example/d/11", identifier=original)),
        package(12, extras=extras(uri=original)),
        package(13),
    ]
    with serving(ckan(lambda: first)) as one, serving(ckan(lambda: second)) as two:
        made, web = neighbour(tmp_path, one.url("/"), "ckan"), quick(tmp_path)
        run(made, web)
        sourced(made, two.url("/"), "ckan", name="land")
        record = run(made, web)
        assert (record.outcome, len(published(made))) == (Outcome.PARTIAL, 1)
        found = {finding.code: finding.message for each in made.store.quarantine() for finding in each.findings}
        assert found.keys() == {"same-thing", "duplicate-key"}
        assert all("»nachbar«" in each for each in found.values())
        again = run(made, web)
        assert again.outcome is Outcome.UNCHANGED, again
        sourced(made, one.url("/"), "ckan")
        assert run(made, web).outcome is Outcome.UNCHANGED


def test_one_data_set_twice_in_one_source_counts_once(tmp_path: Path) -> None:
    doubled = [
        package(number, extras=extras(identifier="urn:uuid:0b4b2a52-6f0d-4c0e-9d51-0d6f6c1f6a01", uri=f"https://a.example/{number}"))
        for number in (1, 2)
    ]
    with serving(ckan(lambda: doubled)) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan")
        run(made, quick(tmp_path))
    assert list(published(made)) == ["https://a.example/1"]


def test_local_numbers_make_nobody_the_same(tmp_path: Path) -> None:
    with serving(ckan(lambda: [package(number, extras=extras(identifier="17")) for number in (1, 2)])) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan")
        assert run(made, quick(tmp_path)).counts["created"] == 2


def test_filters_are_asked_for_in_the_language_of_the_portal(tmp_path: Path) -> None:
    with serving(ckan(lambda: [package(1)])) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan", organisations=["stadt", 'a"b'], filter="-tags:test")
        assert run(made, quick(tmp_path)).outcome is Outcome.OK
        assert server.paths[0].endswith("&fq=organization%3A%28%22stadt%22+OR+%22a%5C%22b%22%29+-tags%3Atest")


@pytest.mark.parametrize("options", [{"rows": 10}, {"page_size": 0}, {"page_size": 1001}, {"organisations": "stadt"}])
def test_options_that_do_not_exist_or_fit_are_errors(options: dict[str, object], tmp_path: Path) -> None:
    source = SourceConfig(name="x", title="X", kind="ckan", url="https://portal.example", folder=tmp_path, options=options)
    with pytest.raises(ConfigurationError):
        harvester_of(source)


def test_rows_name_where_they_come_from(tmp_path: Path) -> None:
    with serving(ckan(lambda: [package(1)])) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan")
        run(made, quick(tmp_path))
    (row,) = [each.row for each in made.store.published("nachbar", TABLE)]
    assert (row.values["catalogue"], row.source_url) == ("Portal nachbar", f"{server.url()}dataset/radwege-1")
    assert codes(made.store.runs()[0]) == []


def test_a_run_can_be_read_again_from_what_was_kept(tmp_path: Path) -> None:
    with serving(ckan(lambda: [package(number) for number in range(5)])) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan", page_size=2)
        record = run(made, quick(tmp_path))
        asked = len(server.requests)
        again = made.replay(record.id)
        assert (again.outcome, len(server.requests)) == (Outcome.PLANNED, asked), again
    assert again.counts["created"] == again.counts["updated"] == 0


def test_when_the_first_route_is_gone_the_second_takes_its_place(tmp_path: Path) -> None:
    original = "https://nachbar.example/dataset/1"
    first = [package(1, extras=extras(uri=original)), package(2), package(3), package(4)]
    second = [package(11, extras=extras(uri="https://land.example/d/11", identifier=original))]
    with serving(ckan(lambda: first)) as one, serving(ckan(lambda: second)) as two:
        made, web = neighbour(tmp_path, one.url("/"), "ckan"), quick(tmp_path)
        run(made, web)
        sourced(made, two.url("/"), "ckan", name="land")
        run(made, web)
        assert not published(made)
        sourced(made, one.url("/"), "ckan")
        del first[0]
        run(made, web)
        run(made, web, days=8)
        assert original not in published(made)
        sourced(made, two.url("/"), "ckan", name="land")
        assert run(made, web).outcome is Outcome.OK
        assert list(published(made)) == ["https://land.example/d/11"]


REFUSALS: dict[str, Script] = {
    "forbidden": reply(json.dumps({"success": False, "error": {"__type": "Authorization Error"}}), 403, Content_Type="application/json"),
    "unknown action": reply(json.dumps("Bad request: Action name not known: package_search"), 400, Content_Type="application/json"),
    "not there": reply("<!doctype html><title>Nicht gefunden</title>", 404),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_portal_that_refuses_the_search_is_read_one_by_one(name: str, tmp_path: Path) -> None:
    packages = [package(number) for number in range(3)]
    with serving(unsearchable(lambda: packages, refusal=REFUSALS[name])) as server:
        made, web = neighbour(tmp_path, server.url("/"), "ckan"), quick(tmp_path)
        record = run(made, web)
        assert (record.outcome, record.counts["created"], codes(record)) == (Outcome.OK, 3, ["search-refused"]), record
        assert [each.rpartition("/")[2] for each in server.paths] == [
            "package_search?rows=100&start=0&sort=id+asc",
            "package_list",
            *(f"package_show?id=radwege-{number}" for number in range(3)),
        ]
        assert run(made, web).outcome is Outcome.UNCHANGED
    assert "Mustermann" not in "".join(path.read_text("utf-8", "replace") for path in tmp_path.rglob("*") if path.is_file())


def test_one_by_one_gives_the_rows_that_the_search_gives(tmp_path: Path) -> None:
    packages = [package(number) for number in range(3)]
    routes = ckan(lambda: packages)
    with serving(routes) as server:
        made, web = neighbour(tmp_path, server.url("/"), "ckan"), quick(tmp_path)
        run(made, web)
        routes.update(unsearchable(lambda: packages, refusal=REFUSALS["forbidden"]))
        assert run(made, web).outcome is Outcome.UNCHANGED


def test_one_by_one_only_what_was_asked_for_is_taken(tmp_path: Path) -> None:
    packages = [package(1), package(2, organization={"name": "kreis"}), package(3, groups=[{"name": "envi"}]), package(4, private=True)]
    with serving(unsearchable(lambda: packages, refusal=REFUSALS["forbidden"])) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan", organisations=["stadt"], groups=["tran", "agri"])
        run(made, quick(tmp_path))
        assert [each.name for each in published(made).values()] == ["radwege-1"]
        sourced(made, server.url("/"), "ckan", filter="tags:rad")
        record = run(made, quick(tmp_path))
    assert record.outcome is Outcome.FAILED
    assert "options.filter" in record.message


def test_one_that_is_named_and_not_shown_takes_nothing_away(tmp_path: Path) -> None:
    """404: it went since it was named, as others do. 403: nobody knows which one it is, so none counts as gone."""
    packages, hidden = [package(number) for number in range(4)], dict[str, int]()
    with serving(unsearchable(lambda: packages, refusal=REFUSALS["forbidden"], hidden=hidden)) as server:
        made, web = neighbour(tmp_path, server.url("/"), "ckan"), quick(tmp_path)
        run(made, web)
        hidden["radwege-1"] = 403
        record = run(made, web, days=1)
        assert (record.outcome, record.counts["missing"]) == (Outcome.PARTIAL, 0), record
        hidden["radwege-1"] = 404
        assert run(made, web, days=1).counts["missing"] == 1
        hidden |= {f"radwege-{number}": 403 for number in range(4)}
        record = run(made, web, days=30)
        assert (record.outcome, len(published(made))) == (Outcome.FAILED, 4)
        assert "zeigt 4 davon aber nicht" in record.message


@pytest.mark.parametrize("named", [[], [7]])
def test_a_list_of_names_that_is_none_removes_nothing(named: object, tmp_path: Path) -> None:
    packages = [package(1)]
    routes = unsearchable(lambda: packages, refusal=REFUSALS["forbidden"])
    with serving(routes) as server:
        made, web = neighbour(tmp_path, server.url("/"), "ckan"), quick(tmp_path)
        run(made, web)
        routes["/api/3/action/package_list"] = envelope(named)
        assert run(made, web, days=30).outcome is Outcome.FAILED
    assert len(published(made)) == 1


def test_personal_words_in_a_description_wait_for_a_person(tmp_path: Path) -> None:
    with serving(ckan(lambda: [package(1), package(2, notes="Fragen an erika.mustermann@stadt.example")])) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan")
        record = run(made, quick(tmp_path))
    assert (record.outcome, len(published(made))) == (Outcome.PARTIAL, 1)
    (item,) = made.store.quarantine()
    assert {each.code for each in item.findings} == {"personal-email"}


def test_a_folder_is_no_catalogue(tmp_path: Path) -> None:
    for kind in ("ckan", "dcat"):
        with pytest.raises(ConfigurationError, match="https://"):
            harvester_of(SourceConfig(name="x", title="X", kind=kind, url="drop", folder=tmp_path))


def test_a_token_is_sent_as_ckan_wants_it(tmp_path: Path) -> None:
    with serving(ckan(lambda: [package(1)])) as server:
        made = neighbour(tmp_path, server.url("/"), "ckan")
        made.source = replace(made.source, token_env="PORTAL_TOKEN")
        assert run(made, replace(quick(tmp_path), environ={"PORTAL_TOKEN": "geheim-12345"})).outcome is Outcome.OK
        assert server.requests[0].headers["authorization"] == "geheim-12345"
