"""The workbook for press and paper: what staff type in comes out as rows, and what cannot be read is named with sheet, row and column."""

import io
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from catalog.plan import Outcome
from harvesters.mapping import mapping_from
from harvesters.template import SHEETS, mapping_text, write_workbook
from harvesters.template.sheets import EXAMPLE, Sheet
from schemas.row import Value
from tests.harvesters.world import Intake, intake

MAPPING = mapping_text(SHEETS, "beteiligung*.xlsx")
EMPTY = write_workbook(SHEETS, "Beteiligung erfassen")
Line = dict[str, object]
Lines = Mapping[str, list[Line]]

PROCESS: Line = {
    "Kennung": "pfaff-werkstatt",
    "Titel": "Werkstatt Pfaff",
    "Form der Teilnahme": "vor Ort und online",
    "Verfahrensart": "Workshop",
}
FORMAT: Line = {
    "Kennung": "pfaff-werkstatt-boegen",
    "Verfahren": "pfaff-werkstatt",
    "Titel": "Fragebogen",
    "Art": "Umfrage",
    "Form der Teilnahme": "vor Ort und online",
    "Wege der Teilnahme": "Internet; Papier",
    "Beginn": "05.2025",
    "Ende": date(2025, 6, 12),
    "Mehrfach möglich": "nein",
}
COUNT: Line = {
    "Verfahren": "pfaff-werkstatt",
    "Format": "pfaff-werkstatt-boegen",
    "Weg der Teilnahme": "Papier",
    "Antwort": "ausgefüllte Fragebögen",
    "Anzahl": 85,
    "Einheit der Anzahl": "Rückmeldungen",
    "Genauigkeit": "genau",
    "Quelle": "Protokoll der Werkstatt",
    "Datum der Quelle": "12.06.2025",
}
FIGURE: Line = {
    "Art des Gegenstands": "Beteiligungsverfahren",
    "Gegenstand (Kennung)": "pfaff-werkstatt",
    "Gegenstand": "Werkstatt Pfaff",
    "Messgröße": "Rücklaufquote",
    "Wert": "12,5",
    "Einheit": "Prozent",
    "Genauigkeit": "ungefähr (rund, etwa)",
    "Gilt für": "06.2025",
    "Wer das sagt": "Rheinpfalz",
    "Adresse der Quelle": "https://example.org/artikel",
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Intake]:
    found = intake(tmp_path)
    found.map(MAPPING)
    found.guard(at_least=0)
    yield found
    found.close()


def filled(lines: Lines) -> bytes:
    """As staff do it: into the rows below the header, by its words."""
    book = openpyxl.load_workbook(io.BytesIO(EMPTY))
    for title, rows in lines.items():
        page: Any = book[title]
        header = {cell.value: cell.column for cell in page[4]}
        for number, row in enumerate(rows, start=5):
            for name, value in row.items():
                page.cell(row=number, column=header[name], value=value)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def rows(office: Intake, table: str) -> dict[str, Mapping[str, Value]]:
    return {each.row.key: each.row.values for each in office.store.published(office.source.name, table)}


def test_what_staff_fill_in_comes_out_as_rows(office: Intake) -> None:
    ballots: Line = {**COUNT, "Frage oder Gruppe": "Was fehlt?", "Antwort": "Schatten", "Anzahl": 51, "Einheit der Anzahl": "Stimmen"}
    second: Line = {**FIGURE, "Nr.": 2, "Wer das sagt": "Stadt", "Wert": 11}
    event: Line = {"Kennung": "pfaff-abend", "Verfahren": "pfaff-werkstatt", "Titel": "Abend", "Beginn": "03.06.2025", "Uhrzeit": "18 Uhr"}
    event |= {"Form der Teilnahme": "vor Ort oder auf Papier", "Teilnehmende": 35}
    lines: Lines = {
        "Verfahren": [PROCESS],
        "Formate und Phasen": [FORMAT],
        "Veranstaltungen": [event],
        "Teilnahme je Weg": [COUNT, {**COUNT, "Weg der Teilnahme": "Internet", "Anzahl": 0}],
        "Stimmzettel": [ballots],
        "Berichtete Zahlen": [FIGURE, second],
    }
    office.drop("beteiligung-2025.xlsx", filled(lines))

    record = office.run()

    assert record.outcome is Outcome.OK, record.findings
    assert rows(office, "process")["pfaff-werkstatt"]["mode"] == "hybrid"
    held = rows(office, "format")["pfaff-werkstatt-boegen"]
    assert (held["channels"], held["start"], held["end"], held["multiple_participation"]) == ("web; paper", "2025-05", "2025-06-12", False)
    assert rows(office, "event")["pfaff-abend"]["start_time"] == "18:00"
    counts = {(each["channel"], each["option"]): (each["count"], each["count_unit"]) for each in rows(office, "result").values()}
    assert counts == {
        ("paper", "ausgefüllte Fragebögen"): (85, "responses"),
        ("web", "ausgefüllte Fragebögen"): (0, "responses"),
        ("paper", "Schatten"): (51, "votes"),
    }
    figures = rows(office, "figure")
    assert {key: (each["value"], each["asserted_by"], each["as_of"]) for key, each in figures.items()} == {
        "pfaff-werkstatt-ruecklaufquote": (12.5, "Rheinpfalz", "2025-06"),
        "pfaff-werkstatt-ruecklaufquote-2": (11.0, "Stadt", "2025-06"),
    }


