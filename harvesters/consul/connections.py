"""Relay connections, page by page: a server that turns in circles or breaks off makes the run fail, so that nothing counts as gone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from harvesters.graphql import asked, only_asked
from schemas.errors import SourceError
from schemas.fetch import WebFetch

#: What a server gives at most, whatever it is asked for (platforms.md 1: app/graphql/consul_schema.rb).
PAGE = 25
#: Of one collection: a quarter of a million things are no city's platform any more.
MOST_PAGES = 10_000

Node = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where questions go, and how. Answers speak of persons unless a question says otherwise: they go to the vault."""

    fetch: WebFetch
    url: str
    post: bool

    def connection(
        self, query: str, path: Sequence[str], *, name: str, variables: Mapping[str, object] | None = None, archive: bool = False
    ) -> Iterator[tuple[Node, str]]:
        """(node, address of its answer), each id once: what moves between pages while they are read comes twice. `path`: names from
        `data` to the connection. `query` takes `$after`. Raises SourceError."""
        seen: set[str] = set()
        cursors: set[str] = set()
        after: str | None = None
        keep = partial(only_asked, query, self.url)
        for _ in range(MOST_PAGES):
            given = {**(variables or {}), **({"after": after} if after is not None else {})}
            question = f"{name}-{after or 'start'}"
            data, payload = asked(self.fetch, self.url, query, given, question=question, post=self.post, keep=keep, archive=archive)
            page = _Page(_below(data, path, payload.url), payload.url)
            for node in page.nodes:
                if (number := str(node.get("id"))) not in seen:
                    seen.add(number)
                    yield node, payload.url
            after = page.following
            if after is None:
                return
            if after in cursors:
                raise SourceError(f"»{payload.url}«: Die Schnittstelle blättert im Kreis ({name}); nichts davon wird übernommen.")
            cursors.add(after)
        raise SourceError(f"»{self.url}«: »{name}« hat nach {MOST_PAGES} Seiten noch kein Ende; nichts davon wird übernommen.")


def _below(data: Mapping[str, Any], path: Sequence[str], address: str) -> Mapping[str, Any]:
    found: Any = data
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, dict):
        raise SourceError(f"»{address}«: In der Antwort fehlt »{'.'.join(path)}«.")
    return found


class _Page:
    def __init__(self, connection: Mapping[str, Any], address: str) -> None:
        self._address = address
        edges, info = connection.get("edges"), connection.get("pageInfo")
        if not isinstance(edges, list) or not isinstance(info, dict) or not isinstance(info.get("hasNextPage"), bool):
            raise self._broken("ohne »edges« oder »pageInfo«")
        self._edges = edges
        self._info = info

    @property
    def nodes(self) -> Iterator[Node]:
        """What the server hides from everybody stands as null in a list."""
        for edge in self._edges:
            node = edge.get("node") if isinstance(edge, dict) else edge
            if node is None:
                continue
            if not isinstance(node, dict) or not isinstance(node.get("id"), (str, int)):
                raise self._broken("mit einem Eintrag ohne »id«")
            yield node

    @property
    def following(self) -> str | None:
        """Raises SourceError."""
        if not self._info["hasNextPage"]:
            return None
        cursor = self._info.get("endCursor")
        if not isinstance(cursor, str) or not cursor or not self._edges:
            raise self._broken("die eine weitere ankündigt und nicht sagt, wo")
        return cursor

    def _broken(self, how: str) -> SourceError:
        return SourceError(f"»{self._address}« liefert eine Seite {how}; nichts davon wird übernommen.")
