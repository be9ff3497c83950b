"""A Decidim on 127.0.0.1: GraphQL over a small city, as strict as newer versions are, and as leaky as all of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    Visitor,
    build_schema,
    execute_sync,
    parse,
    validate,
    visit,
)

from tests.harvesters.decidim.exports import no_comments, zipped
from tests.harvesters.http.servers import Line, Request, Script, reply

Json = dict[str, Any]
#: Of our own, in the shape of Decidim's: what klar asks for, and what it never does.
SCHEMA = """
scalar DateTime
scalar Date
type LocalizedString { locale: String! text: String machineTranslated: Boolean }
type TranslatedField { translation(locale: String!): String translations: [LocalizedString] }
type PageInfo { endCursor: String hasNextPage: Boolean! }
type Coordinates { latitude: Float longitude: Float }
type Author { name: String nickname: String }
interface Component { id: ID! name: TranslatedField }
type Query {
  participatoryProcesses: [ParticipatoryProcess] assemblies: [Assembly] conferences: [Conference] initiatives: [Initiative]
  component(id: ID!): Component
}
interface Space { id: ID! slug: String! title: TranslatedField components: [Component] }
type ParticipatoryProcess implements Space { id: ID! slug: String! title: TranslatedField components: [Component] publishedAt: DateTime
  startDate: Date endDate: Date steps: [Step] }
type Step { id: ID! title: TranslatedField startDate: DateTime endDate: DateTime active: Boolean position: Int }
type Assembly implements Space { id: ID! slug: String! title: TranslatedField components: [Component] publishedAt: DateTime
  creationDate: Date closingDate: Date }
type Conference implements Space { id: ID! slug: String! title: TranslatedField components: [Component] publishedAt: DateTime
  startDate: Date endDate: Date }
type Initiative implements Space { id: ID! slug: String! title: TranslatedField components: [Component] publishedAt: DateTime
  signatureStartDate: Date signatureEndDate: Date onlineVotes: Int offlineVotes: Int author: Author }
type Proposals implements Component { id: ID! name: TranslatedField proposals(first: Int, after: String): ProposalConnection }
type ProposalConnection { edges: [ProposalEdge] pageInfo: PageInfo! }
type ProposalEdge { cursor: String node: Proposal }
type Proposal { id: ID! title: TranslatedField body: TranslatedField state: String publishedAt: DateTime createdAt: DateTime
  answeredAt: DateTime voteCount: Int official: Boolean createdInMeeting: Boolean withdrawn: Boolean author: Author }
type Meetings implements Component { id: ID! name: TranslatedField meetings(first: Int, after: String): MeetingConnection }
type MeetingConnection { edges: [MeetingEdge] pageInfo: PageInfo! }
type MeetingEdge { cursor: String node: Meeting }
type Meeting { id: ID! title: TranslatedField startTime: DateTime! endTime: DateTime! typeOfMeeting: String address: String
  location: TranslatedField coordinates: Coordinates attendeeCount: Int contributionCount: Int attendingOrganizations: String
  closed: Boolean isWithdrawn: Boolean withdrawn: Boolean privateMeeting: Boolean videoUrl: String audioUrl: String url: String }
