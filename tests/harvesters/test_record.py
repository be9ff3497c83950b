"""A record is read strictly: what nobody takes or skips is known afterwards."""

import pytest

from harvesters.record import Record
from schemas.errors import MissingField, WrongValue


def record(**fields: object) -> Record:
    return Record(fields, origin="seite/1", tables=["process"], row=3)


def test_what_is_neither_taken_nor_skipped_is_unread() -> None:
    found = record(id=7, title=" Park ", author="…", extra=None)

    assert (found.take("id", int), found.text("title")) == (7, "Park")
    found.skip("author")

    assert found.unread == ("extra",)


def test_a_field_that_is_gone_and_one_of_another_kind_are_named() -> None:
    with pytest.raises(MissingField, match="titel"):
        record().text("titel")
    with pytest.raises(WrongValue, match="id"):
        record(id="7").take("id", int)
    with pytest.raises(WrongValue, match="id"):
        record(id=True).take("id", int)


def test_the_digest_names_the_content_not_the_order_of_fields() -> None:
    assert record(a=1, b="x").digest == record(b="x", a=1).digest
    assert record(a=1).digest != record(a="1").digest


def test_a_record_that_was_given_up_says_nothing_of_what_nobody_read() -> None:
    found = Record({"title": None, "other": 1}, origin="a", tables=["project"])
    with pytest.raises(MissingField):
        found.take("title", str)
    assert list(found.unread) == ["other"]

    found.give_up()

    assert not found.unread
    found.give_up(["other", "title", "elsewhere"])
    assert list(found.unread) == ["other"], "what nobody reads anywhere is still worth a word"
    assert found.taken == {"title": None}, "what was read is still known"
