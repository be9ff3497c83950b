"""What somebody else's page, frame or name can make the browser of an operator do: nothing."""

import pytest

from catalog.tokens import Role
from tests.api.admin.office import ADDRESS, OWN, Office, Person

#: What Chromium sends with a form that another page submits.
CROSS_SITE = {"origin": "https://evil.example", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
SAME_SITE = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-site"}
SANDBOX = {"origin": "null", "sec-fetch-site": "cross-site"}
OLD_BROWSER = {"origin": "https://evil.example"}
SAYS_NOTHING: dict[str, str] = {}


@pytest.fixture
def victim(bureau: Office) -> Person:
    """Logged in, with the plan open that the attacker wants approved."""
    person = bureau.person(Role.RELEASER)
    bureau.harvest()
    person.see("/plans/1")
    return person


@pytest.mark.parametrize(
    "sent", [CROSS_SITE, SAME_SITE, SANDBOX, OLD_BROWSER, SAYS_NOTHING], ids=["cross", "same-site", "sandbox", "old", "none"]
)
def test_a_form_of_another_page_decides_nothing_even_with_cookie_and_token(bureau: Office, victim: Person, sent: dict[str, str]) -> None:
    answer = victim.send("/plans/1/approve", {"reason": "untergeschoben"}, headers=sent)

    assert answer.status_code == 403
    assert "kam nicht von diesen Seiten" in answer.text
    assert bureau.published() == {}
    assert [each.what for each in bureau.found.store.decisions()] == ["token"]


@pytest.mark.parametrize("csrf", ["", "geraten", "ü", None])
def test_a_form_without_the_token_of_the_session_decides_nothing(bureau: Office, victim: Person, csrf: str | None) -> None:
    fields = {"reason": "untergeschoben"} | ({} if csrf is None else {"csrf": csrf})

    answer = victim.client.post("/plans/1/approve", data=fields, headers=OWN, follow_redirects=False)

    assert answer.status_code == 403
    assert bureau.published() == {}


def test_the_token_of_another_session_does_not_fit(bureau: Office, victim: Person) -> None:
    other = bureau.person(Role.RELEASER, "Andere")
    other.see("/plans/1")
    assert other.csrf != victim.csrf
    victim.csrf = other.csrf

    assert victim.decide("/plans/1/approve").status_code == 403
    assert bureau.published() == {}


def test_the_same_form_from_our_own_page_does_decide(bureau: Office, victim: Person) -> None:
    """The negative control: what the attacks lack is all that they lack."""
    answer = victim.decide("/plans/1/approve")

    assert answer.headers["location"] == "/plans/1?done=approved"
    assert len(bureau.published()) == 3


def test_a_browser_without_fetch_metadata_is_believed_by_its_origin(bureau: Office, victim: Person) -> None:
    victim.send("/plans/1/approve", {"reason": "Geprüft."}, headers={"origin": ADDRESS})

    assert len(bureau.published()) == 3


def test_nobody_is_logged_in_by_a_form_of_another_page(bureau: Office) -> None:
    stranger = bureau.stranger()
    _, secret = bureau.found.store.create_token("Angreifer", Role.READER, 1, by="betrieb")

    answer = stranger.client.post("/login", data={"token": secret}, headers=CROSS_SITE, follow_redirects=False)

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_nobody_is_logged_out_by_a_form_of_another_page(victim: Person) -> None:
    assert victim.send("/logout", headers=CROSS_SITE).status_code == 403
    assert victim.see("/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/login", "/static/klar.css", "/plans/1"])
def test_a_name_that_was_rebound_to_this_machine_gets_nothing(bureau: Office, victim: Person, path: str) -> None:
    answer = victim.see(path, host="evil.example:8001")

    assert answer.status_code == 403
    assert "Veranstaltungen" not in answer.text


@pytest.mark.parametrize("path", ["/plans/1/approve", "/plans/1/reject", "/logout", "/upload/termine/file"])
def test_reading_an_address_decides_nothing(bureau: Office, victim: Person, path: str) -> None:
    assert victim.see(path).status_code == 405
    assert bureau.found.store.plan(1).decided_by == ""


@pytest.mark.parametrize("path", ["/", "/plans/1", "/login", "/nowhere", "/static/klar.css", "/decisions.csv", "/plans/99"])
def test_no_answer_is_framed_kept_indexed_or_told_elsewhere(victim: Person, path: str) -> None:
    headers = victim.see(path).headers

    policy = dict(each.split(" ", 1) for each in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert "script-src" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize("path", ["/login//evil.example/", "/plans/", "/plans/1/", "/%2e%2e/etc/passwd"])
def test_an_odd_address_leads_nowhere_else(victim: Person, path: str) -> None:
    answer = victim.see(path)

    assert answer.status_code in (403, 404)
    assert "location" not in answer.headers


def test_a_message_cannot_be_put_into_an_address(victim: Person) -> None:
    page = victim.see("/plans/1?done=Alles+ist+gut").text

    assert "Alles ist gut" not in page


def test_what_a_source_says_stays_text(bureau: Office) -> None:
    person = bureau.person(Role.RELEASER)
    script = "<script>alert(1)</script>"
    bureau.harvest(
        f'id,title,date,format,attendees,source_date_basis\na,"{script}",2023,analog,50,stated\nb,"{script}",2023,analog,50,stated\n'
    )

    page = person.see("/quarantine/1").text

    assert script not in page
    assert "&lt;script&gt;" in page
