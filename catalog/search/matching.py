"""From a query to tantivy's queries. Scores are constants, so that the order follows from rules and not from frequencies."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from tantivy import FieldType, Occur, Schema
from tantivy import Query as Clause

from catalog.search.query import OLDER, UPDATED, Query, oldest
from catalog.search.words import SHORTEST_PART, exact, forms, part_pattern

#: A match in the loosest source of a closer form beats the best source of a looser one only where words would otherwise be
#: confused: exact in the content (3.5) beats folded in the title (3.0), so that `Zählung` comes before `Zahlung`.
SOURCES = {"title": 10.0, "keywords": 8.0, "description": 5.0, "columns": 4.0, "content": 3.5}
FORMS = {"exact": 1.0, "kept": 0.7, "folded": 0.3, "part": 0.2, "part_folded": 0.1}
_ALSO = 0.02  #: share of the score of further matches of the same word; small enough not to upset the order above

#: Filters of a query and facets of an answer, and the field each is in.
FACETS = {"theme": "theme", "kind": "kind", "format": "format", "licence": "licence"}
MODIFIED = "modified"


def word_clause(schema: Schema, word: str) -> Clause:
    """Data sets with this word, in any form, scored by the closest form in the best place."""
    terms = dict(_terms(word))
    clauses = [
        Clause.const_score_query(clause, weight * closeness)
        for source, weight in SOURCES.items()
        for form, closeness in FORMS.items()
        for clause in _clauses(schema, f"{source}_{form}", terms[form], part=form.startswith("part"))
    ]
    return Clause.disjunction_max_query(clauses, tie_breaker=_ALSO)


def _terms(word: str) -> Iterator[tuple[str, list[str]]]:
    """A query does not say its language: it is taken for German and for English."""
    both = [forms(word, language) for language in ("de", "en")]
    kept = _distinct(each.kept for each in both)
    folded = _distinct(each.folded for each in both)
    yield "exact", [both[0].exact]
    yield "kept", kept
    yield "folded", folded
    yield "part", [each for each in _distinct([both[0].exact, *kept]) if len(each) >= SHORTEST_PART]
    yield "part_folded", [each for each in folded if len(each) >= SHORTEST_PART]


def _distinct(terms: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(terms))


def _clauses(schema: Schema, field: str, terms: Sequence[str], *, part: bool) -> Iterator[Clause]:
    for term in terms:
        yield Clause.regex_query(schema, field, part_pattern(term)) if part else Clause.term_query(schema, field, term)


def text_clause(schema: Schema, words: Sequence[str], *, all_of_them: bool) -> Clause:
    """All data sets if there are no words."""
    if not words:
        return Clause.all_query()
    occur = Occur.Must if all_of_them else Occur.Should
    return Clause.boolean_query([(occur, word_clause(schema, each)) for each in words])


def similar_clause(schema: Schema, word: str) -> Clause:
    """Data sets with a word in title, keywords or description that differs in one or two letters."""
    spelled = exact(word)
    distance = 1 if len(spelled) <= 5 else 2
    fields = ("title_exact", "keywords_exact", "description_exact")
    return Clause.disjunction_max_query([Clause.fuzzy_term_query(schema, each, spelled, distance=distance) for each in fields])


def filter_clauses(schema: Schema, query: Query, now: datetime, *, without: str = "") -> list[Clause]:
    """The filters of a query, but for one."""
    chosen = {name: getattr(query, name) for name in FACETS if name != without}
    clauses = [Clause.term_set_query(schema, FACETS[name], list(values)) for name, values in chosen.items() if values]
    if query.updated and without != "updated":
        clauses.append(_updated(schema, query.updated, now))
    return [Clause.const_score_query(each, 0.0) for each in clauses]


def _updated(schema: Schema, updated: str, now: datetime) -> Clause:
    if updated == OLDER:
        limit = seconds(oldest(_LONGEST, now))
        return Clause.range_query(schema, MODIFIED, FieldType.Integer, upper_bound=limit, include_upper=False)
    return Clause.range_query(schema, MODIFIED, FieldType.Integer, lower_bound=seconds(oldest(updated, now)))


def updated_ranges(now: datetime) -> list[dict[str, object]]:
    """For an aggregation: the ranges of the facet `updated`; tantivy's end is exclusive."""
    ranges: list[dict[str, object]] = [{"key": each, "from": seconds(oldest(each, now))} for each in UPDATED]
    return [*ranges, {"key": OLDER, "to": seconds(oldest(_LONGEST, now))}]


_LONGEST = max(UPDATED, key=lambda each: UPDATED[each])


def seconds(time: datetime) -> int:
    return int(time.timestamp())


def all_of(text: Clause, filters: Sequence[Clause]) -> Clause:
    return Clause.boolean_query([(Occur.Must, each) for each in (text, *filters)])
