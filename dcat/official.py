"""The official SHACL files in a folder the operator fills: which of them make a profile, and a gate that publishing can use.

They are other people's work and not shipped. Nothing heavy is imported here: a process that only serves never reads a shape.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Triple

from dcat.constraints import Result
from dcat.namespaces import curie
from dcat.profiles import DE_3_0
from dcat.rules import finding
from schemas.errors import ConfigurationError
from schemas.row import Finding

if TYPE_CHECKING:
    from dcat.shacl import OfficialProfile


@dataclass(frozen=True, kw_only=True)
class ProfileFiles:
    """One profile as its publishers compose it; paths below the folder of shapes, in load order."""

    name: str
    files: tuple[str, ...]
    mended: tuple[str, ...] = ()  #: files read with the right namespace and the series shape attached: see `dcat.shacl`
    own_nodes_only: bool = False  #: these shapes also judge the code lists beside a catalogue; such results say nothing about it
    inference: bool = False  #: these shapes ask for classes that follow from RDFS: every node is a resource, every licence a document


_EU_AND_DE = (
    "dcat-ap-3.0.0/dcat-ap-SHACL.ttl",
    "dcat-ap-de-3.0/dcat-ap-SHACL-DE.ttl",
    "dcat-ap-de-3.0/dcat-ap-de-deprecated.ttl",
)
#: Two official files that name the namespace dcatap: wrongly, so that availability is never checked.
_MISNAMED = ("dcat-ap-de-3.0/dcat-ap-spec-german-additions.ttl", "dcat-ap-de-3.0/dcat-ap-de-controlledvocabularies.ttl")
OFFICIAL = ProfileFiles(name="DCAT-AP.de 3.0", files=(*_EU_AND_DE, *_MISNAMED))
REPAIRED = ProfileFiles(name="DCAT-AP.de 3.0, berichtigt", files=_EU_AND_DE, mended=_MISNAMED)
DASHBOARD = ProfileFiles(name="GovData-Dashboard", files=("govdata-dashboard/db-shapes.ttl",))
HVD = ProfileFiles(name="DCAT-AP HVD 3.0.0", files=("dcat-ap-hvd-3.0.0/hvd-SHACL.ttl",), inference=True)
AP_2_1_1 = ProfileFiles(name="DCAT-AP 2.1.1", files=("dcat-ap-de-2.0/dcat-ap_2.1.1_shacl_shapes.ttl",), own_nodes_only=True)
AP_3_0_0 = ProfileFiles(name="DCAT-AP 3.0.0 (base)", files=("dcat-ap-3.0.0/shapes.ttl",), own_nodes_only=True)

#: Code lists and class hierarchies that the shapes expect beside a catalogue; with them come all files `vocab/eu_*.ttl`.
LISTS = (
    "vocab/adms_publisher_type.ttl",
    "vocab/adms-status.ttl",
    "vocab/distribution-status-sparql-result.ttl",
    "vocab/license.rdf",
    "vocab/dcat-ap-de-licenses-open.rdf",
    "vocab/dcat-ap-de-contributors.rdf",
    "vocab/high-value-categories.ttl",
    "vocab/political-geocoding-level.ttl",
    "ontologies/foaf_0_1.rdf",
    "ontologies/vcard.ttl",
    "ontologies/org.ttl",
    "ontologies/spdx-checksum.ttl",
)
#: A table, not RDF: the RDF extract of this list is old; Parquet, for one, stands only here.
FILE_TYPES = "vocab/file-type.xml"


class OfficialShapes:
    """The official word on single data sets, after our own: slow (0.1 s each), so only where a folder is configured.

    Every result counts, warnings too: portals show them. Raises ConfigurationError for a folder that lacks a file.
    """

    def __init__(self, folder: Path, profile: str) -> None:
        self._folder = folder
        self._always = (REPAIRED,) if profile == DE_3_0.name else (REPAIRED, AP_2_1_1)
        for each in (*self._always, HVD):
            for name in (*each.files, *each.mended, *LISTS, FILE_TYPES):
                require_file(folder, name)

    def findings(self, triples: tuple[Triple, ...], *, hvd: bool) -> tuple[Finding, ...]:
        """`hvd`: the shapes for high-value data sets, which target every data set there is, are asked as well."""
        from dcat.shacl import graph_from_triples  # heavy: 850 ms

        graph = graph_from_triples(triples)
        profiles = (*self._loaded, self._hvd) if hvd else self._loaded
        found = (result for each in profiles for result in each.results(graph))
        return tuple(dict.fromkeys(_finding(each, triples) for each in found))

    @cached_property
    def _loaded(self) -> "tuple[OfficialProfile, ...]":
        from dcat.shacl import load  # heavy: 850 ms

        return tuple(load(self._folder, each) for each in self._always)

    @cached_property
    def _hvd(self) -> "OfficialProfile":
        from dcat.shacl import load  # heavy: 850 ms

        return load(self._folder, HVD)


def _finding(result: Result, triples: tuple[Triple, ...]) -> Finding:
    """A rule on a code list names the value; people want to know which field has it."""
    if result.path != "skos:inScheme":
        return finding(result)
    value = NamedNode(result.focus)
    user = next((each for each in triples if each.object == value), None)
    field = "" if user is None else curie(user.predicate.value)
    origin = result.focus if user is None else str(user.subject).strip("<>")
    return Finding(code="unknown-code", message=f"{field}: {value} steht nicht in der amtlichen Codeliste.", field=field, origin=origin)


def require_file(folder: Path, name: str) -> Path:
    """Raises ConfigurationError that names a file which is not there."""
    path = folder / name
    if not path.is_file():
        raise ConfigurationError(f"[shapes] folder: {name} fehlt in {folder}")
    return path
