"""Files, as the tools of their readers see them."""

import io
import json
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pytest
from fastapi.testclient import TestClient
from frictionless import Package

from tests.api.web.world import World


def test_csv_is_canonical(client: TestClient) -> None:
    answer = client.get("/datasets/projekte/data.csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="projekte.csv"'
    assert answer.content.startswith(b"id,title,")
    assert "Fahrradstraße" in answer.content.decode("utf-8")


def test_the_german_dialect_is_for_csv_alone(client: TestClient) -> None:
    answer = client.get("/datasets/projekte/data.csv?dialect=excel-de")

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert b";" in answer.content.splitlines()[0]
    assert answer.headers["content-disposition"] == 'attachment; filename="projekte.excel-de.csv"'
    refused = client.get("/datasets/projekte/data.json?dialect=excel-de")
    assert (refused.status_code, refused.json()["parameter"]) == (400, "dialect")
    wrong = client.get("/datasets/projekte/data.csv?dialect=excel-fr")
    assert (wrong.status_code, wrong.json()["allowed"]) == (400, ["excel-de"])


@pytest.mark.parametrize("extension", ["pdf", "geojson", "excel-de.csv", "csv.gz", "%2e%2e"])
def test_a_format_that_is_not_offered_is_refused_with_those_that_are(client: TestClient, extension: str) -> None:
    answer = client.get(f"/datasets/projekte/data.{extension}")

    assert answer.status_code == 404
    assert answer.json()["allowed"] == ["data.csv", "data.json", "data.ndjson", "data.parquet", "data.xlsx"]


def test_json_and_ndjson_hold_the_same_rows(client: TestClient) -> None:
    rows = client.get("/datasets/projekte/data.json").json()
    lines = [json.loads(line) for line in client.get("/datasets/projekte/data.ndjson").text.splitlines()]

    assert rows == lines
    assert len(rows) == 15


def test_duckdb_reads_parquet_and_csv_alike(client: TestClient, tmp_path: Path) -> None:
    for name in ("data.parquet", "data.csv"):
        (tmp_path / name).write_bytes(client.get(f"/datasets/projekte/{name}").content)

    with duckdb.connect() as connection:
        for name in ("data.parquet", "data.csv"):
            counts = connection.execute(f"SELECT count(*), count(DISTINCT id) FROM '{tmp_path / name}'").fetchall()
            assert counts == [(15, 15)], name


def test_excel_reads_the_workbook(client: TestClient) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(client.get("/datasets/projekte/data.xlsx").content))

    first = workbook.worksheets[0]
    assert len(workbook.worksheets) == 3
    assert first.max_row >= 16


def test_the_zip_is_a_valid_data_package(client: TestClient, tmp_path: Path) -> None:
    archive = zipfile.ZipFile(io.BytesIO(client.get("/datasets/projekte.zip").content))
    archive.extractall(tmp_path)

    report = Package(str(tmp_path / "datapackage.json")).validate()

    assert report.valid, report.flatten(["type", "note"])
    assert report.stats["tasks"] == 1


def test_the_data_package_of_a_zip_notices_a_planted_error(client: TestClient, tmp_path: Path) -> None:
    zipfile.ZipFile(io.BytesIO(client.get("/datasets/projekte.zip").content)).extractall(tmp_path)
    data = tmp_path / "data.csv"
    data.write_text(data.read_text(encoding="utf-8").replace("planned", "erfunden"), encoding="utf-8")

    assert not Package(str(tmp_path / "datapackage.json")).validate().valid


def test_files_of_the_data_package_are_those_of_one_edition(client: TestClient) -> None:
    package = client.get("/datasets/projekte/datapackage.json").json()
    resource = package["resources"][0]

    content = client.get(f"/datasets/projekte/{resource['path']}").content

    assert resource["path"] == "editions/3/data.csv"
    assert resource["bytes"] == len(content)
    for each in package["klar:files"]:
        assert client.get(f"/datasets/projekte/{each['path']}").headers["etag"].strip('"') == each["hash"].removeprefix("sha256:")


def test_a_range_is_answered(client: TestClient) -> None:
    whole = client.get("/datasets/projekte/data.parquet").content

    part = client.get("/datasets/projekte/data.parquet", headers={"range": "bytes=0-3"})
    tail = client.get("/datasets/projekte/data.parquet", headers={"range": "bytes=-4"})

    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"PAR1", f"bytes 0-3/{len(whole)}")
    assert (tail.status_code, tail.content) == (206, b"PAR1")


@pytest.mark.parametrize("value", ["bytes=9999999-", "bytes=99999999-99999999"])
def test_a_range_beyond_the_end_is_refused(client: TestClient, value: str) -> None:
    assert client.get("/datasets/projekte/data.parquet", headers={"range": value}).status_code == 416


@pytest.mark.parametrize("value", ["bytes", "rows=1-2", "bytes=a-b", "bytes=", "bytes=" + ",".join(["0-0"] * 200), "bytes=--1"])
def test_an_unreadable_range_is_ignored(client: TestClient, value: str) -> None:
    answer = client.get("/datasets/projekte/data.csv", headers={"range": value})

    assert answer.status_code == 200
    assert answer.content.startswith(b"id,title,")


def test_a_range_of_another_state_gets_the_whole(client: TestClient) -> None:
    answer = client.get("/datasets/projekte/data.parquet", headers={"range": "bytes=0-3", "if-range": '"another"'})

    assert answer.status_code == 200


def test_head_of_a_file_ignores_the_range(client: TestClient) -> None:
    whole = client.get("/datasets/projekte/data.parquet").content
    answer = client.head("/datasets/projekte/data.parquet", headers={"range": "bytes=0-3"})

    assert (answer.status_code, answer.headers["content-length"]) == (200, str(len(whole)))


def test_an_edition_keeps_its_content(client: TestClient) -> None:
    first = client.get("/datasets/projekte/editions/1/data.csv").text
    newest = client.get("/datasets/projekte/editions/3/data.csv")

    assert "einschub" not in first
    assert newest.content == client.get("/datasets/projekte/data.csv").content
    assert newest.headers["last-modified"] == "Sun, 22 Nov 2026 03:00:00 GMT"


@pytest.mark.parametrize("number", ["0", "4", "-1", "x", "1e3", "٣", "9" * 30])
def test_an_edition_that_does_not_exist_is_unknown(client: TestClient, number: str) -> None:
    assert client.get(f"/datasets/projekte/editions/{number}/data.csv").status_code == 404
    assert client.get(f"/datasets/projekte/editions/{number}/diff/1").status_code == 404


def test_differences_name_rows_and_cells(client: TestClient) -> None:
    found = client.get("/datasets/projekte/editions/1/diff/2.json").json()
    lines = client.get("/datasets/projekte/editions/1/diff/2.csv").text

    assert [each["id"] for each in found["added"]] == ["einschub"]
    assert found["counts"] == {"added": 1, "removed": 0, "changed": 1, "provenance_only": 0}
    assert found["changed"][0]["fields"]["status"] == {"before": "running", "after": "completed"}
    assert "changed,theatergarten,status,running,completed" in lines
    assert found == client.get("/datasets/projekte/editions/1/diff/2", headers={"accept": "application/json"}).json()


def test_editions_are_listed_newest_first(client: TestClient, published: World) -> None:
    listed = client.get("/datasets/projekte/editions.json").json()["editions"]

    assert [each["number"] for each in listed] == [3, 2, 1]
    assert listed[0]["sha256"] == published.store.editions("projekte")[0].sha256
