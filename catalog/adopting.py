"""Data sets of neighbours: each row of the table `upstream_dataset` is one in this catalogue, known by its IRI there.

Klar holds nothing of their content, so they have no edition: their description is created, changed, removed and comes back. Each in a
savepoint of its own: one that cannot be published costs only itself, its last good version stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import Connection, select

from catalog import removal, tables
from catalog.changelog import log_change, not_before_the_last
from catalog.codec import dumps, loads
from catalog.curating import curation_of, publisher_of
from catalog.curation import Curation
from catalog.database import Record
from catalog.entries import ChangeKind, Status
from catalog.issuing import sources_named
from catalog.neighbours import compose_neighbours, publisher_there, unknown_terms
from catalog.plan import Change, RowChange, TablePlan
from catalog.press import Issue, Press, Refused
from catalog.rows import published_row
from catalog.shelving import find_dataset, identity_of, is_rendered, keep_dataset, keep_fragments, last_published, rendered
from catalog.standing import note_issue, words_are_clean
from catalog.totals import add_to_totals
from schemas.declaration import RESERVED_NAMES, city_wide
from schemas.errors import KlarError
from schemas.model import Dataset, Site
from schemas.names import numbered, slug
from schemas.row import Finding, Quarantined, Row
from schemas.upstream import TABLE, UpstreamDataset
from schemas.values import Text

_d = tables.dataset.c
_row = tables.row.c
_GONE = Text(
    de="Der Katalog, aus dem der Datensatz übernommen war, führt ihn nicht mehr.",
    en="The catalogue it was taken from does not list it any more.",
)
_NEW = Text(de="Aus dem Katalog »{catalogue}« übernommen.", en="Taken over from the catalogue “{catalogue}”.")
_CHANGED = Text(de="Die Beschreibung wurde geändert.", en="The description was changed.")
_BACK = Text(de="Der Katalog »{catalogue}« führt den Datensatz wieder.", en="The catalogue “{catalogue}” lists the data set again.")
_REASONS = {ChangeKind.CREATED: _NEW, ChangeKind.METADATA: _CHANGED, ChangeKind.RETURNED: _BACK}


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """What came of the changes of a plan."""

    issued: Mapping[str, Issue] = field(default_factory=dict)  #: by name of the data set
    refused: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)  #: by key of the row
    findings: tuple[Finding, ...] = ()  #: published all the same

    items: tuple[Quarantined, ...] = ()  #: the same for the Prüfliste


NOTHING = Adoption()


@dataclass(frozen=True, kw_only=True)
class _Listed:
    """One row, and who brought it when."""

    row: Row
    source: str
    at: datetime


def adopt(connection: Connection, press: Press, source: str, table: TablePlan, *, at: datetime) -> Adoption:
    """Publish, change and remove the data sets that a plan's rows are."""
    issued: dict[str, Issue] = {}
    refused: dict[str, tuple[Finding, ...]] = {}
    items: list[Quarantined] = []
    terms: dict[str, list[str]] = {}
    for each in table.changes:
        try:
            found = _carried_out(connection, press, source, each, at)
        except Refused as error:
            refused[each.key] = error.findings
            digest = each.row.digest if each.row else ""
            items.append(Quarantined(table=TABLE, key=each.key, digest=digest, findings=error.findings))
            continue
        if found is None:
            continue
        name, outcome, dataset = found
        issued[name] = outcome
        for stated in unknown_terms(dataset) if dataset else ():
            terms.setdefault(stated, []).append(name)
    reported = tuple(_about_terms(stated, names) for stated, names in sorted(terms.items()))
    findings = (*reported, *(finding for each in issued.values() for finding in each.findings))
    return Adoption(issued=issued, refused=refused, items=tuple(items), findings=findings)


def adopt_again(connection: Connection, press: Press, stored: Record, *, at: datetime) -> Issue:
    """Bring one in line with curation, source and renderer. Raises Refused, with the savepoint undone."""
    found = connection.execute(select(tables.row).where(_row.table_name == TABLE, _row.key == stored.upstream)).one_or_none()
    if found is None:
        return Issue(kind=None, edition=0)
    listed = _Listed(row=published_row(found).row, source=found.source, at=at)
    return _attempt(connection, press, listed)[1]


def table_name(name: str) -> str:
    """What stands for its table where each data set has to have one, and under which the Prüfliste files what concerns it as a whole."""
    return f"{TABLE}/{name}"


