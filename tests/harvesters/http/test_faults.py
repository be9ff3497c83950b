"""What servers do on bad days. Each fault has its own outcome, and none takes more than its time and memory."""

import gzip
import socket
import time
import tracemalloc
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from harvesters.http.faults import Fault, HttpError
from harvesters.http.limits import MB, Limits
from harvesters.http.opening import open_source
from harvesters.reading import BrokenFile, Layout, read_sheet
from harvesters.reading import Line as TableLine
from tests.harvesters.http.servers import Line, Request, Script, Server, head, in_turn, raw, reply, serving
from tests.harvesters.http.world import SWIFT, World, world

CSV = b"id;name\n1;Spielplatz\n"


def fault_of(routes: Mapping[str, Script], folder: Path, *, path: str = "/", limits: Limits = SWIFT) -> tuple[HttpError, Server, World]:
    """What a run against this server ends with; nothing is ever archived of it."""
    with serving(routes) as server:
        source = world(server.url(path), folder)
        with pytest.raises(HttpError) as caught:
            source.open(limits=limits).get("")
    assert source.archived == []
    assert list(source.archive.names()) == []
    return caught.value, server, source


def test_an_answer_arrives_as_it_was_sent(tmp_path: Path) -> None:
    with serving({"/": reply(CSV, Content_Type="text/csv; charset=ISO-8859-1")}) as server:
        source = world(server.url(), tmp_path)
        payload = source.open().get("")
    assert (payload.content, payload.media_type, payload.charset, payload.sniffed) == (CSV, "text/csv", "iso-8859-1", "text")
    assert source.archived == [payload]
    assert server.requests[0].headers["user-agent"].endswith("a@example.org)")


def test_a_500_is_tried_again_with_growing_waits_and_then_said(tmp_path: Path) -> None:
    error, server, source = fault_of({"*": reply("oops", 500)}, tmp_path)
    assert error.fault is Fault.SERVER
    assert "500" in error.detail
    assert len(server.requests) == SWIFT.attempts
    assert source.waits == [2.0, 4.0]


def test_a_500_that_passes_is_no_fault(tmp_path: Path) -> None:
    with serving({"*": in_turn(reply("oops", 500), reply(CSV))}) as server:
        assert world(server.url(), tmp_path).open().get("").content == CSV


def test_the_wait_is_shortened_by_chance_up_to_a_half(tmp_path: Path) -> None:
    with serving({"*": in_turn(reply("oops", 500), reply(CSV))}) as server:
        source = world(server.url(), tmp_path)
        around = replace(source.surroundings, chance=lambda: 1.0)
        web = replace(source.web, surroundings=around)
        with open_source(source.source, web, keep_payload=source.keep, clock=source.clock) as fetch:
            fetch.get("")
    assert source.waits == [1.0]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_honoured(status: int, tmp_path: Path) -> None:
    with serving({"*": in_turn(reply("", status, Retry_After="17"), reply(CSV))}) as server:
        source = world(server.url(), tmp_path)
        assert source.open().get("").content == CSV
    assert source.waits == [17.0]


def test_the_things_stack_asks_for_rest_under_a_name_of_its_own(tmp_path: Path) -> None:
    with serving({"*": in_turn(reply("", 429, X_Rate_Limit_Retry="17"), reply(CSV))}) as server:
        source = world(server.url(), tmp_path)
        source.open().get("")
    assert source.waits == [17.0]


def test_retry_after_as_a_date_is_honoured(tmp_path: Path) -> None:
    with serving({"*": in_turn(reply("", 503, Retry_After="Sun, 22 Nov 2026 04:00:31 GMT"), reply(CSV))}) as server:
        source = world(server.url(), tmp_path)
        assert source.open().get("").content == CSV
    assert source.waits == [31.0]


@pytest.mark.parametrize("nonsense", ["-5", "soon", "Sun, 22 Nov 2020 04:00:31 GMT", "1e9", "99999999999999", "²"])
def test_a_retry_after_that_says_nothing_leaves_the_usual_wait(nonsense: str, tmp_path: Path) -> None:
    with serving({"*": in_turn(raw(head(503, {"Retry-After": nonsense, "Content-Length": "0"})), reply(CSV))}) as server:
        source = world(server.url(), tmp_path)
        source.open().get("")
    assert source.waits == [2.0]


