"""What every table can be asked, whatever its columns are; filters (`column__operator`) are read in `reading`."""

from typing import Annotated

from fastapi import Query
from pydantic import ConfigDict

from api.web.parameters import DownloadParameters, _described

DEFAULT_LIMIT = 100
MOST_ROWS = 1000  #: on a page


class RowsParameters(DownloadParameters):
    model_config = ConfigDict(extra="allow", frozen=True)

    select: str = _described("", "Spalten, mit Komma getrennt (sonst alle)", "columns, separated by commas (otherwise all)")
    sort: str = _described(
        "",
        "Spalten, nach denen geordnet wird; mit „-“ davor absteigend; bei Gruppen auch Kennzahlen: sort=-count",
        "columns to sort by; descending with “-” before; for groups also figures: sort=-count",
    )
    group_by: str = _described("", "Spalten, nach denen gruppiert wird", "columns to group by")
    agg: str = _described(
        "",
        "Kennzahlen der Gruppen: count, spalte__count_distinct, spalte__sum, __avg, __min, __max, __median",
        "figures of the groups: count, column__count_distinct, column__sum, __avg, __min, __max, __median",
    )
    limit: int | None = _described(
        None,
        f"Zeilen je Seite; ohne Angabe {DEFAULT_LIMIT}, in Dateien alle",
        f"rows per page; {DEFAULT_LIMIT} if not given, in files all",
        ge=1,
        le=MOST_ROWS,
    )
    cursor: str = _described("", "Stelle, an der es weitergeht; steht in „next“", "where to go on; it stands in “next”", max_length=200)
    total: bool = _described(False, "ob gezählt werden soll, wie viele Zeilen passen", "whether to count the rows that fit")


#: Parameters with a meaning of their own. A filter always has two underscores in its name.
OWN = tuple(RowsParameters.model_fields)
RowsQuery = Annotated[RowsParameters, Query()]
#: The filters in OpenAPI: their names depend on the table.
FILTER_PARAMETER = {
    "name": "{column}__{operator}",
    "in": "query",
    "required": False,
    "description": "Filter: exact, differs, less, lte, greater, gte, in, notin, contains, isnull; welche wo gehen, steht in „columns“",
    "x-en": "filter: exact, differs, less, lte, greater, gte, in, notin, contains, isnull; “columns” says which of them a column knows",
    "schema": {"type": "string"},
}
