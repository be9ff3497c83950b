"""The sections of klar.toml: every key, its kind of value and its default. Values stay as they are written; `api.settings` makes
of them what the program needs."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict

from api.cron import BerlinCron
from schemas.errors import ConfigurationError
from schemas.values import Licence

#: A permanent name. No double underscore: it separates the parts of an environment variable.
NAME = re.compile(r"(?!.*__)[a-z0-9][a-z0-9_-]{1,99}", re.ASCII)
_DURATION = re.compile(r"([0-9]{1,6})(min|h|d|w)", re.ASCII)
_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f.]+")
_HOST = re.compile(r"[A-Za-z0-9._:-]+", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def duration(text: str) -> timedelta:
    """`90min`, `12h`, `7d`, `2w`. Raises ValueError."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError("muss eine Dauer sein wie »90min«, »12h«, »7d« oder »2w«")
    return int(match[1]) * _UNITS[match[2]]


def _duration(text: str) -> str:
    duration(text)
    return text


def _iri(text: str) -> str:
    """An http(s) address without user name, query and fragment."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s\x00-\x1f\"<>\\^`{|}?#@]", text):
        raise ValueError("muss eine Adresse sein wie »https://daten.example.org«, ohne Anmeldung, ? und #")
    return text


def _web_address(text: str) -> str:
    """A slash at the end is dropped: klar puts its own."""
    return _iri(text).rstrip("/")


def _database(text: str) -> str:
    sqlite, postgres = text.startswith("sqlite:///") and len(text) > len("sqlite:///"), text.startswith("postgresql+psycopg://")
    if not (sqlite or postgres) or (sqlite and re.search(r"[?#]|:memory:", text)):
        raise ValueError("muss mit »sqlite:///« (und einer Datei) oder »postgresql+psycopg://« beginnen")
    return text


def _licence(text: str) -> str:
    if text not in [each.iri for each in Licence]:
        raise ValueError("muss eine dieser Lizenzen sein: " + ", ".join(each.iri for each in Licence))
    return text


def _schedule(text: str) -> str:
    if text:
        try:
            BerlinCron(text)
        except ConfigurationError as error:
            raise ValueError(error.detail) from error
    return text


def _matches(pattern: re.Pattern[str], sentence: str) -> AfterValidator:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(sentence)
        return text

    return AfterValidator(check)


def _files(text: str) -> str:
    if "://" in text:
        raise ValueError("muss ein Ordner sein; andere Speicher kann diese Version noch nicht")
    return text


Words = Annotated[str, Field(min_length=1, pattern=r"^[^\x00-\x1f]*$")]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Iri = Annotated[str, AfterValidator(_iri)]
Database = Annotated[Words, AfterValidator(_database)]
Email = Annotated[str, _matches(_EMAIL, "muss eine E-Mail-Adresse sein")]
Duration = Annotated[str, AfterValidator(_duration)]
Host = Annotated[str, _matches(_HOST, "muss ein Rechnername sein, ohne http:// und ohne Pfad")]
Hosts = Annotated[tuple[Host, ...], Strict(False)]
#: The *name* of an environment variable; what stands in it is nobody's business.
Variable = Annotated[str, _matches(_VARIABLE, "muss der Name einer Umgebungsvariable sein, nicht das Geheimnis selbst")]
Name = Annotated[str, _matches(NAME, "darf nur a–z, 0–9, - und _ enthalten (kein doppeltes _) und muss mindestens zwei Zeichen haben")]

#: Key of a row in the table of organisations, as its Table Schema has it; part of a URI.
Key = Annotated[str, _matches(re.compile(r"[a-z0-9][a-z0-9._:-]{1,127}", re.ASCII), "muss die Kennung einer Organisation sein")]


class Section(BaseModel):
    """Frozen; unknown keys and values of another kind are errors."""

    # Built with the first use: the one model that is used contains the others.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class SiteSection(Section):
    base_url: WebAddress
    uri_base: WebAddress
    title: Words
    languages: Annotated[tuple[Literal["de", "en"], ...], Strict(False), Field(min_length=1)] = ("de", "en")
    official: bool = False


class PublisherSection(Section):
    name: Words
    contact_email: Email
    contributor_id: Iri
    licence: Annotated[str, AfterValidator(_licence)]
    homepage: Iri | Literal[""] = ""
    organisation: Key | Literal[""] = ""
    identifiers: Annotated[tuple[Iri, ...], Strict(False)] = ()


class LegalSection(Section):
    """Markdown files; "" is a page that is missing."""

    imprint: str = ""
    privacy: str = ""
    accessibility: str = ""
    easy_language: str = ""
    sign_language: str = ""
    terms: str = ""
    contact: str = ""


class StoreSection(Section):
    database: Database = "sqlite:///data/klar.db"
    files: Annotated[Words, AfterValidator(_files)] = "data/files"


class VaultSection(Section):
    database: Database = "sqlite:///data/vault.db"
    retention_days: Annotated[int, Field(ge=1)] = 180


class SmtpSection(Section):
    host: Host
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    user: str = ""
    password_file: str = ""


class NotifySection(Section):
    email: Email
    smtp: SmtpSection | None = None


class HttpSection(Section):
    """How sources in the web are reached."""

    proxy: WebAddress | Literal[""] = ""
    proxy_login_file: str = ""


class SourceSection(Section):
    name: Name
    title: Words
    kind: Words
    url: Words
    schedule: Annotated[str, AfterValidator(_schedule)] = ""
    sample: bool = False
    review: Literal["new", "always", "never"] = "new"
    at_least: Annotated[int, Field(ge=0)] = 1
    max_shrink: Annotated[float, Field(ge=0, le=1)] = 0.2
    remove_after: Duration = "7d"
    allow_private: Hosts = ()
    follow_hosts: Hosts = ()
    personal_data: bool = False
    legal_basis: str = ""
    data_anonymized: bool | None = None
    token_env: Variable | Literal[""] = ""
    token_file: str = ""
    options: dict[str, Any] = Field(default_factory=dict)


class FeedSection(Section):
    profile: Literal["dcat-ap-de-3.0", "dcat-ap-2.1.1"] = "dcat-ap-de-3.0"
    deprecated_days: Annotated[int, Field(ge=0)] = 30


class ShapesSection(Section):
    folder: str = ""


class PrivacySection(Section):
    venues: Annotated[tuple[Words, ...], Strict(False)] = ()
    hosts: Annotated[tuple[Words, ...], Strict(False)] = ()
    mailboxes: Annotated[tuple[Words, ...], Strict(False)] = ()
    public: Annotated[tuple[Words, ...], Strict(False)] = ()
    coarsen_metres: Annotated[int, Field(ge=0)] = 100
    second_person: bool = True
    archive_days: Annotated[int, Field(ge=1)] = 365
    quarantine_days: Annotated[int, Field(ge=1)] = 90
    log_days: Annotated[int, Field(ge=1)] = 365
    drop_days: Annotated[int, Field(ge=0)] = 0


class AliasesSection(Section):
    """Names of things that have several; "" is no list."""

    file: str = ""


class DistrictsSection(Section):
    """Boundaries of the city's districts; "" is none: then no district is ever calculated."""

    boundaries: str = ""
    id_property: Words = "id"
    tolerance_metres: Annotated[float, Field(ge=0, le=1000)] = 20


