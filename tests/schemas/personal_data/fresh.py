"""A third measurement: values as they come out of web forms, office files and mail programs, written without a look at the rules
of the detector. First measured before the detector was changed for it (docs/personal-data.md gives both figures); what was found
then has since been used to mend it, so later figures are tuned. Frozen, like the first set: see test_measurement.

Nobody's data: hosts are reserved (RFC 2606, 6761), telephone numbers are the Bundesnetzagentur's ranges for films, bank codes begin
with 9 (none is assigned), plates carry letters that no office issues, insurance numbers an area that no insurer has.
"""

import random
from collections.abc import Callable, Mapping, Sequence

from tests.schemas.personal_data.planted import Planted, plant

SEED = 41_077
PER_DISGUISE = 6

FRAMES: Mapping[str, tuple[str, ...]] = {
    "email": (
        "{}",
        "Gern auch per Mail: {} .",
        "Absender: {} / Eingang über das Kontaktformular",
        "Wir sind eine Initiative aus der Weststadt ({}), bitte nehmen Sie uns auf.",
        "Ideen? → {} ←",
        "Ich möchte informiert werden. {}",
        "Protokoll ging an {}, Frist zwei Wochen.",
        "Spielplatz Fackelwoog;Schaukel fehlt;{};offen",
        "Siehe unsere Nachricht vom Montag, Antwort bitte nur an {} und nicht an den Ortsbeirat",
        '"Vorschlag","{}","12"',
        "Im Anhang die Liste.\nGruß\n{}",
        "* {} * Interessengemeinschaft Radverkehr",
    ),
    "phone": (
        "{}",
        "Wer den Schlüssel hat: {}!",
        "Durchwahl {}, bitte lange klingeln lassen",
        "Ich wohne direkt daneben und bin über {} zu sprechen.",
        "Baum umgestürzt;Wald;{};erledigt",
        "(Rückrufbitte: {})",
        "Sie erreichen uns von 8 bis 16 Uhr telefonisch - {} - oder im Bürgercenter.",
        "Notiz: Anruferin, {}, Ampel zu kurz",
        "Tel.Nr.{}",
        "☎ {}",
        "Festnetz: {}. Am 3. Mai verreist.",
        "Laterne Nr. 17 dunkel. Kontakt über {} (Hausmeister).",
    ),
    "iban": (
        "{}",
        "Bitte erstatten: {}.",
        "Kto. {} bei der Genossenschaftsbank",
        "Zuschuss über 250,00 € auf {} überweisen",
        "Vereinskonto;{};geprüft",
        "(IBAN lautet {})",
        "Lastschrift von {} zum 01.04. widerrufen",
        "Konto-Nr.: {}, Verwendungszweck Sommerfest",
        "Die Kaution geht zurück an {}",
        "Spendenkonto {} – danke!",
    ),
    "plate": (
        "Halter des Fahrzeugs {} wurde nicht angetroffen.",
        "Auto mit Kennzeichen {} steht seit Wochen auf dem Radweg",
        "Falschparker ({}) vor der Feuerwehrzufahrt",
        "Kfz-Kennz. {}; Ordnungsamt verständigt",
        "Ein roter Kombi, {}, hat die Schranke beschädigt.",
        "Der Lkw {} fährt täglich durch die Spielstraße.",
        "Abgemeldetes Auto, Nummernschild {}.",
        "Das Motorrad mit {} am Heck rast hier nachts.",
        "Parkausweis beantragt für {} (Pkw)",
        "Wohnmobil {} blockiert drei Stellplätze",
    ),
    "address": (
        "{}",
        "Anlieger: {}.",
        "Wir wohnen in der {}, seit 1998.",
        "Ortstermin bei Familie in {} vereinbaren",
        "Absender\n{}\nDatum wie Eingang",
        "Postanschrift: {}",
        "Hecke ragt in den Gehweg;{};Grünfläche",
        "(wohnhaft {})",
        "Ich lade alle ein, am Samstag zu mir zu kommen: {}!",
        "Rechnung an: {}, zu Händen der Mieterin",
    ),
    "tax-id": ("Steuer-ID {} liegt bei.", "Identifikationsnummer: {}", "Meine IdNr. ist {} (Finanzamt)", "Steueridentifikationsnr.;{};"),
    "insurance-number": ("Rentenversicherungsnummer {}", "Vers.-Nr. {} laut Ausweis", "SV-Nummer: {}.", "Sozialversicherung;{};"),
    "birth-date": (
        "geb. {}",
        "Ich bin am {} geboren und brauche einen Seniorenpass.",
        "Geburtsdatum: {}",
        "Kind, *{}, sucht Kita-Platz",
        "geboren am {} in Landstuhl",
    ),
    "handle": ("Mein Profil heißt {}.", "Schreibt mir auf Instagram: {}", "Foto von {} auf Mastodon", "Danke an {} für den Hinweis"),
    "link": ("Mehr Bilder: {}", "Profil ({}) ansehen", "s. {} .", "Kommentar von {}"),
    "salutation": (
        "Sehr geehrte {}, vielen Dank",
        "Guten Tag {}, anbei der Plan.",
        "Gesprochen mit {} vom Nachbarhaus.",
        "Mein Name ist {} und ich wohne hier.",
        "ich heiße {}.",
    ),
}
_FIRST = ("Almuth", "Berthold", "Cansu", "Detlef", "Ewa", "Friedhelm", "Gülay", "Hinnerk", "Ivana", "Jörn", "Kaya", "Lothar", "Mirjam")
_LAST = ("Achterberg", "Bräutigam", "Çelik", "Dombrowski", "Eßlinger", "Fuhrmeister", "Grünwälder", "Hölscher", "Immendorf", "Jankowiak")
_HOSTS = ("example.org", "example.net", "mail.example.com", "post.example.de", "verein.example", "web-mail.test", "stadtteil.invalid")
_STREETS = (
    "Birkenweg",
    "Am Alten Bahndamm",
    "Mozartstraße",
    "Goethestr.",
    "Hinter den Gärten",
    "Kurt-Tucholsky-Platz",
    "Lange Gasse",
    "Burgherrenallee",
    "St.-Martin-Straße",
    "Ziegeleiring",
    "Im Wiesental",
    "Albrecht-Dürer-Str.",
)
_TOWNS = ("67655 Kaiserslautern", "67657 Kaiserslautern", "67659 Kaiserslautern", "66849 Landstuhl", "67697 Otterberg", "68159 Mannheim")
_DISTRICTS = ("KL", "KUS", "PIR", "ZW", "LU", "NW", "DÜW", "RP", "MZ", "HD", "B", "S", "HH", "OF", "WÜ", "ROK", "GER")
_FILM_LANDLINES = (("30", "23125"), ("40", "66969"), ("69", "90009"), ("221", "4710"), ("89", "99998"))
_FILM_MOBILES = ("15228817386", "1729925904", "1729968532", "1729973185", "1749091317", "1749464308")
_NBSP, _NARROW, _SOFT, _ZERO = "\u00a0", "\u202f", "\u00ad", "\u200b"
_HYPHEN, _FIXED_HYPHEN, _DASH, _MINUS = "\u2010", "\u2011", "\u2013", "\u2212"
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")

