"""What councils write in words, as codes of the common model. OParl leaves these words free (schema: plain strings); the lists hold what
German council systems usually write, and what they do not know stays a word."""

import re
from collections.abc import Mapping

_OUTCOMES = (
    ("rejected", re.compile(r"nicht (?:beschlossen|zugestimmt|angenommen|gefolgt)|abgelehnt|ablehnung")),
    ("discussed", re.compile(r"vertagt|vertagung|zurückgestellt|zurückgezogen|verwiesen|abgesetzt|\bberaten|vorberaten")),
    ("noted", re.compile(r"kenntnis")),
    ("adopted", re.compile(r"beschlossen|zugestimmt|zustimmung|angenommen|stattgegeben|\bgewählt\b|einstimmig|mehrheitlich")),
)
_MAJORITIES = (("unanimous", re.compile(r"einstimmig")), ("majority", re.compile(r"mehrheitlich|mit (?:stimmen)?mehrheit|stimmenmehrheit")))
_STATES = (
    ("cancelled", re.compile(r"abgesagt|entfällt|ausgefallen")),
    ("postponed", re.compile(r"verschoben|verlegt")),
    ("held", re.compile(r"durchgeführt|beendet|abgeschlossen|stattgefunden")),
    ("planned", re.compile(r"terminiert|geplant|eingeladen|einladung|vorgesehen")),
)
_KINDS = (
    ("advisory-body", re.compile(r"ausschuss|ausschuß|beirat|kommission|arbeitskreis|migrationsrat|seniorenrat|jugendrat")),
    ("council", re.compile(r"rat\b|ortsbeirat|kreistag|versammlung|bezirksvertretung|vertretung")),
)
#: Not committees, although words of committees stand in their names.
_NO_COMMITTEE = re.compile(r"fraktion|gruppe\b|einzelmitglied|mitglied\b|mandat|partei|wählervereinigung")
#: What may stand behind the name of a council: nothing, or what it is the council of. »Stadtrat Peter Muster« is a person.
_BARE_COUNCIL = re.compile(
    r"\w*(?:rat|kreistag|versammlung|vertretung)(?:\s+(?:der|des|von|im|in|für)\s.*|\s*[-–(,].*|\s+\d.*)?", re.IGNORECASE
)
_ONLINE = re.compile(r"https?://|\bonline\b|\bdigital|videokonferenz|videositzung|webkonferenz|livestream")
_HYBRID = re.compile(r"\bhybrid")


def outcome_of(result: str, own: Mapping[str, str]) -> str:
    """`own`: words of this source -> code; they win. "unknown" for words that no rule knows."""
    said = result.strip().casefold()
    for word, code in own.items():
        if word.strip().casefold() == said:
            return code
    return _first(_OUTCOMES, said) or "unknown"


def majority_of(result: str) -> str | None:
    return _first(_MAJORITIES, result.casefold())


def status_of(state: str, *, cancelled: bool) -> str:
    return "cancelled" if cancelled else _first(_STATES, state.casefold()) or "unknown"


def kind_of(name: str, classification: str) -> str:
    """Of a body: its own name decides before the class it is in."""
    for said in (name.casefold(), classification.casefold()):
        if "ortsbeirat" in said:
            return "council"
        if found := _first(_KINDS, said):
            return found
    return "other"


def is_committee(name: str, classification: str) -> bool:
    """Of a body that does not say what it is (`organizationType` is optional): whether its words leave no doubt. A group of one member
    bears the member's name, and »Stadtrat« is also what a person is called."""
    said = f"{name} {classification}".casefold()
    if _NO_COMMITTEE.search(said):
        return False
    if "ortsbeirat" in said or _KINDS[0][1].search(said):
        return True
    return kind_of(name, classification) == "council" and _BARE_COUNCIL.fullmatch(name.strip()) is not None


def mode_of(place: str, *, has_address: bool) -> str:
    """Councils meet in a room, unless the place says otherwise."""
    said = place.casefold()
    if _HYBRID.search(said):
        return "hybrid"
    if _ONLINE.search(said):
        return "hybrid" if has_address else "digital"
    return "analog"


def _first(rules: tuple[tuple[str, re.Pattern[str]], ...], said: str) -> str | None:
    return next((code for code, pattern in rules if pattern.search(said)), None)
