"""From a query to tantivy's queries. Scores are constants, so that the order follows from rules and not from frequencies."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tantivy import FieldType, Occur, Schema
from tantivy import Query as Clause

from catalog.search.condition import AllOf, AnyOf, Condition, Is, Not, Within
from catalog.search.document import LABELS
from catalog.search.query import OLDER, UPDATED, Query, oldest
from catalog.search.vocabulary import Vocabularies
from catalog.search.words import exact, forms
from schemas.errors import CatalogError

#: Scores multiply. A match in the loosest source of a closer form beats the best source of a looser one where words would
#: otherwise be confused: exact in the content (3.5) beats folded in the title (3.0), so that `Zählung` comes before `Zahlung`.
SOURCES = {"title": 10.0, "keywords": 8.0, "description": 5.0, "columns": 4.0, "content": 3.5}
FORMS = {"exact": 1.0, "kept": 0.7, "folded": 0.3}
_PART = {"exact": 0.2, "kept": 0.2, "folded": 0.1}  #: the word is part of one that is there in this form
_ALSO = 1 / 64  #: share of the score of further matches of the same word; small enough not to upset the order above
_GRAIN = 64  #: scores are whole multiples of 1/64, so that sums are exact in any order and equals are equal in every index

#: Filters of a query and facets of an answer, and the field each is in.
FACETS = {"theme": "theme", "kind": "kind", "format": "format", "licence": "licence", "catalogue": "catalogue"}
#: Fields with whole values that a condition may name.
_WHOLE = frozenset({"name", *FACETS.values(), *LABELS})
MODIFIED = "modified"
ISSUED = "issued"
NUMBER = "number"  #: of publication; decides between equals


class UnknownField(CatalogError):
    """There is no field of this name to search by."""


@dataclass(frozen=True)
class Lexicon:
    """What clauses are made from: the fields of the index, and all its words by form."""

    schema: Schema
    vocabularies: Mapping[str, Vocabularies]


def word_clause(lexicon: Lexicon, word: str) -> Clause:
    """Data sets with this word, in any form, scored by the closest form in the best place. Only words that are there are asked for,
    and only where they are: looking up one that is not costs as much."""
    clauses: list[Clause] = []
    for form, terms in _terms(word).items():
        vocabulary = lexicon.vocabularies[form]
        whole = [(term, vocabulary.places(term)) for term in terms]
        parts = [found for term in terms for found in vocabulary.compounds(term)]
        for at, (source, weight) in enumerate(SOURCES.items()):
            for found, share in ((whole, FORMS[form]), (parts, _PART[form])):
                here = [term for term, places in found if places & 1 << at]
                if here:
                    clauses.append(_any(lexicon.schema, f"{source}_{form}", here, round(weight * share * _GRAIN) / _GRAIN))
    return Clause.disjunction_max_query(clauses, tie_breaker=_ALSO) if clauses else Clause.empty_query()


def _terms(word: str) -> dict[str, list[str]]:
    """Form -> terms. A query does not say its language: it is taken for German and for English."""
    both = [forms(word, language) for language in ("de", "en")]
    return {form: list(dict.fromkeys(getattr(each, form) for each in both)) for form in FORMS}


def _any(schema: Schema, field: str, terms: Sequence[str], score: float) -> Clause:
    """Many term queries are ten times faster than one term_set_query, which walks the dictionary of the field."""
    each = [Clause.term_query(schema, field, term, "basic") for term in terms]
    return Clause.const_score_query(each[0] if len(each) == 1 else _either(each), score)


def _either(clauses: Sequence[Clause]) -> Clause:
    return Clause.boolean_query([(Occur.Should, each) for each in clauses])


def text_clause(lexicon: Lexicon, words: Sequence[str], *, all_of_them: bool) -> Clause:
    """All data sets if there are no words."""
    if not words:
        return Clause.all_query()
    occur = Occur.Must if all_of_them else Occur.Should
    return Clause.boolean_query([(occur, word_clause(lexicon, each)) for each in words])


def similar_clause(schema: Schema, word: str) -> Clause:
    """Data sets with a word in title, keywords or description that differs in one or two letters."""
    spelled = exact(word)
    distance = 1 if len(spelled) <= 5 else 2
    fields = ("title_exact", "keywords_exact", "description_exact")
    return Clause.disjunction_max_query([Clause.fuzzy_term_query(schema, each, spelled, distance=distance) for each in fields])


def filter_clauses(schema: Schema, query: Query, now: datetime, *, without: str = "") -> list[Clause]:
    """The filters of a query, but for one."""
    chosen = {name: getattr(query, name) for name in FACETS if name != without}
    clauses = [_either([_has(schema, name, each) for each in values]) for name, values in chosen.items() if values]
    if query.updated and without != "updated":
        clauses.append(_updated(schema, query.updated, now))
    return [Clause.const_score_query(each, 0.0) for each in clauses]


def condition_clause(schema: Schema, condition: Condition) -> Clause:
    """Data sets that fit, all with the score 0. Raises UnknownField."""
    match condition:
        case Is():
            return _is(schema, condition)
        case Within():
            return _within(schema, condition)
        case Not():
            everything, without = (Occur.Must, Clause.all_query()), condition_clause(schema, condition.inner)
            return Clause.boolean_query([everything, (Occur.MustNot, without)])
        case AnyOf():
            return _either([condition_clause(schema, each) for each in condition.inner]) if condition.inner else Clause.empty_query()
        case AllOf():
            inner = [(Occur.Must, condition_clause(schema, each)) for each in condition.inner]
            return Clause.boolean_query(inner) if inner else Clause.all_query()


def _is(schema: Schema, condition: Is) -> Clause:
    if condition.field not in _WHOLE:
        raise UnknownField(condition.field)
    return Clause.term_query(schema, condition.field, condition.value.encode(errors="replace").decode(), "basic")


def _within(schema: Schema, condition: Within) -> Clause:
    """Times are kept to the second. A harvester must never miss a change: rather one data set more."""
    if condition.field not in (MODIFIED, ISSUED):
        raise UnknownField(condition.field)
    start = None if condition.start is None else math.floor(condition.start.timestamp())
    end = None if condition.end is None else math.floor(condition.end.timestamp())
    if start is None and end is None:
        return Clause.all_query()
    return Clause.range_query(schema, condition.field, FieldType.Integer, lower_bound=start, upper_bound=end)


def _has(schema: Schema, facet: str, value: str) -> Clause:
    return Clause.term_query(schema, FACETS[facet], value.encode(errors="replace").decode(), "basic")


def _updated(schema: Schema, updated: str, now: datetime) -> Clause:
    if updated == OLDER:
        limit = seconds(oldest(_LONGEST, now))
        return Clause.range_query(schema, MODIFIED, FieldType.Integer, upper_bound=limit, include_upper=False)
    return Clause.range_query(schema, MODIFIED, FieldType.Integer, lower_bound=seconds(oldest(updated, now)))


def updated_ranges(now: datetime) -> list[dict[str, object]]:
    """For an aggregation: ranges that do not overlap, each named by the shortest `updated` it belongs to; ends are exclusive."""
    ranges: list[dict[str, object]] = []
    newer: dict[str, object] = {}
    for each in sorted(UPDATED, key=lambda each: UPDATED[each]):
        limit = seconds(oldest(each, now))
        ranges.append({"key": each, "from": limit} | newer)
        newer = {"to": limit}
    return [*ranges, {"key": OLDER} | newer]


_LONGEST = max(UPDATED, key=lambda each: UPDATED[each])


def seconds(time: datetime) -> int:
    return int(time.timestamp())


def all_of(text: Clause, filters: Sequence[Clause]) -> Clause:
    return Clause.boolean_query([(Occur.Must, each) for each in (text, *filters)])
