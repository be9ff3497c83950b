import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from catalog.rendering import SYNTAXES
from dcat.official import AP_2_1_1, FILE_TYPES, HVD, LISTS, REPAIRED
from dcat.profiles import PROFILES
from dcat.render import render, renderer, site_findings
from schemas.errors import ConfigurationError
from schemas.model import Contact, Dataset, Place, Site
from schemas.values import Language, Text
from tests.dcat.samples import ALL, PROJECTS, SERVICE, SITE
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
        ({"services": (replace(SERVICE, endpoint_url="nicht im Netz"),)}, "services"),
        ({"services": (replace(SERVICE, documentation="ftp://example.org"),)}, "services"),
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
        replace(SITE, contact=replace(SITE.contact, name="Pressestelle")),
        replace(SITE, place=replace(SITE.place, iris=())),
        replace(SITE, official=True),
    ]

    assert len({renderer(each).key for each in [SITE, *others]} | {renderer(SITE, "dcat-ap-2.1.1").key}) == len(others) + 2
    assert renderer(SITE).key == renderer(replace(SITE, title="Anders")).key


def test_a_process_that_only_serves_knows_the_key_without_files_and_shapes(tmp_path: Path) -> None:
    for each in (*require_all(), FILE_TYPES):
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).write_text("", encoding="utf-8")

    assert renderer(SITE, "dcat-ap-2.1.1", sha1=lambda sha256: "", shapes=tmp_path).key == renderer(SITE, "dcat-ap-2.1.1").key


def require_all() -> set[str]:
    return {name for files in (REPAIRED, AP_2_1_1, HVD) for name in (*files.files, *files.mended)} | set(LISTS)


def test_a_folder_of_shapes_that_lacks_a_file_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"dcat-ap-3\.0\.0/dcat-ap-SHACL\.ttl fehlt"):
        renderer(SITE, shapes=tmp_path)


def test_both_profiles_render_every_data_set_and_differ() -> None:
    for dataset in ALL:
        first, second = (renderer(SITE, each, sha1=lambda sha256: sha256[:40]).render(dataset) for each in PROFILES)

        assert first.findings == second.findings == ()
        assert all(first.fragments[syntax] != second.fragments[syntax] for syntax in SYNTAXES)


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


def test_neither_serving_nor_publishing_loads_rdflib_or_pyshacl() -> None:
    code = (
        "import sys, dcat.feed, dcat.record, dcat.render; from tests.dcat.samples import PROJECTS, SITE; "
        "assert dcat.render.renderer(SITE).render(PROJECTS).fragments; print(sorted({'rdflib', 'pyshacl'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
