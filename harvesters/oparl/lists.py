"""External lists of OParl, whole and in their latest state.

A whole list is read every few days. In between, it is the one that was read last, together with what `modified_since` names now: changed
objects, and the deleted ones, which lists show under this filter only (OParl 1.1, 2.5 and 2.8). So what a run knows is always all there is,
and absence means the same in every run, although most runs ask for a handful of objects. Where the list says that it has another length,
it is read whole at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from harvesters.answers import json_of
from harvesters.http.faults import HttpError
from harvesters.http.paging import pages
from harvesters.oparl.keeping import length, page
from schemas.errors import NotRead, SourceError
from schemas.fetch import Payload, WebFetch

#: Clocks differ, and some servers read an offset as local time: what changed this long before the last reading is asked for once more.
MARGIN = timedelta(days=1)
#: One page is read sooner than asked for changes and length.
_FEW_PAGES = 1
_ACCEPT = "application/json"
Keep = Callable[[bytes, str], bytes]


class Lists:
    """`full_every`: a list that was read this long ago is read anew; zero: always."""

    def __init__(self, fetch: WebFetch, *, full_every: timedelta) -> None:
        self._fetch = fetch
        self._full_every = full_every
        self._asked_before: dict[str, Payload] = {}  # by `stands_still`; read once more when it does not

    def document(self, url: str, keep: Keep) -> tuple[Payload, Mapping[str, Any]]:
        """One object. Raises SourceError."""
        payload = self._page(keep, url)
        return payload, json_of(payload, dict)

    def stands_still(self, url: str, keep: Keep) -> bool:
        """Whether an object or a list is as the last published run holds it: of a list of several pages nothing has changed since, and it
        has the same length; anything else is the same, byte for byte. Raises SourceError."""
        if not self._full_every:
            return False
        first = self._fetch.held(url, at_most=self._full_every, keep=_bound(keep, url), accept=_ACCEPT)
        if first is None:
            return False
        if _following(first) is None:
            return self._remembered(url, keep).sha256 == first.sha256
        try:
            changes = json_of(self._remembered(_changed_since(url, first.fetched_at), keep), dict)
            now = json_of(self._remembered(_one_of(url), page(length)), dict)
        except HttpError as error:
            if not _is_refused(error):
                raise
            return False
        total = _total(now)
        return not changes["data"] and total is not None and total == _total(json_of(first, dict))

    def _remembered(self, url: str, keep: Keep) -> Payload:
        found = self._asked_before[url] = self._page(keep, url)
        return found

    def objects(self, url: str, keep: Keep) -> tuple[Mapping[str, Any], ...]:
        """Everything the list holds that is not deleted, each object once, with `klar:origin`, the address of the page it stood on. Raises
        SourceError: a page that cannot be read, or fewer objects than the list says it has."""
        held = self._recalled(url, keep)
        if len(held) <= _FEW_PAGES:
            return self.whole(url, keep)
        try:
            found = self._brought_up_to_date(url, keep, held)
        except (HttpError, NotRead) as error:
            if not _is_refused(error):
                raise
            found = None
        return self.whole(url, keep) if found is None else found

    def _brought_up_to_date(self, url: str, keep: Keep, held: Sequence[Payload]) -> tuple[Mapping[str, Any], ...] | None:
        """None when changes alone do not lead to what there is now."""
        found = _State()
        found.take(held)
        found.take(self._asked(_changed_since(url, min(each.fetched_at for each in held)), keep))
        return found.objects() if self._still_holds(url, found) else None

    def _still_holds(self, url: str, found: "_State") -> bool:
        """A server that has lost everything has nothing new to tell, either: so each list is asked how long it is. Its first page under an
        address of its own, because pages of different days make no list."""
        answer = json_of(self._page(page(length), _one_of(url)), dict)
        total = _total(answer)
        return bool(answer["data"]) == bool(found.objects()) if total is None else total == len(found.objects())

    def whole(self, url: str, keep: Keep) -> tuple[Mapping[str, Any], ...]:
        """As `objects`, from the source alone: for lists of a few objects."""
        found = _State()
        found.take(self._asked(url, keep))
        if found.listed < found.claimed:
            raise SourceError(
                f"»{url}« nennt {found.claimed} Einträge und liefert {found.listed}. Nichts davon wird übernommen; "
                "hat sich die Liste nur gerade geändert, gelingt die nächste Ernte."
            )
        return found.objects()

    def _recalled(self, url: str, keep: Keep) -> tuple[Payload, ...]:
        if not self._full_every:
            return ()
        return tuple(self._fetch.recall(url, _following, at_most=self._full_every, keep=_bound(keep, url), accept=_ACCEPT))

    def _asked(self, url: str, keep: Keep) -> Iterable[Payload]:
        return pages(self._fetch, url, _following, get=partial(self._page, keep))

    def _page(self, keep: Keep, url: str) -> Payload:
        before = self._asked_before.pop(url, None)
        return before or self._fetch.get(url, keep=_bound(keep, url), accept=_ACCEPT, expected=["json"])


class _State:
    """Objects by id; a later one takes the place of an earlier one."""

    def __init__(self) -> None:
        self._found: dict[str, Mapping[str, Any]] = {}
        self._named: set[str] = set()
        self.claimed = 0

    @property
    def listed(self) -> int:
        return len(self._named)

    def take(self, listing: Iterable[Payload]) -> None:
        for each in listing:
            content = json_of(each, dict)
            for found in content["data"]:
                self._put({**found, "klar:origin": each.url})
            total = _total(content)
            self.claimed = self.claimed if total is None else total

    def _put(self, found: Mapping[str, Any]) -> None:
        name = found.get("id")
        key = name if isinstance(name, str) else f"?{len(self._named)}"  # nobody knows which one it is: it stays, and is refused later
        self._named.add(key)
        if found.get("deleted") is True:
            self._found.pop(key, None)
        else:
            self._found[key] = found

    def objects(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(self._found.values())


def _is_refused(error: HttpError | NotRead) -> bool:
    """A server that refuses filters is read whole. A replay has no such answer."""
    return isinstance(error, NotRead) or 400 <= (error.status or 0) < 500


def _bound(keep: Keep, url: str) -> Callable[[bytes], bytes]:
    return lambda content: keep(content, url)


def _following(payload: Payload) -> str | None:
    link = json_of(payload, dict).get("links", {}).get("next")
    return link if isinstance(link, str) and link else None


def _total(answer: Mapping[str, Any]) -> int | None:
    total = answer["pagination"].get("totalElements")
    return total if isinstance(total, int) and not isinstance(total, bool) else None


def _changed_since(url: str, moment: datetime) -> str:
    return _with(url, "modified_since", _said(moment - MARGIN))


def _one_of(url: str) -> str:
    return _with(url, "elementsPerPage", "1")


def _with(url: str, name: str, value: str) -> str:
    """Filters are appended to the address of the first page (OParl 1.1, 2.5)."""
    return f"{url}{'&' if '?' in url else '?'}{name}={quote(value, safe='')}"


def _said(moment: datetime) -> str:
    """A full date-time with offset."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
