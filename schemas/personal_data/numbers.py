"""Numbers that carry a check digit: bank accounts, tax and insurance numbers."""

import re
from collections.abc import Iterator
from datetime import date

from stdnum import iban
from stdnum.de import idnr, stnr
from stdnum.exceptions import ValidationError

from schemas.personal_data.folding import Span

#: Length of an IBAN by country (SWIFT IBAN registry).
IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL", 19: "MK SI", 20: "AT BA EE KZ LT LU XK", 21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "PT", 26: "IS TR", 27: "FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB PL", 29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC", 32: "LC",
    }.items()
    for country in countries.split()
}  # fmt: skip
_IBAN_START = re.compile(r"(?:(?<![^\W_])|(?<=IBAN))(?P<country>[A-Z]{2})[ .-]?\d[ .-]?\d", re.IGNORECASE | re.ASCII)


def ibans(text: str) -> Iterator[Span]:
    for found in _IBAN_START.finditer(text):
        length = IBAN_LENGTHS.get(found["country"].upper())
        end = _run_end(text, found.start(), length) if length else None
        if end and iban.is_valid(re.sub(r"[^A-Za-z0-9]", "", text[found.start() : end])):
            yield found.start(), end


def _run_end(text: str, start: int, length: int) -> int | None:
    """Where `length` letters and digits end that are at most two spaces, hyphens or dots apart; None where a further one follows."""
    count = gap = 0
    for position in range(start, min(len(text), start + 2 * length)):
        character = text[position]
        if character.isascii() and character.isalnum():
            count, gap = count + 1, 0
        elif character in " -.\n" and gap < 2:
            gap += 1
        else:
            return None
        if count == length:
            follows = text[position + 1 : position + 2]
            return None if follows.isdigit() else position + 1
    return None


_TAX_ID = re.compile(r"(?<![\w+])(?<!\d[.,/ -])[1-9]\d[ .]?\d{3}[ .]?\d{3}[ .]?\d{3}(?![\w]|[.,/-]\d| \d)")
_QUANTITY_AFTER = re.compile(r"\s?(?:euro|eur|€|stimmen|menschen|einwohner|personen|kwh|tonnen|liter|m²|byte)", re.IGNORECASE)
_OTHER_NUMBER_BEFORE = re.compile(
    r"(?:kassenzeichen|rechnung|bestell|auftrag|artikel|seriennummer|ean|gtin|isbn|vorgang|gerät|zähler|konto|kunden)[^\n]{0,20}\Z",
    re.IGNORECASE,
)
_TAX_NUMBER = re.compile(
    r"\b(?:steuernummer|steuer-?nr|st\.? ?-?nr)[ .:]{0,3}(?:lautet |ist )?(?P<number>\d{2,5}[ /]\d{3,5}[ /]\d{4,5}|\d{10,13})(?!\d)",
    re.IGNORECASE,
)


def tax_ids(text: str) -> Iterator[Span]:
    for found in _TAX_ID.finditer(text):
        before = text[max(0, found.start() - 40) : found.start()]
        if idnr.is_valid(found[0]) and not _QUANTITY_AFTER.match(text, found.end()) and not _OTHER_NUMBER_BEFORE.search(before):
            yield found.span()
    for found in _TAX_NUMBER.finditer(text):
        if _is_tax_number(found["number"]):
            yield found.span("number")


def _is_tax_number(number: str) -> bool:
    try:
        stnr.validate(number)
    except ValidationError:
        return False
    return True


_PENSION = re.compile(
    r"(?<!\w)(?P<area>\d{2}) ?(?P<day>\d{2})\.?(?P<month>\d{2})\.?(?P<year>\d{2}) ?(?P<letter>[A-Z]) ?(?P<rest>\d{2} ?\d)(?!\w)",
    re.IGNORECASE,
)
_PENSION_FACTORS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
_HEALTH = re.compile(r"(?<!\w)[A-Z]\d{9}(?!\w)", re.IGNORECASE)
_HEALTH_CUE = re.compile(r"versicher|kranken|kvnr|gesundheitskarte|\begk\b|mitglied", re.IGNORECASE)


def insurance_numbers(text: str) -> Iterator[Span]:
    """Pension insurance numbers (check digit and date of birth), health insurance numbers (check digit and a word that speaks of it)."""
    for found in _PENSION.finditer(text):
        if _is_pension_number(found):
            yield found.span()
    for found in _HEALTH.finditer(text):
        if _is_health_number(found[0]) and _HEALTH_CUE.search(text, max(0, found.start() - 60), found.start()):
            yield found.span()


def _is_pension_number(found: re.Match[str]) -> bool:
    """DRV: digits times factors, digit sums added, last digit. Days over 31 tell people apart who share a birthday (VKVV § 2)."""
    try:
        date(2000, int(found["month"]), 1)
    except ValueError:
        return False
    rest = found["rest"].replace(" ", "")
    letter = f"{ord(found['letter'].upper()) - 64:02}"
    digits = found["area"] + found["day"] + found["month"] + found["year"] + letter + rest[:2]
    return _digit_sums(digits, _PENSION_FACTORS) % 10 == int(rest[2])


def _is_health_number(number: str) -> bool:
    digits = f"{ord(number[0].upper()) - 64:02}" + number[1:]
    return _digit_sums(digits[:10], (1, 2) * 5) % 10 == int(digits[10])


def _digit_sums(digits: str, factors: tuple[int, ...]) -> int:
    return sum(sum(divmod(int(digit) * factor, 10)) for digit, factor in zip(digits, factors, strict=True))
