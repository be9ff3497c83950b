"""Small installations for tests: a real folder, a real database, real files, a few rows."""

import atexit
import contextlib
import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from api.initialise import initialise
from api.installation import Installation, installation
from api.settings import load

EVENTS = """\
id,title,date,format,attendees,source_date_basis
fest,Sommerfest,2023-06-12,analog,120,stated
runde,Gesprächsrunde,2023-07,hybrid,25,stated
begehung,Begehung,2023-08-01,analog,40,stated
"""
#: Three people at a walk: a person has to approve.
FEW = EVENTS.replace("analog,40,", "analog,3,")
MAPPING = """\
[[table]]
table = "event"
file = "events.csv"
[table.columns]
id = "id"
title = "title"
start = { column = "date", parse = "date" }
mode = "format"
attendees = { column = "attendees", parse = "integer" }
source_date_basis = "source_date_basis"
"""
SOURCE = """
[[source]]
name = "{name}"
title = "Veranstaltungen"
kind = "files"
url = "drop/{name}"
schedule = "0 4 * * *"
review = "{review}"
at_least = 2
max_shrink = 0.5
[source.options]
mapping = "mappings/events.toml"
"""


@cache
def _initialised(example: str | None) -> Path:
    folder = Path(mkdtemp(prefix="klar-city-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    initialise(folder / "city", example=example)
    return folder / "city"


def new_installation(folder: Path, *, example: str | None = None) -> None:
    """What `initialise` makes, copied from one that it made once: nothing in it says where it lies."""
    shutil.copytree(_initialised(example), folder, dirs_exist_ok=True)


def small_installation(folder: Path, *, review: str = "new", events: str = EVENTS) -> Path:
    """One source `termine` with three events. Returns klar.toml."""
    new_installation(folder)
    (folder / "mappings" / "events.toml").write_text(MAPPING, encoding="utf-8")
    add_source(folder, "termine", review=review, events=events)
    return folder / "klar.toml"


def add_source(folder: Path, name: str, *, review: str = "new", events: str | None = None) -> None:
    """`events` None: its folder is missing."""
    with (folder / "klar.toml").open("a", encoding="utf-8") as file:
        file.write(SOURCE.format(name=name, review=review))
    if events is not None:
        (folder / "drop" / name).mkdir()
        drop(folder, events, name)


def drop(folder: Path, events: str, name: str = "termine") -> None:
    (folder / "drop" / name / "events.csv").write_text(events, encoding="utf-8")


@contextlib.contextmanager
def opened(config: Path) -> Iterator[Installation]:
    with installation(load(config, {})) as found:
        yield found


def clean_environment() -> dict[str, str]:
    """For processes of their own: nothing of the machine's klar."""
    return {key: value for key, value in os.environ.items() if not key.startswith("KLAR_")}
