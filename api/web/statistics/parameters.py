"""Parameters of statistics. Dimensions are parameters, too; they differ with each statistic: `catalog.statistics.selection` reads them."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import ConfigDict, Field
from starlette.requests import Request

from api.web.parameters import TRACKING, Parameters
from api.web.problems import UnsuitableParameter
from schemas.statistics import TOTAL

#: For OpenAPI: any further parameter is the name of a dimension.
DIMENSIONS: dict[str, Any] = {
    "parameters": [
        {
            "name": "dimensions",
            "in": "query",
            "required": False,
            "style": "form",
            "explode": True,
            "description": f"Je Dimension ein Parameter mit ihrem Namen: Schlüssel mit Kommas dazwischen, „{TOTAL}“ für insgesamt",
            "x-en": f"one parameter for each dimension, with its name: codes with commas between them, “{TOTAL}” for the total",
            "schema": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    ]
}


def _described(default: Any, de: str, en: str, **constraints: Any) -> Any:
    return Field(default, description=de, json_schema_extra={"x-en": en}, **constraints)


class ReleaseParameters(Parameters):
    model_config = ConfigDict(extra="allow", frozen=True)

    group_by: str = _described(
        "",
        f"Dimensionen, nach denen aufgeteilt wird, mit Kommas; „{TOTAL}“: nur die Gesamtzahl",
        f"dimensions that vary, with commas; “{TOTAL}”: the grand total alone",
    )
    pivot: str = _described("", "Dimension, deren Schlüssel Spalten werden", "dimension whose codes become columns")
    share: str = _described(
        "",
        "Dimension, an deren Insgesamt der Anteil jeder Zahl dazukommt, in ganzen Prozent (nicht mit pivot, nicht in JSON-stat)",
        "dimension in whose total the share of each number is added, in whole percent (not with pivot, not for JSON-stat)",
    )
    lang: Literal["de", "en"] | None = _described(None, "Sprache der Bezeichnungen", "language of the labels")
    dialect: Literal["excel-de"] | None = _described(
        None, "nur bei CSV: Semikolon und deutsche Überschriften für Excel", "CSV only: semicolon and German headings for Excel"
    )


class DifferenceParameters(Parameters):
    lang: Literal["de", "en"] = _described("de", "Sprache der Bezeichnungen", "language of the labels")


class StatisticParameters(ReleaseParameters):
    as_of: str = _described(
        "", "leitet zum Stand weiter, der an diesem Tag galt (2026-11-22)", "redirects to the release of that day (2026-11-22)"
    )


StatisticQuery = Annotated[StatisticParameters, Query()]
DifferenceQuery = Annotated[DifferenceParameters, Query()]
ReleaseQuery = Annotated[ReleaseParameters, Query()]


def given_parameters(request: Request, *, but: tuple[str, ...] = ()) -> tuple[tuple[str, str], ...]:
    """Name and value as they were sent, without what others append to links."""
    pairs = request.query_params.multi_items()
    return tuple((name, value) for name, value in pairs if name not in but and not name.startswith(TRACKING))


def day_from(text: str) -> date:
    """Raises UnsuitableParameter for what is no day of the calendar."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UnsuitableParameter("as_of", allowed="2026-11-22 (ISO 8601)") from None
    if day.isoformat() != text:
        raise UnsuitableParameter("as_of", allowed="2026-11-22 (ISO 8601)")
    return day
