"""Settings: klar.toml and environment, read once, checked whole, frozen (DESIGN A4)."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pydantic import ValidationError

from api.complaints import InvalidSettings, Whereabouts, complaints_about
from api.cron import BerlinCron
from api.overrides import PREFIX, folded, named_variables, with_environment
from api.sections import Content, PublicContent, SourceSection, duration
from api.toml_lines import Path as KeyPath
from api.toml_lines import key_lines
from catalog.plan import Guards, Review
from harvesters.harvester import SourceConfig
from harvesters.registry import kinds
from schemas.aliases import Aliases, load_aliases
from schemas.errors import ConfigurationError
from schemas.model import Agent, Contact, Site
from schemas.place import KAISERSLAUTERN
from schemas.values import Language, Licence, PublisherType

if TYPE_CHECKING:
    from schemas.boundaries import Boundaries

FILE = "klar.toml"
#: Keys of [legal] -> name of the page, which is its address.
LEGAL_PAGES = {
    "imprint": "impressum",
    "privacy": "datenschutz",
    "accessibility": "barrierefreiheit",
    "easy_language": "leichte-sprache",
    "sign_language": "gebaerdensprache",
    "terms": "nutzung",
    "contact": "kontakt",
}
_SQLITE = "sqlite:///"
C = TypeVar("C", bound=PublicContent)
#: What a process that serves the public is started without.
OPERATOR_SECTIONS = frozenset(Content.model_fields) - frozenset(PublicContent.model_fields)


@dataclass(frozen=True, kw_only=True)
class PublicSettings:
    """What the public server is started with: nothing of the vault, of mail or of push targets."""

    path: Path  #: of klar.toml, absolute
    content: PublicContent

    @property
    def folder(self) -> Path:
        return self.path.parent

    @property
    def database(self) -> str:
        """URL of the store's database."""
        return database_url(self.content.store.database, self.folder)

    @property
    def files(self) -> Path:
        return self.folder / self.content.store.files

    @property
    def curation(self) -> Path:
        return self.folder / "curation"

    @cached_property
    def aliases(self) -> Aliases:
        """Raises ConfigurationError for a list that cannot be used."""
        file = self.content.aliases.file
        return load_aliases(self.folder / file) if file else Aliases()

    @cached_property
    def districts(self) -> "Boundaries | None":
        """None: no boundaries are configured. Raises ConfigurationError for a file that cannot be used."""
        section = self.content.districts
        if not section.boundaries:
            return None
        from schemas.boundaries import load_boundaries  # heavy: 140 ms

        return load_boundaries(self.folder / section.boundaries, id_property=section.id_property, tolerance_metres=section.tolerance_metres)

    def legal_pages(self) -> dict[str, Path]:
        """Page name -> Markdown file, whether it exists or not; pages without a file are left out."""
        files = {page: getattr(self.content.legal, key) for key, page in LEGAL_PAGES.items()}
        return {page: self.folder / file for page, file in files.items() if file}

    def site(self) -> Site:
        site, publisher = self.content.site, self.content.publisher
        return Site(
            base_url=site.base_url,
            uri_base=site.uri_base,
            title=site.title,
            publisher=Agent(
                name=publisher.name,
                id=publisher.organisation,
                homepage=publisher.homepage,
                type=PublisherType.LOCAL,
                identifiers=publisher.identifiers,
            ),
            contact=Contact(name=publisher.name, email=publisher.contact_email),
            licence=Licence.from_iri(publisher.licence),
            contributor_id=publisher.contributor_id,
            place=KAISERSLAUTERN,
            languages=tuple(each for tag in site.languages for each in Language if each.tag == tag),
            official=site.official,
        )


