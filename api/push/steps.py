"""From what lies on the portal and what we publish to the steps between. Reads only; `api.push.push` takes the steps."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from api.push.errors import Forbidden, PortalError, Silent
from api.push.packages import differing, extras_of, is_harvested, wanted
from api.push.places import Places
from api.push.portal import Portal
from schemas.model import Dataset, Site

Json = dict[str, Any]
#: More than this share of our packages, and more than this number, wait for a person before they are deleted.
_SHARE, _FEW = 0.2, 3


class Action(Enum):
    """In the order in which they are taken."""

    CREATE = "create"
    PATCH = "patch"
    DELETE = "delete"
    ERASE = "erase"  #: what was withdrawn here must not stay readable there, not even for administrators


@dataclass(frozen=True, kw_only=True)
class Step:
    action: Action
    name: str  #: of our data set
    package: str  #: id on the portal
    fields: tuple[str, ...] = ()  #: that a patch changes
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)  #: all of it, as it should be


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A package that cannot become what it should be."""

    name: str
    message: str
    fields: Mapping[str, str] = field(default_factory=dict)  #: that the portal complained about


@dataclass(frozen=True, kw_only=True)
class Steps:
    steps: tuple[Step, ...]
    unchanged: int
    held: tuple[Step, ...] = ()  #: deletions that wait for a person
    troubles: tuple[Trouble, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Ours:
    """What makes a package ours: it bears the URI of a data set under our base, the id of that data set, and no harvester put it
    there. All three: a harvester of the portal takes over id and URI, somebody who copies takes the URI."""

    site: Site
    name_of: Callable[[str], str]  #: id of a data set, also of one that is gone -> its name, "" for an unknown id

    def name(self, package: Mapping[str, Any]) -> str:
        """Of the data set that this package is; "" when it is not ours."""
        name = self.name_of(package["id"])
        return name if name and name == self.claim(package) and not is_harvested(package) else ""

    def claim(self, package: Mapping[str, Any]) -> str:
        """Of the data set whose URI it bears, rightly or not; "" when it bears none of ours."""
        extras, base = extras_of(package), self.site.dataset_uri("")
        return next((text.removeprefix(base) for key in ("uri", "identifier") if (text := extras.get(key, "")).startswith(base)), "")


@dataclass
class Found:
    """The portal, as far as it concerns us; by name of our data set."""

    own: dict[str, Json] = field(default_factory=dict)
    claims: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  #: names of packages that bear our URI and are not ours


def steps_to(
    portal: Portal,
    found: Found,
    datasets: Sequence[Dataset],
    ours: Ours,
    places: Places,
    *,
    withdrawn: Collection[str] = (),
    delete_many: bool = False,
) -> Steps:
    """`withdrawn`: names of data sets that a person withdrew; these wait for no second word. Raises Silent when the portal has stopped
    answering."""
    made = _Made(portal=portal, ours=ours, places=places, found=found)
    for each in datasets:
        made.add(each)
    for name in withdrawn:
        made.erase(name)
    published = {each.name for each in datasets}
    gone = tuple(
        Step(action=Action.DELETE, name=name, package=package["id"])
        for name, package in found.own.items()
        if name not in published and name not in withdrawn
    )
    many = len(gone) > _FEW and len(gone) > _SHARE * len(found.own)
    held = gone if not delete_many and gone and (many or not published) else ()
    order = list(Action)
    return Steps(
        steps=tuple(sorted([*made.steps, *(() if held else gone)], key=lambda each: order.index(each.action))),
        unchanged=made.unchanged,
        held=held,
        troubles=tuple(made.troubles),
        notices=(*places.notices, *_second_routes(found, published)),
    )


def look(portal: Portal, ours: Ours) -> Found:
    """Raises PortalError when the portal cannot be read whole."""
    found = Found()
    for each in portal.packages():
        name = ours.name(each)
        if name:
            found.own[name] = each
        elif claimed := ours.claim(each):
            found.claims[claimed].append(each["name"])
    return found


@dataclass(kw_only=True)
class _Made:
    portal: Portal
    ours: Ours
    places: Places
    found: Found
    steps: list[Step] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    unchanged: int = 0

    def add(self, dataset: Dataset) -> None:
        content = wanted(dataset, self.ours.site, groups=self.places.groups)
        refused = self.places.refused.get(content["owner_org"])
        if refused:
            self.troubles.append(Trouble(name=dataset.name, message=refused, fields={"owner_org": refused}))
        elif dataset.name in self.found.own:
            self._compare(dataset, content, self.found.own[dataset.name])
        elif dataset.name not in self.found.claims:
            self._create(dataset, content)

    def erase(self, name: str) -> None:
        """Also what lies there as deleted: the run before may have got no further."""
        there = self.found.own.get(name)
        try:
            there = there or self.portal.package(name)
        except Forbidden:
            return  # deleted, or somebody else's
        if there is not None and self.ours.name(there) == name:
            self.steps.append(Step(action=Action.ERASE, name=name, package=there["id"]))

    def _compare(self, dataset: Dataset, content: Json, there: Json) -> None:
        fields = differing(content, there)
        if fields:
            self.steps.append(Step(action=Action.PATCH, name=dataset.name, package=dataset.uuid, fields=fields, content=content))
        else:
            self.unchanged += 1

    def _create(self, dataset: Dataset, content: Json) -> None:
        """What the search does not show may be there all the same: deleted, hidden, or not yet indexed."""
        try:
            there = self.portal.package(dataset.uuid)
            if there is not None and self.ours.name(there) == dataset.name:
                self._compare(dataset, content, there)
                return
            there = there or self.portal.package(dataset.name)
        except Silent:
            raise
        except Forbidden:
            self._trouble(dataset, f"Name oder Kennung gehört dort schon einem Datensatz, den das Token nicht sehen darf ({dataset.name}).")
            return
        except PortalError as error:
            self._trouble(dataset, error.detail)
            return
        if there is None:
            self.steps.append(Step(action=Action.CREATE, name=dataset.name, package=dataset.uuid, content=content))
        else:
            self._trouble(dataset, foreign(there))

    def _trouble(self, dataset: Dataset, message: str) -> None:
        self.troubles.append(Trouble(name=dataset.name, message=message))


def foreign(there: Mapping[str, Any]) -> str:
    state = " und gelöscht" if there.get("state") == "deleted" else ""
    return f"Das Paket »{there['name']}« auf dem Portal ist nicht von hier{state}; es bleibt, wie es ist (Kennung {there['id']})."


def _second_routes(found: Found, published: set[str]) -> Iterator[str]:
    for name, packages in sorted(found.claims.items()):
        listed = ", ".join(f"»{each}«" for each in packages)
        if name in found.own:
            yield f"»{name}« kommt auf einem zweiten Weg auf das Portal, als {listed}: Eine Ernte dort sollte diesen Katalog auslassen."
        elif name in published:
            yield f"»{name}« ist schon auf einem anderen Weg auf dem Portal, als {listed}, und wird nicht noch einmal angelegt."
        else:
            yield f"{listed} auf dem Portal trägt eine Adresse von hier ({name}), ist aber nicht von hier angelegt; bleibt, wie es ist."
