"""Jinja2 for the operator pages: everything is escaped, an unknown name is an error, a template gets one page and one frame."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from api.admin.sessions import Session
from api.web import wording
from api.web.templating import STATIC as PUBLIC_STATIC
from catalog.tokens import Role

_OWN_STATIC = Path(str(resources.files("api.admin").joinpath("static")))
#: The sheet of the public pages and what only forms and decisions need.
STATIC_FILES = {each.name: each for each in (PUBLIC_STATIC / "klar.css", PUBLIC_STATIC / "icon.svg", _OWN_STATIC / "admin.css")}
ROLES = {Role.READER: "darf lesen", Role.EDITOR: "darf bearbeiten", Role.RELEASER: "darf freigeben"}


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What every page has around its content."""

    title: str
    section: str = ""  #: which entry of the navigation is current
    session: Session | None = None  #: None: nobody is logged in
    message: str = ""  #: what the person has just done


class Templates:
    def __init__(self, *, site_title: str, official: bool) -> None:
        self._environment = Environment(
            loader=PackageLoader("api.admin", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            site_title=site_title,
            official=official,
            sheets=[f"/static/{name}?v={_digest(name)}" for name in STATIC_FILES if ".css" in name],
        )
        self._environment.filters.update(_filters())

    def render(self, template: str, frame: Frame, page: object) -> str:
        """`page` is the frozen dataclass of `api.admin.pages` that the template names in its first line."""
        return self._environment.get_template(template).render(page=page, frame=frame)


def _filters() -> dict[str, Callable[..., Any]]:
    return {
        "number": lambda value: wording.number(value, "de"),
        "size": lambda value: wording.size(value, "de"),
        "minute": lambda value: wording.minute(value, "de"),
        "iso": lambda value: value.isoformat(timespec="seconds"),
        "role": lambda value: ROLES[value],
    }


def _digest(name: str) -> str:
    return hashlib.sha256(STATIC_FILES[name].read_bytes()).hexdigest()[:12]
