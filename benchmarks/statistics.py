"""Statistics as chart tools ask for them, every minute: a stored answer and a 304, each against a bare route that does nothing else."""

import itertools
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.load import Request, load
from benchmarks.report import Measurement
from benchmarks.running import get, server
from catalog.files import Files
from catalog.publish import Publisher
from catalog.statistics.about import Account
from catalog.statistics.forms import MEDIA_TYPES, write
from catalog.statistics.releases import expected_keys
from catalog.statistics.selection import Question
from catalog.store import Store
from dcat.render import renderer
from schemas.model import Agent, Contact, Site
from schemas.place import KAISERSLAUTERN
from schemas.statistics import Category, Cell, Cube, Dimension, Profile, Release, Unit
from schemas.values import Language, Licence, Text

_BIN = Path(sys.executable).parent
_PORT, _BARE_PORT = 8473, 8474
_TABLE = "/api/v1/statistics/teilnehmende.csv?group_by=merkmal_a,merkmal_b"
_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
_CODES = 24  #: three dimensions of these make about 1,800 cells in pairs


def measure(folder: Path, *, tries: int = 5, seconds: int = 3) -> list[Measurement]:
    """`tries` turns of `seconds` each, taken alternately: what else the machine does hits both."""
    environment = _installation(folder / "installation")
    command = [str(_BIN / "klar"), "serve", "--port", str(_PORT)]
    with server(command, environment, _PORT, "/health/ready"):
        page = folder / "page"
        page.write_bytes(get(_PORT, _TABLE))
        bare = [str(_BIN / "uvicorn"), "--factory", "benchmarks.bare:create_app", "--port", str(_BARE_PORT), "--no-access-log"]
        bare += ["--http", "httptools", "--loop", "uvloop", "--log-level", "warning"]
        with server(bare, {**os.environ, "BENCH_BYTES": str(page)}, _BARE_PORT, "/page"):
            ours, theirs, client = _interleaved(Request(_TABLE), Request("/page"), tries, seconds)
            polled, idle, _ = _interleaved(Request(_TABLE, ("If-None-Match: *",)), Request("/unchanged"), tries, seconds)
    return [
        Measurement(
            f"statistic of {page.stat().st_size // 1000} kB, asked again ({client})",
            ours,
            "answers/s",
            f"{ours / theirs:.2f} of the bare route (goal: ≥ 0.5)",
        ),
        Measurement("bare `async def` FastAPI route, same bytes, same server", theirs, "answers/s", "1"),
        Measurement("statistic that has not changed (304)", polled, "answers/s", f"{polled / idle:.2f} of a bare 304"),
        *_writers(),
    ]


def _installation(folder: Path) -> dict[str, str]:
    subprocess.run([_BIN / "klar", "init", str(folder)], check=True, capture_output=True)
    environment = {**os.environ, "KLAR_CONFIG": str(folder / "klar.toml")}
    subprocess.run([_BIN / "klar", "db", "upgrade"], env=environment, check=True, capture_output=True)
    store, files = Store(f"sqlite:///{folder / 'data' / 'klar.db'}"), Files(folder / "data" / "files" / "public")
    site = _site()
    Publisher(store, files, files, site=site, curation=folder / "curation", renderer=renderer(site)).publish_release(_release())
    store.close()
    return environment


def _interleaved(ours: Request, theirs: Request, tries: int, seconds: int) -> tuple[float, float, str]:
    mine, bare, client = [], [], ""
    for _ in range(tries):
        one = load(_PORT, ours, seconds=seconds)
        mine.append(one.requests_per_second)
        bare.append(load(_BARE_PORT, theirs, seconds=seconds).requests_per_second)
        client = one.client
    return max(mine), max(bare), client


def _writers() -> list[Measurement]:
    """What a question that nobody has asked before costs, without reading the release."""
    account = Account(release=_release(), site=_site())
    question = Question(codes={}, group_by=("merkmal_a", "merkmal_b"))
    found = []
    for form in MEDIA_TYPES:
        write(form, account, question)
        started = time.perf_counter()
        write(form, account, question)
        found.append(Measurement(f"writing {_CODES**2} cells as {form}", (time.perf_counter() - started) * 1000, "ms", ""))
    return found


def _release() -> Release:
    names = ("merkmal_a", "merkmal_b", "merkmal_c")
    dimensions = tuple(
        Dimension(
            name=name,
            title=Text(de=name),
            categories=tuple(Category(code=f"{n:02}", title=Text(de=f"Ausprägung {n}")) for n in range(_CODES)),
        )
        for name in names
    )
    tables = ((), *((each,) for each in names), *itertools.combinations(names, 2))
    cube = Cube(
        name="teilnehmende",
        title=Text(de="Teilnehmende (Messung)", en="Participants (benchmark)"),
        notes=Text(de="Zahlen zum Messen.", en="Numbers to measure with."),
        measure="teilnehmende",
        measure_title=Text(de="Teilnehmende"),
        unit=Unit.PERSONS,
        dimensions=dimensions,
        tables=tables,
        profile=Profile.ROUND5,
        base_population=Text(de="Niemand.", en="Nobody."),
        default_table=("merkmal_a",),
    )
    cells = tuple(Cell(key=key, value=5 * number) for number, key in enumerate(expected_keys(cube), start=1))
    reason = Text(de="Messung", en="benchmark")
    return Release(cube=cube, name="2026-11-20", number=1, at=_AT, reason=reason, cells=cells, rules="round5/1", merged={})


def _site() -> Site:
    return Site(
        base_url="http://127.0.0.1:8000",
        uri_base="http://127.0.0.1:8000",
        title="Offene Daten",
        publisher=Agent(name="Stadt Kaiserslautern"),
        contact=Contact(name="Offene Daten", email="opendata@example.org"),
        licence=Licence.DL_ZERO_2,
        contributor_id="http://dcat-ap.de/def/contributors/openGovernmentDataPortalRheinlandPfalz",
        place=KAISERSLAUTERN,
        languages=(Language.GERMAN, Language.ENGLISH),
    )
