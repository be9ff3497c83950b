"""What klar asks Decidim: every field by name, no aliases, no recursion, no introspection (newer versions refuse them), and
never an author, a like or a number of votes.

Shapes: decidim/decidim, as read in reference participation/platforms.md 3 and its derived schema; assemblies, conferences and initiatives
from decidim-{assemblies,conferences,initiatives}/lib/decidim/api/*_type.rb.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

_TEXT = "{ translations { locale text } }"
_SPACE = ("id", "slug", f"title {_TEXT}", "publishedAt", "components { id __typename }")
#: How graphql-ruby names a field that this version of Decidim does not have.
_NO_FIELD = re.compile(r"Field '(\w+)' doesn't exist on type")


@dataclass(frozen=True, kw_only=True)
class Question:
    """`fields` as they stand in a selection; `optional` names those without which the answer is still of use: versions differ."""

    name: str
    fields: tuple[str, ...]
    optional: frozenset[str] = frozenset()

    def selection(self, without: Collection[str]) -> str:
        return " ".join(each for each in self.fields if _first(each) not in without)

    def lacking(self, messages: Collection[str]) -> frozenset[str]:
        """Fields that the server does not know, if all it complains of is that, and we can do without each; else none."""
        found = [_NO_FIELD.search(each) for each in messages]
        names = frozenset(each[1] for each in found if each)
        return names if all(found) and names <= self.optional else frozenset()


@dataclass(frozen=True, kw_only=True)
class SpaceQuestion(Question):
    """All spaces of one kind: a plain array, in one answer."""

    collection: str
    word: str  #: stands in keys, because each kind counts from 1
    path: str  #: of their pages

    def text(self, without: Collection[str]) -> str:
        return f"query Spaces {{ {self.collection} {{ {self.selection(without)} }} }}"


@dataclass(frozen=True, kw_only=True)
class ComponentQuestion(Question):
    """The entries of one component, page by page."""

    type: str  #: GraphQL type of the component
    connection: str
    table: str

    def text(self, without: Collection[str]) -> str:
        page = f"pageInfo {{ hasNextPage endCursor }} edges {{ node {{ {self.selection(without)} }} }}"
        connection = f"{self.connection}(first: $first, after: $after) {{ {page} }}"
        return (
            "query Page($component: ID!, $first: Int, $after: String) { "
            f"component(id: $component) {{ ... on {self.type} {{ {connection} }} }} }}"
        )


PROCESSES = SpaceQuestion(
    name="processes",
    collection="participatoryProcesses",
    word="process",
    path="processes",
    fields=(*_SPACE, "startDate", "endDate", f"steps {{ id position startDate endDate active title {_TEXT} }}"),
)
ASSEMBLIES = SpaceQuestion(
    name="assemblies",
    collection="assemblies",
    word="assembly",
    path="assemblies",
    fields=(*_SPACE, "creationDate", "closingDate"),
    optional=frozenset({"creationDate", "closingDate"}),
)
CONFERENCES = SpaceQuestion(
    name="conferences", collection="conferences", word="conference", path="conferences", fields=(*_SPACE, "startDate", "endDate")
)
INITIATIVES = SpaceQuestion(
    name="initiatives",
    collection="initiatives",
    word="initiative",
    path="initiatives",
    fields=(*_SPACE, "signatureStartDate", "signatureEndDate"),
)
SPACES = {each.name: each for each in (PROCESSES, ASSEMBLIES, CONFERENCES, INITIATIVES)}

_PROPOSAL = ("id", "state", "publishedAt", "createdAt", "answeredAt", "official", "createdInMeeting", "withdrawn")
MEETINGS = ComponentQuestion(
    name="meetings",
    type="Meetings",
    connection="meetings",
    table="event",
    fields=(
        *("id", f"title {_TEXT}", "startTime", "endTime", "typeOfMeeting", "address", f"location {_TEXT}"),
        *("coordinates { latitude longitude }", "attendeeCount", "closed", "isWithdrawn", "withdrawn"),
        *("privateMeeting", "videoUrl", "audioUrl", "url"),
    ),
    optional=frozenset({"typeOfMeeting", "isWithdrawn", "withdrawn", "privateMeeting", "videoUrl", "audioUrl", "url"}),
)
RESULTS = ComponentQuestion(
    name="results",
    type="Accountability",
    connection="results",
    table="measure_item",
    fields=("id", f"title {_TEXT}", f"description {_TEXT}", "endDate", "progress", f"status {{ key name {_TEXT} }}"),
)
BUDGETS = ComponentQuestion(
    name="budgets",
    type="Budgets",
    connection="budgets",
    table="result",
    # total_budget and budget_amount kept their underscores where everything else became camelCase (budget_type.rb, project_type.rb).
    fields=("id", f"title {_TEXT}", "total_budget", f"projects {{ id title {_TEXT} budget_amount selected }}"),
    optional=frozenset({"total_budget"}),
)


def proposals(*, texts: bool) -> ComponentQuestion:
    """Without `texts`, what people wrote is not even asked for."""
    return ComponentQuestion(
        name="proposals",
        type="Proposals",
        connection="proposals",
        table="contribution",
        fields=(*_PROPOSAL, *((f"title {_TEXT}", f"body {_TEXT}") if texts else ())),
        optional=frozenset({"official", "createdInMeeting", "withdrawn"}),
    )


def _first(selection: str) -> str:
    return selection.partition(" ")[0]
