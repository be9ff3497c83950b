"""What holds for one kind of source holds for all: over everything the registry finds."""

import ast
import pkgutil
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import BaseModel

from harvesters import platforms
from harvesters.harvester import SourceConfig
from harvesters.registry import harvester_of, kinds
from schemas.errors import ConfigurationError

SOURCE = SourceConfig(name="quelle", title="Quelle", kind="files", url="drop", folder=Path("nirgends"))


def test_every_module_of_platforms_is_found() -> None:
    assert len(kinds()) == len(list(pkgutil.iter_modules(platforms.__path__)))
    assert "files" in kinds()
    assert "brieftaube" not in kinds()


def test_a_kind_is_called_like_its_module() -> None:
    """By its name it is found without importing the others."""
    assert {name: harvester.kind for name, harvester in kinds().items()} == {name: name for name in kinds()}


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_options_are_a_model_that_refuses_what_it_does_not_know(kind: str) -> None:
    options = kinds()[kind].Options

    assert issubclass(options, BaseModel)
    assert options.model_config.get("extra") == "forbid"
    with pytest.raises(ConfigurationError, match="gibt_es_nicht"):
        harvester_of(replace(SOURCE, kind=kind, options={"gibt_es_nicht": 1}))


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_mapping_does_no_input(kind: str) -> None:
    """A kind neither opens files nor sockets by itself: everything comes through its Fetch, so that it is archived."""
    source = import_module(kinds()[kind].__module__).__file__
    assert source is not None
    tree = ast.parse(Path(source).read_text(encoding="utf-8"))

    imported = {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not imported & {"socket", "urllib", "http", "httpx", "requests", "os", "shutil"}
    assert "open" not in called


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match=r"'brieftaube' gibt es nicht; es gibt .*files"):
        harvester_of(replace(SOURCE, kind="brieftaube"))


def test_a_drop_folder_is_no_address_in_the_web_and_its_path_concerns_nobody() -> None:
    assert SOURCE.reference.url == ""
    assert replace(SOURCE, url="https://example.org").reference.url == "https://example.org"
