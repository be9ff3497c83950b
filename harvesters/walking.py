"""Walking a source: every record becomes rows or refusals, and what a person should look at is noted. Asks no database."""

import gc
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from catalog.plan import Lately, Part, Window
from harvesters.harvester import Found, Harvester, IntoVault, Parted, Remark, Unmoved, Unreadable, Within
from harvesters.naming import shown
from harvesters.private_rows import PrivateRows
from harvesters.record import Record
from schemas.declaration import Declaration
from schemas.errors import MissingField, RecordError
from schemas.fetch import Fetch
from schemas.row import Finding, Quarantined, Row
from schemas.table import Table

#: What is being done, how many are done, how many there are (None: nobody knows yet).
Progress = Callable[[str, int, int | None], None]
_STEP = 500
#: Records after which a walk is a long one.
LONG = 5_000


@dataclass
class Walk:
    """What walking a source has given so far. `deleted`: addresses of files that klar itself has deleted."""

    source: str
    harvester: Harvester
    progress: Progress
    deleted: Collection[str] = ()
    declarations: dict[str, Declaration] = field(default_factory=dict)
    microdata: dict[str, Table] = field(default_factory=dict)  #: tables whose rows go into the vault: no plan ever sees them
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    private: dict[str, PrivateRows] = field(default_factory=dict)  #: rows of `microdata`
    quarantined: dict[str, list[Quarantined]] = field(default_factory=lambda: defaultdict(list))
    contents: dict[tuple[str, str], Mapping[str, object]] = field(default_factory=dict)  #: (table, digest) of refused records -> fields
    lines: dict[tuple[str, str], int | None] = field(default_factory=dict)  #: (table, key) -> line, to name it in findings
    sheets: dict[tuple[str, str], str] = field(default_factory=dict)  #: the same for sheets of workbooks, where there are several
    unreadable: set[str] = field(default_factory=set)  #: tables of which a part could not be read
    partial: set[str] = field(default_factory=set)  #: tables of which a part is not there now, and what is there counts
    doubtful: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  #: keys of rows whose records could not be read
    windows: dict[str, Window] = field(default_factory=dict)  #: tables of which only a period was asked for
    parts: dict[str, tuple[Part, ...]] = field(default_factory=dict)  #: tables that are made of several lists
    lately: list[Lately] = field(default_factory=list)
    everything_doubtful: bool = False  #: a part is missing and nobody knows which tables it held
    failures: list[Finding] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unread: set[tuple[tuple[str, ...], str]] = field(default_factory=set)  #: fields that were said to be unknown, and of which tables
    records: int = 0
    rests: bool = False  #: ended early: nothing has changed since a run whose rows still stand

    def through(self, fetch: Fetch, may_rest: Callable[[], bool] = lambda: False) -> None:
        """`may_rest` is asked where the source says that nothing has changed. Raises SourceError when nothing of the source can be read."""
        for each in self.harvester.records(fetch):
            if isinstance(each, Unmoved):
                self.rests = may_rest()
                if self.rests:
                    return
            else:
                self._take(each)

    def note(self, finding: Finding) -> None:
        self.findings.append(self.own(finding))

    def own(self, finding: Finding) -> Finding:
        return replace(finding, source=self.source)

    def drop(self, table: str) -> Declaration:
        """Nothing of this table was read, as far as anybody else is concerned."""
        self.rows.pop(table, None)
        self.quarantined.pop(table, None)
        return self.declarations.pop(table)

    def is_complete(self, table: str) -> bool:
        """Whether something follows from what is absent."""
        return not self.everything_doubtful and table not in self.partial

    def fingerprint(self) -> str:
        """SHA-256 over everything that was read, in no order: equal for equal answers and an equal mapping."""
        digest = hashlib.sha256(b"[")
        for number, name in enumerate(sorted({*self.declarations, *self.rows, *self.private, *self.quarantined})):
            digest.update(f"{', ' if number else ''}[{json.dumps(name)}, [".encode())
            read = sorted(self._digests(name))
            for start in range(0, len(read), _STEP):  # the text of all rows at once would take as much memory as they do
                digest.update(f"{', ' if start else ''}{json.dumps(read[start : start + _STEP])[1:-1]}".encode())
            digest.update(b"]]")
        digest.update(b"]")
        return digest.hexdigest()

    def _digests(self, table: str) -> Iterator[tuple[str, str]]:
        """(key, digest) of all that was read of a table."""
        yield from ((each.key, each.digest) for each in self.rows.get(table, ()))
        yield from ((each.key, each.digest.hex()) for each in self.private.get(table, ()))
        yield from ((each.key, each.digest) for each in self.quarantined.get(table, ()))

    def contents_of(self, items: Collection[Quarantined]) -> dict[tuple[str, str], Mapping[str, object]]:
        """(table, digest) -> what the refused rows and records say."""
        wanted = {(each.table, each.digest) for each in items}
        tables = {table for table, _ in wanted}
        rows = {(row.table, row.digest): _said(row) for name in tables for row in self.rows.get(name, ())}
        found: dict[tuple[str, str], Mapping[str, object]] = {**self.contents, **rows}
        return {place: found[place] for place in wanted & found.keys()}

    def _take(self, found: Found) -> None:
        match found:
            case Declaration():
                self.declarations[found.table.name] = found
            case IntoVault():
                self.expect(found.table)
            case Within():
                self.windows[found.table] = found.window
            case Parted():
                self.parts[found.table] = found.parts
            case Lately():
                self.lately.append(found)
            case Remark():
                if found.finding.origin not in self.deleted:  # a file that klar has deleted needs no attention
                    self.note(found.finding)
            case Unreadable():
                self._take_unreadable(found)
            case Record():
                self._take_record(found)

    def expect(self, table: Table) -> None:
        """Rows of this table go into the vault, if there are any."""
        self.microdata[table.name] = table
        private = self.private.setdefault(table.name, PrivateRows())
        for each in self.rows.pop(table.name, ()):  # of a kind that says late whose rows they are
            private.append(each, self.lines.pop((each.table, each.key), None))

    def _take_unreadable(self, found: Unreadable) -> None:
        if found.finding.origin in self.deleted:
            self.note(replace(found.finding, code="file-deleted"))
            self.partial.update(found.tables)
        else:
            self.failures.append(self.own(found.finding))
            self._doubt(found)
        self.everything_doubtful |= not found.tables

    def _doubt(self, found: Unreadable) -> None:
        if found.others_count and found.keys:
            for table in found.tables:
                self.doubtful[table] |= found.keys
        else:
            (self.partial if found.others_count else self.unreadable).update(found.tables)

    def _take_record(self, record: Record) -> None:
        self.records += 1
        if self.records % _STEP == 0:
            self.progress("lesen", self.records, None)
        if self.records == LONG:
            # What lives by now outlives the run, or is no garbage before its end: Python's collector need not walk through it each time
            # the rows have grown by a quarter. `Attempt.recorded` hands it back.
            gc.freeze()
        try:
            results = list(self.harvester.map(record))
        except RecordError as error:
            record.give_up()
            results = [_unmapped(record, table, error) for table in record.tables]
        for each in results:
            private = self.private.get(each.table)
            if private is not None and isinstance(each, Row):
                private.append(each, record.row)
                continue
            if record.row is not None:
                self.lines.setdefault((each.table, each.key), record.row)
            if record.sheet:
                self.sheets.setdefault((each.table, each.key), record.sheet)
            if isinstance(each, Row):
                self.rows[each.table].append(each)
            else:
                findings = tuple(self.own(on_sheet(finding, record.sheet)) for finding in each.findings)
                self.quarantined[each.table].append(replace(each, findings=findings))
                if each.table not in self.microdata:
                    self.contents[each.table, each.digest] = record.taken
        for name in dict.fromkeys(each if record.is_from_file else shown(each) for each in record.unread):
            if record.row is None and (record.tables, name) in self.unread:  # thousands of records of one list: said once
                continue
            self.unread.add((record.tables, name))
            message = f"Das Feld »{name}« wird weder übernommen noch übergangen."
            self.note(Finding(code="unread-field", message=message, origin=record.origin, row=record.row, field=name))


def on_sheet(finding: Finding, sheet: str, field: str = "") -> Finding:
    """The finding, whose sentence begins with the sheet that its line is on, and with the title of a field that it does not name itself."""
    place = f"Blatt »{sheet}«, Feld »{field}«" if field else f"Blatt »{sheet}«"
    return replace(finding, message=f"{place}: {finding.message}") if sheet else finding


def _said(row: Row) -> Mapping[str, object]:
    return {**row.values, "source_url": row.source_url} if row.source_url else row.values


def _unmapped(record: Record, table: str, error: RecordError) -> Quarantined:
    code = "missing-field" if isinstance(error, MissingField) else "wrong-value"
    finding = Finding(code=code, message=str(error), origin=record.origin, table=table, row=record.row)
    return Quarantined(table=table, key="", digest=record.digest, findings=(finding,))