def test_the_empty_workbook_gives_nothing_and_the_examples_are_never_read(office: Intake) -> None:
    office.drop("beteiligung.xlsx", EMPTY)

    record = office.run()

    assert record.outcome in (Outcome.OK, Outcome.UNCHANGED), record.findings
    assert all(not rows(office, each.table.name) for each in SHEETS)


def test_an_empty_sheet_beside_filled_ones_changes_nothing(office: Intake) -> None:
    office.drop("beteiligung.xlsx", filled({"Verfahren": [PROCESS]}))

    office.run()

    assert list(rows(office, "process")) == ["pfaff-werkstatt"]


@pytest.mark.parametrize(
    ("sheet", "line", "column"),
    [
        ("Berichtete Zahlen", {**FIGURE, "Wert": "ca. 240"}, "Wert"),
        ("Berichtete Zahlen", {**FIGURE, "Gilt für": "Frühjahr"}, "Gilt für"),
        ("Verfahren", {**PROCESS, "Verfahrensart": "Kaffeetrinken"}, "Verfahrensart"),
        ("Teilnahme je Weg", {**COUNT, "Anzahl": 8.5}, "Anzahl"),
    ],
)
def test_a_mistake_is_named_with_sheet_row_and_column(office: Intake, sheet: str, line: dict[str, object], column: str) -> None:
    office.drop("beteiligung.xlsx", filled({"Verfahren": [PROCESS], "Formate und Phasen": [FORMAT], sheet: [line]}))

    record = office.run()

    (found,) = [each for item in office.store.quarantine() for each in item.findings if each.code != "foreign-key"]
    assert record.outcome is Outcome.PARTIAL
    assert found.row == 5
    assert f"»{sheet}«" in found.message
    assert f"»{column}«" in found.message
    assert "240" not in found.message


def test_a_reference_to_nothing_names_its_sheet_too(office: Intake) -> None:
    office.drop("beteiligung.xlsx", filled({"Teilnahme je Weg": [{**COUNT, "Format": None}]}))

    office.run()

    (found,) = [each for item in office.store.quarantine() for each in item.findings]
    assert (found.code, found.row) == ("foreign-key", 5)
    assert found.message.startswith("Blatt »Teilnahme je Weg«, Feld »Verfahren«: Der Verweis führt ins Leere")


def test_few_persons_wait_for_a_person(office: Intake) -> None:
    few: Line = {**COUNT, "Format": None, "Anzahl": 3, "Einheit der Anzahl": "Personen"}
    office.drop("beteiligung.xlsx", filled({"Verfahren": [PROCESS], "Teilnahme je Weg": [few]}))

    office.run()

    (item,) = office.store.quarantine()
    assert [each.code for each in item.findings] == ["small-person-count"]
    assert item.acceptable
    assert rows(office, "result") == {}


def test_a_header_that_was_moved_changes_nothing_and_says_so(office: Intake) -> None:
    office.drop("beteiligung.xlsx", filled({"Verfahren": [PROCESS]}))
    office.run()
    book = openpyxl.load_workbook(io.BytesIO(filled({"Verfahren": [PROCESS]})))
    book["Verfahren"].delete_rows(3)
    moved = io.BytesIO()
    book.save(moved)
    office.drop("beteiligung.xlsx", moved.getvalue())

    record = office.run()

    assert record.outcome is Outcome.FAILED
    assert list(rows(office, "process")) == ["pfaff-werkstatt"]
    assert [(each.code, each.row, each.origin) for each in record.findings] == [("header", 4, "beteiligung.xlsx")]


def test_the_same_version_writes_the_same_bytes() -> None:
    assert write_workbook(SHEETS, "Beteiligung erfassen") == EMPTY


def test_the_mapping_reads_every_column_of_every_sheet() -> None:
    blocks = mapping_from(tomllib.loads(MAPPING), "beteiligung.toml").table
    book = openpyxl.load_workbook(io.BytesIO(EMPTY))

    assert {each.sheet: each.mapped_columns for each in blocks} == {
        each.title: {cell.value for cell in book[each.title][4]} for each in SHEETS
    }


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda each: each.table.name)
def test_an_example_uses_words_of_its_lists_and_says_that_it_is_one(sheet: Sheet) -> None:
    for column in sheet.columns:
        words = {word for word, _ in column.codes}
        said = str(column.example).split("; ") if column.example is not None and words else []
        assert set(said) <= words, column.title

    page = openpyxl.load_workbook(io.BytesIO(EMPTY))[sheet.title]
    assert str(page["A3"].value).startswith(EXAMPLE)


def test_every_list_to_choose_from_stands_in_the_workbook() -> None:
    book = openpyxl.load_workbook(io.BytesIO(EMPTY))
    for sheet in SHEETS:
        checked = {str(each.sqref).partition(":")[0]: each for each in book[sheet.title].data_validations.dataValidation}
        for number, column in enumerate(sheet.columns, start=1):
            place = f"{get_column_letter(number)}5"
            if column.kind == "codes":
                first, last = checked[place].formula1.removeprefix("Listen!").replace("$", "").split(":")
                assert [cell.value for (cell,) in book["Listen"][f"{first}:{last}"]] == [word for word, _ in column.codes]
            elif column.kind not in ("text", "several-codes", "yes-no"):
                assert place in checked, column.title
