"""Street, house number and postcode; without the postcode only beside words like "ich wohne"."""

import re
from collections.abc import Iterator

from schemas.personal_data.folding import Span
from schemas.personal_data.words import word_list

_POSTCODE = re.compile(r"(?<!\w)(?<!\d[.,/-])(?:DE? ?- ?)?(?P<code>\d{5})(?![\w]|[.,/-]\d)")
_NUMBER = r"(?:Nr\.? ?)?\d{1,3}(?: ?[a-zA-Z](?!\w))?(?: ?[-/+] ?\d{1,3}(?: ?[a-z](?!\w))?)?"
#: What may stand between house number and postcode: punctuation, a line break, "in"; a storey, the town, a host.
_DIRECTLY_BEFORE = re.compile(rf"(?<!\d)(?P<number>{_NUMBER})(?: ?[,;|/()·-]{{0,2}}[ \n\r\t]{{0,4}}| in )\Z")
_STOREY_BEFORE = re.compile(rf"(?<!\d)(?P<number>{_NUMBER})(?:[,;]| c/o) ?[\w. ]{{1,22}}[,;\n ] ?\Z")
_NUMBER_AFTER = re.compile(rf" ?(?P<number>{_NUMBER})(?![\w]|[.:,]\d)")
_WORD = re.compile(r"[^\s,;:|()\[\]{}\"„“‚‘»«<>]++")
_STREET_ENDING = re.compile(
    r"(?:straße|strasse|str\.?|weg|platz|allee|gasse|gässchen|ring|ufer|steig|damm|pfad|chaussee|promenade|graben|stieg|markt"
    r"|winkel|park|hof|berg|tal|höhe"
    r"|rain|halde|brunnen|mühle|garten|wiese|wiesen|feld|felsen|eck|siedlung|tor|brücke)",
    re.IGNORECASE,
)
_STREET_WORD = re.compile(rf"[^\W\d_][\w.'’/-]{{0,40}}{_STREET_ENDING.pattern}", re.IGNORECASE)
_PREPOSITIONS = word_list("am an auf bei beim hinter im in ob ober oberm unter unterm vor zu zum zur neben über")
_ARTICLES = word_list("der den dem die das des")
_ADJECTIVE = re.compile(r"[A-ZÄÖÜ][\wäöüß]{1,20}(?:en|er|em|EN|ER|EM)")
_HEADS = word_list("platz straße strasse str. allee weg hof ufer ring park")  # "Platz der Republik"
_NO_STREET = word_list(
    "jahr jahre tag beispiel platz rang seite nummer nr nr. stand runde punkt abschnitt phase teil los gruppe linie gleis raum zimmer"
    " haus block kapitel ziffer artikel"
    " absatz januar februar märz april mai juni juli august september oktober november dezember uhr umfrage vorlage"
    " drucksache flur flurstück"
)
_QUANTITY = re.compile(
    r"\s?(?:euro|eur\b|€|stimmen|mensch|person|einwohner|gäste|besuch|teilnehm|bäume|bäumen|meter|m²|m\b|km|kilometer"
    r"|quadratmeter|antwort|haushalt|beitr|stück"
    r"|prozent|%|tonnen|liter|kilowatt|kwh|fahrzeug|bücher|mal\b|jahre|wohnung|stunden|schritte|mitglied|kinder|schüler"
    r"|studier|unterschrift|datensätze|zeilen)",
    re.IGNORECASE,
)
_TOWN = re.compile(r" {0,2}[A-ZÄÖÜ][\w./-]{1,30}(?: (?:[A-ZÄÖÜ(][\w.)-]{1,30}|an der [A-Z]\w{1,20}|am [A-Z]\w{1,20})){0,2}")
_LOWER_TOWN = re.compile(r" {0,2}[a-zäöü][\w-]{1,30}(?![\w.])")
_HOME = re.compile(
    r"\bwohn(?:e|t|en|haft|te|ort|sitz|adresse)?\b|anschrift|adresse|zu ?hause|mein(?:e|em|er)? (?:haus|wohnung|einfahrt"
    r"|grundstück|balkon|garage)|bei mir|lebe in"
    r"|eigentümer|mieter|anwohner(?:in)? ",
    re.IGNORECASE,
)
_HOME_STREET = re.compile(rf"(?P<street>(?:[A-ZÄÖÜ][\w.-]{{0,30}} )?[^\W\d_][\w.'’-]{{0,40}}) (?P<number>{_NUMBER})(?![\w]|[.:,]\d)")


def addresses(text: str) -> Iterator[Span]:
    """`text` without web addresses and dates."""
    for code in _POSTCODE.finditer(text):
        if not _QUANTITY.match(text, code.end()):
            yield from _street_before(text, code)
            yield from _street_after(text, code)
    for cue in _HOME.finditer(text):
        yield from _street_at_home(text, cue.end())


