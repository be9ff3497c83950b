"""Data sets of neighbours: each row of the table `upstream_dataset` is one in this catalogue, known by its IRI there.

Klar holds nothing of their content, so they have no edition: their description is created, changed, announced to go, removed and comes
back. Nothing of one is written before all of it was judged: one that cannot be published costs only itself, its last good version stays.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, select

from catalog import removal, tables
from catalog.batching import Batch, Draft
from catalog.changelog import not_before_the_last
from catalog.codec import dumps, loads
from catalog.compose import Identity, new_identity
from catalog.curating import curation_of, publisher_of
from catalog.curation import Curation
from catalog.database import Record
from catalog.entries import ChangeKind, Status
from catalog.issuing import sources_named
from catalog.neighbours import compose_neighbours, publisher_there, unknown_terms
from catalog.plan import Change, RowChange, TablePlan
from catalog.press import Issue, Occasion, Press, Refused
from catalog.rows import published_row
from catalog.shelving import find_dataset, is_rendered, keep_fragments, last_number, last_published, rendered
from catalog.standing import Notes
from catalog.succession import known_as, leaving, standing
from catalog.totals import add_to_totals
from schemas.declaration import RESERVED_NAMES, city_wide
from schemas.errors import KlarError
from schemas.model import Dataset, Removal, Site, SourceReference
from schemas.names import numbered, slug
from schemas.row import Finding, Quarantined, Row
from schemas.upstream import TABLE, UpstreamDataset
from schemas.values import Text

_d = tables.dataset.c
_row = tables.row.c
_AT_ONCE = 200  #: data sets that wait in memory to be written, some 40 kB each
_BY_UPSTREAM = select(tables.dataset).where(_d.upstream.in_(bindparam("keys", expanding=True)))
_USED = select(_d.name).where(_d.name.in_(bindparam("names", expanding=True)))
_UNCURATED = dumps(Curation, Curation())
_GONE = Text(
    de="Der Katalog, aus dem der Datensatz übernommen war, führt ihn nicht mehr.",
    en="The catalogue it was taken from does not list it any more.",
)
_NEW = Text(de="Aus dem Katalog »{catalogue}« übernommen.", en="Taken over from the catalogue “{catalogue}”.")
_CHANGED = Text(de="Die Beschreibung wurde geändert.", en="The description was changed.")
_BACK = Text(de="Der Katalog »{catalogue}« führt den Datensatz wieder.", en="The catalogue “{catalogue}” lists the data set again.")
_MOVED = Text(
    de="Über einen anderen Weg übernommen; der Datensatz heißt hier jetzt »{name}«.",
    en="Taken over by another route; the data set is called “{name}” here now.",
)
_REASONS = {ChangeKind.CREATED: _NEW, ChangeKind.METADATA: _CHANGED, ChangeKind.RETURNED: _BACK}


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """What came of the changes of a plan."""

    issued: Mapping[str, Issue] = field(default_factory=dict)  #: by name of the data set
    refused: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)  #: by key of the row
    findings: tuple[Finding, ...] = ()  #: published all the same

    items: tuple[Quarantined, ...] = ()  #: the same for the Prüfliste


NOTHING = Adoption()


def adopt(connection: Connection, press: Press, source: str, table: TablePlan, *, at: datetime) -> Adoption:
    """Publish, change and remove the data sets that a plan's rows are."""
    issued: dict[str, Issue] = {}
    refused: dict[str, tuple[Finding, ...]] = {}
    items: list[Quarantined] = []
    terms: dict[str, list[str]] = {}
    adopting = _Adopting(connection, press, at)
    for portion in _portions(table.changes):
        adopting.look_up([each.key for each in portion], [each.row for each in portion if each.row is not None])
        for each in portion:
            try:
                found = adopting.carry_out(each, source)
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
        adopting.write()
    issued.update(adopting.superseded)
    reported = tuple(_about_terms(stated, names) for stated, names in sorted(terms.items()))
    findings = (*reported, *(finding for each in issued.values() for finding in each.findings))
    return Adoption(issued=issued, refused=refused, items=tuple(items), findings=findings)


