"""A WordPress site with project profiles."""

from typing import Any

from tests.harvesters.contract.peer import Peer
from tests.harvesters.wordpress.sites import item, options, site


def peer() -> Peer:
    items: list[dict[str, Any]] = [item(number) for number in range(1, 6)]

    return Peer(
        routes=site({"projekt": lambda: items}),
        path="/",
        tables=("project",),
        options=options(page_size=2),
        empty=items.clear,
        remove=lambda: f"project/st-{items.pop()['id']}",
        identifiers=("Mustermann", "erika.mustermann"),
    )
