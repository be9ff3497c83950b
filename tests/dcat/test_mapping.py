from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib import DCAT, RDF, URIRef

from dcat.catalogue import catalogue_triples
from dcat.dataset import dataset_triples
from dcat.namespaces import term
from dcat.profiles import ap_2_1_1
from dcat.render import MAPPING_VERSION, published_triples
from dcat.serialise import document, fragment
from dcat.shacl import graph_from_triples
from schemas.dates import PartialDate
from schemas.model import Contact, Dataset, Period
from schemas.values import FileFormat, Language, Licence, Text
from tests.dcat.samples import ALL, FIGURES, ISSUED, MODIFIED, PROCESSES, PROJECTS, SITE, STATIONS
from tests.dcat.strategies import datasets
from tests.dcat.walkers import closure

URI = "https://opendata.example.org/datasets/projekte"


def values(triples: Iterable[Triple], subject: str, predicate: str) -> set[str]:
    """Values of one property, with language or without datatype, for reading."""
    found = [each.object for each in triples if each.subject == NamedNode(subject) and each.predicate == term(predicate)]
    return {_text(each) for each in found}


def _text(value: object) -> str:
    assert isinstance(value, NamedNode | Literal)
    language = value.language if isinstance(value, Literal) else None
    return f"{value.value}@{language}" if language else value.value


@pytest.fixture
def projects() -> list[Triple]:
    return list(dataset_triples(PROJECTS, SITE))


def test_words_are_tagged_with_their_language(projects: list[Triple]) -> None:
    assert values(projects, URI, "dcterms:title") == {"Projekte der digitalen Stadt@de", "Projects of the digital city@en"}
    assert values(projects, URI, "dcat:keyword") == {"Projekt@de", "project@en", "Smart City@de"}


def test_a_language_that_is_not_there_is_not_invented() -> None:
    german_only = replace(PROJECTS, title=Text(de="Projekte"))

    assert values(dataset_triples(german_only, SITE), URI, "dcterms:title") == {"Projekte@de"}


def test_the_identifier_is_the_uri_and_the_ckan_id_stands_beside_it(projects: list[Triple]) -> None:
    assert values(projects, URI, "dcterms:identifier") == {URI}
    assert values(projects, URI, "adms:identifier") == {URI + "#uuid"}
    assert values(projects, URI + "#uuid", "skos:notation") == {"urn:uuid:" + PROJECTS.uuid}


def test_uris_stand_on_uri_base_and_downloads_on_base_url(projects: list[Triple]) -> None:
    assert values(projects, URI + "#csv", "dcat:accessURL") == {"https://daten.example.org/datasets/projekte/data.csv"}
    assert values(projects, URI + "#csv", "dcat:downloadURL") == {"https://daten.example.org/datasets/projekte/data.csv"}
    assert URI + "#csv" in values(projects, URI, "dcat:distribution")


def test_a_move_to_another_host_changes_no_uri(projects: list[Triple]) -> None:
    moved = list(dataset_triples(PROJECTS, replace(SITE, base_url="https://neu.example.org")))

    ours = {each.subject for each in projects if str(each.subject).startswith("<https://opendata.")}
    assert ours == {each.subject for each in moved if str(each.subject).startswith("<https://opendata.")}


def test_periods_are_as_precise_as_the_source_was(projects: list[Triple]) -> None:
    dates = {(each.predicate.value.rpartition("#")[2], each.object) for each in projects if each.subject == NamedNode(URI + "#period")}

    assert ("startDate", Literal("2017", datatype=term("xsd:gYear"))) in dates
    assert ("endDate", Literal("2026-06-30", datatype=term("xsd:date"))) in dates


@pytest.mark.parametrize("period", [None, Period()])
def test_without_a_known_date_there_is_no_period(period: Period | None) -> None:
    assert values(dataset_triples(replace(PROJECTS, temporal=period), SITE), URI, "dcterms:temporal") == set()


