"""`[http] proxy`: everything goes through it and nothing around it; what is not permitted stays so."""

import logging
import shutil
import socket
import ssl
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harvesters.http.faults import Fault, HttpError
from harvesters.http.limits import Limits
from harvesters.http.proxy import is_inner_name, proxy_from
from schemas.errors import ConfigurationError
from tests.harvesters.http.proxies import ProxyServer, proxying
from tests.harvesters.http.servers import Server, reply, serving, to
from tests.harvesters.http.test_tls import certificate as certificate
from tests.harvesters.http.test_tls import server_context
from tests.harvesters.http.world import World, addresses, world

CSV = b"id;name\n1;Spielplatz\n"
LOGIN = "stadt:kanarienVogel4711"
OUTSIDE = addresses(("93.184.216.34",))
with_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="https through a proxy is not tested: there is no openssl command to make a certificate"
)


def unknown_name(host: str, port: int) -> Sequence[str]:
    raise socket.gaierror(socket.EAI_NONAME, "unknown")


def behind(proxy: ProxyServer, url: str, folder: Path, *, login: str = "", resolver: Any = OUTSIDE, **options: Any) -> World:
    """A source that reaches nothing but through the proxy."""
    file = None
    if login:
        file = folder / "proxy-login"
        file.write_text(f"{login}\n")
    web = {"proxy": proxy.url, "proxy_login": file, "resolver": resolver, **options.pop("web", {})}
    return world(url, folder, web=web, **({"allow_private": ()} | options))


def refused(source: World, **more: Any) -> HttpError:
    with pytest.raises(HttpError) as caught:
        source.open(**more).get("")
    assert source.archived == []
    return caught.value


def test_http_goes_through_the_proxy_with_its_whole_address(tmp_path: Path) -> None:
    with serving({"/a": reply(CSV)}) as server, proxying({"quelle.example": server.port}) as proxy:
        assert behind(proxy, "http://quelle.example/a?b=1", tmp_path).open().get("").content == CSV
    assert proxy.targets == ["http://quelle.example:80/a?b=1"]
    assert server.requests[0].headers["host"] == "quelle.example"


def tls_source(proxy: ProxyServer, server: Server, folder: Path, trusting: Path | None, **options: Any) -> World:
    context = ssl.create_default_context(cafile=str(trusting / "cert.pem") if trusting else None)
    return behind(proxy, "https://quelle.example/a", folder, web={"ssl_context": context}, **options)


@with_openssl
def test_https_goes_through_a_tunnel_and_the_certificate_is_that_of_the_source(certificate: Path, tmp_path: Path) -> None:
    with (
        serving({"*": reply(CSV)}, ssl_context=server_context(certificate)) as server,
        proxying({"quelle.example": server.port}) as proxy,
    ):
        fetch = tls_source(proxy, server, tmp_path, certificate).open()
        assert [fetch.get(f"/{each}").content for each in range(2)] == [CSV, CSV]
    assert proxy.targets == ["quelle.example:443"]  # one tunnel for both; the proxy sees no path


@with_openssl
def test_a_proxy_that_answers_in_the_sources_name_is_noticed(certificate: Path, tmp_path: Path) -> None:
    """It has no certificate that anybody here trusts."""
    with (
        serving({"*": reply(CSV)}, ssl_context=server_context(certificate)) as server,
        proxying({"quelle.example": server.port}) as proxy,
    ):
        error = refused(tls_source(proxy, server, tmp_path, None))
    assert (error.fault, server.requests) == (Fault.CERTIFICATE, [])


@with_openssl
def test_the_login_is_said_to_the_proxy_and_to_nobody_else(certificate: Path, tmp_path: Path) -> None:
    with (
        serving({"*": reply(CSV)}, ssl_context=server_context(certificate)) as safe,
        serving({"*": reply(CSV)}) as plain,
        proxying({"quelle.example": safe.port, "offen.example": plain.port}, login=LOGIN) as proxy,
    ):
        assert tls_source(proxy, safe, tmp_path, certificate, login=LOGIN).open().get("").content == CSV
        assert behind(proxy, "http://offen.example/", tmp_path, login=LOGIN).open().get("").content == CSV
    assert ["proxy-authorization" in each.headers for each in (*safe.requests, *plain.requests)] == [False, False]


