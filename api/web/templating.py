"""Jinja2 for the pages: everything is escaped, an unknown name is an error, and a template gets one page and one frame."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from api.web import wording
from api.web.parameters import kind_of
from api.web.texts import text
from schemas.model import Site
from schemas.values import Text

STATIC = Path(str(resources.files("api.web").joinpath("static")))


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Every address klar writes, made from the configuration and never from the request."""

    site: Site

    @cached_property
    def prefix(self) -> str:
        """Path below which klar is served; "" at the root of its host."""
        return urlsplit(self.site.base_url).path.rstrip("/")

    def page(self, path: str, language: str) -> str:
        """Address of a page, for links: German at the root, others below their language."""
        return f"{self.prefix}{page_path(path, language)}"

    def file(self, path: str) -> str:
        """Address of something that has no language, for links."""
        return f"{self.prefix}{path}"

    def absolute(self, path: str) -> str:
        return f"{self.site.base_url}{path}"


def page_path(path: str, language: str) -> str:
    return path if language == "de" else f"/{language}{path}"


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What every page has around its content."""

    language: str
    path: str  #: of the page without language, e.g. /datasets
    title: str  #: of the page, "" on the start page
    description: str = ""  #: one sentence for search engines
    section: str = ""  #: which entry of the navigation is current
    query: str = ""  #: of the address, with "?": kept when the language is changed
    lasting: bool = True  #: False for errors, which search engines should forget
    indexed: bool = True  #: False for what search engines shall not show, though it stays: invented numbers
    alternates: tuple[tuple[str, str], ...] = ()  #: media type and path of other representations


class Templates:
    """One environment per language, so that templates need not carry it along."""

    def __init__(self, site: Site, *, legal: tuple[str, ...], version: str) -> None:
        self._addresses = Addresses(site=site)
        self.languages = tuple(each.tag for each in site.languages)
        common: dict[str, Any] = {
            "site": site,
            "legal": legal,
            "version": version,
            "languages": self.languages,
            "stylesheet": self._addresses.file(f"/static/klar.css?v={_digest('klar.css')}"),
            "statistics_stylesheet": self._addresses.file(f"/static/statistics.css?v={_digest('statistics.css')}"),
            "sensors_stylesheet": self._addresses.file(f"/static/sensors.css?v={_digest('sensors.css')}"),
            "icon": self._addresses.file("/static/icon.svg"),
        }
        self._environments = {each: _environment(each, self._addresses, common) for each in (*self.languages, "de")}

    def render(self, template: str, frame: Frame, page: object) -> bytes:
        """`page` is the frozen dataclass that the template documents in its first line."""
        return self._environments[frame.language].get_template(template).render(page=page, frame=frame).encode()


def _environment(language: str, addresses: Addresses, common: Mapping[str, Any]) -> Environment:
    environment = Environment(
        loader=PackageLoader("api.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(common)
    environment.globals["t"] = _texts(language)
    environment.globals["page_link"] = lambda path, other=language: addresses.page(path, other)
    environment.globals["file_link"] = addresses.file
    environment.globals["absolute"] = addresses.absolute
    environment.globals["absolute_page"] = lambda path, other=language: addresses.absolute(page_path(path, other))
    environment.filters.update(_filters(language))
    environment.tests["web"] = lambda value: str(value).startswith(("https://", "http://"))
    return environment


def _texts(language: str) -> Callable[..., str]:
    def translated(key: str, **words: object) -> str:
        return text(key, language, **words)

    return translated


def _filters(language: str) -> dict[str, Callable[..., Any]]:
    return {
        "number": lambda value: wording.number(value, language),
        "size": lambda value: wording.size(value, language),
        "day": lambda value: wording.day(value, language),
        "minute": lambda value: wording.minute(value, language),
        "partial": lambda value: wording.partial_date(value, language),
        "unit": lambda value: wording.unit(value, language),
        "words": lambda value: value.in_language(language),
        "kind": lambda value: text(f"kind_{kind_of(value)}", language),
        "lang_of": lambda value: _lang_attribute(value, language),
        "iso": lambda value: value.isoformat(timespec="seconds"),
    }


def _lang_attribute(value: Text, language: str) -> Markup:
    """` lang="de"` where German stands in for a missing translation (WCAG 3.1.2)."""
    return Markup(' lang="de"') if language != "de" and not value.en else Markup("")


def _digest(name: str) -> str:
    return hashlib.sha256(STATIC.joinpath(name).read_bytes()).hexdigest()[:12]
