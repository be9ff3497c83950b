"""One route per portal: what was taken over from a portal is never pushed back to it."""

from urllib.parse import urlsplit

from schemas.model import Dataset

_DEFAULT_PORTS = {80, 443, None}


def comes_from(dataset: Dataset, portal: str) -> bool:
    """Whether a neighbour's data set is at home on this portal: its identifier, its page or the catalogue it was read from lie there.
    `portal`: address of the portal."""
    if dataset.upstream is None:
        return False
    home = _host(portal)
    places = (dataset.upstream.uri, dataset.landing_page, *(each.url for each in dataset.sources))
    return bool(home) and any(_host(each) == home for each in places)


def _host(address: str) -> str:
    """With the port unless that goes without saying; "" for what is no web address."""
    try:
        parts = urlsplit(address.strip())
        port, name = parts.port, parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https"):
        return ""
    return name if port in _DEFAULT_PORTS else f"{name}:{port}"
