"""The Data Package is read by Frictionless, over HTTP and after unzipping; a planted error must be found both ways."""

import contextlib
import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import frictionless
import pytest

from catalog.datapackage import datapackage, package_zip
from catalog.formats import write
from schemas.model import Agent, Contact, Dataset, Place, SourceReference
from schemas.table import ForeignKey, Table, common_tables
from schemas.values import AccessRight, Availability, FileFormat, Frequency, Language, Licence, Text, Theme
from tests.catalog.shapes_of_rows import ABOUT, ROWS, STATIONS

URL = "http://127.0.0.1:8000/datasets/messstellen"
CSV = write(FileFormat.CSV, STATIONS, ROWS, about=ABOUT)


@dataclass(frozen=True)
class Facts:
    sha256: str
    size: int


def facts(content: bytes) -> Facts:
    return Facts(hashlib.sha256(content).hexdigest(), len(content))


def dataset_of(of: Table, licence: Licence = Licence.DL_ZERO_2) -> Dataset:
    return Dataset(
        name="messstellen",
        uuid="6f4922f4-5568-361a-8cdf-4ad2299f6d23",
        number=1,
        title=Text(de="Messstellen", en="Measuring stations"),
        description=Text(de="Wo die Stadt misst.", en="Where the city measures."),
        table=of,
        themes=(Theme.ENVIRONMENT,),
        keywords=(Text(de="Messung", en="measurement"),),
        publisher=Agent(name="Stadt Musterstadt", homepage="https://www.example.org"),
        contact=Contact(name="Offene Daten", email="daten@example.org"),
        licence=licence,
        attribution="Stadt Musterstadt" if licence.attribution_required else "",
        frequency=Frequency.MONTHLY,
        spatial=Place(title=Text(de="Musterstadt")),
        issued=datetime(2026, 1, 1, tzinfo=UTC),
        modified=datetime(2026, 7, 25, 10, 30, tzinfo=UTC),
        edition=3,
        edition_note=Text(de="Neu."),
        rows=len(ROWS),
        distributions=(),
        access_right=AccessRight.PUBLIC,
        availability=Availability.AVAILABLE,
        languages=(Language.GERMAN,),
        provenance=Text(de="Gemessen."),
        sources=(
            SourceReference(name="netz", title="Messnetz", url="https://example.org/netz"),
            SourceReference(name="ablage", title="Ablage"),
        ),
    )


DATASET = dataset_of(STATIONS)


