"""A page of questions and answers of an office."""

from harvesters.faq.asking import identity
from tests.harvesters.contract.peer import Peer
from tests.harvesters.faq.pages import PAIRS, headings
from tests.harvesters.http.servers import Line, Request, reply


def peer() -> Peer:
    pairs = list(PAIRS)

    def page(line: Line, request: Request) -> bool:
        return reply(headings(pairs), Content_Type="text/html; charset=utf-8")(line, request)

    def remove() -> str:
        question, _ = pairs.pop()
        return f"qa_item/st-{identity('/faq', question)}"

    return Peer(
        routes={"/faq": page},
        path="/faq",
        tables=("qa_item",),
        options={"prefix": "st"},
        empty=pairs.clear,
        remove=remove,
        identifiers=("Mustermann", "erika.mustermann"),
    )
