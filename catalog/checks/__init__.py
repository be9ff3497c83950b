"""Frictionless as the judge of rows and files: with our schema, a pinned dialect, local files only, never trusted, and in a child
process with limits.

Known traps of Frictionless 5.21 (engines measured, section 2): without a pinned header row it guesses one, without a delimiter it
sniffs one, its package reader opens addresses and databases, a pattern may never end, and some values make it raise.
"""

from catalog.checks.files import ERROR_LIMIT, validate_file
from catalog.checks.judge import MEMORY, SECONDS
from catalog.checks.report import FileError, Report
from catalog.checks.rows import check_rows

__all__ = ["ERROR_LIMIT", "MEMORY", "SECONDS", "FileError", "Report", "check_rows", "validate_file"]
