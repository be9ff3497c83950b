"""From one item as the REST interface gives it to the few texts that the options name. Pure.

Shapes: WP_REST_Posts_Controller::prepare_item_for_response (fixtures of wordpress-develop, tests/qunit/fixtures/wp-api-generated.js):
`{"id": 4, "date": "2017-02-14T00:00:00", "modified_gmt": …, "title": {"rendered": …}, "content": {"rendered": …, "protected": false}}`.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from harvesters.keys import key_of
from harvesters.markup import found, plain_text, text_of, tree_of
from harvesters.moments import day_of
from harvesters.wordpress.options import Extraction
from schemas.errors import RecordError, WrongValue

#: Fields that every item gives, whatever is extracted.
ALWAYS = ("id", "link", "modified_gmt", "content.protected")
#: In the site's own time, without zone; and in UTC, without zone either (reference: participation/platforms.md 10).
_LOCAL, _UTC = ("date", "modified"), ("date_gmt", "modified_gmt")
_NO_DATE = "0000-00-00"


class Item:
    """One item as it came. Values are looked up once; HTML is parsed once."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = fields
        self._trees: dict[str, LexborHTMLParser] = {}
        self._lines: dict[str, list[str]] = {}

    @property
    def number(self) -> int:
        """Raises WrongValue."""
        number = self._fields.get("id")
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise WrongValue("»id«")
        return number

    @cached_property
    def is_protected(self) -> bool:
        """Behind a password: not public, although it is listed."""
        return self.at("content.protected") is True

    def at(self, path: str) -> Any:
        """None when there is nothing; a whole field whose name has dots in it comes before its parts."""
        value: Any = self._fields
        for step in path.split("."):
            if not isinstance(value, Mapping):
                return None
            value = value.get(step)
        return value

    def tree(self, path: str) -> LexborHTMLParser:
        """Raises WrongValue."""
        if path not in self._trees:
            html = self.at(path)
            self._trees[path] = tree_of(html if isinstance(html, str) else "")
        return self._trees[path]

    def lines(self, path: str) -> Sequence[str]:
        """Raises WrongValue."""
        if path not in self._lines:
            self._lines[path] = text_of(self.tree(path).body).splitlines()
        return self._lines[path]


def extracted(item: Item, extraction: Extraction, prefix: str) -> str | None:
    """What stands at the place an extraction names, None when there is nothing. Raises WrongValue."""
    value = _found(item, extraction)
    if value is None or not extraction.reference:
        return value
    return None if value == "0" else key_of(prefix, value)


def _found(item: Item, extraction: Extraction) -> str | None:
    if extraction.select is not None:
        return _selected(item, extraction)
    if extraction.label is not None:
        return labelled(item.lines(extraction.within), extraction.label)
    path = extraction.path or ""
    return _said(item.at(path), path, extraction.codes or {})


def _selected(item: Item, extraction: Extraction) -> str | None:
    nodes = found(item.tree(extraction.within), extraction.select or "")
    if extraction.attribute is None:
        texts: Iterable[str] = map(text_of, nodes)
    else:
        texts = ((each.attributes.get(extraction.attribute) or "").strip() for each in nodes)
    some = [each for each in texts if each]
    if extraction.every:
        return "; ".join(dict.fromkeys(each.replace("\n", " ") for each in some)) or None
    return some[0] if some else None


def labelled(lines: Sequence[str], label: str) -> str | None:
    """`Laufzeit: 2019–2023`, or the label on a line of its own and the value on the next."""
    wanted = label.strip().rstrip(":").casefold()
    for number, line in enumerate(lines):
        said, _, rest = line.partition(":")
        if said.strip().casefold() == wanted:
            below = lines[number + 1] if number + 1 < len(lines) else ""
            return rest.strip() or below.removeprefix(":").strip() or None
    return None


def _said(value: Any, path: str, codes: Mapping[str, object]) -> str | None:
    """A value of JSON as text: HTML without its tags, a list as its members; of a list with codes the first member that is one."""
    if isinstance(value, list):
        texts = [text for each in value if (text := _said(each, path, {}))]
        known = [each for each in texts if each in codes]
        return (known[0] if known else None) if codes else "; ".join(texts) or None
    if isinstance(value, Mapping):
        return _said(value.get("rendered"), path, codes)
    if value is None or isinstance(value, bool):
        return None if value is None else "ja" if value else "nein"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value) if path in ("link", "guid") else plain_text(str(value))
    return _day(text, path) if path in (*_LOCAL, *_UTC) else text or None


def _day(text: str, path: str) -> str | None:
    if not text or text.startswith(_NO_DATE):
        return None
    try:
        return day_of(text + "Z" if path in _UTC and not text.endswith("Z") else text)
    except ValueError:
        raise WrongValue(f"»{path}«") from None


def reduced(fields: Any, extractions: Sequence[Extraction], prefix: str) -> dict[str, Any]:
    """What is kept of an item: its number, whether it is public, and per place its text; `broken` are places that could not be read.
    An item without a number keeps nothing else."""
    item = Item(fields if isinstance(fields, Mapping) else {})
    try:
        number = item.number
    except RecordError:
        return tidied({})
    if item.is_protected:
        return tidied({"id": number, "protected": True})
    texts: dict[str, str | None] = {}
    broken: list[str] = []
    for each in extractions:
        try:
            texts[each.place] = extracted(item, each, prefix)
        except WrongValue:
            broken.append(each.place)
    return tidied({"id": number, "texts": texts, "broken": broken})


def tidied(kept: Any) -> dict[str, Any]:
    """The form in which items are kept, and nothing that does not belong to it."""
    said = kept if isinstance(kept, dict) else {}
    texts, broken = said.get("texts"), said.get("broken")
    return {
        "id": said.get("id") if isinstance(said.get("id"), int) else None,
        "protected": said.get("protected") is True,
        "texts": {
            str(place): text for place, text in (texts if isinstance(texts, dict) else {}).items() if text is None or isinstance(text, str)
        },
        "broken": [each for each in (broken if isinstance(broken, list) else []) if isinstance(each, str)],
    }