def source_of(connection: Connection, upstream: str) -> str:
    """Under whose name the Prüfliste files a problem of it."""
    where = (_row.table_name == TABLE) & (_row.key == upstream)
    return connection.execute(select(_row.source).where(where)).scalar_one_or_none() or ""


def adopted_names(connection: Connection, upstream: str | None = None) -> tuple[str, ...]:
    """Of the data sets with this IRI elsewhere, or of all neighbours' data sets; those that a person withdrew aside."""
    where = (_d.upstream != "" if upstream is None else _d.upstream == upstream) & (_d.status != Status.WITHDRAWN.value)
    return tuple(connection.execute(select(_d.name).where(where).order_by(_d.number)).scalars())


def is_ours(site: Site, iri: str) -> bool:
    """Whether an IRI lies below our base, whatever its scheme and the case of its host."""
    theirs, ours = _place(iri), _place(site.uri_base)
    return theirs == ours or theirs.startswith(f"{ours}/")


def _carried_out(
    connection: Connection, press: Press, source: str, change: RowChange, at: datetime
) -> tuple[str, Issue, Dataset | None] | None:
    if change.change is Change.REMOVE:
        return _retire(connection, press, change.key, at)
    if change.row is None:
        return None  # marked only: it stays as it is
    return _attempt(connection, press, _Listed(row=change.row, source=source, at=at))


def _attempt(connection: Connection, press: Press, listed: _Listed) -> tuple[str, Issue, Dataset]:
    with connection.begin_nested():
        try:
            return _publish(connection, press, replace(listed, at=not_before_the_last(connection, listed.at)))
        except KlarError as error:
            raise _refused("not-publishable", str(error), listed.row) from error


def _publish(connection: Connection, press: Press, listed: _Listed) -> tuple[str, Issue, Dataset]:
    found = _read(listed.row)
    _require_foreign(press.site, found, listed.row)
    stored = connection.execute(select(tables.dataset).where(_d.upstream == found.uri)).one_or_none()
    if stored is not None and stored.status == Status.WITHDRAWN.value:
        raise _refused("withdrawn", "Der Datensatz wurde hier zurückgezogen; er wird nie wieder aufgeführt.", listed.row)
    name = stored.name if stored is not None else _free_name(connection, found)
    clean = words_are_clean(connection, press, name)
    curation, findings = curation_of(press, name, stored, table=TABLE, clean=clean)
    before = last_published(stored)
    at = listed.at
    dataset = compose_neighbours(
        found,
        name=name,
        catalogue=str(listed.row.values.get("catalogue") or ""),
        site=press.site,
        identity=identity_of(connection, press, name, stored, at=at, uri=found.uri),
        source=sources_named(connection, {listed.source})[0],
        curation=curation,
        publisher=publisher_of(connection, name, curation, publisher_there(found), table=TABLE),
        modified=at if before is None else before.modified,
    )
    if before is not None and dataset != before:
        dataset = replace(dataset, modified=at)
    kind = _kind(stored, before, dataset)
    outcome = _keep(connection, press, stored, dataset, curation, kind, at=at, key=listed.row.key)
    note_issue(connection, press, name, fine=not findings)
    return name, replace(outcome, findings=findings), dataset


def _kind(stored: Record | None, before: Dataset | None, dataset: Dataset) -> ChangeKind | None:
    if stored is None:
        return ChangeKind.CREATED
    if before is None:
        return ChangeKind.RETURNED
    return None if dataset == before else ChangeKind.METADATA


def _keep(
    connection: Connection,
    press: Press,
    stored: Record | None,
    dataset: Dataset,
    curation: Curation,
    kind: ChangeKind | None,
    *,
    at: datetime,
    key: str,
) -> Issue:
    if kind is None and is_rendered(connection, press, dataset.name):
        _keep_curation(connection, stored, curation)
        return Issue(kind=None, edition=0)
    fragments = rendered(press, dataset, table=TABLE, key=key)
    if kind is None:
        keep_fragments(connection, press, dataset.name, fragments, others_stay=True)
        _keep_curation(connection, stored, curation)
        return Issue(kind=None, edition=0, rendered=True)
    keep_dataset(connection, stored, dataset, curation, table_name=table_name(dataset.name), declaration="")
    keep_fragments(connection, press, dataset.name, fragments, others_stay=False)
    _log(connection, kind, dataset, at)
    add_to_totals(connection, datasets=0 if kind is ChangeKind.METADATA else 1, rows=0, at=at)
    return Issue(kind=kind, edition=0, rendered=True)


