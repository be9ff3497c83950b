"""What every route needs: the services, finished answers, templates and addresses. Built once per application."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime

from anyio import CapacityLimiter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.web.answers import Representation, represent, respond
from api.web.cache import RevisionCache, RevisionLookup, RevisionValue
from api.web.coding import GZIP, compressed, takes_gzip
from api.web.pieces import Pieces
from api.web.problems import UnknownPage
from api.web.published import Former, Summary, former_keys, summary
from api.web.services import LEGAL_PAGES, PublicServices
from api.web.templating import Addresses, Frame, Templates
from catalog.entries import Attachment, DatasetEntry, Edition
from dcat.feed import numbers_on
from schemas.declaration import DATASET_NAME
from schemas.errors import Gone, UnknownDataset, UnknownEdition

_MOST_BODIES = 16 * 1024 * 1024  #: bytes: ten large feed pages
_MOST_PACKAGES = 16 * 1024 * 1024  #: bytes: about 2,000 data sets
_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Web:
    services: PublicServices
    cache: RevisionCache
    templates: Templates
    addresses: Addresses
    summary: Callable[[], Summary]  #: of the present revision
    changed_since: Callable[[datetime], int]  #: how many data sets are, in the present revision
    page_digest: Callable[[tuple[int, datetime | None]], str]  #: `Store.fragments_digest` of a feed page, in the present revision
    #: Joining pages is work for one processor: more threads at it only wait for each other, and all become slower.
    joiners: CapacityLimiter
    bodies: Pieces[tuple[str, str, str], memoryview]  #: of feed pages, without head and foot, by renderer, syntax and digest
    packages: Pieces[str, bytes]  #: data sets as CKAN's JSON, by digest of their metadata
    former: Callable[[str], Mapping[str, Former]]  #: keys that a table of the common model had, before the present revision
    missing: Callable[[], tuple[str, ...]]  #: data sets that cannot be served as RDF in the present revision

    def entry(self, name: str) -> DatasetEntry:
        """Raises UnknownDataset, Gone."""
        return self.services.store.dataset(dataset_name(name))

    def tabular(self, name: str) -> DatasetEntry:
        """One whose table klar holds. Raises UnknownDataset, Gone, NoTable."""
        found = self.entry(name)
        found.dataset.columns  # noqa: B018  # raises
        return found

    def edition(self, name: str, number: str) -> Edition:
        """Raises UnknownDataset, UnknownEdition, Gone, NoTable."""
        self._require_editions(name)
        return self.services.store.edition(dataset_name(name), edition_number(number))

    def attachment(self, name: str, sha256: str) -> Attachment:
        """A file that a row of any edition names. Raises UnknownDataset, UnknownPage, Gone, NoTable."""
        self._require_editions(name)
        found = self.services.store.attachment(dataset_name(name), sha256)
        if found is None:
            raise UnknownPage
        return found

    def month(self, name: str, key: str) -> Attachment:
        """The file that a row of the newest edition names. Raises UnknownDataset, UnknownPage, Gone, NoTable."""
        newest = self.tabular(name).dataset
        found = self.services.store.newest_attachment(newest.name, newest.edition, key)
        if found is None:
            raise UnknownPage
        return found

    def editions(self, name: str) -> tuple[Edition, ...]:
        """Newest first, also of a removed data set. Raises UnknownDataset, Gone, NoTable."""
        self._require_editions(name)
        return self.services.store.editions(dataset_name(name))

    def _require_editions(self, name: str) -> None:
        """What was removed keeps its editions, unless it never had any."""
        try:
            self.tabular(name)
        except Gone:
            if not self.services.store.editions(dataset_name(name)):
                raise

    def page(self, template: str, frame: Frame, page: object) -> Representation:
        headers = {"content-language": frame.language, "vary": "Accept"}
        return represent(self.templates.render(template, frame, page), HTML, headers=headers)

    def answer(self, request: Request, key: Hashable, build: Callable[[], Representation]) -> Response:
        """A finished answer, made at most once per revision. For plain `def` routes."""
        return respond(request, self.cache.obtain(key, build))

    async def hot_answer(
        self, request: Request, key: Hashable, build: Callable[[], Representation], *, negotiated: bool = False
    ) -> Response:
        """The same on the event loop: what is finished costs no thread hop, making it does. `negotiated`: the address alone does not
        decide the answer; else `FinishedAnswers` gives it the next time, before routing."""
        found = await self._obtained(key, build)
        if found.compressible and takes_gzip(request.scope):
            plain, key = key, (key, GZIP)
            found = await self._obtained(key, lambda: compressed(self.cache.obtain(plain, build)))
        if not negotiated:
            self.cache.remember_address(_address(request.scope), key)
        return respond(request, found)

    async def _obtained(self, key: Hashable, build: Callable[[], Representation]) -> Representation:
        found = self.cache.find(key)
        return await run_in_threadpool(self.cache.obtain, key, build) if found is None else found


class FinishedAnswers:
    """Stands before the router: what an address answered before, it answers again for the price of reading the revision."""

    def __init__(self, app: ASGIApp, *, web: Web) -> None:
        self._app = app
        self._cache = web.cache

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._cache.find_address(_address(scope)) if scope["type"] == "http" and scope["method"] == "GET" else None
        answer = self._app if found is None else respond(Request(scope), found)
        await answer(scope, receive, send)


def _address(scope: Scope) -> bytes:
    """What decides an answer that is not negotiated: path, query, and whether it may be compressed."""
    query: bytes = scope["query_string"]
    return (b"gzip " if takes_gzip(scope) else b"") + str(scope["path"]).encode() + b"?" + query


def web_from(services: PublicServices) -> Web:
    return Web(
        services=services,
        cache=RevisionCache(services.store.state),
        templates=Templates(services.site, legal=LEGAL_PAGES, version=services.version),
        addresses=Addresses(site=services.site),
        summary=RevisionValue(services.store.state, lambda: summary(services.store)),
        changed_since=RevisionLookup(services.store.state, services.store.count_changed),
        page_digest=RevisionLookup[tuple[int, datetime | None], str](
            services.store.state, lambda page: services.store.fragments_digest(*numbers_on(page[0]), page[1])
        ),
        joiners=CapacityLimiter(1),
        bodies=Pieces(_MOST_BODIES),
        packages=Pieces(_MOST_PACKAGES),
        former=RevisionLookup[str, Mapping[str, Former]](
            services.store.state, lambda table: former_keys(services.store, services.files, table)
        ),
        missing=RevisionValue(services.store.state, lambda: services.store.missing_fragments(services.renderer.key)),
    )


def dataset_name(text: str) -> str:
    """Raises UnknownDataset for what can be no name: it never reaches the database."""
    if not DATASET_NAME.fullmatch(text):
        raise UnknownDataset
    return text


def edition_number(text: str) -> int:
    """Raises UnknownEdition."""
    if not _NUMBER.fullmatch(text):
        raise UnknownEdition
    return int(text)


def require(condition: bool) -> None:
    """Raises UnknownPage."""
    if not condition:
        raise UnknownPage
