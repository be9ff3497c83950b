"""Feeds that want to harm their reader: each ends in a finding, soon, and nothing is fetched for it."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcat.check.graph import Graph
from dcat.check.page import inspect
from dcat.check.reading import PageRefused, read
from dcat.check.telling import told
from tests.dcat.check.pages import page, single
from tests.dcat.check.server import Page, checked, kinds, served

RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/">'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)) + "]>"
NODE = '<rdf:Description rdf:about="http://example.org/a"><dct:title>{}</dct:title></rdf:Description></rdf:RDF>'


def refusal(content: str | bytes, media_type: str) -> str:
    with pytest.raises(PageRefused) as caught:
        read(content if isinstance(content, bytes) else content.encode(), media_type, "http://example.org/")
    return caught.value.kind


@pytest.mark.parametrize(
    "content",
    [
        LAUGHS + RDF + NODE.format("&j;"),
        '<?xml version="1.0"?>\n<!-- a comment --> <!DOCTYPE rdf:RDF SYSTEM "file:///etc/passwd">' + RDF + NODE.format("x"),
        "\ufeff \n<!doctype html><html></html>",
        "<?xml version='1.0'?><?pi <!-- ?><!DOCTYPE x [<!ENTITY % a SYSTEM 'http://127.0.0.1/'> %a;]>" + RDF + NODE.format("x"),
    ],
)
def test_document_types_are_refused_before_a_parser_sees_them(content: str) -> None:
    assert refusal(content, "application/rdf+xml") == "doctype"


def test_text_that_speaks_of_document_types_is_read() -> None:
    graph = read((RDF + NODE.format("<![CDATA[<!DOCTYPE html>]]>")).encode(), "application/rdf+xml", "http://example.org/")

    assert graph.texts("http://example.org/a", "dcterms:title") == ["<!DOCTYPE html>"]


@pytest.mark.parametrize(
    "content",
    [
        '{"@context": "http://127.0.0.1:9/context.jsonld", "@id": "http://example.org/a"}',
        '{"@context": [{"p": "http://p/"}, "https://example.org/c"], "@id": "http://example.org/a"}',
        '[{"@id": "http://example.org/a", "http://p/": {"@context": "http://example.org/c"}}]',
        '{"@context": {"@import": "http://example.org/c"}, "@id": "http://example.org/a"}',
    ],
)
def test_remote_contexts_are_refused(content: str) -> None:
    assert refusal(content, "application/ld+json") == "remote-context"


def test_an_embedded_context_is_read() -> None:
    content = b'{"@context": {"dct": "http://purl.org/dc/terms/"}, "@id": "http://example.org/a", "dct:title": "x"}'

    assert read(content, "application/ld+json", "http://example.org/").texts("http://example.org/a", "dcterms:title") == ["x"]


def test_a_remote_context_is_never_asked_for() -> None:
    with served({"/context.jsonld": Page(content="{}")}) as other:
        content = f'{{"@context": "{other.url("/context.jsonld")}", "@id": "http://example.org/a"}}'
        report = checked({"/catalog.jsonld": Page(content=content, media_type="application/ld+json")}, "/catalog.jsonld")

        assert "remote-context" in kinds(report)
        assert other.asked == []


def test_what_xml_forbids_is_unreadable_for_others_and_so_for_us() -> None:
    assert refusal(RDF + NODE.format("a\x0bb"), "application/rdf+xml") == "unreadable"


def test_deep_json_is_refused() -> None:
    assert refusal("[" * 100_000 + "]" * 100_000, "application/ld+json") == "unreadable"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ("<a>" * 200_000, "application/rdf+xml"),
        ("<http://a> <http://p> " + "[ <http://p> " * 200_000, "text/turtle"),
        ("<http://a> <http://p> " + "(" * 200_000, "text/turtle"),
        ("[" * 500_000, "application/ld+json"),
        (LAUGHS + RDF + NODE.format("&j;"), "application/rdf+xml"),
    ],
    ids=["elements", "blank nodes", "lists", "brackets", "laughs"],
)
def test_deep_and_endless_pages_end_in_a_finding(content: str, media_type: str) -> None:
    report = checked({"/catalog": Page(content=content, media_type=media_type)}, "/catalog")

    assert report.errors
    assert report.datasets == 0


def test_a_redirect_without_end_is_left() -> None:
    report = checked({"/catalog.ttl": Page(status=302, headers={"Location": "/catalog.ttl"})})

    assert kinds(report) == {"unreachable"}


def test_places_inside_are_not_asked_without_permission() -> None:
    with served(single()) as feed:
        report = checked({"/catalog.ttl": Page(content=page(1))}, private=False)

        assert "unreachable" in kinds(report)
        assert feed.asked == []


def test_a_feed_cannot_send_us_inside() -> None:
    pages = single(("{base}/data/1.csv", "http://169.254.169.254/latest/meta-data"))
    report = checked(pages, links=10)

    assert "link-refused" in kinds(report)


def test_control_characters_do_not_reach_the_terminal() -> None:
    report = checked(single(('"projekt"@de', '"\\u001b[2Jrot\\u009b31m"@de')))

    assert "\x1b" not in told(report)
    assert "\x9b" not in told(report)


def test_a_data_set_in_a_circle_has_an_end() -> None:
    triples = "<http://x/a> a <http://www.w3.org/ns/dcat#Dataset> ; <http://p/> <http://x/b> . <http://x/b> <http://p/> <http://x/a> ."
    report = inspect(triples.encode(), "text/turtle", "http://x/", 1, "")

    assert [each.uri for each in report.datasets] == ["http://x/a"]


SYNTAXES = st.sampled_from(["text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples"])
PIECES = [
    "<http://a/b>",
    "a",
    "dcat:Dataset",
    "[",
    "]",
    "(",
    ")",
    ";",
    ".",
    '"x"@de',
    "\x0b",
    "{",
    "}",
    '"@context":',
    "<!--",
    "<?xml",
    "é",
    " ",
    "_:b",
]


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=60), SYNTAXES)
def test_any_text_is_read_or_refused(text: str, media_type: str) -> None:
    with suppress(PageRefused):  # and nothing else
        assert isinstance(read(text.encode("utf-8", "surrogatepass"), media_type, "http://example.org/"), Graph)
