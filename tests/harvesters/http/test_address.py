"""How addresses are written, and where IP addresses lead to."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.http.address import Reach, SourcePolicy, WebAddress, reach_of
from harvesters.http.faults import Fault, HttpError

INSIDE = {
    "127.0.0.1": Reach.LOOPBACK,
    "127.255.255.254": Reach.LOOPBACK,
    "::1": Reach.LOOPBACK,
    "10.0.0.1": Reach.PRIVATE,
    "172.16.0.1": Reach.PRIVATE,
    "172.31.255.255": Reach.PRIVATE,
    "192.168.178.1": Reach.PRIVATE,
    "100.64.0.1": Reach.PRIVATE,
    "100.127.255.254": Reach.PRIVATE,
    "fd00::1": Reach.PRIVATE,
    "fc00::1": Reach.PRIVATE,
    "169.254.169.254": Reach.LINK_LOCAL,
    "fe80::1": Reach.LINK_LOCAL,
    "fe80::1%eth0": Reach.LINK_LOCAL,
    "224.0.0.1": Reach.MULTICAST,
    "239.255.255.250": Reach.MULTICAST,
    "ff02::1": Reach.MULTICAST,
    "0.0.0.0": Reach.UNSPECIFIED,
    "::": Reach.UNSPECIFIED,
    "0.1.2.3": Reach.RESERVED,
    "192.0.0.8": Reach.RESERVED,
    "192.0.2.1": Reach.RESERVED,
    "198.18.0.1": Reach.RESERVED,
    "198.51.100.1": Reach.RESERVED,
    "203.0.113.1": Reach.RESERVED,
    "240.0.0.1": Reach.RESERVED,
    "255.255.255.255": Reach.RESERVED,
    "192.88.99.1": Reach.TUNNEL,
    "fec0::1": Reach.RESERVED,
    "::ffff:127.0.0.1": Reach.LOOPBACK,
    "::ffff:169.254.169.254": Reach.LINK_LOCAL,
    "::ffff:10.0.0.1": Reach.PRIVATE,
    "::127.0.0.1": Reach.RESERVED,
    "::ffff:0:127.0.0.1": Reach.RESERVED,
    "2002:7f00:1::": Reach.TUNNEL,
    "2002:5db8:d822::": Reach.TUNNEL,
    "2001:0:4136:e378:8000:63bf:80ff:fffe": Reach.TUNNEL,
    "64:ff9b::127.0.0.1": Reach.TUNNEL,
    "64:ff9b::10.0.0.1": Reach.TUNNEL,
    "64:ff9b::169.254.169.254": Reach.TUNNEL,
    "64:ff9b:1::1": Reach.RESERVED,
    "2001:db8::1": Reach.RESERVED,
    "2001:2::1": Reach.RESERVED,
    "3fff::1": Reach.RESERVED,
    "100::1": Reach.RESERVED,
    "5f00::1": Reach.RESERVED,
}
OUTSIDE = [
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "2606:2800:220:1::1",
    "::ffff:93.184.216.34",
    "64:ff9b::93.184.216.34",
]


@pytest.mark.parametrize(("address", "reach"), INSIDE.items())
def test_what_is_not_public_is_known_as_what_it_is(address: str, reach: Reach) -> None:
    assert reach_of(ip_address(address)) is reach


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_addresses_are_public(address: str) -> None:
    assert reach_of(ip_address(address)) is Reach.PUBLIC


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_address_leads_where_it_leads_by_itself(address: IPv4Address) -> None:
    mapped, translated = IPv6Address(f"::ffff:{address}"), IPv6Address(f"64:ff9b::{address}")
    assert reach_of(mapped) is reach_of(address)
    assert (reach_of(translated) is Reach.PUBLIC) == (reach_of(address) is Reach.PUBLIC)


@given(st.ip_addresses())
def test_nothing_is_public_that_the_standard_library_calls_special(address: IPv4Address | IPv6Address) -> None:
    plain = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
    if plain.is_private or plain.is_loopback or plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain.is_reserved:
        assert reach_of(address) is not Reach.PUBLIC or address in IPv6Network("64:ff9b::/96")


def test_one_address_has_one_spelling() -> None:
    same = [
        "https://Daten.Example.org",
        "https://daten.example.org:443/",
        "HTTPS://daten.example.org./#teil",
        " https://daten.example.org/ ",
    ]
    assert {str(WebAddress.parse(each)) for each in same} == {"https://daten.example.org/"}
    assert str(WebAddress.parse("http://[2606:2800:0::1]:80/a")) == "http://[2606:2800::1]/a"


def test_spaces_and_umlauts_are_encoded_and_encoded_ones_stay() -> None:
    address = WebAddress.parse("https://müller.example/Straße 1/a%20b?q=ä b")
    assert str(address) == "https://xn--mller-kva.example/Stra%C3%9Fe%201/a%20b?q=%C3%A4%20b"
    assert WebAddress.parse(str(address)) == address
    assert WebAddress.parse("https://straße.example").host == "xn--strae-oqa.example"


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_fault_and_what_is_one_stays_one(text: str) -> None:
    for each in (text, f"http://{text}", f"https://a.example/{text}"):
        try:
            address = WebAddress.parse(each)
        except HttpError:
            continue
        assert WebAddress.parse(str(address)) == address
        assert str(address).isascii()


@pytest.mark.parametrize(
    "text",
    [
        "ftp://a.example/",
        "file:///etc/passwd",
        "gopher://a.example/",
        "//a.example/",
        "a.example/x",
        "http://",
        "http:///x",
        "http://a.example:99999/",
        "http://a.example:x/",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://a%2eexample/",
        "http://a.example\\@127.0.0.1/",
        "http://a.example/\r\nHost: b",
        "http://a b.example/",
        "http://a.example/" + "x" * 5000,
    ],
)
def test_what_is_no_address_is_a_fault(text: str) -> None:
    with pytest.raises(HttpError) as caught:
        WebAddress.parse(text)
    assert caught.value.fault is Fault.ADDRESS


@pytest.mark.parametrize("text", ["https://anna:geheim99@a.example/", "https://geheim99@a.example/", "https://:geheim99@a.example/x?y"])
def test_a_user_or_password_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(HttpError, match="enthält Anmeldedaten") as caught:
        WebAddress.parse(text)
    assert "geheim99" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "token",
        "access_token",
        "api_key",
        "apikey",
        "API-Key",
        "password",
        "passwort",
        "sig",
        "X-Amz-Signature",
        "x-goog-credential",
        "client_secret",
    ],
)
def test_a_parameter_named_like_a_credential_is_noticed_and_masked(name: str) -> None:
    address = WebAddress.parse(f"https://a.example/?page=2&{name}=geheim99")
    assert address.holds_secret
    assert "geheim99" not in address.shown
    assert "page=2" in address.shown


@pytest.mark.parametrize("name", ["page", "key", "keyword", "tokenize", "author", "passage", "signal", "format"])
def test_other_parameters_are_harmless(name: str) -> None:
    assert not WebAddress.parse(f"https://a.example/?{name}=1").holds_secret


def test_following_and_reaching_inside_are_two_permissions() -> None:
    home = WebAddress.parse("https://daten.example.org:8443/feed")
    policy = SourcePolicy(
        home, follow_hosts=["cdn.example.org", "api.example.org:9000"], allow_private=["intranet.example.org", "[::1]:8080"]
    )

    def follows(text: str) -> bool:
        return policy.may_follow(WebAddress.parse(text))

    assert follows("https://daten.example.org:8443/x")
    assert follows("https://daten.example.org/x")
    assert not follows("https://daten.example.org:6379/x")
    assert follows("https://cdn.example.org/")
    assert not follows("https://cdn.example.org:22/")
    assert not follows("https://evil.cdn.example.org/")
    assert follows("https://api.example.org:9000/")
    assert not follows("https://api.example.org/")
    assert not follows("https://intranet.example.org/")
    assert policy.may_reach("intranet.example.org", 443, Reach.PRIVATE)
    assert policy.may_reach("intranet.example.org", 443, Reach.LOOPBACK)
    assert policy.may_reach("::1", 8080, Reach.LOOPBACK)
    assert not policy.may_reach("::1", 8081, Reach.LOOPBACK)
    assert not policy.may_reach("cdn.example.org", 443, Reach.PRIVATE)
    assert not policy.may_reach("daten.example.org", 8443, Reach.LOOPBACK)
    for reach in (Reach.LINK_LOCAL, Reach.MULTICAST, Reach.UNSPECIFIED, Reach.TUNNEL, Reach.RESERVED):
        assert not policy.may_reach("intranet.example.org", 443, reach)