def test_a_period_may_be_open_at_one_end() -> None:
    open_ended = list(dataset_triples(replace(PROJECTS, temporal=Period(start=PartialDate("2023"))), SITE))

    assert values(open_ended, URI + "#period", "dcat:startDate") == {"2023"}
    assert values(open_ended, URI + "#period", "dcat:endDate") == set()


def test_the_place_has_box_and_centre_in_longitude_latitude_order(projects: list[Triple]) -> None:
    assert values(projects, URI + "#place", "dcat:bbox") == {"POLYGON((7.62 49.38,7.9 49.38,7.9 49.52,7.62 49.52,7.62 49.38))"}
    assert values(projects, URI + "#place", "dcat:centroid") == {"POINT(7.7689 49.4447)"}
    assert "http://dcat-ap.de/def/politicalGeocoding/districtKey/07312" in values(projects, URI, "dcterms:spatial")


def test_attribution_is_named_exactly_where_the_licence_asks_for_it(projects: list[Triple]) -> None:
    by = list(dataset_triples(PROCESSES, SITE))
    unnamed = list(dataset_triples(replace(PROJECTS, licence=Licence.CC_BY_4), SITE))

    node = "https://opendata.example.org/datasets/beteiligungsverfahren#csv"
    assert values(by, node, "dcatde:licenseAttributionByText") == {"Stadt Kaiserslautern, Beteiligungsverfahren@de"}
    assert values(unnamed, URI + "#csv", "dcatde:licenseAttributionByText") == {"Stadt Kaiserslautern@de"}
    assert values(projects, URI + "#csv", "dcatde:licenseAttributionByText") == set()


def test_a_file_says_size_type_and_checksum(projects: list[Triple]) -> None:
    assert Triple(NamedNode(URI + "#csv"), term("dcat:byteSize"), Literal("4711", datatype=term("xsd:nonNegativeInteger"))) in projects
    assert values(projects, URI + "#csv", "dcat:mediaType") == {"https://www.iana.org/assignments/media-types/text/csv"}
    assert values(projects, URI + "#csv-checksum", "spdx:checksumValue") == {PROJECTS.distributions[0].sha256}


def test_a_format_without_registered_media_type_has_none(projects: list[Triple]) -> None:
    assert values(projects, URI + "#ndjson", "dcat:mediaType") == set()
    assert values(projects, URI + "#ndjson", "dcterms:format") == {FileFormat.JSON.iri}


def test_provenance_names_sources_and_why_personal_data_were_read(projects: list[Triple]) -> None:
    (text,) = (each for each in values(projects, URI + "#provenance", "rdfs:label") if each.endswith("@de"))

    assert "Recherche öffentlicher Seiten <https://www.herzlich-digital.de/>" in text
    assert "KLMitWirkung" in text
    assert "Art. 6 Abs. 1 lit. e DSGVO" in text


def test_an_original_page_is_the_landing_page_and_ours_the_documentation() -> None:
    uri = "https://opendata.example.org/datasets/beteiligungsverfahren"
    processes = list(dataset_triples(PROCESSES, SITE))

    assert values(processes, uri, "dcat:landingPage") == {"https://www.klmitwirkung.de/"}
    assert "https://daten.example.org/datasets/beteiligungsverfahren" in values(processes, uri, "foaf:page")


def test_the_english_page_is_named_only_where_there_is_one() -> None:
    german_site = replace(SITE, languages=(Language.GERMAN,))

    assert values(dataset_triples(PROJECTS, german_site), URI, "foaf:page") == {"https://daten.example.org/datasets/projekte"}


def test_the_citys_own_data_sets_share_one_publisher_node_and_others_have_their_own(projects: list[Triple]) -> None:
    stations = list(dataset_triples(STATIONS, SITE))

    assert values(projects, URI, "dcterms:publisher") == {"https://opendata.example.org/catalog#publisher"}
    assert values(stations, "https://opendata.example.org/datasets/messstellen#publisher", "foaf:name") == {"Stadtwerke Kaiserslautern@de"}


