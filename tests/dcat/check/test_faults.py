"""Each fault is planted once in a feed that is otherwise without one; its finding comes, and no other."""

from dataclasses import replace

import pytest

from dcat.check.kinds import KINDS, Effect, Level, Severity
from dcat.check.report import RULES, Finding, Tally
from tests.dcat.check.pages import CATALOGUE, CSV, NEXT, PREFIXES, VIEW, dataset, page, paged, single
from tests.dcat.check.server import Feed, Page, check_of, checked, kinds, messages, served

Pages = dict[str, Page]
LICENCE = "<http://dcat-ap.de/def/licenses/dl-zero-de/2.0>"
LANDING = "<{base}/id/1>"


def changed(pages: Pages, path: str = "/catalog.ttl", **more: object) -> Pages:
    return {**pages, path: replace(pages[path], **more)}  # type: ignore[arg-type]  # test shorthand


def without(line: str) -> Pages:
    return single((line, ""))


def both(*pairs: tuple[str, str]) -> Pages:
    """Two data sets on one page, changed."""
    content = page(1, 2)
    for old, new in pairs:
        assert old in content, old
        content = content.replace(old, new)
    return {"/catalog.ttl": Page(content=content), "/data/1.csv": CSV, "/data/2.csv": CSV}


def with_more(triples: str) -> Pages:
    return single(more=triples)


