"""CONSUL Democracy as it is developed: one walk over all its collections. There is no filter by time: every harvest reads everything, and
what is not there any more was hidden or deleted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harvesters.consul import questions
from harvesters.consul.connections import Endpoint, Node
from harvesters.consul.mapped import Mapped
from harvesters.consul.rows import CONTRIBUTION, NodeRecord, contribution_key, parted
from harvesters.harvester import Parted, Remark
from schemas.row import Finding

#: What comments and votes say they belong to -> how a contribution of ours is numbered.
KINDS = {"Proposal": "proposal", "Debate": "debate", "Comment": "comment", "Budget::Investment": "investment"}
#: Collections whose things become contributions, side by side in one table.
LISTS = {"proposals": "proposal", "debates": "debate", "comments": "comment", "investments": "investment"}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What of a platform is read, and how finely."""

    collections: frozenset[str]
    texts: bool = False
    texts_of_the_city: bool = False
    geozones: Mapping[str, str] = field(default_factory=dict)  #: name -> key of a district
    by_tag: Mapping[str, str] = field(default_factory=dict)  #: tag -> key of a process
    by_budget: Mapping[str, str] = field(default_factory=dict)  #: id of a budget -> key of a process
    process: str = ""  #: for everything else; "": it is left out
    tags: bool = False


