"""Questions to a table over HTTP: what is asked, what comes, and what is said when it is wrong."""

import base64
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import duckdb
import pandas
import pytest
from fastapi.testclient import TestClient

from api.web.app import create_app
from api.web.rows.lists import items, written
from schemas.declaration import declaration_of_table
from schemas.row import Row
from tests.api.web.conftest import BROWSER, client_of
from tests.api.web.world import BASE_URL, CANARY, World, row
from tests.catalog.test_query_reference import folded

ROWS = "/api/v1/datasets/projekte/rows"


def _ids(client: TestClient, query: str) -> list[str]:
    answer = client.get(f"{ROWS}?{query}&select=id")
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["rows"]]


def test_a_page_says_what_it_is_and_that_nothing_is_left_out(client: TestClient) -> None:
    answer = client.get(f"{ROWS}?select=id,title&sort=-title&status__exact=completed")
    page = answer.json()

    assert page["rows"] == [{"id": "theatergarten", "title": "Theatergarten"}]
    assert (page["dataset"], page["edition"], page["limited"], page["next"], page["limit"]) == ("projekte", 3, False, None, 100)
    assert [each["name"] for each in page["columns"]] == ["id", "title"]
    assert page["columns"][1]["title"]["de"] == "Titel"
    assert page["licence"] == "http://dcat-ap.de/def/licenses/dl-zero-de/2.0"
    assert page["links"]["csv"] == f"{BASE_URL}{ROWS}.csv?select=id%2Ctitle&sort=-title&status__exact=completed"
    assert answer.headers["klar-limited"] == "false"
    assert answer.headers["klar-edition"] == "3"
    assert "link" not in answer.headers
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Klar-Limited" in answer.headers["access-control-expose-headers"]


def test_what_is_cut_says_so_and_where_it_goes_on(client: TestClient) -> None:
    first = client.get(f"{ROWS}?select=id&limit=4")
    pages = [first]
    while pages[-1].json()["next"]:
        pages.append(client.get(pages[-1].json()["next"]))

    assert first.json()["limited"] is True
    assert first.headers["klar-limited"] == "true"
    assert first.headers["link"] == f'<{first.json()["next"]}>; rel="next"'
    assert first.json()["next"].startswith(f"{BASE_URL}{ROWS}?select=id&limit=4&cursor=")
    assert [len(each.json()["rows"]) for each in pages] == [4, 4, 4, 3]
    found = [each["id"] for page in pages for each in page.json()["rows"]]
    assert len(set(found)) == len(found) == 15


def test_the_total_is_given_where_it_is_known_or_asked_for(client: TestClient) -> None:
    assert client.get(f"{ROWS}?limit=1").json()["total"] == 15
    assert client.get(f"{ROWS}?limit=1&status__exact=planned").json()["total"] is None
    assert client.get(f"{ROWS}?limit=1&status__exact=planned&total=true").json()["total"] == 13
    assert client.get(f"{ROWS}?group_by=status&total=true").json()["total"] == 3


def test_groups_are_counted_and_sorted_by_their_figures(client: TestClient) -> None:
    page = client.get(f"{ROWS}?group_by=status&agg=count,title__min&sort=-count,status").json()

    assert page["rows"] == [
        {"status": "planned", "count": 13, "title__min": "Fahrradstraße"},
        {"status": "completed", "count": 1, "title__min": "Theatergarten"},
        {"status": "unknown", "count": 1, "title__min": f"Einschub {CANARY}"},
    ]
    assert [each["name"] for each in page["columns"]] == ["status", "count", "title__min"]
    assert page["columns"][2]["title"] == {"de": "Titel (Minimum)", "en": "Title (minimum)"}
    assert client.get(f"{ROWS}?group_by=status").json()["rows"][0].keys() == {"status", "count"}
    assert client.get(f"{ROWS}?agg=count,id__count_distinct").json()["rows"] == [{"count": 15, "id__count_distinct": 15}]


def test_pages_of_groups_go_on_where_they_stopped(client: TestClient) -> None:
    first = client.get(f"{ROWS}?group_by=id&sort=-id&limit=10").json()
    second = client.get(first["next"]).json()

    found = [each["id"] for each in first["rows"] + second["rows"]]
    assert found == sorted(found, reverse=True)
    assert len(found) == 15


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("title__contains=THEATER", ["theatergarten"]),
        ("id__in=theatergarten,einschub,nirgends", ["einschub", "theatergarten"]),
        ("id__notin=theatergarten,einschub&status__differs=planned", []),
        ("start__isnull=false&sort=start", ["theatergarten"]),
        ("start__gte=2023&start__less=2024", ["theatergarten"]),
        ('title__in="Theatergarten",Nichts', ["theatergarten"]),
        ("id__exact=theatergarten&utm_source=a&utm_source=b", ["theatergarten"]),
    ],
)
def test_filters(client: TestClient, query: str, ids: list[str]) -> None:
    found = _ids(client, query)

    assert found == ids or set(ids) < set(found)
    assert "vorhaben-00" not in found


