"""The other half of the measurement: written after the detector, to be harder. It grows with every miss that is found in practice."""

import random

from tests.schemas.personal_data import planted
from tests.schemas.personal_data.planted import Planted, plant

SEED = 7_312_000

ANYWHERE = (
    "Hallo zusammen, ich finde den Vorschlag gut. {} Danke!",
    "Vorschlag 17 (Stiftsplatz): mehr Bäume; {}; gesehen am 12.06.2023",
    "1. Bank reparieren\n2. {}\n3. Licht",
    "  {}  ",
    "Anm.: {}",
    "[{}]",
    "Zitat: »{}«",
    "| Süd | {} | 2023 |",
    "{} – bitte nicht veröffentlichen",
    "Hinweis ohne Absatz,{},Ende",
    "<p>{}</p>",
    "siehe oben\u00a0{}\u00a0(intern)",
    "Das Gerät im Konto der Vorlage ist kaputt, {}",
)


def _mail(chance: random.Random) -> str:
    plain = planted.mail(chance)
    local, host = plain.split("@")
    forms = (
        plain,
        plain.upper(),
        plain.title(),
        plain.replace("@", " @ "),
        plain.replace("@", "＠"),
        plain.replace("@", "%40"),
        plain.replace("@", "\u200b@"),
        plain.replace("@", "(@)"),
        f"{local} ( at ) {host}",
        f"{local} [ät] {host.replace('.', ' [punkt] ')}",
        f"{local.replace('.', ' (punkt) ')} (at) {host.replace('.', ' (punkt) ')}" if "." in local else plain,
        f"{local}_at_{host}",
        f"mailto:{plain}",
    )
    return chance.choice(forms).removeprefix("mailto:")


def _phone(chance: random.Random) -> str:
    plain = planted.phone(chance)
    forms = (
        plain,
        plain.replace(" ", "\u00a0"),
        plain.replace("-", "–"),
        plain.replace("-", "‑"),
        plain.replace(" ", "\u202f"),
        plain.replace("/", " / "),
        "0 30 / 2 31 25-1 " + f"{chance.randint(10, 99)}",
        f"+49 (30) 23125 {chance.randint(100, 999)}",
        f"(+49) 30 23125{chance.randint(100, 999)}",
        f"0049-30-23125{chance.randint(100, 999)}",
        f"0049 (0) 30 23125{chance.randint(100, 999)}",
        f"+49-176-040690{chance.randint(10, 99)}",
        f"0176 / 04 06 90 {chance.randint(10, 99)}",
        f"089 / 99 99 8 {chance.randint(100, 999)}",
        f"040.66969.{chance.randint(100, 999)}",
        f"tel:+4989999981{chance.randint(10, 99)}",
    )
    return chance.choice(forms).removeprefix("tel:")


def _iban(chance: random.Random) -> str:
    plain = planted.iban(chance).replace(" ", "").replace("\u00a0", "").replace("-", "").upper()
    fours = [plain[i : i + 4] for i in range(0, len(plain), 4)]
    forms = (
        "\u202f".join(fours),
        "  ".join(fours),
        "–".join(fours),
        ".".join(fours),
        plain[:2] + " " + plain[2:],
        "\n".join([" ".join(fours[:3]), " ".join(fours[3:])]),
        plain.title(),
    )
    return chance.choice(forms)


PLATE_SENTENCES = (
    "Das Auto mit dem Kennzeichen {} fährt hier immer zu schnell.",
    "Seit Tagen parkt {} auf dem Radweg.",
    "Der Fahrer des Wagens {} hat mich beschimpft.",
    "Unfall mit {} an der Kreuzung",
    "Roter Golf, {}, ohne Plakette",
    "Der Halter von {} sollte verwarnt werden.",
    "Kennzeichen: {}",
    "Kfz-Kennzeichen\t{}",
    "Wohnmobil {} steht im Halteverbot.",
)


def _plate(chance: random.Random) -> str:
    plain = planted.plate(chance)
    forms = (
        plain,
        plain.replace("-", " "),
        plain.replace("-", "–"),
        plain.replace("-", " - "),
        plain.replace(" ", ""),
        plain.replace("-", "").replace(" ", ""),
        plain.replace(" ", "-"),
        plain.replace("-", ":"),
        plain.lower(),
        plain.replace("-", "\u00a0").replace(" ", "\u00a0"),
    )
    return chance.choice(forms)


def _address(chance: random.Random) -> str:
    home, (code, town) = planted.street_and_number(chance), chance.choice(planted.TOWNS)
    forms = (
        f"{home} , {code} {town}",
        f"{home}\r\n{code} {town}",
        f"{home} | {code} {town}",
        f"{home} – {code} {town}",
        f"{home} ({code} {town})",
        f"{home}, Hinterhaus, {code} {town}",
        f"{home}, {code}\u00a0{town}",
        f"{code} {town}, {home}",
        f"{code} {town}; {home}",
        f"{code} {town} - {home}",
        f"{home}, {code} {town}".lower(),
        f"{home}, {code} {town}".upper(),
        f"{home.replace(' ', chr(0xA0))}, {code} {town}",
        f"Dansenberg {chance.randint(1, 99)}, 67661 Kaiserslautern",
    )
    return chance.choice(forms)


