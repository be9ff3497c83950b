"""The kind `limesurvey` over RemoteControl 2: what it takes, whom it recognises, and what it never keeps or says."""

import base64
import json
import logging
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.plan import Outcome
from harvesters.http.credentials import IN_BODY, PLACE, Credential, Secret
from harvesters.limesurvey.columns import FOREIGN
from harvesters.replay import replay
from schemas.errors import SourceError
from tests.harvesters.decidim.world import harvesting
from tests.harvesters.http.servers import reply, serving
from tests.harvesters.limesurvey.server import PASSWORD, PATH, USER, Office, Survey, office, question, response
from tests.harvesters.limesurvey.world import ENVIRON, SURVEYS, asked
from tests.harvesters.walked import walked

AGE = {"ALTER": {"column": "age_group", "codes": {"A1": "under-18", "A2": "18-29", "A3": "30-44"}}}
METHODS = ["list_surveys", "get_survey_properties", "list_questions", "get_question_properties", "get_summary", "export_responses"]
PERSONAL = (b"tokenWERT", b"203.0.113", b"ustermann", b"Musterweg", b"987651", b"17:45", b"17:30", b"postfach")


@pytest.fixture
def here() -> Office:
    return office()


def unpacked(content: bytes) -> bytes:
    """An answer, with what stands in it in base64."""
    result = json.loads(content)["result"]
    return content + (base64.b64decode(result) if isinstance(result, str) and len(result) > 50 else b"")


def test_each_answer_is_a_row_and_each_tick_too(here: Office, tmp_path: Path) -> None:
    rows = asked(here, tmp_path).rows("answer")
    first = {key.rpartition("/")[2]: row for key, row in rows.items() if ":1:" in key}
    assert {key: (row["question"], row["option"]) for key, row in first.items()} == {
        "432535:1:weg": ("weg", "a1"),
        "432535:1:alter": ("alter", "a2"),
        "432535:1:nutzt:sq001": ("nutzt", "sq001"),
        "432535:1:orte-sq001": ("orte-sq001", "code-4"),
    }
    one = first["432535:1:weg"]
    assert (one["process_id"], one["answered_on"], one["channel"], one["text"]) == ("stadt-432535", "2026-10-01", "online", None)


def test_other_is_counted_and_what_it_says_is_not_read(here: Office, tmp_path: Path) -> None:
    rows = asked(here, tmp_path).rows("answer")
    assert rows["432535/432535:3:weg"]["option"] == "other"
    assert (rows["432535/432535:3:nutzt:other"]["option"], rows["432535/432535:3:nutzt:other"]["text"]) == ("other", None)


def test_who_answered_what_they_said_and_when_exactly_is_kept_nowhere(here: Office, tmp_path: Path) -> None:
    seen = asked(here, tmp_path)
    said = b"".join(unpacked(each.content) for each in seen.private)
    assert b"SQ001" in said
    assert not seen.archived
    assert not [each for each in PERSONAL if each in said]
    assert not [each for each in PERSONAL if each.decode() in str([dict(row) for row in seen.rows("answer").values()])]


def test_of_a_survey_that_is_not_read_not_even_the_title_is_kept(here: Office, tmp_path: Path) -> None:
    here.surveys.append(Survey(sid=999, title="Beschwerden ueber Erika Mustermann"))
    seen = asked(here, tmp_path)
    assert seen.rows("process").keys() == {"432535"}
    assert not [each for each in (*seen.archived, *seen.private) if b"Beschwerden" in each.content]


def test_open_answers_are_read_when_the_options_say_so(here: Office, tmp_path: Path) -> None:
    rows = asked(here, tmp_path, texts=True).rows("answer")
    assert (rows["432535/432535:1:grund"]["option"], rows["432535/432535:1:grund"]["text"]) == (None, "Weil Familie Mustermann hier wohnt")
    assert rows["432535/432535:3:weg-other"]["text"] == "Mit Mustermanns Pferd"
    assert (rows["432535/432535:3:nutzt:other"]["option"], rows["432535/432535:3:nutzt:other"]["text"]) == ("other", "Mustermanns Kutsche")
    assert "432535/432535:5:grund" not in rows


def test_a_token_tells_persons_apart_unless_the_survey_is_anonymous(here: Office, tmp_path: Path) -> None:
    here.surveys[0].responses.append(response(6, token="tokenWERT1"))
    named = {row["person"] for row in asked(here, tmp_path).rows("answer").values()}
    here.surveys[0].settings["anonymized"] = "Y"
    unnamed = {row["person"] for row in asked(here, tmp_path).rows("answer").values()}
    assert len(named) == 5
    assert unnamed == {f"432535:{each}" for each in range(1, 7)}


