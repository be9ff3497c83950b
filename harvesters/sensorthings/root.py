"""The root document: what the server offers, and what it calls itself."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from harvesters.answers import json_of, parsed
from harvesters.sensorthings.keeping import Json
from schemas.errors import SourceError
from schemas.fetch import WebFetch

_NEEDED = ("Things", "Datastreams", "ObservedProperties")
_DATA_ARRAY = ("req/data-array", "req/create-observations-via-data-array")


@dataclass(frozen=True, kw_only=True)
class Root:
    home: str  #: as configured, with its slash
    stated: str  #: as the server calls it, with its slash; "" when it does not
    now: datetime  #: when it answered: the run's time
    has_data_array: bool = False
    has_multi: bool = False  #: MultiDatastreams


def root_of(fetch: WebFetch) -> Root:
    """Raises SourceError for what is no SensorThings server. With the slash: some answer 404 without (measured)."""
    home = fetch.list("")[0].rstrip("/") + "/"
    page = fetch.get(home, keep=partial(_kept, home), accept="application/json", expected=["json"])
    said = json_of(page, dict)
    addresses = {each["name"]: each["url"] for each in said["value"]}
    missing = [each for each in _NEEDED if each not in addresses]
    if missing:
        raise SourceError(
            f"»{home}«: Der Server bietet {', '.join(missing)} nicht an; ist das die Wurzel einer SensorThings-Schnittstelle?"
        )
    stated = addresses["Things"].removesuffix("Things") if addresses["Things"].endswith("/Things") else ""
    return Root(
        home=home,
        stated=stated,
        now=page.fetched_at,
        has_data_array=any(each.endswith(_DATA_ARRAY) for each in said["conformance"]),
        has_multi="MultiDatastreams" in addresses,
    )


def _kept(home: str, content: bytes) -> bytes:
    """Names and addresses of sets, and what the server keeps to: nothing of its settings. Raises SourceError."""
    said: Json = parsed(content, dict, home)
    values = said.get("value")
    if not isinstance(values, list):
        raise SourceError(f"»{home}«: Das ist keine Wurzel einer SensorThings-Schnittstelle (»value« fehlt).")
    sets = [{"name": each["name"], "url": each["url"]} for each in values if _is_set(each)]
    settings = said.get("serverSettings")
    stated = settings.get("conformance") if isinstance(settings, dict) else said.get("conformance")
    conformance = sorted(each for each in stated if isinstance(each, str)) if isinstance(stated, list) else []
    return json.dumps({"value": sets, "conformance": conformance}, ensure_ascii=False, separators=(",", ":")).encode()


def _is_set(each: object) -> bool:
    return isinstance(each, dict) and isinstance(each.get("name"), str) and isinstance(each.get("url"), str)
