"""What a person should look at in a survey, before anything of it is counted."""

from collections.abc import Iterator

from harvesters.limesurvey.columns import Columns, Use
from harvesters.limesurvey.rows import TABLE, Said
from harvesters.limesurvey.survey import Survey
from harvesters.naming import shown
from schemas.row import Finding

_MOST_NAMES = 20


def remarks_on(survey: Survey, said: Said, columns: Columns, origin: str) -> Iterator[Finding]:
    """Of surveys, never of a single response."""
    name = f"Umfrage {survey.sid} ({survey.title})"

    def remark(code: str, message: str) -> Finding:
        return Finding(code=code, message=f"{name}: {message}", origin=origin, table=TABLE)

    for question, why in survey.unusable():
        yield remark("unknown-question", f"Die Frage »{shown(question.code)}« wird nicht übernommen: {why}.")
    for column, (target, codes) in said.columns.items():
        found = columns.column(column)
        if found.use is not Use.CHOICE:
            yield remark("unmapped-question", f"»{column}« ({target}) ist keine Frage mit einer Auswahl; die Spalte bleibt leer.")
        elif left := [f"{code} ({found.labels.get(code, label)})" for code, label in found.codes.items() if code not in codes]:
            yield remark("unmapped-code", f"Diese Antworten auf »{column}« haben keinen Wert in {target}: {', '.join(left[:_MOST_NAMES])}.")
    yield from (remark(*each) for each in _on_settings(survey))


def _on_settings(survey: Survey) -> Iterator[tuple[str, str]]:
    flags = survey.flags
    if flags.closed and flags.anonymized is None:
        yield (
            "inherited-setting",
            "Ob die Antworten anonym sind, erbt sie von den allgemeinen Einstellungen (options.inherited). Bis es dort steht, "
            "zählt jede Antwort als eigene Person.",
        )
    more = [
        *(["die IP-Adresse"] if flags.ipaddr and not flags.ipanonymize else []),
        *(["die Seite, von der jemand kam"] if flags.refurl else []),
        *(["die Zeit je Frage"] if flags.savetimings else []),
    ]
    if more:
        yield "collects-more", f"LimeSurvey speichert hier {', '.join(more)}. klar übernimmt nichts davon; braucht es jemand?"
    if flags.publicstatistics:
        yield (
            "public-statistics",
            (
                "LimeSurvey zeigt ihre Ergebnisse selbst öffentlich, ungerundet. Das gehört abgeschaltet, oder die Zahlen gehören als "
                "veröffentlicht in die Prüfung der Statistik."
            ),
        )
