"""Every IRI klar writes is well-formed, unique, and in the official list."""

import re
from functools import cache
from xml.etree import ElementTree

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from schemas.place import KAISERSLAUTERN
from schemas.values import (
    AccessRight,
    Availability,
    DistributionStatus,
    FileFormat,
    Frequency,
    GeocodingLevel,
    HvdCategory,
    Language,
    Licence,
    PublisherType,
    Text,
    Theme,
)
from tests.shared import SHARED

Coded = (
    Theme
    | Frequency
    | AccessRight
    | Availability
    | DistributionStatus
    | Language
    | PublisherType
    | GeocodingLevel
    | HvdCategory
    | Licence
    | FileFormat
)
MEMBERS: list[Coded] = [
    *Theme,
    *Frequency,
    *AccessRight,
    *Availability,
    *DistributionStatus,
    *Language,
    *PublisherType,
    *GeocodingLevel,
    *HvdCategory,
    *Licence,
    *FileFormat,
]
VOCABULARIES = SHARED / "reference" / "dcat" / "shapes" / "vocab"

every_member = pytest.mark.parametrize("member", MEMBERS, ids=lambda each: f"{type(each).__name__}.{each.name}")
needs_vocabularies = pytest.mark.skipif(not VOCABULARIES.is_dir(), reason=f"no official vocabularies in {VOCABULARIES}")


@cache
def official() -> frozenset[str]:
    """IRIs the official vocabulary files define: subjects, members of lists, and the codes of the file type table."""
    found: set[str] = set()
    for path in sorted([*VOCABULARIES.glob("*.ttl"), *VOCABULARIES.glob("*.rdf")]):
        syntax = RdfFormat.TURTLE if path.suffix == ".ttl" else RdfFormat.RDF_XML
        for quad in parse(path.read_bytes(), format=syntax, base_iri="http://example.org/"):
            found.update(each.value for each in (quad.subject, _member(quad)) if isinstance(each, NamedNode))
    codes = ElementTree.parse(VOCABULARIES / "file-type.xml").iter("authority-code")
    found.update(f"http://publications.europa.eu/resource/authority/file-type/{code.text}" for code in codes)
    return frozenset(found)


def _member(quad: Quad) -> object:
    return quad.object if quad.predicate.value == "http://www.w3.org/1999/02/22-rdf-syntax-ns#first" else None


@every_member
def test_every_value_has_a_well_formed_iri_and_a_title_in_both_languages(member: Coded) -> None:
    assert re.fullmatch(r"https?://[a-z.-]+/[A-Za-z0-9/._-]*[A-Za-z0-9]", member.iri)
    assert member.title.de
    assert member.title.en


def test_no_two_values_share_an_iri_except_two_json_formats() -> None:
    iris = [member.iri for member in MEMBERS if member is not FileFormat.NDJSON]

    assert len(iris) == len(set(iris))
    assert FileFormat.NDJSON.iri == FileFormat.JSON.iri


@needs_vocabularies
@every_member
def test_every_iri_is_in_the_official_list(member: Coded) -> None:
    assert member.iri in official()


@needs_vocabularies
@pytest.mark.parametrize("file_format", FileFormat, ids=lambda each: each.name)
def test_every_media_type_is_registered_or_gets_no_iri(file_format: FileFormat) -> None:
    if file_format is FileFormat.PARQUET:  # registered after the list at hand was drawn up
        assert file_format.media_type_iri not in official()
    else:
        assert file_format.media_type_iri == "" or file_format.media_type_iri in official()


@needs_vocabularies
@pytest.mark.parametrize("iri", KAISERSLAUTERN.iris)
def test_the_keys_of_the_place_are_in_the_official_list(iri: str) -> None:
    assert iri in official()


@needs_vocabularies
@pytest.mark.parametrize(
    "iri",
    [
        "http://dcat-ap.de/def/licenses/dl-zero-de/2.0/",
        "http://publications.europa.eu/resource/authority/data-theme/CITY",
        "https://www.iana.org/assignments/media-types/application/x-ndjson",
        "http://dcat-ap.de/def/politicalGeocoding/districtKey/07399",
    ],
)
def test_an_iri_that_nobody_issued_is_not_found(iri: str) -> None:
    """Negative control of the tests above."""
    assert iri not in official()


def test_licences_are_found_by_their_exact_iri_only() -> None:
    assert Licence.from_iri("http://dcat-ap.de/def/licenses/dl-zero-de/2.0") is Licence.DL_ZERO_2
    with pytest.raises(ValueError, match="dl-zero-de"):
        Licence.from_iri("http://dcat-ap.de/def/licenses/dl-zero-de/2.0/")


def test_licences_that_want_a_name_are_those_with_a_by_clause() -> None:
    wanting = {licence.code for licence in Licence if licence.attribution_required}

    assert wanting == {"dl-by-de/2.0", "cc-by/4.0", "cc-by-sa/4.0", "odbl", "odby"}


def test_file_formats_are_found_by_extension() -> None:
    for each in FileFormat:
        assert FileFormat.from_extension(each.extension) is each
    with pytest.raises(ValueError, match="csv"):
        FileFormat.from_extension("pdf")


def test_german_stands_in_for_missing_english_and_is_tagged_as_german() -> None:
    assert Text(de="Rat").in_language("en") == "Rat"
    assert Text(de="Rat", en="Council").in_language("en") == "Council"
    assert Text(de="Rat").tagged() == (("de", "Rat"),)
