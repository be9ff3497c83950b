"""Every form of an answer says the same, cell by cell, to the tools that people use."""

import csv
import io
import json
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas
import pytest
from frictionless import Resource, Schema
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.disclosure.rules import rules_for
from catalog.statistics.about import Account
from catalog.statistics.columns import require_usable_names, table_of
from catalog.statistics.errors import NotPublished, UnknownChoice
from catalog.statistics.forms import EXCEL, MEDIA_TYPES, write
from catalog.statistics.selection import Question, read_question
from schemas.dates import PartialDate
from schemas.errors import ConfigurationError
from schemas.statistics import Break, CellStatus, Key, Profile
from schemas.table import descriptor_from_table
from schemas.values import Licence, Text
from tests.catalog.statistics.world import CUBE, DISTRICT, MISSING, account_of, cells_of, release_of

Cells = list[tuple[tuple[str, ...], int | None, str]]
NAMES = ("base", "share", "share_min", "share_max")
HEADER = "halbjahr_code,halbjahr,ortsbezirk_code,ortsbezirk,alter_code,alter,teilnehmende,status"


def ask(**given: str) -> Question:
    return read_question(CUBE, given.items())


def answer(form: str, account: Account | None = None, /, **given: str) -> bytes:
    return write(form, account or account_of(), ask(**given))


def from_csv(content: bytes) -> Cells:
    return _cells(list(csv.DictReader(io.StringIO(content.decode()))))


def from_json(content: bytes) -> Cells:
    return _cells(json.loads(content)["rows"])


def from_xlsx(content: bytes) -> Cells:
    header, *lines = openpyxl.load_workbook(io.BytesIO(content))["Daten"].iter_rows(values_only=True)
    return _cells([dict(zip(map(str, header), line, strict=True)) for line in lines])


def from_parquet(content: bytes) -> Cells:
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        Path(file.name).write_bytes(content)
        names, lines = sql(f"SELECT * FROM '{file.name}'")
    return _cells([dict(zip(names, line, strict=True)) for line in lines])


