"""The kind `decidim` from the ZIP of its open data: less than the interface says, and never more than it may."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.plan import Outcome
from harvesters.decidim.export import ENTITIES, Choice, kept, separator_of
from schemas.errors import SourceError
from tests.harvesters.decidim import server
from tests.harvesters.decidim.exports import assembly, city, comment, comments, meeting, process, proposal, result, table, zipped
from tests.harvesters.decidim.world import harvesting
from tests.harvesters.http.servers import Script, reply
from tests.harvesters.walked import Walked, walked

OPTIONS = {"form": "open-data"}


def routes(files: Mapping[str, bytes]) -> dict[str, Script]:
    return {"/open-data/download": reply(zipped(files), Content_Type="application/zip")}


def read(files: Mapping[str, bytes], folder: Path, **options: Any) -> Walked:
    return walked(routes(files), folder, "decidim", options=OPTIONS | options)


@pytest.mark.parametrize("separator", [";", ","])
def test_whatever_separates_its_cells_a_file_gives_the_same_rows(separator: str, tmp_path: Path) -> None:
    seen = read(city(separator=separator), tmp_path)
    assert sorted(seen.rows("process")) == ["assembly-1", "process-1", "process-2"]
    assert (len(seen.rows("contribution")), len(seen.rows("event")), len(seen.rows("measure_item"))) == (4, 2, 2)
    assert (seen.walk.failures, seen.findings) == ([], {})


def test_rows_have_the_keys_that_the_interface_would_give(tmp_path: Path) -> None:
    by_file = read(city(), tmp_path)
    by_interface = walked(server.city().routes(), tmp_path, "decidim")
    for name in ("process", "event", "measure_item", "contribution"):
        shared = by_file.rows(name).keys() & by_interface.rows(name).keys()
        assert shared, name
    assert by_file.rows("contribution")["process-1/proposal-100"]["process_id"] == "stadt-process-1"


def test_nobody_came_means_nobody_knows(tmp_path: Path) -> None:
    files = city() | {"meetings": table([meeting(1, 1), meeting(2, 1, attendees=24, contributions=7)])}
    found = read(files, tmp_path).rows("event")
    assert (found["meeting-1"]["attendees"], found["meeting-1"]["qualifier"], found["meeting-1"]["note"]) == (None, None, None)
    assert (found["meeting-2"]["attendees"], found["meeting-2"]["note"]) == (24, None)


def test_times_without_zone_are_utc_and_others_as_they_say(tmp_path: Path) -> None:
    files = city() | {
        "meetings": table([meeting(1, 1), meeting(2, 1, start_time="2026-03-05 18:30:00 +0100"), meeting(3, 1, start_time="bald")])
    }
    seen = read(files, tmp_path)
    found = seen.rows("event")
    assert (found["meeting-1"]["start_time"], found["meeting-2"]["start_time"]) == ("18:30", "18:30")
    assert found["meeting-1"]["mode"] == "unknown", "the export does not say how people met"
    assert [each.key for each in seen.refused("event")] == ["stadt-meeting-3"]
    assert seen.rows("contribution")["process-1/proposal-100"]["submitted_on"] == "2026-02-04"


def test_a_header_is_the_union_of_many_components(tmp_path: Path) -> None:
    rows = [proposal(1, 1, votes=3), {key: each for key, each in proposal(2, 2).items() if key != "votes"} | {"cost": 5}]
    seen = read(city() | {"proposals": table(rows)}, tmp_path)
    assert sorted(seen.rows("contribution")) == ["process-1/proposal-1", "process-2/proposal-2"]


def test_machines_speak_only_where_people_did_not(tmp_path: Path) -> None:
    both = {"title/machine_translations/de": "Maschine", "title/de": "Mensch"}
    only = process(2) | {"title/de": "", "title/machine_translations/de": "Maschine"}
    flat = {key: each for key, each in process(3).items() if not key.startswith("title")} | {"title": "Ohne Sprache"}
    found = read(city() | {"participatory_processes": table([process(1) | both, only, flat])}, tmp_path).rows("process")
    assert [found[f"process-{number}"]["title"] for number in (1, 2, 3)] == ["Mensch", "Maschine", "Ohne Sprache"]


def test_no_name_and_no_word_of_a_person_leaves_memory(tmp_path: Path) -> None:
    seen = read(city(), tmp_path)
    (payload,) = seen.private
    assert seen.archived == ()
    for each in (b"Xanthopoulos", b"quirina", b"Zebrastreifen", b"Nachbarin", b"Ypsilanti", b"7.7689"):
        assert each in b"".join(city().values()), "negative control"
        assert each not in payload.content, each


def test_texts_are_kept_when_the_options_say_so_and_names_never(tmp_path: Path) -> None:
    seen = read(city(), tmp_path, texts=True)
    assert seen.rows("contribution")["process-1/proposal-100"]["text"] == "Meine Nachbarin steht da jeden Tag."
    assert b"Xanthopoulos" not in seen.private[0].content


def test_without_contributions_proposals_only_tell_how_people_took_part(tmp_path: Path) -> None:
    options = OPTIONS | {"contributions": False}
    seen = walked(routes(city()), tmp_path, "decidim", options=options, personal_data=False, legal_basis="")
    assert (seen.rows("contribution"), seen.private) == ({}, ())
    assert b"2026-02-03" not in seen.archived[0].content
    assert (seen.rows("process")["process-2"]["method"], seen.rows("process")["process-2"]["mode"]) == ("idea-collection", "digital")


def test_a_column_that_nobody_knows_is_named_and_not_kept(tmp_path: Path) -> None:
    seen = read(city() | {"meetings": table([meeting(1, 1, shoe_size="47 und ein halb")])}, tmp_path)
    assert seen.findings["unread-field"].field == "shoe_size"
    assert b"47 und" not in seen.private[0].content


def test_an_entry_of_a_space_that_is_not_read_is_left_out_and_counted(tmp_path: Path) -> None:
    elsewhere = proposal(9, 1) | {"participatory_space/url": "https://mitmachen.example/conferences/tag", "participatory_space/id": 1}
    seen = read(city() | {"proposals": table([proposal(1, 1), elsewhere])}, tmp_path)
    assert list(seen.rows("contribution")) == ["process-1/proposal-1"]
    assert seen.findings["other-space"].message.endswith(": 1.")


def test_a_broken_file_leaves_its_table_as_it_is_and_the_others_go_on(tmp_path: Path) -> None:
    seen = read(city() | {"meetings": b'id;title/de\n1;"offen\n'}, tmp_path)
    assert (seen.walk.unreadable, seen.findings["unreadable-file"].table) == ({"event"}, "event")
    assert len(seen.rows("contribution")) == 4


def bomb() -> bytes:
    """A kilobyte that says it unpacks to more than anybody wants."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(9):
            archive.writestr(f"x-open-data-proposals{number}.csv", bytes(12 * 1024 * 1024))
    return content.getvalue()


