"""Boxes of private persons on openSenseMap."""

from harvesters.platforms.opensensemap import _short
from tests.harvesters.contract.peer import Peer
from tests.harvesters.opensensemap.maps import TAG, Map, box


def peer() -> Peer:
    server = Map([box(number) for number in range(1, 6)])

    def remove() -> str:
        gone = server.boxes.pop()
        return f"nachbar-lufttemperatur/{_short(gone['sensors'][0]['_id'])}"

    return Peer(
        routes=server.routes,
        path="/",
        tables=("nachbar-lufttemperatur",),
        options={"grouptag": TAG},
        empty=server.boxes.clear,
        remove=remove,
        identifiers=("Mustermann", "mustermann.png", "49.44321"),
    )
