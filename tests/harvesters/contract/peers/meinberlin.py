"""A meinBerlin."""

from tests.harvesters.contract.peer import Peer
from tests.harvesters.meinberlin.server import city, point


def peer() -> Peer:
    world = city()
    world.plans[0]["point"] = point(7.7689, 49.4447)

    def empty() -> None:
        for each in (world.plans, world.active, world.future, world.past, world.external):
            each.clear()

    def remove() -> str:
        world.plans.pop()
        return "project/nachbar-plan-2026-00003"

    def surprise() -> str:
        world.plans[0]["shoe_size"] = 47
        return "shoe_size"

    return Peer(
        routes=world.routes(),
        path="/",
        tables=("project", "process", "format"),
        empty=empty,
        remove=remove,
        surprise=surprise,
        identifiers=("Xanthopoulos", "Ypsilantiweg"),
    )