type Accountability implements Component { id: ID! name: TranslatedField results(first: Int, after: String): ResultConnection }
type ResultConnection { edges: [ResultEdge] pageInfo: PageInfo! }
type ResultEdge { cursor: String node: Result }
type Result { id: ID! title: TranslatedField description: TranslatedField endDate: Date progress: Float status: ResultStatus }
type ResultStatus { id: ID! key: String name: TranslatedField }
type Budgets implements Component { id: ID! name: TranslatedField budgets(first: Int, after: String): BudgetConnection }
type BudgetConnection { edges: [BudgetEdge] pageInfo: PageInfo! }
type BudgetEdge { cursor: String node: Budget }
type Budget { id: ID! title: TranslatedField total_budget: Int projects: [BudgetProject] }
type BudgetProject { id: ID! title: TranslatedField budget_amount: Int selected: Boolean }
type Surveys implements Component { id: ID! name: TranslatedField }
"""
_CONNECTIONS = {"Proposals": "proposals", "Meetings": "meetings", "Accountability": "results", "Budgets": "budgets"}
_KINDS = ("participatoryProcesses", "assemblies", "conferences", "initiatives")


def text(german: str, **others: str) -> Json:
    return {"translations": [{"locale": each, "text": said} for each, said in ({"de": german} | others).items()]}


@dataclass
class World:
    """What the platform holds. `components`: id -> (type, entries)."""

    spaces: dict[str, list[Json | None]] = field(default_factory=lambda: {each: [] for each in _KINDS})
    components: dict[str, tuple[str, list[Json | None]]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  #: components whose entries raise an error
    lacking: tuple[str, ...] = ()  #: fields that this version does not have, as `Type.field`
    most: int = 50  #: entries of one page, whatever is asked for
    asked: list[Json] = field(default_factory=list)  #: bodies
    stuck: bool = False  #: pages lead in a circle
    comments: dict[str, bytes] = field(default_factory=no_comments)  #: files of the ZIP of open data

    def routes(self) -> Mapping[str, Script]:
        def answer(line: Line, request: Request) -> bool:
            question = json.loads(request.body)
            self.asked.append(question)
            said = json.dumps(self.answer(question), ensure_ascii=False)
            return reply(said, Content_Type="application/json; charset=utf-8")(line, request)

        def export(line: Line, request: Request) -> bool:
            return reply(zipped(self.comments), Content_Type="application/zip")(line, request)

        return {"/api": answer, "/open-data/download": export}

    def answer(self, question: Json) -> Json:
        schema, document = _schema(self.lacking), parse(question["query"])
        faults = [*_Strict.faults(document), *(_as_ruby(each) for each in validate(schema, document))]
        if faults:
            return {"errors": [{"message": each, "locations": []} for each in faults]}
        root = {kind: [None if each is None else self._space(each) for each in self.spaces[kind]] for kind in _KINDS}
        result = execute_sync(
            schema,
            document,
            root_value={**root, "component": self._component},
            variable_values=question.get("variables"),
            type_resolver=lambda value, info, kind: value["__type"],
        )
        errors = {"errors": [{"message": each.message, "path": each.path} for each in result.errors]} if result.errors else {}
        return {**({"data": result.data} if result.data is not None else {}), **errors}

    def _space(self, space: Json) -> Json:
        listed = [{"__type": self.components[each][0], "id": each} for each in space.get("components", ())]
        return {**space, "components": listed}

    def _component(self, info: object, id: str) -> Json | None:  # the argument's name in the schema
        if id not in self.components:
            return None
        kind, entries = self.components[id]

        def connection(info: object, first: int | None = None, after: str | None = None) -> Json:
            if id in self.broken:
                raise GraphQLError("Sie haben keine Berechtigung, dieses Objekt zu sehen")
            start = int(after) if after else 0
            shown = entries[start : start + min(first or self.most, self.most)]
            end = start + len(shown)
            cursor = "1" if self.stuck else str(end)
            return {
                "edges": [{"cursor": str(number), "node": each} for number, each in enumerate(shown)],
                "pageInfo": {"hasNextPage": self.stuck or end < len(entries), "endCursor": cursor if shown else None},
            }

        return {"__type": kind, "id": id, _CONNECTIONS.get(kind, "entries"): connection}


@cache
def _schema(lacking: tuple[str, ...]) -> GraphQLSchema:
    made = build_schema(SCHEMA)
    for each in lacking:
        name, _, missing = each.partition(".")
        kind = made.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        del kind.fields[missing]
    return made


def _as_ruby(error: GraphQLError) -> str:
    """In the words of graphql-ruby, which Decidim runs on."""
    words = error.message.split("'")
    return f"Field '{words[1]}' doesn't exist on type '{words[3]}'" if words[0] == "Cannot query field " else error.message


class _Strict(Visitor):
    """What newer versions refuse: introspection, aliases, a field within itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._path: list[str] = []

    @classmethod
    def faults(cls, document: Any) -> Sequence[str]:
        strict = cls()
        visit(document, strict)
        return strict.found

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        name = node.name.value
        if name in ("__schema", "__type"):
            self.found.append("Introspection is disabled")
        if node.alias:
            self.found.append("Too many aliases")
        if name in self._path and name not in ("node", "edges", "nodes"):
            self.found.append("Recursion limit exceeded")
        self._path.append(name)

    def leave_field(self, *_: Any) -> None:
        self._path.pop()


