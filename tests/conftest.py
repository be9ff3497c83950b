"""Shared by all tests: hypothesis runs the same examples on every machine, without deadlines (machines differ in speed); what tests
write goes to memory where there is room; programs that they start keep what they compiled."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from tests.statements import compile_once

settings.register_profile("klar", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("klar")

_MEMORY = Path("/dev/shm")  # Linux keeps it in memory
#: Bytes, many times what tests hold at once: a folder is deleted when its test has passed.
_ENOUGH = 4 << 30


def _write_to_memory() -> None:
    """Publishing waits for the disk again and again, so that nothing is lost with the power: no test switches that off. Workers get
    the variable from the process that starts them, and keep to it."""
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None  # it may have been asked for


_write_to_memory()
compile_once()
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # `klar` compiles for half a second at each start otherwise


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests recorded as "summary" (counts that a reader should see), and why others were skipped."""
    passed = (value for report in terminalreporter.getreports("passed") for name, value in report.user_properties if name == "summary")
    skipped = (report.longrepr[2] for report in terminalreporter.getreports("skipped"))
    for line in dict.fromkeys([*map(str, passed), *skipped]):
        terminalreporter.write_line(line)
