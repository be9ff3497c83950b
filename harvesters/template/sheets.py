"""The sheets of the workbook: which table each feeds, its columns, and the example that shows how a line is meant.

Titles, explanations and lists of words are those of the Table Schemas, so that a list in the workbook can never lag behind the model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from harvesters.mapping import SOURCE_URL
from schemas.row import Value
from schemas.table import Field, Table, common_tables, provenance_fields

Kind = Literal["text", "key", "date", "time", "count", "number", "codes", "several-codes", "yes-no", "address"]
EXAMPLE = "Beispiel: "  #: before the first cell of the example, which stands above the header and is never read


@dataclass(frozen=True, kw_only=True)
class Column:
    target: str  #: field of the table, `source_url`, or "" for what only goes into the id
    title: str  #: header
    explanation: str
    kind: Kind
    required: bool = False
    codes: tuple[tuple[str, str], ...] = ()  #: German word → code
    example: Value = None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """`id` is read from a column of that name, or made of others."""

    title: str
    table: Table
    purpose: str  #: one German sentence above everything else
    columns: tuple[Column, ...]
    template: str = ""  #: of the id, from headers
    constants: tuple[tuple[str, str], ...] = ()


#: Ways of taking part, as `format.channels` joins them; `result.channel` is one of them.
_CHANNELS = tuple((each.title.de, each.value) for each in common_tables()["result"].field("channel").codes)
_KINDS: Mapping[str, Kind] = {"integer": "count", "number": "number", "boolean": "yes-no"}


def _column(table: Table, target: str, example: Value = None, *, title: str = "", explanation: str = "", required: bool = False) -> Column:
    field = _field(table, target)
    codes = _CHANNELS if target == "channels" else tuple((each.title.de, each.value) for each in field.codes)
    return Column(
        target=target,
        title=title or field.title.de,
        explanation=explanation or field.description.de,
        kind=_kind(table, field),
        required=field.required or required,
        codes=codes,
        example=example,
    )


def _field(table: Table, target: str) -> Field:
    return next(each for each in (*table.fields, *provenance_fields()) if each.name == target)


def _kind(table: Table, field: Field) -> Kind:
    if field.name == "channels":
        return "several-codes"
    if field.codes:
        return "codes"
    if field.kind == "uri":
        return "address"
    if field.kind == "partial-date":
        return "date"
    if field.name == "start_time":
        return "time"
    if field.name in (*table.key, *(each.field for each in table.foreign_keys), "subject_id"):
        return "key"
    return _KINDS.get(field.type, "text")


def _sheet(
    title: str,
    table_name: str,
    purpose: str,
    fields: Mapping[str, Value],
    *,
    required: tuple[str, ...] = (),
    template: str = "",
    more: tuple[Column, ...] = (),
    constants: tuple[tuple[str, str], ...] = (),
) -> Sheet:
    """`fields`: target → example."""
    table = common_tables()[table_name]
    columns = [_column(table, name, example, required=name in required) for name, example in {**fields, **_SOURCE}.items()]
    return Sheet(title=title, table=table, purpose=purpose, columns=(*columns, *more), template=template, constants=constants)


_SOURCE: Mapping[str, Value] = {
    "note": "wörtlich: »rund 240«",
    "source_title": "Pressemitteilung der Stadt",
    SOURCE_URL: "https://www.example.org/pressemitteilung",
    "source_date": "12.06.2025",
}
_NUMBER = Column(
    target="",
    title="Nr.",
    explanation="Nur wenn es zum selben Gegenstand und zur selben Messgröße mehrere Angaben gibt: 1, 2, 3 … Einmal vergeben, bleibt die "
    "Nummer: Aus ihr entsteht die dauerhafte Kennung der Angabe.",
    kind="count",
    example=1,
)

SHEETS: tuple[Sheet, ...] = (
    _sheet(
        "Verfahren",
        "process",
        "Eine Zeile je Beteiligungsverfahren, auch ohne Internet. Was schon aus einer anderen Quelle kommt, gehört nicht hierher.",
        {
            "id": "innenstadt-umfrage-2025",
            "project_id": None,
            "title": "Umfrage zur Innenstadt",
            "mode": "vor Ort und online",
            "method": "Umfrage",
            "legal_kind": "informell (freiwillig)",
            "level": None,
            "access": None,
            "start": "05.2025",
            "end": "12.06.2025",
            "participants": 240,
            "contributions": None,
            "votes": None,
            "qualifier": "ungefähr (rund, etwa)",
            "result_summary": "Die meisten wünschen sich mehr Schatten und Sitzplätze.",
            "results_published_on": None,
            "website": None,
            "participate_url": None,
        },
    ),
    _sheet(
        "Formate und Phasen",
        "format",
        "Eine Zeile je Format eines Verfahrens: Umfrage, Workshop, Stand auf dem Markt … So zählen auch Formate vor Ort und auf Papier.",
        {
            "id": "innenstadt-umfrage-2025-fragebogen",
            "process_id": "innenstadt-umfrage-2025",
            "seq": 1,
            "phase": "Ideen sammeln",
            "title": "Fragebogen auf Papier und im Internet",
            "kind": "Umfrage",
            "mode": "vor Ort und online",
            "channels": "Internet; Papier",
            "start": "05.2025",
            "end": "12.06.2025",
            "state": "abgeschlossen",
            "identity": "anonym, keine Prüfung",
            "multiple_participation": "ja",
        },
    ),
    _sheet(
        "Veranstaltungen",
        "event",
        "Eine Zeile je Termin. Anmeldungen sind keine Teilnehmenden. Niederschriften werden verlinkt, nie hierher kopiert.",
        {
            "id": "innenstadt-werkstatt-2025-06-03",
            "process_id": "innenstadt-umfrage-2025",
            "project_id": None,
            "title": "Werkstatt zur Innenstadt",
            "start": "03.06.2025",
            "end": None,
            "start_time": "18:00",
            "place": "Rathausfoyer",
            "mode": "vor Ort oder auf Papier",
            "status": "durchgeführt",
            "capacity": 60,
            "registrations": 42,
            "attendees": 35,
            "qualifier": "genau",
            "minutes_url": None,
            "recording_url": None,
        },
    ),
    _sheet(
        "Teilnahme je Weg",
        "result",
        "Wie viele auf welchem Weg mitgemacht haben: eine Zeile je Weg, ohne Summenzeile. Eine Null ist gezählt; leer heißt: unbekannt.",
        {
            "process_id": "innenstadt-umfrage-2025",
            "format_id": "innenstadt-umfrage-2025-fragebogen",
            "channel": "Papier",
            "option": "ausgefüllte Fragebögen",
            "count": 85,
            "count_unit": "Rückmeldungen",
            "qualifier": "genau",
        },
        required=("channel", "count", "count_unit"),
        template="{Verfahren}-{Format}-{Weg der Teilnahme}-{Antwort}",
        constants=(("question", "Teilnahme nach Weg"),),
    ),
    _sheet(
        "Stimmzettel",
        "result",
        "Ausgezählte Stimmzettel, Klebepunkte und Handzeichen: eine Zeile je Frage, Antwort und Weg, auch für Enthaltungen und Ungültige.",
        {
            "process_id": "innenstadt-umfrage-2025",
            "format_id": "innenstadt-umfrage-2025-fragebogen",
            "channel": "Papier",
            "question": "Was fehlt am meisten?",
            "option": "Schatten",
            "rank": None,
            "count": 51,
            "count_unit": "Stimmen",
            "share_percent": None,
            "qualifier": "genau",
        },
        template="{Verfahren}-{Format}-{Weg der Teilnahme}-{Frage oder Gruppe}-{Antwort}",
    ),
    _sheet(
        "Berichtete Zahlen",
        "figure",
        "Was Presse, Stadt und andere angeben. Widersprechen sich Quellen, bekommt jede ihre Zeile; keine gilt als bevorzugt.",
        {
            "subject_kind": "Beteiligungsverfahren",
            "subject_id": "innenstadt-umfrage-2025",
            "subject": "Umfrage zur Innenstadt",
            "measure": "Teilnehmende",
            "value": 240,
            "unit": "Personen",
            "qualifier": "ungefähr (rund, etwa)",
            "value_text": None,
            "as_of": "12.06.2025",
            "asserted_by": "Stadt",
        },
        template="{Gegenstand (Kennung)}-{Messgröße}-{Nr.}",
        more=(_NUMBER,),
    ),
)
