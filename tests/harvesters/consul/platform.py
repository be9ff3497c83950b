"""A CONSUL on 127.0.0.1: graphql-core over a schema in its shape, with its page size, its limits, its trap with budgets, and what the
German fork does instead."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from graphql import DocumentNode, FieldNode, GraphQLError, GraphQLSchema, SelectionSetNode, build_schema, execute_sync, parse, validate
from graphql.language import IntValueNode

from tests.harvesters.http.servers import Line, Request, Script, reply

Json = dict[str, Any]
PAGE, MAX_DEPTH, MAX_COMPLEXITY = 25, 8, 2500
_PAGING = "(first: Int, after: String, last: Int, before: String)"


def _connections(*names: str) -> str:
    pairs = (
        f"type {each}Connection {{ edges: [{each}Edge] pageInfo: PageInfo! }} type {each}Edge {{ cursor: String! node: {each} }}"
        for each in names
    )
    return "type PageInfo { endCursor: String hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String } " + " ".join(pairs)


UPSTREAM = build_schema(
    _connections("Proposal", "Debate", "Comment", "Budget", "BudgetInvestment", "Milestone", "Vote", "Geozone", "Tag", "User")
    + f"""
    type Query {{
      proposals{_PAGING}: ProposalConnection!  debates{_PAGING}: DebateConnection!  comments{_PAGING}: CommentConnection!
      budgets{_PAGING}: BudgetConnection!  budget(id: ID!): Budget!  milestones{_PAGING}: MilestoneConnection!
      votes{_PAGING}: VoteConnection!
      geozones{_PAGING}: GeozoneConnection!  tags{_PAGING}: TagConnection!  users{_PAGING}: UserConnection!  proposal(id: ID!): Proposal!
    }}
    type Proposal {{ id: ID! title: String summary: String description: String videoUrl: String geozone: Geozone publicAuthor: User
      publicCreatedAt: String cachedVotesUp: Int commentsCount: Int retiredAt: String retiredReason: String tags{_PAGING}: TagConnection }}
    type Debate {{ id: ID! title: String description: String publicAuthor: User publicCreatedAt: String cachedVotesUp: Int
      tags{_PAGING}: TagConnection }}
    type Comment {{ id: ID! body: String ancestry: String commentableId: Int commentableType: String publicAuthor: User
      publicCreatedAt: String }}
    type Vote {{ id: ID! votableId: Int votableType: String voteFlag: Boolean publicCreatedAt: String }}
    type User {{ id: ID! username: String publicProposals{_PAGING}: ProposalConnection }}
    type Geozone {{ id: ID! name: String }}
    type Tag {{ id: ID! name: String kind: String taggingsCount: Int }}
    type Milestone {{ id: ID! title: String description: String publicationDate: String }}
    type Budget {{ id: ID! name: String phase: String investments{_PAGING}: BudgetInvestmentConnection! }}
    type BudgetInvestment {{ id: ID! title: String description: String location: String price: Int feasibility: String publicAuthor: User }}
    """
)
FORK = build_schema(
    _connections("Proposal")
    + f"""
    type Query {{ proposals{_PAGING}: ProposalConnection!  proposal(id: ID!): Proposal! }}
    type Proposal {{ id: ID! title: String description: String imageUrl: String labels: String sentiment: String mapLocation: MapLocation
      projekt: Projekt projektPhase: ProjektPhase }}
    type MapLocation {{ id: ID! latitude: Float longitude: Float zoom: Int shape: String }}
    type Projekt {{ id: ID! name: String active: Boolean startsAt: String endsAt: String }}
    type ProjektPhase {{ id: ID! type: String active: Boolean startDate: String endDate: String }}
    """
)


@dataclass
class Platform:
    """What a server holds; `rows` by collection. Every list may change between two questions."""

    rows: dict[str, list[Json]] = field(default_factory=dict)
    schema: GraphQLSchema = UPSTREAM
    token: str = ""  #: the fork's; "" for a server that asks for none
    page: int = PAGE
    asked: list[str] = field(default_factory=list)

    def graphql(self, line: Line, request: Request) -> bool:
        query, variables = _question(request)
        self.asked.append(query)
        return answer(self.answered(query, variables, request.headers.get("authorization", "")))(line, request)

    def answered(self, query: str, variables: Json, authorization: str = "") -> Json:
        try:
            document = parse(query)
        except GraphQLError as error:
            return {"errors": [{"message": str(error)}]}
        if wrong := [*validate(self.schema, document), *_beyond_limits(document)]:
            return {"errors": [{"message": getattr(each, "message", str(each))} for each in wrong]}
        result = execute_sync(self.schema, document, root_value=self._root(authorization), variable_values=variables)
        return result.formatted  # type: ignore[return-value]  # a typed dictionary of the same shape

    def _root(self, authorization: str) -> Json:
        seen = not self.token or authorization == self.token  # without "Bearer"; anything else sees an empty list and 200
        names = ["proposals", "debates", "comments", "milestones", "votes", "geozones", "tags", "users"]
        root: Json = {name: self._connection(partial(self._held, name if seen else "")) for name in names}
        root["budgets"] = self._connection(lambda: [self._budget(each) for each in self.rows.get("budgets", [])])
        root["budget"] = lambda info, id: self._budget(next(each for each in self.rows["budgets"] if str(each["id"]) == id))
        return root

    def _held(self, name: str) -> list[Json]:
        return self.rows.get(name, [])

    def _budget(self, budget: Json) -> Json:
        # The trap: those of every budget (app/graphql/types/budget_type.rb).
        return {**budget, "investments": self._connection(lambda: self.rows.get("investments", []))}

    def _connection(self, rows: Callable[[], Sequence[Json]]) -> Callable[..., Json]:
        """Cursors are places in the list, as graphql-ruby's are for relations."""

        def page(info: object, first: int | None = None, after: str | None = None, **_: object) -> Json:
            found = rows()
            start = int(base64.b64decode(after)) if after else 0
            part = found[start : start + min(first or self.page, self.page)]
            end = start + len(part)
            edges = [{"cursor": _cursor(start + place + 1), "node": self._with_tags(each)} for place, each in enumerate(part)]
            more = {"hasNextPage": end < len(found), "hasPreviousPage": start > 0}
            return {"edges": edges, "pageInfo": {"endCursor": _cursor(end) if part else None, **more}}

        return page

    def _with_tags(self, row: Json) -> Json:
        tags = row.get("tags")
        return row if tags is None else {**row, "tags": self._connection(lambda: [{"id": n, "name": each} for n, each in enumerate(tags)])}

    @property
    def routes(self) -> dict[str, Script]:
        return {"/graphql": self.graphql}


