"""Drawing: Altair says what stands where, vl-convert makes SVG and PNG of it. Only processes of the operator load this module."""

from collections.abc import Iterable, Mapping
from typing import Any

from catalog.charts.layout import layout
from catalog.charts.pictures import FORMS, part, pictures_of
from catalog.charts.placing import WIDTH, Layout
from catalog.charts.png import packed
from catalog.charts.svg import accessible, described
from catalog.press import Content
from catalog.statistics.selection import Selection
from schemas.model import Site
from schemas.statistics import Release

#: Okabe and Ito's blue: against white 5.2:1, against the dark ground of the pages 3.5:1.
BLUE = "#0072b2"
#: Light ground: an SVG file or a PNG stands on white; inside a page the style sheet says otherwise.
COLOURS = {"text": "#17232a", "quiet": "#4c5b64", "notice": "#8c2318", "ground": "#ffffff", "bar": BLUE}
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"fontSize": 17, "fontWeight": "bold", "color": COLOURS["text"]},
    "notice": {"fontSize": 12.5, "fontWeight": "bold", "color": COLOURS["notice"]},
    "heading": {"fontSize": 14, "fontWeight": "bold", "color": COLOURS["text"]},
    "label": {"fontSize": 13.5, "color": COLOURS["text"]},
    "value": {"fontSize": 13.5, "color": COLOURS["text"]},
    "small": {"fontSize": 12.5, "color": COLOURS["text"]},
    "missing": {"fontSize": 12.5, "fontStyle": "italic", "color": COLOURS["quiet"]},
    "quiet": {"fontSize": 12, "color": COLOURS["quiet"]},
}
MEDIA_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
_PIXELS = 2  #: of the PNG for one of the SVG


def draw_all(release: Release, site: Site) -> dict[str, Content]:
    """All charts of a release in all languages of the site: what `Publisher.publish_release(release, charts=…)` takes."""
    charts: dict[str, Content] = {}
    for each in site.languages:
        charts |= draw(release, each.tag, publisher=site.publisher.name)
    return charts


def draw(release: Release, language: str, *, publisher: str) -> dict[str, Content]:
    """`{language}/{chart}.svg` and `.png` -> picture, of every chart in `pictures.pictures_of`; {} where none is worth drawing.

    Pure: the same release gives the same bytes. About 0.2 s a chart, 2 s for the first one of a process; 130 MB.
    """
    charts: dict[str, Content] = {}
    for name, selection in pictures_of(release, language).items():
        for form, content in zip(FORMS, _drawn(selection, publisher, name), strict=True):
            charts[part(language, name, form)] = Content(content=content, media_type=MEDIA_TYPES[form])
    return charts


def _drawn(selection: Selection, publisher: str, name: str) -> tuple[bytes, bytes]:
    """SVG, PNG."""
    import altair  # heavy: 1,600 ms
    import vl_convert  # heavy: 60 ms

    placed = layout(selection, publisher)
    version = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    plain = vl_convert.vegalite_to_svg(specification(placed), vl_version=version, allowed_base_urls=[])
    svg = accessible(plain, described(selection, name), title_height=placed.title_height)
    return svg, packed(bytes(vl_convert.svg_to_png(plain, scale=_PIXELS)))


def specification(placed: Layout) -> dict[str, Any]:
    """The chart in Vega-Lite. Bars begin at zero, because their axis does."""
    import altair as alt  # heavy: 1,600 ms

    amounts = alt.Scale(domain=[0, placed.most], range=[placed.zero, placed.top], zero=True, nice=False)
    down = alt.Scale(domain=[0, placed.height], range=[0, placed.height], nice=False)
    across = alt.Scale(domain=[0, WIDTH], range=[0, WIDTH], nice=False)
    bars = alt.Chart(
        alt.InlineData(values=[{"zero": 0, "value": each.value, "start": each.start, "end": each.end} for each in placed.bars])
    )
    sides = (across, amounts) if placed.standing else (amounts, down)
    layers: list[Any] = [_rectangles(alt, bars.mark_rect(color=BLUE), *sides, standing=placed.standing)]
    layers += [_text(alt, placed, style, align, across, down) for style, align in _used(placed)]
    chart = (
        alt.layer(*layers)
        .resolve_scale(x="independent", y="independent")
        .properties(width=WIDTH, height=placed.height, padding=0, autosize="none")
    )
    configured = chart.configure(background=COLOURS["ground"], font="sans-serif").configure_view(stroke=None)
    content: dict[str, Any] = configured.to_dict()
    return content


def _rectangles(alt: Any, bars: Any, x: Any, y: Any, *, standing: bool) -> Any:
    along, beside = ("zero:Q", "value:Q"), ("start:Q", "end:Q")
    horizontal, vertical = (beside, along) if standing else (along, beside)
    return bars.encode(
        x=alt.X(horizontal[0], scale=x, axis=None),
        x2=horizontal[1],
        y=alt.Y(vertical[0], scale=y, axis=None),
        y2=vertical[1],
    )


def _used(placed: Layout) -> Iterable[tuple[str, str]]:
    used = {(each.style, each.align) for each in placed.lines}
    return [(style, align) for style in _STYLES for align in ("left", "center") if (style, align) in used]


def _text(alt: Any, placed: Layout, style: str, align: str, across: Any, down: Any) -> Any:
    lines = [{"text": each.text, "x": each.x, "y": each.y} for each in placed.lines if (each.style, each.align) == (style, align)]
    return (
        alt.Chart(alt.InlineData(values=lines))
        .mark_text(align=align, baseline="alphabetic", **_STYLES[style])
        .encode(x=alt.X("x:Q", scale=across, axis=None), y=alt.Y("y:Q", scale=down, axis=None), text="text:N")
    )
