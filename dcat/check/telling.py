"""The report for people: German, worst first, the first findings of each kind, and what to do about it."""

from collections.abc import Iterator
from itertools import groupby

from dcat.check.graph import is_blank
from dcat.check.kinds import Effect, Level, Severity
from dcat.check.mqa import Dimension, Indicator, Scored
from dcat.check.report import Finding, Group, Report

#: Findings of one kind that are told; the rest is a number.
SHOWN = 20
#: The same of notes: they are many, and alike.
NOTES_SHOWN = 3
_NOTHING = ["Kein Datensatz war zu lesen: Was jede Stufe damit macht und wie viele MQA-Punkte er hätte, lässt sich nicht sagen."]


def told(report: Report) -> str:
    judged = (_levels(report), _points(report.scored)) if report.datasets else (_NOTHING,)
    parts = (_summary(report), *_findings(report), *judged, _verdict(report))
    return "\n\n".join("\n".join(each) for each in parts)


def _summary(report: Report) -> list[str]:
    how = "bis zur letzten Seite" if report.complete else "nicht bis zum Ende"
    official = f"Amtliche Regeln: {', '.join(report.profiles)}." if report.profiles else "Amtliche Regeln: nicht geprüft (--shapes)."
    return [
        report.url,
        f"{_count(report.pages, 'Seite', 'Seiten')} gelesen, {how}{f' ({report.media_type})' if report.media_type else ''}; "
        f"{_count(report.datasets, 'Datensatz', 'Datensätze')}, {_count(report.distributions, 'Distribution', 'Distributionen')}.",
        f"Links: {report.links.asked} von {report.links.found} gefragt, {report.links.fine} in Ordnung. {official}",
    ]


def _findings(report: Report) -> Iterator[list[str]]:
    for code, several in groupby(report.groups, key=lambda each: each.code):
        yield list(_kind(code, list(several)))


def _kind(code: str, groups: list[Group]) -> Iterator[str]:
    kind = groups[0].kind
    count = sum(each.count for each in groups)
    yield f"{kind.severity.german}: {kind.title} ({count}×) [{code}, ab {kind.level.german}]"
    yield f"  {kind.advice}"
    shown = left = NOTES_SHOWN if kind.severity is Severity.NOTE else SHOWN
    for group in groups:
        if group.rule and len(groups) > 1:
            yield f"  {_plain(group.rule)}: {group.count}×"
        for each in group.findings[:left]:
            yield f"  - {_finding(each)}"
        left -= min(left, len(group.findings))
    if count > shown:
        yield f"  … und {count - shown} weitere."


def _finding(finding: Finding) -> str:
    where = _named(finding.dataset or finding.node or finding.page, finding)
    node = f" → {_named(finding.node, finding)}" if finding.node and finding.node not in (where, finding.dataset) else ""
    return _plain(f"{where}{node}: {finding.message}" if where else finding.message)


def _named(node: str, finding: Finding) -> str:
    """A node that has no name at home has none here."""
    return f"Blank Node auf {finding.page}" if is_blank(node) else node


def _levels(report: Report) -> list[str]:
    lines = ["Was jede Stufe mit den Datensätzen macht:"]
    for level in Level:
        counts = report.levels[level]
        kept, changed, dropped = (counts[each] for each in (Effect.ACCEPT, Effect.CHANGE, Effect.DROP))
        lines.append(f"  {level.german}: {kept} unverändert, {changed} verändert, {dropped} weggelassen")
    return lines


def _points(scored: Scored) -> list[str]:
    lines = [f"MQA von data.europa.eu: {scored.points:g} von {scored.of} Punkten ({scored.rating}); hier messbar sind {scored.reachable}."]
    for dimension in Dimension:
        of = [each for each in Indicator if each.dimension is dimension]
        points = round(sum(map(scored.points_for, of)), 2)
        lines.append(f"  {dimension.german}: {points:g} von {sum(each.weight for each in of)}")
        lines += [_missing(each, scored) for each in of if scored.points_for(each) < each.weight]
    return lines


def _missing(indicator: Indicator, scored: Scored) -> str:
    share = scored.shares[indicator]
    if not share.of:
        return f"    {indicator.title}: nicht gemessen (bis {indicator.weight})"
    points = f"{scored.points_for(indicator):g} von {indicator.weight} ({share.fulfilled} von {share.of})"
    return f"    {indicator.title}: {points}. {indicator.advice}"


def _verdict(report: Report) -> list[str]:
    errors, warnings, notes = (report.count(each) for each in Severity)
    counts = f"{errors} Fehler, {_count(warnings, 'Warnung', 'Warnungen')}, {_count(notes, 'Hinweis', 'Hinweise')}."
    return [counts if errors else f"In Ordnung. {counts}"]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _plain(text: str) -> str:
    """Strangers' text on a terminal: no control characters, one line."""
    return "".join(each if each.isprintable() else " " for each in text)
