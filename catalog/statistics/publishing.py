"""A release becomes public: kept for ever, and the newest edition of the statistic's data set in the catalogue. All of it or nothing.

Statistics of invented numbers (`demonstration`) get no data set: what is not in the catalogue is in no feed, no search, no sitemap and
on no other portal. They have their own addresses only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from catalog.changelog import log_change, not_before_the_last
from catalog.codec import dumps
from catalog.compose import Identity, compose
from catalog.curating import curation_of, publisher_of
from catalog.curation import Curation
from catalog.database import Record
from catalog.entries import ChangeKind, Edition, Status, StoredFile
from catalog.press import Issue, Press, Refused
from catalog.shelving import (
    find_dataset,
    identity_of,
    is_rendered,
    keep_dataset,
    keep_edition,
    keep_fragments,
    last_published,
    rendered,
)
from catalog.standing import note_issue, words_are_clean
from catalog.statistics.about import Account
from catalog.statistics.columns import rows_of, table_name, table_of
from catalog.statistics.errors import ReleaseRefused
from catalog.statistics.releases import ReleaseHead, keep_release, kept_releases
from catalog.store import find_edition
from catalog.texts import personal, words_of_declaration
from catalog.totals import add_to_totals
from schemas.dates import PartialDate
from schemas.declaration import Declaration
from schemas.errors import KlarError
from schemas.model import DataService, Dataset, Period
from schemas.row import Finding
from schemas.statistics import Cube, Release, Role
from schemas.values import FileFormat, Frequency, Text, Theme

_CHANGED = Text(de="Die Beschreibung wurde geändert.", en="The description was changed.")
_KEYWORDS = (
    Text(de="Bürgerbeteiligung", en="citizen participation"),
    Text(de="Statistik", en="statistics"),
)
_PART_OF_YEAR = re.compile(r"(\d{4})-([SQ])([1-4])", re.ASCII)
_MONTHS = {"S": 6, "Q": 3}


def publish_release(connection: Connection, press: Press, release: Release) -> ReleaseHead:
    """Keep the release and bring the data set in line, in a savepoint of its own. Raises ReleaseRefused: then nothing has changed.

    The licence of the day stays with it: whoever has used these numbers has used them under that one."""
    release = replace(release, cube=replace(release.cube, licence=release.cube.licence or press.site.licence))
    try:
        with connection.begin_nested():
            head = keep_release(connection, release)
            if not release.cube.demonstration:
                _Draft(connection, press, release, release.at).publish()
            return head
    except Refused as refused:
        raise ReleaseRefused("; ".join(each.message for each in refused.findings)) from refused


def refresh_statistic(connection: Connection, press: Press, stored: Record, *, at: datetime) -> Issue:
    """Bring the data set of a statistic in line with configuration, curation and renderer. Raises Refused, with the savepoint undone."""
    newest = next(each for each in reversed(kept_releases(connection, stored.name)) if each.number == stored.edition)
    with connection.begin_nested():
        try:
            return _Draft(connection, press, newest, at).refresh()
        except KlarError as error:
            raise Refused((Finding(code="not-publishable", message=str(error), table=stored.table_name),)) from error


def declaration_of(cube: Cube) -> Declaration:
    """What the catalogue is told about a statistic. Raises ConfigurationError for a name that no data set can have."""
    return Declaration(
        name=cube.name,
        table=table_of(cube),
        title=cube.title,
        description=_description(cube),
        themes=(Theme.GOVERNMENT, Theme.SOCIETY),
        keywords=_KEYWORDS,
        frequency=Frequency.IRREGULAR,
        kind="statistics",
        provenance=Text(de=""),
        licence=cube.licence,
    )


@dataclass(frozen=True)
class _Draft:
    """The data set of a statistic on its way out."""

    connection: Connection
    press: Press
    release: Release
    asked_at: datetime

    def publish(self) -> Issue:
        stored, curation, findings = self._judged()
        edition = self._new_edition()
        dataset = self._compose(stored, curation, edition, self._at)
        found = rendered(self.press, dataset, table=dataset.columns.name)
        before = last_published(stored)
        kind = ChangeKind.CREATED if stored is None else ChangeKind.RETURNED if before is None else ChangeKind.EDITION
        self._keep(stored, dataset, curation)
        keep_edition(self.connection, edition)
        keep_fragments(self.connection, self.press, dataset.name, found, others_stay=False)
        log_change(self.connection, kind, dataset.name, at=self._at, edition=edition.number, reason=edition.reason)
        add_to_totals(self.connection, datasets=0 if before else 1, rows=edition.rows - (before.rows if before else 0), at=self._at)
        note_issue(self.connection, self.press, dataset.name, fine=not findings)
        return Issue(kind=kind, edition=edition.number, findings=findings, rendered=True)

    def refresh(self) -> Issue:
        stored, curation, findings = self._judged()
        assert stored is not None, "only what is published is refreshed"
        before, edition = last_published(stored), find_edition(self.connection, stored.name, stored.edition)
        assert before is not None, "only what is public is refreshed"
        assert edition is not None, "every published data set has its newest edition"
        dataset = self._compose(stored, curation, edition, before.modified)
        issue = self._changed(stored, before, dataset, curation)
        note_issue(self.connection, self.press, dataset.name, fine=not findings)
        return replace(issue, findings=findings)

    def _changed(self, stored: Record, before: Dataset, dataset: Dataset, curation: Curation) -> Issue:
        changed = dataset != before
        if not changed and is_rendered(self.connection, self.press, dataset.name):
            return Issue(kind=None, edition=dataset.edition)
        dataset = replace(dataset, modified=self._at) if changed else dataset
        found = rendered(self.press, dataset, table=dataset.columns.name)
        keep_fragments(self.connection, self.press, dataset.name, found, others_stay=not changed)
        self._keep(stored, dataset, curation)
        if not changed:
            return Issue(kind=None, edition=dataset.edition, rendered=True)
        log_change(self.connection, ChangeKind.METADATA, dataset.name, at=self._at, edition=None, reason=_CHANGED)
        add_to_totals(self.connection, datasets=0, rows=0, at=self._at)
        return Issue(kind=ChangeKind.METADATA, edition=dataset.edition, rendered=True)

    @property
    def _at(self) -> datetime:
        return not_before_the_last(self.connection, self.asked_at)

    @property
    def _account(self) -> Account:
        return Account(release=self.release, site=self.press.site)

    @property
    def _declaration(self) -> Declaration:
        account = self._account
        return replace(declaration_of(self.release.cube), provenance=_provenance(account))

    def _judged(self) -> tuple[Record | None, Curation, tuple[Finding, ...]]:
        """What is stored, and the words that people set over it. Raises Refused for a name that is not this statistic's, and for words
        that look personal."""
        name, table = self.release.cube.name, table_name(self.release.cube)
        stored = find_dataset(self.connection, name)
        if stored is not None and (stored.table_name != table or stored.status == Status.WITHDRAWN.value):
            message = f"»{name}« gehört schon zu einem anderen Datensatz oder wurde zurückgezogen."
            raise Refused((Finding(code="name-taken", message=message, table=table),))
        clean = words_are_clean(self.connection, self.press, name)
        curation, findings = curation_of(self.press, name, stored, table=table, clean=clean)
        words = (*words_of_declaration(self._declaration, curation), *(("reason", text) for _, text in self.release.reason.tagged()))
        suspicious = personal(self.press.detector, words, table=table)
        if suspicious and (stored is None or stored.edition != self.release.number):
            raise Refused(suspicious)
        return stored, curation, (*findings, *suspicious)

    def _new_edition(self) -> Edition:
        """All cells of all tables, in every form a data set has."""
        release, account = self.release, self._account
        table, rows = table_of(release.cube), rows_of(release.cube, release.cells)
        about = account.about(self.press.site.dataset_url(release.cube.name))
        files: dict[str, StoredFile] = {}
        for extension, each in self.press.write_files(table, rows, about).items():
            sha256 = self.press.files.put(each.content)
            files[extension] = StoredFile(sha256=sha256, size=len(each.content), media_type=each.media_type, extension=extension)
        return Edition(
            dataset=release.cube.name,
            number=release.number,
            created_at=release.at,
            reason=release.reason,
            rows=len(rows),
            sha256=files["csv"].sha256,
            files=files,
            run=0,
        )

    def _compose(self, stored: Record | None, curation: Curation, edition: Edition, modified: datetime) -> Dataset:
        """As every data set; but its columns are its own, and its licence is that which stands in every form of the release."""
        declaration, account, cube = self._declaration, self._account, self.release.cube
        composed = compose(
            declaration,
            site=self.press.site,
            identity=self._identity(stored),
            edition=edition,
            rows=(),
            sources=(),
            curation=curation,
            publisher=publisher_of(
                self.connection, cube.name, curation, self.press.site.publisher, table=declaration.table.name, at=self.asked_at
            ),
            modified=modified,
        )
        return replace(
            composed,
            table=declaration.table,
            licence=account.licence,
            attribution=account.attribution,
            temporal=_period(cube),
            services=(_service(cube),),
        )

    def _identity(self, stored: Record | None) -> Identity:
        return identity_of(self.connection, self.press, self.release.cube.name, stored, at=self._at)

    def _keep(self, stored: Record | None, dataset: Dataset, curation: Curation) -> None:
        content = dumps(Declaration, self._declaration)
        keep_dataset(self.connection, stored, dataset, curation, table_name=dataset.columns.name, declaration=content)


def _description(cube: Cube) -> Text:
    english = " ".join(each.in_language("en") for each in (cube.notes, cube.base_population))
    return Text(de=f"{cube.notes.de} {cube.base_population.de}".strip(), en=english.strip())


def _provenance(account: Account) -> Text:
    rules, protection = account.release.rules, account.protection
    return Text(
        de=f"Gezählt aus Einzeldaten, die nicht veröffentlicht werden. Geheimhaltung ({rules}): {protection.de}",
        en=f"Counted from microdata that are not published. Disclosure control ({rules}): {protection.en}",
    )


def _service(cube: Cube) -> DataService:
    return DataService(
        name="statistics",
        title=Text(de=f"{cube.title.de}: Auswahl nach Merkmalen", en=f"{cube.title.in_language('en')}: selection by dimensions"),
        description=Text(
            de="Tabellen der Statistik nach Merkmalen, auch frühere Stände, als CSV, JSON, JSON-stat, XLSX und Parquet.",
            en="Tables of the statistic by dimension, earlier releases included, as CSV, JSON, JSON-stat, XLSX and Parquet.",
        ),
        endpoint_url=f"/api/v1/statistics/{cube.name}",
        endpoint_description="/api/v1/openapi.json",
        documentation="/api",
        formats=(FileFormat.JSON, FileFormat.CSV, FileFormat.XLSX, FileFormat.PARQUET),
    )


def _period(cube: Cube) -> Period | None:
    """From the first to the last category of the time, where their codes are dates, half-years or quarters."""
    codes = [code for each in cube.dimensions if each.role is Role.TIME for code in each.codes]
    ends = [end for code in codes for end in _ends(code)]
    return Period(start=min(ends, key=_first_day), end=max(ends, key=_last_day)) if ends else None


def _ends(code: str) -> Sequence[PartialDate]:
    part = _PART_OF_YEAR.fullmatch(code)
    try:
        if part is None:
            return (PartialDate(code),)
        months = _MONTHS[part[2]]
        last = months * int(part[3])
        return tuple(PartialDate(f"{part[1]}-{month:02}") for month in (last - months + 1, last))
    except ValueError:
        return ()  # a code of another kind says nothing about the calendar


def _first_day(date: PartialDate) -> str:
    return date.first_day().isoformat()


def _last_day(date: PartialDate) -> str:
    return date.last_day().isoformat()
