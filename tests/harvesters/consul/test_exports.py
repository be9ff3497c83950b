"""CSV exports of the German fork, with all their defects: from a drop folder into the vault, or nowhere."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.plan import Outcome
from harvesters.consul.forms import FORMS, Form, Reducing, Refused, Table, tabled
from harvesters.consul.labels import labels_in
from harvesters.registry import harvester_of
from schemas.errors import ConfigurationError, SourceError
from tests.catalog.world import vault_bytes
from tests.harvesters.catalogues.portals import codes
from tests.harvesters.consul.test_consul_de import East
from tests.harvesters.consul.world import World, platform
from tests.harvesters.http.servers import reply
from tests.shared import SHARED

SYNTHETIC = SHARED / "reference/participation/fixtures/synthetic"

PROPOSALS = '''id,title,summary,description,project,label(s),responsible_name,author_username,supports,created_at,hidden_at,flags_count,comments_count,hot_score,video_url,retired_at,retired_reason,published_at,community_id,selected,latitude,longitude
101,Mehr Bänke,,Schatten wäre gut.,Raum,Aufenthalt Grün,Nenne Niemand,beispiel_anna,41,2026-04-02 23:14:33 +0200,,0,3,812345,,,,2026-04-02 09:14:33 +0200,7,true,"""49.4445""","""7.7689"""
102,^30 km/h hier,,"^ weniger Lärm
^ mehr Platz",Raum,Verkehr,,beispiel_bert,18,2026-04-02 21:02:01 +0200,,1,0,812300,,,,2026-04-02 21:02:01 +0200,8,false,,
103,Zurückgezogen,,,Wege,,,beispiel_cara,2,2026-04-03 10:00:00 +0200,,0,0,812299,,2026-04-10 08:00:00 +0200,duplicated,2026-04-03 10:00:00 +0200,9,false,"""49.4412""","""7.6551"""
104,Verborgener Satz,,Auch verborgen,Raum,,,beispiel_dora,1,2026-04-04 10:00:00 +0200,2026-04-05 07:30:00 +0200,6,0,812298,,,,2026-04-04 10:00:00 +0200,10,false,,
'''  # noqa: E501
DEBATES = """id,title,description,project,category,author,created_at,updated_at,hidden_at,flags_count,ignored_flag_at,cached_votes_total,cached_votes_up,cached_votes_down,comments_count,confirmed_hide_at,cached_anonymous_votes_total,cached_votes_score,hot_score,confidence_score,geozone_id,tsv,featured_at
11,Wer darf?,Ihre Meinung?,Raum,Leitlinien,beispiel_emil,2026-03-08 08:00:00 +0100,2026-03-29 22:00:00 +0100,,0,,57,44,13,21,,0,31,990011,3200,3,2026-03-09 08:00:00 +0100
"""  # noqa: E501
COMMENTS = """ID,body,cached_votes_total,cached_votes_up,cached_votes_down,author_username,author_user_id,author_email,commentable_type,commentable_id,related_projekt,flags_count,ignored_flag_at,moderator_id,hidden_at,created_at
900,"Gute Idee, bitte auch am Rathaus.",4,4,0,beispiel_frida,501987,beispiel.frida@example.org,Proposal,101,Raum,0,,,,03.04.2026
901,Rufen Sie mich an: 0631 000000,0,0,0,beispiel_gerd,502987,beispiel.gerd@example.org,Proposal,101,Raum,1,,129876,2026-04-06 09:00:00 +0200,04.04.2026
"""  # noqa: E501
REPORTS = """ID,Sichtbarkeit,Autor,Titel,Beschreibungstext,Status,Standort,Kategorie,Sachbearbeiter*in,Zugewiesen an,Video URL,Meldung im Namen von,Erstellt am,Officielle Antwort
31,true,beispiel_hans,Laterne defekt,Seit Montag dunkel,In Bearbeitung,"Hauptweg 2, 67663 Kaiserslautern",Beleuchtung,Frau Muster,2026-01-10 08:00:00 +0100,,,2026-10-09 19:20:00 +0100,Wird geprüft
32,false,beispiel_ida,Schlagloch,vor Nummer 12,Erledigt,"Am Hang 12, 67661 Kaiserslautern",Straße,,,,Erika Beispiel,2026-01-02 07:00:00 +0100,
"""  # noqa: E501
POLL = """Wie zufrieden sind Sie?;Stimmenanzahl;%
sehr zufrieden;201;22.51
unzufrieden;178;19,93
keine Angabe;3;0.3

