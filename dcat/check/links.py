"""Links, asked as GovData's link checker and MQA do (harvest-rules, sections 2.5 and 4): HEAD, and GET after 400 or 405."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from dcat.check.asking import Answer, Ask, NotPublic
from dcat.check.mqa import Indicator, Share, Shares
from dcat.check.page import Link
from dcat.check.report import Finding, Links, Tally
from schemas.errors import SourceError

#: Failures in a row after which a host is left alone; its further links are not asked.
PATIENCE = 3
_STATUS_ROWS = {"dcat:accessURL": Indicator.ACCESS_STATUS, "dcat:downloadURL": Indicator.DOWNLOAD_STATUS}


@dataclass(kw_only=True)
class LinkList:
    """Distinct addresses in the order of the feed, and who has them. Beyond `most` they are only counted."""

    most: int
    users: dict[str, list[Link]] = field(default_factory=dict)
    beyond: set[int] = field(default_factory=set)  #: hashes: a million addresses need not be kept

    def add(self, links: Iterable[Link]) -> None:
        for each in links:
            if each.url in self.users:
                self.users[each.url].append(each)
            elif len(self.users) < self.most:
                self.users[each.url] = [each]
            else:
                self.beyond.add(hash(each.url))


@dataclass(frozen=True, kw_only=True)
class _Verdict:
    fine: bool  #: 2xx, to HEAD or to GET
    head: bool  #: 2xx or 3xx to HEAD, which is what MQA counts
    kind: str = ""
    message: str = ""
    silent: bool = False  #: the host does not answer at all, or asks for rest


@dataclass(frozen=True, kw_only=True)
class Checked:
    links: Links
    shares: Shares
    tally: Tally


def check_links(wanted: LinkList, ask: Ask) -> Checked:
    verdicts = _verdicts(wanted.users, ask)
    tally = Tally()
    for url, verdict in verdicts.items():
        if verdict.kind:
            for user in {each.distribution: each for each in reversed(wanted.users[url])}.values():
                message = f"<{url[:300]}>: {verdict.message}"
                tally.add(Finding(kind=verdict.kind, message=message, dataset=user.dataset, node=user.distribution, field=user.field))
    unasked = len(wanted.users) - len(verdicts) + len(wanted.beyond)
    if unasked:
        tally.add(Finding(kind="link-limit", message=f"Nicht gefragt: {unasked}."))
    links = Links(found=len(wanted.users) + len(wanted.beyond), asked=len(verdicts), fine=sum(each.fine for each in verdicts.values()))
    return Checked(links=links, shares=_shares(wanted.users, verdicts), tally=tally)


def _verdicts(urls: Iterable[str], ask: Ask) -> Mapping[str, _Verdict]:
    silent: dict[str, int] = {}
    verdicts: dict[str, _Verdict] = {}
    for url in urls:
        host = _host(url)
        if silent.get(host, 0) >= PATIENCE:
            continue
        verdicts[url] = verdict = _verdict(url, ask)
        silent[host] = silent.get(host, 0) + 1 if verdict.silent else 0
    return verdicts


def _verdict(url: str, ask: Ask) -> _Verdict:
    if not _host(url):
        return _Verdict(fine=False, head=False, kind="link-dead", message="keine Web-Adresse.")
    try:
        answer = ask.head(url, follow=True)
        if answer.status not in (400, 405):
            return _judged(answer)
        by_get = _judged(ask.peek(url))
    except NotPublic as error:
        return _Verdict(fine=False, head=False, kind="link-refused", message=error.detail)
    except SourceError as error:
        return _Verdict(fine=False, head=False, kind="link-unreachable", message=error.detail, silent=True)
    if not by_get.fine:
        return by_get
    return _Verdict(fine=True, head=False, kind="link-head", message=f"Antwort {answer.status} auf HEAD; mit GET geht es.")


def _judged(answer: Answer) -> _Verdict:
    """After redirects; one that leads to an error page answers 200, and its address says 404."""
    if 200 <= answer.status < 300 and "404" not in urlsplit(answer.url).path.rpartition("/")[2]:
        return _Verdict(fine=True, head=True)
    if 200 <= answer.status < 400:
        return _Verdict(fine=False, head=True, kind="link-dead", message=f"Weiterleitung zu <{answer.url[:300]}>.")
    if answer.status == 429 or answer.status >= 500:
        return _Verdict(
            fine=False, head=False, kind="link-unreachable", message=f"Antwort {answer.status}.", silent=answer.status in (429, 503)
        )
    return _Verdict(fine=False, head=False, kind="link-dead", message=f"Antwort {answer.status}.")


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.netloc if parts.scheme in ("http", "https") else ""


def _shares(users: Mapping[str, Iterable[Link]], verdicts: Mapping[str, _Verdict]) -> Shares:
    shares = dict.fromkeys(_STATUS_ROWS.values(), Share())
    for url, verdict in verdicts.items():
        for user in users[url]:
            shares[_STATUS_ROWS[user.field]] += Share(int(verdict.head), 1)
    return shares
