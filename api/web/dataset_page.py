"""What the page of one data set shows, collected from the published state."""

import re
from collections.abc import Mapping, Sequence, Set
from itertools import islice
from urllib.parse import quote

from api.web.citation import bibtex, citation
from api.web.pages import Column, DatasetPage, Download, EditionLine, Link, Preview, Snippet
from api.web.participation.calendar import has_days
from api.web.published import common_rows, rows_of
from api.web.record import file_path
from api.web.sensors.freshness import Seen
from api.web.sensors.layer import layer_of
from api.web.sensors.months import layer_behind, month_examples, months_of
from api.web.structured import structured_data
from api.web.texts import text, texts
from api.web.web import Web
from api.web.wording import cell, day, partial_date
from catalog.entries import DatasetEntry, Edition
from catalog.formats import EXCEL_CSV
from catalog.plan import RowState
from schemas.declaration import city_wide
from schemas.model import Dataset, Period
from schemas.row import Value
from schemas.table import Field, Table, provenance_fields
from schemas.values import FileFormat, Text

_PREVIEW_ROWS = 10
_NEWEST_EDITIONS = 5
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ„“\"])")
_EXAMPLE_LENGTH = 60
_CELL_LENGTH = 120


def dataset_page(web: Web, entry: DatasetEntry, language: str, seen: Seen | None = None) -> DatasetPage:
    """Reads the newest edition. `seen`: of a layer of sensors, how fresh its values are. Raises Gone, NotReady."""
    dataset = entry.dataset
    services = web.services
    edition = services.store.edition(dataset.name, dataset.edition)
    editions = services.store.editions(dataset.name)
    first, states = _read_rows(web, edition)
    lead, rest = lead_of(dataset.description)
    table = dataset.columns
    columns = _columns(table, first, _led_to(web, table), language)
    own = len(table.fields) - len(provenance_fields())
    return DatasetPage(
        dataset=dataset,
        lead=lead,
        rest=rest,
        period=period_words(dataset.temporal, language),
        downloads=_downloads(dataset, edition, language),
        months=months_of(dataset, language),
        month_examples=month_examples(dataset),
        preview=preview(table, first, language),
        own_columns=columns[:own],
        provenance_columns=columns[own:],
        checked=edition.created_at,
        waiting=sum(each.table == table.name for each in services.store.quarantine(open_only=True)),
        missing=states.get(RowState.MISSING.value, 0),
        stale=states.get(RowState.STALE.value, 0),
        editions=edition_lines(editions)[:_NEWEST_EDITIONS],
        edition_count=len(editions),
        citation=citation(dataset, services.site, language),
        bibtex=bibtex(dataset, services.site, language),
        snippets=_snippets(web, dataset),
        report=_report(dataset, services.site.dataset_uri(dataset.name), language),
        uri=services.site.dataset_uri(dataset.name),
        reading=(*_reading(web, table, language), *layer_behind(web, dataset, language)),
        structured=structured_data(dataset, web.addresses, language),
        layer=layer_of(web, dataset, seen, language),
    )


def edition_lines(editions: Sequence[Edition]) -> tuple[EditionLine, ...]:
    """Newest first; each compared with the last one before it that has not been withdrawn."""
    lines = []
    for index, edition in enumerate(editions):
        before = next((each.number for each in editions[index + 1 :] if each.withdrawn_at is None), None)
        lines.append(EditionLine(edition=edition, before=before if edition.withdrawn_at is None else None))
    return tuple(lines)


def preview(table: Table, rows: Sequence[Mapping[str, Value]], language: str) -> Preview:
    """Rows as people read them; the title stands first, columns without any value in these rows are left out."""
    fields = tuple(each for each in _title_first(table) if any(row.get(each.name) not in (None, "") for row in rows))
    return Preview(fields=fields, rows=tuple(tuple(_short(cell(row.get(each.name), each, language)) for each in fields) for row in rows))


def _short(words: str) -> str:
    """A long text would make one row fill the screen; addresses stay whole, for they are links."""
    if len(words) <= _CELL_LENGTH or words.startswith(("https://", "http://")):
        return words
    return words[:_CELL_LENGTH].rsplit(" ", 1)[0] + " …"


def _title_first(table: Table) -> tuple[Field, ...]:
    own = {each.name for each in provenance_fields()} - {"source_url"}
    fields = [each for each in table.fields if each.name not in own]
    return tuple(sorted(fields, key=lambda each: each.kind != "title"))


def _read_rows(web: Web, edition: Edition) -> tuple[tuple[Mapping[str, Value], ...], Mapping[str, int]]:
    """The first rows, and how many rows are in which state."""
    rows = rows_of(web.services.files, edition)
    first = tuple(islice(rows, _PREVIEW_ROWS))
    states: dict[str, int] = {}
    for each in (*first, *rows):
        state = str(each.get("row_state"))
        states[state] = states.get(state, 0) + 1
    return first, states


