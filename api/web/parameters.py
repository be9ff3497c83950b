"""Query parameters of each address: unknown names and values are refused, and OpenAPI is made from these classes."""

import re
from collections import Counter
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, get_origin

from fastapi import Query, Request
from fastapi.routing import APIRoute
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from api.web.problems import RepeatedParameter
from schemas.links import UNSTATED
from schemas.values import FileFormat, Licence, Theme

KINDS = ("participation", "project", "sensor", "council", "statistics", "other")
#: Appended to links by mail programs and social networks. klar neither reads nor keeps them, but a reader should not suffer.
TRACKING = ("utm_", "mtm_", "pk_", "fbclid", "gclid", "mc_")
PAGE_SIZE = 20


def kind_of(kind: str) -> str:
    """A data set with a description of its own may claim any kind; one that is not in the facet is "other"."""
    return kind if kind in KINDS else "other"


def _described(default: Any, de: str, en: str, **constraints: Any) -> Any:
    """A parameter with its meaning in both languages; OpenAPI shows the German one."""
    return Field(default, description=de, json_schema_extra={"x-en": en}, **constraints)


class Parameters(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, given: Any) -> Any:
        """An HTML form also sends the fields that nobody filled in."""
        if not isinstance(given, dict):
            return given
        kept = {name: _without_blank(value) for name, value in given.items() if not str(name).startswith(TRACKING)}
        return {name: value for name, value in kept.items() if value not in ("", [])}


def _without_blank(value: Any) -> Any:
    return [each for each in value if each != ""] if isinstance(value, list) else value


async def once(request: Request) -> None:
    """For every address: a parameter that holds one value is given once. FastAPI would take the last of several and say nothing.

    Raises RepeatedParameter."""
    if b"&" not in request.scope["query_string"]:
        return
    singular = _singular(request.scope.get("route"))
    counts = Counter(name for name, value in request.query_params.multi_items() if value)
    for name, count in counts.items():
        if count > 1 and name in singular:
            raise RepeatedParameter(name)


def _singular(route: object) -> frozenset[str]:
    """Names of the parameters of an address that are no lists."""
    if not isinstance(route, APIRoute):
        return frozenset()
    models = [each.field_info.annotation for each in route.dependant.query_params]
    return frozenset().union(*(_singular_of(each) for each in models if isinstance(each, type) and issubclass(each, Parameters)))


@lru_cache
def _singular_of(model: type[Parameters]) -> frozenset[str]:
    return frozenset(name for name, each in model.model_fields.items() if get_origin(each.annotation) is not list)


class NoParameters(Parameters):
    """For addresses without parameters."""


ThemeCode = Literal["AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "REGI", "SOCI", "TECH", "TRAN"]
KindCode = Literal["participation", "project", "sensor", "council", "statistics", "other"]
FormatCode = Literal["csv", "json", "ndjson", "xlsx", "parquet", "geojson"]
LicenceCode = Literal[
    "dl-zero-de/2.0", "dl-by-de/2.0", "cc-zero", "cc-by/4.0", "cc-by-sa/4.0", "odbl", "odby", "odcpddl", "officialWork", "other"
]
UpdatedCode = Literal["30d", "1y", "older"]
SortCode = Literal["relevance", "updated", "title"]


class SearchParameters(Parameters):
    q: str = _described("", "Suchwörter", "search words", max_length=200)
    theme: list[ThemeCode] = _described([], "Thema (EU data theme)", "EU data theme", max_length=13)
    type: list[KindCode] = _described([], "Art des Datensatzes", "kind of data set", max_length=6)
    format: list[FormatCode] = _described([], "Dateiformat", "file format", max_length=6)
    license: list[LicenceCode] = _described(
        [], "Lizenz (dcat-ap.de; other: in keiner Liste)", "licence (dcat-ap.de; other: in no list)", max_length=10
    )
    catalogue: list[Annotated[str, StringConstraints(max_length=200)]] = _described(
        [], "Katalog, aus dem der Datensatz übernommen ist", "catalogue the data set was taken from", max_length=20
    )
    updated: UpdatedCode | None = _described(
        None, "zuletzt geändert: in 30 Tagen, in einem Jahr, davor", "last changed: within 30 days, a year, before that"
    )
    sort: SortCode | None = _described(None, "Reihenfolge", "order")
    page: int = _described(1, "Seite, ab 1", "page, from 1", ge=1, le=100_000)


class ListParameters(SearchParameters):
    limit: int = _described(100, "Datensätze je Seite", "data sets per page", ge=1, le=1000)


class FeedParameters(Parameters):
    page: int = _described(1, "Seite, ab 1", "page, from 1", ge=1, le=10_000_000)
    modified_since: AwareDatetime | None = _described(
        None,
        "nur Datensätze, die seitdem geändert wurden (ISO 8601 mit Zeitzone)",
        "only data sets changed since then (ISO 8601 with time zone)",
    )

    @field_validator("modified_since", mode="before")
    @classmethod
    def _day_or_moment(cls, given: Any) -> Any:
        """A day alone is its beginning; a plus sign that was not escaped has become a space. A bare number is a year or a day to who wrote
        it, and would be read as seconds since 1970."""
        if isinstance(given, str) and re.fullmatch(r"[-+]?\d+(\.\d*)?", given.strip()):
            raise ValueError("eine Zahl ist kein Zeitpunkt")
        if isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given, re.ASCII):
            return f"{given}T00:00:00Z"
        return re.sub(r" (?=\d\d:?\d\d$)", "+", given) if isinstance(given, str) else given

    @field_validator("modified_since")
    @classmethod
    def _in_the_calendar(cls, given: datetime | None) -> datetime | None:
        try:
            return None if given is None else given.astimezone(UTC)
        except OverflowError:
            raise ValueError("außerhalb des Kalenders") from None


