"""Surveys of a LimeSurvey: what everybody may know of them as rows, their answers into the vault and nowhere else.

Only surveys that are named are read: an access may see many that are nobody's business (reference: participation/platforms.md 9 and 12).
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from catalog.plan import Part
from harvesters.harvester import Found, IntoVault, Parted, Remark, SourceConfig, Unreadable, require_legal_basis
from harvesters.http.credentials import IN_BODY
from harvesters.http.paging import web
from harvesters.keys import PREFIX
from harvesters.limesurvey.columns import Read
from harvesters.limesurvey.exports import Folder
from harvesters.limesurvey.remarks import remarks_on
from harvesters.limesurvey.rows import TABLE, Answering, Describing, Said
from harvesters.limesurvey.survey import SETTINGS
from harvesters.moments import BERLIN
from harvesters.nodes import NodeRecord
from harvesters.record import Record
from schemas.declaration import declaration_of_table
from schemas.errors import ConfigurationError, SourceError
from schemas.fetch import Fetch
from schemas.row import Finding, Quarantined, Row
from schemas.table import microdata_tables

_KEY = r"^[a-z0-9][a-z0-9._:-]{1,127}$"
_MAPPED = Literal["age_group", "gender", "district_id", "group"]


def _survey_number(said: str) -> str:
    if not (said.isascii() and said.isdigit() and 0 < len(said) <= 12 and not said.startswith("0")):
        raise ValueError(f"»{said}« ist keine Nummer einer Umfrage")
    return said


class MappedQuestion(BaseModel):
    """A question whose answer says something of the person: no row of its own, but a column of all rows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: _MAPPED
    codes: Mapping[str, Annotated[str, Field(pattern=_KEY)]]

    @model_validator(mode="after")
    def _known(self) -> "MappedQuestion":
        known = {each.value for each in microdata_tables()[TABLE].field(self.column).codes}
        if known and (wrong := sorted({*self.codes.values()} - known)):
            raise ValueError(f"»{wrong[0]}« gibt es in {self.column} nicht; es gibt {', '.join(sorted(known))}")
        return self


