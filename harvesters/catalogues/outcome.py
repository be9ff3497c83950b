"""What mapping one foreign record gives: a data set with notes, or the reason why it cannot be taken."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.errors import RecordError
from schemas.upstream import StatedLicence, UpstreamDataset


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something of a record that is left out or stays as it was stated, and that a person may want to know."""

    code: str
    field: str  #: as the source calls it
    about: str = ""  #: a value that is nobody's secret: the name of a licence


@dataclass(frozen=True, kw_only=True)
class Adopted:
    dataset: UpstreamDataset
    identifier: str = ""  #: dct:identifier as stated: by it the same data set is recognised in another catalogue
    notes: tuple[Note, ...] = ()


class Unusable(RecordError):
    """This record cannot be published as it stands."""

    def __init__(self, code: str, field: str, message: str, *, uri: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.uri = uri  #: of the data set, where it is sound


class Notes:
    """Collects what one mapping leaves out."""

    def __init__(self) -> None:
        self._found: dict[Note, None] = {}

    def add(self, code: str, field: str, about: str = "") -> None:
        self._found[Note(code=code, field=field, about=about)] = None

    def licence(self, licence: StatedLicence, field: str) -> StatedLicence:
        """What is said of the data set and again of its files is one thing to tell."""
        stated = licence.stated[:200] if licence.known is None else ""
        if stated and all((each.code, each.about) != ("unknown-licence", stated) for each in self._found):
            self.add("unknown-licence", field, stated)
        return licence

    def all(self) -> tuple[Note, ...]:
        return tuple(self._found)


#: (code) -> sentence; {field}, {about}, {count} and {first} are filled in.
SENTENCES = {
    "unknown-licence": "Die Lizenz »{about}« (Feld »{field}«) steht nicht in der Tabelle und bleibt, wie sie ist",
    "no-licence": "Eine Lizenz fehlt",
    "bad-date": "Das Feld »{field}« ist kein lesbares Datum und bleibt weg",
    "no-address": "Eine Datei ohne Adresse bleibt weg (Feld »{field}«)",
    "bad-address": "Das Feld »{field}« ist keine Adresse, die sich öffnen lässt, und bleibt weg",
    "bad-identifier": "Eine Kennung im Feld »{field}« ist unlesbar und bleibt weg",
    "not-public": "Nicht öffentlich oder kein Datensatz (Feld »{field}«): bleibt weg",
    "stub": "Nur erwähnt, nicht beschrieben: bleibt weg",
    "own": "Es ist ein Datensatz dieses Katalogs selbst und wird nie zurückgeholt",
    "too-long": "Das Feld »{field}« ist länger als erlaubt und bleibt weg",
}

_LICENCE = "Eine Angabe unter [licence] in curation/NAME.toml ersetzt sie hier."
#: (code) -> what a person can do here.
ADVICE = {"unknown-licence": _LICENCE, "no-licence": _LICENCE}


@dataclass
class Tally:
    """How often each note occurred, and where first: a catalogue of ten thousand data sets says the same thing ten thousand times."""

    counts: dict[Note, int]
    first: dict[Note, str]

    def add(self, notes: Sequence[Note], where: str) -> None:
        for each in notes:
            self.counts[each] = self.counts.get(each, 0) + 1
            self.first.setdefault(each, where)

    def sentences(self) -> list[tuple[Note, str]]:
        return [(note, self._sentence(note)) for note in self.counts]

    def _sentence(self, note: Note) -> str:
        said = SENTENCES[note.code].format(field=note.field, about=note.about)
        count = self.counts[note]
        many = "1 Datensatz" if count == 1 else f"{count} Datensätze"
        advice = ADVICE.get(note.code, "")
        return f"{said}: {many}, zuerst <{self.first[note]}>.{advice and f' {advice}'}"
