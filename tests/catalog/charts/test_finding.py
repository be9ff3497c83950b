"""The sentence of a page says what the published numbers say, and nothing more."""

from dataclasses import replace

import pytest

from catalog.charts.finding import finding
from schemas.statistics import UNKNOWN, Category, Cell, CellStatus, Profile, Release
from schemas.values import Text
from tests.catalog.charts.world import by_age, course, selected
from tests.catalog.statistics.world import CUBE, cells_of, release_of

WITHHELD = CellStatus.WITHHELD


def _said(release: Release, language: str = "de", **asked: str) -> str:
    return finding(selected(release, language, **asked)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("values", "missing", "said"),
    [
        ({"u30": 20, "30-59": 60, "60": 20}, {}, "Teilnehmende: am meisten bei 30 bis 59 (rund 60), insgesamt rund 100."),
        ({"u30": 40, "30-59": 40, "60": 20}, {}, "Teilnehmende: am meisten bei unter 30 und 30 bis 59 (rund 40), insgesamt rund 100."),
        ({"u30": 30, "30-59": 30, "60": 30}, {}, "Teilnehmende: alle 3 Zahlen sind gleich (rund 30)."),
        (
            {"u30": 20, "30-59": 60},
            {"60": WITHHELD},
            "Teilnehmende: von den veröffentlichten Zahlen die größte bei 30 bis 59 (rund 60), insgesamt rund 100.",
        ),
        (
            {"u30": 20},
            {"30-59": WITHHELD, "60": WITHHELD},
            "Teilnehmende: Nur 1 von 3 Zahlen sind veröffentlicht; das trägt keine Aussage.",
        ),
        ({}, dict.fromkeys(("u30", "30-59", "60"), WITHHELD), "Teilnehmende: Alle 3 Zahlen sind geheim gehalten."),
        (
            {},
            {"u30": WITHHELD, "30-59": WITHHELD, "60": CellStatus.NOT_COLLECTED},
            "Teilnehmende: Keine der 3 Zahlen ist veröffentlicht.",
        ),
    ],
)
def test_a_table_says_which_is_largest_as_far_as_is_published(values: dict[str, int], missing: dict[str, CellStatus], said: str) -> None:
    assert _said(by_age(values, missing)) == said


def test_exact_numbers_are_not_called_about() -> None:
    release = by_age({"u30": 21, "30-59": 62, "60": 17}, profile=Profile.OPEN)

    assert _said(release) == "Teilnehmende: am meisten bei 30 bis 59 (62), insgesamt 100."


def test_one_number_is_said_as_it_is_or_why_there_is_none() -> None:
    release = by_age({"u30": 1250}, {"30-59": WITHHELD, "60": CellStatus.NOT_EVALUATED})

    assert _said(release, alter="u30") == "Teilnehmende (Altersgruppe: unter 30): rund 1.250."
    assert _said(release, "en", alter="u30") == "Participants (Age group: under 30): about 1,250."
    assert _said(release, alter="30-59") == "Teilnehmende (Altersgruppe: 30 bis 59): Diese Zahl ist geheim gehalten."
    assert _said(release, alter="60") == "Teilnehmende (Altersgruppe: 60 und älter): Diese Zahl ist noch nicht ausgewertet."


def test_a_course_of_time_says_its_ends_if_both_are_published() -> None:
    assert _said(course([100, 200, 150])) == "Teilnehmende: rund 150 (2. Halbjahr), nach rund 100 (0. Halbjahr)."
    assert _said(course([None, 200, 150])).startswith("Teilnehmende: von den veröffentlichten Zahlen die größte bei 1. Halbjahr")


def test_a_long_course_says_its_peak_and_not_its_ends() -> None:
    assert "am meisten bei 7. Halbjahr (rund 90)" in _said(course([5, 0, *([10] * 5), 90, *([10] * 12)]))


def test_what_has_no_date_is_no_end_of_a_course() -> None:
    release = course([100, 200, 150])
    time = release.cube.dimensions[0]
    undated = replace(time, categories=(*time.categories, Category(code=UNKNOWN, title=Text(de="ohne Angabe"))))
    cube = replace(release.cube, dimensions=(undated, *release.cube.dimensions[1:]))
    cells = (*release.cells, Cell(key=(UNKNOWN, "_T", "_T"), value=35))

    assert _said(replace(release, cube=cube, cells=cells)) == "Teilnehmende: rund 150 (2. Halbjahr), nach rund 100 (0. Halbjahr)."


def test_a_total_beside_its_parts_is_not_the_largest_part() -> None:
    release = by_age({"u30": 20, "30-59": 60, "60": 20})

    assert _said(release, alter="_T,u30,30-59") == "Teilnehmende: am meisten bei 30 bis 59 (rund 60)."


def test_parts_of_a_table_claim_no_total() -> None:
    assert "insgesamt" not in _said(by_age({"u30": 20, "30-59": 60, "60": 20}), alter="u30,30-59")


def test_two_releases_with_the_same_cells_say_the_same() -> None:
    one = release_of()
    other = replace(one, reason=Text(de="anders"), cells=cells_of(CUBE))

    assert _said(one) == _said(other)
