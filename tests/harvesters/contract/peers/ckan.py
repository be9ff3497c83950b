"""A CKAN portal."""

from typing import Any

from tests.harvesters.catalogues.portals import TABLE, ckan, package
from tests.harvesters.contract.peer import Peer


def peer() -> Peer:
    packages: list[dict[str, Any]] = [package(number) for number in range(5)]

    return Peer(
        routes=ckan(lambda: packages),
        path="/",
        tables=(TABLE,),
        empty=packages.clear,
        remove=lambda: f"{TABLE}/{packages.pop()['id']}",
        identifiers=("Mustermann", "erika.mustermann"),
    )
