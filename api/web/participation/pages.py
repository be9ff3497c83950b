"""What the templates of this package are given: one frozen dataclass a page."""

from collections.abc import Mapping
from dataclasses import dataclass

from api.web.pages import Facet, Link
from api.web.reported import Group

#: Table -> where its pages lie.
SECTIONS: Mapping[str, str] = {"project": "projects", "process": "processes"}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One column of a row, as people read it."""

    label: str
    value: str
    german: bool  #: words of a source, which nobody has translated


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a statement can be looked up."""

    source: str  #: "" when nobody is named
    source_url: str
    source_date: str  #: ISO, reduced precision; "" when the source has none
    inferred: bool  #: the date was inferred from the content


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One line of the timeline."""

    kind: str  #: event, phase, process_start …; the text `timeline_{kind}` names it
    start: str  #: ISO, reduced precision; "" when unknown
    when: str  #: in words
    title: str
    path: str  #: page about it, "" when there is none
    facts: tuple[Fact, ...]
    minutes_url: str  #: linked, never copied: minutes hold names
    recording_url: str
    origin: Origin
    ahead: bool  #: lies in the future


@dataclass(frozen=True, kw_only=True)
class Name:
    """Another name."""

    name: str
    path: str  #: of the page of that name, "" when there is none
    confirmed: bool  #: by whoever is in charge


@dataclass(frozen=True, kw_only=True)
class Part:
    """A process of a project, or a project that is part of another."""

    title: str
    path: str
    about: str  #: period and form in words
    tag: str  #: whether one can take part, or the state


@dataclass(frozen=True, kw_only=True)
class TakePart:
    state: str  #: now, later, over, unknown
    day: str  #: end (now, over) or start (later) in words, "" when unknown
    url: str  #: where one can take part, "" when there is no address
    events: tuple[Moment, ...]  #: of today and later, the next one first


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Target groups as the project names them, beside those that it reached."""

    named: tuple[str, ...]
    reached: tuple[str, ...]  #: () when nobody has reported it


@dataclass(frozen=True, kw_only=True)
class Results:
    """What came out of one question."""

    question: str
    options: tuple[Group, ...]


@dataclass(frozen=True, kw_only=True)
class Question:
    block: str  #: heading it stands under in its source
    question: str
    answer: tuple[str, ...]  #: paragraphs; () while there is none
    state: str  #: in words
    facts: tuple[Fact, ...]
    origin: Origin


@dataclass(frozen=True, kw_only=True)
class DossierPage:
    """A project, or a process of participation."""

    section: str  #: projects or processes
    title: str
    former_titles: tuple[str, ...]
    names: tuple[Name, ...]  #: further ones, and those that others only suppose
    summary: str
    notice: str  #: that the source does not have it any more, or that a newer state is being checked; ""
    facts: tuple[Fact, ...]
    website: str
    project: Part | None  #: what a process or a part belongs to
    parts: tuple[Part, ...]  #: parts of a project
    processes: tuple[Part, ...]
    take_part: TakePart
    groups: Groups | None  #: None for a process, and where none are named
    evaluation: tuple[Fact, ...]
    chain: tuple[Fact, ...]  #: what became of it: results, decision, minutes, answers, measures
    compared: tuple[Link, ...]  #: statistics over all processes and events in the same respect
    timeline: tuple[Moment, ...]  #: earliest first; what has no date comes last
    figures: tuple[Group, ...]
    results: tuple[Results, ...]
    questions: tuple[Question, ...]  #: at most as many as fit on a page
    question_count: int
    statistics: tuple[Link, ...]
    note: str
    sources: tuple[Origin, ...]
    datasets: tuple[Link, ...]  #: where the rows of this page stand
    calendar: str  #: path of its events for calendars, "" when it has none
    structured: str  #: schema.org as JSON-LD, safe in a script element; ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A project or process in a list."""

    title: str
    path: str
    tag: str
    summary: str
    about: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DossiersPage:
    section: str  #: projects or processes
    total: int
    number: int  #: of this page, from 1
    pages: int
    facets: tuple[Facet, ...]
    entries: tuple[Entry, ...]
    previous: str  #: address, "" on the first page
    next: str
    dataset: str  #: name of the data set, "" while it is not published
    calendar: bool  #: there are events
