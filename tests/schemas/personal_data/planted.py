"""Invented values for the measurement, and what is planted where.

Nobody is reachable under any of them: telephone numbers come from the ranges the Bundesnetzagentur keeps free for films (Mitteilung
148/2021) and Ofcom's, mail hosts from the names reserved by RFC 2606, bank codes begin with 9 (none is assigned), plates carry letter
pairs that no office issues, insurance numbers an area that no insurer has. Tax ids are random numbers with a right check digit.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

Generator = Callable[[random.Random], str]


@dataclass(frozen=True)
class Planted:
    """One value in one text. `text[start:end]` is what has to be found, as `kind`."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def value(self) -> str:
        return self.text[self.start : self.end]


def plant(kind: str, sentence: str, value: str) -> Planted:
    """`sentence` holds one `{}`."""
    before, after = sentence.split("{}")
    return Planted(kind, before + value + after, len(before), len(before) + len(value))


FIRST_NAMES = (
    "Anna",
    "Bernd",
    "Cem",
    "Dilara",
    "Erika",
    "Fatma",
    "Gökhan",
    "Heinz",
    "Inge",
    "Jürgen",
    "Käthe",
    "Lukas",
    "Mehmet",
    "Nadja",
    "Olga",
    "Paul",
    "Renée",
    "Sören",
    "Thomas",
    "Ute",
)
LAST_NAMES = (
    "Mustermann",
    "Musterfrau",
    "Beispiel",
    "Erdichtet",
    "Öztürk-Muster",
    "Schäfer-Probe",
    "Grünspan",
    "Weißnicht",
    "Niemandsen",
    "Phantasius",
    "Probst-Beispiel",
    "Fiktiva",
)
_ASCII = {ord("ö"): "oe", ord("ü"): "ue", ord("ä"): "ae", ord("é"): "e", ord("ß"): "ss"}
RESERVED_HOSTS = (
    "example.org",
    "example.com",
    "example.net",
    "mail.example.org",
    "post.example.com",
    "abc-verein.example",
    "müller.example",
)


def name(chance: random.Random) -> str:
    return f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"


def _local_part(chance: random.Random) -> str:
    first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
    plain = (first + "." + last).lower().translate(_ASCII)
    both = plain.split(".")
    forms = (plain, both[0][0] + "." + both[1], both[1], both[0] + "_" + both[1], both[0] + str(chance.randint(1, 99)), both[0] + "+stadt")
    return chance.choice(forms)


def mail(chance: random.Random) -> str:
    return f"{_local_part(chance)}@{chance.choice(RESERVED_HOSTS)}"


def dressed_up_mail(chance: random.Random) -> str:
    """As people write it to escape from collectors of addresses."""
    host = chance.choice(("example.org", "example.com", "post.example.net"))
    at = chance.choice((" (at) ", "(at)", "[at]", " [at] ", " (ät) ", " at ", "{at}", "&#64;", "<at>"))
    dot = chance.choice((".", ".", "(dot)", " [dot] ", " punkt ", "(punkt)"))
    if at == " at " and dot == ".":
        dot = " dot "
    return f"{_local_part(chance)}{at}{host.replace('.', dot)}"


FILM_RANGES = (("030", "23125"), ("040", "66969"), ("069", "90009"), ("0221", "4710"), ("089", "99998"))
FILM_MOBILES = ("15228817386", "1729925904", "1729968532", "1729973185", "1729973186", "1729980752", "1749091317", "1749464308")


