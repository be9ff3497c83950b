"""Values come every few minutes; data sets, records and feeds stay as they are."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.web.record import moment_json
from api.web.sensors.freshness import text_of_interval
from api.web.services import PublicSource
from catalog.plan import Outcome
from dcat.feed import MEDIA_TYPES
from harvesters.moments import BERLIN
from schemas.model import SourceReference
from tests.api.web.conftest import BROWSER, client_of
from tests.api.web.sensors.conftest import KLIMA, layer
from tests.api.web.world import World
from tests.sensing import NOW, SOURCE, generated, sense, walk

LATER = NOW + timedelta(minutes=15)
JSON = {"accept": "application/json"}


def go_on(world: World) -> None:
    """A quarter of an hour later each datastream has one value more, and nothing else has changed."""
    sense(world, walk(generated(4, last=LATER), now=LATER), at=LATER, outcome=Outcome.UNCHANGED)


def freeze(world: World) -> None:
    """A day later the server still gives the values of yesterday."""
    sense(world, walk(generated(4), now=NOW + timedelta(days=1)), at=NOW + timedelta(days=1), outcome=Outcome.UNCHANGED)


def lasting(world: World, client: TestClient) -> dict[str, str]:
    """Everything that must not move with a value: address -> digest; revision and editions."""
    name = layer(world)
    paths = [f"/catalog.{each}" for each in MEDIA_TYPES] + [f"/datasets/{name}.{each}" for each in MEDIA_TYPES]
    paths += [f"/datasets/{name}/data.csv", f"/datasets/{name}/editions.json", f"/datasets/{name}/datapackage.json", "/changes.atom"]
    digests = {each: hashlib.sha256(client.get(each).content).hexdigest() for each in paths}
    return digests | {"revision": str(world.store.revision()), "editions": str(len(world.store.editions(name)))}


def test_with_new_values_only_the_freshness_moves(running: World) -> None:
    client, name = client_of(running), layer(running)
    before, page = lasting(running, client), client.get(f"/datasets/{name}", headers=BROWSER)
    modified = client.get(f"/api/v1/datasets/{name}").json()["modified"]

    go_on(running)

    after = client.get(f"/datasets/{name}", headers=BROWSER)
    assert lasting(running, client) == before
    assert client.get(f"/api/v1/datasets/{name}").json()["modified"] == modified
    assert "Letzte Messung: 22. November 2026, 05:00 Uhr. Erwartet: alle 15 Minuten." in page.text
    assert "Letzte Messung: 22. November 2026, 05:15 Uhr. Erwartet: alle 15 Minuten." in after.text
    assert page.headers["etag"] != after.headers["etag"]


def test_a_moment_that_a_source_wrote_in_its_own_zone_is_given_in_utc() -> None:
    local = datetime(2026, 11, 22, 5, tzinfo=BERLIN)
    assert (moment_json(local), moment_json(local.astimezone(UTC))) == ("2026-11-22T04:00:00Z", "2026-11-22T04:00:00Z")


def test_no_finished_answer_freezes_it(running: World) -> None:
    """Whatever was asked before: by address, by language, as JSON, negotiated, as a question whether there is anything new."""
    client, name = client_of(running), layer(running)
    ways = [(f"/datasets/{name}", BROWSER), (f"/en/datasets/{name}", BROWSER), (f"/datasets/{name}", JSON)]
    ways += [(f"/datasets/{name}.json", JSON), (f"/api/v1/datasets/{name}", JSON)]
    first = [[client.get(path, headers=headers) for _ in range(2)][1] for path, headers in ways]
    for (path, headers), answer in zip(ways, first, strict=True):
        assert "last-modified" not in answer.headers
        assert client.get(path, headers={**headers, "if-none-match": answer.headers["etag"]}).status_code == 304

    go_on(running)

    for (path, headers), answer in zip(ways, first, strict=True):
        dated = {"if-modified-since": "Sun, 22 Nov 2026 23:00:00 GMT"}
        for condition in ({"if-none-match": answer.headers["etag"], **dated}, dated):
            again = client.get(path, headers={**headers, **condition})
            assert again.status_code == 200
            assert again.content != answer.content


def test_a_page_asked_for_between_publication_and_the_end_of_the_run_is_not_kept_either(running: World) -> None:
    """The run ends after its plan was applied: then freshness comes without a new revision."""
    client = client_of(running)
    seen = walk(generated(4))
    other = SourceReference(name="neu", title="Neu")
    name, layers = (
        "neu-lufttemperatur",
        [replace(each, name="neu-lufttemperatur") for each in seen.declarations if "lufttemperatur" in each.name],
    )
    declared = replace(layers[0], table=replace(layers[0].table, name=name))
    rows = [replace(each, table=name) for each in seen.of(next(each.name for each in seen.declarations if "lufttemperatur" in each.name))]
    running.harvest(*rows, of=declared, source=other)
    without = client.get(f"/datasets/{name}", headers=BROWSER).text

    lately = tuple(replace(each, table=name) for each in seen.lately if "lufttemperatur" in each.table)
    sense(running, replace(seen, declarations=(), rows=(), lately=lately), source=other)

    assert "Letzte Messung" not in without
    assert "Letzte Messung" in client.get(f"/datasets/{name}", headers=BROWSER).text


def test_a_frozen_feed_is_shown_as_such(running: World) -> None:
    client, name = client_of(running, sources=(KLIMA,)), layer(running)
    before = lasting(running, client)

    freeze(running)

    page = client.get(f"/datasets/{name}", headers=BROWSER).text
    told = client.get(f"/api/v1/datasets/{name}").json()["freshness"]
    assert "<strong>Seit 22. November 2026, 05:00 Uhr kommen keine Werte mehr. Erwartet: alle 15 Minuten.</strong>" in page
    assert "Zuletzt nachgesehen: 23. November 2026, 05:00 Uhr." in page
    assert told == {
        "last": "2026-11-22T04:00:00Z",
        "interval_seconds": 900.0,
        "looked": "2026-11-23T04:00:00Z",
        "stale_since": "2026-11-22T05:00:00Z",
    }
    assert lasting(running, client) == before


def test_a_server_that_says_nothing_has_changed_grows_stale(running: World) -> None:
    """An answer 304 names no times: what was seen last stays the last."""
    sense(running, replace(walk(generated(4)), lately=()), at=NOW + timedelta(days=1), outcome=Outcome.UNCHANGED)

    told = client_of(running).get(f"/api/v1/datasets/{layer(running)}").json()["freshness"]

    assert (told["last"], told["stale_since"]) == ("2026-11-22T04:00:00Z", "2026-11-22T05:00:00Z")


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.PLANNED])
def test_a_run_that_read_nothing_tells_nothing(running: World, outcome: Outcome) -> None:
    """Until somebody could look again, nobody knows whether values come."""
    sense(running, walk(generated(4, last=LATER)), at=NOW + timedelta(days=1), outcome=outcome)

    told = client_of(running).get(f"/api/v1/datasets/{layer(running)}").json()["freshness"]

    assert (told["last"], told["stale_since"]) == ("2026-11-22T04:00:00Z", None)


def test_the_hour_of_the_request_changes_nothing(running: World) -> None:
    """Values are as old as the last look, not older: klar itself does not ask every quarter of an hour."""
    now, months = client_of(running), client_of(running, clock=lambda: NOW + timedelta(days=90))
    address = f"/datasets/{layer(running)}"

    assert now.get(address, headers=BROWSER).content == months.get(address, headers=BROWSER).content


def test_status_tells_of_each_source_how_fresh_its_values_are(running: World) -> None:
    client = client_of(running, sources=(KLIMA, PublicSource(name="stadtrat", title="Ratsinformationen")))
    fresh = client.get("/status", headers=BROWSER).text
    freeze(running)

    klima, council = client.get("/status", headers=JSON).json()["sources"]

    assert "Letzte Messung: 22. November 2026, 05:00 Uhr." in fresh
    assert "kommen keine Werte mehr" not in fresh
    assert "Bei 3 von 3 Datensätzen kommen keine Werte mehr." in client.get("/status", headers=BROWSER).text
    assert "No values come any more for 3 of 3 data sets." in client.get("/en/status", headers=BROWSER).text
    assert {each["stale_since"] for each in klima["values"]} == {"2026-11-22T05:00:00Z"}
    assert layer(running) in {each["dataset"] for each in klima["values"]}
    assert council["values"] == []


def test_what_is_not_published_is_not_named(running: World) -> None:
    """A new data set waits for a person; its table must not show in the meantime."""
    seen = walk(generated(4))
    sense(running, replace(seen, declarations=(), lately=tuple(replace(each, table="geheim") for each in seen.lately)), at=LATER)

    client = client_of(running, sources=(KLIMA,))

    assert "geheim" not in client.get("/status", headers=JSON).text
    assert client.get("/status", headers=JSON).json()["sources"][0]["values"] == []


def test_a_source_that_speaks_of_persons_tells_nothing_by_its_runs(running: World) -> None:
    sense(running, walk(generated(5)), source=replace(SOURCE, personal_data=True, legal_basis="Satzung"), at=LATER)
    client = client_of(running, sources=(replace(KLIMA, personal_data=True),))

    assert client.get(f"/api/v1/datasets/{layer(running)}").json()["freshness"] is None
    assert client.get("/status", headers=JSON).json()["sources"][0]["values"] == []


def test_other_data_sets_have_no_freshness(sensing: TestClient) -> None:
    assert sensing.get("/api/v1/datasets/projekte").json()["freshness"] is None
    assert "last-modified" in sensing.get("/api/v1/datasets/projekte").headers
    assert "Letzte Messung" not in sensing.get("/datasets/messstellen", headers=BROWSER).text


@pytest.mark.parametrize(
    ("seconds", "german", "english"),
    [
        (900, "alle 15 Minuten", "every 15 minutes"),
        (904, "alle 15 Minuten", "every 15 minutes"),
        (3_600, "jede Stunde", "every hour"),
        (60, "jede Minute", "every minute"),
        (90, "alle 90 Sekunden", "every 90 seconds"),
        (7_200, "alle 2 Stunden", "every 2 hours"),
        (86_400, "jeden Tag", "every day"),
        (604_800, "alle 7 Tage", "every 7 days"),
        (0.2, "jede Sekunde", "every second"),
    ],
)
def test_an_interval_in_words(seconds: float, german: str, english: str) -> None:
    assert (text_of_interval(seconds, "de"), text_of_interval(seconds, "en")) == (german, english)


@given(st.floats(0.001, 10**9))
def test_every_interval_has_words(seconds: float) -> None:
    assert text_of_interval(seconds, "de")
