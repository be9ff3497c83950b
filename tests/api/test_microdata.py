"""The invented survey of the example, through the commands: into the vault, counted, withdrawn, and nowhere else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cubes import declared
from api.initialise import initialise
from api.installation import Installation
from catalog.cubes.reading import counted_from
from catalog.disclosure.protecting import counted
from schemas.cube_files import declared_cubes
from schemas.statistics import TOTAL
from tests.api.places import opened
from tests.api.test_cli import Captured, klar
from tests.catalog.world import vault_bytes

#: What stands in the rows and nowhere else in the example.
TELLING = ("erfunden-0", "erfundene-antworten.csv")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("klar") / "stadt"
    initialise(folder, example="kaiserslautern")
    klar(folder / "klar.toml", "harvest", "ortsbezirke", "projekte", "beteiligung", "demonstration")
    return folder / "klar.toml"


@pytest.fixture
def found(config: Path) -> Iterator[Installation]:
    with opened(config) as made:
        yield made


def demonstration(found: Installation) -> dict[tuple[str, ...], int]:
    plan = declared_cubes(found.settings.folder / "cubes")["demonstration-ruetschhofstrasse"]
    result = counted_from(plan, store=found.store, vault=found.vault, at=found.clock())
    assert result.findings == ()
    return counted(result.cube, result.cube, result.base)


def test_all_rows_are_in_the_vault_under_pseudonyms(found: Installation) -> None:
    rows = found.vault.microdata("answer")

    assert len(rows) == 893
    assert len({each.content["person"] for each in rows}) == 893
    assert not any("erfunden" in str(each.content["person"]) for each in rows)
    assert {each.process for each in rows} == {"ruetschhofstrasse-2023"}
    assert found.store.quarantine() == () or {each.table for each in found.store.quarantine()} <= {"process", "event"}


def test_the_demonstration_counts_what_was_published_and_no_other_statistic_counts_an_invented_person(found: Installation) -> None:
    numbers = demonstration(found)
    rest = (TOTAL,) * 2

    assert numbers[(TOTAL, TOTAL, *rest)] == 893
    assert (numbers[("satisfied", TOTAL, *rest)], numbers[("dissatisfied", TOTAL, *rest)]) == (357, 464)
    assert numbers[(TOTAL, "foot", *rest)] == 20
    for name, plan in declared(found).items():
        others = counted_from(plan, store=found.store, vault=found.vault, at=found.clock())
        assert plan.cube.demonstration or others.processes == frozenset(), name


def test_nothing_of_the_rows_lies_outside_of_vault_and_drop_folder(config: Path, found: Installation) -> None:
    said = vault_bytes(found.vault)
    assert all(each in said for each in TELLING), "the search can find them"

    for path in (each for each in (config.parent / "data").rglob("*") if each.is_file() and not each.name.startswith("vault.db")):
        content = path.read_bytes()
        assert not any(each.encode() in content for each in TELLING), path.name
    runs = repr(found.store.runs("demonstration"))
    assert not any(each in runs for each in TELLING)
    assert found.store.runs("demonstration")[-1].counts["vault_created"] == 893


def test_the_catalogue_has_no_data_set_of_it(found: Installation) -> None:
    assert {each.dataset.name for each in found.store.datasets()} == {
        "ortsbezirke",
        "projekte",
        "beteiligungsverfahren",
        "beteiligungsergebnisse",
        "phasen-und-formate",
        "plattformkennzahlen",
    }


def test_a_row_about_a_person_can_be_withdrawn(config: Path, capsys: Captured) -> None:
    """The last story here: it takes a row away."""
    key = "ruetschhofstrasse-2023/17"

    assert klar(config, "withdraw", "answer", "--row", key, "--reason", "auf Verlangen", "--by", "anna") == 0
    assert "Einzeldaten" in capsys.readouterr().out

    with opened(config) as found:
        assert key not in found.vault.microdata_sources("answer")
        assert found.vault.payloads_of("demonstration") == ()
        (deed,) = found.store.decisions(limit=1)
        assert (deed.who, deed.what, deed.why) == ("anna", "withdraw", "auf Verlangen")
        assert key not in deed.target
    assert klar(config, "harvest", "demonstration") == 0
    with opened(config) as found:
        assert len(found.vault.microdata("answer")) == 892
    assert klar(config, "withdraw", "answer", "--row", key, "--reason", "noch einmal") == 1
    assert klar(config, "withdraw", "answer", "--reason", "alle") == 1
