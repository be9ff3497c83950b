"""One table's private rows, from what was read to what may stay. Rows that may not are known by their place only."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.checks import check_rows
from catalog.vault import mark_of
from harvesters.private_rows import PrivateRow, in_batches, values_of
from harvesters.walking import Walk
from schemas.row import Finding, Quarantined, Row, Value
from schemas.rules import row_findings, unsuspicious
from schemas.table import Table

#: Field that names the process of a row.
PROCESS = "process_id"
#: Rows that are looked at together.
_BATCH = 5000


@dataclass(frozen=True, kw_only=True, slots=True)
class Arriving:
    """A row that may go into the vault, under its pseudonym."""

    read: PrivateRow
    process: str
    values: Mapping[str, Value]
    content: str  #: `values` as they would be written
    keep_until: datetime


class Sorting:
    """`present`: keys that the source has, whatever is wrong with their rows; `nameless`: rows without a readable key."""

    def __init__(self, table: Table, walk: Walk) -> None:
        self.table = table
        self.nameless = 0
        self.left_out: Counter[str] = Counter()
        self.refused_keys: set[str] = set()
        self._walk = walk
        self._rows: Iterable[PrivateRow] = walk.private[table.name]
        self._digests: dict[str, bytes] = {}  #: of the first row under each key
        self._again: Counter[str] = Counter()  #: key -> further rows under it
        self._unlike: set[str] = set()  #: keys under which there are different rows
        self._came: set[str] = set()  #: of those that come again
        self._unreadable: set[str] = set()  #: keys of records that gave no row
        self._refused: list[Quarantined] = []
        for each in walk.quarantined[table.name]:
            self.nameless += not each.key
            self._unreadable |= {each.key} - {""}
            first = each.findings[0]
            self._refuse(first.origin, first.row, [(finding.code, finding.field) for finding in each.findings])
        self._count()

    def _count(self) -> None:
        for row in self._rows:
            first = self._digests.get(row.key)
            if first is None:
                self._digests[row.key] = row.digest
                continue
            self._again[row.key] += 1
            if first != row.digest:
                self._unlike.add(row.key)

    def is_present(self, key: str) -> bool:
        return key in self._digests or key in self._unreadable

    @property
    def seen(self) -> int:
        """How many rows the source has."""
        return len(self._digests) + sum(key not in self._digests for key in self._unreadable) + self.nameless

    @property
    def refused(self) -> tuple[Quarantined, ...]:
        return tuple({each.digest: each for each in self._refused}.values())

    def batches(
        self, *, barred: Collection[str], taken: Collection[str], targets: Mapping[str, Collection[str]]
    ) -> Iterator[tuple[list[PrivateRow], list[dict[str, Value]]]]:
        """Rows and what they say: each key once, none that never comes back, that another source has brought, or that points to nothing."""
        settled = (row for row in self._rows if self._is_settled(row, barred, taken))
        for batch in in_batches(settled, _BATCH):
            pairs = [pair for pair in zip(batch, values_of(batch), strict=True) if self._leads_somewhere(*pair, targets)]
            yield [row for row, _ in pairs], [values for _, values in pairs]

    def _is_settled(self, row: PrivateRow, barred: Collection[str], taken: Collection[str]) -> bool:
        """Whether this row is the one that stands for its key."""
        again = self._again.get(row.key, 0)
        if again and not self._is_first(row.key):
            return False
        if barred and mark_of(row.key) in barred:
            self.left_out["withdrawn"] += again + 1
        elif row.key in taken or row.key in self._unlike:
            self._refuse_row(row, [("duplicate-key", "")])
        else:
            self.left_out["repeated-row"] += again
            return True
        return False

    def _is_first(self, key: str) -> bool:
        came = key in self._came
        self._came.add(key)
        return not came

    def _leads_somewhere(self, row: PrivateRow, values: Mapping[str, Value], targets: Mapping[str, Collection[str]]) -> bool:
        wrong = [name for name, keys in targets.items() if (value := values.get(name)) is not None and str(value) not in keys]
        if wrong:
            self.left_out["process-not-published" if PROCESS in wrong else "reference-not-published"] += 1
            self._refuse_row(row, [("foreign-key", name) for name in wrong])
        return not wrong

    def refuse_wrong(self, rows: Sequence[Arriving]) -> None:
        """Raises SourceError when the table as a whole could not be judged."""
        judged = [_judged(self.table, each) for each in rows]
        problems: dict[int, list[tuple[str, str]]] = defaultdict(list)
        if not unsuspicious(self.table, judged):
            for index, row in enumerate(judged):
                problems[index] += [(each.code, each.field) for each in row_findings(self.table, row)]
        for index, found in check_rows(self.table, judged).items():
            problems[index] += [(each.code, each.field) for each in found]
        for index, found_here in problems.items():
            if found_here:
                self._refuse_row(rows[index].read, found_here)

    def findings(self) -> Iterator[Finding]:
        for code, count in self.left_out.items():
            if count:
                yield Finding(code=code, message=f"Tabelle »{self.table.title.de}«: {_LEFT_OUT[code]}: {count}.", table=self.table.name)

    def _refuse_row(self, row: PrivateRow, problems: Sequence[tuple[str, str]]) -> None:
        self.refused_keys.add(row.key)
        self._refuse(row.origin, row.line, problems)

    def _refuse(self, origin: str, line: int | None, problems: Sequence[tuple[str, str]]) -> None:
        found = tuple(self._finding(code, field, origin, line) for code, field in dict.fromkeys(problems))
        place = "\0".join([self.table.name, origin, str(line), *(f"{each.code} {each.field}" for each in found)])
        digest = hashlib.sha256(place.encode("utf-8", "surrogatepass")).hexdigest()
        self._refused.append(Quarantined(table=self.table.name, key="", digest=digest, findings=found))

    def _finding(self, code: str, field: str, origin: str, line: int | None) -> Finding:
        named = field if field in self.table.field_names else ""
        about = f", Feld »{self.table.field(named).title.de}«" if named else ""
        why = f"besteht die Prüfung nicht (Regel »{code}«{about})"
        if code == "foreign-key":
            why = f"nennt etwas, das nicht veröffentlicht ist{about}; ist es das, kommt sie mit der nächsten Ernte"
        message = f"Eine Zeile mit Einzeldaten {why}. Was in ihr steht, steht nur in der Quelle."
        return self._walk.own(Finding(code=code, message=message, origin=origin, table=self.table.name, row=line, field=named))


_LEFT_OUT = {
    "withdrawn": "Zeilen, die zurückgezogen sind und nicht wiederkommen",
    "repeated-row": "gleiche Zeilen, die noch einmal in der Quelle stehen und nicht noch einmal zählen",
    "process-not-published": "Zeilen, deren Verfahren nicht veröffentlicht ist; sie kommen mit der ersten Ernte, nachdem es das ist",
    "reference-not-published": "Zeilen, die etwas anderes nennen, das nicht veröffentlicht ist, etwa einen Ortsbezirk; sie warten ebenso",
    "retention-over": "Zeilen, deren Aufbewahrung vorbei ist und die nicht übernommen werden",
}


def _judged(table: Table, row: Arriving) -> Row:
    """The row as it will be kept."""
    return Row(table=table.name, key=row.read.key, values=row.values, source_url=row.read.source_url, origin=row.read.origin)
