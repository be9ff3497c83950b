"""Filters of package_search mean what their writers mean, and what cannot be read is refused."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web.ckan.fq import UnreadableFilter, condition_from
from catalog.search.condition import EVERYTHING, AllOf, AnyOf, Condition, Is, Not, Within

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _read(text: str) -> Condition:
    return condition_from(text, now=NOW)


def _is(field: str, value: str) -> Is:
    return Is(field=field, value=value)


STADT, LAND = _is("organization", "stadt"), _is("organization", "land")
SINCE = Within(field="metadata_modified", start=datetime(2026, 11, 22, 1, 22, 2, 7419, tzinfo=UTC), end=None)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", EVERYTHING),
        ("  ", EVERYTHING),
        ("*:*", EVERYTHING),
        ("organization:stadt", STADT),
        ("+organization:stadt", STADT),
        ("-organization:stadt", Not(inner=STADT)),
        ("NOT organization:stadt", Not(inner=STADT)),
        ("organization:stadt OR organization:land", AnyOf(inner=(STADT, LAND))),
        ("organization:stadt organization:land", AllOf(inner=(STADT, LAND))),
        ("organization:stadt AND organization:land", AllOf(inner=(STADT, LAND))),
        # What CKANHarvester sends: OR joins its neighbours first.
        (
            "organization:stadt OR organization:land metadata_modified:[2026-11-22T01:22:02.007419Z TO *]",
            AllOf(inner=(AnyOf(inner=(STADT, LAND)), SINCE)),
        ),
        ("-organization:stadt -organization:land", AllOf(inner=(Not(inner=STADT), Not(inner=LAND)))),
        ("groups:(a OR b)", AnyOf(inner=(_is("groups", "a"), _is("groups", "b")))),
        (
            "groups:(a OR b) res_format:(CSV)",
            AllOf(inner=(AnyOf(inner=(_is("groups", "a"), _is("groups", "b"))), _is("res_format", "CSV"))),
        ),
        ('tags:"Lärm/Luft (Stadt)"', _is("tags", "Lärm/Luft (Stadt)")),
        ('title:"sagt \\"Hallo\\""', _is("title", 'sagt "Hallo"')),
        ("license_id:dl-zero-de/2.0", _is("license_id", "dl-zero-de/2.0")),
        ("-dataset_type:harvest", Not(inner=_is("dataset_type", "harvest"))),
        (
            "metadata_modified:[2026-11-22T01:00:00Z TO NOW]",
            Within(field="metadata_modified", start=datetime(2026, 11, 22, 1, tzinfo=UTC), end=NOW),
        ),
        ("+state:active", _is("state", "active")),
        ("(organization:stadt OR organization:land)", AnyOf(inner=(STADT, LAND))),
    ],
)
def test_a_filter_means(text: str, meaning: Condition) -> None:
    assert _read(text) == meaning


@pytest.mark.parametrize(
    "text",
    [
        "organization:", "organization:(a OR", "a)", "(", "()", "organization:()", 'tags:"offen', "metadata_modified:[gestern TO *]",
        "metadata_modified:[2026 TO", "stadt", "OR", "organization:a OR", "AND organization:a", "organization:tags:a", "-", "[a TO b]",
        "(" * 50 + "a:b" + ")" * 50, "a:b " * 5000,
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFilter):
        _read(text)


@given(st.text(max_size=60) | st.text(alphabet='ab:()"+- \\[]TO*ORAND', max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(UnreadableFilter):
        _read(text)


_NAMES = st.text(alphabet="abcxyz_", min_size=1, max_size=8)
_LEAVES = st.builds(Is, field=_NAMES, value=st.text(min_size=1, max_size=10)) | st.builds(
    lambda field, days: Within(field=field, start=NOW - timedelta(days=days), end=None), _NAMES, st.integers(0, 900)
)


def _written(condition: Condition) -> str:
    match condition:
        case Is():
            escaped = condition.value.replace("\\", "\\\\").replace('"', '\\"')
            return f'{condition.field}:"{escaped}"'
        case Within():
            assert condition.start is not None
            return f"{condition.field}:[{condition.start.isoformat()} TO *]"
        case Not():
            return f"-({_written(condition.inner)})"
        case AnyOf():
            return "(" + " OR ".join(f"({_written(each)})" for each in condition.inner) + ")"
        case AllOf():
            return " ".join(f"({_written(each)})" for each in condition.inner)


_CONDITIONS = st.recursive(
    _LEAVES,
    lambda inner: (
        st.builds(Not, inner=inner)
        | st.builds(lambda each: AnyOf(inner=tuple(each)), st.lists(inner, min_size=2, max_size=3))
        | st.builds(lambda each: AllOf(inner=tuple(each)), st.lists(inner, min_size=2, max_size=3))
    ),
    max_leaves=8,
)


@given(_CONDITIONS)
def test_what_is_written_is_read(condition: Condition) -> None:
    assert _read(_written(condition)) == condition
