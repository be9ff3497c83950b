"""One value of a datastream, and what a kind of source has to offer so that values can be taken from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from harvesters.sensors.observed import Datastream
from schemas.fetch import WebFetch


@dataclass(frozen=True, kw_only=True)
class Stated:
    """An observation as a source writes it, before anybody has looked at it."""

    time: object  #: when it was observed; of an interval, all of it
    value: object
    resulted: object = None  #: when the value came about
    quality: object = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer of a source."""

    stated: tuple[Stated, ...]
    last: bool  #: of its list


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One that can be kept."""

    datastream: str  #: id of the datastream within its network
    time: datetime  #: when it was observed (of an interval: its beginning), UTC
    value: float  #: finite
    resulted: datetime | None = None  #: when the value came about, UTC; None: nobody says
    quality: str = ""  #: as the source says, a word


class Observing(Protocol):
    """What a kind offers."""

    def observations(self, fetch: WebFetch, stream: Datastream, since: datetime, until: datetime) -> Iterator[Answer]:
        """Of one datastream, observed from `since` to before `until` (aware), oldest first; asked for one by one, so that a run can stop
        in between. Raises SourceError."""
        ...