def lead_of(description: Text) -> tuple[Text, Text]:
    """First sentence and the rest, in each language."""
    parts = {tag: [*_SENTENCE_END.split(" ".join(words.split()), maxsplit=1), ""] for tag, words in description.tagged()}
    english = parts.get("en", ["", ""])
    german = parts.get("de", ["", ""])
    return Text(de=german[0], en=english[0]), Text(de=german[1], en=english[1])


def period_words(period: Period | None, language: str) -> str:
    if period is None:
        return ""
    start = partial_date(str(period.start), language) if period.start else ""
    end = partial_date(str(period.end), language) if period.end else ""
    if start and end:
        return text("period", language, start=start, end=end)
    if start:
        return text("period_open_end", language, start=start)
    return text("period_open_start", language, end=end) if end else ""


def _downloads(dataset: Dataset, edition: Edition, language: str) -> tuple[Download, ...]:
    """In the order in which people look for them: CSV, Excel, the rest, everything."""
    base = f"/datasets/{dataset.name}"
    order = ("csv", EXCEL_CSV, "xlsx", "json", "ndjson", "geojson", "parquet")
    found = sorted(edition.files.values(), key=lambda each: order.index(each.extension))
    files = [
        Download(format=_format_title(each.extension, language), key=each.extension, path=file_path(base, each.extension), size=each.size)
        for each in found
    ]
    return (*files, Download(format=text("format_zip", language), key="zip", path=f"{base}.zip", size=None))


def _format_title(extension: str, language: str) -> str:
    if extension == EXCEL_CSV:
        return text("format_excel-de.csv", language)
    return FileFormat.from_extension(extension).title.in_language(language)


def _led_to(web: Web, table: Table) -> Set[str]:
    """Of the city-wide data sets that this table refers to, those that are published."""
    tables = {each.table for each in table.foreign_keys}
    names = [each.name for each in city_wide().values() if each.table.name in tables]
    return {each.dataset.name for each in web.services.store.datasets_named(names)}


def _columns(table: Table, rows: Sequence[Mapping[str, Value]], published: Set[str], language: str) -> tuple[Column, ...]:
    """`published`: names of data sets that a reference may lead to."""
    references = {each.field: each.table for each in table.foreign_keys}
    return tuple(
        Column(
            field=each,
            type=_type_text(each),
            key=each.name in table.key,
            reference=_dataset_of(references.get(each.name, ""), published),
            example=_example(each, rows, language),
        )
        for each in table.fields
    )


def _type_text(field: Field) -> str:
    """Key of the text that says what a column holds; tables of others may have types that need no word of their own."""
    keys = (f"type_{field.kind}", f"type_{field.type}")
    return next((each for each in keys if each in texts()), "type_string")


def _dataset_of(table: str, published: Set[str]) -> str:
    """Name of the data set with this table, "" when there is none to go to."""
    names = (each.name for each in city_wide().values() if each.table.name == table)
    return next((each for each in names if each in published), "")


def _example(field: Field, rows: Sequence[Mapping[str, Value]], language: str) -> str:
    values = (cell(row.get(field.name), field, language) for row in rows)
    found = next((each for each in values if each), "")
    return found if len(found) <= _EXAMPLE_LENGTH else found[:_EXAMPLE_LENGTH].rstrip() + " …"


def _snippets(web: Web, dataset: Dataset) -> tuple[Snippet, ...]:
    base = web.services.site.dataset_url(dataset.name)
    return (
        Snippet(title="curl", code=f"curl -O {base}/data.csv"),
        Snippet(title="Python", code=f'import pandas\n\ntable = pandas.read_csv("{base}/data.csv")'),
        Snippet(title="R", code=f'table <- read.csv("{base}/data.csv", fileEncoding = "UTF-8")'),
        Snippet(title="DuckDB", code=f"SELECT * FROM '{base}/data.parquet' LIMIT 10;"),
    )


def _reading(web: Web, table: Table, language: str) -> tuple[Link, ...]:
    """Only tables of the common model have pages of their own."""
    match table.name:
        case "project":
            return (Link(label=text("dataset_projects", language), link=web.addresses.page("/projects", language)),)
        case "process":
            return (Link(label=text("dataset_processes", language), link=web.addresses.page("/processes", language)),)
        case "event" if has_days(common_rows(web.services.store, web.services.files, "event") or ()):
            return (Link(label=text("calendar_subscribe", language), link=web.addresses.file("/events.ics")),)
        case _:
            return ()


def _report(dataset: Dataset, uri: str, language: str) -> str:
    """A mail link with URI and edition, so that nobody has to describe where the error is; "" without an address."""
    if not dataset.contact.email:
        return ""
    title = dataset.title.in_language(language)
    subject = text("report_subject", language, title=title)
    body = text("report_body", language, uri=uri, number=dataset.edition, when=day(dataset.modified, language))
    return f"mailto:{quote(dataset.contact.email, safe='@')}?subject={quote(subject)}&body={quote(body)}"
