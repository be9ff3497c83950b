"""One data set from its rows to what is public: edition files, metadata, fragments, change log; or the reasons why not."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from catalog import formats, removal, tables
from catalog.attachments import keep_attachments
from catalog.changelog import log_change, not_before_the_last
from catalog.codec import dumps, loads
from catalog.compose import attribution_of, compose, licence_of, published_values, title_of
from catalog.curating import curation_of, publisher_of
from catalog.curation import Curation
from catalog.database import Record
from catalog.entries import ChangeKind, Edition, Status, StoredFile
from catalog.plan import PublishedRow
from catalog.press import Content, Issue, Occasion, Press, Refused
from catalog.references import note_references
from catalog.rows import all_rows
from catalog.shelving import (
    find_dataset,
    identity_of,
    is_rendered,
    keep_dataset,
    keep_edition,
    keep_fragments,
    last_published,
    rendered,
)
from catalog.standing import note_issue, words_are_clean
from catalog.store import dataset_from, find_edition
from catalog.texts import Words, personal, words_of_declaration
from catalog.totals import add_to_totals
from schemas.declaration import Declaration
from schemas.errors import KlarError
from schemas.model import Dataset, Removal, SourceReference
from schemas.row import Finding
from schemas.table import Table
from schemas.values import FileFormat

_d = tables.dataset.c


def issue(connection: Connection, press: Press, declaration: Declaration, occasion: Occasion) -> Issue:
    """Bring one data set's publication in line with its rows. Call inside a savepoint. Raises Refused."""
    occasion = replace(occasion, at=not_before_the_last(connection, occasion.at))
    stored = find_dataset(connection, declaration.name)
    _require_usable(connection, declaration, stored)
    rows = all_rows(connection, declaration.table.name)
    ending = None if rows else removal.ending(connection, stored, occasion, press.notice)
    if not rows and ending is None:
        retired = removal.retire(connection, stored, occasion.at)
        return _noted(connection, press, declaration, stored, retired, at=occasion.at)
    clean = words_are_clean(connection, press, declaration.name)
    curation, findings = curation_of(press, declaration.name, stored, table=declaration.table.name, clean=clean)
    findings += _personal_words(press, declaration, curation, stored, clean=clean)
    draft = _Draft(connection, press, declaration, stored, rows, curation, occasion, ending)
    return _noted(connection, press, declaration, stored, replace(draft.publish(), findings=findings), at=occasion.at)


def _noted(connection: Connection, press: Press, declaration: Declaration, stored: Record | None, issued: Issue, *, at: datetime) -> Issue:
    """Whatever is said of all data sets together follows."""
    note_issue(connection, press, declaration.name, fine=not issued.findings)
    note_references(connection, declaration.table)
    if issued.kind is not None:
        before, after = _size(stored), _size(find_dataset(connection, declaration.name))
        add_to_totals(connection, datasets=after[0] - before[0], rows=after[1] - before[1], at=at)
    return issued


def _size(stored: Record | None) -> tuple[int, int]:
    """Data sets and rows."""
    if stored is None or stored.status != Status.ACTIVE.value:
        return 0, 0
    return 1, dataset_from(stored.metadata).rows