def _keep_curation(connection: Connection, stored: Record | None, curation: Curation) -> None:
    content = dumps(Curation, curation)
    if stored is not None and stored.curation != content:
        connection.execute(tables.dataset.update().where(_d.name == stored.name).values(curation=content))


def _log(connection: Connection, kind: ChangeKind, dataset: Dataset, at: datetime) -> None:
    catalogue = dataset.upstream.catalogue if dataset.upstream else ""
    words = _REASONS[kind]
    reason = Text(de=words.de.format(catalogue=catalogue), en=words.en.format(catalogue=catalogue))
    log_change(connection, kind, dataset.name, at=at, edition=None, reason=reason)


def _retire(connection: Connection, press: Press, upstream: str, at: datetime) -> tuple[str, Issue, None] | None:
    stored = connection.execute(select(tables.dataset).where(_d.upstream == upstream)).one_or_none()
    if stored is None or stored.status != Status.ACTIVE.value:
        return None
    at = not_before_the_last(connection, at)
    outcome = removal.retire(connection, stored, at, _GONE)
    note_issue(connection, press, stored.name, fine=True)
    add_to_totals(connection, datasets=-1, rows=0, at=at)
    return stored.name, outcome, None


def _read(row: Row) -> UpstreamDataset:
    """Raises Refused."""
    try:
        found = loads(UpstreamDataset, str(row.values.get("record") or ""))
        moments = [found.modified, *(moment for each in found.links for moment in (each.issued, each.modified))]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise _refused(
            "unreadable-record", "Die Beschreibung des Datensatzes ist so, wie sie gespeichert ist, nicht lesbar.", row
        ) from None
    if any(each is not None and each.tzinfo is None for each in moments):
        raise _refused("unreadable-record", "Die Beschreibung des Datensatzes nennt eine Zeit ohne Zeitzone.", row)
    if found.uri != row.key:
        raise _refused("unreadable-record", "Die Beschreibung des Datensatzes nennt eine andere Kennung als die Zeile.", row)
    return found


def _require_foreign(site: Site, found: UpstreamDataset, row: Row) -> None:
    """What was published here comes back over a neighbour's catalogue: it is in this one already. Raises Refused."""
    if any(is_ours(site, each) for each in (found.uri, *found.identifiers)):
        raise _refused("own-dataset", "Der Datensatz trägt eine Kennung dieses Katalogs: Er ist von hier und wird nicht übernommen.", row)


def _free_name(connection: Connection, found: UpstreamDataset) -> str:
    """Its own name there, else its title, with -2, -3 … where that was ever used here."""
    wish = slug(found.name) or slug(found.title.in_language("de") or found.title.en) or "datensatz"
    number = 1
    while _is_taken(connection, numbered(wish, number)):
        number += 1
    return numbered(wish, number)


def _is_taken(connection: Connection, name: str) -> bool:
    return name in RESERVED_NAMES or name in city_wide() or find_dataset(connection, name) is not None


def _about_terms(stated: str, names: Iterable[str]) -> Finding:
    listed = sorted(names)
    examples = ", ".join(listed[:3]) + (" …" if len(listed) > 3 else "")
    what = f"Die Lizenz »{stated}« steht nicht in der Liste von DCAT-AP.de und bleibt, wie sie ist" if stated else "Eine Lizenz fehlt"
    many = "1 Datensatz" if len(listed) == 1 else f"{len(listed)} Datensätze"
    message = f"{what} ({many}: {examples}). Eine Angabe unter [licence] in curation/NAME.toml ersetzt sie."
    return Finding(code="unknown-licence", message=message, table=TABLE, field="licence")


def _refused(code: str, message: str, row: Row) -> Refused:
    return Refused((Finding(code=code, message=message, table=TABLE, key=row.key, origin=row.origin),))


def _place(iri: str) -> str:
    """Host and path."""
    try:
        parts = urlsplit(iri.strip())
    except ValueError:
        return ""
    return f"{parts.netloc.lower()}{parts.path}".rstrip("/") if parts.scheme.lower() in ("http", "https") else ""
