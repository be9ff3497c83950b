"""What the templates of this package are given: one frozen dataclass a page."""

from dataclasses import dataclass

from api.web.pages import Link
from api.web.sensors.shapes import Drawing
from api.web.statistics.pages import Control
from schemas.values import Text


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a station observes, and where its row stands."""

    label: str
    path: str  #: of the data set
    rows: str  #: its rows as JSON
    live: str  #: address of current values, "" when nobody says


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A station in the list."""

    id: str
    name: str
    status: str
    about: tuple[str, ...]  #: place, district, operator
    network: Text
    measured: tuple[Measured, ...]


@dataclass(frozen=True, kw_only=True)
class StationsPage:
    total: int  #: stations found
    number: int  #: of this page, from 1
    pages: int
    controls: tuple[Control, ...]
    action: str  #: where the form goes
    filtered: bool
    everything: str  #: address without filters
    map: Drawing | None
    entries: tuple[Entry, ...]
    previous: str  #: address, "" on the first page
    next: str
    datasets: tuple[Link, ...]  #: where the rows stand