#: What a data set lacks of which nothing is said but that it is one.
BARE = (
    "blank-dataset stub title-missing modified-missing no-distribution theme-missing keyword-missing contributor-missing not-listed shacl"
)
#: Kind (several where one thing is wrong for several reasons) -> the feed.
PLANTED: dict[str, Pages] = {
    "head-refused": changed(single(), head=405),
    "head-failed": changed(single(), head=403),
    "page-status": paged(second=Page(status=500)),
    "media-type": changed(single(), media_type="text/plain"),
    "media-type-changes": paged(second=Page(content=page(2, view=VIEW.replace("%P%", "2")), media_type="application/rdf+xml")),
    "charset": changed(single(), media_type="text/turtle; charset=iso-8859-1"),
    "not-utf-8": changed(single(), content=page(1).replace("Datensatz", "Größe").encode("latin-1")),
    "unreadable": paged(second=Page(content="<this is no turtle")),
    "empty": paged(second=Page(content=" \n")),
    "empty-catalogue": {"/catalog.ttl": Page(content=PREFIXES + CATALOGUE.replace(" ; dcat:dataset %LIST%", ""))},
    "redirect": {"/catalog.ttl": Page(status=302, headers={"Location": "/new.ttl"}), "/new.ttl": Page(content=page(1)), "/data/1.csv": CSV},
    "loop": paged(
        second=Page(content=page(2, view=VIEW.replace("%P%", "2"), more=NEXT.replace("%P%", "2").replace("%URL%", "{base}/catalog.ttl")))
    ),
    "next-relative": paged(link="/catalog.ttl?page=2"),
    "next-several": paged(follow=NEXT + '<{base}/catalog.ttl?page=1> hydra:next "{base}/catalog.ttl?page=3" .\n'),
    "walkers-differ": paged(follow='<{base}/catalog.ttl?page=%P%> hydra:next "%URL%" .\n'),
    "total-missing": paged(view=VIEW.replace("hydra:totalItems 2 ;", "")),
    "total-wrong": paged(view=VIEW.replace("totalItems 2", "totalItems 230")),
    "beyond-end": {**paged(), "/catalog.ttl?page=3": Page(content=page())},
    "bad-iri": with_more(f"{LANDING} dcat:landingPage <http://example.org/a b> ."),
    "bad-dataset-iri": with_more('<http://example.org/a b> a dcat:Dataset ; dct:title "x" .'),
    BARE: with_more("[] a dcat:Dataset ."),
    "blank-distribution": single(("<{base}/id/1#csv>", "_:csv")),
    "duplicate-uri total-wrong": paged(second=Page(content=page(1, view=VIEW.replace("%P%", "2")))),
    "duplicate-identifier duplicate-lost": both(('dct:identifier "{base}/id/2"', 'dct:identifier "{base}/id/1"')),
    "modified-missing": without(' dct:modified "2026-10-01T10:00:00Z"^^xsd:dateTime ;'),
    "not-described": single(("dcat:dataset <{base}/id/1>", "dcat:dataset <{base}/id/1>, <{base}/id/9>")),
    "not-listed": single((" ; dcat:dataset <{base}/id/1>", "")),
    "catalogue-missing": single(("<{base}/catalog> a dcat:Catalog ;", "<{base}/catalog>")),
    "closure": both(("<{base}/id/1> a dcat:Dataset ;", "<{base}/id/1> a dcat:Dataset ; dct:relation <{base}/id/2> ;")),
    "title-missing shacl": without(' dct:title "Datensatz 1"@de ;'),
    "no-distribution": single((" ;\n  dcat:distribution <{base}/id/1#csv> .", " .")),
    "contributor-missing": without(
        "  dcatde:contributorID <http://dcat-ap.de/def/contributors/openGovernmentDataPortalRheinlandPfalz> ;\n"
    ),
    "contributor-unknown": single(("openGovernmentDataPortalRheinlandPfalz", "kaiserslautern")),
    "contributor-several": with_more(f"{LANDING} dcatde:contributorID <http://dcat-ap.de/def/contributors/berlinOpenData> ."),
    "licence-missing shacl": without(f"\n  dct:license {LICENCE} ;"),
    "licence-renamed attribution-missing": single((LICENCE, "<http://dcat-ap.de/def/licenses/dl-by-de/2_0>")),
    "licence-unknown": single((LICENCE, "<http://dcat-ap.de/def/licenses/dl-zero-de/2.0/>")),
    "licence-restricted attribution-missing": single((LICENCE, "<http://dcat-ap.de/def/licenses/cc-by-nc/4.0>")),
    "attribution-missing": single((LICENCE, "<http://dcat-ap.de/def/licenses/dl-by-de/2.0>")),
    "licence-on-dataset licence-missing shacl": single((f"\n  dct:license {LICENCE} ;", ""), more=f"{LANDING} dct:license {LICENCE} ."),
    "theme-missing": without("  dcat:theme <http://publications.europa.eu/resource/authority/data-theme/GOVE> ;\n"),
    "keyword-missing": without(' dcat:keyword "projekt"@de ;'),
    "keyword-changed": single(('"projekt"@de', '"Projekt (Smart City)"@de')),
    "keyword-lost": single(('"projekt"@de', '"???"@de')),
    "deprecated": with_more(f'{LANDING} dcatde:legalBasis "Ein Gesetz" .'),
    "download-with-service": with_more(
        "<{base}/id/1#csv> dcat:accessService <{base}/id/1#api> .\n"
        '<{base}/id/1#api> a dcat:DataService ; dct:title "API" ; dct:publisher <{base}/city> ; dcat:endpointURL <{base}/api> .'
    ),
    "status": with_more("<{base}/id/1#csv> adms:status <http://publications.europa.eu/resource/authority/distribution-status/DEVELOP> ."),
    "hvd-incomplete": with_more(f"{LANDING} dcatap:hvdCategory <http://data.europa.eu/bna/c_e1da4e07> ."),
    "eu-byte-size": with_more('<{base}/id/1#csv> dcat:byteSize "5"^^xsd:nonNegativeInteger .'),
    "eu-checksum": with_more(
        "<{base}/id/1#csv> spdx:checksum <{base}/id/1#sum> . <{base}/id/1#sum> a spdx:Checksum ;"
        ' spdx:algorithm spdx:checksumAlgorithm_sha256 ; spdx:checksumValue "00ff"^^xsd:hexBinary .'
    ),
    "shacl": without("\n  dct:publisher <{base}/city> ;"),
    "code-list": single(("authority/file-type/CSV", "authority/file-type/COMMA")),
}
#: Kinds that need more than a changed page; each has a test of its own below or beside.
ELSEWHERE = {
    "unreachable", "too-large", "media-type-missing", "over-limits", "doctype", "remote-context", "page-limit", "repeated-page",
    "next-other-host", "stub", "blank-dataset", "official", "official-warning", "dashboard", "hvd-shacl", "ap-2-1-1",
    "link-dead", "link-unreachable", "link-refused", "link-head", "link-limit",
}  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_fault_is_found_and_no_other(planted: str) -> None:
    report = checked(PLANTED[planted])

    assert kinds(report) - {"link-limit"} == set(planted.split())


def test_every_kind_has_its_test() -> None:
    assert set(KINDS) == {kind for each in PLANTED for kind in each.split()} | ELSEWHERE


def test_a_feed_without_a_fault_has_no_finding() -> None:
    for pages in (single(), paged()):
        report = checked(pages, links=10)

        assert kinds(report) == set()
        assert report.complete
        assert report.errors == 0


def test_the_fault_of_every_page_counts_but_the_catalogues_own_is_told_once() -> None:
    broken = {each: replace(one, content=str(one.content).replace('dct:description "Alles."@de ;', "")) for each, one in paged().items()}

    assert messages(checked(broken), "shacl") == ["Katalog: Beschreibung (dcterms:description) fehlt."]


def test_blank_nodes_of_two_pages_are_two_data_sets_whatever_they_are_called() -> None:
    feed = paged()
    nameless = {
        path: replace(one, content=str(one.content) + '[] a dcat:Dataset ; dct:title "Ohne Adresse" .\n') for path, one in feed.items()
    }
    report = checked({**feed, **{path: one for path, one in nameless.items() if "catalog" in path}})

    assert report.datasets == 4
    assert len(messages(report, "blank-dataset")) == 2
    assert kinds(report).isdisjoint({"duplicate-uri"})


