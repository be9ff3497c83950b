"""Mapping of foreign records: what is understood, and that nothing breaks it."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.codec import dumps, loads
from harvesters.catalogues import graphs, packages, search
from harvesters.catalogues.codes import code_of, codes_of
from harvesters.catalogues.formats import format_of, media_type_of
from harvesters.catalogues.iris import OwnAddresses, is_iri, web_address
from harvesters.catalogues.licences import licence_of
from harvesters.catalogues.moments import day_of, moment_of
from harvesters.catalogues.outcome import Adopted, Unusable
from harvesters.catalogues.places import bbox_of
from harvesters.catalogues.project_open_data import tree_of
from harvesters.catalogues.rdf import read_page
from harvesters.catalogues.rows import row_of, shared_identifier
from harvesters.catalogues.texts import line, plain, text_of
from schemas.errors import SourceError
from schemas.rules import row_findings
from schemas.table import common_tables
from schemas.upstream import UpstreamDataset
from schemas.values import AccessRight, FileFormat, Frequency, HvdCategory, Language, Licence, Text, Theme
from tests.harvesters.catalogues.portals import described, extras, feed_page, package
from tests.shared import SHARED

HOME = "https://portal.example/"
LICENCES = {
    "http://dcat-ap.de/def/licenses/dl-by-de/2.0": Licence.DL_BY_2,
    "https://dcat-ap.de/def/licenses/dl-by-de/2.0/": Licence.DL_BY_2,
    "http://www.dcat-ap.de/def/licenses/dl-by-de/2_0": Licence.DL_BY_2,
    "http://dcat-ap.de/def/licenses/dl-zero-de/2_0": Licence.DL_ZERO_2,
    "https://www.govdata.de/dl-de/zero-2-0": Licence.DL_ZERO_2,
    "dl-de-zero-2.0": Licence.DL_ZERO_2,
    "Datenlizenz Deutschland - Zero - Version 2.0": Licence.DL_ZERO_2,
    "http://creativecommons.org/licenses/by/4.0/deed.de": Licence.CC_BY_4,
    "https://creativecommons.org/licenses/by/4.0/legalcode": Licence.CC_BY_4,
    "CC-BY-4.0": Licence.CC_BY_4,
    "http://dcat-ap.de/def/licenses/cc-by/4_0": Licence.CC_BY_4,
    "https://creativecommons.org/licenses/by-sa/4.0": Licence.CC_BY_SA_4,
    "http://publications.europa.eu/resource/authority/licence/CC_BYSA_4_0": Licence.CC_BY_SA_4,
    "http://publications.europa.eu/resource/authority/licence/CC0": Licence.CC_ZERO,
    "https://creativecommons.org/publicdomain/zero/1.0/": Licence.CC_ZERO,
    "http://www.opendefinition.org/licenses/cc-zero": Licence.CC_ZERO,
    "http://www.opendefinition.org/licenses/odc-odbl": Licence.ODBL,
    "http://dcat-ap.de/def/licenses/od-bl": Licence.ODBL,
    "https://opendatacommons.org/licenses/by/1-0/": Licence.ODC_BY,
    "odc-pddl": Licence.PDDL,
    "http://dcat-ap.de/def/licenses/official-work": Licence.OFFICIAL_WORK,
    # Which version is meant, or that it is ours at all, would be a guess.
    "cc-by": None,
    "http://dcat-ap.de/def/licenses/cc-by": None,
    "http://dcat-ap.de/def/licenses/cc-by-de/3.0": None,
    "http://creativecommons.org/licenses/by/3.0/": None,
    "http://creativecommons.org/licenses/by-nc/4.0/": None,
    "https://evil.example/creativecommons.org/licenses/by/4.0/": None,
    "other-open": None,
}


@pytest.mark.parametrize("stated", LICENCES)
def test_licences_are_known_by_all_their_names_and_by_no_others(stated: str) -> None:
    found = licence_of([stated])

    assert (found.known, found.stated) == (LICENCES[stated], stated)


def test_every_licence_of_the_list_knows_its_own_names() -> None:
    for each in Licence:
        assert [licence_of([name]).known for name in (each.iri, each.text_url, each.title.de, each.iri + "/")] == [each] * 4


@pytest.mark.parametrize("stated", [[], [""], ["notspecified"], [" ", "None"]])
def test_no_licence_is_no_licence(stated: list[str]) -> None:
    assert licence_of(stated).stated == ""


@pytest.mark.parametrize(
    ("stated", "known", "iri"),
    [
        (["http://publications.europa.eu/resource/authority/file-type/CSV"], FileFormat.CSV, "CSV"),
        (["https://publications.europa.eu/resource/authority/file-type/CSV/"], FileFormat.CSV, "CSV"),
        (["https://www.iana.org/assignments/media-types/text/csv"], FileFormat.CSV, "CSV"),
        (["text/csv; charset=utf-8"], FileFormat.CSV, "CSV"),
        (["GeoJSON"], FileFormat.GEOJSON, "GEOJSON"),
        (["WMS"], None, "WMS_SRVC"),
        (["unbekannt", "application/pdf"], None, "PDF"),
        (["application/x-ndjson"], FileFormat.NDJSON, "JSON"),
        (["http://publications.europa.eu/resource/authority/file-type/XLSB"], None, "XLSB"),
    ],
)
def test_formats_are_known_by_iri_media_type_and_word(stated: list[str], known: FileFormat | None, iri: str) -> None:
    assert format_of(stated) == (known, f"http://publications.europa.eu/resource/authority/file-type/{iri}")


def test_an_unknown_format_stays_as_it_is() -> None:
    assert format_of(["Lochkarte"]) == (None, "Lochkarte")
    assert [media_type_of([each]) for each in ("Lochkarte", "https://www.iana.org/assignments/media-types/text/CSV", "text/csv;x=1")] == [
        "",
        "text/csv",
        "text/csv",
    ]


def test_codes_are_known_by_iri_code_and_word() -> None:
    authority = "http://publications.europa.eu/resource/authority/"
    assert codes_of(Theme, [f"{authority}data-theme/TRAN", "https" + authority[4:] + "data-theme/ENVI/", "gove", "nichts"]) == (
        Theme.ENVIRONMENT,
        Theme.GOVERNMENT,
        Theme.TRANSPORT,
    )
    assert [
        code_of(Frequency, [each]) for each in (f"{authority}frequency/ANNUAL", "R/P1Y", "jährlich", "http://purl.org/cld/freq/daily")
    ] == [
        *[Frequency.ANNUAL] * 3,
        Frequency.DAILY,
    ]
    assert codes_of(Language, ["de", f"{authority}language/ENG"]) == (Language.GERMAN, Language.ENGLISH)
    assert code_of(AccessRight, [f"{authority}access-right/PUBLIC"]) is AccessRight.PUBLIC
    assert codes_of(HvdCategory, ["http://data.europa.eu/bna/c_b79e35eb"]) == (HvdCategory.MOBILITY,)


MOMENTS = {
    "2026-01-06T10:15:00.123456": datetime(2026, 1, 6, 10, 15, tzinfo=UTC),
    "2026-01-06T10:15:00+02:00": datetime(2026, 1, 6, 8, 15, tzinfo=UTC),
    "2026-01-06T10:15:00Z": datetime(2026, 1, 6, 10, 15, tzinfo=UTC),
    "2026-01-06": datetime(2026, 1, 6, tzinfo=UTC),
    "2026-01": datetime(2026, 1, 1, tzinfo=UTC),
    "2026": datetime(2026, 1, 1, tzinfo=UTC),
    "06.01.2026": datetime(2026, 1, 6, tzinfo=UTC),
    "2026-02-30": None,
    "gestern": None,
    "": None,
    "0001-01-01T00:00:00+14:00": None,
}


@pytest.mark.parametrize("text", MOMENTS)
def test_moments(text: str) -> None:
    assert moment_of(text) == MOMENTS[text]


def test_days_are_as_precise_as_they_are_said() -> None:
    said = ("2026", "2026-01", "2026-01-06", "2026-01-06T23:00:00-05:00", "2026+01:00", "x")
    assert [str(day_of(each)) for each in said] == ["2026", "2026-01", "2026-01-06", "2026-01-06", "2026", "None"]


@pytest.mark.parametrize(
    "text",
    [
        "POLYGON((7.6 49.3,7.9 49.3,7.9 49.6,7.6 49.6,7.6 49.3))",
        "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POLYGON ((7.6 49.3, 7.9 49.3, 7.9 49.6, 7.6 49.3))",
        "<http://www.opengis.net/def/crs/EPSG/0/4326> POLYGON ((49.3 7.6, 49.3 7.9, 49.6 7.9, 49.3 7.6))",
        "ENVELOPE(7.6, 7.9, 49.6, 49.3)",
        "7.6,49.3,7.9,49.6",
        '{"type":"Polygon","coordinates":[[[7.6,49.3],[7.9,49.3],[7.9,49.6],[7.6,49.3]]]}',
    ],
)
def test_places_in_all_their_spellings_are_one_rectangle(text: str) -> None:
    assert bbox_of(text) == (7.6, 49.3, 7.9, 49.6)


@pytest.mark.parametrize(
    "text", ["", "Kaiserslautern", "POINT(400 49)", "<http://www.opengis.net/def/crs/EPSG/0/25832> POINT(410000 5470000)", "{"]
)
def test_what_is_no_place_on_earth_in_degrees_is_none(text: str) -> None:
    assert bbox_of(text) is None


def test_markup_and_signs_nobody_sees_are_gone() -> None:
    assert plain("<p>Größe &amp; <b>Ge</b>wicht</p><script>alert(1)</script><ul><li>eins<li>zwei</ul>a < b\x0b\u202e") == (
        "Größe & Gewicht\n\neins\nzwei\na < b"
    )
    assert line("&lt;p&gt;zwei&lt;/p&gt;\nZeilen") == "zwei Zeilen"


def test_german_comes_first_and_english_stands_in() -> None:
    assert text_of({"": "ohne", "de": "deutsch", "en": "english", "fr": "non"}) == Text(de="deutsch", en="english")
    assert text_of({"": "ohne", "fr": "non"}) == Text(de="ohne")
    assert text_of({"en": "english"}) == Text(de="english", en="english")
    assert text_of({"": ""}) is None


def test_addresses_are_mended_as_browsers_do_and_names_are_not() -> None:
    assert web_address(" https://x.example/a b|ä.csv ") == "https://x.example/a%20b%7Cä.csv"
    assert [
        web_address(each) for each in ("www.x.example", "javascript:alert(1)", "https://anna:pw@x.example/", "https://", "mailto:a@b.de")
    ] == [""] * 5
    assert not is_iri("https://x.example/a b")


def test_our_own_addresses_are_known_in_other_clothes_and_others_are_not() -> None:
    own = OwnAddresses(["https://daten.example.org", "https://daten.example.org/klar/"])
    for ours in ("http://DATEN.example.org/datasets/x", "https://daten.example.org/klar/datasets/x#csv"):
        assert ours in own
    for theirs in (
        "https://daten.example.org.evil.example/datasets/x",
        "https://other.example/https://daten.example.org/datasets/x",
        "x",
        "",
    ):
        assert theirs not in own
    assert "https://daten.example.org/datasets/x" not in OwnAddresses([])


def adopted(raw: dict[str, Any]) -> UpstreamDataset:
    return packages.adopted(raw, home=HOME, fallback="Portal").dataset


def test_extras_of_ckanext_dcat_and_fields_of_its_scheming_profiles_say_the_same() -> None:
    told = {
        "uri": "https://x.example/1",
        "frequency": "http://publications.europa.eu/resource/authority/frequency/ANNUAL",
        "language": '["http://publications.europa.eu/resource/authority/language/DEU"]',
        "theme": '["http://publications.europa.eu/resource/authority/data-theme/ENVI"]',
        "publisher_name": "Umweltamt",
        "publisher_email": "erika@x.example",
        "contact_name": "Erika",
        "contact_url": "https://x.example/umweltamt",
        "temporal_start": "2020",
        "spatial_uri": "https://sws.geonames.org/2894003/",
        "spatial_text": "Kaiserslautern",
        "contributorID": '["http://dcat-ap.de/def/contributors/openGovernmentDataPortalRheinlandPfalz"]',
    }
    fields = {
        **{name: told[name] for name in ("uri", "frequency")},
        "language": json.loads(told["language"]),
        "theme": json.loads(told["theme"]),
        "contributorID": json.loads(told["contributorID"]),
        "publisher": [{"name": "Umweltamt", "email": "erika@x.example"}],
        "contact": [{"name": "Erika", "url": "https://x.example/umweltamt"}],
        "temporal_coverage": [{"start": "2020"}],
        "spatial_coverage": [{"uri": "https://sws.geonames.org/2894003/", "text": "Kaiserslautern"}],
    }
    first = adopted(packages.discreet(package(1, extras=extras(**told))))
    second = adopted(packages.discreet(package(1, **fields)))

    assert first == second
    assert (first.publisher, first.contact_url, str(first.temporal and first.temporal.start)) == (
        "Umweltamt",
        "https://x.example/umweltamt",
        "2020",
    )
    assert "rika" not in repr(first)


def test_a_portal_of_its_own_names_data_sets_as_ckanext_dcat_would() -> None:
    made = package(1)
    named = [
        {},
        {"extras": extras(guid="https://x.example/g")},
        {"extras": extras(identifier="urn:x:1")},
        {"extras": extras(guid="g", identifier="17")},
    ]
    own = f"{HOME}dataset/{made['id']}"
    assert [adopted({**made, **each}).uri for each in named] == [own, "https://x.example/g", "urn:x:1", own]


def test_what_has_a_global_identifier_is_known_by_it() -> None:
    dataset = adopted(package(1))
    told = ["17", "urn:x:1", "0B4B2A52-6F0D-4C0E-9D51-0D6F6C1F6A01", "https://x.example/a b"]
    assert [shared_identifier(Adopted(dataset=dataset, identifier=each)) for each in told] == [
        dataset.uri,
        "urn:x:1",
        "urn:uuid:0b4b2a52-6f0d-4c0e-9d51-0d6f6c1f6a01",
        dataset.uri,
    ]


def test_misspelt_namespaces_are_read_as_they_are_meant() -> None:
    text = feed_page(
        [
            described(1)
            + "<https://nachbar.example/dataset/1> <http://data.europa.eu/r5r#hvdCategory> <http://data.europa.eu/bna/c_b79e35eb> ;"
            + " <https://schema.org/nichts> 1 ; <https://purl.org/dc/terms/accessRights>"
            + " <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ."
        ]
    )
    (tree,) = read_page(text.encode(), "text/turtle", "https://x.example/").trees
    found = graphs.adopted(tree, fallback="").dataset
    assert (found.hvd, found.access_right) == ((HvdCategory.MOBILITY,), AccessRight.PUBLIC)


NASTY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(st.characters(), max_size=40),
    st.sampled_from(
        ["\ud800", "<" * 50, "&lt;" * 9, "https://x.example/a b", "[[[", '{"a":', "9" * 500, "2026-13-01", "\x00", "POLYGON((" * 9]
    ),
)
JSON = st.recursive(
    NASTY, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6
)
NAMES = sorted(packages.PACKAGE | {"organization", "groups", "tags", "extras", "resources", "contact"})


def require_sound(read: Callable[[], Adopted]) -> None:
    """A data set fit for use, or a refusal that names a field."""
    try:
        outcome: Adopted | Unusable = read()
    except Unusable as error:
        outcome = error
    if isinstance(outcome, Adopted):
        settled(outcome)
        return
    assert outcome.field
    assert not outcome.uri or is_iri(outcome.uri)


def settled(outcome: Adopted) -> None:
    """Whatever came in, what goes out is fit to be published and to be read again."""
    row = row_of(outcome, catalogue="X", origin="o")
    assert row_findings(common_tables()["upstream_dataset"], row) == ()
    record = str(row.values["record"])
    assert loads(UpstreamDataset, record) == outcome.dataset
    assert dumps(UpstreamDataset, loads(UpstreamDataset, record)) == record
    row.digest.encode()
    record.encode()
    links = [address for each in outcome.dataset.links for address in (each.access_url, each.download_url, each.uri) if address]
    assert all(map(is_iri, [outcome.dataset.uri, *links, *outcome.dataset.spatial_iris, *outcome.dataset.legislation]))


@given(
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=12),
    st.dictionaries(st.sampled_from(sorted(packages.RESOURCE)), JSON, max_size=6),
)
def test_no_package_breaks_the_mapping(content: dict[str, Any], resource: dict[str, Any]) -> None:
    for raw in (content, package(1, **content), package(1, resources=[{"url": "https://x.example/", **resource}])):
        kept = packages.discreet(raw)
        assert packages.discreet(kept) == kept
        require_sound(partial(packages.adopted, kept, home=HOME, fallback="X"))


@given(
    st.dictionaries(
        st.sampled_from(["title", "identifier", "distribution", "temporal", "spatial", "publisher", "license", "modified"]), JSON
    )
)
def test_no_data_json_breaks_the_mapping(content: dict[str, Any]) -> None:
    base = {"identifier": "https://x.example/1", "title": "Radwege"}
    for raw in (content, {**base, **content}):
        require_sound(partial(graphs.adopted, tree_of(raw, HOME), fallback="X"))


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(lambda text: json.dumps(text, ensure_ascii=True)),
    st.sampled_from(
        [
            "<https://x.example/a%20b>",
            "<rel>",
            "<urn:x:y>",
            "[]",
            "_:b",
            '"2026-13"',
            '"x"@en',
            "<https://nachbar.example/dataset/1>",
            "1e400",
            "true",
        ]
    ),
)
PREDICATES = [
    "dct:title",
    "dct:identifier",
    "dct:publisher",
    "dct:license",
    "dct:modified",
    "dct:spatial",
    "dcat:distribution",
    "dcat:accessURL",
    "dcat:theme",
]


@given(
    st.lists(st.tuples(st.sampled_from(["<https://nachbar.example/dataset/1>", "_:b"]), st.sampled_from(PREDICATES), VALUES), max_size=12)
)
def test_no_graph_breaks_the_mapping(statements: list[tuple[str, str, str]]) -> None:
    text = feed_page([described(1), "_:b a dcat:Dataset .\n", *(f"{' '.join(each)} .\n" for each in statements)])
    page = read_page(text.encode(), "text/turtle", "https://x.example/")
    assert len(page.trees) == 2
    for tree in page.trees:
        require_sound(partial(graphs.adopted, tree, fallback="X"))


@given(st.binary(max_size=200), st.sampled_from(["text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples"]))
def test_no_bytes_break_the_reader(content: bytes, syntax: str) -> None:
    with suppress(SourceError):
        assert read_page(content, syntax, "https://x.example/").total is None


@given(st.binary(max_size=100) | JSON.map(lambda content: json.dumps(content).encode()))
def test_no_answer_breaks_the_reading_of_ckan(content: bytes) -> None:
    with pytest.raises(SourceError):
        search.hits_of(content)


def test_the_samples_of_the_specification_are_read() -> None:
    folder = SHARED / "reference" / "dcat" / "samples"
    if not folder.is_dir():
        pytest.skip("the specification's samples are not there")
    read = {}
    for name in ("dcat-ap-de-3.0/Dataset-und-Distribution.ttl", "dcat-ap-de-3.0/DatasetSeries.ttl", "own/kl-golden.ttl"):
        page = read_page((folder / name).read_bytes(), "text/turtle", HOME)
        read[name] = [graphs.adopted(tree, fallback="X").dataset for tree in page.trees]
    sizes = [len(each) for each in read.values()]
    assert sizes == [1, 3, 1]
    (golden,) = read["own/kl-golden.ttl"]
    assert (golden.publisher, golden.frequency, golden.bbox) == ("Stadt Kaiserslautern", Frequency.NEVER, (7.62, 49.38, 7.9, 49.52))
    assert golden.links[0].licence.known is Licence.DL_BY_2
    assert "opendata@example.org" not in repr(golden)
