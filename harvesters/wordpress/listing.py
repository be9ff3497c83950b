"""Lists of the REST interface, page by page, and whether they are whole.

A whole list is read every few days, a hundred items a request. In between, it is the one that was read last, together with what
`modified_after` names now; and the list is asked how long it is, because deleted items leave no trace: where the length does not come out,
everything is read at once. So what a run knows is always all there is, and absence means the same in every run. What moves no
`modified_gmt` (a theme, a block that is used in several places, a custom field) is seen with the next whole reading.

Totals stand in the headers X-WP-Total and X-WP-TotalPages, at most 100 items come on a page (reference: participation/platforms.md 10);
a page beyond the end is answered with 400 `rest_post_invalid_page_number` (unconfirmed there). A site that knows no `modified_after`
(before WordPress 5.7) gives the whole list for it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from harvesters.answers import parsed
from harvesters.extracts import Extracts, OtherRules
from harvesters.http.faults import HttpError
from harvesters.wordpress.extraction import ALWAYS, reduced, tidied
from harvesters.wordpress.options import Content, Extraction, WordpressOptions
from schemas.errors import NotRead, SourceError
from schemas.fetch import Payload, WebFetch

_MOST_PAGES = 10_000
#: Fewer pages are read sooner than asked for changes and length.
_FEW_PAGES = 2
#: A site names times of its own zone, and clocks differ: what changed this long before the last reading is asked for once more.
_MARGIN = timedelta(days=1)
Item = tuple[str, dict[str, Any]]
_ACCEPT = "application/json"
_NEXT = "Nichts davon wird übernommen; hat sich der Bestand nur gerade geändert, gelingt die nächste Ernte."


def routes_of(fetch: WebFetch, api: str) -> frozenset[str]:
    """Routes the site has: their map is what counts, `namespaces` may name what is switched off. Raises SourceError."""
    extracts = Extracts("routes", _routes, lambda kept: {"route": str(kept.get("route") if isinstance(kept, dict) else "")})
    payload = extracts.get(fetch, api, accept=_ACCEPT, expected=["json"])
    return frozenset(each["route"] for each in extracts.items(payload))


def _routes(content: bytes, url: str) -> Sequence[dict[str, Any]]:
    said = parsed(content, dict, url).get("routes")
    if not isinstance(said, dict) or not said:
        raise SourceError(f"»{url}« nennt keine Routen; ist das die REST-Schnittstelle von WordPress (options.api)?")
    return [{"route": each} for each in sorted(said)]


def list_address(api: str, route: str) -> str:
    """What the addresses of all pages of a list begin with."""
    return f"{api.rstrip('/')}{route}{'&' if '?' in api else '?'}"


class Listing:
    """One list of a site, whatever tables it fills."""

    def __init__(
        self,
        api: str,
        content: Content,
        extractions: Sequence[Extraction],
        options: WordpressOptions,
        prefix: str,
        *,
        changed_after: str = "",
    ) -> None:
        """`api`: address of the interface. `content`: one of the entries that read this list. `changed_after`: only later changes."""
        self._api = api
        self._content = content
        self._changed_after = changed_after
        self.route = content.route
        self._filters = content.filter
        self._options = options
        self._extractions = list({each.place: each for each in extractions if each.place}.values())
        rules = f"{prefix} {[each.model_dump() for each in self._extractions]}"
        self._extracts = Extracts(rules, self._read, tidied)
        self._prefix = prefix
        self._seen: set[int] = set()
        self._listed = 0
        self._total: int | None = None
        self._looking = False  # whether the list stands still: what was asked for that is read once more when it does not
        self._looked_at: dict[str, Payload] = {}

    def stands_still(self, fetch: WebFetch) -> bool:
        """Whether the list is as the last published run holds it: a short one the same, byte for byte; of a longer one nothing has changed
        since, and it has the same length. Raises SourceError."""
        self._looking = True
        try:
            return self._stands_still(fetch)
        finally:
            self._looking = False

    def _stands_still(self, fetch: WebFetch) -> bool:
        first = self._held(fetch, 1)
        pages = None if first is None else _number(first, "x-wp-totalpages")
        if first is None or pages is None:
            return False
        if pages <= _FEW_PAGES:
            return all(self._is_as_held(fetch, number) for number in range(1, pages + 1))
        try:
            changes = list(self._changes(first.fetched_at).whole(fetch))
            return not changes and self._length(fetch) == _number(first, "x-wp-total")
        except HttpError as error:
            if not 400 <= (error.status or 0) < 500:
                raise
            return False

    def _is_as_held(self, fetch: WebFetch, number: int) -> bool:
        held = self._held(fetch, number)
        page = self._page(fetch, number)
        return held is not None and page is not None and page.sha256 == held.sha256

    def _held(self, fetch: WebFetch, number: int) -> Payload | None:
        """A page as it was read last; none where that is too long ago or under other rules."""
        address = self.address(number)
        try:
            return fetch.held(
                address,
                at_most=timedelta(days=self._options.full_every_days),
                keep=lambda content: self._extracts.kept(content, address),
                accept=_ACCEPT,
            )
        except OtherRules:
            return None

    def items(self, fetch: WebFetch) -> Iterator[Item]:
        """(address of the page, item as kept). Raises SourceError, at the latest in the end: for a list that is not whole."""
        held = self._recalled(fetch)
        found = self._brought_up_to_date(fetch, held) if len(held) > _FEW_PAGES else None
        yield from self.whole(fetch) if found is None else found

    def _recalled(self, fetch: WebFetch) -> Sequence[Payload]:
        """The whole list as it was read last; nothing where that is too long ago or under other rules."""
        at_most = timedelta(days=self._options.full_every_days)
        if not at_most:
            return ()
        first = self.address(1)
        try:
            return fetch.recall(
                first, self._following, at_most=at_most, keep=lambda content: self._extracts.kept(content, first), accept=_ACCEPT
            )
        except OtherRules:
            return ()

    def _following(self, page: Payload) -> str | None:
        number = int(dict(parse_qsl(urlsplit(page.url).query)).get("page", "1"))
        pages = _number(page, "x-wp-totalpages")
        return None if pages is None or number >= pages else self.address(number + 1)

    def _brought_up_to_date(self, fetch: WebFetch, held: Sequence[Payload]) -> list[Item] | None:
        """None when changes alone do not lead to what there is now, or the site refuses to name them. Raises SourceError."""
        try:
            found = [*_pages_of(self._extracts, held), *self._changes(min(each.fetched_at for each in held)).whole(fetch)]
            length = self._length(fetch)
        except (HttpError, NotRead) as error:  # a replay of an earlier whole reading knows no such answer
            if isinstance(error, HttpError) and not 400 <= (error.status or 0) < 500:
                raise
            return None
        latest = {item["id"] if item["id"] is not None else -place: (origin, item) for place, (origin, item) in enumerate(found, start=1)}
        return list(latest.values()) if length == len(latest) else None

    def _changes(self, since: datetime) -> "Listing":
        after = (since - _MARGIN).strftime("%Y-%m-%dT%H:%M:%S")
        changes = Listing(self._api, self._content, self._extractions, self._options, self._prefix, changed_after=after)
        changes._looking, changes._looked_at = self._looking, self._looked_at
        return changes

    def _length(self, fetch: WebFetch) -> int | None:
        return _number(self._asked(fetch, self._length_address()), "x-wp-total")

    def _asked(self, fetch: WebFetch, address: str) -> Payload:
        page = self._looked_at.pop(address, None) or self._extracts.get(fetch, address, accept=_ACCEPT, expected=["json"])
        if self._looking:
            self._looked_at[address] = page
        return page

    def _length_address(self) -> str:
        query: dict[str, str | int] = {"per_page": 1, "orderby": "id", "order": "asc", "_fields": ",".join(ALWAYS), **self._filters}
        return f"{list_address(self._api, self.route)}{urlencode(query, safe=',')}"

    def whole(self, fetch: WebFetch) -> Iterator[Item]:
        """As `items`, from the source alone."""
        for number in range(1, _MOST_PAGES + 1):
            page = self._page(fetch, number)
            if page is None:
                break
            self._note_total(page)
            items = self._extracts.items(page)
            if not items:
                break
            new = [each for each in items if self._is_new(each)]
            if not new:
                raise SourceError(
                    f"»{page.url}«: Hier stehen nur Beiträge, die schon auf früheren Seiten standen; die Liste blättert nicht."
                )
            self._listed += len(new)
            if self._listed > self._options.at_most:
                raise SourceError(f"Die Liste {self.route} hat mehr Beiträge als erlaubt (options.at_most).")
            yield from ((page.url, each) for each in new)
            if self._is_last(page, number):
                break
        self._require_whole()

    def address(self, number: int) -> str:
        # By number: the usual order by date moves items between pages while they are read.
        query: dict[str, str | int] = {
            "per_page": self._options.page_size,
            "page": number,
            "orderby": "id",
            "order": "asc",
            "_fields": ",".join(dict.fromkeys([*ALWAYS, *(each.source for each in self._extractions)])),
            **({"modified_after": self._changed_after} if self._changed_after else {}),
            **self._filters,
        }
        return f"{list_address(self._api, self.route)}{urlencode(query, safe=',')}"

    def _page(self, fetch: WebFetch, number: int) -> Payload | None:
        """None beyond the end."""
        try:
            return self._asked(fetch, self.address(number))
        except HttpError as error:
            if error.status == 400 and number > 1:
                return None
            raise

    def _read(self, content: bytes, url: str) -> Sequence[dict[str, Any]]:
        return [reduced(each, self._extractions, self._prefix) for each in parsed(content, list, url)]

    def _note_total(self, page: Payload) -> None:
        """Raises SourceError when the list says something else than before: then items have moved between pages."""
        total = _number(page, "x-wp-total")
        if total is not None and self._total not in (None, total):
            raise SourceError(f"Die Liste {self.route} nannte erst {self._total} Beiträge, dann {total}: Sie ändert sich gerade. {_NEXT}")
        self._total = self._total if total is None else total  # a page whose headers got lost on the way forgets nothing

    def _is_last(self, page: Payload, number: int) -> bool:
        """A site that gives no totals is asked until there is nothing more."""
        pages = _number(page, "x-wp-totalpages")
        return number >= pages if pages is not None else self._total is not None and self._listed >= self._total

    def _is_new(self, item: Mapping[str, Any]) -> bool:
        number = item["id"]
        if number is None:
            return True
        known = number in self._seen
        self._seen.add(number)
        return not known

    def _require_whole(self) -> None:
        """Raises SourceError: what a short list leaves out is not gone."""
        if self._total is not None and self._listed != self._total:
            raise SourceError(f"Die Liste {self.route} nennt {self._total} Beiträge, geliefert hat sie {self._listed}. {_NEXT}")


def _pages_of(extracts: Extracts, held: Sequence[Payload]) -> Iterator[Item]:
    for page in held:
        yield from ((page.url, each) for each in extracts.items(page))


def _number(page: Payload, header: str) -> int | None:
    said = page.headers.get(header, "")
    return int(said) if re.fullmatch(r"\d{1,9}", said, re.ASCII) else None
