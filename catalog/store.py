"""The store: everything the catalogue remembers, in one database. Reading and bookkeeping; `catalog.publish` changes what is public."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, and_, bindparam, func, select

from catalog import tables
from catalog.attachments import find_attachment, find_newest_attachment
from catalog.charts.storage import ChartShelf
from catalog.codec import loads
from catalog.consent import ConsentShelf
from catalog.database import Database, Record, utc_now
from catalog.decisions import DecisionShelf
from catalog.entries import Attachment, CatalogChange, ChangeKind, DatasetEntry, Edition, NotRendered, Status, StoredFile, Tombstone
from catalog.notices import NoticeShelf
from catalog.plans import PlanShelf
from catalog.quarantine import QuarantineShelf
from catalog.rendering import SYNTAXES
from catalog.rows import RowShelf
from catalog.runs import RunShelf
from catalog.standing import not_surely_rendered
from catalog.statistics.releases import ReleaseShelf
from catalog.tokens import TokenShelf
from catalog.totals import Totals, read_totals
from schemas.errors import Gone, UnknownDataset, UnknownEdition
from schemas.model import Dataset
from schemas.values import Text

_d = tables.dataset.c
_e = tables.edition.c
_f = tables.edition_file.c
_g = tables.fragment.c
_is_active = _d.status == Status.ACTIVE.value
_FIRST_SYNTAX = SYNTAXES[0]

_ENTRY_COLUMNS = select(_d.name, _d.status, _d.metadata, _d.digest, _g.key.label("fragment_key")).select_from(
    tables.dataset.outerjoin(tables.fragment, and_(_g.dataset == _d.name, _g.syntax == _FIRST_SYNTAX))
)
_ACTIVE = _ENTRY_COLUMNS.where(_is_active).order_by(_d.number)
_ONE = _ENTRY_COLUMNS.where(_is_active, _d.name == bindparam("name"))
_ACTIVE_OF_NAMES = _ACTIVE.where(_d.name.in_(bindparam("names", expanding=True)))
_ACTIVE_NAMES = select(_d.name).where(_is_active).order_by(_d.name)
_NAME_OF = select(_d.name).where(_d.uuid == bindparam("uuid"))
_DIGESTS = select(_d.name, _d.digest).where(_is_active)
_FATE = select(_d.status, _d.title, _d.reason, _d.removed_at, _d.edition).where(_d.name == bindparam("name"))
_TOMBSTONES = select(tables.dataset).where(~_is_active).order_by(_d.number)
_EDITIONS = (
    select(tables.edition, _f.extension, _f.sha256.label("file"), _f.size, _f.media_type)
    .select_from(tables.edition.outerjoin(tables.edition_file, and_(_f.dataset == _e.dataset, _f.number == _e.number)))
    .where(_e.dataset == bindparam("name"))
    .order_by(_e.number.desc(), _f.extension)
)
_EDITION = _EDITIONS.where(_e.number == bindparam("number"))
#: An active data set without this fragment gives a row with NULL: the answer must fail, not shrink.
_FRAGMENTS = (
    select(_g.content, _d.digest)
    .select_from(
        tables.dataset.outerjoin(
            tables.fragment, and_(_g.dataset == _d.name, _g.syntax == bindparam("syntax"), _g.key == bindparam("renderer"))
        )
    )
    .where(_is_active, _d.number >= bindparam("first"), _d.number <= bindparam("last"))
    .order_by(_d.number)
)
_PAGE_DIGESTS = select(_d.digest).where(_is_active, _d.number >= bindparam("first"), _d.number <= bindparam("last")).order_by(_d.number)
_PAGE_DIGESTS_SINCE = _PAGE_DIGESTS.where(_d.modified >= bindparam("since"))
_DIGESTS_OF_NAMES = select(_d.name, _d.digest).where(_is_active, _d.name.in_(bindparam("names", expanding=True)))
_FRAGMENTS_SINCE = _FRAGMENTS.where(_d.modified >= bindparam("since"))
_COUNT_SINCE = select(func.count()).select_from(tables.dataset).where(_is_active, _d.modified >= bindparam("since"))
_RENDERED = (
    select(_d.name, func.count(_g.syntax))
    .select_from(tables.dataset.outerjoin(tables.fragment, and_(_g.dataset == _d.name, _g.key == bindparam("renderer"))))
    .where(_is_active)
    .group_by(_d.name, _d.number)
    .order_by(_d.number)
)
_LAST_NUMBER = select(func.coalesce(func.max(_d.number), 0))
_NAMES = select(_d.name)
_CHANGES = (
    select(tables.change_log)
    .where(tables.change_log.c.seq > bindparam("since"))
    .order_by(tables.change_log.c.seq)
    .limit(bindparam("limit"))
)
_RECENT = (
    select(tables.change_log, _d.title)
    .select_from(tables.change_log.join(tables.dataset, _d.name == tables.change_log.c.dataset))
    .where(tables.change_log.c.seq < bindparam("before"))
    .order_by(tables.change_log.c.seq.desc())
    .limit(bindparam("limit"))
)
_AFTER_ALL = 2**62
_META = select(tables.meta.c.value).where(tables.meta.c.key == bindparam("key"))


class Fragments(tuple[bytes, ...]):
    """Contents, by publication number. `digest` is another one when one of them is: made of what they were rendered from, because
    their bytes are many."""

    digest: str

    def __new__(cls, contents: Iterable[bytes], *, digests: Iterable[str] = ()) -> "Fragments":
        made = super().__new__(cls, contents)
        made.digest = _digest_of(digests)
        return made


def _digest_of(digests: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


class Store(RowShelf, RunShelf, PlanShelf, QuarantineShelf, DecisionShelf, ConsentShelf, TokenShelf, NoticeShelf, ReleaseShelf, ChartShelf):
    """`url` as SQLAlchemy writes it: `sqlite:///data/klar.db`, `postgresql+psycopg://…`. Reading never waits for writing.
    Raises Busy when the database stays locked."""

    def __init__(self, url: str, *, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(Database(url), clock)

    def upgrade(self) -> None:
        """Run the migrations under a lock; nothing to do when the schema is current."""
        self.database.upgrade()

    def schema_version(self) -> tuple[str | None, str]:
        """(found, expected)."""
        return self.database.schema_version(), self.database.version_expected

    def require_current(self) -> None:
        """Raises WrongSchemaVersion."""
        self.database.require_current()

    def close(self) -> None:
        self.database.close()

    def revision(self) -> int:
        """Rises with every publication. Cheap enough to be asked on the event loop by every request."""
        return self.database.revision()

    def state(self) -> Hashable:
        """What finished answers depend on: as cheap as the revision, and another one when the database itself was exchanged."""
        return self.database.state()

    def uri_base(self) -> str | None:
        """Base of all URIs, None before the first publication froze it."""
        with self.database.read() as connection:
            return connection.execute(_META, {"key": "uri_base"}).scalar_one_or_none()

    def datasets(self) -> tuple[DatasetEntry, ...]:
        """The active ones, by publication number."""
        with self.database.read() as connection:
            return _entries(connection.execute(_ACTIVE))

    def dataset(self, name: str) -> DatasetEntry:
        """Raises UnknownDataset, Gone."""
        with self.database.read() as connection:
            found = _entries(connection.execute(_ONE, {"name": name}))
            fate = None if found else connection.execute(_FATE, {"name": name}).one_or_none()
        if found:
            return found[0]
        if fate is None:
            raise UnknownDataset(name)
        raise _gone(name, fate)

    def names(self) -> tuple[str, ...]:
        """Of the active data sets, sorted."""
        with self.database.read() as connection:
            return tuple(connection.execute(_ACTIVE_NAMES).scalars())

    def name_of(self, uuid: str) -> str:
        """Of the data set with this id, "" when there is none; also of one that is gone."""
        with self.database.read() as connection:
            return connection.execute(_NAME_OF, {"uuid": uuid}).scalar_one_or_none() or ""

    def digests(self) -> dict[str, str]:
        """Name of each active data set -> digest of its metadata."""
        with self.database.read() as connection:
            return {each.name: each.digest for each in connection.execute(_DIGESTS)}

    def digests_named(self, names: Sequence[str]) -> dict[str, str]:
        """As `digests`, of those of them that are active."""
        with self.database.read() as connection:
            return {each.name: each.digest for each in connection.execute(_DIGESTS_OF_NAMES, {"names": list(names)})} if names else {}

    def datasets_named(self, names: Sequence[str]) -> tuple[DatasetEntry, ...]:
        """Those of them that are active, by publication number."""
        with self.database.read() as connection:
            return _entries(connection.execute(_ACTIVE_OF_NAMES, {"names": list(names)})) if names else ()

    def tombstones(self) -> tuple[Tombstone, ...]:
        """By publication number."""
        with self.database.read() as connection:
            return tuple(map(_tombstone, connection.execute(_TOMBSTONES)))

    def known_datasets(self, among: Collection[str] | None = None) -> frozenset[str]:
        """Every name ever used, tombstones included; or those of `among` that were."""
        with self.database.read() as connection:
            if among is None:
                return frozenset(connection.execute(_NAMES).scalars())
            return frozenset(connection.execute(_NAMES.where(_d.name.in_(list(among)))).scalars())

    def totals(self) -> Totals:
        """Figures over all active data sets. Cheap, however many there are."""
        with self.database.read() as connection:
            return read_totals(connection)

    def last_number(self) -> int:
        """The highest publication number ever given; 0 at first."""
        with self.database.read() as connection:
            return int(connection.execute(_LAST_NUMBER).scalar_one())

    def editions(self, name: str) -> tuple[Edition, ...]:
        """Newest first, withdrawn ones included; also of a removed data set. Raises UnknownDataset; Gone if withdrawn."""
        with self.database.read() as connection:
            fate = connection.execute(_FATE, {"name": name}).one_or_none()
            found = find_editions(connection, name)
        _require_not_withdrawn(name, fate)
        return found

    def edition(self, name: str, number: int) -> Edition:
        """Raises UnknownDataset, UnknownEdition; Gone if the edition or its data set was withdrawn."""
        with self.database.read() as connection:
            fate = connection.execute(_FATE, {"name": name}).one_or_none()
            found = find_edition(connection, name, number)
        _require_not_withdrawn(name, fate)
        if found is None:
            raise UnknownEdition(f"{name}, Stand {number}")
        if found.withdrawn_at is not None:
            raise Gone(f"{name}, Stand {number}", reason=found.withdrawn_reason, at=found.withdrawn_at.isoformat())
        return found

    def attachment(self, name: str, sha256: str) -> Attachment | None:
        """A file that a row of any edition names; None: none does. Raises UnknownDataset; Gone if the data set was withdrawn."""
        with self.database.read() as connection:
            fate = connection.execute(_FATE, {"name": name}).one_or_none()
            found = find_attachment(connection, name, sha256)
        _require_not_withdrawn(name, fate)
        return found

    def newest_attachment(self, name: str, number: int, key: str) -> Attachment | None:
        """The file that this row names in edition `number`; None: it names none there."""
        with self.database.read() as connection:
            return find_newest_attachment(connection, name, number, key)

    def fragments(self, syntax: str, key: str, first: int, last: int, since: datetime | None = None) -> "Fragments":
        """RDF of the active data sets with these publication numbers (changed at `since` or later), by number. Raises NotRendered
        rather than leave one out."""
        parameters = {"syntax": syntax, "renderer": key, "first": first, "last": last}
        question, more = (_FRAGMENTS, {}) if since is None else (_FRAGMENTS_SINCE, {"since": since})
        with self.database.read() as connection:
            found = connection.execute(question, {**parameters, **more}).all()
        contents = [content for content, _ in found]
        if None in contents:
            raise NotRendered(f"Nummern {first} bis {last}")
        return Fragments(contents, digests=[digest for _, digest in found])

    def fragments_digest(self, first: int, last: int, since: datetime | None = None) -> str:
        """`digest` of what `fragments` would give, without reading it; the same in all syntaxes."""
        question, more = (_PAGE_DIGESTS, {}) if since is None else (_PAGE_DIGESTS_SINCE, {"since": since})
        with self.database.read() as connection:
            return _digest_of(connection.execute(question, {"first": first, "last": last, **more}).scalars())

    def count_changed(self, since: datetime) -> int:
        """Active data sets that were changed then or later."""
        with self.database.read() as connection:
            return int(connection.execute(_COUNT_SINCE, {"since": since}).scalar_one())

    def missing_fragments(self, key: str) -> tuple[str, ...]:
        """Active data sets that are not rendered under this key."""
        with self.database.read() as connection:
            suspects = not_surely_rendered(connection, key)
            question = _RENDERED if suspects is None else _RENDERED.where(_d.name.in_(suspects))
            return tuple(name for name, count in connection.execute(question, {"renderer": key}) if count < len(SYNTAXES))

    def changes(self, since: int = 0, limit: int = 1000) -> tuple[CatalogChange, ...]:
        """What happened after change number `since`, oldest first."""
        with self.database.read() as connection:
            return tuple(map(_change, connection.execute(_CHANGES, {"since": since, "limit": limit})))

    def recent_changes(self, *, before: int | None = None, limit: int = 50) -> tuple[tuple[CatalogChange, Text], ...]:
        """What happened last (before change number `before`), newest first, each with the title of its data set."""
        with self.database.read() as connection:
            found = connection.execute(_RECENT, {"before": _AFTER_ALL if before is None else before, "limit": limit})
            return tuple((_change(each), text_from(each.title)) for each in found)


@lru_cache(maxsize=1024)
def dataset_from(text: str) -> Dataset:
    """Parsed once: the text is the key, the frozen Dataset can be shared."""
    return loads(Dataset, text)


def find_editions(connection: Connection, name: str) -> tuple[Edition, ...]:
    """Newest first, withdrawn ones included."""
    return _group(connection.execute(_EDITIONS, {"name": name}))


def find_edition(connection: Connection, name: str, number: int) -> Edition | None:
    return next(iter(_group(connection.execute(_EDITION, {"name": name, "number": number}))), None)


def text_from(content: str) -> Text:
    return loads(Text, content) if content else Text(de="")


def _entries(found: Iterable[Record]) -> tuple[DatasetEntry, ...]:
    """One entry per data set from one record per fragment key."""
    keys: dict[str, set[str]] = defaultdict(set)
    first: dict[str, Record] = {}
    for each in found:
        first.setdefault(each.name, each)
        keys[each.name].update([each.fragment_key] if each.fragment_key is not None else [])
    return tuple(
        DatasetEntry(
            dataset=dataset_from(each.metadata), status=Status(each.status), digest=each.digest, fragment_keys=frozenset(keys[name])
        )
        for name, each in first.items()
    )


def _group(found: Iterable[Record]) -> tuple[Edition, ...]:
    """One edition from one record per file."""
    records: dict[int, list[Record]] = defaultdict(list)
    for each in found:
        records[each.number].append(each)
    return tuple(_edition(each) for each in records.values())


def _edition(records: list[Record]) -> Edition:
    head = records[0]
    files = {
        each.extension: StoredFile(sha256=each.file, size=each.size, media_type=each.media_type, extension=each.extension)
        for each in records
        if each.extension is not None
    }
    return Edition(
        dataset=head.dataset,
        number=head.number,
        created_at=head.created_at,
        reason=text_from(head.reason),
        rows=head.rows,
        sha256=head.sha256,
        files=files,
        run=head.run,
        withdrawn_at=head.withdrawn_at,
        withdrawn_reason=head.withdrawn_reason,
    )


def _require_not_withdrawn(name: str, fate: Record | None) -> None:
    if fate is None:
        raise UnknownDataset(name)
    if fate.status == Status.WITHDRAWN.value:
        raise _gone(name, fate)


def _gone(name: str, fate: Record) -> Gone:
    return Gone(name, reason=text_from(fate.reason).de, at=fate.removed_at.isoformat())


def _tombstone(found: Record) -> Tombstone:
    return Tombstone(
        name=found.name,
        title=text_from(found.title),
        number=found.number,
        issued=found.issued,
        removed_at=found.removed_at,
        kind=Status(found.status),
        reason=text_from(found.reason),
    )


def _change(found: Record) -> CatalogChange:
    return CatalogChange(
        seq=found.seq,
        at=found.at,
        dataset=found.dataset,
        kind=ChangeKind(found.kind),
        edition=found.edition,
        reason=text_from(found.reason),
    )
