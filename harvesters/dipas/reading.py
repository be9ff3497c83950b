"""Answers of the Participatory Data Specification (PDS): a JSON array of GeoJSON features, of which klar keeps what it reads.

Facts: reference participation/platforms.md 4; citysciencelab/dipas-unitac, dipas.routing.yml and Plugin/PDSResponse.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import quote

from harvesters.answers import parsed
from harvesters.nodes import bare, narrowed
from schemas.errors import SourceError

PROJECT = frozenset({"id", "nameFull", "dateStart", "dateEnd", "website", "hasParticipatoryText"})
PROJECT_SKIPPED = frozenset(
    {
        *("description", "dipasPhase", "proceedingState", "owner", "projectOwner", "publisher", "standardCategories", "referenceSystem"),
        *("projectContributionType", "dipasMainDistrict", "projectTopics", "dipasCategoriesCluster"),
    }
)
CONTRIBUTION = frozenset({"id", "dateCreated", "contributionType", "category"})
TEXTS = frozenset({"title", "contributionContent"})
CONTRIBUTION_SKIPPED = frozenset(
    {
        *("link", "commentsNumber", "votingPro", "votingContra", "keywordSuggested", "keywordPicked", "belongToProject", "dipasLocated"),
        *("customAttribute", "commentedBy", *TEXTS),
    }
)


def projects_at(url: str) -> str:
    """The list of projects: below the start page of the platform, or the address itself."""
    home = url.partition("?")[0].rstrip("/")
    return home if home.endswith("/dipas-pds/projects") else f"{home}/drupal/dipas-pds/projects"


def contributions_at(projects: str, number: str) -> str:
    """Of one project of that list."""
    return f"{projects}/{quote(number, safe='')}/contributions"


def kept(address: str, taken: Collection[str], skipped: Collection[str], content: bytes) -> bytes:
    """The list without places, authors and words that nobody asked for. Raises SourceError: maintenance, or no list."""
    features = []
    for each in _listed(parsed(content, object, address), address):
        properties = each.get("properties") if isinstance(each, dict) else None
        if not isinstance(properties, dict):
            raise SourceError(f"»{address}«: Die Liste enthält etwas, das kein GeoJSON-Feature ist.")
        fields = narrowed(properties, taken=taken, skipped=frozenset(skipped) - frozenset(taken))
        features.append({"type": "Feature", "properties": {name: bare(value) for name, value in fields.items()}})
    return json.dumps(features, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def properties_in(content: bytes, address: str) -> Iterator[dict[str, Any]]:
    """Of what was kept."""
    return (each["properties"] for each in _listed(parsed(content, object, address), address))


def _listed(found: object, address: str) -> list[Any]:
    """An array, and no FeatureCollection; maintenance comes with status 200, too."""
    if isinstance(found, dict) and found.get("maintenanceMode"):
        raise SourceError(f"»{address}«: Die Plattform wird gerade gewartet. Die nächste Ernte versucht es wieder.")
    if not isinstance(found, list):
        raise SourceError(f"»{address}«: Die Antwort sollte eine Liste von GeoJSON-Features sein.")
    return found
