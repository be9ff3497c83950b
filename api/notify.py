"""One mail for each change of state of a source: held, failed, rows on the Prüfliste, recovered.

What was told is remembered (`catalog.notices`) once the mail has gone; what could not be told is told next time. A mail says which
source, what happened and what to type. It never holds what a source said: no message of a server, no finding, nothing of a row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.cron import BERLIN
from api.installation import Installation
from api.mail import Letter, MailServer
from api.sentences import sentence_of
from api.settings import Settings
from api.words import OUTCOMES, counts_text
from catalog.plan import Outcome, RunRecord
from schemas.errors import KlarError

#: What a mail can be about, with the states of each.
HARVEST, QUARANTINE = "harvest", "quarantine"
OK, HELD, FAILED, WAITING = "ok", "held", "failed", "waiting"
_STATES = {
    Outcome.OK: OK,
    Outcome.UNCHANGED: OK,
    Outcome.PARTIAL: OK,
    Outcome.HELD: HELD,
    Outcome.FAILED: FAILED,
}
#: The worst comes first in the subject.
_TITLES = {FAILED: "Gescheitert", HELD: "Angehalten", WAITING: "Prüfliste", OK: "Wieder in Ordnung"}


@dataclass(frozen=True, kw_only=True)
class News:
    """What has changed about one source since the last mail."""

    record: RunRecord
    title: str
    waiting: int  #: rows on the Prüfliste that nobody has decided on
    changed: Mapping[str, str]  #: subject -> new state; never empty


def notify(found: Installation, records: Sequence[RunRecord]) -> tuple[str, ...]:
    """After harvests: tell what is new. Returns German sentences about what could not be told; never raises a KlarError."""
    server = mail_server(found.settings)
    if server is None:
        return ()
    try:
        news = [each for record in records if (each := _news(found, record)) is not None]
        if news:
            _tell(found, server, news)
    except KlarError as error:
        return (f"Es konnte keine Mail gesendet werden; nach der nächsten Ernte wird es wieder versucht. {sentence_of(error)}",)
    return ()


def not_begun(source: str, at: datetime, error: KlarError) -> RunRecord:
    """The record of a run that did not even begin; it has no number."""
    return RunRecord(id=0, source=source, started_at=at, finished_at=at, outcome=Outcome.FAILED, message=sentence_of(error), counts={})


def mail_server(settings: Settings) -> MailServer | None:
    """None without [notify]."""
    notify = settings.content.notify
    return None if notify is None else MailServer(notify=notify, folder=settings.folder, base_url=settings.content.site.base_url)


def _tell(found: Installation, server: MailServer, news: Sequence[News]) -> None:
    """One mail per source, all in one conversation; each is remembered as soon as it has gone."""
    with server.session() as send:
        for each in news:
            now = found.clock()
            send(letter(each), now)
            found.store.save_told(each.record.source, each.changed, since=each.record.finished_at or now)


def _news(found: Installation, record: RunRecord) -> News | None:
    state = _STATES.get(record.outcome)
    if state is None or _is_running_elsewhere(found, record):
        return None
    waiting = sum(each.source == record.source for each in found.store.quarantine())
    told = found.store.told(record.source)
    states = {HARVEST: state, QUARANTINE: WAITING if waiting else OK}
    changed = {subject: each for subject, each in states.items() if each != told.get(subject, OK)}
    titles = {each.name: each.title for each in found.settings.sources()}
    title = titles.get(record.source, record.source)
    return News(record=record, title=title, waiting=waiting, changed=changed) if changed else None


def _is_running_elsewhere(found: Installation, record: RunRecord) -> bool:
    """A run that did not begin because another one of this source is under way: that one will tell."""
    newest = next(iter(found.store.runs(record.source, limit=1)), None)
    return record.id == 0 and newest is not None and newest.outcome is Outcome.RUNNING


def letter(news: News) -> Letter:
    """What the mail says."""
    worst = min(news.changed.values(), key=list(_TITLES).index)
    record = news.record
    head = [f"Quelle: {news.title} ({record.source})", f"Ernte {record.id or '–'} vom {_moment(record.started_at)}"]
    parts = ["\n".join(head), *(_part(news, subject, state) for subject, state in news.changed.items())]
    closing = "Diese Nachricht kommt einmal, wenn sich der Zustand ändert. Inhalte aus der Quelle stehen nie darin."
    return Letter(subject=f"[klar] {_TITLES[worst]}: {news.title}", text="\n\n".join([*parts, closing]) + "\n")


def _part(news: News, subject: str, state: str) -> str:
    record = news.record
    match subject, state:
        case _, "failed":
            return (
                "Die Ernte ist gescheitert. Was veröffentlicht ist, bleibt.\n"
                f"Der Grund: klar sources, oder auf den Betriebsseiten unter »Quellen«. Erneut versuchen: klar harvest {record.source}"
            )
        case _, "held":
            plan = record.plan or ""
            return (
                f"Angehalten: Plan {plan} wartet auf eine Entscheidung. Was veröffentlicht ist, bleibt.\n"
                f"Zeilen: {counts_text(record.counts)}.\n"
                f"Ansehen: klar plans show {plan}, oder auf den Betriebsseiten unter »Angehalten«."
            )
        case _, "waiting":
            many = "1 Zeile wartet" if news.waiting == 1 else f"{news.waiting} Zeilen warten"
            return (
                f"Prüfliste: {many} auf eine Entscheidung; veröffentlicht wird davon vorerst nichts.\n"
                "Ansehen: klar quarantine, oder auf den Betriebsseiten unter »Prüfliste«."
            )
        case "quarantine", _:
            return "Die Prüfliste dieser Quelle ist leer."
    return f"Die Ernte gelingt wieder: {OUTCOMES[record.outcome]}.\nZeilen: {counts_text(record.counts)}."


def _moment(at: datetime) -> str:
    return f"{at.astimezone(BERLIN):%d.%m.%Y %H:%M}"