def sql(question: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    with duckdb.connect() as connection:
        found = connection.execute(question)
        return [each[0] for each in found.description or ()], found.fetchall()


def from_jsonstat(content: bytes) -> Cells:
    document = json.loads(content)
    codes = [list(document["dimension"][name]["category"]["index"]) for name in document["id"]]
    assert [len(each) for each in codes] == document["size"]
    found: Cells = []
    for place, value in enumerate(document["value"]):
        rest = place
        key: list[str] = []
        for each in reversed(codes):
            rest, index = divmod(rest, len(each))
            key.insert(0, each[index])
        found.append((tuple(key), value, document["status"].get(str(place), "")))
    return found


def _cells(rows: list[dict[str, Any]]) -> Cells:
    names = [f"{each.name}_code" for each in CUBE.dimensions]
    return [
        (tuple(row[name] for name in names), None if row["teilnehmende"] in (None, "") else int(row["teilnehmende"]), row["status"] or "")
        for row in rows
    ]


READERS: dict[str, Callable[[bytes], Cells]] = {
    "csv": from_csv,
    "json": from_json,
    "xlsx": from_xlsx,
    "parquet": from_parquet,
    "jsonstat": from_jsonstat,
}


@pytest.mark.parametrize("asked", [{}, {"group_by": "halbjahr,ortsbezirk"}, {"ortsbezirk": "_T,02,_U"}, {"group_by": "_T"}])
@pytest.mark.parametrize("form", READERS)
def test_all_forms_agree_cell_by_cell(form: str, asked: dict[str, str]) -> None:
    found = READERS[form](answer(form, **asked))

    release = release_of()
    assert found == [(key, release.by_key[key].value, release.by_key[key].status.value) for key, _, _ in found]
    assert found == from_csv(answer("csv", **asked))
    assert found


def test_every_form_has_a_reader_here() -> None:
    assert READERS.keys() == MEDIA_TYPES.keys()


@pytest.mark.parametrize("form", [*MEDIA_TYPES, EXCEL])
def test_same_question_same_bytes(form: str) -> None:
    assert answer(form) == answer(form, account_of(release_of()))


def test_the_header_and_its_order_are_a_promise() -> None:
    for asked in ({}, {"group_by": "_T"}, {"ortsbezirk": "01"}, {"lang": "en"}):
        assert answer("csv", **asked).decode().splitlines()[0] == HEADER


def test_the_default_csv_to_the_letter() -> None:
    assert answer("csv").decode() == (
        f"{HEADER}\n"
        "2025-S2,2. Halbjahr 2025,_T,Insgesamt,u30,unter 30,,x\n"
        "2025-S2,2. Halbjahr 2025,_T,Insgesamt,30-59,30 bis 59,335,\n"
        "2025-S2,2. Halbjahr 2025,_T,Insgesamt,60,60 und älter,,m\n"
        "2026-S1,1. Halbjahr 2026,_T,Insgesamt,u30,unter 30,410,\n"
        "2026-S1,1. Halbjahr 2026,_T,Insgesamt,30-59,30 bis 59,330,\n"
        "2026-S1,1. Halbjahr 2026,_T,Insgesamt,60,60 und älter,,p\n"
    )


def test_labels_come_in_the_language_that_was_asked_for() -> None:
    assert ",60 and older," in answer("csv", lang="en").decode()
    assert "Insgesamt" not in answer("csv", lang="en").decode()
    assert json.loads(answer("jsonstat", lang="en"))["label"] == "Participants"


def test_a_zero_is_a_number_and_no_reason() -> None:
    release = release_of(cells=cells_of(values={("2026-S1", "_T", "u30"): 0}))

    assert ("2026-S1", "_T", "u30") in [key for key, value, status in from_csv(answer("csv", account_of(release))) if value == 0]


def test_german_excel_gets_its_dialect() -> None:
    lines = answer(EXCEL).decode("utf-8").split("\r\n")

    assert (
        lines[0]
        == "\ufeffHalbjahr (Schlüssel);Halbjahr;Ortsbezirk (Schlüssel);Ortsbezirk;Altersgruppe (Schlüssel);Altersgruppe;Teilnehmende;Status"
    )
    assert lines[2] == "2025-S2;2. Halbjahr 2025;_T;Insgesamt;30-59;30 bis 59;335;"


def test_a_pivot_has_a_column_for_each_code_and_says_what_is_missing() -> None:
    assert answer("csv", pivot="alter").decode() == (
        "halbjahr_code,halbjahr,ortsbezirk_code,ortsbezirk,unter 30,30 bis 59,60 und älter,status\n"
        "2025-S2,2. Halbjahr 2025,_T,Insgesamt,,335,,u30=x 60=m\n"
        "2026-S1,1. Halbjahr 2026,_T,Insgesamt,410,330,,60=p\n"
    )


def test_a_pivot_over_time_and_in_json_says_the_same() -> None:
    rows = json.loads(answer("json", pivot="halbjahr"))["rows"]

    assert [each["alter_code"] for each in rows] == ["u30", "30-59", "60"]
    assert rows[1]["2. Halbjahr 2025"] == 335
    assert rows[0]["status"] == "2025-S2=x"


@pytest.mark.parametrize("labels", [("A", "a", "Status"), ("", "x", "y"), ("a (02)", "A", "a"), ("alter", "Teilnehmende", "z")])
def test_pivoted_columns_have_names_that_every_reader_tells_apart(labels: tuple[str, ...]) -> None:
    titles = [replace(each, title=Text(de=label)) for each, label in zip(DISTRICT.categories, labels, strict=True)]
    cube = replace(CUBE, dimensions=(CUBE.dimensions[0], replace(DISTRICT, categories=tuple(titles)), CUBE.dimensions[2]))
    question = ask(group_by="halbjahr,ortsbezirk", pivot="ortsbezirk")

    header = write("csv", account_of(release_of(cube)), question).decode().splitlines()[0].split(",")

    assert len({each.casefold() for each in header}) == len(header)
    assert all(header)
    assert write("parquet", account_of(release_of(cube)), question)


def test_pivoted_columns_never_share_a_name() -> None:
    twins = replace(DISTRICT, categories=tuple(replace(each, title=Text(de="status")) for each in DISTRICT.categories))
    cube = replace(CUBE, dimensions=(CUBE.dimensions[0], twins, CUBE.dimensions[2]))

    header = write("csv", account_of(release_of(cube)), ask(group_by="halbjahr,ortsbezirk", pivot="ortsbezirk")).decode().splitlines()[0]

    assert header.endswith("status (01),status (02),status (_U),status")


SHARES = {"group_by": "alter", "share": "alter"}


def _with_values(profile: Profile, rules: str, values: dict[str, int | None]) -> Account:
    """By age; a whole of 30."""
    keys: dict[Key, int | None] = {("_T", "_T", "_T"): 30}
    keys.update({("_T", "_T", code): value for code, value in values.items()})
    cells = [replace(each, value=keys.get(each.key, each.value) if each.value is not None else None) for each in cells_of()]
    withheld = [replace(each, value=None, status=CellStatus.WITHHELD) if keys.get(each.key, 0) is None else each for each in cells]
    return account_of(release_of(replace(CUBE, profile=profile), rules=rules, cells=tuple(withheld)))


@pytest.mark.parametrize("form", ["csv", "json"])
def test_shares_are_whole_percent_with_what_rounding_leaves_open(form: str) -> None:
    rounded = _with_values(Profile.ROUND5, "round5/1", {"u30": 10, "30-59": 30, "60": None})
    exact = _with_values(Profile.SUPPRESS, "suppress5/1", {"u30": 10, "30-59": 30, "60": None})

    assert _shares(form, rounded) == [(30, 33, 25, 43), (30, 100, 88, 100), (None, None, None, None)]
    assert _shares(form, exact) == [(30, 33, 33, 33), (30, 100, 100, 100), (None, None, None, None)]


def _shares(form: str, account: Account) -> list[tuple[int | None, ...]]:
    content = answer(form, account, **SHARES)
    rows = json.loads(content)["rows"] if form == "json" else list(csv.DictReader(io.StringIO(content.decode())))
    return [tuple(int(each[name]) if each[name] not in ("", None) else None for name in NAMES) for each in rows]


def test_whoever_does_not_ask_for_shares_gets_the_same_bytes_as_ever() -> None:
    assert answer("csv", group_by="alter").decode().splitlines()[0] == HEADER
    assert answer("csv", **SHARES).decode().splitlines()[0] == f"{HEADER},{','.join(NAMES)}"
    assert b"share" not in answer("json", group_by="alter")


def test_a_share_needs_a_base_that_is_published_and_a_dimension_that_varies() -> None:
    narrow = replace(CUBE, tables=(("halbjahr", "alter"), ("halbjahr",)), default_table=("halbjahr",))

    with pytest.raises(NotPublished):
        answer("csv", account_of(release_of(narrow, cells=cells_of(narrow, {}))), group_by="halbjahr,alter", share="halbjahr")
    with pytest.raises(UnknownChoice):
        answer("csv", group_by="alter", share="ortsbezirk")


@settings(max_examples=50, derandomize=True)
@given(st.integers(5, 3000), st.integers(0, 3000))
def test_the_range_of_a_share_holds_the_true_one(part: int, others: int) -> None:
    rules = rules_for(CUBE)
    shown, whole = rules.rounded(part), rules.rounded(part + others)
    assert shown is not None
    assert whole is not None
    account = _with_values(Profile.ROUND5, rules.version, {"u30": shown})
    cells = tuple(replace(each, value=whole) if set(each.key) == {"_T"} else each for each in account.release.cells)

    ((_, percent, least, most), *_) = _shares("json", account_of(replace(account.release, cells=cells)))

    assert percent is not None and least is not None and most is not None  # noqa: PT018 (one thing: there is a share)
    assert least - 0.5 <= 100 * part / (part + others) <= most + 0.5
    assert least <= percent <= most


def test_a_workbook_explains_itself() -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(answer("xlsx")))

    notes = {line[0]: str(line[2]) for line in workbook["Hinweise"].iter_rows(values_only=True)}
    assert workbook.sheetnames == ["Daten", "Spalten", "Quelle und Lizenz", "Hinweise"]
    assert notes["Stand"] == "2026-11-20"
    assert notes["Lizenz"] == Licence.DL_ZERO_2.iri
    assert "/api/v1/statistics/teilnehmende/releases/2026-11-20.csv" in notes["So zitieren"]
    assert "Vielfache von 5" in notes["Geheimhaltung (round5/1)"]
    assert "x (.) = geheim gehalten; m (n. e.) = nicht erhoben; p (…) = noch nicht ausgewertet" in notes["Zeichen"]


