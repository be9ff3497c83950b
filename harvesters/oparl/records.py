"""What an OParl system gives, with what belongs to it from elsewhere: enough to make rows of it without asking anybody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harvesters.record import Record


@dataclass(frozen=True, kw_only=True)
class Body:
    """One municipality of the system."""

    name: str
    licence: str = ""  #: of everything that names no other one
    organisations: Mapping[str, str] = field(default_factory=dict)  #: id -> name, of those that may be named
    taken: frozenset[str] = frozenset()  #: ids of organisations that become rows
    papers: Mapping[str, "Paper"] = field(default_factory=dict)  #: id of a consultation or an agenda item -> what is consulted on


@dataclass(frozen=True, kw_only=True)
class Paper:
    reference: str = ""
    about: tuple[str, ...] = ()  #: words of `options.keywords` that it speaks of


class OrganisationRecord(Record):
    """A committee."""

    def __init__(self, fields: Mapping[str, object], *, origin: str, body: Body) -> None:
        super().__init__(fields, origin=origin, tables=["organisation"])
        self.body = body


class MeetingRecord(Record):
    """A meeting, without its agenda."""

    def __init__(self, fields: Mapping[str, object], *, origin: str, body: Body) -> None:
        super().__init__(fields, origin=origin, tables=["event"])
        self.body = body


class ItemRecord(Record):
    """One item of an agenda. `meeting`: fields of the meeting."""

    def __init__(self, fields: Mapping[str, object], *, origin: str, body: Body, meeting: Mapping[str, Any]) -> None:
        super().__init__(fields, origin=origin, tables=["decision"])
        self.body = body
        self.meeting = meeting


def text(found: Mapping[str, Any], name: str) -> str:
    """A line; "" for what is no text."""
    said = found.get(name)
    return " ".join(said.split()) if isinstance(said, str) else ""


def texts(found: object) -> tuple[str, ...]:
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def own_fields(found: Mapping[str, Any]) -> dict[str, Any]:
    """Without what reading has added."""
    return {name: value for name, value in found.items() if not name.startswith("klar:")}


def papers_of(found: Iterable[Mapping[str, Any]]) -> dict[str, Paper]:
    papers: dict[str, Paper] = {}
    for each in found:
        paper = Paper(reference=text(each, "reference"), about=texts(each.get("about")))
        for consultation in each.get("consultation") or ():
            for name in ("id", "agendaItem"):
                if isinstance(consultation.get(name), str):
                    papers[consultation[name]] = paper
    return papers
