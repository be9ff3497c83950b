"""Rows about single persons: into the vault, under pseudonyms, and nowhere else."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from catalog import tables
from catalog.files import Files
from catalog.plan import Outcome, RunRecord
from catalog.retention import Periods, purge
from catalog.vault import mark_of
from harvesters.harvester import SourceConfig
from harvesters.mapping import mapping_from
from harvesters.registry import harvester_of
from harvesters.run import harvest
from schemas.errors import ConfigurationError, DisclosureError
from tests.catalog.world import vault_bytes
from tests.harvesters.test_run_vault import CANARY, places
from tests.harvesters.world import Intake, intake

PROCESSES = """
[[table]]
table = "process"
file = "verfahren.csv"
[table.columns]
id = "id"
title = "title"
mode = { constant = "digital" }
method = { constant = "survey" }
end = { column = "end", parse = "date" }
"""
ANSWERS = """
[[table]]
table = "answer"
file = "antworten*.csv"
[table.columns]
id = "nr"
process_id = "verfahren"
person = "token"
question = "frage"
option = "antwort"
text = "text"
gender = { column = "geschlecht", codes = { "w" = "female", "m" = "male", "d" = "diverse" } }
answered_on = { column = "datum", parse = "date" }
"""
HEADER = "nr,verfahren,token,frage,antwort,text,geschlecht,datum"
ANNA = "1,spielplatz,anna@example.org,zufrieden,ja,,w,2026-10-02"
BEN = "2,spielplatz,ben@example.org,zufrieden,nein,,m,2026-10-02"
ROWS = (ANNA, BEN, "3,spielplatz,cem@example.org,zufrieden,ja,,d,2026-10-03", "4,radweg,anna@example.org,sicher,ja,,w,2026-10-03")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Intake]:
    """Two published processes, and a source that may bring answers to them."""
    made = intake(tmp_path)
    made.source = replace(made.source, name="verfahren")
    made.map(PROCESSES)
    made.drop("verfahren.csv", "id,title,end\nspielplatz,Spielplatz,2026-10-31\nradweg,Radweg,\n")
    assert made.run().outcome is Outcome.OK
    made.source = replace(made.source, name="umfrage", personal_data=True, legal_basis="Einwilligung", url="drop/umfrage")
    made.map(ANSWERS)
    yield made
    made.close()


def answers(made: Intake, *lines: str, header: str = HEADER) -> None:
    made.drop("umfrage/antworten.csv", "\n".join([header, *lines]) + "\n")


def kept(made: Intake) -> dict[str, dict[str, object]]:
    return {each.key: dict(each.content) for each in made.vault.microdata("answer")}


def counts(record: RunRecord) -> dict[str, int]:
    return {name.removeprefix("vault_"): number for name, number in record.counts.items() if name.startswith("vault_") and number}


def everything_said(made: Intake) -> str:
    runs, items = made.store.runs(limit=100), made.store.quarantine(open_only=False)
    return repr((runs, items, made.store.plans(open_only=False)))


def test_answers_go_into_the_vault_and_only_their_number_is_told(world: Intake) -> None:
    answers(world, *ROWS)

    run = world.run()

    assert (run.outcome, counts(run)) == (Outcome.OK, {"created": 4})
    assert set(kept(world)) == {"spielplatz/1", "spielplatz/2", "spielplatz/3", "radweg/4"}
    assert {each.plan.source.name for each in world.store.plans(open_only=False)} == {"verfahren"}, "no plan ever sees them"


def test_a_second_harvest_changes_nothing(world: Intake) -> None:
    answers(world, *ROWS)
    world.run()
    before = kept(world)

    run = world.run(days=1)

    assert (run.outcome, counts(run)) == (Outcome.UNCHANGED, {"unchanged": 4})
    assert kept(world) == before


def test_persons_are_pseudonyms_that_connect_the_formats_of_a_process_and_no_two_processes(world: Intake) -> None:
    answers(world, *ROWS, "5,spielplatz,anna@example.org,alter,kind,,w,2026-10-02")
    world.run()

    persons = {key: content["person"] for key, content in kept(world).items()}

    assert persons["spielplatz/1"] == persons["spielplatz/5"]
    assert persons["spielplatz/1"] not in (persons["spielplatz/2"], persons["radweg/4"])
    assert all("example.org" not in str(each) for each in persons.values())


CANARIES = {
    "text": f"5,spielplatz,x,zufrieden,ja,{CANARY},w,2026-10-02",
    "person": f"5,spielplatz,{CANARY},zufrieden,ja,,w,2026-10-02",
    "code": f"5,spielplatz,x,zufrieden,ja,,{CANARY},2026-10-02",
    "date": f"5,spielplatz,x,zufrieden,ja,,w,{CANARY}",
    "pattern": f"5,spielplatz,x,zufrieden,{CANARY},,w,2026-10-02",
    "key": f"{CANARY},spielplatz,x,zufrieden,ja,,w,gestern",
    "process": f"5,{CANARY.lower()},x,zufrieden,ja,,w,2026-10-02",
    "control": f"5,spielplatz,x,zufrieden,ja,{CANARY}\x07,w,2026-10-02",
    "ragged": f"5,spielplatz,{CANARY}",
    "duplicate": f"1,spielplatz,{CANARY},zufrieden,ja,,w,2026-10-02",
    "mail": f"5,spielplatz,x,zufrieden,ja,{CANARY}@example.org 0631 23125 077,w,2026-10-02",
}


@pytest.mark.parametrize("line", CANARIES.values(), ids=CANARIES)
def test_what_a_row_says_is_nowhere_but_in_the_vault(world: Intake, line: str, caplog: pytest.LogCaptureFixture) -> None:
    answers(world, *ROWS, line)

    world.run()

    assert places(world.folder) == set()
    assert CANARY.lower() not in everything_said(world).lower()
    assert CANARY.lower() not in caplog.text.lower()
    assert CANARY.lower() in vault_bytes(world.vault).lower(), "the search can find it: the raw file lies there"


@pytest.mark.parametrize(
    "content",
    [
        f"{CANARY},a,b\n1,2,3\n",
        f"{HEADER},{HEADER[:2]}\n",
        f"{HEADER}\n\n\nSumme {CANARY},,,,,,,\n5,{CANARY}\n",
        f'{HEADER}\n"{CANARY}',
        "",
    ],
    ids=["no header", "twice", "footer", "quote", "empty"],
)
def test_no_sentence_quotes_a_file_that_cannot_be_read(world: Intake, content: str) -> None:
    answers(world, *ROWS)
    world.run()
    before = kept(world)
    world.drop("umfrage/antworten.csv", content)

    run = world.run(days=1)

    assert run.outcome in (Outcome.FAILED, Outcome.HELD, Outcome.PARTIAL)
    assert kept(world) == before
    assert places(world.folder) == set()
    assert CANARY not in everything_said(world)


def test_a_bad_row_waits_without_its_content_and_the_others_go_on(world: Intake) -> None:
    answers(world, ANNA, "2,spielplatz,ben,zufrieden,nein,,weiß nicht,2026-10-02")

    run = world.run()

    (item,) = world.store.quarantine()
    assert (run.outcome, set(kept(world))) == (Outcome.PARTIAL, {"spielplatz/1"})
    assert (item.table, item.key, item.acceptable) == ("answer", "", False)
    assert [(each.code, each.field, each.row) for each in item.findings] == [("type-error", "gender", 3)]
    assert world.vault.quarantined_places() == frozenset()
    assert world.run(days=1).outcome is Outcome.UNCHANGED, "what waits since an earlier run is no news"

    answers(world, ANNA, BEN)
    world.run(days=1)
    assert world.store.quarantine() == ()


def test_an_answer_to_a_process_that_is_not_published_waits(world: Intake) -> None:
    answers(world, ANNA, "2,hafen,ben,zufrieden,nein,,m,2026-10-02")

    world.run()

    assert set(kept(world)) == {"spielplatz/1"}
    (finding,) = [finding for item in world.store.quarantine() for finding in item.findings]
    assert (finding.code, "nicht veröffentlicht" in finding.message) == ("foreign-key", True)


def test_rows_that_name_a_district_nobody_published_are_counted(world: Intake) -> None:
    answers(world, ANNA, "2,spielplatz,ben,zufrieden,nein,,m,2026-10-02")
    world.map(ANSWERS + 'district_id = { constant = "nirgends" }\n')

    run = world.run()

    (told,) = [each.message for each in run.findings if each.code == "reference-not-published"]
    assert (kept(world), told.endswith("Ortsbezirk; sie warten ebenso: 2.")) == ({}, True)


def test_a_process_and_its_answers_may_come_in_one_run(world: Intake) -> None:
    world.map(PROCESSES.replace("verfahren.csv", "neue.csv") + ANSWERS)
    world.drop("umfrage/neue.csv", "id,title,end\nhafen,Hafen,\n")
    answers(world, "2,hafen,ben,zufrieden,nein,,m,2026-10-02")

    run = world.run()

    assert (run.outcome, set(kept(world))) == (Outcome.OK, {"hafen/2"})


@pytest.mark.parametrize("source", [{"personal_data": False}, {"legal_basis": " "}], ids=["personal_data", "legal_basis"])
def test_only_a_source_that_says_why_it_may_brings_microdata(world: Intake, source: dict[str, object]) -> None:
    answers(world, *ROWS)
    world.source = replace(world.source, **source)  # type: ignore[arg-type]  # two fields of two types

    with pytest.raises(ConfigurationError, match="legal_basis"):
        world.run()


def made_with(world: Intake, mapping: str) -> SourceConfig:
    world.map(mapping)
    return world.source


def test_a_file_with_microdata_gives_no_public_rows(world: Intake) -> None:
    project = '[[table]]\ntable = "project"\nfile = "antworten*.csv"\n[table.columns]\n'
    project += 'id = "nr"\ntitle = "frage"\nstatus = { constant = "running" }\n'

    with pytest.raises(DisclosureError, match="Einzeldaten"):
        harvester_of(made_with(world, ANSWERS + project))

    world.map(ANSWERS + project.replace("antworten*", "a*"))
    answers(world, *ROWS)
    run = world.run()
    assert run.outcome is Outcome.FAILED, "patterns that meet in one file are found when it is read"
    assert kept(world) == {}


@pytest.mark.parametrize("target", ["option", "district_id", "id"])
def test_a_column_that_names_persons_becomes_a_pseudonym_or_unread_words_and_nothing_else(world: Intake, target: str) -> None:
    column = {"option": '"antwort"', "id": '"nr"'}.get(target, "")
    mapping = ANSWERS.replace(f"{target} = {column}", f'{target} = "author_email"') if column else ANSWERS + f'{target} = "author_email"\n'

    with pytest.raises(DisclosureError, match="author_email"):
        harvester_of(made_with(world, mapping))


def test_without_a_vault_nothing_is_read_into_one(world: Intake) -> None:
    answers(world, *ROWS)

    run = harvest(world.source, store=world.store, publisher=world.publisher, archive=world.archive, now=world.clock.now)

    assert (run.outcome, "Tresor" in run.message) == (Outcome.FAILED, True)
    assert kept(world) == {}


def test_a_plan_counts_and_changes_nothing(world: Intake) -> None:
    answers(world, *ROWS)

    run = world.run(plan_only=True)

    assert (run.outcome, counts(run), kept(world)) == (Outcome.PLANNED, {"created": 4}, {})


def test_an_empty_or_shrunken_source_empties_no_vault(world: Intake) -> None:
    answers(world, *ROWS)
    world.run()
    for lines in ((), ROWS[:1]):
        answers(world, *lines)
        run = world.run(days=20)
        assert run.outcome is Outcome.HELD
        assert len(kept(world)) == 4


def test_at_least_holds_for_microdata(world: Intake) -> None:
    world.guard(at_least=5)
    answers(world, *ROWS)

    run = world.run()

    assert (run.outcome, kept(world)) == (Outcome.HELD, {})
    assert "mindestens 5" in run.message


def test_a_row_that_is_gone_from_its_source_leaves_after_a_while_and_that_is_recorded(world: Intake) -> None:
    answers(world, *ROWS)
    world.run()
    answers(world, *ROWS[:3])

    assert counts(world.run(days=1)) == {"unchanged": 3, "missing": 1}
    assert len(kept(world)) == 4
    assert counts(world.run(days=8)) == {"unchanged": 3, "removed": 1}
    assert set(kept(world)) == {"spielplatz/1", "spielplatz/2", "spielplatz/3"}
    assert purged(world) == [("microdata", "umfrage", 1)]


def test_a_row_that_is_back_is_not_missed_any_more(world: Intake) -> None:
    answers(world, *ROWS)
    world.run()
    answers(world, *ROWS[:3])
    world.run(days=1)
    answers(world, *ROWS)
    world.run(days=1)

    assert all(each.missing_since is None for each in world.vault.microdata("answer"))


def test_a_changed_row_keeps_when_it_came(world: Intake) -> None:
    answers(world, *ROWS)
    world.run()
    first = {each.key: each.first_at for each in world.vault.microdata("answer")}
    answers(world, ANNA.replace(",ja,", ",nein,"), *ROWS[1:])

    run = world.run(days=3)

    assert counts(run) == {"updated": 1, "unchanged": 3}
    assert {each.key: each.first_at for each in world.vault.microdata("answer")} == first


def test_another_source_cannot_take_a_row_over(world: Intake) -> None:
    answers(world, *ROWS)
    world.run()
    world.source = replace(world.source, name="andere")

    world.run(days=1)

    assert {each.source for each in world.vault.microdata("answer")} == {"umfrage"}
    assert {each.findings[0].code for each in world.store.quarantine()} == {"duplicate-key"}


def tidy(made: Intake, *, days: float) -> None:
    made.clock.now += timedelta(days=days)
    long = timedelta(days=5000)
    periods = Periods(archive=long, vault=long, quarantine=long, logs=long)
    purge(made.store, made.vault, files=Files(made.folder / "public"), archive=made.archive, periods=periods, now=made.clock.now)


def purged(made: Intake) -> list[tuple[str, str, int]]:
    with made.store.database.read() as connection:
        c = tables.purge.c
        return [(what, source, number) for what, source, number in connection.execute(select(c.what, c.source, c["count"]))]


def test_the_time_of_a_process_that_is_over_ends_and_does_not_begin_again(world: Intake) -> None:
    answers(world, *ROWS)
    world.run()
    tidy(world, days=170)
    world.run()
    assert len(kept(world)) == 4

    tidy(world, days=11)

    assert set(kept(world)) == {"radweg/4"}, "the other process has no end"
    assert purged(world) == [("microdata", "umfrage", 3)]
    assert set(world.vault.destroyed()) == {"spielplatz"}
    run = world.run(days=1)
    assert set(kept(world)) == {"radweg/4"}
    assert [each.code for each in run.findings] == ["retention-over"]


def test_a_release_that_counts_them_lets_them_stay_for_as_long_again(world: Intake) -> None:
    answers(world, *ROWS)
    world.run()
    at = world.clock.now + timedelta(days=100)
    world.vault.note_release(["spielplatz"], at=at, keep_until=at + timedelta(days=180))

    tidy(world, days=270)
    assert set(kept(world)) == {"spielplatz/1", "spielplatz/2", "spielplatz/3"}
    tidy(world, days=11)
    assert kept(world) == {}


def test_pseudonyms_of_a_process_cannot_be_made_again_when_its_rows_are_gone(world: Intake) -> None:
    answers(world, *ROWS)
    world.run()
    before = kept(world)["radweg/4"]["person"]
    tidy(world, days=400)
    assert set(world.vault.destroyed()) == {"spielplatz", "radweg"}

    world.run()

    assert kept(world)["radweg/4"]["person"] != before


def test_a_barred_row_does_not_come_back_and_neither_does_its_file(world: Intake) -> None:
    answers(world, *ROWS)
    world.vault.bar_microdata("answer", "spielplatz/2")

    run = world.run()

    assert "spielplatz/2" not in kept(world)
    assert world.vault.payloads(run.id) == ()
    assert [each.code for each in run.findings] == ["withdrawn"]
    assert "spielplatz/2" not in vault_bytes(world.vault)
    assert mark_of("spielplatz/2") in vault_bytes(world.vault)


def test_free_text_lies_in_the_vault_as_it_is(world: Intake) -> None:
    answers(world, ANNA.replace(",,", ",Ich heiße Anna Beispiel.,", 1))
    world.run()

    assert kept(world)["spielplatz/1"]["text"] == "Ich heiße Anna Beispiel."
    assert json.dumps(kept(world)["spielplatz/1"]["gender"]) == '"female"'


def test_a_withdrawn_row_is_gone_with_all_answers_that_may_hold_it(world: Intake) -> None:
    answers(world, *ROWS, CANARIES["text"])
    world.run()
    assert CANARY in vault_bytes(world.vault)

    assert world.vault.withdraw_microdata("answer", "spielplatz/5")
    assert not world.vault.withdraw_microdata("answer", "spielplatz/5")

    assert CANARY not in vault_bytes(world.vault)
    run = world.run(days=1)
    assert "spielplatz/5" not in kept(world)
    assert CANARY not in vault_bytes(world.vault), "the file still has it, and is not kept again"
    assert world.vault.payloads(run.id) == ()


def test_withdrawing_a_public_row_reaches_what_says_the_same_in_the_vault(world: Intake) -> None:
    """A contribution that somebody has also published by hand, in a table of the same source."""
    world.map(PROCESSES.replace("verfahren.csv", "neue.csv") + ANSWERS)
    world.drop("umfrage/neue.csv", f"id,title,end\nhafen,{CANARY},\n")
    answers(world, ANNA, f"2,spielplatz,ben,zufrieden,nein,{CANARY},m,2026-10-02")
    world.run()
    assert set(kept(world)) == {"spielplatz/1", "spielplatz/2"}

    world.publisher.withdraw("beteiligungsverfahren", row="hafen", reason="Name einer Person", by="anna")

    assert set(kept(world)) == {"spielplatz/1"}
    assert CANARY not in vault_bytes(world.vault)


def test_two_vaults_leave_the_same_public_side(tmp_path: Path) -> None:
    """What the catalogue's database says to the public does not depend on what the rows say, nor on whether they were held."""
    said = []
    for name, lines in (("one", ROWS), ("two", (ROWS[0].replace("ja", "nein"), *ROWS[1:3])), ("three", ())):
        folder = tmp_path / name
        folder.mkdir()
        made = intake(folder)
        made.source = replace(made.source, name="verfahren")
        made.map(PROCESSES)
        made.drop("verfahren.csv", "id,title,end\nspielplatz,Spielplatz,2026-10-31\nradweg,Radweg,\n")
        made.run()
        made.source = replace(made.source, name="umfrage", personal_data=True, legal_basis="Einwilligung", url="drop/umfrage")
        made.map(ANSWERS)
        answers(made, *lines)
        made.run()
        store = made.store
        said.append((store.revision(), store.datasets(), store.changes(), store.names(), made.publisher.refresh([])))
        made.close()

    assert said[0] == said[1] == said[2]


