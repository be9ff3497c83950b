"""The shape of a datapackage.json as klar reads it: everything that is read has its type, further properties may stand beside.

Data Package 2.0 (datapackage.org), Table Schema, Table Dialect v1 and v2; `klar:` properties as in `schemas.table`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

_Text = Annotated[str, StringConstraints(min_length=1, pattern=r"\S")]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")


class _English(_Part):
    title: str = ""
    description: str = ""
    keywords: list[str] = []


class _Code(_Part):
    value: _Text
    de: _Text
    en: str = ""


class _Constraints(_Part):
    required: bool = False
    unique: bool = False
    enum: list[str] = []
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""


class _Field(_Part):
    name: _Text
    type: str = "string"
    format: str = "default"
    title: _Text = "-"
    description: str = ""
    constraints: _Constraints = _Constraints()
    english: _English = Field(_English(), alias="klar:en")
    codes: list[_Code] = Field([], alias="klar:codes")
    kind: str = Field("", alias="klar:kind")
    unit: str = Field("", alias="klar:unit")


class _Reference(_Part):
    resource: str = ""
    fields: str | list[str] = []


class _ForeignKey(_Part):
    fields: str | list[str]
    reference: _Reference


class _Schema(_Part):
    fields: Annotated[list[_Field], Field(min_length=1)]
    primaryKey: _Text | list[_Text] | None = None
    foreignKeys: list[_ForeignKey] = []
    missingValues: list[str] = [""]
    title: str = ""
    description: str = ""
    english: _English = Field(_English(), alias="klar:en")


def _own(value: object) -> object:
    """A schema that stands elsewhere is no matter of shape; it is refused later, with a better sentence."""
    return value if isinstance(value, dict) else None


class _Csv(_Part):
    delimiter: str = ","
    quoteChar: str = '"'


class _Excel(_Part):
    sheet: str = ""


class _Dialect(_Csv):
    header: bool = True
    headerRows: list[int] = [1]
    decimalChar: str = "."
    groupChar: str = ""
    sheetName: str = ""
    csv: _Csv = _Csv()
    excel: _Excel = _Excel()


class _Resource(_Part):
    name: _Text
    path: Any = None
    title: str = ""
    description: str = ""
    encoding: str = "utf-8"
    dialect: _Dialect = _Dialect()
    table_schema: Annotated[_Schema | None, BeforeValidator(_own)] = Field(None, alias="schema")
    english: _English = Field(_English(), alias="klar:en")


class _Licence(_Part):
    name: str = ""
    path: str = ""


class _Provenance(_Part):
    de: _Text
    en: str = ""


class PackageShape(_Part):
    """Raises ValidationError; nothing of it is used but the check."""

    name: _Text
    title: _Text
    description: _Text
    keywords: list[str] = []
    licenses: list[_Licence] = []
    homepage: str = ""
    resources: Annotated[list[_Resource], Field(min_length=1)]
    english: _English = Field(_English(), alias="klar:en")
    themes: list[str] = Field([], alias="klar:themes")
    frequency: str = Field("", alias="klar:frequency")
    kind: Literal["participation", "project", "sensor", "council", "statistics", "other"] = Field("other", alias="klar:kind")
    provenance: _Provenance | None = Field(None, alias="klar:provenance")
    attribution: str = Field("", alias="klar:attribution")