Chance = random.Random
Make = Callable[[Chance], str]


def _ascii(name: str) -> str:
    return name.lower().translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss", ord("ç"): "c"})


def _mailbox(chance: Chance) -> tuple[str, str]:
    first, last = _ascii(chance.choice(_FIRST)), _ascii(chance.choice(_LAST))
    local = chance.choice([f"{first}.{last}", f"{first[0]}.{last}", f"{last}{chance.randrange(10, 99)}", f"{first}_{last}", f"info+{last}"])
    return local, chance.choice(_HOSTS)


def _mail(pattern: str, *, dot: str = ".") -> Make:
    def make(chance: Chance) -> str:
        local, host = _mailbox(chance)
        return pattern.format(local=local, host=host.replace(".", dot), spelt=local.replace(".", dot))

    return make


def _number(chance: Chance) -> tuple[str, str]:
    """(area or network code without the zero, the rest)."""
    if chance.random() < 0.4:
        mobile = chance.choice(_FILM_MOBILES)
        return mobile[:3], mobile[3:]
    area, head = chance.choice(_FILM_LANDLINES)
    return area, head + f"{chance.randrange(1000):03d}"


def _pairs(digits: str, gap: str) -> str:
    return gap.join(digits[place : place + 2] for place in range(0, len(digits), 2))