@pytest.mark.parametrize(
    "text",
    [
        "'", "''; DROP TABLE x; --", '"', '") OR 1=1 --', "' UNION SELECT * FROM read_csv('/etc/passwd') --", "\\", "%", "_", "?", "$1",
        "\0", "a\0b", "𝔘𝔫𝔦", "‮", "é", "'; COPY x TO '/tmp/x'; --", "{{7*7}}", "x" * 4000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("operator", ["exact", "contains", "less", "in", "notin", "differs"])
def test_what_looks_like_a_command_is_text(client: TestClient, operator: str, text: str) -> None:
    given = '"' + text.replace('"', '""') + '"' if operator in ("in", "notin") else text
    answer = client.get(f"{ROWS}.json?select=title&title__{operator}={quote(given)}")

    assert answer.status_code == 200
    titles = {each["title"] for each in answer.json()}
    match operator:
        case "exact" | "in":
            assert titles == set()
        case "notin" | "differs":
            assert len(answer.json()) == 15
        case "contains":
            assert all(folded(text) in folded(each) for each in titles)


@pytest.mark.parametrize("name", ["title\0", 'title"--', "TITLE", "_id", "file_row_number", "title) FROM x", "*", "title__exact"])
def test_a_column_is_one_of_the_table_or_none(client: TestClient, name: str) -> None:
    escaped = quote('"' + name.replace('"', '""') + '"')

    for query in (f"{quote(name)}__exact=1", f"select={escaped}", f"sort={escaped}", f"group_by={escaped}", f"agg={quote(name)}__max"):
        assert client.get(f"{ROWS}?{query}").status_code == 400, query


# --- what is wrong ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "parameter", "allowed"),
    [
        ("foo=1", "foo", "title__…"),
        ("title=Theatergarten", "title", "title__exact"),
        ("title__like=Theatergarten", "title__like", "title__contains"),
        ("changed_run__contains=1", "changed_run__contains", "changed_run__gte"),
        ("changed_run__exact=viele", "changed_run__exact", "eine ganze Zahl wie 42"),
        ("changed_run__exact=1_0", "changed_run__exact", "eine ganze Zahl wie 42"),
        ("changed_run__exact=٣", "changed_run__exact", "eine ganze Zahl wie 42"),
        ("changed_at__less=gestern", "changed_at__less", "ein Zeitpunkt wie 2026-11-22 oder 2026-11-22T04:00:00Z (ISO 8601)"),
        ("title__exact=", "title__exact", "leere Zellen: title__isnull=true"),
        ("title__isnull=vielleicht", "title__isnull", "true"),
        ('id__in="a', "id__in", "1 bis 1000 Werte mit Komma dazwischen, Texte mit Komma in Anführungszeichen"),
        ("select=id,nichts", "select", "title"),
        ("select=id,id", "select", "title"),
        ("sort=nichts", "sort", "-title"),
        ("sort=count", "sort", "title"),
        ("group_by=status&sort=title", "sort", "-count"),
        ("group_by=nichts", "group_by", "status"),
        ("agg=title__sum", "agg", "title__count_distinct"),
        ("group_by=status&select=title", "select", "group_by, agg"),
        ("limit=0", "limit", "≥ 1"),
        ("limit=1001", "limit", "≤ 1000"),
        ("limit=viele", "limit", "1, 2, 3 …"),
        ("dialect=excel-de", "dialect", "rows.csv?dialect=excel-de"),
        ("cursor=abc", "cursor", "was in „next“ der vorigen Seite steht"),
        ("cursor=%00", "cursor", "was in „next“ der vorigen Seite steht"),
        ("cursor=ä", "cursor", "was in „next“ der vorigen Seite steht"),
        ("cursor=MS4wMDAwMDAwMDAwMDAwMDAwLjE", "cursor", None),
    ],
)
def test_an_error_names_the_parameter_and_what_is_allowed(client: TestClient, query: str, parameter: str, allowed: str | None) -> None:
    answer = client.get(f"{ROWS}?{query}")

    if allowed is None:
        assert answer.status_code == 410
        return
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["parameter"] == parameter
    assert allowed in answer.json()["allowed"]


def test_an_unknown_filter_is_told_all_columns_with_their_operators(client: TestClient) -> None:
    columns = {each["name"]: each for each in client.get(f"{ROWS}?foo__exact=1").json()["columns"]}

    assert columns["title"]["type"] == "string"
    assert "contains" in columns["title"]["operators"]
    assert "contains" not in columns["changed_run"]["operators"]
    assert "median" in columns["changed_run"]["functions"]
    assert "_id" not in columns


def test_a_filter_given_twice_is_refused(client: TestClient) -> None:
    answer = client.get(f"{ROWS}?title__contains=a&title__contains=b")

    assert answer.status_code == 400
    assert answer.json()["parameter"] == "title__contains"


def test_no_data_set_no_rows(client: TestClient) -> None:
    assert client.get("/api/v1/datasets/nirgends/rows").status_code == 404
    answer = client.get(f"{ROWS}.xlsx")
    assert answer.status_code == 404
    assert answer.json()["allowed"] == ["rows.csv", "rows.json", "rows.ndjson", "rows.parquet"]


# --- cursors -------------------------------------------------------------------------------------------------------------------


def test_a_cursor_belongs_to_its_question(client: TestClient) -> None:
    cursor = client.get(f"{ROWS}?limit=2&sort=title").json()["next"].partition("cursor=")[2]

    assert client.get(f"{ROWS}?limit=5&sort=title&cursor={cursor}").status_code == 200  # the size of a page may change
    for other in ("sort=-title", "", "sort=title&status__exact=planned", "sort=title&select=id", "group_by=status"):
        answer = client.get(f"{ROWS}?limit=2&{other}&cursor={cursor}")
        assert answer.status_code == 400
        assert answer.json()["parameter"] == "cursor"


def test_a_question_written_otherwise_is_the_same_question(client: TestClient) -> None:
    asked = "changed_run__gte=1&status__in=planned,completed&limit=2"
    cursor = client.get(f"{ROWS}?{asked}").json()["next"].partition("cursor=")[2]

    assert client.get(f"{ROWS}?status__in=completed,planned&changed_run__gte=01&cursor={cursor}").status_code == 200


def test_a_new_edition_between_two_pages_is_not_overlooked(world: World) -> None:
    client = client_of(world)
    following = client.get(f"{ROWS}?limit=2").json()["next"]
    world.clock.now += timedelta(days=1)
    world.harvest(row("project", "neu", title="Neu", status="planned"), of=declaration_of_table("project"))

    answer = client.get(following)

    assert answer.status_code == 410
    assert answer.json()["type"].endswith("#outdated-cursor")
    assert answer.json()["edition"] == 4
    assert "Stand 3" in answer.json()["detail"]
    assert {"id": "neu"} in client.get(f"{ROWS}?select=id").json()["rows"]


def test_a_cursor_past_the_end_is_nobodys(client: TestClient) -> None:
    mine = client.get(f"{ROWS}?limit=2&sort=title").json()["next"].partition("cursor=")[2]
    edition, question, _ = base64.urlsafe_b64decode(mine + "==").decode().split(".")
    forged = base64.urlsafe_b64encode(f"{edition}.{question}.999".encode()).decode().rstrip("=")

    assert client.get(f"{ROWS}?limit=2&sort=title&cursor={forged}").status_code == 400


# --- forms -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extension", ["csv", "json", "ndjson"])
def test_all_rows_are_the_file_of_the_edition(client: TestClient, extension: str) -> None:
    asked, file = client.get(f"{ROWS}.{extension}"), client.get(f"/datasets/projekte/data.{extension}")

    if extension == "csv":
        assert asked.content == file.content
    elif extension == "json":
        assert asked.json() == file.json()
    else:
        assert [json.loads(each) for each in asked.text.splitlines()] == [json.loads(each) for each in file.text.splitlines()]
    assert asked.headers["content-type"] == file.headers["content-type"]
    assert asked.headers["klar-limited"] == "false"
    assert asked.headers["content-disposition"] == f'attachment; filename="projekte-rows.{extension}"'


def test_the_german_spreadsheet_is_that_of_the_edition(client: TestClient) -> None:
    query = "dialect=excel-de"

    assert client.get(f"{ROWS}.csv?{query}").content == client.get(f"/datasets/projekte/data.csv?{query}").content


def test_parquet_can_be_read(client: TestClient, tmp_path: Path) -> None:
    answer = client.get(f"{ROWS}.parquet?select=id,changed_at&status__exact=completed")
    (tmp_path / "rows.parquet").write_bytes(answer.content)

    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert duckdb.execute("SELECT id FROM read_parquet(?)", [str(tmp_path / "rows.parquet")]).fetchall() == [("theatergarten",)]


def test_groups_are_files_too(client: TestClient) -> None:
    assert client.get(f"{ROWS}.csv?group_by=status&sort=-count&agg=count").text.splitlines()[:2] == ["status,count", "planned,13"]
    german = client.get(f"{ROWS}.csv?group_by=status&agg=count&dialect=excel-de").content.decode("utf-8-sig")
    assert german.splitlines()[0] == "Stand;Anzahl der Zeilen"
    assert client.get(f"{ROWS}.json?status__exact=nirgends").content == b"[]\n"


def test_a_file_with_a_limit_says_that_it_is_cut(client: TestClient) -> None:
    first = client.get(f"{ROWS}.csv?limit=10&select=id")
    second = client.get(first.headers["link"].partition(">")[0].removeprefix("<"))

    assert first.headers["klar-limited"] == "true"
    assert second.headers["klar-limited"] == "false"
    assert second.headers["content-type"].startswith("text/csv")
    assert len(first.text.splitlines()) + len(second.text.splitlines()) == 15 + 2
    assert client.get(f"{ROWS}.parquet?limit=10").json()["parameter"] == "limit"
    assert client.get(f"{ROWS}.csv?total=true").json()["parameter"] == "total"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("text/csv", "text/csv"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("application/vnd.apache.parquet", "application/vnd.apache.parquet"),
        (BROWSER["accept"], "application/json"),
        ("image/png", "application/json"),
    ],
)
def test_the_form_can_be_negotiated(client: TestClient, accept: str, media_type: str) -> None:
    answer = client.get(ROWS, headers={"accept": accept})

    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.headers["vary"] == "Accept"


