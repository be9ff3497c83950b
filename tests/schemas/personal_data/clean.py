"""Texts that hold nothing personal, though much in them looks like it. Written before the detector, extended where it stumbled."""

import csv
import io
import random
from importlib import resources

LOOKALIKES = """\
Die B 37 ist zwischen Kaiserslautern und Hochspeyer gesperrt.
Auf der L 395 gilt Tempo 70.
B 37
L 395
K 12, L 502 und B 270 treffen sich am Opelkreisel.
Aktenzeichen KL-2023-118
KL-2023-118
HBF A 3
Ausgang HBF A 3, dann rechts
Parkplatz P-12
P-12
P+R Platz P 4
A 6, AS KL 15
Anschlussstelle KL 15a der A 6
DIN A 4 quer
Drucke im Format DIN A 3
DIN EN 301 549 gilt für alle Internetseiten.
DIN-EN 301549
nach DIN EN 12464-1
ISO 8601
EN ISO 9241-110
EG A 12
Raum EG 104 im Rathaus
Haus B 2, Zimmer 114
Gebäude 42, Raum 42-110
Linie 101 fährt ab Stadtmitte Bussteig B 2.
Buslinien 105, 107 und 112
RB 67 nach Kusel
RE 1 und RB 60 halten in KL Hbf Gleis 3
S 1 und S 2 Richtung Homburg
ICE 9553
S-Bahn S 1, RE 1, IC 2054
M 5 Muttern
T-30 Zone
Tempo 30
LED 12 W
E 10 Kraftstoff
LoRaWAN Klasse A 1
EUI 70B3D57ED0051234
DevEUI 70-B3-D5-7E-D0-05-12-34
BK 117 Hubschrauber
KL-BV 17/2023
Bebauungsplan KL-Ka 4
Bebauungsplan "Pfaff-Areal", KL-O 12/3
Flurstück 1234/5
Flurstück 3012/17, Gemarkung Kaiserslautern
Gemarkung Morlautern, Flur 12, Nr. 345/6
Vorlage 0123/2023
Vorlage 0231/2023-1
Drucksache 0045/2022
Drucksache 20/11223
Beschlussvorlage Nr. 0312-2024
Az. 61-26-02 KL
Az.: 3 K 1234/21.NW
AZ 610.12-0345
Geschäftszeichen 12.3-0631-2023
Kassenzeichen 0712345678901
Kassenzeichen: 5.0101.012345.6
Rechnung Nr. 0202300415
Auftragsnummer 01762300415
Bestellnummer 0176-998-12
Inventarnummer 0631 00417
Artikelnummer 089123456
Gerätenummer 0152 0000 1234
Zählernummer 1EMH0012345678
Seriennummer 0221471099
Amtlicher Gemeindeschlüssel 07312000
Regionalschlüssel 073120000000
AGS 07312
ARS 073120000000
PLZ 67655
67655 Kaiserslautern
BLZ 54050110
DE-RP-KL-0012
Ticket DE12-2023-0045
DE45 2023 0118
Vorgang DE2023118
Aktenzeichen DE45 5405 0110 0000 0000 01
DE00 1234 5678 9012 3456 78
Gläubiger-ID DE98ZZZ09999999999
USt-IdNr. DE123456788
Handelsregister HRB 32024 KL
ISBN 978-3-16-148410-0
ISSN 1234-5679
EAN 4006381333931
GTIN 04006381333931
DOI 10.1000/182
ORCID-Muster 0000-0000-0000-000X
UUID 123e4567-e89b-12d3-a456-426614174000
SHA-256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
Version 3.11.4
IP-Netz 192.0.2.0/24
192.0.2.17
2001:db8::17
MAC-Präfix 00:1A:2B:3C:4D:5E
49.4447, 7.7689
7.76278 49.46028
49° 26' 41" N, 7° 46' 8" O
POINT(7.768864 49.445456)
ETRS89/UTM 32N: 32 410 712, 5 477 210
Rechtswert 3410712, Hochwert 5477210
UTM 0410712 5477210
13:30-15:00 Uhr
08.00-12.00 Uhr und 14.00-16.00 Uhr
Mo-Do 08:00-16:00, Fr 08:00-12:00
01.02.2023 - 03.04.2023
01.02.-03.04.2023
vom 01. bis 03.04.2023
2023-06-12T17:30:00Z
12.06.2023 17:30
20230612
06/2023
2019/2020
0,5 Prozent
0.123456789
1.234.567,89 EUR
1 234 567 Einwohner
12 345 Stimmen
250 bis 300 Personen
ca. 1.700 Registrierte
0-3 Jahre, 4-6 Jahre
0 bis 17 Jahre: 15 432
2 x 2 m
3/4 der Befragten
Note 1,7
893 Teilnehmende, davon 52 % unzufrieden
Haushaltsstelle 5.4.1.0/0312
Produkt 5.4.1.1.012345
Produktcode X-4711-AB
Modell SR-1200B
Sensor TTN-KL-0017
Sensor KL-IT 4711-3
Gerät klima-07
Messstelle KL_OST_12
Server kl-srv-12
Los 3 A 12
Kita-Gruppe A 1
CO2-Sensor SCD 30
PM 10 und PM 2.5
NO2 und PM10
IPv6, HTML5, CSS3
CSS-Regel @media print
@font-face
npm-Paket @types/node
E = m c²
Treffen @ Rathaus
5 @ 3 Euro
a@b
5@3
foo at bar
look at it
Wir treffen uns at home
Punkt 12 Uhr
Punkt 3 der Tagesordnung, at last
Sehr geehrte Damen und Herren,
Liebe Bürgerinnen und Bürger,
Sehr geehrte Mitglieder des Stadtrats
Liebe Familien
Herr Oberbürgermeister
Frau Oberbürgermeisterin eröffnet die Sitzung.
Frau Bürgermeisterin und Herr Beigeordneter
Sehr geehrter Herr Oberbürgermeister,
Sehr geehrte Frau Vorsitzende,
der Herr im Haus
Herr der Lage
Familie und Beruf
Familien mit Kindern
Jede Frau zählt
Frauen und Mädchen
Frau und Mann sind gleichberechtigt.
Angsträume von Frauen und Mädchen
Referat Familie, Jugend und Soziales
Mein Name ist Programm.
Der Name ist noch offen.
Ich heiße alle willkommen.
Wir heißen Sie herzlich willkommen.
Das heißt: Kaiserslautern wächst.
Name der Straße: Fauthweg
Name des Verfahrens: Klimamap
Mit freundlichen Grüßen
Viele Grüße aus dem Rathaus
geboren wurde die Idee 2019
Die Stadt wurde 1276 zur Reichsstadt erhoben.
geb. Beitrag
Geburtenzahl 2023: 812
Geburtsjahrgänge 2015 bis 2018
Jahrgang 2012 und jünger
Die Idee, geboren im Workshop vom 12.06.2023, wird umgesetzt.
Stand: 12.06.2023
gegründet am 1. Juli 2017
Fruchthallstraße 10
Stadtmission, Brüderstraße 1
Willy-Brandt-Platz 1
Die Königstraße wird auf 300 Metern saniert, 67655 Euro kostet das.
Rütschhofstraße 5 bis 12
Zwischen Mozartstraße 3 und 67 Bäumen
Eisenbahnstraße, Abschnitt 2
Straße 12 Meter breit
Am Stiftsplatz 3 Bänke, 12 Bäume
Weg 3, Abschnitt 4, 12000 Euro
Platz 3 von 12
Auf Platz 1 landete der Vorschlag mit 12345 Stimmen.
Der Platz 2024 wurde mit 67655 Stimmen gewählt.
Im Jahr 2023 kamen 12000 Gäste.
Im Jahr 2019 waren es 99840 Einwohner
Am 12. Juni, 15000 Gäste
An der Umfrage 2, 12345 Antworten
https://www.kaiserslautern.de/sozial_leben_wohnen/umwelt/laerm/052441/index.html.de
https://klmitwirkung.de/kaiserslautern/de/mapconsultation/57889
https://www.rheinpfalz.de/lokal/pfalz-ticker_artikel,-liegest%C3%BChle-mit-gps-tracker-_arid,5238725.html
https://herzlich-digital.de/?p=10664
https://example.org/users-guide/
https://example.org/user-experience
https://example.org/de/profile.html
https://docs.example.org/usermanual/3
http://example.org:8080/pfad
https://geo.example.org/wms?SERVICE=WMS&VERSION=1.3.0&BBOX=7.6,49.3,7.9,49.5
https://www.instagram.com/p/CXy12345/
http://dcat-ap.de/def/politicalGeocoding/regionalKey/073120000000
https://www.geonames.org/2894003
urn:nbn:de:0001-2023061200
https://doi.org/10.5281/zenodo.0123456
""".splitlines()