def answer(content: object) -> Script:
    return reply(json.dumps(content, ensure_ascii=False), Content_Type="application/json; charset=utf-8")


def _question(request: Request) -> tuple[str, Json]:
    if request.method == "POST":
        said = json.loads(request.body)
        return said["query"], said.get("variables") or {}
    pairs = dict(parse_qsl(urlsplit(request.target).query))
    return pairs.get("query", ""), json.loads(pairs.get("variables", "{}"))


def _cursor(place: int) -> str:
    return base64.b64encode(str(place).encode()).decode()


def _beyond_limits(document: DocumentNode) -> list[str]:
    deep, heavy = limits_of(document)
    found = [f"Query has depth of {deep}, which exceeds max depth of {MAX_DEPTH}"] if deep > MAX_DEPTH else []
    return [
        *found,
        *([f"Query has complexity of {heavy}, which exceeds max complexity of {MAX_COMPLEXITY}"] if heavy > MAX_COMPLEXITY else []),
    ]


def limits_of(document: DocumentNode) -> tuple[int, int]:
    """Depth and complexity; a connection counts as often as its page is long, which is a little more than graphql-ruby counts."""
    (operation,) = document.definitions
    selections = operation.selection_set  # type: ignore[attr-defined]  # our questions hold one operation each
    return _depth(selections), _complexity(selections)


def _depth(selections: SelectionSetNode | None) -> int:
    return 0 if selections is None else 1 + max(_depth(each.selection_set) for each in _fields(selections))


def _complexity(selections: SelectionSetNode | None) -> int:
    return 0 if selections is None else sum(1 + _times(each) * _complexity(each.selection_set) for each in _fields(selections))


def _times(node: FieldNode) -> int:
    size = next(
        (each.value.value for each in node.arguments or () if each.name.value == "first" and isinstance(each.value, IntValueNode)), None
    )
    is_connection = any(each.name.value == "edges" for each in _fields(node.selection_set)) if node.selection_set else False
    return int(size or PAGE) if is_connection else 1


def _fields(selections: SelectionSetNode) -> list[FieldNode]:
    return [each for each in selections.selections if isinstance(each, FieldNode)]


def proposal(number: int, **more: Any) -> Json:
    """As upstream gives it; somebody wrote it."""
    return {
        "id": number,
        "title": f"Mehr Bänke {number}",
        "summary": "Im Schatten",
        "description": f"<p>Fragen an beispiel{number}@example.org</p>",
        "publicCreatedAt": "2026-10-02 09:00:00 +0200",
        "retiredAt": None,
        "geozone": {"id": 3, "name": "Innenstadt"},
        "publicAuthor": {"id": 501, "username": "beispiel_autorin"} if number % 2 else None,
        "tags": ["Verkehr"],
        **more,
    }


def debate(number: int, **more: Any) -> Json:
    return {
        "id": number,
        "title": "Wer darf mitreden?",
        "description": "Ihre Meinung",
        "publicCreatedAt": "2026-10-03 22:30:00 UTC",
        **more,
    }


def comment(number: int, kind: str = "Proposal", parent: int = 1, **more: Any) -> Json:
    created = {"publicCreatedAt": "2026-10-04 10:00:00 +0200"}
    return {"id": number, "body": "Gute Idee", "commentableType": kind, "commentableId": parent, **created, **more}


def budget(number: int, phase: str = "accepting") -> Json:
    return {"id": number, "name": f"Bürgerhaushalt {number}", "phase": phase}


def investment(number: int, feasibility: str = "undecided") -> Json:
    return {"id": number, "title": "Spielplatz", "description": "Rutsche", "feasibility": feasibility}


def vote(number: int, parent: int = 1, *, flag: bool = True) -> Json:
    created = {"publicCreatedAt": "2026-10-05 11:00:00 +0200"}
    return {"id": number, "votableType": "Proposal", "votableId": parent, "voteFlag": flag, **created}


def milestone(number: int) -> Json:
    return {"id": number, "title": f"Baubeginn {number}", "description": "<p>Es geht los.</p>", "publicationDate": "2026-09-01"}


def whole() -> Platform:
    """A little of everything."""
    rows = {
        "proposals": [proposal(1), proposal(2, retiredAt="2026-10-20T08:00:00+02:00"), proposal(3, tags=["Sport"])],
        "debates": [debate(1)],
        "comments": [comment(1), comment(2, "Debate"), comment(3, "Budget::Investment")],
        "budgets": [budget(1)],
        "investments": [investment(1), investment(2, "unfeasible")],
        "votes": [vote(1), vote(2, flag=False)],
        "milestones": [milestone(1), milestone(2)],
        "geozones": [{"id": 3, "name": "Innenstadt"}, {"id": 4, "name": "Anderswo"}],
    }
    return Platform(rows)
