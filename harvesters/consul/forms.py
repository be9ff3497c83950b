"""CSV exports of the German fork (app/services/csv_services/*_exporter.rb): how each is known, and what of it may be kept.

Nobody's name, address or number outlives the reading of a file, nor does what moderation has hidden: `reduced` leaves them out before
anything is put away. Reducing twice is reducing once.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from harvesters.consul.stacks import is_cross, is_poll, is_total, reduced_poll, reduced_total
from schemas.errors import SourceError

Cells = list[str]


class Refused(SourceError):
    """This file is not read, on purpose."""


class Unknown(SourceError):
    """Nobody knows what this file is."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """One export. `marks`: columns by which it is known; all of them are kept. `hidden`: column and what it says of a row that moderation
    has taken from everybody's sight ("": anything)."""

    name: str
    table: str
    marks: frozenset[str]
    kept: tuple[str, ...]
    words: tuple[str, ...] = ()  #: only where the options want them
    places: tuple[str, ...] = ()  #: only where there are boundaries
    hidden: tuple[str, str] = ("hidden_at", "")
    slipped: str = ""  #: a header without a value: what follows stands one column further left

    def is_hidden(self, row: dict[str, str]) -> bool:
        name, value = self.hidden
        return bool(row.get(name)) if not value else row.get(name, "").lower() == value


FORMS = (
    Form(
        name="proposals",
        table="contribution",
        marks=frozenset({"id", "retired_at", "selected", "hidden_at"}),
        kept=("id", "project", "label(s)", "created_at", "hidden_at", "retired_at", "selected"),
        words=("title", "summary", "description"),
        places=("latitude", "longitude"),
    ),
    Form(
        name="debates",
        table="contribution",
        marks=frozenset({"id", "category", "confirmed_hide_at", "hidden_at"}),
        kept=("id", "project", "category", "created_at", "hidden_at", "confirmed_hide_at"),
        words=("title", "description"),
        slipped="tsv",
    ),
    Form(
        name="comments",
        table="contribution",
        marks=frozenset({"ID", "commentable_type", "related_projekt", "hidden_at"}),
        kept=("ID", "commentable_type", "commentable_id", "related_projekt", "hidden_at", "created_at"),
        words=("body",),
    ),
    Form(
        name="deficiency-reports",
        table="report",
        marks=frozenset({"ID", "Sichtbarkeit", "Status", "Kategorie", "Erstellt am"}),
        kept=("ID", "Sichtbarkeit", "Status", "Kategorie", "Erstellt am"),
        words=("Titel", "Beschreibungstext", "Standort"),
        hidden=("Sichtbarkeit", "false"),
    ),
    Form(  # its headers are unconfirmed: a file with others is unknown, and said to be
        name="polls",
        table="process",
        marks=frozenset({"id", "name", "starts_at", "ends_at"}),
        kept=("id", "name", "starts_at", "ends_at", "hidden_at"),
    ),
)
_SUBMITTERS = frozenset({"Submitter ID", "Submitter Email"})
_CROSS = (
    "Die Datei zählt Antworten nach Straße oder nach einer anderen Antwort. In solchen Tabellen stehen Zellen von einer einzigen Person; "
    "sie werden nie gelesen und nirgends aufbewahrt."
)
_FORMULAR = (
    "Die Datei enthält Antworten auf ein Formular mit Kennung und Mailadresse der Personen. Solche Antworten liest die Art »files« mit "
    "einer Zuordnung in die Tabelle Antworten; hier wird nichts davon gelesen oder aufbewahrt."
)


@dataclass(frozen=True, kw_only=True)
class Reducing:
    """What may stay of a file."""

    texts: bool = False
    places: bool = False
    published: bool = False  #: the city has published this file's totals itself

    def __call__(self, content: bytes) -> bytes:
        """Raises Refused, Unknown, SourceError. No sentence quotes the file."""
        text = _text(content)
        semicolons, commas = _rows(text, ";"), _rows(text, ",")
        if is_poll(semicolons):
            self._require_published("Stimmen je Antwort")
            return _written(reduced_poll(semicolons), ";")
        if is_cross(semicolons):
            raise Refused(_CROSS)
        if is_total(commas):
            self._require_published("die Zahl der Teilnehmenden")
            return _written(reduced_total(commas), ",")
        if commas and _SUBMITTERS & set(commas[0]):
            raise Refused(_FORMULAR)
        return _written(self._reduced(_form_of(commas), commas), ",")

    def _reduced(self, form: Form, rows: Sequence[Cells]) -> Iterator[Cells]:
        header = [each.strip() for each in rows[0]]
        wanted = {*form.kept, *(form.words if self.texts else ()), *(form.places if self.places else ())}
        names = [each for each in header if each in wanted]
        yield names
        for row in rows[1:]:
            values = _aligned(form, header, row)
            if values is None:
                yield [""]  # cells that have shifted may hold anything: only that there is a row is kept
            elif form.is_hidden(values):
                yield [values[name] if name in ("id", "ID", form.hidden[0]) else "" for name in names]
            else:
                yield [values[name] for name in names]

    def _require_published(self, what: str) -> None:
        if not self.published:
            raise Refused(
                f"Die Datei enthält {what}, gezählt aus Angaben einzelner Personen. Solche Zahlen gibt es nur als Stand einer Statistik, "
                "es sei denn, die Stadt hat sie schon veröffentlicht: dann nennt options.published Datei, Verfahren und Adresse."
            )


@dataclass(frozen=True, kw_only=True)
class Table:
    """A reduced file of one of the forms. A row of None has more or fewer cells than the header."""

    form: Form
    rows: tuple[dict[str, str] | None, ...] = field(repr=False)


def tabled(content: bytes) -> Table | list[Cells]:
    """What `Reducing` has left: a table, or the rows of a stack. Raises SourceError."""
    text = _text(content)
    for delimiter, is_stack in ((";", is_poll), (",", is_total)):
        rows = _rows(text, delimiter)
        if is_stack(rows):
            return rows
    rows = _rows(text, ",")
    form = _form_of(rows)
    return Table(form=form, rows=tuple(_aligned(form, rows[0], each) for each in rows[1:]))


def _form_of(rows: Sequence[Cells]) -> Form:
    header = {each.strip() for each in rows[0]} if rows else set()
    for form in FORMS:
        if form.marks <= header:
            return form
    raise Unknown("Die Datei ist keine der CSV-Ausgaben, die bekannt sind; die Kopfzeile passt zu keiner.")


def _aligned(form: Form, header: Sequence[str], row: Sequence[str]) -> dict[str, str] | None:
    if form.slipped in header and len(row) == len(header) - 1:
        header = [each for each in header if each != form.slipped]
    return dict(zip(header, row, strict=True)) if len(row) == len(header) else None


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError("Die Datei ist nicht in UTF-8.") from None


def _rows(text: str, delimiter: str) -> list[Cells]:
    """Without blank rows. Raises SourceError."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise SourceError("Die Datei ist kein lesbares CSV.") from None
    return [row for row in rows if any(each.strip() for each in row) or (row == [""] and delimiter == ",")]


def _written(rows: Iterator[Cells], delimiter: str) -> bytes:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return target.getvalue().encode()
