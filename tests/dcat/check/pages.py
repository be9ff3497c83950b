"""A feed without a fault, in Turtle, and how tests plant one in it."""

from tests.dcat.check.server import Page

_NAMES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "dcatde": "http://dcat-ap.de/def/dcatde/",
    "dcatap": "http://data.europa.eu/r5r/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "adms": "http://www.w3.org/ns/adms#",
}
PREFIXES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in _NAMES.items())
DATASET = """\
<{base}/id/%N%> a dcat:Dataset ; dct:title "Datensatz %N%"@de ; dct:description "Was darin steht."@de ; dct:identifier "{base}/id/%N%" ;
  dct:publisher <{base}/city> ; dcat:contactPoint <{base}/id/%N%#contact> ; dcat:keyword "projekt"@de ;
  dct:issued "2026-01-01"^^xsd:date ; dct:modified "2026-10-0%N%T10:00:00Z"^^xsd:dateTime ;
  dcat:theme <http://publications.europa.eu/resource/authority/data-theme/GOVE> ;
  dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;
  dct:spatial <http://sws.geonames.org/2894003> ; dct:temporal <{base}/id/%N%#time> ;
  dcatde:contributorID <http://dcat-ap.de/def/contributors/openGovernmentDataPortalRheinlandPfalz> ;
  dcat:distribution <{base}/id/%N%#csv> .
<{base}/id/%N%#contact> a vcard:Organization ; vcard:fn "Offene Daten" ; vcard:hasEmail <mailto:opendata@example.org> .
<{base}/id/%N%#time> a dct:PeriodOfTime ; dcat:startDate "2026"^^xsd:gYear .
<{base}/id/%N%#csv> a dcat:Distribution ; dct:title "CSV"@de ;
  dcat:accessURL <{base}/data/%N%.csv> ; dcat:downloadURL <{base}/data/%N%.csv> ;
  dct:license <http://dcat-ap.de/def/licenses/dl-zero-de/2.0> ;
  dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> ;
  dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> ; dct:rights <{base}/rights> .
"""
CATALOGUE = """\
<{base}/catalog> a dcat:Catalog ; dct:title "Katalog"@de ; dct:description "Alles."@de ; dct:publisher <{base}/city> ; dcat:dataset %LIST% .
<{base}/city> a foaf:Organization ; foaf:name "Stadt" .
<{base}/rights> a dct:RightsStatement .
"""
VIEW = """\
<{base}/catalog.ttl?page=%P%> a hydra:PagedCollection, hydra:PartialCollectionView ; hydra:totalItems 2 ; hydra:itemsPerPage 1 .
"""
NEXT = '<{base}/catalog.ttl?page=%P%> hydra:next "%URL%" ; hydra:nextPage "%URL%" .\n'
CSV = Page(content="id\n1\n", media_type="text/csv")


def dataset(number: int) -> str:
    return DATASET.replace("%N%", str(number))


def page(*numbers: int, view: str = "", more: str = "", datasets: str | None = None) -> str:
    """One page; `datasets` in the place of the usual descriptions."""
    listed = ", ".join(f"<{{base}}/id/{each}>" for each in numbers)
    described = "".join(map(dataset, numbers)) if datasets is None else datasets
    return PREFIXES + CATALOGUE.replace("%LIST%", listed) + described + view + more


def single(fault: tuple[str, str] | None = None, more: str = "") -> dict[str, Page]:
    """A feed of one page with one data set; `fault`: a text in it and what stands in its place."""
    content = page(1, more=more)
    if fault is not None:
        assert fault[0] in content, fault[0]
        content = content.replace(*fault)
    return {"/catalog.ttl": Page(content=content), "/data/1.csv": CSV}


def paged(*, second: Page | None = None, link: str = "{base}/catalog.ttl?page=2", view: str = VIEW, follow: str = NEXT) -> dict[str, Page]:
    """A feed of two pages with a data set each."""
    first = page(1, view=view.replace("%P%", "1"), more=follow.replace("%P%", "1").replace("%URL%", link))
    return {
        "/catalog.ttl": Page(content=first),
        "/catalog.ttl?page=2": second or Page(content=page(2, view=view.replace("%P%", "2"))),
        "/data/1.csv": CSV,
        "/data/2.csv": CSV,
    }
