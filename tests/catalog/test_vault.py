"""The vault on both databases: what it keeps, how it erases, and who cannot open it."""

import hashlib
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from catalog import migrating
from catalog.store import Store
from catalog.vault import VAULT, Microdata, Refused, StoredCounts, StoredOutlook, Vault, tables
from schemas.errors import Busy, ConfigurationError, WrongSchemaVersion
from schemas.fetch import Payload
from tests.catalog.world import START, Clock

CANARY = "Familie Petersen, Grüner Weg 7"


def payload(content: bytes = b"id;name\n1;x\n", url: str = "liste.csv", **more: object) -> Payload:
    made = Payload(url=url, content=content, fetched_at=START, sha256=hashlib.sha256(content).hexdigest(), media_type="text/csv")
    return replace(made, **more)  # type: ignore[arg-type]  # test shorthand


def refused(key: str = "a1", **content: object) -> Refused:
    return Refused(table="event", key=key, digest=f"digest of {key}", content=content or {"title": "Fest"})


def row(key: str, *, days: int = 30, process: str = "umfrage") -> Microdata:
    return Microdata(
        table="answer", key=key, source="umfrage", process=process, content={"age": 40}, keep_until=START + timedelta(days=days)
    )


def everything(vault: Vault) -> bytes:
    """All bytes a database gives out, or, for a file, all that lie in it and beside it."""
    if vault.database.is_sqlite:
        file = Path(str(vault.database.engine.url.database))
        return b"".join(each.read_bytes() for each in sorted(file.parent.glob(f"{file.name}*")))
    with vault.database.read() as connection:
        found = [repr(connection.execute(each.select()).all()).encode() for each in tables.metadata.sorted_tables]
    return b"".join(found)


def test_the_migrations_build_what_the_tables_describe(vault: Vault) -> None:
    with vault.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_the_newest_migration_is_the_one_the_program_expects() -> None:
    configuration = Config()
    configuration.set_main_option("path_separator", "newline")
    configuration.set_main_option("script_location", str(VAULT.versions.parent))

    assert ScriptDirectory.from_config(configuration).get_heads() == [VAULT.head]


def test_a_vault_that_is_not_there_or_of_another_version_is_refused(tmp_path: Path, clock: Clock) -> None:
    vault = Vault(f"sqlite:///{tmp_path / 'vault.db'}", clock=clock)
    with pytest.raises(WrongSchemaVersion, match="Tresor"):
        vault.require_current()

    vault.upgrade()
    vault.require_current()
    with vault.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'v9999'"))

    with pytest.raises(WrongSchemaVersion, match="v9999"):
        vault.require_current()
    with pytest.raises(WrongSchemaVersion, match="v9999"):
        vault.upgrade()
    vault.close()


def test_the_catalogue_s_database_is_never_taken_for_a_vault(store: Store, url: str) -> None:
    vault = Vault(url)

    with pytest.raises(WrongSchemaVersion, match=f"Tresor: Gefunden: {migrating.HEAD}"):
        vault.require_current()
    with pytest.raises(WrongSchemaVersion):
        vault.upgrade()

    store.require_current()
    vault.close()


def test_a_file_of_the_vault_is_its_owner_s_only_from_the_first_byte_on(tmp_path: Path) -> None:
    vault = Vault(f"sqlite:///{tmp_path / 'new' / 'vault.db'}")
    vault.upgrade()

    with vault.database.write() as connection:
        connection.execute(text("SELECT 1"))
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (tmp_path / "new").iterdir()}

    assert modes == dict.fromkeys(("vault.db", "vault.db-shm", "vault.db-wal"), 0o600)
    vault.close()


def test_upgrading_takes_rights_away_that_somebody_gave(tmp_path: Path) -> None:
    vault = Vault(f"sqlite:///{tmp_path / 'vault.db'}")
    vault.upgrade()
    (tmp_path / "vault.db").chmod(0o644)

    vault.upgrade()

    assert stat.S_IMODE((tmp_path / "vault.db").stat().st_mode) == 0o600
    vault.close()


def test_a_schema_that_nobody_made_is_named(postgres_server: str, empty_postgres: str) -> None:
    vault = Vault(f"{empty_postgres}&options=-csearch_path%3Dnirgends")

    with pytest.raises(ConfigurationError, match="CREATE SCHEMA"):
        vault.upgrade()
    vault.close()


def test_the_catalogue_s_role_cannot_read_the_vault(postgres_vault_url: str) -> None:
    Vault(postgres_vault_url).close()
    other = postgres_vault_url.replace("+psycopg", "").replace("klar_vault:", "klar_store:", 1)

    with psycopg.connect(other) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM vault.payload")
    with psycopg.connect(other.replace("klar_store:", "klar_vault:", 1)) as connection:
        assert connection.execute("SELECT count(*) FROM vault.payload").fetchone() == (0,)


