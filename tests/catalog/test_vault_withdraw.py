"""`klar withdraw` reaches the vault, whatever the process dies of between the two databases."""

import os
import shutil
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from catalog import tables
from catalog.store import Store
from catalog.vault import Microdata, Refused, Vault
from schemas.errors import Gone
from tests.catalog.test_crash import CRASHED, Boundaries
from tests.catalog.test_vault import payload
from tests.catalog.world import START, Clock, World, bench, vault_bytes
from tests.forking import forked
from tests.vaults import new_vault

CANARY = "Ypsilantibrunnenstube"
REASON = "Enthielt einen Namen."


def opened(folder: Path, *, days: float = 0) -> World:
    clock = Clock(START + timedelta(days=days))
    store = Store(f"sqlite:///{folder / 'klar.db'}", clock=clock)
    return World(store=store, folder=folder, clock=clock, vault=new_vault(folder, clock), run=50)


def vault_of(world: World) -> Vault:
    assert world.vault is not None
    return world.vault


def close(world: World) -> None:
    vault_of(world).close()
    world.store.close()


def fill(world: World) -> None:
    """The canary in the published row b2, in raw answers in archive and vault, in refused rows and in microdata."""
    world.run = 0
    world.harvest(bench("b1"), bench("b2", CANARY), bench("b3", "Bahnhof"))
    vault = vault_of(world)
    for run, (url, content) in enumerate(
        [("baenke.csv", "whatever"), ("kopie.csv", f"1;{CANARY}"), ("anderes.csv", "Bahnhof"), (f"{CANARY}.csv", CANARY)], start=1
    ):
        vault.put_payload(run, "gruenamt", payload(content.encode(), url))
    vault.put_payload(9, "andere", payload(CANARY.encode(), "fremd.csv"))
    rows = [("b2", "nur der Schlüssel"), ("", "ohne Schlüssel"), ("b9", f"erwähnt {CANARY}"), ("b3", "anderes")]
    fresh = [Refused(table="bench", key=key, digest=key, content={"place": place}) for key, place in rows]
    vault.keep_quarantined("gruenamt", fresh, waiting=[], complete_tables=[])
    vault.put_microdata([Microdata(table="bench", key=key, source="g", content={}, keep_until=START) for key in ("b2", "b3")])
    run = world.store.start_run("gruenamt", "Grünflächenamt")
    archived = payload(f"x;{CANARY}".encode(), "archiviert.csv")
    world.archive.put(archived.content)
    world.store.record_archived(run, "gruenamt", archived)


def left(world: World) -> dict[str, object]:
    vault = vault_of(world)
    return {
        "payloads": sorted(each.url for source in ("gruenamt", "andere") for each in vault.payloads_of(source)),
        "refused": sorted(key for _, _, key, _ in vault.quarantined_places()),
        "microdata": [each.key for each in vault.microdata("bench")],
        "forgotten": sorted((each.url, each.why) for run in range(1, 9) for each in vault.forgotten(run)),
    }


AFTER_ROW = {
    "payloads": ["anderes.csv", "fremd.csv"],
    "refused": ["b3"],
    "microdata": ["b3"],
    "forgotten": [("", "withdrawn"), ("archiviert.csv", "withdrawn"), ("baenke.csv", "withdrawn"), ("kopie.csv", "withdrawn")],
}


@pytest.fixture
def city(store: Store, clock: Clock, tmp_path: Path) -> Iterator[World]:
    """On both databases; the vault is a file."""
    world = World(store=store, folder=tmp_path, clock=clock, vault=new_vault(tmp_path, clock))
    fill(world)
    yield world
    vault_of(world).close()


def waiting(world: World) -> list[str]:
    with world.store.database.read() as connection:
        return list(connection.execute(select(tables.erasure.c.sha256)).scalars())


def test_a_withdrawn_row_takes_along_what_the_vault_has_of_it(city: World) -> None:
    city.publisher.withdraw("baenke", row="b2", reason=REASON, by="anna")

    assert left(city) == AFTER_ROW
    assert vault_bytes(vault_of(city)).count(CANARY) == 1, "another source's answer is not this row"
    assert not any(each.startswith("[") for each in waiting(city))