BROKEN = {
    "login page": reply("<!doctype html><title>Anmeldung</title>"),
    "empty": reply(b"", Content_Type="application/zip"),
    "half": reply(zipped(city())[:-200], Content_Type="application/zip"),
    "bomb": reply(bomb(), Content_Type="application/zip"),
    "other files": reply(zipped({"wetter": b"a;b\n1;2\n"}), Content_Type="application/zip"),
    "no process": reply(zipped(city() | {"participatory_processes": b"\n", "assemblies": b"\n"}), Content_Type="application/zip"),
    "no file of processes": reply(zipped({"assemblies": table([assembly(1)])}), Content_Type="application/zip"),
    "broken file of processes": reply(zipped(city() | {"participatory_processes": b'id;"a\n'}), Content_Type="application/zip"),
    "not generated yet": reply(b"", 404),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_export_says_nothing_at_all(name: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        walked({"/open-data/download": BROKEN[name]}, tmp_path, "decidim", options=OPTIONS)


def test_the_same_export_in_other_bytes_changes_nothing_and_can_be_read_again(tmp_path: Path) -> None:
    files = city()
    given_routes = routes(files)
    with harvesting(tmp_path, given_routes, options=OPTIONS) as made:
        first = made.run()
        assert (first.outcome, first.counts["vault_created"]) == (Outcome.OK, 4)
        made.server.routes = routes(dict(reversed(files.items())))
        second = made.run(days=1)
        assert (second.outcome, len(made.private())) == (Outcome.UNCHANGED, 4)
        assert made.made.replay(first.id).outcome is Outcome.PLANNED


def test_what_was_kept_under_wider_options_is_narrowed() -> None:
    wide = kept("zip", zipped(city()), Choice(texts=True))
    assert kept("zip", wide, Choice()) == kept("zip", zipped(city()), Choice())
    assert kept("zip", wide, Choice(contributions=False, comments=False)) == kept(
        "zip", zipped(city()), Choice(contributions=False, comments=False)
    )


NAMES = st.sampled_from(["id", "title/de", "author/name", "state", "user_endorsements", "shoe_size", "participatory_space/url"])


@settings(max_examples=50, deadline=None)
@given(
    entity=st.sampled_from(sorted(ENTITIES)),
    header=st.lists(NAMES, min_size=2, max_size=6, unique=True),
    cells=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), min_size=1, max_size=6),
    separator=st.sampled_from([";", ","]),
)
def test_keeping_twice_is_keeping_once_whatever_stands_in_a_file(entity: str, header: list[str], cells: list[str], separator: str) -> None:
    rows = [{name: cells[place % len(cells)] for place, name in enumerate(header)}]
    content = zipped({entity: table(rows, separator=separator)})
    once = kept("zip", content, Choice(texts=True))
    assert kept("zip", once, Choice(texts=True)) == once
    assert not {"author/name", "user_endorsements", "shoe_size"} & set(json.loads(once)[entity].get("columns", ()))


