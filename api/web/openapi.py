"""OpenAPI 3.1, made from the routes; what operations mean, in both languages, stands here once."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from dcat.feed import MEDIA_TYPES
from schemas.model import Site
from schemas.values import FileFormat, Text

_PROBLEM = {
    "description": "Fehler (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_UNCHANGED = {"description": "Unverändert seit dem genannten ETag"}
_GONE = {
    "description": "Zurückgezogen oder entfallen, mit Begründung",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def _answers(*media_types: str, schema: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Route arguments: what a successful answer holds. `default` also keeps FastAPI from announcing its own 422."""
    content = {each: {"schema": schema or {}} for each in media_types}
    return {
        "responses": {200: {"description": "Gefunden", "content": content}, 304: _UNCHANGED, 410: _GONE, "default": _PROBLEM},
        "response_model": None,
    }


JSON = _answers("application/json", schema={"type": "object"})
FEED = _answers(*MEDIA_TYPES.values(), schema={"type": "string"})
DATA = _answers("application/json", *MEDIA_TYPES.values(), "text/html", "text/csv")
ATOM = _answers("application/atom+xml", schema={"type": "string"})
CALENDAR = _answers("text/calendar", schema={"type": "string"})
ROWS = _answers("application/json", *(each.media_type for each in (FileFormat.CSV, FileFormat.NDJSON, FileFormat.PARQUET)))
FILE = _answers(*(each.media_type for each in FileFormat), "application/zip", schema={"type": "string", "format": "binary"})
STATISTIC = _answers(
    "text/csv",
    "application/json",
    FileFormat.XLSX.media_type,
    FileFormat.PARQUET.media_type,
    schema={"type": "string", "format": "binary"},
)

