"""The kind `dcat` against feeds of all forms, and against hostile ones."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from catalog.plan import Outcome
from harvesters.harvester import SourceConfig
from harvesters.registry import harvester_of
from schemas.errors import ConfigurationError
from schemas.values import Licence
from tests.harvesters.catalogues.portals import (
    PREFIXES,
    ckan,
    described,
    extras,
    feed_page,
    neighbour,
    package,
    published,
    quick,
    run,
    sourced,
    turtle,
)
from tests.harvesters.http.servers import Script, Server, in_turn, reply, serving
from tests.harvesters.http.test_conditional import Versioned

BASE = "https://nachbar.example/dataset/"
FORMS = {
    "rdf-xml": (RdfFormat.RDF_XML, "application/rdf+xml"),
    "turtle": (RdfFormat.TURTLE, "text/turtle"),
    "json-ld": (RdfFormat.JSON_LD, "application/ld+json"),
    "n-triples": (RdfFormat.N_TRIPLES, "application/n-triples"),
}


def paged(server: Server, routes: dict[str, Script], pages: list[list[int]], *, total: int | None = None, last: bool = True) -> None:
    """Fills `routes` with a feed in pages, as ckanext-dcat has it: `/catalog.ttl?page=N`, told apart by the query."""
    texts = []
    for index, numbers in enumerate(pages):
        following = server.url(f"/catalog.ttl?page={index + 2}") if index + 1 < len(pages) else ""
        end = server.url(f"/catalog.ttl?page={len(pages)}") if last else ""
        view = server.url(f"/catalog.ttl?page={index + 1}")
        texts.append(feed_page(map(described, numbers), view=view, following=following, last=end, total=total))

    def script(line: Any, request: Any) -> bool:
        found = re.search(r"page=(\d+)", request.target)
        return turtle(texts[int(found[1]) - 1 if found else 0])(line, request)

    routes["/catalog.ttl"] = script


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("told", [True, False])
def test_every_form_gives_the_same_rows_whether_the_server_names_it_or_not(form: str, told: bool, tmp_path: Path) -> None:
    syntax, media_type = FORMS[form]
    content = serialize(parse(feed_page(map(described, range(3))), format=RdfFormat.TURTLE), format=syntax)
    assert content is not None
    with serving({"/feed": reply(content, Content_Type=media_type if told else "application/octet-stream")}) as server:
        made = neighbour(tmp_path, server.url("/feed"), "dcat")
        record = run(made, quick(tmp_path))
        assert record.outcome is Outcome.OK, record
    found = published(made)
    assert sorted(found) == [f"{BASE}{number}" for number in range(3)]
    first = found[f"{BASE}0"]
    assert (first.title.de, first.publisher, first.contact_url) == ("Radwege 0", "Nachbarstadt", "")
    assert (first.links[0].licence.known, first.links[0].uri) == (Licence.DL_BY_2, f"{BASE}0/csv")
    assert first.modified is not None
    assert first.modified.isoformat() == "2026-01-06T09:15:00+00:00"


def test_the_order_of_triples_and_the_names_of_blank_nodes_change_nothing(tmp_path: Path) -> None:
    triples = list(parse(feed_page(map(described, range(3))), format=RdfFormat.TURTLE))
    first, second = (serialize(each, format=RdfFormat.N_TRIPLES) for each in (triples, triples[::-1]))
    assert first is not None
    assert second is not None
    assert first != second
    with serving({"/feed": in_turn(reply(first), reply(second))}) as server:
        made, web = neighbour(tmp_path, server.url("/feed"), "dcat"), quick(tmp_path)
        assert run(made, web).outcome is Outcome.OK
        assert run(made, web).outcome is Outcome.UNCHANGED


def test_a_feed_that_says_304_is_not_read_again(tmp_path: Path) -> None:
    with serving({"/feed.ttl": Versioned(feed_page(map(described, range(3))).encode())}) as server:
        made, web = neighbour(tmp_path, server.url("/feed.ttl"), "dcat"), quick(tmp_path)
        run(made, web)
        revision = made.store.revision()
        assert run(made, web).outcome is Outcome.UNCHANGED
        assert server.requests[1].headers["if-none-match"]
        assert made.store.revision() == revision


def test_pages_are_followed_to_the_last(tmp_path: Path) -> None:
    routes: dict[str, Script] = {}
    with serving(routes) as server:
        paged(server, routes, [[1, 2], [3, 4], [5]], total=5)
        made = neighbour(tmp_path, server.url("/catalog.ttl"), "dcat")
        record = run(made, quick(tmp_path))
        assert (record.outcome, record.counts["created"]) == (Outcome.OK, 5), record
        assert len(server.requests) == 3


def test_a_feed_cut_after_page_one_removes_nothing(tmp_path: Path) -> None:
    routes: dict[str, Script] = {}
    with serving(routes) as server:
        paged(server, routes, [[1, 2], [3, 4], [5, 6]], total=6)
        made, web = neighbour(tmp_path, server.url("/catalog.ttl"), "dcat"), quick(tmp_path)
        run(made, web)
        paged(server, routes, [[1, 2]], total=6)
        record = run(made, web, days=30)
        assert record.outcome is Outcome.FAILED
        assert "nennt 6 Datensätze, geliefert hat er 2" in record.message
        text = feed_page(map(described, [1, 2]), view=server.url("/catalog.ttl?page=1"), last=server.url("/catalog.ttl?page=3"))
        routes["/catalog.ttl"] = turtle(text)
        record = run(made, web, days=30)
        assert record.outcome is Outcome.FAILED
        assert "page=3" in record.message
    assert len(published(made)) == 6


def test_without_any_claim_the_guard_holds_a_shrunken_feed(tmp_path: Path) -> None:
    with serving({"/feed": in_turn(turtle(feed_page(map(described, range(6)))), turtle(feed_page(map(described, [1]))))}) as server:
        made, web = neighbour(tmp_path, server.url("/feed"), "dcat"), quick(tmp_path)
        run(made, web)
        assert run(made, web, days=30).outcome is Outcome.HELD
    assert len(published(made)) == 6


def test_a_total_that_counts_other_things_can_be_ignored(tmp_path: Path) -> None:
    with serving({"/feed": turtle(feed_page(map(described, [1]), view="https://x.example/?page=1", total=9))}) as server:
        made = neighbour(tmp_path, server.url("/feed"), "dcat", check_total=False)
        assert run(made, quick(tmp_path)).outcome is Outcome.OK


def bombs() -> dict[str, Script]:
    entities = '<?xml version="1.0"?><!-- a --><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    rdf = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF>'
    node = {"@id": f"{BASE}1", "@type": "http://www.w3.org/ns/dcat#Dataset"}
    ld: Any = {"Content_Type": "application/ld+json"}
    return {
        "entities": reply(entities + rdf, Content_Type="application/rdf+xml"),
        "entities in other clothes": reply(entities + rdf, Content_Type="text/turtle"),
        "file": reply(f'<!DOCTYPE r SYSTEM "file:///etc/passwd">{rdf}', Content_Type="application/rdf+xml"),
        "context": reply(json.dumps({"@context": "https://fremd.example/c.jsonld", **node}), **ld),
        "context in list": reply(json.dumps({"@context": [{}, "https://fremd.example/c.jsonld"], **node}), **ld),
        "context inside": reply(json.dumps({"@context": {}, "@graph": [{"@context": "https://fremd.example/c.jsonld", **node}]}), **ld),
        "import": reply(json.dumps({"@context": {"@import": "https://fremd.example/c.jsonld"}, **node}), **ld),
        "deep": reply('{"a":' * 1000 + "1" + "}" * 1000, **ld),
        "deeper": reply("[" * 200_000, **ld),
        "no RDF": turtle("Guten Tag!"),
        "half": turtle(feed_page([described(1)])[:-30]),
        "empty": turtle(""),
        "blank": turtle("# nichts\n"),
        "login": reply("<!doctype html><title>Anmeldung</title>"),
        "no UTF-8": reply(feed_page([described(1)]).replace("Breite", "Größe").encode("latin-1"), Content_Type="text/turtle"),
        "several next": turtle(
            feed_page([described(1)])
            + "<https://a.example/> a hydra:PartialCollectionView ; hydra:next <https://a.example/1>, <https://a.example/2> ."
        ),
        "foreign next": turtle(feed_page([described(1)], view="https://a.example/", following="https://fremd.example/feed?page=2")),
        "inner next": turtle(feed_page([described(1)], view="https://a.example/", following="http://169.254.169.254/latest")),
        "next itself": turtle(feed_page([described(1)], view="https://a.example/", following="/feed")),
        "no data sets": turtle(PREFIXES + "<https://a.example/> a dcat:Catalog ."),
    }


@pytest.mark.parametrize("name", bombs())
def test_a_hostile_or_broken_page_removes_nothing_and_fetches_nothing(name: str, tmp_path: Path) -> None:
    routes = {"/feed": turtle(feed_page(map(described, range(4))))}
    with serving(routes) as server:
        made, web = neighbour(tmp_path, server.url("/feed"), "dcat"), quick(tmp_path)
        assert run(made, web).outcome is Outcome.OK
        revision = made.store.revision()
        routes["/feed"] = bombs()[name]
        record = run(made, web, days=30)
        assert record.outcome is Outcome.FAILED, record
        assert set(server.paths) == {"/feed"}
    assert (made.store.revision(), len(published(made))) == (revision, 4)


def test_a_loop_over_later_pages_ends(tmp_path: Path) -> None:
    """ckanext-dcat remembers the first page only (issue 260)."""
    routes: dict[str, Script] = {}
    with serving(routes) as server:
        texts = [
            feed_page([described(number)], view=server.url(f"/{number}"), following=server.url(f"/{following}"))
            for number, following in ((1, 2), (2, 3), (3, 2))
        ]
        routes.update({f"/{number + 1}": turtle(text) for number, text in enumerate(texts)})
        record = run(neighbour(tmp_path, server.url("/1"), "dcat"), quick(tmp_path))
        assert record.outcome is Outcome.FAILED
        assert len(server.requests) == 3


def test_pages_without_end_end(tmp_path: Path) -> None:
    def endless(line: Any, request: Any) -> bool:
        number = int(request.target.rpartition("=")[2] or 1)
        return turtle(feed_page([described(number)], view=request.target, following=f"/feed?page={number + 1}"))(line, request)

    with serving({"/feed": endless}) as server:
        record = run(neighbour(tmp_path, server.url("/feed?page=1"), "dcat", most_pages=5), quick(tmp_path))
        assert (record.outcome, len(server.requests)) == (Outcome.FAILED, 5)


def test_one_bad_iri_or_record_costs_that_record(tmp_path: Path) -> None:
    bad = [
        described(2).replace("<https://daten.nachbar.example/2.csv>", "<https://daten.nachbar.example/2 neu.csv>"),
        described(3).replace('dct:title "Radwege 3"@de ;', ""),
        described(4, base="https://nachbar.example/data set/"),
        "[] a dcat:Dataset ; dct:title 'Namenlos' .",
        described(6).replace("<https://daten.nachbar.example/6.csv>", "<file:///etc/passwd>"),
    ]
    with serving({"/feed": turtle(feed_page([described(1), *bad]))}) as server:
        made = neighbour(tmp_path, server.url("/feed"), "dcat")
        record = run(made, quick(tmp_path))
    assert record.outcome is Outcome.PARTIAL
    assert list(published(made)) == [f"{BASE}1"]
    found = sorted((finding.code, finding.field, each.key) for each in made.store.quarantine() for finding in each.findings)
    assert found == [
        ("bad-address", "dcat:accessURL", f"{BASE}2"),
        ("bad-address", "dcat:accessURL", f"{BASE}6"),
        ("bad-iri", "dcat:Dataset", ""),
        ("no-identifier", "dcterms:identifier", ""),
        ("no-title", "dcterms:title", f"{BASE}3"),
    ]


def test_a_data_set_that_is_only_mentioned_is_none(tmp_path: Path) -> None:
    with serving({"/feed": turtle(feed_page([described(1), f"<{BASE}9> a dcat:Dataset ."], view="https://a.example/", total=1))}) as server:
        made = neighbour(tmp_path, server.url("/feed"), "dcat")
        record = run(made, quick(tmp_path))
    assert (record.outcome, len(published(made))) == (Outcome.OK, 1)
    assert [each.code for each in record.findings] == ["stub"]


def test_our_own_data_sets_never_come_back(tmp_path: Path) -> None:
    ours = described(7, base="https://daten.example.org/datasets/")
    copied = described(8).replace(f'dct:identifier "{BASE}8"', 'dct:identifier "https://daten.example.org/datasets/radwege"')
    with serving({"/feed": turtle(feed_page([described(1), ours, copied]))}) as server:
        made = neighbour(tmp_path, server.url("/feed"), "dcat")
        record = run(made, quick(tmp_path))
    assert list(published(made)) == [f"{BASE}1"]
    assert ["2 Datensätze" in each.message for each in record.findings if each.code == "own"] == [True]


def test_a_person_is_neither_publisher_nor_contact(tmp_path: Path) -> None:
    person = described(1).replace("foaf:Organization", "foaf:Person").replace('"Nachbarstadt"', '"Erika Mustermann"')
    with serving({"/feed": turtle(feed_page([person]))}) as server:
        made = neighbour(tmp_path, server.url("/feed"), "dcat")
        run(made, quick(tmp_path))
    (found,) = published(made).values()
    assert found.publisher == "Portal nachbar"
    assert "ustermann" not in repr(found)


DATA_JSON = {
    "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
    "@type": "dcat:Catalog",
    "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
    "dataset": [
        {
            "@type": "dcat:Dataset",
            "title": "Radwege",
            "description": "Breite <b>und</b> Belag.",
            "keyword": ["Rad", "Verkehr"],
            "modified": "2026-01-06",
            "publisher": {"@type": "org:Organization", "name": "Nachbarstadt"},
            "contactPoint": {"@type": "vcard:Contact", "fn": "Erika Mustermann", "hasEmail": "mailto:erika.mustermann@stadt.example"},
            "identifier": "rad 1",
            "accessLevel": "public",
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "temporal": "2025-01-01/2025-12-31",
            "spatial": "7.6,49.3,7.9,49.6",
            "accrualPeriodicity": "R/P1Y",
            "distribution": [
                {"@type": "dcat:Distribution", "downloadURL": "https://daten.nachbar.example/rad.csv", "mediaType": "text/csv"}
            ],
        },
        "nonsense",
    ],
}


def test_a_data_json_is_read_without_loading_the_context_it_names(tmp_path: Path) -> None:
    with serving({"/data.json": reply(json.dumps(DATA_JSON), Content_Type="application/json")}) as server:
        made, web = neighbour(tmp_path, server.url("/data.json"), "dcat"), quick(tmp_path)
        record = run(made, web)
        assert (record.outcome, len(made.store.quarantine())) == (Outcome.PARTIAL, 1), record
        (found,) = published(made).values()
        assert (found.uri, found.identifiers) == (server.url("/data.json#rad%201"), ("rad 1",))
        assert (found.title.de, found.description.de, found.publisher) == ("Radwege", "Breite und Belag.", "Nachbarstadt")
        assert (found.licence.known, found.bbox) == (Licence.CC_BY_4, (7.6, 49.3, 7.9, 49.6))
        assert (found.links[0].access_url, found.links[0].media_type) == ("https://daten.nachbar.example/rad.csv", "text/csv")
        assert [str(found.temporal.start), str(found.temporal.end)] == ["2025-01-01", "2025-12-31"] if found.temporal else False
        assert run(made, web).outcome is Outcome.UNCHANGED
    assert not any(b"ustermann" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_the_same_data_set_over_ckan_and_dcat_has_one_name(tmp_path: Path) -> None:
    """ckanext-dcat names the node by the extra `uri`: whichever way is harvested, and in whatever order, it is one data set."""
    with serving({"/feed": turtle(feed_page([described(1)])), **ckan(lambda: [package(1, extras=extras(uri=f"{BASE}1"))])}) as server:
        made, web = neighbour(tmp_path, server.url("/feed"), "dcat"), quick(tmp_path)
        run(made, web)
        sourced(made, server.url("/"), "ckan", name="portal")
        run(made, web)
    assert [finding.code for each in made.store.quarantine() for finding in each.findings] == ["duplicate-key"]


@pytest.mark.parametrize("options", [{"format": "turtle"}, {"syntax": "xml"}, {"most_pages": 0}])
def test_options_that_do_not_exist_or_fit_are_errors(options: dict[str, object], tmp_path: Path) -> None:
    source = SourceConfig(name="x", title="X", kind="dcat", url="https://portal.example", folder=tmp_path, options=options)
    with pytest.raises(ConfigurationError):
        harvester_of(source)