class SurveyOptions(BaseModel):
    """One survey."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    process: str = Field(default="", pattern=f"^$|{_KEY}")
    project: str = Field(default="", pattern=f"^$|{_KEY}")
    channel: Literal["online", "paper", "on-site", "telephone"] = "online"
    columns: Mapping[str, MappedQuestion] = Field(default_factory=dict)

    @property
    def said(self) -> Said:
        columns = {name: (each.column, each.codes) for name, each in self.columns.items()}
        return Said(process=self.process, project=self.project, channel=self.channel, columns=columns)


class LimesurveyOptions(BaseModel):
    """`[source.options]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Literal["remote", "files"] = Field(default="remote", description="Fernsteuerung (RemoteControl 2) oder exportierte Dateien")
    surveys: Mapping[Annotated[str, AfterValidator(_survey_number)], SurveyOptions] = Field(
        min_length=1,
        description="Nummer der Umfrage -> process und project (Kennungen, zu denen sie gehört), channel, columns (Fragen zur Person)",
    )
    prefix: str = Field(default="", pattern=PREFIX, description="steht vor jeder Kennung; ohne: der Name der Quelle")
    user: str = Field(default="", max_length=64, description="Benutzername des Zugangs; das Passwort gehört in token_env oder token_file")
    auth_plugin: str = Field(default="Authdb", pattern=r"^[A-Za-z0-9]{1,64}$", description="womit LimeSurvey die Anmeldung prüft")
    page_size: int = Field(default=2000, ge=10, le=50_000, description="Nummern von Antworten je Export")
    structure: str = Field(default="", max_length=500, description="Adresse der .lss, wenn die Quelle die Adresse einer CSV-Datei ist")
    answers: bool = Field(default=True, description="Antworten in den Tresor übernehmen; sonst nur, dass es die Umfrage gibt")
    texts: bool = Field(default=False, description="auch offene Antworten in den Tresor übernehmen; ausgewertet werden sie nicht")
    precision: Literal["day", "month"] = Field(default="day", description="wie genau der Tag der Antwort vermerkt wird")
    inherited: Mapping[str, Literal["Y", "N"]] = Field(
        default_factory=dict, description='was die Umfragen von den allgemeinen Einstellungen übernehmen, etwa anonymized = "Y"'
    )

    @model_validator(mode="after")
    def _settings(self) -> "LimesurveyOptions":
        if wrong := sorted({*self.inherited} - {*SETTINGS} | ({*self.inherited} & {"access_mode"})):
            raise ValueError(f"inherited: »{wrong[0]}« ist keine der Einstellungen {', '.join(SETTINGS[:-1])}")
        return self


class LimesurveyHarvester:
    """Harvester `limesurvey`."""

    kind: ClassVar[str] = "limesurvey"
    Options: ClassVar[type[BaseModel]] = LimesurveyOptions

    def __init__(self, source: SourceConfig) -> None:
        """Raises pydantic's ValidationError for unknown options; ConfigurationError for a source that cannot be asked, or may not be."""
        options = self._options = LimesurveyOptions.model_validate(dict(source.options))
        self._source = source
        if options.answers:
            require_legal_basis(source, microdata_tables()[TABLE])
        if options.form == "remote":
            self._require_access()
        elif source.is_remote and not options.structure:
            raise ConfigurationError(f"Quelle {source.name!r}: options.structure fehlt: die Adresse der .lss zu dieser CSV-Datei.")
        self._said = {int(sid): each.said for sid, each in options.surveys.items()}
        self._inherited = {name: value == "Y" for name, value in options.inherited.items()}
        self._describing = Describing(prefix=options.prefix or source.name, title=source.title, by_month=options.precision == "month")

    @property
    def token_scheme(self) -> str:
        return IN_BODY if self._options.form == "remote" else "Bearer"

    def records(self, fetch: Fetch) -> Iterator[Found]:
        """Raises SourceError."""
        if not all(each.process for each in self._said.values()):
            yield declaration_of_table("process")
        yield declaration_of_table("format")
        if self._options.answers:
            yield IntoVault(table=microdata_tables()[TABLE])
        yield from self._remote(fetch) if self._options.form == "remote" else self._files(fetch)

    def map(self, record: Record) -> Iterable[Row | Quarantined]:
        assert isinstance(record, NodeRecord)  # records() yields no other
        return record.results()

    def _require_access(self) -> None:
        source = self._source
        if not source.is_remote:
            raise ConfigurationError(
                f"Quelle {source.name!r}: Die Fernsteuerung von LimeSurvey hat eine Adresse mit http:// oder https://."
            )
        if not (self._options.user and (source.token_env or source.token_file)):
            raise ConfigurationError(
                f"Quelle {source.name!r}: Die Fernsteuerung will options.user und das Passwort in token_env oder token_file."
            )

    def _remote(self, fetch: Fetch) -> Iterator[Found]:
        from harvesters.limesurvey.remote import Server  # heavy: 310 ms

        options, source = self._options, web(fetch)
        server = Server(
            fetch=source,
            url=source.list("")[0],
            user=options.user,
            plugin=options.auth_plugin,
            page_size=options.page_size,
            inherited=self._inherited,
            texts=options.texts,
            answers=options.answers,
        )
        found, missing = server.surveys(list(self._said))
        if not found:
            raise SourceError(" ".join(dict.fromkeys(missing.values())))
        yield from _parted(found)
        for each in found.values():
            yield from self._survey(each)
        yield from self._missing(missing)

    def _files(self, fetch: Fetch) -> Iterator[Found]:
        options = self._options
        folder = Folder(fetch=fetch, structure=options.structure, inherited=self._inherited, texts=options.texts, answers=options.answers)
        found, missing, unread = folder.surveys(list(self._said))
        if not found:
            raise SourceError(" ".join(dict.fromkeys(missing.values())))
        yield from _parted(found)
        for each in found.values():
            yield from self._survey(each)
        yield from self._missing(missing)
        for address in unread:
            message = f"Die Datei »{address}« gehört zu keiner Umfrage in options.surveys und wird nicht gelesen."
            yield Remark(finding=Finding(code="unread-file", message=message, origin=address))

    def _survey(self, read: Read) -> Iterator[Found]:
        """What everybody may know comes first: answers point to it."""
        survey, describing = read.survey, self._describing
        said, key = self._said[survey.sid], describing.key(survey)
        today = read.at.astimezone(BERLIN).date()
        shown = {"title": survey.title}
        if not said.process:
            rows = partial(describing.process_row, survey, said)
            yield NodeRecord(shown, origin=read.origin, table="process", key=key, rows=rows)
        yield NodeRecord(shown, origin=read.origin, table="format", key=key, rows=partial(describing.format_row, survey, said, today))
        yield from (Remark(finding=each) for each in remarks_on(survey, said, read.columns, read.origin))
        if read.incomplete:
            message = f"Umfrage {survey.sid}: Begonnene Antworten, die niemand abgeschickt hat, zählen nicht: {read.incomplete}."
            yield Remark(finding=Finding(code="incomplete-responses", message=message, origin=read.origin, table=TABLE))
        if read.fault:
            yield self._unread(survey.sid, read.fault, read.origin, (TABLE,))
        process = describing.process(survey, said)
        answering = Answering(survey, said, read.columns, process=process, by_month=describing.by_month)
        for each in read.responses:
            yield NodeRecord(each, origin=read.origin, table=TABLE, key="", rows=partial(answering.rows, tuple(each)))

    def _missing(self, missing: Mapping[int, str]) -> Iterator[Unreadable]:
        """Whether a survey is gone or out of reach, nobody says: its rows stay until a person takes it out of the options."""
        for sid, why in missing.items():
            own = () if self._said[sid].process else ("process",)
            answers = (TABLE,) if self._options.answers else ()
            yield self._unread(sid, why, "", (*own, "format", *answers))

    def _unread(self, sid: int, why: str, origin: str, tables: tuple[str, ...]) -> Unreadable:
        finding = Finding(code="unreadable-survey", message=f"Umfrage {sid}: {why}", origin=origin, table=tables[-1])
        return Unreadable(finding=finding, tables=tables, others_count=True)


def _parted(found: Mapping[int, Read]) -> Iterator[Parted]:
    """Answers of many surveys share a table: one that has suddenly lost all of its own is held, however many the others have."""
    if len(found) > 1:
        parts = (Part(title=f"Umfrage {sid}", field="id", begins=f"{sid}:") for sid in found)
        yield Parted(table=TABLE, parts=tuple(parts))


HARVESTER = LimesurveyHarvester
