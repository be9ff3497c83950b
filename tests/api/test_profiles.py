"""`[feed] profile` and `[shapes] folder`, from klar.toml to what is published."""

import hashlib
from pathlib import Path

import pytest
from pyoxigraph import Literal

from api.wiring import public_services
from catalog.entries import NotRendered
from catalog.plan import Outcome
from dcat.namespaces import term
from schemas.errors import ConfigurationError
from tests.api.places import opened, small_installation
from tests.dcat.graphs import triples_of
from tests.shared import SHARED

SHAPES = SHARED / "reference" / "dcat" / "shapes"
present = pytest.mark.skipif(not SHAPES.is_dir(), reason=f"offizielle SHACL-Dateien fehlen: {SHAPES}")
PROFILE = 'profile = "dcat-ap-2.1.1"'


def configured(folder: Path, **sections: str) -> Path:
    config = small_installation(folder, review="never")
    text = config.read_text(encoding="utf-8")
    for section, line in sections.items():
        assert f"[{section}]\n" not in text
        text = f"[{section}]\n{line}\n\n{text}"
    config.write_text(text, encoding="utf-8")
    return config


def published(config: Path) -> bytes:
    """The N-Triples of all data sets, as the public server finds them."""
    with opened(config) as found:
        services = public_services(found.settings.public())
        try:
            return b"".join(services.store.fragments("nt", services.renderer.key, 1, 100))
        finally:
            services.store.close()


def harvest(config: Path) -> Outcome:
    with opened(config) as found:
        return found.harvest(found.source("termine")).outcome


def test_the_second_profile_publishes_sha_1_of_the_stored_files(tmp_path: Path) -> None:
    config = configured(tmp_path, feed=PROFILE)

    assert harvest(config) is Outcome.OK

    triples = triples_of(published(config), "nt")
    said = {each.object.value for each in triples if each.predicate == term("spdx:checksumValue") and isinstance(each.object, Literal)}
    files = [each for each in (tmp_path / "data" / "files" / "public").rglob("*") if each.is_file()]
    assert said
    assert said <= {hashlib.sha1(each.read_bytes()).hexdigest() for each in files}
    assert not any(each.predicate == term("dcat:byteSize") for each in triples)


def test_another_profile_renders_what_is_published_anew_and_changes_no_time(tmp_path: Path) -> None:
    config = configured(tmp_path)
    harvest(config)
    before = triples_of(published(config), "nt")

    config.write_text(f"[feed]\n{PROFILE}\n" + config.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(NotRendered):
        published(config)
    with opened(config) as found:
        found.publisher.refresh()

    after = triples_of(published(config), "nt")
    assert {each.predicate.value for each in before ^ after} == {
        term(each).value for each in ("dcat:byteSize", "spdx:algorithm", "spdx:checksumValue")
    }


def test_a_folder_without_shapes_is_refused_before_anything_is_published(tmp_path: Path) -> None:
    config = configured(tmp_path, shapes='folder = "shapes"')

    with pytest.raises(ConfigurationError, match="fehlt in"):
        harvest(config)


@present
def test_the_official_shapes_decide_where_they_are_configured(tmp_path: Path) -> None:
    """Our own shapes do not know the list of contributors, which changes."""
    config = configured(tmp_path, shapes=f'folder = "{SHAPES}"')
    config.write_text(config.read_text(encoding="utf-8").replace("openGovernmentDataPortalRheinlandPfalz", "nirgends"), encoding="utf-8")

    harvest(config)

    assert published(config) == b""
    with opened(config) as found:
        messages = [finding.message for item in found.store.quarantine() for finding in item.findings]
    assert any("dcatde:contributorID: <http://dcat-ap.de/def/contributors/nirgends> steht nicht" in each for each in messages)


@present
def test_the_official_shapes_let_good_data_sets_pass(tmp_path: Path) -> None:
    config = configured(tmp_path, shapes=f'folder = "{SHAPES}"')

    assert harvest(config) is Outcome.OK
    assert published(config)
