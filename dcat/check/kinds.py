"""Every kind of finding: how bad it is, where on the way up it matters, and what that place does then.

`source` names the section of the reference the fact comes from; "unconfirmed" where there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Severity(StrEnum):
    ERROR = "error"  #: a harvester stumbles over it, or it breaks DCAT-AP.de: exit status 1
    WARNING = "warning"
    NOTE = "note"

    @property
    def german(self) -> str:
        return {"error": "Fehler", "warning": "Warnung", "note": "Hinweis"}[self.value]


class Level(StrEnum):
    """The way up; what is lost at one level does not reach the next."""

    CITY = "city"
    LAND = "land"
    GOVDATA = "govdata"
    EU = "eu"

    @property
    def german(self) -> str:
        return {"city": "Stadt", "land": "Land (open.rlp)", "govdata": "GovData", "eu": "EU (data.europa.eu)"}[self.value]


class Effect(IntEnum):
    """What becomes of one data set; the worst of its findings counts."""

    ACCEPT = 0
    CHANGE = 1
    DROP = 2


@dataclass(frozen=True, kw_only=True)
class Kind:
    severity: Severity
    level: Level  #: the first one that cares
    title: str
    advice: str
    source: str
    effect: Effect = Effect.ACCEPT  #: at `level`: DROP holds for those above, too
    aborts: bool = False  #: harvesters then import nothing of the whole feed


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE
_CITY, _LAND, _GOV, _EU = Level.CITY, Level.LAND, Level.GOVDATA, Level.EU
_CKAN, _PIVEAU, _DE = "harvest-rules 2.1", "harvest-rules 2.2", "harvest-rules 2.4"


def _abort(title: str, advice: str, source: str = _CKAN) -> Kind:
    return Kind(severity=_E, level=_LAND, title=title, advice=advice, source=source, aborts=True, effect=Effect.DROP)


def _kind(severity: Severity, level: Level, title: str, advice: str, source: str, effect: Effect = Effect.ACCEPT) -> Kind:
    return Kind(severity=severity, level=level, title=title, advice=advice, source=source, effect=effect)


_TRANSPORT: Mapping[str, Kind] = {
    "unreachable": _abort("Eine Seite ist nicht abrufbar", "Die Ernte bricht ab; nichts wird übernommen."),
    "head-failed": _abort("HEAD wird mit einem Fehler beantwortet", "Wer erntet, fragt zuerst mit HEAD und bricht hier ab."),
    "head-refused": _kind(
        _W, _EU, "HEAD ist nicht erlaubt (400 oder 405)", "Die Ernte fragt dann mit GET; MQA zählt es als Ausfall.", _CKAN
    ),
    "page-status": _abort("Eine Seite antwortet nicht mit 200", "Die Ernte bricht ab. Die letzte Seite darf keine nächste nennen."),
    "too-large": _abort("Eine Seite hat 50 MB oder mehr", "Den Katalog in Seiten teilen; üblich sind 100 Datensätze je Seite."),
    "media-type": _abort("Der Medientyp ist keiner von RDF", "application/rdf+xml, text/turtle oder application/ld+json senden."),
    "media-type-missing": _kind(_W, _LAND, "Der Medientyp fehlt", "Die Ernte nimmt dann RDF/XML an.", _CKAN),
    "media-type-changes": _kind(
        _E, _LAND, "Eine Seite hat einen anderen Medientyp als die erste", "Alle Seiten werden wie die erste gelesen.", _CKAN
    ),
    "charset": _kind(_W, _LAND, "Ein anderer Zeichensatz als UTF-8 ist angegeben", "Die Angabe wird übergangen; es gilt UTF-8.", _CKAN),
    "not-utf-8": _abort("Eine Seite ist kein UTF-8", "Die Ernte bricht ab."),
    "unreadable": _abort("Eine Seite ist nicht lesbar", "Ein Fehler auf einer Seite verhindert die ganze Ernte."),
    "over-limits": _abort(
        "Das Lesen einer Seite braucht zu viel", "Die Seite ist zu groß oder bösartig; klar liest sie nicht.", "unconfirmed"
    ),
    "doctype": _abort("Eine Seite enthält eine Dokumenttyp-Deklaration", "klar liest so etwas nicht; sie gehört entfernt.", "unconfirmed"),
    "remote-context": _abort("JSON-LD verweist auf einen fremden Kontext", "klar lädt nichts nach; den Kontext einbetten.", "unconfirmed"),
    "empty": _abort("Eine Seite ist leer", "Die Ernte bricht ab."),
    "empty-catalogue": _kind(
        _E,
        _LAND,
        "Der Katalog ist leer, die Antwort aber 200",
        "Eine vollständige Ernte löscht alles. Bei einem Ausfall 503 senden.",
        _CKAN,
    ),
    "redirect": _kind(_N, _LAND, "Eine Seite leitet weiter", "HEAD folgt der Weiterleitung nicht; besser die neue Adresse melden.", _CKAN),
    "page-limit": _kind(_W, _CITY, "Nicht alle Seiten sind gelesen", "Mit --pages mehr lesen.", "unconfirmed"),
}
_PAGING: Mapping[str, Kind] = {
    "loop": _abort("Eine Seite nennt eine frühere als nächste", "Die Ernte endet nie (ckanext-dcat #260)."),
    "repeated-page": _kind(_E, _LAND, "Eine Seite wiederholt den Inhalt einer früheren", "Zu weit geblättert? 404 senden.", _CKAN),
    "next-relative": _abort("Die nächste Seite ist keine volle Adresse", "Die Adresse wird benutzt, wie sie dasteht."),
    "next-other-host": _kind(
        _W, _LAND, "Die nächste Seite liegt auf einem anderen Rechner", "Meist eine falsche Basisadresse hinter einem Proxy.", "pain A2"
    ),
    "next-several": _kind(_E, _LAND, "Mehrere nächste Seiten sind angegeben", "Welche gilt, ist Zufall.", _CKAN),
    "walkers-differ": _kind(
        _E, _EU, "ckanext-dcat und piveau lesen verschiedene nächste Seiten", "hydra:next und hydra:nextPage zugleich angeben.", _PIVEAU
    ),
    "total-missing": _kind(_W, _EU, "hydra:totalItems fehlt am Seitenknoten", "piveau verlangt die Angabe.", _PIVEAU),
    "total-wrong": _kind(_W, _EU, "hydra:totalItems stimmt nicht", "Die Zahl muss die der Datensätze sein.", _PIVEAU),
    "beyond-end": _kind(_W, _LAND, "Eine Seite hinter der letzten antwortet mit 200", "404 senden.", _CKAN),
}
_IDENTITY: Mapping[str, Kind] = {
    "blank-dataset": _kind(
        _E, _GOV, "Ein Datensatz hat keine Adresse", "Blank Nodes bekommen bei jeder Ernte eine neue Identität.", _CKAN, Effect.DROP
    ),
    "blank-distribution": _kind(
        _W, _GOV, "Eine Distribution hat keine Adresse", "Sie wird bei jeder Ernte neu angelegt.", _CKAN, Effect.CHANGE
    ),
    "bad-iri": _kind(
        _E, _GOV, "Eine Adresse ist keine gültige IRI", "Die Angabe geht verloren; andere Leser brechen ab.", "pain A1", Effect.CHANGE
    ),
    "bad-dataset-iri": _kind(_E, _GOV, "Ein Datensatz hat eine ungültige IRI", "GovData kann ihn nicht prüfen.", _DE, Effect.DROP),
    "duplicate-uri": _kind(_E, _LAND, "Ein Datensatz kommt zweimal vor", "Beim Blättern verschieben sich Datensätze?", "harvest-rules 2.3"),
    "duplicate-identifier": _kind(
        _E, _GOV, "Mehrere Datensätze haben dieselbe dct:identifier", "Nur der mit dem neuesten dct:modified bleibt.", _DE
    ),
    "duplicate-lost": _kind(
        _E, _GOV, "Ein Datensatz geht als Dublette verloren", "Er ist der ältere oder hat kein dct:modified.", _DE, Effect.DROP
    ),
    "modified-missing": _kind(_W, _GOV, "dct:modified fehlt", "Ohne Änderungsdatum verliert ein Datensatz gegen jede Dublette.", _DE),
    "stub": _kind(_E, _LAND, "Ein Knoten ist als Datensatz typisiert, aber nicht beschrieben", "Er wird als Datensatz geerntet.", _CKAN),
    "not-described": _kind(
        _E, _EU, "Der Katalog nennt einen Datensatz, den die Seite nicht beschreibt", "Nur beschriebene nennen.", "spec 5.4"
    ),
    "not-listed": _kind(
        _W, _EU, "Ein Datensatz steht nicht im Katalog (dcat:dataset)", "ckanext-dcat findet ihn, andere nicht.", "harvest-rules 2.3"
    ),
    "catalogue-missing": _kind(
        _W, _LAND, "Eine Seite beschreibt keinen dcat:Catalog", "Jede Seite soll ihn wiederholen.", "harvest-rules 2.3"
    ),
    "closure": _kind(
        _E, _GOV, "Ein Datensatz zieht andere mit sich", "Geprüft wird alles, was von ihm aus erreichbar ist; nur abwärts verweisen.", _DE
    ),
}
_SHAPES: Mapping[str, Kind] = {
    "shacl": _kind(_E, _GOV, "DCAT-AP.de 3.0 ist verletzt", "GovData meldet es im Prüfbericht, übernimmt den Datensatz aber.", "spec 2"),
    "code-list": _kind(_E, _GOV, "Ein Wert steht nicht in der verlangten Codeliste", "GovData meldet es im Prüfbericht.", "spec 1"),
    "official": _kind(_E, _GOV, "Die amtlichen SHACL-Regeln sind verletzt", "GovData meldet es im Prüfbericht.", "validate 1"),
    "official-warning": _kind(_W, _GOV, "Die amtlichen SHACL-Regeln warnen", "GovData meldet es im Prüfbericht.", "validate 1"),
    "dashboard": _kind(_W, _GOV, "Das GovData-Dashboard zählt einen Mangel", "Er steht öffentlich beim Datenbereitsteller.", "validate 1"),
    "hvd-shacl": _kind(_E, _EU, "Die amtlichen HVD-Regeln sind verletzt", "Der Datensatz gilt nicht als hochwertig.", "validate 1"),
    "ap-2-1-1": _kind(
        _N,
        _EU,
        "DCAT-AP 2.1.1 ist nicht erfüllt",
        "data.europa.eu wandelt um; MQA zählt es beim Prüfwert.",
        "harvest-rules 3",
        Effect.CHANGE,
    ),
}
_LEVELS: Mapping[str, Kind] = {
    "title-missing": _kind(
        _E, _LAND, "Ein Datensatz hat keinen Titel", "Aus dem Titel entsteht der Name; ohne ihn kein Import.", _CKAN, Effect.DROP
    ),
    "no-distribution": _kind(
        _W, _GOV, "Ein Datensatz hat keine Distribution", "Mit resources_required lässt GovData ihn weg.", _DE, Effect.DROP
    ),
    "contributor-missing": _kind(
        _W,
        _LAND,
        "dcatde:contributorID fehlt",
        "Das Portal, das weiterleitet, ergänzt sie; genau eine aus der Liste (Konvention 12).",
        _DE,
        Effect.CHANGE,
    ),
    "contributor-unknown": _kind(_W, _GOV, "dcatde:contributorID steht nicht in der Liste", "Sie zählt nicht (Konvention 12).", "spec V1"),
    "contributor-several": _kind(
        _W, _GOV, "Mehrere dcatde:contributorID aus der Liste", "Genau eine ist erlaubt (Konvention 13).", "spec 6"
    ),
    "licence-missing": _kind(
        _E, _GOV, "Eine Distribution hat keine Lizenz", "GovData zeigt »andere geschlossene Lizenz«: nicht offen.", _DE, Effect.CHANGE
    ),
    "licence-renamed": _kind(
        _W, _GOV, "Eine Lizenz steht in alter Schreibweise", "GovData ersetzt sie durch die neue.", _DE, Effect.CHANGE
    ),
    "licence-unknown": _kind(
        _E, _GOV, "Eine Lizenz steht nicht in der Liste", "Sie bleibt stehen und gilt nicht als offen (Konvention 32).", _DE
    ),
    "licence-restricted": _kind(_W, _GOV, "Eine Lizenz ist nicht offen", "Das Dashboard zählt sie nicht.", "harvest-rules 3"),
    "licence-on-dataset": _kind(
        _W, _GOV, "Die Lizenz steht am Datensatz statt an der Distribution", "Sie geht verloren.", "pain D19", Effect.CHANGE
    ),
    "attribution-missing": _kind(_W, _GOV, "Der Namensnennungstext fehlt", "Bei by-Lizenzen ist er Pflicht (Konvention 35).", "spec 6"),
    "theme-missing": _kind(_W, _GOV, "Eine Kategorie (dcat:theme) fehlt", "Der Datensatz kommt in keine Gruppe.", _DE),
    "keyword-missing": _kind(_W, _GOV, "Schlagwörter fehlen", "Das Dashboard verlangt mindestens eines.", "harvest-rules 3"),
    "keyword-changed": _kind(
        _N,
        _GOV,
        "Ein Schlagwort wird geändert",
        "Nur Buchstaben, Ziffern, Leerzeichen und -_. bleiben, klein geschrieben.",
        _DE,
        Effect.CHANGE,
    ),
    "keyword-lost": _kind(
        _W, _GOV, "Von einem Schlagwort bleibt nichts", "Nur Buchstaben, Ziffern, Leerzeichen und -_. bleiben.", _DE, Effect.CHANGE
    ),
    "deprecated": _kind(_W, _GOV, "Eine Angabe ist seit 3.0 veraltet", "Die amtlichen Regeln warnen davor.", "spec 7"),
    "download-with-service": _kind(
        _W, _GOV, "Eine Distribution mit Datenservice hat eine Download-URL", "Konvention 41 verbietet das.", "spec 6"
    ),
    "status": _kind(
        _W, _GOV, "Ein Datensatz in Arbeit wird geliefert", "Nur fertige, veraltete und zurückgezogene liefern (Konvention 22).", "spec 6"
    ),
    "hvd-incomplete": _kind(
        _E,
        _EU,
        "Ein hochwertiger Datensatz ist nicht vollständig gekennzeichnet",
        "Rechtsgrundlage und Kategorie gehören zusammen.",
        "spec 4",
    ),
    "eu-byte-size": _kind(
        _N, _EU, "dcat:byteSize ist kein xsd:decimal", "DCAT-AP 2.1.1 verlangt das, 3.0 verbietet es.", "harvest-rules 3", Effect.CHANGE
    ),
    "eu-checksum": _kind(_N, _EU, "Die Prüfsumme ist kein SHA-1", "DCAT-AP 2.1.1 kennt nur SHA-1.", "harvest-rules 3", Effect.CHANGE),
}
_LINKS: Mapping[str, Kind] = {
    "link-dead": _kind(
        _E, _GOV, "Ein Link führt nirgendwohin", "Nach 100 Tagen kann GovData den Datensatz abschalten.", "harvest-rules 2.5"
    ),
    "link-unreachable": _kind(
        _W, _GOV, "Ein Link antwortet gerade nicht", "Noch einmal prüfen; GovData zählt die Tage.", "harvest-rules 2.5"
    ),
    "link-refused": _kind(_E, _CITY, "Ein Link führt nicht ins öffentliche Netz", "Von außen ist er nicht erreichbar.", "unconfirmed"),
    "link-head": _kind(_W, _EU, "Ein Link beantwortet HEAD nicht", "GovData fragt mit GET nach; MQA nicht.", "harvest-rules 2.1, 2.5"),
    "link-limit": _kind(_N, _CITY, "Nicht alle Links sind geprüft", "Mit --links mehr prüfen.", "unconfirmed"),
}

#: Code -> kind; the order is that of the report within one severity.
KINDS: Mapping[str, Kind] = {**_TRANSPORT, **_PAGING, **_IDENTITY, **_LEVELS, **_SHAPES, **_LINKS}
