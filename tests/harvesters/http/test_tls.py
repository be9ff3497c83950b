"""https: the certificate is held against the name, although the connection goes to a checked address."""

import shutil
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harvesters.http.faults import Fault, HttpError
from harvesters.http.limits import Limits
from tests.harvesters.http.servers import Server, reply, serving, to
from tests.harvesters.http.world import World, everywhere, world

CSV = b"id;name\n1;Spielplatz\n"
pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="https is not tested: there is no openssl command to make a certificate"
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    where = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    what = ["-subj", "/CN=quelle.example", "-addext", "subjectAltName=DNS:quelle.example", "-days", "2"]
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subprocess.run([*make, *where, *what], check=True, capture_output=True, timeout=30)
    return folder


def server_context(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def source_at(server: Server, host: str, folder: Path, *, trusting: Path | None = None, **options: Any) -> World:
    context = ssl.create_default_context(cafile=str(trusting / "cert.pem") if trusting else None)
    web = {"resolver": everywhere(), "ssl_context": context}
    return world(server.url("/", host=host), folder, web=web, allow_private=(host,), **options)


def test_a_certificate_for_the_name_is_good_although_the_address_was_dialled(certificate: Path, tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}, ssl_context=server_context(certificate)) as server:
        fetch = source_at(server, "quelle.example", tmp_path, trusting=certificate).open()
        assert [fetch.get(f"/{each}").content for each in range(2)] == [CSV, CSV]
        assert len(server.lines) == 1


def test_a_certificate_for_another_name_ends_it_at_once(certificate: Path, tmp_path: Path) -> None:
    with (
        serving({"*": reply(CSV)}, ssl_context=server_context(certificate)) as server,
        pytest.raises(HttpError, match="Zertifikat") as caught,
    ):
        source_at(server, "andere.example", tmp_path, trusting=certificate).open().get("")
    assert caught.value.fault is Fault.CERTIFICATE
    assert server.requests == []


def test_a_certificate_nobody_vouches_for_ends_it_at_once(certificate: Path, tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}, ssl_context=server_context(certificate)) as server, pytest.raises(HttpError) as caught:
        source_at(server, "quelle.example", tmp_path).open().get("")
    assert (caught.value.fault, server.requests) == (Fault.CERTIFICATE, [])


def test_the_secret_does_not_follow_to_another_port(certificate: Path, tmp_path: Path) -> None:
    """From 80 to 443 it would: that is the same place, asking for https. Here both ports are others."""
    safe_context = server_context(certificate)
    with serving({"*": reply(CSV)}, ssl_context=safe_context) as safe, serving({"/": to(safe.url("/", host="quelle.example"))}) as server:
        hosts = (f"quelle.example:{safe.port}",)
        source = source_at(server, "quelle.example", tmp_path, trusting=certificate, token_env="T", follow_hosts=hosts)
        source.web = replace(source.web, environ={"T": "kanarienvogel"})
        assert source.open().get("").content == CSV
    assert ["authorization" in each.headers for each in (*server.requests, *safe.requests)] == [True, False]


def test_a_redirect_from_https_to_http_is_refused(certificate: Path, tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as plain:
        routes = {"/": to(plain.url("/", host="quelle.example"))}
        with serving(routes, ssl_context=server_context(certificate)) as server:
            hosts = (f"quelle.example:{plain.port}",)
            with pytest.raises(HttpError) as caught:
                source_at(server, "quelle.example", tmp_path, trusting=certificate, follow_hosts=hosts).open().get("")
    assert (caught.value.fault, plain.lines) == (Fault.DOWNGRADE, [])


def test_a_server_that_never_shakes_hands_is_given_up(tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as plain:  # waits for a request that never comes
        source = world(plain.url().replace("http:", "https:"), tmp_path)
        with pytest.raises(HttpError) as caught:
            source.open(limits=Limits(connect=0.3, attempts=1)).get("")
    assert caught.value.fault in (Fault.UNREACHABLE, Fault.TOO_SLOW)
