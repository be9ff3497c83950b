"""Folders and files: what offices export and drop, or put into the web. Tables of the common model by a declared mapping; microdata
likewise, for the vault; what has a datapackage.json as data sets of its own."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from harvesters.harvester import Found, IntoVault, Remark, SourceConfig, Unreadable, require_legal_basis
from harvesters.located import with_district
from harvesters.mapping import TableMapping, load_mapping, matches, require_apart, require_consistent
from harvesters.packages import DESCRIPTOR, Resource, is_descriptor, reference_to, resources_of
from harvesters.parsing import NumberStyle
from harvesters.reading import BrokenFile, Layout, Line, Note, Wanted, read_sheet
from harvesters.record import Record
from harvesters.rowmap import RowMap, row_from
from schemas.aliases import Aliases
from schemas.declaration import Declaration, declaration_of_table
from schemas.errors import ConfigurationError, LimitExceeded, MappingError, SourceError
from schemas.fetch import Fetch
from schemas.row import Finding, Quarantined, Row
from schemas.table import common_tables, microdata_tables

#: Rules whose sentences quote the mapping, or nothing, and columns that stand in a header with names of the mapping.
_TELLS_NOTHING = frozenset({"detected-dialect", "missing-column", "unread-column", "empty-file", "too-large", "cell-too-long"})


class FilesOptions(BaseModel):
    """`[source.options]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mapping: str = Field(default="", description="TOML-Datei mit der Zuordnung, relativ zu klar.toml")


class FileRecord(Record):
    """A record that knows which tables its file gives rows for. Holds no column that the mapping skips."""

    def __init__(self, sheet: "_Sheet", line: Line, header: Sequence[str]) -> None:
        taken = {name: cell for name, cell in zip(header, line.cells, strict=True) if name in sheet.columns}
        problems = [each for each in line.problems if each.field not in sheet.skipped]
        super().__init__(taken, origin=sheet.address, tables=sheet.tables, row=line.row, problems=problems, sheet=sheet.layout.sheet)
        self.maps = sheet.maps


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """One table of one file, and everything that reads it."""

    address: str
    layout: Layout
    maps: tuple[RowMap, ...]
    skipped: frozenset[str] = frozenset()
    into_vault: bool = False  #: its rows speak of single persons: no sentence quotes what stands in it

    @cached_property
    def columns(self) -> frozenset[str]:
        return frozenset(column for each in self.maps for rule in each.rules.values() for column in rule.columns)

    @cached_property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.table.name for each in self.maps))

    @cached_property
    def wanted(self) -> Wanted:
        numbers = frozenset[str]().union(*(each.number_columns for each in self.maps))
        return Wanted(columns=self.columns, numbers=numbers, needed=tuple(each.needed_columns for each in self.maps))

    def with_numbers(self, style: NumberStyle) -> "_Sheet":
        """As the file turned out to write them."""
        return replace(self, maps=tuple(replace(each, numbers=style) for each in self.maps))

    def require_columns(self, header: Sequence[str]) -> None:
        """Raises BrokenFile: a source that changes its columns wants a decision, not a guess."""
        unread = [each for each in header if each not in self.columns and each not in self.skipped]
        if unread and self.into_vault and self.columns.isdisjoint(header):
            raise BrokenFile("header", "", row=1)  # no name of the mapping: what stands there may be data
        if unread:
            names = ", ".join(f"»{each}«" for each in unread)
            raise BrokenFile("unread-column", f"Spalten, die weder übernommen noch übergangen werden: {names}.", field=unread[0])
        missing = sorted(self.columns - set(header))
        if missing:
            names = ", ".join(f"»{each}«" for each in missing)
            raise BrokenFile("missing-column", f"Spalten fehlen, die die Zuordnung nennt: {names}.", field=missing[0])


class FilesHarvester:
    """Harvester `files`."""

    kind: ClassVar[str] = "files"
    Options: ClassVar[type[BaseModel]] = FilesOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises ConfigurationError, MappingError, DisclosureError; pydantic's ValidationError for unknown options."""
        options = FilesOptions.model_validate(dict(source.options))
        mappings = load_mapping(source.folder / options.mapping) if options.mapping else None
        self._blocks: tuple[TableMapping, ...] = mappings.table if mappings else ()
        self._ignore = mappings.ignore if mappings else ()
        for each in self._blocks:
            if each.into_vault:
                require_legal_basis(source, microdata_tables()[each.table])
        self._source = source.name
        self._districts = source.districts
        self._aliases = source.aliases
        self._is_remote = source.is_remote
        self._is_package = source.is_remote and not self._blocks and is_descriptor(source.url)
        if self._is_remote and not self._is_package:
            self._require_names()

    def _require_names(self) -> None:
        if not self._blocks or any(re.search(r"[*?]", each.file) for each in self._blocks):
            raise ConfigurationError(
                f"Quelle {self._source!r}: Im Netz gibt es keine Ordner; jede Datei der Zuordnung braucht ihren Namen, oder url führt zu "
                f"einer {DESCRIPTOR}."
            )

    def records(self, fetch: Fetch) -> Iterator[Found]:
        if self._is_package:
            yield from self._package(fetch, fetch.list("")[0])
            return
        if self._is_remote:
            yield from self._announced()
            yield from self._fetched(fetch)
            return
        addresses = fetch.list("")
        packages = [each for each in addresses if PurePosixPath(each).name == DESCRIPTOR]
        folders = [PurePosixPath(each).parent for each in packages]
        if not self._blocks and not packages:
            raise SourceError("Im Ordner liegt keine datapackage.json, und eine Zuordnung (options.mapping) gibt es nicht.")
        loose = [each for each in addresses if not any(PurePosixPath(each).is_relative_to(folder) for folder in folders)]
        yield from self._announced()
        yield from self._mapped(fetch, loose)
        for each in packages:
            yield from self._package(fetch, each)
        yield from self._leftovers(loose)

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, FileRecord)  # records() yields no other
        for how in record.maps:
            row = row_from(record, how)
            if row is not None:
                yield with_district(row, self._districts) if isinstance(row, Row) else row

    def _announced(self) -> Iterator[Declaration | IntoVault]:
        for name in dict.fromkeys(each.table for each in self._blocks):
            private = microdata_tables().get(name)
            yield declaration_of_table(name) if private is None else IntoVault(table=private)

    def _mapped(self, fetch: Fetch, addresses: Sequence[str]) -> Iterator[Found]:
        files: dict[str, list[TableMapping]] = defaultdict(list)
        for block in self._blocks:
            found = [each for each in addresses if matches(block.file, each)]
            if not found:
                yield self._unreadable("file-missing", f"Die Datei »{block.file}« fehlt.", block.file, [block.table])
            for address in found:
                files[address].append(block)
        for address in sorted(files):
            yield from self._file(fetch, address, files[address])

    def _fetched(self, fetch: Fetch) -> Iterator[Found]:
        """Files of the web: each name is an address relative to the source's own."""
        files: dict[str, list[TableMapping]] = defaultdict(list)
        for block in self._blocks:
            files[fetch.list(block.file)[0]].append(block)
        for address, blocks in files.items():
            yield from self._file(fetch, address, blocks)

    def _file(self, fetch: Fetch, address: str, blocks: Sequence[TableMapping]) -> Iterator[Found]:
        """All sheets of one file. One with personal columns or microdata goes to the vault instead of the archive."""
        tables = [each.table for each in blocks]
        personal = any(each.has_personal_columns or each.into_vault for each in blocks)
        try:
            content = fetch.get(address, archive=not personal).content
            sheets = _sheets(address, blocks, self._aliases)
        except (SourceError, MappingError) as error:
            yield self._unreadable("unreadable-file", error.detail, address, tables)
            return
        for sheet in sheets:
            yield from self._sheet(sheet, content)

    def _sheet(self, sheet: _Sheet, content: bytes) -> Iterator[Found]:
        try:
            read = read_sheet(sheet.address.partition("?")[0], content, sheet.layout, sheet.wanted)
            sheet.require_columns(read.header)
            yield from (self._remark(each, sheet) for each in read.notes)
            sheet = sheet.with_numbers(read.numbers)
            for each in read.lines:
                yield self._remark(each, sheet) if isinstance(each, Note) else FileRecord(sheet, each, read.header)
        except BrokenFile as error:
            message, field = _discreet(error) if sheet.into_vault else (error.detail, error.field)
            yield self._unreadable(error.code, message, sheet.address, sheet.tables, row=error.row, field=field)
        except LimitExceeded as error:
            yield self._unreadable("too-large", error.detail, sheet.address, sheet.tables)

    def _package(self, fetch: Fetch, address: str) -> Iterator[Found]:
        try:
            found = resources_of(fetch.get(address).content, PurePosixPath("" if self._is_remote else PurePosixPath(address).parent))
            resources = [replace(each, address=fetch.list(reference_to(each.address))[0]) for each in found] if self._is_remote else found
        except (SourceError, ConfigurationError) as error:
            yield self._unreadable("package", error.detail, address, ())
            return
        yield from (each.declaration for each in resources)
        for resource in resources:
            yield from self._resource(fetch, resource)

    def _resource(self, fetch: Fetch, resource: Resource) -> Iterator[Found]:
        sheet = _Sheet(address=resource.address, layout=resource.layout, maps=(resource.how,))
        try:
            content = fetch.get(resource.address).content
        except SourceError as error:
            yield self._unreadable("unreadable-file", error.detail, resource.address, sheet.tables)
            return
        yield from self._sheet(sheet, content)

    def _leftovers(self, addresses: Sequence[str]) -> Iterator[Remark]:
        patterns = [*(block.file for block in self._blocks), *self._ignore]
        for address in addresses:
            if not any(matches(pattern, address) for pattern in patterns):
                message = f"Die Datei »{address}« liegt im Ordner, aber keine Zuordnung liest oder übergeht (ignore) sie."
                yield Remark(finding=Finding(code="unread-file", message=message, source=self._source, origin=address))

    def _remark(self, note: Note, sheet: _Sheet) -> Remark:
        said = f"Hinweis »{note.code}«." if sheet.into_vault and note.code not in _TELLS_NOTHING else note.message
        message = f"Datei »{sheet.address}«: {said}"
        return Remark(finding=Finding(code=note.code, message=message, source=self._source, origin=sheet.address, row=note.row))

    def _unreadable(
        self, code: str, message: str, origin: str, tables: Sequence[str], *, row: int | None = None, field: str = ""
    ) -> Unreadable:
        finding = Finding(code=code, message=message, source=self._source, origin=origin, row=row, field=field)
        return Unreadable(finding=finding, tables=tuple(dict.fromkeys(tables)))


def _discreet(error: BrokenFile) -> tuple[str, str]:
    """Sentence and field for a file with microdata: a header row that is none may be somebody's answer."""
    if error.code in _TELLS_NOTHING:
        return error.detail, error.field
    return f"Die Datei mit Einzeldaten kann so nicht gelesen werden (Regel »{error.code}«); zitiert wird aus ihr nichts.", ""


def _sheets(address: str, blocks: Sequence[TableMapping], aliases: Aliases) -> list[_Sheet]:
    """Blocks of one file grouped by what they read of it. Raises MappingError when patterns overlap and disagree."""
    require_apart(blocks, address)
    groups: dict[tuple[str, str], list[TableMapping]] = defaultdict(list)
    for block in blocks:
        groups[block.sheet, block.records].append(block)
    sheets = []
    for group in groups.values():
        require_consistent(group, address)
        known = {**common_tables(), **microdata_tables()}
        maps = [RowMap(table=known[each.table], rules=each.columns, aliases=aliases, crs=each.crs) for each in group]
        skipped = frozenset[str]().union(*(each.skip for each in group))
        private = any(each.into_vault for each in group)
        sheets.append(_Sheet(address=address, layout=group[0].layout, maps=tuple(maps), skipped=skipped, into_vault=private))
    return sheets


HARVESTER = FilesHarvester
