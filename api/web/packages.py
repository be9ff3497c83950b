"""The Data Package of the newest edition: its descriptor for reading over HTTP, and a ZIP to take along."""

from typing import Any

from api.web.problems import NotReady
from api.web.record import file_path
from api.web.web import Web
from catalog import datapackage
from catalog.entries import Edition
from schemas.model import Dataset


def package_json(web: Web, name: str) -> dict[str, Any]:
    """Its files are those of one edition, so that checksums hold whenever they are read. Raises UnknownDataset, Gone, NoTable."""
    dataset, edition = _newest(web, name)
    base = f"editions/{edition.number}"
    return datapackage.datapackage(
        dataset,
        edition.files,
        path_of=lambda extension: file_path(base, extension),
        url=web.services.site.dataset_uri(name),
        edition=edition.number,
    )


def package_zip(web: Web, name: str) -> bytes:
    """Raises UnknownDataset, Gone, NoTable, NotReady."""
    dataset, edition = _newest(web, name)
    stored = edition.files.get("csv")
    if stored is None:
        raise NotReady(f"{name}, Stand {edition.number}: CSV fehlt")
    content = web.services.files.read(stored.sha256)
    return datapackage.package_zip(dataset, content, url=web.services.site.dataset_uri(name), edition=edition.number)


def _newest(web: Web, name: str) -> tuple[Dataset, Edition]:
    dataset = web.tabular(name).dataset
    return dataset, web.services.store.edition(name, dataset.edition)
