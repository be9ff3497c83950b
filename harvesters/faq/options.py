"""Options of the kind `faq`: which pages are read, how they are built, and what their questions are about."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from harvesters.keys import PREFIX
from harvesters.markup import require_selector
from schemas.dates import PartialDate

Words = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Selector = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(require_selector)]


def _date(text: str) -> str:
    try:
        return PartialDate(text).iso
    except ValueError:
        raise ValueError("ein Datum wie 2023, 2023-06 oder 2023-06-12") from None


Day = Annotated[str, AfterValidator(_date)]


class Form(StrEnum):
    """How questions and answers stand on a page."""

    AUTO = "auto"
    LINKED_DATA = "json-ld"
    MICRODATA = "microdata"
    DETAILS = "details"
    DEFINITIONS = "dl"
    HEADINGS = "headings"
    TEXT = "text"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Selectors(_Strict):
    """For pages whose accordion no form knows."""

    question: Selector = Field(description="CSS-Selektor der Frage")
    answer: Selector = Field(description="CSS-Selektor der Antwort")
    item: Selector | None = Field(default=None, description="CSS-Selektor dessen, was Frage und Antwort umschließt")
    block: Selector | None = Field(default=None, description="CSS-Selektor der Überschrift; ohne Angabe h1 bis h6")


class Page(_Strict):
    """One page."""

    url: Words = Field(description="Adresse der Seite, auch als Pfad unter url der Quelle")
    form: Form = Field(default=Form.AUTO, description="Bauart; auto nimmt die, die am meisten Fragen findet")
    selectors: Selectors | None = Field(default=None, description="statt form: CSS-Selektoren")
    within: Selector | None = Field(default=None, description="CSS-Selektor des Teils der Seite, der gelesen wird")
    expect: Selector | None = Field(default=None, description="CSS-Selektor, an dem die richtige Seite zu erkennen ist")
    never: tuple[Selector, ...] = Field(default=(), description="CSS-Selektoren dessen, was nur auf einer falschen Seite steht")
    at_least: int = Field(default=1, ge=1, le=10_000, description="mit weniger Fragen gilt die Seite als die falsche")
    blocks: Mapping[str, str] = Field(default={}, description="Überschrift auf der Seite = Kennung des Projekts")
    project_id: Words | None = Field(default=None, description="Kennung des Projekts, zu dem alle übrigen Fragen gehören")
    process_id: Words | None = Field(default=None, description="Kennung des Verfahrens")
    event_id: Words | None = Field(default=None, description="Kennung der Veranstaltung, auf der gefragt wurde")
    asked_on: Day | None = Field(default=None, description="wann gefragt wurde: Jahr, Monat oder Tag")
    answered_on: Day | None = Field(default=None, description="wann geantwortet wurde: Jahr, Monat oder Tag")
    source_title: Words | None = Field(default=None, description="Titel der Seite")
    source_date: Day | None = Field(default=None, description="Stand der Seite: Jahr, Monat oder Tag")

    @property
    def rules(self) -> str:
        """Everything that decides what is read of it. What is left at its default says nothing, so that older answers stay readable."""
        built = self.model_dump_json(include={"form", "selectors", "within"})
        known = self.model_dump_json(include={"expect", "never", "at_least"}, exclude_defaults=True)
        return built if known == "{}" else f"{built} {known}"

    @model_validator(mode="after")
    def _is_built_one_way(self) -> Self:
        if self.selectors is not None and self.form is not Form.AUTO:
            raise ValueError("form und selectors schließen sich aus")
        return self


def _page(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


class FaqOptions(_Strict):
    """`[source.options]`"""

    pages: tuple[Annotated[Page, BeforeValidator(_page)], ...] = Field(
        default=(), description="die Seiten; ohne Angabe die Adresse der Quelle selbst"
    )
    prefix: str = Field(default="", pattern=PREFIX, description="Anfang der Kennungen; ohne Angabe der Name der Quelle")

    @model_validator(mode="after")
    def _are_different(self) -> Self:
        urls = [each.url for each in self.pages]
        if len(set(urls)) < len(urls):
            raise ValueError("eine Seite steht zweimal in pages")
        return self
