"""Values with a controlled vocabulary: spelling, title and IRI of each stand here and nowhere else.

Codes and IRIs are facts of the vocabularies named in each class; which of them DCAT-AP.de 3.0 allows is in its chapter 5
(05_vocabularies.md of the specification).
"""

import re
from dataclasses import dataclass
from enum import Enum

#: Top-level types of the registry; no private trees (RFC 6838, 3.4 and 4.2).
_MEDIA_TYPE = re.compile(
    r"(application|audio|font|haptics|image|message|model|multipart|text|video)/(?!x[-.])[a-z0-9][a-z0-9!#$&^_.+-]{0,126}", re.ASCII
)
_EU = "http://publications.europa.eu/resource/authority/"
#: Implementing Regulation (EU) 2023/138, which says what a high-value data set is: `dcatap:applicableLegislation` of each.
HVD_LEGISLATION = "http://data.europa.eu/eli/reg_impl/2023/138/oj"


@dataclass(frozen=True, kw_only=True)
class Text:
    """What people read, German first. `en` may be empty: then German stands in its place, tagged as German."""

    de: str
    en: str = ""

    def tagged(self) -> tuple[tuple[str, str], ...]:
        """(language, text) pairs that really exist, German first."""
        german = (("de", self.de),) if self.de else ()
        return (*german, ("en", self.en)) if self.en else german

    def in_language(self, language: str) -> str:
        return self.en if language == "en" and self.en else self.de


class _Coded(Enum):
    """An enum whose value is (code, German title, English title)."""

    @property
    def code(self) -> str:
        return str(self.value[0])

    @property
    def title(self) -> Text:
        return Text(de=self.value[1], en=self.value[2])


class Theme(_Coded):
    """EU data themes: authority table data-theme, the 13 concepts (without the dummy OP_DATPRO)."""

    AGRICULTURE = ("AGRI", "Landwirtschaft, Fischerei, Forstwirtschaft und Nahrungsmittel", "Agriculture, fisheries, forestry and food")
    ECONOMY = ("ECON", "Wirtschaft und Finanzen", "Economy and finance")
    EDUCATION = ("EDUC", "Bildung, Kultur und Sport", "Education, culture and sport")
    ENERGY = ("ENER", "Energie", "Energy")
    ENVIRONMENT = ("ENVI", "Umwelt", "Environment")
    GOVERNMENT = ("GOVE", "Regierung und öffentlicher Sektor", "Government and public sector")
    HEALTH = ("HEAL", "Gesundheit", "Health")
    INTERNATIONAL = ("INTR", "Internationale Themen", "International issues")
    JUSTICE = ("JUST", "Justiz, Rechtssystem und öffentliche Sicherheit", "Justice, legal system and public safety")
    REGIONS = ("REGI", "Regionen und Städte", "Regions and cities")
    SOCIETY = ("SOCI", "Bevölkerung und Gesellschaft", "Population and society")
    TECHNOLOGY = ("TECH", "Wissenschaft und Technologie", "Science and technology")
    TRANSPORT = ("TRAN", "Verkehr", "Transport")

    @property
    def iri(self) -> str:
        return f"{_EU}data-theme/{self.code}"


class Frequency(_Coded):
    """EU authority table frequency, the 29 concepts that DCAT-AP.de 3.0's shapes know."""

    ANNUAL = ("ANNUAL", "jährlich", "annual")
    SEMIANNUAL = ("ANNUAL_2", "halbjährlich", "semiannual")
    THREE_TIMES_A_YEAR = ("ANNUAL_3", "dreimal im Jahr", "three times a year")
    BIDECENNIAL = ("BIDECENNIAL", "alle zwanzig Jahre", "every twenty years")
    BIENNIAL = ("BIENNIAL", "alle zwei Jahre", "every two years")
    BIHOURLY = ("BIHOURLY", "alle zwei Stunden", "every two hours")
    BIMONTHLY = ("BIMONTHLY", "alle zwei Monate", "every two months")
    BIWEEKLY = ("BIWEEKLY", "alle zwei Wochen", "every two weeks")
    CONTINUOUS = ("CONT", "laufend", "continuous")
    DAILY = ("DAILY", "täglich", "daily")
    TWICE_A_DAY = ("DAILY_2", "zweimal am Tag", "twice a day")
    DECENNIAL = ("DECENNIAL", "alle zehn Jahre", "every ten years")
    HOURLY = ("HOURLY", "stündlich", "hourly")
    IRREGULAR = ("IRREG", "unregelmäßig", "irregular")
    MONTHLY = ("MONTHLY", "monatlich", "monthly")
    SEMIMONTHLY = ("MONTHLY_2", "zweimal im Monat", "twice a month")
    THREE_TIMES_A_MONTH = ("MONTHLY_3", "dreimal im Monat", "three times a month")
    NEVER = ("NEVER", "nie", "never")
    OTHER = ("OTHER", "anders", "other")
    QUADRENNIAL = ("QUADRENNIAL", "alle vier Jahre", "every four years")
    QUARTERLY = ("QUARTERLY", "vierteljährlich", "quarterly")
    QUINQUENNIAL = ("QUINQUENNIAL", "alle fünf Jahre", "every five years")
    TRIDECENNIAL = ("TRIDECENNIAL", "alle dreißig Jahre", "every thirty years")
    TRIENNIAL = ("TRIENNIAL", "alle drei Jahre", "every three years")
    TRIHOURLY = ("TRIHOURLY", "alle drei Stunden", "every three hours")
    UNKNOWN = ("UNKNOWN", "unbekannt", "unknown")
    WEEKLY = ("WEEKLY", "wöchentlich", "weekly")
    TWICE_A_WEEK = ("WEEKLY_2", "zweimal in der Woche", "twice a week")
    THREE_TIMES_A_WEEK = ("WEEKLY_3", "dreimal in der Woche", "three times a week")

    @property
    def iri(self) -> str:
        return f"{_EU}frequency/{self.code}"


