"""The detector: every kind's search over one text, then what the configuration knows to be public."""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set

from schemas.errors import ConfigurationError
from schemas.personal_data import links, mail, numbers, persons, phone, places, plates
from schemas.personal_data.cues import CUES, lowered
from schemas.personal_data.folding import Folded, Span, fold, without_dates, without_links
from schemas.personal_data.hit import Hit, Kind
from schemas.personal_data.version import rules_digest
from schemas.personal_data.words import word_list

#: Names of mailboxes that belong to a post, not to a person. They count only at the hosts the configuration names.
DEFAULT_MAILBOXES = word_list(
    "info kontakt post poststelle opendata open-data presse pressestelle beteiligung mitwirkung stadtverwaltung rathaus buergercenter"
    " buergerservice datenschutz redaktion webmaster support service"
)
_DIGIT = re.compile(r"\d")
#: Between texts that are looked through together: no cue reaches over it.
_APART = "\n\n\n\n"
Search = Callable[[str], Iterator[Span]]
_IN_TEXT: Mapping[Kind, Search] = {Kind.EMAIL: mail.mails, Kind.LINK: links.links}
_IN_PROSE: Mapping[Kind, Search] = {Kind.HANDLE: persons.handles, Kind.SALUTATION: persons.salutations, Kind.NAME: persons.names}
#: Without a digit nothing of the following can be there.
_NUMBERS_IN_PROSE: Mapping[Kind, Search] = {
    Kind.IBAN: numbers.ibans,
    Kind.TAX_ID: numbers.tax_ids,
    Kind.INSURANCE_NUMBER: numbers.insurance_numbers,
    Kind.BIRTH_DATE: persons.birth_dates,
}
_NUMBERS_BESIDE_DATES: Mapping[Kind, Search] = {Kind.PHONE: phone.phones, Kind.PLATE: plates.plates, Kind.ADDRESS: places.addresses}


class Detector:
    """Finds what belongs to a person. Built once, used for every text; holds nothing of what it has seen.

    venues      addresses of public buildings ("Fruchthalle, Fruchthallstraße 10, 67655 Kaiserslautern"): street and house number are
                what counts, and the postcode where both sides have one.
    hosts       mail hosts of the publisher ("kaiserslautern.de"; hosts below them too).
    mailboxes   local parts that are a post, not a person; allowed at `hosts` only.
    public      passages that may stand as they are: a switchboard's number, the city's account, the name of a play. Compared without
                regard to case, spaces and punctuation.

    Raises ConfigurationError for a venue without street and house number.
    """

    def __init__(
        self,
        venues: Collection[str] = (),
        *,
        hosts: Collection[str] = (),
        mailboxes: Collection[str] = DEFAULT_MAILBOXES,
        public: Collection[str] = (),
    ) -> None:
        self._venues = tuple(places.place_keys(fold(each).text) for each in venues)
        self._hosts = tuple(each.lower().lstrip("@.") for each in hosts)
        self._mailboxes = frozenset(each.lower() for each in mailboxes)
        self._public = frozenset(_bare(fold(each).text) for each in public) - {""}
        settings = [sorted(map(str, each)) for each in (venues, self._hosts, self._mailboxes, self._public)]
        self._settings = json.dumps(settings, ensure_ascii=False)
        for venue, (streets, _) in zip(venues, self._venues, strict=True):
            if not streets:
                raise ConfigurationError(f"[privacy] venues: {venue!r} hat keine Straße mit Hausnummer")

    @property
    def fingerprint(self) -> str:
        """Another one when the rules, their libraries or the allow-lists are others: then what is published is judged again."""
        return hashlib.sha256(f"{rules_digest()}\0{self._settings}".encode("utf-8", "surrogatepass")).hexdigest()

    def find(self, text: str, *, heading: str = "") -> tuple[Hit, ...]:
        """Hits in the order of the text. `heading` is the title of the column: "Telefon" or "Geburtsdatum" speaks of every value below it.

        Time grows with the length of the text, whatever it holds (test_bounds.py). A hit inside another hit is left out.
        """
        return self.find_each([(heading, text)])[0]

    def find_each(self, texts: Sequence[tuple[str, str]]) -> list[tuple[Hit, ...]]:
        """(heading, text) pairs: what `find` gives for each. What all of them together have no cue of is looked for in none."""
        prefixes = [f"{heading}: " if heading else "" for heading, _ in texts]
        folded = [fold(prefix + text) for prefix, (_, text) in zip(prefixes, texts, strict=True)]
        suspected = _suspected(_APART.join([each.text for each in folded]))
        if not suspected:
            return [()] * len(folded)
        return [self._hits(each, len(prefix), suspected) for prefix, each in zip(prefixes, folded, strict=True)]

    def _hits(self, folded: Folded, prefix: int, suspected: Set[Kind]) -> tuple[Hit, ...]:
        hits = []
        for kind, (first, last) in _spans(folded.text, suspected):
            start, end = folded.original((first, last))
            if end > prefix and not self._is_public(kind, folded.text[first:last]):
                hits.append(Hit(kind=kind, start=max(0, start - prefix), end=end - prefix))
        return _outermost(hits)

    def _is_public(self, kind: Kind, passage: str) -> bool:
        if _bare(passage) in self._public:
            return True
        if kind is Kind.EMAIL or passage.lower().startswith("mailto:"):
            address = mail.plain_mail(passage.lower().removeprefix("mailto:").split("?")[0])
            return _bare(address) in self._public or self._is_post(address)
        return kind is Kind.ADDRESS and self._is_venue(passage)

    def _is_post(self, address: str) -> bool:
        local, _, host = address.rpartition("@")
        return local in self._mailboxes and any(host == each or host.endswith("." + each) for each in self._hosts)

    def _is_venue(self, passage: str) -> bool:
        streets, code = places.place_keys(passage)
        return any(streets & known and (not code or not its_code or code == its_code) for known, its_code in self._venues)


def searches(text: str) -> Iterator[tuple[str, Mapping[Kind, Search]]]:
    """What is looked for in a folded text, and in which part of it: links hold no telephone numbers, dates no plates."""
    yield text, _IN_TEXT
    prose = without_links(text)
    yield prose, _IN_PROSE
    if _DIGIT.search(prose):
        yield prose, _NUMBERS_IN_PROSE
        yield without_dates(prose), _NUMBERS_BESIDE_DATES


def _suspected(text: str) -> Set[Kind]:
    """Kinds that a cue stands for."""
    found: set[Kind] = set()
    for part, wanted in searches(text):
        small = lowered(part)
        found.update(each for each in wanted if small is None or CUES[each].stand_in(part, small))
    return found


def _spans(text: str, suspected: Set[Kind]) -> Iterator[tuple[Kind, Span]]:
    for part, wanted in searches(text):
        for kind in wanted.keys() & suspected:
            for span in wanted[kind](part):
                yield kind, span


def _bare(passage: str) -> str:
    return re.sub(r"[\W_]+", "", passage.casefold())


def _outermost(hits: list[Hit]) -> tuple[Hit, ...]:
    kept: list[Hit] = []
    for hit in sorted(set(hits), key=lambda each: (each.start, -each.end, list(Kind).index(each.kind))):
        if not kept or hit.end > kept[-1].end:
            kept.append(hit)
    return tuple(kept)
