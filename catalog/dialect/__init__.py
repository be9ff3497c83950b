"""What German office files are like (encoding, separator, header row, number style), found out from their bytes and said in German."""

from catalog.dialect.broken import BrokenFile
from catalog.dialect.detection import Detected, Pins, detect
from catalog.dialect.numbers import Numbers
from catalog.dialect.records import LONGEST_CELL, records

__all__ = ["LONGEST_CELL", "BrokenFile", "Detected", "Numbers", "Pins", "detect", "records"]