def test_what_is_not_official_says_so_in_both_languages(projects: list[Triple]) -> None:
    described = values(projects, URI, "dcterms:description")
    catalogue = values(
        catalogue_triples(SITE, issued=ISSUED, modified=MODIFIED), "https://opendata.example.org/catalog", "dcterms:description"
    )

    for texts in (described, catalogue):
        assert any(text.startswith("Beispiel, nicht amtlich.") for text in texts)
        assert any(text.startswith("Example, not official.") for text in texts)


def test_what_is_official_does_not() -> None:
    official = values(dataset_triples(replace(PROJECTS, official=True), SITE), URI, "dcterms:description")
    site = catalogue_triples(replace(SITE, official=True), issued=ISSUED, modified=MODIFIED)

    assert not any("amtlich" in text or "official" in text for text in official)
    assert not any("nicht amtlich" in str(each.object) for each in site)


def test_the_api_is_described_and_names_no_data_sets() -> None:
    triples = list(catalogue_triples(SITE, issued=ISSUED, modified=MODIFIED))
    api = "https://opendata.example.org/catalog#api"

    assert values(triples, api, "dcat:endpointURL") == {"https://daten.example.org/api/v1"}
    assert values(triples, api, "dcat:endpointDescription") == {"https://daten.example.org/api/v1/openapi.json"}
    assert values(triples, api, "dcat:servesDataset") == set()


def test_the_catalogue_lists_every_data_set_with_an_entry_of_its_own() -> None:
    triples = published_triples(PROJECTS, SITE)
    catalogue = "https://opendata.example.org/catalog"

    assert values(triples, catalogue, "dcat:dataset") == {URI}
    assert values(triples, catalogue, "dcat:record") == {URI + "#record"}
    assert values(triples, URI + "#record", "foaf:primaryTopic") == {URI}
    assert values(triples, URI + "#record", "dcterms:modified") == {"2026-11-20T09:30:00Z"}
    assert values(triples, URI, "rdf:type") == {term("dcat:Dataset").value, term("dcat:Resource").value}


def test_files_carry_the_time_of_their_content_and_the_entry_that_of_the_last_change() -> None:
    uri = "https://opendata.example.org/datasets/beteiligungsverfahren"
    processes = published_triples(PROCESSES, SITE)

    assert values(processes, uri + "#csv", "dcterms:modified") == {"2026-10-01T12:00:00Z"}
    assert values(processes, uri, "dcterms:modified") == {"2026-11-20T09:30:00Z"}
    assert values(processes, uri + "#record", "dcterms:modified") == {"2026-11-20T09:30:00Z"}


def test_a_listed_body_says_when_it_existed_and_who_took_over() -> None:
    company, city = ("https://opendata.example.org/catalog#organisation-" + each for each in ("kl-digital", "stadt-kaiserslautern"))
    processes = published_triples(PROCESSES, SITE)

    assert values(processes, "https://opendata.example.org/datasets/beteiligungsverfahren", "dcterms:publisher") == {company}
    assert values(processes, company, "schema:foundingDate") == {"2017"}
    assert values(processes, company, "schema:dissolutionDate") == {"2025-12-31"}
    assert values(processes, company, "dcterms:isReplacedBy") == {city}
    assert values(processes, city, "foaf:name") == {"Stadt Kaiserslautern@de"}


def test_a_change_of_publishers_changes_no_uri_of_the_data_set() -> None:
    """What harvesters identify data sets, files and entries by."""
    company = published_triples(PROCESSES, SITE)
    city = published_triples(replace(PROCESSES, publisher=PROJECTS.publisher), SITE)
    uri = SITE.dataset_uri(PROCESSES.name)

    def own(triples: Iterable[Triple]) -> set[str]:
        return {each.subject.value for each in triples if isinstance(each.subject, NamedNode) and each.subject.value.startswith(uri)}

    assert own(company) == own(city)


