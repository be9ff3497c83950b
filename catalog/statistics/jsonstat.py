"""JSON-stat 2.0 (json-stat.org/full): one function, many clients (pyjstat, rjstat, jsonstat-toolkit)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from catalog.statistics.about import Account
from catalog.statistics.columns import STATUS_TITLES, UNITS, labels_of
from catalog.statistics.selection import Selection
from schemas.statistics import Dimension, Role


def write_jsonstat(selection: Selection, account: Account, question: str, alternates: Mapping[str, str]) -> bytes:
    """`value` has null where there is no number; `status` is sparse: position -> code. `alternates`: media type -> address of other forms.
    Titles, labels and notes are in the language of the selection."""
    cube, language = selection.cube, selection.language
    cells = list(selection.cells())
    document: dict[str, Any] = {
        "version": "2.0",
        "class": "dataset",
        "href": account.release_url("jsonstat", question),
        "label": cube.title.in_language(language),
        "source": account.site.publisher.name,
        "updated": account.release.at.isoformat(),
        "link": _links(account, alternates),
        "note": [each.in_language(language) for each in account.remarks],
        "id": [each.name for each in cube.dimensions],
        "size": [len(each) for each in selection.codes],
        "role": _roles(cube.dimensions),
        "dimension": {each.name: _dimension(each, codes, language) for each, codes in zip(cube.dimensions, selection.codes, strict=True)},
        "value": [each.value for each in cells],
        "status": {str(place): each.status.value for place, each in enumerate(cells) if each.status.value},
        "extension": {
            "statistic": cube.name,
            "release": account.release.name,
            "number": account.release.number,
            "reason": account.release.reason.in_language(language),
            "citation": account.citation(question, "jsonstat").in_language(language),
            "licence": account.licence.iri,
            "measure": {
                "name": cube.measure,
                "label": cube.measure_title.in_language(language),
                "unit": cube.unit.value,
                "unit_label": UNITS[cube.unit].in_language(language),
            },
            "base_population": cube.base_population.in_language(language),
            "rules": account.release.rules,
            "merged": {name: text.in_language(language) for name, text in account.release.merged.items()},
            "status_label": {status.value: title.in_language(language) for status, title in STATUS_TITLES.items()},
            "demonstration": cube.demonstration,
        },
    }
    return (json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n").encode()


def _links(account: Account, alternates: Mapping[str, str]) -> dict[str, list[dict[str, str]]]:
    return {
        "license": [{"type": "text/html", "href": account.licence.iri}],
        "describedby": [{"type": "application/json", "href": account.url}],
        "alternate": [{"type": media_type, "href": href} for media_type, href in alternates.items()],
    }


def _roles(dimensions: Sequence[Dimension]) -> dict[str, list[str]]:
    found = {role.value: [each.name for each in dimensions if each.role is role] for role in (Role.TIME, Role.GEO)}
    return {role: names for role, names in found.items() if names}


def _dimension(dimension: Dimension, codes: Sequence[str], language: str) -> dict[str, Any]:
    labels = labels_of(dimension, language)
    return {
        "label": dimension.title.in_language(language),
        "category": {
            "index": {code: place for place, code in enumerate(codes)},
            "label": {code: labels[code] for code in codes},
        },
    }
