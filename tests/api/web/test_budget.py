"""One client cannot take the service from the others."""

from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.web.app import create_app
from api.web.budget import WINDOW, Accounts, Budget, client_of
from tests.api.web.conftest import BROWSER
from tests.api.web.world import World


@dataclass
class Now:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


def _client(world: World, address: str, **limits: object) -> TestClient:
    return TestClient(create_app(world.services(**limits)), base_url="http://daten.example", client=(address, 40000))


def test_who_asks_too_often_is_told_when_to_come_back(published: World) -> None:
    client = _client(published, "203.0.113.7", requests_per_minute=3)

    answers = [client.get("/api/v1/datasets") for _ in range(4)]

    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    refused = answers[-1]
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.json()["type"].endswith("#too-many-requests")
    assert refused.headers["access-control-allow-origin"] == "*"
    assert "Zu viele Anfragen" in client.get("/datasets", headers=BROWSER).text


def test_others_do_not_notice(published: World) -> None:
    app = create_app(published.services(requests_per_minute=2))
    greedy = TestClient(app, client=("203.0.113.7", 1))
    other = TestClient(app, client=("203.0.113.8", 1))
    for _ in range(5):
        greedy.get("/api/v1/datasets")

    assert greedy.get("/api/v1/datasets").status_code == 429
    assert other.get("/api/v1/datasets").status_code == 200


def test_what_has_not_changed_is_free(published: World) -> None:
    client = _client(published, "203.0.113.7", requests_per_minute=2)
    etag = client.get("/catalog.ttl").headers["etag"]

    polled = [client.get("/catalog.ttl", headers={"if-none-match": etag}).status_code for _ in range(20)]

    assert polled == [304] * 20
    assert client.get("/catalog.ttl").status_code == 200
    assert client.get("/catalog.ttl", headers={"if-none-match": etag}).status_code == 429  # 304s are free, but not after the rest


def test_this_machine_has_no_budget(published: World) -> None:
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        client = _client(published, address, requests_per_minute=1)

        assert [client.get("/api/v1/config").status_code for _ in range(5)] == [200] * 5


def test_the_limits_are_public(client: TestClient) -> None:
    assert client.get("/api/v1/config").json()["limits"] == {
        "requests_per_minute": 600,
        "engine_seconds_per_minute": 20.0,
        "rows": {"per_page": 100, "most_per_page": 1000, "values_per_filter": 1000},
        "exports": {"rows": None, "at_once": 3, "at_once_for_all": 24},
    }


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002"),
        ("fe80::1%eth0", "fe80:0000:0000:0000"),
        ("127.0.0.1", ""),
        ("testclient", ""),
    ],
)
def test_a_client_is_an_address_or_a_network(address: str, client: str) -> None:
    assert client_of({"client": (address, 1)}) == client


def test_a_server_without_a_peer_address_asks_for_no_budget() -> None:
    assert client_of({"client": None}) == ""


def test_expensive_answers_use_up_the_seconds() -> None:
    now = Now()
    accounts = Accounts(Budget(requests=1000, engine_seconds=20), now)

    accounts.charge("a", requests=1, seconds=30)

    assert accounts.wait("a") == pytest.approx(30)  # ten seconds too many, at 20 a minute
    now.seconds += 30
    assert accounts.wait("a") == 0


@given(
    asked=st.lists(st.tuples(st.floats(0, 5), st.sampled_from("ab")), max_size=400),
    limit=st.integers(1, 20),
)
def test_nobody_ever_gets_more_than_the_burst_and_the_rate(asked: list[tuple[float, str]], limit: int) -> None:
    now = Now()
    accounts = Accounts(Budget(requests=limit, engine_seconds=1000), now)
    given_to: dict[str, list[float]] = {"a": [], "b": []}

    for pause, client in asked:
        now.seconds += pause
        if accounts.wait(client) == 0:
            accounts.charge(client, requests=1, seconds=0)
            given_to[client].append(now.seconds)

    for times in given_to.values():
        for index, start in enumerate(times):
            in_window = sum(start <= each < start + WINDOW for each in times[index:])
            assert in_window <= 2 * limit + 1  # a full bucket, and what flows in meanwhile


def test_quiet_clients_are_forgotten() -> None:
    now = Now()
    accounts = Accounts(Budget(requests=10, engine_seconds=10), now)
    for number in range(100):
        accounts.charge(str(number), requests=1, seconds=0)
    now.seconds += WINDOW + 1

    accounts.wait("new")

    assert list(accounts._accounts) == ["new"]
