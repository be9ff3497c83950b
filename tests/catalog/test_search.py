"""Search: what is found, in which order, with which counts; and that nothing people type is an error."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.search import Document, Found, Query, Search, document_of
from schemas.aliases import Aliases, Named
from schemas.declaration import city_wide
from schemas.values import Text
from tests.catalog.shapes_of_rows import ROWS
from tests.catalog.test_datapackage import DATASET

NOW = datetime(2026, 7, 25, 12, tzinfo=UTC)
_numbers = count(1)
Make = Callable[..., Search]


def document(
    name: str,
    title: str = "",
    *,
    en: str = "",
    description: str = "",
    keywords: tuple[str, ...] = (),
    columns: tuple[str, ...] = (),
    content: tuple[str, ...] = (),
    themes: tuple[str, ...] = ("GOVE",),
    kind: str = "other",
    formats: tuple[str, ...] = ("csv",),
    licence: str = "dl-zero-de/2.0",
    days: int = 0,
) -> Document:
    return Document(
        name=name,
        number=next(_numbers),
        title=Text(de=title, en=en),
        description=Text(de=description),
        keywords=tuple(Text(de=each) for each in keywords),
        columns=tuple(Text(de=each) for each in columns),
        content=content,
        themes=themes,
        kind=kind,
        formats=formats,
        licence=licence,
        modified=NOW - timedelta(days=days),
    )


@pytest.fixture
def search(tmp_path: Path) -> Make:
    revisions = count(1)

    def made(*documents: Document) -> Search:
        index = Search(tmp_path / "search")
        assert index.build(next(revisions), documents)
        return index

    return made


def find(index: Search, text: str = "", **query: object) -> Found:
    return index.find(Query(text=text, **query), now=NOW)  # type: ignore[arg-type]  # whatever a test asks


def names(index: Search, text: str = "", **query: object) -> list[str]:
    return list(find(index, text, **query).names)


# --- words


@pytest.mark.parametrize("text", ["Bäume", "Baeume", "BÄUME", "baum", "BAUM", "Bäumen", "ba\u0308ume", "Baumes"])
def test_trees_are_found_however_they_are_written(search: Make, text: str) -> None:
    assert names(search(document("baeume", "Bäume der Stadt"), document("bad", "Bäder")), text) == ["baeume"]


@pytest.mark.parametrize("title", ["Bäume", "Baeume", "BÄUME", "Ein Baum"])
def test_trees_are_found_however_their_title_is_written(search: Make, title: str) -> None:
    assert names(search(document("baeume", title), document("bad", "Bäder")), "Bäume") == ["baeume"]


@pytest.mark.parametrize("text", ["Straße", "strasse", "STRASSE", "Straßen", "fahrrad", "Fahrräder", "Fahrradstrasse", "Fahrradstraßen"])
def test_parts_of_compounds_are_found(search: Make, text: str) -> None:
    assert names(search(document("rad", "Fahrradstraßen"), document("bad", "Bäder")), text) == ["rad"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Baum", "Obstbäume"),
        ("Bäume", "Straßenbaumkataster"),
        ("Platz", "Kinderspielplatzbau"),
        ("Wege", "Radwege"),
        ("Haus", "Rathäuser"),
        ("Zählung", "Verkehrszählungen"),
        ("Kaiserslauter", "Kaiserslautern"),
        ("Beteilig", "Bürgerbeteiligung"),
    ],
)
def test_parts_at_the_end_at_the_beginning_and_within(search: Make, text: str, title: str) -> None:
    assert names(search(document("treffer", title), document("bad", "Bäder")), text) == ["treffer"]


@pytest.mark.parametrize(("text", "title"), [("Rate", "Strategie"), ("Rad", "Parade"), ("Amt", "Gesamtheit"), ("Ton", "Beton")])
def test_letters_that_happen_to_stand_in_a_word_are_no_part_of_it(search: Make, text: str, title: str) -> None:
    assert names(search(document("treffer", title)), text) == []


def test_english_words_are_stemmed_as_english(search: Make) -> None:
    index = search(document("staedte", "Städte", en="Cities and participation"), document("bad", "Bäder"))

    assert names(index, "city") == ["staedte"]
    assert names(index, "participations") == ["staedte"]


@pytest.mark.parametrize("text", ["Café", "cafe", "CAFE", "cafés"])
def test_accents_do_not_matter(search: Make, text: str) -> None:
    assert names(search(document("cafe", "Cafés der Stadt")), text) == ["cafe"]


def test_column_titles_and_cells_are_found_too(search: Make) -> None:
    index = search(document("a", "Eins", columns=("Stimmenzahl",)), document("b", "Zwei", content=("Theatergarten", "Fruchthalle")))

    assert names(index, "Stimmenzahl") == ["a"]
    assert names(index, "Fruchthalle") == ["b"]


# --- order


@pytest.mark.parametrize(("asked", "other"), [("Zählung", "Zahlung"), ("Zahlung", "Zählung")])
@pytest.mark.parametrize("pattern", ["{}", "Die {} von 2023", "{}en"])
@pytest.mark.parametrize("turned", [False, True])
def test_counting_and_paying_are_kept_apart(search: Make, asked: str, other: str, pattern: str, turned: bool) -> None:
    documents = [document("same", pattern.format(asked)), document("other", pattern.format(other))]
    index = search(*(reversed(documents) if turned else documents))

    assert names(index, asked) == ["same", "other"]


@pytest.mark.parametrize(("asked", "other"), [("Zählung", "Zahlung"), ("Zahlung", "Zählung")])
@pytest.mark.parametrize("ending", ["", "en"])
def test_counting_and_paying_are_kept_apart_in_compounds(search: Make, asked: str, other: str, ending: str) -> None:
    index = search(document("other", f"Orts{other.lower()}{ending}"), document("same", f"Orts{asked.lower()}{ending}"))

    assert names(index, asked)[0] == "same"


@pytest.mark.parametrize(("asked", "other"), [("Zählung", "Zahlung"), ("Zahlung", "Zählung"), ("Zaehlung", "Zahlung")])
def test_the_word_itself_in_the_weakest_place_comes_before_its_lookalike_in_the_best(search: Make, asked: str, other: str) -> None:
    everywhere = document("other", other, description=other, keywords=(other,), columns=(other,), content=(other,))
    index = search(everywhere, document("same", "Etwas", content=(asked,)))

    assert names(index, asked) == ["same", "other"]


def test_exact_comes_before_stem_before_part(search: Make) -> None:
    index = search(document("part", "Fahrradstraße"), document("stem", "Straßen"), document("exact", "Straße"))

    assert names(index, "Straße") == ["exact", "stem", "part"]


def test_title_before_keywords_before_description_before_columns_before_content(search: Make) -> None:
    places = [
        document("content", "Eins", content=("Park",)),
        document("columns", "Zwei", columns=("Park",)),
        document("description", "Drei", description="Ein Park."),
        document("keywords", "Vier", keywords=("Park",)),
        document("title", "Park"),
    ]

    assert names(search(*places), "Park") == ["title", "keywords", "description", "columns", "content"]


def test_a_plural_in_the_title_comes_before_the_word_in_a_column(search: Make) -> None:
    index = search(document("verfahren", "Beteiligungsverfahren", columns=("Projekt",)), document("projekte", "Projekte der Stadt"))

    assert names(index, "Projekt") == ["projekte", "verfahren"]


def test_equals_stand_in_the_order_of_publication(search: Make) -> None:
    first, second, third = (document(name, "Park") for name in ("c", "a", "b"))

    assert names(search(third, first, second), "Park") == ["c", "a", "b"]


def test_other_orders(search: Make) -> None:
    index = search(
        document("u", "Übersicht", en="Beta", days=3),
        document("z", "Zahlen", en="Alpha", days=1),
        document("a", "Ärzte", en="Gamma", days=2),
    )

    assert names(index, sort="title") == ["a", "u", "z"]
    assert names(index, sort="title", language="en") == ["z", "u", "a"]
    assert names(index, sort="modified") == ["z", "a", "u"]
    assert names(index) == ["z", "a", "u"]


# --- several words


def test_all_words_must_be_there(search: Make) -> None:
    index = search(document("both", "Bäume", description="in Parks"), document("one", "Bäume"), document("two", "Park"))

    found = find(index, "Park Baum")

    assert (found.names, found.relaxed) == (("both",), False)


def test_if_no_data_set_has_all_words_those_with_some_are_given_and_it_is_said(search: Make) -> None:
    index = search(document("one", "Bäume"), document("two", "Parks"), document("three", "Bäder"))

    found = find(index, "Park Baum Schule")

    assert (set(found.names), found.relaxed) == ({"one", "two"}, True)


def test_fillers_do_not_count_unless_there_is_nothing_else(search: Make) -> None:
    index = search(document("a", "Bäume"), document("b", "Der die das"))

    assert names(index, "die Bäume in der") == ["a"]
    assert names(index, "die") == ["b"]


@pytest.mark.parametrize(("text", "suggestion"), [("Fahradstraße", "Fahrradstraße"), ("Beteilgung", "Beteiligung"), ("Prak", "Park")])
def test_a_misspelt_word_leads_to_the_right_one(search: Make, text: str, suggestion: str) -> None:
    index = search(document("a", "Fahrradstraße"), document("b", "Beteiligung am Park"))

    found = find(index, text)

    assert (found.total, found.suggestion) == (0, suggestion)
    assert find(index, suggestion).total == 1


def test_only_the_misspelt_word_is_replaced(search: Make) -> None:
    found = find(search(document("a", "Beteiligung am Park")), "Park Beteilgung")

    assert (found.relaxed, found.suggestion) == (True, "Park Beteiligung")


def test_no_suggestion_without_a_similar_word(search: Make) -> None:
    assert find(search(document("a", "Park")), "Xylophon").suggestion == ""


# --- facets


def varied() -> list[Document]:
    return [
        document("a", "Bäume", themes=("ENVI", "GOVE"), kind="sensor", formats=("csv", "geojson"), days=1),
        document("b", "Bäume", themes=("ENVI",), kind="project", formats=("csv",), licence="cc-by/4.0", days=100),
        document("c", "Parks", themes=("GOVE",), kind="project", formats=("csv", "json"), days=400),
        document("d", "Parks und Bäume", themes=("TRAN",), kind="sensor", formats=("json",), days=30),
    ]


def test_facets_count_data_sets_most_first(search: Make) -> None:
    assert find(search(*varied())).facets == {
        "theme": (("ENVI", 2), ("GOVE", 2), ("TRAN", 1)),
        "kind": (("project", 2), ("sensor", 2)),
        "format": (("csv", 3), ("json", 2), ("geojson", 1)),
        "licence": (("dl-zero-de/2.0", 3), ("cc-by/4.0", 1)),
        "catalogue": (),
        "updated": (("30d", 2), ("1y", 3), ("older", 1)),
    }


def test_a_facet_is_counted_without_its_own_filter_but_with_the_others(search: Make) -> None:
    found = find(search(*varied()), "Baum", theme=("ENVI",))

    assert found.names == ("a", "b")
    assert found.facets["theme"] == (("ENVI", 2), ("GOVE", 1), ("TRAN", 1))
    assert found.facets["kind"] == (("project", 1), ("sensor", 1))


def test_several_values_of_a_filter_mean_any_of_them(search: Make) -> None:
    assert set(names(search(*varied()), theme=("TRAN", "GOVE"))) == {"a", "c", "d"}


@pytest.mark.parametrize(("updated", "expected"), [("30d", {"a", "d"}), ("1y", {"a", "b", "d"}), ("older", {"c"})])
def test_time_of_change(search: Make, updated: str, expected: set[str]) -> None:
    assert set(names(search(*varied()), updated=updated)) == expected


VALUES = {
    "theme": ["ENVI", "GOVE", "TRAN"],
    "kind": ["sensor", "project"],
    "format": ["csv", "json", "geojson"],
    "licence": ["dl-zero-de/2.0", "cc-by/4.0"],
    "updated": ["", "30d", "1y", "older"],
}
chosen = st.fixed_dictionaries(
    {name: st.sampled_from(each) if name == "updated" else st.lists(st.sampled_from(each), max_size=2) for name, each in VALUES.items()}
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Search:
    index = Search(tmp_path_factory.mktemp("shared"))
    assert index.build(1, varied())
    return index


@given(st.sampled_from(["", "Baum", "Park Baum", "Park Schule", "Xylophon"]), chosen)
def test_choosing_a_value_leads_to_as_many_as_its_count_said(shared: Search, text: str, filters: dict[str, object]) -> None:
    filters = {name: value if isinstance(value, str) else tuple(value) for name, value in filters.items()}  # type: ignore[arg-type]  # lists

    for name, counts in find(shared, text, **filters).facets.items():
        for value, number in counts:
            alone = value if name == "updated" else (value,)
            assert number == find(shared, text, **(filters | {name: alone})).total > 0


# --- pages


def test_pages_join_to_the_whole(search: Make) -> None:
    index = search(*(document(f"d{number}", "Park") for number in range(7)))

    pages = [names(index, "Park", page=page, page_size=3) for page in (1, 2, 3, 4)]

    assert [len(each) for each in pages] == [3, 3, 1, 0]
    assert [name for page in pages for name in page] == names(index, "Park")
    assert find(index, "Park", page=10**18, page_size=10**18).total == 7


@pytest.mark.parametrize("wrong", [{"page": 0}, {"page_size": 0}, {"sort": "random"}, {"updated": "2d"}])
def test_a_wrong_query_is_refused_where_it_is_made(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"not one of|start at 1"):
        Query(**wrong)  # type: ignore[arg-type]  # on purpose


# --- whatever people type


@settings(max_examples=200)
@given(st.text(max_size=40) | st.text(alphabet="\"'()[]{}*?~^:+-&|!\\/<>.,;=$#@`´„“ \t\n\r\x00\x07abäß", max_size=30))
def test_no_text_is_an_error(shared: Search, text: str) -> None:
    found = find(shared, text)

    assert found.total >= len(found.names)


@pytest.mark.parametrize(
    "text",
    ["x" * 100_000, "ä " * 50_000, "(" * 10_000, "title:baum AND *", 'NOT "', "baum~2^9", "/.*/", "\ud800baum", "🌳", "\x00", "ǅ ﬁ ²"],
)
def test_hostile_texts(shared: Search, text: str) -> None:
    assert find(shared, text).total >= 0


@given(st.text(max_size=10))
def test_no_filter_value_is_an_error(shared: Search, value: str) -> None:
    assert find(shared, theme=(value,), licence=(value, "cc-by/4.0")).total == 0


@pytest.mark.parametrize("text", ["???", "„“", "-", "()"])
def test_a_text_without_letters_finds_nothing_but_an_empty_one_everything(shared: Search, text: str) -> None:
    assert find(shared, text).total == 0
    assert find(shared, "  ").total == 4


@settings(max_examples=15)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_a_data_set_is_found_by_every_word_of_its_title(tmp_path_factory: pytest.TempPathFactory, titles: list[str]) -> None:
    index = Search(tmp_path_factory.mktemp("any"))
    assert index.build(1, [document(f"d{number}", title) for number, title in enumerate(titles)])

    for number, title in enumerate(titles):
        found = find(index, title)
        assert f"d{number}" in found.names or not any(each.isalnum() for each in title)


# --- the real data sets


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Search:
    index = Search(tmp_path_factory.mktemp("real"))
    assert index.build(1, declared())
    return index


def declared() -> Iterator[Document]:
    for number, each in enumerate(city_wide().values(), start=1):
        yield Document(
            name=each.name,
            number=number,
            title=each.title,
            description=each.description,
            keywords=each.keywords,
            columns=tuple(field.title for field in each.table.fields),
            themes=tuple(theme.code for theme in each.themes),
            kind=each.kind,
            licence="dl-zero-de/2.0",
            modified=NOW,
        )


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Projekte", "projekte"),
        ("Projekt", "projekte"),
        ("Stadtrat Beschluss", "ratsbeschluesse"),
        ("Sensoren", "messstellen"),
        ("Veranstaltung", "veranstaltungen"),
        ("Ortsbezirk", "ortsbezirke"),
        ("council decisions", "ratsbeschluesse"),
        ("districts", "ortsbezirke"),
    ],
)
def test_the_citys_data_sets_are_found_first_by_their_own_words(real: Search, text: str, first: str) -> None:
    assert names(real, text)[0] == first


def test_a_document_is_made_from_a_data_set_and_its_rows() -> None:
    made = document_of(DATASET, ROWS)

    assert (made.name, made.themes, made.licence) == ("messstellen", ("ENVI",), "dl-zero-de/2.0")
    assert made.content == ("Fahrradstraße „West“", 'sagt: "ja",\nauch morgen')
    assert Text(de="Straße", en="name (en)") in made.columns


def test_a_data_set_is_found_under_every_name_of_what_it_is_about(tmp_path: Path) -> None:
    place = Named(id="stadt-raum-wir", names=("Dritter Ort", "Dritte Orte", "Stadt.Raum.Wir."))
    platform = Named(
        id="klmitwirkung", names=("KLMitWirkung", "KLmitWirkung", "KL MitWirkung", "Kaiserslautern MitWirkung", "klmitwirkung.de")
    )
    documents = [
        document("orte", "Besuche", content=("Stadt.Raum.Wir.",)),
        document("beitraege", "Beiträge auf KLMitWirkung"),
        document("umfrage", "Umfrage", description="Ausgewertet über www.klmitwirkung.de"),
        document("radweg", "Radweg"),
    ]
    index, plain = Search(tmp_path / "search", aliases=Aliases([place, platform])), Search(tmp_path / "search")
    index.build(1, documents)

    def names(text: str) -> set[str]:
        return set(index.find(Query(text=text), now=NOW).names)

    assert names("Dritter Ort") == names("dritte-orte") == names("Stadt Raum Wir") == {"orte"}
    assert all(names(each) == {"beitraege", "umfrage"} for each in platform.names)
    assert names("Besuche Dritter Ort") == {"orte"}
    assert plain.find(Query(text="Dritter Ort"), now=NOW).names == ()
