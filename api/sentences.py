"""Errors as the people of the city read them, on the command line and on the operator pages: German, one sentence and its detail."""

from api.complaints import InvalidSettings
from api.push.errors import PortalError
from catalog.database import Unreachable
from catalog.tokens import NotAllowed
from schemas import errors

#: Nearest class wins. The detail of an error follows the sentence.
SENTENCES: dict[type[errors.KlarError], str] = {
    errors.KlarError: "Etwas ist schiefgegangen.",
    errors.ConfigurationError: "",  # the detail is the sentence
    InvalidSettings: "",
    errors.MappingError: "Die Zuordnung ist nicht brauchbar.",
    errors.DisclosureError: "Personenbezogene Spalten und Freitext dürfen in keine öffentliche Tabelle.",
    errors.SourceError: "Die Quelle konnte nicht gelesen werden; es wurde nichts geändert.",
    errors.NotRead: "Die Ernte, die wiederholt wird, hat diese Antwort nicht bekommen.",
    errors.LimitExceeded: "Das zu lesen braucht mehr, als es darf; es wurde nichts geändert.",
    errors.RecordError: "Dieser Eintrag kann so nicht veröffentlicht werden.",
    errors.MissingField: "Ein Feld fehlt, das jeder Eintrag haben muss.",
    errors.WrongValue: "Ein Feld enthält einen Wert anderer Art als vereinbart.",
    errors.CatalogError: "Der Katalog hat das abgelehnt.",
    errors.UnknownDataset: "Einen Datensatz dieses Namens gibt es nicht.",
    errors.UnknownEdition: "Diesen Stand gibt es nicht.",
    errors.NoTable: "Von diesem Datensatz hat klar keine Tabelle.",
    errors.UnknownItem: "Diese Nummer gibt es nicht.",
    errors.AnswersGone: "Die Antworten der Quelle aus dieser Ernte sind nicht oder nicht mehr da.",
    errors.Gone: "Das war einmal veröffentlicht und ist es nicht mehr.",
    errors.PlanOutdated: "Der veröffentlichte Stand hat sich seit diesem Plan geändert; bitte neu ernten.",
    NotAllowed: "Das darf diese Person nicht entscheiden.",
    errors.DecisionRefused: "Diese Entscheidung ist nicht mehr möglich.",
    errors.NewerSchemaVersion: "Die Datenbank ist neuer als dieses Programm; es braucht eine neuere Fassung von klar.",
    errors.WrongSchemaVersion: "Die Datenbank hat einen anderen Stand als dieses Programm; »klar db upgrade« bringt sie auf den neuen.",
    Unreachable: "Die Datenbank ist nicht erreichbar oder nicht lesbar.",
    errors.Unwritable: "",  # the detail is the sentence
    PortalError: "Das Portal konnte nicht gelesen werden; kein Paket wurde geschrieben.",
    errors.Busy: "Ein anderer Vorgang schreibt gerade; bitte gleich noch einmal versuchen.",
}


def sentence_of(error: errors.KlarError) -> str:
    sentence = next(SENTENCES[each] for each in type(error).__mro__ if each in SENTENCES)
    reason = f"Begründung: {error.reason}" if isinstance(error, errors.Gone) and error.reason else ""
    return " ".join(each for each in (sentence, error.detail, reason) if each) or str(error)
