import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from catalog.rendering import SYNTAXES
from dcat.render import render, renderer, site_findings
from schemas.errors import ConfigurationError
from schemas.model import Contact, Dataset, Place, Site
from schemas.values import Language, Text
from tests.dcat.samples import ALL, PROJECTS, SITE
from tests.dcat.strategies import datasets

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("dataset", ALL, ids=lambda each: each.name)
def test_a_good_data_set_has_a_fragment_in_every_syntax(dataset: Dataset) -> None:
    rendered = renderer(SITE).render(dataset)

    assert rendered.findings == ()
    assert set(rendered.fragments) == set(SYNTAXES)
    assert all(rendered.fragments.values())


@settings(max_examples=30)
@given(datasets())
def test_hostile_words_and_missing_optionals_are_publishable(dataset: Dataset) -> None:
    assert render(dataset, SITE).findings == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"landing_page": "nicht im Netz"}, "landing_page"),
        ({"landing_page": "javascript:alert(1)"}, "landing_page"),
        ({"legislation": ("https:///",)}, "legislation"),
        ({"contact": Contact(name="Amt", email="keine Adresse")}, "contact"),
        ({"contact": Contact(name="Amt", url="https://a b/")}, "contact"),
        ({"spatial": Place(title=Text(de="Ort"), iris=("geonames 2894003",))}, "spatial"),
        ({"publisher": replace(PROJECTS.publisher, homepage="www.kaiserslautern.de")}, "publisher"),
        ({"contributor_id": "RLP"}, "contributor_id"),
    ],
)
def test_a_bad_address_is_a_finding_that_names_the_field(change: dict[str, object], field: str) -> None:
    rendered = render(replace(PROJECTS, **change), SITE)  # type: ignore[arg-type]  # one field each

    assert [(each.code, each.field, each.key) for each in rendered.findings] == [("invalid-iri", field, "projekte")]
    assert rendered.fragments == {}


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"title": Text(de="\x0b")}, "shacl-min-count", "dcterms:title"),
        ({"distributions": ()}, "shacl-min-count", "dcat:distribution"),
        ({"contact": Contact(name="Amt")}, "shacl-min-count", ""),
        ({"contributor_id": "https://example.org/rlp"}, "shacl-pattern", "dcatde:contributorID"),
        ({"distributions": (replace(PROJECTS.distributions[0], sha256="abc"),)}, "shacl-pattern", "spdx:checksumValue"),
        ({"distributions": (replace(PROJECTS.distributions[0], byte_size=-1),)}, "shacl-datatype", "dcat:byteSize"),
    ],
)
def test_a_violation_is_a_german_finding_and_nothing_is_published(change: dict[str, object], code: str, field: str) -> None:
    rendered = render(replace(PROJECTS, **change), SITE)  # type: ignore[arg-type]  # one field each

    assert (code, field) in {(each.code, each.field) for each in rendered.findings}
    assert all(each.message.startswith("Datensatz projekte: ") for each in rendered.findings)
    assert rendered.fragments == {}


def test_messages_say_the_name_of_the_field_in_german() -> None:
    findings = render(replace(PROJECTS, title=Text(de="")), SITE).findings

    assert "Datensatz projekte: Titel (dcterms:title) fehlt." in {each.message for each in findings}


def test_the_key_changes_with_everything_that_decides_the_bytes() -> None:
    others = [
        replace(SITE, base_url="https://neu.example.org"),
        replace(SITE, uri_base="https://neu.example.org"),
        replace(SITE, languages=(Language.GERMAN,)),
        replace(SITE, contributor_id=""),
        replace(SITE, publisher=replace(SITE.publisher, name="Verbandsgemeinde")),
    ]

    assert len({renderer(each).key for each in [SITE, *others]}) == 6
    assert renderer(SITE).key == renderer(replace(SITE, title="Anders")).key


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"dcat-ap-de-3\.0"):
        renderer(SITE, "dcat-us")


@pytest.mark.parametrize("base", ["daten.example.org", "https://daten.example.org/", "https://a b", "https://ämter.example"])
def test_a_base_that_cannot_begin_an_iri_is_refused(base: str) -> None:
    with pytest.raises(ConfigurationError, match="uri_base"):
        renderer(replace(SITE, uri_base=base))


def test_a_good_site_has_no_findings() -> None:
    assert site_findings(SITE) == ()


@pytest.mark.parametrize(
    ("site", "field"),
    [
        (replace(SITE, title=""), "dcterms:title"),
        (replace(SITE, contact=Contact(name="Amt", email="x")), "contact"),
        (replace(SITE, publisher=replace(SITE.publisher, name=" ")), "foaf:name"),
    ],
)
def test_a_bad_site_is_reported(site: Site, field: str) -> None:
    assert field in {each.field for each in site_findings(site)}


def test_serving_loads_neither_rdflib_nor_pyshacl() -> None:
    code = "import sys, dcat.feed, dcat.record, dcat.render; print(sorted({'rdflib', 'pyshacl'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
