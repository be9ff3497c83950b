"""A DCAT feed in Turtle."""

from tests.harvesters.catalogues.portals import TABLE, described, feed_page, turtle
from tests.harvesters.contract.peer import Peer
from tests.harvesters.http.servers import Line, Request


def peer() -> Peer:
    numbers = list(range(5))

    def page(line: Line, request: Request) -> bool:
        return turtle(feed_page([described(each) for each in numbers]))(line, request)

    return Peer(
        routes={"/catalog.ttl": page},
        path="/catalog.ttl",
        tables=(TABLE,),
        empty=numbers.clear,
        remove=lambda: f"{TABLE}/{numbers.pop()}",
        identifiers=("Mustermann", "erika.mustermann"),
    )
