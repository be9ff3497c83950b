"""What the page of a data set shows whose files lie elsewhere."""

from api.web.citation import listed_citation
from api.web.dataset_page import lead_of, period_words
from api.web.pages import Elsewhere, ListedPage
from api.web.structured import structured_data
from api.web.web import Web
from dcat.wording import link_title
from schemas.file_types import format_word
from schemas.links import Link
from schemas.model import Dataset


def listed_page(web: Web, dataset: Dataset, language: str) -> ListedPage:
    """`dataset` has no table."""
    lead, rest = lead_of(dataset.description)
    there = dataset.upstream
    site = web.services.site
    return ListedPage(
        dataset=dataset,
        lead=lead,
        rest=rest,
        period=period_words(dataset.temporal, language),
        catalogue=there.catalogue if there else "",
        changed=there.modified if there else dataset.modified,
        links=tuple(_elsewhere(each, dataset) for each in dataset.links),
        citation=listed_citation(dataset, site, language),
        uri=site.dataset_uri(dataset.name),
        structured=structured_data(dataset, web.addresses, language),
    )


def _elsewhere(link: Link, dataset: Dataset) -> Elsewhere:
    licence = link.licence or dataset.licence
    return Elsewhere(
        title=link_title(dataset, link),
        description=link.description,
        address=link.download_url or link.access_url,
        format=format_word(link),
        size=link.byte_size,
        licence=licence.title,
        licence_url=licence.text_url,
    )
