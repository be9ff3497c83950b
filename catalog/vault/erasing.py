"""The vault's part in `klar withdraw`: find what holds a withdrawn row, and erase it when the store has committed.

Orders are JSON texts: they stand on the store's list of erasures until they are carried out, and say numbers, tables and keys only.
"""

import json
from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, Connection, delete, select

from catalog.database import Record, Shelf
from catalog.traces import holds, mentions
from catalog.vault import tables
from catalog.vault.microdata import bar, mark_of
from catalog.vault.payloads import all_listed, all_payloads, drop_payloads, note_forgotten, read_content
from catalog.vault.quarantined import all_quarantined

_p = tables.payload.c
_q = tables.quarantined.c
_m = tables.microdata.c


class ErasingShelf(Shelf):
    def orders_for(
        self,
        table: str,
        keys: Collection[str] | None,
        *,
        sources: frozenset[str],
        urls: Collection[tuple[str, str]],
        needles: Collection[bytes] = (),
    ) -> tuple[str, ...]:
        """What has to go with these rows (None: with the table): answers from the (source, address) they came from, answers and
        refused rows and microdata of these sources in which a needle is found, refused rows and microdata under the same names."""
        orders = [_order("table", table)] if keys is None else [_order("row", table, each) for each in sorted(keys)]
        with self.database.read() as connection:
            for each in _payloads_with(connection, sources, frozenset(urls), needles):
                orders.append(_order("payload", each.id, "" if mentions(each.url, needles) else each.url))
            if needles:
                orders += [
                    _order("refused", number) for number, content in all_quarantined(connection, sources) if mentions(content, needles)
                ]
                rows = _microdata_with(connection, sources, needles)
                orders += [_order("microdata", each.table_name, mark_of(each.key)) for each in rows]
                orders += [_order("seen", run) for run, listed in all_listed(connection, sources) if mentions(listed, needles)]
        return tuple(orders)

    def orders_about(self, answers: Iterable[tuple[int, str, str]], *, needles: Collection[bytes] = ()) -> tuple[str, ...]:
        """To remember that (run, source, address) were in the archive once. An address that itself holds a needle is not written down."""
        return tuple(_order("withdrawn", run, source, "" if mentions(url, needles) else url) for run, source, url in answers)

    def withdraw_microdata(self, table: str, key: str) -> bool:
        """Erase one row about a person, and every answer of its source, each of which may hold it; bar the row for ever. Doing it again
        does no harm. False: there is no such row."""
        with self.database.write() as connection:
            here = (_m.table_name == table) & (_m.key == key)
            source = connection.execute(select(_m.source).where(here)).scalar_one_or_none()
            if source is None:
                return False
            connection.execute(delete(tables.microdata).where(here))
            drop_payloads(connection, _p.source == source, why="withdrawn", at=self._clock())
            bar(connection, table, key)
        self.database.forget()
        return True

    def erase(self, orders: Iterable[str]) -> bool:
        """Carry orders out; a second time does no harm. False: a reader was in the way of overwriting; ask again."""
        with self.database.write() as connection:
            for kind, *names in map(json.loads, orders):
                self._erase(connection, kind, names)
        return self.database.forget()

    def _erase(self, connection: Connection, kind: str, names: list[object]) -> None:
        match kind, names:
            case "payload", [int(number), str(url)]:
                drop_payloads(connection, _p.id == number, why="withdrawn", at=self._clock(), called=url)
            case "withdrawn", [int(run), str(source), str(url)]:
                note_forgotten(connection, [(run, source, url)], why="withdrawn", at=self._clock())
            case "seen", [int(run)]:
                connection.execute(delete(tables.seen).where(tables.seen.c.run == run))
            case "refused", [int(number)]:
                connection.execute(delete(tables.quarantined).where(_q.id == number))
            case "microdata", [str(table), str(mark)]:
                here = connection.execute(select(_m.key).where(_m.table_name == table)).scalars()
                for key in [each for each in here if mark_of(each) == mark]:
                    connection.execute(delete(tables.microdata).where(_m.table_name == table, _m.key == key))
                    bar(connection, table, key)
            case "table", [str(table)]:
                _drop_rows(connection, _q.table_name == table, _m.table_name == table)
            case "row", [str(table), str(key)]:
                # A refused row without key may be any.
                _drop_rows(connection, (_q.table_name == table) & _q.key.in_([key, ""]), (_m.table_name == table) & (_m.key == key))
            case _:
                raise ValueError(f"an order of another kind: {kind}")


def _order(*parts: str | int) -> str:
    return json.dumps(parts, ensure_ascii=False)


def _drop_rows(connection: Connection, refused: ColumnElement[bool], rows: ColumnElement[bool]) -> None:
    connection.execute(delete(tables.quarantined).where(refused))
    connection.execute(delete(tables.microdata).where(rows))


def _microdata_with(connection: Connection, sources: frozenset[str], needles: Collection[bytes]) -> list[Record]:
    """Rows about persons that say what the withdrawn row said: a contribution's words, a name."""
    found = connection.execute(select(_m.table_name, _m.key, _m.content).where(_m.source.in_(sources)))
    return [each for each in found if mentions(each.content, needles)]


def _payloads_with(
    connection: Connection, sources: frozenset[str], urls: frozenset[tuple[str, str]], needles: Collection[bytes]
) -> list[Record]:
    verdicts: dict[str, bool] = {}
    found: list[Record] = []
    for each in all_payloads(connection, sources):
        here = (each.source, each.url) in urls
        if not here and needles and each.sha256 not in verdicts:
            verdicts[each.sha256] = holds(read_content(connection, each.sha256), needles)
        if here or verdicts.get(each.sha256, False):
            found.append(each)
    return found
