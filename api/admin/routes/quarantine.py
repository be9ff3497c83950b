"""The Prüfliste: what the checks refused, what was good before, and a person's yes or no."""

from collections.abc import Callable, Sequence

from starlette.responses import Response

from api import decisions
from api.admin.admin import Place, Visit
from api.admin.item_view import cell_lines, item_line, published_row, table_title, tables_of
from api.admin.pages import Choice, Filter, ItemPage, QuarantinePage
from api.admin.paging import paged
from api.admin.routes.plans import words_for
from api.admin.routes.sources import titles
from api.words import STATES
from catalog.consent import QUARANTINE, Consent, same_person
from catalog.entries import QuarantineItem, QuarantineState
from catalog.tokens import Role

#: States in which a word can still change something.
_UNDECIDED = (QuarantineState.OPEN, QuarantineState.REJECTED)


def show_all(visit: Visit) -> Response:
    everything = visit.found.store.quarantine(open_only=False)
    known, tables = titles(visit), tables_of(visit, "")
    asked = {name: visit.query.get(name, "") for name in ("source", "table", "rule", "state")}
    state = asked["state"] or QuarantineState.OPEN.value
    filters = (
        _filter("source", "Quelle", {each.source for each in everything}, asked["source"], lambda each: known.get(each, each)),
        _filter("table", "Tabelle", {each.table for each in everything}, asked["table"], lambda each: table_title(each, tables)),
        _filter("rule", "Regel", {code for each in everything for code in _rules(each)}, asked["rule"], str),
        Filter(
            name="state",
            label="Zustand",
            choices=(
                *(Choice(value=each.value, label=STATES[each], chosen=state == each.value) for each in QuarantineState),
                Choice(value="all", label="alle", chosen=state == "all"),
            ),
        ),
    )
    wanted = [each for each in everything if _fits(each, asked, state)]
    waiting = frozenset(each.number for each in visit.found.store.consents() if each.subject == QUARANTINE)
    page = QuarantinePage(
        lines=paged(wanted, visit.query, size=50).map(
            lambda each: item_line(visit.admin.masker, each, source=known.get(each.source, each.source), tables=tables, waiting=waiting)
        ),
        filters=filters,
        filtered=any(asked.values()),
    )
    return visit.page("quarantine.html", page, title="Prüfliste", section="quarantine")


def show(visit: Visit) -> Response:
    item = visit.found.store.quarantine_item(visit.number)
    tables, masker = tables_of(visit, item.source), visit.admin.masker
    payload = visit.found.vault.quarantined(item.source, item.table, item.key, item.digest)
    published = published_row(visit, item)
    words = words_for(visit, QUARANTINE, item.id)
    two, undecided = decisions.needs_second(visit.found, item), item.state in _UNDECIDED
    why_not = _why_not(visit, item, words, two=two) if undecided else ""
    page = ItemPage(
        item=item,
        source=titles(visit).get(item.source, item.source),
        table=table_title(item.table, tables),
        state=STATES[item.state],
        key=masker.text(item.key),
        findings=tuple(map(masker.finding, item.findings)),
        has_payload=payload is not None,
        published=published is not None,
        cells=cell_lines(masker, item, payload or {}, published, tables.get(item.table)),
        two=two,
        words=words,
        can_accept=undecided and not why_not,
        can_reject=item.state is QuarantineState.OPEN and visit.may(Role.EDITOR),
        why_not=why_not,
        csrf=visit.session.csrf,
    )
    return visit.page("item.html", page, title=f"Prüfliste, Nummer {item.id}", section="quarantine")


def accept(visit: Visit) -> Response:
    number = visit.number
    result = decisions.accept_item(visit.found, number, visit.session.person, visit.form.text("reason"))
    return visit.go(f"/quarantine/{number}", done="pending" if isinstance(result, decisions.Pending) else "accepted")


def reject(visit: Visit) -> Response:
    number = visit.number
    decisions.reject_item(visit.found, number, visit.session.person, visit.form.text("reason"))
    return visit.go(f"/quarantine/{number}", done="rejected")


def _why_not(visit: Visit, item: QuarantineItem, words: Sequence[Consent], *, two: bool) -> str:
    """Why this person can't accept the row, "" if they can: the same rules as `api.decisions`, said before somebody tries."""
    if not item.acceptable:
        return "Annehmen ist hier nicht möglich: Der Fehler muss in der Quelle behoben werden."
    if not visit.may(Role.EDITOR):
        return "Annehmen darf, wer ein Token mit der Rolle editor oder releaser hat."
    mine = [each for each in words if same_person(each.by, visit.session.person)]
    others = [each for each in words if not same_person(each.by, visit.session.person)]
    if two and others and not visit.may(Role.RELEASER):
        return "Das zweite Wort gibt eine Person mit der Rolle releaser."
    if two and mine and not others:
        return "Sie haben schon zugestimmt. Jetzt braucht es eine zweite Person mit der Rolle releaser."
    return ""


def _rules(item: QuarantineItem) -> frozenset[str]:
    return frozenset(each.code for each in item.findings)


def _fits(item: QuarantineItem, asked: dict[str, str], state: str) -> bool:
    return (
        state in ("all", item.state.value)
        and asked["source"] in ("", item.source)
        and asked["table"] in ("", item.table)
        and (not asked["rule"] or asked["rule"] in _rules(item))
    )


def _filter(name: str, label: str, values: set[str], chosen: str, title: Callable[[str], str]) -> Filter:
    choices = [Choice(value=each, label=title(each), chosen=each == chosen) for each in sorted(values, key=title)]
    return Filter(name=name, label=label, choices=(Choice(value="", label="alle", chosen=not chosen), *choices))


PLACES = (
    Place(path="/quarantine", handler=show_all),
    Place(path="/quarantine/{number}", handler=show),
    Place(path="/quarantine/{number}/accept", handler=accept, needs=Role.EDITOR, changes=True),
    Place(path="/quarantine/{number}/reject", handler=reject, needs=Role.EDITOR, changes=True),
)
