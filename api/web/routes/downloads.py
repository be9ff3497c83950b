"""Files: the newest edition's and those of each edition, the Data Package and everything as a ZIP."""

import re

from fastapi import APIRouter, Request, Response

from api.web.answers import IMMUTABLE, REVALIDATE, represent, represent_json, respond_file
from api.web.openapi import DATA, FILE
from api.web.packages import package_json, package_zip
from api.web.parameters import DownloadQuery, Nothing
from api.web.problems import NotReady, UnknownRepresentation, UnsuitableParameter
from api.web.web import Web
from catalog.entries import Edition
from catalog.formats import EXCEL_CSV
from schemas.values import FileFormat

_ZIP = "application/zip"
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


def routes(web: Web) -> APIRouter:
    router = APIRouter()

    @router.get("/datasets/{name}/data.{extension}", operation_id="download", **FILE)
    def download(request: Request, name: str, extension: str, query: DownloadQuery) -> Response:
        newest = web.tabular(name).dataset.edition
        edition = web.services.store.edition(name, newest)
        return _file(web, request, edition, _key(extension, query), name)

    @router.get("/datasets/{name}/editions/{number}/data.{extension}", operation_id="download_edition", **FILE)
    def download_edition(request: Request, name: str, number: str, extension: str, query: DownloadQuery) -> Response:
        edition = web.edition(name, number)
        return _file(web, request, edition, _key(extension, query), f"{name}-{edition.number}")

    @router.get("/datasets/{name}/months/{file}.parquet", operation_id="download_month", **FILE)
    def download_month(request: Request, name: str, file: str, _query: Nothing) -> Response:
        """By its month it is the newest one, by its SHA-256 that one for ever."""
        is_newest = _MONTH.fullmatch(file) is not None
        found = web.month(name, file) if is_newest else web.attachment(name, file)
        path = web.services.files.path(found.sha256)
        if not path.exists():
            raise NotReady(f"{name}, {found.key} fehlt")
        return respond_file(
            request,
            path,
            sha256=found.sha256,
            size=found.size,
            media_type=FileFormat.PARQUET.media_type,
            filename=f"{name}-{found.key}.parquet",
            modified=found.published_at,
            caching=REVALIDATE if is_newest else IMMUTABLE,
        )

    @router.get("/datasets/{name}/datapackage.json", operation_id="datapackage", **DATA)
    def datapackage(request: Request, name: str, _query: Nothing) -> Response:
        return web.answer(request, ("datapackage", name), lambda: represent_json(package_json(web, name)))

    @router.get("/datasets/{name}.zip", operation_id="package", **FILE)
    def package(request: Request, name: str, _query: Nothing) -> Response:
        disposition = {"content-disposition": f'attachment; filename="{name}.zip"'}
        return web.answer(request, ("zip", name), lambda: represent(package_zip(web, name), _ZIP, headers=disposition))

    return router


def _key(extension: str, query: DownloadQuery) -> str:
    """Key of a file in `Edition.files`. The dialect belongs to CSV alone."""
    if query.dialect is None:
        return extension
    if extension != "csv":
        raise UnsuitableParameter("dialect", allowed="data.csv?dialect=excel-de")
    return EXCEL_CSV


def _file(web: Web, request: Request, edition: Edition, key: str, stem: str) -> Response:
    stored = edition.files.get(key)
    if stored is None or (key == EXCEL_CSV and "dialect" not in request.query_params):
        raise UnknownRepresentation(key, allowed=[f"data.{each}" for each in edition.files if each != EXCEL_CSV])
    path = web.services.files.path(stored.sha256)
    if not path.exists():
        raise NotReady(f"{edition.dataset}, Stand {edition.number}: {key} fehlt")
    return respond_file(
        request,
        path,
        sha256=stored.sha256,
        size=stored.size,
        media_type=_media_type(stored.media_type),
        filename=f"{stem}.{key}",
        modified=edition.created_at,
    )


def _media_type(stored: str) -> str:
    """Our CSV is UTF-8 and has a header; without a word on it browsers guess (RFC 4180, 3)."""
    return "text/csv; charset=utf-8; header=present" if stored == "text/csv" else stored
