"""Fragments for other settings than those everything was published under: of the same metadata, so that nothing else changes."""

import logging

from sqlalchemy import Connection, func, select

from catalog import tables
from catalog.meta import raise_revision
from catalog.rendering import SYNTAXES, Renderer
from catalog.store import Store
from schemas.model import Dataset

_log = logging.getLogger("klar.rendering")
_AT_ONCE = 200  #: data sets rendered in one transaction
_g = tables.fragment.c


def render_missing(store: Store, renderer: Renderer) -> tuple[str, ...]:
    """Give every active data set fragments under this renderer's key (a moved `base_url`, another profile). Needs nothing but the store.
    Fragments under other keys stay, and so does what `Publisher.refresh` compares: it goes on to look at everything.

    A data set that the renderer refuses is left out and said in the log; the feed then goes on answering 503. Doing it again, or in two
    processes at once, changes nothing. Returns the names of those that were rendered. Raises Busy, Unwritable.
    """
    missing = store.missing_fragments(renderer.key)
    done: list[str] = []
    for start in range(0, len(missing), _AT_ONCE):
        done += _render_some(store, renderer, missing[start : start + _AT_ONCE])
    return tuple(done)


def _render_some(store: Store, renderer: Renderer, names: tuple[str, ...]) -> list[str]:
    with store.database.write() as connection:
        # Read under the write lock: what is rendered is what is published, and what another process has done is done.
        lacking = set(names) - _rendered(connection, renderer.key, names)
        done = [each.dataset.name for each in store.datasets_named(sorted(lacking)) if _render(connection, renderer, each.dataset)]
        if done:
            raise_revision(connection)
    return done


def _rendered(connection: Connection, key: str, names: tuple[str, ...]) -> set[str]:
    where = (_g.key == key) & _g.dataset.in_(names)
    found = connection.execute(select(_g.dataset, func.count()).where(where).group_by(_g.dataset))
    return {name for name, count in found if count == len(SYNTAXES)}


def _render(connection: Connection, renderer: Renderer, dataset: Dataset) -> bool:
    rendered = renderer.render(dataset)
    if rendered.findings:
        _log.error("%s: %s", dataset.name, "; ".join(each.message for each in rendered.findings))
        return False
    connection.execute(tables.fragment.delete().where((_g.dataset == dataset.name) & (_g.key == renderer.key)))
    place = {"dataset": dataset.name, "key": renderer.key}
    entries = [{**place, "syntax": syntax, "content": content} for syntax, content in sorted(rendered.fragments.items())]
    connection.execute(tables.fragment.insert(), entries)
    return True
