"""schema.org/Event of the events of a page: what search engines for events read."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.web.participation.calendar import has_days
from api.web.participation.moments import instant_of
from api.web.participation.wording import text_of
from api.web.published import PublishedValues
from api.web.structured import json_ld
from api.web.templating import Addresses, page_path

_STATUS: Mapping[str, str] = {
    "planned": "https://schema.org/EventScheduled",
    "held": "https://schema.org/EventScheduled",
    "cancelled": "https://schema.org/EventCancelled",
    "postponed": "https://schema.org/EventPostponed",
}
_MODES: Mapping[str, str] = {
    "analog": "https://schema.org/OfflineEventAttendanceMode",
    "digital": "https://schema.org/OnlineEventAttendanceMode",
    "hybrid": "https://schema.org/MixedEventAttendanceMode",
}


def structured_events(rows: Sequence[PublishedValues], addresses: Addresses, language: str) -> str:
    """JSON-LD, safe inside a `script` element; "" when no event has a day."""
    known = [each for each in rows if has_days((each,))]
    if not known:
        return ""
    return json_ld({"@context": "https://schema.org/", "@graph": [_event(each, addresses, language) for each in known]})


def _event(row: PublishedValues, addresses: Addresses, language: str) -> dict[str, Any]:
    process, project = row.get("process_id"), row.get("project_id")
    path = f"/processes/{process}" if process else f"/projects/{project}" if project else ""
    start = instant_of(text_of(row, "start"), text_of(row, "start_time"))
    content = {
        "@type": "Event",
        "name": text_of(row, "title"),
        "startDate": start.isoformat() if start else text_of(row, "start"),
        "endDate": text_of(row, "end"),
        "eventStatus": _STATUS.get(text_of(row, "status"), ""),
        "eventAttendanceMode": _MODES.get(text_of(row, "mode"), ""),
        "location": {"@type": "Place", "name": text_of(row, "place")} if row.get("place") else None,
        "maximumAttendeeCapacity": row.get("capacity"),
        "url": addresses.absolute(page_path(path, language)) if path else "",
    }
    return {name: value for name, value in content.items() if value not in ("", None)}
