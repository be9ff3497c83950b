"""The kind `wordpress` against sites that behave, and against those that do not."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from catalog.plan import Outcome
from harvesters.harvester import SourceConfig
from harvesters.registry import harvester_of
from harvesters.wordpress.extraction import Item, labelled, reduced, tidied
from harvesters.wordpress.options import Extraction
from schemas.errors import ConfigurationError, DisclosureError, MappingError
from schemas.row import Value
from tests.harvesters.catalogues.portals import neighbour, quick, run
from tests.harvesters.http.servers import Line, Request, Script, reply, serving
from tests.harvesters.wordpress.sites import FIELDS, PROFILE, Json, answer, index, item, options, refusal, site
from tests.harvesters.world import Intake
from tests.shared import SHARED

LIST = "/wp-json/wp/v2/projekt"
FIXTURES = SHARED / "reference" / "participation" / "fixtures" / "wordpress"


def rows(made: Intake, table: str = "project") -> dict[str, dict[str, Value]]:
    return {each.row.key: dict(each.row.values) for each in made.store.published(made.source.name, table)}


def codes(record: Any) -> set[str]:
    return {each.code for each in record.findings}


def test_items_become_rows_by_the_rules_of_the_site(tmp_path: Path) -> None:
    items = [item(number) for number in range(1, 6)]
    with serving(site({"projekt": lambda: items})) as server:
        made = neighbour(tmp_path, server.url("/"), "wordpress", **options(page_size=2))
        record = run(made, quick(tmp_path))
        pages = [dict(parse_qsl(urlsplit(each).query)) for each in server.paths[1:]]

    assert (record.outcome, record.counts["created"], record.findings) == (Outcome.OK, 5, ())
    assert server.paths[0] == "/wp-json/", "first what there is"
    assert [each["page"] for each in pages] == ["1", "2", "3"]
    first = {name: value for name, value in rows(made)["st-1"].items() if value is not None}
    assert first == {
        "id": "st-1",
        "title": "Projekt 1 – Platz & Park",
        "summary": "Ein Platz für alle Nummern 1.",
        "status": "running",
        "start": "2021",
        "programme": "Modellprojekte Smart Cities",
        "website": "https://stadt.example/projekte/projekt-1/",
        "source_date": "2024-07-01",  # 22:30 UTC on the day before
        "source_date_basis": "stated",
    }


def test_what_no_rule_takes_is_never_asked_for_and_kept_nowhere(tmp_path: Path) -> None:
    with serving(site({"projekt": lambda: [item(1), item(2)]})) as server:
        made = neighbour(tmp_path, server.url("/"), "wordpress", **options())
        assert run(made, quick(tmp_path)).outcome is Outcome.OK
        asked = dict(parse_qsl(urlsplit(server.paths[1]).query))["_fields"].split(",")
        assert any(b"Mustermann" in each.said for each in server.lines), "it stands in the same text"

    assert set(asked) == {"id", "link", "modified_gmt", "content.protected", "title.rendered", "content.rendered"}
    assert not [each for each in server.paths if "users" in each]
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"ustermann" not in path.read_bytes(), path


def test_two_fields_may_stand_in_one_place(tmp_path: Path) -> None:
    """As profiles say it: »Laufzeit: März 2021 bis 2023«."""
    said = PROFILE.replace("2021&nbsp;", "M&auml;rz 2021 bis 2023").format(status="läuft", number=1)
    once = PROFILE.format(status="läuft", number=2)
    items = [item(1, content={"rendered": said, "protected": False}), item(2, content={"rendered": once, "protected": False})]
    term = {name: {"label": "Laufzeit", "part": place, "separator": "bis"} for place, name in enumerate(("start", "end"))}
    with serving(site({"projekt": lambda: items})) as server:
        content = [{"type": "projekt", "fields": {**FIELDS, **term}}]
        made = neighbour(tmp_path, server.url("/"), "wordpress", **options(content=content))
        assert run(made, quick(tmp_path)).outcome is Outcome.OK
    assert [(each["start"], each["end"]) for each in rows(made).values()] == [("2021-03", "2023"), ("2021", None)]


def test_a_site_that_ignores_fields_gives_no_more_for_that(tmp_path: Path) -> None:
    everything = [{**item(1), "author_name": "Erika Mustermann", "yoast_head_json": {"author": "Erika Mustermann"}}]
    routes = site({"projekt": lambda: everything}) | {LIST: answer(everything, X_WP_Total="1", X_WP_TotalPages="1")}
    with serving(routes) as server:
        made = neighbour(tmp_path, server.url("/"), "wordpress", **options())
        assert run(made, quick(tmp_path)).outcome is Outcome.OK

    assert rows(made)["st-1"]["status"] == "running"
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"ustermann" not in path.read_bytes(), path


def test_the_second_harvest_finds_changes_and_nothing_else(tmp_path: Path) -> None:
    items = [item(number) for number in range(1, 6)]
    with serving(site({"projekt": lambda: items})) as server:
        made, web = neighbour(tmp_path, server.url("/"), "wordpress", **options(page_size=2)), quick(tmp_path)
        run(made, web)
        revision = made.store.revision()
        items[0]["content"]["rendered"] += "<p>Neue Pressemeldung.</p>"
        assert run(made, web).outcome is Outcome.UNCHANGED, "what no rule reads may change"
        assert made.store.revision() == revision
        items[2] = item(3, status="fertig", modified="2026-11-02T09:00:00")
        assert run(made, web).counts["updated"] == 1

    assert rows(made)["st-3"]["status"] == "completed"


def test_a_second_harvest_asks_for_changes_and_for_the_length_of_the_list(tmp_path: Path) -> None:
    items = [item(number) for number in range(1, 8)]
    with serving(site({"projekt": lambda: items})) as server:
        made, web = neighbour(tmp_path, server.url("/"), "wordpress", **options(page_size=2)), quick(tmp_path)
        run(made, web)
        first = len(server.paths)
        assert run(made, web, days=1).outcome is Outcome.UNCHANGED
        asked = [dict(parse_qsl(urlsplit(each).query)) for each in server.paths[first:]]
        items.append(item(8, modified="2026-11-02T09:00:00"))
        items[0] = item(1, status="fertig", modified="2026-11-02T09:00:00")
        record = run(made, web, days=1)

    assert [(each.get("modified_after"), each.get("per_page")) for each in asked] == [
        (None, None),
        ("2026-10-31T04:00:01", "2"),
        (None, "1"),
    ], "routes, changes, length"
    assert (record.counts["created"], record.counts["updated"], record.counts["missing"]) == (1, 1, 0)
    assert "dieselben Zeilen wie damals" in made.replay(record.id).message
    assert "nicht dieselben" not in made.replay(record.id).message


def test_what_moves_no_date_is_seen_when_everything_is_read_again(tmp_path: Path) -> None:
    """A theme, a shared block, a custom field; and a site that knows no `modified_after` gives everything each time."""
    items = [item(number) for number in range(1, 8)]
    with serving(site({"projekt": lambda: items})) as server:
        made, web = neighbour(tmp_path, server.url("/"), "wordpress", **options(page_size=2)), quick(tmp_path)
        run(made, web)
        items[4] = item(5, status="fertig")
        assert run(made, web, days=1).outcome is Outcome.UNCHANGED
        assert run(made, web, days=7).counts["updated"] == 1


def test_a_list_whose_length_does_not_come_out_is_read_whole_at_once(tmp_path: Path) -> None:
    items = [item(number) for number in range(1, 8)]
    with serving(site({"projekt": lambda: items})) as server:
        made, web = neighbour(tmp_path, server.url("/"), "wordpress", **options(page_size=2)), quick(tmp_path)
        run(made, web)
        items[6] = item(9)  # one is deleted, and one that was planned long ago appears under its old date
        del items[0]
        record = run(made, web, days=1)

    assert (record.counts["created"], record.counts["missing"]) == (1, 2), record


def test_an_item_that_is_gone_is_marked(tmp_path: Path) -> None:
    items = [item(number) for number in range(1, 6)]
    with serving(site({"projekt": lambda: items})) as server:
        made, web = neighbour(tmp_path, server.url("/"), "wordpress", **options(page_size=2)), quick(tmp_path)
        run(made, web)
        del items[1]
        assert run(made, web).counts["missing"] == 1

    assert made.published()["st-2"] == "missing"


def test_of_several_lists_that_fill_one_table_none_can_be_empty_unseen(tmp_path: Path) -> None:
    lists = {"projekt": [item(number) for number in range(1, 21)], "archiv": [item(101), item(102)]}
    content = [{"type": each, "table": "project", "fields": FIELDS} for each in lists]
    with serving(site({name: partial(lists.__getitem__, name) for name in lists})) as server:
        made, web = neighbour(tmp_path, server.url("/"), "wordpress", prefix="st", content=content), quick(tmp_path)
        run(made, web)
        lists["archiv"].clear()
        held = run(made, web, days=30)
        assert (held.outcome, "»/wp/v2/archiv«" in held.message) == (Outcome.HELD, True), held

    assert set(made.published().values()) == {"current"}


def test_one_list_may_fill_several_tables_and_is_asked_once(tmp_path: Path) -> None:
    events = {
        "type": "projekt",
        "table": "event",
        "fields": {"start": "date", "mode": {"constant": "analog"}, "project_id": {"path": "id", "reference": True}},
    }
    content = [{"type": "projekt", "table": "project", "fields": FIELDS}, events]
    with serving(site({"projekt": lambda: [item(1)]})) as server:
        made = neighbour(tmp_path, server.url("/"), "wordpress", **options(content=content))
        assert run(made, quick(tmp_path)).outcome is Outcome.OK
        assert len(server.paths) == 2

    found = rows(made, "event")["st-1"]
    assert (found["start"], found["project_id"], found["title"]) == ("2024-03-01", "st-1", "Projekt 1 – Platz & Park")


def test_one_taxonomy_may_hold_what_becomes_two_fields(tmp_path: Path) -> None:
    topic = {"path": "categories", "codes": {"12": "transport", "13": "culture"}}
    status = {"path": "categories", "codes": {"1": "planned", "2": "completed"}}
    items = [item(1), item(2, categories=[13, 99, 2])]
    with serving(site({"projekt": lambda: items})) as server:
        content = [{"type": "projekt", "fields": {"topic": topic, "status": status}}]
        made = neighbour(tmp_path, server.url("/"), "wordpress", **options(content=content))
        run(made, quick(tmp_path))

    found = {key: (row["topic"], row["status"]) for key, row in rows(made).items()}
    assert found == {"st-1": ("transport", "planned"), "st-2": ("culture", "completed")}


def test_a_list_can_be_narrowed(tmp_path: Path) -> None:
    items = [item(1), item(2, categories=[7]), item(3)]
    content = [{"type": "projekt", "filter": {"categories": 12}, "fields": FIELDS}]
    with serving(site({"projekt": lambda: items})) as server:
        made = neighbour(tmp_path, server.url("/"), "wordpress", **options(content=content))
        run(made, quick(tmp_path))

    assert set(rows(made)) == {"st-1", "st-3"}


def test_a_site_in_a_folder_without_pretty_addresses_is_read(tmp_path: Path) -> None:
    inner = site({"projekt": lambda: [item(1)]})

    def script(line: Line, request: Request) -> bool:
        query = dict(parse_qsl(urlsplit(request.target).query))
        return inner["/wp-json" + query["rest_route"]](line, request)

    with serving({"/blog/": script}) as server:
        made = neighbour(tmp_path, server.url("/blog"), "wordpress", **options(api="?rest_route=/"))
        assert run(made, quick(tmp_path)).outcome is Outcome.OK

    assert set(rows(made)) == {"st-1"}


def test_routes_count_and_namespaces_do_not(tmp_path: Path) -> None:
    """A namespace may be named although what belongs to it is switched off."""
    with serving(site({"projekt": lambda: [item(1)]}) | {"/wp-json/": answer(index("/wp/v2/posts"))}) as server:
        record = run(neighbour(tmp_path, server.url("/"), "wordpress", **options()), quick(tmp_path))
        assert len(server.paths) == 1

    assert record.outcome is Outcome.FAILED
    assert "keine Route /wp/v2/projekt. Es gibt: /wp/v2/posts" in record.message


BROKEN: dict[str, Script] = {
    "empty": reply("", Content_Type="application/json"),
    "login": reply("<!doctype html><title>Anmeldung</title>"),
    "error as 200": answer({"code": "rest_forbidden", "message": "Nein."}),
    "half": reply(json.dumps([item(1)])[:-9], Content_Type="application/json"),
    "no route any more": refusal("rest_no_route", 404),
    "forbidden": refusal("rest_forbidden", 401),
    "bad request": refusal("rest_invalid_param", 400),
    "server error": reply("oops", 500),
    "deep": reply("[" * 100_000, Content_Type="application/json"),
    "no items, but a total": answer([], X_WP_Total="5", X_WP_TotalPages="1"),
}


def test_a_broken_site_takes_nothing_away(tmp_path: Path) -> None:
    items = [item(number) for number in range(1, 6)]
    routes = site({"projekt": lambda: items})
    with serving(routes) as server:
        made, web = neighbour(tmp_path, server.url("/"), "wordpress", **options()), quick(tmp_path)
        run(made, web)
        revision = made.store.revision()
        for name, fault in BROKEN.items():
            routes[LIST] = fault
            record = run(made, web, days=30)
            assert record.outcome is Outcome.FAILED, (name, record)
            assert (made.store.revision(), len(rows(made))) == (revision, 5), name


def test_a_total_that_is_not_what_was_listed_fails_the_harvest(tmp_path: Path) -> None:
    items = [item(number) for number in range(1, 6)]
    claims = [3, 6, 400]
    with serving(site({"projekt": lambda: items}, claimed=lambda count: claims[0])) as server:
        made, web = neighbour(tmp_path, server.url("/"), "wordpress", **options()), quick(tmp_path)
        while claims:
            record = run(made, web)
            assert record.outcome is Outcome.FAILED
            assert f"nennt {claims.pop(0)} Beiträge, geliefert hat sie 5" in record.message


def test_a_list_that_changes_while_it_is_read_fails_the_harvest(tmp_path: Path) -> None:
    """One that goes moves the next page by one: what slips through is not gone."""
    items = [item(number) for number in range(1, 6)]
    there = site({"projekt": lambda: items})

    def one_goes(line: Line, request: Request) -> bool:
        answered = there[LIST](line, request)
        if "page=1&" in request.target:
            del items[0]
        return answered

    with serving(there | {LIST: one_goes}) as server:
        record = run(neighbour(tmp_path, server.url("/"), "wordpress", **options(page_size=2)), quick(tmp_path))

    assert record.outcome is Outcome.FAILED
    assert "nannte erst 5 Beiträge, dann 4" in record.message


def test_without_totals_a_list_ends_with_its_last_page(tmp_path: Path) -> None:
    """The page beyond the end is answered with 400."""
    items = [item(number) for number in range(1, 6)]
    with serving(site({"projekt": lambda: items}, totals=False)) as server:
        made, web = neighbour(tmp_path, server.url("/"), "wordpress", **options(page_size=2)), quick(tmp_path)
        assert run(made, web).counts["created"] == 5
        assert server.paths[-1].split("&")[1] == "page=4"
        del items[0]
        assert run(made, web).counts["missing"] == 1
        assert server.paths[-1].split("&")[1] == "page=3", "also when the last page is full"


def test_a_page_that_lost_its_totals_on_the_way_does_not_shorten_the_list(tmp_path: Path) -> None:
    """A cache answers for the middle, and the end is out of order."""
    items = [item(number) for number in range(1, 8)]
    there, bare = site({"projekt": lambda: items}), site({"projekt": lambda: items}, totals=False)

    def broken(line: Line, request: Request) -> bool:
        if "&page=2&" in request.target:
            return bare[LIST](line, request)
        return (refusal("rest_post_invalid_page_number", 400) if "&page=3&" in request.target else there[LIST])(line, request)

    routes = dict(there)
    with serving(routes) as server:
        made, web = neighbour(tmp_path, server.url("/"), "wordpress", **options(page_size=3, full_every_days=0)), quick(tmp_path)
        assert run(made, web).counts["created"] == 7
        routes[LIST] = broken
        record = run(made, web, days=1)

    assert record.outcome is Outcome.FAILED, record
    assert "nennt 7 Beiträge, geliefert hat sie 6" in record.message


def test_a_list_that_does_not_page_is_found_out(tmp_path: Path) -> None:
    same = answer([item(1), item(2)])
    with serving(site({"projekt": list}) | {LIST: same}) as server:
        record = run(neighbour(tmp_path, server.url("/"), "wordpress", **options(page_size=2)), quick(tmp_path))
        assert len(server.paths) == 3

    assert record.outcome is Outcome.FAILED
    assert "blättert nicht" in record.message


def test_a_list_larger_than_allowed_is_not_read(tmp_path: Path) -> None:
    items = [item(number) for number in range(1, 6)]
    with serving(site({"projekt": lambda: items})) as server:
        record = run(neighbour(tmp_path, server.url("/"), "wordpress", **options(at_most=3)), quick(tmp_path))

    assert record.outcome is Outcome.FAILED
    assert "options.at_most" in record.message


def _with(number: int, html: str) -> Json:
    return item(number, content={"rendered": html, "protected": False})


def test_a_needed_rule_that_finds_nothing_quarantines_and_empties_nothing(tmp_path: Path) -> None:
    items = [item(number) for number in range(1, 6)]
    with serving(site({"projekt": lambda: items})) as server:
        made, web = neighbour(tmp_path, server.url("/"), "wordpress", **options()), quick(tmp_path)
        run(made, web)
        items[1] = _with(2, PROFILE.format(status="läuft", number=2).replace("Förderung", "Gefördert von"))
        record = run(made, web)

    assert (record.outcome, record.counts["quarantined"]) == (Outcome.PARTIAL, 1), record
    assert (made.published()["st-2"], rows(made)["st-2"]["programme"]) == ("stale", "Modellprojekte Smart Cities")
    assert [each.findings[0].code for each in made.store.quarantine()] == ["missing-value"]


def test_a_needed_rule_that_finds_nothing_in_most_items_fails_the_harvest(tmp_path: Path) -> None:
    items = [item(number) for number in range(1, 6)]
    with serving(site({"projekt": lambda: items})) as server:
        made, web = neighbour(tmp_path, server.url("/"), "wordpress", **options()), quick(tmp_path)
        run(made, web)
        items[:3] = [_with(number, "<div class='neues-design'>läuft</div>") for number in (1, 2, 3)]
        record = run(made, web)

    assert record.outcome is Outcome.FAILED
    assert "(content.rendered .status) findet in 3 von 5 Beiträgen von /wp/v2/projekt nichts" in record.message
    assert set(made.published().values()) == {"current"}


def test_a_rule_that_finds_nothing_anywhere_is_reported(tmp_path: Path) -> None:
    fields = {**FIELDS, "partners": {"select": ".partner"}}
    with serving(site({"projekt": lambda: [item(1), item(2)]})) as server:
        made = neighbour(tmp_path, server.url("/"), "wordpress", **options(content=[{"type": "projekt", "fields": fields}]))
        record = run(made, quick(tmp_path))

    assert (record.outcome, [each.field for each in record.findings]) == (Outcome.OK, ["partners"])
    assert "(content.rendered .partner) findet in keinem der 2 Beiträge" in record.findings[0].message


def test_what_is_wrong_with_an_item_costs_that_item(tmp_path: Path) -> None:
    bad = [item(3, status="ruht gerade"), _with(4, "<b id=x><p>" * 10_000), *(item(5, id=number) for number in (None, "5", 0, True))]
    with serving(site({"projekt": lambda: [item(1), item(2), *bad]})) as server:
        made = neighbour(tmp_path, server.url("/"), "wordpress", **options())
        record = run(made, quick(tmp_path))

    assert (record.outcome, set(rows(made))) == (Outcome.PARTIAL, {"st-1", "st-2"})
    waiting = {(each.key, finding.code) for each in made.store.quarantine() for finding in each.findings}
    assert {("st-3", "type-error"), ("st-4", "type-error"), ("", "missing-value")} <= waiting, waiting


def test_what_lies_behind_a_password_stays_away(tmp_path: Path) -> None:
    closed = item(3, content={"rendered": "", "protected": True}, title={"rendered": "Geschützt: intern"})
    with serving(site({"projekt": lambda: [item(1), item(2), closed]})) as server:
        made = neighbour(tmp_path, server.url("/"), "wordpress", **options())
        record = run(made, quick(tmp_path))

    assert (set(rows(made)), codes(record)) == ({"st-1", "st-2"}, {"not-public"})
    assert not any(b"intern" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "http" in str(path))


def test_rules_that_have_changed_are_applied_though_the_site_says_unchanged(tmp_path: Path) -> None:
    """A cache before the site may answer 304; what was kept then lacks what is asked for now."""
    items = [item(1), item(2)]

    def cached(line: Line, request: Request) -> bool:
        if request.headers.get("if-none-match") == '"eins"':
            return reply(b"", 304)(line, request)
        return answer(items, X_WP_Total="2", X_WP_TotalPages="1", ETag='"eins"')(line, request)

    with serving(site({"projekt": lambda: items}) | {LIST: cached}) as server:
        made, web = neighbour(tmp_path, server.url("/"), "wordpress", **options()), quick(tmp_path)
        run(made, web)
        assert run(made, web).outcome is Outcome.UNCHANGED
        fields = {**FIELDS, "note": {"select": "dt"}}
        made.source = replace(made.source, options=options(content=[{"type": "projekt", "fields": fields}]))
        assert run(made, web).counts["updated"] == 2
        assert run(made, web).outcome is Outcome.UNCHANGED

    assert rows(made)["st-1"]["note"] == "Förderung"


def test_a_harvest_can_be_repeated_from_the_archive(tmp_path: Path) -> None:
    items = [item(number) for number in range(1, 6)]
    with serving(site({"projekt": lambda: items})) as server:
        made = neighbour(tmp_path, server.url("/"), "wordpress", **options(page_size=2))
        first = run(made, quick(tmp_path))
    repeated = made.replay(first.id)
    made.source = replace(made.source, options=options(page_size=2, content=[{"type": "projekt", "fields": {**FIELDS, "note": "slug"}}]))
    otherwise = made.replay(first.id)

    assert (repeated.outcome, repeated.counts["unchanged"]) == (Outcome.PLANNED, 5), repeated
    assert otherwise.outcome is Outcome.FAILED, "what other rules would need is not kept"


SOURCE = SourceConfig(name="stadt", title="Stadt", kind="wordpress", url="https://stadt.example/", folder=Path("nirgends"))


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ({"type": "users"}, ConfigurationError, "wird nie gelesen"),
        ({"type": "/wp/v2/users"}, ConfigurationError, "wird nie gelesen"),
        ({"type": "projekt", "filter": {"context": "edit"}}, ConfigurationError, "keine Bedingung"),
        ({"type": "projekt", "filter": {"status": "draft"}}, ConfigurationError, "keine Bedingung"),
        ({"type": "projekt", "table": "nirgends"}, MappingError, "gibt es hier nicht"),
        ({"type": "projekt", "table": "answer"}, MappingError, "gibt es hier nicht"),
        ({"type": "projekt", "fields": {}}, MappingError, "Pflichtfelder ohne Spalte: status"),
        ({"type": "projekt", "fields": {**FIELDS, "id": "slug"}}, MappingError, "macht klar selbst"),
        ({"type": "projekt", "fields": {**FIELDS, "gibt_es_nicht": "slug"}}, MappingError, "kein Feld gibt_es_nicht"),
        ({"type": "projekt", "fields": {**FIELDS, "note": "author"}}, ConfigurationError, "nennt Personen"),
        ({"type": "projekt", "fields": {**FIELDS, "note": "_embedded.author"}}, ConfigurationError, "Pfad aus Namen|nennt Personen"),
        ({"type": "projekt", "fields": {**FIELDS, "note": {"select": "a["}}}, ConfigurationError, "kein CSS-Selektor"),
        ({"type": "projekt", "fields": {**FIELDS, "note": {"select": "a", "path": "b"}}}, ConfigurationError, "genau eines"),
        ({"type": "projekt", "fields": {**FIELDS, "note": {"path": "slug", "every": True}}}, ConfigurationError, "gehören zu select"),
        ({"type": "projekt", "fields": {**FIELDS, "status": {"constant": "läuft"}}}, MappingError, "nicht in der Werteliste"),
        ({"type": "projekt", "fields": {**FIELDS, "note": {"path": "slug", "part": 0}}}, ConfigurationError, "gehören zusammen"),
        (
            {"type": "projekt", "fields": {**FIELDS, "note": {"constant": "a-b", "part": 0, "separator": "-"}}},
            ConfigurationError,
            "zu path",
        ),
        ({"type": "projekt", "fields": {**FIELDS, "note": "acf.vorname"}}, DisclosureError, "nennt Personen"),
        ({"type": "projekt", "fields": {**FIELDS, "note": {"select": "div .vorname"}}}, DisclosureError, "nennt Personen"),
        ({"type": "projekt", "fields": {**FIELDS, "note": {"label": "E-Mail"}}}, DisclosureError, "nennt Personen"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(content: Json, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        harvester_of(replace(SOURCE, options=options(content=[content])))


@pytest.mark.parametrize("url", ["drop", "ftp://stadt.example/"])
def test_a_site_has_an_address_in_the_web(url: str) -> None:
    with pytest.raises(ConfigurationError, match="http"):
        harvester_of(replace(SOURCE, url=url, options=options()))


def _value(rule: Json, **more: Any) -> str | None:
    found = Extraction.model_validate(rule)
    kept = reduced(item(7, **more), [found], "st")
    assert not kept["broken"]
    text = kept["texts"][found.place]
    assert text is None or isinstance(text, str)
    return text


@pytest.mark.parametrize(
    ("rule", "more", "value"),
    [
        ({"path": "title.rendered"}, {"title": {"rendered": "A &#038; <em>B</em>"}}, "A & B"),
        ({"path": "title"}, {"title": {"rendered": "A"}}, "A"),
        ({"path": "acf.laufzeit"}, {"acf": {"laufzeit": " 2021 "}}, "2021"),
        ({"path": "acf.laufzeit"}, {"acf": False}, None),
        ({"path": "acf.laufzeit"}, {"acf": []}, None),
        ({"path": "acf.kosten"}, {"acf": {"kosten": 12.0}}, "12"),
        ({"path": "acf.offen"}, {"acf": {"offen": True}}, "ja"),
        ({"path": "acf.partner"}, {"acf": {"partner": ["TU", "", "Verein"]}}, "TU; Verein"),
        ({"path": "categories", "codes": {"12": "transport"}}, {}, "12"),
        ({"path": "categories", "codes": {"99": "transport"}}, {}, None),
        ({"path": "parent", "reference": True}, {"parent": 31}, "st-31"),
        ({"path": "parent", "reference": True}, {"parent": 0}, None),
        ({"path": "date"}, {}, "2024-03-01"),
        ({"path": "date_gmt"}, {"date_gmt": "2024-06-30T22:30:00"}, "2024-07-01"),
        ({"path": "modified_gmt"}, {"modified_gmt": "0000-00-00T00:00:00"}, None),
        ({"path": "modified_gmt"}, {"modified_gmt": None}, None),
        ({"select": "dd"}, {}, "Modellprojekte Smart Cities"),
        ({"select": "p.leer"}, {}, None),
        ({"select": "h3", "within": "excerpt.rendered"}, {}, None),
        ({"select": "a", "attribute": "href"}, {"content": {"rendered": "<a>x</a><a href=' /b '>y</a>"}}, "/b"),
        ({"select": "li", "every": True}, {"content": {"rendered": "<li>TU<li>Verein<li>TU"}}, "TU; Verein"),
        ({"label": "laufzeit:"}, {}, "2021"),
        ({"label": "Förderung"}, {}, "Modellprojekte Smart Cities"),
        ({"label": "Fehlt"}, {}, None),
    ],
)
def test_a_rule_reads_one_place(rule: Json, more: Json, value: str | None) -> None:
    assert _value(rule, **more) == value


@pytest.mark.parametrize("more", [{"date": "gestern"}, {"date": "2024-02-30T00:00:00"}])
def test_a_broken_date_is_no_empty_one(more: Json) -> None:
    assert reduced(item(7, **more), [Extraction(path="date")], "st")["broken"] == ["date"]


def test_a_label_needs_its_whole_word() -> None:
    assert labelled(["Laufzeitende: 2027", "Laufzeit", ": 2021"], "Laufzeit") == "2021"
    assert labelled(["Laufzeit:"], "Laufzeit") is None


@pytest.mark.parametrize("strange", [None, [], 5, {"id": []}, {"id": 1, "texts": [], "broken": {}}, {"id": 1, "texts": {"a": {"b": 1}}}])
def test_what_looks_like_a_kept_item_holds_no_more_than_one(strange: object) -> None:
    kept = tidied(strange)

    assert kept.keys() == {"id", "protected", "texts", "broken"}
    assert (kept["texts"], kept["broken"]) == ({}, [])


@pytest.mark.skipif(not FIXTURES.is_dir(), reason=f"no payloads in {FIXTURES}")
@pytest.mark.parametrize("name", ["posts", "pages"])
def test_payloads_of_the_core_tests_are_read(name: str) -> None:
    payload = json.loads((FIXTURES / f"{name}_collection.json").read_text(encoding="utf-8"))
    rules = [Extraction(path="title.rendered"), Extraction(path="modified_gmt"), Extraction(select="p"), Extraction(path="link")]

    assert payload
    for each in payload:
        kept = reduced(each, rules, "st")
        assert (kept["id"], kept["broken"]) == (each["id"], [])
        assert all(kept["texts"][place] for place in ("title.rendered", "modified_gmt", "link"))
        assert Item(each).is_protected is False
