"""Pages of questions and answers, read without a server: every shape gives the same questions."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.faq.asking import answer_of, identity, is_contact, is_question
from harvesters.faq.options import Page
from harvesters.faq.reading import questions_of, tidied
from schemas.errors import SourceError
from tests.harvesters.faq import pages
from tests.harvesters.faq.pages import PAIRS, Pair, framed, running
from tests.shared import SHARED

SEEDS = SHARED / "seeds"
SHAPES: dict[str, Callable[[Sequence[Pair]], str]] = {
    "json-ld": pages.linked_data,
    "microdata": pages.microdata,
    "details": pages.details,
    "dl": pages.definitions,
    "headings": pages.headings,
    "text": pages.bold,
}


def read(page: str, **how: object) -> list[tuple[str, str, str]]:
    """(block, question, answer)"""
    found = questions_of(page.encode(), "https://stadt.example/faq", Page.model_validate({"url": "faq", **how}))
    return [(each.block, each.question, each.answer) for each in found]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_recognised_by_itself(shape: str) -> None:
    block = "" if shape == "json-ld" else "Neuer Platz"

    assert read(SHAPES[shape](PAIRS)) == [(block, question, answer) for question, answer in PAIRS]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_can_be_demanded(shape: str) -> None:
    assert [question for _, question, _ in read(SHAPES[shape](PAIRS), form=shape)] == [question for question, _ in PAIRS]
    other = "details" if shape != "details" else "dl"
    with pytest.raises(SourceError, match="keine Frage"):
        read(SHAPES[shape](PAIRS), form=other)


@pytest.mark.parametrize(
    "selectors", [{"question": ".tab", "answer": ".panel"}, {"item": ".acc", "question": "a", "answer": "div"}], ids=["lists", "items"]
)
def test_selectors_read_what_no_shape_fits(selectors: dict[str, str]) -> None:
    assert read(pages.accordion(), selectors=selectors) == [("Neuer Platz", question, answer) for question, answer in PAIRS]


def test_questions_and_answers_that_do_not_go_together_are_refused() -> None:
    with pytest.raises(SourceError, match=r"5 Fragen .* und 4 Antworten"):
        read(pages.accordion().replace("class=panel", "class=other", 1), selectors={"question": ".tab", "answer": ".panel"})


def test_a_part_of_the_page_may_be_named_and_has_to_be_there() -> None:
    page = framed("<section id=a><h2>Eins?</h2><p>Ja.</p></section><section id=b><h2>Zwei?</h2><p>Nein.</p></section>")

    assert [question for _, question, _ in read(page, within="#b")] == ["Zwei?"]
    with pytest.raises(SourceError, match="fehlt"):
        read(page, within="#c")


def test_a_question_within_an_answer_is_none_where_the_page_is_built() -> None:
    page = framed("<h3>Wann?</h3><p>Bald.</p><p>Was heißt das?</p><p>Im Mai.</p><h3>Wo?</h3><p>Hier.</p>")

    assert [question for _, question, _ in read(page)] == ["Wann?", "Wo?"]
    assert [question for _, question, _ in read(page, form="text")] == ["Wann?", "Was heißt das?", "Wo?"]


def test_a_bold_question_is_one_although_the_answer_goes_on_behind_it() -> None:
    page = framed("<p><strong>Wann?</strong> Morgen.</p><ul><li><b>Wo?</b> Im <b>Rathaus</b>.</li></ul><p>So <b>ist</b> es.</p>")

    assert [each[1:] for each in read(page)] == [("Wann?", "Morgen."), ("Wo?", "Im Rathaus.\nSo ist es.")]


def test_labels_are_no_part_of_what_is_asked_and_answered() -> None:
    page = framed(
        "<p><b>Frage 1:</b> Wann?</p><p><b>Antwort:</b> Morgen.</p><p><b>Frage:</b> Wo?</p><p>Antwort:</p><p>Hier. Frage: ja.</p>"
    )

    assert [each[1:] for each in read(page)] == [("Wann?", "Morgen."), ("Wo?", "Hier. Frage: ja.")]


def test_headings_make_blocks_and_lower_ones_belong_to_the_answer() -> None:
    page = framed("<h2>Kosten</h2><h3>Wie viel?</h3>a<h4>Genauer</h4>b<h3>Von wem?</h3>c<h2>Bau</h2><h3>Wann?</h3><li>d<li>e")

    assert read(page) == [("Kosten", "Wie viel?", "a\nGenauer\nb"), ("Kosten", "Von wem?", "c"), ("Bau", "Wann?", "d\ne")]


def test_one_explanation_may_answer_several_terms() -> None:
    page = framed("<dl><dt>Wann?<dt>Wo?<dd>Morgen.<dd>Im Rathaus.<dt>Kein Fragewort<dd>x</dl>")

    assert [(question, answer) for _, question, answer in read(page)] == [
        ("Wann?", "Morgen.\nIm Rathaus."),
        ("Wo?", "Morgen.\nIm Rathaus."),
    ]


BLOCKS = [
    ("Neuer Platz", PAIRS[:2]),
    (
        "Leihräder",
        [("Wo stehen sie? Und wie viele?", "Am Bahnhof.\n\nEs sind zwanzig."), ("Kostet das etwas? (Etwa für Schüler)", "Nein.")],
    ),
    ("Allgemeine Fragen", [("Sind Livestreams geplant? Hinweis: Es gibt sie anderswo", "Ja, ab Mai")]),
]


def test_running_text_is_read_by_its_paragraphs() -> None:
    assert read(running(BLOCKS)) == [
        ("Neuer Platz", *PAIRS[0]),
        ("Neuer Platz", *PAIRS[1]),
        ("Leihräder", "Wo stehen sie? Und wie viele?", "Am Bahnhof.\nEs sind zwanzig."),
        ("Leihräder", "Kostet das etwas? (Etwa für Schüler)", "Nein."),
        ("Allgemeine Fragen", "Sind Livestreams geplant? Hinweis: Es gibt sie anderswo", "Ja, ab Mai"),
    ]


def test_a_question_that_nobody_answered_is_kept() -> None:
    assert read("Wann?\n\nWo?\n\nHier.\n") == [("", "Wann?", ""), ("", "Wo?", "Hier.")]


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("Wann?", True),
        ("„Wann?“", True),
        ("Wann (genau) und wo?", True),
        ("Wird es mehr? (Vorschläge: Bäume, Bänke (aus Holz))", True),
        ("Es gibt Bäume. Kommen mehr?", True),
        ("Wann", False),
        ("Haben Sie noch Fragen?", False),
        ("Fragen?", False),
        ("Noch Fragen zum Umbau?", False),
        ("Wozu? Das ist einfach: Weil es nötig ist.", False),
        ("Die Stadt wächst. Viele ziehen zu. Was also tun?", False),
        ("x" * 1_001 + "?", False),
    ],
)
def test_what_asks_and_what_only_has_a_question_mark(line: str, asks: bool) -> None:
    assert is_question(line) is asks


@pytest.mark.parametrize(
    "line", ["Tel. 0631 205 894", "Telefon: 0631/205", "E-Mail: a@stadt.example", "a@stadt.example", "+49 (0) 631 205 894", "Fax: 1"]
)
def test_a_line_that_only_says_how_to_reach_somebody_is_dropped(line: str) -> None:
    assert is_contact(line)
    assert answer_of(["Ja.", line, "Bald."]) == "Ja.\nBald."


@pytest.mark.parametrize(
    "line", ["Schreiben Sie an die Stadt.", "2024 waren es 1.200 Gäste.", "Telefonisch geht es auch.", "Mailinglisten gibt es nicht."]
)
def test_a_sentence_is_no_contact(line: str) -> None:
    assert not is_contact(line)


@pytest.mark.parametrize("head", ["Pressekontakt:", "Ansprechpartnerin", "Kontakt", "ZURÜCK", "nach oben ↑"])
def test_what_stands_behind_a_contact_or_a_way_back_is_no_answer(head: str) -> None:
    assert answer_of(["Ja.", head, "Erika Mustermann"]) == "Ja."


@pytest.mark.parametrize("shape", SHAPES)
def test_no_contact_comes_along(shape: str) -> None:
    assert "ustermann" not in repr(read(SHAPES[shape](PAIRS)))


@pytest.mark.parametrize(
    "page",
    [
        "",
        "Nur Text.",
        "<!doctype html><title>Anmeldung</title><p>Bitte anmelden",
        framed("<p>Nichts.</p>"),
        framed("<h2>Fragen?</h2><p>Tel. 0631 1"),
    ],
)
def test_a_page_without_questions_is_refused(page: str) -> None:
    with pytest.raises(SourceError, match="keine Frage"):
        read(page)


DIALOG = (
    '<div class="Cookie-Banner"><h2>Dürfen wir Cookies setzen?</h2><p>Bitte.</p></div>'
    "<div role=dialog><p>Wollen Sie den Newsletter?</p></div>"
)


def test_what_lies_over_a_page_is_not_read() -> None:
    plain = framed("<h2>Wann?</h2><p>Morgen.</p>")
    page = plain.replace("</main>", f"</main>{DIALOG}").replace("<main>", f"{DIALOG}<main>")
    wrapped = plain.replace("<main>", "<div class=cookies-unknown><main>").replace("</main>", "</main></div>")

    assert [each[1:] for each in read(page, within="body")] == [("Wann?", "Morgen.")]
    assert [each[1:] for each in read(wrapped)] == [("Wann?", "Morgen.")]


@pytest.mark.parametrize(
    "title",
    [
        "404",
        "Fehler 404 | Stadt",
        "Seite nicht gefunden",
        "Die Seite wurde leider nicht gefunden",
        "Diese Seite existiert nicht",
        "Page not found",
        "Wegen Wartungsarbeiten geschlossen",
        "Zugriff verweigert",
        "Just a moment...",
    ],
)
def test_a_page_that_stands_in_for_another_one_is_refused_although_it_asks(title: str) -> None:
    body = "<h2>Was suchen Sie?</h2><p>Die Suche hilft.</p>"

    for page in (framed(body).replace("<title>Fragen", f"<title>{title}"), framed(body).replace("Neuer Platz", title)):
        with pytest.raises(SourceError, match="steht sie für eine andere"):
            read(page)
        assert len(read(page, expect="main > h1")) == 1, "whoever says how the page is known is believed"


@pytest.mark.parametrize("title", ["Fragen zur Wartung der Laternen", "Was tun, wenn nichts geht", "Haus Nr. 4041", "Fundbüro: gefunden!"])
def test_a_title_of_a_page_of_answers_is_no_fault(title: str) -> None:
    assert len(read(framed("<h2>Wann?</h2><p>Morgen.</p>").replace("Neuer Platz", title))) == 1


def test_questions_about_cookies_alone_belong_to_no_project() -> None:
    wall = "<h2>Was sind Cookies?</h2><p>Kleine Dateien.</p><h2>Wie widerrufe ich meine Einwilligung?</h2><p>Unten.</p>"

    with pytest.raises(SourceError, match="Cookies und Einwilligungen"):
        read(framed(wall))
    assert len(read(framed(wall), expect="main")) == 2
    assert len(read(framed(wall + "<h2>Was kostet der Platz?</h2><p>Viel.</p>"))) == 3


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"expect": ".faq"}, "expect"),
        ({"never": [".gibt-es-nicht", "h3"]}, r"h3 .*never"),
        ({"at_least": 6}, "5 von mindestens 6"),
    ],
)
def test_the_options_say_how_the_right_page_is_known(how: dict[str, object], why: str) -> None:
    with pytest.raises(SourceError, match=why):
        read(pages.headings(), **how)
    assert len(read(pages.headings(), expect="main h3", never=[".error404"], at_least=5)) == 5
    with pytest.raises(SourceError, match="Text ohne Auszeichnung"):
        read("Wann?\n\nMorgen.\n", expect="main")


def test_what_was_kept_under_no_such_rule_stays_readable() -> None:
    """An archive holds answers of earlier versions, which knew form, selectors and within."""
    assert Page(url="a").rules == '{"form":"auto","selectors":null,"within":null}'
    assert Page(url="a", at_least=3).rules == '{"form":"auto","selectors":null,"within":null} {"at_least":3}'


@pytest.mark.parametrize(
    "broken", ["{", "[" * 100_000, '{"@type": "FAQPage", "mainEntity": 5}', '"x"', "null"], ids=["cut", "deep", "number", "word", "null"]
)
def test_broken_linked_data_does_not_hide_what_can_be_seen(broken: str) -> None:
    page = framed(f'<script type="application/ld+json">{broken}</script><h2>Wann?</h2><p>Morgen.</p>')

    assert read(page) == [("Neuer Platz", "Wann?", "Morgen.")]


def test_navigation_within_a_footer_is_removed_with_it() -> None:
    page = framed("<aside><footer><nav>Wie bitte?</nav></footer></aside><h2>Wann?</h2><p>Morgen.</p><aside>Wer?</aside>")

    assert read(page) == [("Neuer Platz", "Wann?", "Morgen.")]


def test_another_answer_keeps_the_identity_and_another_question_does_not() -> None:
    assert identity("/faq", "Wann beginnt der Umbau?") == identity("/faq", "wann  beginnt der Umbau ?")
    assert identity("/faq", "Wann?") != identity("/faq", "Wo?")
    assert identity("/faq", "Wann?") != identity("/bau", "Wann?")
    assert identity("/faq", "Wann?") != identity("/faq", "Wann?", "Bau")


@settings(max_examples=50)
@given(
    st.lists(
        st.sampled_from(
            [
                "<h2>",
                "</h2>",
                "<p>",
                "Wann?",
                "Ja.",
                "<details>",
                "<summary>",
                "<dl><dt>",
                "<dd>",
                "<nav>",
                "<footer>",
                "</footer>",
                "\n\n",
                "Titel",
                "ZURÜCK",
                "<br>",
                "Kontakt",
                "é",
                "<main>",
            ]
        ),
        max_size=30,
    )
)
def test_whatever_a_page_is_made_of_questions_ask_and_answers_are_tidy(parts: list[str]) -> None:
    for prefix in ("", "<!doctype html>"):
        try:
            found = read(prefix + "".join(parts))
        except SourceError:
            continue
        assert all("?" in question and "\n" not in question for _, question, _ in found)
        assert len({(block, question) for block, question, _ in found}) == len(found)
        assert all("Kontakt" not in answer.split("\n") for _, _, answer in found)


@pytest.mark.parametrize("strange", [None, 5, [], {}, {"question": 5, "name": "Erika Mustermann"}])
def test_what_looks_like_a_kept_question_holds_no_more_than_one(strange: object) -> None:
    assert tidied(strange) == {"question": "", "answer": "", "block": ""}


@pytest.mark.skipif(not SEEDS.is_dir(), reason=f"no pages in {SEEDS}")
def test_a_real_catalogue_of_questions_is_read() -> None:
    found = read((SEEDS / "002_a87d9fce18f53256.txt").read_text(encoding="utf-8"))

    assert len(found) == 34
    blocks = list(dict.fromkeys(block for block, _, _ in found))
    assert len(blocks) == 8
    assert [sum(block == each for block, _, _ in found) for each in blocks] == [2, 4, 8, 1, 2, 2, 1, 14]
    assert all(len(answer) > 150 for _, _, answer in found)
    assert not [answer for _, _, answer in found if "Cookie" in answer or "ZURÜCK" in answer or "Weitere Infos zu" in answer]


@pytest.mark.skipif(not SEEDS.is_dir(), reason=f"no pages in {SEEDS}")
@pytest.mark.parametrize(
    ("name", "count"), [("000_12a461697b1d039f", 0), ("001_965bcdadf4e8966e", 0), ("003_cc7e1c084581fa27", 0), ("004_989916546ff226e4", 1)]
)
def test_real_pages_of_other_kinds_give_next_to_nothing(name: str, count: int) -> None:
    try:
        found = read((SEEDS / f"{name}.txt").read_text(encoding="utf-8"))
    except SourceError:
        found = []
    assert len(found) == count
