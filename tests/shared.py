"""Where the reference material lies, which tests use if it is there: official shapes, samples, researched facts."""

import os
from pathlib import Path

SHARED = Path(os.environ.get("KLAR_SHARED", Path(__file__).resolve().parents[2] / "shared")).resolve()
