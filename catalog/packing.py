"""A plan as it is kept: lines of JSON, the plan without its tables, then each table without its changes, followed by its changes, some in
a line. So neither writing nor reading it takes much more memory than the plan itself, and a table can be read without the others. Older
programs wrote it all in one line.
"""

import zlib
from collections.abc import Iterator
from dataclasses import replace

from catalog.codec import dumps, loads
from catalog.outline import Outline, outline_of
from catalog.plan import Plan, RowChange, TablePlan

_AT_ONCE = 500  #: changes in one line
_PORTION = 1 << 20  #: bytes of text that are unpacked at once
_Changes = tuple[RowChange, ...]


def pack(plan: Plan) -> bytes:
    packer = zlib.compressobj(1)
    packed = [packer.compress(each.encode() + b"\n") for each in _lines(plan)]
    return b"".join([*packed, packer.flush()])


def unpack(content: bytes) -> Plan:
    packed = Packed(content)
    return replace(packed.plan, tables=tuple(packed.tables()))


class Packed:
    """A plan of which one table at a time is read."""

    def __init__(self, content: bytes) -> None:
        lines = _unpacked(content)
        head = loads(Plan, next(lines))
        self.plan = replace(head, tables=())
        self._whole = head.tables  # of an older program
        self._content = content
        self._lines = lines
        self._next: str | None = next(lines, None)  # the line that begins the next table
        self._read = 0  # tables before it

    def tables(self) -> Iterator[TablePlan]:
        yield from self._whole
        self._begin_again()
        while self._next is not None:
            yield self._taken()

    def outlines(self) -> tuple[Outline, ...]:
        return tuple(map(outline_of, self.tables()))

    def table(self, name: str) -> TablePlan:
        """What comes after the last one read is found without beginning again. Raises KeyError."""
        for each in self._whole:
            if each.declaration.table.name == name:
                return each
        started = self._read
        while self._next is not None:
            if (found := self._taken_if(name)) is not None:
                return found
        self._begin_again()
        while self._read < started:
            if (found := self._taken_if(name)) is not None:
                return found
        raise KeyError(name)

    def _begin_again(self) -> None:
        if self._read:
            self._lines = _unpacked(self._content)
            next(self._lines)
            self._next, self._read = next(self._lines, None), 0

    def _taken(self) -> TablePlan:
        table = loads(TablePlan, self._next or "")
        return replace(table, changes=tuple(change for line in self._changes() for change in loads(_Changes, line)))

    def _taken_if(self, name: str) -> TablePlan | None:
        """The table that has begun, or None: then the one after it has."""
        if loads(TablePlan, self._next or "").declaration.table.name == name:
            return self._taken()
        for _ in self._changes():
            pass
        return None

    def _changes(self) -> Iterator[str]:
        """Lines of the table that has begun; then the next one has."""
        self._next = None
        for line in self._lines:
            if line.startswith("{"):
                self._next = line
                break
            yield line
        self._read += 1


def _lines(plan: Plan) -> Iterator[str]:
    yield dumps(Plan, replace(plan, tables=()))
    for each in plan.tables:
        yield dumps(TablePlan, replace(each, changes=()))
        for start in range(0, len(each.changes), _AT_ONCE):
            yield dumps(_Changes, each.changes[start : start + _AT_ONCE])


def _unpacked(content: bytes) -> Iterator[str]:
    """Lines. JSON has no line end within a text."""
    unpacker = zlib.decompressobj()
    waiting, begun = content, b""
    while waiting:
        *whole, begun = (begun + unpacker.decompress(waiting, _PORTION)).split(b"\n")
        yield from (each.decode() for each in whole)
        waiting = unpacker.unconsumed_tail
    yield from (each.decode() for each in (begun + unpacker.flush()).split(b"\n") if each)
