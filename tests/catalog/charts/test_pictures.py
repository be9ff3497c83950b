"""There are finitely many charts, and each question finds the one that shows its cells, or hears why there is none."""

import pytest

from catalog.charts.pictures import MOST_BARS, Nearest, Refusal, nearest, pictures_of
from schemas.statistics import CellStatus
from tests.catalog.charts.world import by_age, course, selected, wide
from tests.catalog.statistics.world import cells_of, release_of

WITHHELD = CellStatus.WITHHELD


def test_every_planned_table_and_every_single_code_of_two_dimensions_has_one() -> None:
    names = set(pictures_of(release_of(wide(4), cells=cells_of(wide(4), {}))))

    assert names == {
        "thema",
        "thema+alter",
        *(f"alter@thema=c{n}" for n in range(4)),
        *(f"thema@alter={code}" for code in ("u30", "30-59", "60")),
    }


def test_single_codes_of_a_long_dimension_have_none() -> None:
    """A hundred months would be a hundred charts."""
    long = wide(MOST_BARS + 1)

    release = release_of(long, cells=cells_of(long, {}))

    assert not [each for each in pictures_of(release) if "@thema=" in each]
    assert nearest(selected(release, thema="c1", group_by="alter")) is Refusal.MANY


def test_what_would_show_little_is_not_drawn() -> None:
    # Of two half-years there is no picture, and 2025-S2 has one number of three by age.
    assert set(pictures_of(release_of())) == {"alter", "halbjahr+alter", "halbjahr+ortsbezirk", "ortsbezirk@halbjahr=2026-S1"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, Nearest(name="halbjahr+alter", exact=True)),
        ({"group_by": "alter"}, Nearest(name="alter", exact=True)),
        ({"alter": "u30,60", "group_by": "alter"}, Nearest(name="alter", exact=False)),
        ({"alter": "_T,u30,30-59,60", "group_by": "alter"}, Nearest(name="alter", exact=False)),
        ({"halbjahr": "2026-S1", "group_by": "ortsbezirk"}, Nearest(name="ortsbezirk@halbjahr=2026-S1", exact=True)),
        ({"halbjahr": "2025-S2", "group_by": "alter"}, Refusal.WITHHELD),
        ({"alter": "60", "group_by": "alter"}, Refusal.FEW),
        ({"group_by": "halbjahr"}, Refusal.FEW),
        ({"group_by": "_T"}, Refusal.FEW),
    ],
)
def test_a_question_finds_its_chart(asked: dict[str, str], found: Nearest | Refusal) -> None:
    release = release_of()

    assert nearest(selected(release, **asked)) == found
    assert not isinstance(found, Nearest) or found.name in pictures_of(release)


def test_a_withheld_majority_is_not_drawn() -> None:
    values = {"u30": 5}
    hidden = by_age(values, {"30-59": WITHHELD, "60": WITHHELD})

    assert pictures_of(hidden) == {}
    assert nearest(selected(hidden)) is Refusal.WITHHELD


def test_more_bars_than_anybody_reads_are_not_drawn_but_a_long_course_of_time_is() -> None:
    many = wide(MOST_BARS + 1)
    release = release_of(many, cells=cells_of(many, {}, dict.fromkeys((), 0)))

    assert "thema" not in pictures_of(release)
    assert nearest(selected(release)) is Refusal.MANY
    assert set(pictures_of(course([5] * 120))) == {"halbjahr"}


def test_both_languages_have_the_same_charts() -> None:
    assert list(pictures_of(release_of(), "de")) == list(pictures_of(release_of(), "en"))