def test_a_withdrawn_data_set_takes_along_its_answers_refused_rows_and_microdata(city: World) -> None:
    city.publisher.withdraw("baenke", reason=REASON, by="anna")

    found = left(city)
    assert (found["refused"], found["microdata"]) == ([], [])
    assert "baenke.csv" not in str(found["payloads"])


def test_a_vault_that_is_not_reached_stops_the_withdrawal_before_anything_is_done(city: World) -> None:
    vault_of(city).close()
    (city.folder / "vault.db").rename(city.folder / "away.db")
    (city.folder / "vault.db").write_bytes(b"no database at all" * 100)

    with pytest.raises(Exception, match="not a database"):
        city.publisher.withdraw("baenke", row="b2", reason=REASON, by="anna")

    assert {each.row.key for each in city.store.published("gruenamt", "bench")} == {"b1", "b2", "b3"}
    (city.folder / "away.db").replace(city.folder / "vault.db")


def test_orders_wait_for_a_process_that_has_the_vault(city: World) -> None:
    """Between the commit and the vault a process died; the next one belongs to somebody who has no vault at all."""
    without = replace(city, vault=None)
    real = vault_of(city)
    city.vault = Unreachable(real)  # type: ignore[assignment]  # dies when it is asked to erase
    with pytest.raises(KeyboardInterrupt):
        city.publisher.withdraw("baenke", row="b2", reason=REASON, by="anna")
    city.vault = real
    assert any(each.startswith("[") for each in waiting(city))
    assert CANARY not in "".join(waiting(city)), "orders say numbers, tables and keys"

    without.publisher.refresh()
    assert left(city) != AFTER_ROW
    city.publisher.refresh()
    assert left(city) == AFTER_ROW


class Unreachable:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def __getattr__(self, name: str) -> object:
        return getattr(self._vault, name)

    def erase(self, orders: object) -> bool:
        raise KeyboardInterrupt


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_crash_at_any_boundary_leaves_nothing_in_the_vault_once_the_next_command_ran(sqlite_template: Path, tmp_path: Path) -> None:
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    shutil.copyfile(sqlite_template, prepared / "klar.db")
    world = opened(prepared)
    fill(world)
    for each in (world.store.database, vault_of(world).database):
        assert each.forget()
    close(world)
    count = _withdraw_in_a_child(_copied(prepared, tmp_path / "whole"), None)
    assert count > 20
    committed = 0
    for fatal in sorted({*range(1, count, 6), *range(count - 15, count + 1)}):  # what follows the commit is at the end
        folder = _copied(prepared, tmp_path / f"crash-{fatal}")
        assert _withdraw_in_a_child(folder, fatal) == -1, f"boundary {fatal} was not reached"
        world = opened(folder, days=1)
        gone = "b2" in world.store.withdrawn("bench")
        if gone:
            world.publisher.refresh()
            assert left(world) == AFTER_ROW, f"boundary {fatal} of {count}"
        else:
            assert {each.row.key for each in world.store.published("gruenamt", "bench")} == {"b1", "b2", "b3"}
            assert len(vault_of(world).payloads_of("gruenamt")) == 4
        committed += gone
        close(world)
        shutil.rmtree(folder)
    assert 0 < committed < count / 2


def _copied(prepared: Path, folder: Path) -> Path:
    shutil.copytree(prepared, folder)
    return folder


def _withdraw_in_a_child(folder: Path, fatal: int | None) -> int:
    """Boundaries that were passed; -1 when the child ended itself at `fatal`."""
    reading, writing = os.pipe()
    child = forked()
    if child == 0:
        try:
            boundaries = Boundaries(fatal)
            boundaries.install()
            opened(folder, days=1).publisher.withdraw("baenke", row="b2", reason=REASON, by="anna")
            os.write(writing, str(boundaries.passed).encode())
        except BaseException:  # noqa: BLE001  # the child must end here, whatever happens: pytest must not run twice
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        passed = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, CRASHED), f"the story failed: {code}"
    return int(passed) if code == 0 else -1


def test_a_withdrawn_data_set_is_gone_for_readers_as_before(city: World) -> None:
    city.publisher.withdraw("baenke", reason=REASON, by="anna")
    with pytest.raises(Gone):
        city.store.dataset("baenke")
