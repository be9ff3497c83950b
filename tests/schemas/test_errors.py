"""The docstring of an error is the sentence a user reads first."""

import inspect
import pickle

import pytest

from schemas import errors
from schemas.errors import CatalogError, Gone, KlarError, SourceError

CLASSES = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, KlarError)]


@pytest.mark.parametrize("error", CLASSES, ids=lambda each: each.__name__)
def test_every_error_explains_itself_in_one_sentence(error: type[KlarError]) -> None:
    assert error.__doc__
    assert "__doc__" in vars(error)
    assert " ".join(error.__doc__.split()).endswith(".")


def test_the_detail_follows_the_sentence_and_stays_readable_alone() -> None:
    error = SourceError("drop/projekte")

    assert str(error) == "The source could not be read; nothing was changed. drop/projekte"
    assert error.detail == "drop/projekte"


def test_what_is_gone_says_why_and_since_when() -> None:
    error = Gone("projekte", reason="Name einer Person", at="2026-11-22")

    assert isinstance(error, CatalogError)
    assert (error.reason, error.at) == ("Name einer Person", "2026-11-22")


@pytest.mark.parametrize("error", [SourceError("drop/projekte"), Gone("projekte", reason="Name einer Person", at="2026-11-22")])
def test_an_error_is_the_same_when_it_comes_from_another_process(error: KlarError) -> None:
    there = pickle.loads(pickle.dumps(error))

    assert (type(there), str(there), vars(there)) == (type(error), str(error), vars(error))
