"""File types of files that lie elsewhere: EU authority table file-type, entries of 2024-09-16 that are not deprecated."""

import re

from schemas.links import Link

_BASE = "http://publications.europa.eu/resource/authority/file-type/"
_TABLE = """
    7Z AAB AAC AKN4EU AKN4EU_LEG APK APPX ARC ARCINFO_COV ARC_GZ ARJ ARROW_FILE ARROW_STREAM ATOM AZW BIN BITS BMP BWF BZIP2 CSS CSV
    DAPK DBF DCR DEB DGN DMG DMP DOC DOCX DTD_SGML DTD_XML DWCA DWG DXF E00 EAR ECW EFORMS_XML EPS EPUB ETSI_TSL ETSI_XML EXE FMX4
    FMX4_ZIP GDB GEOJSON GEOTIFF GIF GML GMZ GPKG GPX GRID GRID_ASCII GTFS GZIP HDF HDT HTML HTML5 HTML_SIMPL ICS IMMC_XML INDD IPA ISO
    ISO_ZIP JAR JATS JPEG JPEG2000 JS JSON JSON_LD KML KMZ LAS LAZ LEGALHTML LHA LPK LZIP LZMA LZO MAP_PRVW MAP_SRVC MARKDOWN MATHML MBOX
    MDB METS METS_ZIP MHTML MIF_MID MOBI MOP MOV MP3 MPEG2 MPEG4 MPEG4_AVC MRSID MSG_HTTP MSI MXD N3 NETCDF OAPK OCTET ODB ODC ODF ODG
    ODP ODS ODT OVF OWL PARQUET PDF PDF1X PDFA1A PDFA1B PDFA2A PDFA2B PDFA3 PDFUA PDFX PDFX1A PDFX2A PDFX4 PL PNG PPS PPSX PPT PPTX PS
    PSD PWP QGS RAR RDF RDFA RDF_N_QUADS RDF_N_TRIPLES RDF_THRIFT RDF_TRIG RDF_TRIX RDF_TURTLE RDF_XML REST RPM RSS RTF SB3 SCHEMA_XML
    SDMX SGML SHP SKOS_XML SPARQLQ SPARQLQRES SQL STL SVG SWM TAB TAB_RSTR TAR TAR_GZ TAR_XZ THRIFT_BINARY THRIFT_COMPACT THRIFT_JSON TIFF
    TIFF_FX TMX TSV TXT UNGEN WAR WARC WARC_GZ WAV WCS_SRVC WEBP WFS_SRVC WIM WMS_SRVC WMTS_SRVC WORLD XHTML XHTML5 XHTML_SIMPL XLIFF XLS
    XLSB XLSM XLSX XML XSLFO XSLT XYZ XZ YAML Z ZIP
"""
_CODES = frozenset(_TABLE.split())
#: What portals write, in capitals without anything but letters and digits, where it is not the code.
_SPELLINGS = {
    "WMS": "WMS_SRVC",
    "WFS": "WFS_SRVC",
    "WCS": "WCS_SRVC",
    "WMTS": "WMTS_SRVC",
    "OGCWMS": "WMS_SRVC",
    "OGCWFS": "WFS_SRVC",
    "SHAPE": "SHP",
    "SHAPEFILE": "SHP",
    "ESRISHAPE": "SHP",
    "GEOPACKAGE": "GPKG",
    "JPG": "JPEG",
    "TIF": "TIFF",
    "TEXT": "TXT",
    "HTM": "HTML",
    "ICAL": "ICS",
    "YML": "YAML",
    "GZ": "GZIP",
    "TTL": "RDF_TURTLE",
    "TURTLE": "RDF_TURTLE",
    "RDFXML": "RDF_XML",
    "NT": "RDF_N_TRIPLES",
    "NTRIPLES": "RDF_N_TRIPLES",
}
_BY_SPELLING = {code.replace("_", ""): code for code in sorted(_CODES)} | _SPELLINGS
_OTHER = re.compile(r"[^A-Z0-9]")

FILE_TYPE_IRIS = frozenset(_BASE + code for code in _CODES)


def file_type(link: Link) -> str:
    """IRI of its format in the authority table; "" when nobody said or the table has no such entry."""
    if link.format is not None:
        return link.format.iri
    stated = link.stated_format.strip()
    word = stated.rstrip("/").rpartition("/")[2] if stated.startswith(("http://", "https://")) else stated.lstrip(".")
    code = _BY_SPELLING.get(_OTHER.sub("", word.upper()), "")
    return _BASE + code if code else ""


def format_word(link: Link) -> str:
    """As people name the format, "" when nobody said: never an address."""
    if link.format is not None:
        return link.format.title.de
    if iri := file_type(link):
        return iri.removeprefix(_BASE).removesuffix("_SRVC").replace("_", "-")
    stated = link.stated_format.strip()
    return "" if "/" in stated or len(stated) > 30 else stated.upper()
