"""What a text must hold for a search to find anything in it: looking for that takes a tenth of the time of the search.

Each is necessary, none is sufficient: tests/schemas/personal_data/test_cues.py holds that a search without its cue finds nothing. They are
looked for in small letters; the patterns of the searches ignore case, and two letters are only equal to others for them (`_ODD_LETTERS`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from schemas.personal_data.hit import Kind
from schemas.personal_data.links import USER_FOLDERS

#: Dotted and dotless i, long s: patterns that ignore case read them as "i" and "s", `str.lower` does not.
_ODD_LETTERS = ("İ", "ı", "ſ")


@dataclass(frozen=True)
class Cues:
    """`words` and `patterns` in small letters, `exact` patterns as the text is written. One of them is enough."""

    words: tuple[str, ...] = ()
    patterns: tuple[re.Pattern[str], ...] = ()
    exact: tuple[re.Pattern[str], ...] = ()

    def stand_in(self, text: str, small: str) -> bool:
        """`small`: the text `lowered`."""
        for word in self.words:  # not any(): a generator costs more than what it looks for
            if word in small:
                return True
        for pattern in self.patterns:
            if pattern.search(small):
                return True
        return any(each.search(text) for each in self.exact) if self.exact else False


def lowered(text: str) -> str | None:
    """The text as cues are looked for in it; None where that would tell nothing."""
    return None if any(each in text for each in _ODD_LETTERS) else text.lower()


def _cues(*words: str, like: tuple[str, ...] = (), exactly: tuple[str, ...] = ()) -> Cues:
    return Cues(words, tuple(map(re.compile, like)), tuple(map(re.compile, exactly)))


#: Patterns begin with what is rare: a lookbehind in front of it would be tried at each letter.
CUES: Mapping[Kind, Cues] = {
    Kind.EMAIL: _cues(
        *("@", "%40", "&#", "&commat;", "klammeraffe"),
        like=(r"t(?<=\s[aä]t)\s", r"d(?<=\sädd)\s", r"[(\[{<]\s?(?:at|ät|ad|a)\s?[)\]}>]", r"[_-]at[_-]"),
    ),
    Kind.LINK: _cues(
        *("@", "~", "?", "%", "mailto:", ".com", "t.me", "threads.net"), like=(rf"/(?:{'|'.join(map(re.escape, sorted(USER_FOLDERS)))})/",)
    ),
    Kind.HANDLE: _cues("@"),
    Kind.SALUTATION: _cues(
        *("herr", "hr.", "hrn.", "hrn ", "frau", "fräulein", "familie", "eheleute", "ehepaar"), like=(r"m(?<!\wm)(?:rs?|s)\.? \w", r"hr \w")
    ),
    Kind.NAME: _cues(
        *("name", "heiß", "heiss", "gez", "grüß", "gruß", "grüss", "gruss", "hochachtungsvoll"),
        *("ansprechp", "antragsteller", "verfasser", "unterzeichner", "unterschrift", "autor"),
        like=(r"i\. ?[av]\.", r"[flv]g[,!.]?[ \t]{0,3}\r?\n"),
    ),
    Kind.IBAN: _cues(
        "iban", like=(r"\d(?:(?<=[a-z]{2}\d)(?<![a-z0-9][a-z]{2}\d)|(?<=[a-z]{2}[ .-]\d)(?<![a-z0-9][a-z]{2}[ .-]\d))[ .-]?\d",)
    ),
    Kind.PHONE: _cues(
        like=(
            r"[+0][\d ()./-]{5}",
            r"0\d{1,4}[ /-]{0,2}\n[ -]?\d",
            r"(?:t(?<!\wt)el|f(?<!\wf)on|f(?<!\wf)ax|d(?<!\wd)urchwahl|r(?<!\wr)ufnummer)[^\d\n]{0,40}[1-9][\d /-]{4}",
        )
    ),
    #: Letters right before the number, capitals with a gap, or one or two letters behind what parts them from the district.
    Kind.PLATE: _cues(
        exactly=(
            r"[1-9](?:(?<=[A-Za-zÄÖÜäöü]{2}.)|(?<=[A-ZÄÖÜ]{2}[ -].)"
            + "".join(rf"|(?<=[ :*•./-][A-Za-z]{{{letters}}}[ -]{{{gap}}}.)" for letters in (1, 2) for gap in range(4))
            + ")",
        )
    ),
    Kind.TAX_ID: _cues("steuernummer", "steuernr", "steuer-nr", like=(r"\d{3}[ .]?\d{3}[ .]?\d{3}", r"st\.? ?-?nr")),
    Kind.INSURANCE_NUMBER: _cues(like=(r"\d{2} ?\d{2}\.?\d{2}\.?\d{2} ?[a-z]", r"\d{9}(?<=[a-z]\d{9})")),
    Kind.ADDRESS: _cues(
        *("wohn", "anschrift", "adresse", "zuhause", "zu hause", "bei mir", "lebe in", "eigentümer", "mieter"),
        like=(r"\d{5}", r"mein(?:e|em|er)? (?:haus|wohnung|einfahrt|grundstück|balkon|garage)"),
    ),
    Kind.BIRTH_DATE: _cues("gebor", "geburt", "born", "*", "zur welt", like=(r"geb(?<!\wgeb)\b",)),
}