class Walking:
    """One walk. `parents` remembers to which process a thing belongs, for its comments and votes."""

    def __init__(self, endpoint: Endpoint, wanted: Wanted, mapped: Mapped) -> None:
        self._endpoint = endpoint
        self._wanted = wanted
        self._mapped = mapped
        self._parents: dict[tuple[str, str], str] = {}
        self._left_out: Counter[str] = Counter()

    def found(self) -> Iterator[NodeRecord | Remark | Parted]:
        """Raises SourceError."""
        wanted = self._wanted.collections
        yield parted(LISTS[each] for each in LISTS if each in wanted)
        if wanted & {"budgets", "investments"}:
            yield from self._budgets()
        if "proposals" in wanted:
            yield from self._proposals()
        if "debates" in wanted:
            yield from self._debates()
        if "comments" in wanted:
            yield from self._comments()
        if "votes" in wanted:
            yield from self._votes()
        if "milestones" in wanted:
            yield from self._milestones()
        if self._wanted.geozones:
            yield from self._unknown_geozones()
        yield from self._remarks()

    def _budgets(self) -> Iterator[NodeRecord]:
        ids: list[str] = []
        for node, origin in self._endpoint.connection(questions.budgets(), ["budgets"], name="budgets", archive=True):
            ids.append(str(node["id"]))
            if "budgets" in self._wanted.collections:
                keys = dict.fromkeys(("process", "format"), self._mapped.key(f"budget-{node['id']}"))
                yield NodeRecord(node, origin=origin, tables=["process", "format"], rows=self._mapped.budget, keys=keys)
        if "investments" in self._wanted.collections and ids:
            yield from self._investments(ids)

    def _investments(self, budgets: Sequence[str]) -> Iterator[NodeRecord]:
        """One that stands under two budgets stands under all of them, and only the platform knows whose it is."""
        query = questions.investments(texts=self._wanted.texts)
        found: dict[str, tuple[Node, str]] = {}
        under: dict[str, set[str]] = {}
        for budget in budgets:
            pages = self._endpoint.connection(
                query, ["budget", "investments"], name=f"budget-{budget}-investments", variables={"id": budget}
            )
            for node, origin in pages:
                number = str(node["id"])
                found.setdefault(number, (node, origin))
                under.setdefault(number, set()).add(budget)
        for number, (node, origin) in found.items():
            budget = under[number].pop() if len(under[number]) == 1 else ""
            self._left_out["budget-unknown"] += not budget
            process = (self._wanted.by_budget.get(budget) or self._own_process(budget)) if budget else self._wanted.process
            yield from self._contribution("Budget::Investment", number, process, node, origin)

    def _own_process(self, budget: str) -> str:
        """A budget that is published is a process; its own contributions belong to it."""
        return self._mapped.key(f"budget-{budget}") if "budgets" in self._wanted.collections else self._wanted.process

    def _proposals(self) -> Iterator[NodeRecord]:
        query = questions.proposals(texts=self._wanted.texts, tags=self._wanted.tags)
        for node, origin in self._endpoint.connection(query, ["proposals"], name="proposals"):
            tags = tags_of(node)
            yield from self._contribution("Proposal", str(node["id"]), self._process_by(tags), {**node, "tags": tags}, origin)

    def _debates(self) -> Iterator[NodeRecord]:
        query = questions.debates(texts=self._wanted.texts, tags=self._wanted.tags)
        for node, origin in self._endpoint.connection(query, ["debates"], name="debates"):
            tags = tags_of(node)
            yield from self._contribution("Debate", str(node["id"]), self._process_by(tags), {**node, "tags": tags}, origin)

    def _comments(self) -> Iterator[NodeRecord]:
        for node, origin in self._endpoint.connection(questions.comments(texts=self._wanted.texts), ["comments"], name="comments"):
            process = self._process_of(node.get("commentableType"), node.get("commentableId"))
            yield from self._contribution("Comment", str(node["id"]), process, node, origin)

    def _votes(self) -> Iterator[NodeRecord]:
        for node, origin in self._endpoint.connection(questions.votes(), ["votes"], name="votes"):
            process = self._process_of(node.get("votableType"), node.get("votableId"))
            if process:
                keys = {"ballot": f"{process}/vote-{node['id']}"}
                yield NodeRecord({**node, "process": process}, origin=origin, tables=["ballot"], rows=self._mapped.vote, keys=keys)
            self._left_out["no-process"] += not process

    def _milestones(self) -> Iterator[NodeRecord]:
        query = questions.milestones(texts=self._wanted.texts_of_the_city)
        for node, origin in self._endpoint.connection(query, ["milestones"], name="milestones", archive=True):
            keys = {"measure_item": self._mapped.key(f"milestone-{node['id']}")}
            yield NodeRecord(node, origin=origin, tables=["measure_item"], rows=self._mapped.milestone, keys=keys)

    def _unknown_geozones(self) -> Iterator[Remark]:
        names = {
            str(node.get("name"))
            for node, _ in self._endpoint.connection(questions.geozones(), ["geozones"], name="geozones", archive=True)
        }
        for name in sorted(names - self._wanted.geozones.keys()):
            message = f"Das Gebiet »{name}« der Plattform hat keinen Ortsbezirk (options.geozones); Beiträge von dort haben keinen."
            yield Remark(finding=Finding(code="unknown-geozone", message=message, table=CONTRIBUTION))

    def _contribution(self, kind: str, number: str, process: str, node: Mapping[str, Any], origin: str) -> Iterator[NodeRecord]:
        if not process:
            self._left_out["no-process"] += 1
            return
        if "comments" in self._wanted.collections or "votes" in self._wanted.collections:
            self._parents[kind, number] = process
        rows = self._mapped.contributions[kind]
        keys = contribution_key(process, KINDS[kind], number)
        yield NodeRecord({**node, "process": process}, origin=origin, tables=[CONTRIBUTION], rows=rows, keys=keys)

    def _process_by(self, tags: Sequence[str]) -> str:
        """Where all tags agree; else the one for everything."""
        named = {self._wanted.by_tag[each] for each in tags if each in self._wanted.by_tag}
        return named.pop() if len(named) == 1 else self._wanted.process

    def _process_of(self, kind: object, number: object) -> str:
        return self._parents.get((str(kind), str(number)), self._wanted.process)

    def _remarks(self) -> Iterator[Remark]:
        for code, count in sorted(self._left_out.items()):
            if count:
                yield Remark(finding=Finding(code=code, message=f"{_SENTENCES[code]} Es sind {count}.", table=CONTRIBUTION))


_SENTENCES = {
    "budget-unknown": "Investitionsvorschläge stehen bei dieser Plattform unter jedem Haushalt; zu welchem sie gehören, sagt sie nicht.",
    "no-process": "Beiträge oder Stimmen ohne Verfahren (options.process) werden nicht übernommen.",
}


def tags_of(node: Mapping[str, Any]) -> tuple[str, ...]:
    """Names, of the first ten. Nothing for an answer without them."""
    connection = node.get("tags")
    edges = connection.get("edges") if isinstance(connection, dict) else None
    nodes = [edge.get("node") for edge in edges or () if isinstance(edge, dict)]
    return tuple(each["name"] for each in nodes if isinstance(each, dict) and isinstance(each.get("name"), str))
