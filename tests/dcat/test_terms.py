from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from dcat.terms import InvalidIri, addresses, clean, mailbox, moment, partial_date, web_iri
from schemas.dates import PartialDate


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("https://example.org/a b", "https://example.org/a%20b"),
        (" https://example.org/ ", "https://example.org/"),
        ("https://example.org/ü?q=ä#ö", "https://example.org/%C3%BC?q=%C3%A4#%C3%B6"),
        ("https://größe.example/", "https://xn--gre-6ka8i.example/"),
        ('https://example.org/"<>|{}\\^`', "https://example.org/%22%3C%3E%7C%7B%7D%5C%5E%60"),
        ("https://example.org/100%/%20", "https://example.org/100%25/%20"),
        ("https://example.org:8080/a?b=c&d[]=e", "https://example.org:8080/a?b=c&d%5B%5D=e"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]/"),
    ],
)
def test_an_address_is_encoded_so_that_every_parser_reads_it(text: str, iri: str) -> None:
    assert web_iri("landing_page", text) == iri
    assert web_iri("landing_page", iri) == iri


@pytest.mark.parametrize(
    "text",
    [
        "example.org",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://",
        "https:// /",
        "http://[1::",
        "http://a..b/",
        "https://example.org:port/",
        "https://amt:geheim@example.org/",
        "https://" + "a" * 64 + ".de/",
        "//example.org",
    ],
)
def test_what_is_no_web_address_is_refused_with_the_name_of_the_field(text: str) -> None:
    with pytest.raises(InvalidIri) as caught:
        list(addresses("landing_page", text))

    assert caught.value.field == "landing_page"


@given(
    st.one_of(st.text(st.characters()), st.text().map("http://{}".format), st.text(st.characters()).map("https://example.org/{}".format))
)
def test_any_text_is_refused_or_becomes_an_iri_that_pyoxigraph_accepts(text: str) -> None:
    try:
        iri = web_iri("x", text)
    except InvalidIri:
        return

    assert NamedNode(iri).value == iri
    assert iri.isascii()
    assert web_iri("x", iri) == iri


@given(st.text(st.characters()))
def test_cleaned_text_holds_nothing_that_xml_forbids(text: str) -> None:
    cleaned = clean(text)

    allowed = ((0x9, 0xA), (0x20, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF))
    assert all(any(first <= ord(letter) <= last for first, last in allowed) for letter in cleaned)
    assert clean(cleaned) == cleaned


def test_a_mail_address_becomes_a_mailto_iri() -> None:
    assert [each.value for each in mailbox("contact", "größe+daten@bücher.example")] == [
        "mailto:gr%C3%B6%C3%9Fe+daten@xn--bcher-kva.example"
    ]
    assert list(mailbox("contact", " ")) == []


@pytest.mark.parametrize("text", ["amt", "a@b@c", "amt@", "amt daten@example.org", "@example.org"])
def test_what_is_no_mail_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidIri, match="contact"):
        list(mailbox("contact", text))


def test_moments_are_written_in_utc_to_the_second() -> None:
    berlin = timezone(timedelta(hours=2))

    written = [each.value for each in moment(datetime(2026, 7, 1, 0, 30, 15, 999, tzinfo=berlin))]

    assert written == ["2026-06-30T22:30:15Z"]
    assert written == [each.value for each in moment(datetime(2026, 6, 30, 22, 30, 15, tzinfo=UTC))]


@pytest.mark.parametrize(("iso", "type_"), [("2023", "gYear"), ("2023-06", "gYearMonth"), ("2023-06-12", "date")])
def test_a_date_says_how_much_of_it_is_known(iso: str, type_: str) -> None:
    (literal,) = partial_date(PartialDate(iso))

    assert (literal.value, literal.datatype.value) == (iso, "http://www.w3.org/2001/XMLSchema#" + type_)
