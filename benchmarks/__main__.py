"""`make bench`: everything, about ten minutes. Some modules take sizes when run alone: `python -m benchmarks.large 100000`."""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    auditing,
    contributing,
    growing,
    importing,
    large,
    publishing,
    rendering,
    returning,
    searching,
    sensing,
    serving,
    statistics,
    tabular,
)
from benchmarks.report import Measurement, figure, record

_DOCUMENT = Path(__file__).parent.parent / "docs" / "performance.md"


def main() -> None:
    measurements = []
    with tempfile.TemporaryDirectory() as folder:
        for each in _everything(Path(folder)):
            print(f"{each.what}: {figure(each.value)} {each.unit}  {each.ratio}", flush=True)
            measurements.append(each)
    record(_DOCUMENT, measurements, cores=os.cpu_count() or 1, on=datetime.now(UTC).date())


def _everything(place: Path) -> Iterator[Measurement]:
    yield from publishing.measure(place / "publishing")
    yield from rendering.measure()
    yield from serving.measure(place / "serving")
    yield from large.measure(place / "large")
    yield from growing.measure(place / "growing", [1_000, 20_000])
    yield from searching.measure(place / "searching", [10_000])
    yield from importing.measure(place / "importing")
    yield from contributing.measure(place / "contributing")
    yield from returning.measure(place / "returning")
    yield from sensing.measure(place / "sensing")
    yield from tabular.measure(place / "tabular")
    yield from statistics.measure(place / "statistics")
    yield from auditing.measure()


if __name__ == "__main__":
    main()