def adopt_again(connection: Connection, press: Press, stored: Record, *, at: datetime) -> Issue:
    """Bring one in line with curation, source and renderer. Raises Refused; then nothing was written."""
    found = connection.execute(select(tables.row).where(_row.table_name == TABLE, _row.key == stored.upstream)).one_or_none()
    adopting = _Adopting(connection, press, at)
    if found is None:
        return adopting.end(stored)
    row = published_row(found).row
    adopting.look_up([row.key], [row])
    _, outcome, _ = adopting.publish(row, found.source)
    adopting.write()
    return outcome


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


class _Adopting:
    """Data sets of neighbours on their way out, in one transaction: what is the same for all is read once, what is judged is written in
    portions. Until then nothing of a data set is written, so that one that is refused leaves nothing behind."""

    def __init__(self, connection: Connection, press: Press, at: datetime) -> None:
        self._connection = connection
        self._press = press
        self._at = not_before_the_last(connection, at)
        self._batch = Batch(connection, press.renderer.key, self._at)
        self._notes = Notes(connection, press)
        self._number = last_number(connection)
        self._stored: dict[str, Record] = {}  # by IRI elsewhere; of the portion
        self._found: dict[str, UpstreamDataset | Refused] = {}  # by key; of the portion
        self._taken: dict[str, bool] = {}  # names: whether they were ever used here, as far as somebody has asked
        self._sources: dict[str, SourceReference] = {}
        self._arrived: dict[str, str] = {}  # identifier -> name, of those that are new
        self.superseded: dict[str, Issue] = {}  #: by name: what has made room for the same thing by another route

    def look_up(self, keys: Sequence[str], rows: Sequence[Row]) -> None:
        """What is known of the next portion."""
        self._stored = {each.upstream: each for each in self._connection.execute(_BY_UPSTREAM, {"keys": list(keys)})}
        self._found = {each.key: _read(each) for each in rows}
        new = [found for key, found in self._found.items() if isinstance(found, UpstreamDataset) and key not in self._stored]
        wishes = {_wish(each) for each in new} - self._taken.keys()
        used = set(self._connection.execute(_USED, {"names": sorted(wishes)}).scalars()) if wishes else set()
        self._taken |= {each: each in used for each in wishes}

    def carry_out(self, change: RowChange, source: str) -> tuple[str, Issue, Dataset | None] | None:
        """None: there is nothing to do. Raises Refused."""
        if change.change is Change.REMOVE:
            return self._leave(change.key)
        if change.row is None:
            return None  # marked only: it stays as it is
        return self.publish(change.row, source)

    def publish(self, row: Row, source: str) -> tuple[str, Issue, Dataset]:
        """Raises Refused."""
        try:
            return self._publish(row, source)
        except KlarError as error:
            raise _refused("not-publishable", str(error), row) from error

    def write(self) -> None:
        self._batch.write()

    def _publish(self, row: Row, source: str) -> tuple[str, Issue, Dataset]:
        found = self._found[row.key]
        if isinstance(found, Refused):
            raise found
        _require_foreign(self._press.site, found, row)
        stored = self._stored.get(found.uri)
        if stored is not None and stored.status == Status.WITHDRAWN.value:
            raise _refused("withdrawn", "Der Datensatz wurde hier zurückgezogen; er wird nie wieder aufgeführt.", row)
        name = stored.name if stored is not None else self._free_name(found)
        curation, findings = self._curation_of(name, stored)
        before = last_published(stored)
        dataset = compose_neighbours(
            found,
            name=name,
            catalogue=str(row.values.get("catalogue") or ""),
            site=self._press.site,
            identity=self._identity_of(stored, found),
            source=self._source(source),
            curation=curation,
            publisher=publisher_of(self._connection, name, curation, publisher_there(found), table=TABLE, at=self._at),
            modified=self._at if before is None else before.modified,
        )
        if before is not None and dataset != before:
            dataset = replace(dataset, modified=self._at)
        outcome = self._keep(stored, dataset, curation, _kind(stored, before, dataset), key=row.key)
        if stored is None:
            self._number, self._taken[name] = dataset.number, True
            self._make_room(str(row.values.get("identifier") or found.uri), name)
        self._notes.note_issue(name, fine=not findings)
        return name, replace(outcome, findings=findings), dataset

    def _curation_of(self, name: str, stored: Record | None) -> tuple[Curation, tuple[Finding, ...]]:
        if not self._notes.is_curated(name) and (stored is None or stored.curation in ("", _UNCURATED)):
            return Curation(), ()
        return curation_of(self._press, name, stored, table=TABLE, clean=self._notes.words_are_clean(name))

    def _identity_of(self, stored: Record | None, found: UpstreamDataset) -> Identity:
        if stored is not None:
            return Identity(uuid=stored.uuid, number=stored.number, issued=stored.issued)
        return new_identity(found.uri, number=self._number + 1, issued=self._at)

    def _source(self, name: str) -> SourceReference:
        if name not in self._sources:
            (self._sources[name],) = sources_named(self._connection, {name})
        return self._sources[name]

    def _keep(self, stored: Record | None, dataset: Dataset, curation: Curation, kind: ChangeKind | None, *, key: str) -> Issue:
        if kind is None and is_rendered(self._connection, self._press, dataset.name):
            _keep_curation(self._connection, stored, curation)
            return Issue(kind=None, edition=0)
        found = rendered(self._press, dataset, table=TABLE, key=key)
        if kind is None:
            keep_fragments(self._connection, self._press, dataset.name, found, others_stay=True)
            _keep_curation(self._connection, stored, curation)
            return Issue(kind=None, edition=0, rendered=True)
        catalogue = dataset.upstream.catalogue if dataset.upstream else ""
        reason = removal.announcement(dataset.removal) if dataset.removal else _reason(kind, catalogue)
        place = table_name(dataset.name)
        self._batch.add(
            Draft(kind=kind, dataset=dataset, curation=curation, table_name=place, rendered=found, stored=stored, reason=reason)
        )
        return Issue(kind=kind, edition=0, rendered=True)

    def end(self, stored: Record) -> Issue:
        """What was announced of one without a row: it goes on its day, and stands as it was last published until then. Raises Refused."""
        before = last_published(stored)
        if before is None or before.removal is None:
            return Issue(kind=None, edition=0)
        if self._ending(stored) is None:
            return self._retire(stored)
        return self._keep(stored, before, _curated(stored), None, key=stored.upstream)

    def _leave(self, upstream: str) -> tuple[str, Issue, None] | None:
        """Its row goes: from now on it says when it will. Raises Refused."""
        stored = self._stored.get(upstream)
        before = last_published(stored)
        if stored is None or before is None:
            return None
        ending, successor = self._ending(stored), self._successor(before)
        if ending is None or successor:
            return stored.name, self._retire(stored, _moved(successor) if successor else _GONE), None
        dataset = replace(before, removal=ending, modified=self._at)
        outcome = self._keep(stored, dataset, _curated(stored), ChangeKind.DEPRECATED, key=upstream)
        self._notes.note_issue(stored.name, fine=True)
        return stored.name, outcome, None

    def _ending(self, stored: Record) -> Removal | None:
        return removal.ending(self._connection, stored, Occasion(at=self._at, run=0, note=_GONE), self._press.notice, reason=_GONE)

    def _make_room(self, identifier: str, name: str) -> None:
        """What was announced to go goes at once where the same thing has come by another route: it would stand here twice."""
        self._arrived[identifier] = name
        predecessor = self._leaving.pop(identifier, "")
        stored = find_dataset(self._connection, predecessor) if predecessor else None
        if stored is not None and stored.status == Status.ACTIVE.value and stored.removal:
            self.superseded[predecessor] = self._retire(stored, _moved(name))

    def _successor(self, before: Dataset) -> str:
        """Name under which the same thing stands here already; "" for none."""
        named = (self._arrived.get(each) or self._standing.get(each) for each in known_as(before))
        return next((name for name in named if name and name != before.name), "")

    @cached_property
    def _leaving(self) -> dict[str, str]:
        return leaving(self._connection)

    @cached_property
    def _standing(self) -> dict[str, str]:
        return standing(self._connection)

    def _retire(self, stored: Record, reason: Text = _GONE) -> Issue:
        self.write()  # the log of changes is in their order
        outcome = removal.retire(self._connection, stored, self._at, reason)
        self._notes.note_issue(stored.name, fine=True)
        add_to_totals(self._connection, datasets=-1, rows=0, at=self._at)
        return outcome

    def _free_name(self, found: UpstreamDataset) -> str:
        """Its own name there, else its title, with -2, -3 … where that was ever used here."""
        wish, number = _wish(found), 1
        while self._is_taken(numbered(wish, number)):
            number += 1
        return numbered(wish, number)

    def _is_taken(self, name: str) -> bool:
        if name not in self._taken:
            self._taken[name] = find_dataset(self._connection, name) is not None
        return self._taken[name] or name in RESERVED_NAMES or name in city_wide()


