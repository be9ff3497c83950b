"""A new installation: a folder with klar.toml, and what it names."""

import os
import shutil
from importlib import resources
from pathlib import Path

from api.settings import FILE, Settings, load
from api.vault import vault_of
from api.wiring import store_of
from schemas.errors import ConfigurationError

_EXAMPLES = "examples"
_STARTER = "starter"
#: Folders a new installation has, empty as they are.
_FOLDERS = ("drop", "mappings", "curation", "data")


def examples() -> tuple[str, ...]:
    """Names of the bundled examples."""
    folder = resources.files("api").joinpath(_EXAMPLES)
    return tuple(sorted(each.name for each in folder.iterdir() if each.joinpath(FILE).is_file()))


def initialise(folder: Path, *, example: str | None = None) -> Settings:
    """Fill the folder and create the databases. Raises ConfigurationError when something lies there already: nothing is
    overwritten."""
    if example is not None and example not in examples():
        raise ConfigurationError(f"Das Beispiel »{example}« gibt es nicht. Es gibt: {', '.join(examples())}.")
    _require_empty(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if example is not None:
            _copy(f"{_EXAMPLES}/{example}", folder)
        else:
            _copy(_STARTER, folder)
            _copy(f"{_EXAMPLES}/{examples()[0]}/legal", folder / "legal")
        for each in _FOLDERS:
            (folder / each).mkdir(exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"In {folder} kann nicht geschrieben werden: {error.strerror}.") from error
    return _with_database(folder)


def _require_empty(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{folder} ist kein Ordner.")
    if folder.is_dir() and any(folder.iterdir()):
        raise ConfigurationError(f"Der Ordner {folder} ist nicht leer; es wird nichts überschrieben.")


def _copy(name: str, target: Path) -> None:
    with resources.as_file(resources.files("api").joinpath(*name.split("/"))) as source:
        shutil.copytree(
            source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"), copy_function=shutil.copyfile
        )


def _with_database(folder: Path) -> Settings:
    """The settings as written, without the environment of this command: that may belong to another installation."""
    settings = load(folder / FILE, {key: value for key, value in os.environ.items() if not key.startswith("KLAR_")})
    for each in (store_of(settings), vault_of(settings)):
        try:
            each.upgrade()
        finally:
            each.close()
    return settings
