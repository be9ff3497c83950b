"""CSV exports of the fork, from a drop folder or an address: contributions and reports for the vault, polls for everybody, and totals
of persons only where the city has published them itself."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath

from catalog.plan import Part
from harvesters.consul.days import day, month
from harvesters.consul.fork import district_at
from harvesters.consul.forms import Cells, Form, Reducing, Refused, Table, tabled
from harvesters.consul.labels import labels_in
from harvesters.consul.rows import CONTRIBUTION, NodeRecord, Rules, contribution_key, number_of, parted, said
from harvesters.consul.stacks import Answered, answered, is_poll, total
from harvesters.harvester import Found, Parted, Remark, Unreadable
from harvesters.keys import key_of
from harvesters.nodes import row_of
from harvesters.record import Record
from schemas.districts import Districts
from schemas.errors import SourceError, WrongValue
from schemas.fetch import Fetch
from schemas.row import Finding, Quarantined, Row, Value
from schemas.rules import SMALL_COUNT

#: Form of a file -> how its contributions are numbered.
_NUMBERED = {"proposals": "proposal", "debates": "debate", "comments": "comment"}
_STATES = {"Offen": "open", "Neu": "open", "Gemeldet": "open", "In Bearbeitung": "in-progress", "Erledigt": "done", "Abgelehnt": "rejected"}


@dataclass(frozen=True, kw_only=True)
class Published:
    """The city's word that it has published the totals of a file itself."""

    file: str
    process: str
    address: str
    as_of: str = ""


