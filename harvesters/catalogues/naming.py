"""A CKAN portal that lets nobody search: all its names at once, then each data set by itself (reference: ckan/compat.md 2.4, 3).

That costs one request for each data set, so it is the second choice. It says nothing of how many there should be; what protects against a
list that is too short is the guard of the source (`max_shrink`, `at_least`), and that one data set which is not shown is none that is gone.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from harvesters.catalogues import search
from harvesters.catalogues.iris import action_url
from harvesters.catalogues.outcome import Adopted, Unusable
from harvesters.http.faults import HttpError
from schemas.errors import NotRead, SourceError
from schemas.fetch import Payload, WebFetch

#: What says "not this way", and not "not now": an action that is switched off, unknown, or for others.
_REFUSALS = frozenset({400, 401, 403, 404, 405, 410, 501})
_GONE = frozenset({404, 410})
#: Of all that are named, the share that may turn out not to be shown; more is a portal in trouble.
_MOST_HIDDEN = 0.1


def is_refusal(error: SourceError) -> bool:
    """Whether asking for something else may help. In a replay: whether the run was refused then."""
    return isinstance(error, NotRead) or (isinstance(error, HttpError) and error.status in _REFUSALS)


def names_at(source: WebFetch, home: str, *, at_most: int) -> Sequence[str]:
    """Raises SourceError, also for a portal that names none or too many."""
    page = _asked(source, action_url(home, "package_list", ()), search.kept_names)
    names = search.names_of(page.content)
    if not names:
        raise SourceError(f"»{page.url}«: Das Portal nennt keinen einzigen Datensatz; nichts davon wird übernommen.")
    if len(names) > at_most:
        raise SourceError(f"»{page.url}«: Das Portal nennt {len(names)} Datensätze, mehr als erlaubt (options.at_most).")
    return names


def shown(source: WebFetch, home: str, names: Sequence[str]) -> Iterator[tuple[str, object, str]]:
    """(name, package, address) of each. One that has gone since it was named is left out; one that the portal keeps to itself is None.
    Raises SourceError, in the end also for a portal that names what it does not show."""
    hidden = 0
    for name in names:
        url = action_url(home, "package_show", [("id", name)])
        try:
            page = _asked(source, url, search.kept_package)
        except (HttpError, NotRead) as error:
            if not is_refusal(error):
                raise
            hidden += 1
            if isinstance(error, HttpError) and error.status not in _GONE:
                yield name, None, url
            continue
        yield name, search.result_of(page.content), page.url
    if hidden > max(1, len(names) * _MOST_HIDDEN):
        raise SourceError(f"Das Portal nennt {len(names)} Datensätze, zeigt {hidden} davon aber nicht. Nichts davon wird übernommen.")


def withheld(content: object) -> Adopted:
    """Reads what is not there. Raises Unusable: without its IRI nobody knows which one it is, so none of this source counts as gone."""
    raise Unusable("not-shown", "package_show", "Das Portal nennt den Datensatz, zeigt ihn aber nicht.")


def _asked(source: WebFetch, url: str, keep: search.Keep) -> Payload:
    return source.get(url, keep=partial(search.told_where, keep, url), accept="application/json", expected=["json"])
