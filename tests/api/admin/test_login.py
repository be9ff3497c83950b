"""The way in: a token once, a cookie afterwards, and nothing of either anywhere else."""

from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from api.admin.app import PLACES
from api.admin.door import Door
from catalog.tokens import Role
from tests.api.admin.office import OWN, Office, Person, office


def with_token(bureau: Office, role: Role = Role.READER, days: int = 30) -> Person:
    """Somebody with a token, not logged in."""
    person = bureau.stranger()
    _, person.secret = bureau.found.store.create_token("Amt", role, days, by="betrieb")
    return person


def test_a_token_opens_the_pages(bureau: Office) -> None:
    person = with_token(bureau)

    answer = person.log_in()

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Angemeldet: Amt (darf lesen)" in person.see("/").text


def test_the_cookie_is_for_this_site_and_no_script(bureau: Office) -> None:
    cookie = SimpleCookie(with_token(bureau).log_in().headers["set-cookie"])["klar-admin"]

    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "strict"
    assert cookie["path"] == "/"
    assert not cookie["domain"]
    assert not cookie["max-age"], "it ends with the browser at the latest"
    assert len(cookie.value) >= 43, "256 bits"


def test_behind_tls_the_cookie_travels_by_tls_only(tmp_path: Path) -> None:
    address = "https://betrieb.example.org"
    with office(tmp_path / "stadt", door=Door(address=address)) as bureau:
        _, secret = bureau.found.store.create_token("Amt", Role.READER, 1, by="betrieb")
        answer = bureau.stranger(address=address).client.post("/login", data={"token": secret}, headers=OWN, follow_redirects=False)

    cookie = SimpleCookie(answer.headers["set-cookie"])["__Host-klar-admin"]
    assert cookie["secure"]
    assert cookie["path"] == "/"
    assert answer.headers["strict-transport-security"]


@pytest.mark.parametrize("secret", ["", "klar_geraten", "x" * 5000, "klar_\x00"])
def test_a_wrong_token_opens_nothing(bureau: Office, secret: str) -> None:
    person = with_token(bureau)
    person.secret = secret

    answer = person.log_in()

    assert answer.status_code == 401
    assert "Dieses Token gilt nicht" in answer.text
    assert "set-cookie" not in answer.headers
    assert not secret or secret not in answer.text
    assert person.see("/").headers["location"] == "/login"


def test_a_token_in_the_address_opens_nothing(bureau: Office) -> None:
    person = with_token(bureau)

    answer = person.see(f"/login?token={person.secret}")

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert person.secret not in answer.text


def test_guessing_is_answered_with_429_for_everybody_until_the_minute_is_over(bureau: Office) -> None:
    guesser, person = with_token(bureau), with_token(bureau)
    right, guesser.secret = guesser.secret, "klar_geraten"

    statuses = [guesser.log_in().status_code for _ in range(12)]
    guesser.secret = right
    refused = guesser.log_in()
    bureau.clock.pass_by(timedelta(seconds=61))

    assert statuses == [401] * 10 + [429] * 2
    assert refused.status_code == 429, "else the answer would tell that the guess was right"
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert "zu viele Versuche" in refused.text
    assert person.log_in().status_code == 303


def test_who_is_logged_in_keeps_working_while_somebody_guesses(bureau: Office) -> None:
    person, guesser = bureau.person(Role.READER), with_token(bureau)
    guesser.secret = "klar_geraten"

    for _ in range(15):
        guesser.log_in()

    assert person.see("/").status_code == 200


def test_a_new_login_gets_a_new_cookie_and_ends_the_old_one(bureau: Office) -> None:
    person = bureau.person(Role.READER)
    old = person.client.cookies["klar-admin"]

    person.log_in()
    new = person.client.cookies["klar-admin"]
    person.client.cookies.clear()
    person.client.cookies.set("klar-admin", old)

    assert old != new
    assert person.see("/").status_code == 303


def test_a_cookie_that_was_planted_before_is_not_used(bureau: Office) -> None:
    person = with_token(bureau)
    person.client.cookies.set("klar-admin", "untergeschoben")

    person.log_in()

    assert person.see("/").status_code == 200
    assert "untergeschoben" not in {each.value for each in person.client.cookies.jar if each.domain == "127.0.0.1"}


def test_logging_out_ends_the_session(bureau: Office) -> None:
    person = bureau.person(Role.READER)
    secret = person.client.cookies["klar-admin"]

    answer = person.send("/logout")
    person.client.cookies.set("klar-admin", secret)

    assert answer.headers["location"] == "/login"
    assert person.see("/").status_code == 303


@pytest.mark.parametrize("how", ["revoked", "expired", "idle"])
def test_a_session_does_not_outlive_its_token(bureau: Office, how: str) -> None:
    person = bureau.person(Role.RELEASER, days=1)
    bureau.harvest()
    person.see("/plans/1")

    if how == "revoked":
        bureau.found.store.revoke_token(1, "betrieb")
    elif how == "expired":
        bureau.clock.pass_by(timedelta(days=1))
    else:
        bureau.clock.pass_by(timedelta(minutes=31))

    assert person.see("/").headers["location"] == "/login"
    refused = person.decide("/plans/1/approve")
    assert refused.status_code == 401
    assert "wurde nicht ausgeführt" in refused.text
    assert bureau.published() == {}


@pytest.mark.parametrize("place", PLACES, ids=lambda each: each.path)
def test_without_a_login_there_is_nothing_to_see(bureau: Office, place: object) -> None:
    bureau.harvest()
    path = place.path.format(number=1, name="termine", id="0" * 16)  # type: ignore[attr-defined]  # pytest gives an object
    stranger = bureau.stranger()

    answer = stranger.send(path) if place.changes else stranger.see(path)  # type: ignore[attr-defined]  # the same

    assert answer.status_code == (401 if place.changes else 303)  # type: ignore[attr-defined]  # the same
    assert "Veranstaltung" not in answer.text


def test_the_login_page_and_its_sheets_are_all_that_is_open(bureau: Office) -> None:
    stranger = bureau.stranger()

    assert stranger.see("/login").status_code == 200
    assert stranger.see("/static/klar.css").status_code == 200
    assert stranger.see("/static/admin.css").status_code == 200
    assert stranger.see("/static/../frame.html").status_code == 404
    assert "Disallow: /" in stranger.see("/robots.txt").text


def test_what_is_logged_in_is_noted_at_the_token(bureau: Office) -> None:
    bureau.person(Role.READER)

    assert bureau.found.store.tokens()[0].used_at == bureau.clock.now
