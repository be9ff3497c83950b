"""Kinds of phases of the German fork (platforms.md 2: app/models/custom/projekt_phase/*.rb), and what they are in the common model."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Phase:
    title: str  #: where the platform gives none
    format: str  #: code of `format.kind`
    mode: str = "digital"  #: code of `format.mode`


PHASES = {
    "comment": Phase(title="Kommentare", format="debatte"),
    "proposal": Phase(title="Vorschläge", format="ideensammlung"),
    "question": Phase(title="Fragen", format="umfrage"),
    "voting": Phase(title="Abstimmung", format="abstimmung"),
    "budget": Phase(title="Bürgerhaushalt", format="buergerhaushalt"),
    "legislation": Phase(title="Entwurf", format="kommentierung"),
    "formular": Phase(title="Formular", format="umfrage"),
    "event": Phase(title="Veranstaltungen", format="buergerveranstaltung", mode="unknown"),
    "livestream": Phase(title="Livestream", format="phase", mode="unknown"),
    "milestone": Phase(title="Meilensteine", format="phase", mode="unknown"),
    "newsfeed": Phase(title="Neuigkeiten", format="phase", mode="unknown"),
    "argument": Phase(title="Argumente", format="phase", mode="unknown"),
    "notification": Phase(title="Benachrichtigungen", format="phase", mode="unknown"),
}
#: Phases in which one takes part -> code of `process.method`.
METHODS = {
    "comment": "other",
    "proposal": "idea-collection",
    "question": "survey",
    "voting": "vote",
    "budget": "vote",
    "legislation": "comment-on-draft",
    "formular": "survey",
}


def kind_of(name: object) -> str:
    """`proposal` of `ProjektPhase::ProposalPhase`, `ProposalPhase`, `proposal_phase` or `Proposal`."""
    last = str(name or "").rpartition("::")[2].lower().replace("_", "").replace("-", "")
    return last.removesuffix("phase")


def state_of(start: str | None, end: str | None, today: date) -> str:
    """As of the day the source answered. Without any date nobody knows."""
    now = today.isoformat()
    if start and start > now:
        return "planned"
    if end and end < now:
        return "completed"
    return "running" if start or end else "unknown"
