"""Where a platform's interfaces are, given its home or one of them."""

from urllib.parse import urljoin

from harvesters.harvester import SourceConfig
from schemas.errors import ConfigurationError

_GRAPHQL, _OVERVIEW = "graphql", "api/projekts/overview"


def require_web(source: SourceConfig) -> None:
    """Raises ConfigurationError."""
    if not source.is_remote:
        raise ConfigurationError(f"Quelle {source.name!r}: Eine Plattform hat eine Adresse, die mit http:// oder https:// beginnt.")


def home_address(url: str) -> str:
    """`https://mitmachen.example/` of itself, of its `/graphql` and of its `/api/projekts/overview`."""
    plain = url.partition("?")[0].partition("#")[0].rstrip("/")
    for each in (_GRAPHQL, _OVERVIEW):
        plain = plain.removesuffix(f"/{each}")
    return f"{plain}/"


def graphql_address(url: str) -> str:
    return urljoin(home_address(url), _GRAPHQL)


def overview_address(url: str) -> str:
    return urljoin(home_address(url), _OVERVIEW)
