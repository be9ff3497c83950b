"""The kind `limesurvey` from files: .lss and CSV say the same as the remote control, and neither says who answered."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.plan import Outcome
from harvesters.harvester import SourceConfig
from harvesters.limesurvey.columns import PERSON, Columns
from harvesters.limesurvey.exports import keeping, responses_in
from harvesters.limesurvey.structure import kept_of_structure, survey_from
from harvesters.limesurvey.survey import Flags, Question, day_in, key_from
from harvesters.limesurvey.survey import Survey as Described
from harvesters.registry import harvester_of
from schemas.errors import ConfigurationError, SourceError
from tests.harvesters.http.servers import reply
from tests.harvesters.limesurvey.papers import exported, lss, papers
from tests.harvesters.limesurvey.server import Survey, office, response
from tests.harvesters.limesurvey.world import asked, filed
from tests.harvesters.walked import walked
from tests.harvesters.world import intake
from tests.shared import SHARED

FIXTURES = SHARED / "reference" / "participation" / "fixtures" / "limesurvey"
CSV, LSS = "results-survey432535.csv", "limesurvey_survey_432535.lss"


@pytest.fixture
def survey() -> Survey:
    return office().surveys[0]


def test_files_say_what_the_remote_control_says(tmp_path: Path) -> None:
    remote, files = asked(office(), tmp_path), filed(papers(), tmp_path)
    for table in ("process", "format", "answer"):
        expected = {key: {**row, "state": ""} for key, row in remote.rows(table).items()}
        assert {key: {**row, "state": ""} for key, row in files.rows(table).items()} == expected
    assert not files.findings.keys() - remote.findings.keys()


def test_nothing_of_persons_or_of_the_people_who_run_it_is_kept(survey: Survey, tmp_path: Path) -> None:
    seen = filed(papers(), tmp_path)
    said = b"".join(each.content for each in (*seen.archived, *seen.private))
    assert b"SQ001" in said
    for each in (b"tokenWERT", b"203.0.113", b"ustermann", b"Musterweg", b"987651", b"17:45", b"stadt.example", b"postfach"):
        assert each not in said
        assert each in exported(survey).encode() + lss(survey).encode()


@pytest.mark.parametrize("words_in_rows", [True, False])
def test_the_schema_moved_and_the_survey_did_not(survey: Survey, words_in_rows: bool) -> None:
    found = survey_from(lss(survey, words_in_rows=words_in_rows, version=359).encode(), "u.lss", {})
    assert (found.sid, found.title, found.start) == (432535, "Wie kommen Sie in die Stadt?", "2026-10-01")
    assert found.questions[0].options == {"A1": "Rad", "A2": "Bus"}
    assert found.questions[0].text.startswith("Frage WEG")
    assert [(each.code, each.parts) for each in found.questions if each.parts] == [("NUTZT", ("SQ001", "SQ002")), ("ORTE", ("SQ001",))]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_whatever_separates_the_fields(survey: Survey, tmp_path: Path, delimiter: str) -> None:
    assert len(filed({LSS: lss(survey), CSV: exported(survey, delimiter)}, tmp_path).rows("answer")) == 20


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('"Antwort ID";"Wie kommen Sie?"\r\n"1";"Rad"\r\n', "hat keine Spalte »id«"),
        ('"id";"WEG"\r\n"1"\r\n', "mehr oder weniger Felder"),
        ('"id";"WEG";"WEG"\r\n"1";"A1";"A2"\r\n', "eine Spalte zweimal"),
        ('"id";"WEG"\r\n"1";"A1', "keine vollständige CSV-Datei"),
        ("", "hat keine Spalte »id«"),
        ('"id";"WEG"\r\n"1";"Bäcker"\r\n'.encode("latin-1"), "nicht in UTF-8"),
    ],
)
def test_another_export_is_no_answers_at_all(survey: Survey, tmp_path: Path, content: str | bytes, sentence: str) -> None:
    seen = filed({LSS: lss(survey), CSV: content}, tmp_path)
    assert sentence in seen.findings["unreadable-survey"].message
    assert not seen.rows("answer")
    assert "answer" in seen.walk.partial


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('<!DOCTYPE d [<!ENTITY a "b">]><document/>', "DOCTYPE"),
        ("<html><body>Anmelden</body></html>", "keine Umfragedatei"),
        ("<document><surveys>", "unvollständig oder kein XML"),
        ("<document/>", "ihre Nummer fehlt"),
        ("{}", "ihre Nummer fehlt"),
        ('{"surveys": 5}', "ihre Nummer fehlt"),
        ('{"surveys": [{"sid": 5}]}', "ihre Nummer fehlt"),
        ("<document>" + "<a>" * 20, "keine Umfragedatei"),
    ],
)
def test_what_is_no_survey_file_is_refused(survey: Survey, tmp_path: Path, content: str, sentence: str) -> None:
    with pytest.raises(SourceError, match=sentence):
        filed({LSS: content, CSV: exported(survey)}, tmp_path)


def test_a_survey_without_its_files_costs_only_itself(tmp_path: Path) -> None:
    seen = filed(papers(), tmp_path, surveys={"432535": {}, "111111": {}})
    assert "Umfrage 111111: Zu dieser Umfrage liegt keine lesbare .lss-Datei da." in seen.findings["unreadable-survey"].message
    assert len(seen.rows("answer")) == 20


def test_a_missing_csv_is_no_absence_of_answers(survey: Survey, tmp_path: Path) -> None:
    seen = filed({LSS: lss(survey)}, tmp_path)
    assert "keine CSV-Datei" in seen.findings["unreadable-survey"].message
    assert "answer" in seen.walk.partial
    assert seen.rows("format")


def test_files_of_other_surveys_are_not_opened(tmp_path: Path) -> None:
    other = Survey(sid=111111, responses=[response(9)])
    seen = filed({**papers(), **papers(other), "notiz.txt": "Mustermann"}, tmp_path)
    told = {each.origin for each in seen.walk.findings if each.code == "unread-file"}
    assert told == {"limesurvey_survey_111111.lss", "results-survey111111.csv", "notiz.txt"}
    assert "results-survey111111.csv" not in [each.url for each in seen.private]


def test_answers_that_nobody_sent_do_not_count(survey: Survey, tmp_path: Path) -> None:
    survey.responses[4]["submitdate"] = ""
    seen = filed(papers(survey), tmp_path)
    assert {key.split(":")[1] for key in seen.rows("answer")} == {"1", "2", "3", "4"}
    assert seen.findings["incomplete-responses"].message.endswith("zählen nicht: 1.")


def test_a_file_that_only_looks_like_ours_is_refused(survey: Survey, tmp_path: Path) -> None:
    for content in ('{"responses": 5, "incomplete": 0}', "{}", '{"responses": []}', '{"responses": [5], "incomplete": 0}'):
        assert "kein Export" in filed({LSS: lss(survey), CSV: content}, tmp_path).findings["unreadable-survey"].message


def test_a_harvest_of_files_counts_persons_and_a_second_one_changes_nothing(survey: Survey, tmp_path: Path) -> None:
    survey.responses.append(response(6, token="tokenWERT1"))
    made = intake(tmp_path)
    options = {"form": "files", "surveys": {"432535": {}}}
    made.source = replace(made.source, kind="limesurvey", options=options, personal_data=True, legal_basis="Satzung")
    for name, content in papers(survey).items():
        made.drop(name, content)
    first, second = made.run(), made.run(days=1)
    held = made.vault.microdata("answer")
    made.close()
    assert (first.outcome, second.outcome) == (Outcome.OK, Outcome.UNCHANGED)
    assert (len(held), len({each.content["person"] for each in held})) == (24, 5)
    assert not [each for each in held if "432535:" in str(each.content["person"])]


def test_one_csv_may_lie_in_the_web(survey: Survey, tmp_path: Path) -> None:
    routes = {"/umfrage.csv": reply(exported(survey), Content_Type="text/csv"), "/umfrage.lss": reply(lss(survey))}
    options = {"form": "files", "structure": "/umfrage.lss", "surveys": {"432535": {}}}
    assert len(walked(routes, tmp_path, "limesurvey", "/umfrage.csv", options=options).rows("answer")) == 20


@pytest.mark.parametrize(
    ("url", "given", "sentence"),
    [
        ("https://x.example/rpc", {"surveys": {"1": {}}}, "options.user und das Passwort"),
        ("drop", {"surveys": {"1": {}}, "user": "a"}, "http:// oder https://"),
        ("https://x.example/u.csv", {"surveys": {"1": {}}, "form": "files"}, "options.structure fehlt"),
        ("drop", {"form": "files"}, "surveys"),
        ("drop", {"form": "files", "surveys": {}}, "surveys"),
        ("drop", {"form": "files", "surveys": {"zwei": {}}}, "keine Nummer einer Umfrage"),
        ("drop", {"form": "files", "surveys": {"1": {}}, "inherited": {"token": "Y"}}, "keine der Einstellungen"),
        ("drop", {"form": "files", "surveys": {"1": {"columns": {"A": {"column": "age_group", "codes": {"A1": "jung"}}}}}}, "jung"),
        ("drop", {"form": "files", "surveys": {"1": {"columns": {"A": {"column": "person", "codes": {}}}}}}, "column"),
    ],
)
def test_options_are_checked(url: str, given: dict[str, object], sentence: str, tmp_path: Path) -> None:
    source = SourceConfig(
        name="q", title="Q", kind="limesurvey", url=url, folder=tmp_path, options=given, personal_data=True, legal_basis="Satzung"
    )
    with pytest.raises(ConfigurationError, match=sentence):
        harvester_of(source)


def test_answers_want_a_legal_basis(tmp_path: Path) -> None:
    options = {"form": "files", "surveys": {"1": {}}}
    with pytest.raises(ConfigurationError, match="legal_basis"):
        harvester_of(SourceConfig(name="q", title="Q", kind="limesurvey", url="drop", folder=tmp_path, options=options))
    silent = {**options, "answers": False}
    assert harvester_of(SourceConfig(name="q", title="Q", kind="limesurvey", url="drop", folder=tmp_path, options=silent))


@pytest.mark.skipif(not FIXTURES.exists(), reason="reference material is not there")
@pytest.mark.parametrize(
    ("name", "sid", "title", "codes"),
    [
        ("answers.lss", 616667, "Survey with Question Answers", [("Q01", "M", 3, 0), ("Q02", "F", 3, 5)]),
        ("limesurvey_survey_432535.lss", 432535, "Example Survey", [("G01Q01", "5", 0, 0), ("G01Q02", "T", 0, 0)]),
        ("survey.lss", 123456, "Test Survey", [("G01Q01", "T", 0, 0), ("G01Q02", "5", 0, 0), ("G02Q03", "|", 0, 0), ("G02Q04", "Y", 0, 0)]),
    ],
)
def test_real_survey_files(name: str, sid: int, title: str, codes: list[tuple[str, str, int, int]]) -> None:
    kept = kept_of_structure((FIXTURES / name).read_bytes())
    found = survey_from(kept, name, {})
    assert (found.sid, found.title) == (sid, title)
    assert [(each.code, each.type, min(len(each.parts), 3), len(each.options)) for each in found.questions] == codes
    assert found.flags.closed is False
    assert not list(found.unusable())
    assert b"foobar@example.com" not in kept


SURVEY = Described(
    sid=1,
    title="Umfrage",
    flags=Flags(anonymized=False),
    questions=(
        Question(code="Q1", type="L", options={"A1": "eins", "A2": "zwei"}, other=True),
        Question(code="Q2", type="M", parts=("SQ001",), other=True),
        Question(code="Q3", type="1", parts=("SQ001",), options={"A1": "", "A2": ""}),
        Question(code="Q4", type="R", options={"A1": "", "A2": ""}),
        Question(code="Q5", type="P", parts=("SQ001",)),
        Question(code="Q6", type="O", options={"A1": "", "A2": ""}),
        Question(code="Q7", type=";", parts=("SQ001",)),
        Question(code="Q8", type="|"),
        Question(code="Q9", type="*"),
    ),
)


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("Q1", "A1", "A1"),
        ("Q1", "eins", "?"),
        ("Q1[other]", "Mein Name", None),
        ("Q2[SQ001]", "Y", "Y"),
        ("Q2[SQ001]", "N", None),
        ("Q2[SQ001]", "2", "?"),
        ("Q2[other]", "Mein Name", "Y"),
        ("Q3[SQ001][2]", "A2", "A2"),
        ("Q4[2]", "A1", "A1"),
        ("Q5[SQ001comment]", "Mein Name", None),
        ("Q6[comment]", "Mein Name", None),
        ("Q7[SQ001_SQ002]", "Mein Name", None),
        ("Q8", '[{"name":"mein-name.jpg"}]', None),
        ("Q8[filecount]", "1", None),
        ("Q9", "Mein Name", None),
        ("attribute_47", "Mein Name", None),
        ("groupTime12", "33.5", None),
        ("submitdate", "2026-03-01 12:00:00", "2026-03-01"),
        ("id", "Mein Name", None),
    ],
)
def test_what_is_kept_of_a_column(name: str, value: str, kept: str | None) -> None:
    assert Columns(SURVEY, texts=False).narrowed([{name: value}]) == [{name: kept} if kept else {}]


def test_a_column_nobody_knows_is_named_once_and_empty() -> None:
    columns = Columns(SURVEY, texts=True)
    assert columns.narrowed([{"neu": "Mein Name"}, {"neu": "Dein Name"}]) == [{"neu": None}, {}]


NAMES = st.sampled_from(
    ["id", "token", "submitdate", "ipaddr", "seed", "attribute_1", "Q1", "Q1[other]", "Q2[SQ001]", "Q3[SQ001][1]", "Q7[a_b]"]
)
CELLS = st.one_of(st.none(), st.integers(), st.text(max_size=20), st.just("A1"))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.dictionaries(NAMES | st.text(max_size=8), CELLS, max_size=6), max_size=4), st.booleans())
def test_narrowing_twice_is_narrowing_once_and_names_nobody(responses: list[dict[str, object]], texts: bool) -> None:
    columns = Columns(SURVEY, texts=texts)
    once = columns.narrowed(responses)
    assert columns.narrowed(once) == once
    assert not {name for each in once for name in each} & {"token", "ipaddr", "seed", "attribute_1"}
    for each in once:
        assert PERSON not in each or len(str(each[PERSON])) == 64 or PERSON in responses[once.index(each)]


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for read in (lambda: kept_of_structure(content, "u.lss"), lambda: responses_in(content, "u.csv")):
        with suppress(SourceError):
            read()


def test_keeping_twice_is_keeping_once(survey: Survey) -> None:
    structure = kept_of_structure(lss(survey).encode())
    keep = keeping(Columns(survey_from(structure, "u", {}), texts=True), "u.csv")
    once = keep(exported(survey).encode())
    assert (kept_of_structure(structure), keep(once)) == (structure, once)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=30))
def test_keys_and_days_are_what_our_tables_take(said: str) -> None:
    key, day = key_from(said), day_in(said)
    assert not key or (len(key) > 1 and key.isascii() and key == key.lower())
    assert day is None or len(day) == 10
