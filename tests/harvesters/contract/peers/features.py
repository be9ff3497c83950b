"""A server with a collection of stations, as pygeoapi shows it."""

from tests.harvesters.contract.peer import Peer
from tests.harvesters.features.services import COLLECTION, OPTIONS, OgcApi, station


def peer() -> Peer:
    server = OgcApi([station(number) for number in range(1, 7)], most=4)

    def remove() -> str:
        return f"nachbar-lufttemperatur/nachbar-{server.features.pop()['id']}"

    def surprise() -> str:
        server.features[-1]["properties"]["sonderfeld"] = "etwas"
        return "sonderfeld"

    return Peer(
        routes=server.routes,
        path=COLLECTION,
        tables=("nachbar-lufttemperatur",),
        options={"form": "ogcapi", **OPTIONS, "ignore": ["betreuung"]},
        empty=server.features.clear,
        remove=remove,
        identifiers=("Mustermann",),
        surprise=surprise,
    )
