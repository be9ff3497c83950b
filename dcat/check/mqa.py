"""The points of data.europa.eu's MQA (Metadata Quality Assessment), per indicator: harvest-rules, section 4.

A catalogue's value is the share of data sets or distributions that fulfil an indicator, times its weight; for interoperability the
best distribution of a data set counts. Unconfirmed, and decided here: dct:issued and dct:modified are looked for on the data set; a
distribution that a service delivers has no downloadURL and no size to have (Konvention 41), so it is left out of these shares; two
HTTP rows are shares of the distributions whose links were asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum


class Dimension(StrEnum):
    FINDABILITY = "findability"
    ACCESSIBILITY = "accessibility"
    INTEROPERABILITY = "interoperability"
    REUSABILITY = "reusability"
    CONTEXTUALITY = "contextuality"

    @property
    def german(self) -> str:
        return _DIMENSIONS[self]


_DIMENSIONS = {
    Dimension.FINDABILITY: "Auffindbarkeit",
    Dimension.ACCESSIBILITY: "Zugänglichkeit",
    Dimension.INTEROPERABILITY: "Interoperabilität",
    Dimension.REUSABILITY: "Nachnutzbarkeit",
    Dimension.CONTEXTUALITY: "Kontext",
}
_F, _A, _I, _R, _C = Dimension


class Indicator(Enum):
    """(code, dimension, weight, German title, what would raise it)."""

    KEYWORD = ("keyword", _F, 30, "Schlagwörter", "dcat:keyword angeben.")
    THEME = ("theme", _F, 30, "Kategorie", "dcat:theme angeben.")
    SPATIAL = ("spatial", _F, 20, "Räumliche Abdeckung", "dct:spatial angeben.")
    TEMPORAL = ("temporal", _F, 20, "Zeitliche Abdeckung", "dct:temporal angeben.")
    ACCESS_STATUS = ("access-url-status", _A, 50, "Zugangs-URL antwortet auf HEAD", "Links reparieren; HEAD beantworten.")
    DOWNLOAD = ("download-url", _A, 20, "Download-URL vorhanden", "dcat:downloadURL angeben.")
    DOWNLOAD_STATUS = ("download-url-status", _A, 30, "Download-URL antwortet auf HEAD", "Links reparieren; HEAD beantworten.")
    FORMAT = ("format", _I, 20, "Format", "dct:format angeben.")
    MEDIA_TYPE = ("media-type", _I, 10, "Medientyp", "dcat:mediaType angeben.")
    FORMAT_LISTED = ("format-vocabulary", _I, 10, "Format oder Medientyp aus der Liste", "EU-Liste file-type oder IANA verwenden.")
    NON_PROPRIETARY = ("non-proprietary", _I, 20, "Offenes Format", "Auch als CSV, JSON oder XML anbieten.")
    MACHINE_READABLE = ("machine-readable", _I, 20, "Maschinenlesbares Format", "Auch als CSV, JSON oder XML anbieten.")
    COMPLIANCE = ("compliance", _I, 30, "DCAT-AP 2.1.1 erfüllt", "byteSize weglassen, Prüfsumme SHA-1 oder keine; Regeln einhalten.")
    LICENCE = ("licence", _R, 20, "Lizenz", "dct:license an jede Distribution.")
    LICENCE_LISTED = ("licence-vocabulary", _R, 10, "Lizenz aus der Liste", "Lizenz der dcat-ap.de-Liste verwenden.")
    ACCESS_RIGHTS = ("access-rights", _R, 10, "Grad der Zugänglichkeit", "dct:accessRights angeben.")
    ACCESS_RIGHTS_LISTED = ("access-rights-vocabulary", _R, 5, "Zugänglichkeit aus der Liste", "EU-Liste access-right verwenden.")
    CONTACT = ("contact-point", _R, 20, "Kontakt", "dcat:contactPoint angeben.")
    PUBLISHER = ("publisher", _R, 10, "Herausgeber", "dct:publisher angeben.")
    RIGHTS = ("rights", _C, 5, "Rechte", "dct:rights an jede Distribution.")
    BYTE_SIZE = ("byte-size", _C, 5, "Größe in Bytes", "dcat:byteSize angeben; das kostet unter 2.1.1 die Punkte des Prüfwerts.")
    ISSUED = ("issued", _C, 5, "Veröffentlichungsdatum", "dct:issued angeben.")
    MODIFIED = ("modified", _C, 5, "Aktualisierungsdatum", "dct:modified angeben.")

    @property
    def code(self) -> str:
        return self.value[0]

    @property
    def dimension(self) -> Dimension:
        return self.value[1]

    @property
    def weight(self) -> int:
        return self.value[2]

    @property
    def title(self) -> str:
        return self.value[3]

    @property
    def advice(self) -> str:
        return self.value[4]


MOST = sum(each.weight for each in Indicator)


@dataclass(frozen=True)
class Share:
    fulfilled: int = 0
    of: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.fulfilled + other.fulfilled, self.of + other.of)


Shares = Mapping[Indicator, Share]
NOTHING: Shares = {each: Share() for each in Indicator}


def added(one: Shares, other: Shares) -> Shares:
    return {each: one[each] + other.get(each, Share()) for each in Indicator}


@dataclass(frozen=True, kw_only=True)
class Scored:
    shares: Shares

    def points_for(self, each: Indicator) -> float:
        """0.0 where there is nothing the indicator applies to."""
        return round(self._exact(each), 2)

    def _exact(self, each: Indicator) -> float:
        share = self.shares[each]
        return each.weight * share.fulfilled / share.of if share.of else 0.0

    @property
    def points(self) -> float:
        return round(sum(map(self._exact, Indicator)), 2)

    @property
    def reachable(self) -> int:
        """Points of the indicators that apply to something here: links that nobody asked about are not counted."""
        return sum(each.weight for each in Indicator if self.shares[each].of)

    @property
    def of(self) -> int:
        return MOST

    @property
    def rating(self) -> str:
        """The four words of data.europa.eu, in German."""
        points = self.points
        return "ausgezeichnet" if points >= 351 else "gut" if points >= 221 else "ausreichend" if points >= 121 else "schlecht"
