"""Long lists, a page at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

T = TypeVar("T")
Other = TypeVar("Other")


@dataclass(frozen=True, kw_only=True)
class Paging(Generic[T]):
    items: tuple[T, ...]  #: of this page
    number: int  #: of this page, from 1
    pages: int  #: at least 1
    total: int
    previous: str = ""  #: link, "" on the first page
    next: str = ""

    def map(self, convert: Callable[[T], Other]) -> "Paging[Other]":
        """The same page of something else: only what is shown is converted."""
        return Paging(
            items=tuple(map(convert, self.items)),
            number=self.number,
            pages=self.pages,
            total=self.total,
            previous=self.previous,
            next=self.next,
        )


def paged(items: Sequence[T], query: Mapping[str, str], *, size: int = 100) -> Paging[T]:
    """`query`: the parameters of the address, which the links keep. A page that does not exist is the nearest one that does."""
    pages = max(1, -(-len(items) // size))
    number = min(pages, max(1, _number(query.get("page", ""))))
    first = (number - 1) * size
    return Paging(
        items=tuple(items[first : first + size]),
        number=number,
        pages=pages,
        total=len(items),
        previous=_link(query, number - 1) if number > 1 else "",
        next=_link(query, number + 1) if number < pages else "",
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _link(query: Mapping[str, str], number: int) -> str:
    kept = {name: value for name, value in query.items() if name not in ("page", "done")}
    return "?" + urlencode({**kept, "page": number})
