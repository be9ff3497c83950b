"""A site with The Events Calendar."""

from tests.harvesters.contract.peer import Peer
from tests.harvesters.events.sites import Plugin, tribe_event


def peer() -> Peer:
    plugin = Plugin([tribe_event(number) for number in range(5)])

    def remove() -> str:
        return f"event/nachbar-{plugin.events.pop()['id']}"

    def surprise() -> str:
        plugin.events[0]["barrierefrei"] = "ja"
        return "barrierefrei"

    return Peer(
        routes=plugin.routes,
        path="/",
        options={"form": "tribe"},
        tables=("event",),
        empty=plugin.events.clear,
        remove=remove,
        identifiers=("Mustermann", "erika.mustermann", "5550124"),
        surprise=surprise,
    )
