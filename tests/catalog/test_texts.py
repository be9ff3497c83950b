"""Personal data in the words of a data set: its new metadata wait, what is published stays, the others go on."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from catalog.curation import Curation
from catalog.texts import personal, words_of_curation, words_of_declaration
from schemas.declaration import Declaration, city_wide
from schemas.model import Contact, CurationNote, Place, Series
from schemas.personal_data import Detector, Hit
from schemas.table import Code
from schemas.values import Licence, Text
from tests.catalog.world import SOURCE, World, bench, declaration, site

MAIL = "eva.muster@example.org"
MENDED = Detector(public=(MAIL,))


@pytest.fixture
def city(world: World) -> World:
    world.detector = Detector()
    return world


def found(world: World) -> list[tuple[str, str, str]]:
    return [(each.table, finding.code, finding.field) for each in world.store.quarantine() for finding in each.findings]


def column(field: str, **changed: object) -> Declaration:
    own = declaration()
    fields = tuple(replace(each, **changed) if each.name == field else each for each in own.table.fields)  # type: ignore[arg-type]  # test shorthand
    return replace(own, table=replace(own.table, fields=fields))


def with_table(**changed: object) -> Declaration:
    return replace(declaration(), table=replace(declaration().table, **changed))  # type: ignore[arg-type]  # test shorthand


_SAYS = Text(de=f"Fragen an {MAIL}")
_PLACES: dict[str, Declaration] = {
    "title": declaration(title=_SAYS),
    "description": declaration(description=Text(de="gut", en=f"ask {MAIL}")),
    "keywords": declaration(keywords=(Text(de="Bank"), Text(de=MAIL))),
    "provenance": declaration(provenance=_SAYS),
    "attribution": declaration(attribution=f"Foto: {MAIL}", licence=Licence.DL_BY_2),
    "landing_page": declaration(landing_page=f"https://example.org/kontakt?mail={MAIL}"),
    "series": declaration(series=Series(name="reihe", title=Text(de="Reihe"), description=_SAYS)),
    "table": with_table(description=_SAYS),
    "columns.place": column("place", description=_SAYS),
    "columns.place.codes": column("place", codes=(Code(value="a", title=_SAYS),)),
}


@pytest.mark.parametrize("field", _PLACES)
def test_personal_data_in_words_stop_a_first_publication_and_are_never_quoted(city: World, field: str) -> None:
    applied = city.harvest(bench("b1", "a"), of=_PLACES[field])

    assert city.store.known_datasets() == frozenset()
    code = "personal-link" if field == "landing_page" else "personal-email"
    assert found(city) == [("bench", code, field)]
    assert MAIL not in repr((applied, city.store.quarantine()))


def test_without_a_detector_nobody_looks(world: World) -> None:
    """Negative control."""
    world.harvest(bench("b1"), of=_PLACES["title"])

    assert world.store.dataset("baenke").dataset.title == _SAYS


def test_new_words_with_personal_data_leave_the_last_good_ones_and_the_others_go_on(city: World) -> None:
    city.harvest(bench("b1"))
    before = city.store.dataset("baenke")
    plan = city.plan([bench("b1", "Bahnhof")], of=_PLACES["description"])
    other = city.plan([bench("t1", table="tisch")], of=declaration("tische", "tisch"))

    applied = city.publisher.apply(city.save(replace(plan, tables=plan.tables + other.tables)))

    assert city.store.dataset("baenke") == before
    assert applied.editions == {"tische": 1}
    assert found(city) == [("bench", "personal-email", "description")]

    city.harvest(bench("b1", "Bahnhof"))
    assert found(city) == []
    assert "Bahnhof" in city.content()


def test_words_that_a_new_rule_finds_stay_published_and_are_on_the_list(world: World) -> None:
    world.harvest(bench("b1"), of=_PLACES["title"])
    before = world.store.dataset("baenke")
    world.detector = Detector()

    world.publisher.refresh()
    world.publisher.refresh()
    assert world.store.dataset("baenke") == before
    assert found(world) == [("bench", "personal-email", "title")]

    world.harvest(bench("b1", "Bahnhof"), of=_PLACES["title"])
    assert "Bahnhof" in world.content(), "rows go on under words that are public already"
    assert found(world) == [("bench", "personal-email", "title")]

    world.detector = MENDED
    world.publisher.refresh()
    assert found(world) == []


_CURATED = """
[title]
de = "TITLE"
who = "WHO"
why = "Satzung"
"""


def curate(world: World, title: str = "Parkbänke", who: str = "Grünamt", more: str = "") -> None:
    world.curation.mkdir(exist_ok=True)
    (world.curation / "baenke.toml").write_text(_CURATED.replace("TITLE", title).replace("WHO", who) + more, encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"title": f"Bänke von {MAIL}"}, "title"),
        ({"who": MAIL}, "title"),
        ({"more": f'[contact]\nname = "Amt"\nemail = "{MAIL}"\nwho = "Amt"\nwhy = "zuständig"\n'}, "contact"),
    ],
)
def test_a_curation_with_personal_data_counts_as_the_last_good_one(city: World, words: dict[str, str], field: str) -> None:
    curate(city)
    city.harvest(bench("b1"))

    curate(city, **words)
    city.publisher.refresh()
    city.harvest(bench("b1", "Bahnhof"))

    dataset = city.store.dataset("baenke").dataset
    assert (dataset.title.de, "Bahnhof" in city.content()) == ("Parkbänke", True)
    assert found(city) == [("bench", "personal-email", field)]
    assert city.store.quarantine()[0].findings[0].origin == "curation/baenke.toml"
    assert MAIL not in repr((dataset, city.store.quarantine()))


def test_a_broken_curation_is_reported_without_what_it_quotes(city: World) -> None:
    city.harvest(bench("b1"))
    curate(city, more=f'[landing_page]\nurl = "mailto:{MAIL}"\nwho = "Amt"\nwhy = "zuständig"\n')

    city.publisher.refresh()

    (item,) = city.store.quarantine()
    assert "curation/baenke.toml" in item.findings[0].message
    assert MAIL not in repr(item)


def test_a_person_can_mend_harvested_words_by_curation(city: World) -> None:
    city.harvest(bench("b1"), of=_PLACES["title"])
    assert found(city)

    curate(city)
    city.harvest(bench("b1"), of=_PLACES["title"])

    assert city.store.dataset("baenke").dataset.title.de == "Parkbänke"
    assert found(city) == []


def test_words_that_were_judged_by_the_same_rules_are_not_judged_again(city: World) -> None:
    curate(city)
    for name in ("eins", "zwei"):
        city.harvest(bench("x", table=name), of=declaration(name, name), source=replace(SOURCE, name=name))
    city.harvest(bench("b1"))
    city.publisher.refresh()

    assert _looks(city, lambda: city.publisher.refresh()) == 0
    city.site = site(title="Anders", official=True)
    assert _looks(city, lambda: city.publisher.refresh()) == 0, "all data sets were looked at, but no word of them has changed"
    assert city.store.dataset("baenke").dataset.official

    curate(city, title="Andere Bänke")
    looks = _looks(city, lambda: city.publisher.refresh())
    assert 0 < looks < 10, "only what is new is looked at"


def _looks(world: World, act: Callable[[], object]) -> int:
    """How many texts the detector looks at meanwhile."""

    class Counting(Detector):
        looks = 0

        def find_each(self, texts: Sequence[tuple[str, str]]) -> list[tuple[Hit, ...]]:
            type(self).looks += len(texts)
            return super().find_each(texts)

    world.detector = Counting()
    act()
    world.detector = Detector()
    return Counting.looks


def test_every_declaration_of_the_program_is_clean() -> None:
    detector = Detector()
    for each in city_wide().values():
        assert personal(detector, words_of_declaration(each, Curation()), table=each.table.name) == ()


def test_every_field_of_a_curation_that_holds_words_is_read() -> None:
    say = Text(de="wort", en="word")
    curation = Curation(
        title=say,
        description=say,
        keywords=(say,),
        contact=Contact(name="wort", email="wort", url="wort"),
        landing_page="wort",
        spatial=Place(title=say),
        notes=(CurationNote(field="licence", who="wort", why="wort"),),
    )
    read = [field for field, text in words_of_curation(curation) if text in ("wort", "word")]

    assert len(read) == 14
    assert set(read) == {"title", "description", "keywords", "contact", "landing_page", "spatial", "licence"}
