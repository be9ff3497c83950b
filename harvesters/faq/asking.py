"""What a question is, what is no part of an answer, and by what a question is recognised again. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

LONGEST_QUESTION = 1_000
#: Ends with a question mark, in brackets or quotes too; a remark of whoever asked may follow.
_QUESTION = re.compile(r".*\?[\s\"'“”«»‹›)\]!]*(\((?:[^()]|\([^()]*\))*\)\.?|(?:Hinweis|Anmerkung|Zusatz|Ergänzung)\b.*)?", re.S)
#: Ways around the page: what stands above ends here.
_SIGNPOST = frozenset(
    {"zurück", "nach oben", "zum seitenanfang", "zum anfang", "zurück nach oben", "zur übersicht", "zurück zur übersicht", "back to top"}
)
#: Words on buttons; the text goes on behind them.
_BUTTON = frozenset({"weiterlesen", "mehr erfahren", "mehr anzeigen", "weniger anzeigen", "teilen", "drucken", "zum inhalt springen"})
#: Asks nothing of anybody.
_INVITATION = re.compile(r"(\w+\s+){0,3}fragen\s*(zu[mr]?\b[^?]*)?\?|interesse(\s+geweckt)?\s*\?", re.I)
#: What only a login page asks.
_LOGIN = re.compile(
    r"((passwort|kennwort|benutzername|zugangsdaten)\s+vergessen|forgot(ten)?\s+(your\s+)?password|neu\s+hier"
    r"|(noch\s+)?(kein(en)?\s+(konto|account|zugang|benutzerkonto)|nicht\s+registriert))\s*\?",
    re.I,
)
#: A statement within what asks: of a preface there may be one sentence.
_STATEMENT = re.compile(r"[a-zäöüß)\]”“»\"]\.\s+(?=[A-ZÄÖÜ„“\"»(])")
#: What stands before a question or an answer and is no part of it.
_LABEL = re.compile(r"(?:frage(?:\s+(?:nr\.?\s*)?\d{1,3})?|antwort)\s*:\s*", re.I)
#: `3. Wann?` is asked as well when it has become the fourth.
_COUNTED = re.compile(r"\(?\d{1,2}[.)]\s+(?=\S)")
_CONTACT_HEAD = re.compile(
    r"(presse)?kontakt(e|daten)?|ansprechpartner(in|innen|/-in|:in)?|ansprechperson(en)?|impressum|presseabbinder", re.I
)
_CONTACT = re.compile(
    r"(tel|telefon|fon|fax|mobil|handy|e-?mail|mail|kontakt|ansprechpartner(in)?|ansprechperson|web|internet)\b\s*[.:].*"
    r"|[^\s@]+@[^\s@]+\.[^\s@]+|\(?(?:\+|0)[\d\s()/.–-]{6,}",
    re.I,
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question as a page gives it."""

    question: str
    answer: str = ""  #: lines; "": nobody has answered yet
    block: str = ""  #: heading it stands under


def is_question(line: str) -> bool:
    """A paragraph that argues and ends in a rhetorical question is none."""
    said = line.strip()
    if "?" not in said or len(said) > LONGEST_QUESTION or _INVITATION.fullmatch(said):
        return False
    return _QUESTION.fullmatch(said) is not None and len(_STATEMENT.findall(said[: said.rindex("?")])) <= 1


def is_login(line: str) -> bool:
    """Whether it belongs to a login page, and is worth nothing where nothing else is asked."""
    return _LOGIN.fullmatch(line.strip()) is not None


def is_signpost(line: str) -> bool:
    """Whether an answer ends here although nothing else begins."""
    said = line.strip(" \t\n.:»«↑^<>–-").casefold()
    return said in _SIGNPOST or _CONTACT_HEAD.fullmatch(said) is not None


def is_contact(line: str) -> bool:
    """A line that only says how to reach somebody. Sentences that do so by the way are for the personal-data check."""
    return _CONTACT.fullmatch(line.strip()) is not None


def asked(question: str, lines: Sequence[str], block: str = "") -> Iterator[Asked]:
    """A question with what stands below it; nothing where that was nothing but a contact or a way around the page."""
    question, answer = _LABEL.sub("", question, count=1) if _LABEL.match(question) else question, answer_of(lines)
    if question and (answer or not any(each.strip() for each in lines)):
        yield Asked(question=question, answer=answer, block=block)


def answer_of(lines: Iterable[str]) -> str:
    """Up to the first signpost, without buttons and contacts."""
    kept: list[str] = []
    for line in lines:
        if is_signpost(line):
            break
        if line.strip(" \t.:»«").casefold() not in _BUTTON and not is_contact(line):
            kept.append(line)
    if kept and (label := _LABEL.match(kept[0])):
        kept[0] = kept[0][label.end() :]
    return "\n".join(filter(None, kept))


def uncounted(question: str) -> str:
    """Without its number on the page."""
    return _COUNTED.sub("", question, count=1) if _COUNTED.match(question) else question


def identity(page: str, question: str, block: str = "") -> str:
    """16 hexadecimal digits: the same for another answer, spacing, case or punctuation; another one for another question."""
    parts = [page, *(_bare(each) for each in (question, block) if each)]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def _bare(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())
