"""Our own gate: nothing is published that breaks `shapes/klar.ttl` or names a value outside a code list.

Code lists are looked up, not validated: with the lists in the data graph each run would pay for reading them.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Triple

from dcat.namespaces import DATASET_TYPES, SHA256, curie, term
from schemas.row import Finding
from schemas.values import (
    AccessRight,
    Availability,
    DistributionStatus,
    FileFormat,
    Frequency,
    GeocodingLevel,
    Language,
    Licence,
    PublisherType,
    Theme,
)

if TYPE_CHECKING:
    from rdflib import Graph

    from dcat.shacl import Result

#: predicate -> (German name, IRIs that DCAT-AP.de 3.0 and klar allow as its values).
CODE_LISTS: Mapping[NamedNode, tuple[str, frozenset[str]]] = {
    term("dcat:theme"): ("Kategorie", frozenset(each.iri for each in Theme)),
    term("dcterms:accrualPeriodicity"): ("Aktualisierungsfrequenz", frozenset(each.iri for each in Frequency)),
    term("dcterms:accessRights"): ("Grad der Zugänglichkeit", frozenset(each.iri for each in AccessRight)),
    term("dcatap:availability"): ("Verfügbarkeit", frozenset(each.iri for each in Availability)),
    term("adms:status"): ("Status", frozenset(each.iri for each in DistributionStatus)),
    term("dcterms:language"): ("Sprache", frozenset(each.iri for each in Language)),
    term("dcterms:license"): ("Lizenz", frozenset(each.iri for each in Licence)),
    term("dcterms:format"): ("Format", frozenset(each.iri for each in FileFormat)),
    term("dcatde:politicalGeocodingLevelURI"): ("Ebene der geopolitischen Abdeckung", frozenset(each.iri for each in GeocodingLevel)),
    term("dcterms:type"): ("Typ", frozenset({DATASET_TYPES + "STATISTICAL", *(each.iri for each in PublisherType)})),
    term("spdx:algorithm"): ("Algorithmus", frozenset({SHA256})),
}

#: SHACL constraint component -> what a person reads after the name of the field.
_PHRASES = {
    "MinCount": "fehlt",
    "MaxCount": "ist zu oft angegeben",
    "Class": "verweist auf etwas, das nicht beschrieben ist",
    "Datatype": "hat einen falschen Datentyp",
    "NodeKind": "ist Text, wo eine Adresse stehen muss, oder umgekehrt",
    "Pattern": "hat nicht die verlangte Form",
    "MinLength": "ist leer",
    "UniqueLang": "ist in einer Sprache mehrfach angegeben",
    "LanguageIn": "ist in keiner der erlaubten Sprachen angegeben",
    "Or": "hat einen falschen Datentyp",
}


def violations(triples: Iterable[Triple]) -> tuple[Finding, ...]:
    """Every breach of our shapes and code lists, German, naming the field (a CURIE) and the node (as `origin`). Empty: fit to publish."""
    described = tuple(triples)
    return (*_outside_lists(described), *_outside_shapes(described))


def _outside_lists(triples: Iterable[Triple]) -> Iterator[Finding]:
    for each in triples:
        name, allowed = CODE_LISTS.get(each.predicate, ("", None))
        if allowed is not None and not (isinstance(each.object, NamedNode) and each.object.value in allowed):
            field = curie(each.predicate.value)
            message = f"{name} ({field}): {each.object} steht nicht in der Codeliste."
            yield Finding(code="unknown-code", message=message, field=field, origin=str(each.subject).strip("<>"))


def _outside_shapes(triples: Iterable[Triple]) -> Iterator[Finding]:
    from dcat.shacl import graph_from_triples, results  # heavy: 850 ms

    for each in sorted(results(graph_from_triples(triples), _shapes())):
        yield Finding(code=f"shacl-{_kebab(each.component)}", message=_message(each), field=each.path, origin=each.focus)


@cache
def _shapes() -> "Graph":
    from rdflib import Graph  # heavy: 350 ms

    return Graph().parse(data=shapes_text(), format="turtle")


def shapes_text() -> str:
    """Our shapes as they ship."""
    return resources.files("dcat").joinpath("shapes", "klar.ttl").read_text(encoding="utf-8")


def _message(result: "Result") -> str:
    field = f" ({result.path})" if result.path else ""
    value = f": {result.value}" if result.value else ""
    return f"{result.name}{field} {_PHRASES.get(result.component, 'ist nicht zulässig')}{value}."


def _kebab(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("-")
