"""The German fork's proposals, for whoever has the token; its overview and its exports have tests of their own."""

from tests.harvesters.consul.fork import GRAPHQL_TOKEN, fork
from tests.harvesters.contract.peer import Peer


def peer() -> Peer:
    server = fork(5)
    proposals = server.rows["proposals"]

    def remove() -> str:
        del proposals[0]
        return "contribution/mitmachen/proposal-1"

    return Peer(
        routes=server.routes,
        path="/",
        tables=(),
        empty=proposals.clear,
        remove=remove,
        options={"part": "graphql", "process": "mitmachen", "texts": True},
        settings={"personal_data": True, "legal_basis": "Aufgabe nach Satzung", "token_env": "MITMACHEN_TOKEN"},
        environment={"MITMACHEN_TOKEN": GRAPHQL_TOKEN},
        microdata=("contribution",),
        processes=("mitmachen",),
        identifiers=("beispiel2@example.org",),
    )
