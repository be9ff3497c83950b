"""One data set from its rows to what is public: edition files, metadata, fragments, change log; or the reasons why not."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from catalog import formats, tables
from catalog.codec import dumps, loads
from catalog.compose import Identity, attribution_of, compose, licence_of, new_identity, published_values, title_of
from catalog.curation import Curation, read_curation
from catalog.database import Record
from catalog.entries import ChangeKind, CurationError, Edition, Status, StoredFile
from catalog.organisations import organisation
from catalog.plan import PublishedRow
from catalog.press import Content, Issue, Occasion, Press, Refused
from catalog.references import note_references
from catalog.rendering import Rendered
from catalog.rows import all_rows
from catalog.standing import note_issue, words_are_clean
from catalog.store import dataset_from, find_edition
from catalog.texts import Words, discreet, personal, words_of_curation, words_of_declaration
from catalog.totals import add_to_totals
from schemas.declaration import Declaration
from schemas.errors import KlarError
from schemas.model import Agent, Dataset, SourceReference
from schemas.row import Finding
from schemas.table import Table
from schemas.values import FileFormat, Text

_d = tables.dataset.c
_GONE = Text(de="Die Quelle führt keine Zeilen mehr.", en="The source has no rows any more.")


def issue(connection: Connection, press: Press, declaration: Declaration, occasion: Occasion) -> Issue:
    """Bring one data set's publication in line with its rows. Call inside a savepoint. Raises Refused."""
    occasion = replace(occasion, at=_not_before_the_last(connection, occasion.at))
    stored = find_dataset(connection, declaration.name)
    _require_usable(connection, declaration, stored)
    rows = all_rows(connection, declaration.table.name)
    if not rows:
        retired = _retire(connection, stored, _GONE, occasion.at)
        return _noted(connection, press, declaration, stored, retired, at=occasion.at)
    clean = words_are_clean(connection, press, declaration.name)
    curation, findings = _curation(press, declaration, stored, clean=clean)
    findings += _personal_words(press, declaration, curation, stored, clean=clean)
    draft = _Draft(connection, press, declaration, stored, rows, curation, occasion)
    return _noted(connection, press, declaration, stored, replace(draft.publish(), findings=findings), at=occasion.at)


def _noted(connection: Connection, press: Press, declaration: Declaration, stored: Record | None, issued: Issue, *, at: datetime) -> Issue:
    """Whatever is said of all data sets together follows."""
    note_issue(connection, press, declaration.name, fine=not issued.findings)
    note_references(connection, declaration.table)
    if issued.kind is not None:
        before, after = _size(stored), _size(find_dataset(connection, declaration.name))
        add_to_totals(connection, datasets=after[0] - before[0], rows=after[1] - before[1], at=at)
    return issued