def test_store_and_vault_have_locks_of_their_own(store: Store, url: str, vault: Vault) -> None:
    with store.database.write(), vault.database.write():
        pass  # neither waits for the other


def test_a_vault_that_is_being_written_to_is_busy(vault: Vault) -> None:
    other = Vault(vault.database.engine.url.render_as_string(hide_password=False))

    with vault.database.write(), pytest.raises(Busy), other.database.write(patience=0.2):
        pass
    other.close()


def test_an_answer_is_kept_once_and_listed_for_every_run(vault: Vault) -> None:
    vault.put_payload(1, "umfrage", payload())
    vault.put_payload(1, "umfrage", payload(b"other", "b.csv", charset="cp1252"))
    vault.put_payload(2, "umfrage", payload())

    first, second = vault.payloads(1)
    assert (first.url, first.size, first.media_type, first.charset, first.fetched_at) == ("liste.csv", 12, "text/csv", "", START)
    assert (second.media_type, second.charset) == ("text/csv", "cp1252")
    assert [each.url for each in vault.payloads(2)] == ["liste.csv"]
    assert vault.read(first.sha256) == b"id;name\n1;x\n"
    assert len(vault.payloads_of("umfrage")) == 3
    with vault.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM content")).scalar_one() == 2


@settings(derandomize=True, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=3000))
def test_every_content_comes_back_as_it_was(sqlite_vault_url: str, content: bytes) -> None:
    vault = Vault(sqlite_vault_url)
    vault.put_payload(1, "a", payload(content))

    assert vault.read(payload(content).sha256) == content
    vault.close()


def test_what_is_not_there_is_said_so(vault: Vault) -> None:
    assert not vault.has("0" * 64)
    with pytest.raises(FileNotFoundError):
        vault.read("0" * 64)
    assert (vault.payloads(7), vault.seen(7), vault.forgotten(7)) == ((), None, ())
    assert vault.quarantined("a", "event", "x", "y") is None
    assert vault.microdata("answer") == ()


def test_content_goes_with_its_last_run_and_is_remembered_as_gone(vault: Vault) -> None:
    for run in (1, 2):
        vault.put_payload(run, "umfrage", payload())
    sha256 = payload().sha256

    vault.purge_payloads([1])
    assert vault.has(sha256)
    assert [(each.run, each.url, each.why) for each in vault.forgotten(1)] == [(1, "liste.csv", "purged")]
    assert vault.forgotten(2) == ()

    vault.purge_payloads([2])
    vault.purge_payloads([2])
    assert not vault.has(sha256)
    assert len(vault.forgotten(2)) == 1


def test_refused_rows_stay_as_long_as_they_wait(vault: Vault) -> None:
    first, second = refused("a1", title=CANARY, attendees=3), refused("a2")
    vault.keep_quarantined("termine", [first, second], waiting=[first.place, second.place], complete_tables=["event"])

    assert vault.quarantined("termine", "event", "a1", "digest of a1") == {"title": CANARY, "attendees": 3}
    assert vault.quarantined("termine", "event", "a1", "another digest") is None
    assert vault.quarantined("andere", "event", "a1", "digest of a1") is None

    vault.keep_quarantined("termine", [], waiting=[second.place], complete_tables=[])
    assert vault.quarantined("termine", "event", "a1", "digest of a1") is not None, "its table was not read to the end"

    vault.keep_quarantined("termine", [], waiting=[second.place], complete_tables=["event"])
    assert vault.quarantined("termine", "event", "a1", "digest of a1") is None
    assert vault.quarantined("termine", "event", "a2", "digest of a2") == {"title": "Fest"}


def test_a_row_that_waits_in_the_next_run_too_is_kept_once(vault: Vault) -> None:
    for _ in range(2):
        vault.keep_quarantined("termine", [refused()], waiting=[refused().place], complete_tables=["event"])

    assert len(vault.quarantined_places()) == 1


def test_microdata_leave_when_their_time_is_over(vault: Vault, clock: Clock) -> None:
    vault.put_microdata([row("a", days=1), row("b", days=2), row("c", process="andere")])
    vault.put_microdata([replace(row("b", days=2), content={"age": 41})])
    assert [each.key for each in vault.microdata("answer")] == ["a", "b", "c"]
    assert [each.content for each in vault.microdata("answer", process="umfrage")] == [{"age": 40}, {"age": 41}]

    clock.pass_days(1)
    assert vault.overdue_microdata(clock()) == {"umfrage": 1}
    vault.purge_microdata(clock())

    assert [each.key for each in vault.microdata("answer")] == ["b", "c"]