def test_pandas_reads_it(client: TestClient) -> None:
    frame = pandas.read_csv(io.BytesIO(client.get(f"{ROWS}.csv?group_by=status&agg=count").content))

    assert frame["count"].sum() == 15


# --- caches ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [ROWS, f"{ROWS}.csv", f"{ROWS}.parquet", f"{ROWS}?group_by=status", f"{ROWS}.csv?limit=3"])
def test_a_repeated_question_asks_nothing(published: World, address: str) -> None:
    services = published.services()
    client = TestClient(create_app(services))
    answer = client.get(address)
    services.tables._seconds = 0  # whatever runs now ends at once

    again = client.get(address, headers={"if-none-match": answer.headers["etag"]})

    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == answer.headers["etag"]
    assert answer.headers["cache-control"] == "no-cache"


def test_other_questions_and_forms_have_other_etags(client: TestClient) -> None:
    addresses = (
        ROWS, f"{ROWS}?limit=3", f"{ROWS}?total=true", f"{ROWS}?sort=title", f"{ROWS}?sort=-title", f"{ROWS}?select=id", f"{ROWS}.csv",
        f"{ROWS}.csv?dialect=excel-de", f"{ROWS}.json", f"{ROWS}.ndjson", f"{ROWS}.csv?limit=3", f"{ROWS}?status__exact=planned",
        f"{ROWS}?status__differs=planned", f"{ROWS}?group_by=status", f"{ROWS}?group_by=status&agg=id__min",
    )  # fmt: skip

    assert len({client.get(each).headers["etag"] for each in addresses}) == len(addresses)
    assert client.get(ROWS).headers["etag"] == client.get(ROWS).headers["etag"]


