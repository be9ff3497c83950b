"""The filter language of `package_search` (compat.md 4.2): `field:value`, quotes, groups, OR, AND, NOT, `+`, `-`, ranges.

OR joins its neighbours first, then AND, and a space is AND. What cannot be read is an error, never "all data sets": a harvester
that gets more than it asked for copies what its filter was to keep out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from catalog.search.condition import EVERYTHING, AllOf, AnyOf, Condition, Is, Not, Within
from schemas.errors import KlarError

#: Deeper nesting and longer texts are no filter of a person.
_DEEPEST = 20
_LONGEST = 8000
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\() | (?P<close>\))
      | (?P<range>[\[{]\s*(?P<start>\S+)\s+TO\s+(?P<end>[^\s\]}]+)\s*[\]}])
      | (?P<quoted>"(?P<words>(?:[^"\\]|\\.)*)")
      | (?P<field>[A-Za-z_][A-Za-z0-9_]*|\*):
      | (?P<sign>[+\-!](?=\S))
      | (?P<word>(?:[^\s()"\\\[\]{}]|\\.)+)
    )""",
    re.VERBOSE | re.DOTALL,
)


class UnreadableFilter(KlarError):
    """The filter of a search cannot be read."""


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str = ""
    start: str = ""
    end: str = ""


def condition_from(text: str, *, now: datetime) -> Condition:
    """An empty filter lets everything through. Raises UnreadableFilter."""
    if len(text) > _LONGEST:
        raise UnreadableFilter(f"länger als {_LONGEST} Zeichen")
    parser = _Parser(tuple(_tokens(text)), now)
    found = parser.sequence("", depth=0)
    parser.require_end()
    return found


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise UnreadableFilter(f"ab Zeichen {position + 1} nicht lesbar")
        position = match.end()
        yield _token(match)


def _token(match: re.Match[str]) -> _Token:
    if match["range"]:
        return _Token("range", start=match["start"], end=match["end"])
    if match["quoted"]:
        return _Token("value", _unescaped(match["words"]))
    if match["word"]:
        word = match["word"]
        if word in ("OR", "AND", "NOT", "||", "&&"):
            return _Token({"||": "OR", "&&": "AND"}.get(word, word))
        return _Token("value", _unescaped(word))
    kind = next(each for each in ("open", "close", "field", "sign") if match[each])
    return _Token(kind, match[kind])


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


class _Parser:
    """Recursive descent; each method reads what its name says from where the last one stopped."""

    def __init__(self, tokens: Sequence[_Token], now: datetime) -> None:
        self._tokens = tokens
        self._position = 0
        self._now = now

    def require_end(self) -> None:
        if self._position < len(self._tokens):
            raise UnreadableFilter("eine Klammer schließt, die nicht geöffnet wurde")

    def sequence(self, field: str, *, depth: int) -> Condition:
        """Groups joined by AND or nothing."""
        if depth > _DEEPEST:
            raise UnreadableFilter("zu tief geschachtelt")
        found: list[Condition] = []
        while self._peek() not in ("", "close"):
            if self._peek() == "AND":
                self._require(bool(found))
                self._next()
            found.append(self._alternatives(field, depth))
        return found[0] if len(found) == 1 else AllOf(inner=tuple(found)) if found else EVERYTHING

    def _alternatives(self, field: str, depth: int) -> Condition:
        found = [self._signed(field, depth)]
        while self._peek() == "OR":
            self._next()
            found.append(self._signed(field, depth))
        return found[0] if len(found) == 1 else AnyOf(inner=tuple(found))

    def _signed(self, field: str, depth: int) -> Condition:
        negated = False
        while self._peek() in ("sign", "NOT"):
            token = self._next()
            negated ^= token.kind == "NOT" or token.text in "-!"
        found = self._term(field, depth)
        return Not(inner=found) if negated else found

    def _term(self, field: str, depth: int) -> Condition:
        token = self._next()
        match token.kind:
            case "field":
                self._require(not field)
                return self._term(token.text, depth)
            case "open":
                found = self.sequence(field, depth=depth + 1)
                self._require(self._peek() == "close" and found is not EVERYTHING)
                self._next()
                return found
            case "range":
                self._require(bool(field))
                return Within(field=field, start=self._moment(token.start), end=self._moment(token.end))
            case "value":
                return self._value(field, token.text)
        raise UnreadableFilter("ein Wert fehlt")

    def _value(self, field: str, text: str) -> Condition:
        if text == "*" and field:
            return EVERYTHING  # every data set has every field, or klar does not know it
        if not field:
            raise UnreadableFilter(f"vor »{text[:40]}« fehlt das Feld")
        return Is(field=field, value=text)

    def _moment(self, text: str) -> datetime | None:
        if text == "*":
            return None
        if text == "NOW":
            return self._now
        try:
            moment = datetime.fromisoformat(_unescaped(text).strip('"'))
        except ValueError:
            raise UnreadableFilter(f"»{text[:40]}« ist kein Zeitpunkt") from None
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)

    def _peek(self) -> str:
        return self._tokens[self._position].kind if self._position < len(self._tokens) else ""

    def _next(self) -> _Token:
        if self._position >= len(self._tokens):
            raise UnreadableFilter("ein Wert fehlt")
        self._position += 1
        return self._tokens[self._position - 1]

    def _require(self, holds: bool) -> None:
        if not holds:
            raise UnreadableFilter("Klammern, Felder und Werte passen nicht zueinander")
