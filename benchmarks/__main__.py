"""`make bench`: everything, about five minutes."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import auditing, growing, importing, publishing, rendering, searching, serving, statistics, tabular
from benchmarks.report import figure, record

_DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        measurements = publishing.measure(place / "publishing") + rendering.measure() + serving.measure(place / "serving")
        measurements += growing.measure(place / "growing", [1_000, 20_000]) + searching.measure(place / "searching", [10_000])
        measurements += importing.measure(place / "importing")
        measurements += tabular.measure(place / "tabular")
        measurements += statistics.measure(place / "statistics")
    measurements += auditing.measure()
    for each in measurements:
        print(f"{each.what}: {figure(each.value)} {each.unit}  {each.ratio}")
    record(_DOCUMENT, measurements, cores=os.cpu_count() or 1, on=datetime.now(UTC).date())


if __name__ == "__main__":
    main()
