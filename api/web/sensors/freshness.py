"""How fresh the values behind a layer are: from the newest runs, never from the data set, which does not change with a value.

A run says when it last saw a value; what came after it began, nobody knows. So nothing here depends on the hour of the request, and a
finished answer stays right until the next run.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.web.record import Json, moment_json
from api.web.services import PublicSource
from api.web.texts import text
from api.web.web import Web
from api.web.wording import minute
from catalog.plan import Freshness, Lately
from schemas.errors import Gone, UnknownDataset
from schemas.model import Dataset

KIND = "sensor"
_ROUGHLY = 0.02
_STEPS = ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds"))


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Of one layer."""

    last: datetime  #: when the latest value began, aware
    interval: float | None  #: seconds between two values; None: they come when something happens
    looked: datetime  #: when klar asked last, aware
    stale_since: datetime | None  #: when the next value was overdue; None while it was not


@dataclass(frozen=True, kw_only=True)
class Live:
    """What a finished page of a data set depends on beside the revision."""

    seen: Seen | None


def live_of(web: Web, name: str) -> Live | None:
    """None for a data set without values that come, or one that is not there: then the revision says everything."""
    try:
        dataset = web.entry(name).dataset
    except (UnknownDataset, Gone):
        return None
    return Live(seen=seen_of(web, dataset)) if dataset.kind == KIND and dataset.table is not None else None


def seen_of(web: Web, dataset: Dataset) -> Seen | None:
    """None when no run has seen a value. A source that speaks of persons tells nothing by its runs."""
    found = (web.services.store.freshness(each.name) for each in dataset.sources if not each.personal_data)
    seen = [each for freshness in found if freshness for each in _of_table(freshness, dataset.columns.name)]
    return max(seen, key=lambda each: each.last, default=None)


def _of_table(freshness: Freshness, table: str) -> Iterator[Seen]:
    return (_seen(each, freshness.looked) for each in freshness.tables if each.table == table)


def _seen(lately: Lately, looked: datetime) -> Seen:
    return Seen(last=lately.last, interval=lately.interval, looked=looked, stale_since=lately.stale_since(looked))


@dataclass(frozen=True, kw_only=True)
class SourceValues:
    """Of all published layers of one source."""

    layers: tuple[tuple[str, Seen], ...]  #: name of the data set, freshness

    @property
    def last(self) -> datetime:
        return max(seen.last for _, seen in self.layers)

    @property
    def stale(self) -> int:
        return sum(seen.stale_since is not None for _, seen in self.layers)


def values_of(web: Web, source: PublicSource, datasets: Iterable[Dataset]) -> SourceValues | None:
    """None for a source without values, and for one that speaks of persons. What is not published is not named."""
    freshness = None if source.personal_data else web.services.store.freshness(source.name)
    if freshness is None:
        return None
    names = {each.table.name: each.name for each in datasets if each.table is not None}
    layers = tuple(sorted((names[each.table], _seen(each, freshness.looked)) for each in freshness.tables if each.table in names))
    return SourceValues(layers=layers) if layers else None


def seen_json(seen: Seen | None) -> Json | None:
    if seen is None:
        return None
    return {
        "last": moment_json(seen.last),
        "interval_seconds": seen.interval,
        "looked": moment_json(seen.looked),
        "stale_since": moment_json(seen.stale_since),
    }


def values_json(values: SourceValues | None) -> Sequence[Json]:
    return [{"dataset": name, **(seen_json(seen) or {})} for name, seen in values.layers] if values else []


def sentence(seen: Seen, language: str) -> str:
    """`Letzter Messwert: …; erwartet alle 15 Minuten.`"""
    last, interval = minute(seen.last, language), seen.interval
    expected = text("freshness_irregular", language) if interval is None else text_of_interval(interval, language)
    if seen.stale_since:
        return text("freshness_stale", language, last=last, expected=expected)
    return text("freshness_last", language, last=last, expected=expected)


def source_sentence(values: SourceValues, language: str) -> str:
    """For `/status`."""
    last = text("freshness_source", language, last=minute(values.last, language))
    if not values.stale:
        return last
    return f"{last} {text('freshness_source_stale', language, stale=values.stale, count=len(values.layers))}"


def text_of_interval(seconds: float, language: str) -> str:
    """`alle 15 Minuten`: in the largest unit of which it is a whole number, give or take a fiftieth."""
    fitting = (each for each in _STEPS if abs(round(seconds / each[0]) * each[0] - seconds) <= _ROUGHLY * seconds)
    size, unit = next(fitting, _STEPS[-1])
    count = max(round(seconds / size), 1)
    return text(f"interval_{unit}_one", language) if count == 1 else text(f"interval_{unit}", language, count=count)