HOME_SENTENCES = (
    "Ich wohne in der {} und höre jeden Zug.",
    "Wir wohnen seit Jahren {}, das ist laut.",
    "Vor meinem Haus {} fehlt ein Zebrastreifen.",
    "Meine Anschrift: {}",
)


def _street(chance: random.Random) -> str:
    street = chance.choice(("Musterstraße", "Fantasieweg", "Erfundene Straße", "Scheingasse", "Karl-Erdacht-Str."))
    return f"{street} {chance.randint(1, 140)}{chance.choice(('', 'a', ' b'))}"


BIRTH_SENTENCES = (
    "geb. in Musterstadt am {}",
    "* {} in Musterstadt",
    "{} geboren, wohnhaft im Westen",
    "Geb.-Datum {}",
    "GEBURTSDATUM: {}",
    "wurde am {} in Beispielstadt geboren",
    "Meine Tochter hat am {} Geburtstag",
)


def _salutation(chance: random.Random) -> str:
    last = chance.choice(planted.LAST_NAMES)
    forms = (
        f"von {last}",
        f"Dr. med. {last}",
        f"van der {last}",
        f"{chance.choice(planted.FIRST_NAMES)} {last}",
        f"Dipl.-Ing. {last}",
        last,
    )
    return chance.choice(forms)


SALUTATION_SENTENCES = (
    "sehr geehrter Herr {}, ",
    "Frau {} vom Bauamt sagt nein.",
    "die Eheleute {} sind dagegen",
    "Gespräch mit Herrn {} am 12.06.2023",
    "Guten Tag Frau {},",
)
NAME_SENTENCES = (
    "Hallo, mein Name ist {} aus der Weststadt.",
    "Viele Grüße\n{}",
    "Beste Grüße, {}",
    "gez. {}, Vorsitz",
    "Antragstellerin: {}",
    "Nachname: {}",
    "Ich heisse {}.",
    "My name is {}.",
)
LINK_SENTENCES = ("Foto unter {}", "({})", "Profil: {}!")


def _link(chance: random.Random) -> str:
    who = f"{chance.choice(('anna', 'cem', 'ute', 'paul'))}.muster{chance.randint(1, 99)}"
    forms = (
        f"https://www.facebook.com/{who}",
        f"https://www.linkedin.com/in/{who}/",
        f"https://www.xing.com/profile/{who}",
        f"https://instagram.com/{who}/",
        f"instagram.com/{who}",
        f"https://x.com/{who}/status/12345",
        f"https://t.me/{who}",
        f"https://klm.example/de/nutzer/{who}",
        f"ftp://{who}@example.org/bilder",
        f"https://example.org/index.php?id=3&username={who}",
        f"https://example.org/members/{who}#top",
        f"HTTPS://EXAMPLE.ORG/USERS/{who.upper()}",
        f"https://example.org/%7E{who}",
    )
    return chance.choice(forms)


def _health_number(chance: random.Random) -> str:
    letter, digits = chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), "".join(chance.choice("0123456789") for _ in range(8))
    total = sum(sum(divmod(int(digit) * factor, 10)) for digit, factor in zip(f"{ord(letter) - 64:02}{digits}", (1, 2) * 5, strict=True))
    return f"{letter}{digits}{total % 10}"


def planted_values() -> list[Planted]:
    chance = random.Random(SEED)
    plan = (
        ("email", _mail, ANYWHERE, 90),
        ("phone", _phone, ANYWHERE, 100),
        ("iban", _iban, ANYWHERE, 90),
        ("plate", _plate, PLATE_SENTENCES, 80),
        ("address", _address, ANYWHERE, 80),
        ("address", _street, HOME_SENTENCES, 20),
        ("tax-id", planted.tax_id, ANYWHERE, 25),
        (
            "tax-id",
            lambda pick: f"19/{pick.randint(100, 999)}/{pick.randint(10000, 99999)}",
            ("Steuernummer: {}", "Meine St.-Nr. {} beim Finanzamt"),
            8,
        ),
        ("insurance-number", planted.insurance_number, ANYWHERE, 20),
        ("insurance-number", _health_number, ("Krankenversichertennummer {}", "Gesundheitskarte: {}", "Versicherten-Nr. {}"), 10),
        ("birth-date", planted.birth_date, BIRTH_SENTENCES, 40),
        ("handle", planted.handle, ANYWHERE, 25),
        ("link", _link, LINK_SENTENCES, 40),
        ("salutation", _salutation, SALUTATION_SENTENCES, 40),
        ("name", planted.name, NAME_SENTENCES, 40),
        ("bare name", planted.name, ANYWHERE, 25),
    )
    return [plant(kind, chance.choice(sentences), generate(chance)) for kind, generate, sentences, count in plan for _ in range(count)]
