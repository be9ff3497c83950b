"""A login ends when it should: by time, by click, and with its token."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from api.admin.sessions import IDLE, LONGEST, Sessions, Throttle
from catalog.tokens import Role, Token

START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TOKEN = Token(id=1, name="Amt", role=Role.EDITOR, created_at=START, expires_at=START + timedelta(days=1), revoked_at=None, used_at=None)


class World:
    """The token and the clock, as the store would have them."""

    def __init__(self) -> None:
        self.now = START
        self.tokens: tuple[Token, ...] = (TOKEN,)
        self.sessions = Sessions(lambda: self.tokens, lambda: self.now)


@pytest.fixture
def world() -> World:
    return World()


def test_a_cookie_opens_the_session_of_its_token(world: World) -> None:
    secret = world.sessions.open(TOKEN)

    found = world.sessions.find(secret)

    assert found is not None
    assert (found.person.name, found.role) == ("Amt", Role.EDITOR)
    assert secret not in repr(found), "what is rendered or logged by mistake opens nothing"


def test_every_login_has_its_own_secrets(world: World) -> None:
    one, other = world.sessions.open(TOKEN), world.sessions.open(TOKEN)

    first, second = world.sessions.find(one), world.sessions.find(other)

    assert first
    assert second
    assert one != other
    assert first.csrf != second.csrf


@pytest.mark.parametrize("secret", ["", "geraten", "\udc80"])
def test_a_guessed_cookie_opens_nothing(world: World, secret: str) -> None:
    world.sessions.open(TOKEN)

    assert world.sessions.find(secret) is None


def test_a_session_ends_when_nobody_clicks(world: World) -> None:
    secret = world.sessions.open(TOKEN)
    world.now += IDLE - timedelta(seconds=1)
    assert world.sessions.find(secret), "a click renews it"
    world.now += IDLE - timedelta(seconds=1)
    assert world.sessions.find(secret)
    world.now += IDLE

    assert world.sessions.find(secret) is None


def test_a_session_ends_after_a_day_of_work_in_any_case(world: World) -> None:
    secret = world.sessions.open(TOKEN)
    while world.now < START + LONGEST - timedelta(minutes=10):
        world.now += timedelta(minutes=10)
        if world.now < START + LONGEST:
            assert world.sessions.find(secret)
    world.now = START + LONGEST

    assert world.sessions.find(secret) is None


def test_revoking_the_token_ends_its_sessions_at_once(world: World) -> None:
    secret = world.sessions.open(TOKEN)
    world.tokens = (replace(TOKEN, revoked_at=world.now),)

    assert world.sessions.find(secret) is None
    world.tokens = (TOKEN,)
    assert world.sessions.find(secret) is None, "and nothing brings it back"


def test_the_end_of_the_token_ends_its_sessions(world: World) -> None:
    world.tokens = (replace(TOKEN, expires_at=START + timedelta(minutes=5)),)
    secret = world.sessions.open(TOKEN)
    world.now += timedelta(minutes=5)

    assert world.sessions.find(secret) is None


def test_logging_out_ends_one_session_and_no_other(world: World) -> None:
    one, other = world.sessions.open(TOKEN), world.sessions.open(TOKEN)

    world.sessions.close(one)

    assert world.sessions.find(one) is None
    assert world.sessions.find(other)


def test_logins_without_end_take_no_memory_without_end(world: World) -> None:
    secrets = []
    for _ in range(210):
        world.now += timedelta(seconds=1)
        secrets.append(world.sessions.open(TOKEN))

    assert world.sessions.find(secrets[0]) is None
    assert world.sessions.find(secrets[-1])


def test_guessing_is_slowed_down() -> None:
    now = [0.0]
    throttle = Throttle(attempts=3, seconds=60, clock=lambda: now[0])

    waits = [throttle.take() for _ in range(4)]
    now[0] = 59
    still = throttle.take()
    now[0] = 60.1

    assert waits == [0, 0, 0, 60]
    assert still == 1
    assert throttle.take() == 0


def test_who_logs_in_does_not_count_as_guessing() -> None:
    throttle = Throttle(attempts=2, clock=lambda: 0.0)

    for _ in range(20):
        assert throttle.take() == 0
        throttle.succeeded()