@dataclass(frozen=True, kw_only=True)
class Settings(PublicSettings):
    """Everything, for the processes of the operator."""

    content: Content

    @property
    def vault(self) -> str:
        """URL of the vault's database."""
        return database_url(self.content.vault.database, self.folder)

    @property
    def shapes(self) -> Path | None:
        """The folder with official SHACL files, if there is one."""
        return self.folder / self.content.shapes.folder if self.content.shapes.folder else None

    def public(self) -> PublicSettings:
        wanted = {name: getattr(self.content, name) for name in PublicContent.model_fields}
        return PublicSettings(path=self.path, content=PublicContent.model_construct(**wanted))

    def sources(self) -> tuple[SourceConfig, ...]:
        """In the order of the file. Raises ConfigurationError for boundaries of districts and a list of names that cannot be used."""
        own = (self.content.site.uri_base, self.content.site.base_url)
        return tuple(
            replace(_source_config(each, self.folder), own_addresses=own, districts=self.districts, aliases=self.aliases)
            for each in self.content.source
        )


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """Raises InvalidSettings, whose lines name file and line (or the variable) of every mistake."""
    read = _Read.of(path, environ)
    return Settings(path=read.path, content=read.content(Content, _operator_contradictions))


def load_public(path: Path, environ: Mapping[str, str]) -> PublicSettings:
    """The same for a process that serves the public: what it has no business with is not even looked at."""
    read = _Read.of(path, public_environment(path, environ), without=OPERATOR_SECTIONS)
    return PublicSettings(path=read.path, content=read.content(PublicContent, lambda content: ()))