def _kind(stored: Record | None, before: Dataset | None, dataset: Dataset) -> ChangeKind | None:
    if stored is None:
        return ChangeKind.CREATED
    if before is None or before.removal is not None:
        return ChangeKind.RETURNED  # called off, where the end was only announced
    return None if dataset == before else ChangeKind.METADATA


def _curated(stored: Record) -> Curation:
    """As it was last followed."""
    return loads(Curation, stored.curation) if stored.curation else Curation()


def _keep_curation(connection: Connection, stored: Record | None, curation: Curation) -> None:
    content = dumps(Curation, curation)
    if stored is not None and stored.curation != content:
        connection.execute(tables.dataset.update().where(_d.name == stored.name).values(curation=content))


def _moved(name: str) -> Text:
    return Text(de=_MOVED.de.format(name=name), en=_MOVED.en.format(name=name))


@lru_cache(maxsize=16)  # thousands of the same catalogue
def _reason(kind: ChangeKind, catalogue: str) -> Text:
    words = _REASONS[kind]
    return Text(de=words.de.format(catalogue=catalogue), en=words.en.format(catalogue=catalogue))


def _wish(found: UpstreamDataset) -> str:
    """The name it asks for."""
    return slug(found.name) or slug(found.title.in_language("de") or found.title.en) or "datensatz"