#: Operation -> what it is for. A test holds the keys equal to the routes.
OPERATIONS: Mapping[str, Text] = {
    "list_datasets": Text(
        de="Alle Datensätze oder die einer Suche, seitenweise, mit Anzahl je Facette.",
        en="All data sets or those of a search, in pages, with counts per facet.",
    ),
    "get_dataset": Text(
        de="Alles über einen Datensatz: Metadaten, Dateien, Spalten (Table Schema).",
        en="Everything about one data set: metadata, files, columns (Table Schema).",
    ),
    "dataset": Text(
        de="Der Datensatz selbst: Seite, RDF oder JSON je nach Accept. Auf der Basis der URIs ist das seine dauerhafte Adresse.",
        en="The data set itself: page, RDF or JSON by Accept. On the base of the URIs this is its permanent address.",
    ),
    "dataset_record": Text(
        de="Derselbe Datensatz in einer bestimmten Schreibweise: ttl, rdf, jsonld, nt, json.",
        en="The same data set in one syntax: ttl, rdf, jsonld, nt, json.",
    ),
    "download": Text(
        de="Die Tabelle im neuesten Stand: csv, json, ndjson, xlsx, parquet, bei Orten auch geojson. Teilabruf mit Range.",
        en="The table in its newest edition: csv, json, ndjson, xlsx, parquet, for places also geojson. Range is answered.",
    ),
    "editions": Text(de="Alle Stände eines Datensatzes, neueste zuerst.", en="All editions of a data set, newest first."),
    "download_edition": Text(
        de="Die Tabelle eines bestimmten Stands; der Inhalt ändert sich nie.", en="The table of one edition; its content never changes."
    ),
    "download_month": Text(
        de="Gesammelte Messwerte eines Monats als Parquet; Adressen stehen in den Zeilen des Datensatzes. Der Inhalt ändert sich nie.",
        en="Collected values of one month as Parquet; the rows of the data set name the addresses. The content never changes.",
    ),
    "difference": Text(
        de="Welche Zeilen zwischen zwei Ständen neu, entfallen oder geändert sind: csv, json.",
        en="Which rows were added, removed or changed between two editions: csv, json.",
    ),
    "datapackage": Text(de="Beschreibung als Data Package mit Table Schema.", en="Description as a Data Package with Table Schema."),
    "package": Text(de="Daten und Beschreibung zusammen als ZIP.", en="Data and description together as a ZIP."),
    "feed": Text(de="Der Katalog nach DCAT-AP.de; Schreibweise je nach Accept.", en="The catalogue in DCAT-AP.de; syntax by Accept."),
    "feed_page": Text(
        de="Eine Seite des Katalogs nach DCAT-AP.de. Eine Seite umfasst feste Nummern; jenseits der letzten ist die Antwort 404.",
        en="One page of the catalogue in DCAT-AP.de. A page covers fixed numbers; beyond the last one the answer is 404.",
    ),
    "rows": Text(
        de="Fragen an die Tabelle im neuesten Stand: Filter (spalte__operator=wert), Auswahl, Ordnung, Gruppen; seitenweise. "
        "Ob etwas fehlt, sagt „limited“, wo es weitergeht, „next“.",
        en="Questions to the table in its newest edition: filters (column__operator=value), selection, order, groups with figures; page by "
        "page. “limited” says whether something is left out, “next” where it goes on.",
    ),
    "rows_file": Text(
        de="Dieselben Fragen, alle Zeilen als Datei: csv, json, ndjson, parquet.",
        en="The same questions, all rows as a file: csv, json, ndjson, parquet.",
    ),
    "list_changes": Text(
        de="Was sich geändert hat, in der Reihenfolge des Geschehens: angelegt, Metadaten, neuer Stand, angekündigt zu entfallen, "
        "entfallen, zurückgezogen, wieder geführt.",
        en="What has changed, in order: created, metadata, new edition, deprecated, removed, withdrawn, returned.",
    ),
    "changes_atom": Text(
        de="Dasselbe für Feedreader, neueste zuerst (Atom).",
        en="The same for feed readers, newest first (Atom).",
    ),
    "events_calendar": Text(
        de="Alle Veranstaltungen, deren Tag bekannt ist, als Kalender (iCalendar) zum Abonnieren.",
        en="All events whose day is known as a calendar (iCalendar) to subscribe to.",
    ),
    "process_calendar": Text(
        de="Dasselbe für ein Beteiligungsverfahren.",
        en="The same for one participation process.",
    ),
    "ckan_version": Text(
        de="Version der CKAN-kompatiblen Schnittstelle; ihre Aktionen stehen unter /api/3/action/{name}, Erklärungen gibt help_show.",
        en="Version of the CKAN-compatible interface; its actions are at /api/3/action/{name}, help_show explains them.",
    ),
    "list_statistics": Text(
        de="Alle Statistiken mit ihrem neuesten Stand.",
        en="All statistics with their newest release.",
    ),
    "get_statistic": Text(
        de="Was eine Statistik zählt: Dimensionen mit Schlüsseln, Tabellen, Geheimhaltung, Zeichen, Spalten (Table Schema).",
        en="What a statistic counts: dimensions with codes, tables, disclosure control, symbols, columns (Table Schema).",
    ),
    "statistic_data": Text(
        de="Zahlen des neuesten Stands als csv, json, jsonstat, xlsx oder parquet; ohne Parameter die Standardtabelle.",
        en="Numbers of the newest release as csv, json, jsonstat, xlsx or parquet; without parameters the default table.",
    ),
    "statistic_columns": Text(
        de="Was die Spalten der CSV-Datei bedeuten, nach CSV on the Web; dieselben Parameter wie die Datei.",
        en="What the columns of the CSV file mean, as CSV on the Web; the same parameters as the file.",
    ),
    "list_releases": Text(
        de="Alle Stände einer Statistik mit Anlass, neueste zuerst.",
        en="All releases of a statistic with their reasons, newest first.",
    ),
    "release_data": Text(
        de="Dieselben Fragen an einen bestimmten Stand; der Inhalt ändert sich nie.",
        en="The same questions to one release; its content never changes.",
    ),
    "release_columns": Text(
        de="Was die Spalten der CSV-Datei eines Stands bedeuten, nach CSV on the Web.",
        en="What the columns of the CSV file of a release mean, as CSV on the Web.",
    ),
    "release_difference": Text(
        de="Welche Zahlen sich zwischen zwei Ständen geändert haben: csv, json.",
        en="Which numbers changed between two releases: csv, json.",
    ),
    "get_config": Text(de="Angaben zu dieser Installation und ihren Grenzen.", en="About this installation and its limits."),
    "get_openapi": Text(de="Diese Beschreibung als OpenAPI 3.1.", en="This description as OpenAPI 3.1."),
}
_PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "parameter": {"type": "string", "description": "Name des Parameters, an dem es liegt"},
        "allowed": {"description": "Was erlaubt ist"},
        "reason": {"type": "string", "description": "Begründung einer Rücknahme"},
        "removed": {"type": "string", "format": "date-time"},
    },
}
_PATH_PARAMETERS: Mapping[str, Text] = {
    "name": Text(de="Name des Datensatzes oder der Statistik", en="name of the data set or statistic"),
    "id": Text(de="Kennung des Verfahrens (Spalte id)", en="identifier of the process (column id)"),
    "number": Text(de="Nummer des Stands, ab 1", en="number of the edition, from 1"),
    "before": Text(de="Nummer oder Name des früheren Stands", en="number or name of the earlier edition"),
    "after": Text(de="Nummer oder Name des späteren Stands", en="number or name of the later edition"),
    "extension": Text(de="Dateiformat", en="file format"),
    "file": Text(
        de="Monat wie 2025-05 (sein neuester Stand), oder SHA-256 der Datei, wie in der Zeile",
        en="month like 2025-05 (its newest state), or SHA-256 of the file, as in the row",
    ),
    "syntax": Text(de="Schreibweise", en="syntax"),
    "form": Text(de="csv oder json; bei Zahlen auch jsonstat, xlsx, parquet", en="csv or json; for numbers also jsonstat, xlsx, parquet"),
    "release": Text(de="Name des Stands, etwa 2026-11-22", en="name of the release, such as 2026-11-22"),
}


def openapi_document(app: FastAPI, site: Site, version: str) -> dict[str, Any]:
    """The description of all routes that are part of the interface."""
    document = get_openapi(
        title=site.title,
        version=version,
        openapi_version="3.1.0",
        description="Lesender Zugriff ohne Anmeldung. Alle Adressen beantworten auch HEAD.",
        routes=app.routes,
        servers=[{"url": site.base_url}],
    )
    for operations in document["paths"].values():
        for operation in operations.values():
            _complete(operation)
    document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM_SCHEMA
    return document


def _complete(operation: dict[str, Any]) -> None:
    summary = OPERATIONS[operation["operationId"]]
    operation["summary"] = summary.de
    operation["x-en"] = summary.en
    for each in operation.get("parameters", ()):
        if each["in"] == "path":
            each["description"] = _PATH_PARAMETERS[each["name"]].de
            each["x-en"] = _PATH_PARAMETERS[each["name"]].en


def parameter_names(route: object) -> tuple[str, ...]:
    """Names of the query parameters that an address takes."""
    if not isinstance(route, APIRoute):
        return ()
    models = (each.field_info.annotation for each in route.dependant.query_params)
    return tuple(name for model in models for name in getattr(model, "model_fields", {}))