def place_keys(passage: str) -> tuple[frozenset[str], str]:
    """Spellings of street and house number that mean the same house, and the postcode ("" when there is none). For the allow-list."""
    code = _POSTCODE.search(passage)
    rest = passage[: code.start()] + " " + passage[code.end() :] if code else passage
    found = []
    for number in _NUMBER_AFTER.finditer(rest):
        start = _street_start(rest, number.start(), anything=False)
        if start is not None:
            street = rest[start : number.start()]
            found += [_plain(f"{' '.join(street.split()[-count:])} {number['number']}") for count in range(1, 5)]
    return frozenset(found), code["code"] if code else ""


def _plain(address: str) -> str:
    short = re.sub(r"stra(?:ß|ss)e|str\.", "str", address.casefold().replace("ß", "ss"))
    return re.sub(r"[\W_]|nr\.", "", re.sub(r"strasse", "str", short))


def _street_before(text: str, code: re.Match[str]) -> Iterator[Span]:
    first = max(0, code.start() - 100)
    town = _TOWN.match(text, code.end()) or _LOWER_TOWN.match(text, code.end())
    end = town.end() if town else code.end()
    for between, anything in ((_DIRECTLY_BEFORE, town is not None), (_STOREY_BEFORE, False)):
        number = between.search(text[first : code.start()])
        start = _street_start(text, first + number.start(), anything=anything) if number else None
        if start is not None:
            yield start, end + (text[end : end + 1] == ")" and "(" in text[start:end])
            return


def _street_after(text: str, code: re.Match[str]) -> Iterator[Span]:
    """67655 Kaiserslautern, Musterstraße 1."""
    town = _TOWN.match(text, code.end())
    if not town:
        return
    for number in _NUMBER_AFTER.finditer(text, town.end(), town.end() + 70):
        start = _street_start(text, number.start(), anything=False, floor=town.end())
        if start is not None:
            yield code.start(), number.end()
        return


def _street_at_home(text: str, end: int) -> Iterator[Span]:
    for found in _HOME_STREET.finditer(text, end, end + 70):
        start = _street_start(text, found.end("street"), anything=False, floor=end)
        if start is not None and not _QUANTITY.match(text, found.end()):
            yield start, found.end()
            return


def _street_start(text: str, end: int, *, anything: bool, floor: int = 0) -> int | None:
    """Where the name of a street begins that ends at `end`. `anything`: a town follows, so that any noun may be one ("Dorfname 5")."""
    floor = max(floor, end - 70)
    words = _words_before(text, end, max(floor, text.rfind("\n", floor, end) + 1))
    if not words or (words[-1][0].lower() in _NO_STREET and not _is_named(words)):
        return None
    last = words[-1][0]
    if _STREET_ENDING.fullmatch(last):
        return _capitalised_before(words)
    is_street = _STREET_WORD.fullmatch(last) is not None
    named = _after_preposition(words, any_case=is_street or anything)
    if named is not None:
        return named
    return words[-1].start() if is_street or (anything and last[0].isupper()) else None


def _is_named(words: list[re.Match[str]]) -> bool:
    """ "Willy-Brandt Platz", but not "Platz" alone and not "Zum Punkt"."""
    return len(words) > 1 and words[-2][0][0].isupper() and _STREET_ENDING.fullmatch(words[-1][0]) is not None


def _words_before(text: str, end: int, floor: int) -> list[re.Match[str]]:
    """Up to five words before `end` with nothing but spaces between them, none if something else comes first."""
    words: list[re.Match[str]] = []
    for word in reversed(list(_WORD.finditer(text, floor, end))[-5:]):
        if text[word.end() : words[0].start() if words else end].strip(" "):
            break
        words.insert(0, word)
    return words


def _capitalised_before(words: list[re.Match[str]]) -> int | None:
    """ "Alte Bremer Straße": from the first of up to three capitalised words; "alte straße" where all is written small."""
    first = len(words) - 1
    while first > max(0, len(words) - 4) and words[first - 1][0][0].isupper():
        first -= 1
    if first < len(words) - 1:
        return words[first].start()
    return words[-2].start() if len(words) > 1 and words[-1][0][0].islower() and words[-2][0].isalpha() else None


def _after_preposition(words: list[re.Match[str]], *, any_case: bool) -> int | None:
    """ "An der Luftmühle", "Im Leerental", "Am Alten Bahndamm"."""
    if len(words) < 2 or not (any_case or words[-1][0][0].isupper()):
        return None
    if words[-2][0].lower() in _PREPOSITIONS:
        return words[-2].start()
    if len(words) > 2 and words[-2][0].lower() in _ARTICLES and words[-3][0].lower() in _PREPOSITIONS | _HEADS:
        return words[-3].start()
    if len(words) > 2 and words[-3][0].lower() in _PREPOSITIONS and _ADJECTIVE.fullmatch(words[-2][0]):
        return words[-3].start()
    return None