def test_what_a_survey_inherits_is_not_guessed(here: Office, tmp_path: Path) -> None:
    here.surveys[0].settings["anonymized"] = "I"
    unknown = asked(here, tmp_path)
    known = asked(here, tmp_path, inherited={"anonymized": "N"})
    assert unknown.rows("answer")["432535/432535:1:weg"]["person"] == "432535:1"
    assert "inherited-setting" in unknown.findings
    assert known.rows("answer")["432535/432535:1:weg"]["person"] != "432535:1"
    assert "inherited-setting" not in known.findings


def test_a_survey_without_dates_gives_none(here: Office, tmp_path: Path) -> None:
    here.surveys[0].settings["datestamp"] = "N"
    off = asked(here, tmp_path)
    here.surveys[0].settings["datestamp"] = "I"
    here.surveys[0].responses = [response(1, submitdate="1980-01-01 00:00:00")]
    inherited = asked(here, tmp_path)
    assert {row["answered_on"] for each in (off, inherited) for row in each.rows("answer").values()} == {None}


def test_the_month_is_enough(here: Office, tmp_path: Path) -> None:
    assert {row["answered_on"] for row in asked(here, tmp_path, precision="month").rows("answer").values()} == {"2026-10"}


def test_questions_on_the_person_are_columns_of_all_rows_and_no_rows(here: Office, tmp_path: Path) -> None:
    rows = asked(here, tmp_path, surveys={"432535": {"columns": AGE, "channel": "paper"}}).rows("answer")
    assert (rows["432535/432535:1:weg"]["age_group"], rows["432535/432535:1:weg"]["channel"]) == ("18-29", "paper")
    assert rows["432535/432535:2:nutzt:sq001"]["age_group"] == "under-18"
    assert rows["432535/432535:4:nutzt:sq001"]["age_group"] is None
    assert not [key for key in rows if key.endswith("alter")]


def test_codes_without_a_meaning_and_questions_that_are_no_choice_are_told(here: Office, tmp_path: Path) -> None:
    columns = {
        "ALTER": {"column": "age_group", "codes": {"A1": "under-18"}},
        "GRUND": {"column": "group", "codes": {"x": "radfahrende"}},
    }
    found = asked(here, tmp_path, surveys={"432535": {"columns": columns}}).findings
    assert "A2 (18 bis 29), A3 (30 bis 44)" in found["unmapped-code"].message
    assert "»GRUND« (group)" in found["unmapped-question"].message


def test_the_survey_itself_is_a_process_and_a_format(here: Office, tmp_path: Path) -> None:
    seen = asked(here, tmp_path)
    process, form = seen.rows("process")["432535"], seen.rows("format")["432535"]
    assert (process["title"], process["mode"], process["method"]) == ("Wie kommen Sie in die Stadt?", "digital", "survey")
    assert (process["start"], process["end"], process["access"]) == ("2026-10-01", "2026-12-31", "invited")
    assert (form["process_id"], form["kind"], form["identity"], form["multiple_participation"]) == (
        "stadt-432535",
        "umfrage",
        "einmal_link",
        False,
    )
    assert (form["state"], form["channels"], form["note"]) == ("running", "web", "Antworten sind nicht von den Einladungen getrennt.")


@pytest.mark.parametrize(
    ("chosen", "identity", "access"),
    [
        ({"usetokens": "N"}, "anonym", "open"),
        ({"usetokens": "I"}, "unbekannt", "unknown"),
        ({"usetokens": "N", "access_mode": "C"}, "einmal_link", "invited"),
        ({"usetokens": "Y", "allowregister": "Y"}, "einmal_link", "registered"),
    ],
)
def test_how_sure_the_survey_is_of_who_answers(here: Office, tmp_path: Path, chosen: dict[str, str], identity: str, access: str) -> None:
    here.surveys[0].settings.update(chosen)
    seen = asked(here, tmp_path)
    assert (seen.rows("format")["432535"]["identity"], seen.rows("process")["432535"]["access"]) == (identity, access)


