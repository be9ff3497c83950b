"""The canary: a secret that a source needs is sent to that source, and turns up nowhere else, whatever the server does with it."""

import base64
import logging
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest

from harvesters.http.credentials import Credential, Secret, secret_from
from harvesters.http.faults import Fault, HttpError
from harvesters.http.opening import stage
from harvesters.http.pace import FolderPace
from harvesters.http.validators import FolderValidators
from schemas.errors import ConfigurationError
from tests.harvesters.http.servers import Line, Request, Script, head, raw, reply, serving
from tests.harvesters.http.world import World, everywhere, world

CANARY = "kanari/enVogel+4711"
CSV = b"id;name\n1;Spielplatz\n"


def echo_in_body(line: Line, request: Request) -> bool:
    return reply(f"id;said\n1;{request.headers.get('authorization', 'nothing')}\n")(line, request)


def echo_in_location(line: Line, request: Request) -> bool:
    return reply(b"", 302, Location=f"http://elsewhere.example/{CANARY}?t={CANARY}")(line, request)


def echo_in_headers(line: Line, request: Request) -> bool:
    line.send(f"HTTP/1.1 500 {CANARY}\r\nServer: {CANARY}\r\nContent-Type: text/{CANARY}\r\nContent-Length: 0\r\n\r\n".encode())
    return True


def echo_in_garbage(line: Line, request: Request) -> bool:
    line.send(f"{CANARY}\r\n\r\n".encode())
    return False


def echo_in_encoding(line: Line, request: Request) -> bool:
    return reply(CSV, Content_Encoding=CANARY)(line, request)


def echo_in_next_link(line: Line, request: Request) -> bool:
    return reply(b'{"next": "/?page=2"}', ETag=f'"{CANARY}"')(line, request)


def echo_in_media_type(line: Line, request: Request) -> bool:
    return reply(CSV, Content_Type=f"text/csv; charset={CANARY}", Last_Modified=CANARY)(line, request)


SCRIPTS: dict[str, Script] = {
    "body": echo_in_body,
    "location": echo_in_location,
    "headers": echo_in_headers,
    "garbage": echo_in_garbage,
    "encoding": echo_in_encoding,
    "media-type": echo_in_media_type,
    "etag": echo_in_next_link,
    "fine": reply(CSV),
    "forbidden": reply(CSV, 401),
}