def test_the_documented_mapping_is_one() -> None:
    text = (Path(__file__).parents[2] / "docs" / "microdata.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)

    (block,) = mapping_from(tomllib.loads(example), "microdata.md").table

    assert (block.table, block.into_vault) == ("answer", True)


def report(number: int, reported: str, category: str = "road") -> str:
    return f"{number},{category},{reported},x{number}"


def test_rows_of_no_process_stay_from_the_last_date_they_name(world: Intake) -> None:
    world.map(
        '[[table]]\ntable = "report"\nfile = "meldungen.csv"\n[table.columns]\nid = "nr"\ncategory = "art"\nstate = { constant = "open" }\n'
        'reported_on = { column = "datum", parse = "date" }\nperson = "konto"\n'
    )
    lines = [report(1, "2026-10-30"), report(2, "2026-01-01"), report(3, "2026-10")]
    world.drop("umfrage/meldungen.csv", "\n".join(["nr,art,datum,konto", *lines]) + "\n")

    run = world.run()

    assert {each.key for each in world.vault.microdata("report")} == {"1", "3"}, "one is older than it may become"
    assert [each.code for each in run.findings] == ["retention-over"]
    tidy(world, days=178)
    assert {each.key for each in world.vault.microdata("report")} == {"1", "3"}
    tidy(world, days=4)
    assert world.vault.microdata("report") == ()
    assert world.run().outcome is Outcome.UNCHANGED, "the file still has them; they do not come back"
    assert world.vault.microdata("report") == ()
