"""The seam to `dcat`: rendering is handed to the catalogue, which knows nothing of RDF."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from schemas.model import Dataset
from schemas.row import Finding

#: Keys of `Rendered.fragments`: the four syntaxes of the feed.
SYNTAXES = ("ttl", "rdf", "jsonld", "nt")


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """One data set as RDF fragments, or the reasons why it may not be published."""

    fragments: Mapping[str, bytes]  #: syntax -> bytes that a feed page concatenates
    findings: tuple[Finding, ...] = ()  #: not empty: the data set violates a shape and must not be published


@dataclass(frozen=True, kw_only=True)
class Renderer:
    """`key` names everything but the data set that decides the bytes (base_url, uri_base, profile, mapping version):
    fragments stored under another key are rendered anew before `serve` is ready."""

    key: str
    render: Callable[[Dataset], Rendered]
