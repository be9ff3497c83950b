"""Walking an OParl system: bodies, and of each its committees, papers and meetings. Never persons, never memberships."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from catalog.plan import Part
from harvesters.harvester import Parted, Remark, Unmoved, Unreadable
from harvesters.oparl import keeping
from harvesters.oparl.lists import Keep, Lists
from harvesters.oparl.places import position_of
from harvesters.oparl.records import Body, ItemRecord, MeetingRecord, OrganisationRecord, own_fields, papers_of, text, texts
from harvesters.oparl.rows import bodies_of, paper_of
from harvesters.record import Record
from schemas.errors import SourceError
from schemas.row import Finding

Json = Mapping[str, Any]
#: Title of whatever is published and stands in no list that is read.
_UNNAMED = "Listen, die das System jetzt nicht nennt"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What of a system is wanted."""

    tables: frozenset[str]
    bodies: frozenset[str] = frozenset()  #: names of municipalities; none: all of them
    types: frozenset[str] = frozenset()  #: organizationType of organisations that become rows
    committees: frozenset[str] = frozenset()  #: decisions only of these; none: of all
    keywords: tuple[str, ...] = ()  #: decisions only about these; none: about everything

    def wants_body(self, found: Json) -> bool:
        return not self.bodies or bool(self.bodies & {text(found, "name"), text(found, "shortName")})

    def wants_decision(self, record: ItemRecord) -> bool:
        """Only what has been decided, and what the configuration asks for."""
        if not (record.get("result") or record.get("resolutionText")):
            return False
        names = {name for name in bodies_of(record.meeting.get("organization"), record.body).split("; ") if name}
        if self.committees and not self.committees & names:
            return False
        return not self.keywords or self._speaks_of(record)

    def _speaks_of(self, record: ItemRecord) -> bool:
        said = [record.get("name"), record.get("resolutionText"), *texts(record.get("keyword"))]
        everything = "\n".join(each for each in said if isinstance(each, str)).casefold()
        return bool(paper_of(record).about) or any(each.casefold() in everything for each in self.keywords)


@dataclass
class _Seen:
    """What a person should hear of in the end."""

    turned: int = 0  #: positions with swapped axes
    closed: int = 0  #: agenda items that are not public
    untyped: int = 0  #: organisations that do not say what they are
    origins: dict[str, str] = field(default_factory=dict)


