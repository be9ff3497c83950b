"""A first mapping: it loads, it harvests, it says what a person has to decide, and it tells nothing of persons."""

import csv
import io
import json
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.fetch import FolderFetch
from harvesters.harvester import SourceConfig, Unreadable
from harvesters.mapping import Mappings, TableMapping, load_mapping, mapping_from
from harvesters.platforms.files import FilesHarvester
from harvesters.proposal import AmbiguousTable, Proposal, propose, sample_of
from harvesters.proposal.text import mapping_text
from harvesters.reading import BrokenFile
from harvesters.record import Record
from schemas.errors import MappingError
from schemas.row import Row
from schemas.table import microdata_tables
from tests.harvesters.offices import plain_ods, xlsx

EXAMPLE = Path(str(resources.files("api") / "examples" / "kaiserslautern" / "drop"))
#: Rows about persons go to the vault: which column is what there, a person decides.
PERSONS = {
    table.file.rpartition("/")[2]
    for each in (EXAMPLE.parent / "mappings").glob("*.toml")
    for table in load_mapping(each).table
    if table.table in microdata_tables()
}
FILES = sorted(each for each in EXAMPLE.rglob("*.csv") if not (each.parent / "datapackage.json").exists() and each.name not in PERSONS)
PROJECTS = (
    "Projektliste;;;;;;\nStand 2023;;;;;;\n\nNr.;Projekt;Stand;Beginn;Ortsbezirk;Vorname;Wortlaut\n"
    "1;Stadtpark;laufend;12.06.2023;Innenstadt;Ada;x\n2;Radweg;abgeschlossen;06.2023;Erzhütten/Wiesenthalerhof;Bo;y\n3;Markt;vertagt;2023;;Cy;z\n"
)


def proposed(name: str, content: bytes | str, **more: str) -> Proposal:
    return propose(sample_of(name, content if isinstance(content, bytes) else content.encode()), **more)


def loaded(proposal: Proposal) -> Mappings:
    return mapping_from(tomllib.loads(mapping_text(proposal)), "m.toml")


def block(proposal: Proposal) -> TableMapping:
    (found,) = loaded(proposal).table
    return found


