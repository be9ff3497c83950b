"""Page after page, as ckanext-dcat does it (harvest-rules, section 2.1): HEAD, then GET; the first page's syntax for all; the next
page as it is named. Where a harvester gives up this one says so, and goes on where that tells more."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

from dcat.check.asking import LARGEST, Answer, Ask, TooLarge
from dcat.check.page import PageReport
from dcat.check.reading import SYNTAXES, PageRefused, guessed
from dcat.check.report import Finding, Tally
from schemas.errors import LimitExceeded, SourceError

#: (content, media type, address, number of the page from 1) -> its report. Raises PageRefused, LimitExceeded.
Inspect = Callable[[bytes, str, str, int], PageReport]
#: Receives each page's report as it is there.
Take = Callable[[PageReport], None]
_RDF_XML = "application/rdf+xml"
_CHARSET = re.compile(r"charset\s*=\s*\"?([a-z0-9._:-]+)", re.IGNORECASE)


@dataclass(kw_only=True)
class Walk:
    """One walk over one feed."""

    ask: Ask
    inspect: Inspect
    take: Take
    most: int  #: pages
    tally: Tally = field(default_factory=Tally)
    pages: int = 0
    complete: bool = False
    media_type: str = ""
    totals: list[int] = field(default_factory=list)
    _visited: dict[str, None] = field(default_factory=dict)
    _contents: set[bytes] = field(default_factory=set)

    def walk(self, url: str) -> None:
        following: str | None = url
        while following:
            if self.pages >= self.most:
                self._note("page-limit", f"Nach {self.pages} Seiten ist Schluss; es gäbe noch <{following}>.", following)
                return
            here, following = following, self._page(following)
            if following == "":
                self.complete = True
                self._look_behind(here)

    def _page(self, url: str) -> str | None:
        """The next page's address, "" after the last one, None when the walk ends before."""
        self._visited[url] = None
        complaint = self._head(url)
        if complaint and complaint[0] == "too-large":
            self._note(*complaint, url)
            return None
        answer = self._get(url)
        if answer is None:
            return None  # what HEAD said is no news then
        if complaint:
            self._note(*complaint, url)
        if self._is_repeated(answer, url):
            return None
        report = self._report(answer, url)
        if report is None:
            return None
        self.pages += 1
        self.take(report)
        return self._next(report, url)

    def _head(self, url: str) -> tuple[str, str] | None:
        """(kind, message) of what is wrong with HEAD."""
        try:
            answer = self.ask.head(url, follow=False)
        except SourceError as error:
            return "head-failed", error.detail
        length = answer.headers.get("content-length", "")
        if answer.status in (400, 405):
            return "head-refused", f"Antwort {answer.status} auf HEAD."
        if answer.status >= 400:
            return "head-failed", f"Antwort {answer.status} auf HEAD."
        if length.isdecimal() and len(length) < 20 and int(length) >= LARGEST:
            return "too-large", f"Content-Length nennt {length} Byte."
        return None

    def _get(self, url: str) -> Answer | None:
        try:
            answer = self.ask.get(url)
        except TooLarge as error:
            self._note("too-large", error.detail, url)
            return None
        except SourceError as error:
            self._note("unreachable", error.detail, url)
            return None
        if answer.url != url:
            self._note("redirect", f"Weiter zu <{answer.url}>.", url)
        if answer.status != 200:
            self._note("page-status", f"Antwort {answer.status}.", url)
            return None
        if not answer.content.strip():
            self._note("empty", "Die Antwort hat keinen Inhalt.", url)
            return None
        if len(answer.content) >= LARGEST:
            self._note("too-large", f"{len(answer.content)} Byte.", url)
            return None
        return answer

    def _is_repeated(self, answer: Answer, url: str) -> bool:
        digest = sha256(answer.content).digest()
        if digest in self._contents:
            self._note("repeated-page", "Derselbe Inhalt stand schon auf einer früheren Seite.", url)
            return True
        self._contents.add(digest)
        return False

    def _report(self, answer: Answer, url: str) -> PageReport | None:
        media_type = self._media_type(answer, url)
        try:
            return self.inspect(answer.content, media_type, url, self.pages + 1)
        except PageRefused as error:
            self._note(error.kind, error.detail, url)
        except LimitExceeded as error:
            self._note("over-limits", error.detail, url)
        return None

    def _media_type(self, answer: Answer, url: str) -> str:
        """That of the first page for all. One that no harvester can read is reported, and then guessed, to find the other faults, too."""
        header = answer.headers.get("content-type", "")
        given = header.partition(";")[0].strip().lower()
        charset = _CHARSET.search(header)
        if charset and charset[1].lower() not in ("utf-8", "utf8"):
            self._note("charset", f"Angegeben ist {charset[1][:40]}.", url)
        if self.media_type:
            if given != self.media_type and given in SYNTAXES:
                self._note("media-type-changes", f"{given} statt {self.media_type}.", url)
            return self.media_type
        if given and given not in SYNTAXES:
            self._note("media-type", f"Angegeben ist »{given[:100]}«.", url)
        elif not given:
            self._note("media-type-missing", "Die Antwort hat keinen Content-Type.", url)
        self.media_type = given if given in SYNTAXES else _RDF_XML if not given else guessed(answer.content, url)
        return self.media_type

    def _next(self, report: PageReport, url: str) -> str | None:
        paging = report.paging
        if paging.several:
            self._note("next-several", f"{len(paging.several)} Adressen: {' '.join(paging.several)[:300]}", url)
        elif paging.ckan != paging.piveau and (paging.total is not None or not paging.piveau):
            ckan, piveau = (f"<{each}>" if each else "das Ende" for each in (paging.ckan, paging.piveau))
            self._note("walkers-differ", f"ckanext-dcat: {ckan}; piveau: {piveau}.", url)
        if paging.paged and paging.total is None:
            self._note("total-missing", "Keine Zahl am Seitenknoten.", url)
        if paging.total is not None:
            self.totals.append(paging.total)
        return self._permitted(paging.next, url)

    def _permitted(self, following: str, here: str) -> str | None:
        if not following:
            return ""
        try:
            there = urlsplit(following)
        except ValueError:
            there = urlsplit("")
        if there.scheme not in ("http", "https") or not there.netloc:
            self._note("next-relative", f"Angegeben ist »{following[:300]}«.", here)
            return None
        if following in self._visited:
            self._note("loop", f"Nächste Seite wäre wieder <{following}>.", here)
            return None
        if there.netloc != urlsplit(here).netloc:
            self._note("next-other-host", f"Von {urlsplit(here).netloc} zu {there.netloc}.", here)
        return following

    def _look_behind(self, last: str) -> None:
        """A page number beyond the end should be 404, or who pages by number never ends."""
        number = re.search(r"([?&]page=)(\d{1,9})(?=&|$)", last)
        if number is None:
            return
        beyond = f"{last[: number.start()]}{number[1]}{int(number[2]) + 1}{last[number.end() :]}"
        try:
            answer = self.ask.head(beyond, follow=True)
        except SourceError:
            return
        if answer.status == 200:
            self._note("beyond-end", "Die Antwort ist 200 statt 404.", beyond)

    def _note(self, kind: str, message: str, page: str) -> None:
        self.tally.add(Finding(kind=kind, message=message, page=page))
