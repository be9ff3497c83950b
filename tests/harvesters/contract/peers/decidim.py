"""A Decidim."""

from tests.harvesters.contract.peer import Peer
from tests.harvesters.decidim.exports import comments
from tests.harvesters.decidim.server import city


def peer() -> Peer:
    world = city()
    world.comments = comments()

    def empty() -> None:
        for spaces in world.spaces.values():
            spaces.clear()

    def remove() -> str:
        gone = world.components["10"][1].pop()
        assert gone is not None
        return f"contribution/proposal-{gone['id']}"

    return Peer(
        routes=world.routes(),
        path="/",
        tables=("process", "format", "event", "measure_item", "result"),
        microdata=("contribution",),
        empty=empty,
        remove=remove,
        options={"texts": True},
        settings={"personal_data": True, "legal_basis": "Beteiligungssatzung"},
        identifiers=("Ypsilantibrunn", "Xanthopoulos"),
    )
