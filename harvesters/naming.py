"""Names and words that a source made up, as far as a finding may repeat them.

A finding is read by many and kept for long. What a source calls a field is mostly harmless and always its own choice: a key may be
somebody's name, and a complaint may quote a token.
"""

import re
from collections.abc import Iterable

HIDDEN = "…"
_LONGEST = 80
#: As programs name fields: one word, perhaps with a place before or behind it (`schema:name`, `phases.colour`, `Q1[SQ001]`, an address of a
#: vocabulary).
_NAME = re.compile(r"[@_$]{0,2}[^\W\d_][\w.:/#*+\[\]-]*")
#: Letters mixed with digits, as in tokens and check sums; more digits than a day has, as in telephone numbers.
_SECRET = re.compile(r"(?=[\w-]*\d[A-Za-z_-]*\d[A-Za-z_-]*\d)(?=[\w-]*[A-Za-z])[\w-]{16,}|\d{9}", re.ASCII)
#: `limit`: how large a question may be, which helps whoever has to make it smaller.
_WORD = re.compile(r"(?P<limit>(?:(?<=depth of )|(?<=complexity of ))\d{1,6}\b)|[\w'’-]+")
#: What servers of GraphQL complain of, in the words of graphql-ruby and of the reference implementation.
_COMPLAINTS = """
a access after all allowed already an and anonymous any api are argument arguments as at authenticated authentication authorization
authorized bad be before by can can't cannot cause complexity connection contain contains could couldn't cursor data denied depth did didn't
directive disabled do does doesn't don't duplicate empty enabled error errors exceed exceeded exceeds execute exist expected expired
extensions failed feature few field fields find first for forbidden found fragment from given graphql has have hidden id in input internal
introspection invalid is isn't it large last later limit limited list login long many max maximum may mean message minimum missing more must
mutation name no node nonexistent not null object of on one only operation or over parse parsing permission permitted please provided query
querying rate read reached record records request requests required schema selection selections server service should string subscription
syntax temporarily than that the there this throttled timeout to token too try type types unable unauthorized unavailable undefined
unexpected unknown unsupported used user valid value values variable variables was went which with without wrong you your
"""
_VOCABULARY = frozenset(_COMPLAINTS.split())


def shown(name: str) -> str:
    """The name of a field that nobody knows, or … for one that is a sentence, a mailbox, a token: whatever no program calls a field."""
    ordinary = len(name) <= _LONGEST and _NAME.fullmatch(name) is not None and _SECRET.search(name) is None
    return name if ordinary else HIDDEN


def complaint(text: str, known: Iterable[str] = (), *, longest: int = 200) -> str:
    """What a server says is wrong, in words that every server uses, or that we used ourselves (`known`): every other word, name and number
    is left out."""
    words = _VOCABULARY | {form for each in known for form in _forms(each.lower())}
    said = _WORD.sub(lambda found: found[0] if found["limit"] or _plain(found[0]) in words else HIDDEN, text[: 4 * longest])
    said = re.sub(rf"[^\w\s'’.,:;…-]+|{HIDDEN}(?:[\s\W]*{HIDDEN})+", lambda found: HIDDEN if HIDDEN in found[0] else " ", said)
    return " ".join(said.split())[:longest].strip()


def _plain(word: str) -> str:
    return word.lower().replace("’", "'").strip("'")


def _forms(word: str) -> Iterable[str]:
    """A collection `proposals` holds a `Proposal`."""
    yield from (word, word.removesuffix("s"), word.removesuffix("ies") + "y" if word.endswith("ies") else word)