def _phone(pattern: str, *, gap: str = "", wide: bool = False) -> Make:
    def make(chance: Chance) -> str:
        area, rest = _number(chance)
        text = pattern.format(area=area, rest=_pairs(rest, gap) if gap else rest, plain=rest)
        return text.translate(_WIDE) if wide else text

    return make


def _iban_digits(chance: Chance) -> str:
    country, length = chance.choice([("DE", 18), ("DE", 18), ("DE", 18), ("AT", 16), ("LU", 16)])
    account = "9" + "".join(chance.choice("0123456789") for _ in range(length - 1))
    code = "".join(str(ord(letter) - 55) for letter in country)
    return f"{country}{98 - int(account + code + '00') % 97:02d}{account}"


def _iban(gap: str, *, lower: bool = False, wide: bool = False, size: int = 4) -> Make:
    def make(chance: Chance) -> str:
        digits = _iban_digits(chance)
        text = gap.join(digits[place : place + size] for place in range(0, len(digits), size))
        text = text.lower() if lower else text
        return text.translate(_WIDE) if wide else text

    return make


def _plate(pattern: str, *, wide: bool = False) -> Make:
    def make(chance: Chance) -> str:
        letters = chance.choice(("HJ", "KZ", "NS", "SA", "SS"))
        text = pattern.format(district=chance.choice(_DISTRICTS), letters=letters, number=chance.randrange(10, 999))
        return text.translate(_WIDE) if wide else text

    return make


def _address(pattern: str, *, wide: bool = False) -> Make:
    def make(chance: Chance) -> str:
        number = f"{chance.randrange(1, 180)}{chance.choice(['', '', '', 'a', ' b'])}"
        code, town = chance.choice(_TOWNS).split(" ")
        text = pattern.format(street=chance.choice(_STREETS), number=number, code=code, town=town)
        return text.translate(_WIDE) if wide else text

    return make


def _tax_id(gap: str) -> Make:
    """Ten digits of which exactly one occurs twice, and the check digit (ISO 7064, MOD 11,10)."""

    def make(chance: Chance) -> str:
        digits = chance.sample("0123456789", 9)
        digits.insert(chance.randrange(1, 9), chance.choice(digits))
        if digits[0] == "0":
            digits.reverse()
        product = 10
        for each in digits:
            total = (int(each) + product) % 10 or 10
            product = total * 2 % 11
        text = "".join(digits) + str((11 - product) % 10)
        return gap.join((text[:2], text[2:5], text[5:8], text[8:]))

    return make


