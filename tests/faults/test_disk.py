"""No room left: nothing half-written is ever read, what is published stays, a person is told, and with room again the next run is right."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catalog.plan import Outcome
from tests.faults.child import harvest_small, in_child
from tests.faults.city import SOURCES, City, csv, projects
from tests.faults.conftest import Published
from tests.faults.test_sources import require_message

FULL = "Auf die Festplatte kann nicht geschrieben werden: *. Was veröffentlicht ist, bleibt; »klar doctor« sieht nach."
#: The source in the web was not even asked.
NO_STATE = "Der Stand der Abrufe kann nicht geschrieben werden. Speicherplatz und Rechte des Datenordners prüfen."
#: Kilobytes that are free when the harvest begins: the disk fills while it starts, reads, plans, publishes, and builds the search index.
FREE = (0, 64, 200, 600, 4000)
#: Bytes that a file may have: the database cannot grow, its log cannot, a published file cannot.
LARGEST = (1_000, 60_000, 200_000, 10_000_000)


def _mount(*options: str) -> bool:
    """Whether this process may do that: as root in a container, mostly not elsewhere."""
    command = shutil.which("mount")
    return command is not None and subprocess.run([command, *options], capture_output=True, check=False).returncode == 0


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A disk in memory."""
    folder.mkdir()
    if not _mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)):
        pytest.skip("a full disk is tested by file sizes only: this process may not mount a small one")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def leave(folder: Path, kilobytes: int) -> None:
    state = os.statvfs(folder)
    used = (state.f_blocks - state.f_bfree) * state.f_frsize
    assert _mount("-o", f"remount,size={used + kilobytes * 1024}", str(folder))


def grown(city: City) -> None:
    """Much that is new, in one source."""
    new = [{"id": f"x{number}", "titel": f"Neu {number} " * 5, "stand": "läuft", "webseite": ""} for number in range(150)]
    city.serve("projekte.csv", csv([*projects("n", 10), *new]))


def _require_sound(city: City, before: dict[str, str], after: dict[str, str], *, published: bool) -> None:
    """All of the old state or all of the new one; old editions are what they were."""
    if not published:
        assert after == before
    for address, digest in before.items():
        if "/editions/" in address or address.startswith("file"):
            assert after[address] == digest, address


@pytest.mark.parametrize("kilobytes", FREE)
def test_a_disk_that_fills_during_a_harvest(kilobytes: int, published: Published, tmp_path: Path, before: dict[str, str]) -> None:
    with small_disk(tmp_path / "disk"):
        city = published.copy(tmp_path / "disk" / "stadt")
        grown(city)
        with city.reader() as read:  # was there before
            assert read() == before
            leave(tmp_path / "disk", kilobytes)
            city.harvest()
            during = read()
        leave(tmp_path / "disk", 60_000)
        is_published = len(city.rows("netz")) == 160

        _require_sound(city, before, during, published=is_published)
        assert city.catalogue() == during
        failed = [each for each in city.records.values() if each.outcome is Outcome.FAILED]
        assert failed or kilobytes > 64
        assert not failed or kilobytes < 4000
        for each in failed:
            require_message(each, FULL, NO_STATE)
        _require_recovery(city)


@pytest.mark.parametrize("largest", LARGEST)
def test_a_database_and_files_that_cannot_grow(largest: int, city: City, before: dict[str, str]) -> None:
    grown(city)
    city.now = city.now.replace(day=23)
    with city.reader() as read:
        assert read() == before

        records = in_child(harvest_small, city.errand(), largest)

        during = read()
    is_published = len(city.rows("netz")) == 160
    _require_sound(city, before, during, published=is_published)
    failed = [each for each in records if each.outcome is Outcome.FAILED]
    assert failed or largest > 60_000
    assert not failed or largest < 10_000_000
    for each in failed:
        require_message(each, FULL, NO_STATE)
    _require_recovery(city)


def _require_recovery(city: City) -> None:
    """Runs that could not even be closed stand in nobody's way."""
    records = city.harvest()

    assert {each.outcome for each in records.values()} <= {Outcome.OK, Outcome.UNCHANGED}, records
    assert {name: len(city.rows(name)) for name in SOURCES} == {"ablage": 5, "netz": 160, "seiten": 9}
    with city.store() as store:
        assert Outcome.RUNNING not in {each.outcome for each in store.runs()}
    city.catalogue()
