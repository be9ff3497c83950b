"""Addresses of next pages, as servers write them: with an internal host, unencoded, or to somewhere else.

Only the configured base is ever asked. A server behind a proxy states its own base in its root document; a link that begins with that
one, or lies on a machine that can only be inside, means ours. Loops and encoding are the fetch's business.
"""

import re
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from harvesters.http.faults import Fault, HttpError
from harvesters.http.proxy import is_inner_name

_VERSION = re.compile(r"/v1\.[01]/")


class Links:
    """`home`: the configured root, with its slash. `stated`: the root as the server calls it, "" when it does not say."""

    def __init__(self, home: str, stated: str, *, follow_hosts: tuple[str, ...] = ()) -> None:
        self._home = home
        self._stated = stated
        self._permitted = frozenset(each.partition(":")[0].lower() for each in follow_hosts)
        self.rewritten = ""  #: host that links named instead of ours

    def absolute(self, link: str, page: str) -> str:
        """Below our base. Raises HttpError for a link that leads elsewhere."""
        there = urljoin(page, link.strip())
        if there.startswith(self._home):
            return there
        if self._stated and there.startswith(self._stated):
            return self._ours(there, there[len(self._stated) :])
        try:
            parts = urlsplit(there)
            host = (parts.hostname or "").lower()
        except ValueError:
            raise HttpError(Fault.ADDRESS, "Eine Adresse der nächsten Seite ist nicht lesbar.") from None
        home = urlsplit(self._home)
        has_our_path = parts.path.startswith(home.path)
        if has_our_path and host in self._permitted:
            return there
        if has_our_path and host == home.hostname:  # another port or scheme: ours, behind a proxy
            return self._ours(there, there.partition(home.path)[2])
        if host != home.hostname and _is_inside(host) and (rest := self._after_root(there)):
            return self._ours(there, rest)
        page = page.partition("?")[0]
        if host == home.hostname:
            raise HttpError(Fault.HOST_NOT_PERMITTED, f"»{page}« nennt als nächste Seite eine außerhalb der Schnittstelle.")
        named = parts.netloc.rpartition("@")[2]
        raise HttpError(
            Fault.HOST_NOT_PERMITTED, f"»{page}« leitet zu »{named}«; wenn das richtig ist, gehört der Rechner in follow_hosts."
        )

    def _ours(self, there: str, rest: str) -> str:
        self.rewritten = self.rewritten or (urlsplit(there).hostname or "")
        return self._home + rest

    def _after_root(self, there: str) -> str:
        """What follows our path, or the version that both roots end with; "" for neither."""
        path = urlsplit(self._home).path
        _, mark, rest = there.partition(path) if path != "/" else ("", "", "")
        if mark:
            return rest
        found = _VERSION.search(there.partition("?")[0])
        return there[found.end() :] if found and _VERSION.search(path) else ""


def _is_inside(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return bool(host) and is_inner_name(host)