def test_parquet_carries_licence_citation_and_release_in_its_footer(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    file.write_bytes(answer("parquet"))

    _, pairs = sql(f"SELECT key, value FROM parquet_kv_metadata('{file}')")
    footer = {bytes(key).decode(): bytes(value).decode() for key, value in pairs}
    assert footer["licence"] == Licence.DL_ZERO_2.iri
    assert footer["release"] == "2026-11-20"
    assert "Stadt Kaiserslautern (2026)" in footer["citation"]


def test_json_says_licence_citation_release_and_what_the_reasons_mean() -> None:
    document = json.loads(answer("json", alter="60"))

    assert document["licence"]["iri"] == Licence.DL_ZERO_2.iri
    assert document["release"]["name"] == "2026-11-20"
    assert document["citation"].startswith("Stadt Kaiserslautern (2026): Teilnehmende an Beteiligungen. Stand 2026-11-20. https://")
    assert "releases/2026-11-20.json?alter=60" in document["citation"]
    assert document["statuses"] == {"x": "geheim gehalten", "m": "nicht erhoben", "p": "noch nicht ausgewertet"}


def test_jsonstat_has_roles_sparse_status_and_links() -> None:
    document = json.loads(answer("jsonstat"))

    assert document["role"] == {"time": ["halbjahr"], "geo": ["ortsbezirk"]}
    assert document["value"] == [None, 335, None, 410, 330, None]
    assert document["status"] == {"0": "x", "2": "m", "5": "p"}
    assert document["link"].keys() == {"license", "describedby", "alternate"}
    assert all("href" in each for links in document["link"].values() for each in links)


def test_a_demonstration_says_so_in_every_form_that_has_words() -> None:
    account = account_of(release_of(replace(CUBE, demonstration=True)))

    assert json.loads(answer("json", account))["demonstration"] is True
    assert json.loads(answer("jsonstat", account))["extension"]["demonstration"] is True
    notes = openpyxl.load_workbook(io.BytesIO(answer("xlsx", account)))["Hinweise"]
    assert str(notes["C2"].value).startswith("Demonstration (synthetisch)")


def test_pandas_reads_the_csv() -> None:
    frame = pandas.read_csv(io.BytesIO(answer("csv")), dtype={"ortsbezirk_code": str})

    assert frame["teilnehmende"].sum() == 335 + 410 + 330
    assert frame["teilnehmende"].isna().sum() == 3
    assert list(frame["status"].fillna("")) == ["x", "", "m", "", "", "p"]


def test_pyjstat_reads_jsonstat() -> None:
    with warnings.catch_warnings():
        # pyjstat 2.4 warns of a function of its own that its read() calls.
        warnings.filterwarnings("ignore", message="Shouldn't use this function anymore", category=DeprecationWarning)
        from pyjstat import pyjstat

        frame = pyjstat.Dataset.read(answer("jsonstat").decode()).write("dataframe")

    assert list(frame.columns) == ["Halbjahr", "Ortsbezirk", "Altersgruppe", "value"]
    assert frame["value"].isna().sum() == 3
    assert frame["value"].sum() == 335 + 410 + 330


def test_duckdb_reads_the_csv(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(answer("csv"))

    assert sql(f"SELECT sum(teilnehmende), count(*) FROM read_csv('{file}')")[1] == [(335 + 410 + 330, 6)]


@pytest.mark.parametrize("asked", [{}, {"group_by": "halbjahr,ortsbezirk"}, {"group_by": "_T"}])
def test_frictionless_finds_the_csv_valid_under_the_schema(tmp_path: Path, asked: dict[str, str]) -> None:
    (tmp_path / "a.csv").write_bytes(answer("csv", **asked))
    schema = Schema.from_descriptor(descriptor_from_table(table_of(CUBE)))

    report = Resource(path="a.csv", basepath=str(tmp_path), schema=schema).validate()

    assert report.valid, report.flatten(["type", "note"])


def test_frictionless_would_find_a_code_that_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(answer("csv").replace(b",u30,", b",u31,"))
    schema = Schema.from_descriptor(descriptor_from_table(table_of(CUBE)))

    assert not Resource(path="a.csv", basepath=str(tmp_path), schema=schema).validate().valid


def test_names_that_would_meet_in_one_column_are_refused() -> None:
    for name in ("status", "teilnehmende", "group_by", "ortsbezirk_code"):
        with pytest.raises(ConfigurationError):
            require_usable_names(replace(CUBE, dimensions=(*CUBE.dimensions[:2], replace(CUBE.dimensions[2], name=name))))
    require_usable_names(CUBE)


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)


@given(st.lists(WORDS, min_size=3, max_size=3), st.lists(st.none() | st.integers(0, 2**40), min_size=3, max_size=3))
@settings(derandomize=True, max_examples=25)
def test_any_labels_and_numbers_survive_every_form(labels: list[str], numbers: list[int | None]) -> None:
    district = replace(
        DISTRICT, categories=tuple(replace(each, title=Text(de=t)) for each, t in zip(DISTRICT.categories, labels, strict=True))
    )
    cube = replace(CUBE, dimensions=(CUBE.dimensions[0], district, CUBE.dimensions[2]))
    keys: list[Key] = [("_T", code, "_T") for code in district.codes]
    missing = {key: CellStatus.WITHHELD for key, number in zip(keys, numbers, strict=True) if number is None}
    values = {key: number for key, number in zip(keys, numbers, strict=True) if number is not None}
    account = account_of(release_of(cube, cells=cells_of(cube, missing, values)))

    for form in ("csv", "json", "xlsx", "jsonstat"):
        found = READERS[form](answer(form, account, group_by="ortsbezirk"))
        assert [value for _, value, _ in found] == numbers, form


assert set(MISSING.values()) == set(CellStatus) - {CellStatus.PUBLISHED}


def test_a_break_in_the_series_stands_in_the_notes_of_every_form_that_has_them() -> None:
    words = Text(de="Seitdem braucht man ein Konto.", en="An account is needed since then.")
    account = account_of(release_of(replace(CUBE, breaks=(Break(since=PartialDate("2023-07"), words=words),))))
    sentence = "Bruch in der Reihe ab 07.2023: Seitdem braucht man ein Konto."

    assert sentence in json.loads(answer("json", account))["notes"]
    assert sentence in json.loads(answer("jsonstat", account))["note"]
    page = openpyxl.load_workbook(io.BytesIO(answer("xlsx", account)))["Hinweise"]
    notes = {line[0]: line[2] for line in page.iter_rows(values_only=True)}
    assert str(notes["Bruch in der Reihe"]).startswith(sentence)
