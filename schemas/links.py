"""Files that lie elsewhere, and the terms of use that others state for them."""

import re
from dataclasses import dataclass
from datetime import datetime

from schemas.values import FileFormat, Licence, Text

_WEB = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_UNSTATED = Text(de="Keine Lizenz angegeben", en="No licence stated")
#: What GovData makes of a file without licence (ckanext-dcatde, `dcatde_rdf.py`): nothing may be assumed to be allowed.
_CLOSED = "http://dcat-ap.de/def/licenses/other-closed"


@dataclass(frozen=True, kw_only=True)
class StatedLicence:
    """What a foreign catalogue says about the terms of use. Reads like a `Licence`, so that whoever shows terms need not know which."""

    known: Licence | None = None  #: mapped by table; None: not in the list, `stated` stays as it is and is reported
    stated: str = ""  #: IRI or name as it was given
    attribution: str = ""  #: text that wants to be named

    def __bool__(self) -> bool:
        """Whether anything was said."""
        return self.known is not None or bool(self.stated.strip())

    @property
    def code(self) -> str:
        return self.known.code if self.known else "other"

    @property
    def iri(self) -> str:
        """Of the list, else as it was stated, else that of terms nobody knows."""
        if self.known:
            return self.known.iri
        return self.stated.strip() if self._is_address else _CLOSED

    @property
    def title(self) -> Text:
        if self.known:
            return self.known.title
        return Text(de=self.stated.strip()) if self.stated.strip() else _UNSTATED

    @property
    def text_url(self) -> str:
        """Where the terms can be read; "" when nobody said."""
        if self.known:
            return self.known.text_url
        return self.stated.strip() if self._is_address else ""

    @property
    def words(self) -> str:
        """Terms that only words describe; "" where an IRI says it all."""
        return "" if self.known or self._is_address else self.stated.strip()

    @property
    def attribution_required(self) -> bool:
        return bool(self.attribution) if self.known is None else self.known.attribution_required

    @property
    def _is_address(self) -> bool:
        return _WEB.fullmatch(self.stated.strip()) is not None


UNSTATED = StatedLicence()


@dataclass(frozen=True, kw_only=True)
class Link:
    """dcat:Distribution somewhere else."""

    access_url: str
    title: Text | None = None
    description: Text | None = None
    download_url: str = ""
    format: FileFormat | None = None  #: where it is one that klar knows
    stated_format: str = ""  #: IRI or word as it was given
    media_type: str = ""  #: as in the header of HTTP, without parameters
    licence: StatedLicence = UNSTATED
    byte_size: int | None = None
    uri: str = ""  #: of the distribution in its own catalogue; "": it has none
    issued: datetime | None = None  #: aware
    modified: datetime | None = None  #: aware
