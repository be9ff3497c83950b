"""Templates and their contexts belong together, and every page is a whole one."""

import dataclasses
import re
from pathlib import Path

import pytest

from api.admin import pages
from api.admin.paging import paged
from api.admin.wording import FATES, NOTES
from catalog.plan import Change, PlanState
from catalog.tokens import Role
from tests.api.admin.office import Office
from tests.api.places import EVENTS, FEW

FOLDER = Path(pages.__file__).parent / "templates"
TEMPLATES = {each.name: each.read_text(encoding="utf-8") for each in FOLDER.glob("*.html")}
CONTEXTS = {name: match[1] for name, text in TEMPLATES.items() if (match := re.match(r"\{# page: pages\.(\w+) #\}", text))}


def test_every_page_has_a_documented_context() -> None:
    made = {name for name, value in vars(pages).items() if isinstance(value, type) and name.endswith("Page")}

    assert set(CONTEXTS.values()) == made


@pytest.mark.parametrize(("template", "context"), CONTEXTS.items())
def test_a_template_uses_exactly_what_its_context_documents(template: str, context: str) -> None:
    fields = {each.name for each in dataclasses.fields(getattr(pages, context))}

    assert set(re.findall(r"\bpage\.(\w+)", TEMPLATES[template])) == fields


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_has_scripts_or_styles_of_its_own(name: str) -> None:
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", TEMPLATES[name])


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_form_that_decides_has_the_token_of_the_session(name: str) -> None:
    forms = re.findall(r'<form[^>]*method="post"[^>]*>.*?</form>', TEMPLATES[name], flags=re.DOTALL)

    assert [each for each in forms if "csrf" not in each and 'action="/login"' not in each] == []


def test_every_page_has_one_heading_and_a_title(bureau: Office) -> None:
    bureau.harvest(FEW)
    person = bureau.person(Role.RELEASER)

    for path in (
        "/",
        "/sources",
        "/runs",
        "/runs/1",
        "/plans",
        "/plans/1",
        "/quarantine",
        "/quarantine/1",
        "/upload",
        "/upload/termine",
        "/decisions",
        "/cubes",
        "/cubes/ideen",
        "/x",
    ):
        page = person.see(path).text
        assert page.count("<h1") == 1, path
        assert re.search(r"<title>[^<]+ – Betrieb – ", page), path
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), path


def test_the_overview_counts_what_waits(bureau: Office) -> None:
    bureau.harvest(FEW)
    editor = bureau.person(Role.EDITOR)
    editor.see("/quarantine/1")
    editor.decide("/quarantine/1/accept")
    editor.see("/upload/termine")
    editor.upload("termine", "events.csv", EVENTS.encode(), replaces="events.csv")

    page = editor.see("/").text

    counts = re.findall(r"<dd>(\d+)</dd>", page)
    assert counts == ["1", "1", "1", "1"], "an upload that nobody has released settles nothing"
    assert "Veranstaltungen" in page
    assert "20. November 2026, 04:00 Uhr" in page
    assert "21. November 2026, 04:00 Uhr" in page, "next run"


def test_the_overview_of_a_new_installation_is_calm(bureau: Office) -> None:
    page = bureau.person(Role.READER).see("/").text

    assert "Gerade wartet nichts auf Sie." in page
    assert "noch nie geerntet" in page


def test_a_run_shows_its_remarks(bureau: Office) -> None:
    (bureau.drop / "fremd.csv").write_text("a\n1\n", encoding="utf-8")
    bureau.harvest()

    page = bureau.person(Role.READER).see("/runs/1").text

    assert "»fremd.csv«" in page
    assert "<code>unread-file</code>" in page
    assert 'href="/plans/1"' in page


def test_runs_can_be_narrowed_to_a_source(bureau: Office) -> None:
    bureau.harvest()
    person = bureau.person(Role.READER)

    assert 'href="/runs/1"' in person.see("/runs?source=termine").text
    assert "Noch keine Ernte." in person.see("/runs?source=andere").text


def test_the_log_can_be_taken_along(bureau: Office) -> None:
    bureau.harvest()
    person = bureau.person(Role.RELEASER, "Anna Amt")
    person.see("/plans/1")
    person.decide("/plans/1/approve", "=1+1")

    page, table, objects = person.see("/decisions"), person.see("/decisions.csv"), person.see("/decisions.json")

    assert "freigegeben" in page.text
    assert "Anna Amt" in page.text
    assert table.headers["content-disposition"] == 'attachment; filename="entscheidungen.csv"'
    assert "'=1+1" in table.text, "no formula"
    assert objects.json()[-1] == {
        "number": 2,
        "at": "2026-11-20T03:00:00Z",
        "who": "Anna Amt",
        "role": "releaser",
        "what": "approve",
        "target": "plan 1",
        "why": "=1+1",
    }


@pytest.mark.parametrize(
    ("page", "number", "first"),
    [("", 1, 0), ("1", 1, 0), ("2", 2, 100), ("3", 3, 200), ("4", 3, 200), ("0", 1, 0), ("x", 1, 0), ("²", 1, 0), ("9" * 50, 1, 0)],
)
def test_a_page_that_does_not_exist_is_the_nearest_one(page: str, number: int, first: int) -> None:
    found = paged(range(201), {"page": page, "rule": "a&b", "done": "approved"})

    assert (found.number, found.items[0], found.pages) == (number, first, 3)
    assert bool(found.previous) is (number > 1)
    assert "done" not in found.next + found.previous
    assert "rule=a%26b" in found.next + found.previous


def test_an_empty_list_has_one_page() -> None:
    assert (paged([], {}).pages, paged([], {}).items) == (1, ())


def test_every_state_has_words() -> None:
    assert set(FATES) == set(PlanState)
    assert set(NOTES) == set(Change)