class DownloadParameters(Parameters):
    dialect: Literal["excel-de"] | None = _described(
        None, "nur bei CSV: Semikolon und Dezimalkomma für deutsches Excel", "CSV only: semicolon and decimal comma for German Excel"
    )


class ChangesParameters(Parameters):
    since: int = _described(0, "Nummer der letzten bekannten Änderung", "number of the last known change", ge=0, le=2**53)
    limit: int = _described(1000, "höchstens so viele", "at most so many", ge=1, le=10_000)


class AtomParameters(Parameters):
    before: int | None = _described(
        None,
        "nur Änderungen vor der mit dieser Nummer (für ältere Seiten)",
        "only changes before this number (older pages)",
        ge=1,
        le=2**53,
    )


ProjectStatusCode = Literal["planned", "running", "completed", "stopped", "unknown"]
TakingPartCode = Literal["now", "later", "over", "unknown"]
ModeCode = Literal["analog", "digital", "hybrid", "unknown"]


StationStatusCode = Literal["active", "planned", "unknown", "ended"]


class ProjectListParameters(Parameters):
    status: ProjectStatusCode | None = _described(None, "Stand", "status")
    page: int = _described(1, "Seite, ab 1", "page, from 1", ge=1, le=100_000)


class ProcessListParameters(Parameters):
    status: TakingPartCode | None = _described(
        None, "ob man mitmachen kann: jetzt, später, vorbei, unbekannt", "whether one can take part: now, later, over, unknown"
    )
    mode: ModeCode | None = _described(None, "Form der Teilnahme", "mode")
    page: int = _described(1, "Seite, ab 1", "page, from 1", ge=1, le=100_000)


class StationListParameters(Parameters):
    property: str = _described("", "Messgröße", "observed property", max_length=200)
    district: str = _described("", "Kennung des Ortsbezirks", "identifier of the district", max_length=200)
    status: StationStatusCode | None = _described(None, "Stand", "status")
    network: str = _described("", "Name des Messnetzes", "name of the network", max_length=200)
    page: int = _described(1, "Seite, ab 1", "page, from 1", ge=1, le=100_000)


Nothing = Annotated[NoParameters, Query()]
SearchQuery = Annotated[SearchParameters, Query()]
ListQuery = Annotated[ListParameters, Query()]
FeedQuery = Annotated[FeedParameters, Query()]
DownloadQuery = Annotated[DownloadParameters, Query()]
ChangesQuery = Annotated[ChangesParameters, Query()]
AtomQuery = Annotated[AtomParameters, Query()]
ProjectsQuery = Annotated[ProjectListParameters, Query()]
ProcessesQuery = Annotated[ProcessListParameters, Query()]
StationsQuery = Annotated[StationListParameters, Query()]

#: The enumerations above repeat the domain's codes because a type must be written out; a test holds them equal.
CODES = {
    "theme": tuple(each.code for each in Theme),
    "format": tuple(each.extension for each in FileFormat),
    "license": (*(each.code for each in Licence), UNSTATED.code),
    "type": KINDS,
}
