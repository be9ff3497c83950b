"""HTML as text: what a reader sees, nothing else, and no page takes minutes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.markup import decoded, outline, plain_text, require_selector, select, tree_of
from harvesters.markup_bounds import MOST_CHARACTERS, MOST_TAGS, MOST_UNCLOSED
from schemas.errors import WrongValue

_TAGS = (
    "p",
    "div",
    "b",
    "li",
    "ul",
    "br",
    "table",
    "tr",
    "td",
    "h2",
    "script",
    "style",
    "template",
    "nav",
    "svg",
    "select",
    "a",
    "noscript",
)
_pieces = st.one_of(
    st.text(max_size=12),
    st.sampled_from([f"<{each}>" for each in _TAGS] + [f"</{each}>" for each in _TAGS]),
    st.sampled_from(["&amp;", "&nbsp;", "&#0;", "&shy;", "<!--", "-->", "<![CDATA[", "]]>", "<a href='", '"', "\x00", "<", ">", "\ud800"]),
)
_pages = st.lists(_pieces, max_size=40).map("".join)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>eins</p><p>zwei</p>", "eins\nzwei"),
        ("eins<br>zwei<br/>drei", "eins\nzwei\ndrei"),
        ("Platz &amp; Park &#8211; &uuml;ber&#x20AC;", "Platz & Park – über€"),
        ("1.200&nbsp;Gäste", "1.200 Gäste"),
        ("Bürger&shy;beteiligung\u200b und\ufeff mehr", "Bürgerbeteiligung und mehr"),
        ("ein <b>fettes</b> <i>Wort</i>", "ein fettes Wort"),
        ("Wort<b>teil</b>", "Wortteil"),
        ("<ul><li>eins<li>zwei<ul><li>drei</ul></ul>", "eins\nzwei\ndrei"),
        ("<table><tr><th>Stand<td>läuft<tr><th>Ende<td>2027</table>", "Stand\nläuft\nEnde\n2027"),
        ("<div><div>a<div>b</div>c</div></div>d", "a\nb\nc\nd"),
        ("a\n  b\tc", "a b c"),
        ("<pre>a\n b</pre>", "a\nb"),
        ("a<script>x()</script><style>p{}</style><noscript>n</noscript><template><p>t</p></template><!-- k -->b", "ab"),
        ("<head><title>T</title></head><body>b", "b"),
        ("a <svg><text>s</text></svg><iframe>i</iframe><textarea>f</textarea> b", "a b"),
        ("&lt;script&gt; ist ein Wort", "<script> ist ein Wort"),
        ("", ""),
        ("<p> &nbsp; </p>", ""),
    ],
)
def test_text_is_what_a_reader_sees(html: str, text: str) -> None:
    assert plain_text(html) == text


def test_a_selector_gives_the_text_of_each_match_in_the_order_of_the_page() -> None:
    html = "<p class=a>eins<br>zwei</p><div><p class='b a'><b>drei</b></p></div><script class=a>nein</script>"

    assert select(html, ".a") == ("eins\nzwei", "drei")
    assert select(html, ".c") == ()


@pytest.mark.parametrize("css", ["", "a[", "::nichts", "p >", "1"])
def test_what_is_no_selector_is_refused(css: str) -> None:
    with pytest.raises(ValueError, match="kein CSS-Selektor"):
        select("<p>", css)
    with pytest.raises(ValueError, match="kein CSS-Selektor"):
        require_selector(css)


def test_headings_are_told_from_text() -> None:
    body = tree_of("<h1>Alles</h1>Text<h2>Eine <b>Frage</b><br>zwei?</h2><p>a</p><p>b</p>").body
    assert body is not None
    assert list(outline(body)) == [(1, "Alles"), (0, "Text"), (2, "Eine Frage zwei?"), (0, "a"), (0, "b")]


@settings(max_examples=50)
@given(_pages)
def test_whatever_a_page_holds_its_text_is_tidy(html: str) -> None:
    text = plain_text(html)

    lines = text.split("\n") if text else []
    assert all(line and line == " ".join(line.split()) for line in lines)
    assert not set(text) & {"\u00ad", "\u200b", "\ufeff", "\x00"}
    assert text.encode().decode() == text, "no halves of characters"


@settings(max_examples=50)
@given(_pages)
def test_text_of_text_is_that_text(html: str) -> None:
    said = plain_text(html).replace("&", "").replace("<", "")

    assert plain_text(said.replace("\n", "<br>")) == plain_text(said.replace("\n", "<p>"))


@settings(max_examples=50)
@given(_pages)
def test_an_outline_holds_the_same_words_as_the_text(html: str) -> None:
    body = tree_of(html).body
    assert body is not None
    assert " ".join(text for _, text in outline(body)).split() == plain_text(html).split()


@settings(max_examples=50)
@given(
    st.text(alphabet=st.characters(exclude_characters="<>&", exclude_categories=["Cs", "Cc"]), max_size=30),
    st.sampled_from(["script", "style", "template", "noscript"]),
)
def test_what_is_not_shown_is_not_read(secret: str, tag: str) -> None:
    assert plain_text(f"<p>vorn<{tag}>{secret}</{tag}></p>") == "vorn"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * (MOST_UNCLOSED + 1),
        "<div>" * 100_000,
        "<b id=x><p>" * 10_000,
        "<div><!--</div>-->" * 5_000,
        '<div title="</div>">' * 5_000,
        "<a " * 100_000,
        '<a x="' * 100_000,
        "<p " + " ".join(f"a{number}" for number in range(50_000)) + ">",
        "<p " + "/".join(f"a{number}" for number in range(50_000)) + ">",
        "<p " + "".join(f"a{number}='>'" for number in range(50_000)) + ">",
        "<p>x" * (MOST_TAGS + 1),
        "x" * (MOST_CHARACTERS + 1),
    ],
    ids=[
        "open",
        "deep",
        "formatting",
        "comments",
        "attributes",
        "cut",
        "quotes",
        "many attributes",
        "slashes",
        "quoted attributes",
        "many tags",
        "long",
    ],
)
def test_markup_that_would_take_minutes_is_refused(html: str) -> None:
    with pytest.raises(WrongValue):
        plain_text(html)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>" * (MOST_UNCLOSED - 1) + "tief", "tief"),
        ("<p>x" * 5_000, "\n".join("x" * 5_000)),
        ("<!--" * 50_000, ""),
        ("<svg>" + "<path d='M0'/>" * 5_000 + "</svg>Karte", "Karte"),
        ("<ul>" + "<li>a" * 2_000 + "</ul>", "\n".join("a" * 2_000)),
    ],
    ids=["nested", "unclosed paragraphs", "comments", "drawing", "list"],
)
def test_a_large_honest_page_is_read(html: str, text: str) -> None:
    assert plain_text(html) == text


def test_text_nested_deeper_than_pythons_stack_is_read() -> None:
    assert plain_text("<div><table></div></table>" * 3_000 + "x").endswith("x")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_a_page_is_decoded_by_what_it_is(encoding: str) -> None:
    assert decoded("Straße – für alle".encode(encoding)) == "Straße – für alle"


def test_a_named_encoding_counts_where_utf8_does_not_fit() -> None:
    page = b'<meta charset="iso-8859-15">' + "10 €".encode("iso-8859-15")

    assert decoded(page).endswith("10 €")