class AccessRight(_Coded):
    """EU authority table access-right: the three that DCAT-AP.de 3.0 allows (its list also holds two that it forbids)."""

    PUBLIC = ("PUBLIC", "öffentlich", "public")
    RESTRICTED = ("RESTRICTED", "eingeschränkt", "restricted")
    NON_PUBLIC = ("NON_PUBLIC", "nicht öffentlich", "non-public")

    @property
    def iri(self) -> str:
        return f"{_EU}access-right/{self.code}"


class Availability(_Coded):
    """EU authority table planned-availability (without the dummy OP_DATPRO)."""

    AVAILABLE = ("AVAILABLE", "verfügbar", "available")
    EXPERIMENTAL = ("EXPERIMENTAL", "experimentell", "experimental")
    STABLE = ("STABLE", "dauerhaft", "stable")
    TEMPORARY = ("TEMPORARY", "vorübergehend", "temporary")

    @property
    def iri(self) -> str:
        return f"{_EU}planned-availability/{self.code}"


class DistributionStatus(_Coded):
    """EU authority table distribution-status."""

    COMPLETED = ("COMPLETED", "fertig", "completed")
    DEPRECATED = ("DEPRECATED", "veraltet", "deprecated")
    DEVELOP = ("DEVELOP", "in Arbeit", "in development")
    WITHDRAWN = ("WITHDRAWN", "zurückgezogen", "withdrawn")

    @property
    def iri(self) -> str:
        return f"{_EU}distribution-status/{self.code}"


class Language(_Coded):
    """EU authority table language: those klar writes. `tag` is the BCP 47 tag of literals."""

    GERMAN = ("DEU", "Deutsch", "German", "de")
    ENGLISH = ("ENG", "Englisch", "English", "en")

    @property
    def iri(self) -> str:
        return f"{_EU}language/{self.code}"

    @property
    def tag(self) -> str:
        return str(self.value[3])


class PublisherType(_Coded):
    """ADMS publisher types, the subset German administrations use (Konvention 37)."""

    LOCAL = ("LocalAuthority", "Kommunalbehörde", "Local authority")
    REGIONAL = ("RegionalAuthority", "Landesbehörde", "Regional authority")
    NATIONAL = ("NationalAuthority", "Bundesbehörde", "National authority")
    SUPRANATIONAL = ("SupraNationalAuthority", "Überstaatliche Behörde", "Supranational authority")

    @property
    def iri(self) -> str:
        return f"http://purl.org/adms/publishertype/{self.code}"


class GeocodingLevel(_Coded):
    """dcat-ap.de list politicalGeocoding/Level."""

    INTERNATIONAL = ("international", "international", "international")
    EUROPEAN = ("european", "europäisch", "European")
    FEDERAL = ("federal", "Bund", "federal")
    STATE = ("state", "Land", "state")
    DISTRICT = ("administrativeDistrict", "Kreis oder kreisfreie Stadt", "district")
    MUNICIPALITY = ("municipality", "Gemeinde", "municipality")

    @property
    def iri(self) -> str:
        return f"http://dcat-ap.de/def/politicalGeocoding/Level/{self.code}"


class HvdCategory(_Coded):
    """The six thematic categories of high-value data sets: top concepts of the EU list asd487ae75. Finer concepts are not offered."""

    GEOSPATIAL = ("c_ac64a52d", "Georaum", "Geospatial")
    EARTH_OBSERVATION = ("c_dd313021", "Erdbeobachtung und Umwelt", "Earth observation and environment")
    METEOROLOGICAL = ("c_164e0bf5", "Meteorologie", "Meteorological")
    STATISTICS = ("c_e1da4e07", "Statistik", "Statistics")
    COMPANIES = ("c_a9135398", "Unternehmen und Eigentümerschaft von Unternehmen", "Companies and company ownership")
    MOBILITY = ("c_b79e35eb", "Mobilität", "Mobility")

    @property
    def iri(self) -> str:
        return f"http://data.europa.eu/bna/{self.code}"


