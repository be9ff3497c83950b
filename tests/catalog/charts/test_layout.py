"""Where bars, labels and reasons stand: bars begin at zero, nothing leaves the sheet, and nothing is told by colour alone."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.charts.layout import layout
from catalog.charts.placing import WIDTH, Layout
from schemas.statistics import CellStatus
from tests.catalog.charts.world import by_age, course, selected
from tests.catalog.statistics.world import CUBE, release_of

PUBLISHER = "Stadt Kaiserslautern"


def _texts(placed: Layout, style: str = "") -> list[str]:
    return [each.text for each in placed.lines if not style or each.style == style]


def test_every_number_stands_beside_its_bar_and_every_reason_in_place_of_one() -> None:
    placed = layout(selected(by_age({"u30": 20, "30-59": 1260}, {"60": CellStatus.WITHHELD})), PUBLISHER)

    assert _texts(placed, "label") == ["unter 30", "30 bis 59", "60 und älter"]
    assert _texts(placed, "value") == ["20", "1.260"]
    assert _texts(placed, "missing") == ["geheim gehalten"]
    assert [each.value for each in placed.bars] == [20, 1260]


def test_title_unit_release_source_and_rounding_stand_on_the_sheet() -> None:
    words = " ".join(_texts(layout(selected(by_age({"u30": 20, "30-59": 60, "60": 20})), PUBLISHER)))

    assert words.startswith("Teilnehmende: am meisten bei 30 bis 59")
    assert "Teilnehmende (Personen) · Altersgruppe" in words
    assert "Quelle: Stadt Kaiserslautern, Stand 2026-11-20. Auf Vielfache von 5 gerundet." in words


def test_invented_numbers_say_so_on_the_sheet_itself() -> None:
    real = layout(selected(release_of()), PUBLISHER)
    invented = layout(selected(release_of(replace(CUBE, demonstration=True))), PUBLISHER)

    assert "Demonstration (synthetisch): Die Zahlen sind erfunden" in " ".join(_texts(invented, "notice"))
    assert _texts(real, "notice") == []


def test_a_course_of_time_stands_and_says_what_its_signs_mean() -> None:
    placed = layout(selected(course([100, None, 50])), PUBLISHER)

    assert placed.standing
    assert placed.top < placed.zero
    assert [each.value for each in placed.bars] == [100, 50]
    assert _texts(placed, "missing") == ["."]
    assert ". geheim gehalten" in _texts(placed, "quiet")
    assert not layout(selected(release_of()), PUBLISHER).standing


def test_between_narrow_columns_one_sign_stands_for_all_reasons_and_is_explained() -> None:
    placed = layout(selected(course([None, *([10] * 60)])), PUBLISHER)

    assert _texts(placed, "missing") == ["·"]
    assert "· geheim gehalten (1)" in _texts(placed, "quiet")


@settings(max_examples=50, derandomize=True, deadline=None)
@given(
    values=st.lists(st.one_of(st.none(), st.integers(0, 9_999_995)), min_size=3, max_size=150).filter(lambda found: any(found)),
    title=st.sampled_from(["{}", "Monat {} 2024", "{}. Halbjahr des Jahres"]),
)
def test_nothing_of_a_course_leaves_the_sheet(values: list[int | None], title: str) -> None:
    placed = layout(selected(course(values, title=title)), PUBLISHER)

    assert all(0 <= each.start < each.end <= WIDTH for each in placed.bars)
    assert all(0 <= each.x <= WIDTH and 0 < each.y < placed.height for each in placed.lines)
    assert max(each.value for each in placed.bars) <= placed.most


@settings(max_examples=50, derandomize=True, deadline=None)
@given(
    values=st.lists(st.integers(0, 9_999_995), min_size=3, max_size=3), status=st.sampled_from([each for each in CellStatus if each.value])
)
def test_no_bar_runs_into_the_next(values: list[int], status: CellStatus) -> None:
    placed = layout(selected(by_age(dict(zip(("u30", "30-59"), values, strict=False)), {"60": status})), PUBLISHER)

    edges = [edge for each in placed.bars for edge in (each.start, each.end)]
    assert edges == sorted(edges)
    assert placed.height > edges[-1]