Wie sind Sie unterwegs?;Stimmenanzahl;%
Fahrrad;402;45.02
"Die Kissen sind zu hoch; bitte prüfen";offene Antwort
Mein Nachbar Herr Beispielmann parkt; immer falsch;offene Antwort

"""
STREETS = """Wie zufrieden sind Sie?;sehr zufrieden;zufrieden;keine Angabe
Beispielallee;1;0;0
Musterstraße;0;0;2
"""
CROSS = "Frage;Fahrrad;%;Pkw;%\nsehr zufrieden;1;0,5%;20;30%\nBeispielallee;3;1%;;\n"
BUDGET = (
    'Teilnehmende gesamt,58\n""\nNach Geschlecht\nMänner,31,55%\nDritte,1,2%\n""\nNach Alter\nAlter,Gesamt,Prozent\n16 bis 19 Jahre,2,3%\n'
)
FORMULAR = "Wohin?,Warum?,Submitter ID,Submitter Email\nPark,Ruhe,77123,beispiel.kurt@example.org\n"
POLLS = "id,name,starts_at,ends_at\n5,Umfrage zum Park,2026-03-01 00:00:00 +0100,2026-03-31\n"
PERSONS = ("beispiel_", "beispiel.", "50198", "Erika", "Niemand", "Frau Muster", "Verborgen", "Auch verborgen", "0631", "Beispielmann")


@contextmanager
def folder(path: Path, **options: Any) -> Iterator[World]:
    with platform(path, {}, kind="consul-de", part="exports", **{"process": "mitmachen", **options}) as world:
        world.made.source = replace(world.made.source, url="drop/consul")
        yield world


def drop(world: World, **files: str) -> None:
    for name, content in files.items():
        world.made.drop(f"consul/{name}.csv", content)


def test_contributions_and_reports_go_into_the_vault(tmp_path: Path) -> None:
    with folder(tmp_path, processes={"Wege": "radwege"}, categories={"Beleuchtung": "lighting"}) as world:
        drop(world, proposals=PROPOSALS, debates=DEBATES, comments=COMMENTS, maengel=REPORTS)
        run = world.run()

        assert run.outcome is Outcome.OK, run
        found = world.private()
        ideas = ["mitmachen/proposal-101", "mitmachen/proposal-102", "radwege/proposal-103"]
        assert set(found) == {*ideas, "mitmachen/debate-11", "mitmachen/comment-900"}
        assert [found[each]["state"] for each in ideas] == ["accepted", "open", "withdrawn"]
        assert found["mitmachen/proposal-101"]["submitted_on"] == "2026-04-02"
        assert found["mitmachen/comment-900"]["submitted_on"] == "2026-04-03"
        assert found["mitmachen/debate-11"]["submitted_on"] == "2026-03-08"
        (report,) = world.private("report").values()
        assert [report[name] for name in ("id", "category", "state", "reported_on", "place", "text")] == [
            "deficiency-31",
            "lighting",
            "in-progress",
            "2026-10-09",
            None,
            None,
        ]
        assert codes(run).count("hidden-rows") == 3
        assert "unread-field" not in codes(run), "every column is known, in rows that were withdrawn, too"
        assert world.run(days=1).outcome is Outcome.UNCHANGED


def test_nobody_outlives_the_reading_of_a_file_not_even_in_the_vault(tmp_path: Path) -> None:
    with folder(tmp_path, texts=True) as world:
        drop(
            world, proposals=PROPOSALS, debates=DEBATES, comments=COMMENTS, maengel=REPORTS, umfrage=POLL, antworten=FORMULAR, wege=STREETS
        )
        world.run()

        kept = vault_bytes(world.made.vault)
        assert "Schatten" in kept, "texts lie there, because they were wanted"
        assert [each for each in PERSONS if each in kept] == []
    names = [each.encode() for each in PERSONS]
    for path in tmp_path.rglob("*"):
        if path.is_file() and "drop" not in path.parts:
            assert not [each for each in names if each in path.read_bytes()], path


def test_words_are_read_only_on_request_and_without_the_sign_of_the_export(tmp_path: Path) -> None:
    with folder(tmp_path, texts=True) as world:
        drop(world, proposals=PROPOSALS)
        world.run()

        found = world.private()["mitmachen/proposal-102"]
        assert (found["title"], found["text"]) == ("30 km/h hier", "weniger Lärm\nmehr Platz")


def test_quoted_coordinates_become_a_district_and_nothing_else(tmp_path: Path) -> None:
    with folder(tmp_path, topics={"Aufenthalt": "urban-development", "Grün": "urban-development"}) as world:
        world.publish_districts("ost")
        world.made.source = replace(world.made.source, districts=East())
        drop(world, proposals=PROPOSALS)
        world.run()

        found = world.private()
        assert [found[f"mitmachen/proposal-{each}"]["district_id"] for each in (101, 102, 103)] == ["ost", None, None]
        assert found["mitmachen/proposal-101"]["topic"] == "urban-development"
        assert "7.7689" not in str(found)


def test_a_cross_table_is_refused_and_kept_nowhere(tmp_path: Path) -> None:
    with folder(tmp_path) as world:
        drop(world, proposals=PROPOSALS, strassen=STREETS, kreuz=CROSS)
        run = world.run()

        assert (run.outcome, codes(run).count("refused-file")) == (Outcome.OK, 2)
        assert "einer einzigen Person" in str([each.message for each in run.findings])
        assert "Beispielallee" not in vault_bytes(world.made.vault) + str(run)


@pytest.mark.parametrize("content", [POLL, BUDGET, FORMULAR], ids=["poll", "budget", "formular"])
def test_numbers_of_persons_are_refused_unless_the_city_has_published_them(tmp_path: Path, content: str) -> None:
    with folder(tmp_path) as world:
        drop(world, proposals=PROPOSALS, zahlen=content)
        run = world.run()

        assert (run.outcome, "refused-file" in codes(run)) == (Outcome.OK, True)
        assert [world.public(each) for each in ("result", "figure")] == [{}, {}]


def test_published_totals_are_reported_figures_with_their_address(tmp_path: Path) -> None:
    published = [
        {"file": "umfrage*.csv", "process": "radwege", "address": "https://stadt.example/ergebnis", "as_of": "2026-04"},
        {"file": "haushalt.csv", "process": "mitmachen", "address": "https://stadt.example/haushalt"},
    ]
    with folder(tmp_path, published=published) as world:
        drop(world, **{"umfrage-1": POLL, "haushalt": BUDGET})
        run = world.run()

        assert run.outcome is Outcome.OK, run
        results = {str(each["option"]): each for each in world.public("result").values()}
        assert {name: (each["count"], each["share_percent"]) for name, each in results.items()} == {
            "Fahrrad": (402, 45.02),
        }, "of a question with three votes for one answer, the others would tell these three"
        assert {each["process_id"] for each in results.values()} == {"radwege"}
        assert "small-counts" in codes(run)
        (figure,) = world.public("figure").values()
        assert [figure[name] for name in ("value", "unit", "measure", "subject_id")] == [58.0, "persons", "participants", "mitmachen"]
        assert "Männer" not in vault_bytes(world.made.vault)


def test_polls_without_results_are_processes(tmp_path: Path) -> None:
    with folder(tmp_path, prefix="kl") as world:
        drop(world, polls=POLLS)
        world.run()

        found = world.public("process")["kl-poll-5"]
        assert [found[name] for name in ("title", "start", "end", "mode")] == ["Umfrage zum Park", "2026-03-01", "2026-03-31", "unknown"]


def test_a_row_whose_cells_have_shifted_waits_and_says_nothing(tmp_path: Path) -> None:
    with folder(tmp_path) as world:
        drop(world, debates=DEBATES + "12,Titel,mit,Komma zu viel und beispiel_x\n")
        run = world.run()

        assert (run.outcome, set(world.private())) == (Outcome.PARTIAL, {"mitmachen/debate-11"})
        assert [each.findings[0].row for each in world.made.store.quarantine()] == [3]
        assert "beispiel_x" not in vault_bytes(world.made.vault)


@pytest.mark.parametrize(
    "content",
    [b"a,b,c\n1,2,3\n", b"", b'id,"offen\n', "id,Straße\n".encode("latin-1"), b"F;Stimmenanzahl;%\nja;viele;1\n"],
    ids=["unknown", "empty", "quote", "latin-1", "poll"],
)
def test_a_file_nobody_knows_takes_nothing_away(tmp_path: Path, content: bytes) -> None:
    with folder(tmp_path, published=[{"file": "x.csv", "process": "radwege", "address": "https://stadt.example/"}]) as world:
        drop(world, proposals=PROPOSALS, comments=COMMENTS)
        world.run()
        world.made.drop("consul/x.csv", content)
        (tmp_path / "drop" / "consul" / "comments.csv").unlink()
        for days in (1, 30):
            run = world.run(days=days)
            assert (run.outcome, "unreadable-file" in codes(run)) == (Outcome.PARTIAL, True)
            assert len(world.private()) == 4


def test_a_kind_of_file_that_is_missing_is_held_and_named(tmp_path: Path) -> None:
    with folder(tmp_path) as world:
        drop(world, proposals=PROPOSALS, debates=DEBATES, comments=COMMENTS)
        world.run()
        (tmp_path / "drop" / "consul" / "comments.csv").unlink()
        for days in (1, 30):
            run = world.run(days=days)
            assert (run.outcome, "aus »Kommentare«" in run.message) == (Outcome.HELD, True), run.message
        assert "mitmachen/comment-900" in world.private()


def test_published_answers_of_one_vote_do_not_vanish_behind_another(tmp_path: Path) -> None:
    how = {"address": "https://stadt.example/ergebnis"}
    published = [{"file": "a.csv", "process": "radwege", **how}, {"file": "b.csv", "process": "mitmachen", **how}]
    many = "Frage?;Stimmenanzahl;%\n" + "".join(f"Antwort {each};{each + 20};1\n" for each in range(30))
    with folder(tmp_path, published=published) as world:
        drop(world, a=many, b=POLL)
        assert world.run().outcome is Outcome.OK
        (tmp_path / "drop" / "consul" / "b.csv").unlink()
        run = world.run(days=30)
        assert (run.outcome, "Stimmen je Antwort zu mitmachen" in run.message) == (Outcome.HELD, True), run.message
        assert len(world.public("result")) == 31


def test_a_hidden_contribution_leaves_the_vault(tmp_path: Path) -> None:
    with folder(tmp_path) as world:
        drop(world, proposals=PROPOSALS)
        world.run()
        drop(world, proposals=PROPOSALS.replace("21:02:01 +0200,,1", "21:02:01 +0200,2026-05-01 07:30:00 +0200,1"))
        for days in (1, 8):
            world.run(days=days)

        assert set(world.private()) == {"mitmachen/proposal-101", "mitmachen/proposal-103"}


def test_an_unknown_status_waits_until_the_options_name_it(tmp_path: Path) -> None:
    with folder(tmp_path) as world:
        drop(world, maengel=REPORTS.replace("In Bearbeitung", "Beim Bauhof"))
        assert (world.run().outcome, world.private("report")) == (Outcome.PARTIAL, {})
        world.configure(states={"Beim Bauhof": "in-progress"})
        world.run(days=1)
        assert len(world.private("report")) == 1


def test_an_export_may_also_lie_in_the_web(tmp_path: Path) -> None:
    routes = {"/proposals.csv": reply(PROPOSALS, Content_Type="text/csv")}
    with platform(tmp_path, routes, kind="consul-de", path="/proposals.csv", part="exports", process="mitmachen") as world:
        assert world.run().outcome is Outcome.OK
        assert len(world.private()) == 3


def test_exports_name_no_process_so_the_options_must(tmp_path: Path) -> None:
    with folder(tmp_path) as world, pytest.raises(ConfigurationError, match=r"options\.process"):
        harvester_of(replace(world.made.source, options={"part": "exports"}))


EXPORTS = {"proposals": PROPOSALS, "debates": DEBATES, "comments": COMMENTS, "deficiency-reports": REPORTS, "polls": POLLS}


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("wide", [False, True])
def test_reducing_twice_is_reducing_once(name: str, wide: bool) -> None:
    reducing = Reducing(texts=wide, places=wide)

    once = reducing(EXPORTS[name].encode())

    read = tabled(once)
    assert isinstance(read, Table)
    assert (read.form.name, reducing(once)) == (name, once)


@pytest.mark.parametrize("content", [POLL, BUDGET])
def test_reducing_a_stack_twice_is_reducing_it_once(content: str) -> None:
    reducing = Reducing(published=True)

    assert reducing(reducing(content.encode())) == reducing(content.encode())


@pytest.mark.skipif(not SYNTHETIC.exists(), reason="the reference is not here")
@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("consul_de_proposals", "proposals"),
        ("consul_de_debates_shifted", "debates"),
        ("consul_de_comments_PII", "comments"),
        ("consul_de_deficiency_reports", "deficiency-reports"),
        ("consul_de_poll_answers", 8),
        ("consul_de_budget_stats", 1),
        ("consul_de_poll_by_street_SMALL_CELLS", Refused),
    ],
)
def test_files_of_the_reference_are_known(name: str, found: object) -> None:
    content = (SYNTHETIC / f"{name}.csv").read_bytes()
    reducing = Reducing(published=True)
    if found is Refused:
        with pytest.raises(Refused):
            reducing(content)
        return

    read = tabled(reducing(content))

    if isinstance(read, Table):
        assert (read.form.name, None in read.rows) == (found, False)
    else:
        assert len([each for each in read if each[1:] != ["Stimmenanzahl", "%"]]) == found


_CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(FORMS), st.lists(st.lists(_CELLS, min_size=1, max_size=8), max_size=6), st.booleans())
def test_no_file_of_a_form_keeps_a_column_that_names_somebody(form: Form, rows: list[list[str]], texts: bool) -> None:
    header = [*form.kept, "author_email", "Submitter"]
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(
        [header, *([*each, *["x"] * (len(header) - len(each))] for each in rows if len(each) <= len(header))]
    )

    reducing = Reducing(texts=texts)
    once = reducing(target.getvalue().encode())

    read = tabled(once)
    assert isinstance(read, Table)
    assert reducing(once) == once
    assert all(row is None or set(row) <= set(form.kept) for row in read.rows)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(SourceError):  # and nothing else
        tabled(Reducing(published=True)(content))


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("AufenthaltGrün", ("Aufenthalt", "Grün")),
        ("Aufenthalt, Grün", ("Aufenthalt", "Grün")),
        ("Sport und Spiel", ("Sport und Spiel",)),
        ("AufenthaltNeu", ()),
        ("RadRad weg", ()),
        ("", ()),
    ],
)
def test_labels_without_separator_are_found_where_only_one_reading_is_possible(text: str, labels: tuple[str, ...]) -> None:
    assert labels_in(text, ["Aufenthalt", "Grün", "Sport und Spiel", "Rad", "weg", "Radweg"]) == labels
