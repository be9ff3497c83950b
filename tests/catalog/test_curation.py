"""What people set over harvested metadata."""

from dataclasses import fields
from pathlib import Path

import pytest

from catalog.curation import Curation, check_curation, read_curation
from catalog.entries import ChangeKind, CurationError
from schemas.dates import PartialDate
from schemas.declaration import Declaration
from schemas.model import CurationNote, Period, Site, SourceReference
from schemas.values import GeocodingLevel, HvdCategory, Licence, Text, Theme
from tests.catalog.world import World, bench, declaration

FULL = """
[title]
de = "Parkbänke"
en = "Park benches"
who = "Anna Amt"
why = "Satzung"

[description]
de = "Nur im Park"
who = "Anna Amt"
why = "genauer"

[licence]
iri = "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
who = "Rechtsamt"
why = "Vertrag"

[themes]
codes = ["REGI", "ENVI"]
who = "Anna Amt"
why = "passt besser"

[keywords]
values = [{de = "Park", en = "park"}, {de = "Holz"}]
who = "Anna Amt"
why = "Suche"

[contact]
name = "Grünamt"
email = "gruen@example.org"
who = "Anna Amt"
why = "zuständig"

[landing_page]
url = "https://example.org/baenke"
who = "Anna Amt"
why = "Amtsseite"

[legislation]
iris = ["https://www.recht.example/eli/1"]
who = "Rechtsamt"
why = "Gesetz"

[hvd]
categories = ["statistics", "earth-observation", "statistics"]
who = "Rechtsamt"
why = "(EU) 2023/138"

[temporal]
start = "2020"
end = "2025-07-09"
who = "a"
why = "b"

[spatial]
de = "Volkspark"
level = "municipality"
bbox = [7.7, 49.4, 7.8, 49.5]
centroid = [7.75, 49.45]
iris = ["https://sws.geonames.org/1/"]
who = "Anna Amt"
why = "nur dort"
"""


def _write(folder: Path, text: str, name: str = "baenke") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_every_entry_is_read(tmp_path: Path) -> None:
    curation = read_curation(_write(tmp_path, FULL), "baenke")

    assert curation.title == Text(de="Parkbänke", en="Park benches")
    assert curation.description == Text(de="Nur im Park")
    assert curation.licence is Licence.DL_BY_2
    assert curation.themes == (Theme.REGIONS, Theme.ENVIRONMENT)
    assert curation.keywords == (Text(de="Park", en="park"), Text(de="Holz"))
    assert curation.contact is not None
    assert curation.contact.email == "gruen@example.org"
    assert curation.landing_page == "https://example.org/baenke"
    assert curation.spatial is not None
    assert (curation.spatial.level, curation.spatial.bbox) == (GeocodingLevel.MUNICIPALITY, (7.7, 49.4, 7.8, 49.5))
    assert curation.legislation == ("https://www.recht.example/eli/1",)
    assert curation.hvd == (HvdCategory.STATISTICS, HvdCategory.EARTH_OBSERVATION)
    assert curation.notes[2] == CurationNote(field="licence", who="Rechtsamt", why="Vertrag")


