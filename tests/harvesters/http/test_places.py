"""Where a source may lead us: redirects, next-links, names that change their address. Each guard has a run without it."""

import socket
import threading
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpcore2
import pytest

from harvesters.http.address import SourcePolicy, WebAddress
from harvesters.http.faults import Fault, HttpError
from harvesters.http.limits import Budget, Limits
from harvesters.http.network import GuardedBackend
from tests.harvesters.http.servers import Server, head, raw, reply, serving, to
from tests.harvesters.http.test_address import INSIDE, OUTSIDE
from tests.harvesters.http.world import Everything, World, addresses, everywhere, world

CSV = b"id;name\n1;Spielplatz\n"
SECRETS = b"id;role\n1;admin\n"


def refused(source: World, url: str = "", **more: Any) -> HttpError:
    with pytest.raises(HttpError) as caught:
        source.open(**more).get(url)
    assert source.archived == []
    return caught.value


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_own_host_is_followed(status: int, tmp_path: Path) -> None:
    with serving({"/": to("/neu?a=b c", status), "/neu": reply(CSV)}) as server:
        source = world(server.url(), tmp_path)
        payload = source.open().get("")
    assert (payload.content, payload.url) == (CSV, server.url())
    assert server.paths == ["/", "/neu?a=b%20c"]


def test_redirects_in_a_circle_and_without_end_are_cut_off(tmp_path: Path) -> None:
    endless = {f"/{each}": to(f"/{each + 1}") for each in range(100)}
    with serving({"/a": to("/b"), "/b": to("/a"), "/self": to("/self#x"), **endless}) as server:
        for path, sentence in {"/a": "leitet im Kreis", "/self": "leitet im Kreis", "/0": "mehr als 5-mal"}.items():
            error = refused(world(server.url(path), tmp_path))
            assert (error.fault, sentence in error.detail) == (Fault.REDIRECTS, True)
    assert len(server.requests) == 2 + 1 + 6


def test_without_a_count_redirects_would_go_on(tmp_path: Path) -> None:
    endless = {f"/{each}": to(f"/{each + 1}") for each in range(50)}
    with serving({**endless, "/50": reply(CSV)}) as server:
        assert world(server.url("/0"), tmp_path).open(limits=Limits(redirects=1000)).get("").content == CSV


@pytest.mark.parametrize("location", ["", "ftp://127.0.0.1/", "file:///etc/passwd", "http://a:b@127.0.0.1/", "http://[::1/"])
def test_a_redirect_to_nowhere_is_a_fault(location: str, tmp_path: Path) -> None:
    with serving({"/": to(location)}) as server:
        assert refused(world(server.url(), tmp_path)).fault in (Fault.ADDRESS, Fault.BAD_ANSWER)


def test_a_redirect_to_another_host_wants_a_permission(tmp_path: Path) -> None:
    with serving({"*": reply(SECRETS)}) as other, serving({"/": to(other.url("/x"))}) as server:
        error = refused(world(server.url(), tmp_path))
        assert error.fault is Fault.HOST_NOT_PERMITTED
        assert f"leitet zu »127.0.0.1:{other.port}«" in error.detail
        assert other.requests == []
        allowed = world(server.url(), tmp_path, follow_hosts=(f"127.0.0.1:{other.port}",))
        assert allowed.open().get("").content == SECRETS


INNER = ["127.0.0.1", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "localhost"]


@pytest.mark.parametrize("host", INNER)
def test_a_redirect_inside_is_refused_even_where_the_host_may_be_followed(host: str, tmp_path: Path) -> None:
    with serving({"*": reply(SECRETS)}) as inner, serving({"/": to(f"http://{host}:{inner.port}/")}) as server:
        source = world(
            f"http://quelle.example:{server.port}/",
            tmp_path,
            web={"resolver": lambda name, port: ("127.0.0.1",)},
            allow_private=("quelle.example",),
            follow_hosts=(f"{host}:{inner.port}",),
        )
        error = refused(source)
        assert error.fault is Fault.ADDRESS_REFUSED
        assert "eigener Rechner" in error.detail
        assert inner.requests == []


def test_a_redirect_inside_is_refused_because_of_its_host_alone(tmp_path: Path) -> None:
    for host in ("127.0.0.1:1", "169.254.169.254", "[::ffff:127.0.0.1]", "[::1]"):
        with serving({"/": to(f"http://{host}/")}) as server:
            assert refused(world(server.url(), tmp_path)).fault is Fault.HOST_NOT_PERMITTED


@pytest.mark.parametrize("host", INNER)
def test_without_the_guard_the_redirect_inside_would_work(host: str, tmp_path: Path) -> None:
    if host.startswith("[") and not _has_ipv6():
        pytest.skip("no IPv6 on this machine")
    with serving({"*": reply(SECRETS)}) as inner, serving({"/": to(f"http://{host}:{inner.port}/")}) as server:
        source = world(f"http://quelle.example:{server.port}/", tmp_path, web={"resolver": everywhere()}, allow_private=())
        assert source.open(policy=Everything()).get("").content == SECRETS


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            sock.bind(("::ffff:127.0.0.1", 0))
    except OSError:
        return False
    return True