class _Draft:
    """One data set on its way out. Short-lived; its methods share what `issue` has read."""

    def __init__(
        self,
        connection: Connection,
        press: Press,
        declaration: Declaration,
        stored: Record | None,
        rows: Sequence[PublishedRow],
        curation: Curation,
        occasion: Occasion,
        ending: Removal | None,
    ) -> None:
        self._connection = connection
        self._press = press
        self._declaration = declaration
        self._stored = stored
        self._rows = rows
        self._curation = curation
        self._occasion = occasion
        self._ending = ending
        self._before = last_published(stored)
        self._sources = sources_named(connection, self._source_names())
        self._publisher = publisher_of(
            connection, declaration.name, curation, press.site.publisher, table=declaration.table.name, at=occasion.at
        )
        self._identity = identity_of(connection, press, declaration.name, stored, at=occasion.at)

    def publish(self) -> Issue:
        edition = self._new_edition() if self._content_may_change() else None
        if edition is None:
            return self._publish_metadata()
        dataset = self._compose(edition, self._occasion.at)
        found = rendered(self._press, dataset, table=self._declaration.table.name)
        kind = self._kind()
        self._keep_dataset(dataset)
        keep_edition(self._connection, edition)
        keep_attachments(self._connection, self._press, self._declaration, edition.number, self._rows)
        keep_fragments(self._connection, self._press, dataset.name, found, others_stay=False)
        log_change(self._connection, kind, dataset.name, at=self._occasion.at, edition=edition.number, reason=edition.reason)
        return Issue(kind=kind, edition=edition.number, rendered=True)

    def _publish_metadata(self) -> Issue:
        assert self._stored is not None, "a first publication always has content"
        assert self._before is not None, "what returns always has content"
        before = self._before
        last = _last_edition(self._connection, self._stored)
        dataset = self._compose(last, before.modified)
        changed = dataset != before
        if changed:
            dataset = replace(dataset, modified=self._occasion.at)
        elif is_rendered(self._connection, self._press, dataset.name):
            self._keep_declaration()
            return Issue(kind=None, edition=last.number)
        found = rendered(self._press, dataset, table=self._declaration.table.name)
        keep_fragments(self._connection, self._press, dataset.name, found, others_stay=not changed)
        if not changed:
            self._keep_declaration()
            return Issue(kind=None, edition=last.number, rendered=True)
        self._keep_dataset(dataset)
        kind, reason = removal.change(before.removal, dataset.removal)
        log_change(self._connection, kind, dataset.name, at=self._occasion.at, edition=None, reason=reason)
        return Issue(kind=kind, edition=last.number, rendered=True)

    def _content_may_change(self) -> bool:
        if self._ending is not None:
            return False  # its last edition is what it says good-bye with
        if self._stored is None or self._stored.status != Status.ACTIVE.value or self._occasion.new_content:
            return True
        # A column more or less is content: the stored files have the old ones.
        return _columns(dataset_from(self._stored.metadata).table) != _columns(self._declaration.table.published())

    def _new_edition(self) -> Edition | None:
        """The next edition with its files stored; None when the newest one says the same."""
        table = self._declaration.table.published()
        values = formats.Cells(table, published_values(self._rows, self._declaration))
        number = 1 if self._stored is None else int(self._stored.edition) + 1
        about = self._about(number)
        canonical = formats.write(FileFormat.CSV, table, values, about=about)
        sha256 = hashlib.sha256(canonical).hexdigest()
        if self._is_active() and self._stored is not None and _last_edition(self._connection, self._stored).sha256 == sha256:
            return None
        contents = self._press.write_files(table, values, about)
        return Edition(
            dataset=self._declaration.name,
            number=number,
            created_at=self._occasion.at,
            reason=self._occasion.note,
            rows=len(values),
            sha256=sha256,
            files={extension: self._store(extension, each) for extension, each in contents.items()},
            run=self._occasion.run,
        )

    def _store(self, extension: str, each: Content) -> StoredFile:
        sha256 = self._press.files.put(each.content)
        return StoredFile(sha256=sha256, size=len(each.content), media_type=each.media_type, extension=extension)

    def _about(self, number: int) -> formats.About:
        site = self._press.site
        licence = licence_of(self._declaration, self._curation, site)
        return formats.About(
            name=self._declaration.name,
            title=title_of(self._declaration, self._curation),
            licence=licence,
            attribution=attribution_of(self._declaration, licence, self._publisher),
            publisher=self._publisher.name,
            url=site.dataset_url(self._declaration.name),
            edition=number,
            modified=self._occasion.at,
            sources=tuple(each.title for each in self._sources),
        )

    def _compose(self, edition: Edition, modified: datetime) -> Dataset:
        dataset = compose(
            self._declaration,
            site=self._press.site,
            identity=self._identity,
            edition=edition,
            rows=self._rows,
            sources=self._sources,
            curation=self._curation,
            publisher=self._publisher,
            modified=modified,
            removal=self._ending,
        )
        return dataset if self._ending is None or self._before is None else removal.as_last_published(dataset, self._before)

    def _source_names(self) -> set[str]:
        if self._ending is not None and self._before is not None:
            return {each.name for each in self._before.sources}
        return {each.source for each in self._rows}

    def _is_active(self) -> bool:
        return self._stored is not None and self._stored.status == Status.ACTIVE.value

    def _kind(self) -> ChangeKind:
        if self._stored is None:
            return ChangeKind.CREATED
        announced = self._before is not None and self._before.removal is not None
        return ChangeKind.EDITION if self._is_active() and not announced else ChangeKind.RETURNED

    def _keep_dataset(self, dataset: Dataset) -> None:
        declaration = self._declaration
        keep_dataset(
            self._connection,
            self._stored,
            dataset,
            self._curation,
            table_name=declaration.table.name,
            declaration=dumps(Declaration, declaration),
        )

    def _keep_declaration(self) -> None:
        """Nothing a reader sees has changed, but what the next publication starts from may have."""
        assert self._stored is not None, "only an existing data set can be unchanged"
        values = {"declaration": dumps(Declaration, self._declaration), "curation": dumps(Curation, self._curation)}
        if (self._stored.declaration, self._stored.curation) != (values["declaration"], values["curation"]):
            self._connection.execute(tables.dataset.update().where(_d.name == self._declaration.name).values(values))


