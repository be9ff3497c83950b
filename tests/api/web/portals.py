"""Two portals that collect from klar, as their programs do it (harvest-rules 2.1; compat 4): what they ask, keep and delete."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from fastapi.testclient import TestClient
from rdflib import DCAT, DCTERMS, RDF, Graph

from tests.api.web.world import BASE_URL
from tests.dcat.graphs import rdflib_graph
from tests.dcat.walkers import PARSERS, WalkAborted, ckan_next

_LARGEST = 50 * 1024 * 1024  # ckanext.dcat.max_file_size


@dataclass
class DcatPortal:
    """DCATRDFHarvester of ckanext-dcat: gathers all pages, then deletes what it has not seen. `before_page` runs before each request."""

    client: TestClient
    url: str
    before_page: Callable[[int], None] = lambda number: None
    packages: dict[str, str] = field(default_factory=dict)  #: GUID -> title
    asked: int = 0

    def harvest(self) -> list[str]:
        """GUIDs in the order seen. Raises WalkAborted, with nothing imported and nothing deleted."""
        seen = self._gather()
        titles = dict(seen)
        for gone in self.packages.keys() - titles.keys():
            del self.packages[gone]
        self.packages |= titles
        return [guid for guid, _ in seen]

    def _gather(self) -> list[tuple[str, str]]:
        seen: list[tuple[str, str]] = []
        url: str | None = self.url
        first, parser = b"", ""
        while url is not None:
            content, media_type = self._fetch(url)
            if content == first:
                break
            if not first:
                first, parser = content, PARSERS[media_type]
            graph = rdflib_graph(content.decode("utf-8"), parser)
            seen += _datasets(graph)
            url = ckan_next(graph)
        return seen

    def _fetch(self, url: str) -> tuple[bytes, str]:
        self.asked += 1
        self.before_page(self.asked)
        path = url.removeprefix(BASE_URL)
        head = self.client.head(path)
        if head.status_code not in (400, 405) and head.status_code >= 400:
            raise WalkAborted(f"HEAD {url}: {head.status_code}")
        if int(head.headers.get("content-length", 0)) >= _LARGEST:
            raise WalkAborted(f"{url} is too large")
        got = self.client.get(path)
        if got.status_code >= 400 or not got.content or len(got.content) >= _LARGEST:
            raise WalkAborted(f"GET {url}: {got.status_code}")
        return got.content, got.headers["content-type"].partition(";")[0]


def _datasets(graph: Graph) -> list[tuple[str, str]]:
    return sorted((str(each), str(graph.value(each, DCTERMS.title))) for each in graph.subjects(RDF.type, DCAT.Dataset))


@dataclass
class CkanPortal:
    """CKANHarvester of ckanext-harvest: pages by id until one brings nothing new, asks for changes from the second run on, compares
    `metadata_modified` as text, and never deletes."""

    client: TestClient
    packages: dict[str, str] = field(default_factory=dict)  #: id -> metadata_modified
    requests: list[str] = field(default_factory=list)

    def harvest(self, since: str = "") -> tuple[list[str], list[str], list[str]]:
        """Ids created, updated, unchanged. `since`: the last run's start less an hour, as it writes it."""
        found = self._search(f"metadata_modified:[{since} TO *]" if since else "")
        created: list[str] = []
        updated: list[str] = []
        unchanged: list[str] = []
        for number, modified in found.items():
            if number not in self.packages:
                created.append(number)
            else:
                (updated if modified > self.packages[number] else unchanged).append(number)
            self.packages[number] = modified
        return created, updated, unchanged

    def _search(self, fq: str) -> dict[str, str]:
        found: dict[str, str] = {}
        start = 0
        while True:
            query = f"rows=100&start={start}&sort=id+asc" + (f"&fq={quote_plus(fq)}" if fq else "")
            self.requests.append(query)
            result = self.client.get(f"/api/3/action/package_search?{query}").json()["result"]["results"]
            new = {each["id"]: each["metadata_modified"] for each in result if each["id"] not in found}
            if not new:
                return found
            found |= new
            start += 100