class Quiet(SimpleHTTPRequestHandler):
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is written to the terminal of the tests."""


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The folder on a free port of 127.0.0.1."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(5)


def published(folder: Path, content: bytes = CSV, package: dict[str, Any] | None = None) -> None:
    """As klar serves it: /datasets/messstellen/datapackage.json and /datasets/messstellen/editions/3/data.csv."""
    place = folder / "datasets" / "messstellen" / "editions" / "3"
    place.mkdir(parents=True)
    (place / "data.csv").write_bytes(content)
    descriptor = package or datapackage(DATASET, {"csv": facts(CSV)}, path_of=lambda ending: f"editions/3/data.{ending}", url=URL)
    (folder / "datasets" / "messstellen" / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")


def unzipped(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder / "datapackage.json"


def errors_over_http(folder: Path) -> list[str]:
    with serving(folder) as address:
        report = frictionless.validate(f"{address}/datasets/messstellen/datapackage.json", type="package")
    return [str(line[-1]) for line in report.flatten(["rowNumber", "type"])]


def errors_in_file(path: Path) -> list[str]:
    return [str(line[-1]) for line in frictionless.validate(str(path), type="package").flatten(["rowNumber", "type"])]


def planted(of: bytes) -> dict[str, bytes]:
    """Two ways to be wrong: a cell that breaks its schema, and a byte that changes a word and nothing else."""
    return {"broken cell": of.replace(b",1200,", b",viel,"), "changed byte": of.replace(b"West", b"Wust")}


def test_frictionless_accepts_it_over_http(tmp_path: Path) -> None:
    published(tmp_path)

    assert errors_over_http(tmp_path) == []


@pytest.mark.parametrize("kind", ["broken cell", "changed byte"])
def test_frictionless_refuses_a_planted_error_over_http(tmp_path: Path, kind: str) -> None:
    content = planted(CSV)[kind]
    assert content != CSV
    published(tmp_path, content)

    assert errors_over_http(tmp_path)


def test_frictionless_refuses_a_broken_cell_even_when_the_checksum_fits(tmp_path: Path) -> None:
    content = planted(CSV)["broken cell"]
    package = datapackage(DATASET, {"csv": facts(content)}, path_of=lambda ending: f"editions/3/data.{ending}", url=URL)
    published(tmp_path, content, package)

    assert errors_over_http(tmp_path) == ["type-error"]


def test_frictionless_accepts_it_after_unzipping(tmp_path: Path) -> None:
    assert errors_in_file(unzipped(package_zip(DATASET, CSV, url=URL), tmp_path)) == []


@pytest.mark.parametrize("kind", ["broken cell", "changed byte"])
def test_frictionless_refuses_a_planted_error_after_unzipping(tmp_path: Path, kind: str) -> None:
    package = unzipped(package_zip(DATASET, CSV, url=URL), tmp_path)
    (tmp_path / "data.csv").write_bytes(planted(CSV)[kind])

    assert errors_in_file(package)


def test_frictionless_reads_the_rows_as_they_were(tmp_path: Path) -> None:
    resource = frictionless.Package(str(unzipped(package_zip(DATASET, CSV, url=URL), tmp_path))).resources[0]

    assert isinstance(resource, frictionless.resources.TableResource)
    rows = resource.read_rows()

    assert [row["name"] for row in rows] == [row["name"] for row in ROWS]
    assert [row["since"] for row in rows] == ["2023-06", "2023-06-12", "2023"]
    assert [row["open"] for row in rows] == [True, False, None]


def test_the_descriptor_says_whose_data_it_is_and_under_which_licence() -> None:
    package = datapackage(dataset_of(STATIONS, Licence.CC_BY_4), {"csv": facts(CSV)}, path_of=lambda ending: f"data.{ending}", url=URL)

    assert package["licenses"] == [
        {
            "name": "CC-BY-4.0",
            "path": Licence.CC_BY_4.text_url,
            "title": Licence.CC_BY_4.title.de,
            "klar:iri": Licence.CC_BY_4.iri,
            "klar:attribution": "Stadt Musterstadt",
        }
    ]
    assert package["contributors"] == [{"title": "Stadt Musterstadt", "path": "https://www.example.org", "roles": ["publisher"]}]
    assert package["sources"] == [{"title": "Messnetz", "path": "https://example.org/netz"}, {"title": "Ablage"}]
    assert (package["version"], package["created"], package["keywords"]) == ("3", "2026-07-25T10:30:00Z", ["Messung"])


@pytest.mark.parametrize("licence", list(Licence))
def test_every_licence_makes_a_valid_package(licence: Licence, tmp_path: Path) -> None:
    assert errors_in_file(unzipped(package_zip(dataset_of(STATIONS, licence), CSV, url=URL), tmp_path)) == []


def test_other_files_are_named_but_are_no_resources() -> None:
    files = {"csv": facts(CSV), "parquet": facts(b"PAR1"), "excel-de.csv": facts(b"x")}
    package = datapackage(DATASET, files, path_of=lambda ending: f"editions/3/data.{ending}", url=URL)

    assert [each["path"] for each in package["resources"]] == ["editions/3/data.csv"]
    assert [(each["path"], each["mediatype"]) for each in package["klar:files"]] == [
        ("editions/3/data.excel-de.csv", "text/csv"),
        ("editions/3/data.parquet", "application/vnd.apache.parquet"),
    ]


def test_references_to_other_packages_are_told_but_not_checked(tmp_path: Path) -> None:
    linked = replace(STATIONS, foreign_keys=(ForeignKey(field="name", table="project"),))
    content = package_zip(dataset_of(linked), CSV, url=URL)
    package = unzipped(content, tmp_path)

    schema = json.loads(package.read_text(encoding="utf-8"))["resources"][0]["schema"]
    assert schema["klar:references"] == [{"field": "name", "table": "project", "dataset": "projekte", "fields": ["id"]}]
    assert "foreignKeys" not in schema
    assert errors_in_file(package) == []


def test_the_zip_explains_itself_in_german_and_english() -> None:
    with zipfile.ZipFile(io.BytesIO(package_zip(dataset_of(STATIONS, Licence.DL_BY_2), CSV, url=URL))) as archive:
        assert archive.namelist() == ["datapackage.json", "data.csv", "LIZENZ.txt", "README.md"]
        assert archive.read("data.csv") == CSV
        licence, readme = (archive.read(name).decode() for name in ("LIZENZ.txt", "README.md"))

    assert all(
        text in licence for text in (Licence.DL_BY_2.title.de, Licence.DL_BY_2.title.en, "Stadt Musterstadt", Licence.DL_BY_2.text_url)
    )
    assert all(text in readme for text in ("# Messstellen", "# Measuring stations", "Wo die Stadt misst.", "Where the city measures.", URL))


def test_the_same_edition_is_the_same_zip() -> None:
    assert package_zip(DATASET, CSV, url=URL) == package_zip(dataset_of(STATIONS), CSV, url=URL)
    assert package_zip(DATASET, CSV, url=URL) != package_zip(replace(DATASET, edition=4), CSV, url=URL)


@pytest.mark.parametrize("name", sorted(common_tables()))
def test_every_table_of_the_common_model_makes_a_schema_that_frictionless_reads(name: str, tmp_path: Path) -> None:
    of = common_tables()[name].published()
    content = write(FileFormat.CSV, of, [], about=ABOUT)

    assert errors_in_file(unzipped(package_zip(dataset_of(of), content, url=URL), tmp_path)) == []
