"""One selection in all its forms. Pure: same release, same question, same bytes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from catalog import formats
from catalog.statistics.about import Account
from catalog.statistics.columns import STATUS_TITLES, UNITS, Row, rows_of, table_of
from catalog.statistics.csvw import METADATA, METADATA_TYPE, write_csvw
from catalog.statistics.jsonstat import write_jsonstat
from catalog.statistics.selection import Question, Selection, select
from catalog.statistics.shares import RULE, with_shares
from catalog.statistics.wide import wide
from schemas.table import Table
from schemas.values import FileFormat

#: Extension -> media type. JSON-stat's own recommendation is application/json.
MEDIA_TYPES: Mapping[str, str] = {
    "csv": FileFormat.CSV.media_type,
    "json": FileFormat.JSON.media_type,
    "jsonstat": FileFormat.JSON.media_type,
    "xlsx": FileFormat.XLSX.media_type,
    "parquet": FileFormat.PARQUET.media_type,
}
#: Forms that show a dimension across, or shares, when asked to; JSON-stat leaves that to its readers.
PIVOTED = ("csv", "json", "xlsx", "parquet")
EXCEL = formats.EXCEL_CSV


def media_type_of(form: str) -> str:
    """Raises KeyError."""
    return METADATA_TYPE if form == METADATA else MEDIA_TYPES[form]


def write(form: str, account: Account, question: Question) -> bytes:
    """`form`: one of MEDIA_TYPES, or EXCEL. Raises NotPublished, UnknownChoice."""
    selection = select(account.release, question)
    return _WRITERS[form](selection, account, question)


def columns_of_csv(account: Account, question: Question, url: str) -> bytes:
    """What the columns of the CSV at `url` are. Raises NotPublished, UnknownChoice."""
    table, _ = shown(select(account.release, question))
    return write_csvw(table, account, question.canonical, url)


def shown(selection: Selection) -> tuple[Table, list[Row]]:
    """The table that people and programs get: long, or wide where a pivot was asked for."""
    if selection.pivot:
        return wide(selection)
    table, rows = table_of(selection.cube), rows_of(selection.cube, selection.cells(), selection.language)
    return with_shares(selection, table, rows) if selection.share else (table, rows)


def alternates(account: Account, question: Question, *, but: str = "") -> dict[str, str]:
    """Form -> address of the same question to the same release."""
    return {form: account.release_url(form, _suited(question, form).canonical) for form in MEDIA_TYPES if form != but}


def _suited(question: Question, form: str) -> Question:
    return question if form in PIVOTED else replace(question, pivot="", share="")


def _csv(selection: Selection, account: Account, question: Question) -> bytes:
    table, rows = shown(selection)
    return formats.write(FileFormat.CSV, table, rows, about=account.about(account.url))


def _excel_csv(selection: Selection, account: Account, question: Question) -> bytes:
    table, rows = shown(selection)
    return formats.excel_csv(table, rows)


def _with_notes(form: FileFormat) -> "Writer":
    def write_form(selection: Selection, account: Account, question: Question) -> bytes:
        table, rows = shown(selection)
        return formats.write(form, table, rows, about=account.about(account.url, question.canonical))

    return write_form


def _jsonstat(selection: Selection, account: Account, question: Question) -> bytes:
    others = alternates(account, question, but="jsonstat")
    return write_jsonstat(selection, account, question.canonical, {MEDIA_TYPES[form]: url for form, url in others.items()})


def _json(selection: Selection, account: Account, question: Question) -> bytes:
    table, rows = shown(selection)
    head = head_of(account, question)
    if question.share:
        head["share"] = {"of": question.share, "rule": RULE.in_language(question.language)}
    columns = [{"name": each.name, "type": each.type, "title": each.title.in_language(selection.language)} for each in table.fields]
    fields = formats.write(FileFormat.JSON, table, rows, about=account.about(account.url)).decode()
    return (_compact({**head, "columns": columns})[:-1] + ',"rows":' + fields.rstrip() + "}\n").encode()


def head_of(account: Account, question: Question) -> dict[str, Any]:
    """What goes before the numbers in JSON."""
    release, cube, language = account.release, account.cube, question.language
    return {
        "statistic": cube.name,
        "title": cube.title.in_language(language),
        "demonstration": cube.demonstration,
        "release": {
            "name": release.name,
            "number": release.number,
            "at": release.at.isoformat(),
            "reason": release.reason.in_language(language),
            "rules": release.rules,
            "merged": {name: text.in_language(language) for name, text in release.merged.items()},
        },
        "query": question.canonical,
        "measure": {
            "name": cube.measure,
            "title": cube.measure_title.in_language(language),
            "unit": cube.unit.value,
            "unit_title": UNITS[cube.unit].in_language(language),
        },
        "licence": {"iri": account.licence.iri, "title": account.licence.title.in_language(language)},
        "citation": account.citation(question.canonical, "json").in_language(language),
        "notes": [each.in_language(language) for each in account.remarks],
        "base_population": cube.base_population.in_language(language),
        "statuses": {status.value: title.in_language(language) for status, title in STATUS_TITLES.items()},
        "links": {
            "describedby": account.url,
            "licence": account.licence.iri,
            "alternate": alternates(account, question, but="json"),
        },
    }


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


Writer = Callable[[Selection, Account, Question], bytes]
_WRITERS: Mapping[str, Writer] = {
    "csv": _csv,
    EXCEL: _excel_csv,
    "json": _json,
    "jsonstat": _jsonstat,
    "xlsx": _with_notes(FileFormat.XLSX),
    "parquet": _with_notes(FileFormat.PARQUET),
}
