"""Points as data.europa.eu gives them."""

import pytest

from dcat.check.mqa import MOST, NOTHING, Dimension, Indicator, Scored, Share
from tests.dcat.check.pages import single
from tests.dcat.check.server import checked

CSV = "<http://publications.europa.eu/resource/authority/file-type/CSV>"


def test_the_table_adds_up() -> None:
    sums = {each: sum(one.weight for one in Indicator if one.dimension is each) for each in Dimension}

    assert MOST == 405
    assert list(sums.values()) == [100, 100, 110, 75, 20]


def test_a_share_is_that_part_of_the_weight() -> None:
    scored = Scored(shares={**NOTHING, Indicator.KEYWORD: Share(1, 3), Indicator.THEME: Share(0, 3)})

    assert (scored.points, scored.reachable) == (10.0, 60)


@pytest.mark.parametrize(
    ("points", "word"),
    [(360, "ausgezeichnet"), (351, "ausgezeichnet"), (350, "gut"), (221, "gut"), (121, "ausreichend"), (120, "schlecht")],
)
def test_the_rating_has_four_words(points: int, word: str) -> None:
    shares = {**NOTHING, **dict.fromkeys(Indicator, Share(points, MOST))}

    assert Scored(shares=shares).rating == word


#: What is taken or changed in a feed of 400 points -> what it loses.
LOST = {
    (' dcat:keyword "projekt"@de ;', ""): {Indicator.KEYWORD: 30},
    ("  dcat:theme <http://publications.europa.eu/resource/authority/data-theme/GOVE> ;\n", ""): {Indicator.THEME: 30},
    ("  dct:spatial <http://sws.geonames.org/2894003> ;", ""): {Indicator.SPATIAL: 20},
    (" dct:temporal <{base}/id/1#time> ;", ""): {Indicator.TEMPORAL: 20},
    (" dcat:downloadURL <{base}/data/1.csv> ;", ""): {Indicator.DOWNLOAD: 20, Indicator.DOWNLOAD_STATUS: 30},
    (f"\n  dct:format {CSV} ;", ""): {Indicator.FORMAT: 20, Indicator.NON_PROPRIETARY: 20, Indicator.MACHINE_READABLE: 20},
    ("authority/file-type/CSV", "authority/file-type/PDF"): {Indicator.NON_PROPRIETARY: 20, Indicator.MACHINE_READABLE: 20},
    ("authority/file-type/CSV", "authority/file-type/XLSX"): {Indicator.NON_PROPRIETARY: 20},
    ("authority/access-right/PUBLIC", "authority/access-right/SENSITIVE"): {Indicator.ACCESS_RIGHTS_LISTED: 5},
    (" dcat:contactPoint <{base}/id/1#contact> ;", ""): {Indicator.CONTACT: 20},
    ("dl-zero-de/2.0>", "dl-zero-de/3.0>"): {Indicator.LICENCE_LISTED: 10},
    (" ; dct:rights <{base}/rights> .", " ."): {Indicator.RIGHTS: 5},
    ('  dct:issued "2026-01-01"^^xsd:date ;', ""): {Indicator.ISSUED: 5},
}  # fmt: skip


@pytest.mark.parametrize("change", LOST, ids=lambda each: f"{each[0].strip()[:40]}→{each[1][-12:]}")
def test_what_is_missing_costs_its_points_and_no_others(change: tuple[str, str]) -> None:
    scored = checked(single(change), links=10).scored
    lost = {each: each.weight - scored.points_for(each) for each in Indicator if scored.points_for(each) < each.weight}

    assert lost == {Indicator.BYTE_SIZE: 5, **LOST[change]}


def test_a_size_brings_five_points_and_costs_thirty() -> None:
    without = checked(single(), links=10).scored
    with_size = checked(single(more='<{base}/id/1#csv> dcat:byteSize "5"^^xsd:nonNegativeInteger .'), links=10).scored

    assert (without.points, with_size.points) == (400, 375)