def _portions(changes: Sequence[RowChange]) -> Iterator[Sequence[RowChange]]:
    for start in range(0, len(changes), _AT_ONCE):
        yield changes[start : start + _AT_ONCE]


def _read(row: Row) -> UpstreamDataset | Refused:
    try:
        found = loads(UpstreamDataset, str(row.values.get("record") or ""))
        moments = [found.modified, *(moment for each in found.links for moment in (each.issued, each.modified))]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return _unreadable("ist so, wie sie gespeichert ist, nicht lesbar", row)
    if any(each is not None and each.tzinfo is None for each in moments):
        return _unreadable("nennt eine Zeit ohne Zeitzone", row)
    if found.uri != row.key:
        return _unreadable("nennt eine andere Kennung als die Zeile", row)
    return found


def _unreadable(what: str, row: Row) -> Refused:
    return _refused("unreadable-record", f"Die Beschreibung des Datensatzes {what}.", row)


def _require_foreign(site: Site, found: UpstreamDataset, row: Row) -> None:
    """What was published here comes back over a neighbour's catalogue: it is in this one already. Raises Refused."""
    if any(is_ours(site, each) for each in (found.uri, *found.identifiers)):
        raise _refused("own-dataset", "Der Datensatz trägt eine Kennung dieses Katalogs: Er ist von hier und wird nicht übernommen.", row)


def _about_terms(stated: str, names: Iterable[str]) -> Finding:
    listed = sorted(names)
    examples = ", ".join(listed[:3]) + (" …" if len(listed) > 3 else "")
    what = f"Die Lizenz »{stated}« steht nicht in der Liste von DCAT-AP.de und bleibt, wie sie ist" if stated else "Eine Lizenz fehlt"
    many = "1 Datensatz" if len(listed) == 1 else f"{len(listed)} Datensätze"
    message = f"{what} ({many}: {examples}). Eine Angabe unter [licence] in curation/NAME.toml ersetzt sie."
    return Finding(code="unknown-licence" if stated else "no-licence", message=message, table=TABLE, field="licence")


def _refused(code: str, message: str, row: Row) -> Refused:
    return Refused((Finding(code=code, message=message, table=TABLE, key=row.key, origin=row.origin),))


def _place(iri: str) -> str:
    """Host and path."""
    try:
        parts = urlsplit(iri.strip())
    except ValueError:
        return ""
    return f"{parts.netloc.lower()}{parts.path}".rstrip("/") if parts.scheme.lower() in ("http", "https") else ""