def phone(chance: random.Random) -> str:
    """A German number as written in Germany."""
    if chance.random() < 0.4:
        digits = chance.choice((*FILM_MOBILES, f"176040690{chance.randint(0, 99):02}"))
        area, rest = "0" + digits[:3], digits[3:]
        return chance.choice(
            (
                f"{area} {rest}",
                f"{area}/{rest}",
                f"{area}-{rest}",
                area + rest,
                f"{area} {rest[:3]} {rest[3:]}",
                f"+49 {area[1:]} {rest}",
                f"+49{digits}",
            )
        )
    area, block = chance.choice(FILM_RANGES)
    last = f"{chance.randint(0, 999):03}"
    forms = (
        f"{area} {block}{last}",
        f"{area} {block} {last}",
        f"{area}/{block}{last}",
        f"{area} / {block} {last}",
        f"({area}) {block}-{last}",
        f"({area}) {block}{last}",
        f"{area}-{block}{last}",
        f"{area} {block}-{last}",
        f"{area}{block}{last}",
        f"+49 {area[1:]} {block}{last}",
        f"+49 (0){area[1:]} {block}-{last}",
        f"+49{area[1:]}{block}{last}",
        f"0049 {area[1:]} {block}{last}",
        f"{area}.{block}.{last}",
        f"{area} {block[:2]} {block[2:]} {last}",
    )
    return chance.choice(forms)


def foreign_phone(chance: random.Random) -> str:
    return chance.choice((f"+44 1632 960{chance.randint(0, 999):03}", f"+44 7700 900{chance.randint(0, 999):03}"))


def _iban(country: str, account: str) -> str:
    as_number = "".join(str(int(each, 36)) for each in account + country + "00")
    return f"{country}{98 - int(as_number) % 97:02}{account}"


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def iban(chance: random.Random) -> str:
    country = chance.choice(("DE",) * 7 + ("AT", "CH", "LU"))
    account = {"DE": "9" + _digits(chance, 17), "AT": _digits(chance, 16), "CH": _digits(chance, 17), "LU": _digits(chance, 16)}[country]
    plain = _iban(country, account)
    spaced = " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))
    return chance.choice(
        (plain, spaced, spaced, spaced.replace(" ", "-"), plain.lower(), spaced.replace(" ", "\u00a0"), plain[:4] + " " + plain[4:])
    )


#: Districts of Rhineland-Palatinate and its neighbours and of all lengths.
DISTRICTS = (
    "KL",
    "K",
    "KIB",
    "KUS",
    "PS",
    "ZW",
    "LU",
    "LD",
    "NW",
    "SÜW",
    "DÜW",
    "AZ",
    "MZ",
    "WO",
    "GER",
    "MA",
    "HD",
    "F",
    "B",
    "M",
    "S",
    "HH",
    "ROK",
    "KH",
    "BIR",
    "HOM",
    "NK",
    "IGB",
    "SB",
    "TR",
    "DO",
    "MYK",
    "WÜ",
)


def plate(chance: random.Random) -> str:
    """HJ, KZ, NS, SA and SS are issued nowhere; the same letters across the hyphen are not issued in N, K, H and S."""
    if chance.random() < 0.12:
        first, letters = chance.choice((("N", "S"), ("K", "Z"), ("H", "J"), ("S", "S"), ("S", "A")))
    else:
        first, letters = chance.choice(DISTRICTS), chance.choice(("HJ", "KZ", "NS", "SA", "SS"))
    number = str(chance.randint(1, 9999 if len(first) < 3 else 999))
    suffix = chance.choice(("",) * 8 + ("E", "H")) if len(first + letters + number) < 8 else ""
    return f"{first}-{letters} {number}{suffix}"


STREETS = (
    "Beispielstraße",
    "Musterstr.",
    "Erfundene Straße",
    "Fantasieweg",
    "Nirgendplatz",
    "Attrappenallee",
    "Scheingasse",
    "Probering",
    "Am Nirgendhang",
    "Im Leerental",
    "An der Luftmühle",
    "Zum Trugfelsen",
    "Karl-Erdacht-Straße",
    "Hinter der Scheinmauer",
    "Dr.-Muster-Straße",
    "Platzhalterufer",
    "Nebelsteig",
    "Bei den Fiktionen",
    "Rosa-Beispiel-Allee",
    "Altmusterer Str.",
)
TOWNS = (
    ("67655", "Kaiserslautern"),
    ("67657", "Kaiserslautern"),
    ("67659", "Kaiserslautern"),
    ("67663", "KL"),
    ("66849", "Landstuhl"),
    ("10115", "Berlin"),
    ("67663", "Kaiserslautern-Dansenberg"),
)


