"""Walking a Decidim through its GraphQL interface: spaces, their components, what is in them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from harvesters.answers import parsed
from harvesters.decidim.comments import TABLE, Places, comments_in, complaints, not_read
from harvesters.decidim.export import COMMENTS, Export
from harvesters.decidim.platform import Component, Node, Platform, Space
from harvesters.decidim.questions import BUDGETS, MEETINGS, RESULTS, SPACES, ComponentQuestion, proposals
from harvesters.decidim.rows import Rules, Takes, budget_row, contribution_row, meeting_row, parted, process_row, result_row, step_row
from harvesters.harvester import Found, IntoVault, Remark, Unreadable
from harvesters.naming import shown
from harvesters.nodes import NodeRecord, Rows, listed
from harvesters.parts import require_own
from harvesters.record import Record
from schemas.declaration import declaration_of_table
from schemas.errors import RecordError, SourceError
from schemas.fetch import Payload
from schemas.row import Finding, Quarantined
from schemas.table import microdata_tables


class Interface:
    """One walk. `contributions`: proposals are read, for the vault; `comments`: what gives the ZIP of open data, where they are read."""

    def __init__(
        self,
        platform: Platform,
        rules: Rules,
        *,
        kinds: tuple[str, ...],
        contributions: bool,
        texts: bool,
        comments: Callable[[], Payload] | None = None,
    ) -> None:
        self._platform = platform
        self._comments = comments
        self._rules = rules
        self._kinds = kinds
        asked = (MEETINGS, RESULTS, BUDGETS, *((proposals(texts=texts),) if contributions else ()))
        self._questions: Mapping[str, ComponentQuestion] = {each.type: each for each in asked}
        self._left_out: Counter[str] = Counter()
        self._states: set[str] = set()

    def found(self) -> Iterator[Found]:
        """Raises SourceError: spaces that cannot be listed, or none at all."""
        spaces = [each for kind in self._kinds for each in self._platform.spaces(SPACES[kind])]
        self._left_out["hidden"] = self._platform.hidden_spaces
        if not spaces:
            raise SourceError("Die Plattform nennt kein einziges Verfahren; nichts davon wird übernommen.")
        yield from self._announced(spaces)
        yield from parted(self._rules, [SPACES[kind] for kind in self._kinds], comments=self._comments is not None)
        for each in spaces:
            yield from self._space(each)
        if self._comments is not None:
            yield from self._commented(spaces, self._comments)
        yield from self._remarks()

    def _announced(self, spaces: list[Space]) -> Iterator[Found]:
        """Tables that this platform has something for: an empty one would wait for rows that never come."""
        yield declaration_of_table("process")
        if any(listed(each.content.get("steps")) for each in spaces):
            yield declaration_of_table("format")
        types = {component.type for space in spaces for component in space.components}
        for each in self._questions.values():
            if each.type in types:
                private = microdata_tables().get(each.table)
                yield declaration_of_table(each.table) if private is None else IntoVault(table=private)

    def _commented(self, spaces: list[Space], given: Callable[[], Payload]) -> Iterator[Found]:
        """Comments stand in the open data only; where those cannot be read, none counts as gone."""
        try:
            payload = given()
        except SourceError as error:
            require_own(error)
            yield not_read(error.detail, f"{self._rules.home}open-data/download")
            return
        export = Export(parsed(payload.content, dict, payload.url))
        keys = {(each.question.path, str(each.content.get("slug") or "")): self._place(each)[0] for each in spaces}
        places = Places(keys=keys, rules=self._rules)
        yield from complaints(export, payload, dict.fromkeys(COMMENTS, TABLE))
        yield from places.gaps(payload.url, [TABLE])
        yield from comments_in(export, places, payload)

    def _space(self, space: Space) -> Iterator[Found]:
        key, page = self._place(space)
        if not key:
            yield _nameless("process", space.origin, self._without(space, "components", "steps"))
            yield self._nobodys(space)
            return
        meetings: set[str] = set()
        sure = True
        for component in space.components:
            question = self._questions.get(component.type)
            if question is None:
                continue
            try:
                for node in self._platform.nodes(component, question, archive=question.table != "contribution"):
                    if question is MEETINGS and node.content:
                        meetings.add(str(node.content.get("typeOfMeeting")))
                    yield from self._node(node, question, key, page)
            except SourceError as error:
                require_own(error)
                sure = sure and question is not MEETINGS
                yield self._unreadable(component, question, error)
        takes = Takes(components=frozenset(each.type for each in space.components), meetings=frozenset(meetings))
        yield self._process(space, key, takes if sure else None)
        yield from self._steps(space, key, page)

    def _place(self, space: Space) -> tuple[str, str]:
        """Key and page of its process; ("", "") for one without a number."""
        slug = space.content.get("slug")
        try:
            key = self._rules.key(space.question.word, space.content.get("id"))
        except RecordError:
            return "", ""
        return key, self._rules.page(space.question.path, slug if isinstance(slug, str) else None)

    def _process(self, space: Space, key: str, takes: Takes | None) -> Record:
        """`takes` None: its meetings could not be read, so nobody knows in which ways people take part. Its last version stays."""
        fields = self._without(space, "components", "steps")
        rows: Rows
        if takes is None:
            rows = partial(_unsure, key=key, origin=space.origin)
        else:
            rows = partial(process_row, question=space.question, takes=takes, rules=self._rules)
        return NodeRecord(fields, origin=space.origin, table="process", key=key, rows=rows)

    def _steps(self, space: Space, process: str, page: str) -> Iterator[Record]:
        for each in listed(space.content.get("steps")):
            if isinstance(each, dict):
                rows = partial(step_row, process=process, page=page, seen_at=space.seen_at, rules=self._rules)
                yield self._record("format", "step", each, space.origin, rows)

    def _node(self, node: Node, question: ComponentQuestion, process: str, page: str) -> Iterator[Found]:
        if node.content is None:
            self._left_out["hidden"] += 1
        elif question is MEETINGS:
            if node.content.get("privateMeeting"):
                self._left_out["private-meeting"] += 1
                return
            rows: Rows = partial(meeting_row, process=process, page=page, seen_at=node.seen_at, rules=self._rules)
            yield self._record("event", "meeting", node.content, node.origin, rows)
        elif question is RESULTS:
            yield self._record(
                "measure_item", "result", node.content, node.origin, partial(result_row, process=process, page=page, rules=self._rules)
            )
        elif question is BUDGETS:
            yield from self._budget(node.content, node.origin, process, page)
        else:
            yield from self._proposal(node.content, node.origin, process)

    def _budget(self, budget: dict[str, Any], origin: str, process: str, page: str) -> Iterator[Found]:
        for each in listed(budget.get("projects")):
            if isinstance(each, dict):
                fields = {**each, "budget": budget.get("title"), "total_budget": budget.get("total_budget")}
                rows = partial(budget_row, process=process, page=page, rules=self._rules)
                yield self._record("result", "budget-project", fields, origin, rows)

    def _proposal(self, proposal: dict[str, Any], origin: str, process: str) -> Iterator[Found]:
        """What the administration proposes itself is nobody's contribution."""
        if proposal.get("official"):
            self._left_out["official"] += 1
            return
        state = proposal.get("state")
        if isinstance(state, str) and self._rules.state(state) is None:
            self._states.add(state)
        number = proposal.get("id")
        if not isinstance(number, (str, int)) or not str(number).strip():
            yield _nameless("contribution", origin, proposal)
            return
        rows = partial(contribution_row, process=process, rules=self._rules)
        yield NodeRecord(proposal, origin=origin, table="contribution", key=f"{process}/proposal-{number}", rows=rows)

    def _record(self, table: str, word: str, fields: Mapping[str, object], origin: str, rows: Rows) -> Record:
        try:
            key = self._rules.key(word, fields.get("id"))
        except RecordError:
            return _nameless(table, origin, fields)
        return NodeRecord(fields, origin=origin, table=table, key=key, rows=rows)

    def _without(self, space: Space, *names: str) -> dict[str, object]:
        return {name: value for name, value in space.content.items() if name not in names}

    def _unreadable(self, component: Component, question: ComponentQuestion, error: SourceError) -> Unreadable:
        message = f"Baustein {component.id} ({component.type}): {error.detail}"
        finding = Finding(code="component", message=message, origin=f"{question.name}-{component.id}", table=question.table)
        return Unreadable(finding=finding, tables=(question.table,), others_count=True)

    def _nobodys(self, space: Space) -> Unreadable:
        """What is in a space that has no number is not read, and therefore not gone."""
        asked = [self._questions[each.type].table for each in space.components if each.type in self._questions]
        message = "Ein Raum hat keine Nummer; was in ihm liegt, ist nicht zu lesen, und nichts davon gilt als verschwunden."
        finding = Finding(code="component", message=message, origin=space.origin, table="process")
        return Unreadable(finding=finding, tables=tuple(dict.fromkeys(["format", *asked])), others_count=True)

    def _remarks(self) -> Iterator[Remark]:
        for code, count in sorted(self._left_out.items()):
            if count:
                yield Remark(finding=Finding(code=code, message=f"{_LEFT_OUT[code]}: {count}."))
        asked = self._questions.get("Proposals")
        if asked and self._platform.lacks(asked, "official"):
            message = (
                "Diese Version sagt nicht, welche Vorschläge die Verwaltung selbst gemacht hat (official): Sie zählen hier als Beiträge."
            )
            yield Remark(finding=Finding(code="official-unknown", message=message, table="contribution", field="official"))
        if self._states:
            names = ", ".join(dict.fromkeys(f"»{shown(each)}«" for each in sorted(self._states)[:20]))
            message = f"Zustände von Vorschlägen, die niemand erklärt hat: {names}. Was sie bedeuten, gehört in options.states."
            yield Remark(finding=Finding(code="unexplained-state", message=message, table="contribution", field="state"))


