"""Search over 10,000 and 100,000 data sets: building the index, following one change, and asking, with facets, as a page does.

Run alone: `python -m benchmarks.searching [data sets …]`. Answers are timed by the processor: what else the machine does counts
for nothing, and what the engine itself does counts in full.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.catalogue import invented, words
from benchmarks.report import Measurement, figure
from catalog.search import Changes, Document, Query, Search
from catalog.search.storage import MOST_EXTRA
from schemas.values import Text, Theme

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_ROUNDS = 5


def measure(folder: Path, sizes: Collection[int] = (10_000, 100_000)) -> list[Measurement]:
    return [each for size in sizes for each in _measure(folder / str(size), size)]


def _measure(folder: Path, size: int) -> Iterator[Measurement]:
    index, catalogue = Search(folder), _Generated(size)
    name = f"{size:,} data sets"
    built = _cpu(lambda: index.catch_up(1, catalogue))
    yield Measurement(f"search index of {name}, built from nothing", built, "s CPU", f"{size / built:,.0f} documents/s")
    first = _cpu(lambda: index.find(Query(), now=_NOW))
    yield Measurement(f"search index of {name}, opened and asked once", first, "s CPU", "")
    followed = []
    for revision in range(2, 7):
        catalogue.change(size // revision)
        followed.append(_cpu(lambda revision=revision: index.catch_up(revision, catalogue)))  # type: ignore[misc]  # bound now
    yield Measurement(
        f"search index of {name}, one changed data set followed", max(followed), "s CPU", f"{built / max(followed):,.0f} × faster"
    )
    catalogue.read = 0
    many = MOST_EXTRA + 1
    for number in range(1, many + 1):
        catalogue.change(number)
    whole = _cpu(lambda: index.catch_up(99, catalogue))
    yield Measurement(f"search index of {name}, {many} changed ones (written anew)", whole, "s CPU", f"{catalogue.read:,} documents read")
    catalogue.change(size // 2)
    index.catch_up(100, catalogue)
    for what, queries in _QUERIES.items():
        times = sorted(_cpu(lambda query=query: index.find(query, now=_NOW)) for query in queries for _ in range(_ROUNDS))  # type: ignore[misc]  # bound now
        middle, last = times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000
        yield Measurement(f"{what}, {name}, with all facets", middle, "ms (p50)", f"p99 {figure(last)} ms")


def _variants(texts: list[str]) -> list[Query]:
    """As people click on: the text alone, a theme, another order, a later page."""
    queries = [
        (Query(text=text), Query(text=text, theme=("ENVI",)), Query(text=text, sort="title"), Query(text=text, page=3)) for text in texts
    ]
    return [each for group in queries for each in group]


_QUERIES = {
    "words that few data sets have": _variants([invented(number) for number in range(1, 9_000, 450)]),
    "words that thousands have": _variants(
        ["Bäume", "Radwege Betzenberg", "spielplatz", "Haltestellen der Innenstadt", "Satzung", "Brunnen"]
    ),
    "parts of compounds": _variants(["straße", "Kindergarten", "zählung", "Platz", "denkmal"]),
    "everything, and words all have": _variants(["", "Verzeichnis", "Ortsbezirk Stadtverwaltung"]),
    "words nobody has": _variants(["xyzzy", "Spielplaz", "Bruecken Qwertz"]),
}


class _Generated:
    """Documents as a city's are: a few common words, some of their own, and what ten rows of each are called."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._changed: list[int] = []
        self.read = 0

    def change(self, number: int) -> None:
        self._changed.append(number)

    def mark(self) -> str:
        return str(len(self._changed))

    def changes(self, since: str) -> Changes:
        return Changes(names=frozenset(f"d-{number}" for number in self._changed[int(since) :]))

    def digests(self) -> Mapping[str, str]:
        return {}

    def documents(self, names: Collection[str] | None) -> Iterator[Document]:
        for number in range(1, self._size + 1) if names is None else sorted(int(each.removeprefix("d-")) for each in names):
            self.read += 1
            document = _document(number)
            yield document if names is None else replace(document, description=Text(de=f"Geändert: {document.description.de}"))


def _document(number: int) -> Document:
    said = words(number)
    return Document(
        name=f"d-{number}",
        number=number,
        title=Text(**said["title"]),
        description=Text(**said["description"]),
        keywords=tuple(Text(**each) for each in said["keywords"]),
        columns=(Text(de="Kennung"), Text(de="Bezeichnung"), Text(de="Lage")),
        content=tuple(f"{invented(number * 7 + row)} an der {invented(number + row)}straße {row}" for row in range(10)),
        themes=tuple(Theme[each].code for each in said["themes"]),
        kind=said["kind"],
        formats=("csv", "json", "xlsx"),
        licence="dl-zero-de/2.0",
        modified=_NOW - timedelta(hours=number % 9000),
    )


def _cpu(act: Callable[[], object]) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


def main() -> None:
    sizes = [int(each) for each in sys.argv[1:]] or [10_000, 100_000]
    with tempfile.TemporaryDirectory() as folder:
        for each in measure(Path(folder), sizes):
            print(f"{each.what}: {figure(each.value)} {each.unit}  {each.ratio}", flush=True)


if __name__ == "__main__":
    main()
