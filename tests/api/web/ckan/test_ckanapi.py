"""The real ckanapi, as a library and as the command people use, against klar (compat.md, sections 1, 3 and 7)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import ckanapi
import pytest
import requests

from tests.api.web.ckan.conftest import Portal

NAMES = ["berichtete-zahlen", "beteiligungsverfahren", "messstellen", "projekte", "veranstaltungen"]


def _remote(portal: Portal, *, get_only: bool = False) -> ckanapi.RemoteCKAN:
    return ckanapi.RemoteCKAN(portal.address, user_agent="klar tests", get_only=get_only)


def _command(*arguments: str) -> str:
    executable = Path(sys.executable).with_name("ckanapi")
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    environment["PATH"] = f"{executable.parent}{os.pathsep}{environment.get('PATH', '')}"  # it starts itself again, by name
    done = subprocess.run([str(executable), *arguments], capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _lines(text: str) -> list[dict[str, object]]:
    return [json.loads(each) for each in text.splitlines()]


@pytest.mark.parametrize("get_only", [False, True])
def test_the_library_reads(portal: Portal, get_only: bool) -> None:
    with _remote(portal, get_only=get_only) as remote:
        assert remote.action.package_list() == NAMES
        shown = remote.action.package_show(id="projekte", include_datasets=False, include_password_hash=True, include_users=False)
        assert remote.action.package_show(id=shown["id"]) == shown
        assert shown["organization"]["name"] == "stadt-kaiserslautern"
        assert remote.action.package_search(q="Theatergarten", rows=5)["results"][0]["name"] == "projekte"
        assert remote.action.organization_show(id=shown["owner_org"])["package_count"] == 5
        (resource,) = [each for each in shown["resources"] if each["format"] == "CSV"]
        assert remote.action.resource_show(id=resource["id"]) == resource


def test_errors_are_the_exceptions_that_the_library_knows(portal: Portal) -> None:
    with _remote(portal) as remote:
        with pytest.raises(ckanapi.NotFound):
            remote.action.package_show(id="gibt-es-nicht")
        with pytest.raises(ckanapi.ValidationError) as missing:
            remote.action.package_show()
        assert missing.value.error_dict["id"] == ["Missing value"]
        with pytest.raises(ckanapi.SearchQueryError):
            remote.action.package_search(fq="organization:(offen")
        with pytest.raises(ckanapi.NotAuthorized):
            remote.action.package_create(name="neu")
        with pytest.raises(ckanapi.CKANAPIError, match="Action name not known: nirgends"):
            remote.action.nirgends()


def test_what_is_no_json_object_is_told_in_a_text(portal: Portal) -> None:
    for body in (b"{", b"[1]", b'"a"', b"\xff"):
        answer = requests.post(
            f"{portal.address}/api/action/package_list", data=body, headers={"content-type": "application/json"}, timeout=10
        )

        assert answer.status_code == 400
        assert answer.json().startswith("Bad request: ")


def test_both_routes_and_all_ways_to_pass_arguments_give_the_same(portal: Portal) -> None:
    wanted = {"id": "projekte", "include_private": "False"}
    answers = [
        requests.get(f"{portal.address}{prefix}/package_show", params=wanted, timeout=10) for prefix in ("/api/action", "/api/3/action")
    ]
    address = f"{portal.address}/api/3/action/package_show"
    answers += [
        requests.post(address, json=wanted, timeout=10),
        requests.post(address, data=wanted, timeout=10),
        requests.post(address, files={name: (None, value) for name, value in wanted.items()}, timeout=10),
    ]

    assert {each.status_code for each in answers} == {200}
    assert {each.content for each in answers} == {answers[0].content}
    assert answers[0].headers["content-type"] == "application/json;charset=utf-8"


def test_dump_writes_every_data_set_once(portal: Portal, tmp_path: Path) -> None:
    for flags in ([], ["-g"], ["-d"], ["-R"]):
        dumped = _lines(_command("dump", "datasets", "--all", "-r", portal.address, *flags))

        assert [each["name"] for each in dumped] == NAMES
    assert [each["name"] for each in _lines(_command("dump", "organizations", "--all", "-r", portal.address))] == ["stadt-kaiserslautern"]
    assert len(_lines(_command("dump", "groups", "--all", "-r", portal.address))) == 13


def test_dump_with_files_downloads_what_the_catalogue_says(portal: Portal, tmp_path: Path) -> None:
    _command("dump", "datasets", "projekte", "-D", str(tmp_path / "dump"), "-r", portal.address)

    folder = tmp_path / "dump" / "projekte"
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["name"] == "projekte"
    files = {path.suffix: path for path in (folder / "data").iterdir()}
    assert set(files) == {".csv", ".json", ".ndjson", ".xlsx", ".parquet"}
    # ckanapi 4.11 downloads the last file under each of these names; that one is whole.
    published = requests.get(f"{portal.address}/datasets/projekte/data.parquet", timeout=10).content
    assert files[".parquet"].read_bytes() == published


def test_search_and_action_commands(portal: Portal) -> None:
    assert sorted(str(each["name"]) for each in _lines(_command("search", "datasets", "-r", portal.address))) == NAMES
    found = _lines(_command("search", "datasets", "q=Theatergarten", "fq=groups:gove", "rows:1", "-r", portal.address))
    assert [each["name"] for each in found] == ["projekte"]
    status = json.loads(_command("action", "status_show", "-r", portal.address))
    assert status["site_url"] == portal.address
    assert "Offene Daten, herausgegeben von: " in status["site_description"]


def test_the_table_of_a_resource_is_asked_by_filter_words_and_page(portal: Portal) -> None:
    with _remote(portal) as remote:
        package = remote.action.package_show(id="projekte")
        resource = next(each["id"] for each in package["resources"] if each["format"] == "CSV")
        everything = remote.action.datastore_search(id=resource, limit="32000")
        planned = remote.action.datastore_search(
            resource_id=resource, filters={"status": ["planned"]}, fields=["id", "status"], sort="id desc"
        )
        words = remote.action.datastore_search(resource_id=resource, q="theatergarten")

    assert everything["total"] == 15
    assert everything["fields"][0] == {"id": "_id", "type": "int"}
    assert {each["status"] for each in planned["records"]} == {"planned"}
    assert [each["id"] for each in planned["records"]][:2] == ["vorhaben-11", "vorhaben-10"]
    assert [each["id"] for each in words["records"]] == ["theatergarten"]


@pytest.mark.parametrize("poison", ["1; DROP TABLE row", "' OR '1'='1", '"', "id) UNION SELECT * FROM read_csv('/etc/passwd') --"])
def test_no_argument_is_ever_sql(portal: Portal, poison: str) -> None:
    with _remote(portal) as remote:
        resource = remote.action.package_show(id="projekte")["resources"][0]["id"]
        for wanted in ({"sort": poison}, {"fields": [poison]}, {"filters": {poison: "1"}}, {"filters": {"id": poison}}, {"q": poison}):
            try:
                found = remote.action.datastore_search(resource_id=resource, **wanted)
            except ckanapi.ValidationError:
                continue
            assert found["total"] < 15  # a sign is looked for, and what it asks for is not done


def test_many_calls_over_one_connection(portal: Portal) -> None:
    with requests.Session() as session:
        for _ in range(300):
            assert session.get(f"{portal.address}/api/3/action/package_show?id=projekte", timeout=10).json()["success"]
