"""Children of the test process itself, for stories that end at a boundary."""

import gc
import os


def forked() -> int:
    """As `os.fork`. The child collects nothing of what it inherited: what other tests left in cycles may belong to threads (of DuckDB) that
    a child does not have, and would take it down."""
    child = os.fork()
    if child == 0:
        gc.freeze()
    return child