@with_openssl
def test_the_token_of_a_source_stays_inside_the_tunnel(certificate: Path, tmp_path: Path) -> None:
    with (
        serving({"*": reply(CSV)}, ssl_context=server_context(certificate)) as server,
        proxying({"quelle.example": server.port}) as proxy,
    ):
        context = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
        web = {"environ": {"T": "kanarienVogel4711"}, "ssl_context": context}
        behind(proxy, "https://quelle.example/a", tmp_path, web=web, token_env="T").open().get("")
    assert server.requests[0].headers["authorization"] == "Bearer kanarienVogel4711"
    assert "kanarien" not in str(proxy.requests)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_without_login_the_proxy_says_what_is_missing(scheme: str, tmp_path: Path) -> None:
    with proxying({}, login=LOGIN) as proxy:
        error = refused(behind(proxy, f"{scheme}://quelle.example/", tmp_path))
    assert error.fault is Fault.FORBIDDEN
    assert "Der Proxy verlangt eine Anmeldung (407)" in error.detail
    assert "proxy_login_file" in error.detail
    assert len(proxy.requests) == 1  # not tried again


@pytest.mark.parametrize(
    ("status", "fault", "sentence"),
    [(403, Fault.FORBIDDEN, "erlaubt diese Adresse nicht"), (502, Fault.UNREACHABLE, "kommt nicht zu dieser Adresse")],
)
def test_a_tunnel_that_is_refused_is_said(status: int, fault: Fault, sentence: str, tmp_path: Path) -> None:
    with proxying({}, refuses=status) as proxy:
        error = refused(behind(proxy, "https://quelle.example/", tmp_path))
    assert (error.fault, sentence in error.detail) == (fault, True)


def test_a_proxy_that_is_not_there_is_named(tmp_path: Path) -> None:
    with proxying({}) as proxy:
        pass
    for scheme in ("http", "https"):
        error = refused(behind(proxy, f"{scheme}://quelle.example/", tmp_path))
        assert error.fault is Fault.UNREACHABLE
        assert f"Über den Proxy »127.0.0.1:{proxy.port}« kommt keine Verbindung zustande" in error.detail


def test_a_proxy_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        proxy = ProxyServer({}, port=silent.getsockname()[1])
        for scheme in ("http", "https"):
            error = refused(behind(proxy, f"{scheme}://quelle.example/", tmp_path), limits=Limits(connect=0.2, read=0.2, attempts=1))
            assert error.fault in (Fault.READ_TIMEOUT, Fault.UNREACHABLE)


# --- the address check holds -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]", "[::1]", "2130706433", "quelle.example"])
def test_the_proxy_is_never_asked_for_what_lies_inside(host: str, scheme: str, tmp_path: Path) -> None:
    """The last one is a name for an inner address."""
    with proxying({}) as proxy:
        source = behind(proxy, f"{scheme}://{host}/", tmp_path, resolver=addresses(("10.0.0.1",)))
        assert refused(source).fault is Fault.ADDRESS_REFUSED
    assert proxy.requests == []


def test_a_redirect_inside_is_refused_behind_a_proxy_too(tmp_path: Path) -> None:
    routes = {"/": to("http://169.254.169.254/latest/meta-data/"), "/own": to("http://innen.example/")}
    with serving(routes) as server, proxying({"quelle.example": server.port, "innen.example": server.port}) as proxy:
        hosts = ("169.254.169.254", "innen.example")
        resolver: Any = lambda host, port: ("10.0.0.1",) if host == "innen.example" else ("93.184.216.34",)  # noqa: E731  # a table
        for path in routes:
            source = behind(proxy, f"http://quelle.example{path}", tmp_path, follow_hosts=hosts, resolver=resolver)
            assert refused(source).fault is Fault.ADDRESS_REFUSED
    assert all("quelle.example" in each for each in proxy.targets)


def test_the_proxy_itself_is_no_target(tmp_path: Path) -> None:
    """Its own pages lie inside. As the place to connect to it is trusted, as an address of a source it is not."""
    with serving({"*": reply(CSV)}) as server, proxying({"quelle.example": server.port, "127.0.0.1": server.port}) as proxy:
        error = refused(behind(proxy, f"{proxy.url}/", tmp_path))
    assert error.fault is Fault.ADDRESS_REFUSED
    assert proxy.requests == []


