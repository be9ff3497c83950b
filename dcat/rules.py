"""Our own gate: nothing is published that breaks our shapes (`shapes/*.ttl`) or names a value outside a code list.

Code lists are looked up, not validated: with the lists in the data graph each run would pay for reading them.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources

from pyoxigraph import NamedNode, Triple

from dcat.constraints import Result, Shapes, read_shapes
from dcat.namespaces import DATASET_TYPES, curie, term
from dcat.profiles import DE_3_0, Profile
from schemas.file_types import FILE_TYPE_IRIS
from schemas.row import Finding
from schemas.values import (
    AccessRight,
    Availability,
    DistributionStatus,
    Frequency,
    GeocodingLevel,
    HvdCategory,
    Language,
    Licence,
    PublisherType,
    Theme,
)

_LICENCE = term("dcterms:license")
#: predicate -> (German name, IRIs that DCAT-AP.de 3.0 and klar allow as its values).
CODE_LISTS: Mapping[NamedNode, tuple[str, frozenset[str]]] = {
    term("dcat:theme"): ("Kategorie", frozenset(each.iri for each in Theme)),
    term("dcterms:accrualPeriodicity"): ("Aktualisierungsfrequenz", frozenset(each.iri for each in Frequency)),
    term("dcterms:accessRights"): ("Grad der Zugänglichkeit", frozenset(each.iri for each in AccessRight)),
    term("dcatap:availability"): ("Verfügbarkeit", frozenset(each.iri for each in Availability)),
    term("dcatap:hvdCategory"): ("HVD-Kategorie", frozenset(each.iri for each in HvdCategory)),
    term("adms:status"): ("Status", frozenset(each.iri for each in DistributionStatus)),
    term("dcterms:language"): ("Sprache", frozenset(each.iri for each in Language)),
    _LICENCE: ("Lizenz", frozenset(each.iri for each in Licence)),
    term("dcterms:format"): ("Format", FILE_TYPE_IRIS),
    term("dcatde:politicalGeocodingLevelURI"): ("Ebene der geopolitischen Abdeckung", frozenset(each.iri for each in GeocodingLevel)),
    term("dcterms:type"): ("Typ", frozenset({DATASET_TYPES + "STATISTICAL", *(each.iri for each in PublisherType)})),
}

#: SHACL constraint component -> what a person reads after the name of the field.
_PHRASES = {
    "MinCount": "fehlt",
    "MaxCount": "ist zu oft angegeben",
    "Class": "verweist auf etwas, das nicht beschrieben ist",
    "Datatype": "hat einen falschen Datentyp",
    "HasValue": "nennt den verlangten Wert nicht",
    "NodeKind": "ist Text, wo eine Adresse stehen muss, oder umgekehrt",
    "Pattern": "hat nicht die verlangte Form",
    "MinLength": "ist leer",
    "UniqueLang": "ist in einer Sprache mehrfach angegeben",
    "LanguageIn": "ist in keiner der erlaubten Sprachen angegeben",
    "Or": "hat einen falschen Datentyp",
}


def violations(triples: Iterable[Triple], profile: Profile = DE_3_0, *, hvd: bool = False, own: bool = True) -> tuple[Finding, ...]:
    """Every breach of our shapes and code lists, German, naming the field (a CURIE) and the node (as `origin`). Empty: fit to publish.

    `hvd`: the data set is a high-value one; then the marks of these are demanded, else they are forbidden. `own`: False for a data set
    of a neighbour, which may leave out what is only recommended, and whose terms of use nobody else can choose.
    """
    described = tuple(triples)
    shapes = _read(shape_files(profile, hvd=hvd, own=own))
    return (*_outside_lists(described, own=own), *(finding(each) for each in sorted(shapes.results(described))))


def finding(result: Result) -> Finding:
    """One result for people: in German and without SHACL's vocabulary."""
    field = f" ({result.path})" if result.path else ""
    value = f": {result.value}" if result.value else ""
    phrase = _PHRASES.get(result.component, "ist nicht zulässig")
    message = f"{result.name or result.path}{field} {phrase}{value}."
    return Finding(code=f"shacl-{_kebab(result.component)}", message=message, field=result.path, origin=result.focus)


def shape_files(profile: Profile, *, hvd: bool, own: bool = True) -> tuple[str, ...]:
    """Our own files that hold for a data set, in `shapes/`."""
    return ("klar.ttl", "own.ttl" if own else "upstream.ttl", profile.shapes, "hvd.ttl" if hvd else "not-hvd.ttl")


@cache
def _read(files: tuple[str, ...]) -> Shapes:
    read = (read_shapes(shapes_text(each)) for each in files)
    return Shapes(nodes=tuple(shape for each in read for shape in each.nodes))


def shapes_text(name: str) -> str:
    """One of our files as it ships."""
    return resources.files("dcat").joinpath("shapes", name).read_text(encoding="utf-8")


def _outside_lists(triples: Iterable[Triple], *, own: bool) -> Iterator[Finding]:
    for each in triples:
        if not own and each.predicate == _LICENCE:
            continue
        name, allowed = CODE_LISTS.get(each.predicate, ("", None))
        if allowed is not None and not (isinstance(each.object, NamedNode) and each.object.value in allowed):
            field = curie(each.predicate.value)
            message = f"{name} ({field}): {each.object} steht nicht in der Codeliste."
            yield Finding(code="unknown-code", message=message, field=field, origin=str(each.subject).strip("<>"))


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("-")