@pytest.mark.parametrize(
    ("header", "separator"), [(b"id;title/de\n", ";"), (b"id,title/de\n", ","), (b"id\n", ";"), (b'"id","a;b",c\n', ",")]
)
def test_the_header_tells_what_separates_cells(header: bytes, separator: str) -> None:
    assert separator_of(header) == separator


def test_results_know_their_process_by_their_page(tmp_path: Path) -> None:
    found = read(city() | {"results": table([result(7, 2)])}, tmp_path).rows("measure_item")["result-7"]
    assert (found["process_id"], found["state"], found["progress"], found["note"]) == (
        "stadt-process-2",
        "in_progress",
        40.0,
        "Stand laut Plattform: In Arbeit.",
    )


def test_what_the_administration_proposes_is_no_contribution(tmp_path: Path) -> None:
    """It bears the organization's address, the start page; people have a profile, and a meeting has its page."""
    authors = {
        1: "https://mitmachen.example/profiles/quirina_x",
        2: "https://mitmachen.example/",
        3: "https://mitmachen.example",
        4: "https://mitmachen.example/processes/verfahren-1/f/11/meetings/200",
        5: "https://mitmachen.example/, https://mitmachen.example/profiles/quirina_x",
        6: "",
        7: "https://mitmachen.example/de?locale=de",
        8: "jo",
    }
    rows = [proposal(number, 1, **{"author/url": address}) for number, address in authors.items()]
    seen = read(city() | {"proposals": table(rows)}, tmp_path)
    assert sorted(seen.rows("contribution")) == [f"process-1/proposal-{number}" for number in (1, 4, 5, 6, 8)]
    assert seen.findings["official"].message.endswith(": 3.")
    assert b"quirina" not in seen.private[0].content


def test_an_older_export_that_names_no_authors_says_so(tmp_path: Path) -> None:
    rows = [{name: cell for name, cell in proposal(1, 1).items() if not name.startswith("author")}]
    seen = read(city() | {"proposals": table(rows)}, tmp_path)
    assert (len(seen.rows("contribution")), "official-unknown" in seen.findings) == (1, True)
    assert "official-unknown" not in read(city(), tmp_path).findings


def test_comments_of_all_files_are_taken_and_a_broken_one_costs_only_itself(tmp_path: Path) -> None:
    whole = read(city() | comments(), tmp_path)
    assert len([each for each in whole.rows("contribution") if "/comment-" in each]) == 5
    broken = read(city() | comments() | {"meeting_comments": b'id;body\n1;"offen\n'}, tmp_path)
    assert len([each for each in broken.rows("contribution") if "/comment-" in each]) == 4
    assert (broken.walk.partial, broken.walk.unreadable) == ({"contribution"}, set())


def test_a_comment_without_a_number_or_in_a_space_that_is_not_read_is_told(tmp_path: Path) -> None:
    page = "processes/verfahren-1/f/10/proposals/100"
    rows = [comment(1, page), comment(2, page, id=""), comment(3, "conferences/tag/f/1/proposals/1")]
    seen = read(city() | comments() | {"proposal_comments": table(rows)}, tmp_path)
    assert [each.key for each in seen.refused("contribution")] == [""]
    assert seen.findings["other-space"].table == "contribution"


def test_an_export_without_its_file_of_comments_says_nothing_of_them(tmp_path: Path) -> None:
    files = {name: content for name, content in city().items() if name != "proposal_comments"}
    seen = read(files, tmp_path)
    assert (seen.walk.partial, seen.findings["comments"].table) == ({"contribution"}, "contribution")
    assert read(files, tmp_path, comments=False).walk.partial == set()


@pytest.mark.parametrize("missing", ["id", "slug"])
def test_what_lies_in_a_space_that_cannot_be_found_again_is_not_gone(missing: str, tmp_path: Path) -> None:
    seen = read(city() | {"participatory_processes": table([process(1), process(2, **{missing: None})])}, tmp_path)
    assert (seen.walk.partial, seen.walk.unreadable) == ({"event", "measure_item", "contribution"}, set())
    assert "nameless-space" in seen.findings
    assert [each.key for each in seen.refused("process")] == ([""] if missing == "id" else [])
    assert read(city(), tmp_path).walk.partial == set()
