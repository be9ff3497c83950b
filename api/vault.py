"""The vault, for the processes of the operator: nothing that serves the public imports this module."""

from pathlib import Path
from urllib.parse import urlsplit

from api.settings import Settings
from api.wiring import Clock, sqlite_path, utc_now
from catalog.vault import Vault
from schemas.errors import WrongSchemaVersion


def vault_of(settings: Settings, *, clock: Clock = utc_now) -> Vault:
    return Vault(settings.vault, clock=clock)


def vault_file(settings: Settings) -> Path | None:
    """None for a database server."""
    return sqlite_path(settings.vault)


def require_vault(settings: Settings) -> None:
    """SQLite would quietly make an empty file, and anybody could read it. Raises WrongSchemaVersion."""
    file = vault_file(settings)
    if file is not None and not file.exists():
        raise WrongSchemaVersion(f"{file} gibt es noch nicht.")


def login_of(url: str) -> tuple[str, str]:
    """(server, role) of a database URL."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}:{parts.port or ''}", parts.username or ""
