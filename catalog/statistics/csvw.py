"""What the columns of a CSV are, for programs that know CSV on the Web: W3C "Metadata Vocabulary for Tabular Data" (17 December 2015).

It describes one address with its question. The default place of such a description is the address of the file followed by `-metadata.json`
("Model for Tabular Data", section 5.3); where the address has a question, the Link header of the file leads to it.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from catalog.statistics.about import Account
from schemas.table import Field, Table
from schemas.values import Text

METADATA = "csv-metadata.json"
METADATA_TYPE = "application/csvm+json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*", re.ASCII)
_DATATYPES = {"integer": "integer", "number": "number", "boolean": "boolean"}


def write_csvw(table: Table, account: Account, question: str, url: str) -> bytes:
    """`table`: the columns of the answer to `question`, which is at `url`."""
    cube = account.cube
    columns = [_column(each) for each in table.fields]
    schema: dict[str, Any] = {"columns": columns}
    if all("name" in each for each in columns):
        schema["primaryKey"] = list(table.key)
    document = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "de"}],
        "@type": "Table",
        "url": url,
        "dc:title": _both(cube.title),
        "dc:description": _both(cube.notes),
        "dc:publisher": account.site.publisher.name,
        "dc:license": {"@id": account.licence.iri},
        "dc:modified": {"@value": account.release.at.isoformat(), "@type": "dateTime"},
        "dc:bibliographicCitation": account.citation(question).de,
        "tableSchema": schema,
    }
    return (json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n").encode()


def _column(field: Field) -> dict[str, Any]:
    """`titles` is what stands in the first line of the file. A heading that is no name (a label, in a pivot) has none."""
    column: dict[str, Any] = {"name": field.name} if _NAME.fullmatch(field.name) else {}
    column |= {"titles": field.name, "dc:title": _both(field.title), "dc:description": _both(field.description)}
    column |= {"datatype": _datatype(field), "required": field.required}
    return column


def _datatype(field: Field) -> str | dict[str, Any]:
    base = _DATATYPES.get(field.type, "string")
    return base if field.minimum is None else {"base": base, "minimum": field.minimum}


def _both(text: Text) -> Sequence[dict[str, str]]:
    return [{"@value": words, "@language": tag} for tag, words in (("de", text.de), ("en", text.en)) if words]
