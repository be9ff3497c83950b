"""What stands below a header: data, and what people put among and under it. Nothing is left out without a note, and nothing that
could be data is left out at all: a doubtful row goes on, and waits for a person."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from catalog.dialect import BrokenFile
from catalog.dialect.header import is_value, looks_like_header
from harvesters.parsing import Cell
from harvesters.reading.layout import Layout, Wanted
from harvesters.reading.lines import Line, Note, RawLine, Unusable, blank
from harvesters.reading.merged import Merge, Merges
from harvesters.record import Problem

#: Rows at the end that may be a footer. More of them are a table.
LONGEST_FOOTER = 100
_LEARNED_FROM = 20
_FOOTER_WORD = re.compile(
    r"(?:(?:zwischen|gesamt|end)?summen?|gesamt|insgesamt|total|quellen?|(?:daten|gebiets)?stand|hinweise?|anmerkung(?:en)?|bemerkung(?:en)?"
    r"|erläuterung(?:en)?|legende|fußnoten?|herausgeber(?:in)?|erstellt|exportiert|druckdatum|ansprechpartner(?:in)?|kontakt|seite \d+)"
    r"(?=[\s:.,;(]|$)|©|\(c\)|\*|†|[¹²³]|\d\)|-{2,}|_{2,}",
    re.IGNORECASE,
)
#: A row that begins like this is no project and no event, wherever it stands.
_SUM = re.compile(r"(?:zwischen|gesamt|end)?summen?:?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Body:
    """How the rows below a header are to be read. `widths`: how many cells a row may have where only counting tells which cell is which
    (CSV); a cell more or less means that others may have shifted."""

    header: tuple[str, ...]
    header_row: int
    layout: Layout
    wanted: Wanted
    widths: Collection[int] = ()
    merges: Sequence[Merge] = ()

    def lines(self, raw: Iterator[RawLine]) -> Iterator[Line | Note]:
        """Raises BrokenFile: another table below this one, undeclared merged cells."""
        filled = (each for each in raw if not each.is_blank)
        merges = Merges([each for each in self.merges if each.last_row > self.header_row])
        for each in self._above_footer(self._of_one_table(filled)):
            if isinstance(each, Note):
                yield each
            else:
                yield self._checked(merges.resolved(each, self.header, fill=self.layout.merged == "fill"))

    # --- tables below each other -----------------------------------------------------------------------------------------

    def _of_one_table(self, lines: Iterator[RawLine]) -> Iterator[RawLine | Note]:
        previous, values = self.header_row, _Values(len(self.header))
        for line in lines:
            if line.beginning == self.header[0] and self._is_header(line.texts):
                yield self._repeated(line.row)
            else:
                if line.row > previous + 1 and (why := self._another_table(line, line.texts, values)):
                    message = (
                        f"In Zeile {line.row} beginnt unter einer Leerzeile eine andere Tabelle ({why}). Jede Tabelle braucht ihre Datei."
                    )
                    raise BrokenFile("stacked-tables", message, row=line.row)
                values.learn(line)
                yield line
            previous = line.row

    def _is_header(self, texts: Sequence[str]) -> bool:
        return tuple(texts[: len(self.header)]) == self.header and not any(texts[len(self.header) :])

    def _repeated(self, row: int) -> Note:
        if self.layout.stacked == "read":
            return Note(
                code="stacked-tables", message=f"Zeile {row} wiederholt die Kopfzeile; gelesen wurde darunter weiter.", row=row, rows=1
            )
        message = f'Zeile {row} wiederholt die Kopfzeile. Sollen alle Blöcke gelesen werden, sagt die Zuordnung stacked = "read".'
        raise BrokenFile("stacked-tables", message, row=row)

    def _another_table(self, line: RawLine, texts: Sequence[str], values: "_Values") -> str:
        """Why this row below a gap is the header of another table; "" if nothing says so."""
        names = [each for each in texts if each]
        known = [each for each in names if each in self.header]
        if len(known) > 1 and len(known) * 2 >= len(names):
            return "einige Spalten heißen wie in der Kopfzeile"
        if len(names) < 2 or not looks_like_header(texts) or any(not isinstance(each, str) for each in line.cells if not blank(each)):
            return ""
        if self.widths and len(line.cells) not in self.widths:
            return f"{len(line.cells)} Spalten statt {len(self.header)}"
        clash = next((name for name, text, typed in zip(self.header, texts, values.typed, strict=False) if typed and text), "")
        return f"in der Spalte »{clash}« stehen sonst Zahlen oder Daten" if clash else ""

    # --- below the table -------------------------------------------------------------------------------------------------

    def _above_footer(self, lines: Iterator[RawLine | Note]) -> Iterator[RawLine | Note]:
        if self.layout.footer:
            yield from self._down_to(self.layout.footer, lines)
        elif self.layout.footer is None:
            yield from self._down_to_likely(lines)
        else:
            yield from lines

    def _down_to(self, beginning: str, lines: Iterator[RawLine | Note]) -> Iterator[RawLine | Note]:
        left: list[RawLine] = []
        for line in lines:
            if isinstance(line, Note) or (not left and not line.beginning.startswith(beginning)):
                yield line
            else:
                self._require_no_data(line, beginning)
                left.append(line)
        if left:
            yield _left_out(left)

    def _require_no_data(self, line: RawLine, beginning: str) -> None:
        """A footer that is pinned too high would take rows with it."""
        if self.wanted.needed and not self._is_unpublishable(line.texts):
            message = f"Unter der Fußzeile »{beginning}« (footer) steht in Zeile {line.row} wieder eine vollständige Zeile."
            raise BrokenFile("data-below-footer", message, row=line.row)

    def _down_to_likely(self, lines: Iterator[RawLine | Note]) -> Iterator[RawLine | Note]:
        """A footer is what stands below a blank row at the very end, and looks like one in every row."""
        previous, waiting = self.header_row, list[RawLine]()
        for line in lines:
            if isinstance(line, Note):
                yield from waiting
                waiting.clear()
                yield line
                previous = line.row or previous
                continue
            gap, previous = line.row > previous + 1, line.row
            if (waiting or gap) and len(waiting) < LONGEST_FOOTER and self._looks_like_footer(line.texts):
                waiting.append(line)
                continue
            yield from waiting
            waiting.clear()
            yield line
        if waiting:
            yield _left_out(waiting)

    def _looks_like_footer(self, texts: Sequence[str]) -> bool:
        """A row that could be published as it stands never does."""
        filled = [each for each in texts if each]
        if not self._is_unpublishable(texts):
            return False
        if _FOOTER_WORD.match(filled[0]):
            return True
        is_sentence = len(self.header) > 2 and len(filled) == 1 and (" " in filled[0] or ":" in filled[0])
        return is_sentence or (len(filled) <= 2 and self._has_no_key(texts))

    def _is_unpublishable(self, texts: Sequence[str]) -> bool:
        """Whether each table misses something it needs; where nobody knows what it needs, whether half of the cells are empty."""
        if not self.wanted.needed:
            return sum(map(bool, texts)) * 2 <= len(self.header)
        return all(self._misses(texts, needed) for needed in self.wanted.needed)

    def _misses(self, texts: Sequence[str], needed: Collection[str]) -> bool:
        return any(name in needed and not text for name, text in zip(self.header, [*texts, *[""] * len(self.header)], strict=False))

    def _has_no_key(self, texts: Sequence[str]) -> bool:
        """Nothing of what any table needs is there."""
        needed = frozenset[str]().union(*self.wanted.needed)
        return bool(needed) and not any(text for name, text in zip(self.header, texts, strict=False) if name in needed)

    # --- one row -----------------------------------------------------------------------------------------------------------

    def _checked(self, line: RawLine) -> Line:
        problems = []
        if (self.widths and len(line.cells) not in self.widths) or not all(map(blank, line.cells[len(self.header) :])):
            message = f"Die Zeile hat {len(line.cells)} Felder, die Kopfzeile {len(self.header)}."
            problems.append(Problem(code="ragged-row", message=message))
        if self.layout.footer != "" and _SUM.fullmatch(line.beginning):
            message = 'Die Zeile sieht nach einer Summe aus. Ist sie keine, sagt die Zuordnung footer = "".'
            problems.append(Problem(code="footer-like", message=message))
        return checked(line, self.header, problems)


def checked(line: RawLine, header: Sequence[str], problems: Sequence[Problem] = ()) -> Line:
    """A line as wide as the header; what is no value is said."""
    own = [each for name, cell in zip(header, line.cells, strict=False) if (each := _cell_problem(name, cell)) is not None]
    usable: list[Cell] = [None if isinstance(cell, Unusable) else cell for cell in line.cells[: len(header)]]
    missing = [None] * (len(header) - len(usable))
    return Line(row=line.row, cells=(*usable, *missing), problems=(*own, *problems))


class _Values:
    """Which columns hold nothing but numbers and dates, as far as the first rows tell."""

    def __init__(self, width: int) -> None:
        self._rows = 0
        self._texts = [False] * width
        self._seen = [False] * width

    def learn(self, line: RawLine) -> None:
        if self._rows >= _LEARNED_FROM:
            return
        self._rows += 1
        for place, cell in enumerate(line.cells[: len(self._seen)]):
            if not blank(cell):
                self._seen[place] = True
                self._texts[place] |= isinstance(cell, str) and not is_value(cell)

    @property
    def typed(self) -> list[bool]:
        return [seen and not text for seen, text in zip(self._seen, self._texts, strict=True)]


def _cell_problem(name: str, cell: Cell | Unusable) -> Problem | None:
    if isinstance(cell, Unusable):
        return Problem(code=cell.code, message=cell.message, field=name)
    if isinstance(cell, str) and "\0" in cell:
        return Problem(code="control-character", message="Der Text enthält ein Null-Zeichen.", field=name)
    return None


def _left_out(lines: Sequence[RawLine]) -> Note:
    first, last = lines[0].row, lines[-1].row
    which = f"Zeile {first}" if first == last else f"Zeilen {first} bis {last}"
    message = f"Als Fußzeilen nicht gelesen wurden {len(lines)} Zeilen unter der Tabelle ({which})."
    if len(lines) == 1:
        message = f"Als Fußzeile nicht gelesen wurde 1 Zeile unter der Tabelle ({which})."
    return Note(code="footer", message=message, row=first, rows=len(lines))
