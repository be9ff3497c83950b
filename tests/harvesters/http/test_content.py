"""What an answer is, and how it is unpacked."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.http.faults import Fault, HttpError
from harvesters.http.inflation import inflated
from harvesters.http.sniffing import Form, form_of, require_form


def zipped(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return content.getvalue()


FORMS: list[tuple[bytes, Form]] = [
    (b"", Form.EMPTY),
    (b" \r\n\t", Form.EMPTY),
    (b"\xef\xbb\xbf\n", Form.EMPTY),
    (b'{"a": 1}', Form.JSON),
    (b"\xef\xbb\xbf [1]", Form.JSON),
    ("[1]".encode("utf-16"), Form.JSON),
    (b"id;name\n", Form.TEXT),
    ("Müll;x".encode("cp1252"), Form.TEXT),
    ("id;name".encode("utf-16"), Form.TEXT),
    (b"<!DOCTYPE html><p>", Form.HTML),
    (b"\n\n<!-- c -->\n<HTML lang=de>", Form.HTML),
    (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">', Form.HTML),
    (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', Form.HTML),
    (b"\xef\xbb\xbf<html>", Form.HTML),
    ("<html>".encode("utf-16"), Form.HTML),
    (b"<script>location='/login'</script>", Form.HTML),
    (b"<h1>Wartung</h1>", Form.HTML),
    (b"<br/>Fatal error: out of memory", Form.HTML),
    (b'<?xml version="1.0"?><table><row/></table>', Form.XML),
    (b'<rdf:RDF xmlns:rdf="x">', Form.XML),
    (b"<!-- c --><feed>", Form.XML),
    (b"< 5 Personen;3", Form.TEXT),
    (b"%PDF-1.7", Form.PDF),
    (gzip.compress(b"x"), Form.GZIP),
    (zipped("[Content_Types].xml", "xl/workbook.xml"), Form.XLSX),
    (zipped("mimetype", "content.xml"), Form.ODS),
    (zipped("a.csv"), Form.ZIP),
    (b"PK\x03\x04broken", Form.ZIP),
    (b"\xd0\xcf\x11\xe0old", Form.BINARY),
    (b"a\0b", Form.BINARY),
]


@pytest.mark.parametrize(("content", "form"), FORMS, ids=[f"{number}-{form}" for number, (_, form) in enumerate(FORMS)])
def test_content_is_known_by_its_first_bytes(content: bytes, form: Form) -> None:
    assert form_of(content) is form


@given(st.binary(max_size=300))
def test_any_content_is_something(content: bytes) -> None:
    assert form_of(content) in Form


@given(st.lists(st.sampled_from(["<!--", "-->", "<?xml", "?>", " ", "<!doctype", ">", "<html", "[", "x"]), max_size=1500))
def test_looking_is_quick_whatever_there_is_to_see(parts: list[str]) -> None:
    assert form_of("".join(parts).encode()) in Form


@pytest.mark.parametrize(
    ("form", "path", "expected", "passes"),
    [
        (Form.JSON, "/a.json", (), True),
        (Form.TEXT, "/a.json", (), False),
        (Form.HTML, "/a", (), False),
        (Form.XML, "/a", (), True),
        (Form.XLSX, "/a.XLSX", (), True),
        (Form.ZIP, "/a.xlsx", (), False),
        (Form.TEXT, "/a.xlsx", ("text", "xlsx"), True),
        (Form.HTML, "/a.html", ("html",), True),
        (Form.EMPTY, "/a", ("text",), False),
    ],
)
def test_what_came_is_held_against_what_was_promised(form: Form, path: str, expected: tuple[str, ...], passes: bool) -> None:
    if passes:
        require_form(form, expected, path, "https://a.example/")
    else:
        with pytest.raises(HttpError) as caught:
            require_form(form, expected, path, "https://a.example/")
        assert caught.value.fault in (Fault.WRONG_FORM, Fault.EMPTY)


def raw_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "identity": bytes,
    "": bytes,
}


def cut(content: bytes, size: int) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


@given(st.binary(max_size=2000), st.sampled_from(sorted(PACKERS)), st.integers(1, 700), st.integers(1, 400))
def test_packed_content_comes_out_as_it_went_in_however_it_was_cut(content: bytes, name: str, size: int, times: int) -> None:
    content = content * times
    assert b"".join(inflated(cut(PACKERS[name](content), size), name)) == content


@given(st.binary(max_size=2000), st.integers(1, 700), st.integers(1, 400))
def test_a_raw_deflate_stream_is_understood_where_it_cannot_be_taken_for_the_other_kind(content: bytes, size: int, times: int) -> None:
    packed = raw_deflate(content * times)
    if packed[0] & 0x0F != 8:
        assert b"".join(inflated(cut(packed, size), "deflate")) == content * times


def test_output_that_is_held_back_after_the_last_byte_of_input_is_not_lost() -> None:
    for size in (262_143, 262_144, 262_145, 262_166, 262_385, 524_288, 524_800):
        packed = raw_deflate(b"\0" * size)
        assert len(b"".join(inflated([packed], "deflate"))) == size


def test_several_members_and_padding_are_one_content() -> None:
    packed = gzip.compress(b"a") + gzip.compress(b"b") + b"\0" * 20
    for size in (1, 7, 1000):
        assert b"".join(inflated(cut(packed, size), "gzip")) == b"ab"


@pytest.mark.parametrize("name", ["gzip", "deflate"])
def test_half_of_a_packed_content_is_a_fault(name: str) -> None:
    packed = PACKERS[name](b"id;name\n" * 100)
    for end in range(1, len(packed)):
        with pytest.raises(HttpError):
            list(inflated([packed[:end]], name))


@pytest.mark.parametrize("name", ["gzip", "deflate"])
def test_damaged_packed_content_is_a_fault(name: str) -> None:
    packed = bytearray(PACKERS[name](b"id;name\n" * 100))
    packed[-1] ^= 0xFF
    with pytest.raises(HttpError) as caught:
        list(inflated([bytes(packed)], name))
    assert caught.value.fault is Fault.ENCODING


@pytest.mark.parametrize("name", ["gzip", "deflate"])
def test_something_behind_a_packed_content_is_a_fault(name: str) -> None:
    packed = PACKERS[name](b"id")
    for size in (1, 1000):
        with pytest.raises(HttpError):
            list(inflated(cut(packed + b"<html>", size), name))


def test_a_million_empty_members_are_too_many() -> None:
    with pytest.raises(HttpError, match="zu vielen Teilen"):
        list(inflated([gzip.compress(b"") * 2000], "gzip"))


def test_no_piece_is_large() -> None:
    bomb = gzip.compress(b"\0" * 20_000_000)
    assert max(map(len, inflated([bomb], "gzip"))) <= 256 * 1024


def test_nothing_packed_is_nothing() -> None:
    assert list(inflated([], "gzip")) == []
    assert b"".join(inflated([b""], "deflate")) == b""