#: Written after the detector, against it. What it takes for personal all the same stays in the list and in the measured share.
SECOND_LOOK = [
    *"""\
Ergebnis der Abstimmung: 0345 Stimmen, 0211 Enthaltungen
Die Nummer gegen Kummer ist 116 111.
Behördennummer 115
Notruf 112 und 110
Postfach 1320, 67653 Kaiserslautern
67653 Kaiserslautern, Postfach 13 20
Kreisverwaltung, 67657 Kaiserslautern
PLZ-Gebiete 67655, 67657, 67659 und 67661
Auf der Strecke 3280, km 12,5
Baustelle 2023-017, Abschnitt 3
Die Maßnahme kostet 1 250 000 Euro.
Fördernummer 13N12345
Förderkennzeichen 16KIS1234K
Förderkennzeichen: 01 IS 23 A 12
Kennzeichen: öffentlich
Kennzeichen der Messstelle KL 12
Parken in Zone A 1
Parkhaus P 3 am Stiftsplatz, 250 Plätze
Fahrzeuge je Stunde: 120 auf der B 37
Fahrzeuge: PKW 120, LKW 12
Fahrzeuge am Tag 2019: 12500
Das Auto kam 2019 auf 52 Prozent, der Bus 2019 auf 12.
Unfall auf der A 6 bei KL 15
Unfälle: auf 12, in 3 Fällen Verletzte
E-Auto an 12 Ladepunkten
Carsharing: 3 Autos, ab 5 Euro
CO 2 und NO 2 werden gemessen
NO 2
PM 10 und SO 2
Messgerät SO 2, Typ AB 12
Typ AB-12 C
WLAN-Router RT-AC 68
Modell HP-LJ 4000
LED-Leuchte SL-10 E 27
Fassung E 27
Norm DIN-A 4
EN 50121-3
VOB/B § 12
§ 3 Abs. 2 BauGB
BV-KL 12/2023
TOP 12
Anlage A 3
M-RP 12
GR-Sitzung 2023
Raum A-B 12
Treppenhaus A, B 12
Spiel 1. FC Kaiserslautern gegen HSV 3:2
Gruppe B: KL 3, MZ 4
FCK-HSV 3
Frau Stadtrat
Herr Professor
Frauenbeauftragte, Herr Beigeordneter
Herrenlose Räder
Herr im eigenen Haus
Frau Sein ist kein Beruf
Tag der Familie 2023
Familie im Wandel
Familie Stadt Land
FRAUEN UND FAMILIE
Der Name ist Programm: herzlich digital
Mein Name ist Hase
Name: Klimamap
Autor: Stadt Kaiserslautern
Verfasser: Referat Stadtentwicklung
Unterschrift: ja
Schöne Grüße, Ihr Team Beteiligung
i. A. der Stadt
geb. 1920
geborene Lautrer
Geburtstag der Stadt
Kindergeburtstage im Zoo, Anmeldung bis 12.06.2023
* 12 Bäume
* Stand 12.06.2023
** 2023-06-12: Anmeldeschluss
Haus der Jugend, Steinstraße 47
Treffpunkt: Mozartstraße 3
Adresse: https://www.kaiserslautern.de
Adresse der Quelle nicht erfasst
Wohnen: 12 000 Wohnungen in 67 Vierteln
Wohnstraße 12 Meter breit
Anwohner der Straße 12 bis 20
Wohngebiet Bännjerrück
Eigentümer: Stadt, Flurstück 12/3
Zum Beispiel 3, 12345 und mehr
Kontakt: siehe Impressum
Mail an die Stadt
Hotline besetzt von 8 bis 17 Uhr
Telefonisch 2023 erreicht: 1200 Personen
Telefon: 1200 Antworten, Papier: 300
Telefon 2019 2020 2021
Mobilität 2030
Mobil: 12345 Zugriffe
Handy 52 Prozent
Fax wird 2024 abgeschaltet
Anruf-Sammel-Taxi 0631-Netz
ruf-taxi Linie 101 102 103
Erreichbarkeit 2019-2021
0,123456789012
00012345678
000 111 222 333
012 345 678
01234567
+5 Prozent gegenüber 2019-2020
+12 345 Einwohner
+49 Prozent
Top-Level: .de
Schreiben Sie an das Rathaus, Willy-Brandt-Platz 1
Die E-Mail-Adresse finden Sie im Impressum.
5@home
Preis@Stadt
#klmitwirkung und @-Zeichen
https://example.org/@scope/package
https://www.youtube.com/watch?v=abc123
https://twitter.com/search?q=KL
https://github.com/klar/klar
https://example.org/?author_type=office
https://ris.example.org/person
Steuernummer der Stadt
Steuereinnahmen 12 345 678 901 Euro
12345678901
36574261890
Versicherungsnummer liegt vor
A123456789
12 010203 A 123
WLAN-Router RT-AC 68, Werkseinstellung
Steht in Produktblatt M-RP 12
Telefon: 12345 Zugriffe
""".splitlines(),
    "Mit freundlichen Grüßen\nIhre Stadtverwaltung",
    "Mit freundlichen Grüßen\nStadt Kaiserslautern",
    "Viele Grüße\nDas Team von KL.digital",
]

