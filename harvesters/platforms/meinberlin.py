"""A meinBerlin: the list of intended projects (Vorhabenliste) becomes projects, its projects become processes with their phase
(reference: participation/platforms.md 5 and 12)."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catalog.plan import Part
from harvesters.answers import json_of
from harvesters.catalogues.intake import require_web
from harvesters.harvester import Found, Parted, SourceConfig
from harvesters.http.paging import web
from harvesters.keys import PREFIX
from harvesters.meinberlin.reading import kept, plan_number, project_number
from harvesters.meinberlin.rows import Rules, phase_row, plan_row, process_row
from harvesters.nodes import NodeRecord
from harvesters.record import Record
from schemas.declaration import declaration_of_table
from schemas.errors import SourceError
from schemas.fetch import Fetch, WebFetch
from schemas.row import Quarantined, Row
from schemas.table import common_tables

#: All that are public; drafts and archived ones are in no list. In the order in which a project moves through them: one that moves while
#: they are read stands in two of them rather than in none.
_STATES = {
    "futureParticipation": "künftige Projekte",
    "activeParticipation": "laufende Projekte",
    "pastParticipation": "vergangene Projekte",
}
Entry = tuple[dict[str, Any], str]  # with the address of its list


def _topic(code: str) -> str:
    known = [each.value for each in common_tables()["project"].field("topic").codes]
    if code not in known:
        raise ValueError(f"»{code}« ist kein Thema; es gibt {', '.join(known)}")
    return code


class MeinBerlinOptions(BaseModel):
    """`[source.options]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prefix: str = Field(default="", pattern=PREFIX, description="steht vor den Nummern der Plattform; ohne: der Name der Quelle")
    external: bool = Field(default=True, description="auch Projekte, die anderswo stattfinden (extprojects)")
    topics: Mapping[str, Annotated[str, AfterValidator(_topic)]] = Field(
        default_factory=dict, description="Themenkürzel der Plattform und welches Thema sie sind"
    )
    districts: Mapping[str, str] = Field(default_factory=dict, description="Bezirksnamen der Plattform und die Kennung des Ortsbezirks")


class MeinBerlinHarvester:
    """Harvester `meinberlin`."""

    kind: ClassVar[str] = "meinberlin"
    Options: ClassVar[type[BaseModel]] = MeinBerlinOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options, ConfigurationError for a source that is no address in the web."""
        self._options = MeinBerlinOptions.model_validate(dict(source.options))
        require_web(source)
        self._source = source

    def records(self, fetch: Fetch) -> Iterator[Found]:
        """Any list that cannot be read ends the walk: its projects would seem to be gone."""
        source = web(fetch)
        home = f"{source.list('')[0].partition('?')[0].rstrip('/').removesuffix('/api')}/"
        plans = _list(source, f"{home}api/plans/")
        projects = dict(_by_number(self._projects(source, home)))
        if not plans and not projects:
            raise SourceError(f"»{home}«: Die Plattform nennt kein Vorhaben und kein Projekt; nichts davon wird übernommen.")
        rules = self._rules(home)
        yield from (declaration_of_table(each) for each in (("project",) if plans else ()) + (("process", "format") if projects else ()))
        yield Parted(table="process", parts=tuple(self._parts(home)))
        for entry, origin in plans:
            number = plan_number(entry.get("url"))
            key = rules.key(number) if number else ""
            yield NodeRecord(entry, origin=origin, table="project", key=key, rows=partial(plan_row, rules=rules))
        known = {plan_number(entry.get("url")) for entry, _ in plans}
        for number, (entry, origin) in projects.items():
            plan = plan_number(entry.get("plan_url"))
            yield from _of_project(number, entry, origin, rules.key(plan) if plan and plan in known else None, rules)

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, NodeRecord)  # records() yields no other
        return record.results()

    def _rules(self, home: str) -> Rules:
        return Rules(
            prefix=self._options.prefix or self._source.name,
            home=home,
            title=self._source.title,
            topics=self._options.topics,
            names=self._options.districts,
            districts=self._source.districts,
        )

    def _lists(self, home: str) -> Mapping[str, str]:
        """Address -> what stands in it."""
        found = {f"{home}api/projects/?status={state}": title for state, title in _STATES.items()}
        return found | ({f"{home}api/extprojects/": "Projekte anderswo"} if self._options.external else {})

    def _parts(self, home: str) -> Iterator[Part]:
        """A list that is suddenly empty is suspicious, unless its projects moved on to the next one."""
        yield from (Part(title=title, begins=address, exact=True) for address, title in self._lists(home).items())

    def _projects(self, source: WebFetch, home: str) -> Iterator[Entry]:
        for address in self._lists(home):
            yield from _list(source, address)


def _of_project(number: str, entry: dict[str, Any], origin: str, project: str | None, rules: Rules) -> Iterator[Record]:
    key = rules.key(number)
    rows = partial(process_row, number=number, project=project, rules=rules)
    yield NodeRecord(entry, origin=origin, table="process", key=key, rows=rows)
    phases = {name: entry.get(name) for name in ("active_phase", "future_phase", "past_phase", "url")}
    if any(phases[name] for name in ("active_phase", "future_phase", "past_phase")):
        rows = partial(phase_row, number=number, rules=rules)
        yield NodeRecord(phases, origin=origin, table="format", key=rules.key(f"{number}.phase"), rows=rows)


def _list(source: WebFetch, address: str) -> list[Entry]:
    """Raises SourceError."""
    payload = source.get(address, keep=partial(kept, address), accept="application/json", expected=["json"])
    return [(each, payload.url) for each in json_of(payload, list)]


def _by_number(entries: Iterator[Entry]) -> Iterator[tuple[str, Entry]]:
    """One that moved from list to list while they were read counts where it was first; a container of projects is none. Raises
    SourceError for one without an address: it could be any."""
    seen: set[str] = set()
    for entry, origin in entries:
        if entry.get("subtype") == "container" or entry.get("type") == "plan":
            continue
        number = project_number(entry)
        if not number:
            raise SourceError(f"»{origin}«: Ein Projekt hat keine Adresse; nichts davon wird übernommen.")
        if number not in seen:
            seen.add(number)
            yield number, (entry, origin)


HARVESTER = MeinBerlinHarvester
