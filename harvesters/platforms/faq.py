"""Pages of questions and answers, as offices put them on their site after a meeting: one row for each question.

A question is recognised by its page and its words: another answer is an update, another question is another row.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

from pydantic import BaseModel

from catalog.plan import Part
from harvesters.extracts import Extracts
from harvesters.faq.asking import identity, uncounted
from harvesters.faq.options import FaqOptions, Page
from harvesters.faq.reading import kept_of, questions_of, tidied
from harvesters.harvester import Found, Parted, Remark, SourceConfig, Unreadable
from harvesters.http.address import WebAddress
from harvesters.http.faults import Fault, HttpError
from harvesters.http.paging import web
from harvesters.keys import key_of
from harvesters.record import Record
from schemas.declaration import declaration_of_table
from schemas.errors import ConfigurationError, SourceError
from schemas.fetch import Fetch, WebFetch
from schemas.row import Finding, Quarantined, Row, Value

TABLE = "qa_item"
_OF_ONE_PAGE = frozenset({Fault.MISSING, Fault.FORBIDDEN, Fault.EMPTY, Fault.WRONG_FORM, Fault.TOO_LARGE, Fault.BAD_ANSWER})
_ACCEPT = "text/html, text/plain;q=0.9"


class QuestionRecord(Record):
    """One question of one page."""

    def __init__(self, fields: Mapping[str, object], page: Page, *, origin: str) -> None:
        super().__init__(fields, origin=origin, tables=[TABLE])
        self.page = page


class FaqHarvester:
    """Harvester `faq`."""

    kind: ClassVar[str] = "faq"
    Options: ClassVar[type[BaseModel]] = FaqOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options, ConfigurationError for a source that is no address in the web."""
        options = FaqOptions.model_validate(dict(source.options))
        if not source.is_remote:
            raise ConfigurationError(f"Quelle {source.name!r}: url ist die Adresse der Webseite und beginnt mit http:// oder https://.")
        self._pages = options.pages or (Page(url=source.url),)
        self._prefix = options.prefix or source.name
        self._aliases = source.aliases
        self._fields = declaration_of_table(TABLE).table.field_names

    def records(self, fetch: Fetch) -> Iterator[Found]:
        source = web(fetch)
        yield declaration_of_table(TABLE)
        for page in self._pages:
            yield from self._of(page, source)
        if len(self._pages) > 1:  # a single one is the whole table
            addresses = [(each.url, source.list(each.url)[0]) for each in self._pages]
            yield Parted(table=TABLE, parts=tuple(Part(title=title, begins=url, exact=True) for title, url in addresses))

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, QuestionRecord)  # records() yields no other
        page, block, answer = record.page, record.text("block"), record.text("answer")
        values: dict[str, Value] = {
            "id": key_of(self._prefix, record.text("id")),
            "project_id": self._project(page, block),
            "process_id": page.process_id,
            "event_id": page.event_id,
            "block": block or None,
            "question": record.text("question"),
            "answer": answer or None,
            "asked_on": page.asked_on,
            "answered_on": page.answered_on if answer else None,
            "state": "answered" if answer else "open",
            "source_title": page.source_title,
            "source_date": page.source_date,
            "source_date_basis": "stated" if page.source_date else None,
        }
        row = {name: values.get(name) for name in self._fields}
        yield Row(table=TABLE, key=str(values["id"]), values=row, source_url=record.origin, origin=record.origin)

    def _project(self, page: Page, block: str) -> str | None:
        """As the options say, else the project that bears the name of the block, else that of the page."""
        named = re.sub(r"^Fragen zu[mr]?\s", "", block)
        return page.blocks.get(block) or self._aliases.resolve(named, "project") or page.project_id

    def _of(self, page: Page, source: WebFetch) -> Iterator[Found]:
        """Raises SourceError for what concerns the whole site. A page that is broken by itself leaves the others what they are."""
        try:
            yield from self._questions(page, source)
        except HttpError as error:
            if error.fault not in _OF_ONE_PAGE:
                raise
            yield _broken(page, error)
        except SourceError as error:
            yield _broken(page, error)

    def _questions(self, page: Page, source: WebFetch) -> Iterator[Found]:
        def read(content: bytes, url: str) -> list[dict[str, Any]]:
            return [kept_of(each) for each in questions_of(content, url, page)]

        extracts = Extracts(page.rules, read, tidied)
        payload = extracts.get(source, source.list(page.url)[0], accept=_ACCEPT, expected=["html", "text", "xml"])
        # Path and query: a site may change its name, its questions stay the same.
        place, seen = WebAddress.parse(payload.url).target, set[str]()
        for each in extracts.items(payload):
            known = partial(identity, place)
            question = uncounted(each["question"])
            number = known(question)
            if number in seen:
                number = known(question, each["block"])
            if number in seen:
                number = known(each["question"], each["block"])
            if number in seen:
                yield _twice(payload.url)
                continue
            seen.add(number)
            yield QuestionRecord({"id": number, **each}, page, origin=payload.url)


def _broken(page: Page, error: SourceError) -> Unreadable:
    finding = Finding(code="page-unreadable", message=error.detail, origin=page.url, table=TABLE)
    return Unreadable(finding=finding, tables=(TABLE,), others_count=True)


def _twice(url: str) -> Remark:
    message = "Eine Frage steht zweimal unter derselben Überschrift; die erste Antwort gilt."
    return Remark(finding=Finding(code="repeated-question", message=message, origin=url, table=TABLE, field="question"))


HARVESTER = FaqHarvester