def test_a_body_of_the_site_that_is_listed_has_the_uri_of_the_list() -> None:
    site = replace(SITE, publisher=replace(SITE.publisher, id="stadt-kaiserslautern"))
    listed = "https://opendata.example.org/catalog#organisation-stadt-kaiserslautern"

    assert values(catalogue_triples(site, issued=ISSUED, modified=MODIFIED), site.uri_base + "/catalog", "dcterms:publisher") == {listed}
    assert values(dataset_triples(replace(PROJECTS, publisher=site.publisher), site), URI, "dcterms:publisher") == {listed}


REGULATION = "http://data.europa.eu/eli/reg_impl/2023/138/oj"


def test_a_high_value_data_set_is_marked_with_its_files_services_and_series() -> None:
    uri = "https://opendata.example.org/datasets/messstellen"
    triples = published_triples(STATIONS, SITE)
    marked = {each.subject.value for each in triples if each.object == NamedNode(REGULATION) and isinstance(each.subject, NamedNode)}
    categories = {each.iri for each in STATIONS.hvd}

    series = "https://opendata.example.org/catalog#series-umweltmessungen"
    assert marked == {uri, uri + "#csv", uri + "#geojson", uri + "#access-zeilen", uri + "#service-zeilen", series}
    for node in (uri, uri + "#service-zeilen", series):
        assert values(triples, node, "dcatap:hvdCategory") == categories


@given(datasets())
def test_nothing_else_is_marked_as_high_value(dataset: Dataset) -> None:
    triples = published_triples(dataset, SITE)

    assert any(each.predicate == term("dcatap:hvdCategory") for each in triples) is bool(dataset.hvd)
    assert any(each.object == NamedNode(REGULATION) for each in triples) is bool(dataset.hvd)


def test_a_service_is_reached_through_a_distribution_without_download() -> None:
    """Konvention 41."""
    uri = "https://opendata.example.org/datasets/messstellen"
    triples = published_triples(STATIONS, SITE)
    endpoint = {"https://daten.example.org/api/v1/datasets/messstellen/rows"}

    assert uri + "#access-zeilen" in values(triples, uri, "dcat:distribution")
    assert values(triples, uri + "#access-zeilen", "dcat:accessURL") == endpoint
    assert values(triples, uri + "#access-zeilen", "dcat:downloadURL") == set()
    assert values(triples, uri + "#access-zeilen", "dcat:accessService") == {uri + "#service-zeilen"}
    assert values(triples, uri + "#service-zeilen", "dcat:endpointURL") == endpoint
    assert values(triples, uri + "#service-zeilen", "dcat:endpointDescription") == {"https://daten.example.org/api/v1/openapi.json"}
    assert values(triples, uri + "#service-zeilen", "dcat:servesDataset") == set()


def test_a_foreign_service_keeps_its_address() -> None:
    foreign = replace(STATIONS, services=(replace(STATIONS.services[0], endpoint_url="https://sensoren.example.org/v1.1"),))

    endpoint = values(published_triples(foreign, SITE), SITE.dataset_uri("messstellen") + "#service-zeilen", "dcat:endpointURL")

    assert endpoint == {"https://sensoren.example.org/v1.1"}


def test_a_series_is_described_with_each_member_and_names_none() -> None:
    series = "https://opendata.example.org/catalog#series-umweltmessungen"
    first, second = (published_triples(replace(STATIONS, name=name, title=Text(de=name)), SITE) for name in ("luft", "wasser"))

    def about(triples: Iterable[Triple]) -> set[Triple]:
        return {each for each in triples if each.subject == NamedNode(series)}

    assert about(first) == about(second)
    assert values(first, series, "dcterms:title") == {"Umweltmessungen@de", "Environmental measurements@en"}
    assert values(first, series, "dcterms:publisher") == {"https://opendata.example.org/catalog#publisher"}
    assert not any(each.predicate.value.endswith("seriesMember") for each in first)


