"""Readers of CSV, XLSX, ODS and JSON: strict. What is wrong with the file ends its reading (BrokenFile); what is wrong with one record
stays with that record; what was found out, or left out, is noted."""

from pathlib import PurePosixPath

from catalog.dialect import LONGEST_CELL, BrokenFile
from harvesters.reading.delimited import read_csv
from harvesters.reading.layout import Layout, Wanted
from harvesters.reading.lines import Line, Note, Sheet
from harvesters.reading.objects import read_json
from harvesters.reading.workbook import read_workbook

__all__ = ["LONGEST_CELL", "BrokenFile", "Layout", "Line", "Note", "Sheet", "Wanted", "read_sheet"]


def read_sheet(address: str, content: bytes, layout: Layout, wanted: Wanted | None = None) -> Sheet:
    """By the address's suffix; CSV where there is none. Raises BrokenFile; LimitExceeded when unpacking takes too much."""
    wanted = wanted or Wanted()
    match PurePosixPath(address).suffix.lower():
        case ".xlsx" | ".xlsm":
            return read_workbook("xlsx", content, layout, wanted)
        case ".ods":
            return read_workbook("ods", content, layout, wanted)
        case ".json" | ".geojson":
            return read_json(content, layout, wanted)
        case ".xls" | ".xlsb" | ".fods" | ".pdf" | ".doc" | ".docx" | ".odt" | ".zip":
            message = "Dieses Dateiformat kann nicht gelesen werden; bitte als CSV, XLSX oder ODS speichern."
            raise BrokenFile("unknown-format", message)
        case _:
            return read_csv(content, layout, wanted)
