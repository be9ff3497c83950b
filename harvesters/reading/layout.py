"""What a mapping says about a file, and what a reader may know of the table it is for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from catalog.dialect import Pins


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a mapping pins of a file. None: found out for each file, and reported."""

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header_row: int | None = None
    decimal: str | None = None
    thousands: str | None = None
    sheet: str = ""  #: workbooks: "" for the only one
    records: str = ""  #: JSON: path of the list, "" for the whole document
    footer: str | None = None  #: how the first row below the table begins; "": there is none
    merged: Literal["", "fill"] = ""  #: "fill": the value of merged cells belongs to each of them
    stacked: Literal["", "read"] = ""  #: "read": a header that comes again is left out, and reading goes on

    @property
    def pins(self) -> Pins:
        return Pins(
            encoding=self.encoding,
            delimiter=self.delimiter,
            quote=self.quote,
            header_row=self.header_row,
            decimal=self.decimal,
            thousands=self.thousands,
        )


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the mapping takes from the file. It helps to find the header, to read numbers and to tell data from what stands below."""

    columns: frozenset[str] = frozenset()  #: names that the header has to hold
    numbers: frozenset[str] = frozenset()  #: those among them that are read as numbers
    #: For each table: the columns without which a row of it cannot be published.
    needed: Sequence[frozenset[str]] = field(default_factory=tuple)