def _insurance(gap: str) -> Make:
    """Area, date of birth, letter, serial number, check digit (VKVV § 2)."""

    def make(chance: Chance) -> str:
        letter = chance.choice("ABCDEFGHKLMNPRSTW")
        head = f"{chance.choice(['31', '34', '37'])}{chance.randrange(1, 29):02d}{chance.randrange(1, 13):02d}{chance.randrange(30, 99)}"
        serial = f"{chance.randrange(1, 99):02d}"
        spelt = head + f"{ord(letter) - 64:02d}" + serial
        products = [int(digit) * weight for digit, weight in zip(spelt, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True)]
        check = sum(each // 10 + each % 10 for each in products) % 10
        return gap.join((head[:2], head[2:], letter, f"{serial}{check}"))

    return make


def _birth(pattern: str) -> Make:
    months = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember")

    def make(chance: Chance) -> str:
        month = chance.randrange(1, 13)
        return pattern.format(day=chance.randrange(1, 29), month=month, word=months[month - 1], year=chance.randrange(1932, 2019))

    return make


def _handle(pattern: str) -> Make:
    def make(chance: Chance) -> str:
        return pattern.format(name=f"{_ascii(chance.choice(_FIRST))}{chance.choice(['_', '.', ''])}{chance.randrange(50, 99)}")

    return make


def _person(pattern: str) -> Make:
    def make(chance: Chance) -> str:
        return pattern.format(first=chance.choice(_FIRST), last=chance.choice(_LAST))

    return make


#: Kind -> how the value is dressed -> who makes it.
DISGUISES: Mapping[str, Mapping[str, Make]] = {
    "email": {
        "as it is": _mail("{local}@{host}"),
        "capitals": lambda chance: _mail("{local}@{host}")(chance).upper(),
        "link remnant": _mail('<a href="mailto:«{local}@{host}»">Mail</a>'),
        "line break tags": _mail("<br>«{local}@{host}»<br/>"),
        "entity": _mail("{local}&#64;{host}"),
        "named entity": _mail("{local}&commat;{host}"),
        "full-width at": _mail("{local}＠{host}"),
        "zero width": _mail("{local}" + _ZERO + "@" + _ZERO + "{host}"),
        "soft hyphen": _mail("{local}@" + _SOFT + "{host}"),
        "spaces": _mail("{local} @ {host}"),
        "no-break spaces": _mail("{local}" + _NBSP + "@" + _NBSP + "{host}"),
        "line broken": _mail("{local}@\n{host}"),
        "(at)": _mail("{local}(at){host}"),
        "[at]": _mail("{local} [at] {host}"),
        "(ät)": _mail("{local} (ät) {host}"),
        "at and punkt": _mail("{spelt} (at) {host}", dot=" punkt "),
        "at and dot in brackets": _mail("{local}[at]{host}", dot="[dot]"),
        "words only": _mail("{local} at {host}", dot=" dot "),
        "percent": _mail("mailto:«{local}%40{host}»"),
    },
    "phone": {
        "as it is": _phone("0{area} {rest}"),
        "slash": _phone("0{area}/{rest}"),
        "pairs": _phone("0{area} - {rest}", gap=" "),
        "dots": _phone("0{area}.{rest}", gap="."),
        "country": _phone("+49 {area} {rest}"),
        "country in brackets": _phone("+49 (0) {area} {rest}"),
        "double zero": _phone("0049 {area} {rest}", gap=" "),
        "no-break spaces": _phone("0{area}" + _NBSP + "{rest}", gap=_NBSP),
        "narrow spaces": _phone("+49" + _NARROW + "{area}" + _NARROW + "{rest}"),
        "hyphen": _phone("0{area}" + _HYPHEN + "{rest}"),
        "fixed hyphen": _phone("0{area}" + _FIXED_HYPHEN + "{rest}"),
        "dash": _phone("0{area} " + _DASH + " {rest}"),
        "minus": _phone("0{area}" + _MINUS + "{rest}"),
        "full-width": _phone("0{area} {rest}", wide=True),
        "line broken": _phone("0{area}\n{rest}"),
        "tags": _phone("<b>«0{area}</b> {rest}»<br>"),
        "entity": _phone("0{area}&nbsp;{rest}"),
        "tel link": _phone('<a href="tel:«+49{area}{plain}»">anrufen</a>'),
        "zero width": _phone("0{area}" + _ZERO + "{rest}"),
    },
    "iban": {
        "as it is": _iban(" "),
        "run together": _iban(""),
        "small letters": _iban(" ", lower=True),
        "no-break spaces": _iban(_NBSP),
        "narrow spaces": _iban(_NARROW),
        "hyphens": _iban("-"),
        "typographic hyphens": _iban(_HYPHEN),
        "dots": _iban("."),
        "full-width": _iban(" ", wide=True),
        "line broken": _iban("\n", size=12),
        "entities": _iban("&nbsp;"),
        "tags": lambda chance: f"<strong>«{_iban(' ')(chance)}»</strong>",
        "zero width": _iban(_ZERO),
        "threes": _iban(" ", size=3),
    },
    "plate": {
        "as it is": _plate("{district}-{letters} {number}"),
        "spaces": _plate("{district} {letters} {number}"),
        "run together": _plate("{district}-{letters}{number}"),
        "two hyphens": _plate("{district}-{letters}-{number}"),
        "typographic hyphen": _plate("{district}" + _HYPHEN + "{letters} {number}"),
        "dash": _plate("{district} " + _DASH + " {letters} {number}"),
        "no-break spaces": _plate("{district}" + _NBSP + "{letters}" + _NBSP + "{number}"),
        "full-width": _plate("{district}-{letters} {number}", wide=True),
        "entity": _plate("{district}&nbsp;{letters}&nbsp;{number}"),
        "small letters": lambda chance: _plate("{district}-{letters} {number}")(chance).lower(),
        "electric": _plate("{district}-{letters} {number}E"),
        "colon": _plate("{district}:{letters} {number}"),
    },
    "address": {
        "as it is": _address("{street} {number}, {code} {town}"),
        "no comma": _address("{street} {number} {code} {town}"),
        "two lines": _address("{street} {number}\n{code} {town}"),
        "tags": _address("{street} {number}<br>{code} {town}"),
        "paragraphs": _address("<p>«{street} {number}</p><p>{code} {town}»</p>"),
        "entity": _address("{street}&nbsp;{number}, {code}&nbsp;{town}"),
        "no-break spaces": _address("{street}" + _NBSP + "{number}, {code}" + _NBSP + "{town}"),
        "country": _address("{street} {number}, D-{code} {town}"),
        "slash": _address("{street} {number} / {code} {town}"),
        "dash": _address("{street} {number} " + _DASH + " {code} {town}"),
        "number word": _address("{street} Nr. {number}, {code} {town}"),
        "full-width": _address("{street} {number}, {code} {town}", wide=True),
        "town first": _address("{code} {town}, {street} {number}"),
        "capitals": lambda chance: _address("{street} {number}, {code} {town}")(chance).upper(),
    },
    "tax-id": {"as it is": _tax_id(""), "groups": _tax_id(" "), "no-break spaces": _tax_id(_NBSP), "entities": _tax_id("&nbsp;")},
    "insurance-number": {"as it is": _insurance(""), "groups": _insurance(" "), "no-break spaces": _insurance(_NBSP)},
    "birth-date": {
        "as it is": _birth("{day:02d}.{month:02d}.{year}"),
        "short": _birth("{day}.{month}.{year}"),
        "spaces": _birth("{day}. {month}. {year}"),
        "words": _birth("{day}. {word} {year}"),
        "no-break spaces": _birth("{day}." + _NBSP + "{word}" + _NBSP + "{year}"),
        "backwards": _birth("{year}-{month:02d}-{day:02d}"),
        "slashes": _birth("{day:02d}/{month:02d}/{year}"),
    },
    "handle": {
        "as it is": _handle("@{name}"),
        "federated": _handle("@{name}@social.example"),
        "full-width at": _handle("＠{name}"),
        "tags": _handle("<b>«@{name}»</b>"),
    },
    "link": {
        "profile": _handle("https://www.facebook.com/{name}"),
        "user": _handle("https://example.org/users/{name}"),
        "tilde": _handle("https://example.org/~{name}/"),
        "at": _handle("https://social.example/@{name}"),
        "bare": _handle("www.instagram.com/{name}"),
        "anchor": _handle('<a href="«https://example.org/profile/{name}»">hier</a>'),
    },
    "salutation": {
        "Frau": _person("Frau {last}"),
        "Herr": _person("Herr {first} {last}"),
        "doctor": _person("Frau Dr. {last}"),
        "no-break space": _person("Frau" + _NBSP + "{last}"),
        "entity": _person("Herr&nbsp;{last}"),
        "family": _person("Familie {last}"),
        "couple": _person("Frau {last} und Herr {last}"),
    },
}

#: Nobody in them, but much of what the detector looks for: numbers, hyphens, signs, remnants of HTML.
CLEAN: Sequence[str] = """\
<p>Die Baustelle an der L&nbsp;395 dauert bis 30.11.2024.</p>
Umleitung über B‑37 und K‐9
Buslinie 105, Haltestelle Hbf&nbsp;A&nbsp;3
Az. 61‑26‑2023/118
Bebauungsplan „Ka 0/145“, 3.&nbsp;Änderung
Vorlage 0631/2023 wurde vertagt
Drucksache 19/4711 (Anlage 2)
Beschluss&nbsp;Nr. 12/2024 vom 05.03.2024
Höhe über NN: 251,3&nbsp;m
Sensor KL-TEMP-07 sendet alle 10&nbsp;min
Messstelle DERP024 liefert NO₂
Inventar-Nr. 2019-000418-B
Stückzahl: ４２ Bänke
<br>Öffnungszeiten: Mo&nbsp;–&nbsp;Fr 8–16&nbsp;Uhr<br/>
Gefördert mit 1.250.000,00&nbsp;€ aus dem Programm „Soziale Stadt“
Haushaltsstelle 5.4.1.0.01/0123.785200
Kostenstelle 66 10 23 00
Flurstück 1234/56, Gemarkung Erfenbach
Gemarkung 3512, Flur 4, Flurstück 88/3
EPSG:25832, Rechtswert 32410233, Hochwert 5477120
49.4447, 7.7689
49° 26′ 41″ N, 7° 46′ 8″ O
ISBN 978-3-16-148410-0
ISSN 2049-3630
DOI 10.1000/182
Wikidata Q3934
Gemeindeschlüssel 07312000
AGS 073120000000
Postleitzahlen 67655 bis 67663
67655 Kaiserslautern
Kaiserslautern-Dansenberg, Kaiserslautern-Erlenbach
Ortsbezirk 12 – Siegelbach
DIN 18040-1 und DIN EN 13201
§ 34 Abs. 1 BauGB i. V. m. § 4 BauNVO
Verordnung (EU) 2023/138
HVD-Kategorie „Mobilität“
Version 3.0.2-rc1 vom 2024-05-31T12:00:00Z
Prüfsumme 9f86d081884c7d659a2feaa0c55ad015
UUID 550e8400-e29b-41d4-a716-446655440000
sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
Der Platz misst 45 × 60 m
Maßstab 1:25000
Auflage 10.000 Stück
Laufzeit 2021–2026
Beteiligung vom 1.&nbsp;März bis 15.&nbsp;April 2024
Am 12. Juni 2023 tagte der Ausschuss.
Gründung der Stiftung: 01.02.1998
Seit dem 03.10.1990 Eigentum der Stadt
Die Schule wurde 1912 gebaut und 1986 saniert.
Geburtenzahl 2022: 1.012
Sterbefälle 2022: 1.240
Einwohner am 31.12.2023: 100.414
Wahlbeteiligung 2024: 54,3&nbsp;%
Stimmen: 12 345 gültig, 231 ungültig
Fraktion A: 18 Sitze; Fraktion B: 12 Sitze
Der Oberbürgermeister eröffnete die Sitzung.
Die Beigeordnete berichtete über den Haushalt.
Herr des Verfahrens ist die Bauaufsicht.
Die Frau im Mittelpunkt: Ausstellung zum Weltfrauentag
Familie und Beruf: Broschüre
Familienzentrum Nord, Raum 3
Herrenberg, Frauenlob und Familienheim sind Flurnamen
Sehr geehrte Damen und Herren
Mein Name ist Programm: Aktionstag
ich heiße Sie willkommen
Preise: 3,50 €/h, 12 €/Tag
Tarif A-3, Zone 800/801
Gleis 4, Abschnitt A–C
RE 1, RB 65, S 1
Zug IC 2054 nach Stuttgart
A 6 Richtung Mannheim, AS 15 KL-West
Autobahn A63, Ausfahrt 14
Parkhaus P-12 und P-14
Parkplatz PR 3
E 10 am Wertstoffhof
Container C-118, Feld B-4
Raum E.07 und Saal U 1.12
Gebäude 36, Eingang B
Trafo T-118 wurde getauscht
Schaltkasten SK 4411
Leuchte L-20715 (LED, 30 W)
Baum-Nr. 004711, Linde, Umfang 188 cm
Straßen-ID 102334, Abschnitt 12
Zählstelle Z-1001: 4.210 Kfz/24 h
Radzählstelle 17: 1.033 Räder am 14.05.
Spur 2, Takt 90 s
0,5 % Gefälle
0800 – 1600 Uhr gesperrt
Zeitraum 0001–2024
Feldnamen: id;titel;beginn;ende
NULL;0;-1;NaN
Spalte A1:C12
<table><tr><td>12</td><td>7,5</td></tr></table>
&lt;br&gt; steht im Text
&amp;nbsp; bleibt stehen
https://www.kaiserslautern.de/buerger/
https://opendata.example.org/datasets/projekte?page=2
https://example.org/download/2024/05/plan_final-v2.pdf
www.example.org/karten#ebene=12
ftp.example.org/pub
opendata@example.org ist das Postfach der Stelle
info@example.org
poststelle@example.org
CC BY 4.0, dl-de/by-2-0
© GeoBasis-DE / LVermGeoRP 2024
Quelle: Statistisches Landesamt, Blatt 4
Rathaus, Willy-Brandt-Platz
Bürgercenter im Rathaus Nord
Treffpunkt: Haupteingang Gartenschau
Spielplatz an der Rundsporthalle
Zwischen Mozartstraße und Goethestraße
Die Birkenstraße wird saniert, Abschnitt 2
Ecke Lange Gasse / Kurze Gasse
Vollsperrung Fabrikstraße ab Kreuzung
Kanal DN 300 auf 120 m erneuert
Rohr DE 110 PN 10
Pumpe P 101 läuft
Strecke km 12,340 – 14,100
Los 4: Elektro, 33 % fertig
HOAI Leistungsphasen 5–8
Kreisverband, Ortsverband und Landesverband
Musikfest 2024 @ Stadthalle
Treff @ 18 Uhr
#kaiserslautern #opendata
Fassung at the end of 2023
dot-matrix und at-Zeichen erklärt
Punkt 3 der Tagesordnung: Antrag (at) entfällt
je Person 2 m²
3–5 Personen nahmen teil
weniger als 10 Haushalte
1.&nbsp;Preis: 500&nbsp;€, 2.&nbsp;Preis: 300&nbsp;€
Lieferzeit 5‑7 Werktage
Seite 3 von 12
Bild 4: Blick nach Süden
Tabelle 2–1: Kennzahlen
Rev. B, Stand 11/2023
GRZ 0,4; GFZ 0,8
WA, MI und GE nach BauNVO
BHKW 2 × 50 kW
Solar 99,8 kWp
PM10 18 µg/m³, PM2,5 9 µg/m³
Pegel 1,20 m über PNP
LAeq 58 dB(A)
Wassertemperatur 19,5 °C
pH 7,4; O₂ 8,2 mg/l
Windgeschwindigkeit 3,4 m/s
IP65, 230 V, 16 A
Modell KX-200 S
Firmware 1.12.0+build.7
Kanal 868.1 MHz, SF 7
DevEUI 70B3D57ED0000001
MAC-Adresse der Basisstation entfällt
USt-IdNr. und Steuernummer stehen im Impressum
Leitweg-ID 07312000-0001-62
Vergabenummer 2024-061-VOB
CPV 45233140-2
NUTS DEB32
Kataster-Blatt 4.12-07
Aktenplan 610-13:0002
Rechnung RE-2024-00123
Bestellung 4500012345
Vertrag V/2023/0815
Ticket #2024051310000123
""".splitlines()


def values() -> list[Planted]:
    """Every kind in every dress, `PER_DISGUISE` times in drawn frames."""
    chance = random.Random(SEED)
    return [
        _planted(kind, chance.choice(FRAMES[kind]), make(chance))
        for kind, dresses in DISGUISES.items()
        for make in dresses.values()
        for _ in range(PER_DISGUISE)
    ]


def _planted(kind: str, frame: str, dressed: str) -> Planted:
    """In a dress with tags around it, the value alone is what has to be found."""
    before, _, rest = dressed.partition("«")
    value, _, after = rest.partition("»")
    return plant(kind, frame.replace("{}", before + "{}" + after), value) if rest else plant(kind, frame, dressed)


def by_disguise() -> list[tuple[str, Planted]]:
    """The same values, each with the name of its dress."""
    names = [name for dresses in DISGUISES.values() for name in dresses for _ in range(PER_DISGUISE)]
    return list(zip(names, values(), strict=True))