@pytest.mark.parametrize("address", [ROWS, f"{ROWS}.csv", f"{ROWS}.json", f"{ROWS}?limit=2", f"{ROWS}.csv?limit=2"])
def test_head_says_what_get_says(client: TestClient, address: str) -> None:
    got, head = client.get(address), client.head(address)

    assert head.status_code == 200
    assert head.content == b""
    assert dict(head.headers) == dict(got.headers)


def test_a_file_that_is_gone_is_no_short_answer(world: World) -> None:
    client = client_of(world)
    assert client.get(f"{ROWS}?limit=1").status_code == 200

    world.files.path(world.store.edition("projekte", 3).files["parquet"].sha256).unlink()

    assert client.get(f"{ROWS}?limit=2").status_code == 503
    assert client.get(f"{ROWS}.csv").status_code == 503


def test_statistics_are_refused_here_and_found_there(world: World) -> None:
    declared = declaration_of_table("event")
    cube = replace(declared, name="beteiligte", table=replace(declared.table, name="statistic:beteiligte"))
    values = row("event", "a", title="A", start="2026").values
    world.harvest(Row(table="statistic:beteiligte", key="a", values=values), of=cube)
    client = client_of(world)

    for suffix in ("", ".csv", "?group_by=title"):
        answer = client.get(f"/api/v1/datasets/beteiligte/rows{suffix}")
        assert answer.status_code == 422
        assert answer.json()["address"] == f"{BASE_URL}/api/v1/statistics/beteiligte"
    assert client.get("/api/v1/datasets/veranstaltungen/rows").status_code == 200


# --- lists in one parameter ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()), ("a", ("a",)), ("a,b", ("a", "b")), ('"a, b",c', ("a, b", "c")), ('"a""b"', ('a"b',)), ("a,,b", ("a", "", "b")),
        ('"a', None), ('"a"b', None), ('"a\nb"', ("a\nb",)),
    ],
)  # fmt: skip
def test_a_list_is_read_as_a_line_of_csv(text: str, found: tuple[str, ...] | None) -> None:
    assert items(text) == found
    if found:
        assert items(written(found)) == found
