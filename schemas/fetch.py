"""The one way in: everything a source gives comes through a `Fetch`, which keeps it before anyone reads it: in the archive, or, where
it may speak of persons, in the vault."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class Payload:
    """One answer of a source, as kept."""

    url: str  #: address within the source: an http(s) URL, or a path relative to the source's folder
    content: bytes
    fetched_at: datetime  #: aware
    sha256: str  #: of `content`, hexadecimal; the key in archive and vault
    media_type: str = ""  #: as the source said, without parameters; "" when it said nothing
    charset: str = ""  #: as the source said, lower case: a claim, never a reason to decode
    sniffed: str = ""  #: what the first bytes look like (`json`, `text`, `xlsx` …); "" when nobody looked
    headers: Mapping[str, str] = field(default_factory=dict)  #: what answers in pages say beside their content; names in lower case
    unchanged: bool = False  #: archive or vault holds this content already: from an answer 304, or the same bytes again


class Fetch(Protocol):
    """How a harvester reaches its source. Raises SourceError, whose text names the address."""

    def list(self, url: str) -> Sequence[str]:
        """Addresses below a folder, sorted; an address that is no folder gives itself alone."""
        ...

    def get(self, url: str, *, keep: Callable[[bytes], bytes] | None = None, archive: bool = True) -> Payload:
        """One answer. `keep` is a kind's allow-list filter: what it drops is kept nowhere. It also gets what was kept before (after an
        answer 304, in a replay), so filtering twice has to be filtering once. `archive=False`: this answer may speak of persons; it
        goes to the vault, as every answer of a source with `personal_data` does."""
        ...


@runtime_checkable
class WebFetch(Fetch, Protocol):
    """A source in the web. Kinds that page or negotiate ask `harvesters.http.paging.web(fetch)` for it."""

    @property
    def now(self) -> datetime:
        """When this run asks, aware; in a replay, when it asked."""
        ...

    def get(
        self,
        url: str,
        *,
        keep: Callable[[bytes], bytes] | None = None,
        archive: bool = True,
        accept: str = "*/*",
        expected: Collection[str] = (),
        headers: Mapping[str, str] = {},
    ) -> Payload:
        """`expected`: names of forms of `harvesters.http.sniffing.Form`; without, whatever the address promises, and no web page.
        `headers`: what belongs to the question beside the address, of `harvesters.http.fetch.ASKED_HEADERS`; nothing secret."""
        ...

    def post(
        self,
        url: str,
        body: bytes,
        *,
        question: str,
        media_type: str = "application/json",
        keep: Callable[[bytes], bytes] | None = None,
        archive: bool = True,
        accept: str = "*/*",
        expected: Collection[str] = (),
        forget: bool = False,
    ) -> Payload:
        """A question that does not fit into an address and changes nothing at the source. Kept under `url#question`: a name that holds no
        secret, new for each question of a run. `forget`: the answer is a key; it is kept nowhere, and in a replay it is empty."""
        ...

    def recall(
        self,
        url: str,
        next_link: Callable[[Payload], str | None],
        *,
        at_most: timedelta,
        keep: Callable[[bytes], bytes] | None = None,
        archive: bool = True,
        accept: str = "*/*",
    ) -> Sequence[Payload]:
        """A list, page by page, as the last published run holds it; the source is not asked. `fetched_at` says when each page came. Empty
        unless all of it is there and none older than `at_most`: then it has to be read again. These pages count as answers of this run."""
        ...

    def held(self, url: str, *, at_most: timedelta, keep: Callable[[bytes], bytes] | None = None, accept: str = "*/*") -> Payload | None:
        """One address as the last published run holds it, to compare with: no answer of this run. None where it is older than `at_most` or
        not there, and in a replay."""
        ...

    def follow(self, url: str, *, base: str) -> str:
        """The absolute address of a next-link found in the answer at `base`. Raises SourceError: a host that is not permitted, a
        step from https to http, credentials in the address, or an address this run has read before."""
        ...
