"""Publishing one changed data set in a catalogue of 1,000 and of 100,000 (`benchmarks.catalogue`): it must cost the same; and walking
all its pages must not take more memory.

Run alone: `python -m benchmarks.growing [data sets …]`.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.catalogue import multiply
from benchmarks.report import Measurement, figure
from benchmarks.site import SITE
from catalog import standing
from catalog.files import Files
from catalog.plan import Guards, Intake, PlanState, Review, SeenTable
from catalog.planning import make_plan
from catalog.publish import Publisher
from catalog.store import Store
from dcat.feed import numbers_on
from dcat.render import renderer
from schemas.declaration import city_wide
from schemas.model import SourceReference
from schemas.row import Row

_SOURCE = SourceReference(name="bench", title="Benchmark")
_DATASET = city_wide()["ortsbezirke"]
_MOST_REFRESHED = 5_000  #: larger catalogues are called in line instead
_GUARDS = Guards(at_least=0, max_shrink=1.0, review=Review.NEVER, remove_after=timedelta(0))


def measure(folder: Path, sizes: Collection[int] = (1_000, 100_000)) -> list[Measurement]:
    return [each for size in sizes for each in _measure(folder / str(size), size)]


def _measure(folder: Path, size: int) -> Iterator[Measurement]:
    folder.mkdir(parents=True)
    city = _City(folder)
    city.publish("Innenstadt", "Betzenberg")
    made = _cpu(lambda: multiply(city.store, _DATASET.name, size))
    name = f"in a catalogue of {size:,}"
    yield Measurement(f"{size:,} data sets made", made, "s CPU", "")
    if size <= _MOST_REFRESHED:
        looked = _cpu(city.publisher.refresh)
        yield Measurement(f"refresh that looks at all {name}", looked, "s CPU", f"{looked / size * 1000:.1f} ms each")
    else:
        city.call_it_in_line()
    city.publish("Innenstadt", "Erfenbach")
    times = sorted(_cpu(lambda turn=turn: city.publish("Innenstadt", f"Ort {turn}")) for turn in range(9))  # type: ignore[misc]  # bound now
    yield Measurement(f"one changed data set published {name}", times[4] * 1000, "ms CPU", f"at most {figure(times[-1] * 1000)} ms")
    yield Measurement(f"refresh without a change {name}", min(_cpu(city.publisher.refresh) for _ in range(5)) * 1000, "ms CPU", "")
    city.publish("Innenstadt")
    removed = _cpu(lambda: city.publish("Innenstadt"))
    yield Measurement(f"a missing row removed {name}", removed * 1000, "ms CPU", "who refers to it is looked for")
    yield Measurement(f"what one feed page asks the store {name}", min(_cpu(city.feed_page) for _ in range(5)) * 1000, "ms CPU", "")
    city.store.close()
    yield from _walked(folder, size)


def _walked(folder: Path, size: int) -> Iterator[Measurement]:
    """In a process of its own, whose memory nothing else has touched."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.walking", str(folder)], check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(done.stdout)
    if found["datasets"] != size:
        raise RuntimeError(f"{found['datasets']} of {size} data sets walked")
    more = f"{found['peak'] - found['before']:.0f} MB more than before the first page"
    note = f"{more}; {found['pages']:,} pages, {figure(found['cpu'])} s CPU"
    yield Measurement(f"peak memory of walking {size:,} data sets", found["peak"], "MB", note)


class _City:
    def __init__(self, folder: Path) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)
        self._run = 0
        self.store = Store(f"sqlite:///{folder / 'klar.db'}", clock=lambda: self._now)
        self.store.upgrade()
        self._renderer = renderer(SITE)
        self.publisher = Publisher(
            self.store,
            Files(folder / "public"),
            Files(folder / "archive"),
            site=SITE,
            curation=folder / "curation",
            renderer=self._renderer,
            clock=lambda: self._now,
        )

    def publish(self, *names: str) -> None:
        self._now += timedelta(hours=1)
        self._run += 1
        table = _DATASET.table
        rows = tuple(_row(number, name) for number, name in enumerate(names))
        plan = make_plan(
            Intake(source=_SOURCE, run=self._run, at=self._now, tables=(SeenTable(declaration=_DATASET, rows=rows),)),
            published={table.name: self.store.published(_SOURCE.name, table.name)},
            known_datasets=self.store.known_datasets([_DATASET.name]),
            guards=_GUARDS,
            base=self.store.fingerprint(_SOURCE.name),
        )
        self.publisher.apply(self.store.save_plan(plan, PlanState.PROPOSED))

    def call_it_in_line(self) -> None:
        """As a refresh leaves it that found nothing to do."""
        press = self.publisher._press
        with self.store.database.write() as connection:
            standing.finish(connection, standing.begin(connection, press))

    def feed_page(self) -> None:
        self.store.totals()
        if self.store.missing_fragments(self._renderer.key):
            raise RuntimeError("not rendered")
        self.store.fragments("ttl", self._renderer.key, *numbers_on(1))


def _row(number: int, name: str) -> Row:
    values = dict.fromkeys(_DATASET.table.field_names) | {"id": f"bezirk-{number}", "name": name}
    return Row(table=_DATASET.table.name, key=f"bezirk-{number}", values=values)


def _cpu(act: Callable[[], object]) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


def main() -> None:
    sizes = [int(each) for each in sys.argv[1:]] or [1_000, 100_000]
    with tempfile.TemporaryDirectory() as folder:
        for each in measure(Path(folder), sizes):
            print(f"{each.what}: {figure(each.value)} {each.unit}  {each.ratio}", flush=True)


if __name__ == "__main__":
    main()
