"""The ZIP of a Decidim's open data (`/open-data/download`): CSV files that know less than the interface, read as what it would have said.

Facts: reference participation/platforms.md 3; decidim-core: open_data_exporter.rb (names of the files, one header for all components);
decidim-{proposals,meetings,accountability}: *_serializer.rb (columns; `attendees_count.to_i`, so that 0 means unknown).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from harvesters.answers import parsed
from harvesters.decidim.cells import Cells, count, flag, moment, number, translated
from harvesters.decidim.comments import Places, comments_in, complaints, zip_of
from harvesters.decidim.export import COMMENTS, ENTITIES, OFFICIAL, Choice, Export
from harvesters.decidim.questions import SPACES, SpaceQuestion
from harvesters.decidim.rows import Rules, Takes, contribution_row, meeting_row, parted, process_row, result_row
from harvesters.harvester import Found, IntoVault, Remark
from harvesters.nodes import NodeRecord, Rows
from harvesters.record import Record
from schemas.declaration import declaration_of_table
from schemas.errors import RecordError, SourceError
from schemas.fetch import Payload, WebFetch
from schemas.row import Finding
from schemas.table import microdata_tables

_FILES = {"processes": "participatory_processes", "assemblies": "assemblies", "conferences": "conferences", "initiatives": "initiatives"}
_TABLES = {"meetings": "event", "results": "measure_item", "proposals": "contribution"}
_OFFICIAL_UNKNOWN = (
    "Die offenen Daten dieser Version nennen niemanden, der einen Vorschlag gemacht hat (author/url). "
    "Was die Verwaltung selbst vorschlägt, zählt hier darum als Beitrag."
)


class OpenData:
    """One walk over one ZIP."""

    def __init__(self, fetch: WebFetch, rules: Rules, *, kinds: tuple[str, ...], choice: Choice) -> None:
        self._fetch = fetch
        self._rules = rules
        self._kinds = kinds
        self._choice = choice
        self._elsewhere = 0
        self._official = 0

    def found(self) -> Iterator[Found]:
        """Raises SourceError: no ZIP, a broken one, one without a single process."""
        payload = zip_of(self._fetch, self._rules, self._choice)
        export = Export(parsed(payload.content, dict, payload.url))
        spaces = [(SPACES[kind], cells) for kind in self._kinds for cells in self._spaces(kind, export, payload)]
        if not spaces:
            raise SourceError(f"»{payload.url}«: Die offenen Daten nennen kein einziges Verfahren; nichts davon wird übernommen.")
        places = _places(spaces, self._rules)
        yield from self._announced(export)
        yield from parted(self._rules, [SPACES[kind] for kind in self._kinds], comments=self._choice.comments)
        yield from complaints(export, payload, {each: _table_of(each) for each in ENTITIES})
        yield from places.gaps(payload.url, _TABLES.values())
        takes = _takes(export, places)
        for question, cells in spaces:
            yield self._process(question, cells, takes, payload)
        for entity in _TABLES:
            if entity != "proposals" or self._choice.contributions:
                yield from self._entries(entity, export, places, payload)
        if self._choice.comments:
            yield from comments_in(export, places, payload)
        yield from self._remarks(export, payload)

    def _remarks(self, export: Export, payload: Payload) -> Iterator[Remark]:
        proposals = export.rows("proposals") if self._choice.contributions else ()
        said = {
            "other-space": self._elsewhere and f"Einträge in Räumen, die nicht gelesen werden (options.spaces): {self._elsewhere}.",
            "official": self._official and f"Vorschläge der Verwaltung selbst, die keine Beiträge sind: {self._official}.",
            "official-unknown": proposals and OFFICIAL not in proposals[0] and _OFFICIAL_UNKNOWN,
        }
        yield from (Remark(finding=Finding(code=code, message=str(text), origin=payload.url)) for code, text in said.items() if text)

    def _spaces(self, kind: str, export: Export, payload: Payload) -> Sequence[Cells]:
        """Raises SourceError: without its space, an entry would seem to be gone."""
        entity = _FILES[kind]
        if fault := export.fault(entity):
            raise SourceError(f"»{payload.url}«: Datei »{entity}«: {fault}")
        if not export.has(entity):
            raise SourceError(
                f"»{payload.url}«: In der ZIP fehlt die Datei »{entity}«; gibt es solche Räume dort nicht, gehören sie nicht in "
                "options.spaces."
            )
        return export.rows(entity)

    def _announced(self, export: Export) -> Iterator[Found]:
        yield declaration_of_table("process")
        for entity, table in _TABLES.items():
            if not export.rows(entity) and not export.fault(entity):
                continue
            private = microdata_tables().get(table)
            if private is None:
                yield declaration_of_table(table)
            elif self._choice.contributions:
                yield IntoVault(table=private)

    def _process(self, question: SpaceQuestion, cells: Cells, takes: Mapping[str, Takes], payload: Payload) -> Record:
        fields: dict[str, object] = {
            "id": cells.get("id"),
            "slug": cells.get("slug") or None,
            "title": translated(cells, "title"),
            **{name: moment(cells.get(column)) for column, name in _PERIODS.items() if column in cells},
        }
        key = _key(self._rules, question.word, cells.get("id"))
        rows = partial(process_row, question=question, takes=takes.get(key, Takes()), rules=self._rules)
        return _record("process", key, fields, payload.url, rows)

    def _entries(self, entity: str, export: Export, places: Places, payload: Payload) -> Iterator[Found]:
        for cells in export.rows(entity):
            process, page = places.of(_page_in(cells))
            table = _TABLES[entity]
            if process is None or cells.get(OFFICIAL) == "true":
                self._elsewhere += process is None
                self._official += process is not None
                continue
            if entity == "meetings":
                rows: Rows = partial(meeting_row, process=process, page=page, seen_at=payload.fetched_at, rules=self._rules)
                yield _record(table, _key(self._rules, "meeting", cells.get("id")), _meeting(cells), payload.url, rows)
            elif entity == "results":
                rows = partial(result_row, process=process, page=cells.get("url") or page, rules=self._rules)
                yield _record(table, _key(self._rules, "result", cells.get("id")), _result(cells), payload.url, rows)
            else:
                rows = partial(contribution_row, process=process, rules=self._rules)
                key = f"{process}/proposal-{cells['id']}" if cells.get("id") else ""
                yield _record(table, key, _proposal(cells), payload.url, rows)


_PERIODS = {"start_date": "startDate", "end_date": "endDate", "creation_date": "creationDate", "closing_date": "closingDate"} | {
    "signature_start_date": "signatureStartDate",
    "signature_end_date": "signatureEndDate",
}


def _table_of(entity: str) -> str:
    return _TABLES.get(entity, "contribution" if entity in COMMENTS else "process")


def _places(spaces: list[tuple[SpaceQuestion, Cells]], rules: Rules) -> Places:
    keys = {(question.path, cells.get("slug", "")): _key(rules, question.word, cells.get("id")) for question, cells in spaces}
    return Places(keys=keys, rules=rules)


def _page_in(cells: Cells) -> str:
    """Of its space, else of the entry itself: that lies below."""
    return cells.get("participatory_space/url") or cells.get("url") or ""


def _takes(export: Export, places: Places) -> dict[str, Takes]:
    types: defaultdict[str, set[str]] = defaultdict(set)
    meetings: defaultdict[str, set[str]] = defaultdict(set)
    for entity, name in (("proposals", "Proposals"), ("meetings", "Meetings"), ("results", "Accountability")):
        for cells in export.rows(entity):
            process, _ = places.of(_page_in(cells))
            if process:
                types[process].add(name)
            if process and entity == "meetings":
                meetings[process].add(cells.get("type_of_meeting", ""))
    return {key: Takes(components=frozenset(found), meetings=frozenset(meetings[key])) for key, found in types.items()}


def _meeting(cells: Cells) -> dict[str, object]:
    return {
        "id": cells.get("id"),
        "title": translated(cells, "title"),
        "startTime": moment(cells.get("start_time")),
        "endTime": moment(cells.get("end_time")),
        "typeOfMeeting": cells.get("type_of_meeting") or None,
        "address": cells.get("address") or None,
        "location": translated(cells, "location"),
        "attendeeCount": count(cells.get("attendees")),
        "withdrawn": flag(cells.get("withdrawn")),
        "url": cells.get("url") or None,
    }


def _result(cells: Cells) -> dict[str, object]:
    return {
        "id": cells.get("id"),
        "title": translated(cells, "title"),
        "description": translated(cells, "description"),
        "endDate": moment(cells.get("end_date")),
        "progress": number(cells.get("progress")),
        "status": {"key": cells.get("status/key") or None, "name": translated(cells, "status/name")},
    }


def _proposal(cells: Cells) -> dict[str, object]:
    return {
        "id": cells.get("id"),
        "state": cells.get("state") or None,
        "publishedAt": moment(cells.get("published_at")),
        "createdAt": moment(cells.get("created_at")),
        "answeredAt": moment(cells.get("answered_at")),
        "createdInMeeting": flag(cells.get("created_in_meeting")),
        "withdrawn": flag(cells.get("withdrawn")),
        "title": translated(cells, "title"),
        "body": translated(cells, "body"),
    }


def _key(rules: Rules, word: str, number: str | None) -> str:
    """ "" for what has no number."""
    try:
        return rules.key(word, number)
    except RecordError:
        return ""


def _record(table: str, key: str, fields: Mapping[str, object], origin: str, rows: Rows) -> Record:
    """Only what the export says: what it leaves empty is not said to be empty."""
    return NodeRecord({name: value for name, value in fields.items() if value is not None}, origin=origin, table=table, key=key, rows=rows)