_LEFT_OUT = {
    "hidden": "Räume und Einträge, die die Plattform niemandem zeigt",
    "private-meeting": "Treffen hinter verschlossenen Türen, die nicht übernommen werden",
    "official": "Vorschläge der Verwaltung selbst, die keine Beiträge sind",
}


def _unsure(record: Record, *, key: str, origin: str) -> Iterator[Quarantined]:
    record.skip(*record.unread)
    message = "Die Treffen dieses Verfahrens waren nicht zu lesen; ob man vor Ort oder online teilnimmt, ist offen. Es bleibt, wie es war."
    finding = Finding(code="mode-unknown", message=message, origin=origin, table="process", key=key, field="mode")
    yield Quarantined(table="process", key=key, digest=record.digest, findings=(finding,))


def _nameless(table: str, origin: str, fields: Mapping[str, object]) -> Record:
    """A record without a number: it could be any of those that are held, so none of them counts as gone."""
    return NodeRecord(fields, origin=origin, table=table, key="", rows=partial(_without_key, table=table))


def _without_key(record: Record, *, table: str) -> Iterator[Quarantined]:
    record.skip(*record.unread)
    finding = Finding(code="missing-key", message="Der Eintrag hat keine Nummer.", origin=record.origin, table=table, field="id")
    yield Quarantined(table=table, key="", digest=record.digest, findings=(finding,))
