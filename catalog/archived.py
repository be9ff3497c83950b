"""How an answer of a source is written down, in the archive's list as in the vault's."""

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
    )
