"""A server for reports of defects."""

from tests.harvesters.contract.peer import Peer
from tests.harvesters.open311.offices import PATH, office


def peer() -> Peer:
    here = office()

    def remove() -> str:
        here.requests.pop()
        return "report/nachbar-5-2026"

    def surprise() -> str:
        here.requests[-1]["sonderfeld"] = "etwas"
        return "sonderfeld"

    return Peer(
        routes=here.routes,
        path=PATH,
        tables=(),
        microdata=("report",),
        processes=("maengelmelder",),
        options={"process": "maengelmelder", "days": 720, "categories": {"001": "road", "Wilder Müll": "waste"}},
        settings={"personal_data": True, "legal_basis": "Art. 6 Abs. 1 Buchst. e DSGVO"},
        identifiers=("Mustermann", "erika.mustermann", "foto-mustermann", "Musterweg"),
        empty=here.requests.clear,
        remove=remove,
        surprise=surprise,
    )
