"""Portals on 127.0.0.1 that behave like CKAN 2.11 with ckanext-dcat, and like a piveau feed; and one installation that harvests them."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from catalog.codec import loads
from catalog.plan import RunRecord
from harvesters.http.asking import Surroundings
from harvesters.http.opening import Web, web_in
from harvesters.run import harvest
from schemas.upstream import UpstreamDataset
from tests.harvesters.http.servers import Line, Request, Script, reply, serving
from tests.harvesters.http.world import SWIFT
from tests.harvesters.world import Intake, intake

Json = dict[str, Any]
TABLE = "upstream_dataset"
DL_BY = "http://dcat-ap.de/def/licenses/dl-by-de/2.0"


def package(number: int, **more: Any) -> Json:
    """As package_search of CKAN 2.11 gives it."""
    identifier = f"7c1d9a10-2b34-4c56-8d78-{number:012d}"
    return {
        "id": identifier,
        "name": f"radwege-{number}",
        "title": f"Radwege {number}",
        "notes": "Breite und Belag der Radwege.",
        "type": "dataset",
        "state": "active",
        "private": False,
        "author": "Erika Mustermann",
        "author_email": "erika.mustermann@stadt.example",
        "maintainer": "Erika Mustermann",
        "maintainer_email": "erika.mustermann@stadt.example",
        "license_id": "dl-de-by-2.0",
        "license_title": "Datenlizenz Deutschland Namensnennung 2.0",
        "license_url": "https://www.govdata.de/dl-de/by-2-0",
        "organization": {"id": "0b4b2a52-6f0d-4c0e-9d51-0d6f6c1f6a01", "name": "stadt", "title": "Nachbarstadt"},
        "groups": [{"name": "tran"}],
        "tags": [{"name": "radweg", "display_name": "Radweg"}],
        "extras": [],
        "resources": [
            {
                "id": f"e21f0c55-91aa-4e0b-8f3c-{number:012d}",
                "name": "Liste",
                "format": "CSV",
                "mimetype": "text/csv",
                "url": f"https://daten.nachbar.example/radwege-{number}.csv",
                "size": 120,
                "state": "active",
            }
        ],
        "metadata_created": "2026-01-05T09:00:00.100001",
        "metadata_modified": "2026-01-06T10:15:00.123456",
        **more,
    }


def extras(**values: str) -> list[Json]:
    return [{"key": key, "value": value} for key, value in values.items()]


def ckan(packages: Callable[[], Sequence[object]], *, count: Callable[[int], int] = lambda count: count) -> dict[str, Script]:
    """package_search over what is there now. `count`: what the portal claims."""

    def answer(line: Line, request: Request) -> bool:
        query = dict(parse_qsl(urlsplit(request.target).query))
        start, rows = int(query.get("start", 0)), min(int(query.get("rows", 10)), 1000)
        found = list(packages())
        result = {"count": count(len(found)), "sort": "id asc", "facets": {}, "results": found[start : start + rows], "search_facets": {}}
        return envelope(result)(line, request)

    return {"/api/3/action/package_search": answer}


def unsearchable(packages: Callable[[], Sequence[Json]], *, refusal: Script, hidden: Mapping[str, int] | None = None) -> dict[str, Script]:
    """A portal that lets nobody search. `hidden`: name -> status of the answer where it should be shown."""

    def shown(line: Line, request: Request) -> bool:
        name = dict(parse_qsl(urlsplit(request.target).query))["id"]
        if name in (hidden or {}):
            return reply(json.dumps({"success": False, "error": {"__type": "Authorization Error"}}), (hidden or {})[name])(line, request)
        return envelope(next(each for each in packages() if each["name"] == name))(line, request)

    def listed(line: Line, request: Request) -> bool:
        return envelope([each["name"] for each in packages()])(line, request)

    action = "/api/3/action/package_"
    return {f"{action}search": refusal, f"{action}list": listed, f"{action}show": shown}


def envelope(result: object) -> Script:
    body = {"help": "https://portal.example/help", "success": True, "result": result}
    return reply(json.dumps(body), Content_Type="application/json;charset=utf-8")


PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . 
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
"""


def described(number: int, more: str = "", *, base: str = "https://nachbar.example/dataset/") -> str:
    """One data set in Turtle."""
    return f"""<{base}{number}> a dcat:Dataset ; dct:title "Radwege {number}"@de ; dct:description "Breite und Belag."@de ;
  dct:identifier "{base}{number}" ; dct:publisher [ a foaf:Organization ; foaf:name "Nachbarstadt" ] ;
  dcat:contactPoint [ a vcard:Individual ; vcard:fn "Erika Mustermann" ; vcard:hasEmail <mailto:erika.mustermann@stadt.example> ] ;
  dct:modified "2026-01-06T10:15:00+01:00" ; {more}
  dcat:distribution <{base}{number}/csv> .
<{base}{number}/csv> a dcat:Distribution ; dcat:accessURL <https://daten.nachbar.example/{number}.csv> ; dct:license <{DL_BY}> .
"""


def feed_page(datasets: Iterable[str], *, view: str = "", following: str = "", last: str = "", total: int | None = None) -> str:
    """A page as ckanext-dcat writes it; without `view` there is no paging node."""
    paging = f"<{view}> a hydra:PagedCollection, hydra:PartialCollectionView" if view else ""
    paging += f' ; hydra:next "{following}" ; hydra:nextPage "{following}"' if following else ""
    paging += f' ; hydra:lastPage "{last}"' if last else ""
    paging += f" ; hydra:totalItems {total}" if total is not None else ""
    return PREFIXES + "".join(datasets) + (paging + " ." if paging else "")


def turtle(text: str) -> Script:
    return reply(text, Content_Type="text/turtle; charset=utf-8")


def neighbour(folder: Path, url: str, kind: str, *, name: str = "nachbar", **options: Any) -> Intake:
    """An installation with this one source."""
    made = intake(folder)
    return sourced(made, url, kind, name=name, **options)


def sourced(made: Intake, url: str, kind: str, *, name: str = "nachbar", **options: Any) -> Intake:
    own = ("https://daten.example.org",)
    made.source = replace(
        made.source, name=name, title=f"Portal {name}", kind=kind, url=url, options=options, allow_private=("127.0.0.1",), own_addresses=own
    )
    return made


def quick(folder: Path) -> Web:
    made = web_in(folder / "http", base_url="https://daten.example", contact="a@example.org")
    return replace(made, limits=SWIFT, surroundings=Surroundings(sleep=lambda seconds: None))


def run(made: Intake, web: Web, *, days: float = 0.0, **more: Any) -> RunRecord:
    made.clock.now += timedelta(days=days, seconds=1)
    archive = made.archive
    keeping: Json = {"archive": archive, "vault": made.vault} | more
    return harvest(made.source, store=made.store, publisher=made.publisher, now=made.clock.now, web=web, **keeping)


def published(made: Intake) -> Mapping[str, UpstreamDataset]:
    """IRI -> what stands published of this source."""
    rows = made.store.published(made.source.name, TABLE)
    return {each.row.key: loads(UpstreamDataset, str(each.row.values["record"])) for each in rows}


def codes(record: RunRecord) -> list[str]:
    return [each.code for each in record.findings]


__all__ = ["reply", "serving"]
