"""A document as the index sees it: terms by source and form, spelling, the order of titles."""

from collections.abc import Iterable, Mapping

import tantivy

from catalog.search.document import LABELS, Document
from catalog.search.matching import FACETS, FORMS, ISSUED, MODIFIED, NUMBER, SOURCES, seconds
from catalog.search.vocabulary import Places
from catalog.search.words import exact, forms, words
from schemas.values import Text

LANGUAGES = ("de", "en")
TitleKey = tuple[str, int]  #: compared, it gives the order of titles; no two are equal
Terms = Mapping[str, Mapping[str, list[str]]]  #: source, in the order of SOURCES -> form -> terms, each once


def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("name", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("spelled", stored=True, tokenizer_name="raw", index_option="basic")
    for field in (*FACETS.values(), *LABELS):
        builder.add_text_field(field, fast=True, tokenizer_name="raw", index_option="basic")
    for field in (MODIFIED, ISSUED, NUMBER, *(rank_field(each) for each in LANGUAGES)):
        builder.add_integer_field(field, fast=True, indexed=True)
    for source in SOURCES:
        for form in FORMS:
            builder.add_text_field(f"{source}_{form}", tokenizer_name="whitespace", index_option="basic")
    return builder.build()


def rank_field(language: str) -> str:
    return f"title_rank_{language}"


def entry_of(document: Document, terms: Terms, ranks: Mapping[str, int]) -> tantivy.Document:
    """`ranks`: language -> place of the title."""
    entry = tantivy.Document()
    entry.add_text("name", document.name)
    entry.add_text("spelled", " ".join(_spelled(document)))
    facets: dict[str, tuple[str, ...]] = {
        "theme": document.themes,
        "kind": (document.kind,),
        "format": document.formats,
        "licence": (document.licence,),
        "catalogue": (document.catalogue,) if document.catalogue else (),
    }
    for name, values in facets.items():
        for value in dict.fromkeys(values):
            entry.add_text(FACETS[name], value)
    for name, values in document.labels.items():
        for value in dict.fromkeys(values):
            entry.add_text(name, value)
    entry.add_integer(MODIFIED, seconds(document.modified))
    entry.add_integer(ISSUED, seconds(document.issued or document.modified))
    entry.add_integer(NUMBER, document.number)
    for language, rank in ranks.items():
        entry.add_integer(rank_field(language), rank)
    for source, by_form in terms.items():
        for form, found in by_form.items():
            entry.add_text(f"{source}_{form}", " ".join(found))
    return entry


def terms_of(document: Document) -> Terms:
    return {source: _terms(texts) for source, texts in _sources(document).items()}


def places_by_form(terms: Terms) -> dict[str, dict[str, Places]]:
    """Form -> term -> the sources it stands in."""
    found: dict[str, dict[str, Places]] = {form: {} for form in FORMS}
    for at, by_form in enumerate(terms.values()):
        for form, words_ in by_form.items():
            places = found[form]
            for each in words_:
                places[each] = places.get(each, 0) | 1 << at
    return found


def title_key(document: Document, language: str) -> TitleKey:
    """As a German dictionary orders, but for ä standing as ae (DIN 5007-2); equal titles in the order of publication."""
    return "\0".join(exact(word) for word in words(document.title.in_language(language))), document.number


def _sources(document: Document) -> dict[str, tuple[Text, ...]]:
    return {
        "title": (document.title,),
        "keywords": document.keywords,
        "description": (document.description,),
        "columns": document.columns,
        "content": tuple(Text(de=each) for each in document.content),
    }


def _terms(texts: Iterable[Text]) -> dict[str, list[str]]:
    """Form -> terms, each once."""
    tagged = dict.fromkeys((word, language) for text in texts for language, content in text.tagged() for word in words(content))
    found = [forms(word, language) for word, language in tagged]
    columns = zip(*found, strict=True) if found else ((),) * len(FORMS)
    return {form: list(dict.fromkeys(terms)) for form, terms in zip(FORMS, columns, strict=True)}


def _spelled(document: Document) -> list[str]:
    """Words as people write them, for suggestions."""
    texts = (document.title, *document.keywords, document.description)
    found = (word for text in texts for _, content in text.tagged() for word in words(content))
    return list(dict.fromkeys(each for each in found if len(each) >= 4))