def test_a_missing_media_type_counts_as_rdf_xml() -> None:
    report = checked(changed(single(), media_type=""))

    assert "media-type-missing" in kinds(report)
    assert "unreadable" in kinds(report), "Turtle is no RDF/XML"


def test_a_wrong_media_type_does_not_hide_the_other_faults() -> None:
    report = checked(changed(without(' dcat:keyword "projekt"@de ;'), media_type="application/octet-stream"))

    assert {"media-type", "keyword-missing"} <= kinds(report)
    assert report.levels[Level.LAND][Effect.DROP] == 1, "a harvester gives up at once"


def test_nobody_at_home_is_told() -> None:
    with served(single()) as feed:
        closed = Feed(pages={}, port=feed.port)

    assert kinds(check_of(closed)) == {"unreachable"}


def test_a_page_of_fifty_megabytes_is_refused_by_its_announcement() -> None:
    report = checked({"/catalog.ttl": Page(content=b"", headers={"Content-Length": "60000000"})})

    assert "too-large" in kinds(report)


def test_a_page_that_is_larger_than_it_may_is_not_read() -> None:
    report = checked({"/catalog.ttl": Page(content=b"#" * (3 * 1024 * 1024))})

    assert kinds(report) - {"link-limit"} == {"too-large"}


def test_a_feed_that_gives_the_first_page_for_every_number_ends() -> None:
    pages = paged()
    report = checked({**pages, "/catalog.ttl?page=2": pages["/catalog.ttl"]})

    assert "repeated-page" in kinds(report)
    assert report.pages == 1


def test_a_feed_without_end_is_left_after_so_many_pages() -> None:
    endless = {
        f"/catalog.ttl?page={number}": Page(
            content=page(
                number,
                view=VIEW.replace("%P%", str(number)),
                more=NEXT.replace("%P%", str(number)).replace("%URL%", f"{{base}}/catalog.ttl?page={number + 1}"),
            )
        )
        for number in range(1, 7)
    }
    report = checked(endless, "/catalog.ttl?page=1", most=5)

    assert "page-limit" in kinds(report)
    assert (report.pages, report.complete) == (5, False)
    assert "total-wrong" not in kinds(report), "what was not seen is not missing"


def test_the_next_page_on_another_host_is_told_and_asked() -> None:
    with served(paged()) as other:
        report = checked(paged(link=other.url("/catalog.ttl?page=2")))

    assert "next-other-host" in kinds(report)
    assert report.pages == 2


def test_the_older_of_two_with_one_identifier_is_lost_at_govdata_and_above() -> None:
    report = checked(PLANTED["duplicate-identifier duplicate-lost"])

    assert [each.dataset.rpartition("/")[2] for group in report.groups if group.code == "duplicate-lost" for each in group.findings] == [
        "1"
    ]
    assert {level.value: counts[Effect.DROP] for level, counts in report.levels.items()} == {"city": 0, "land": 0, "govdata": 1, "eu": 1}


def test_a_bad_address_costs_its_statement_and_not_the_feed() -> None:
    report = checked(PLANTED["bad-iri"])

    assert report.datasets == 1
    assert messages(report, "bad-iri") == ["dcat:landingPage: »http://example.org/a b« ist keine gültige IRI."]
    assert [each.dataset.rpartition("/")[2] for group in report.groups for each in group.findings if group.code == "bad-iri"] == ["1"]


def test_thousands_of_faults_are_counted_and_some_are_kept() -> None:
    many = " , ".join(f'"Schlagwort/{number}"' for number in range(1500))
    (group,) = [each for each in checked(with_more(f"{LANDING} dcat:keyword {many} .")).groups if each.code == "keyword-changed"]

    assert group.count == 1500
    assert len(group.findings) == 1000


def test_errors_come_first() -> None:
    report = checked(PLANTED[BARE])
    severities = [each.kind.severity for each in report.groups]

    assert severities == sorted(severities, key=list(Severity).index)


def test_a_data_set_of_the_next_page_is_no_stub() -> None:
    assert "stub" not in kinds(checked({"/catalog.ttl": Page(content=page(1, 2, datasets=dataset(1) + dataset(2)))}))


def test_a_feed_that_makes_up_properties_does_not_make_up_groups() -> None:
    tally, other = Tally(), Tally()
    for number in range(RULES + 500):
        (tally if number % 2 else other).add(Finding(kind="closure", message="x", rule=f"http://example.org/{number}"))
    tally.merge(other)

    assert tally.count("closure") == RULES + 500
    assert len(list(tally.groups())) == RULES + 1


def test_an_address_of_a_megabyte_is_none() -> None:
    report = checked(with_more(f"{LANDING} dcat:landingPage <http://example.org/{'a' * 1_000_000}> ."))

    assert all(len(each) < 400 for each in messages(report, "bad-iri"))
    assert messages(report, "bad-iri")