def test_a_retry_after_of_hours_ends_the_run_and_the_next_one_asks_nothing(tmp_path: Path) -> None:
    error, server, source = fault_of({"*": reply("", 503, Retry_After="7200")}, tmp_path)
    assert (error.fault, source.waits, len(server.requests)) == (Fault.SERVER, [], 1)
    with pytest.raises(HttpError, match="um Ruhe gebeten; bis 2026-11-22 06:00 UTC") as caught:
        source.open().get("")
    assert caught.value.fault is Fault.COOLING


def test_a_retry_after_longer_than_we_wait_ends_the_run(tmp_path: Path) -> None:
    error, server, source = fault_of({"*": reply("", 503, Retry_After="200")}, tmp_path)
    assert (error.fault, source.waits, len(server.requests)) == (Fault.SERVER, [], 1)


def test_an_empty_200_is_a_fault(tmp_path: Path) -> None:
    for body in (b"", b" \r\n", b"\xef\xbb\xbf"):
        error, _, _ = fault_of({"*": reply(body, Content_Type="text/csv")}, tmp_path)
        assert (error.fault, "leer" in error.detail) == (Fault.EMPTY, True)
    assert fault_of({"*": reply(b"", 204)}, tmp_path)[0].fault is Fault.EMPTY


def test_an_empty_list_is_an_answer_for_the_guards_of_the_plan(tmp_path: Path) -> None:
    with serving({"*": reply("[]", Content_Type="application/json")}) as server:
        assert world(server.url("/projekte.json"), tmp_path).open().get("").content == b"[]"


LOGIN = '\n<!-- 2026 --><!DOCTYPE html>\n<html lang="de"><title>Anmeldung</title><form action="/login">'


@pytest.mark.parametrize("path", ["/projekte.json", "/projekte.csv", "/export?format=csv"])
@pytest.mark.parametrize("claim", ["text/html", "application/json", "text/csv"])
def test_a_web_page_instead_of_data_is_a_fault_that_says_so(path: str, claim: str, tmp_path: Path) -> None:
    error, _, _ = fault_of({"*": reply(LOGIN, Content_Type=claim)}, tmp_path, path=path)
    assert error.fault is Fault.WRONG_FORM
    assert "liefert eine Webseite (HTML). Eine Anmelde-, Wartungs- oder Fehlerseite?" in error.detail


def test_who_asks_for_a_web_page_gets_one(tmp_path: Path) -> None:
    with serving({"*": reply(LOGIN)}) as server:
        assert world(server.url(), tmp_path).open().get("", expected=["html"]).sniffed == "html"


def test_text_where_json_was_promised_is_a_fault(tmp_path: Path) -> None:
    error, _, _ = fault_of({"*": reply("Wartung bis 12 Uhr", Content_Type="application/json")}, tmp_path, path="/a.json")
    assert "sollte JSON liefern und liefert Text" in error.detail


HALF = raw(head(200, {"Content-Length": "1000"}), CSV)
BROKEN_CHUNK = raw(head(200, {"Transfer-Encoding": "chunked"}), b"15\r\n", CSV, b"\r\nzz\r\n")
NO_LAST_CHUNK = raw(head(200, {"Transfer-Encoding": "chunked"}), b"15\r\n", CSV, b"\r\n")


@pytest.mark.parametrize("script", [HALF, BROKEN_CHUNK, NO_LAST_CHUNK, raw(b""), raw(b"hello\r\n\r\n")])
def test_half_a_page_is_never_taken_for_a_whole_one(script: Script, tmp_path: Path) -> None:
    error, server, _ = fault_of({"*": script}, tmp_path)
    assert error.fault is Fault.INTERRUPTED
    assert len(server.requests) == SWIFT.attempts


def test_half_a_page_at_first_is_a_whole_one_in_the_end(tmp_path: Path) -> None:
    whole = raw(head(200, {"Transfer-Encoding": "chunked"}), b"15\r\n", CSV, b"\r\n0\r\n\r\n")
    with serving({"*": in_turn(HALF, whole)}) as server:
        assert world(server.url(), tmp_path).open().get("").content == CSV


