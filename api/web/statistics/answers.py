"""From a question to a finished answer: bytes, validators, headers."""

import hashlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from api.web.answers import Representation, represent, represent_json, respond
from api.web.problems import UnknownRepresentation, UnsuitableParameter
from api.web.web import Web
from catalog.statistics.about import Account
from catalog.statistics.csvw import METADATA, METADATA_TYPE
from catalog.statistics.differences import changes_csv, changes_json
from catalog.statistics.errors import UnknownRelease, UnknownStatistic
from catalog.statistics.forms import EXCEL, MEDIA_TYPES, PIVOTED, alternates, columns_of_csv, media_type_of, write
from catalog.statistics.releases import RELEASE_NAME
from catalog.statistics.selection import Question, read_question
from schemas.declaration import DATASET_NAME
from schemas.statistics import Release

#: A new release may be a few minutes late; chart tools ask every minute (statistics/api.md, section 2).
LATEST = "public, max-age=300"
IMMUTABLE = "public, max-age=31536000, immutable"
#: Of a query string that Link headers repeat for every form: proxies take no long headers.
_LONGEST_REPEATED = 200
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request for numbers. `release` "": the newest."""

    statistic: str
    form: str  #: as in the address
    pairs: Pairs
    also: tuple[str, ...]  #: parameters besides those of the selection
    dialect: str = ""
    release: str = ""


def prepare(web: Web, asked: Asked) -> tuple[Hashable, Callable[[], Representation]]:
    """Key and maker of the answer. Raises what is wrong with the question: nothing of it is kept."""
    form = _writer(asked)
    release = find_release(web, asked.statistic, asked.release)
    question = _question(release, asked, form)
    key = ("statistic", asked.statistic, asked.release, form, question.canonical)
    # Read again when made: in between a newer release may have come.
    return key, lambda: _made(web, asked, form)


def find_release(web: Web, statistic: str, name: str) -> Release:
    """`name` "": the newest. What can be no name never reaches the database. Raises UnknownStatistic, UnknownRelease, Gone."""
    require_name(web, statistic)
    store = web.services.store
    if not name:
        return store.newest_release(statistic)
    if not RELEASE_NAME.fullmatch(name):
        raise UnknownRelease(name, known=[each.name for each in store.releases(statistic)])
    return store.release(statistic, name)


def require_name(web: Web, statistic: str) -> str:
    """Raises UnknownStatistic."""
    if not DATASET_NAME.fullmatch(statistic):
        raise UnknownStatistic(statistic, known=[each.cube for each in web.services.store.statistics()])
    return statistic


def redirect(web: Web, request: Request, asked: Asked, day: date) -> Response:
    """To the release that was the newest on that day. Raises UnknownStatistic, UnknownRelease, Gone."""
    _writer(asked)
    head = web.services.store.release_as_of(require_name(web, asked.statistic), day)
    query = urlencode(asked.pairs, safe=",")
    target = f"/api/v1/statistics/{asked.statistic}/releases/{head.name}.{asked.form}" + (f"?{query}" if query else "")
    headers = {"location": web.addresses.absolute(target), "cache-control": LATEST}
    return respond(request, represent(b"", "text/plain; charset=utf-8", status=307, headers=headers))


def difference(web: Web, statistic: str, before: str, after: str, form: str, language: str = "de") -> Representation:
    """Raises UnknownStatistic, UnknownRelease, UnknownRepresentation, Gone."""
    if form not in ("json", "csv"):
        raise UnknownRepresentation(form, allowed=[f"diff/{{release}}.{each}" for each in ("json", "csv")])
    one, other = find_release(web, statistic, before), find_release(web, statistic, after)
    headers = {"cache-control": IMMUTABLE, "content-language": language, **robots(web, other)}
    if form == "json":
        return represent_json(changes_json(one, other, language), modified=max(one.at, other.at), headers=headers)
    headers["content-disposition"] = f'attachment; filename="{statistic}-{one.name}-{other.name}.csv"'
    return represent(changes_csv(one, other, language), MEDIA_TYPES["csv"], modified=max(one.at, other.at), headers=headers)


def robots(web: Web, release: Release) -> dict[str, str]:
    """Search engines shall not show invented numbers. Where the site is not official, every answer says so already."""
    return {"x-robots-tag": "noindex, nofollow"} if release.cube.demonstration and web.services.site.official else {}


def _writer(asked: Asked) -> str:
    """Raises UnknownRepresentation, UnsuitableParameter."""
    if asked.form not in MEDIA_TYPES and asked.form != METADATA:
        raise UnknownRepresentation(asked.form, allowed=[f"{asked.statistic}.{each}" for each in MEDIA_TYPES])
    if not asked.dialect:
        return asked.form
    if asked.form != "csv":
        raise UnsuitableParameter("dialect", allowed="csv")
    return EXCEL


def _question(release: Release, asked: Asked, form: str) -> Question:
    question = read_question(release.cube, asked.pairs, also=asked.also)
    for parameter, value in (("pivot", question.pivot), ("share", question.share)):
        if value and asked.form not in (*PIVOTED, METADATA):
            raise UnsuitableParameter(parameter, allowed=", ".join(PIVOTED))
    if question.pivot and question.share:
        raise UnsuitableParameter("share", allowed="ohne pivot")
    return question


def _made(web: Web, asked: Asked, form: str) -> Representation:
    release = find_release(web, asked.statistic, asked.release)
    question = _question(release, asked, form)
    account = Account(release=release, site=web.services.site)
    if form == METADATA:
        content = columns_of_csv(account, question, _address(account, asked, question, "csv"))
    else:
        content = write(form, account, question)
    name = f"{release.cube.name}, {release.name}, {form}, {question.canonical}\n"
    headers = {
        "cache-control": IMMUTABLE if asked.release else LATEST,
        "link": _links(account, question, asked.form, columns=_address(account, asked, question, METADATA) if form == "csv" else ""),
        "content-language": question.language,
        **_attachment(release, form),
        **({"accept-ranges": "bytes"} if form == "parquet" else {}),
        **robots(web, release),
    }
    return Representation(
        content=content,
        media_type=media_type_of(asked.form),
        # What was asked of which release, and what came of it: a new version of klar may write the same cells in another way.
        etag=f'"{hashlib.sha256(name.encode() + content).hexdigest()[:40]}"',
        modified=release.at,
        headers=headers,
    )


def _address(account: Account, asked: Asked, question: Question, form: str) -> str:
    """Of the same question, in the release that was asked for or in the newest."""
    if asked.release:
        return account.release_url(form, question.canonical)
    return f"{account.url}.{form}" + (f"?{question.canonical}" if question.canonical else "")


def _attachment(release: Release, form: str) -> Mapping[str, str]:
    if form in ("json", "jsonstat", METADATA):
        return {}
    return {"content-disposition": f'attachment; filename="{release.cube.name}-{release.name}.{form}"'}


def _links(account: Account, question: Question, form: str, *, columns: str) -> str:
    """Licence, what it means, how to cite it (RFC 8574), and the other forms: what a CSV cannot say itself. `columns`: address of
    what says what they are; ""."""
    links = [
        f'<{account.licence.iri}>; rel="license"',
        f'<{account.url}>; rel="describedby"; type="application/json"',
        f'<{account.release_url(form, question.canonical)}>; rel="cite-as"',
        f'<{account.url}/releases>; rel="version-history"; type="application/json"',
    ]
    if len(question.canonical) <= _LONGEST_REPEATED:
        links += [f'<{columns}>; rel="describedby"; type="{METADATA_TYPE}"'] if columns else []
        others = alternates(account, question, but=form)
        links += [f'<{url}>; rel="alternate"; type="{MEDIA_TYPES[each].partition(";")[0]}"' for each, url in others.items()]
    return ", ".join(links)
