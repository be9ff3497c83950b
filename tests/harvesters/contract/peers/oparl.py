"""A council information system."""

from tests.harvesters.contract.peer import Peer
from tests.harvesters.oparl.systems import LATER, SYSTEM, committee, council, tombstone


def peer() -> Peer:
    here = council()
    here.organizations.append(committee(4, "Stadtrat Peter Mustermann", organizationType=None))

    def empty() -> None:
        for each in (here.organizations, here.papers, here.meetings):
            each.clear()

    def remove() -> str:
        tombstone(here.meetings[2])
        return "event/nachbar-meeting-3"

    def surprise() -> str:
        here.meetings[2] |= {"sonderfeld": "etwas", "modified": LATER}
        return "sonderfeld"

    return Peer(
        routes=here.routes,
        path=SYSTEM,
        tables=("organisation", "event", "decision"),
        empty=empty,
        remove=remove,
        identifiers=("Mustermann", "erika.mustermann", "mustermann.pdf"),
        surprise=surprise,
    )
