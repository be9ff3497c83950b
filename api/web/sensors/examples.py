"""Questions to copy: to klar's own API, and to the service behind a layer where one is told for it. Tests run every one of them.

Addresses of services come from outside: in a shell and in Python they stand as quoted words, so that none of them becomes a command.
"""

import re
import shlex
from collections.abc import Iterator
from urllib.parse import quote

from api.web.pages import Snippet
from schemas.model import DataService, Dataset, Site
from schemas.table import Table

_STA = "http://www.opengis.net/def/serviceType/ogc/sta"
_COLUMNS = ("station", "name", "property", "observed_property", "unit", "longitude", "latitude", "status")
_LATEST = "Observations($top=1;$orderby=phenomenonTime desc)"


def own_examples(dataset: Dataset, site: Site, status: str = "active") -> tuple[Snippet, ...]:
    """To `/api/v1/datasets/NAME/rows`. `status`: one that some row has, so that whoever copies a question sees an answer."""
    rows = f"{site.base_url}/api/v1/datasets/{dataset.name}/rows"
    columns = ",".join(_asked_for(dataset.columns))
    return (
        Snippet(title="curl", code=f'curl "{rows}.csv?select={columns}&status__exact={status}"'),
        Snippet(
            title="Python, requests",
            code="\n".join(
                (
                    "import requests",
                    "",
                    f'answer = requests.get("{rows}", params={{"status__exact": "{status}", "limit": 100}}, timeout=30)',
                    "answer.raise_for_status()",
                    'for row in answer.json()["rows"]:',
                    '    print(row["station_id"], row["longitude"], row["latitude"])',
                )
            ),
        ),
        Snippet(
            title="Python, pandas",
            code=f'import pandas\n\ntable = pandas.read_csv("{rows}.csv")\nprint(table.groupby("status")["station_id"].nunique())',
        ),
    )


def source_examples(dataset: Dataset) -> tuple[Snippet, ...]:
    """To the service that alone knows this layer; none where nobody says its address."""
    service = next((each for each in dataset.services if each.access_url.startswith(("http://", "https://"))), None)
    return () if service is None else tuple(_asked(service))


def _asked_for(table: Table) -> Iterator[str]:
    return (each for each in _COLUMNS if each in table.field_names)


def _asked(service: DataService) -> Iterator[Snippet]:
    yield Snippet(title="curl", code=f"curl {shlex.quote(service.access_url)}")
    if _STA in service.conforms_to:
        yield _latest_values(service.access_url)


def _latest_values(address: str) -> Snippet:
    """A SensorThings query: each datastream with its latest observation (OGC SensorThings 1.1, clause 9.3.2.1)."""
    if not re.search(r"[?&](\$|%24)expand=", address, re.IGNORECASE):
        address += ("&" if "?" in address else "?") + "$expand=" + quote(_LATEST, safe="$();=")
    lines = (
        "import requests",
        "",
        f"answer = requests.get({address!r}, timeout=30)",
        "answer.raise_for_status()",
        'for stream in answer.json()["value"]:',
        '    for value in stream.get("Observations", []):',
        '        print(stream["name"], value["phenomenonTime"], value["result"])',
    )
    return Snippet(title="SensorThings, Python", code="\n".join(lines))
