"""Shared by all tests: hypothesis runs the same examples on every machine, without deadlines (machines differ in speed)."""

import pytest
from hypothesis import settings

settings.register_profile("klar", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("klar")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests recorded as "summary" (counts that a reader should see), and why others were skipped."""
    passed = (value for report in terminalreporter.getreports("passed") for name, value in report.user_properties if name == "summary")
    skipped = (report.longrepr[2] for report in terminalreporter.getreports("skipped"))
    for line in dict.fromkeys([*map(str, passed), *skipped]):
        terminalreporter.write_line(line)
