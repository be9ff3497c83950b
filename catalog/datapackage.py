"""A data set as a Data Package (version 2, https://datapackage.org/standard/data-package/): over HTTP and as ZIP."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from textwrap import fill
from typing import Any, Protocol

from schemas.declaration import declaration_of_table
from schemas.model import Dataset
from schemas.table import Descriptor, ForeignKey, Table, descriptor_from_table
from schemas.values import FileFormat, Licence

#: What canonical CSV is: nothing is left for a reader to guess. Frictionless would guess header row and delimiter.
DIALECT: Mapping[str, Any] = {
    "$schema": "https://datapackage.org/profiles/2.0/tabledialect.json",
    "header": True,
    "headerRows": [1],
    "delimiter": ",",
    "lineTerminator": "\n",
    "quoteChar": '"',
    "doubleQuote": True,
}
#: Names of the licences on the SPDX licence list; `name` must not contain a slash, so that dcat-ap.de codes will not do.
_SPDX = {
    Licence.DL_ZERO_2: "DL-DE-ZERO-2.0",
    Licence.DL_BY_2: "DL-DE-BY-2.0",
    Licence.CC_ZERO: "CC0-1.0",
    Licence.CC_BY_4: "CC-BY-4.0",
    Licence.CC_BY_SA_4: "CC-BY-SA-4.0",
    Licence.ODBL: "ODbL-1.0",
    Licence.ODC_BY: "ODC-By-1.0",
    Licence.PDDL: "PDDL-1.0",
}
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  #: fixed: the same edition gives the same bytes


class FileFacts(Protocol):
    """What must be known of a file; `catalog.entries.StoredFile` is one."""

    @property
    def sha256(self) -> str: ...
    @property
    def size(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class _Packed:
    sha256: str
    size: int


def datapackage(
    dataset: Dataset, files: Mapping[str, FileFacts], *, path_of: Callable[[str], str], url: str, edition: int | None = None
) -> Descriptor:
    """The descriptor. `files`: by extension, "csv" must be there; `path_of` gives the address of an extension relative to the
    descriptor; `url` is the data set's URI. One resource, the CSV: a validator reads each resource, and few read Parquet. The
    other files stand in `klar:files`. Foreign keys lead to other packages, so they are `klar:references` of the schema."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": dataset.name,
        "id": url,
        "title": dataset.title.de,
        "description": dataset.description.de,
        "klar:en": {"title": dataset.title.en, "description": dataset.description.en},
        "homepage": url,
        "version": str(edition or dataset.edition),
        "created": _moment(dataset.modified),
        "keywords": [each.de for each in dataset.keywords],
        "contributors": [_present(title=dataset.publisher.name, path=_web(dataset.publisher.homepage)) | {"roles": ["publisher"]}],
        "licenses": [_licence(dataset)],
        "sources": _sources(dataset),
        "resources": [_resource(dataset, files["csv"], path_of("csv"))],
        "klar:files": [_file(ending, each, path_of(ending)) for ending, each in sorted(files.items()) if ending != "csv"],
    }


def package_zip(dataset: Dataset, csv: bytes, *, url: str, edition: int | None = None) -> bytes:
    """A ZIP that stands for itself: datapackage.json, data.csv, LIZENZ.txt, README.md. Same input, same bytes."""
    facts = _Packed(sha256=hashlib.sha256(csv).hexdigest(), size=len(csv))
    package = datapackage(dataset, {"csv": facts}, path_of=lambda ending: f"data.{ending}", url=url, edition=edition)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        _pack(archive, "datapackage.json", (json.dumps(package, ensure_ascii=False, indent=2) + "\n").encode())
        _pack(archive, "data.csv", csv)
        _pack(archive, "LIZENZ.txt", _licence_text(dataset).encode())
        _pack(archive, "README.md", _readme(dataset, url, package["version"]).encode())
    return content.getvalue()


