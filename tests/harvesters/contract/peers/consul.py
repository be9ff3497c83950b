"""A CONSUL with a little of everything, whose participants wrote addresses into their words."""

from tests.harvesters.consul.platform import Platform, budget, comment, debate, investment, milestone, proposal
from tests.harvesters.contract.peer import Peer


def peer() -> Peer:
    rows = {
        "proposals": [proposal(each) for each in range(1, 6)],
        "debates": [debate(1), debate(2)],
        "comments": [comment(1), comment(2, "Debate", body="Rufen Sie beispiel_kommentatorin an")],
        "budgets": [budget(1), budget(2)],
        "investments": [investment(1), investment(2)],
        "milestones": [milestone(1), milestone(2)],
        "geozones": [{"id": 3, "name": "Innenstadt"}],
    }
    server = Platform(rows)

    def empty() -> None:
        for each in rows.values():
            each.clear()

    def empty_one() -> str:
        rows["debates"].clear()
        return "Debatten"

    def remove() -> str:
        del rows["proposals"][0]
        return "contribution/mitmachen/proposal-1"

    return Peer(
        routes=server.routes,
        path="/",
        tables=("process", "format", "measure_item"),
        empty=empty,
        empty_one=empty_one,
        remove=remove,
        options={"process": "mitmachen", "texts": True, "licence": "CC BY 4.0"},
        settings={"personal_data": True, "legal_basis": "Aufgabe nach Satzung"},
        microdata=("contribution",),
        processes=("mitmachen",),
        identifiers=("beispiel2@example.org", "beispiel_kommentatorin"),
    )
