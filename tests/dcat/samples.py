"""Data sets as Kaiserslautern publishes them, made up for tests; real ones come from the example."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from schemas.dates import PartialDate
from schemas.model import (
    Agent,
    Contact,
    DataService,
    Dataset,
    Distribution,
    Period,
    Place,
    Removal,
    Series,
    Site,
    SourceReference,
    Successor,
)
from schemas.table import Disclosure, Field, Table
from schemas.values import (
    AccessRight,
    Availability,
    FileFormat,
    Frequency,
    GeocodingLevel,
    HvdCategory,
    Language,
    Licence,
    PublisherType,
    Text,
    Theme,
)

ISSUED = datetime(2026, 4, 10, 6, 0, tzinfo=UTC)
MODIFIED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
CITY = Place(
    title=Text(de="Kaiserslautern", en="Kaiserslautern"),
    iris=("http://dcat-ap.de/def/politicalGeocoding/districtKey/07312",),
    bbox=(7.62, 49.38, 7.90, 49.52),
    centroid=(7.7689, 49.4447),
    level=GeocodingLevel.MUNICIPALITY,
)
PUBLISHER = Agent(name="Stadt Kaiserslautern", homepage="https://www.kaiserslautern.de/", type=PublisherType.LOCAL)
CONTACT = Contact(name="Koordination offene Daten", email="opendata@example.org")
SITE = Site(
    base_url="https://daten.example.org",
    uri_base="https://opendata.example.org",
    title="Offene Daten Kaiserslautern",
    publisher=PUBLISHER,
    contact=CONTACT,
    licence=Licence.DL_ZERO_2,
    contributor_id="http://dcat-ap.de/def/contributors/openGovernmentDataPortalRheinlandPfalz",
    place=CITY,
    languages=(Language.GERMAN, Language.ENGLISH),
)
#: A body of the table of organisations that another one has replaced.
COMPANY = Agent(
    name="KL.digital GmbH",
    id="kl-digital",
    valid_from=PartialDate("2017"),
    valid_to=PartialDate("2025-12-31"),
    successor=Successor(id="stadt-kaiserslautern", name="Stadt Kaiserslautern"),
)
SERIES = Series(
    name="umweltmessungen",
    title=Text(de="Umweltmessungen", en="Environmental measurements"),
    description=Text(de="Messreihen je Messgröße.", en="One data set for each observed property."),
)
SERVICE = DataService(
    name="zeilen",
    title=Text(de="Zeilen abfragen", en="Query rows"),
    description=Text(de="Filtern und gruppieren.", en="Filter and group."),
    endpoint_url="/api/v1/datasets/messstellen/rows",
    endpoint_description="/api/v1/openapi.json",
    documentation="/api",
    formats=(FileFormat.JSON, FileFormat.CSV),
)
TABLE = Table(
    name="project",
    title=Text(de="Projekte", en="Projects"),
    description=Text(de="Vorhaben der Stadt.", en="Projects of the city."),
    fields=(
        Field(
            name="id",
            type="string",
            title=Text(de="Kennung", en="Id"),
            description=Text(de="Bleibt gleich.", en="Stays the same."),
            disclosure=Disclosure.PUBLIC,
        ),
    ),
    key=("id",),
)


def distribution(form: FileFormat, size: int = 4711) -> Distribution:
    return Distribution(format=form, byte_size=size, sha256="91e6dc7866974ec6e089dd8d862a47a0139fb7538efc73189d161cc57a98bc5a")


PROJECTS = Dataset(
    name="projekte",
    uuid="0b6fbe1c-3f5e-4a52-9d2a-7a3a3b0e5c01",
    number=1,
    title=Text(de="Projekte der digitalen Stadt", en="Projects of the digital city"),
    description=Text(de="Vorhaben mit Laufzeit, Ort und Träger.", en="Projects with duration, place and responsible body."),
    table=TABLE,
    themes=(Theme.GOVERNMENT, Theme.TECHNOLOGY),
    keywords=(Text(de="Projekt", en="project"), Text(de="Smart City")),
    publisher=PUBLISHER,
    contact=CONTACT,
    licence=Licence.DL_ZERO_2,
    frequency=Frequency.IRREGULAR,
    temporal=Period(start=PartialDate("2017"), end=PartialDate("2026-06-30")),
    spatial=CITY,
    issued=ISSUED,
    modified=MODIFIED,
    edition=3,
    edition_note=Text(de="Zwei Projekte neu.", en="Two new projects."),
    rows=48,
    distributions=tuple(map(distribution, (FileFormat.CSV, FileFormat.JSON, FileFormat.NDJSON, FileFormat.XLSX, FileFormat.PARQUET))),
    access_right=AccessRight.PUBLIC,
    availability=Availability.STABLE,
    languages=(Language.GERMAN,),
    provenance=Text(de="Aus öffentlichen Quellen zusammengetragen.", en="Compiled from public sources."),
    sources=(
        SourceReference(name="recherche", title="Recherche öffentlicher Seiten", url="https://www.herzlich-digital.de/"),
        SourceReference(name="klmitwirkung", title="KLMitWirkung", personal_data=True, legal_basis="Art. 6 Abs. 1 lit. e DSGVO"),
    ),
    kind="project",
)
PROCESSES = replace(
    PROJECTS,
    name="beteiligungsverfahren",
    uuid="0b6fbe1c-3f5e-4a52-9d2a-7a3a3b0e5c02",
    number=2,
    title=Text(de="Beteiligungsverfahren"),
    description=Text(de="Verfahren mit Zeitraum und Gegenstand."),
    edition_note=Text(de="Neu."),
    licence=Licence.DL_BY_2,
    attribution="Stadt Kaiserslautern, Beteiligungsverfahren",
    temporal=Period(start=PartialDate("2023-06")),
    publisher=COMPANY,
    content_modified=datetime(2026, 10, 1, 12, 0, tzinfo=UTC),
    landing_page="https://www.klmitwirkung.de/",
    identifiers=("https://old.example.org/dataset/17",),
    legislation=("http://data.europa.eu/eli/dir/2019/1024/oj",),
)
STATIONS = replace(
    PROJECTS,
    name="messstellen",
    uuid="0b6fbe1c-3f5e-4a52-9d2a-7a3a3b0e5c03",
    number=150,
    title=Text(de="Messstellen", en="Measuring stations"),
    themes=(Theme.ENVIRONMENT,),
    frequency=Frequency.DAILY,
    temporal=None,
    publisher=Agent(name="Stadtwerke Kaiserslautern", identifiers=("https://www.swk-kl.de/",)),
    contact=Contact(name="Messnetz", url="https://daten.example.org/kontakt"),
    distributions=(distribution(FileFormat.CSV), distribution(FileFormat.GEOJSON, 0)),
    kind="sensor",
    hvd=(HvdCategory.EARTH_OBSERVATION, HvdCategory.METEOROLOGICAL),
    services=(SERVICE,),
    series=SERIES,
    official=True,
    contributor_id="http://dcat-ap.de/def/contributors/openGovernmentDataPortalRheinlandPfalz",
)
FIGURES = replace(
    PROJECTS,
    name="plattformkennzahlen",
    uuid="0b6fbe1c-3f5e-4a52-9d2a-7a3a3b0e5c04",
    number=201,
    title=Text(de="Kennzahlen der Plattform", en="Platform figures"),
    frequency=Frequency.QUARTERLY,
    temporal=Period(end=PartialDate("2025")),
    spatial=Place(title=Text(de="Innenstadt")),
    languages=(Language.GERMAN, Language.ENGLISH),
    kind="statistics",
    sources=(),
    removal=Removal(announced=MODIFIED, at=MODIFIED + timedelta(days=30), reason=Text(de="Die Plattform ist abgeschaltet.")),
)
ALL = (PROJECTS, PROCESSES, STATIONS, FIGURES)
