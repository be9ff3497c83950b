"""A SensorThings server whose texts and properties name people."""

from tests.harvesters.contract.peer import Peer
from tests.harvesters.sensorthings.servers import BASE, Sta, network


def peer() -> Peer:
    things = network(5)
    server = Sta(things)
    things[0]["properties"]["keywords"] = ["erika.mustermann@example.org"]
    position = {"type": "Point", "coordinates": [7.77, 49.44]}
    feature = {"type": "Feature", "geometry": position, "properties": {"eigentum": "AB0123456789"}}
    things[1]["Locations"][0]["location"] = feature

    def remove() -> str:
        del things[-1]
        return "nachbar-stickstoffdioxid/nachbar-1005"

    def surprise() -> str:
        things[1]["Datastreams"][0]["properties"]["sonderfeld"] = "etwas"
        return "sonderfeld"

    return Peer(
        routes=server.routes,
        path=BASE,
        tables=("nachbar-stickstoffdioxid",),
        empty=things.clear,
        remove=remove,
        identifiers=("erika.mustermann@example.org", "AB0123456789", "0631 1234567"),
        surprise=surprise,
    )
