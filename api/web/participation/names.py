"""What else a project or process is called, and which other one it may be: `[aliases]` (docs/aliases.md)."""

from collections.abc import Callable, Sequence

from api.web.participation.pages import SECTIONS, Name
from api.web.participation.wording import several, text_of
from api.web.published import PublishedValues
from schemas.aliases import Aliases, Named, folded


def names_of(kind: str, row: PublishedValues, aliases: Aliases, all_rows: Callable[[], Sequence[PublishedValues]]) -> tuple[Name, ...]:
    """Names that the page does not tell anyway; those of which another page exists lead there. `all_rows`: of the same table; asked for
    only where there is a name."""
    written = {folded(each) for each in (text_of(row, "title"), *several(row.get("former_titles")))}
    things = [each for each in aliases.things if each.table == kind and (each.id == row["id"] or written & set(map(folded, each.names)))]
    if not things:
        return ()
    others = {folded(text_of(each, "title")): each for each in all_rows() if each["id"] != row["id"]}
    by_id = {str(each["id"]): each for each in others.values()}
    found = [_named(kind, name, each, others.get(folded(name))) for each in things for name in each.names if folded(name) not in written]
    leading = [_named(kind, text_of(by_id[each.id], "title"), each, by_id[each.id]) for each in things if each.id in by_id]
    return tuple({folded(each.name): each for each in (*found, *leading)}.values())


def _named(kind: str, name: str, thing: Named, other: PublishedValues | None) -> Name:
    return Name(name=name, path=f"/{SECTIONS[kind]}/{other['id']}" if other else "", confirmed=thing.confirmed)