class System:
    """One walk over one system."""

    def __init__(self, lists: Lists, choice: Choice) -> None:
        self._lists = lists
        self._choice = choice
        self._seen = _Seen()

    def found(self, home: str) -> Iterator[Record | Unreadable | Parted | Remark | Unmoved]:
        """Raises SourceError when the system, its bodies or their committees cannot be read."""
        still = self._lists.stands_still(home, keeping.system)
        payload, system = self._lists.document(home, keeping.system)
        still = still and self._bodies_stand_still(system)
        bodies = [each for each in self._bodies(system, payload.url) if self._choice.wants_body(each)]
        if not bodies:
            raise SourceError(f"»{payload.url}« nennt keine Körperschaft, die gelesen werden soll (options.bodies).")
        if still and all(self._lists.stands_still(*each) for body in bodies for each in self._lists_of(body)):
            yield Unmoved()
        yield from self._parted(bodies)
        yield from self._unknown_bodies(bodies, payload.url)
        for each in bodies:
            yield from self._of_body(each, text(system, "license"))
        yield from self._remarks()

    def _parted(self, bodies: Sequence[Json]) -> Iterator[Parted]:
        """Lists of several municipalities share tables: one of them that is suddenly empty is held, however large the others are, and so is
        one that the system names no more, unless the options say which are wanted."""
        lists = {"organisation": "organization", "event": "meeting", "decision": "meeting"}
        for table in sorted(self._choice.tables):
            found = [(name_of(each), each.get(lists[table])) for each in bodies]
            named = tuple(Part(title=name or begins, begins=begins) for name, begins in found if isinstance(begins, str) and begins)
            rest = () if self._choice.bodies else (Part(title=_UNNAMED, begins="", others=named),)
            yield Parted(table=table, parts=(*named, *rest))

    def _unknown_bodies(self, bodies: Sequence[Json], origin: str) -> Iterator[Unreadable]:
        """A municipality that is wanted and not there: nobody knows whether it is gone, so nothing of it is."""
        there = {name for each in bodies for name in (text(each, "name"), text(each, "shortName"))}
        for name in sorted(self._choice.bodies - there):
            message = f"Das System nennt keine Körperschaft »{name}« (options.bodies); was von ihr übernommen ist, bleibt, wie es ist."
            finding = Finding(code="unknown-body", message=message, origin=origin)
            yield Unreadable(finding=finding, tables=tuple(sorted(self._choice.tables)), others_count=True)

    def _bodies(self, system: Json, address: str) -> tuple[Json, ...]:
        if isinstance(system.get("body"), str):
            return self._lists.whole(system["body"], keeping.page(keeping.body))
        if isinstance(system.get("organization"), str):
            return (system,)
        raise SourceError(f"»{address}« ist weder ein System noch eine Körperschaft nach OParl.")

    def _bodies_stand_still(self, system: Json) -> bool:
        url = system.get("body")
        return not isinstance(url, str) or self._lists.stands_still(url, keeping.page(keeping.body))

    def _lists_of(self, body: Json) -> Iterator[tuple[str, Keep]]:
        """All that is read of a municipality. Raises SourceError."""
        yield self._organisation_list(body)
        if "decision" in self._choice.tables:
            yield self._paper_list(body)
        if self._choice.tables & {"event", "decision"}:
            yield _meeting_list(body)

    def _organisation_list(self, body: Json) -> tuple[str, Keep]:
        return _list_of(body, "organization"), keeping.page(keeping.organisation(self._choice.types))

    def _paper_list(self, body: Json) -> tuple[str, Keep]:
        return _list_of(body, "paper"), keeping.page(keeping.paper(self._choice.keywords))

    def _of_body(self, found: Json, licence: str) -> Iterator[Record | Unreadable]:
        organisations = self._lists.objects(*self._organisation_list(found))
        untyped = [each for each in organisations if not text(each, "organizationType") and not _is_named(each)]
        if untyped:
            self._seen.untyped += len(untyped)
            self._seen.origins.setdefault("untyped", untyped[0]["klar:origin"])
        body = Body(
            name=name_of(found),
            licence=text(found, "license") or licence,
            organisations={each["id"]: text(each, "name") or text(each, "shortName") for each in organisations if _is_named(each)},
            taken=frozenset(each["id"] for each in organisations if _is_named(each) and self._is_taken(each)),
        )
        if "organisation" in self._choice.tables:
            for each in organisations:
                if self._is_taken(each):
                    yield OrganisationRecord(own_fields(each), origin=each["klar:origin"], body=body)
        wanted = self._choice.tables & {"event", "decision"}
        try:
            yield from self._meetings(found, body)
        except SourceError as error:
            finding = Finding(code="unreadable", message=error.detail or str(error), origin=text(found, "id"))
            yield Unreadable(finding=finding, tables=tuple(sorted(wanted)))

    def _is_taken(self, organisation: Json) -> bool:
        kind = text(organisation, "organizationType")
        if not kind:  # the attribute is optional: then its words have to say that it is a committee (keeping.organisation)
            return not self._choice.types or _is_named(organisation)
        return not self._choice.types or kind in self._choice.types

    def _meetings(self, found: Json, body: Body) -> Iterator[Record]:
        """Raises SourceError. Papers only lend decisions their numbers and keywords."""
        if not self._choice.tables & {"event", "decision"}:
            return
        if "decision" in self._choice.tables:
            papers = self._lists.objects(*self._paper_list(found))
            body = replace(body, papers=papers_of(papers))
        for each in self._lists.objects(*_meeting_list(found)):
            if "event" in self._choice.tables:
                yield self._meeting(each, body)
            if "decision" in self._choice.tables:
                yield from filter(self._choice.wants_decision, self._items(each, body))

    def _meeting(self, found: Json, body: Body) -> MeetingRecord:
        location = found.get("location")
        position = position_of(location) if isinstance(location, dict) else None
        if position is not None and position.swapped:
            self._seen.turned += 1
            self._seen.origins.setdefault("turned", found["klar:origin"])
        return MeetingRecord(own_fields(found), origin=found["klar:origin"], body=body)

    def _items(self, meeting: Json, body: Body) -> Iterator[ItemRecord]:
        items = meeting.get("agendaItem")
        for each in items if isinstance(items, list) else ():
            if each.get("public") is False:
                self._seen.closed += 1
                self._seen.origins.setdefault("closed", meeting["klar:origin"])
            elif each.get("deleted") is not True:
                yield ItemRecord(each, origin=meeting["klar:origin"], body=body, meeting=meeting)

    def _remarks(self) -> Iterator[Remark]:
        remark = partial(_remark, self._seen.origins)
        if self._seen.turned:
            yield remark(
                "turned",
                "swapped-position",
                f"Bei {self._seen.turned} Sitzungen stehen Länge und Breite vertauscht in der Quelle; sie sind richtig herum gelesen.",
                table="event",
            )
        if self._seen.untyped:
            yield remark(
                "untyped",
                "untyped-organisation",
                f"{self._seen.untyped} Organisationen nennen keine Art (organizationType), und ihr Name sagt nicht zweifelsfrei, dass sie "
                "ein Gremium sind; von ihnen ist nichts übernommen. Mit organisation_types = [] kämen alle.",
                table="organisation",
            )
        if self._seen.closed:
            yield remark(
                "closed",
                "not-public",
                f"{self._seen.closed} nichtöffentliche Tagesordnungspunkte stehen in der Quelle; von ihnen ist nichts übernommen.",
                table="decision",
            )


def _remark(origins: Mapping[str, str], what: str, code: str, message: str, *, table: str) -> Remark:
    return Remark(finding=Finding(code=code, message=message, origin=origins.get(what, ""), table=table))


def _meeting_list(body: Json) -> tuple[str, Keep]:
    return _list_of(body, "meeting"), keeping.page(keeping.meeting)


def _list_of(body: Json, name: str) -> str:
    """Raises SourceError."""
    url = body.get(name)
    if not isinstance(url, str) or not url:
        raise SourceError(f"Die Körperschaft »{text(body, 'name')}« nennt keine Liste »{name}«.")
    return url


def name_of(body: Json) -> str:
    return text(body, "name") or text(body, "shortName")


def _is_named(organisation: Json) -> bool:
    return isinstance(organisation.get("id"), str) and bool(text(organisation, "name") or text(organisation, "shortName"))