class LimitsSection(Section):
    """Per client and minute."""

    requests: Annotated[int, Field(ge=1)] = 600
    engine_seconds: Annotated[float, Field(gt=0)] = 20


class PushSection(Section):
    url: WebAddress
    token_env: Variable | Literal[""] = ""
    token_file: str = ""


class PublicContent(Section):
    """What a public process may know."""

    site: SiteSection
    publisher: PublisherSection
    legal: LegalSection = LegalSection()
    store: StoreSection = StoreSection()
    feed: FeedSection = FeedSection()
    limits: LimitsSection = LimitsSection()
    aliases: AliasesSection = AliasesSection()
    districts: DistrictsSection = DistrictsSection()
    source: Annotated[tuple[SourceSection, ...], Strict(False)] = ()


class Content(PublicContent):
    """All of klar.toml."""

    vault: VaultSection = VaultSection()
    notify: NotifySection | None = None
    shapes: ShapesSection = ShapesSection()
    privacy: PrivacySection = PrivacySection()
    http: HttpSection = HttpSection()
    push: dict[Name, PushSection] = Field(default_factory=dict)


def section_of(annotation: Any) -> type[Section] | None:
    """The section a type stands for, also behind `| None`, a list or a table of names."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    inner = [section_of(each) for each in getattr(annotation, "__args__", ())]
    return next((each for each in inner if each is not None), None)


def setting_names(section: type[Section] = Content, prefix: str = "") -> tuple[str, ...]:
    """Every key as the documentation writes it: `site.base_url`, `source.schedule`, `notify.smtp.host`, `push.NAME.url`."""
    found: list[str] = []
    for name, field in section.model_fields.items():
        inner = section_of(field.annotation)
        if inner is None:
            found.append(prefix + name)
        else:
            found += setting_names(inner, f"{prefix}{name}." + ("NAME." if name == "push" else ""))
    return tuple(found)