def test_a_server_that_says_nothing_is_given_up(tmp_path: Path) -> None:
    def silent(line: Line, request: Request) -> bool:
        line.stopping.wait(5)
        return False

    start = time.monotonic()
    error, _, _ = fault_of({"*": silent}, tmp_path, limits=Limits(read=0.2, attempts=2))
    assert error.fault is Fault.READ_TIMEOUT
    assert time.monotonic() - start < 4.5  # the server would have been silent for 5


def test_silence_ends_with_the_total_time_when_that_is_shorter(tmp_path: Path) -> None:
    def silent(line: Line, request: Request) -> bool:
        line.stopping.wait(5)
        return False

    start = time.monotonic()
    error, _, _ = fault_of({"*": silent}, tmp_path, limits=Limits(read=4, total=0.2))
    assert error.fault is Fault.TOO_SLOW
    assert time.monotonic() - start < 4.5  # the server would have been silent for 5


def slow_body(line: Line, request: Request) -> bool:
    line.send(head(200, {"Content-Length": str(len(CSV))}))
    line.drip(CSV, 0.04)
    return False


def slow_head(line: Line, request: Request) -> bool:
    line.drip(head(200, {"Content-Length": str(len(CSV))}), 0.02)
    line.send(CSV)
    return False


@pytest.mark.parametrize("script", [slow_body, slow_head])
def test_a_slow_loris_is_cut_off_at_the_total_time(script: Script, tmp_path: Path) -> None:
    error, server, _ = fault_of({"*": script}, tmp_path, limits=Limits(read=1, total=0.3))
    assert error.fault is Fault.TOO_SLOW
    assert len(server.requests) == 1  # not tried again


@pytest.mark.parametrize("script", [slow_body, slow_head])
def test_without_a_total_time_the_slow_loris_would_go_on(script: Script, tmp_path: Path) -> None:
    with serving({"*": script}) as server:
        assert world(server.url(), tmp_path).open(limits=Limits(read=1, total=60)).get("").content == CSV


def endless(line: Line, request: Request) -> bool:
    line.send(head(200, {"Content-Type": "text/csv"}))
    line.flood(b"1;Spielplatz\n" * 5000)
    return False


def test_an_endless_body_is_cut_off_at_the_wire(tmp_path: Path) -> None:
    error, server, _ = fault_of({"*": endless}, tmp_path)
    assert error.fault is Fault.TOO_LARGE
    assert "größer als 1 MB" in error.detail
    assert len(server.requests) == 1


def test_bytes_are_counted_on_the_wire_whatever_they_unpack_to(tmp_path: Path) -> None:
    """A flood of packed nothing never reaches the cap on what is unpacked."""

    def padding(line: Line, request: Request) -> bool:
        line.send(head(200, {"Content-Encoding": "gzip"}) + gzip.compress(CSV))
        line.flood(bytes(50_000))
        return False

    error, server, _ = fault_of({"*": padding}, tmp_path)
    assert (error.fault, "größer als 1 MB" in error.detail) == (Fault.TOO_LARGE, True)
    assert server.lines[0].sent < 10 * SWIFT.wire


def test_without_a_cap_the_endless_body_would_go_on_until_the_time_is_up(tmp_path: Path) -> None:
    error, server, _ = fault_of({"*": endless}, tmp_path, limits=Limits(total=0.3, wire=10_000 * MB, size=10_000 * MB))
    assert error.fault is Fault.TOO_SLOW
    assert server.lines[0].sent > 5 * SWIFT.wire


def endless_head(line: Line, request: Request) -> bool:
    line.send(b"HTTP/1.1 200 OK\r\n")
    line.flood(b"X-Nothing: " + b"n" * 5000 + b"\r\n")
    return False


def test_an_endless_head_is_cut_off(tmp_path: Path) -> None:
    error, _, _ = fault_of({"*": endless_head}, tmp_path)
    assert error.fault in (Fault.INTERRUPTED, Fault.TOO_LARGE)


def endless_hints(line: Line, request: Request) -> bool:
    line.flood(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000)
    return False


def test_endless_interim_answers_are_cut_off(tmp_path: Path) -> None:
    assert fault_of({"*": endless_hints}, tmp_path)[0].fault in (Fault.TOO_LARGE, Fault.TOO_SLOW)


