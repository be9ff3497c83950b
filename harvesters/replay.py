"""A run once more, from what was kept of it: the same answers, under the run's own number and time, so that the same rows come out.

Nothing is fetched, nothing is kept again, and the Prüfliste stays as it is: the outcome is a plan that a person may approve.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from types import MappingProxyType

from catalog.archived import asked_as
from catalog.entries import ArchiveEntry
from catalog.files import Files
from catalog.plan import Outcome, RunRecord
from catalog.store import Store
from catalog.vault import Seen, Vault
from harvesters.attempt import Attempt, Desk, Provenance, quiet
from harvesters.harvester import SourceConfig
from harvesters.http.address import WebAddress
from harvesters.http.sniffing import form_of
from harvesters.keeping import Recollection
from harvesters.run import deleted_sentences
from harvesters.walking import Progress
from schemas.errors import AnswersGone, ConfigurationError, DecisionRefused, NotRead, SourceError
from schemas.fetch import Fetch, Payload
from schemas.personal_data import Detector

Read = Callable[[str], bytes]


class ReplayFetch:
    """A folder as it was: what a run listed and read. `listed`: folder -> addresses; without it, what was read is what there was.
    An address that was not read then is an error."""

    def __init__(self, entries: Sequence[ArchiveEntry], *, read: Read, listed: Mapping[str, Sequence[str]] | None = None) -> None:
        self._entries: dict[str, list[ArchiveEntry]] = defaultdict(list)
        for each in entries:
            self._entries[each.url].append(each)
        self._asked: dict[str, int] = defaultdict(int)
        self._read = read
        self._listed = listed or {}

    def list(self, url: str = "") -> Sequence[str]:
        if url in self._listed:
            return self._listed[url]
        return tuple(sorted(each for each in self._entries if not url or PurePosixPath(each).is_relative_to(url)))

    def get(self, url: str, *, keep: Callable[[bytes], bytes] | None = None, archive: bool = True) -> Payload:
        """The answers of one address in the order they came; the last one stands for all later ones. Raises SourceError."""
        entry = self._next(url)
        content = self._content(entry)
        if keep is not None:
            content = keep(content)
        return Payload(
            url=entry.url,
            content=content,
            fetched_at=entry.fetched_at,
            sha256=hashlib.sha256(content).hexdigest(),
            media_type=entry.media_type,
            charset=entry.charset,
            headers=entry.headers,
        )

    def _next(self, url: str) -> ArchiveEntry:
        entries = self._entries.get(url)
        if not entries:
            raise NotRead(f"»{url}« hat diese Ernte nicht gelesen.")
        self._asked[url] += 1
        return entries[min(self._asked[url], len(entries)) - 1]

    def _content(self, entry: ArchiveEntry) -> bytes:
        try:
            content = self._read(entry.sha256)
        except FileNotFoundError:
            raise SourceError(f"»{entry.url}« ist nicht mehr im Archiv.") from None
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            raise SourceError(f"»{entry.url}« ist im Archiv beschädigt.")
        return content


class WebReplay(ReplayFetch):
    """A source in the web as it was: `schemas.fetch.WebFetch`."""

    def __init__(self, entries: Sequence[ArchiveEntry], *, read: Read, home: WebAddress) -> None:
        super().__init__(entries, read=read)
        self._home = home
        # What a run asked for bears its time; what it recalled is older.
        self._started = max((each.fetched_at for each in entries), default=datetime.min.replace(tzinfo=UTC))
        self._visited: set[str] = set()

    @property
    def now(self) -> datetime:
        return self._started

    def list(self, url: str = "") -> Sequence[str]:
        return (self._address(url),)

    def get(
        self,
        url: str,
        *,
        keep: Callable[[bytes], bytes] | None = None,
        archive: bool = True,
        accept: str = "*/*",
        expected: Collection[str] = (),
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Payload:
        address = self._address(url)
        self._visited.add(address)
        payload = super().get(address, keep=keep, archive=archive)
        return replace(payload, sniffed=form_of(payload.content))

    def post(
        self,
        url: str,
        body: bytes,
        *,
        question: str,
        media_type: str = "application/json",
        keep: Callable[[bytes], bytes] | None = None,
        archive: bool = True,
        accept: str = "*/*",
        expected: Collection[str] = (),
        forget: bool = False,
    ) -> Payload:
        kept_under = asked_as(self._address(url), question)
        if forget:
            return Payload(url=kept_under, content=b"", fetched_at=self._started, sha256=hashlib.sha256(b"").hexdigest())
        payload = super().get(kept_under, keep=keep, archive=archive)
        return replace(payload, sniffed=form_of(payload.content))

    def recall(
        self,
        url: str,
        next_link: Callable[[Payload], str | None],
        *,
        at_most: timedelta,
        keep: Callable[[bytes], bytes] | None = None,
        archive: bool = True,
        accept: str = "*/*",
    ) -> Sequence[Payload]:
        """What the run recalled then, however long ago that was; raises SourceError when a page of it is gone."""
        found: dict[str, Payload] = {}
        address = self._address(url)
        while self._was_recalled(address) and address not in found:
            payload = super().get(address, keep=keep, archive=archive)
            found[address] = replace(payload, sniffed=form_of(payload.content))
            link = next_link(payload)
            if link is None:
                return tuple(found.values())
            address = str(WebAddress.parse(address).join(link))
        return ()

    def held(self, url: str, *, at_most: timedelta, keep: Callable[[bytes], bytes] | None = None, accept: str = "*/*") -> Payload | None:
        """Nothing to compare with: every answer of that run is read."""
        return None

    def _was_recalled(self, address: str) -> bool:
        return any(each.fetched_at < self._started for each in self._entries.get(address, ()))

    def follow(self, url: str, *, base: str) -> str:
        """Raises NotRead: not read then, or read already in this run."""
        there = str(WebAddress.parse(base).join(url))
        if there in self._visited or there not in self._entries:
            raise NotRead(f"»{there}« hat diese Ernte nicht gelesen, oder schon einmal.")
        return there

    def _address(self, url: str) -> str:
        return str(self._home.join(url) if url else self._home)


def replay(
    source: SourceConfig,
    run: int,
    *,
    store: Store,
    archive: Files,
    vault: Vault,
    now: datetime,
    detector: Detector | None = None,
    progress: Progress | None = None,
) -> RunRecord:
    """Read run `run` again and store the plan. The message says whether the rows are the ones that the run saw, where that can be known.

    Raises UnknownItem, ConfigurationError (a run of another source, one that still runs), AnswersGone (which answers, since when),
    Busy. What goes wrong later ends in the outcome.
    """
    original = store.run(run)
    _require_replayable(source, original)
    entries = (*store.archived(run), *vault.payloads(run))
    _require_answers(original, entries, store, vault)
    seen = vault.seen(run)
    desk = Desk(store=store, archive=archive, vault=vault, detector=detector or Detector(), progress=progress or quiet)
    attempt = Attempt(
        desk,
        source,
        run=store.start_run(source.name, source.title),
        now=now,
        provenance=Provenance(run=run, at=original.started_at),
        deleted=_deleted_then(source, store, original, entries),
    )

    def work() -> RunRecord:
        attempt.walk.through(_fetch(source, entries, Recollection(archive, vault).read, seen))
        same = None if seen is None else seen.digest == attempt.walk.fingerprint()
        if attempt.nothing_was_readable:
            return attempt.ended(Outcome.FAILED, "Nichts von dieser Ernte war lesbar; alles Veröffentlichte bleibt, wie es ist.")
        made = attempt.planned()
        attempt.remember_origins(made.tables)
        number, counts = attempt.proposed(made.plan)
        return attempt.ended(Outcome.PLANNED, _message(number, original, same), plan=number, counts=counts)

    return attempt.recorded(work)


def _fetch(source: SourceConfig, entries: Sequence[ArchiveEntry], read: Read, seen: Seen | None) -> Fetch:
    if source.is_remote:
        return WebReplay(entries, read=read, home=WebAddress.parse(source.url))
    return ReplayFetch(entries, read=read, listed=seen.listed if seen else None)


def _require_replayable(source: SourceConfig, original: RunRecord) -> None:
    if original.source != source.name:
        raise ConfigurationError(f"Ernte {original.id} las die Quelle »{original.source}«, nicht »{source.name}«.")
    if original.outcome is Outcome.RUNNING:
        raise DecisionRefused(f"Ernte {original.id} läuft noch.")


def _require_answers(original: RunRecord, entries: Sequence[ArchiveEntry], store: Store, vault: Vault) -> None:
    kept = {each.url for each in entries}
    gone = [each for each in vault.forgotten(original.id) if each.url not in kept]
    if gone:
        days = sorted({f"{each.at:%d.%m.%Y}" for each in gone})
        names = ", ".join(sorted({f"»{each.url}«" if each.url else "eine zurückgezogene Adresse" for each in gone}))
        verb = "zurückgezogen" if any(each.why == "withdrawn" for each in gone) else "nach Ablauf der Aufbewahrung gelöscht"
        raise AnswersGone(f"Ernte {original.id}: {names} ({verb} am {', '.join(days)}).")
    if entries:
        return
    other = _run_with_answers(original, store, vault) if original.outcome is Outcome.UNCHANGED else None
    if other is not None:
        raise AnswersGone(
            f"Ernte {original.id} fand nichts Neues und hat keine eigenen; dieselben Inhalte las Ernte {other}: --replay {other}."
        )
    raise AnswersGone(f"Ernte {original.id} hat keine.")


def _run_with_answers(original: RunRecord, store: Store, vault: Vault) -> int | None:
    """The run whose content stood published when this one found nothing new."""
    earlier = (each for each in store.published_runs(original.source) if each < original.id)
    return next((each for each in earlier if store.archived(each) or vault.payloads(each)), None)


def _message(plan: int, original: RunRecord, same: bool | None) -> str:
    found = {
        None: "Ob es dieselben Zeilen sind wie damals, weiß niemand mehr.",
        True: "Es sind dieselben Zeilen wie damals.",
        False: "Es sind nicht dieselben Zeilen wie damals: Seither hat sich die Zuordnung oder das Programm geändert.",
    }[same]
    when = f"{original.started_at:%d.%m.%Y}"
    return f"Plan {plan} aus den Antworten der Ernte {original.id} vom {when} liegt bereit; nichts wurde veröffentlicht. {found}"


def _deleted_then(source: SourceConfig, store: Store, original: RunRecord, entries: Sequence[ArchiveEntry]) -> dict[str, str]:
    """Files that were gone from the drop folder already when the run listed them."""
    read = {each.url for each in entries}
    return {url: why for url, why in deleted_sentences(source, store, before=original.started_at).items() if url not in read}
