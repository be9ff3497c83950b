"""A DIPAS."""

from tests.harvesters.contract.peer import Peer
from tests.harvesters.dipas.server import city, comment


def peer() -> Peer:
    world = city()
    world.comments["11"] = [comment(71, comment(72)), comment(73)]
    world.drafts["radwege"] = [comment(81)]

    def remove() -> str:
        return f"contribution/{world.contributions['hitze'].pop()['properties']['id']}"

    def surprise() -> str:
        world.projects[0]["properties"]["carbonFootprint"] = 12
        return "carbonFootprint"

    return Peer(
        routes=world.routes(),
        path="/",
        tables=("process",),
        microdata=("contribution",),
        empty=world.projects.clear,
        remove=remove,
        surprise=surprise,
        options={"texts": True},
        settings={"personal_data": True, "legal_basis": "Satzung"},
        identifiers=("Ypsilantibrunn", "Xanthopoulos"),
    )
