"""A context broker of NGSI-LD, whose stations measure one thing each."""

from harvesters.sensors.layers import slug
from tests.harvesters.contract.peer import Peer
from tests.harvesters.ngsi.brokers import Broker, station

TABLE = "nachbar-air-quality-observed-stickstoffdioxid"


def peer() -> Peer:
    here = Broker([{name: each for name, each in station(number).items() if name != "temperature"} for number in range(1, 6)])

    def remove() -> str:
        gone = here.entities.pop()
        return f"{TABLE}/nachbar-{slug(gone['id'].removeprefix('urn:ngsi-ld:'))}-no2"

    def surprise() -> str:
        here.entities[-1]["sonderfeld"] = {"type": "Property", "value": "etwas"}
        return "sonderfeld"

    return Peer(
        routes=here.routes,
        path="/",
        tables=(TABLE,),
        identifiers=("erika-mustermann", "Musterweg", "SN-9845-GEHEIM"),
        empty=here.entities.clear,
        remove=remove,
        surprise=surprise,
    )
