"""What stands on the sheet of a chart, in pixels. Pure."""

from dataclasses import dataclass, field
from textwrap import wrap

from catalog.charts.finding import finding
from catalog.charts.words import where
from catalog.statistics.about import DEMONSTRATION
from catalog.statistics.columns import UNITS
from catalog.statistics.selection import Selection
from schemas.statistics import Profile
from schemas.values import Text

WIDTH = 400
LEFT = 12
#: What fits in a line of the widest usual sans-serif, DejaVu (0.6 of the font size a character, 0.69 in bold).
TITLE_CHARACTERS = 34
NOTICE_CHARACTERS = 44
TEXT_CHARACTERS = 52
_SOURCE = Text(de="Quelle: {publisher}, Stand {release}. {rounded}", en="Source: {publisher}, release {release}. {rounded}")
_ROUNDED = {
    Profile.ROUND5: Text(de="Auf Vielfache von 5 gerundet.", en="Rounded to multiples of 5."),
    Profile.ROUND10: Text(de="Auf Vielfache von 10 gerundet.", en="Rounded to multiples of 10."),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    text: str
    x: float
    y: float  #: of the baseline
    style: str  #: title, notice, heading, label, value, small, missing, quiet
    align: str = "left"  #: what `x` is of the text: left, center


@dataclass(frozen=True, kw_only=True)
class Bar:
    """From zero to `value`; `start` and `end` are its edges on the other axis."""

    value: int
    start: float
    end: float


@dataclass(frozen=True, kw_only=True)
class Layout:
    """`zero` and `top`: where zero and `most` are, on x of lying bars, on y of standing ones."""

    height: float
    title_height: float  #: a page that says the title itself leaves out so much
    standing: bool
    zero: float
    top: float
    most: int  #: the largest value, at least 1
    lines: tuple[Line, ...]
    bars: tuple[Bar, ...]


@dataclass
class Sheet:
    """Filled from top to bottom."""

    selection: Selection
    y: float = 8.0
    title_height: float = 0.0
    lines: list[Line] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)

    @property
    def most(self) -> int:
        return max([1, *(each.value for each in self.selection.cells() if each.value is not None)])

    def write(self, text: str, style: str, step: float, *, characters: int = TEXT_CHARACTERS) -> None:
        """Wrapped by characters, not by measure: fonts differ between machines, and a picture must not."""
        for each in wrap(text, characters):
            self.y += step
            self.lines.append(Line(text=each, x=LEFT, y=self.y, style=style))

    def finished(self, *, standing: bool, zero: float, top: float) -> Layout:
        return Layout(
            height=self.y + 12,
            title_height=self.title_height,
            standing=standing,
            zero=zero,
            top=top,
            most=self.most,
            lines=tuple(self.lines),
            bars=tuple(self.bars),
        )


def headed(selection: Selection) -> Sheet:
    """Title, and what the numbers are; that they are invented stands in the picture itself, wherever it is shown."""
    sheet = Sheet(selection)
    sheet.write(finding(selection), "title", 22, characters=TITLE_CHARACTERS)
    sheet.title_height = sheet.y + 6
    sheet.y += 4
    if selection.cube.demonstration:
        sheet.write(DEMONSTRATION.in_language(selection.language), "notice", 18, characters=NOTICE_CHARACTERS)
    sheet.write(_subtitle(selection), "quiet", 18)
    return sheet


def write_source(sheet: Sheet, publisher: str) -> None:
    selection = sheet.selection
    rounded = _ROUNDED.get(selection.cube.profile, Text(de="")).in_language(selection.language)
    source = _SOURCE.in_language(selection.language)
    sheet.y += 6
    sheet.write(source.format(publisher=publisher, release=selection.release.name, rounded=rounded).rstrip(), "quiet", 16)


def _subtitle(selection: Selection) -> str:
    cube, language = selection.cube, selection.language
    varying = [each.title.in_language(language) for each, codes in zip(cube.dimensions, selection.codes, strict=True) if len(codes) > 1]
    measure, unit = cube.measure_title.in_language(language), UNITS[cube.unit].in_language(language)
    parts = [measure if measure.casefold() == unit.casefold() else f"{measure} ({unit})", " × ".join(varying)]
    return " · ".join(filter(None, (*parts, where(selection))))
