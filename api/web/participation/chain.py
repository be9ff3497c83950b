"""What became of it, as far as rows say: days until results and decision, minutes, answers, measures. Pure.

What has not happened yet stands there with the days it has taken so far: leaving it out would be too kind. These are counts of published
rows that stand on the same page; what persons contributed is counted by releases alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from api.web.participation.gathering import Dossier
from api.web.participation.pages import Fact
from api.web.participation.wording import date_of, text_of
from api.web.published import PublishedValues
from api.web.texts import text
from api.web.wording import number, partial_date
from schemas.dates import PartialDate, Precision

#: Statistics that compare all processes and events in the same respect, where they are released.
COMPARED = ("ergebniszeiten", "protokolle")


def chain(dossier: Dossier, today: date, language: str) -> tuple[Fact, ...]:
    """Nothing about what there is none of."""
    told = {name: "; ".join(make(dossier, today, language)) for name, make in _LINKS.items()}
    return tuple(Fact(label=text(f"chain_{name}", language), value=words, german=False) for name, words in told.items() if words)


def _results(dossier: Dossier, today: date, language: str) -> Iterator[str]:
    """Of one process. A day that nobody has recorded is no day without results: it says so."""
    end, published = date_of(dossier.row.get("end")), date_of(dossier.row.get("results_published_on"))
    if dossier.kind != "process":
        return
    if published is not None:
        yield _after(published, end, language)
    elif end is not None and end.last_day() < today:
        yield text("chain_results_open", language, days=_days(end.last_day(), today, language), end=partial_date(end.iso, language))


def _decision(dossier: Dossier, today: date, language: str) -> Iterator[str]:
    """The first one after the end: an earlier one asked for the participation."""
    end = date_of(dossier.row.get("end"))
    if dossier.kind != "process" or end is None:
        return
    dates = [found for row in dossier.rows("decision") if (found := date_of(row.get("date"))) and found.first_day() >= end.last_day()]
    if dates:
        yield _after(min(dates), end, language)


def _minutes(dossier: Dossier, today: date, language: str) -> Iterator[str]:
    """Of events of processes that are over and were not called off."""
    held = [each for each in dossier.rows("event") if each.get("process_id") and each.get("status") not in ("cancelled", "postponed")]
    over = [each for each in held if _is_over(each, today)]
    yield from _share("chain_minutes_of", sum(bool(each.get("minutes_url")) for each in over), len(over), language)


def _answers(dossier: Dossier, today: date, language: str) -> Iterator[str]:
    rows = dossier.rows("qa_item")
    yield from _share("chain_answers_of", _in_state(rows, "answered"), len(rows), language)
    if forwarded := _in_state(rows, "forwarded"):
        yield text("chain_answers_forwarded", language, count=number(forwarded, language))


def _measures(dossier: Dossier, today: date, language: str) -> Iterator[str]:
    rows = dossier.rows("measure_item")
    yield from _share("chain_measures_of", _in_state(rows, "done"), len(rows), language)
    if unknown := _in_state(rows, "unknown"):
        yield text("chain_measures_unknown", language, count=number(unknown, language))


_LINKS: Mapping[str, Callable[[Dossier, date, str], Iterator[str]]] = {
    "results": _results,
    "decision": _decision,
    "minutes": _minutes,
    "answers": _answers,
    "measures": _measures,
}


def _after(day: PartialDate, end: PartialDate | None, language: str) -> str:
    """In days only where both days are known."""
    when = partial_date(day.iso, language)
    if end is None or {day.precision, end.precision} != {Precision.DAY}:
        return when
    passed = (day.first_day() - end.first_day()).days
    return text("chain_after", language, when=when, days=_counted(passed, language)) if passed >= 0 else when


def _days(start: date, today: date, language: str) -> str:
    return _counted((today - start).days, language)


def _counted(days: int, language: str) -> str:
    return text("chain_day" if days == 1 else "chain_days", language, count=number(days, language))


def _share(key: str, part: int, total: int, language: str) -> Iterator[str]:
    if total:
        yield text(key, language, part=number(part, language), total=number(total, language))


def _in_state(rows: Sequence[PublishedValues], state: str) -> int:
    return sum(text_of(each, "state") == state for each in rows)


def _is_over(row: PublishedValues, today: date) -> bool:
    last = date_of(row.get("end")) or date_of(row.get("start"))
    return last is not None and last.last_day() < today
