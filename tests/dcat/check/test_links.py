"""Links as GovData's checker and MQA ask them."""

import pytest

from dcat.check.mqa import Indicator
from tests.dcat.check.pages import CSV, single
from tests.dcat.check.server import Feed, Page, check_of, checked, kinds, messages, served


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Page(status=404), "link-dead"),
        (Page(status=403), "link-dead"),
        (Page(status=410), "link-dead"),
        (Page(status=503), "link-unreachable"),
        (Page(status=429), "link-unreachable"),
        (Page(content="x", head=405), "link-head"),
        (Page(content="x", head=400), "link-head"),
        (Page(status=404, head=405), "link-dead"),
        (Page(status=302, headers={"Location": "/fehler/404.html"}), "link-dead"),
        (Page(status=302, headers={"Location": "/data/1.csv"}), "link-unreachable"),
    ],
)
def test_what_a_link_answers_is_told(answer: Page, kind: str) -> None:
    report = checked({**single(), "/data/1.csv": answer, "/fehler/404.html": Page(content="Gibt es nicht.")}, links=10)

    assert kinds(report) == {kind}


def test_a_redirect_to_something_is_fine() -> None:
    pages = {**single(), "/data/1.csv": Page(status=301, headers={"Location": "/new.csv"}), "/new.csv": CSV}
    report = checked(pages, links=10)

    assert kinds(report) == set()
    assert report.links.fine == 1


def test_a_refused_head_costs_points_and_a_dead_link_costs_the_same() -> None:
    for answer in (Page(content="x", head=405), Page(status=404)):
        report = checked({**single(), "/data/1.csv": answer}, links=10)

        assert report.scored.points_for(Indicator.ACCESS_STATUS) == 0
        assert report.scored.points_for(Indicator.DOWNLOAD_STATUS) == 0


def test_each_address_is_asked_once_and_no_content_is_read() -> None:
    with served(single()) as feed:
        check_of(feed, links=10)

        assert [each for each in feed.asked if each[1].startswith("/data")] == [("HEAD", "/data/1.csv")]


def test_so_many_links_are_asked_and_the_rest_is_counted() -> None:
    more = "".join(f"<{{base}}/id/1#csv> <http://www.w3.org/ns/dcat#accessURL> <{{base}}/data/{number}.csv> .\n" for number in range(2, 8))
    report = checked(single(more=more), links=3)

    assert (report.links.found, report.links.asked) == (7, 3)
    assert messages(report, "link-limit") == ["Nicht gefragt: 4."]


def test_without_links_nothing_is_asked_and_nothing_is_scored() -> None:
    with served(single()) as feed:
        report = check_of(feed, links=0)

        assert all(path == "/catalog.ttl" for _, path in feed.asked)
    assert report.scored.reachable == 405 - 50 - 30


def test_a_host_that_does_not_answer_is_left_alone_after_three() -> None:
    with served({}) as gone:
        closed = Feed(pages={}, port=gone.port)
    more = "".join(f"<{{base}}/id/1#csv> <http://www.w3.org/ns/dcat#accessURL> <{closed.url(f'/{each}')}> .\n" for each in range(10))
    report = checked(single(more=more), links=100)

    assert len(messages(report, "link-unreachable")) == 3
    assert messages(report, "link-limit") == ["Nicht gefragt: 7."]
    assert report.links.fine == 1, "the feed's own host is still asked"


@pytest.mark.parametrize("address", ["ftp://example.org/a", "mailto:a@example.org", "file:///etc/passwd", "http://"])
def test_what_is_no_web_address_is_a_dead_link(address: str) -> None:
    report = checked(single(("{base}/data/1.csv> ; dcat:downloadURL", f"{address}> ; dcat:downloadURL")), links=10)

    assert kinds(report) == {"link-dead"}
