"""Addresses of services, taken apart and put together."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit


def with_query(url: str, **query: str) -> str:
    """These parameters beside those that the address has already; of two with one name, in whatever case, ours."""
    parts, ours = urlsplit(url), {each.lower() for each in query}
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name.lower() not in ours]
    return urlunsplit(parts._replace(query=urlencode([*kept, *query.items()], safe=":/,")))


def api_of(collection: str) -> str:
    """Where the service of a collection begins: what stands before `/collections/`."""
    parts = urlsplit(collection)
    return urlunsplit(parts._replace(path=parts.path.partition("/collections/")[0], query=""))
