"""The German fork over GraphQL: proposals and nothing else, for whoever has a token. Whoever has none gets an empty list and 200: that is
an error here, never a harvest (platforms.md 2: app/graphql/types/query_type.rb)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harvesters.consul.connections import Endpoint, Node
from harvesters.consul.labels import labels_in
from harvesters.consul.rows import CONTRIBUTION, NodeRecord, Rules, contribution_key, number_of, said, words
from harvesters.keys import key_of
from harvesters.record import Record
from schemas.districts import Districts
from schemas.errors import SourceError, WrongValue
from schemas.row import Row


@dataclass(frozen=True, kw_only=True)
class Fork:
    """What the options say of proposals."""

    prefix: str
    rules: Rules = field(default_factory=Rules)
    process: str = ""  #: for every proposal; "": the process that the overview publishes of its project
    processes: Mapping[str, str] = field(default_factory=dict)  #: number or name of a project -> key of a process
    kinds: Mapping[str, str] = field(default_factory=dict)  #: sentiment -> code of `contribution.kind`
    districts: Districts | None = None

    def question(self) -> str:
        """Only what is used: no picture, and the place only where there are boundaries."""
        wanted = [
            "id",
            "title description" if self.rules.texts else "",
            "labels" if self.rules.topics else "",
            "sentiment" if self.kinds else "",
            "mapLocation { latitude longitude }" if self.districts else "",
            "projekt { id name }",
        ]
        fields = " ".join(filter(None, wanted))
        page = "pageInfo { hasNextPage endCursor }"
        return f"query Proposals($after: String) {{ proposals(first: 25, after: $after) {{ {page} edges {{ node {{ {fields} }} }} }} }}"

    def found(self, endpoint: Endpoint) -> Iterator[NodeRecord]:
        """Raises SourceError, also for an empty list."""
        none = True
        for node, origin in endpoint.connection(self.question(), ["proposals"], name="proposals"):
            none = False
            yield NodeRecord(node, origin=origin, tables=[CONTRIBUTION], rows=self._proposal, keys=self._keys(node))
        if none:
            raise SourceError(
                f"»{endpoint.url}« nennt keinen einzigen Vorschlag. So antwortet diese Plattform auch ohne Token oder mit einem falschen "
                "(200 und eine leere Liste); deshalb folgt daraus nichts."
            )

    def _keys(self, node: Node) -> dict[str, str]:
        try:
            return contribution_key(self.process_of(_project(node.get("projekt"))), "proposal", node["id"])
        except WrongValue:
            return {}

    def _proposal(self, record: Record) -> Iterator[Row]:
        labels = said(record, "labels") or ""
        yield self.rules.contribution(
            f"proposal-{number_of(record)}",
            process=self.process_of(_project(record.get("projekt"))),
            kind=self.kinds.get(said(record, "sentiment") or "", "idea"),
            origin=record.origin,
            labels=labels_in(labels, self.rules.topics),
            district=district_at(_place(record), self.districts),
            title=said(record, "title"),
            text=words([said(record, "description")]),
        )

    def process_of(self, project: tuple[str, str] | None) -> str:
        """`project`: number, name. "" when nobody can say: then the row has no key, and waits."""
        number, name = project or ("", "")
        named = self.processes.get(number) or self.processes.get(name) or self.process
        return named or (key_of(self.prefix, number) if number else "")


def _project(project: object) -> tuple[str, str] | None:
    """Number and name. Raises WrongValue."""
    if project is None:
        return None
    if not isinstance(project, dict):
        raise WrongValue("»projekt«")
    return str(project.get("id") or ""), str(project.get("name") or "").strip()


def _place(record: Record) -> tuple[object, object]:
    place = record.get("mapLocation")
    return (place.get("longitude"), place.get("latitude")) if isinstance(place, dict) else (None, None)


def district_at(place: tuple[object, object], districts: Districts | None) -> str | None:
    """`place`: longitude, latitude. The district is all that stays of it. [0, 0] is the sea, and no place of this city."""
    longitude, latitude = place
    if districts is None or not isinstance(longitude, (int, float)) or not isinstance(latitude, (int, float)):
        return None
    if (longitude, latitude) == (0, 0):
        return None
    found = districts.at(float(longitude), float(latitude))
    return found.district_id if found else None
