"""Statistics over HTTP: addresses, forms, headers, caching, errors."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from catalog.statistics.forms import MEDIA_TYPES
from schemas.values import Licence
from tests.api.web.statistics.world import API, client_of, installation, keep
from tests.api.web.world import BASE_URL, World, site
from tests.catalog.statistics.world import AGE, AT, CUBE, release_of

HERE = f"{API}/teilnehmende"
ADDRESSES = (
    API, HERE, f"{HERE}/releases", *(f"{HERE}.{form}" for form in MEDIA_TYPES), f"{HERE}.csv?dialect=excel-de",
    f"{HERE}.csv?pivot=alter", f"{HERE}.json?ortsbezirk=01,_T&lang=en", f"{HERE}/releases/2026-11-20.csv",
    f"{HERE}/releases/2026-11-22.jsonstat?group_by=ortsbezirk", f"{HERE}/releases/2026-11-20/diff/2026-11-22.json",
    f"{HERE}/releases/2026-11-20/diff/2026-11-22.csv",
)  # fmt: skip


def rows(answer_text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer_text)))


@pytest.mark.parametrize("path", ADDRESSES)
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)

    assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
    assert dict(head.headers) == dict(got.headers)


@pytest.mark.parametrize("path", ADDRESSES)
def test_what_has_not_changed_is_not_sent_again(client: TestClient, path: str) -> None:
    first = client.get(path)

    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    since = client.get(path, headers={"if-modified-since": first.headers.get("last-modified", "")})

    assert re.fullmatch(r'"[0-9a-f]{40}"', first.headers["etag"])
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert since.status_code == (304 if "." in path.partition("?")[0] else 200), "numbers have a time, metadata do not"
    assert client.get(path, headers={"if-none-match": '"another"'}).content == first.content


@pytest.mark.parametrize("path", ADDRESSES)
def test_anybody_may_read_from_anywhere_and_the_host_appears_nowhere(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"origin": "https://app.datawrapper.example"})

    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"ETag", "Link"} <= set(answer.headers["access-control-expose-headers"].split(", "))
    assert b"evil" not in answer.content
    assert "evil" not in str(answer.headers)


@pytest.mark.parametrize("path", ADDRESSES)
def test_writing_is_refused(client: TestClient, path: str) -> None:
    assert {client.request(method, path).status_code for method in ("POST", "PUT", "PATCH", "DELETE")} == {405}


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_newest_is_fresh_for_minutes_and_a_release_for_ever(client: TestClient, path: str) -> None:
    fixed = "/releases/" in path

    assert client.get(path).headers["cache-control"] == ("public, max-age=31536000, immutable" if fixed else "public, max-age=300")


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_every_form_links_to_licence_description_citation_and_the_other_forms(client: TestClient, form: str) -> None:
    answer = client.get(f"{HERE}.{form}?alter=60")

    links = dict(re.findall(r'<([^>]+)>; rel="([a-z-]+)"', answer.headers["link"]))
    by_relation = {relation: url for url, relation in links.items()}
    assert by_relation["license"] == Licence.DL_ZERO_2.iri
    assert links[f"{BASE_URL}{HERE}"] == "describedby"
    assert by_relation["cite-as"] == f"{BASE_URL}{HERE}/releases/2026-11-22.{form}?alter=60"
    assert list(links.values()).count("alternate") == len(MEDIA_TYPES) - 1
    assert answer.headers["content-type"] == MEDIA_TYPES[form]
    for url in links:
        if url.startswith(BASE_URL):
            parts = urlsplit(url)
            assert client.get(f"{parts.path}?{parts.query}" if parts.query else parts.path).status_code == 200, url


def test_a_long_question_makes_no_long_header(client: TestClient, tmp_path: Path) -> None:
    many = replace(AGE, categories=tuple(replace(AGE.categories[0], code=f"gruppe-{n:03}") for n in range(100)))
    world = installation(tmp_path / "many", [release_of(replace(CUBE, dimensions=(*CUBE.dimensions[:2], many)))])

    answer = client_of(world).get(f"{HERE}.csv?alter={','.join(many.codes)}")

    assert answer.status_code == 200
    assert len(answer.headers["link"]) < 2500
    world.close()


def test_the_list_and_the_metadata_say_what_can_be_asked(client: TestClient) -> None:
    (entry,) = client.get(API).json()["statistics"]
    about = client.get(HERE).json()

    assert (entry["name"], entry["release"], entry["csv"]) == ("teilnehmende", "2026-11-22", f"{BASE_URL}{HERE}.csv")
    assert about["tables"] == [list(each) for each in CUBE.tables]
    assert about["default_table"] == ["halbjahr", "alter"]
    assert [each["code"] for each in about["dimensions"][2]["categories"]] == list(AGE.codes)
    assert about["statuses"][0] == {"code": "x", "sign": ".", "title": {"de": "geheim gehalten", "en": "withheld"}}
    assert about["citation"]["de"].endswith("(Lizenz: Datenlizenz Deutschland – Zero – Version 2.0)")
    assert about["schema"]["fields"][0]["name"] == "halbjahr_code"
    for table in about["tables"]:
        assert client.get(f"{HERE}.csv?group_by={','.join(table) or '_T'}").status_code == 200


def test_releases_are_listed_newest_first_and_stay(client: TestClient) -> None:
    found = client.get(f"{HERE}/releases").json()["releases"]

    assert [(each["name"], each["number"], each["reason"]["de"]) for each in found] == [
        ("2026-11-22", 2, "Nachgereichte Bögen"),
        ("2026-11-20", 1, "Ende der ersten Phase"),
    ]
    first, newest = (client.get(f"{HERE}/releases/{name}.csv").text for name in ("2026-11-20", "2026-11-22"))
    assert "410" in first
    assert "415" in newest
    assert newest == client.get(f"{HERE}.csv").text


@pytest.mark.parametrize(
    ("day", "release"),
    [("2026-11-20", "2026-11-20"), ("2026-11-21", "2026-11-20"), ("2026-11-22", "2026-11-22"), ("2030-01-01", "2026-11-22")],
)
def test_as_of_leads_to_the_release_of_that_day(client: TestClient, day: str, release: str) -> None:
    answer = client.get(f"{HERE}.csv?alter=60,_T&as_of={day}&dialect=excel-de")

    assert answer.status_code == 307
    assert answer.headers["location"] == f"{BASE_URL}{HERE}/releases/{release}.csv?alter=60,_T&dialect=excel-de"
    assert client.get(answer.headers["location"].removeprefix(BASE_URL)).status_code == 200


def test_before_the_first_release_there_was_nothing(client: TestClient) -> None:
    answer = client.get(f"{HERE}.csv?as_of=2026-11-19")

    assert (answer.status_code, answer.json()["allowed"]) == (404, ["2026-11-22", "2026-11-20"])


def test_what_changed_between_two_releases(client: TestClient) -> None:
    found = client.get(f"{HERE}/releases/2026-11-20/diff/2026-11-22.json").json()
    lines = rows(client.get(f"{HERE}/releases/2026-11-20/diff/2026-11-22.csv").text)

    assert found["counts"] == {"added": 0, "removed": 0, "changed": 2}
    assert [(each["ortsbezirk"], each["alter"], each["before"], each["after"], each["status_before"]) for each in found["changes"]] == [
        ("Erfenbach, Nord", "Insgesamt", None, 25, "x"),
        ("Insgesamt", "unter 30", 410, 415, ""),
    ]
    assert [(each["change"], each["before"], each["after"]) for each in lines] == [("changed", "", "25"), ("changed", "410", "415")]


@pytest.mark.parametrize("path", [HERE, f"{HERE}/releases/2026-11-20"])
@pytest.mark.parametrize("query", ["", "?group_by=alter&share=alter", "?pivot=alter"])
def test_a_csv_leads_to_what_its_columns_are(client: TestClient, path: str, query: str) -> None:
    """CSV on the Web: the description names the very address, and its headings are those of the file."""
    answer = client.get(f"{path}.csv{query}")
    (link,) = re.findall(r'<([^>]+)>; rel="describedby"; type="application/csvm\+json"', answer.headers["link"])

    described = client.get(link.removeprefix(BASE_URL))
    found = described.json()

    assert described.headers["content-type"] == "application/csvm+json"
    assert found["url"] == f"{BASE_URL}{path}.csv{query}"
    assert ",".join(each["titles"] for each in found["tableSchema"]["columns"]) == answer.text.splitlines()[0]
    assert client.get(f"{path}.csv-metadata.json?alter=61").status_code == 400


def test_shares_are_columns_for_whoever_asks(client: TestClient) -> None:
    asked = "group_by=alter&share=alter"
    lines = rows(client.get(f"{HERE}.csv?{asked}").text)

    assert [(each["alter_code"], each["base"], each["share"]) for each in lines] == [
        ("u30", "500", "84"), ("30-59", "500", "68"), ("60", "500", "52"),
    ]  # fmt: skip
    assert client.get(f"{HERE}.json?{asked}&lang=en").json()["share"]["of"] == "alter"
    for refused in (f"{HERE}.jsonstat?{asked}", f"{HERE}.csv?{asked}&pivot=alter", f"{HERE}.csv?group_by=alter&share=farbe"):
        assert client.get(refused).status_code == 400, refused


def test_what_changed_is_labelled_in_english_too(client: TestClient) -> None:
    path = f"{HERE}/releases/2026-11-20/diff/2026-11-22"
    found = client.get(f"{path}.json?lang=en").json()
    lines = rows(client.get(f"{path}.csv?lang=en").text)

    assert [each["alter"] for each in found["changes"]] == [each["alter"] for each in lines] == ["Total", "under 30"]
    assert [each["alter_code"] for each in found["changes"]] == ["_T", "u30"]
    assert client.get(f"{path}.csv").text != client.get(f"{path}.csv?lang=en").text
    assert client.get(f"{path}.csv?lang=fr").status_code == 400


@pytest.mark.parametrize(
    ("query", "parameter", "allowed"),
    [
        ("colour=red", "colour", ["halbjahr", "ortsbezirk", "alter", "group_by", "pivot", "share", "lang", "dialect", "as_of"]),
        ("Alter=60", "Alter", ["halbjahr", "ortsbezirk", "alter", "group_by", "pivot", "share", "lang", "dialect", "as_of"]),
        ("alter=61", "alter", ["_T", "u30", "30-59", "60"]),
        ("alter=60%00", "alter", ["_T", "u30", "30-59", "60"]),
        ("alter%00=60", "alter\x00", ["halbjahr", "ortsbezirk", "alter", "group_by", "pivot", "share", "lang", "dialect", "as_of"]),
        ("group_by=farbe", "group_by", ["halbjahr", "ortsbezirk", "alter", "_T"]),
        ("pivot=ortsbezirk", "pivot", ["halbjahr", "alter"]),
        ("lang=fr", "lang", ["de", "en"]),
        ("dialect=excel-fr", "dialect", ["excel-de"]),
        ("as_of=gestern", "as_of", ["2026-11-22 (ISO 8601)"]),
        ("as_of=20261122", "as_of", ["2026-11-22 (ISO 8601)"]),
        ("as_of=2026-02-30", "as_of", ["2026-11-22 (ISO 8601)"]),
        ("alter=60&alter=u30", "alter", []),
        ("group_by=alter&group_by=_T", "group_by", []),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(client: TestClient, query: str, parameter: str, allowed: list[str]) -> None:
    answer = client.get(f"{HERE}.csv?{query}")

    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert (answer.json()["parameter"], answer.json()["allowed"]) == (parameter, allowed)
    assert answer.headers["cache-control"] == "no-store"


def test_a_release_has_no_as_of(client: TestClient) -> None:
    answer = client.get(f"{HERE}/releases/2026-11-20.csv?as_of=2026-11-20")

    assert (answer.status_code, answer.json()["parameter"]) == (400, "as_of")


def test_parameters_of_one_form_are_refused_with_others(client: TestClient) -> None:
    assert client.get(f"{HERE}.json?dialect=excel-de").json()["allowed"] == ["csv"]
    assert client.get(f"{HERE}.jsonstat?pivot=alter").json()["allowed"] == ["csv, json, xlsx, parquet"]


def test_a_table_that_is_not_published_is_refused_with_the_rule_and_what_to_ask_instead(client: TestClient) -> None:
    answer = client.get(f"{HERE}.csv?ortsbezirk=01&alter=60")

    problem = answer.json()
    assert answer.status_code == 422
    assert problem["type"] == f"{BASE_URL}/api#not-published"
    assert problem["rule"] == "planned-tables, round5/1"
    assert problem["dimensions"] == ["ortsbezirk", "alter"]
    assert problem["instead"] == ["group_by=ortsbezirk", "group_by=alter"]
    assert all(client.get(f"{HERE}.csv?{each}").status_code == 200 for each in problem["instead"])


@pytest.mark.parametrize(
    ("path", "code", "allowed"),
    [
        (f"{API}/teilnehmer", "unknown-statistic", ["teilnehmende"]),
        (f"{API}/teilnehmer.csv", "unknown-statistic", ["teilnehmende"]),
        (f"{API}/Teilnehmende.csv", "unknown-statistic", ["teilnehmende"]),
        (f"{API}/teilnehmende%00.csv", "unknown-statistic", ["teilnehmende"]),
        (f"{API}/teilnehmer/releases", "unknown-statistic", ["teilnehmende"]),
        (f"{HERE}/releases/2026-11-21.csv", "unknown-release", ["2026-11-22", "2026-11-20"]),
        (f"{HERE}/releases/latest.csv", "unknown-release", ["2026-11-22", "2026-11-20"]),
        (f"{HERE}/releases/2026-11-20/diff/2026-11-21.csv", "unknown-release", ["2026-11-22", "2026-11-20"]),
        (f"{HERE}.pdf", "unknown-representation", [f"teilnehmende.{each}" for each in MEDIA_TYPES]),
        (f"{HERE}/releases/2026-11-20/diff/2026-11-22.xlsx", "unknown-representation", ["diff/{release}.json", "diff/{release}.csv"]),
    ],
)
def test_what_is_not_there_is_said_with_what_is(client: TestClient, path: str, code: str, allowed: list[str]) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.json()["type"] == f"{BASE_URL}/api#{code}"
    assert answer.json()["allowed"] == allowed


def test_words_that_others_append_to_links_do_no_harm(client: TestClient) -> None:
    assert client.get(f"{HERE}.csv?utm_source=x&fbclid=1").content == client.get(f"{HERE}.csv").content


def test_an_unchanged_answer_asks_the_database_for_the_revision_alone(client: TestClient, statistics: World) -> None:
    etag = client.get(f"{HERE}.csv?alter=60").headers["etag"]
    statements: list[str] = []
    event.listen(statistics.store.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))

    answers = {client.get(f"{HERE}.csv?alter=60", headers={"if-none-match": etag}).status_code for _ in range(100)}

    assert (answers, statements) == ({304}, [])
    client.get(f"{HERE}.csv?alter=u30,60")
    assert statements, "a new question does ask"


def test_a_new_release_is_there_at_once_under_the_old_address(tmp_path: Path) -> None:
    world = installation(tmp_path / "new", [release_of()])
    client = client_of(world)
    before = client.get(f"{HERE}.csv")
    assert client.get(f"{HERE}.csv", headers={"if-none-match": before.headers["etag"]}).status_code == 304

    keep(world, replace(release_of(), name="2026-11-22", number=2, at=AT + timedelta(days=2)))

    after = client.get(f"{HERE}.csv", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200, "the same numbers, but of another release: whoever cites them cites that one"
    assert (after.content, after.headers["etag"] != before.headers["etag"]) == (before.content, True)
    assert client.get(f"{HERE}/releases/2026-11-20.csv").content == before.content
    world.close()


def test_a_demonstration_says_so_and_is_kept_from_search_engines(tmp_path: Path) -> None:
    world = installation(tmp_path / "demo", [release_of(replace(CUBE, demonstration=True))], site(official=True))
    client = client_of(world)

    for path in (HERE, f"{HERE}.csv", f"{HERE}.json", f"{HERE}/releases", f"{HERE}/releases/2026-11-20.csv"):
        assert client.get(path).headers["x-robots-tag"] == "noindex, nofollow", path
    assert client.get(HERE).json()["demonstration"] is True
    assert client.get(API).json()["statistics"][0]["demonstration"] is True
    assert "dataset" not in client.get(HERE).json()["links"]
    world.close()


def test_an_official_statistic_may_be_indexed(tmp_path: Path) -> None:
    world = installation(tmp_path / "official", [release_of()], site(official=True))

    assert "x-robots-tag" not in client_of(world).get(f"{HERE}.csv").headers
    world.close()


def test_statistics_count_in_the_budget_of_a_client(statistics: World) -> None:
    client = client_of(statistics, requests_per_minute=3)
    headers = {"x": "y"}
    client = TestClient(client.app, base_url="http://evil.example", client=("203.0.113.9", 50000))

    codes = [client.get(f"{HERE}.csv", headers=headers).status_code for _ in range(5)]

    assert codes == [200, 200, 200, 429, 429]


def test_an_installation_without_statistics_has_an_empty_list(tmp_path: Path) -> None:
    world = installation(tmp_path / "none", [])

    assert client_of(world).get(API).json() == {"statistics": []}
    assert client_of(world).get(f"{HERE}.csv").status_code == 404
    world.close()


def test_json_and_csv_over_http_are_the_same_numbers(client: TestClient) -> None:
    document = json.loads(client.get(f"{HERE}.json?group_by=halbjahr,ortsbezirk").content)
    lines = rows(client.get(f"{HERE}.csv?group_by=halbjahr,ortsbezirk").text)

    assert [str(each["teilnehmende"] if each["teilnehmende"] is not None else "") for each in document["rows"]] == [
        each["teilnehmende"] for each in lines
    ]


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("bytes=0-3", slice(0, 4)),
        ("bytes=-4", slice(-4, None)),
        ("bytes=4-", slice(4, None)),
        ("bytes=4-999999", slice(4, None)),
        ("bytes=-999999", slice(0, None)),
    ],
)
def test_a_part_of_a_parquet_file_is_sent(client: TestClient, wanted: str, part: slice) -> None:
    whole = client.get(f"{HERE}.parquet")
    first = range(len(whole.content))[part]

    answer = client.get(f"{HERE}.parquet", headers={"range": wanted, "if-range": whole.headers["etag"]})

    assert (answer.status_code, answer.content) == (206, whole.content[part])
    assert answer.headers["content-range"] == f"bytes {first[0]}-{first[-1]}/{len(whole.content)}"
    assert (answer.headers["etag"], answer.headers["content-length"]) == (whole.headers["etag"], str(len(first)))


@pytest.mark.parametrize(
    "headers", [{"range": "bytes=4-1"}, {"range": "bytes=0-1,4-5"}, {"range": "rows=0-1"}, {"range": "bytes=0-1", "if-range": '"other"'}]
)
def test_what_is_no_usable_range_gets_the_whole(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get(f"{HERE}.parquet", headers=headers).content == client.get(f"{HERE}.parquet").content


@pytest.mark.parametrize("wanted", ["bytes=999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused_with_the_size(client: TestClient, wanted: str) -> None:
    size = len(client.get(f"{HERE}.parquet").content)

    answer = client.get(f"{HERE}.parquet", headers={"range": wanted})

    assert (answer.status_code, answer.headers["content-range"], answer.content) == (416, f"bytes */{size}", b"")


def test_forms_that_are_read_as_a_whole_have_no_parts(client: TestClient) -> None:
    assert client.get(f"{HERE}.csv", headers={"range": "bytes=0-3"}).status_code == 200
    assert client.head(f"{HERE}.parquet", headers={"range": "bytes=0-3"}).status_code == 200