PROSE = """\
Kaiserslautern liegt am Rand des Pfälzerwalds und zählt rund 100.000 Einwohner.
Die Stadt hat zehn Ortsbezirke, darunter Dansenberg, Hohenecken und Morlautern.
Das Fritz-Walter-Stadion steht auf dem Betzenberg.
Die Fritz-Walter-Straße führt hinauf zum Stadion.
Im Volkspark wurde eine Sportbox aufgestellt, die sich mit einer App öffnen lässt.
Der Theatergarten vor dem Pfalztheater soll mehr Schatten bekommen.
Kaiser Friedrich Barbarossa ließ hier um 1152 eine Pfalz errichten.
Der Kaiserbrunnen am Mainzer Tor wurde 1987 eingeweiht.
Bei der Umfrage zur Rütschhofstraße machten 893 Personen mit.
52 Prozent zeigten sich unzufrieden, 40 Prozent zufrieden.
Der Stadtrat hat am 26.02.2018 das Leitbild mit großer Mehrheit beschlossen.
Die Gartenschau zieht jedes Jahr viele Familien an.
Auf dem Pfaff-Gelände entsteht ein Quartier für Wohnen, Arbeiten und Forschung.
Die Linie 6 wird wegen der Baustelle über die Pariser Straße umgeleitet.
Im Rathaus im 21. Stock ist die Aussicht am besten.
Die Sitzung beginnt um 17 Uhr im Großen Ratssaal.
Anmeldungen sind bis zum 30. Juni möglich.
Das Freibad Waschmühle misst die Wassertemperatur mit einem Sensor.
Am Messpunkt Opelkreisel werden Stickstoffdioxid und Feinstaub gemessen.
Die Messwerte werden alle 15 Minuten übertragen.
Von 50 Plätzen waren 25 belegt.
Die Liegestühle in der Innenstadt tragen einen GPS-Tracker.
Auf der Karte ließen sich kühle und heiße Orte eintragen.
Die Verpackungssteuer war Thema einer Umfrage mit 1.700 Antworten.
Das Land Rheinland-Pfalz fördert das Vorhaben mit 3,2 Millionen Euro.
Der Bund und die KfW fördern Modellprojekte Smart Cities.
Für die Rundbänke gab es drei Entwürfe.
Die Beteiligung endet am Sonntag um Mitternacht.
Die Bürgerinnen und Bürger konnten zwischen fünf Vorschlägen wählen.
Auf Rang 1 kam der Tanzabend, auf Rang 2 die Straßenmalerei.
Sie finden uns neben der Touristinformation.
Die Stiftskirche ist die bedeutendste spätgotische Hallenkirche zwischen Rhein und Saar.
Das Japanische Haus im Japanischen Garten steht allen offen.
Im Stadtteil Einsiedlerhof wird der Fluglärm gemessen.
Das Humbergturm-Projekt ist abgeschlossen.
Ein Workshop mit Jugendlichen fand am 31. März 2023 statt.
Eingeladen sind alle ab 16 Jahren.
Die Einwohnerversammlung fand am 29.01.2020 um 18 Uhr in der Fruchthalle statt.
Die Universität gehört seit 2023 zur RPTU.
Die Max-Planck-Gesellschaft und zwei Fraunhofer-Institute forschen am Ort.
In der Marktstraße 1 bis 5 wird gebaut.
Der Wochenmarkt ist dienstags und samstags auf dem Stiftsplatz.
Die Lautertalbahn fährt nach Lauterecken.
Es gab 33 Vorschläge und 18 Bewertungen.
Der Lärmaktionsplan der 3. Runde wurde 2018 aufgestellt.
Das Budget beträgt 25.000 Euro je Ortsbezirk.
Die Antworten sind anonym und werden nach Abschluss gelöscht.
Radfahrende urteilten deutlich besser als Autofahrende.
Auf 1,5 km Länge wird die Fahrbahn erneuert.
Der Beirat für Migration und Integration tagt öffentlich.
Gemessen wird in 3,5 m Höhe über dem Gehweg.
Der Ortsbeirat Erzhütten/Wiesenthalerhof hat beraten.
Wer keinen Internetzugang hat, kann den Fragebogen im Rathaus abholen.
Am Tag der offenen Tür kamen mehr als 3000 Menschen.
Die Umfrage lief vom 5. April bis zum 12. Juni 2023.
Der Antrag wurde mit 27 Ja- zu 13 Nein-Stimmen angenommen.
Der Haushaltsplan 2024/2025 liegt öffentlich aus.
Zur Lage: Nordwestlich der Innenstadt, nahe der B 270.
Die Ampel an der Kreuzung Mannheimer Straße / Mainzer Straße ist intelligent.
Die Beleuchtung im Fauthweg passt sich an, wenn jemand vorbeigeht.
Open Data heißt: Jeder darf die Daten nutzen.
Fragen beantwortet die Stadtverwaltung.
Es gilt die Datenlizenz Deutschland Zero 2.0.
Der Bericht umfasst 120 Seiten im Format DIN A4.
Die Ergebnisse wurden im Ausschuss vorgestellt; Beschluss folgt.
Ein Drittel der Befragten wünscht sich mehr Bäume, ein Viertel mehr Sitzgelegenheiten.
In Lautern, wie die Leute sagen, ist samstags Markt.
Das Technische Rathaus bleibt am 24. und 31. Dezember geschlossen.
Die Stadt hat 2019 mit 5G-Versuchen begonnen.
Gewonnen hat das Team „Herzlich digital“.
""".splitlines()


