"""Profiles of the feed: for each what the mapping says about a file's size and checksum, and the shapes that hold then.

DCAT-AP.de 3.0 and DCAT-AP 2.1.1 contradict each other in exactly these points: 3.0 wants `dcat:byteSize` as
xsd:nonNegativeInteger, 2.1.1 as xsd:decimal; 2.1.1 knows no other checksum algorithm than SHA-1. Everything else that klar says is
valid under both, so what the second profile writes is valid DCAT-AP.de 3.0 as well.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal

from dcat.namespaces import SHA1, SHA256
from dcat.terms import typed
from schemas.errors import ConfigurationError
from schemas.model import Distribution

#: SHA-256 of a published file -> its SHA-1, which means reading the file; None when it cannot be read.
Sha1 = Callable[[str], str | None]


@dataclass(frozen=True, kw_only=True)
class Checksum:
    algorithm: str  #: IRI of the SPDX list
    value: str  #: hexadecimal


@dataclass(frozen=True, kw_only=True)
class Profile:
    name: str
    byte_size: Callable[[int], Sequence[Literal]]
    checksum: Callable[[Distribution], Checksum | None]
    shapes: str  #: file in `shapes/` with what this profile demands beyond `klar.ttl`


def _size(count: int) -> Sequence[Literal]:
    return typed(str(count), "xsd:nonNegativeInteger")


def _no_size(count: int) -> Sequence[Literal]:
    return ()


def _sha256(distribution: Distribution) -> Checksum:
    return Checksum(algorithm=SHA256, value=distribution.sha256)


def _no_checksum(distribution: Distribution) -> None:
    return None


def _sha1(of: Sha1) -> Callable[[Distribution], Checksum | None]:
    def checksum(distribution: Distribution) -> Checksum | None:
        value = of(distribution.sha256)
        return None if value is None else Checksum(algorithm=SHA1, value=value)

    return checksum


DE_3_0 = Profile(name="dcat-ap-de-3.0", byte_size=_size, checksum=_sha256, shapes="dcat-ap-de-3.0.ttl")


def ap_2_1_1(sha1: Sha1 | None = None) -> Profile:
    """Without `sha1` files have no checksum, which is valid too."""
    checksum = _no_checksum if sha1 is None else _sha1(sha1)
    return Profile(name="dcat-ap-2.1.1", byte_size=_no_size, checksum=checksum, shapes="dcat-ap-2.1.1.ttl")


_MAKERS: Mapping[str, Callable[[Sha1 | None], Profile]] = {"dcat-ap-de-3.0": lambda _: DE_3_0, "dcat-ap-2.1.1": ap_2_1_1}
PROFILES = tuple(_MAKERS)


def profile_named(name: str, sha1: Sha1 | None = None) -> Profile:
    """Raises ConfigurationError for a profile klar does not know."""
    if name not in _MAKERS:
        raise ConfigurationError(f"[feed] profile: {name!r} ist keines von {', '.join(PROFILES)}")
    return _MAKERS[name](sha1)