def street_and_number(chance: random.Random) -> str:
    number = str(chance.randint(1, 189)) + chance.choice(("", "", "", "", "a", " b", "-" + str(chance.randint(190, 199)), "/2"))
    return f"{chance.choice(STREETS)} {number}"


def address(chance: random.Random) -> str:
    home, (postcode, town) = street_and_number(chance), chance.choice(TOWNS)
    forms = (
        f"{home}, {postcode} {town}",
        f"{home}, {postcode} {town}",
        f"{home}\n{postcode} {town}",
        f"{home} in {postcode} {town}",
        f"{postcode} {town}, {home}",
        f"{home}, D-{postcode} {town}",
        f"{home}; {postcode} {town}",
        f"{home} {postcode} {town}",
        f"{home}, 2. OG, {postcode} {town}",
        f"{home}, {postcode}",
    )
    return chance.choice(forms)


def tax_id(chance: random.Random) -> str:
    """Ten digits of which one stands twice, and the check digit of ISO 7064 Mod 11,10."""
    digits = chance.sample("0123456789", 9)
    digits.insert(chance.randrange(10), chance.choice(digits))
    if digits[0] == "0" or digits[1:].count("0") + (digits[0] == "0") > 2:
        return tax_id(chance)
    product = 10
    for each in digits:
        total = (int(each) + product) % 10 or 10
        product = total * 2 % 11
    plain = "".join(digits) + str((11 - product) % 10)
    return chance.choice((plain, f"{plain[:2]} {plain[2:5]} {plain[5:8]} {plain[8:]}"))


def insurance_number(chance: random.Random) -> str:
    """Pension insurance number; the areas 31 to 37 belong to no insurer."""
    born = f"{chance.randint(1, 28):02}{chance.randint(1, 12):02}{chance.randint(0, 99):02}"
    area, letter, serial = str(chance.randint(31, 37)), chance.choice("ABCDEFGHJKLMNPRSTVWZ"), f"{chance.randint(0, 99):02}"
    digits = area + born + f"{ord(letter) - 64:02}" + serial
    total = 0
    for digit, factor in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True):
        product = int(digit) * factor
        total += product // 10 + product % 10
    check = total % 10
    return chance.choice(
        (f"{area} {born} {letter} {serial}{check}", f"{area}{born}{letter}{serial}{check}", f"{area} {born} {letter}{serial}{check}")
    )


MONTHS = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"]


def birth_date(chance: random.Random) -> str:
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(1931, 2015)
    forms = (
        f"{day:02}.{month:02}.{year}",
        f"{day}.{month}.{year}",
        f"{day}. {MONTHS[month - 1]} {year}",
        f"{year}-{month:02}-{day:02}",
        f"{day:02}.{month:02}.{year % 100:02}",
        f"{day:02}/{month:02}/{year}",
    )
    return chance.choice(forms)


def handle(chance: random.Random) -> str:
    first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
    plain = first.lower().translate(_ASCII)
    return "@" + chance.choice(
        (f"{plain}{chance.randint(10, 99)}", f"{plain}_muster", f"{plain}.beispiel", f"{first}{last[:4]}", f"{plain}@social.example")
    )


def link(chance: random.Random) -> str:
    who = f"{chance.choice(FIRST_NAMES).lower().encode('ascii', 'ignore').decode()}{chance.randint(10, 99)}"
    forms = (
        f"https://{who}:geheim@example.org/liste",
        f"https://example.org/user/{who}",
        f"https://www.example.org/de/users/{who}/beitraege",
        f"http://example.com/profile/{who}",
        f"https://example.com/profil/{who}?tab=1",
        f"https://example.net/u/{who}",
        f"https://example.net/~{who}/seite.html",
        f"https://example.org/author/{who}/",
        f"https://social.example/@{who}",
        f"www.example.org/user/{who}",
        f"https://example.org/suche?user={who}&seite=2",
    )
    return chance.choice(forms)
