"""German words for states, changes and findings: the same on the command line, in mails and on the operator pages."""

from catalog.entries import QuarantineState
from catalog.plan import Change, Outcome, PlanState, RunRecord
from schemas.row import Finding

OUTCOMES = {
    Outcome.OK: "veröffentlicht",
    Outcome.UNCHANGED: "unverändert",
    Outcome.PARTIAL: "teilweise",
    Outcome.HELD: "angehalten",
    Outcome.FAILED: "gescheitert",
    Outcome.RUNNING: "läuft",
    Outcome.PLANNED: "geplant",
}
PLAN_STATES = {
    PlanState.PROPOSED: "vorgeschlagen",
    PlanState.HELD: "angehalten",
    PlanState.APPLIED: "veröffentlicht",
    PlanState.REJECTED: "abgelehnt",
    PlanState.SUPERSEDED: "durch einen neueren ersetzt",
    PlanState.OUTDATED: "überholt",
}
COUNTS = {
    "created": "neu",
    "updated": "geändert",
    "returned": "zurück",
    "unchanged": "gleich",
    "missing": "fehlend",
    "stale": "in Prüfung",
    "removed": "entfernt",
    "vault_created": "im Tresor neu",
    "vault_updated": "im Tresor geändert",
    "vault_unchanged": "im Tresor gleich",
    "vault_missing": "im Tresor fehlend",
    "vault_removed": "im Tresor entfernt",
    "quarantined": "Prüfliste",
    "findings": "Hinweise",
}
CHANGES = {
    Change.CREATE: "neu",
    Change.UPDATE: "geändert",
    Change.RETURN: "zurück",
    Change.MISS: "fehlt",
    Change.STALE: "in Prüfung",
    Change.REMOVE: "entfernt",
}
STATES = {
    QuarantineState.OPEN: "offen",
    QuarantineState.ACCEPTED: "angenommen",
    QuarantineState.REJECTED: "abgelehnt",
    QuarantineState.CLOSED: "erledigt",
}
#: Signs of an address behind its question mark that people can still read.
_LONGEST_QUESTION = 40


def outcome_text(record: RunRecord) -> str:
    """What went into the vault only is not called published."""
    did = {key for key, number in record.counts.items() if number}
    in_vault = any(key.startswith("vault_") for key in did)
    published = any(not key.startswith("vault_") for key in did - {"findings", "unchanged", "quarantined"})
    return "in den Tresor übernommen" if record.outcome is Outcome.OK and in_vault and not published else OUTCOMES[record.outcome]


def counts_text(counts: dict[str, int]) -> str:
    """`neu 3, gleich 45`; what did not happen is left out."""
    return ", ".join(f"{COUNTS.get(key, key)} {number}" for key, number in counts.items() if number) or "keine Zeilen"


def finding_text(finding: Finding) -> str:
    """`beteiligung/verfahren.csv, Zeile 7, Feld participants: …`"""
    place = [
        _address_text(finding.origin) or finding.table,
        f"Zeile {finding.row}" if finding.row else "",
        f"Feld {finding.field}" if finding.field else "",
    ]
    where = ", ".join(each for each in place if each)
    return f"{where}: {finding.message}" if where else finding.message


def _address_text(origin: str) -> str:
    """Questions to an interface are longer than a line; `--json` has them whole."""
    address, asked, question = origin.partition("?")
    return f"{address}?…" if asked and len(question) > _LONGEST_QUESTION and address.startswith(("http://", "https://")) else origin
