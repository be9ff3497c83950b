"""What search knows of one data set."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from schemas.model import Dataset
from schemas.row import Value
from schemas.values import Text

#: Further fields with whole values: what interfaces of others filter, count and sort by.
LABELS = ("uuid", "organization", "organization_id", "group", "tag", "resource_format", "resource")
_CELLS = 50_000  #: cells of a data set that are searched


@dataclass(frozen=True, kw_only=True)
class Document:
    name: str
    number: int  #: publication number; decides between equals
    title: Text
    description: Text
    keywords: tuple[Text, ...] = ()
    columns: tuple[Text, ...] = ()  #: titles of the columns
    content: tuple[str, ...] = ()  #: what its rows are called
    themes: tuple[str, ...] = ()  #: codes
    kind: str
    formats: tuple[str, ...] = ()  #: extensions
    licence: str  #: code
    catalogue: str = ""  #: title of the one it was taken from; "" for our own
    modified: datetime  #: aware
    issued: datetime | None = None  #: aware; None: as `modified`
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: LABELS -> values, as others name and filter them
    digest: str = ""  #: of what it was made from: with another one it is another document


def document_of(
    dataset: Dataset, rows: Iterable[Mapping[str, Value]], *, labels: Mapping[str, tuple[str, ...]] | None = None, digest: str = ""
) -> Document:
    """`rows` of the newest edition; read only if the table has fields of kind `title`. `digest`: of the metadata, which names the
    edition's files by their content."""
    return Document(
        name=dataset.name,
        number=dataset.number,
        title=dataset.title,
        description=dataset.description,
        keywords=(*dataset.keywords, Text(de=dataset.name)),
        columns=tuple(each.title for each in dataset.table.fields) if dataset.table else (),
        content=tuple(dict.fromkeys(_titles(dataset, rows))),
        themes=tuple(each.code for each in dataset.themes),
        kind=dataset.kind,
        formats=_formats(dataset),
        licence=dataset.licence.code,
        catalogue=dataset.upstream.catalogue if dataset.upstream else "",
        modified=dataset.modified,
        issued=dataset.issued,
        labels=labels or {},
        digest=digest,
    )


def _formats(dataset: Dataset) -> tuple[str, ...]:
    """Of files that lie elsewhere those that klar knows."""
    known = [*(each.format for each in dataset.distributions), *(each.format for each in dataset.links if each.format)]
    return tuple(dict.fromkeys(each.extension for each in known))


def _titles(dataset: Dataset, rows: Iterable[Mapping[str, Value]]) -> Iterator[str]:
    names = [each.name for each in dataset.table.fields if each.kind == "title"] if dataset.table else []
    cells = (row.get(name) for row in rows for name in names) if names else iter(())
    return islice((each for each in cells if isinstance(each, str)), _CELLS)