def public_environment(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Without what a public process has no business with: where the vault is, passwords of mail, tokens of sources and portals.
    Raises ConfigurationError for a klar.toml that cannot be read."""
    _, written = _read(path)
    secrets = set(named_variables(written))
    prefixes = tuple(f"{PREFIX}{each.upper()}__" for each in OPERATOR_SECTIONS)
    return {key: value for key, value in environ.items() if not key.startswith(prefixes) and key not in secrets}


@dataclass(frozen=True)
class _Read:
    """klar.toml and environment, put together and not yet checked."""

    path: Path
    where: Whereabouts
    complaints: tuple[str, ...]

    @classmethod
    def of(cls, path: Path, environ: Mapping[str, str], *, without: Collection[str] = ()) -> Self:
        path = path.absolute()
        text, written = _read(path)
        overridden = with_environment({key: value for key, value in written.items() if key not in without}, environ)
        where = Whereabouts(file=path, lines=key_lines(text), origins=overridden.origins, content=overridden.content)
        return cls(path, where, overridden.problems)

    def content(self, kind: type[C], more: Callable[[C], Iterable[tuple[KeyPath, str]]]) -> C:
        """Checked; `more` are contradictions of this kind of content. Raises InvalidSettings."""
        complaints = list(self.complaints)
        try:
            content = kind.model_validate(self.where.content)
        except ValidationError as error:
            raise InvalidSettings([*complaints, *complaints_about(error, self.where)]) from error
        complaints += [self.where.complaint(place, sentence) for place, sentence in (*_contradictions(content), *more(content))]
        complaints += [each for number, source in enumerate(content.source) for each in _option_complaints(number, source, self.where)]
        if complaints:
            raise InvalidSettings(complaints)
        return content


def find(config: Path | None, environ: Mapping[str, str]) -> Path:
    """`--config`, else KLAR_CONFIG, else ./klar.toml."""
    return config or Path(environ.get("KLAR_CONFIG") or FILE)


def database_url(url: str, folder: Path) -> str:
    """A path of SQLite is relative to the folder of klar.toml, not to wherever a command was typed."""
    if not url.startswith(_SQLITE):
        return url
    return _SQLITE + str((folder / url.removeprefix(_SQLITE)).absolute())


def expected_interval(schedule: str, now: datetime) -> timedelta | None:
    """Longest time between two runs; None for a source harvested by hand."""
    return BerlinCron(schedule).longest_interval(now) if schedule else None


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        return text, tomllib.loads(text)
    except FileNotFoundError:
        raise ConfigurationError(f"{path} gibt es nicht. »klar init« legt eine an; --config oder KLAR_CONFIG nennen eine andere.") from None
    except IsADirectoryError:
        raise ConfigurationError(f"{path} ist ein Ordner; gemeint ist vielleicht {path / FILE}.") from None
    except OSError as error:
        raise ConfigurationError(f"{path} kann nicht gelesen werden: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InvalidSettings([f"{path}, Zeile {line}: Die Datei muss in UTF-8 geschrieben sein."]) from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings([_syntax_complaint(path, text, str(error))]) from error


def _syntax_complaint(path: Path, text: str, message: str) -> str:
    """tomllib says `… (at line 3, column 5)` or `… (at end of document)`."""
    match = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    line = int(match[1]) if match and match[1] else text.count("\n") + 1
    hint = " Ein Schlüssel oder Abschnitt steht zweimal da." if re.search(r"overwrite|twice|mutate", message) else ""
    return f"{path}, Zeile {line}: Das ist kein gültiges TOML.{hint} ({message[: match.start()] if match else message})"


def _contradictions(content: PublicContent) -> Iterator[tuple[KeyPath, str]]:
    """What each key alone cannot tell."""
    seen: dict[str, list[str]] = defaultdict(list)
    for number, source in enumerate(content.source):
        place: KeyPath = ("source", number)
        same = seen[folded(source.name)]
        if same:
            yield (*place, "name"), f"gibt es schon oder gleicht bis auf - und _ der Quelle »{same[0]}«; Namen müssen eindeutig sein."
        same.append(source.name)
        if source.personal_data and not (source.legal_basis and source.data_anonymized is not None):
            yield (*place, "personal_data"), "verlangt auch legal_basis und data_anonymized."
        if source.token_env and source.token_file:
            yield (*place, "token_file"), "und token_env schließen einander aus."
        if source.kind not in kinds():
            yield (*place, "kind"), f"nennt eine Art, die es nicht gibt; es gibt: {', '.join(sorted(kinds()))}."


def _operator_contradictions(content: Content) -> Iterator[tuple[KeyPath, str]]:
    """The same for what a public process has no business with."""
    smtp = content.notify.smtp if content.notify is not None else None
    if smtp is not None and smtp.user and not smtp.password_file:
        yield ("notify", "smtp", "user"), "verlangt auch password_file."
    if _plain(content.vault.database) == _plain(content.store.database):
        sentence = "muss eine andere Datenbank sein als die des Katalogs: eine andere Datei, oder ein anderes Schema mit eigener Rolle."
        yield ("vault", "database"), sentence
    if content.privacy.drop_days > content.vault.retention_days:
        sentence = "darf nicht größer sein als [vault] retention_days: So lange weiß klar, ob eine Datei gelesen und veröffentlicht wurde."
        yield ("privacy", "drop_days"), sentence
    for name, target in content.push.items():
        if target.token_env and target.token_file:
            yield ("push", name, "token_file"), "und token_env schließen einander aus."


def _plain(url: str) -> str:
    """One spelling for one database: `data/./klar.db` is `data/klar.db`."""
    return _SQLITE + normpath(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else url


def _option_complaints(number: int, source: SourceSection, where: Whereabouts) -> list[str]:
    harvester = kinds().get(source.kind)
    if harvester is None:
        return []  # said already
    try:
        harvester.Options.model_validate(source.options)
    except ValidationError as error:
        return complaints_about(error, where, within=("source", number, "options"))
    return []


def _source_config(source: SourceSection, folder: Path) -> SourceConfig:
    return SourceConfig(
        name=source.name,
        title=source.title,
        kind=source.kind,
        url=source.url,
        folder=folder,
        options=source.options,
        guards=Guards(
            at_least=source.at_least,
            max_shrink=source.max_shrink,
            remove_after=duration(source.remove_after),
            review=Review(source.review),
        ),
        personal_data=source.personal_data,
        legal_basis=source.legal_basis,
        allow_private=source.allow_private,
        follow_hosts=source.follow_hosts,
        token_env=source.token_env,
        token_file=source.token_file,
        schedule=source.schedule,
        sample=source.sample,
    )