def _not_before_the_last(connection: Connection, at: datetime) -> datetime:
    """A clock that was set back must not publish in the past: who asks for what has changed since the last visit would never see it."""
    log = tables.change_log.c
    last: datetime | None = connection.execute(select(log.at).order_by(log.seq.desc()).limit(1)).scalar_one_or_none()
    return at if last is None else max(at, last)


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
    ) -> None:
        self._connection = connection
        self._press = press
        self._declaration = declaration
        self._stored = stored
        self._rows = rows
        self._curation = curation
        self._occasion = occasion
        self._sources = _sources(connection, {each.source for each in rows})
        self._publisher = _publisher(connection, press, declaration, curation)
        self._identity = self._find_identity()

    def publish(self) -> Issue:
        edition = self._new_edition() if self._content_may_change() else None
        if edition is None:
            return self._publish_metadata()
        dataset = self._compose(edition, self._occasion.at)
        rendered = self._render(dataset)
        kind = self._kind()
        self._keep_dataset(dataset)
        self._keep_edition(edition)
        self._keep_fragments(rendered, others_stay=False)
        log_change(self._connection, kind, dataset.name, at=self._occasion.at, edition=edition.number, reason=edition.reason)
        return Issue(kind=kind, edition=edition.number, rendered=True)

    def _publish_metadata(self) -> Issue:
        assert self._stored is not None, "a first publication always has content"
        last = _last_edition(self._connection, self._stored)
        before = dataset_from(self._stored.metadata)
        dataset = self._compose(last, before.modified)
        changed = dataset != before
        if changed:
            dataset = replace(dataset, modified=self._occasion.at)
        elif self._is_rendered():
            self._keep_declaration()
            return Issue(kind=None, edition=last.number)
        rendered = self._render(dataset)
        self._keep_fragments(rendered, others_stay=not changed)
        if not changed:
            self._keep_declaration()
            return Issue(kind=None, edition=last.number, rendered=True)
        self._keep_dataset(dataset)
        reason = Text(de="Die Beschreibung wurde geändert.", en="The description was changed.")
        log_change(self._connection, ChangeKind.METADATA, dataset.name, at=self._occasion.at, edition=None, reason=reason)
        return Issue(kind=ChangeKind.METADATA, edition=last.number, rendered=True)

    def _content_may_change(self) -> bool:
        if self._stored is None or self._stored.status != Status.ACTIVE.value or self._occasion.new_content:
            return True
        # A column more or less is content: the stored files have the old ones.
        return _columns(dataset_from(self._stored.metadata).table) != _columns(self._declaration.table.published())

    def _new_edition(self) -> Edition | None:
        """The next edition with its files stored; None when the newest one says the same."""
        table = self._declaration.table.published()
        values = published_values(self._rows, self._declaration)
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
        return compose(
            self._declaration,
            site=self._press.site,
            identity=self._identity,
            edition=edition,
            rows=self._rows,
            sources=self._sources,
            curation=self._curation,
            publisher=self._publisher,
            modified=modified,
        )

    def _render(self, dataset: Dataset) -> Rendered:
        rendered = self._press.renderer.render(dataset)
        if rendered.findings:
            raise Refused(tuple(replace(each, table=self._declaration.table.name) for each in rendered.findings))
        return rendered

    def _find_identity(self) -> Identity:
        if self._stored is not None:
            return Identity(uuid=self._stored.uuid, number=self._stored.number, issued=self._stored.issued)
        last = self._connection.execute(select(func.coalesce(func.max(_d.number), 0))).scalar_one()
        return new_identity(self._press.site, self._declaration.name, number=int(last) + 1, issued=self._occasion.at)

    def _is_active(self) -> bool:
        return self._stored is not None and self._stored.status == Status.ACTIVE.value

    def _kind(self) -> ChangeKind:
        if self._stored is None:
            return ChangeKind.CREATED
        return ChangeKind.EDITION if self._is_active() else ChangeKind.RETURNED

    def _is_rendered(self) -> bool:
        g = tables.fragment.c
        where = (g.dataset == self._declaration.name) & (g.key == self._press.renderer.key)
        return self._connection.execute(select(g.syntax).where(where).limit(1)).first() is not None

    def _keep_dataset(self, dataset: Dataset) -> None:
        content = dumps(Dataset, dataset)
        values = {
            "status": Status.ACTIVE.value,
            "title": dumps(Text, dataset.title),
            "metadata": content,
            "declaration": dumps(Declaration, self._declaration),
            "curation": dumps(Curation, self._curation),
            "digest": hashlib.sha256(content.encode()).hexdigest(),
            "modified": dataset.modified,
            "edition": dataset.edition,
            "removed_at": None,
            "reason": "",
        }
        if self._stored is not None:
            self._connection.execute(tables.dataset.update().where(_d.name == dataset.name).values(values))
            return
        fixed = {"name": dataset.name, "uuid": dataset.uuid, "number": dataset.number, "issued": dataset.issued}
        self._connection.execute(tables.dataset.insert().values(**values, **fixed, table_name=self._declaration.table.name))

    def _keep_declaration(self) -> None:
        """Nothing a reader sees has changed, but what the next publication starts from may have."""
        assert self._stored is not None, "only an existing data set can be unchanged"
        values = {"declaration": dumps(Declaration, self._declaration), "curation": dumps(Curation, self._curation)}
        if (self._stored.declaration, self._stored.curation) != (values["declaration"], values["curation"]):
            self._connection.execute(tables.dataset.update().where(_d.name == self._declaration.name).values(values))

    def _keep_edition(self, edition: Edition) -> None:
        values = {
            "dataset": edition.dataset,
            "number": edition.number,
            "created_at": edition.created_at,
            "reason": dumps(Text, edition.reason),
            "rows": edition.rows,
            "sha256": edition.sha256,
            "run": edition.run,
            "withdrawn_reason": "",
        }
        self._connection.execute(tables.edition.insert().values(values))
        place = {"dataset": edition.dataset, "number": edition.number}
        files = [
            {**place, "extension": each.extension, "sha256": each.sha256, "size": each.size, "media_type": each.media_type}
            for each in edition.files.values()
        ]
        self._connection.execute(tables.edition_file.insert(), files)

    def _keep_fragments(self, rendered: Rendered, *, others_stay: bool) -> None:
        """Under this renderer's key; fragments under other keys stay as long as they say the same."""
        g = tables.fragment.c
        where = g.dataset == self._declaration.name
        if others_stay:
            where &= g.key == self._press.renderer.key
        self._connection.execute(tables.fragment.delete().where(where))
        place = {"dataset": self._declaration.name, "key": self._press.renderer.key}
        entries = [{**place, "syntax": syntax, "content": content} for syntax, content in sorted(rendered.fragments.items())]
        self._connection.execute(tables.fragment.insert(), entries)


