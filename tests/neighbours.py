"""Data sets of a neighbour's catalogue, and the rows a harvest makes of them."""

from dataclasses import replace
from datetime import UTC, datetime

from catalog.codec import dumps
from schemas.dates import PartialDate
from schemas.declaration import Declaration, declaration_of_table
from schemas.model import Period, SourceReference
from schemas.row import Row, Value
from schemas.upstream import TABLE, Link, StatedLicence, UpstreamDataset
from schemas.values import AccessRight, FileFormat, Frequency, Language, Licence, Text, Theme

CATALOGUE = "Offene Daten Nachbarstadt"
SOURCE = SourceReference(name="nachbarstadt", title=CATALOGUE, url="https://daten.nachbarstadt.example/")
BASE = "https://daten.nachbarstadt.example"
CSV = Link(
    access_url=f"{BASE}/dataset/baumkataster",
    download_url=f"{BASE}/files/baeume.csv",
    title=Text(de="Bäume als Tabelle", en="Trees as a table"),
    format=FileFormat.CSV,
    media_type="text/csv",
    licence=StatedLicence(known=Licence.DL_BY_2, attribution="Nachbarstadt, Grünflächenamt"),
    byte_size=4711,
    uri=f"{BASE}/dataset/baumkataster/resource/1",
    modified=datetime(2026, 5, 1, 10, tzinfo=UTC),
)
WMS = Link(
    access_url=f"{BASE}/wms?service=WMS&request=GetCapabilities",
    stated_format="WMS",
    licence=StatedLicence(stated="Nutzung nach Absprache"),
)
TREES = UpstreamDataset(
    uri=f"{BASE}/dataset/baumkataster",
    name="baumkataster",
    title=Text(de="Baumkataster", en="Trees"),
    description=Text(de="Alle Bäume der Nachbarstadt. Mit Art und Höhe.", en="All trees of the neighbouring city."),
    publisher="Nachbarstadt",
    publisher_homepage="https://www.nachbarstadt.example/",
    contact_url="https://www.nachbarstadt.example/kontakt",
    landing_page=f"{BASE}/dataset/baumkataster",
    themes=(Theme.ENVIRONMENT,),
    keywords=(Text(de="Baum", en="tree"),),
    licence=StatedLicence(known=Licence.DL_BY_2),
    frequency=Frequency.ANNUAL,
    temporal=Period(start=PartialDate("2020")),
    spatial_title=Text(de="Nachbarstadt"),
    bbox=(7.7, 49.4, 7.9, 49.5),
    languages=(Language.GERMAN,),
    access_right=AccessRight.PUBLIC,
    contributor_id="http://dcat-ap.de/def/contributors/openGovernmentDataPortalRheinlandPfalz",
    identifiers=("baum-17", "https://alt.nachbarstadt.example/17"),
    version="7",
    issued=PartialDate("2021-03"),
    modified=datetime(2026, 5, 1, 12, 30, tzinfo=UTC),
    links=(CSV, WMS),
)
#: Everything optional missing.
BARE = UpstreamDataset(
    uri=f"{BASE}/dataset/lärmkarte 7".replace(" ", "-").replace("ä", "ae"),
    title=Text(de="Lärmkarte"),
    description=Text(de=""),
    publisher="Nachbarstadt",
)


def named(name: str, **more: object) -> UpstreamDataset:
    """Like TREES, under another name and IRI."""
    return replace(TREES, uri=f"{BASE}/dataset/{name}", name=name, title=Text(de=name.title()), **more)  # type: ignore[arg-type]  # test shorthand


def listing() -> Declaration:
    return declaration_of_table(TABLE)


def row_of(dataset: UpstreamDataset, **more: Value) -> Row:
    values: dict[str, Value] = {
        "uri": dataset.uri,
        "title": dataset.title.de,
        "publisher": dataset.publisher,
        "licence": dataset.licence.iri if dataset.licence else None,
        "modified": dataset.modified.strftime("%Y-%m-%dT%H:%M:%SZ") if dataset.modified else None,
        "landing_page": dataset.landing_page or None,
        "catalogue": CATALOGUE,
        "record": dumps(UpstreamDataset, dataset),
        **more,
    }
    return Row(table=TABLE, key=dataset.uri, values=values, source_url=dataset.landing_page, origin=f"{BASE}/catalog.ttl")