def numbers_of_offices(count: int = 120, seed: int = 7) -> list[str]:
    """File numbers, codes and quantities as offices write them, in many variations."""
    chance = random.Random(seed)

    def number(low: int, high: int) -> int:
        return chance.randint(low, high)

    forms = (
        lambda: f"Vorlage {number(1, 999):04}/{number(2015, 2026)}",
        lambda: f"Aktenzeichen KL-{number(2015, 2026)}-{number(1, 999)}",
        lambda: f"KL-{number(2015, 2026)}-{number(1, 9999):04}",
        lambda: f"Az. {number(10, 69)}-{number(10, 99)}-{number(1, 99):02}/{number(15, 26)}",
        lambda: f"{chance.choice('ABKL')} {number(1, 499)}",
        lambda: f"Flurstück {number(100, 4999)}/{number(1, 40)}",
        lambda: f"{number(1, 28):02}.{number(1, 12):02}.{number(2015, 2026)}, {number(8, 20):02}:{chance.choice(('00', '15', '30'))} Uhr",
        lambda: f"{number(49, 49)}.{number(3585, 4952)}, 7.{number(6273, 8708)}",
        lambda: f"DE{number(10, 99)} {number(1000, 9999)} {number(1000, 9999)}",
        lambda: f"Messstelle {chance.choice(('KL', 'PS', 'KH'))}{number(1, 99):02}",
        lambda: f"{number(1, 99)}.{number(100, 999)} Stimmen",
        lambda: f"Bussteig {chance.choice('ABC')} {number(1, 9)}",
        lambda: f"Gleis {number(1, 12)}, Abschnitt {chance.choice('ABCD')}-{chance.choice('EFG')}",
        lambda: f"Inventar {number(100000, 999999):08}",
        lambda: f"Drucksache {number(17, 21)}/{number(1, 9999)}",
    )
    return [chance.choice(forms)() for _ in range(count)]


def example_texts() -> list[str]:
    """Every different cell of the bundled example."""
    found: dict[str, None] = {}
    folder = resources.files("api").joinpath("examples", "kaiserslautern", "drop")
    for source in sorted(folder.iterdir(), key=lambda each: each.name):
        for file in sorted(source.iterdir(), key=lambda each: each.name):
            if file.name.endswith(".csv"):
                content = file.read_bytes().decode("utf-8-sig")
                dialect = ";" if content.splitlines()[0].count(";") > content.splitlines()[0].count(",") else ","
                found.update(
                    (cell, None) for line in csv.reader(io.StringIO(content, newline=""), delimiter=dialect) for cell in line if cell
                )
    return list(found)
