"""The description of the interface, and that it is true."""

from fastapi.testclient import TestClient

from api.web.openapi import OPERATIONS
from tests.api.web.conftest import BROWSER
from tests.api.web.world import BASE_URL, World


def test_it_is_openapi_3_1_and_names_every_operation(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    operations = [each for methods in document["paths"].values() for each in methods.values()]

    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": BASE_URL}]
    assert sorted(each["operationId"] for each in operations) == sorted(OPERATIONS)
    assert all({"200", "default"} <= set(each["responses"]) for each in operations)
    assert "422" not in str([each["responses"] for each in operations])


def test_every_parameter_is_described_in_both_languages(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()

    for methods in document["paths"].values():
        for each in methods["get"].get("parameters", ()):
            assert each["description"], each
            assert each.get("x-en") or each["schema"].get("x-en"), each


def test_nothing_of_fastapis_own_pages_is_left(client: TestClient) -> None:
    for path in ("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"):
        assert client.get(path).status_code == 404


def test_the_documentation_names_every_address_parameter_and_error(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    for page in (client.get("/api", headers=BROWSER).text, client.get("/en/api", headers=BROWSER).text):
        for path, methods in document["paths"].items():
            assert f"<code>{path}</code>" in page
            for each in methods["get"].get("parameters", ()):
                assert f"<code>{each['name']}</code>" in page
        assert 'id="unknown-parameter"' in page
        assert 'id="gone"' in page


def test_config_tells_about_the_installation_and_nothing_secret(client: TestClient, published: World) -> None:
    answer = client.get("/api/v1/config")

    assert answer.json()["official"] is False
    assert answer.json()["feed"] == {"url": f"{BASE_URL}/catalog.rdf", "page_size": 100}
    assert str(published.folder) not in answer.text