def test_no_file_is_no_curation(tmp_path: Path) -> None:
    assert read_curation(tmp_path / "none", "baenke") == Curation()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[title]\nde = "x"\nwhy = "y"', 1, "»who« fehlt"),
        ('[title]\nde = "x"\nwho = "a"\nwhy = " "', 1, "»why« fehlt"),
        ('\n\n[titel]\nde = "x"\nwho = "a"\nwhy = "b"', 3, "unbekannt"),
        ('[title]\nfr = "x"\nwho = "a"\nwhy = "b"', 1, "fr nicht"),
        ('title = "x"', 1, "Abschnitt"),
        ('[title]\nen = "x"\nwho = "a"\nwhy = "b"', 1, "»de« fehlt"),
        ('[title]\nde = 7\nwho = "a"\nwhy = "b"', 1, "muss Text sein"),
        ('[licence]\niri = "http://dcat-ap.de/def/licenses/dl-by-de/2.0/"\nwho = "a"\nwhy = "b"', 1, "is not one of"),
        ('[themes]\ncodes = ["XXXX"]\nwho = "a"\nwhy = "b"', 1, "XXXX"),
        ('[themes]\ncodes = []\nwho = "a"\nwhy = "b"', 1, "Kürzel"),
        ('[keywords]\nvalues = ["x"]\nwho = "a"\nwhy = "b"', 1, "Liste wie"),
        ('[contact]\nname = "x"\nwho = "a"\nwhy = "b"', 1, "email"),
        ('[landing_page]\nurl = "javascript:alert(1)"\nwho = "a"\nwhy = "b"', 1, "http"),
        ('[landing_page]\nwho = "a"\nwhy = "b"', 1, "»url« fehlt"),
        ('[spatial]\nde = "x"\nbbox = [1, 2]\nwho = "a"\nwhy = "b"', 1, "4 Zahlen"),
        ('[temporal]\nstart = "Mai 2023"\nwho = "a"\nwhy = "b"', 1, "Mai 2023"),
        ('[temporal]\nwho = "a"\nwhy = "b"', 1, "start"),
        ('[temporal]\nstart = "2024"\nend = "2023"\nwho = "a"\nwhy = "b"', 1, "bevor"),
        ('[spatial]\nde = "x"\nlevel = "moon"\nwho = "a"\nwhy = "b"', 1, "moon"),
        ('[hvd]\ncategories = ["alles"]\nwho = "a"\nwhy = "b"', 1, "earth-observation"),
        ('[hvd]\ncategories = []\nwho = "a"\nwhy = "b"', 1, "»categories«"),
        ('[hvd]\ncategories = ["statistics"]', 1, "»who« fehlt"),
        ('[legislation]\niris = ["BGB"]\nwho = "a"\nwhy = "b"', 1, "»iris«"),
        ('[legislation]\niris = ["http://data.europa.eu/eli/reg_impl/2023/138/oj"]\nwho = "a"\nwhy = "b"', 1, "[hvd]"),
        ('[publisher]\nwho = "a"\nwhy = "b"', 1, "»organisation« fehlt"),
        ('[title]\nde = "x', 2, "kein TOML"),
    ],
)
def test_an_error_names_file_line_and_entry(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(CurationError) as error:
        read_curation(_write(tmp_path, text), "baenke")

    (finding,) = error.value.findings
    assert words in finding.message
    assert "baenke.toml" in finding.message
    assert finding.row == line


def test_all_errors_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(CurationError) as error:
        read_curation(_write(tmp_path, '[title]\nde = "x"\n[nope]\nx = 1'), "baenke")

    assert [each.row for each in error.value.findings] == [1, 3]


def test_checking_a_folder_finds_files_for_nothing(tmp_path: Path) -> None:
    _write(tmp_path, FULL)
    _write(tmp_path, "", "gibtsnicht")
    _write(tmp_path, "[x]", "tische")

    findings = check_curation(tmp_path, {"baenke", "tische"})

    assert [each.origin.rpartition("/")[2] for each in findings] == ["gibtsnicht.toml", "tische.toml"]


def test_curation_overrides_what_was_harvested_and_says_who_and_why(world: World) -> None:
    _write(world.curation, FULL)

    world.harvest(bench("b1"))

    dataset = world.store.dataset("baenke").dataset
    assert (dataset.title.de, dataset.licence, dataset.attribution) == ("Parkbänke", Licence.DL_BY_2, "Stadt Kaiserslautern")
    assert dataset.spatial is not None
    assert dataset.spatial.title.de == "Volkspark"
    assert dataset.temporal == Period(start=PartialDate("2020"), end=PartialDate("2025-07-09"))
    assert (dataset.hvd[0], dataset.legislation) == (HvdCategory.STATISTICS, ("https://www.recht.example/eli/1",))
    assert [each.field for each in dataset.curation] == [
        "title", "description", "licence", "themes", "keywords", "contact", "landing_page", "legislation", "hvd", "temporal", "spatial",
    ]  # fmt: skip


def test_nothing_but_a_curation_file_makes_a_data_set_a_high_value_one(world: World) -> None:
    """No source, mapping or declaration has a word for it."""
    assert not {"hvd", "hvd_category"} & {each.name for each in (*fields(Declaration), *fields(Site), *fields(SourceReference))}

    world.harvest(bench("b1"))

    assert world.store.dataset("baenke").dataset.hvd == ()


def test_a_new_curation_is_a_metadata_change_without_edition(world: World) -> None:
    world.harvest(bench("b1"))

    _write(world.curation, FULL)
    assert world.publisher.refresh() == ("baenke",)

    assert world.store.dataset("baenke").dataset.title.de == "Parkbänke"
    assert [each.kind for each in world.store.changes()] == [ChangeKind.CREATED, ChangeKind.METADATA]
    (world.curation / "baenke.toml").unlink()
    world.publisher.refresh()
    assert world.store.dataset("baenke").dataset.title.de == "Bänke"


def test_a_broken_file_keeps_the_last_good_words_while_content_goes_on(world: World) -> None:
    _write(world.curation, FULL)
    world.harvest(bench("b1"))
    _write(world.curation, FULL.replace('why = "Satzung"', ""))

    applied = world.harvest(bench("b1", "Bahnhof"))

    assert applied.editions == {"baenke": 2}
    assert [each.code for each in applied.findings] == ["curation"]
    assert world.store.dataset("baenke").dataset.title.de == "Parkbänke"
    (item,) = world.store.quarantine()
    assert "»why« fehlt" in item.findings[0].message


def test_a_broken_file_stops_a_first_publication_and_no_other_data_set(world: World) -> None:
    _write(world.curation, "[licence]\n")

    refused = world.harvest(bench("b1"))
    world.harvest(bench("t1", table="tisch"), of=declaration("tische", "tisch"))

    assert list(refused.refused) == ["baenke"], "the file may hold the right licence"
    assert [each.dataset.name for each in world.store.datasets()] == ["tische"]


def test_a_mended_file_closes_its_item(world: World) -> None:
    _write(world.curation, "[licence]\n")
    world.harvest(bench("b1"))
    _write(world.curation, FULL)

    world.harvest(bench("b1"))

    assert world.store.quarantine() == ()
    assert world.store.dataset("baenke").dataset.licence is Licence.DL_BY_2
