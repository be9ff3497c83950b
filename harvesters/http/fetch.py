"""HttpFetch: `schemas.fetch.WebFetch` over HTTP. What it hands out has been checked for its form, and archived if it is new."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Protocol

from catalog.archived import asked_as, headers_text
from harvesters.http.address import WebAddress
from harvesters.http.asking import Asker, Question
from harvesters.http.client import Answer
from harvesters.http.credentials import Credential
from harvesters.http.faults import Fault, HttpError
from harvesters.http.sniffing import form_of, require_form
from harvesters.http.validators import OLDEST, Validator, asked_text
from schemas.fetch import Payload


class Recall(Protocol):
    """What archive and vault hold; `catalog.files.Files` is one, `catalog.vault.Vault` is one."""

    def has(self, sha256: str) -> bool: ...

    def read(self, sha256: str) -> bytes: ...


#: What answers in pages say beside their content: how many there are, where the next one is, in which CRS.
KEPT_HEADERS = frozenset(
    {
        "content-crs",  # OGC API Features
        "fiware-total-count",  # NGSIv2
        "link",  # RFC 8288
        "ngsild-results-count",
        "x-tec-total",  # The Events Calendar
        "x-tec-totalpages",
        "x-total-count",  # The Things Stack
        "x-wp-total",  # WordPress
        "x-wp-totalpages",
    }
)
_LONGEST_HEADER = 4000
#: What a kind may say beside its question: which vocabulary (RFC 8288), which tenant. Never a secret: these lines go along redirects.
ASKED_HEADERS = frozenset({"fiware-service", "fiware-servicepath", "link", "ngsild-tenant"})
_HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,1998}[\x21-\x7e])?")
_NOTHING: Mapping[str, str] = MappingProxyType({})

Keep = Callable[[Payload], None]


def _forget(payload: Payload) -> None:
    """Where there is no vault, what may speak of persons is kept nowhere."""


class NoRecall:
    """Nothing can be recalled: every address is fetched in full."""

    def has(self, sha256: str) -> bool:
        return False

    def read(self, sha256: str) -> bytes:
        raise FileNotFoundError(sha256)


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What the last published run holds of an address."""

    validator: Validator
    content: bytes  #: as it was kept; b"" when it is not there any more, and then nothing conditional is asked

    @property
    def headers(self) -> dict[str, str]:
        return self.validator.headers() if self.content else {}


