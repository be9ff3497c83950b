"""German number plates: a district code, one or two letters, a number; without the hyphen only beside a word about vehicles."""

import re
from collections.abc import Iterator

from schemas.personal_data.districts import DISTRICTS
from schemas.personal_data.folding import Span
from schemas.personal_data.words import word_list

_BEGIN = r"(?<![\w.,/&+-])"
_NUMBER = r"(?P<number>[1-9]\d{0,3})(?P<suffix> ?[EH])?(?![\w]| ?[/:-] ?\d|[.,]\d)"
_PLATE = re.compile(
    rf"{_BEGIN}(?P<district>[A-ZÄÖÜ]{{1,3}})(?P<first> ?- ?|[:*•./]| )(?P<letters>[A-Z]{{1,2}})(?P<second> ?-? ?){_NUMBER}", re.IGNORECASE
)
#: KLAB123, KLAB 123, klab123
_COMPACT = re.compile(rf"{_BEGIN}(?P<letters>[A-ZÄÖÜ]{{2,5}})(?P<gap>[ -]?){_NUMBER}", re.IGNORECASE)
_VEHICLE = re.compile(
    r"kennzeichen|nummernschild|\bkfz|\bpkw|\blkw|\bauto\b|\bautos\b|wagen|fahrzeug|transporter|kombi\b|limousine|cabrio|kleinwagen|sattelzug|motorrad|roller|moped|\btaxi"
    r"|anhänger|wohnmobil|traktor"
    r"|park(?:t|en|ende|te|ten)\b|falschpark|halter|fahrer|abgeschleppt|zugelassen|unfall|rast\b|geblitzt|\b(?:bmw|vw|audi"
    r"|opel|mercedes|skoda|ford|golf)\b",
    re.IGNORECASE,
)
_PLATE_WORD = re.compile(r"kennzeichen|nummernschild|\bkfz", re.IGNORECASE)
_OTHER_NUMBER = re.compile(
    r"akten|\baz\b|vorlage|drucksache|bebauungsplan|sensor|messstelle|gerät|produkt|modell|inventar|gebäude|\braum\b|zimmer"
    r"|\blos\b|\blinie|\bgleis|abschnitt"
    r"|bussteig|ausgang|\bnorm\b|größe|klasse|\btyp\b|router|gemarkung",
    re.IGNORECASE,
)
#: Codes that are also the first word of a standard, a train, a storey or a road; in capitals also plain words.
_OTHER_WORDS = word_list("DIN EN ISO AS ICE IC EC RE RB EG OG UG EU HBF IN AN ZU DE SO ER ES")
_NO_LETTERS = word_list("EN OG UG")
_NO_PLATES = word_list("PKW LKW KFZ NFZ SUV BAB PLZ")
_WINDOW = 60  # characters on both sides in which a word speaks of a vehicle
_NEAR = 30


def plates(text: str) -> Iterator[Span]:
    """`text` without dates and web addresses."""
    for found in _PLATE.finditer(text):
        if _is_plate(text, found):
            yield found.span()
    for found in _COMPACT.finditer(text):
        if _is_compact_plate(text, found):
            yield found.span()


def _is_plate(text: str, found: re.Match[str]) -> bool:
    district, letters, number = found["district"], found["letters"], found["number"]
    if district.upper() not in DISTRICTS or len(district + letters + number) > 8:
        return False
    capitals, hyphen = (district + letters).isupper(), "-" in found["first"]
    if _speaks_of_vehicles(text, found.span()):
        return capitals or hyphen or _PLATE_WORD.search(text, max(0, found.start() - _NEAR), found.start()) is not None
    if not capitals or district in _OTHER_WORDS or letters in _NO_LETTERS or "-" in found["second"]:
        return False
    if _OTHER_NUMBER.search(text, max(0, found.start() - _WINDOW), found.start()):
        return False
    if len(district + letters) == 2:
        return hyphen and len(number) > 2
    return hyphen or (len(letters) == 2 and len(number) > 2 and not re.fullmatch(r"(?:19|20)\d\d", number))


def _is_compact_plate(text: str, found: re.Match[str]) -> bool:
    """Lower-case letters with a gap are words of a sentence ("auf 6", "von 2019")."""
    letters = found["letters"]
    if not letters.isupper() and (found["gap"] or not letters.islower()):
        return False
    if letters.upper() in _NO_PLATES or (len(letters) == 2 and (found["gap"] or len(found["number"]) < 3)):
        return False
    return _splits(letters.upper()) and _speaks_of_vehicles(text, found.span())


def _speaks_of_vehicles(text: str, span: Span) -> bool:
    start, end = span
    return _VEHICLE.search(text, max(0, start - _WINDOW), min(len(text), end + _WINDOW)) is not None


def _splits(letters: str) -> bool:
    """Whether these letters are a district code and one or two more."""
    return any(letters[:-count] in DISTRICTS and letters[-count:].isascii() for count in (1, 2) if len(letters) > count)