def test_orders_name_what_holds_a_withdrawn_row(vault: Vault) -> None:
    sources, needles = frozenset({"umfrage"}), [CANARY.encode()]
    vault.put_payload(1, "umfrage", payload(b"nothing in it", "a.csv"))
    vault.put_payload(1, "umfrage", payload(CANARY.encode(), "b.csv"))
    vault.put_payload(1, "umfrage", payload(b"PK packed", "c.xlsx"))
    vault.put_payload(1, "andere", payload(b"PK packed", "d.xlsx"))
    vault.keep_quarantined("umfrage", [refused("x", who=CANARY), refused("y")], waiting=[], complete_tables=[])
    vault.remember_seen(1, "umfrage", "digest", {"": [f"{CANARY}.csv"]})

    vault.erase(vault.orders_for("event", {"z"}, sources=sources, urls={("umfrage", "a.csv")}, needles=needles))

    assert vault.payloads(1) == vault.payloads_of("andere")
    assert {key for _, _, key, _ in vault.quarantined_places()} == {"y"}
    assert vault.seen(1) is None
    assert {each.url for each in vault.forgotten(1)} == {"a.csv", "b.csv", "c.xlsx"}
    assert CANARY.encode() not in everything(vault)


def test_an_address_that_says_what_was_withdrawn_is_not_remembered(vault: Vault) -> None:
    vault.put_payload(1, "umfrage", payload(b"x", "Petersen.csv"))
    needles = [b"Petersen"]

    orders = vault.orders_for("event", {"z"}, sources=frozenset({"umfrage"}), urls={("umfrage", "Petersen.csv")}, needles=needles)
    vault.erase([*orders, *vault.orders_about([(2, "umfrage", "von Petersen.csv"), (2, "umfrage", "b.csv")], needles=needles)])

    assert [(each.run, each.url, each.why) for run in (1, 2) for each in vault.forgotten(run)] == [
        (1, "", "withdrawn"),
        (2, "", "withdrawn"),
        (2, "b.csv", "withdrawn"),
    ]
    assert b"Petersen" not in everything(vault)


def test_withdrawing_a_row_reaches_refused_rows_and_microdata_of_its_name(vault: Vault) -> None:
    items = [refused("a1"), refused(""), refused("a2")]
    vault.keep_quarantined("termine", items, waiting=[], complete_tables=[])
    vault.put_microdata([replace(row(key), table="event") for key in ("a1", "a2")])

    vault.erase(vault.orders_for("event", {"a1"}, sources=frozenset(), urls=()))

    assert {key for _, _, key, _ in vault.quarantined_places()} == {"a2"}, "a refused row without key may be the withdrawn one"
    assert [each.key for each in vault.microdata("event")] == ["a2"]


def test_withdrawing_a_table_reaches_all_of_it_and_nothing_else(vault: Vault) -> None:
    vault.keep_quarantined("termine", [refused("a1"), replace(refused("a2"), table="project")], waiting=[], complete_tables=[])
    vault.put_microdata([replace(row("a1"), table="event"), row("a1")])

    orders = vault.orders_for("event", None, sources=frozenset({"termine"}), urls=())
    vault.erase(orders)
    vault.erase(orders)  # told again after a crash

    assert [table for _, table, _, _ in vault.quarantined_places()] == ["project"]
    assert (len(vault.microdata("event")), len(vault.microdata("answer"))) == (0, 1)


def test_what_was_erased_is_in_no_byte_of_the_files(sqlite_vault_url: str) -> None:
    vault = Vault(sqlite_vault_url)
    vault.keep_quarantined("termine", [refused("a1", title=CANARY)], waiting=[], complete_tables=[])
    assert CANARY.encode() in everything(vault), "the search can find it"

    assert vault.erase(vault.orders_for("event", {"a1"}, sources=frozenset(), urls=()))

    assert CANARY.encode() not in everything(vault)
    vault.close()


def test_counts_behind_releases_are_kept_and_the_last_outlook_replaces_the_one_before(vault: Vault) -> None:
    counts = StoredCounts(digest="d", content='{"kinds": []}')
    vault.keep_counts("umfrage", "m1", StoredCounts(digest="x", content="{}"), released=[])
    vault.keep_counts("umfrage", "m1", counts, released=[])
    vault.keep_counts("andere", "m1", counts, released=[])
    for content in ("erster", "zweiter"):
        vault.keep_outlook("umfrage", StoredOutlook(at=START, content=content))

    assert vault.counts_of("umfrage") == {"m1": counts}
    assert vault.outlooks() == {"umfrage": StoredOutlook(at=START, content="zweiter")}