def test_a_name_that_only_the_proxy_can_resolve_is_left_to_it(tmp_path: Path) -> None:
    asked: list[str] = []

    def resolver(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ("127.0.0.1",) if host == "127.0.0.1" else unknown_name(host, port)

    with serving({"*": reply(CSV)}) as server, proxying({"quelle.example": server.port}) as proxy:
        fetch = behind(proxy, "http://quelle.example/", tmp_path, resolver=resolver).open()
        assert [fetch.get(f"/{each}").content for each in range(3)] == [CSV] * 3
    assert asked.count("quelle.example") == 1  # a name server that is silent costs its time once


@pytest.mark.parametrize("host", ["metadata.google.internal", "drucker.local", "intranet", "nas.fritz.lan", "x.localhost", "a.home.arpa"])
def test_a_name_that_can_only_lie_inside_is_refused_without_knowing_its_address(host: str, tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as server, proxying({host: server.port}) as proxy:
        error = refused(behind(proxy, f"http://{host}/", tmp_path, resolver=unknown_name))
        assert error.fault is Fault.ADDRESS_REFUSED
        assert "allow_private" in error.detail
        assert proxy.requests == []
        allowed = behind(proxy, f"http://{host}/", tmp_path, resolver=unknown_name, allow_private=(host,))
        assert allowed.open().get("").content == CSV


def test_names_of_the_public_name_system_are_no_inner_names() -> None:
    for each in ("kaiserslautern.de", "local.example.org", "internal-affairs.example", "home.example.com", "corp.de"):
        assert not is_inner_name(each)


def test_an_ipv6_address_is_written_for_the_proxy_as_it_should_be(tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as server, proxying({"[2606:2800:220:1::1]": server.port}) as proxy:
        assert behind(proxy, "http://[2606:2800:220:1::1]/a", tmp_path).open().get("").content == CSV
        refused(behind(proxy, "https://[2606:2800:220:1::1]/a", tmp_path))  # no TLS there
    assert proxy.targets[0] == "http://[2606:2800:220:1::1]:80/a"
    assert "[2606:2800:220:1::1]:443" in proxy.targets


def test_proxies_of_the_environment_are_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxying({}) as proxy, serving({"*": reply(CSV)}) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert world(server.url(), tmp_path).open().get("").content == CSV
    assert proxy.requests == []


# --- its login -------------------------------------------------------------------------------------------------------------------


def test_the_login_turns_up_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """The proxy says it back in a body, a redirect and headers; the file with it is the only place where it stands."""
    caplog.set_level(logging.DEBUG)
    secret = LOGIN.partition(":")[2]
    encoded = "c3RhZHQ6a2FuYXJpZW5Wb2dlbDQ3MTE="
    routes = {
        "/body": reply(f"id;x\n1;{encoded}\n"),
        "/plain": reply(f"id;x\n1;{LOGIN}\n"),
        "/location": to(f"http://anderswo.example/{LOGIN}"),
        "/headers": reply(CSV, ETag=f'"{LOGIN}"', Content_Type=f"text/{LOGIN}"),
        "/error": reply(LOGIN, 500),
    }
    traces = [""]
    with serving(routes) as server, proxying({"quelle.example": server.port}, login=LOGIN) as proxy:
        for path in routes:
            source = behind(proxy, f"http://quelle.example{path}", tmp_path, login=LOGIN)
            fetch = source.open()
            try:
                traces += [repr(fetch.get("")), str(fetch.pending())]
            except HttpError as error:
                traces += [*traceback.format_exception(error)]
            traces += [repr(source.web), repr(source.archived)]
    (tmp_path / "proxy-login").unlink()
    traces += [caplog.text, *capfd.readouterr()]
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for each in (secret, encoded):
        assert each.lower() not in "\n".join(traces).lower()
        assert each.encode() not in files


@pytest.mark.parametrize(
    ("content", "sentence"), [(None, "kann nicht gelesen werden"), ("nur-ein-name", "benutzer:passwort"), ("a:b", "kürzer")]
)
def test_a_login_file_that_is_none_is_a_mistake_in_the_configuration(content: str | None, sentence: str, tmp_path: Path) -> None:
    file = tmp_path / "login"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigurationError, match=sentence) as caught:
        proxy_from("http://proxy.example:3128", file)
    assert str(tmp_path) not in str(caught.value)
    assert not content or content not in str(caught.value)


def test_a_proxy_with_a_login_in_its_address_is_refused_and_not_shown() -> None:
    with pytest.raises(ConfigurationError, match="enthält Anmeldedaten") as caught:
        proxy_from(f"http://{LOGIN}@proxy.example:3128", None)
    assert "kanarien" not in str(caught.value)
    assert proxy_from("", None) is None