BOMB_SIZE = 60 * MB
BOMB = gzip.compress(b"1;0\n" * (BOMB_SIZE // 4), 9)


def test_a_gzip_bomb_is_noticed_at_the_cap(tmp_path: Path) -> None:
    assert len(BOMB) < SWIFT.wire
    tracemalloc.start()
    error, _, _ = fault_of({"*": reply(BOMB, Content_Encoding="gzip")}, tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.fault is Fault.TOO_LARGE
    assert "entpackt größer als 1 MB" in error.detail
    assert peak < 8 * MB


def test_without_a_cap_the_gzip_bomb_would_go_off(tmp_path: Path) -> None:
    def hollow(content: bytes) -> bytes:
        return str(len(content)).encode()

    with serving({"*": reply(BOMB, Content_Encoding="gzip")}) as server:
        payload = world(server.url(), tmp_path).open(limits=Limits()).get("", keep=hollow)
    assert int(payload.content) == BOMB_SIZE


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress"])
def test_packing_nobody_asked_for_is_refused(encoding: str, tmp_path: Path) -> None:
    error, server, _ = fault_of({"*": reply(BOMB, Content_Encoding=encoding)}, tmp_path)
    assert error.fault is Fault.ENCODING
    assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"


def test_a_charset_that_is_wrong_changes_no_byte_and_the_reader_finds_out(tmp_path: Path) -> None:
    content = "id,name\n1,Müllerstraße\n".encode("cp1252")
    with serving({"*": reply(content, Content_Type='text/csv; charset="utf-8"')}) as server:
        payload = world(server.url(), tmp_path).open().get("")
    assert (payload.content, payload.charset) == (content, "utf-8")
    with pytest.raises(BrokenFile, match="nicht in utf-8 gespeichert"):
        read_sheet("a.csv", payload.content, Layout(encoding="utf-8"))
    for layout in (Layout(), Layout(encoding="cp1252")):
        (line,) = read_sheet("a.csv", payload.content, layout).lines
        assert isinstance(line, TableLine)
        assert line.cells == ("1", "Müllerstraße")


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (401, Fault.FORBIDDEN),
        (403, Fault.FORBIDDEN),
        (404, Fault.MISSING),
        (410, Fault.MISSING),
        (206, Fault.BAD_ANSWER),
        (418, Fault.BAD_ANSWER),
    ],
)
def test_other_answers_are_faults_that_are_not_tried_again(status: int, fault: Fault, tmp_path: Path) -> None:
    error, server, _ = fault_of({"*": reply(CSV, status)}, tmp_path)
    assert (error.fault, len(server.requests)) == (fault, 1)


def test_nobody_at_home_is_said(tmp_path: Path) -> None:
    with serving({}) as server:
        gone = server.url()
    with pytest.raises(HttpError, match="ist nicht erreichbar") as caught:
        world(gone, tmp_path).open().get("")
    assert caught.value.fault is Fault.UNREACHABLE


def test_a_server_that_accepts_no_connection_is_given_up(tmp_path: Path) -> None:
    """Its queue is full: the system answers nothing at all."""
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        for _ in range(4):
            each = waiting.enter_context(socket.socket())
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        with pytest.raises(HttpError, match=r"nimmt in 0\.3 Sekunden keine Verbindung an") as caught:
            world(f"http://127.0.0.1:{port}/", tmp_path).open(limits=Limits(connect=0.3, attempts=2)).get("")
    assert caught.value.fault is Fault.UNREACHABLE


def test_a_run_has_a_last_request(tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as server:
        fetch = world(server.url(), tmp_path).open(limits=Limits(run_requests=3))
        for number in range(3):
            fetch.get(f"/{number}")
        with pytest.raises(HttpError, match="mehr als 3 Abrufe"):
            fetch.get("/3")


def test_a_run_has_a_last_byte_and_a_last_minute(tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as server:
        with pytest.raises(HttpError, match="liefert mehr als 10 Byte"):
            world(server.url(), tmp_path).open(limits=Limits(run_bytes=10)).get("")
        with pytest.raises(HttpError, match="länger als 0 Minuten"):
            world(server.url(), tmp_path).open(limits=Limits(run_seconds=0)).get("")


def test_one_connection_serves_many_requests(tmp_path: Path) -> None:
    with serving({"*": reply(CSV)}) as server:
        fetch = world(server.url(), tmp_path).open()
        for number in range(5):
            fetch.get(f"/{number}")
    assert (len(server.requests), len(server.lines)) == (5, 1)
