"""What every page is given: the installation, who asks, and the ways to answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.admin.door import Door
from api.admin.forms import Form
from api.admin.masking import Masker
from api.admin.sessions import Session, Sessions, Throttle
from api.admin.templating import Frame, Templates
from api.installation import Installation, detector_of
from api.staging import Staging, staging_of
from catalog.tokens import Role
from schemas.errors import UnknownItem

#: What has been done, by the word in the address: an address holds no sentence that others could write.
DONE = {
    "approved": "Freigegeben und veröffentlicht.",
    "refused": "Freigegeben. Ein Teil konnte nicht veröffentlicht werden; die Prüfliste nennt die Gründe.",
    "rejected": "Abgelehnt. Was veröffentlicht ist, bleibt.",
    "accepted": "Angenommen. Die nächste Ernte veröffentlicht die Zeile, solange sie gleich bleibt.",
    "pending": "Ihr Wort ist notiert. Es braucht noch eine zweite Person.",
    "planned": "Der Änderungsplan ist neu berechnet.",
    "discarded": "Verworfen. Die hochgeladene Datei ist gelöscht, veröffentlicht wurde nichts.",
    "cube-planned": "Gezählt und geprüft: Der Stand kann veröffentlicht werden.",
    "cube-released": "Veröffentlicht.",
    "cube-held": "Angehalten. Was veröffentlicht ist, bleibt.",
    "cube-same": "Es gibt nichts Neues zu veröffentlichen.",
    "released": "Freigegeben: Die Datei liegt im Ablageordner, ihre Änderungen sind veröffentlicht.",
}
_LARGEST = 2**31 - 1  #: of a number in an address: what no database has


@dataclass(frozen=True, kw_only=True)
class Admin:
    found: Installation
    door: Door
    templates: Templates
    sessions: Sessions
    throttle: Throttle

    @cached_property
    def masker(self) -> Masker:
        return Masker(detector_of(self.found.settings))

    @cached_property
    def staging(self) -> Staging:
        return staging_of(self.found.settings)

    def page(self, template: str, frame: Frame, page: object, *, status: int = 200) -> Response:
        return HTMLResponse(self.templates.render(template, frame, page), status_code=status)


def admin_of(found: Installation, door: Door, *, throttle: Throttle | None = None) -> Admin:
    site = found.settings.site()
    return Admin(
        found=found,
        door=door,
        templates=Templates(site_title=site.title, official=site.official),
        sessions=Sessions(found.store.tokens, found.clock),
        throttle=throttle or Throttle(),
    )


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request of somebody who is logged in, has the role for it, and (with a form) sent it from our own page."""

    admin: Admin
    session: Session
    path: Mapping[str, str] = field(default_factory=dict)  #: placeholders of the address
    query: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=Form)

    @property
    def found(self) -> Installation:
        return self.admin.found

    @property
    def number(self) -> int:
        """The number in the address. Raises UnknownItem for one that can be none."""
        text = self.path["number"]
        if not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= _LARGEST):
            raise UnknownItem(text[:20])
        return int(text)

    def may(self, role: Role) -> bool:
        return self.session.role.may(role)

    def page(self, template: str, page: object, *, title: str, section: str = "") -> Response:
        message = DONE.get(self.query.get("done", ""), "")
        return self.admin.page(template, Frame(title=title, section=section, session=self.session, message=message), page)

    def go(self, path: str, *, done: str = "") -> Response:
        """After a decision: to the page that shows it, so that reloading decides nothing twice (303)."""
        return RedirectResponse(f"{path}?done={done}" if done else path, status_code=303)


Handler = Callable[[Visit], Response]


@dataclass(frozen=True, kw_only=True)
class Place:
    """One address: what answers there, and which role it takes."""

    path: str  #: with placeholders as Starlette writes them
    handler: Handler
    needs: Role = Role.READER
    changes: bool = False  #: POST, with a form of ours
    file_limit: int = 0  #: bytes of the file that the form may have
