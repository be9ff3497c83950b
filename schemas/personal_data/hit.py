"""What the check reports: a kind and a place. The passage itself stays where it was."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What was found; the value is the end of the finding's code."""

    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    PLATE = "plate"
    TAX_ID = "tax-id"
    INSURANCE_NUMBER = "insurance-number"
    ADDRESS = "address"
    BIRTH_DATE = "birth-date"
    HANDLE = "handle"
    LINK = "link"
    SALUTATION = "salutation"
    NAME = "name"

    @property
    def code(self) -> str:
        return f"personal-{self.value}"

    @property
    def title(self) -> str:
        """German, for people who check."""
        return _TITLES[self]


_TITLES = {
    Kind.EMAIL: "E-Mail-Adresse",
    Kind.PHONE: "Telefonnummer",
    Kind.IBAN: "IBAN",
    Kind.PLATE: "Kfz-Kennzeichen",
    Kind.TAX_ID: "Steuernummer",
    Kind.INSURANCE_NUMBER: "Versicherungsnummer",
    Kind.ADDRESS: "Anschrift",
    Kind.BIRTH_DATE: "Geburtsdatum",
    Kind.HANDLE: "Benutzername",
    Kind.LINK: "Link auf ein Benutzerkonto",
    Kind.SALUTATION: "Anrede mit Namen",
    Kind.NAME: "Name",
}
PERSONAL_CODES = frozenset(each.code for each in Kind)


@dataclass(frozen=True, kw_only=True)
class Hit:
    """`text[start:end]` looks like `kind`. Holds no part of the text, so it may be logged."""

    kind: Kind
    start: int
    end: int

    @property
    def masked(self) -> str:
        """What stands in place of the passage. Neither its letters nor its length: both can give a name away."""
        return f"[{self.kind.title}]"


def masked(text: str, hits: Iterable[Hit]) -> str:
    """The text with every hit replaced by its kind; overlapping hits become one, under the first one's kind.

    For the eyes of a person who decides. What the check did not find is still in it: not for logs.
    """
    pieces, position = [], 0
    for hit in sorted(hits, key=lambda each: (each.start, -each.end)):
        if hit.start >= position:
            pieces += [text[position : hit.start], hit.masked]
        position = max(position, hit.end)
    return "".join([*pieces, text[position:]])
