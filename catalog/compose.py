"""From declaration, rows, files and curation to the metadata of a data set: pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from catalog.attachments import links_of
from catalog.curation import Curation
from catalog.entries import Edition
from catalog.extent import extent
from catalog.plan import PublishedRow
from schemas.dates import PartialDate
from schemas.declaration import Declaration, city_wide
from schemas.model import Agent, Dataset, Distribution, Period, Place, Removal, Site, SourceReference
from schemas.row import Value
from schemas.table import provenance_fields
from schemas.values import AccessRight, Availability, FileFormat, Language, Licence, Text


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What never changes about a data set."""

    uuid: str
    number: int
    issued: datetime


def new_identity(uri: str, *, number: int, issued: datetime) -> Identity:
    """The UUID follows from the URI: publishing again after a crash gives the same one."""
    return Identity(uuid=str(uuid5(NAMESPACE_URL, uri)), number=number, issued=issued)


def compose(
    declaration: Declaration,
    *,
    site: Site,
    identity: Identity,
    edition: Edition,
    rows: Sequence[PublishedRow],
    sources: Sequence[SourceReference],
    curation: Curation,
    publisher: Agent,
    modified: datetime,
    removal: Removal | None = None,
) -> Dataset:
    licence = licence_of(declaration, curation, site)
    return Dataset(
        name=declaration.name,
        uuid=identity.uuid,
        number=identity.number,
        title=curation.title or declaration.title,
        description=curation.description or declaration.description,
        table=declaration.table.published(),
        themes=declaration.themes if curation.themes is None else curation.themes,
        keywords=declaration.keywords if curation.keywords is None else curation.keywords,
        publisher=publisher,
        contact=curation.contact or site.contact,
        licence=licence,
        attribution=attribution_of(declaration, licence, publisher),
        contributor_id=site.contributor_id,
        frequency=declaration.frequency,
        temporal=curation.temporal or declaration.temporal or coverage(rows, declaration.temporal_fields),
        spatial=curation.spatial or place_of(declaration, rows, site),
        issued=identity.issued,
        modified=modified,
        edition=edition.number,
        edition_note=edition.reason,
        rows=edition.rows,
        distributions=_distributions(edition),
        links=links_of(declaration, rows, site),
        access_right=AccessRight.PUBLIC,
        availability=Availability.AVAILABLE,
        languages=(Language.GERMAN,),  # of the content; words about it exist in English, too
        provenance=declaration.provenance,
        sources=tuple(sources),
        kind=declaration.kind,
        landing_page=declaration.landing_page if curation.landing_page is None else curation.landing_page,
        legislation=declaration.legislation if curation.legislation is None else curation.legislation,
        hvd=curation.hvd,
        services=declaration.services,
        resolution=declaration.resolution,
        identifiers=declaration.identifiers,
        series=declaration.series,
        removal=removal,
        content_modified=edition.created_at,
        curation=curation.notes,
        official=site.official,
    )


def licence_of(declaration: Declaration, curation: Curation, site: Site) -> Licence:
    return curation.licence or declaration.licence or site.licence


def attribution_of(declaration: Declaration, licence: Licence, publisher: Agent) -> str:
    """The text a "by" licence wants to be named; other licences want none."""
    if not licence.attribution_required:
        return ""
    return declaration.attribution or publisher.name


def title_of(declaration: Declaration, curation: Curation) -> Text:
    return curation.title or declaration.title


def coverage(rows: Iterable[PublishedRow], fields: Sequence[str]) -> Period | None:
    """From the earliest day any of the fields may mean to the latest, each as precise as the source is; None without a date."""
    values = {each.row.values.get(field) for each in rows for field in fields}
    dates = [date for date in map(_date, values) if date is not None]
    if not dates:
        return None
    # Of 2023 and 2023-01-01 the year is the honest start: a row that knows no more may lie anywhere in it.
    start = min(dates, key=lambda each: (each.first_day(), len(each.iso)))
    end = max(dates, key=lambda each: (each.last_day(), -len(each.iso)))
    return Period(start=start, end=end)


def place_of(declaration: Declaration, rows: Sequence[PublishedRow], site: Site) -> Place:
    """A network of sensors covers what lies between its stations. Everything else covers the city, city-wide lists of stations included:
    what they do not name is not there."""
    if declaration.kind != "sensor" or declaration.name in city_wide():
        return site.place
    return extent(declaration.table, rows, site.place) or site.place


def _date(value: Value) -> PartialDate | None:
    try:
        return PartialDate(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None  # the checks report it; coverage is no place to fail


def _distributions(edition: Edition) -> tuple[Distribution, ...]:
    """One per format, in the order of `FileFormat`; the Excel dialect of CSV is a variant, not a distribution."""
    formats = (each for each in FileFormat if each.extension in edition.files)
    found = ((each, edition.files[each.extension]) for each in formats)
    return tuple(Distribution(format=each, byte_size=file.size, sha256=file.sha256) for each, file in found)


def published_values(rows: Iterable[PublishedRow], declaration: Declaration) -> Iterator[dict[str, Value]]:
    """The rows as readers get them: the table's own fields, then the provenance columns, in the order of `Table.published()`."""
    own = declaration.table.field_names
    columns = tuple(field.name for field in provenance_fields())
    for each in rows:
        values: dict[str, Value] = {name: each.row.values.get(name) for name in own}
        provenance = _provenance(each)
        values.update((name, provenance[name]) for name in columns)
        yield values


def _provenance(each: PublishedRow) -> dict[str, Value]:
    return {
        "source": each.source,
        "source_url": each.row.source_url or None,
        "changed_at": moment(each.changed_at),
        "changed_run": each.changed_run,
        "row_state": each.state.value,
        "row_state_since": None if each.state_since is None else moment(each.state_since),
    }


def moment(value: datetime) -> str:
    """As Table Schema's default datetime: UTC, whole seconds."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")
