"""Errors: for browsers a page, for programs problem+json."""

from typing import get_args
from urllib.parse import quote, urlencode

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from api.web.errors import problem_response
from api.web.parameters import CODES, FormatCode, KindCode, LicenceCode, ThemeCode
from api.web.problems import ALL_KINDS, problem_from
from api.web.web import web_from
from catalog.database import Unreachable
from schemas import errors
from schemas.errors import Busy, KlarError, Unwritable
from tests.api.web.conftest import BROWSER
from tests.api.web.world import BASE_URL, World


def test_a_problem_names_the_parameter_and_what_is_allowed(client: TestClient) -> None:
    answer = client.get("/api/v1/datasets?theme=WETTER")
    problem = answer.json()

    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert problem["type"] == f"{BASE_URL}/api#invalid-parameter"
    assert problem["status"] == 400
    assert problem["parameter"] == "theme"
    assert problem["allowed"] == sorted(CODES["theme"])
    assert "„theme“" in problem["detail"]
    assert "ENVI" in problem["detail"]


def test_every_wrong_parameter_is_listed(client: TestClient) -> None:
    problem = client.get("/api/v1/datasets?theme=WETTER&page=0&colour=red").json()

    assert {each["parameter"] for each in problem["errors"]} == {"theme", "page", "colour"}


def test_english_is_spoken_where_it_is_asked_for(client: TestClient) -> None:
    german = client.get("/api/v1/datasets/nowhere").json()
    english = client.get("/api/v1/datasets/nowhere", headers={"accept-language": "en-GB, en;q=0.9, de;q=0.1"}).json()
    page = client.get("/en/datasets/nowhere", headers=BROWSER).text

    assert german["title"] == "Diesen Datensatz gibt es nicht"
    assert english["title"] == "There is no such data set"
    assert "There is no such data set" in page


def test_a_browser_gets_a_page_and_the_api_never_gives_one(client: TestClient) -> None:
    page = client.get("/datasets/nowhere", headers=BROWSER)
    api = client.get("/api/v1/datasets/nowhere", headers=BROWSER)

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>Diesen Datensatz gibt es nicht</h1>" in page.text
    assert 'rel="canonical"' not in page.text
    assert api.headers["content-type"] == "application/problem+json"


def test_the_page_of_a_refused_parameter_lists_what_is_allowed(client: TestClient) -> None:
    page = client.get("/datasets?sort=farbe", headers=BROWSER)

    assert page.status_code == 400
    assert "relevance, updated, title" in page.text


def test_errors_are_not_kept_by_caches(client: TestClient) -> None:
    assert client.get("/datasets/nowhere").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("kind", [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, KlarError)])
def test_every_error_of_ours_has_a_status(kind: type[KlarError]) -> None:
    error = kind("x", reason="r", at="2026-01-01T00:00:00+00:00") if kind is errors.Gone else kind("x")

    problem = problem_from(error)

    assert problem.status in (404, 410, 500, 503)
    assert problem.title.en


def test_statuses_are_what_harvesters_expect() -> None:
    statuses = {each.code: each.status for each in ALL_KINDS}

    assert statuses["unknown-dataset"] == 404
    assert statuses["gone"] == 410
    assert statuses["not-ready"] == 503
    assert problem_from(Busy()).status == 503
    assert problem_from(Unwritable()).status == problem_from(Unreachable()).status == 503
    assert problem_from(PermissionError("no")).status == 503
    assert problem_from(ZeroDivisionError("secret")).status == 500


def test_what_nobody_foresaw_tells_nothing_about_itself(published: World) -> None:
    request = Request({"type": "http", "method": "GET", "path": "/api/v1/datasets", "headers": [], "query_string": b""})

    answer = problem_response(web_from(published.services()), request, ZeroDivisionError("secret"))

    assert answer.status_code == 500
    assert b"secret" not in answer.body
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_parameter_values_are_the_codes_of_the_domain() -> None:
    assert set(get_args(ThemeCode)) == set(CODES["theme"])
    assert set(get_args(FormatCode)) == set(CODES["format"])
    assert set(get_args(LicenceCode)) == set(CODES["license"])
    assert set(get_args(KindCode)) == set(CODES["type"])


_NAMES = st.sampled_from(
    ["q", "theme", "type", "format", "license", "updated", "sort", "page", "limit", "since", "dialect", "x", "\0", "'"]
)
_VALUES = st.one_of(
    st.text(max_size=40), st.sampled_from(["1", "-1", "ENVI", "csv", "'; DROP TABLE dataset;--", "<script>", '"*~^:[', "\ud7ff"])
)
_PATHS = st.sampled_from(
    ["/datasets", "/en/datasets", "/api/v1/datasets", "/catalog.ttl", "/api/v1/changes", "/datasets/projekte/data.csv"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=_PATHS, query=st.lists(st.tuples(_NAMES, _VALUES), max_size=5))
def test_no_query_string_breaks_an_address(client: TestClient, path: str, query: list[tuple[str, str]]) -> None:
    answer = client.get(f"{path}?{urlencode(query)}", headers=BROWSER)

    assert answer.status_code in (200, 400, 404), (path, query)
    assert "<script>" not in answer.text or "html" not in answer.headers["content-type"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=60))
def test_whatever_is_searched_for_is_shown_as_text(client: TestClient, words: str) -> None:
    answer = client.get("/datasets", params={"q": words}, headers=BROWSER)

    assert answer.status_code == 200
    assert "<script" not in answer.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tail=st.text(alphabet=st.characters(blacklist_categories=["Cs"]), max_size=40))
def test_no_path_breaks_the_application(client: TestClient, tail: str) -> None:
    for prefix in ("/datasets/", "/static/", "/catalog.", "/datasets/projekte/data.", "/datasets/projekte/editions/1/diff/"):
        assert client.get(prefix + quote(tail)).status_code in (200, 404), prefix