class Dialled:
    """Writes down who would be called, and calls nobody but this machine."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def __call__(self, address: str, port: int, timeout: float) -> httpcore2.NetworkStream:
        self.addresses.append(address)
        if address != "127.0.0.1":
            raise httpcore2.ConnectError("not in a test")
        return httpcore2.SyncBackend().connect_tcp(address, port, timeout=timeout, socket_options=())


def test_the_keys_of_a_cloud_machine_stay_out_of_reach_even_with_allow_private(tmp_path: Path) -> None:
    with serving({"/": to("http://169.254.169.254/latest/meta-data/")}) as server:
        both = {"follow_hosts": ("169.254.169.254",), "allow_private": ("127.0.0.1", "169.254.169.254")}
        guarded, open_ = Dialled(), Dialled()
        error = refused(world(server.url(), tmp_path, web={"dial": guarded}, **both))
        assert error.fault is Fault.ADDRESS_REFUSED
        assert "Netzsegment" in error.detail
        assert set(guarded.addresses) == {"127.0.0.1"}
        # Without the guard the request would leave.
        refused(world(server.url(), tmp_path, web={"dial": open_}, **both), policy=Everything())
        assert "169.254.169.254" in open_.addresses


def test_the_own_host_may_not_lie_inside_without_permission(tmp_path: Path) -> None:
    with serving({"*": reply(SECRETS)}) as server:
        for url in (server.url(), server.url(host="quelle.example")):
            error = refused(world(url, tmp_path, web={"resolver": everywhere()}, allow_private=()))
            assert error.fault is Fault.ADDRESS_REFUSED
    assert server.lines == []


def test_permission_to_reach_inside_is_none_to_follow(tmp_path: Path) -> None:
    with serving({"*": reply(SECRETS)}) as inner, serving({"/": to(inner.url())}) as server:
        source = world(server.url(), tmp_path, allow_private=("127.0.0.1", f"127.0.0.1:{inner.port}"))
        assert refused(source).fault is Fault.HOST_NOT_PERMITTED


def test_https_never_becomes_http(tmp_path: Path) -> None:
    source = world("https://quelle.example/", tmp_path)
    with pytest.raises(HttpError, match="unverschlüsselte Adresse") as caught:
        source.open().get("http://quelle.example/x")
    assert caught.value.fault is Fault.DOWNGRADE
    with pytest.raises(HttpError, match="unverschlüsselte Adresse"):
        source.open().follow("http://quelle.example/seite/2", base="https://quelle.example/seite/1")


def test_a_host_with_a_public_and_a_private_address_is_reached_by_the_public_one_only(tmp_path: Path) -> None:
    dialled = Dialled()
    resolver = addresses(("10.0.0.1", "93.184.216.34", "fd00::1"))
    error = refused(world("http://quelle.example/", tmp_path, web={"resolver": resolver, "dial": dialled}))
    assert error.fault is Fault.UNREACHABLE
    assert set(dialled.addresses) == {"93.184.216.34"}


def test_a_name_that_changes_its_address_between_two_requests_is_judged_again(tmp_path: Path) -> None:
    """The connection of the first request is gone; the second one must not reach the machine's own keys."""
    closing = raw(head(200, {"Content-Length": str(len(CSV)), "Connection": "close"}), CSV)
    with serving({"*": closing}) as server:
        dialled = Dialled()
        resolver = addresses(("127.0.0.1",), ("169.254.169.254",))
        url = f"http://quelle.example:{server.port}/"
        source = world(url, tmp_path, web={"resolver": resolver, "dial": dialled}, allow_private=("quelle.example",))
        fetch = source.open()
        fetch.get("/1")
        with pytest.raises(HttpError) as caught:
            fetch.get("/2")
    assert caught.value.fault is Fault.ADDRESS_REFUSED
    assert dialled.addresses == ["127.0.0.1"]


class Called(httpcore2.NetworkStream):
    """A connection that says whom it reached."""

    def __init__(self, address: str) -> None:
        self.address = address

    def get_extra_info(self, info: str) -> Any:
        return (self.address, 80)

    def close(self) -> None:
        pass