def harvested(folder: Path, name: str, content: bytes, proposal: Proposal) -> list[Row]:
    (folder / "drop").mkdir()
    (folder / "drop" / name).write_bytes(content)
    (folder / "m.toml").write_text(mapping_text(proposal), encoding="utf-8")
    source = SourceConfig(name="probe", title="Probe", kind="files", url="drop", folder=folder, options={"mapping": "m.toml"})
    harvester = FilesHarvester(source)
    fetch = FolderFetch(folder / "drop", keep_payload=lambda _: None, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    found = list(harvester.records(fetch))
    assert [each.finding.message for each in found if isinstance(each, Unreadable)] == []
    return [row for each in found if isinstance(each, Record) for row in harvester.map(each) if isinstance(row, Row)]


@pytest.mark.parametrize("file", FILES, ids=lambda each: each.stem)
def test_every_file_of_the_example_gets_a_mapping_that_loads_and_gives_rows(file: Path, tmp_path: Path) -> None:
    proposal = proposed(file.name, file.read_bytes())

    rows = harvested(tmp_path, file.name, file.read_bytes(), proposal)

    always = {each for each in proposal.sample.header if len(proposal.sample.column(each)) == len(proposal.sample.rows)}
    filled = {name for row in rows for name, value in row.values.items() if value is not None}
    assert len(rows) * 2 > len(proposal.sample.rows)
    assert {each.target for each in proposal.entries if not each.column or each.column in always} - {"source_url"} <= filled


@pytest.mark.parametrize("file", FILES, ids=lambda each: each.stem)
def test_the_proposed_table_of_the_example_is_the_one_its_mapping_names(file: Path) -> None:
    mappings = [load_mapping(each) for each in (EXAMPLE.parent / "mappings").glob("*.toml")]
    named = {table.file: table.table for each in mappings for table in each.table}

    assert proposed(file.name, file.read_bytes()).table.name == named[file.name]


def test_what_was_detected_is_pinned() -> None:
    found = block(proposed("liste.csv", PROJECTS.encode("cp1252")))

    assert found.table == "project"
    assert (found.dialect.encoding, found.dialect.delimiter, found.dialect.header_row) == ("cp1252", ";", 4)


def test_codes_are_proposed_for_values_that_mean_one_and_the_others_are_listed() -> None:
    proposal = proposed("projekte.csv", PROJECTS.replace("laufend", "In Betrieb").replace("abgeschlossen", "Completed"))
    text = mapping_text(proposal)

    assert block(proposal).columns["status"].codes == {"Completed": "completed"}
    assert '# "vertagt" = ' in text


def test_a_name_of_another_table_is_made_its_key() -> None:
    assert block(proposed("projekte.csv", PROJECTS)).columns["district_id"].template == "{Ortsbezirk}"


def test_columns_that_name_persons_stay_out_and_nothing_of_them_is_shown() -> None:
    content = PROJECTS.replace("Wortlaut", "Rückfragen").replace(";x\n", ";ada@example.org, 0631 1234567\n")
    proposal = proposed("projekte.csv", content)
    text = mapping_text(proposal)

    assert {each.column: each.reason for each in proposal.skipped} == {"Vorname": "identifier", "Rückfragen": "identifier"}
    assert not any(each in text for each in ("Ada", "example.org", "1234567"))


def test_a_list_of_persons_gives_no_title() -> None:
    content = "Name;Vorname;Projekt;Stand\nMuster;Ada;Park;laufend\n"

    assert dict.fromkeys(each.column for each in proposed("projekte.csv", content).skipped) == {"Name": None, "Vorname": None}


def test_long_texts_are_somebodys_words() -> None:
    content = "Nr;Projekt;Stand;Meinung\n1;Park;laufend;" + "Das ist schön. " * 20 + "\n"

    assert [(each.column, each.reason) for each in proposed("projekte.csv", content).skipped] == [("Meinung", "free-text")]


def test_a_code_list_shows_no_value_that_looks_personal() -> None:
    content = PROJECTS.replace("vertagt", "ada@example.org")

    assert "example.org" not in mapping_text(proposed("projekte.csv", content))


def test_what_fits_no_field_is_listed_for_a_person_and_stays_out_until_then() -> None:
    proposal = proposed("projekte.csv", PROJECTS)

    assert proposal.undecided == ["Nr.", "Wortlaut"]  # bare numbers are no keys
    assert block(proposal).skip["Wortlaut"] == "internal"
    assert "Hier entscheidet ein Mensch" in mapping_text(proposal)


def test_a_table_that_nobody_can_tell_lists_candidates() -> None:
    with pytest.raises(AmbiguousTable, match=r"--table NAME.*Spalten passen") as caught:
        proposed("liste.csv", "Nr;Name;Anmerkung\n1;a;b\n")
    assert "organisation" in caught.value.detail
    with pytest.raises(MappingError, match="gibt es nicht"):
        proposed("liste.csv", "Nr;Name\n1;a\n", table="nonsense")


def test_required_fields_without_a_column_are_said_not_invented() -> None:
    proposal = proposed("liste.csv", "Nr;Name;Anmerkung\nn1;a;b\n", table="organisation")

    assert proposal.missing == ["kind"]
    assert "Pflichtfeld ohne Spalte: kind" in mapping_text(proposal)
    with pytest.raises(MappingError, match="kind"):
        loaded(proposal)


def test_a_file_that_says_nothing_of_its_state_knows_nothing() -> None:
    assert block(proposed("projekte.csv", "Nr;Projekt\np1;Park\n")).columns["status"].constant == "unknown"


def test_numbers_nobody_can_tell_are_left_to_a_person() -> None:
    ambiguous = proposed("ortsbezirke.csv", "Kennung;Name;Art;Einwohner\nkl;KL;Stadt;101.961\n")
    clear = proposed("ortsbezirke.csv", 'Kennung;Name;Art;Einwohner;Fläche\nkl;KL;Stadt;101.961;"139,7"\n')

    assert "bitte decimal und thousands" in mapping_text(ambiguous)
    assert (block(ambiguous).dialect.decimal, block(clear).dialect.decimal, block(clear).dialect.thousands) == (None, ",", ".")


ROWS: Sequence[Sequence[Any]] = [("Projektliste",), (None,), ("Nr", "Projekt", "Stand", "Beginn"), ("p1", "Park", "laufend", 45089)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("projekte.xlsx", xlsx(ROWS)),
        ("projekte.ods", plain_ods(ROWS)),
        ("projekte.json", json.dumps({"stand": 1, "daten": {"liste": [dict(zip(ROWS[2], ROWS[3], strict=True))]}}).encode()),
    ],
)
def test_workbooks_and_json_get_mappings_too(name: str, content: bytes, tmp_path: Path) -> None:
    proposal = proposed(name, content)

    (row,) = harvested(tmp_path, name, content, proposal)

    assert block(proposal).columns["start"].parse == "excel-date"
    assert (row.key, row.values["title"], row.values["start"]) == ("p1", "Park", "2023-06-12")
    assert block(proposal).records == ("daten.liste" if name.endswith("json") else "")


def test_a_workbook_with_several_sheets_wants_to_know_which() -> None:
    content = xlsx(ROWS, lambda _, book: book.create_sheet("Zwei"))

    with pytest.raises(BrokenFile, match="Tabelle1, Zwei"):
        sample_of("projekte.xlsx", content)
    assert block(propose(sample_of("projekte.xlsx", content, sheet="Tabelle1"))).sheet == "Tabelle1"


def test_a_file_that_cannot_be_harvested_as_it_is_gets_its_mapping_and_a_warning() -> None:
    content = PROJECTS + "\nNr.;Projekt;Stand;Beginn;Ortsbezirk;Vorname;Wortlaut\n4;Wald;laufend;2023;;Di;z\n"

    assert "# Achtung" in mapping_text(proposed("projekte.csv", content))


_NAMES = st.text("abc\"\\'{}[]äß \n\x7f#=.-!:\t", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(st.lists(_NAMES, min_size=1, max_size=4, unique=True), st.lists(st.text('xy"\\\x7f#ä', max_size=6), min_size=4, max_size=4))
def test_whatever_columns_are_called_the_mapping_loads(names: list[str], values: list[str]) -> None:
    header = ["Nr", "Projekt", *(each for each in names if each not in ("Nr", "Projekt"))]
    target = io.StringIO(newline="")
    csv.writer(target, quoting=csv.QUOTE_ALL).writerows([header, ["p1", "Park", *values[: len(header) - 2]]])

    found = block(proposed("projekte.csv", target.getvalue(), table="project"))

    assert found.mapped_columns | found.skip.keys() == set(header)