def test_a_process_that_exists_already_gets_no_second_row(here: Office, tmp_path: Path) -> None:
    seen = asked(here, tmp_path, surveys={"432535": {"process": "verkehrskonzept", "project": "verkehr"}})
    assert not seen.rows("process")
    assert (seen.rows("format")["432535"]["process_id"], seen.rows("format")["432535"]["project_id"]) == ("verkehrskonzept", "verkehr")
    assert {row["process_id"] for row in seen.rows("answer").values()} == {"verkehrskonzept"}


def test_what_the_survey_collects_for_nobody_is_told(here: Office, tmp_path: Path) -> None:
    here.surveys[0].settings.update(publicstatistics="Y", refurl="Y", savetimings="Y", ipanonymize="Y")
    found = asked(here, tmp_path).findings
    assert "die Seite, von der jemand kam, die Zeit je Frage" in found["collects-more"].message
    assert "IP-Adresse" not in found["collects-more"].message
    assert "public-statistics" in found


def test_a_type_nobody_knows_is_told_and_left_out(here: Office, tmp_path: Path) -> None:
    here.surveys[0].questions.append(question(20, "NEU", "€"))
    for each in here.surveys[0].responses:
        each["NEU"] = "Mustermann"
    seen = asked(here, tmp_path)
    assert "»NEU« wird nicht übernommen: Art »€« ist unbekannt" in seen.findings["unknown-question"].message
    assert "unread-field" not in seen.findings
    assert not [key for key in seen.rows("answer") if key.endswith("neu")]


def test_codes_that_differ_in_case_only_are_told_and_left_out(here: Office, tmp_path: Path) -> None:
    here.surveys[0].options = {"1": {"A1": {"answer": "Rad"}, "a1": {"answer": "Bus"}}, "2": here.surveys[0].options["2"]}
    seen = asked(here, tmp_path)
    assert "»WEG«" in seen.findings["unknown-question"].message
    assert not [key for key in seen.rows("answer") if key.endswith("weg")]


def test_words_where_a_code_should_stand_are_refused_and_kept_nowhere(here: Office, tmp_path: Path) -> None:
    here.surveys[0].responses[0]["WEG"] = "Mit Mustermanns Rad"
    seen = asked(here, tmp_path)
    assert [each.key for each in seen.refused("answer")] == ["stadt-432535/432535:1:weg"]
    assert "432535/432535:1:alter" in seen.rows("answer")
    said = b"".join(unpacked(each.content) for each in seen.private)
    assert f'"WEG":"{FOREIGN}"'.encode() in said
    assert b"ustermann" not in said


def test_codes_that_php_takes_for_places_in_a_list_are_codes(here: Office, tmp_path: Path) -> None:
    here.surveys[0].options = {"1": [{"answer": "Rad"}, {"answer": "Bus"}], "2": here.surveys[0].options["2"]}
    here.surveys[0].responses = [response(1, WEG=1)]
    assert asked(here, tmp_path).rows("answer")["432535/432535:1:weg"]["option"] == "code-1"


def test_older_servers_put_responses_under_their_number(here: Office, tmp_path: Path) -> None:
    expected = asked(here, tmp_path).rows("answer")
    here.nested = True
    assert asked(here, tmp_path).rows("answer") == expected


def test_numbers_have_gaps(here: Office, tmp_path: Path) -> None:
    here.surveys[0].responses = [response(1), response(12), response(5000, submitdate="2026-10-30 08:00:00")]
    rows = asked(here, tmp_path, page_size=10).rows("answer")
    assert {key.split(":")[1] for key in rows} == {"1", "12", "5000"}


def test_fewer_responses_than_counted_are_no_answers_at_all(here: Office, tmp_path: Path) -> None:
    class Counting(list[dict[str, object]]):
        def __len__(self) -> int:
            return 9

    here.surveys[0].responses = Counting(here.surveys[0].responses)
    seen = asked(here, tmp_path)
    assert "zählt 9 abgeschlossene Antworten und gibt nur 5 her" in seen.findings["unreadable-survey"].message
    assert not seen.rows("answer")
    assert seen.rows("format")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"active": "N"}, "nicht aktiv"),
        ({"permitted": False}, "steht nicht in der Liste"),
        ({"questions": []}, "lehnt die Frage ab"),
    ],
)
def test_a_survey_that_cannot_be_read_costs_only_itself(here: Office, tmp_path: Path, change: dict[str, object], sentence: str) -> None:
    there = Survey(sid=111111, questions=[question(30, "JANEIN", "Y")], responses=[{"id": "1", "JANEIN": "Y"}])
    here.surveys.append(replace(there, **change))  # type: ignore[arg-type]  # test shorthand
    seen = asked(here, tmp_path, surveys={"432535": {}, "111111": {}})
    assert sentence in seen.findings["unreadable-survey"].message
    assert {key.split(":")[0] for key in seen.rows("answer")} == {"432535/432535"}
    assert "answer" in seen.walk.partial
    assert here.sessions == []


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "sid", "QQ==", "e30="]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["status", "sid", "qid", "answeroptions", "responses"]), inner)
    ),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(METHODS), JUNK)
