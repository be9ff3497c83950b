"""Changes of the catalogue for feed readers: Atom (RFC 4287), pages of it (RFC 5005, 3), deleted entries (RFC 6721).

An entry is a data set: its id is the data set's URI, and each change is a later version of the same entry (RFC 4287, 4.1.1).
A data set that was removed or withdrawn is a deleted entry that refers to the same id.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from api.web.templating import Addresses, page_path
from api.web.texts import text
from catalog.entries import CatalogChange, ChangeKind
from schemas.values import Text

MEDIA_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
#: What XML 1.0 cannot hold, not even escaped (section 2.2).
_UNUSABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_GONE = (ChangeKind.REMOVED, ChangeKind.WITHDRAWN)


@dataclass(frozen=True, kw_only=True)
class TitledChange:
    """A change with the present title of its data set (the last one, if it is gone)."""

    change: CatalogChange
    title: Text

    @property
    def ends_the_dataset(self) -> bool:
        """A withdrawn edition leaves its data set where it is."""
        return self.change.kind in _GONE and self.change.edition is None


def atom_feed(changes: Sequence[TitledChange], *, addresses: Addresses, language: str, path: str, older: str, updated: datetime) -> bytes:
    """`changes` newest first; `path` is this page's own, `older` that of the page after it, "" on the last one."""
    site = addresses.site
    start = page_path("/changes.atom", language)
    links = [
        _link("self", addresses.absolute(path), MEDIA_TYPE),
        _link("first", addresses.absolute(start), MEDIA_TYPE),
        _link("alternate", addresses.absolute(page_path("/datasets", language)), "text/html"),
        *([_link("next", addresses.absolute(older), MEDIA_TYPE)] if older else []),
    ]
    head = [
        _element("id", f"{site.uri_base}/changes"),
        _element("title", text("atom_title", language, site=site.title)),
        _element("updated", _moment(updated)),
        f"<author>{_element('name', site.publisher.name)}</author>",
        *links,
    ]
    entries = (_deleted(each, addresses, language) if each.ends_the_dataset else _entry(each, addresses, language) for each in changes)
    opening = f'<feed xmlns="{_ATOM}" xmlns:at="{_TOMBSTONES}" xml:lang="{language}">'
    return _document([opening, *head, *entries, "</feed>"])


def _entry(found: TitledChange, addresses: Addresses, language: str) -> str:
    change = found.change
    what = _what(change, language)
    parts = [
        _element("id", addresses.site.dataset_uri(change.dataset)),
        _element("title", f"{found.title.in_language(language)}: {what}"),
        _element("updated", _moment(change.at)),
        _link("alternate", addresses.absolute(page_path(f"/datasets/{change.dataset}", language)), "text/html"),
        f"<category{_attributes({'term': change.kind.value, 'label': what})}/>",
        _element("summary", change.reason.in_language(language) or what),
    ]
    return "<entry>" + "".join(parts) + "</entry>"


def _deleted(found: TitledChange, addresses: Addresses, language: str) -> str:
    change = found.change
    about = f"{found.title.in_language(language)}: {_what(change, language)}. {change.reason.in_language(language)}".rstrip()
    attributes = _attributes({"ref": addresses.site.dataset_uri(change.dataset), "when": _moment(change.at)})
    return f"<at:deleted-entry{attributes}>{_element('at:comment', about)}</at:deleted-entry>"


def _what(change: CatalogChange, language: str) -> str:
    """`neuer Stand 3`, `entfallen` …"""
    if change.kind is ChangeKind.WITHDRAWN and change.edition is not None:
        return text("change_withdrawn_edition", language, number=change.edition)
    return text(f"change_{change.kind.value}", language, number=change.edition)


def _moment(at: datetime) -> str:
    """RFC 3339 with microseconds: two changes of one second stay two versions."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _element(name: str, content: str) -> str:
    return f"<{name}>{escape(_clean(content))}</{name}>"


def _link(relation: str, address: str, media_type: str) -> str:
    return f"<link{_attributes({'rel': relation, 'type': media_type, 'href': address})}/>"


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(f" {name}={quoteattr(_clean(value))}" for name, value in values.items())


def _clean(content: str) -> str:
    return _UNUSABLE.sub("", content)


def _document(lines: Iterable[str]) -> bytes:
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(lines) + "\n").encode()
