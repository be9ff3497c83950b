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
#: Comments of a contribution, and of a draft, lie within each other; klar keeps them in one list under this name.
COMMENTS = ("commentedBy", "comments")
COMMENT = frozenset({"id", "dateCreated"})
COMMENT_TEXTS = frozenset({"title", "commentContent"})
_COMMENT_SKIPPED = frozenset({"commentOnContribution", "commentOnComment", "commentedBy", *COMMENT_TEXTS})
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


def list_of(projects: str, number: str, what: str) -> str:
    """Of one project of that list: `contributions`, `commentedcontributions` (with their comments), `conception_comments` (on drafts)."""
    return f"{projects}/{quote(number, safe='')}/{what}"


def kept(address: str, taken: Collection[str], skipped: Collection[str], content: bytes, *, texts: bool = False) -> bytes:
    """The list without places, authors and words that nobody asked for (`texts`: of comments). Raises SourceError: maintenance, or no
    list."""
    features = []
    for each in _listed(parsed(content, object, address), address):
        properties = each.get("properties") if isinstance(each, dict) else None
        if not isinstance(properties, dict):
            raise SourceError(f"»{address}«: Die Liste enthält etwas, das kein GeoJSON-Feature ist.")
        fields = narrowed(properties, taken=taken, skipped=frozenset(skipped) - frozenset(taken))
        properties = {name: _comments(value, texts) if name in COMMENTS else bare(value) for name, value in fields.items()}
        features.append({"type": "Feature", "properties": properties})
    return json.dumps(features, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def properties_in(content: bytes, address: str) -> Iterator[dict[str, Any]]:
    """Of what was kept."""
    return (each["properties"] for each in _listed(parsed(content, object, address), address))


def _comments(found: object, texts: bool) -> list[object]:
    """Answers to them among them, each after what it answers."""
    waiting, flat = [found], list[object]()
    taken = COMMENT | COMMENT_TEXTS if texts else COMMENT
    while waiting:
        level = waiting.pop()
        for each in level if isinstance(level, list) else ():
            if isinstance(each, dict):
                fields = narrowed(each, taken=taken, skipped=_COMMENT_SKIPPED - taken)
                flat.append({name: bare(value) for name, value in fields.items()})
                waiting.append(each.get("commentedBy"))
    return flat


def _listed(found: object, address: str) -> list[Any]:
    """An array, and no FeatureCollection; maintenance comes with status 200, too."""
    if isinstance(found, dict) and found.get("maintenanceMode"):
        raise SourceError(f"»{address}«: Die Plattform wird gerade gewartet. Die nächste Ernte versucht es wieder.")
    if not isinstance(found, list):
        raise SourceError(f"»{address}«: Die Antwort sollte eine Liste von GeoJSON-Features sein.")
    return found
