"""The kind `faq` over a server: from pages to rows."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.plan import Outcome
from harvesters.faq.options import Page
from harvesters.harvester import SourceConfig
from harvesters.platforms.faq import QuestionRecord
from harvesters.registry import harvester_of
from schemas.aliases import Aliases, Named
from schemas.errors import ConfigurationError
from schemas.row import Row, Value
from tests.harvesters.catalogues.portals import neighbour, quick, run
from tests.harvesters.faq.pages import PAIRS, Pair, details, framed, headings, running
from tests.harvesters.http.servers import Line, Request, Script, reply, serving
from tests.harvesters.world import Intake

TABLE = "qa_item"


def rows(made: Intake) -> dict[str, dict[str, Value]]:
    """Question -> row."""
    return {str(each.row.values["question"]): dict(each.row.values) for each in made.store.published(made.source.name, TABLE)}


def page(body: Callable[[], str], media_type: str = "text/html; charset=utf-8") -> Script:
    def script(line: Line, request: Request) -> bool:
        return reply(body(), Content_Type=media_type)(line, request)

    return script


def test_questions_become_rows(tmp_path: Path) -> None:
    how = {"url": "faq/platz", "answered_on": "2025-06", "source_date": "2025-07-01", "source_title": "Fragen zum Platz"}
    with serving({"/faq/platz": page(details)}) as server:
        made = neighbour(tmp_path, server.url("/"), "faq", prefix="st", pages=[how])
        record = run(made, quick(tmp_path))
        address = server.url("/faq/platz")

    assert (record.outcome, record.counts["created"], record.findings) == (Outcome.OK, 5, ()), record
    found = {name: value for name, value in rows(made)["Was kostet der Platz?"].items() if value is not None}
    assert str(found.pop("id")).startswith("st-")
    assert found == {
        "block": "Neuer Platz",
        "question": "Was kostet der Platz?",
        "answer": "Das steht noch nicht fest.",
        "answered_on": "2025-06",
        "state": "answered",
        "source_title": "Fragen zum Platz",
        "source_date": "2025-07-01",
        "source_date_basis": "stated",
    }
    assert {each.row.source_url for each in made.store.published(made.source.name, TABLE)} == {address}


def test_nothing_but_questions_and_answers_is_kept(tmp_path: Path) -> None:
    with serving({"/faq": page(headings)}) as server:
        made = neighbour(tmp_path, server.url("/faq"), "faq")
        assert run(made, quick(tmp_path)).outcome is Outcome.OK
        assert any(b"Mustermann" in each.said for each in server.lines), "it stands on the same page"

    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"ustermann" not in path.read_bytes(), path


def test_another_answer_is_an_update_and_another_question_a_new_row(tmp_path: Path) -> None:
    pairs = list(PAIRS)
    with serving({"/faq": page(lambda: details(pairs))}) as server:
        made, web = neighbour(tmp_path, server.url("/faq"), "faq"), quick(tmp_path)
        run(made, web)
        before = rows(made)
        assert run(made, web).outcome is Outcome.UNCHANGED
        pairs[0] = (pairs[0][0], "Im Herbst.")
        edited = run(made, web)
        assert (edited.counts["updated"], edited.counts["created"]) == (1, 0)
        pairs[1] = ("Wie kann man jetzt noch mitreden?", pairs[1][1])
        asked = run(made, web)
        assert (asked.counts["updated"], asked.counts["created"], asked.counts["missing"]) == (0, 1, 1)

    assert rows(made)[PAIRS[0][0]]["id"] == before[PAIRS[0][0]]["id"]
    assert rows(made)[PAIRS[0][0]]["answer"] == "Im Herbst."


def test_a_question_that_gets_another_number_stays_the_same(tmp_path: Path) -> None:
    asked = ["Wann beginnt es?", "Kommt die 2. Welle?", "Wo?"]

    def counted() -> str:
        return framed("".join(f"<h3>{number}. {each}</h3><p>Ja.</p>" for number, each in enumerate(asked, start=1)))

    with serving({"/faq": page(counted)}) as server:
        made, web = neighbour(tmp_path, server.url("/faq"), "faq"), quick(tmp_path)
        run(made, web)
        asked.insert(0, "Was ist neu?")
        record = run(made, web)
        assert (record.counts["created"], record.counts["updated"], record.counts["missing"]) == (1, 3, 0)
        asked[1] = asked[0]
        record = run(made, web)

    assert (record.counts["created"], record.counts["missing"]) == (1, 1), "asked twice under two numbers, it is two"
    assert {"1. Was ist neu?", "2. Was ist neu?", "3. Kommt die 2. Welle?"} < rows(made).keys()


def test_a_page_that_is_built_anew_keeps_its_rows(tmp_path: Path) -> None:
    shapes = [details, headings]
    with serving({"/faq": page(lambda: shapes[0]())}) as server:
        made, web = neighbour(tmp_path, server.url("/faq"), "faq"), quick(tmp_path)
        run(made, web)
        shapes.pop(0)
        assert run(made, web).outcome is Outcome.UNCHANGED


def test_blocks_lead_to_projects(tmp_path: Path) -> None:
    """A reference to what is not there waits on the Prüfliste."""
    text = running([("Neuer Platz", PAIRS[:2]), ("Leihräder", PAIRS[2:])])
    how = {"url": "katalog.txt", "blocks": {"Leihräder": "p-raeder"}, "process_id": "v1"}
    with serving({"/katalog.txt": page(lambda: text, "text/plain; charset=utf-8")}) as server:
        source = SourceConfig(name="st", title="st", kind="faq", url=server.url("/"), folder=tmp_path, options={"pages": [how]})
        made = replace(neighbour(tmp_path, server.url("/"), "faq"), source=replace(source, allow_private=("127.0.0.1",)))
        record = run(made, quick(tmp_path))

    assert record.counts["quarantined"] == 5
    fields = sorted({finding.field for each in made.store.quarantine() for finding in each.findings})
    assert fields == ["process_id", "project_id"]


def test_a_question_in_two_blocks_is_two_rows_and_twice_in_one_is_one(tmp_path: Path) -> None:
    body = "<h2>Bau</h2><h3>Wann?</h3><p>a</p><h2>Bäume</h2><h3>Wann?</h3><p>b</p><h3>Wann ?</h3><p>c</p>"
    with serving({"/faq": page(lambda: framed(body))}) as server:
        made = neighbour(tmp_path, server.url("/faq"), "faq")
        record = run(made, quick(tmp_path))

    assert (record.counts["created"], [each.code for each in record.findings]) == (2, ["repeated-question"])


#: It asks, too.
LOGIN = (
    '<h1>Anmeldung</h1><form><input name="name"><input type="password" name="secret"><p>Passwort vergessen?</p>'
    "<p>Noch kein Konto?</p><p>Jetzt registrieren.</p></form>"
)
#: Status 200, and questions: of pages that stand in for another one.
MISSING = (
    "<!doctype html><title>Seite nicht gefunden &#8211; Stadt</title><main><h1>Hoppla</h1><h2>Was suchen Sie?</h2><p>Die Seite ist "
    "umgezogen.</p><h2>Kennen Sie schon die Suche?</h2><p>Oben rechts.</p></main>"
)
WALL = (
    "<!doctype html><title>Stadt</title><main><h1>Ihre Privatsphäre</h1><h2>Wofür werden Cookies gebraucht?</h2><p>Für Statistik.</p>"
    "<h2>Kann ich meine Einwilligung widerrufen?</h2><p>Ja, jederzeit.</p></main>"
)
BROKEN: dict[str, Script] = {
    "not found with 200": page(lambda: MISSING),
    "consent wall": page(lambda: WALL),
    "gone": reply("weg", 404),
    "login": reply("<!doctype html><title>Anmeldung</title><p>Bitte anmelden", Content_Type="text/html"),
    "json": reply('{"maintenance": true}', Content_Type="application/json"),
    "empty": reply(""),
    "no questions": page(lambda: framed("<p>Neue Seite.</p>")),
    "login that asks": page(lambda: framed(LOGIN)),
    "hostile": page(lambda: framed("<b id=x><p>" * 10_000)),
}


def test_a_broken_page_takes_nothing_away_and_leaves_the_others_alone(tmp_path: Path) -> None:
    pairs = list(PAIRS)
    routes: dict[str, Script] = {"/eins": page(lambda: details(pairs)), "/zwei": page(headings)}
    with serving(routes) as server:
        made, web = neighbour(tmp_path, server.url("/"), "faq", pages=["eins", "zwei"]), quick(tmp_path)
        assert run(made, web).counts["created"] == 10
        for number, (name, fault) in enumerate(BROKEN.items()):
            routes["/zwei"] = fault
            pairs[0] = (pairs[0][0], f"Im Herbst {2030 + number}.")
            record = run(made, web, days=30)
            assert (record.outcome, record.counts["updated"]) == (Outcome.PARTIAL, 1), (name, record)
            assert "zwei" in record.findings[0].message, name
            assert {each.state.value for each in made.store.published(made.source.name, TABLE)} == {"current"}, name


@pytest.mark.parametrize(
    "html",
    [
        "<h2>Passwort vergessen?</h2><p>Auf der Anmeldeseite lässt es sich neu setzen.</p>",
        LOGIN + "<h2>Was kostet der Platz?</h2><p>Das steht noch nicht fest.</p>",
    ],
)
def test_a_page_that_answers_about_accounts_or_has_a_login_beside_is_read(html: str, tmp_path: Path) -> None:
    with serving({"/hilfe": page(lambda: framed(html))}) as server:
        made = neighbour(tmp_path, server.url("/"), "faq", pages=["hilfe"])
        assert run(made, quick(tmp_path)).outcome is Outcome.OK
    assert rows(made)


def test_of_several_pages_none_can_become_another_one_unseen(tmp_path: Path) -> None:
    """Four questions of twenty are no shrinking; of the five of their page they are most."""
    other = [("Was kostet der Platz?", "Nichts."), ("Ist der Markt offen?", "Ja.")]
    routes: dict[str, Script] = {each: page(details) for each in ("/eins", "/zwei", "/drei", "/vier")}
    with serving(routes) as server:
        made = neighbour(tmp_path, server.url("/"), "faq", pages=["eins", "zwei", "drei", "vier"])
        web = quick(tmp_path)
        assert run(made, web).counts["created"] == 20
        routes["/drei"] = page(lambda: details(other))
        record = run(made, web, days=30)

    assert (record.outcome, "aus »drei« 4 von 5" in record.message) == (Outcome.HELD, True), record.message
    assert [each.state.value for each in made.store.published(made.source.name, TABLE)] == ["current"] * 20


def test_a_site_that_does_not_answer_fails_the_harvest(tmp_path: Path) -> None:
    routes: dict[str, Script] = {"/eins": page(details), "/zwei": page(headings)}
    with serving(routes) as server:
        made, web = neighbour(tmp_path, server.url("/"), "faq", pages=["eins", "zwei"]), quick(tmp_path)
        run(made, web)
        revision = made.store.revision()
        routes["/zwei"] = reply("oops", 500)
        assert run(made, web).outcome is Outcome.FAILED
        routes["/eins"] = routes["/zwei"] = BROKEN["no questions"]
        assert run(made, web).outcome is Outcome.FAILED

    assert made.store.revision() == revision


@pytest.mark.parametrize(
    ("block", "project"),
    [
        ("Neuer Platz", "p-platz"),
        ("Fragen zu Neuer Platz", "p-platz"),
        ("Radweg", "p-rad"),
        ("Allgemeine Fragen", "p-stadt"),
        ("", "p-stadt"),
    ],
)
def test_the_name_of_a_block_leads_to_its_project(block: str, project: str) -> None:
    known = Aliases([Named(id="p-platz", table="project", names=("Neuer Platz", "Der Platz"))])
    how = Page.model_validate({"url": "faq", "blocks": {"Radweg": "p-rad"}, "project_id": "p-stadt"})
    record = QuestionRecord({"id": "0a", "question": "Wann?", "answer": "", "block": block}, how, origin="https://stadt.example/faq")

    (row,) = harvester_of(replace(SOURCE, aliases=known)).map(record)

    assert isinstance(row, Row)
    assert (row.values["project_id"], row.values["state"]) == (project, "open")


def test_other_rules_are_applied_though_the_server_says_unchanged(tmp_path: Path) -> None:
    """What was kept under the old ones holds only what they read."""
    body = framed("<section id=a><h2>Eins?</h2><p>Ja.</p></section><section id=b><h2>Zwei?</h2><p>Nein.</p></section>")

    def cached(line: Line, request: Request) -> bool:
        if request.headers.get("if-none-match") == '"eins"':
            return reply(b"", 304)(line, request)
        return reply(body, Content_Type="text/html", ETag='"eins"')(line, request)

    with serving({"/faq": cached}) as server:
        made, web = neighbour(tmp_path, server.url("/"), "faq", pages=[{"url": "faq", "within": "#a"}]), quick(tmp_path)
        run(made, web)
        assert run(made, web).outcome is Outcome.UNCHANGED
        made.source = replace(made.source, options={"pages": [{"url": "faq"}]})
        assert run(made, web).counts["created"] == 1

    assert set(rows(made)) == {"Eins?", "Zwei?"}


def test_a_harvest_can_be_repeated_from_the_archive(tmp_path: Path) -> None:
    with serving({"/faq": page(details)}) as server:
        made = neighbour(tmp_path, server.url("/faq"), "faq")
        first = run(made, quick(tmp_path))
    repeated = made.replay(first.id)

    assert (repeated.outcome, repeated.counts["unchanged"]) == (Outcome.PLANNED, 5), repeated


@pytest.mark.parametrize(
    "pairs", [[("Wer ist zuständig?", "Frau Erika Mustermann, erika.mustermann@stadt.example, hilft Ihnen gern.")]], ids=["mail"]
)
def test_persons_in_answers_wait_for_a_person(pairs: list[Pair], tmp_path: Path) -> None:
    with serving({"/faq": page(lambda: details([*PAIRS, *pairs]))}) as server:
        made = neighbour(tmp_path, server.url("/faq"), "faq")
        record = run(made, quick(tmp_path))

    assert (record.counts["created"], record.counts["quarantined"]) == (5, 1)


SOURCE = SourceConfig(name="stadt", title="Stadt", kind="faq", url="https://stadt.example/", folder=Path("nirgends"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"pages": ["a", "a"]}, "zweimal"),
        ({"pages": [{"url": "a", "form": "raten"}]}, "muss einer dieser Werte sein"),
        ({"pages": [{"url": "a", "form": "dl", "selectors": {"question": "a", "answer": "b"}}]}, "schließen sich aus"),
        ({"pages": [{"url": "a", "within": "a["}]}, "kein CSS-Selektor"),
        ({"pages": [{"url": "a", "asked_on": "gestern"}]}, "asked_on"),
        ({"pages": [{"url": ""}]}, "ist leer"),
        ({"prefix": "Über"}, "prefix"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        harvester_of(replace(SOURCE, options=options))


def test_a_site_has_an_address_in_the_web() -> None:
    with pytest.raises(ConfigurationError, match="http"):
        harvester_of(replace(SOURCE, url="drop"))
