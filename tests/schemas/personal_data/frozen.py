"""The half of the measurement that was fixed before the detector was written. It is never changed: see FROZEN_DIGEST in test_measurement.

Sentences as participants, clerks and tables write them; each holds one planted value.
"""

import random

from tests.schemas.personal_data import planted
from tests.schemas.personal_data.planted import Generator, Planted, plant

SEED = 20261122

MAIL = (
    "{}",
    "Rückfragen bitte an {}.",
    "Meine Adresse lautet {}, danke!",
    "Ich bin unter {} zu erreichen",
    "Kontakt ({}) nur bis Freitag.",
    "Mail:{}",
    "E-Mail: {}; Anmeldung erforderlich",
    "Die Bank am Stiftsplatz wackelt. Antwort an <{}>",
    "„{}“ steht im Formular",
    "Schreiben Sie an {} oder kommen Sie ins Rathaus.",
    "Anregung 12\t{}\toffen",
    "Bitte melden\n{}\nVielen Dank",
    "Wer mitmachen will, schreibt an: {}!",
    "Absender war {} am 12.03.2024 um 17:30 Uhr",
)
PHONE = (
    "{}",
    "Tel. {}",
    "Bitte rufen Sie mich unter {} an.",
    "Telefon: {}, werktags ab 18 Uhr",
    "Ich bin unter der Nummer {} erreichbar.",
    "Mobil {}",
    "Handy: {} (abends)",
    "Anmeldung bei der Nachbarin ({})",
    "Die Lampe ist defekt, Rückruf {}",
    "Treffpunkt 18:00 Uhr, Fragen an {}.",
    "Fon {} / Fax auf Anfrage",
    "Kontakt\t{}\toffen",
    "Wir sind vom 01.03.2024 bis 05.03.2024 weg, danach {}.",
    "WhatsApp {} geht auch",
)
IBAN = (
    "{}",
    "IBAN: {}",
    "Bitte überweisen Sie auf {}.",
    "Meine Bankverbindung ist {}, Sparkasse",
    "Spenden an {} (Stichwort Bank)",
    "Erstattung auf Konto {} erbeten",
    "IBAN{}",
    "Kontoinhaberin und {} wie im Antrag vom 12.03.2024",
    "Konto\t{}\toffen",
    "Ich lege die Daten bei: {};",
)
PLATE = (
    "{}",
    "Der Wagen mit dem Kennzeichen {} parkt täglich auf dem Gehweg.",
    "Ein weißer Transporter ({}) blockiert die Einfahrt.",
    "{} steht seit drei Wochen vor dem Haus.",
    "Kfz {} wurde gestern abgeschleppt.",
    "Bitte prüfen: {}.",
    "Falschparker, {}, Bahnhofstraße, 17:30 Uhr",
    "Es war {}, ich habe ein Foto.",
    "Auto: {}",
    "Das Motorrad {} ist jede Nacht zu laut!",
)
ADDRESS = (
    "{}",
    "Ich wohne {}.",
    "Anschrift: {}",
    "Unser Haus ({}) liegt an der lauten Straße.",
    "Die Straßenlaterne vor {} ist seit 12.03.2024 dunkel.",
    "Bitte schicken Sie die Antwort an {}, vielen Dank.",
    "Eigentümerin, {}, ist einverstanden",
    "Antrag der Familie aus {}: abgelehnt",
    "Adresse\t{}\toffen",
)
TAX = ("Steuer-ID {}", "Meine Identifikationsnummer ist {}.", "IdNr.: {}", "Steuerliche Identifikationsnummer ({}) liegt bei", "{}")
INSURANCE = (
    "Versicherungsnummer {}",
    "Sozialversicherungsnummer: {}",
    "Meine Rentenversicherungsnummer lautet {}.",
    "SV-Nr. {}, liegt bei",
    "{}",
)
BIRTH = (
    "geboren am {}",
    "Ich bin am {} geboren und wohne im Westen der Stadt.",
    "Antragstellerin, geb. {}, bittet um Antwort.",
    "Geburtsdatum: {}",
    "Mein Geburtstag ist der {}.",
    "Kind (geb. am {}) sucht Platz in der Kita",
)
HANDLE = (
    "{}",
    "Danke an {} für das Foto!",
    "Folgt mir: {}",
    "Beitrag von {} vom 12.03.2024",
    "({}) hat das auch gesagt",
    "Insta {}, gern melden",
)
LINK = ("{}", "Mehr auf {}.", "Mein Beitrag steht unter {}, bitte lesen", "Siehe ({})", "Quelle: {}\nStand 2024")
SALUTATION = (
    "Sehr geehrte Frau {}, vielen Dank für Ihre Mail.",
    "Sehr geehrter Herr {}, die Bank ist kaputt.",
    "Liebe Frau {}, danke!",
    "Herr Dr. {} hat mir das zugesagt.",
    "Ich habe mit Frau {} im Bürgercenter gesprochen.",
    "Das Grundstück von Familie {} ist betroffen.",
    "Hallo Herr {}, wann kommt die Antwort?",
    "An Herrn {} im Referat Tiefbau",
    "Frau Prof. Dr. {} trägt vor.",
)
NAME = (
    "Mein Name ist {}.",
    "mein Name ist {} und ich wohne im Osten",
    "Guten Tag, ich heiße {} und möchte etwas vorschlagen.",
    "Mit freundlichen Grüßen\n{}",
    "gez. {}",
)
#: No cue beside it: nothing offline finds these reliably. Measured, not promised.
BARE_NAME = (
    "{} hat den Antrag gestellt.",
    "Das sagte {} am Rande der Sitzung.",
    "{}",
    "Foto: {}",
    "Teilgenommen haben {} und drei weitere Personen.",
)

PLAN: tuple[tuple[str, Generator, tuple[str, ...], int], ...] = (
    ("email", planted.mail, MAIL, 90),
    ("email", planted.dressed_up_mail, MAIL, 40),
    ("phone", planted.phone, PHONE, 110),
    ("phone", planted.foreign_phone, PHONE, 10),
    ("iban", planted.iban, IBAN, 110),
    ("plate", planted.plate, PLATE, 80),
    ("address", planted.address, ADDRESS, 90),
    ("tax-id", planted.tax_id, TAX, 30),
    ("insurance-number", planted.insurance_number, INSURANCE, 30),
    ("birth-date", planted.birth_date, BIRTH, 40),
    ("handle", planted.handle, HANDLE, 30),
    ("link", planted.link, LINK, 40),
    ("salutation", lambda chance: chance.choice(planted.LAST_NAMES), SALUTATION, 40),
    ("name", planted.name, NAME, 30),
    ("bare name", planted.name, BARE_NAME, 25),
)


def planted_values() -> list[Planted]:
    chance = random.Random(SEED)
    return [plant(kind, chance.choice(sentences), generate(chance)) for kind, generate, sentences, count in PLAN for _ in range(count)]
