"""Numbers out of answers, in whatever form: what an attacker has before he starts to calculate."""

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any
from urllib.parse import parse_qs

import duckdb
from python_calamine import CalamineWorkbook
from selectolax.lexbor import LexborHTMLParser

from schemas.statistics import TOTAL, Cube, Dimension, Key
from schemas.values import Text
from tests.api.attacks.world import API, Answer

Cells = dict[Key, set[int | None]]


def cells_in(cube: Cube, answers: Mapping[str, Answer]) -> Cells:
    """Every cell that some answer tells, with everything that was said of it; pivoted tables are left to `numbers_in`."""
    found: Cells = {}
    for path, (status, _, body) in answers.items():
        if status != 200 or not path.startswith(f"{API}") or "pivot" in path:
            continue
        for key, value in _rows(cube, path.partition("?")[0].rpartition(".")[2], body):
            found.setdefault(key, set()).add(value)
    return found


def pages_in(cube: Cube, answers: Mapping[str, Answer]) -> Cells:
    """Every cell that a table on a page tells (also one that is cited, or embedded elsewhere)."""
    found: Cells = {}
    for path, (status, headers, body) in answers.items():
        if status == 200 and dict(headers).get("content-type", "").startswith("text/html"):
            for key, value in _of_page(cube, path, body.decode()):
                found.setdefault(key, set()).add(value)
    return found


def charted_in(answers: Mapping[str, Answer]) -> set[int]:
    """Every number that stands by itself in a chart, in a file of its own or on a page."""
    pictures = (body.decode() for status, _, body in answers.values() if status == 200 and b"<svg" in body)
    texts = (each.text(strip=True) for picture in pictures for each in LexborHTMLParser(picture).css("svg text"))
    return {int(text.replace(".", "")) for text in texts if text.replace(".", "").isdigit()}


def _of_page(cube: Cube, path: str, body: str) -> Iterable[tuple[Key, int | None]]:
    asked = parse_qs(path.partition("?")[2])
    varying = [each for each in asked.get("group_by", [",".join(cube.default_table)])[0].split(",") if each != TOTAL]
    table = LexborHTMLParser(body).css_first("table.numbers-table")
    if table is None or not varying or any(each.name in asked for each in cube.dimensions):
        return
    heading = [each.text(strip=True) for each in table.css("thead th")]
    down = next(each for each in cube.dimensions if each.name in varying and heading[0] in _said(each.title))
    across = next((each for each in cube.dimensions if each.name in varying and each is not down), None)
    for row in table.css("tbody tr"):
        named = {down.name: _code(down, "".join(each.text(strip=True) for each in row.css("th")))}
        for column, cell in zip(heading[1:] if across else heading[1:2], row.css("td"), strict=False):
            codes = named | ({across.name: _code(across, column)} if across else {})
            first = cell.text(separator=" ", strip=True).split(" ")[0].replace(".", "")
            yield tuple(codes.get(each.name, TOTAL) for each in cube.dimensions), int(first) if first.isdigit() else None


def _code(dimension: Dimension, words: str) -> str:
    known = [each.code for each in dimension.categories if words in _said(each.title)]
    return known[0] if known else TOTAL


def _said(title: Text) -> tuple[str, str]:
    return title.de, title.in_language("en")


def numbers_in(cube: Cube, answers: Mapping[str, Answer]) -> set[int]:
    """Every number of every CSV, pivoted or not."""
    codes = {f"{each.name}_code" for each in cube.dimensions} | {each.name for each in cube.dimensions}
    found = set()
    for path, (status, _, body) in answers.items():
        if status == 200 and ".csv" in path:
            for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig"))):
                found |= {int(value) for name, value in row.items() if name not in codes and value.isdigit()}
    return found


def _rows(cube: Cube, form: str, body: bytes) -> Iterable[tuple[Key, int | None]]:
    match form:
        case "csv":
            return [_cell(cube, row) for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig")))]
        case "json":
            return [_cell(cube, row) for row in json.loads(body).get("rows", ())]
        case "jsonstat":
            return _of_jsonstat(json.loads(body))
        case "xlsx":
            return _of_workbook(cube, body)
        case "parquet":
            return _of_parquet(cube, body)
    return ()


def _cell(cube: Cube, row: Mapping[str, Any]) -> tuple[Key, int | None]:
    value = row[cube.measure]
    return tuple(str(row[f"{each.name}_code"]) for each in cube.dimensions), int(value) if value not in (None, "") else None


def _of_jsonstat(content: dict[str, Any]) -> Iterable[tuple[Key, int | None]]:
    axes = [sorted((index := content["dimension"][name]["category"]["index"]), key=lambda code: index[code]) for name in content["id"]]
    return list(zip(product(*axes), content["value"], strict=True))


def _of_workbook(cube: Cube, body: bytes) -> Iterable[tuple[Key, int | None]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    heading, *rows = book.get_sheet_by_name(book.sheet_names[0]).to_python()
    return [_cell(cube, dict(zip(map(str, heading), row, strict=True))) for row in rows]


def _of_parquet(cube: Cube, body: bytes) -> Iterable[tuple[Key, int | None]]:
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        file.write(body)
        file.flush()
        with duckdb.connect() as connection:
            found = connection.execute("SELECT * FROM read_parquet(?)", [file.name])
            names = [each[0] for each in found.description or ()]
            return [_cell(cube, dict(zip(names, row, strict=True))) for row in found.fetchall()]