class Rebinding:
    """A name server with a short memory: first a public address for the check, then the inner one for the connection."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, host: str, port: int) -> tuple[str, ...]:
        self.asked += 1
        return ("93.184.216.34",) if self.asked == 1 else ("127.0.0.1",)


class CheckedThenConnected(httpcore2.NetworkBackend):
    """How it is often done: look up, judge, and then let the library look up once more."""

    def __init__(self, guarded: GuardedBackend, resolver: Rebinding) -> None:
        self._guarded = guarded
        self._resolver = resolver

    def connect_tcp(self, host: str, port: int, *rest: Any, **more: Any) -> httpcore2.NetworkStream:
        self._guarded.permitted(host, port, within=1)
        return httpcore2.SyncBackend().connect_tcp(self._resolver(host, port)[0], port, timeout=1, socket_options=())


def _guarded(resolver: Any, dialled: list[str], peer: str = "") -> GuardedBackend:
    def dial(address: str, port: int, timeout: float) -> httpcore2.NetworkStream:
        dialled.append(address)
        return Called(peer or address)

    budget = Budget(Limits())
    budget.start(float("inf"))
    return GuardedBackend(SourcePolicy(WebAddress.parse("http://quelle.example/")), budget, resolver=resolver, dial=dial)


def test_dns_rebinding_finds_no_second_look_up_to_answer() -> None:
    resolver, dialled = Rebinding(), list[str]()
    _guarded(resolver, dialled).connect_tcp("quelle.example", 80, timeout=1)
    assert (resolver.asked, dialled) == (1, ["93.184.216.34"])
    with pytest.raises(HttpError) as caught:  # and whoever connects again is judged again
        _guarded(resolver, dialled).connect_tcp("quelle.example", 80, timeout=1)
    assert (caught.value.fault, dialled) == (Fault.ADDRESS_REFUSED, ["93.184.216.34"])


def test_dns_rebinding_works_against_a_check_before_the_connection() -> None:
    with serving({"*": reply(SECRETS)}) as inner:
        resolver = Rebinding()
        naive = CheckedThenConnected(_guarded(resolver, []), resolver)
        with httpcore2.ConnectionPool(network_backend=naive) as pool:
            answer = pool.request("GET", f"http://quelle.example:{inner.port}/")
    assert answer.content == SECRETS


@pytest.mark.parametrize("address", [each for each in INSIDE if "%" not in each])
def test_a_name_for_any_special_address_is_not_dialled(address: str) -> None:
    """Judged where the connection is made, whatever the name looks like."""
    for host in ("quelle.example", address):
        dialled = list[str]()
        with pytest.raises(HttpError) as caught:
            _guarded(addresses((address,)), dialled).connect_tcp(host, 80, timeout=1)
        assert (caught.value.fault, dialled) == (Fault.ADDRESS_REFUSED, [])


@pytest.mark.parametrize("address", OUTSIDE)
def test_a_name_for_a_public_address_is_dialled(address: str) -> None:
    dialled = list[str]()
    _guarded(addresses((address,)), dialled).connect_tcp("quelle.example", 80, timeout=1)
    assert dialled == [str(ip_address(address))]


def test_whoever_picks_up_at_another_address_is_hung_up_on() -> None:
    with pytest.raises(HttpError, match="anderen Adresse als der geprüften"):
        _guarded(addresses(("93.184.216.34",)), [], peer="127.0.0.1").connect_tcp("quelle.example", 80, timeout=1)


def test_a_name_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    over = threading.Event()

    def silent(host: str, port: int) -> Iterable[str]:
        over.wait(5)
        return ()

    try:
        error = refused(world("http://quelle.example/", tmp_path, web={"resolver": silent}), limits=Limits(connect=0.1, attempts=1))
    finally:
        over.set()
    assert error.fault is Fault.UNREACHABLE


def test_a_name_nobody_knows_is_a_fault(tmp_path: Path) -> None:
    def unknown(host: str, port: int) -> Iterable[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert "gibt es nicht" in refused(world("http://quelle.example/", tmp_path, web={"resolver": unknown})).detail


@pytest.fixture
def proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> Iterable[Server]:
    with serving({"*": reply(SECRETS)}) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        monkeypatch.delenv("no_proxy", raising=False)
        yield proxy


def test_proxies_in_the_environment_are_ignored(proxy_of_the_environment: Server, tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as server:
        assert world(server.url(), tmp_path).open().get("").content == CSV
    assert proxy_of_the_environment.lines == []


def test_a_configured_proxy_is_used(tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as proxy:
        web = {"proxy": proxy.url(), "resolver": addresses(("93.184.216.34",))}
        assert world("http://quelle.example/a", tmp_path, web=web, allow_private=()).open().get("").content == CSV
    assert proxy.paths == ["http://quelle.example:80/a"] or proxy.paths == ["http://quelle.example/a"]


def test_a_proxy_is_no_way_inside(tmp_path: Path) -> None:
    with serving({"*": reply(SECRETS)}) as proxy:
        for url in ("http://127.0.0.1/", "http://169.254.169.254/", "http://quelle.example/"):
            web = {"proxy": proxy.url(), "resolver": addresses(("10.0.0.1",))}
            assert refused(world(url, tmp_path, web=web, allow_private=())).fault is Fault.ADDRESS_REFUSED
    assert proxy.lines == []
