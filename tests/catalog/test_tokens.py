"""One token a person: told once, hashed, ending, revocable."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from catalog import tables
from catalog.store import Store
from catalog.tokens import LONGEST_DAYS, Role
from schemas.errors import ConfigurationError, DecisionRefused, UnknownItem
from tests.catalog.world import Clock


def test_a_secret_opens_until_its_day(store: Store, clock: Clock) -> None:
    token, secret = store.create_token("Anna Amt", Role.EDITOR, 30, by="leitung")

    assert re.fullmatch(r"klar_[A-Za-z0-9_-]{43}", secret), "256 bits"
    found = store.token_of(secret)
    assert found is not None
    assert (found.id, found.name, found.role, found.expires_at) == (token.id, "Anna Amt", Role.EDITOR, clock() + timedelta(days=30))
    clock.pass_days(29.99)
    assert store.token_of(secret) is not None
    clock.pass_days(0.01)
    assert store.token_of(secret) is None


def test_the_secret_is_stored_nowhere(store: Store) -> None:
    _, secret = store.create_token("Anna", Role.READER, 1, by="leitung")
    store.token_of(secret)

    with store.database.read() as connection:
        stored = [str(row) for table in tables.metadata.sorted_tables for row in connection.execute(select(table))]

    assert [each for each in stored if secret in each or secret.removeprefix("klar_") in each] == []
    assert any("Anna" in each for each in stored), "the look at every table does see what is there"


def test_a_revoked_token_opens_nothing_and_is_revoked_once(store: Store, clock: Clock) -> None:
    token, secret = store.create_token("Anna", Role.RELEASER, 30)
    _, other = store.create_token("Bernd", Role.READER, 30)

    store.revoke_token(token.id, "leitung")

    assert store.token_of(secret) is None
    assert store.token_of(other) is not None
    assert store.tokens()[0].revoked_at == clock()
    with pytest.raises(DecisionRefused, match="schon widerrufen"):
        store.revoke_token(token.id, "leitung")
    with pytest.raises(UnknownItem):
        store.revoke_token(99, "leitung")


def test_creating_and_revoking_stand_in_the_log(store: Store) -> None:
    token, _ = store.create_token("Anna", Role.EDITOR, 30, by="leitung")
    store.revoke_token(token.id, "leitung")

    assert [(each.what, each.who, each.target) for each in store.decisions()] == [
        ("revoke", "leitung", f"token {token.id}: editor Anna"),
        ("token", "leitung", f"token {token.id}: editor Anna"),
    ]


@pytest.mark.parametrize("secret", ["", "klar_", "klar_" + "A" * 43, "nichts", "klar_\ud800", "x" * 100_000])
def test_an_unknown_secret_opens_nothing(store: Store, secret: str) -> None:
    store.create_token("Anna", Role.RELEASER, 30)

    assert store.token_of(secret) is None


def test_the_stored_digest_is_no_secret(store: Store) -> None:
    """Who reads the database cannot use what is in it."""
    store.create_token("Anna", Role.RELEASER, 30)
    with store.database.read() as connection:
        digest = connection.execute(select(tables.token.c.sha256)).scalar_one()

    assert store.token_of(digest) is None
    assert store.token_of("klar_" + digest) is None


def test_the_last_use_is_noted_to_the_minute(store: Store, clock: Clock) -> None:
    _, secret = store.create_token("Anna", Role.READER, 30)

    store.token_of(secret)
    first = clock()
    clock.now += timedelta(seconds=59)
    store.token_of(secret)
    assert store.tokens()[0].used_at == first
    clock.now += timedelta(seconds=1)
    store.token_of(secret)
    assert store.tokens()[0].used_at == clock()


def test_noting_the_use_waits_for_no_harvest(store: Store) -> None:
    """Somebody else is writing: the page opens all the same, without a note."""
    _, secret = store.create_token("Anna", Role.READER, 30)

    with store.database.write():
        found = store.token_of(secret)

    assert found is not None
    assert store.tokens()[0].used_at is None
    assert store.token_of(secret) is not None
    assert store.tokens()[0].used_at is not None


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "A\u200eB", "A\x00B"])
def test_a_name_has_to_be_one(store: Store, name: str) -> None:
    with pytest.raises(ConfigurationError, match="Name"):
        store.create_token(name, Role.READER, 30)
    assert store.tokens() == ()


@pytest.mark.parametrize("days", [0, -1, LONGEST_DAYS + 1])
def test_a_token_has_an_end_that_somebody_lives_to_see(store: Store, days: int) -> None:
    with pytest.raises(ConfigurationError, match="Tage"):
        store.create_token("Anna", Role.READER, days)


def test_two_tokens_never_share_a_secret(store: Store) -> None:
    secrets = {store.create_token("Anna", Role.READER, 1)[1] for _ in range(20)}

    assert len(secrets) == 20


@given(st.sampled_from(Role), st.sampled_from(Role))
def test_a_role_includes_the_smaller_ones(one: Role, other: Role) -> None:
    order = [Role.READER, Role.EDITOR, Role.RELEASER]

    assert one.may(other) == (order.index(one) >= order.index(other))
