"""Formats of files in foreign catalogues: EU file-type IRIs, IANA media types, and the words portals use.

Sources: EU authority table file-type (version 20240925-0), IANA media types; the words are those of CKAN's `resource_formats.json` and of
German portals that have one meaning only.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from schemas.values import FileFormat

_EU = "http://publications.europa.eu/resource/authority/file-type/"
_IANA = re.compile(r"https?://(?:www\.)?iana\.org/assignments/media-types/", re.IGNORECASE)
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
#: Code of the EU list -> media types and words, in small letters.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "CSV": ("text/csv", "csv", ".csv", "csv-datei"),
    "JSON": ("application/json", "json", ".json"),
    "XLSX": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", ".xlsx", "excel (xlsx)"),
    "PARQUET": ("application/vnd.apache.parquet", "parquet"),
    "GEOJSON": ("application/geo+json", "application/vnd.geo+json", "geojson", ".geojson"),
    "XLS": ("application/vnd.ms-excel", "xls", ".xls"),
    "ODS": ("application/vnd.oasis.opendocument.spreadsheet", "ods", ".ods"),
    "ODT": ("application/vnd.oasis.opendocument.text", "odt"),
    "DOCX": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    "DOC": ("application/msword", "doc"),
    "PDF": ("application/pdf", "pdf", ".pdf"),
    "HTML": ("text/html", "html", "htm", "webseite", "website"),
    "XML": ("application/xml", "text/xml", "xml", ".xml"),
    "TXT": ("text/plain", "txt", "text"),
    "TSV": ("text/tab-separated-values", "tsv"),
    "ZIP": ("application/zip", "application/x-zip-compressed", "zip", ".zip"),
    "GZIP": ("application/gzip", "gz", "gzip"),
    "SHP": ("shp", "shape", "shapefile", "esri shape", "esri shapefile"),
    "GML": ("application/gml+xml", "gml"),
    "KML": ("application/vnd.google-earth.kml+xml", "kml"),
    "KMZ": ("application/vnd.google-earth.kmz", "kmz"),
    "GPKG": ("application/geopackage+sqlite3", "gpkg", "geopackage"),
    "GPX": ("application/gpx+xml", "gpx"),
    "TIFF": ("image/tiff", "tif", "tiff"),
    "GEOTIFF": ("geotiff", "geotif"),
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg", "jpeg"),
    "SVG": ("image/svg+xml", "svg"),
    "DXF": ("image/vnd.dxf", "dxf"),
    "WMS_SRVC": ("wms", "wms_srvc", "ogc:wms", "ogc wms"),
    "WFS_SRVC": ("wfs", "wfs_srvc", "ogc:wfs", "ogc wfs"),
    "WMTS_SRVC": ("wmts", "wmts_srvc", "ogc:wmts"),
    "WCS_SRVC": ("wcs", "wcs_srvc", "ogc:wcs"),
    "RDF_TURTLE": ("text/turtle", "ttl", "turtle"),
    "RDF_XML": ("application/rdf+xml", "rdf", "rdf/xml", "rdf_xml"),
    "RDF_N_TRIPLES": ("application/n-triples", "nt", "n-triples"),
    "JSON_LD": ("application/ld+json", "json-ld", "jsonld", "json_ld"),
    "ICS": ("text/calendar", "ics", "ical"),
    "RSS": ("application/rss+xml", "rss"),
    "ATOM": ("application/atom+xml", "atom"),
    "NETCDF": ("application/x-netcdf", "netcdf", "nc"),
    "GTFS": ("gtfs",),
    "LAZ": ("laz",),
    "LAS": ("las",),
    "XYZ": ("xyz",),
}
_LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "ndjson", "jsonl", "json lines"})
_OWN = {each.code: each for each in FileFormat if each is not FileFormat.NDJSON}


def format_of(stated: Iterable[str]) -> tuple[FileFormat | None, str]:
    """(one that klar knows, EU IRI by table or what was stated as it is; "" when nothing was). The first one of the table counts."""
    given = [each.strip() for each in stated if each.strip()]
    for each in given:
        if _plain(each) in _LINES:
            return FileFormat.NDJSON, FileFormat.NDJSON.iri
        code = _codes().get(_plain(each), "")
        if code:
            return _OWN.get(code), _EU + code
    return None, next((each for each in given if is_format_iri(each)), given[0] if given else "")


def is_format_iri(text: str) -> bool:
    """An EU file type that our table does not have is one nevertheless."""
    return re.fullmatch(re.escape(_EU) + r"[A-Z0-9_]{1,40}", text) is not None


def media_type_of(stated: Iterable[str]) -> str:
    """As in the header of HTTP, in small letters and without parameters; "" for what is none."""
    for each in stated:
        plain = _IANA.sub("", each.strip()).partition(";")[0].strip().lower()
        if _MEDIA_TYPE.fullmatch(plain) and not plain.startswith(("http", "www.")):
            return plain
    return ""


def _plain(stated: str) -> str:
    without = _IANA.sub("", stated.strip())
    if without.startswith(("http://", "https://")):
        return re.sub(r"^https?://", "http://", without).rstrip("/")
    return " ".join(without.partition(";")[0].lower().split())


@cache
def _codes() -> Mapping[str, str]:
    words = {name: code for code, names in _NAMES.items() for name in (code.lower(), *names)}
    return words | {_EU + code: code for code in _NAMES}
