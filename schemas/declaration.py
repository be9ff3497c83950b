"""What a data set is before there is content: its name, words and themes. City-wide ones stand in `schemas/datasets/*.toml`."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from schemas.errors import ConfigurationError
from schemas.model import DataService, Period, Series
from schemas.table import Table, common_tables
from schemas.values import Frequency, Licence, Text, Theme

DATASET_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,99}", re.ASCII)
RESERVED_NAMES = frozenset({"editions", "data"})
#: Behind the name of a list of datastreams it names the data set of their collected values.
VALUES_SUFFIX = "-messwerte"


@dataclass(frozen=True, kw_only=True)
class Declaration:
    name: str
    table: Table
    title: Text
    description: Text
    themes: tuple[Theme, ...]
    keywords: tuple[Text, ...]
    frequency: Frequency
    kind: str  #: search facet "type": participation, project, sensor, council, statistics, other
    provenance: Text
    licence: Licence | None = None  #: None: the publisher's
    attribution: str = ""
    landing_page: str = ""
    legislation: tuple[str, ...] = ()  #: ELI IRIs of what obliges somebody to keep these data
    series: Series | None = None
    services: tuple[DataService, ...] = ()  #: where the same data can be asked for
    temporal: Period | None = None  #: None: what `temporal_fields` say
    resolution: str = ""  #: time between two values, xsd:duration
    identifiers: tuple[str, ...] = ()  #: of descriptions of the same data that others have published (adms:identifier)
    temporal_fields: tuple[str, ...] = ()  #: fields whose earliest and latest dates are the temporal coverage
    attached: str = ""  #: field that names a file by its SHA-256, which is published with the row; "": rows are all there is

    def __post_init__(self) -> None:
        if not DATASET_NAME.fullmatch(self.name) or self.name in RESERVED_NAMES:
            raise ConfigurationError(f"{self.name!r} kann kein Name eines Datensatzes sein")


@cache
def city_wide() -> Mapping[str, Declaration]:
    """The city-wide data sets of the common model, by data set name."""
    folder = resources.files("schemas").joinpath("datasets")
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name)
    declarations = [_declaration(each.name.removesuffix(".toml"), tomllib.loads(each.read_text(encoding="utf-8"))) for each in files]
    return {each.name: each for each in declarations}


def declaration_of_table(table: str) -> Declaration:
    """The city-wide data set of a table of the common model. Raises KeyError."""
    for each in city_wide().values():
        if each.table.name == table:
            return each
    raise KeyError(table)


def _declaration(name: str, content: Mapping[str, Any]) -> Declaration:
    try:
        return Declaration(
            name=name,
            table=common_tables()[content["table"]],
            title=Text(**content["title"]),
            description=Text(**content["description"]),
            themes=tuple(Theme[each] for each in content["themes"]),
            keywords=tuple(Text(**each) for each in content["keywords"]),
            frequency=Frequency[content["frequency"]],
            kind=content["kind"],
            provenance=Text(**content["provenance"]),
            temporal_fields=tuple(content.get("temporal_fields", ())),
        )
    except (KeyError, TypeError) as error:
        raise ConfigurationError(f"Datensatz {name!r}: {error}") from error
