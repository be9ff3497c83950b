"""Options of the kind `wordpress`: which lists are read, and where each field of our tables stands in an item."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator

from harvesters.keys import PREFIX
from harvesters.markup import require_selector
from harvesters.parsing import Parse

Words = Annotated[str, StringConstraints(min_length=1, max_length=300)]
HTML = "content.rendered"
#: Lists that speak of persons or are nobody's business; not read whatever the options say.
_NEVER = frozenset(
    {"users", "comments", "settings", "media", "sidebars", "widgets", "plugins", "themes", "search", "revisions", "autosaves"}
)
_PERSONAL = frozenset({"author", "author_name", "author_email", "email", "_embedded", "_links", "guid", "password"})
#: Parameters of a list that klar sets itself, or that ask for what is not public.
_OWN_PARAMETERS = frozenset(
    {"page", "per_page", "offset", "order", "orderby", "modified_after", "context", "status", "author", "author_exclude", "password"}
)
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*", re.ASCII)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Extraction(_Strict):
    """Where the value of one field comes from: exactly one of path, select, label and constant."""

    path: Words | None = Field(default=None, description="Feld der Schnittstelle, etwa title.rendered, date, acf.laufzeit")
    select: Words | None = Field(default=None, description="CSS-Selektor im Text; der erste Treffer mit Inhalt gilt")
    label: Words | None = Field(
        default=None, description="Beschriftung im Text: was in derselben Zeile hinter ihr steht, oder die Zeile darunter"
    )
    constant: str | int | float | bool | None = Field(default=None, description="fester Wert")
    within: Words = Field(default=HTML, description="Feld der Schnittstelle, in dessen HTML gesucht wird")
    attribute: Words | None = Field(default=None, description="zu select: dieses Attribut statt des Textes, etwa href oder datetime")
    every: bool = Field(default=False, description="zu select: alle Treffer, verbunden mit »; «")
    reference: bool = Field(default=False, description="der Wert ist die Nummer eines anderen Beitrags derselben Seite")
    required: bool = Field(default=False, description="ohne diesen Wert kommt der Beitrag auf die Prüfliste, statt das Feld zu leeren")
    parse: Literal[Parse, "alias"] | None = Field(default=None, description="wie der Wert gelesen wird: wie in der Zuordnung von Dateien")
    codes: Mapping[str, str | int | float | bool] | None = Field(default=None, description="Wert der Seite = Wert der Tabelle")
    part: int | None = Field(default=None, ge=0, description="einer von mehreren Werten, die beieinander stehen, gezählt ab 0")
    separator: Words | None = Field(default=None, description="zu part: was zwischen den Werten steht, etwa »bis«")

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if sum(each is not None for each in (self.path, self.select, self.label, self.constant)) != 1:
            raise ValueError("genau eines von path, select, label und constant wird gebraucht")
        if self.select is None and (self.attribute is not None or self.every):
            raise ValueError("attribute und every gehören zu select")
        if (self.part is None) != (self.separator is None):
            raise ValueError("part und separator gehören zusammen")
        if self.part is not None and (self.constant is not None or self.reference):
            raise ValueError("part und separator gehören zu path, select und label")
        if self.constant is not None and (self.reference or self.required or self.parse or self.codes is not None):
            raise ValueError("zu constant gehört nichts weiter")
        if self.reference and (self.parse or self.codes is not None):
            raise ValueError("reference verträgt sich nicht mit parse und codes")
        return self

    @field_validator("path", "within")
    @classmethod
    def _is_a_path(cls, value: str | None) -> str | None:
        if value is not None and not _PATH.fullmatch(value):
            raise ValueError("ein Pfad aus Namen mit Punkten dazwischen, etwa acf.laufzeit")
        if value is not None and _PERSONAL & set(value.lower().split(".")):
            raise ValueError(f"»{value}« nennt Personen oder ist keine Angabe; es wird nie gelesen")
        return value

    @field_validator("select")
    @classmethod
    def _is_a_selector(cls, value: str | None) -> str | None:
        return value if value is None else require_selector(value)

    @property
    def place(self) -> str:
        """Names what is read: one name for one value. "" for a constant."""
        if self.constant is not None:
            return ""
        said = [self.path or self.within]
        if self.path is not None and self.codes:  # of a list the first member that is a code: other codes, another value
            said.append(f"[{'|'.join(self.codes)}]")
        said += [f"{self.label}:"] if self.label is not None else []
        said += [self.select] if self.select is not None else []
        said += [f"@{self.attribute}"] if self.attribute is not None else []
        said += ["(alle)"] if self.every else []
        return " ".join(said + (["(Nummer)"] if self.reference else []))

    @property
    def source(self) -> str:
        """The field of the interface that has to come along; "" for a constant."""
        return "" if self.constant is not None else self.path or self.within


def _extraction(value: object) -> object:
    return {"path": value} if isinstance(value, str) else value


class Content(_Strict):
    """One list of the site, and what its items become."""

    type: Words = Field(description="posts, pages, die eigene Inhaltsart (letzter Teil ihrer Route) oder die ganze Route")
    table: Words = Field(default="project", description="Tabelle, in die die Beiträge kommen")
    filter: Mapping[str, str | int] = Field(default={}, description="weitere Bedingungen der Liste, etwa categories = 12")
    fields: Mapping[str, Annotated[Extraction, BeforeValidator(_extraction)]] = Field(
        default={}, description="Feld der Tabelle = wo es steht"
    )

    @field_validator("type")
    @classmethod
    def _is_a_list(cls, value: str) -> str:
        if not re.fullmatch(r"(/?[a-z0-9_-]+)(/[a-z0-9_.-]+)*", value, re.ASCII):
            raise ValueError("posts, pages oder eine Route wie /wp/v2/projekt")
        if _NEVER & set(value.split("/")):
            raise ValueError(f"»{value}« wird nie gelesen")
        return value

    @field_validator("filter")
    @classmethod
    def _asks_for_public_things(cls, value: Mapping[str, str | int]) -> Mapping[str, str | int]:
        for name in value:
            if not re.fullmatch(r"[a-z][a-z0-9_-]*", name, re.ASCII) or name in _OWN_PARAMETERS:
                raise ValueError(f"»{name}« ist keine Bedingung, die gestellt werden kann")
        return value

    @property
    def route(self) -> str:
        return self.type if self.type.startswith("/") else f"/wp/v2/{self.type}"


class WordpressOptions(_Strict):
    """`[source.options]`"""

    content: tuple[Content, ...] = Field(min_length=1, description="die Listen, die gelesen werden")
    prefix: str = Field(default="", pattern=PREFIX, description="Anfang der Kennungen; ohne Angabe der Name der Quelle")
    api: Words = Field(default="wp-json/", description="Adresse der Schnittstelle; ?rest_route=/ ohne sprechende Adressen")
    page_size: int = Field(default=100, ge=1, le=100, description="Beiträge je Seite; WordPress gibt höchstens 100")
    at_most: int = Field(default=10_000, ge=1, le=1_000_000, description="eine Liste mit mehr Beiträgen wird nicht gelesen")
    full_every_days: int = Field(default=7, ge=0, le=30, description="so oft wird alles gelesen, dazwischen nur Geändertes; 0: immer alles")


Default = Literal["title", "source_date", "source_date_basis", "source_url"]
#: What every WordPress item has, for tables that have a place for it; options say otherwise.
DEFAULTS: Mapping[Default, Extraction] = {
    "title": Extraction(path="title.rendered"),
    "source_date": Extraction(path="modified_gmt"),
    "source_date_basis": Extraction(constant="stated"),
    "source_url": Extraction(path="link"),
}
