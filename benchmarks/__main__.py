"""`make bench`: everything, about two minutes."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import publishing, rendering, serving
from benchmarks.report import figure, record

_DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        measurements = publishing.measure(Path(folder) / "publishing") + rendering.measure() + serving.measure(Path(folder) / "serving")
    for each in measurements:
        print(f"{each.what}: {figure(each.value)} {each.unit}  {each.ratio}")
    record(_DOCUMENT, measurements, cores=os.cpu_count() or 1, on=datetime.now(UTC).date())


if __name__ == "__main__":
    main()
