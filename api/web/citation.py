"""How to name a data set in a text: a sentence, and BibTeX."""

from api.web.texts import text
from api.web.wording import BERLIN, day
from schemas.model import Dataset, Site

#: Characters that TeX reads as commands.
_TEX = str.maketrans(
    {each: f"\\{each}" for each in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)


def citation(dataset: Dataset, site: Site, language: str) -> str:
    """One sentence; the address is that of the cited edition."""
    return text(
        "citation",
        language,
        publisher=dataset.publisher.name,
        year=dataset.modified.astimezone(BERLIN).year,
        title=dataset.title.in_language(language),
        number=dataset.edition,
        when=day(dataset.modified, language),
        url=_edition_url(dataset, site),
        licence=dataset.licence.title.in_language(language),
    )


def listed_citation(dataset: Dataset, site: Site, language: str) -> str:
    """Of a data set that is kept elsewhere: who publishes it, and where it was found."""
    there = dataset.upstream
    year = str((there.modified if there and there.modified else dataset.modified).astimezone(BERLIN).year)
    return text(
        "citation_listed",
        language,
        publisher=dataset.publisher.name,
        year=year,
        title=dataset.title.in_language(language),
        url=dataset.landing_page or site.dataset_url(dataset.name),
    )


def bibtex(dataset: Dataset, site: Site, language: str) -> str:
    local = dataset.modified.astimezone(BERLIN)
    fields = {
        "author": f"{{{dataset.publisher.name.translate(_TEX)}}}",
        "title": f"{{{dataset.title.in_language(language).translate(_TEX)}}}",
        "year": str(local.year),
        "date": f"{local:%Y-%m-%d}",
        "version": str(dataset.edition),
        "url": _edition_url(dataset, site),
        "note": dataset.licence.title.in_language(language).translate(_TEX),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@dataset{{{dataset.name}-{dataset.edition},\n{lines}}}\n"


def _edition_url(dataset: Dataset, site: Site) -> str:
    return f"{site.dataset_url(dataset.name)}/editions/{dataset.edition}/data.csv"
