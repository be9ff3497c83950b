"""Code lists for judging what others publish: whole lists, where klar itself writes a part of them only."""

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources

from schemas.values import AccessRight, Availability, DistributionStatus, Frequency, GeocodingLevel, Theme

EU = "http://publications.europa.eu/resource/authority/"
LICENCES = "http://dcat-ap.de/def/licenses/"
CONTRIBUTORS = "http://dcat-ap.de/def/contributors/"
FILE_TYPES = EU + "file-type/"
MEDIA_TYPES = ("https://www.iana.org/assignments/media-types/", "http://www.iana.org/assignments/media-types/")


@cache
def codes(name: str) -> frozenset[str]:
    """A list of `lists.toml`. Raises KeyError."""
    return frozenset(_tables()[name])


@cache
def _tables() -> Mapping[str, list[str]]:
    return tomllib.loads(resources.files("dcat").joinpath("check", "lists.toml").read_text(encoding="utf-8"))


def is_licence(iri: str) -> bool:
    return _in(iri, LICENCES, "open_licences") or _in(iri, LICENCES, "restricted_licences")


def is_open_licence(iri: str) -> bool:
    return _in(iri, LICENCES, "open_licences")


def renewed_licence(iri: str) -> str:
    """The listed licence that GovData puts in the place of an old spelling (`dl-by-de/2_0`), or "".

    Of ckanext-dcatde's table (harvest-rules, section 2.4) only this pattern is known; other entries are unconfirmed.
    """
    newer = iri.replace("_", ".").rstrip("/") if iri.startswith(LICENCES) else ""
    return newer if newer != iri and "_" in iri and is_licence(newer) else ""


def is_contributor(iri: str) -> bool:
    return _in(iri, CONTRIBUTORS, "contributors")


def file_type(iri: str) -> str:
    """CSV, JSON, …; "" for what the EU list does not know."""
    code = iri.removeprefix(FILE_TYPES)
    return code if code != iri and code in codes("file_types") else ""


def is_media_type(iri: str) -> bool:
    """Only the form: IANA's list grows daily."""
    name = next((iri.removeprefix(each) for each in MEDIA_TYPES if iri.startswith(each)), "")
    return 0 < name.find("/") < len(name) - 1


def counts_as(form: str, list_name: str) -> bool:
    """Whether MQA counts a file type as `non_proprietary` or `machine_readable`."""
    return form in codes(list_name) or form.startswith("RDF_")


def _in(iri: str, base: str, name: str) -> bool:
    code = iri.removeprefix(base)
    return code != iri and code in codes(name)


def _one_of(*iris: str) -> Callable[[str], bool]:
    return frozenset(iris).__contains__


#: CURIE of a property -> whether a value is in the list that DCAT-AP.de 3.0 makes a MUST (chapter 5). Licence, contributor and the
#: types of agents have rules of their own.
MANDATORY: Mapping[str, Callable[[str], bool]] = {
    "dcat:theme": _one_of(*(each.iri for each in Theme), EU + "data-theme/OP_DATPRO"),
    "dcterms:accrualPeriodicity": _one_of(*(each.iri for each in Frequency)),
    "dcterms:accessRights": _one_of(*(each.iri for each in AccessRight)),
    "dcatap:availability": _one_of(*(each.iri for each in Availability), EU + "planned-availability/OP_DATPRO"),
    "adms:status": _one_of(*(each.iri for each in DistributionStatus)),
    "dcterms:language": lambda iri: iri.startswith(EU + "language/") and len(iri) > len(EU + "language/"),
    "dcterms:format": lambda iri: bool(file_type(iri)),
    "dcat:mediaType": is_media_type,
    "dcat:compressFormat": is_media_type,
    "dcat:packageFormat": is_media_type,
    "dcatap:hvdCategory": lambda iri: _in(iri, "http://data.europa.eu/bna/", "hvd_categories"),
}
#: Lists whose breach is only a warning.
OPTIONAL: Mapping[str, Callable[[str], bool]] = {
    "dcatde:politicalGeocodingLevelURI": _one_of(*(each.iri for each in GeocodingLevel)),
}