def _pack(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix wherever it is written
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def _resource(dataset: Dataset, file: FileFacts, path: str) -> Descriptor:
    return {
        "name": dataset.name,
        "type": "table",
        "path": path,
        "title": dataset.columns.title.de,
        "description": dataset.columns.description.de,
        "format": "csv",
        "mediatype": FileFormat.CSV.media_type,
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "dialect": dict(DIALECT),
        "schema": _schema(dataset.columns),
    }


def _schema(table: Table) -> Descriptor:
    schema = descriptor_from_table(table, foreign_keys=False)
    if table.foreign_keys:
        schema["klar:references"] = [_reference(each) for each in table.foreign_keys]
    return schema


def _reference(key: ForeignKey) -> Descriptor:
    """`field` of this table holds values of field `id` of that data set."""
    try:
        dataset = declaration_of_table(key.table).name
    except KeyError:
        dataset = ""
    return _present(field=key.field, table=key.table, dataset=dataset) | {"fields": ["id"]}


def _file(ending: str, file: FileFacts, path: str) -> Descriptor:
    format = next((each for each in FileFormat if each.extension == ending), FileFormat.CSV)
    return {"path": path, "format": ending, "mediatype": format.media_type, "bytes": file.size, "hash": f"sha256:{file.sha256}"}


def _licence(dataset: Dataset) -> Descriptor:
    licence = dataset.licence
    return _present(
        name=_SPDX.get(licence, "") if isinstance(licence, Licence) else "",
        path=licence.text_url,
        title=licence.title.de,
        **{"klar:iri": licence.iri, "klar:attribution": dataset.attribution},
    )


def _sources(dataset: Dataset) -> list[Descriptor]:
    return [_present(title=each.title, path=_web(each.url)) for each in dataset.sources]


def _web(address: str) -> str:
    return address if address.startswith(("https://", "http://")) else ""


def _present(**items: str) -> Descriptor:
    return {name: value for name, value in items.items() if value}


def _moment(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _licence_text(dataset: Dataset) -> str:
    licence = dataset.licence
    german = [licence.title.de, f"Text: {licence.text_url}"]
    english = [licence.title.en, f"Text: {licence.text_url}"]
    if dataset.attribution:
        german.append(f"Zu nennen ist: {dataset.attribution}")
        english.append(f"To be named: {dataset.attribution}")
    scope = [
        "Die Lizenz gilt für diese Zusammenstellung. Angaben Dritter bleiben Angaben Dritter; ihre Quelle steht in jeder Zeile.",
        "The licence covers this compilation. Statements of others remain theirs; every row names its source.",
    ]
    return "\n".join([*german, "", fill(scope[0], 100), "", "--", "", *english, "", fill(scope[1], 100), ""])


def _readme(dataset: Dataset, url: str, edition: str) -> str:
    return "\n\n".join(
        [
            f"# {dataset.title.de}",
            fill(dataset.description.de, 100),
            f"Herausgeber: {dataset.publisher.name}  \nDatensatz: {url}  \nStand: {edition}, geändert am {_moment(dataset.modified)}",
            "`data.csv` ist UTF-8 mit Komma, Punkt als Dezimalzeichen und ISO-Daten (2023, 2023-06 oder 2023-06-12, je nachdem, was\n"
            "bekannt ist). `datapackage.json` beschreibt jede Spalte deutsch und englisch und enthält die Prüfsumme (SHA-256).\n"
            "Die Lizenz steht in `LIZENZ.txt`.",
            f"# {dataset.title.en or dataset.title.de}",
            fill(dataset.description.en or dataset.description.de, 100),
            f"Publisher: {dataset.publisher.name}  \nData set: {url}  \nEdition: {edition}, changed on {_moment(dataset.modified)}",
            "`data.csv` is UTF-8 with commas, a dot as decimal mark and ISO dates (2023, 2023-06 or 2023-06-12, as far as they are\n"
            "known). `datapackage.json` describes every column in German and English and holds the checksum (SHA-256).\n"
            "The licence is in `LIZENZ.txt`.\n",
        ]
    )
