"""Sources that come in pages: one loop for all of them, which ends whatever the source does."""

from collections.abc import Callable, Iterator

from harvesters.http.faults import Fault, HttpError
from schemas.errors import ConfigurationError
from schemas.fetch import Fetch, Payload, WebFetch

MOST_PAGES = 10_000


def web(fetch: Fetch) -> WebFetch:
    """What a kind that reads the web calls first. Raises ConfigurationError for a source that is a folder."""
    if not isinstance(fetch, WebFetch):
        raise ConfigurationError("Diese Art von Quelle braucht eine Adresse mit http:// oder https://.")
    return fetch


def pages(
    fetch: WebFetch,
    first: str,
    next_link: Callable[[Payload], str | None],
    *,
    get: Callable[[str], Payload] | None = None,
    most: int = MOST_PAGES,
) -> Iterator[Payload]:
    """`next_link` reads the next page's address off a page; None after the last one. Raises HttpError: a host that is not permitted,
    a page that came before (by address or by content), more than `most` pages. `get` is `fetch.get` with a kind's own arguments."""
    url, seen = first, set[str]()
    for _ in range(most):
        page = (get or fetch.get)(url)
        if page.sha256 in seen:
            raise HttpError(Fault.REPEATED, f"Die Quelle liefert unter »{page.url}« noch einmal den Inhalt einer früheren Seite.")
        seen.add(page.sha256)
        yield page
        link = next_link(page)
        if link is None:
            return
        url = fetch.follow(link, base=page.url)
    raise HttpError(Fault.RUN_LIMIT, f"Die Quelle hat nach {most} Seiten noch kein Ende.")
