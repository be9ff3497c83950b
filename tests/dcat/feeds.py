"""A catalogue in memory that answers like klar's feed; it may change between two pages."""

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from dcat.feed import MEDIA_TYPES, numbers_on, page, page_of
from dcat.render import published_triples
from dcat.serialise import fragment
from schemas.model import Dataset
from tests.dcat.samples import ISSUED, MODIFIED, PROJECTS, SITE
from tests.dcat.walkers import Answer


def numbered(number: int) -> Dataset:
    return replace(PROJECTS, name=f"datensatz-{number}", number=number, distributions=PROJECTS.distributions[:1])


class LiveFeed:
    """`before_page(n)` runs before page n is answered, for publishing and removing while someone walks."""

    def __init__(self, numbers: range | list[int], before_page: Callable[["LiveFeed", int], None] = lambda feed, number: None) -> None:
        self.active = {number: numbered(number) for number in numbers}
        self.last_number = max(self.active, default=0)
        self.before_page = before_page
        self.asked: list[str] = []

    def publish(self, number: int) -> None:
        self.active[number] = numbered(number)
        self.last_number = max(self.last_number, number)

    def on_page(self, page: int) -> list[Dataset]:
        first, last = numbers_on(page)
        return [self.active[each] for each in range(first, last + 1) if each in self.active]

    def get(self, url: str) -> Answer:
        self.asked.append(url)
        parts = urlsplit(url)
        match = re.fullmatch(r"/catalog\.(ttl|rdf|jsonld|nt)", parts.path)
        assert match is not None
        assert f"{parts.scheme}://{parts.netloc}" == SITE.base_url
        syntax, number = match[1], int(parse_qs(parts.query).get("page", ["1"])[0])
        self.before_page(self, number)
        last_page = page_of(max(self.last_number, 1))
        if number > last_page:
            return Answer(status=404, media_type="application/problem+json", content=b"")
        content = page(
            SITE,
            syntax,
            number=number,
            fragments=[fragment(published_triples(each, SITE), syntax) for each in self.on_page(number)],
            total=len(self.active),
            last_page=last_page,
            modified=MODIFIED,
            issued=ISSUED,
        )
        return Answer(status=200, media_type=MEDIA_TYPES[syntax], content=content)


class PositionalFeed(LiveFeed):
    """How most portals page, and klar does not: the first hundred, the second hundred … of what is there now."""

    def on_page(self, page: int) -> list[Dataset]:
        first, last = numbers_on(page)
        return [self.active[each] for each in sorted(self.active)][first - 1 : last]