def _require_usable(connection: Connection, declaration: Declaration, stored: Record | None) -> None:
    """Raises Refused for a name or table that belongs to another data set, was withdrawn, or has a column named like ours."""
    name, table = declaration.name, declaration.table
    if stored is not None and stored.status == Status.WITHDRAWN.value:
        raise _refused("withdrawn", f"Der Datensatz »{name}« wurde zurückgezogen; sein Name wird nie wieder benutzt.", table)
    owner = connection.execute(select(_d.name).where(_d.table_name == table.name)).scalar_one_or_none()
    if owner not in (None, name) or (stored is not None and stored.table_name != table.name):
        raise _refused("name-taken", f"»{name}« (Tabelle »{table.name}«) gehört schon zu einem anderen Datensatz.", table)
    columns = table.published().field_names
    twice = sorted({each for each in columns if columns.count(each) > 1})
    if twice:
        raise _refused("reserved-column", f"Die Spalten {', '.join(twice)} ergänzt klar selbst; bitte umbenennen.", table)


def _refused(code: str, message: str, table: Table) -> Refused:
    return Refused((Finding(code=code, message=message, table=table.name),))


def _personal_words(
    press: Press, declaration: Declaration, curation: Curation, stored: Record | None, *, clean: bool
) -> tuple[Finding, ...]:
    """Raises Refused for words that are not published yet. Those that are were clean once: they stay, and a person looks at them."""
    words = words_of_declaration(declaration, curation)
    published = stored is not None and stored.status == Status.ACTIVE.value and words == _published_words(stored)
    if published and clean:
        return ()
    findings = personal(press.detector, words, table=declaration.table.name)
    if findings and not published:
        raise Refused(findings)
    return findings


def _published_words(stored: Record) -> Words:
    return words_of_declaration(loads(Declaration, stored.declaration), loads(Curation, stored.curation) if stored.curation else Curation())


def sources_named(connection: Connection, names: set[str]) -> tuple[SourceReference, ...]:
    c = tables.source.c
    found = connection.execute(select(c.reference).where(c.name.in_(names)).order_by(c.name)).scalars()
    return tuple(sorted((loads(SourceReference, each) for each in found), key=lambda each: each.name))


def remember_source(connection: Connection, reference: SourceReference) -> None:
    values = {"reference": dumps(SourceReference, reference)}
    if connection.execute(tables.source.update().where(tables.source.c.name == reference.name).values(values)).rowcount == 0:
        connection.execute(tables.source.insert().values(name=reference.name, **values))


def _last_edition(connection: Connection, stored: Record) -> Edition:
    edition = find_edition(connection, stored.name, stored.edition)
    assert edition is not None, "every published data set has its newest edition"
    return edition


def _columns(table: Table | None) -> tuple[tuple[str, str], ...]:
    return () if table is None else tuple((each.name, each.type) for each in table.fields)


def attempt(connection: Connection, press: Press, declaration: Declaration, occasion: Occasion, before: Callable[[], None]) -> Issue:
    """`before` (row changes) and `issue` in one savepoint: all of it or nothing. Raises Refused, with the savepoint undone."""
    with connection.begin_nested():
        before()
        try:
            return issue(connection, press, declaration, occasion)
        except KlarError as error:
            finding = Finding(code="not-publishable", message=str(error), table=declaration.table.name)
            raise Refused((finding,)) from error
