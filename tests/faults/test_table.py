"""The list of faults is whole, every entry has its test, and the documentation is the list."""

from importlib import import_module

import pytest

from tests.faults.document import DOCUMENT, written
from tests.faults.table import MACHINE_FAULTS, SOURCE_FAULTS, Fault, MachineFault

#: What has to be in it.
WANTED = """
500, 503 with Retry-After, empty 200, [], HTML 200, login page, maintenance JSON, half a page, truncated JSON, paging that repeats,
paging that never ends, next-link to another host, slow loris, endless body, gzip bomb, redirect loop, redirect to 127.0.0.1,
redirect to 169.254.169.254, redirect to [::ffff:127.0.0.1], wrong charset, control characters, IRI with spaces, ids changed,
duplicate ids, column added, column renamed, column removed, counts fell, clock set during a run, clock set between runs, DST night,
disk full, database cannot grow, database locked, killed at a boundary, killed at random, a source hangs
"""
ALL: tuple[Fault | MachineFault, ...] = (*SOURCE_FAULTS, *MACHINE_FAULTS)


def test_no_fault_is_forgotten() -> None:
    names = [each.name for each in ALL]

    for each in WANTED.split(","):
        assert any(name.startswith(each.strip()) for name in names), each
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("fault", ALL, ids=lambda each: each.name)
def test_every_fault_has_its_test(fault: Fault | MachineFault) -> None:
    module, _, name = fault.test.partition("::")

    assert callable(getattr(import_module(f"tests.faults.{module.removesuffix('.py')}"), name.partition("[")[0]))


def test_the_documentation_is_the_list() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")

    assert written(text) == text, "python -m tests.faults.document writes it anew"
