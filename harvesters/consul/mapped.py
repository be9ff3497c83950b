"""From one node of CONSUL Democracy to rows: pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from harvesters.catalogues.texts import line
from harvesters.consul.days import day, month
from harvesters.consul.rows import Rows, Rules, number_of, said, words
from harvesters.keys import key_of
from harvesters.markup import plain_text
from harvesters.nodes import row_of
from harvesters.record import Record
from schemas.errors import WrongValue
from schemas.row import Row, Value

#: Budget::Phase::PHASE_KINDS of upstream; a phase that is not among them is "unknown" (unconfirmed for the fork).
_BUDGET_STATES = {"drafting": "planned", "informing": "planned", "finished": "completed"} | dict.fromkeys(
    ["accepting", "reviewing", "selecting", "valuating", "publishing_prices", "balloting", "reviewing_ballots"], "running"
)
_FEASIBILITY = {"undecided": "open", "feasible": "in-review", "unfeasible": "rejected"}


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """What the options say of rows."""

    prefix: str
    title: str  #: of the source
    home: str  #: address of the platform
    rules: Rules = field(default_factory=Rules)
    geozones: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""  #: of the city's own words on the platform; "": they are not read
    mode: str = "unknown"
    project: str = ""

    def key(self, upstream: str | int) -> str:
        return key_of(self.prefix, upstream)

    @cached_property
    def contributions(self) -> Mapping[str, Rows]:
        return {
            "Proposal": self._proposal,
            "Debate": self._debate,
            "Comment": self._comment,
            "Budget::Investment": self._investment,
        }

    def budget(self, record: Record) -> Iterator[Row]:
        key = self.key(f"budget-{number_of(record)}")
        title, phase = line(record.text("name")), said(record, "phase")
        shared: dict[str, Value] = {"id": key, "project_id": self.project or None, "title": title, "mode": self.mode}
        stated: dict[str, Value] = {"source_title": self.title, "source_date_basis": "unknown"}
        yield self._public("process", {**shared, "method": "vote", **stated}, record)
        state = _BUDGET_STATES.get(phase or "", "unknown")
        more: dict[str, Value] = {
            "process_id": key,
            "seq": 1,
            "kind": "buergerhaushalt",
            "channels": "web",
            "state": state,
            "identity": "unbekannt",
        }
        yield self._public("format", {**shared, **more, **stated}, record)

    def milestone(self, record: Record) -> Iterator[Row]:
        """`publicationDate` is the day the platform states for it; whether it has been reached is not said."""
        stated = day(record.get("publicationDate"), "publicationDate")
        values: dict[str, Value] = {
            "id": self.key(f"milestone-{number_of(record)}"),
            "project_id": self.project or None,
            "title": line(record.text("title")),
            "description": plain_text(said(record, "description") or "") or None,
            "state": "unknown",
            "note": f"Beschreibung: {self.licence}" if self.licence else None,
            "source_title": self.title,
            "source_date": stated,
            "source_date_basis": "stated" if stated else "unknown",
        }
        yield self._public("measure_item", values, record)

    def vote(self, record: Record) -> Iterator[Row]:
        """Who voted is said nowhere: ballots are counted, never persons."""
        cast = day(record.get("publicCreatedAt"), "publicCreatedAt")
        values: dict[str, Value] = {
            "id": f"vote-{number_of(record)}",
            "process_id": record.text("process"),
            "question": f"{_slug(record.text('votableType'))}-{number_of(record, 'votableId')}",
            "option": "pro" if record.take("voteFlag", bool) else "contra",
            "validity": "valid",
            "cast_on": month(cast) if self.rules.by_month else cast,
            "channel": "online",
        }
        yield row_of("ballot", values, origin=record.origin)

    def _proposal(self, record: Record) -> Iterator[Row]:
        texts = [said(record, "summary"), said(record, "description")]
        retired = said(record, "retiredAt")
        yield self._contribution(
            record, "proposal", "idea", state="withdrawn" if retired else "open", texts=texts, district=self._district(record)
        )

    def _debate(self, record: Record) -> Iterator[Row]:
        yield self._contribution(record, "debate", "other", texts=[said(record, "description")])

    def _comment(self, record: Record) -> Iterator[Row]:
        record.skip("commentableType", "commentableId")
        yield self._contribution(record, "comment", "comment", texts=[said(record, "body")])

    def _investment(self, record: Record) -> Iterator[Row]:
        """Investments say no day (app/graphql/types/budget_investment_type.rb)."""
        state = _FEASIBILITY.get(said(record, "feasibility") or "", "open")
        yield self._contribution(record, "investment", "idea", state=state, texts=[said(record, "description")])

    def _contribution(
        self, record: Record, name: str, kind: str, *, state: str = "open", texts: list[str | None], district: str | None = None
    ) -> Row:
        tags = record.get("tags")
        return self.rules.contribution(
            f"{name}-{number_of(record)}",
            process=record.text("process"),
            kind=kind,
            origin=record.origin,
            state=state,
            submitted=day(record.get("publicCreatedAt"), "publicCreatedAt"),
            labels=tags if isinstance(tags, tuple) else (),
            district=district,
            title=said(record, "title"),
            text=words(texts),
        )

    def _district(self, record: Record) -> str | None:
        zone = record.get("geozone")
        if zone is None:
            return None
        if not isinstance(zone, dict):
            raise WrongValue("»geozone«")
        return self.geozones.get(str(zone.get("name")))

    def _public(self, table: str, values: Mapping[str, Value], record: Record) -> Row:
        return row_of(table, values, origin=record.origin, source_url=self.home)


def _slug(kind: str) -> str:
    return kind.rpartition("::")[2].lower()
