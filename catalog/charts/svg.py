"""From the SVG that Vega writes to one that says what it shows, and that a page can give its own colours.

Text stays text: readers can select, enlarge and translate it, and its font is that of whoever looks. Screen readers hear title and
description (SVG 2, 5.7; role `img`), not 40 loose numbers; the same numbers stand in a table beside every chart.
"""

import hashlib
from xml.etree import ElementTree

from catalog.charts.finding import finding
from catalog.charts.words import label, told
from catalog.statistics.about import DEMONSTRATION
from catalog.statistics.selection import Selection
from schemas.values import Text

_SVG = "http://www.w3.org/2000/svg"
#: Colour in the drawing -> class, for the style sheet of pages.
CLASSES = {
    "#17232a": "text",
    "#4c5b64": "quiet",
    "#8c2318": "notice",
    "#ffffff": "ground",
    "#0072b2": "bar",
}
_CHART = Text(de="Balkendiagramm. {values}.", en="Bar chart. {values}.")


def described(selection: Selection, name: str) -> tuple[str, str, str]:
    """Identifier, title and description: every number in words."""
    values = "; ".join(f"{label(each, selection)}: {told(each, selection)}" for each in selection.cells())
    text = _CHART.in_language(selection.language).format(values=values)
    if selection.cube.demonstration:
        text = f"{DEMONSTRATION.in_language(selection.language)} {text}"
    mark = hashlib.sha256(f"{selection.cube.name}/{selection.release.name}/{selection.language}/{name}".encode()).hexdigest()[:12]
    return f"chart-{mark}", finding(selection), text


def accessible(plain: str, words: tuple[str, str, str], *, title_height: float) -> bytes:
    """The SVG alone, without prolog, so that it can stand in a page. `title_height`: see `without_title`."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(plain)
    _clean(root)
    identifier, title, description = words
    root.attrib.update({"role": "img", "aria-labelledby": f"{identifier}-t {identifier}-d", "class": "chart"})
    root.set("data-title-height", f"{title_height:g}")
    for place, (tag, end, text) in enumerate((("title", "t", title), ("desc", "d", description))):
        element = ElementTree.Element(f"{{{_SVG}}}{tag}", {"id": f"{identifier}-{end}"})
        element.text = text
        root.insert(place, element)
    return ElementTree.tostring(root, encoding="unicode").encode()


def without_title(svg: str) -> str:
    """The drawing below its title, for a page that says it already: another window on the same picture."""
    head, tag, rest = svg.partition(">")
    root = ElementTree.fromstring(f"{head}/>")
    top = float(root.get("data-title-height", "0"))
    left, upper, width, height = map(float, root.get("viewBox", "0 0 0 0").split())
    shown = f'viewBox="{left:g} {upper + top:g} {width:g} {height - top:g}"'
    head = head.replace(f'viewBox="{root.get("viewBox")}"', shown).replace(
        f'height="{root.get("height")}"', f'height="{height - top:g}"', 1
    )
    return head + tag + rest


def _clean(root: ElementTree.Element) -> None:
    """Vega's own roles would be read as well; its colours become classes."""
    for each in root.iter():
        for attribute in [name for name in each.attrib if name.startswith("aria-") or name in ("role", "class", "pointer-events")]:
            del each.attrib[attribute]
        colour = (each.get("fill") or "").lower()
        colour = "#ffffff" if colour == "white" else colour
        if colour in CLASSES:
            each.set("class", f"chart-{CLASSES[colour]}")
