"""Sentences of the operator pages that depend on a state."""

from catalog.plan import Change, PlanState

#: What became of a plan, for somebody who looks for it.
FATES = {
    PlanState.PROPOSED: "",
    PlanState.HELD: "",
    PlanState.APPLIED: "Dieser Plan ist veröffentlicht.",
    PlanState.REJECTED: "Dieser Plan wurde abgelehnt. Was veröffentlicht war, ist geblieben.",
    PlanState.SUPERSEDED: "Seit diesem Plan wurde die Quelle neu geerntet. Es gilt der neuere Plan, oder es gibt nichts mehr zu ändern.",
    PlanState.OUTDATED: "Der veröffentlichte Stand hat sich seit diesem Plan geändert. Die nächste Ernte macht einen neuen.",
}
#: What a change means where its fields do not tell.
NOTES = {
    Change.CREATE: "",
    Change.UPDATE: "",
    Change.RETURN: "Die Zeile fehlte oder war in Prüfung und ist wieder da.",
    Change.MISS: "Die Zeile fehlt in der Quelle. Sie bleibt veröffentlicht und wird gekennzeichnet.",
    Change.STALE: "Der neue Inhalt steht auf der Prüfliste. Der letzte gute Inhalt bleibt veröffentlicht und wird gekennzeichnet.",
    Change.REMOVE: "Die Zeile fehlt schon länger in der Quelle und wird entfernt.",
}
#: Of the decision log.
DEEDS = {
    "approve": "freigegeben",
    "consent": "erstes Wort",
    "reject": "abgelehnt",
    "accept": "angenommen",
    "upload": "hochgeladen",
    "discard": "verworfen",
    "release": "Stand veröffentlicht",
    "withdraw": "zurückgezogen",
    "move": "Adresse umgezogen",
    "token": "Token ausgestellt",
    "revoke": "Token widerrufen",
}
