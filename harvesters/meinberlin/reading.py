"""Answers of meinBerlin: lists without pages, of which klar keeps what it reads.

Facts: reference participation/platforms.md 5; liqd/a4-meinberlin, meinberlin/apps/{plans,projects,extprojects}/serializers.py.
"""

import json
import re
from hashlib import sha256
from typing import Any

from harvesters.answers import parsed
from harvesters.nodes import bare, narrowed
from schemas.errors import SourceError

FIELDS = frozenset(
    {
        *("title", "url", "organisation", "district", "participation", "status", "topics", "cost", "point", "type", "subtype"),
        *("active_phase", "future_phase", "past_phase", "plan_url"),
    }
)
SKIPPED = frozenset(
    {
        *("access", "created_or_modified", "description", "participation_active", "participation_string", "plan_title", "point_label"),
        *("published_projects_count", "tile_image", "tile_image_alt_text", "tile_image_copyright"),
        *("contact_name", "contact_email", "contact_phone", "contact_address_text", "contact_url", "creator", "moderators"),
    }
)
_PLAN = re.compile(r"/vorhaben/(\d{4}-\d{1,9})/?(?:[?#].*)?$", re.ASCII)
_PROJECT = re.compile(r"/projekte/([a-z0-9][a-z0-9_.-]{0,70})/?(?:[?#].*)?$", re.ASCII)


def kept(address: str, content: bytes) -> bytes:
    """Raises SourceError."""
    found = []
    for each in parsed(content, list, address):
        if not isinstance(each, dict):
            raise SourceError(f"»{address}«: Die Liste enthält etwas, das kein Eintrag ist.")
        fields = narrowed(each, taken=FIELDS, skipped=SKIPPED)
        found.append({name: _where(value) if name == "point" else bare(value) for name, value in fields.items()})
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _where(point: object) -> object:
    """Where, without the street and house number that stand beside it."""
    geometry = point.get("geometry") if isinstance(point, dict) else None
    return {"geometry": {"coordinates": bare(geometry.get("coordinates"))}} if isinstance(geometry, dict) else None


def plan_number(url: object) -> str:
    """`plan-2023-00042`, "" for what is no page of a plan: the lists name no ids, only pages."""
    found = _PLAN.search(url) if isinstance(url, str) else None
    return f"plan-{found[1]}" if found else ""


def project_number(entry: dict[str, Any]) -> str:
    """By its page; one that lies elsewhere (a plan of another server, a development plan) by a hash of that address. "" without any."""
    url = entry.get("url")
    if not isinstance(url, str) or not url.strip():
        return ""
    found = _PROJECT.search(url.lower()) if entry.get("subtype") != "external" else None
    return f"project-{found[1]}" if found else f"external-{sha256(url.strip().encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