def secretive(url: str, folder: Path, **options: Any) -> World:
    web = {
        "environ": {"QUELLE_TOKEN": CANARY},
        "pace": FolderPace(folder / "http" / "hosts", interval=0),
        "validators": FolderValidators(folder / "http" / "sources"),
    }
    return world(url, folder, web=web | options.pop("web", {}), token_env="QUELLE_TOKEN", **options)


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_secret_turns_up_nowhere(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    traces = [""]
    with serving({"*": SCRIPTS[name]}) as server:
        source = secretive(server.url(), tmp_path)
        fetch = source.open()
        try:
            payload = fetch.get("")
            traces += [repr(payload), payload.content.decode(), str(fetch.pending())]
            stage(fetch, source.source, source.web, 1)
            source.web.validators.commit("quelle", 1)
        except HttpError as error:
            traces += [str(error), repr(error), *traceback.format_exception(error)]
        for link in (f"/next?x={CANARY}", f"/{CANARY}", f"http://{CANARY}.example/", f"http://a:{CANARY}@b.example/"):
            with pytest.raises(HttpError) as caught:
                fetch.follow(link, base=server.url())
            traces += [str(caught.value), *traceback.format_exception(caught.value)]
    traces += [repr(source.source), repr(source.web), repr(fetch), caplog.text, *capfd.readouterr()]
    files = b"".join(path.read_bytes() + str(path).encode() for path in tmp_path.rglob("*") if path.is_file())
    assert CANARY.lower() not in "\n".join(traces).lower()
    assert CANARY.lower().encode() not in files.lower()
    assert server.requests[0].headers["authorization"] == f"Bearer {CANARY}"


def test_a_header_that_holds_the_secret_is_not_sent_on(tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as server:
        with pytest.raises(HttpError, match="NGSILD-Tenant enthält das Zugangsgeheimnis") as caught:
            secretive(server.url(), tmp_path).open().get("", headers={"NGSILD-Tenant": CANARY})
        assert not server.requests
    assert CANARY not in str(caught.value)


def test_the_logs_of_the_client_would_tell_if_they_were_let(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpcore2")
    with serving({"*": echo_in_headers}) as server, pytest.raises(HttpError):
        secretive(server.url(), tmp_path).open().get("")
    assert CANARY in caplog.text


def test_an_answer_that_says_the_secret_back_is_not_kept(tmp_path: Path) -> None:
    for body in (CANARY, "kanari%2FenVogel%2B4711", base64.b64encode(CANARY.encode()).decode()):
        with serving({"*": reply(f"id;x\n1;{body}\n")}) as server:
            source = secretive(server.url(), tmp_path)
            with pytest.raises(HttpError, match="enthält das Zugangsgeheimnis") as caught:
                source.open().get("")
        assert caught.value.fault is Fault.BETRAYED
        assert source.archived == []


def test_the_secret_goes_to_the_own_origin_only(tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as other:
        routes = {"/": reply(b"", 302, Location="/here"), "/here": reply(b"", 302, Location=other.url("/there"))}
        with serving(routes) as server:
            source = secretive(server.url(), tmp_path, follow_hosts=(f"127.0.0.1:{other.port}",))
            assert source.open().get("").content == CSV
            source.open().get(other.url("/page/2"))
    assert ["authorization" in each.headers for each in server.requests] == [True, True]
    assert ["authorization" in each.headers for each in other.requests] == [False, False]


def test_the_secret_is_not_sent_in_the_clear(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nur über https://"):
        secretive("http://quelle.example/", tmp_path, web={"resolver": everywhere()}).open()
    secretive("https://quelle.example/", tmp_path).open()


@pytest.mark.parametrize(
    ("header", "scheme", "line"),
    [
        ("Authorization", "Bearer", ("authorization", f"Bearer {CANARY}")),
        ("Authorization", "", ("authorization", CANARY)),
        ("X-CKAN-API-Key", "", ("x-ckan-api-key", CANARY)),
        ("Authorization", "Basic", ("authorization", "Basic " + base64.b64encode(CANARY.encode()).decode())),
    ],
)
def test_a_kind_says_how_its_secret_is_sent(header: str, scheme: str, line: tuple[str, str], tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as server:
        secretive(server.url(), tmp_path).open(header=header, scheme=scheme).get("")
    assert server.requests[0].headers[line[0]] == line[1]


def test_a_secret_comes_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{CANARY}\n")
    for secret in (
        secret_from(token_env="T", folder=tmp_path, environ={"T": CANARY}),
        secret_from(token_file="token", folder=tmp_path, environ={}),
    ):
        assert secret is not None
        assert secret.reveal() == CANARY
    assert secret_from(folder=tmp_path, environ={}) is None


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"token_env": "T", "environ": {}}, "Umgebungsvariable T ist nicht gesetzt"),
        ({"token_env": "T", "environ": {"T": "  "}}, "Umgebungsvariable T ist nicht gesetzt"),
        ({"token_env": "T", "environ": {"T": "kurz"}}, "kürzer als 8 Zeichen"),
        ({"token_env": "T", "environ": {"T": "abcdefgh\r\nX: y"}}, "in keiner Kopfzeile"),
        ({"token_env": "T", "environ": {"T": "abcdefghü"}}, "in keiner Kopfzeile"),
        ({"token_file": "gone", "environ": {}}, "Die Datei gone"),
    ],
)
def test_a_secret_that_is_not_there_is_a_mistake_in_the_configuration(settings: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=sentence) as caught:
        secret_from(folder=tmp_path, **settings)
    assert "abcdefgh" not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_a_secret_does_not_show_up_by_accident() -> None:
    credential = Credential(secret=Secret(CANARY))
    assert CANARY not in f"{credential!r} {credential} {credential.secret!r} {credential.secret}"
    with pytest.raises(TypeError):
        pickle.dumps(credential)


def test_addresses_with_credentials_are_mistakes_in_the_configuration(tmp_path: Path) -> None:
    for url in (
        f"https://a:{CANARY.replace('/', '')}@quelle.example/",
        f"https://quelle.example/?api_key={CANARY}",
        f"https://q.example/?a=b&token={CANARY}",
    ):
        with pytest.raises(ConfigurationError, match="Quelle 'quelle'") as caught:
            world(url, tmp_path).open()
        assert "kanari" not in str(caught.value)


def test_a_next_link_with_a_key_in_it_is_refused(tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as server:
        fetch = world(server.url(), tmp_path).open()
        with pytest.raises(HttpError, match="enthält ein Zugangsgeheimnis"):
            fetch.follow("/?page=2&api_key=abc", base=server.url())
        with pytest.raises(HttpError, match="enthält ein Zugangsgeheimnis"):
            fetch.get("/?page=2&api_key=abc")


def test_a_redirect_to_a_signed_address_is_followed_and_kept_to_ourselves(tmp_path: Path) -> None:
    """Stores in the cloud sign their addresses; the payload is known by the address that was asked for."""
    routes = {"/": reply(b"", 302, Location="/object?X-Amz-Signature=abcdef0123"), "/object": reply(CSV)}
    with serving(routes) as server:
        assert world(server.url(), tmp_path).open().get("").url == server.url()
    with serving({"/": routes["/"], "/object": raw(head(500, {"Content-Length": "0"}))}) as server, pytest.raises(HttpError) as caught:
        world(server.url(), tmp_path).open().get("")
    assert "abcdef0123" not in str(caught.value)
