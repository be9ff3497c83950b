"""Our word and the official one on the same pages; the official one where the reference folder is."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from dcat.check.official import require_shapes
from dcat.check.page import inspect
from dcat.check.report import Finding
from dcat.check.ruling import results, sentence
from dcat.render import published_triples
from schemas.errors import ConfigurationError
from tests.dcat.check.pages import page
from tests.dcat.samples import ALL, SITE
from tests.shared import SHARED

SHAPES = SHARED / "reference" / "dcat" / "shapes"
SAMPLES = SHARED / "reference" / "dcat" / "samples"
present = pytest.mark.skipif(not SHAPES.is_dir(), reason=f"offizielle SHACL-Dateien fehlen: {SHAPES}")
#: File -> violations and warnings of the repaired profile, results of the dashboard, on data sets (validate.md, section 5; the series in
#: quicktest.ttl lacks a publisher, which is no data set's fault, but its data set is in it).
EXPECTED = {
    "own/kl-golden.ttl": (0, 0, 0),
    "own/kl-golden-ap211.ttl": (0, 0, 0),
    "dcat-ap-de-3.0/Dataset-und-Distribution.ttl": (3, 7, 2),
}
URL = "http://example.org/catalog.ttl"


def findings(content: str, *kinds: str, shapes: str = "") -> Sequence[Finding]:
    report = inspect(content.replace("{base}", "http://example.org").encode(), "text/turtle", URL, 1, shapes)
    return [finding for group in report.tally.groups() if group.code in kinds for finding in group.findings]


@present
@pytest.mark.parametrize("name", EXPECTED)
def test_the_official_results_are_those_that_others_measured(name: str) -> None:
    report = inspect((SAMPLES / name).read_bytes(), "text/turtle", URL, 1, str(SHAPES))
    tally = report.tally

    assert (tally.count("official"), tally.count("official-warning"), tally.count("dashboard")) == EXPECTED[name]


@present
def test_a_size_and_a_checksum_of_3_0_are_what_2_1_1_complains_of() -> None:
    golden = inspect((SAMPLES / "own" / "kl-golden.ttl").read_bytes(), "text/turtle", URL, 1, str(SHAPES))
    older = inspect((SAMPLES / "own" / "kl-golden-ap211.ttl").read_bytes(), "text/turtle", URL, 1, str(SHAPES))

    assert (golden.tally.count("ap-2-1-1"), older.tally.count("ap-2-1-1")) == (2, 0)


@present
def test_high_value_rules_are_asked_of_high_value_data_sets_only() -> None:
    marked = "<{base}/id/1> dcatap:hvdCategory <http://data.europa.eu/bna/c_e1da4e07> ."
    found = findings(page(1, 2, more=marked), "hvd-shacl", shapes=str(SHAPES))

    assert found
    assert {each.dataset for each in found} == {"http://example.org/id/1"}


@present
def test_an_official_text_that_misleads_is_not_repeated() -> None:
    """Trap 11: of a data set without publisher it says that a service lacks one."""
    content = page(1).replace("\n  dct:publisher <{base}/city> ;", "")
    found = findings(content, "official", shapes=str(SHAPES))

    assert [each.message for each in found] == ["Herausgeber (dcterms:publisher) fehlt."]
    assert found[0].dataset == "http://example.org/id/1"


@present
def test_a_value_outside_a_list_is_told_of_the_data_set_that_has_it() -> None:
    content = page(1, 2).replace("authority/data-theme/GOVE", "authority/data-theme/GOVERNMENT", 1)
    found = findings(content, "official", shapes=str(SHAPES))

    assert {each.dataset for each in found} == {"http://example.org/id/1"}


def test_a_folder_that_lacks_a_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"--shapes: dcat-ap-3\.0\.0/dcat-ap-SHACL\.ttl fehlt"):
        require_shapes(tmp_path)


@pytest.mark.parametrize("dataset", ALL, ids=lambda each: each.name)
def test_what_klar_publishes_breaks_nothing(dataset: object) -> None:
    triples = list(published_triples(dataset, SITE))  # type: ignore[arg-type]  # samples are data sets

    assert [sentence(each) for each in results(triples)] == []


#: What is taken from a page without a fault -> what our shapes say, and the property the official ones complain of.
BROKEN = {
    ' dct:title "Datensatz 1"@de ;': "Titel (dcterms:title) fehlt.",
    ' dct:description "Was darin steht."@de ;': "Beschreibung (dcterms:description) fehlt.",
    "\n  dct:publisher <{base}/city> ;": "Herausgeber (dcterms:publisher) fehlt.",
    "\n  dct:license <http://dcat-ap.de/def/licenses/dl-zero-de/2.0> ;": "Lizenz (dcterms:license) fehlt.",
    ' ; foaf:name "Stadt"': "Name (foaf:name) fehlt.",
    ' ; dcat:startDate "2026"^^xsd:gYear': "Start- oder Endzeitpunkt fehlt.",
    " ; vcard:hasEmail <mailto:opendata@example.org>": "E-Mail, Kontaktformular oder Telefon fehlt.",
    " a vcard:Organization ;": "Kontakt (dcat:contactPoint) verweist auf etwas, das nicht beschrieben ist",
}


@pytest.mark.parametrize("taken", BROKEN)
def test_our_shapes_say_what_is_missing(taken: str) -> None:
    assert taken in page(1)
    found = findings(page(1).replace(taken, ""), "shacl")

    assert any(each.message.startswith(BROKEN[taken]) for each in found), [each.message for each in found]


@present
def test_what_our_shapes_find_the_official_ones_find() -> None:
    """In one catalogue for each fault, all on one page: the official shapes take their time."""
    content = "".join(page(1).replace(taken, "").replace("{base}", f"{{base}}/{number}") for number, taken in enumerate(BROKEN))
    broken = {f"http://example.org/{number}/id/1" for number in range(len(BROKEN))}
    found = findings(content, "shacl", "official", shapes=str(SHAPES))

    for kind in ("shacl", "official"):
        assert {each.dataset for each in found if each.kind == kind} - {""} == broken, "what concerns the catalogue itself has no data set"