def find_dataset(connection: Connection, name: str) -> Record | None:
    return connection.execute(select(tables.dataset).where(_d.name == name)).one_or_none()


def log_change(connection: Connection, kind: ChangeKind, dataset: str, *, at: datetime, edition: int | None, reason: Text) -> None:
    """Numbered here, under the write lock: a sequence of the database would leave gaps that look like lost changes."""
    seq = int(connection.execute(select(func.coalesce(func.max(tables.change_log.c.seq), 0))).scalar_one()) + 1
    values = {"seq": seq, "at": at, "dataset": dataset, "kind": kind.value, "edition": edition, "reason": dumps(Text, reason)}
    connection.execute(tables.change_log.insert().values(values))


def _retire(connection: Connection, stored: Record | None, reason: Text, at: datetime) -> Issue:
    """No row is left: the data set becomes a tombstone. Its editions stay; it may return under the same URI."""
    if stored is None or stored.status != Status.ACTIVE.value:
        return Issue(kind=None, edition=0 if stored is None else stored.edition)
    values = {"status": Status.REMOVED.value, "removed_at": at, "reason": dumps(Text, reason)}
    connection.execute(tables.dataset.update().where(_d.name == stored.name).values(values))
    connection.execute(tables.fragment.delete().where(tables.fragment.c.dataset == stored.name))
    log_change(connection, ChangeKind.REMOVED, stored.name, at=at, edition=None, reason=reason)
    return Issue(kind=ChangeKind.REMOVED, edition=stored.edition)


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


def _curation(press: Press, declaration: Declaration, stored: Record | None, *, clean: bool) -> tuple[Curation, tuple[Finding, ...]]:
    """A file that is broken or holds personal data counts as the last good one. Without one it stops the data set: it may hold the
    right licence. `clean`: what is published was judged by the same rules, only other words are judged."""
    last_good = loads(Curation, stored.curation) if stored is not None and stored.curation else None
    table = declaration.table.name
    try:
        found = read_curation(press.curation, declaration.name)
    except CurationError as error:
        findings = discreet(press.detector, tuple(replace(each, table=table) for each in error.findings))
    else:
        if found == last_good and clean:
            return found, ()
        findings = personal(press.detector, words_of_curation(found), table=table, origin=f"curation/{declaration.name}.toml")
        if not findings:
            return found, ()
    if last_good is None:
        raise Refused(findings)
    return last_good, findings


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


def _publisher(connection: Connection, press: Press, declaration: Declaration, curation: Curation) -> Agent:
    """The body behind the site, unless a person named a row of the table of organisations."""
    if not curation.publisher:
        return press.site.publisher
    found = organisation(connection, curation.publisher)
    if found is None:
        message = f"curation/{declaration.name}.toml: die Organisation »{curation.publisher}« ist nicht veröffentlicht."
        raise _refused("curation", message, declaration.table)
    return found


def _sources(connection: Connection, names: set[str]) -> tuple[SourceReference, ...]:
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


def _columns(table: Table) -> tuple[tuple[str, str], ...]:
    return tuple((each.name, each.type) for each in table.fields)


def attempt(connection: Connection, press: Press, declaration: Declaration, occasion: Occasion, before: Callable[[], None]) -> Issue:
    """`before` (row changes) and `issue` in one savepoint: all of it or nothing. Raises Refused, with the savepoint undone."""
    with connection.begin_nested():
        before()
        try:
            return issue(connection, press, declaration, occasion)
        except KlarError as error:
            finding = Finding(code="not-publishable", message=str(error), table=declaration.table.name)
            raise Refused((finding,)) from error