def test_whatever_a_method_answers_is_read_or_refused(tmp_path: Path, method: str, answer: Any) -> None:
    here = office()
    here.instead[method] = answer
    with suppress(SourceError):
        seen = asked(here, tmp_path)
        assert seen.rows("format") or seen.findings
    assert here.sessions == [], "given back, whatever came"


def test_only_named_surveys_are_asked_for(here: Office, tmp_path: Path) -> None:
    here.surveys.append(Survey(sid=111111, title="Wer mag die Amtsleitung?", responses=[response(1)]))
    seen = asked(here, tmp_path)
    assert list(seen.rows("process")) == ["432535"]
    assert not [each for each in seen.private if "111111" in each.url]


def test_without_answers_the_vault_is_not_needed(here: Office, tmp_path: Path) -> None:
    seen = asked(here, tmp_path, answers=False)
    assert (len(seen.rows("format")), seen.rows("answer"), seen.walk.microdata) == (1, {}, {})
    assert "export_responses" not in here.asked


def test_a_wrong_password_is_said_without_it(here: Office, tmp_path: Path) -> None:
    here.password = "ein ganz anderes"
    with pytest.raises(SourceError, match="Benutzername oder Passwort stimmen nicht") as caught:
        asked(here, tmp_path)
    assert PASSWORD not in str(caught.value)
    assert USER not in str(caught.value)


def test_the_interface_may_be_switched_off(here: Office, tmp_path: Path) -> None:
    here.enabled = False
    with pytest.raises(SourceError, match="leer"):
        asked(here, tmp_path)


def test_a_session_that_ends_early_changes_nothing_and_is_given_back(here: Office, tmp_path: Path) -> None:
    here.expires_after = 5
    with pytest.raises(SourceError, match="Sitzung ist abgelaufen"):
        asked(here, tmp_path)
    assert (here.asked[-1], here.sessions) == ("release_session_key", [])


def test_a_list_without_surveys_changes_nothing(here: Office, tmp_path: Path) -> None:
    here.surveys.clear()
    with pytest.raises(SourceError, match="keine einzige Umfrage"):
        asked(here, tmp_path)
    assert here.sessions == []


def test_a_session_key_in_an_answer_is_refused(here: Office, tmp_path: Path) -> None:
    here.leaks_key = True
    with pytest.raises(SourceError, match="Sitzungsschlüssel") as caught:
        asked(here, tmp_path)
    assert here.keys[0] not in str(caught.value)


def test_a_password_in_an_answer_is_refused(here: Office, tmp_path: Path) -> None:
    for said in (json.dumps({"e": PASSWORD}), json.dumps({"e": PASSWORD}).replace("/", "\\/")):
        with pytest.raises(SourceError, match="Zugangsgeheimnis") as caught:
            walked(
                {PATH: reply(said, Content_Type="application/json")},
                tmp_path,
                "limesurvey",
                PATH,
                ENVIRON,
                token_env="LIMESURVEY_PASSWORD",
                options={"user": USER, "surveys": SURVEYS},
            )
        assert PASSWORD not in str(caught.value)


def test_the_password_goes_to_its_own_origin_only_and_into_no_header(here: Office, tmp_path: Path) -> None:
    with serving({"*": reply("", 500)}) as stranger:
        away = {PATH: reply("", 307, Location=stranger.url(PATH))}
        with pytest.raises(SourceError, match="hat selbst einen Fehler") as caught:
            walked(
                away,
                tmp_path,
                "limesurvey",
                PATH,
                ENVIRON,
                follow_hosts=(f"127.0.0.1:{stranger.port}",),
                token_env="LIMESURVEY_PASSWORD",
                options={"user": USER, "surveys": SURVEYS},
            )
        assert PASSWORD not in str(caught.value)
        assert [json.loads(each.body)["params"][1] for each in stranger.requests] == [PLACE] * len(stranger.requests) != []
        assert all("authorization" not in each.headers for each in stranger.requests)


