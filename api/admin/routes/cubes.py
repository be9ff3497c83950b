"""Statistics: what is released, what is held and why, and the release itself."""

from starlette.responses import Response

from api import cubes, decisions
from api.admin.admin import Place, Visit
from api.admin.pages import CubeLine, CubePage, CubesPage
from api.admin.routes.plans import why_not_approve, words_for
from api.cube_words import FATES, NEWCOMERS, changes_text, merged_texts, state_text, table_text, withheld_text
from catalog.consent import release_subject
from catalog.cubes.outlook import Fate, Outlook
from catalog.tokens import Role
from schemas.errors import UnknownItem

_DONE = {Fate.RELEASED: "cube-released", Fate.HELD: "cube-held", Fate.SAME: "cube-same", Fate.SAFE: "cube-planned"}


def show_all(visit: Visit) -> Response:
    lines = tuple(_line(each) for each in cubes.states(visit.found))
    return visit.page("cubes.html", CubesPage(lines=lines), title="Statistiken", section="cubes")


def show(visit: Visit) -> Response:
    state = cubes.state(visit.found, _name(visit))
    outlook, cube = state.outlook, state.plan.cube
    _, number = visit.found.store.next_release(cube.name, visit.found.clock())
    words = words_for(visit, release_subject(cube.name), number)
    why_not = why_not_approve(visit, words)
    page = CubePage(
        line=_line(state),
        notes=cube.notes.de,
        counted_at=outlook.at if outlook else None,
        fate=FATES[outlook.fate] if outlook else "noch nie gezählt",
        newcomers=NEWCOMERS[outlook.newcomers] if outlook else "",
        facts=_facts(outlook) if outlook else (),
        findings=outlook.findings if outlook else (),
        log=outlook.log if outlook and outlook.fate is Fate.HELD else (),
        two=decisions.needs_second_for_release(visit.found, cube.name),
        words=words,
        can_plan=visit.may(Role.EDITOR),
        can_release=not why_not,
        why_not=why_not,
        csrf=visit.session.csrf,
    )
    return visit.page("cube.html", page, title=cube.title.de, section="cubes")


def plan(visit: Visit) -> Response:
    name = _name(visit)
    outlook = cubes.prepare(visit.found, name, correction=_is_correction(visit)).outlook
    return visit.go(f"/cubes/{name}", done=_DONE[outlook.fate])


def publish(visit: Visit) -> Response:
    name = _name(visit)
    result = decisions.release(visit.found, name, visit.session.person, visit.form.text("reason"), correction=_is_correction(visit))
    done = "pending" if isinstance(result, decisions.PendingRelease) else _DONE[result.fate]
    return visit.go(f"/cubes/{name}", done=done)


def _name(visit: Visit) -> str:
    """Raises UnknownItem."""
    name = visit.path["name"]
    if name not in cubes.declared(visit.found):
        raise UnknownItem(name[:40])
    return name


def _is_correction(visit: Visit) -> bool:
    return visit.form.text("correction") == "1"


def _line(state: cubes.State) -> CubeLine:
    cube, head = state.plan.cube, state.head
    return CubeLine(
        name=cube.name,
        title=cube.title.de,
        release=head.name if head else "",
        released_at=head.at if head else None,
        newcomers=NEWCOMERS[state.outlook.newcomers] if state.outlook else "",
        state=state_text(state),
        held=state.is_held,
    )


def _facts(outlook: Outlook) -> tuple[str, ...]:
    """What may be released, in sentences."""
    if not outlook.cells:
        return ()
    left_out = tuple(f"Nicht dabei: die Tabelle {table_text(each)}" for each in outlook.left_out)
    changes = f"Gegenüber dem letzten Stand: {changes_text(outlook.changes)}"
    return (f"Zellen: {withheld_text(outlook)}, Regel {outlook.rules}", *merged_texts(outlook), *left_out, changes)


PLACES = (
    Place(path="/cubes", handler=show_all),
    Place(path="/cubes/{name}", handler=show),
    Place(path="/cubes/{name}/plan", handler=plan, needs=Role.EDITOR, changes=True),
    Place(path="/cubes/{name}/publish", handler=publish, needs=Role.RELEASER, changes=True),
)
