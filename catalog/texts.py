"""What a data set says in words, and whether there is something personal in it. Rows are judged at intake, words here: they come
from data packages, declarations and `curation/NAME.toml` and stand in every representation."""

from collections.abc import Iterator
from dataclasses import replace

from catalog.curation import Curation
from schemas.declaration import Declaration
from schemas.personal_data import Detector, text_findings, without_passages
from schemas.row import Finding
from schemas.values import Text

Words = tuple[tuple[str, str], ...]  #: (field, text)


def words_of_declaration(declaration: Declaration, over: Curation) -> Words:
    """Everything that readers see of it, so not what a person has replaced. The provenance columns are the program's own."""
    table = declaration.table
    found = [
        *_maybe("title", declaration.title if over.title is None else None),
        *_maybe("description", declaration.description if over.description is None else None),
        *(("keywords", each) for each in (declaration.keywords if over.keywords is None else ())),
        ("provenance", declaration.provenance),
        ("table", table.title),
        ("table", table.description),
        *((f"columns.{field.name}", each) for field in table.fields for each in (field.title, field.description)),
        *((f"columns.{field.name}.codes", code.title) for field in table.fields for code in field.codes),
    ]
    if declaration.series is not None:
        found += [("series", declaration.series.title), ("series", declaration.series.description)]
    page = declaration.landing_page if over.landing_page is None else ""
    return (*_tagged(found), ("attribution", declaration.attribution), ("landing_page", page))


def words_of_curation(curation: Curation) -> Words:
    """What a person wrote, who and why included: that is public, too."""
    found = [
        *_maybe("title", curation.title),
        *_maybe("description", curation.description),
        *(("keywords", each) for each in curation.keywords or ()),
        *_maybe("spatial", None if curation.spatial is None else curation.spatial.title),
    ]
    contact = curation.contact
    addresses = () if contact is None else tuple(("contact", each) for each in (contact.name, contact.email, contact.url))
    notes = tuple((note.field, each) for note in curation.notes for each in (note.who, note.why))
    return (*_tagged(found), ("landing_page", curation.landing_page or ""), *addresses, *notes)


def personal(detector: Detector | None, words: Words, *, table: str, origin: str = "") -> tuple[Finding, ...]:
    """One finding per field and kind, never the passage; none without a detector."""
    return () if detector is None else text_findings(detector, words, origin=origin, table=table)


def discreet(detector: Detector | None, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Messages that quote a file, fit to be kept. Their place stays readable."""
    if detector is None:
        return findings
    return tuple(replace(without_passages(each, detector), key=each.key) for each in findings)


def _maybe(field: str, text: Text | None) -> list[tuple[str, Text]]:
    return [] if text is None else [(field, text)]


def _tagged(found: list[tuple[str, Text]]) -> Iterator[tuple[str, str]]:
    for field, text in found:
        for _, content in text.tagged():
            yield field, content