def test_only_a_kind_that_asks_for_it_gets_the_secret_into_a_body() -> None:
    body = json.dumps({"params": [USER, PLACE]}).encode()
    filled = Credential(secret=Secret(PASSWORD), scheme=IN_BODY).filled(body)
    assert json.loads(filled)["params"] == [USER, PASSWORD]
    assert Credential(secret=Secret(PASSWORD)).filled(body) == body


def test_secrets_stand_nowhere_and_a_replay_asks_nobody(
    here: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LIMESURVEY_PASSWORD", PASSWORD)
    caplog.set_level(logging.DEBUG)
    chosen: dict[str, Any] = {"kind": "limesurvey", "token_env": "LIMESURVEY_PASSWORD", "options": {"user": USER, "surveys": SURVEYS}}
    with harvesting(tmp_path, here.routes, **chosen) as world:
        made = world.made
        made.source = replace(made.source, url=world.server.url(PATH))
        first = world.run()
        assert first.outcome is Outcome.OK
        assert len(made.vault.microdata("answer")) == 20
        assert {each.headers.get("authorization") for each in world.server.requests} == {None}
        kept = [made.vault.read(each.sha256) for each in made.vault.payloads(first.id)]
        asked_before = len(here.asked)
        made.clock.now += timedelta(days=1)
        again = replay(made.source, first.id, store=made.store, archive=made.archive, vault=made.vault, now=made.clock.now)
        assert (again.outcome, len(here.asked)) == (Outcome.PLANNED, asked_before)
        assert "dieselben Zeilen wie damals" in again.message
    said = b"".join([*kept, *(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()), caplog.text.encode()])
    assert kept
    for secret in (PASSWORD, json.dumps(PASSWORD)[1:-1], here.keys[0]):
        assert secret.encode() not in said
    assert not [each for each in PERSONAL if any(each in unpacked(content) for content in kept)]


def test_a_survey_that_is_no_longer_listed_stays_until_a_person_takes_it_out(
    here: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIMESURVEY_PASSWORD", PASSWORD)
    here.surveys.append(
        Survey(sid=111111, title="Mehr Bäume?", questions=[question(30, "JANEIN", "Y")], responses=[{"id": "1", "JANEIN": "Y"}])
    )
    both: dict[str, Any] = {"user": USER, "surveys": {"432535": {}, "111111": {}}}
    with harvesting(tmp_path, here.routes, kind="limesurvey", token_env="LIMESURVEY_PASSWORD", options=both) as world:
        made = world.made
        made.source = replace(made.source, url=world.server.url(PATH))
        made.guard(max_shrink=0.9)
        assert world.run().outcome is Outcome.OK
        here.surveys[1].permitted = False
        outcomes = [world.run(days=days).outcome for days in (1, 30)]
        kept = (set(world.rows("format")), len(made.vault.microdata("answer")))
        made.source = replace(made.source, options={**both, "surveys": {"432535": {}}})
        for days in (1, 8):
            world.run(days=days)
        left = (set(world.rows("format")), len(made.vault.microdata("answer")))
    assert outcomes == [Outcome.PARTIAL, Outcome.PARTIAL]
    assert kept == ({"stadt-432535", "stadt-111111"}, 21)
    assert left == ({"stadt-432535"}, 20)


def test_a_survey_that_has_suddenly_no_answers_keeps_those_it_had(here: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among the answers of many surveys nobody would miss those of one."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    answers = [{"id": str(number), "submitdate": "2026-10-01 10:00:00", "VERKEHR": "Y"} for number in range(1, 61)]
    more = replace(here.surveys[0], sid=20, questions=[question(901, "VERKEHR", "Y")], responses=answers)
    here.surveys.append(more)
    options = {"user": USER, "surveys": {"432535": {}, "20": {}}}
    given = {"options": options, "token_env": "LIMESURVEY_PASSWORD"}
    with harvesting(tmp_path, here.routes, "limesurvey", **given) as made:
        made.made.source = replace(made.made.source, url=made.server.url(PATH))
        first = made.run()
        assert first.outcome is Outcome.OK, first
        before = len(made.made.vault.microdata("answer"))
        here.surveys[0].responses.clear()
        held = made.run(days=1)
        assert (held.outcome, "»Umfrage 432535«" in held.message) == (Outcome.HELD, True), held.message
        assert len(made.made.vault.microdata("answer")) == before
