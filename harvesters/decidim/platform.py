"""One Decidim, asked politely: its spaces in one answer each, the entries of a component page by page."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from harvesters.decidim.questions import ComponentQuestion, Question, SpaceQuestion
from harvesters.graphql import GraphQlError, asked, only_asked
from harvesters.http.paging import MOST_PAGES
from schemas.errors import SourceError
from schemas.fetch import Payload, WebFetch

Json = dict[str, Any]
#: A question as it is sent, without the fields that a server lacks.
Text = Callable[[Collection[str]], str]


@dataclass(frozen=True, kw_only=True)
class Node:
    """One entry as a connection gives it; `content` None: the server shows it to nobody."""

    content: Json | None
    origin: str
    seen_at: datetime


@dataclass(frozen=True, kw_only=True)
class Component:
    id: str
    type: str  #: GraphQL type: Proposals, Meetings …


@dataclass(frozen=True, kw_only=True)
class Space:
    """A process, an assembly …"""

    question: SpaceQuestion
    content: Json
    components: tuple[Component, ...]
    origin: str
    seen_at: datetime


class Platform:
    """Questions to one server in one run. What a server of this version does not know is asked once, and then left out."""

    def __init__(self, fetch: WebFetch, address: str, *, page_size: int) -> None:
        self._fetch = fetch
        self._address = address
        self._page_size = page_size
        self._lacking: dict[str, frozenset[str]] = {}
        self.hidden_spaces = 0  #: those that the server shows to nobody

    def spaces(self, question: SpaceQuestion) -> Iterator[Space]:
        """Raises SourceError."""
        try:
            data, payload = self._asked(question, question.text, {}, name=question.name, archive=True)
        except GraphQlError as error:
            hint = f"Kennt die Plattform keine Räume »{question.name}«, gehören sie nicht in options.spaces."
            raise SourceError(f"{error.detail}. {hint}") from error
        found = data.get(question.collection)
        if not isinstance(found, list):
            raise SourceError(f"»{payload.url}«: In der Antwort fehlt die Liste »{question.collection}«.")
        for each in found:
            if each is None:
                self.hidden_spaces += 1
            else:
                yield _space(question, each, payload)

    def nodes(self, component: Component, question: ComponentQuestion, *, archive: bool) -> Iterator[Node]:
        """Raises SourceError: errors of the server, and pages that lead nowhere or in a circle."""
        cursor: str | None = None
        cursors: set[str] = set()
        for page in range(1, MOST_PAGES + 1):
            variables = {"component": component.id, "first": self._page_size, **({"after": cursor} if cursor else {})}
            name = f"{question.name}-{component.id}-{page}"
            data, payload = self._asked(question, question.text, variables, name=name, archive=archive)
            connection = _connection(data, question, payload)
            yield from _nodes(connection, payload)
            cursor = _following(connection, payload)
            if cursor is None:
                return
            if cursor in cursors:
                raise SourceError(f"»{payload.url}«: Die Plattform blättert im Kreis.")
            cursors.add(cursor)
        raise SourceError(f"»{self._address}«: Der Baustein {component.id} hat nach {MOST_PAGES} Seiten noch kein Ende.")

    def lacks(self, question: Question, name: str) -> bool:
        """Whether this server was asked and does not know the field."""
        return name in self._lacking.get(question.name, ())

    def _asked(self, question: Question, text: Text, variables: Mapping[str, object], *, name: str, archive: bool) -> tuple[Json, Payload]:
        """The answer; asked once more when the server only lacks what we can do without."""
        without = self._lacking.get(question.name, frozenset())
        try:
            return self._said(text(without), variables, name=name, archive=archive)
        except GraphQlError as error:
            lacking = question.lacking(error.messages)
            if not lacking or lacking <= without:
                raise
            self._lacking[question.name] = without | lacking
        return self._said(text(self._lacking[question.name]), variables, name=f"{name}-again", archive=archive)

    def _said(self, query: str, variables: Mapping[str, object], *, name: str, archive: bool) -> tuple[Json, Payload]:
        keep = partial(only_asked, query, self._address)
        return asked(self._fetch, self._address, query, variables, question=name, post=True, keep=keep, archive=archive)


def _space(question: SpaceQuestion, content: object, payload: Payload) -> Space:
    if not isinstance(content, dict) or not isinstance(content.get("components") or [], list):
        raise SourceError(f"»{payload.url}«: Die Liste »{question.collection}« enthält etwas, das kein Raum ist.")
    components = [
        Component(id=str(each.get("id")), type=str(each.get("__typename")))
        for each in content.get("components") or []
        if isinstance(each, dict)
    ]
    return Space(question=question, content=content, components=tuple(components), origin=payload.url, seen_at=payload.fetched_at)


def _connection(data: Json, question: ComponentQuestion, payload: Payload) -> Json:
    component = data.get("component")
    connection = component.get(question.connection) if isinstance(component, dict) else None
    if not isinstance(connection, dict) or not isinstance(connection.get("edges"), list):
        raise SourceError(f"»{payload.url}«: In der Antwort fehlt »component.{question.connection}«.")
    return connection


def _nodes(connection: Json, payload: Payload) -> Iterator[Node]:
    for edge in connection["edges"]:
        node = edge.get("node") if isinstance(edge, dict) else None
        if node is not None and not isinstance(node, dict):
            raise SourceError(f"»{payload.url}«: Die Seite enthält etwas, das kein Eintrag ist.")
        yield Node(content=node, origin=payload.url, seen_at=payload.fetched_at)


def _following(connection: Json, payload: Payload) -> str | None:
    """The cursor of the next page, None after the last. Raises SourceError when nobody can tell."""
    info = connection.get("pageInfo")
    more = info.get("hasNextPage") if isinstance(info, dict) else None
    if not isinstance(more, bool):
        raise SourceError(f"»{payload.url}«: Die Seite sagt nicht, ob noch eine kommt (pageInfo).")
    cursor = info.get("endCursor") if isinstance(info, dict) else None
    if more and (not isinstance(cursor, str) or not cursor):
        raise SourceError(f"»{payload.url}«: Die Seite kündigt eine weitere an und sagt nicht, wo sie beginnt.")
    return cursor if more else None
