"""What the page of one project or one process shows."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from api.web.pages import Link
from api.web.participation.calendar import has_days
from api.web.participation.chain import chain
from api.web.participation.gathering import Dossier
from api.web.participation.pages import SECTIONS, DossierPage, Fact, Groups, Name, Part, Question, Results, TakePart
from api.web.participation.structured import structured_events
from api.web.participation.timeline import next_events, timeline
from api.web.participation.wording import (
    code_words,
    facts,
    origin_of,
    origins,
    period_of,
    several,
    sort_key,
    text_of,
)
from api.web.published import PublishedValues
from api.web.reported import Group, groups
from api.web.templating import Addresses
from api.web.texts import text
from api.web.wording import minute, partial_date
from schemas.aliases import Aliases
from schemas.declaration import declaration_of_table

_SHOWN_QUESTIONS = 100
_FACTS: Mapping[str, tuple[str, ...]] = {
    "project": ("status", "topic", "programme", "funders", "budget_note", "partners"),
    "process": ("method", "mode", "legal_kind", "level", "initiator", "access", "decision_body", "results_published_on"),
}
_EVALUATION = ("evaluation_base", "evaluation_result", "evaluation_source")
_FIGURES = ("process", "event", "result", "platform_figure", "figure")


def dossier_page(
    dossier: Dossier,
    *,
    organisations: Sequence[PublishedValues],
    districts: Sequence[PublishedValues],
    statistics: tuple[Link, ...],
    compared: tuple[Link, ...],
    names: tuple[Name, ...],
    aliases: Aliases,
    today: date,
    addresses: Addresses,
    language: str,
) -> DossierPage:
    """`organisations` and `districts`: the published rows of these tables. `today`: the day in the city."""
    row, kind = dossier.row, dossier.kind
    made, followed = _groups(dossier, language), chain(dossier, today, language)
    questions = _questions(dossier, language)
    return DossierPage(
        section=SECTIONS[kind],
        title=text_of(row, "title"),
        former_titles=several(row.get("former_titles")),
        names=names,
        summary=text_of(row, "summary" if kind == "project" else "result_summary"),
        notice=_notice(row, language),
        facts=_facts(dossier, organisations, districts, aliases, language),
        website=text_of(row, "website"),
        project=_project(dossier.project, language) if dossier.project else None,
        parts=tuple(_project(each, language) for each in dossier.parts),
        processes=_processes(dossier, today, language),
        take_part=_take_part(dossier, today, language),
        groups=_target_groups(row),
        evaluation=facts("project", row, _EVALUATION, language) if kind == "project" else (),
        chain=followed,
        compared=compared if followed and kind == "process" else (),
        timeline=timeline(dossier, today, language),
        figures=tuple(each for each in made if each.kind != "result"),
        results=_results(made, text_of(row, "title") if kind == "process" else ""),
        questions=questions[:_SHOWN_QUESTIONS],
        question_count=len(questions),
        statistics=statistics,
        note=text_of(row, "note"),
        sources=origins(dossier.used()),
        datasets=_datasets(dossier, addresses, language),
        calendar=f"/processes/{row['id']}/events.ics" if kind == "process" and has_days(dossier.rows("event")) else "",
        structured=structured_events(dossier.rows("event"), addresses, language),
    )


def _notice(row: PublishedValues, language: str) -> str:
    state = text_of(row, "row_state")
    if state not in ("missing", "stale"):
        return ""
    since = text_of(row, "row_state_since")
    when = minute(datetime.fromisoformat(since), language) if since else "–"
    return text(f"dossier_{state}", language, since=when)


def _facts(
    dossier: Dossier,
    organisations: Sequence[PublishedValues],
    districts: Sequence[PublishedValues],
    aliases: Aliases,
    language: str,
) -> tuple[Fact, ...]:
    """The period and the lead stand after what the row itself says."""
    row = dossier.row
    told = list(facts(dossier.kind, row, _FACTS[dossier.kind], language))
    period = period_of(row).words(language)
    if period:
        told.insert(1, Fact(label=text("dossier_period", language), value=period, german=False))
    if lead := text_of(row, "lead_organisation"):
        told.append(Fact(label=text("dossier_lead", language), value=_lead(lead, organisations, aliases, language), german=True))
    if district := next((text_of(each, "name") for each in districts if each["id"] == row.get("district_id")), ""):
        told.append(Fact(label=text("dossier_district", language), value=district, german=True))
    return tuple(told)


def _lead(name: str, organisations: Sequence[PublishedValues], aliases: Aliases, language: str) -> str:
    """`KL.digital GmbH (besteht bis 30. Juni 2026; danach: Referat …)`: who was in charge stays named, and who is now."""
    key = aliases.resolve(name, "organisation")
    known = next((each for each in organisations if each.get("name") == name or each["id"] == key), None)
    if known is None or not known.get("valid_to"):
        return name
    end = partial_date(text_of(known, "valid_to"), language)
    successor = next((text_of(each, "name") for each in organisations if each["id"] == known.get("successor_id")), "")
    if successor:
        return text("dossier_lead_successor", language, name=name, end=end, successor=successor)
    return text("dossier_lead_until", language, name=name, end=end)


def _project(row: PublishedValues, language: str) -> Part:
    return Part(
        title=text_of(row, "title"),
        path=f"/projects/{row['id']}",
        about=period_of(row).words(language),
        tag=code_words("project", "status", row.get("status"), language),
    )


def _processes(dossier: Dossier, today: date, language: str) -> tuple[Part, ...]:
    if dossier.kind != "project":
        return ()
    found = [
        Part(
            title=text_of(row, "title"),
            path=f"/processes/{row['id']}",
            about=", ".join(
                each for each in (period_of(row).words(language), code_words("process", "mode", row.get("mode"), language)) if each
            ),
            tag=text(f"taking_part_{period_of(row).state(today)}", language),
        )
        for row in sorted(dossier.processes, key=lambda each: (*sort_key(text_of(each, "start")), text_of(each, "title")))
    ]
    return tuple(found)


def _take_part(dossier: Dossier, today: date, language: str) -> TakePart:
    """Of a project: of the process in which one can take part now, if there is one, else of the last one."""
    events = next_events(dossier, today, language)
    periods = [(period_of(each), each) for each in dossier.processes]
    order = ("now", "later", "unknown", "over")
    if not periods:
        return TakePart(state="none", day="", url="", events=events)
    latest = sorted(periods, key=lambda each: str(each[0].end or each[0].start or ""), reverse=True)
    period, row = min(latest, key=lambda each: order.index(each[0].state(today)))
    state = period.state(today)
    day = (period.start if state == "later" else period.end) if state in ("later", "now", "over") else None
    return TakePart(
        state=state,
        day=partial_date(day.iso, language) if day else "",
        url=text_of(row, "participate_url") if state != "over" else "",
        events=events,
    )


def _target_groups(row: PublishedValues) -> Groups | None:
    named, reached = several(row.get("target_groups_named")), several(row.get("target_groups_reached"))
    return Groups(named=named, reached=reached) if named or reached else None


def _groups(dossier: Dossier, language: str) -> tuple[Group, ...]:
    rows = {table: dossier.rows(table) for table in _FIGURES if table != "process"}
    return groups({**rows, "process": dossier.processes}, language)


def _results(made: Iterable[Group], process: str) -> tuple[Results, ...]:
    """By question; on the page of a process its own title would stand before every one."""
    collected: dict[str, list[Group]] = {}
    for each in made:
        if each.kind == "result":
            collected.setdefault(each.subject.removeprefix(f"{process}: "), []).append(each)
    return tuple(Results(question=question, options=tuple(options)) for question, options in collected.items())


def _questions(dossier: Dossier, language: str) -> tuple[Question, ...]:
    """In the order of their keys, as far as sources number them; those of one block stand together."""
    rows = sorted(dossier.rows("qa_item"), key=lambda each: _natural(text_of(each, "id")))
    blocks = list(dict.fromkeys(text_of(each, "block") for each in rows))
    rows.sort(key=lambda each: blocks.index(text_of(each, "block")))
    return tuple(
        Question(
            block=text_of(row, "block"),
            question=text_of(row, "question"),
            answer=tuple(each for each in text_of(row, "answer").splitlines() if each.strip()),
            state=code_words("qa_item", "state", row.get("state"), language),
            facts=facts("qa_item", row, ("asked_on", "answered_on", "note"), language),
            origin=origin_of(row),
        )
        for row in rows
    )


def _natural(key: str) -> list[tuple[str, int]]:
    """`q-2` before `q-10`."""
    return [(words, int(number or 0)) for words, number in re.findall(r"(\D*)(\d*)", key)]


def _datasets(dossier: Dossier, addresses: Addresses, language: str) -> tuple[Link, ...]:
    tables = [dossier.kind, *(["process"] if dossier.kind == "project" and dossier.processes else ())]
    tables += [table for table, rows in dossier.tables.items() if rows]
    found = [declaration_of_table(each) for each in tables]
    return tuple(Link(label=each.title.in_language(language), link=addresses.page(f"/datasets/{each.name}", language)) for each in found)