def process(number: int, title: str, *components: str, **more: Any) -> Json:
    return {
        "id": str(number),
        "slug": f"verfahren-{number}",
        "title": text(title, en=f"Process {number}"),
        "publishedAt": "2026-01-10T09:00:00+01:00",
        "startDate": "2026-01-10",
        "endDate": "2026-12-31",
        "steps": [],
        "components": list(components),
        **more,
    }


def step(number: int, title: str, position: int, **more: Any) -> Json:
    return {"id": str(number), "title": text(title), "position": position, "active": False, **more}


def proposal(number: int, **more: Any) -> Json:
    """By somebody, with a name nobody here may keep."""
    return {
        "id": str(number),
        "title": text(f"Zebrastreifen {number} fuer Ypsilantibrunn"),
        "body": text("<p>Meine Nachbarin Quirina Xanthopoulos steht da jeden Tag.</p>"),
        "state": None,
        "publishedAt": "2026-02-03T23:30:00Z",
        "createdAt": "2026-02-01T10:00:00Z",
        "answeredAt": None,
        "voteCount": None,
        "official": False,
        "createdInMeeting": False,
        "withdrawn": False,
        "author": {"name": "Quirina Xanthopoulos", "nickname": "quirina_x"},
        **more,
    }


def meeting(number: int, title: str, **more: Any) -> Json:
    return {
        "id": str(number),
        "title": text(title),
        "startTime": "2026-03-05T17:30:00Z",
        "endTime": "2026-03-05T19:00:00Z",
        "typeOfMeeting": "in_person",
        "address": "",
        "location": text("Volkshochschule"),
        "coordinates": {"latitude": None, "longitude": None},
        "attendeeCount": None,
        "contributionCount": None,
        "attendingOrganizations": "Familie Xanthopoulos",
        "closed": False,
        "isWithdrawn": False,
        "withdrawn": False,
        "privateMeeting": False,
        "videoUrl": None,
        "audioUrl": None,
        "url": f"https://mitmachen.example/meetings/{number}",
        **more,
    }


def result(number: int, title: str, **more: Any) -> Json:
    return {"id": str(number), "title": text(title), "description": None, "endDate": None, "progress": None, "status": None, **more}


def city() -> World:
    """Two processes and an assembly: proposals, meetings, implementation, a budget and a survey."""
    world = World()
    world.spaces["participatoryProcesses"] = [
        process(
            1,
            "Stadtpark",
            *("10", "11", "12", "13", "14"),
            steps=[
                step(5, "Ideen sammeln", 0, startDate="2026-01-10T00:00:00+01:00", endDate="2026-02-28T23:59:59+01:00"),
                step(6, "Abstimmen", 1, startDate="2026-03-01T00:00:00+01:00", active=True),
            ],
        ),
        process(2, "Radwege", "20"),
    ]
    world.spaces["assemblies"] = [
        {"id": "1", "slug": "beirat", "title": text("Beirat"), "creationDate": "2025-05-01", "closingDate": None, "components": ["30"]}
    ]
    world.components = {
        "10": ("Proposals", [proposal(number) for number in range(100, 105)]),
        "11": ("Meetings", [meeting(number, f"Werkstatt {number}") for number in range(200, 203)]),
        "12": ("Accountability", [result(number, f"Bank {number}") for number in range(300, 303)]),
        "13": (
            "Budgets",
            [
                {
                    "id": "400",
                    "title": text("Parkbudget"),
                    "total_budget": 50000,
                    "projects": [
                        {"id": str(number), "title": text(f"Spielplatz {number}"), "budget_amount": 10000 + number, "selected": number == 1}
                        for number in (1, 2, 3)
                    ],
                }
            ],
        ),
        "14": ("Surveys", []),
        "20": ("Proposals", [proposal(number) for number in (110, 111, 112)]),
        "30": ("Meetings", [meeting(210, "Sitzung", typeOfMeeting="online")]),
    }
    return world
