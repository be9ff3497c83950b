"""Organisations and groups on the portal: those that our data sets need, those that are missing, and what the token may do with them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from api.push.errors import Forbidden, PortalError
from api.push.portal import Portal
from dcat.ckan import group_of, organization_of
from schemas.model import Dataset, Site

_SENT = ("name", "title", "description")


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where data sets may go."""

    absent_organizations: tuple[Mapping[str, Any], ...] = ()  #: as `organization_create` takes them
    absent_groups: tuple[Mapping[str, Any], ...] = ()
    refused: Mapping[str, str]  #: organisation that our data sets need and cannot get -> why
    groups: frozenset[str]  #: that data sets may name, absent ones included
    notices: tuple[str, ...] = ()


def places(portal: Portal, datasets: Iterable[Dataset], site: Site) -> Places:
    """Asks, changes nothing."""
    shelf = list(datasets)
    organizations = {each["name"]: each for each in (organization_of(one.publisher, site) for one in shelf)}
    groups = {each["name"]: each for each in (group_of(theme) for one in shelf for theme in one.themes)}
    absent, refused = _organizations(portal, organizations)
    present, permitted = (portal.groups(), portal.own_groups()) if groups else (frozenset[str](), frozenset[str]())
    closed = sorted(name for name in groups if name in present - permitted)
    return Places(
        absent_organizations=absent,
        absent_groups=tuple(_sent(groups[name]) for name in sorted(groups) if name not in present | permitted),
        refused=refused,
        groups=frozenset(groups) - frozenset(closed),
        notices=tuple(f"Gruppe »{name}« bleibt weg: Das Token darf ihr keine Datensätze zuordnen." for name in closed),
    )


def made(portal: Portal, found: Places) -> Places:
    """Create what is missing; what is not permitted is refused (organisations) or left out with a notice (groups)."""
    refused, notices, left_out = dict(found.refused), list(found.notices), set()
    for each in found.absent_organizations:
        try:
            portal.create_organization(each)
        except PortalError as error:
            refused[each["name"]] = f"Die Organisation »{each['name']}« fehlt und ließ sich nicht anlegen: {_why(error)}"
    for each in found.absent_groups:
        try:
            portal.create_group(each)
        except PortalError as error:
            left_out.add(each["name"])
            notices.append(f"Gruppe »{each['name']}« bleibt weg: Sie fehlt und ließ sich nicht anlegen ({_why(error)}).")
    return Places(refused=refused, groups=found.groups - left_out, notices=tuple(notices))


def _organizations(portal: Portal, needed: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[Mapping[str, Any], ...], dict[str, str]]:
    """(missing ones, those that the token may not use -> why)."""
    closed = sorted(set(needed) - portal.own_organizations())
    there = {name for name in closed if portal.has_organization(name)}
    refused = {name: f"Das Token darf in der Organisation »{name}« keine Datensätze anlegen." for name in there}
    return tuple(_sent(needed[name]) for name in closed if name not in there), refused


def _sent(full: Mapping[str, Any]) -> Mapping[str, Any]:
    return {field: full[field] for field in _SENT if full[field]}


def _why(error: PortalError) -> str:
    return "nicht erlaubt" if isinstance(error, Forbidden) else error.detail.rstrip(".")