def test_an_announced_removal_is_told_by_status_availability_and_words() -> None:
    uri = "https://opendata.example.org/datasets/plattformkennzahlen"
    leaving = published_triples(FIGURES, SITE)
    staying = published_triples(replace(FIGURES, removal=None), SITE)
    list_ = "http://publications.europa.eu/resource/authority/"

    assert values(leaving, uri + "#csv", "adms:status") == {list_ + "distribution-status/DEPRECATED"}
    assert values(staying, uri + "#csv", "adms:status") == {list_ + "distribution-status/COMPLETED"}
    assert values(leaving, uri, "dcatap:availability") == {list_ + "planned-availability/TEMPORARY"}
    (german,) = (each for each in values(leaving, uri, "dcterms:description") if each.endswith("@de"))
    assert "wird voraussichtlich am 20.12.2026 entfernt: Die Plattform ist abgeschaltet." in german
    assert {each.subject for each in leaving} == {each.subject for each in staying}


def test_the_second_profile_says_nothing_about_sizes_and_has_sha_1() -> None:
    triples = list(published_triples(PROJECTS, SITE, ap_2_1_1({PROJECTS.distributions[0].sha256: "ab" * 20}.get)))

    assert not any(each.predicate == term("dcat:byteSize") for each in triples)
    assert values(triples, URI + "#csv-checksum", "spdx:algorithm") == {term("spdx:checksumAlgorithm_sha1").value}
    assert values(triples, URI + "#csv-checksum", "spdx:checksumValue") == {"ab" * 20}


def test_the_second_profile_leaves_out_a_checksum_that_cannot_be_computed() -> None:
    for profile in (ap_2_1_1(), ap_2_1_1(lambda sha256: None)):
        triples = published_triples(PROJECTS, SITE, profile)

        assert not any(each.predicate == term("spdx:checksum") for each in triples)
        assert not any(each.object == term("spdx:Checksum") for each in triples)


DEPRECATED = {
    "http://dcat-ap.de/def/dcatde/" + name
    for name in ("politicalGeocodingURI", "geocodingDescription", "legalBasis", "qualityProcessURI", "originator", "maintainer")
} | {"http://www.w3.org/2002/07/owl#versionInfo", "http://purl.org/dc/terms/hasVersion", "http://purl.org/dc/terms/isVersionOf"}


@given(datasets())
def test_no_blank_nodes_and_no_deprecated_terms(dataset: Dataset) -> None:
    for each in published_triples(dataset, SITE):
        assert not isinstance(each.subject, BlankNode)
        assert not isinstance(each.object, BlankNode)
        assert each.predicate.value not in DEPRECATED


@given(datasets())
def test_nothing_but_the_data_set_itself_can_be_reached_from_it(dataset: Dataset) -> None:
    other = replace(PROJECTS, name="anderer")
    graph = graph_from_triples([*published_triples(dataset, SITE), *published_triples(other, SITE)])
    me = URIRef(SITE.dataset_uri(dataset.name))

    reached = set(closure(graph, me))

    assert {node for node in reached if (node, RDF.type, DCAT.Dataset) in graph} == {me}
    assert not any((node, RDF.type, DCAT.Catalog) in graph for node in reached)


@pytest.mark.parametrize("dataset", ALL, ids=lambda each: each.name)
def test_mapping_twice_gives_the_same(dataset: Dataset) -> None:
    assert list(dataset_triples(dataset, SITE)) == list(dataset_triples(dataset, SITE))


def test_contact_without_mail_has_its_page() -> None:
    triples = dataset_triples(replace(PROJECTS, contact=Contact(name="Amt", url="https://example.org/kontakt")), SITE)

    assert values(triples, URI + "#contact", "vcard:hasURL") == {"https://example.org/kontakt"}


def test_another_mapping_has_another_version() -> None:
    """When this fails because the mapping changed: raise MAPPING_VERSION and write the file anew, or stored fragments stay as they are."""
    expected = Path(__file__).parent / "expected" / f"beteiligungsverfahren-v{MAPPING_VERSION}.ttl"

    assert document("ttl", fragment(published_triples(PROCESSES, SITE), "ttl")).decode() == expected.read_text(encoding="utf-8")
