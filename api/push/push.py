"""One push: organisations and groups, then new packages, changed ones, and those to delete. Each package's failure stays its own."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from api.push.errors import Forbidden, Invalid, PortalError, Silent
from api.push.packages import differing, patch
from api.push.places import made, places
from api.push.portal import Portal
from api.push.steps import Action, Ours, Step, Steps, Trouble, foreign, look, steps_to
from schemas.model import Dataset

#: So many packages in a row without any answer, and the portal is left alone until the next run.
_GIVE_UP = 3
_OWN_ID = (
    "Es nimmt die Kennung nicht an, unter der klar seine Pakete wiederfindet: CKAN erlaubt eigene Kennungen nur Administratoren (sysadmin)."
)
_ONLY_MARKED = "Der zurückgezogene Datensatz ist dort nur als gelöscht markiert; endgültig löscht ihn ein Administrator (dataset purge)."


@dataclass(frozen=True, kw_only=True)
class Pushed:
    """What was done, or, of a dry run, what would be done."""

    organizations: tuple[str, ...]  #: created
    groups: tuple[str, ...]  #: created
    plan: Steps
    done: tuple[Step, ...]
    troubles: tuple[Trouble, ...]

    @property
    def status(self) -> int:
        """Exit status."""
        return 1 if self.troubles else 2 if self.plan.held else 0


def push(
    portal: Portal,
    datasets: Sequence[Dataset],
    ours: Ours,
    *,
    withdrawn: Collection[str] = (),
    dry_run: bool = False,
    delete_many: bool = False,
) -> Pushed:
    """`datasets`: all that are published; `withdrawn`: names of those that a person withdrew. Raises PortalError when the portal cannot
    be read; nothing was written then, or organisations and groups at most."""
    needed = places(portal, datasets, ours.site)
    found = look(portal, ours)
    there = needed if dry_run else made(portal, needed)
    plan = steps_to(portal, found, datasets, ours, there, withdrawn=withdrawn, delete_many=delete_many)
    done, troubles = ((), ()) if dry_run else _take(portal, ours, plan.steps)
    return Pushed(
        organizations=tuple(each["name"] for each in needed.absent_organizations if each["name"] not in there.refused),
        groups=tuple(each["name"] for each in needed.absent_groups if each["name"] in there.groups),
        plan=plan,
        done=done,
        troubles=(*plan.troubles, *troubles),
    )


def _take(portal: Portal, ours: Ours, steps: Sequence[Step]) -> tuple[tuple[Step, ...], tuple[Trouble, ...]]:
    done: list[Step] = []
    troubles: list[Trouble] = []
    silent = 0
    for step in steps:
        if silent == _GIVE_UP:
            troubles.append(
                Trouble(name=step.name, message="Nicht versucht: Das Portal antwortet nicht mehr. Der nächste Lauf holt es nach.")
            )
            continue
        try:
            _TAKE[step.action](portal, ours, step)
            done.append(step)
            silent = 0
        except PortalError as error:
            troubles.append(_trouble(step, error))
            silent = silent + 1 if isinstance(error, Silent) else 0
    return tuple(done), tuple(troubles)


def _create(portal: Portal, ours: Ours, step: Step) -> None:
    created = portal.create(step.content)
    if created["id"] != step.package:
        raise PortalError(f"Es hat eine andere Kennung vergeben ({created['id']}); klar wird das Paket nicht als eigenes wiedererkennen.")


def _patch(portal: Portal, ours: Ours, step: Step) -> None:
    """The search may lag behind, and somebody may have been faster: what is there now decides."""
    there = portal.package(step.package)
    if there is None:
        raise PortalError("Das Paket ist inzwischen verschwunden; der nächste Lauf legt es neu an.")
    if ours.name(there) != step.name:
        raise PortalError(foreign(there))
    fields = differing(step.content, there)
    if fields:
        portal.patch(patch(step.content, there, fields))


def _delete(portal: Portal, ours: Ours, step: Step) -> None:
    there = portal.package(step.package)
    if there is None or there.get("state") == "deleted":
        return
    if ours.name(there) != step.name:
        raise PortalError(foreign(there))
    portal.delete(step.package)


def _erase(portal: Portal, ours: Ours, step: Step) -> None:
    there = portal.package(step.package)
    if there is None:
        return
    if ours.name(there) != step.name:
        raise PortalError(foreign(there))
    try:
        portal.erase(step.package)
    except Forbidden:
        portal.delete(step.package)
        raise Forbidden(_ONLY_MARKED) from None


_TAKE: dict[Action, Callable[[Portal, Ours, Step], None]] = {
    Action.CREATE: _create,
    Action.PATCH: _patch,
    Action.DELETE: _delete,
    Action.ERASE: _erase,
}


def _trouble(step: Step, error: PortalError) -> Trouble:
    match error:
        case Invalid() if step.action is Action.CREATE and "id" in error.fields:
            return Trouble(name=step.name, message=f"{_OWN_ID} {error.detail}", fields=error.fields)
        case Invalid():
            return Trouble(name=step.name, message=f"Das Portal lehnt die Angaben ab: {error.detail}", fields=error.fields)
        case Forbidden():
            return Trouble(name=step.name, message=f"Das Token darf das nicht. {error.detail}".strip())
    return Trouble(name=step.name, message=error.detail)
