"""The table that is asked: newest edition, its Parquet file, its columns, and what an answer's columns are."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from api.web.problems import NotReady, ProtectedStatistics
from api.web.web import Web
from catalog.entries import DatasetEntry, Edition, StoredFile
from catalog.query import NAMES, ROW_NUMBER, Aggregate, Function, Question, aggregate_type
from catalog.statistics.about import statistic_url
from catalog.statistics.columns import is_statistic
from schemas.errors import NoTable
from schemas.table import Disclosure, Field, Table
from schemas.values import Text

_FUNCTIONS: Mapping[Function, Text] = {
    Function.COUNT_DISTINCT: Text(de="verschiedene", en="distinct"),
    Function.SUM: Text(de="Summe", en="sum"),
    Function.AVERAGE: Text(de="Mittelwert", en="average"),
    Function.MINIMUM: Text(de="Minimum", en="minimum"),
    Function.MAXIMUM: Text(de="Maximum", en="maximum"),
    Function.MEDIAN: Text(de="Median", en="median"),
}
_ROWS = Text(de="Anzahl der Zeilen", en="number of rows")


@dataclass(frozen=True, kw_only=True)
class AskedTable:
    entry: DatasetEntry
    edition: Edition
    schema: Table
    file: StoredFile
    path: Path
    types: Mapping[str, str]  #: column -> DuckDB type

    @property
    def name(self) -> str:
        return self.entry.dataset.name

    def answer_schema(self, question: Question) -> Table:
        """The columns of the answer as a table."""
        if not question.is_grouped:
            fields = tuple(self._field(each) for each in question.columns or self.types)
        else:
            fields = (*map(self._field, question.group_by), *map(self._figure, question.aggregates))
        return Table(name=self.schema.name, title=self.schema.title, description=self.schema.description, fields=fields, key=())

    def _field(self, name: str) -> Field:
        for each in self.schema.fields:
            if each.name == name:
                return each
        return _plain_field(name, NAMES.get(self.types[name], "string"), Text(de=name))

    def _figure(self, wanted: Aggregate) -> Field:
        if wanted.function is Function.COUNT:
            return _plain_field(wanted.name, "integer", _ROWS)
        of, made = self._field(wanted.column).title, _FUNCTIONS[wanted.function]
        type = NAMES.get(aggregate_type(wanted, self.types), "string")
        return _plain_field(wanted.name, type, Text(de=f"{of.de} ({made.de})", en=f"{of.in_language('en')} ({made.en})"))


def asked_table(web: Web, name: str) -> AskedTable:
    """Raises UnknownDataset, Gone, NoTable, ProtectedStatistics, NotReady."""
    entry = web.entry(name)
    schema = entry.dataset.columns
    if is_statistic(schema):
        raise ProtectedStatistics(statistic_url(web.services.site, name))
    edition = web.services.store.edition(name, entry.dataset.edition)
    file = edition.files.get("parquet")
    if file is None:
        raise NoTable
    path = web.services.files.path(file.sha256)
    try:
        types = web.services.tables.types(path)
    except FileNotFoundError:
        raise NotReady(f"{name}, Stand {edition.number}: parquet fehlt") from None
    known = {column: type for column, type in types.items() if column != ROW_NUMBER}
    return AskedTable(entry=entry, edition=edition, schema=schema, file=file, path=path, types=known)


def _plain_field(name: str, type: str, title: Text) -> Field:
    return Field(name=name, type=type, title=title, description=title, disclosure=Disclosure.PUBLIC)
