"""Comments, from the ZIP of a Decidim's open data: files of one shape, one for each sort of thing that can be commented on.

Through GraphQL they cannot be read whole: a comment that its author deleted is refused (`CommentType.authorized?`) and takes all others of
its proposal with it, and replies to replies lie deeper than newer versions allow (decidim-api, recursion_analyzer.rb: two levels). The
export leaves out what is deleted or hidden and holds the rest (decidim-comments, export.rb and comment_serializer.rb).
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from harvesters.decidim.cells import Cells, moment, translated
from harvesters.decidim.export import COMMENTS, Choice, Export, kept
from harvesters.decidim.rows import Rules, comment_row
from harvesters.harvester import Found, IntoVault, Remark, Unreadable
from harvesters.naming import shown
from harvesters.nodes import NodeRecord
from harvesters.record import Record
from schemas.fetch import Payload, WebFetch
from schemas.row import Finding
from schemas.table import microdata_tables

TABLE = "contribution"
_SPACE_PAGE = re.compile(r"/(processes|assemblies|conferences|initiatives)/([^/?#]+)")


def zip_of(fetch: WebFetch, rules: Rules, choice: Choice) -> Payload:
    """Raises SourceError."""
    address = f"{rules.home}open-data/download"
    keep = partial(kept, address, choice=choice)
    archive = not (choice.contributions or choice.comments)
    return fetch.get(address, keep=keep, archive=archive, accept="application/zip, */*;q=0.5", expected=["zip"])


@dataclass(frozen=True, kw_only=True)
class Places:
    """Which process an entry belongs to: by the page of its space, or by the page it has itself."""

    keys: Mapping[tuple[str, str], str]  #: (path, slug) of a space -> key of its process
    rules: Rules

    def of(self, address: str) -> tuple[str | None, str]:
        """(key of the process, its page). None for a space that is not read."""
        found = _SPACE_PAGE.search(address)
        key = self.keys.get((found[1], found[2])) if found else None
        return key or None, self.rules.page(found[1], found[2]) if found else self.rules.home

    def gaps(self, address: str, tables: Collection[str]) -> Iterator[Unreadable]:
        """A space without a number or a short name: what lies in it seems to lie nowhere, and is not gone."""
        if any(not slug or not key for (_, slug), key in self.keys.items()):
            message = (
                "Ein Raum hat keine Nummer oder kein Kürzel; was in ihm liegt, ist nicht zu finden, und nichts davon gilt als verschwunden."
            )
            finding = Finding(code="nameless-space", message=message, origin=address)
            yield Unreadable(finding=finding, tables=tuple(tables), others_count=True)


def comments_in(export: Export, places: Places, payload: Payload) -> Iterator[Found]:
    """Each comment once; what cannot be read of them costs only itself."""
    elsewhere = 0
    if not export.has(COMMENTS[0]):
        yield _unread(f"In der ZIP fehlt die Datei »{COMMENTS[0]}«; sollen keine Kommentare gelesen werden: options.comments.", payload.url)
    if any(export.rows(each) for each in COMMENTS):
        yield IntoVault(table=microdata_tables()[TABLE])
    for cells in (cells for entity in COMMENTS for cells in export.rows(entity)):
        process, _ = places.of(cells.get("root_commentable_url", ""))
        if process is None:
            elsewhere += 1
        else:
            yield _comment(cells, process, payload)
    if elsewhere:
        message = f"Kommentare in Räumen, die nicht gelesen werden (options.spaces): {elsewhere}."
        yield Remark(finding=Finding(code="other-space", message=message, origin=payload.url, table=TABLE))


def complaints(export: Export, payload: Payload, tables: Mapping[str, str]) -> Iterator[Found]:
    """What a person should look at in these files. `tables`: file -> table. A broken one of several for one table costs only itself."""
    for entity, table in tables.items():
        if fault := export.fault(entity):
            finding = Finding(code="unreadable-file", message=f"Datei »{entity}«: {fault}", origin=payload.url, table=table)
            yield Unreadable(finding=finding, tables=(table,), others_count=table == TABLE)
        for name in export.unknown(entity):
            message = f"Die Spalte »{shown(name)}« der Datei »{entity}« wird weder übernommen noch übergangen."
            yield Remark(finding=Finding(code="unread-field", message=message, origin=payload.url, table=table, field=shown(name)))


def not_read(error: str, address: str) -> Unreadable:
    """Of the ZIP that the interface wants for comments only."""
    return _unread(f"Kommentare stehen nur in den offenen Daten der Plattform: {error} Ohne Kommentare: options.comments = false.", address)


def _unread(message: str, address: str) -> Unreadable:
    return Unreadable(finding=Finding(code="comments", message=message, origin=address, table=TABLE), tables=(TABLE,), others_count=True)


def _comment(cells: Cells, process: str, payload: Payload) -> Record:
    fields = {"id": cells.get("id"), "createdAt": moment(cells.get("created_at")), "body": translated(cells, "body")}
    known = {name: value for name, value in fields.items() if value is not None}
    key = f"{process}/comment-{cells['id']}" if cells.get("id") else ""
    return NodeRecord(known, origin=payload.url, table=TABLE, key=key, rows=partial(comment_row, process=process))