@dataclass(frozen=True, kw_only=True)
class Exports:
    """What the options say of files."""

    prefix: str
    title: str  #: of the source
    rules: Rules = field(default_factory=Rules)
    process: str = ""
    processes: Mapping[str, str] = field(default_factory=dict)  #: name of a project -> key of a process
    states: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    published: Sequence[Published] = ()
    districts: Districts | None = None
    mode: str = "unknown"

    def found(self, fetch: Fetch) -> Iterator[Found]:
        """Raises SourceError for a source without a single file."""
        addresses = fetch.list("")
        files = [each for each in addresses if _suffix(each) == ".csv"] or list(addresses[:1])
        if not files:
            raise SourceError("Im Ordner liegt keine einzige CSV-Datei.")
        for address in files:
            yield from self._file(fetch, address)
        yield parted(("proposal", "debate", "comment"))
        yield self._polls()
        for each in sorted(set(addresses) - set(files)):
            yield Remark(finding=Finding(code="unread-file", message=f"Die Datei »{each}« ist keine CSV-Datei.", origin=each))

    def _polls(self) -> Parted:
        """A file of answers that lies there no more is no vote that nobody took part in."""
        processes = dict.fromkeys(each.process for each in self.published)
        parts = (Part(title=f"Stimmen je Antwort zu {each}", field="process_id", begins=each, exact=True) for each in processes)
        return Parted(table="result", parts=tuple(parts))

    def _file(self, fetch: Fetch, address: str) -> Iterator[Found]:
        """What is refused on purpose is told in every run, and is no fault of the run."""
        known = self._published(address)
        reducing = Reducing(texts=self.rules.texts, places=self.districts is not None, published=known is not None)
        try:
            read = tabled(fetch.get(address, keep=reducing, archive=False).content)
        except Refused as error:
            yield Remark(finding=Finding(code="refused-file", message=f"Datei »{address}«: {error.detail}", origin=address))
        except SourceError as error:
            yield Unreadable(finding=Finding(code="unreadable-file", message=f"Datei »{address}«: {error.detail}", origin=address))
        else:
            if isinstance(read, Table):
                yield from self._table(read, address)
            elif known is not None:
                yield from self._totals(read, known, address)

    def _published(self, address: str) -> Published | None:
        return next((each for each in self.published if PurePosixPath(address).match(each.file)), None)

    def _table(self, table: Table, address: str) -> Iterator[NodeRecord | Remark]:
        hidden = 0
        for line, row in enumerate(table.rows, start=2):
            if row is not None and table.form.is_hidden(row):
                hidden += 1
            else:
                yield self._record(table.form, row, address, line)
        if hidden:
            message = f"Datei »{address}«: Zeilen, die auf der Plattform verborgen sind, werden nicht übernommen: {hidden}."
            yield Remark(finding=Finding(code="hidden-rows", message=message, origin=address, table=table.form.table))

    def _record(self, form: Form, row: dict[str, str] | None, address: str, line: int) -> NodeRecord:
        if row is None:
            return NodeRecord({}, origin=address, tables=[form.table], rows=partial(_ragged, form.table, line), line=line)
        rows = {
            "proposals": self._proposal,
            "debates": self._debate,
            "comments": self._comment,
            "deficiency-reports": self._report,
            "polls": self._poll,
        }[form.name]
        return NodeRecord(row, origin=address, tables=[form.table], rows=rows, line=line, keys=self._keys(form, row))

    def _keys(self, form: Form, row: Mapping[str, str]) -> dict[str, str]:
        number = (row.get("id") or row.get("ID") or "").strip()
        if not number:
            return {}
        if form.table == CONTRIBUTION:
            project = (row.get("project") or row.get("related_projekt") or "").strip()
            return contribution_key(self.processes.get(project, self.process), _NUMBERED[form.name], number)
        return {form.table: f"deficiency-{number}" if form.table == "report" else key_of(self.prefix, f"poll-{number}")}

    def _proposal(self, record: Record) -> Iterator[Row]:
        retired, selected = said(record, "retired_at"), said(record, "selected")
        state = "withdrawn" if retired else "accepted" if selected == "true" else "open"
        texts = [said(record, "summary"), said(record, "description")]
        place = _degrees(record, "longitude"), _degrees(record, "latitude")
        labels = labels_in(said(record, "label(s)") or "", self.rules.topics)
        district = district_at(place, self.districts)
        yield self._contribution(record, "proposal", "idea", "project", state=state, texts=texts, labels=labels, district=district)

    def _debate(self, record: Record) -> Iterator[Row]:
        record.skip("confirmed_hide_at")
        category = said(record, "category")
        labels = (category,) if category else ()
        yield self._contribution(record, "debate", "other", "project", texts=[said(record, "description")], labels=labels)

    def _comment(self, record: Record) -> Iterator[Row]:
        record.skip("commentable_type", "commentable_id")
        yield self._contribution(record, "comment", "comment", "related_projekt", texts=[said(record, "body")], number="ID")

    def _contribution(
        self,
        record: Record,
        name: str,
        kind: str,
        project: str,
        *,
        texts: Sequence[str | None],
        state: str = "open",
        labels: Iterable[str] = (),
        district: str | None = None,
        number: str = "id",
    ) -> Row:
        record.skip("hidden_at")
        return self.rules.contribution(
            f"{name}-{number_of(record, number)}",
            process=self.processes.get(said(record, project) or "", self.process),
            kind=kind,
            origin=record.origin,
            state=state,
            submitted=day(record.get("created_at"), "created_at"),
            labels=labels,
            district=district,
            title=_words(said(record, "title")),
            text=_words("\n".join(filter(None, texts))),
        )

    def _report(self, record: Record) -> Iterator[Row]:
        record.skip("Sichtbarkeit")
        state = said(record, "Status") or ""
        states = {**_STATES, **self.states}
        if state not in states:
            raise WrongValue("»Status«: Der Wert steht nicht in options.states.")
        reported = day(record.get("Erstellt am"), "Erstellt am")
        texts = [said(record, "Titel"), said(record, "Beschreibungstext")]
        place = said(record, "Standort")
        values: dict[str, Value] = {
            "id": f"deficiency-{number_of(record, 'ID')}",
            "category": self.categories.get(said(record, "Kategorie") or "", "other"),
            "state": states[state],
            "reported_on": month(reported) if self.rules.by_month else reported,
            "channel": "online",
            "place": place if self.rules.texts else None,
            "text": _words("\n".join(filter(None, texts))) if self.rules.texts else None,
        }
        yield row_of("report", values, origin=record.origin)

    def _poll(self, record: Record) -> Iterator[Row]:
        record.skip("hidden_at")
        values: dict[str, Value] = {
            "id": key_of(self.prefix, f"poll-{number_of(record)}"),
            "title": record.text("name"),
            "mode": self.mode,
            "method": "vote",
            "start": day(record.get("starts_at"), "starts_at"),
            "end": day(record.get("ends_at"), "ends_at"),
            "source_title": self.title,
            "source_date_basis": "unknown",
        }
        yield row_of("process", values, origin=record.origin)

    def _totals(self, rows: list[Cells], known: Published, address: str) -> Iterator[NodeRecord | Remark]:
        if not is_poll(rows):
            yield NodeRecord({"total": total(rows)}, origin=address, tables=["figure"], rows=partial(self._participants, known))
            return
        answers = list(answered(rows))
        small = {each.question for each in answers if each.count < SMALL_COUNT}
        for each in answers:
            if each.question not in small:  # the others and their shares would tell what one answer less hides
                yield NodeRecord({"answer": each}, origin=address, tables=["result"], rows=partial(self._result, known))
        if small:
            said = f"Fragen mit Antworten von weniger als {SMALL_COUNT} Stimmen werden nicht übernommen"
            message = f"Datei »{address}«: {said}: {len(small)}."
            yield Remark(finding=Finding(code="small-counts", message=message, origin=address, table="result"))

    def _result(self, known: Published, record: Record) -> Iterator[Row]:
        answer = record.take("answer", Answered)
        values: dict[str, Value] = {
            "id": f"{known.process}-{answer.key}",
            "process_id": known.process,
            "question": answer.question,
            "option": answer.option,
            "count": answer.count,
            "count_unit": "votes",
            "share_percent": answer.share,
            "qualifier": "exact",
        }
        yield row_of("result", values | self._stated(known), origin=record.origin, source_url=known.address)

    def _participants(self, known: Published, record: Record) -> Iterator[Row]:
        values: dict[str, Value] = {
            "id": f"{known.process}-participants",
            "subject_kind": "process",
            "subject_id": known.process,
            "subject": known.process,
            "measure": "participants",
            "value": float(record.take("total", int)),
            "unit": "persons",
            "qualifier": "exact",
            "as_of": known.as_of or None,
            "asserted_by": self.title,
        }
        yield row_of("figure", values | self._stated(known), origin=record.origin, source_url=known.address)

    def _stated(self, known: Published) -> dict[str, Value]:
        basis = "stated" if known.as_of else "unknown"
        return {"source_title": self.title, "source_date": known.as_of or None, "source_date_basis": basis}


def _ragged(table: str, line: int, record: Record) -> Iterator[Quarantined]:
    message = "Die Zeile hat mehr oder weniger Felder als die Kopfzeile; was in ihr steht, sagt nichts."
    digest = hashlib.sha256(f"{table}\0{record.origin}\0{line}".encode()).hexdigest()
    finding = Finding(code="ragged-row", message=message, origin=record.origin, table=table, row=line)
    yield Quarantined(table=table, key="", digest=digest, findings=(finding,))


def _words(text: str | None) -> str | None:
    """The export writes ^ where a line began with = + - or @; which of them it was, nobody knows."""
    if not text:
        return None
    return "\n".join(each[1:].lstrip() if each.startswith("^") else each for each in text.splitlines()).strip() or None


def _degrees(record: Record, name: str) -> float | None:
    """Wrapped in literal double quotes. None for what is no number: a place is never worth a row."""
    text = (said(record, name) or "").strip('" ').replace(",", ".")
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _suffix(address: str) -> str:
    return PurePosixPath(address.partition("?")[0]).suffix.lower()
