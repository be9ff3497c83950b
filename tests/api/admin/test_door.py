"""Who may knock: addresses the pages answer to, and forms they believe."""

import pytest

from api.admin.door import Door, door_at, same
from schemas.errors import ConfigurationError

LOCAL = Door()
PROXIED = Door(address="https://betrieb.example.org")


@pytest.mark.parametrize("host", ["127.0.0.1:8001", "localhost:9000", "[::1]:8001", "localhost", "LOCALHOST:8001"])
def test_this_machine_is_known_by_its_own_names(host: str) -> None:
    assert LOCAL.knows(host)


@pytest.mark.parametrize(
    "host", ["evil.example:8001", "127.0.0.1.evil.example", "localhost.evil.example:8001", "", "10.0.0.1:8001", "127.0.0.1:8001 "]
)
def test_another_name_for_this_machine_is_a_trick(host: str) -> None:
    assert not LOCAL.knows(host)


def test_behind_a_proxy_only_its_name_counts() -> None:
    assert PROXIED.knows("betrieb.example.org")
    assert PROXIED.knows("BETRIEB.example.org")
    assert not PROXIED.knows("127.0.0.1:8001")
    assert not PROXIED.knows("betrieb.example.org.evil.example")


@pytest.mark.parametrize(
    ("origin", "fetch_site", "own"),
    [
        ("null", "same-origin", True),  # what Chromium and Firefox send from a page without referrer
        ("http://127.0.0.1:8001", "same-origin", True),
        (None, "same-origin", True),
        ("http://127.0.0.1:8001", None, True),  # a browser without Fetch Metadata
        ("null", None, False),  # a sandboxed frame of anybody
        (None, None, False),
        ("https://evil.example", "cross-site", False),
        ("http://127.0.0.1:8000", "same-site", False),  # another server of this machine: its cookies are ours, its pages are not
        ("null", "cross-site", False),
        ("null", "none", False),
        ("https://evil.example", "same-origin", False),
        ("http://127.0.0.1:8001", "cross-site", False),
        ("http://127.0.0.1:80010", None, False),
    ],
)
def test_a_form_is_ours_when_the_browser_says_so(origin: str | None, fetch_site: str | None, own: bool) -> None:
    assert LOCAL.is_own(host="127.0.0.1:8001", origin=origin, fetch_site=fetch_site) is own


def test_behind_a_proxy_a_form_has_its_origin() -> None:
    assert PROXIED.is_own(host="betrieb.example.org", origin="https://betrieb.example.org", fetch_site=None)
    assert not PROXIED.is_own(host="betrieb.example.org", origin="http://betrieb.example.org", fetch_site=None)


def test_the_cookie_is_bound_to_the_host_where_there_is_tls() -> None:
    assert PROXIED.cookie.startswith("__Host-")
    assert not LOCAL.cookie.startswith("__")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "betrieb.example.org", ""])
def test_an_address_that_others_reach_is_refused_without_tls(host: str) -> None:
    with pytest.raises(ConfigurationError, match="TLS"):
        door_at(host, "")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_needs_no_tls(host: str) -> None:
    assert door_at(host, "") == LOCAL


def test_a_tls_proxy_allows_any_address() -> None:
    assert door_at("0.0.0.0", "https://Betrieb.example.org:443/") == PROXIED


@pytest.mark.parametrize(
    "address",
    [
        "http://betrieb.example.org",
        "betrieb.example.org",
        "https://",
        "https://betrieb.example.org/pfad",
        "https://a@b.example",
        "https://b.example?x",
    ],
)
def test_a_proxy_without_tls_or_with_a_path_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError, match="https://"):
        door_at("127.0.0.1", address)


def test_secrets_are_compared_whole() -> None:
    assert same("geheim", "geheim")
    assert not same("geheim", "geheim2")
    assert not same("", "geheim")
    assert not same("ü", "u")
