"""The digest of a row changes exactly when something a reader sees changes."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.row import Row, Value

VALUES = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    max_size=3,
)


def row(values: dict[str, Value], source_url: str = "", origin: str = "") -> Row:
    return Row(table="t", key="k", values=values, source_url=source_url, origin=origin)


@given(VALUES, VALUES)
def test_equal_digests_mean_equal_values(one: dict[str, Value], other: dict[str, Value]) -> None:
    written_alike = repr(list(one.items())) == repr(list(other.items()))

    assert (row(one).digest == row(other).digest) is written_alike


def test_true_is_not_one_and_empty_is_not_missing() -> None:
    digests = {row({"a": value}).digest for value in (True, 1, "1", "true", "", None, False, 0)}

    assert len(digests) == 8


def test_the_source_address_counts_and_the_file_it_came_from_does_not() -> None:
    assert row({"a": 1}, source_url="https://a.example").digest != row({"a": 1}).digest
    assert row({"a": 1}, origin="neu.csv").digest == row({"a": 1}, origin="alt.csv").digest
