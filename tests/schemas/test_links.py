"""Terms of use and formats as others state them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.declaration import DATASET_NAME
from schemas.file_types import FILE_TYPE_IRIS, file_type, format_word
from schemas.links import UNSTATED, Link, StatedLicence
from schemas.names import numbered, slug
from schemas.values import FileFormat, Licence, Text, media_type_iri

TYPES = "http://publications.europa.eu/resource/authority/file-type/"


@pytest.mark.parametrize(
    ("licence", "iri", "title", "words"),
    [
        (StatedLicence(known=Licence.CC_ZERO, stated="CC0"), Licence.CC_ZERO.iri, Licence.CC_ZERO.title.de, ""),
        (StatedLicence(stated="https://x.example/terms"), "https://x.example/terms", "https://x.example/terms", ""),
        (StatedLicence(stated=" nach Absprache "), "http://dcat-ap.de/def/licenses/other-closed", "nach Absprache", "nach Absprache"),
        (UNSTATED, "http://dcat-ap.de/def/licenses/other-closed", "Keine Lizenz angegeben", ""),
    ],
)
def test_stated_terms_read_like_a_licence(licence: StatedLicence, iri: str, title: str, words: str) -> None:
    assert (licence.iri, licence.title.de, licence.words) == (iri, title, words)


def test_only_what_was_stated_counts_as_terms() -> None:
    assert [bool(each) for each in (UNSTATED, StatedLicence(stated=" "), StatedLicence(stated="x"), StatedLicence(known=Licence.ODBL))] == [
        *(False, False),
        *(True, True),
    ]


@pytest.mark.parametrize(
    ("stated", "code", "word"),
    [
        ("WMS", "WMS_SRVC", "WMS"),
        (".pdf", "PDF", "PDF"),
        ("json-ld", "JSON_LD", "JSON-LD"),
        ("Shapefile", "SHP", "SHP"),
        (f"{TYPES}GPKG", "GPKG", "GPKG"),
        ("Excel-Tabelle", "", "EXCEL-TABELLE"),
        ("https://x.example/formats/nope", "", ""),
        ("", "", ""),
    ],
)
def test_formats_are_found_by_their_spellings(stated: str, code: str, word: str) -> None:
    link = Link(access_url="https://x.example/", stated_format=stated)

    assert file_type(link) == (TYPES + code if code else "")
    assert format_word(link) == word


def test_a_format_that_klar_knows_is_that_one() -> None:
    link = Link(access_url="https://x.example/", format=FileFormat.CSV, stated_format="PDF")

    assert (file_type(link), format_word(link)) == (FileFormat.CSV.iri, "CSV")
    assert {each.iri for each in FileFormat} < FILE_TYPE_IRIS


@pytest.mark.parametrize("name", ["csv", "application/x-zip", "text/x.own", "", "text/", "text/csv; charset=utf-8", "image/<b>"])
def test_what_is_no_media_type_has_no_iri(name: str) -> None:
    assert media_type_iri(name) == ""


def test_media_types_are_those_of_the_registry() -> None:
    assert media_type_iri(" TEXT/CSV ") == "https://www.iana.org/assignments/media-types/text/csv"


@pytest.mark.parametrize(
    ("words", "name"), [("Bäume in der Straße!", "baeume-in-der-strasse"), ("北京", ""), ("_x_", "x_"), ("7", ""), ("É t", "e-t")]
)
def test_names_are_made_of_words(words: str, name: str) -> None:
    assert slug(words) == name


@settings(max_examples=100, derandomize=True)
@given(st.text(max_size=300), st.integers(1, 1_000))
def test_every_name_made_is_one_a_data_set_may_have(words: str, number: int) -> None:
    made = slug(words)

    assert not made or DATASET_NAME.fullmatch(numbered(made, number))


def test_a_text_without_german_is_still_a_text() -> None:
    assert StatedLicence(stated="x").title == Text(de="x")
