"""Telephone numbers: what the German and foreign numbering plans allow, unless it is the number of a file, a bill or a device."""

import re
from collections.abc import Iterator

import phonenumbers

from schemas.personal_data.folding import Span

_CANDIDATE = re.compile(r"(?<![\w+])(?<!\d[.,:/-])(?<!\w-)(?:\+ ?\d|\(\+\d|\(0|0 ?\d)[\d ()./-]{5,30}")
_IBAN_BEFORE = re.compile(r"\b[A-Z]{2} ?\d{2}(?:[ -]?\d{4}){1,6} ?\Z")  # its last groups can read like a number abroad
_DIGITS = re.compile(r"\d++")
_WINDOW = 45  # characters before a number in which a word still speaks of it
_CUE = re.compile(
    r"(?:tel\b|telef|\bfon\b|phone|mobil|handy|ruf(?:nummer|t|en)?\b|durchwahl|\bfax|whats ?app|signal|\bsms\b|anruf"
    r"|erreich|kontakt|zentrale|vorwahl|hotline|festnetz|privat)\w*\.?(?:[ -]?(?:nr|nummer))?"
    r"(?: \w{1,9}){0,2}[.: ]{0,3}|(?:unter|unter der|mein|meine|meiner) (?:nummer|nr\.?)[: ]{0,2}|☎|📞|✆",
    re.IGNORECASE,
)
_OTHER_NUMBER = re.compile(
    r"akten|\baz\b|zeichen\b|vorlage|drucksache|vorgang|inventar|artikel|bestell|auftrag|rechnung|gerät|zähler|serien"
    r"|\wschlüssel|schlüssel(?:nummer|-?nr)?[.: ]{0,3}$"
    r"|\bags\b|\bars\b|gtin|\bean\b|isbn|issn|\bdoi\b|utm|wert\b|konto|\bblz\b|flur|ticket|sensor|haushalt|produkt|kennung"
    r"|kennziffer|matrikel|\bkunden|\bnr\.? ?$|(?<=\w)nummer:? ?$|\bid:? ?$|charge|version|\blos\b|eui\b|key\b|code\b|\bid\b",
    re.IGNORECASE,
)
_OTHER_SENTENCE = re.compile(r"[,;!?\n]|: (?=[^\W\d])|\. (?=[A-ZÄÖÜ])")
_SHORT = re.compile(
    r"\b(?:tel(?:efon)?|fon|durchwahl|rufnummer|telefax|fax)(?:nummer|-?nr)?\.?(?: (?:ist"
    r"|lautet))?[: ]{1,3}(?P<number>[1-9][\d /-]{3,12}\d)(?![\d.:])",
    re.IGNORECASE,
)
#: A number that a line break cut: only beside a word that says so, because columns of numbers look the same.
_BROKEN = re.compile(r"(?<![\w+])(?<!\d[.,:/-])0\d{1,4}[ /-]{0,2}\n[ -]?\d[\d /-]{2,12}\d(?!\d)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_REGIONAL_KEY = re.compile(r"(?:0[1-9]|1[0-6])\d{6}0000")  # of a district or a city without districts
#: Fewer digits (with the leading 0) are taken for a telephone number only beside a word that says so.
_LONG_ENOUGH = 9


def phones(text: str) -> Iterator[Span]:
    """`text` without dates and web addresses."""
    for found in _CANDIDATE.finditer(text):
        cue = _cue(text, found.start())
        if cue is False:
            continue
        end = _number_end(found, told=cue is True)
        if end:
            yield found.start(), end
    for broken in _BROKEN.finditer(text):
        if _cue(text, broken.start()) is True and _is_number(broken[0], told=True):
            yield broken.span()
    for short in _SHORT.finditer(text):
        if len(re.sub(r"\D", "", short["number"])) >= 5 and not _YEAR.match(short["number"]):
            yield short.span("number")


def _cue(text: str, start: int) -> bool | None:
    """Whether the words before say that this is (True) or is not (False) a telephone number; the nearer one counts.

    What is not one has its word in the same part of the sentence: "Gerät 0152 0000 1234", but not "das Gerät ist kaputt, 0152 …".
    """
    before = text[max(0, start - _WINDOW) : start]
    if _IBAN_BEFORE.search(before):
        return False
    told = max((each.end() for each in _CUE.finditer(before)), default=-1)
    part = max((each.end() for each in _OTHER_SENTENCE.finditer(before)), default=0)
    other = max((each.end() for each in _OTHER_NUMBER.finditer(before, part)), default=-1)
    return None if told == other == -1 else told >= other


def _number_end(found: re.Match[str], *, told: bool) -> int | None:
    """End of the longest run of groups of digits that is a number."""
    bracket = found[0].find("(", 8 if found[0].lstrip("(").startswith(("+", "00")) else 1)  # from there on a remark: "048 (2024-09)"
    groups = list(_DIGITS.finditer(found[0][:bracket] if bracket > 0 else found[0]))
    for group in reversed(groups[-8:]):
        written = found[0][: group.end()]
        if _is_number(written, told=told):
            closing = found[0][group.end() : group.end() + 1] == ")" and written.count("(") > written.count(")")
            return found.start() + group.end() + closing
    return None


def _is_number(written: str, *, told: bool) -> bool:
    digits = re.sub(r"\D", "", written)
    if not told and _REGIONAL_KEY.fullmatch(written):
        return False
    international = written.lstrip("( ").startswith(("+", "00"))
    if not (6 if told else _LONG_ENOUGH) <= len(digits) <= 17:
        return False
    try:
        number = phonenumbers.parse(re.sub(r"[^\d+]", "", written.replace("(0)", "", 1) if international else written), "DE")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) or (told and phonenumbers.is_possible_number(number)) or _is_reserved_abroad(number)


def _is_reserved_abroad(number: phonenumbers.PhoneNumber) -> bool:
    """Possible, and written with its country: plans abroad are not always known down to the last block."""
    return number.country_code != 49 and phonenumbers.is_possible_number(number)
