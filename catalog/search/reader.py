"""The parts of an index read as one: counts are added up, hits are merged into the order that one index would have given."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any

from tantivy import DocAddress, Order, Searcher
from tantivy import Query as Clause

from catalog.search.matching import MODIFIED, NUMBER

_TOTAL = {"value_count": {"field": MODIFIED}}  #: every document has one


@dataclass(frozen=True, kw_only=True)
class Sorting:
    """By a field, "" for relevance; equals in the order of publication."""

    field: str = ""
    rises: bool = False


@dataclass(frozen=True)
class Hit:
    searcher: Searcher
    address: DocAddress

    def stored(self, field: str) -> str:
        return str(self.searcher.doc(self.address).get_first(field))


class Reader:
    """`searchers`: one large part, and small ones. In each the documents stand in the order of publication."""

    def __init__(self, searchers: Sequence[Searcher]) -> None:
        self._large, *self._small = searchers

    def any(self, clause: Clause) -> bool:
        return any(each.num_docs and each.search(clause, limit=1, count=False).hits for each in (self._large, *self._small))

    def aggregate(self, clause: Clause, asked: Mapping[str, Mapping[str, object]]) -> tuple[int, dict[str, Counter[str]]]:
        """How many documents there are, and by name of the aggregation how many in each bucket."""
        total = 0
        counts: dict[str, Counter[str]] = {name: Counter() for name in asked}
        for searcher in (self._large, *self._small):
            found: Mapping[str, Any] = searcher.aggregate(clause, {"total": _TOTAL, **asked})
            total += int(found["total"]["value"])
            for name in asked:
                counts[name].update({str(each["key"]): int(each["doc_count"]) for each in found[name]["buckets"]})
        return total, counts

    def hits(self, clause: Clause, sorting: Sorting, *, limit: int, offset: int) -> list[Hit]:
        """What stands from `offset` on. Of the large part only that is read which can stand there: everything in the small ones may
        come before it."""
        small = [hits for each in self._small if (hits := self._keyed(each, clause, sorting, offset + limit, 0))]
        start = max(0, offset - sum(map(len, small)))
        large = self._keyed(self._large, clause, sorting, offset - start + limit, start)
        both = merge(large, *small, key=lambda each: each[0])
        return [hit for _, hit in islice(both, offset - start, offset - start + limit)]

    def _keyed(self, searcher: Searcher, clause: Clause, sorting: Sorting, limit: int, offset: int) -> list[tuple["_Key", Hit]]:
        if not searcher.num_docs:
            return []
        if sorting.field:
            order = Order.Asc if sorting.rises else Order.Desc
            found = searcher.search(clause, limit=limit, offset=offset, count=False, order_by_field=sorting.field, order=order)
        else:
            found = searcher.search(clause, limit=limit, offset=offset, count=False)
        addresses = [address for _, address in found.hits]
        numbers = searcher.fast_field_values(NUMBER, addresses) if self._small else [0] * len(addresses)
        keys = (_Key(value, int(number or 0), rises=sorting.rises) for (value, _), number in zip(found.hits, numbers, strict=True))
        return list(zip(keys, (Hit(searcher, each) for each in addresses), strict=True))


class _Key:
    """Numbers or texts, rising or falling; then the number of publication, always rising."""

    __slots__ = ("_number", "_rises", "_value")

    def __init__(self, value: Any, number: int, *, rises: bool) -> None:
        self._value = value
        self._number = number
        self._rises = rises

    def __lt__(self, other: "_Key") -> bool:
        if self._value == other._value:
            return self._number < other._number
        return bool(self._value < other._value) == self._rises
