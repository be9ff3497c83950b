"""What is drawn: accessible, from zero, the same in every process, and asking nobody for anything."""

import hashlib
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Mapping
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from catalog.charts.drawing import COLOURS, draw, draw_all, specification
from catalog.charts.layout import layout
from catalog.charts.png import packed
from catalog.charts.svg import CLASSES, without_title
from catalog.press import Content
from tests.catalog.charts.world import by_age, course, selected
from tests.catalog.statistics.world import CUBE, cells_of, release_of, site

PUBLISHER = "Stadt <Kaiserslautern>"
SVG = "{http://www.w3.org/2000/svg}"
VALUES = {"u30": 50, "30-59": 100, "60": 25}


@pytest.fixture(scope="module")
def drawn() -> Mapping[str, Content]:
    return draw(by_age(VALUES), "de", publisher=PUBLISHER)


@pytest.fixture(scope="module")
def svg(drawn: Mapping[str, Content]) -> ElementTree.Element:
    return ElementTree.fromstring(drawn["de/alter.svg"].content)


def _widths(svg: ElementTree.Element) -> list[float]:
    """Of the bars, from left to right edge."""
    bars = [each for each in svg.iter(f"{SVG}path") if each.get("class") == "chart-bar"]
    return [float(re.search(r"h([0-9.]+)v", each.get("d", ""))[1]) for each in bars]  # type: ignore[index]  # every bar is a rectangle


def test_every_chart_is_there_as_svg_and_png(drawn: Mapping[str, Content]) -> None:
    assert {part: each.media_type for part, each in drawn.items()} == {"de/alter.svg": "image/svg+xml", "de/alter.png": "image/png"}
    assert drawn["de/alter.png"].content.startswith(b"\x89PNG\r\n\x1a\n")


def test_bars_begin_at_zero_so_that_their_lengths_are_the_numbers(svg: ElementTree.Element) -> None:
    widths = _widths(svg)

    assert [round(each / max(widths), 3) for each in widths] == [0.5, 1.0, 0.25]


def test_columns_begin_at_zero_too() -> None:
    spec = specification(layout(selected(course([50, 100, 25])), PUBLISHER))

    scale = spec["layer"][0]["encoding"]["y"]["scale"]
    assert (scale["domain"], scale["zero"]) == ([0, 100], True)


def test_screen_readers_get_title_and_all_numbers_and_nothing_else(svg: ElementTree.Element) -> None:
    title, description = svg[0], svg[1]

    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert (title.text or "").startswith("Teilnehmende: am meisten bei 30 bis 59")
    assert (description.text or "").replace("\u00a0", " ") == (
        "Balkendiagramm. unter 30: rund 50; 30 bis 59: rund 100; 60 und älter: rund 25."
    )
    assert [name for each in list(svg.iter())[1:] for name in each.attrib if name.startswith("aria-") or name == "role"] == []


def test_text_stays_text_and_every_colour_can_be_changed_by_a_page(svg: ElementTree.Element) -> None:
    words = [each.text for each in svg.iter(f"{SVG}text")]
    colours = {each.get("fill") for each in svg.iter()} - {None, "none"}

    assert {"unter 30", "50", "60 und älter"} <= set(words)
    assert colours <= set(CLASSES)
    assert all((each.get("class") or "").startswith("chart-") for each in svg.iter() if each.get("fill") not in (None, "none"))


def test_words_cannot_break_out_of_the_picture(drawn: Mapping[str, Content]) -> None:
    assert b"Stadt &lt;Kaiserslautern&gt;" in drawn["de/alter.svg"].content


def test_nothing_is_loaded_or_run(drawn: Mapping[str, Content]) -> None:
    text = drawn["de/alter.svg"].content.decode()

    assert set(re.findall(r"https?://[^\"\s]+", text)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(script|style|image|use|foreignObject)\b|\bon\w+=|href|@import|url\(", text)


def test_two_processes_draw_the_same_bytes(drawn: Mapping[str, Content]) -> None:
    code = (
        "import sys, hashlib\n"
        "from catalog.charts.drawing import draw\n"
        "from tests.catalog.charts.world import by_age\n"
        f"found = draw(by_age({VALUES!r}), 'de', publisher={PUBLISHER!r})\n"
        "sys.stdout.write(' '.join(hashlib.sha256(each.content).hexdigest() for each in found.values()))\n"
    )
    other = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()

    assert other == [hashlib.sha256(each.content).hexdigest() for each in drawn.values()]


def test_a_page_shows_the_same_picture_without_its_title(drawn: Mapping[str, Content]) -> None:
    whole = drawn["de/alter.svg"].content.decode()
    cut = ElementTree.fromstring(without_title(whole))
    plain = ElementTree.fromstring(whole)

    top = float(plain.get("data-title-height", "0"))
    left, upper, width, height = map(float, (cut.get("viewBox") or "").split())
    assert top > 20
    assert (left, upper, width) == (0, top, 400)
    assert upper + height == float(plain.get("height") or 0)
    assert [each.text for each in cut.iter(f"{SVG}text")] == [each.text for each in plain.iter(f"{SVG}text")]


def test_every_language_of_the_site_gets_its_charts() -> None:
    english = site()
    charts = draw_all(by_age(VALUES), english)

    assert set(charts) == {f"{language}/alter.{form}" for language in ("de", "en") for form in ("svg", "png")}
    assert b"Age group" in charts["en/alter.svg"].content


def test_a_release_without_a_chart_worth_drawing_has_none() -> None:
    nothing = release_of(replace(CUBE, tables=((),), default_table=()), cells=cells_of(replace(CUBE, tables=((),))))

    assert draw_all(nothing, site()) == {}


def test_a_packed_png_has_the_same_pixels_and_whole_checksums(drawn: Mapping[str, Content]) -> None:
    png = drawn["de/alter.png"].content
    loose = png[:8] + _chunk(b"IHDR", png[16:29]) + _chunk(b"IDAT", zlib.compress(b"\0" * 100, 0)) + _chunk(b"IEND", b"")

    tight = packed(loose)

    assert len(tight) < len(loose)
    assert zlib.decompress(tight[tight.index(b"IDAT") + 4 : -16]) == b"\0" * 100
    assert packed(tight) == tight
    with pytest.raises(ValueError, match="PNG"):
        packed(b"GIF89a")


def test_colours_can_be_told_apart_on_light_and_dark_ground() -> None:
    """WCAG 1.4.3 and 1.4.11: 4.5 for text, 3 for graphics. The pages' dark colours are held by axe."""
    for style in ("text", "quiet", "notice"):
        assert _contrast(COLOURS[style], COLOURS["ground"]) >= 4.5
    assert _contrast(COLOURS["bar"], COLOURS["ground"]) >= 3
    assert _contrast("#56b4e9", "#10171b") >= 3
    assert _contrast("#ffff00", "#ffffff") < 3


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
