"""CSV record by record, never the whole text at once: a file of 100 MB takes no more memory than its longest line."""

import codecs
import csv
import io
from collections.abc import Iterator

from catalog.dialect.broken import BrokenFile

#: Characters of one cell. Longer ones are an unclosed quote or no table.
LONGEST_CELL = 100_000
#: Characters of one line of the file.
LONGEST_LINE = 1_000_000


def records(content: bytes, encoding: str, delimiter: str, quote: str) -> Iterator[list[str]]:
    """The cells of each record, blank ones included, as a table program counts rows. Line ends inside quotes stay as they are.

    Raises BrokenFile: a quote that stays open, text after a closing quote, a cell or line beyond the limits, a byte of another encoding.
    """
    reader = csv.reader(_lines(content, encoding), delimiter=delimiter, quotechar=quote, strict=True)
    row = 0
    while True:
        row += 1
        # The limit is one of the process, and other libraries raise it.
        before = csv.field_size_limit(LONGEST_CELL)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _broken(error, row) from error
        except UnicodeDecodeError as error:
            raise BrokenFile("encoding", f"Die Datei ist nicht in {encoding} gespeichert (Zeile {row}).", row=row) from error
        finally:
            csv.field_size_limit(before)
        yield cells


def text_of(content: bytes, encoding: str) -> io.TextIOWrapper:
    """Decodes while it is read, and shares the bytes it reads from. Line ends stay."""
    # The mark at the beginning of UTF-8 is no part of the text, whoever forgot to say that there is one.
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding, newline="")


def _lines(content: bytes, encoding: str) -> Iterator[str]:
    text = text_of(content, encoding)
    number = 0
    while line := text.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            message = f"Zeile {number} der Datei ist länger als {LONGEST_LINE // 1_000_000} Million Zeichen. Das ist keine Tabelle."
            raise BrokenFile("too-large", message, row=number)
        yield line


def _broken(error: csv.Error, row: int) -> BrokenFile:
    if "field limit" in str(error):
        message = f"Ab Zeile {row} ist eine Zelle länger als {LONGEST_CELL // 1000}.000 Zeichen: bleibt ein Anführungszeichen offen?"
        return BrokenFile("cell-too-long", message, row=row)
    message = f"Ab Zeile {row} stimmen Anführungszeichen und Trennzeichen nicht: ein Anführungszeichen bleibt offen?"
    return BrokenFile("broken-quotes", message, row=row)
