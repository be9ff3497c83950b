"""What may be wrong with an installation, looked for one thing at a time. Each check is a pure question or one look at the disk."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

from api.cron import BERLIN
from api.notify import mail_server
from api.settings import LEGAL_PAGES, Settings, expected_interval
from api.vault import login_of, require_vault, vault_file, vault_of
from api.wiring import Clock, require_database, sqlite_file, store_of, utc_now
from catalog.plan import Outcome
from catalog.store import Store
from catalog.vault import VAULT
from dcat.render import renderer, site_findings
from harvesters.harvester import SourceConfig
from harvesters.registry import harvester_of
from schemas.errors import ConfigurationError, KlarError, WrongSchemaVersion

#: First line of a legal page nobody has filled in.
TEMPLATE_MARK = "<!-- klar: Vorlage -->"
_GIB = 1024**3
_ENOUGH_SPACE, _LITTLE_SPACE = 2 * _GIB, _GIB // 4
#: Clocks of two machines may differ by so much.
_SKEW = timedelta(minutes=2)
#: A source is late after this many of its intervals.
_PATIENCE = 2
_MOST_NAMES = 10


class Verdict(Enum):
    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, kw_only=True)
class Check:
    name: str  #: machine name, e.g. `disk`, `source:klmitwirkung`
    verdict: Verdict
    message: str  #: German sentence


def diagnose(settings: Settings, *, mail: bool = False, clock: Clock = utc_now) -> tuple[Check, ...]:
    """Everything that can be said without changing anything. `mail`: ask the mail server, too; no mail is sent."""
    now = clock()
    checks = [*_disk(settings), *_folders(settings), *_clock(settings, now), *_site(settings), *_legal(settings)]
    checks += _mail(settings, asked=mail)
    checks += [each for source in settings.sources() for each in _source(source)]
    store = store_of(settings, clock=clock)
    try:
        database = _database(settings, store)
        checks.append(database)
        if database.verdict is Verdict.OK:
            checks += _published(settings, store, now)
    finally:
        store.close()
    checks += _vault(settings, clock)
    return tuple(checks)


def _ok(name: str, message: str) -> Check:
    return Check(name=name, verdict=Verdict.OK, message=message)


def _warning(name: str, message: str) -> Check:
    return Check(name=name, verdict=Verdict.WARNING, message=message)


def _failure(name: str, message: str) -> Check:
    return Check(name=name, verdict=Verdict.FAILURE, message=message)


def _disk(settings: Settings) -> Iterator[Check]:
    free = shutil.disk_usage(_existing(settings.files)).free
    amount = f"{free / _GIB:.1f} GB frei".replace(".", ",")
    if free < _LITTLE_SPACE:
        yield _failure("disk", f"Auf dem Datenträger ist kaum Platz: {amount}.")
    elif free < _ENOUGH_SPACE:
        yield _warning("disk", f"Auf dem Datenträger wird der Platz knapp: {amount}.")
    else:
        yield _ok("disk", f"Platz auf dem Datenträger: {amount}.")


def _folders(settings: Settings) -> Iterator[Check]:
    """Writing is tried: what the permission bits say is not the whole truth (read-only mounts, quotas, root)."""
    database, vault = sqlite_file(settings), vault_file(settings)
    folders = {"files": settings.files, "database-folder": database and database.parent, "vault-folder": vault and vault.parent}
    for name, folder in folders.items():
        if folder is None:
            continue
        try:
            with tempfile.TemporaryFile(dir=_existing(folder)):
                pass
            yield _ok(name, f"In {folder} kann geschrieben werden.")
        except OSError as error:
            yield _failure(name, f"In {folder} kann nicht geschrieben werden: {error.strerror}.")


def _clock(settings: Settings, now: datetime) -> Iterator[Check]:
    """A clock that runs behind gives editions times before the ones already published."""
    newest = datetime.fromtimestamp(settings.path.stat().st_mtime, UTC)
    if newest - now > _SKEW:
        yield _failure("clock", f"Die Uhr geht nach: {settings.path.name} wurde »später« geändert, als es jetzt ist ({_local(now)}).")
    else:
        yield _ok("clock", f"Die Uhr zeigt {_local(now)}.")


def _site(settings: Settings) -> Iterator[Check]:
    site = settings.site()
    if site.official and not site.base_url.startswith("https://"):
        yield _failure("base-url", f"base_url muss mit https:// beginnen, wenn der Katalog amtlich ist: {site.base_url}")
    else:
        yield _ok("base-url", f"Der Katalog wird unter {site.base_url} angeboten.")
    try:
        renderer(site, settings.content.feed.profile, shapes=settings.shapes)
        findings = site_findings(site)
    except ConfigurationError as error:
        yield _failure("catalogue", error.detail)
        return
    if findings:
        yield _failure("catalogue", "Die Beschreibung des Katalogs verletzt DCAT-AP.de: " + "; ".join(each.message for each in findings))
    else:
        yield _ok("catalogue", "Die Beschreibung des Katalogs entspricht DCAT-AP.de.")


def _legal(settings: Settings) -> Iterator[Check]:
    files = settings.legal_pages()
    for key, page in LEGAL_PAGES.items():
        name, path = f"legal:{page}", files.get(page)
        if path is None:
            yield _failure(name, f"Die Seite /{page} fehlt: [legal] {key} nennt keine Datei.")
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            yield _failure(name, f"Die Seite /{page} fehlt: {path} kann nicht gelesen werden.")
            continue
        if not text.strip():
            yield _failure(name, f"Die Seite /{page} ist leer: {path}")
        elif TEMPLATE_MARK in text:
            yield _failure(name, f"Die Seite /{page} ist noch eine Vorlage: {path}")
        else:
            yield _ok(name, f"Die Seite /{page} ist ausgefüllt.")


def _mail(settings: Settings, *, asked: bool) -> Iterator[Check]:
    """The server is asked only on request: a check that runs every few minutes should not knock there each time."""
    server = mail_server(settings)
    if server is None:
        yield _ok("mail", "Es werden keine Mails gesendet: [notify] ist nicht eingerichtet.")
        return
    try:
        if asked:
            server.check()
        else:
            server.require_password()
    except KlarError as error:
        yield _failure("mail", f"Es kann keine Mail gesendet werden. {error.detail}")
        return
    how = "Der Mailserver nimmt Mail an" if asked else "Der Mailserver ist eingerichtet (nicht abgefragt; klar doctor --mail fragt)"
    yield _ok("mail", f"{how}; Nachrichten gehen an {server.notify.email}.")


def _source(source: SourceConfig) -> Iterator[Check]:
    name = f"source:{source.name}"
    try:
        harvester_of(source)
    except KlarError as error:
        yield _failure(name, f"Quelle »{source.name}«: {error.detail}")
        return
    if source.is_remote:
        yield _ok(name, f"Quelle »{source.name}« ist eingerichtet (Adresse im Netz, nicht abgefragt).")
        return
    path = source.folder / source.url
    if not path.exists():
        yield _failure(name, f"Quelle »{source.name}«: {path} gibt es nicht.")
    elif not os.access(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK):
        yield _failure(name, f"Quelle »{source.name}«: {path} kann nicht gelesen werden.")
    else:
        yield _ok(name, f"Quelle »{source.name}« kann gelesen werden.")


def _database(settings: Settings, store: Store) -> Check:
    try:
        require_database(settings)
        store.require_current()
    except WrongSchemaVersion as error:
        return _failure("database", f"Die Datenbank hat einen anderen Stand als das Programm (klar db upgrade): {error.detail}")
    except KlarError as error:
        return _failure("database", f"Die Datenbank ist nicht erreichbar: {error.detail}")
    return _ok("database", f"Die Datenbank ist erreichbar und auf dem Stand {store.schema_version()[1]}.")


def _vault(settings: Settings, clock: Clock) -> Iterator[Check]:
    vault = vault_of(settings, clock=clock)
    try:
        require_vault(settings)
        vault.require_current()
    except WrongSchemaVersion as error:
        yield _failure("vault", f"Der Tresor hat einen anderen Stand als das Programm (klar db upgrade): {error.detail}")
        return
    except KlarError as error:
        yield _failure("vault", f"Der Tresor ist nicht erreichbar: {error.detail}")
        return
    finally:
        vault.close()
    yield _ok("vault", f"Der Tresor ist erreichbar und auf dem Stand {VAULT.head}.")
    yield wall(settings)


def wall(settings: Settings) -> Check:
    """Who may open the vault: with SQLite the owner of the file, with PostgreSQL a role that the catalogue does not have."""
    file = vault_file(settings)
    if file is None:
        if login_of(settings.vault) == login_of(settings.database):
            return _failure(
                "vault-access", "Katalog und Tresor melden sich mit derselben Rolle an: Die öffentlichen Seiten könnten den Tresor lesen."
            )
        return _ok("vault-access", "Der Tresor hat eine Rolle für sich.")
    files = [each for each in (file, *(file.with_name(file.name + suffix) for suffix in ("-wal", "-shm"))) if each.exists()]
    if any(each.stat().st_mode & 0o077 for each in files):
        return _failure("vault-access", f"{file} können auch andere lesen; »klar db upgrade« stellt die Rechte wieder her.")
    return _ok("vault-access", "Den Tresor kann nur lesen, wem die Datei gehört.")


def _published(settings: Settings, store: Store, now: datetime) -> Iterator[Check]:
    frozen, base = store.uri_base(), settings.content.site.uri_base
    if frozen is not None and frozen != base:
        yield _failure("uri-base", f"uri_base steht seit der ersten Veröffentlichung fest: {frozen}; eingestellt ist {base}.")
    else:
        yield _ok("uri-base", f"uri_base ist {base}" + ("." if frozen else "; mit der ersten Veröffentlichung steht sie fest."))
    newest = next(iter(store.runs(limit=1)), None)
    if newest is not None and newest.started_at - now > _SKEW:
        yield _failure("clock:runs", f"Die Uhr geht nach: Die letzte Ernte begann »später« ({_local(newest.started_at)}).")
    yield from _districts(settings, store)
    yield from (_freshness(each, store, now) for each in settings.sources())


def _districts(settings: Settings, store: Store) -> Iterator[Check]:
    """Where a district is drawn and not published, rows stay without one: every row refers to the data set of districts."""
    if settings.districts is None:
        return
    unknown = sorted(set(settings.districts.ids) - store.keys("district"))
    if unknown:
        names = ", ".join(unknown[:_MOST_NAMES]) + (" …" if len(unknown) > _MOST_NAMES else "")
        message = f"Die Grenzen nennen Ortsbezirke, die im Datensatz »ortsbezirke« nicht stehen: {names}. Zeilen dort bleiben ohne."
        yield _failure("districts", message)
    else:
        yield _ok("districts", "Alle Ortsbezirke der Grenzen stehen im Datensatz »ortsbezirke«.")


def _freshness(source: SourceConfig, store: Store, now: datetime) -> Check:
    name = f"harvest:{source.name}"
    success = store.last_success(source.name)
    last = next(iter(store.runs(source.name, limit=1)), None)
    if success is None:
        if last is not None and last.outcome is Outcome.FAILED:
            return _failure(name, f"Quelle »{source.name}« wurde noch nie mit Erfolg geerntet; zuletzt: {last.message}")
        hint = f" Zuletzt: {last.message}" if last is not None and last.message else ""
        return _warning(name, f"Quelle »{source.name}« wurde noch nie vollständig geerntet.{hint}")
    interval = expected_interval(source.schedule, success.started_at)
    when = _local(success.started_at)
    if interval is not None and now - success.started_at > _PATIENCE * interval:
        return _failure(name, f"Quelle »{source.name}«: letzte erfolgreiche Ernte {when}; das ist länger her, als der Zeitplan verspricht.")
    return _ok(name, f"Quelle »{source.name}«: letzte erfolgreiche Ernte {when}.")


def _local(at: datetime) -> str:
    return f"{at.astimezone(BERLIN):%d.%m.%Y %H:%M} Uhr"


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next((each for each in (folder, *folder.parents) if each.is_dir()), Path("/"))
