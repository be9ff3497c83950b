"""What search knows of one data set."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from schemas.model import Dataset
from schemas.row import Value
from schemas.values import Text

#: Further fields with whole values: what interfaces of others filter, count and sort by.
LABELS = ("uuid", "organization", "organization_id", "group", "tag", "resource_format")
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
        columns=tuple(each.title for each in dataset.table.fields),
        content=tuple(dict.fromkeys(_titles(dataset, rows))),
        themes=tuple(each.code for each in dataset.themes),
        kind=dataset.kind,
        formats=tuple(each.format.extension for each in dataset.distributions),
        licence=dataset.licence.code,
        modified=dataset.modified,
        issued=dataset.issued,
        labels=labels or {},
        digest=digest,
    )


def _titles(dataset: Dataset, rows: Iterable[Mapping[str, Value]]) -> Iterator[str]:
    names = [each.name for each in dataset.table.fields if each.kind == "title"]
    cells = (row.get(name) for row in rows for name in names) if names else iter(())
    return islice((each for each in cells if isinstance(each, str)), _CELLS)