class HttpFetch:
    """One run's view of one source in the web; close it, or use it in a `with`.

    Addresses are http(s) URLs, or relative to the source's own.

    A payload that is kept already is marked `unchanged`, and reaches `keep_payload` (`keep_private` for what may speak of persons) only
    when something else in this run did change: a run in which nothing did leaves no trace but its record.
    """

    def __init__(
        self,
        home: WebAddress,
        asker: Asker,
        *,
        may_step: Callable[[WebAddress, WebAddress], None],
        keep_payload: Keep,
        keep_private: Keep | None = None,
        clock: Callable[[], datetime],
        known: Mapping[str, Validator],
        recall: Recall,
        credential: Credential | None = None,
    ) -> None:
        self._home = home
        self._asker = asker
        self._may_step = may_step
        self._keep_payload = keep_payload
        self._keep_private = keep_private or _forget
        self._clock = clock
        self._known = known
        self._recall = recall
        self._credential = credential
        self._visited: set[str] = set()
        self._validators: dict[str, Validator] = {}
        self._waiting: list[tuple[Keep, Payload]] = []  # unchanged ones, without their content
        self._news = False
        self._answers = 0

    def close(self) -> None:
        """Hang up."""
        self._asker.close()

    def __enter__(self) -> "HttpFetch":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def now(self) -> datetime:
        return self._clock()

    @property
    def is_unchanged(self) -> bool:
        """Whether the source gave something, and nothing new."""
        return self._answers > 0 and not self._news

    def pending(self) -> Mapping[str, Validator] | None:
        """Validators to stage for this run; None when those of the last published run still hold."""
        same = all(self._known.get(url) == each for url, each in self._validators.items())
        return None if same else dict(self._validators)

    def list(self, url: str = "") -> Sequence[str]:
        """The web has no folders: an address gives itself."""
        return (str(self._address(url)),)

    def follow(self, url: str, *, base: str) -> str:
        """Raises HttpError."""
        with self._discreet():
            here = self._address(base)
            there = here.join(url)
            self._require_no_secret(there)
            self._may_step(here, there)
            if str(there) in self._visited:
                raise HttpError(Fault.REPEATED, f"»{here.shown}« nennt als nächste Seite »{there.shown}«, die schon gelesen ist.")
            return str(there)

    def get(
        self,
        url: str,
        *,
        keep: Callable[[bytes], bytes] | None = None,
        archive: bool = True,
        accept: str = "*/*",
        expected: Collection[str] = (),
        headers: Mapping[str, str] = _NOTHING,
    ) -> Payload:
        """Raises HttpError; ValueError for headers that are not among ASKED_HEADERS."""
        asked = {"Accept": accept, **self._allowed(headers)}
        with self._discreet():
            address = self._address(url)
            self._require_no_secret(address)
            self._may_step(self._home, address)
            self._visited.add(str(address))
            known = self._usable(address, asked)
            payload, validator = self._received(address, asked, expected, known, keep)
        self._note(payload, validator, archive)
        return payload

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
        """Raises HttpError. Never conditional: no cache may answer a POST (RFC 9110, 9.3.3); that nothing changed is seen by content."""
        with self._discreet():
            address = self._address(url)
            self._require_no_secret(address)
            self._may_step(self._home, address)
            kept_under = asked_as(str(address), question)
            if kept_under in self._visited:
                raise HttpError(Fault.REPEATED, f"»{address.shown}« wird noch einmal nach »{question}« gefragt.")
            self._visited.add(kept_under)
            answer = self._asker.ask(address, {"Accept": accept}, Question(body=body, media_type=media_type))
            validator = self._known.get(kept_under)
            known = _Known(validator=validator, content=b"") if validator else None
            payload, fresh = self._anew(address, answer, {"Accept": accept}, expected, known, keep)
            payload = replace(payload, url=kept_under)
        if not forget:
            self._note(payload, fresh, archive)
        return payload

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
        """Raises HttpError for an address that may not be asked at all. What is recalled is not visited: it may be read all the same."""
        found: dict[str, tuple[Payload, Validator]] = {}
        with self._discreet():
            address = self._address(url)
            while True:
                self._may_step(self._home, address)
                page = self._as_kept(address, at_most, keep, accept)
                if page is None or str(address) in found:
                    return ()
                found[str(address)] = page
                link = next_link(page[0])
                if link is None:
                    break
                address = address.join(link)
        for payload, validator in found.values():
            self._note(payload, validator, archive)
        return tuple(payload for payload, _ in found.values())

    def held(self, url: str, *, at_most: timedelta, keep: Callable[[bytes], bytes] | None = None, accept: str = "*/*") -> Payload | None:
        """Raises HttpError for an address that may not be asked at all."""
        with self._discreet():
            address = self._address(url)
            self._may_step(self._home, address)
            found = self._as_kept(address, at_most, keep, accept)
        return None if found is None else found[0]

    def _as_kept(
        self, address: WebAddress, at_most: timedelta, keep: Callable[[bytes], bytes] | None, accept: str
    ) -> tuple[Payload, Validator] | None:
        validator = self._known.get(str(address))
        if validator is None or not validator.answers({"Accept": accept}):
            return None
        if not timedelta(0) <= self._clock() - validator.fetched_at < at_most:
            return None
        content = self._recalled(validator.sha256)
        if not content:
            return None
        payload, again = self._again(address, _Known(validator=validator, content=content), keep)
        return replace(payload, fetched_at=validator.fetched_at), again

    def _note(self, payload: Payload, validator: Validator, archive: bool) -> None:
        self._store(self._keep_payload if archive else self._keep_private, payload)
        self._validators[payload.url] = validator
        self._answers += 1

    def _address(self, url: str) -> WebAddress:
        return self._home.join(url) if url else self._home

    def _require_no_secret(self, address: WebAddress) -> None:
        """What is archived, planned and logged under an address must not give a key away."""
        if address.holds_secret or (self._credential is not None and self._credential.is_said_in(str(address))):
            raise HttpError(
                Fault.ADDRESS,
                f"Eine Adresse auf »{address.host}« enthält ein Zugangsgeheimnis; es gehört in token_env oder token_file.",
            )

    @contextmanager
    def _discreet(self) -> Iterator[None]:
        """A server may put our secret into a Location, and we the Location into a message."""
        try:
            yield
        except HttpError as error:
            message = self._credential.redacted(error.detail) if self._credential else error.detail
            # No cause: it would carry the text along.
            raise HttpError(error.fault, message, host=error.host, retry_after=error.retry_after, status=error.status) from None

    def _allowed(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        """Raises ValueError: what a kind says is its own text, so this is a mistake of the kind or of its options' check."""
        for name, text in headers.items():
            if name.lower() not in ASKED_HEADERS or not _HEADER_VALUE.fullmatch(text):
                raise ValueError(f"{name} may not be sent, or not with this value")
            if self._credential is not None and self._credential.is_said_in(text):
                raise HttpError(Fault.ADDRESS, f"Die Kopfzeile {name} enthält das Zugangsgeheimnis; es gehört nicht dorthin.")
        return headers

    def _usable(self, address: WebAddress, asked: Mapping[str, str]) -> _Known | None:
        """What we know of an address, unless it is too old, or the answer to another question."""
        validator = self._known.get(str(address))
        if validator is None or not validator.answers(asked):
            return None
        age = self._clock() - validator.fetched_at
        is_fresh = timedelta(0) <= age < OLDEST
        return _Known(validator=validator, content=self._recalled(validator.sha256) if is_fresh else b"")

    def _recalled(self, sha256: str) -> bytes:
        try:
            content = self._recall.read(sha256) if self._recall.has(sha256) else b""
        except (OSError, ValueError):
            return b""
        return content if hashlib.sha256(content).hexdigest() == sha256 else b""

    def _received(
        self,
        address: WebAddress,
        asked: Mapping[str, str],
        expected: Collection[str],
        known: _Known | None,
        keep: Callable[[bytes], bytes] | None,
    ) -> tuple[Payload, Validator]:
        conditions = known.headers if known else {}
        answer = self._asker.ask(address, {**asked, **conditions})
        if answer.status == 304 and conditions and known and _confirms(answer, known.validator):
            return self._again(address, known, keep)
        if answer.status == 304:  # of something else, or of nothing we asked
            answer = self._asker.ask(address, asked)
            if answer.status == 304:
                raise HttpError(Fault.BAD_ANSWER, f"»{address.shown}« antwortet mit 304, ohne dass danach gefragt wurde.")
        return self._anew(address, answer, asked, expected, known, keep)

    def _again(self, address: WebAddress, known: _Known, keep: Callable[[bytes], bytes] | None) -> tuple[Payload, Validator]:
        content = keep(known.content) if keep else known.content
        validator = known.validator
        payload = Payload(
            url=str(address),
            content=content,
            fetched_at=self._clock(),
            sha256=hashlib.sha256(content).hexdigest(),
            media_type=validator.media_type,
            charset=validator.charset,
            headers=validator.kept_headers,
            sniffed=form_of(content),
        )
        return replace(payload, unchanged=payload.sha256 == validator.sha256), replace(validator, sha256=payload.sha256)

    def _anew(
        self,
        address: WebAddress,
        answer: Answer,
        asked: Mapping[str, str],
        expected: Collection[str],
        known: _Known | None,
        keep: Callable[[bytes], bytes] | None,
    ) -> tuple[Payload, Validator]:
        form = form_of(answer.content)
        path = address.target.partition("?")[0]
        require_form(form, expected, path, address.shown)
        self._require_discretion(answer.content, address)
        content = keep(answer.content) if keep else answer.content
        headers = self._discreet_headers(answer)
        media_type, charset = _media_type(headers.get("content-type", ""))
        kept = {name: text for name, text in headers.items() if name in KEPT_HEADERS and len(text) <= _LONGEST_HEADER}
        now, sha256 = self._clock(), hashlib.sha256(content).hexdigest()
        unchanged = known is not None and known.validator.sha256 == sha256 and self._recall.has(sha256)
        payload = Payload(
            url=str(address),
            content=content,
            fetched_at=now,
            sha256=sha256,
            media_type=media_type,
            charset=charset,
            headers=kept,
            sniffed=form,
            unchanged=unchanged,
        )
        validator = Validator(
            sha256=sha256,
            fetched_at=now,
            etag=_etag(headers.get("etag", "")),
            last_modified=_last_modified(headers),
            media_type=media_type,
            charset=charset,
            accept=asked["Accept"],
            asked=asked_text(asked),
            said=headers_text(kept),
        )
        return payload, validator

    def _require_discretion(self, content: bytes, address: WebAddress) -> None:
        if self._credential is not None and self._credential.is_in(content):
            raise HttpError(Fault.BETRAYED, f"»{address.shown}«: Die Antwort enthält das Zugangsgeheimnis; sie wird nicht aufbewahrt.")

    def _discreet_headers(self, answer: Answer) -> Mapping[str, str]:
        """Some headers outlive the answer: those that hold our secret are not among them."""
        credential = self._credential
        return {name: text for name, text in answer.headers.items() if credential is None or not credential.is_said_in(text)}

    def _store(self, keep: Keep, payload: Payload) -> None:
        """Unchanged ones wait: a replay needs all payloads of a run, but a run without news leaves none."""
        if payload.unchanged and not self._news:
            self._waiting.append((keep, replace(payload, content=b"")))
            return
        self._news = True
        waiting, self._waiting = self._waiting, []
        for keep_it, each in waiting:
            keep_it(replace(each, content=self._recall.read(each.sha256)))
        keep(payload)


def _confirms(answer: Answer, validator: Validator) -> bool:
    """A 304 may name the version it speaks of; compared weakly (RFC 9110, 8.8.3.2)."""
    etag = _etag(answer.headers.get("etag", ""))
    return not (etag and validator.etag) or etag.removeprefix("W/") == validator.etag.removeprefix("W/")


def _etag(text: str) -> str:
    """ "" for what is none: we send it back in a header."""
    return text if re.fullmatch(r'(W/)?"[\x21\x23-\x7e]{0,512}"', text) else ""


def _last_modified(headers: Mapping[str, str]) -> str:
    """ "" unless it lies a minute before the answer: within one second, there may be two versions (RFC 9110, 8.8.2.2)."""
    text = headers.get("last-modified", "")
    try:
        age = parsedate_to_datetime(headers.get("date", "")) - parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return ""
    return text if age >= timedelta(minutes=1) else ""


def _media_type(content_type: str) -> tuple[str, str]:
    """Type without parameters, and charset; both lower case, "" for what is not said or not readable."""
    name, _, parameters = content_type.lower().partition(";")
    name = name.strip()
    found = re.search(r'charset\s*=\s*"?([a-z0-9._:-]{1,40})', parameters)
    return (name if re.fullmatch(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+", name) else "", found[1] if found else "")
