"""How an answer of a source is written down, in the archive's list as in the vault's."""

import json
from collections.abc import Mapping
from typing import Any

from catalog.database import Record
from catalog.entries import ArchiveEntry
from schemas.fetch import Payload

_CHARSET = "; charset="


def columns_of(run: int, source: str, payload: Payload) -> dict[str, Any]:
    """One line of the list. The charset stands with the media type, as in a Content-Type (RFC 9110, 8.3)."""
    return {
        "run": run,
        "source": source,
        "url": payload.url,
        "sha256": payload.sha256,
        "size": len(payload.content),
        "fetched_at": payload.fetched_at,
        "headers": headers_text(payload.headers),
        "media_type": payload.media_type + (f"{_CHARSET}{payload.charset}" if payload.charset else ""),
    }


def entry_from(found: Record) -> ArchiveEntry:
    media_type, _, charset = found.media_type.partition(_CHARSET)
    return ArchiveEntry(
        run=found.run,
        source=found.source,
        url=found.url,
        sha256=found.sha256,
        size=found.size,
        fetched_at=found.fetched_at,
        media_type=media_type,
        charset=charset,
        headers=headers_from(found.headers),
    )


def headers_text(headers: Mapping[str, str]) -> str:
    return json.dumps(dict(sorted(headers.items()))) if headers else ""


def headers_from(text: str) -> Mapping[str, str]:
    """Nothing for what is no list of headers: it stands in a file that people can edit."""
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) and all(isinstance(each, str) for each in found.values()) else {}


def asked_as(address: str, question: str) -> str:
    """The address under which the answer to a POST is kept. No fragment ever reaches a server, so it cannot be another one's."""
    return f"{address}#{question}"
