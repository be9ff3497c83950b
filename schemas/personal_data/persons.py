"""What people write of themselves and to each other: dates of birth, salutations, "mein Name ist …", @handles.

A name without such a word beside it is not found: nothing small enough to run offline does that reliably.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from schemas.personal_data.folding import Span
from schemas.personal_data.words import word_list

_MONTH = (
    r"(?:Jan(?:uar)?|Feb(?:ruar)?|März|Mrz|Apr(?:il)?|Mai|Juni?|Juli?|Aug(?:ust)?|Sept?(?:ember)?|Okt(?:ober)?|Nov(?:ember)?|Dez(?:ember)?)"
)
_DATE = (
    r"(?:\d{1,2}[./-] ?\d{1,2}[./-] ?(?:(?:19|20)\d\d|\d\d)(?!\d)|(?:19|20)\d\d-\d\d-\d\d(?!\d)"
    rf"|\d{{1,2}}\. ?{_MONTH}\.? (?:19|20)\d\d(?!\d))"
)
_BIRTH = re.compile(
    r"(?P<cue>\bgeb\b\.?(?:-?datum)?|geboren\w?|geburtsdatum|geburtstag|\bborn\b|(?<=[^\s*\w] )\*|(?<=\w )\*|(?<![\w*])\*(?=\d))"
    r"(?P<between>[^\d\n]{0,45})"
    rf"(?P<date>{_DATE})",
    re.IGNORECASE,
)
_STAR = re.compile(rf"\* ?(?P<date>{_DATE})(?= in [A-ZÄÖÜ]|[,;]? ?†)")  # also where a list could begin
_BORN_AFTER = re.compile(rf"(?P<date>{_DATE})(?P<between>[^\d\n.]{{0,40}}?)\b(?:geboren|geb\.|zur Welt|Geburtstag\b)", re.IGNORECASE)
_BETWEEN = word_list(
    "am den der dem ist war lautet vom bin wurde ich sie er im jahr on was zu heißt tag tt mm jj jjjj und hat habe wird"
    " mein meinen seinen ihren in"
)


#: Without one of these no pattern below can match: looking for them takes a hundredth of the time.
_BIRTH_CUES = ("gebor", "geburt", "born", "*", "zur welt")
_SHORT_BIRTH_CUE = re.compile(r"\bgeb\b")


def birth_dates(text: str) -> Iterator[Span]:
    lower = text.lower()
    if not any(each in lower for each in _BIRTH_CUES) and not _SHORT_BIRTH_CUE.search(lower):
        return
    for found in (*_BIRTH.finditer(text), *_BORN_AFTER.finditer(text)):
        if _only_small_words(found["between"]) or _is_birth_name(found):
            yield found.span("date")
    for found in _STAR.finditer(text):
        yield found.span("date")


def _only_small_words(between: str) -> bool:
    """ "geboren am", "geb. in Musterstadt am"; not "geboren im Workshop vom"."""
    found = re.findall(r"\w+", between)
    places = [after for word, after in pairwise(found) if word.lower() == "in" and after[0].isupper()]
    return all(word.lower() in _BETWEEN or word.lower() == "in" or word in places for word in found)


def _is_birth_name(found: re.Match[str]) -> bool:
    """ "geb. Muster, 3.4.1981"."""
    return found[0][:4].lower() == "geb." and re.fullmatch(r" ?[A-ZÄÖÜ][\w-]{1,30},? ?(?:am |den )?", found["between"]) is not None


_SALUTATION = re.compile(r"\b(?:Herrn?|Hrn?\.|Frau|Fräulein|Familie|Eheleute|Ehepaar|HERRN?|FRAU|FAMILIE|Mrs?\.?|Ms\.?) {1,2}(?=\w)")
_LETTER = re.compile(r"\b(?:sehr geehrter?|lieber?|hallo|guten tag|werter?) (?:herr|frau|familie) {1,2}(?=\w)", re.IGNORECASE)
_TITLES = re.compile(
    r"(?:(?:Dr|Prof|Professor|Professorin|Dipl|Ing|med|jur|phil|rer|nat|h|c|Mag|M|B|A|Sc|Pfarrer|Pfarrerin)\b\.?[ -]{0,2}){0,6}"
)
_PARTICLES = re.compile(r"(?:von|van|de|zu|zur|vom|el|al|di|da|Freiherr|Graf|Gräfin)(?: (?:der|den|dem|und zu))? ", re.IGNORECASE)
_NAME_WORD = re.compile(r"[^\W\d_][^\W\d_]{0,30}(?:['’-][^\W\d_]{1,30}){0,3}")
_OFFICE = re.compile(
    r"\w*(?:(?:bürger|haus|bau|werk|schwimm|brand|forst|straßen|kapell|schornsteinfeger|rechnungs)meister(?:in)?|präsident|präsidentin|minister|ministerin|direktor|direktorin|kanzler|kanzlerin|sekretär"
    r"|sekretärin|leiter|leiterin|rat|rätin"
    r"|vorsitzender?|vorsitzenden|beigeordneter?|beigeordneten|dezernent|dezernentin|abgeordneter?|vorsteher|vorsteherin"
    r"|beauftragter?|beauftragten|intendant"
    r"|intendantin|landrat|landrätin|richterin|professor|professorin|doktor|doktorin|kollege|kollegin|kollegen|nachbar"
    r"|nachbarin|lehrer|lehrerin|pfarrer"
    r"|pfarrerin|sprecher|sprecherin)",
    re.IGNORECASE,
)
_NO_NAME = word_list(
    "und oder aus der die das des dem den ein eine einer im in ist hat wird war für mit zu bei vom von als auch nicht ihr"
    " ihre euer eure unser unsere sein seine es"
    " programm hase stadt team referat amt verein verwaltung stadtverwaltung redaktion projekt büro gruppe jugend soziales"
    " senioren beruf kinder bildung gesundheit frauen"
    " pflege mensch heute mann frau männer familie holle offen noch hier dort leider mir mich ich du sie er wir gott wie"
    " folgt angabe anonym unbekannt keine kein"
)


def salutations(text: str) -> Iterator[Span]:
    for found in _SALUTATION.finditer(text):
        end = _name_end(text, found.end(), words=3)
        if end:
            yield found.start(), end
    for found in _LETTER.finditer(text):
        end = _name_end(text, found.end(), words=1, any_case=True)
        if end:
            yield found.start(), end


_INTRODUCTION = re.compile(r"\b(?:mein(?:e)? (?:vor- und nach|nach|vor)?name(?:n)? (?:ist|lautet|sei)|my name is)[: ]{1,3}", re.IGNORECASE)
_I_AM_CALLED = re.compile(r"\b(?:ich|er|sie) hei(?:ß|ss)(?:e|t)[: ]{1,2}(?=[A-ZÄÖÜ])", re.IGNORECASE)
_SIGNED = re.compile(
    r"\bgez\.? {1,2}|\bi\. ?[AV]\. {1,2}|\b(?:grüßen|grüße|gruß|gruss|grüssen|hochachtungsvoll|mfg|lg|vg)"
    r"[,!.]?[ \t]{0,3}(?:\r?\n[ \t]{0,3}){1,3}"
    r"|\b(?:grüße|gruß),? (?=[A-ZÄÖÜ])"
    r"|\b(?:vorname|nachname|familienname|ansprechpartner(?:in)?|ansprechperson|antragsteller(?:in)?|verfasser(?:in)?"
    r"|unterzeichner(?:in)?|unterschrift"
    r"|autor(?:in)?)[:\t] ?",
    re.IGNORECASE,
)


def names(text: str) -> Iterator[Span]:
    for cue in _INTRODUCTION.finditer(text):
        end = _name_end(text, cue.end(), words=3, any_case=True)
        if end:
            yield cue.end(), end
    for pattern in (_I_AM_CALLED, _SIGNED):
        for cue in pattern.finditer(text):
            end = _name_end(text, cue.end(), words=3)
            if end:
                yield cue.end(), end


def _name_end(text: str, start: int, *, words: int, any_case: bool = False) -> int | None:
    """Where a name ends that begins at `start`, after titles and particles; None where none stands."""
    position = start
    titles = _TITLES.match(text, position)
    if titles:
        position = titles.end()
    end = None
    for index in range(words):
        particle = _PARTICLES.match(text, position)
        word = _NAME_WORD.match(text, particle.end() if particle else position)
        if not word or not (word[0][0].isupper() or (any_case and index < 2)) or word[0].lower() in _NO_NAME or _OFFICE.fullmatch(word[0]):
            break
        end = word.end()
        if text[end : end + 1] != " ":
            break
        position = end + 1
    return end


_HANDLE = re.compile(r"(?<![\w.@/%+&=-])@(?P<name>[^\W\d][\w.]{1,38}\w)(?:@[\w-]{1,60}(?:\.[\w-]{1,60}){1,4})?(?![\w/]|-\w)")
#: Words of style sheets, program code, JSON-LD and SensorThings, and short names of commits.
_NO_HANDLE = re.compile(
    r"media|import|charset|supports|keyframes|font|page|layer|container|home|work|context|type|value|graph|language|prefix"
    r"|base|vocab|param|returns?|see|todo"
    r"|property|override|iot\.\w+|odata\.\w+|(?=[a-f]*\d)[0-9a-f]{7,40}",
    re.IGNORECASE,
)


def handles(text: str) -> Iterator[Span]:
    for found in _HANDLE.finditer(text):
        if not _NO_HANDLE.fullmatch(found["name"]):
            yield found.span()