class Licence(_Coded):
    """dcat-ap.de licence list, version 20210721: the open ones a city would choose; the value ends with the licence's page.

    A "by" licence obliges users to name the source: klar then publishes `dcatde:licenseAttributionByText` (Konvention 35).
    """

    DL_ZERO_2 = (
        "dl-zero-de/2.0",
        "Datenlizenz Deutschland – Zero – Version 2.0",
        "Data licence Germany – Zero – version 2.0",
        "https://www.govdata.de/dl-de/zero-2-0",
    )
    DL_BY_2 = (
        "dl-by-de/2.0",
        "Datenlizenz Deutschland – Namensnennung – Version 2.0",
        "Data licence Germany – attribution – version 2.0",
        "https://www.govdata.de/dl-de/by-2-0",
    )
    CC_ZERO = (
        "cc-zero",
        "Creative Commons Zero (CC0)",
        "Creative Commons Zero (CC0)",
        "http://www.opendefinition.org/licenses/cc-zero",
    )
    CC_BY_4 = (
        "cc-by/4.0",
        "Creative Commons Namensnennung 4.0 International (CC BY 4.0)",
        "Creative Commons Attribution 4.0 International (CC BY 4.0)",
        "http://creativecommons.org/licenses/by/4.0/",
    )
    CC_BY_SA_4 = (
        "cc-by-sa/4.0",
        "Creative Commons Namensnennung – Weitergabe unter gleichen Bedingungen 4.0 International (CC BY-SA 4.0)",
        "Creative Commons Attribution-ShareAlike 4.0 International (CC BY-SA 4.0)",
        "http://creativecommons.org/licenses/by-sa/4.0/",
    )
    ODBL = (
        "odbl",
        "Open Data Commons Open Database License (ODbL)",
        "Open Data Commons Open Database License (ODbL)",
        "http://www.opendefinition.org/licenses/odc-odbl",
    )
    ODC_BY = (
        "odby",
        "Open Data Commons Attribution License (ODC-BY 1.0)",
        "Open Data Commons Attribution License (ODC-BY 1.0)",
        "http://www.opendefinition.org/licenses/odc-by",
    )
    PDDL = (
        "odcpddl",
        "Open Data Commons Public Domain Dedication and Licence (PDDL)",
        "Open Data Commons Public Domain Dedication and Licence (PDDL)",
        "http://www.opendefinition.org/licenses/odc-pddl",
    )
    OFFICIAL_WORK = (
        "officialWork",
        "Amtliches Werk, lizenzfrei nach § 5 Abs. 1 UrhG",
        "Official work, free under § 5 (1) of the German copyright act",
        "http://www.gesetze-im-internet.de/urhg/__5.html",
    )

    @property
    def iri(self) -> str:
        return f"http://dcat-ap.de/def/licenses/{self.code}"

    @property
    def text_url(self) -> str:
        return str(self.value[3])

    @property
    def attribution_required(self) -> bool:
        return self in (Licence.DL_BY_2, Licence.CC_BY_4, Licence.CC_BY_SA_4, Licence.ODBL, Licence.ODC_BY)

    @classmethod
    def from_iri(cls, iri: str) -> "Licence":
        """Raises ValueError for an IRI that is not in the list; a trailing slash makes it another IRI."""
        for licence in cls:
            if licence.iri == iri:
                return licence
        raise ValueError(f"{iri!r} is not one of " + ", ".join(licence.iri for licence in cls))


def media_type_iri(name: str) -> str:
    """Its IRI at IANA; "" for what has no name there: `application/x-ndjson`, for one, has no registration (unconfirmed)."""
    known = _MEDIA_TYPE.fullmatch(name.strip().lower())
    return f"https://www.iana.org/assignments/media-types/{known[0]}" if known else ""


class FileFormat(_Coded):
    """File formats klar writes: EU authority table file-type, IANA media type, extension."""

    CSV = ("CSV", "CSV", "CSV", "text/csv", "csv")
    JSON = ("JSON", "JSON", "JSON", "application/json", "json")
    NDJSON = ("JSON", "JSON je Zeile (NDJSON)", "JSON lines (NDJSON)", "application/x-ndjson", "ndjson")
    XLSX = ("XLSX", "Excel (XLSX)", "Excel (XLSX)", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
    PARQUET = ("PARQUET", "Parquet", "Parquet", "application/vnd.apache.parquet", "parquet")
    GEOJSON = ("GEOJSON", "GeoJSON", "GeoJSON", "application/geo+json", "geojson")

    @property
    def iri(self) -> str:
        return f"{_EU}file-type/{self.code}"

    @property
    def media_type(self) -> str:
        return str(self.value[3])

    @property
    def media_type_iri(self) -> str:
        return media_type_iri(self.media_type)

    @property
    def extension(self) -> str:
        return str(self.value[4])

    @classmethod
    def from_extension(cls, extension: str) -> "FileFormat":
        for each in cls:
            if each.extension == extension:
                return each
        raise ValueError(f"{extension!r} is not one of " + ", ".join(each.extension for each in cls))
